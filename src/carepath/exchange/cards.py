"""The cards of an assessment: one for each recommendation, red flags first, and one for what is missing or was read."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.cards import CRITICAL
from carepath.content.rules import RED_FLAG
from carepath.display.evidence import own_grounds
from carepath.display.markdown import MarkdownPage
from carepath.display.words import Words
from carepath.errors import ContentError, Place, Problem
from carepath.exchange.card_text import MISSING, NAMED, AdviceDetail, OverviewDetail, short, summary_of, write_sent
from carepath.exchange.drafts import question_task, service_request
from carepath.exchange.fhir_parts import coding

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.content.cards import Cards
    from carepath.content.guideline import Guideline
    from carepath.exchange.request import HookRequest
    from carepath.recommendation import Question, Recommendation

Card = dict[str, object]

#: The namespace of the ids of cards and suggestions: the same request gives the same ids.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:carepath:cds-hooks")
_WEB = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9._~/-]*)?\Z")
INFO = "info"


def cards_content(guideline: Guideline) -> Cards:
    """What the guideline says about cards.

    Raises:
        ContentError: it has no ``rules/cards.yaml``.
    """
    if guideline.cards is None:
        place = Place("rules/cards.yaml", 1, 1)
        message = "the guideline says nothing about cards"
        raise ContentError([Problem("CP093", message, place, "copy the file from the shipped content")])
    return guideline.cards


def identity(service: str, instance: str, *names: str) -> str:
    """The id of something that a call gives: the same call gives the same ids."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps([service, instance, *names])))


@dataclass(frozen=True, slots=True)
class CardWriter:
    """Writes the cards of one call.

    Args:
        guideline: the content.
        request: what is answered.
        service: the id of the service.
        lang: ``en`` or ``nl``.
        report_url: where the full report of a call can be read; the id of the call is added to it.
    """

    guideline: Guideline
    request: HookRequest
    service: str
    lang: str
    report_url: str | None = None

    @property
    def words(self) -> Words:
        """The words of the guideline in the language of the reader."""
        return Words(self.guideline, self.lang)

    def of(self, assessment: Assessment) -> list[Card]:
        """The cards of an assessment: what is critical first, then in the order of the report; the overview last."""
        recs = [one for one in assessment.recommendations if one.kind != MISSING]
        cards = [self._advice(one, assessment, number) for number, one in enumerate(recs)]
        return [*sorted(cards, key=lambda card: card["indicator"] != CRITICAL), self._overview(assessment)]

    # --- one recommendation ---------------------------------------------------------------------------------------

    def _advice(self, rec: Recommendation, assessment: Assessment, number: int) -> Card:
        words = self.words
        card = self._card(
            f"{number} {rec.kind} {rec.target} {rec.topic}",
            summary_of(rec, words),
            AdviceDetail(assessment, self.lang).of(rec),
            cards_content(self.guideline).indicator(rec.kind, rec.urgency),
            {**self._source(rec, assessment), "topic": coding("kind", rec.kind, words.kind(rec.kind))},
        )
        priority = cards_content(self.guideline).priority(rec.kind, rec.urgency)
        if priority is not None and not rec.conditional:
            resource = service_request(
                rec,
                assessment,
                patient=self.request.patient,
                priority=priority,
                encounter=self.request.encounter,
                lang=self.lang,
            )
            what = words.target(rec.target) if rec.target is not None else words.kind(rec.kind)
            label = words.phrase("draft_request", what=what)
            card["suggestions"] = [self._suggestion(card, label, [(label, resource)])]
            card["selectionBehavior"] = "at-most-one"
        return self._finished(card, rec.kind)

    def _source(self, rec: Recommendation, assessment: Assessment) -> Card:
        """The first source among the grounds; for a dispute its parties; without a source the guideline itself."""
        words = self.words
        conflict = self.guideline.conflicts.get(rec.topic or "") if rec.kind == "guideline_conflict" else None
        if conflict is not None:
            return {"label": words.listed((words.of(one.owner) for one in conflict.positions), between="; ")}
        for ground in own_grounds(rec, assessment.basis):
            source = self.guideline.sources.get(ground.source or "") if ground.role == "ground" else None
            if source is not None:
                address = source.address or ""
                label = f"{source.title} ({words.cited(source.key)})"
                return {"label": label, "url": f"https://{address}"} if _WEB.match(address) else {"label": label}
        return self._own_source()

    def _own_source(self) -> Card:
        words = self.words
        name = words.of(self.guideline.text)
        return {"label": words.phrase("card_source", guideline=name, edition=self.guideline.edition)}

    # --- what is missing, and what was read -----------------------------------------------------------------------

    def _overview(self, assessment: Assessment) -> Card:
        words = self.words
        missing = list(
            dict.fromkeys(name for rec in assessment.recommendations for name in rec.missing if rec.kind == MISSING)
        )
        questions = assessment.next_questions
        asked = [one.finding for one in questions]
        if missing:
            named = words.findings([*(name for name in asked if name in missing), *missing], limit=NAMED)
            summary = words.phrase("card_missing", kind=words.kind(MISSING), findings=named)
        elif asked:
            summary = words.phrase("card_still_open", findings=words.findings(asked, limit=NAMED))
        else:
            closed = any(one.kind == RED_FLAG for one in assessment.recommendations)
            summary = words.phrase("card_only_basis" if closed else "card_nothing_open")
        detail = OverviewDetail(assessment, self.lang).of(self.request.sent)
        card = self._card(
            "overview", summary, detail, cards_content(self.guideline).indicator(MISSING), self._own_source()
        )
        suggestions = [
            self._tasks(card, "draft_safety_tasks", [one for one in questions if one.safety], assessment),
            self._tasks(
                card, "draft_other_tasks", [one for one in questions if one.asked_by and not one.safety], assessment
            ),
        ]
        offered = [one for one in suggestions if one is not None]
        if offered:
            card["suggestions"] = offered
            card["selectionBehavior"] = "any"
        return self._finished(card, MISSING)

    def _tasks(self, card: Card, phrase: str, questions: list[Question], assessment: Assessment) -> Card | None:
        """One suggestion with a task for each question; None where there is none."""
        if not questions:
            return None
        words, request = self.words, self.request
        actions = [
            (
                words.phrase("draft_task", finding=words.finding(one.finding)),
                question_task(one, assessment, patient=request.patient, encounter=request.encounter, lang=self.lang),
            )
            for one in questions
        ]
        return self._suggestion(card, words.phrase(phrase, number=str(len(questions))), actions)

    # --- without an assessment ------------------------------------------------------------------------------------

    def without_assessment(self, summary: str, means: str, *, indicator: str = INFO) -> Card:
        """A card that says that nothing was assessed, and why.

        Args:
            summary: one line.
            means: what follows from it.
            indicator: how urgent it looks.
        """
        words, page = self.words, MarkdownPage()
        page.paragraph(means)
        write_sent(page, self.request.sent, words)
        page.heading(words.phrase("heading_use"))
        page.paragraph(words.phrase("professional_use"))
        page.paragraph(words.phrase("medical_device"))
        return self._card("no assessment", summary, page.text(), indicator, self._own_source())

    def red_flags_seen(self, flags: tuple[str, ...]) -> list[Card]:
        """A critical card with the red flags that were seen before an error; none where none was seen."""
        if not flags:
            return []
        words = self.words
        labels = [words.finding(one) if one in self.guideline.findings else self._rule(one) for one in flags]
        said = {"kind": words.kind(RED_FLAG)}
        page = MarkdownPage()
        page.paragraph(words.phrase("card_red_flag_seen", findings=words.listed(labels, between="; "), **said))
        page.paragraph(words.phrase("card_without_advice"))
        page.paragraph(words.phrase("professional_use"))
        summary = words.phrase("card_red_flag_seen", findings=words.listed(labels, limit=NAMED), **said)
        card = self._card("red flags seen", summary, page.text(), CRITICAL, self._own_source())
        return [self._finished(card, RED_FLAG)]

    def _rule(self, name: str) -> str:
        rule = self.guideline.rules.get(name)
        return self.words.of(rule.text) if rule is not None else name

    # --- parts ----------------------------------------------------------------------------------------------------

    def _card(self, name: str, summary: str, detail: str, indicator: str, source: Card) -> Card:
        return {
            "uuid": identity(self.service, self.request.instance, name),
            "summary": short(summary),
            "indicator": indicator,
            "detail": detail,
            "source": source,
        }

    def _suggestion(self, card: Card, label: str, creates: list[tuple[str, Card]]) -> Card:
        """A suggestion; none is recommended, since a record system may choose beforehand what is."""
        return {
            "label": label,
            "uuid": identity(self.service, self.request.instance, str(card["uuid"]), label),
            "isRecommended": False,
            "actions": [{"type": "create", "description": text, "resource": made} for text, made in creates],
        }

    def _finished(self, card: Card, kind: str) -> Card:
        """The card with its reasons for not following it, and the link to the report."""
        reasons = cards_content(self.guideline).reasons(kind)
        if reasons:
            card["overrideReasons"] = [coding("override-reason", one.id, self.words.of(one.text)) for one in reasons]
        if self.report_url is not None:
            url = f"{self.report_url.rstrip('/')}/{identity(self.service, self.request.instance)}"
            card["links"] = [{"label": self.words.phrase("card_report"), "url": url, "type": "absolute"}]
        return card
