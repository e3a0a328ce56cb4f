"""Recommendations as FHIR resources: proposals in draft, issues, tasks, and the group that holds them in their order.

Nothing here is an order. A ServiceRequest is a proposal in draft until a professional makes a request of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.display.evidence import own_grounds
from carepath.display.layout import Page, printable
from carepath.display.text_advice import AdvicePrinter
from carepath.display.wording import recommendation_text
from carepath.exchange.fhir_parts import (
    Resource,
    artifact,
    canonical,
    coding,
    concept,
    confirmed_codes,
    draft,
    finding_concept,
    identified,
    narrative,
    note,
    reference,
    rule_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.display.words import Words
    from carepath.recommendation import Question, Recommendation, Undetermined

CONFLICT = "guideline_conflict"
MISSING = "insufficient_information"
JUDGEMENT = "clinician_judgement"


@dataclass(slots=True)
class NotesPage(Page):
    """A page that keeps each line as a text of its own."""

    texts: list[str] = field(default_factory=list)

    def numbered(self, number: int, text: str) -> None:
        """The headline: it stands elsewhere in the resource."""

    def paragraph(self, text: str, indent: int = 0) -> None:  # noqa: ARG002 - a page takes an indent
        """A paragraph."""
        self.texts.append(printable(text))

    def bullet(self, text: str, indent: int = 0) -> None:  # noqa: ARG002 - likewise
        """An item."""
        self.texts.append(printable(text))

    def field(self, label: str, text: str, indent: int = 0) -> None:  # noqa: ARG002 - likewise
        """A label and a text; nothing when the text is empty."""
        if text:
            self.texts.append(f"{printable(label)}: {printable(text)}")


@dataclass(frozen=True, slots=True)
class Advice:
    """Makes resources of what an assessment says, about one patient and in one language."""

    assessment: Assessment
    words: Words
    patient: str

    @property
    def guideline(self) -> Guideline:
        """The content."""
        return self.assessment.guideline

    # --- recommendations -----------------------------------------------------------------------------------------

    def resource(self, rec: Recommendation) -> Resource:
        """A conflict or what is missing as an issue, a judgement as a task, any other as a proposal."""
        if rec.kind in {CONFLICT, MISSING}:
            return self._issue_of(rec)
        if rec.kind == JUDGEMENT:
            return self._task_of(rec)
        return self._proposal(rec)

    def said(self, rec: Recommendation) -> tuple[str, list[str]]:
        """The headline of a recommendation, and everything that the reader must know of it, a text each."""
        page = NotesPage()
        printer = AdvicePrinter(page, self.words, self.assessment.basis)
        printer.write(1, rec)
        conditional = f" ({self.words.phrase('conditional')})" if rec.conditional else ""
        return printable(printer.headline(rec) + conditional), page.texts

    def _proposal(self, rec: Recommendation) -> Resource:
        headline, texts = self.said(rec)
        found = self._draft("ServiceRequest", headline, *texts)
        found |= {"instantiatesUri": [rule_address(rule) for rule in rec.rules], "category": [self._kind(rec)]}
        priority = self.priority(rec)
        if priority is not None:
            found["priority"] = priority
        code = [coding("kind", rec.kind)]
        code += [coding(name, value) for name in ("target", "internal_step", "level") if (value := getattr(rec, name))]
        found["code"] = {"coding": code, "text": headline}
        person = self.guideline.vocabulary.get("target", {}).get(rec.target or "")
        if person is not None and rec.target is not None:
            found["performerType"] = concept("target", rec.target, self.words.of(person))
        detail = [
            concept(name, value, self.words.vocabulary(name, value))
            for name in ("urgency", "group", "entitlement")
            if (value := getattr(rec, name))
        ]
        return identified({**found, **_if_any("orderDetail", detail), **_if_any("note", [note(one) for one in texts])})

    def _task_of(self, rec: Recommendation) -> Resource:
        headline, texts = self.said(rec)
        found = self._task(headline, *texts)
        found["instantiatesUri"] = rule_address(rec.rules[0])
        code = [coding("kind", rec.kind), *([coding("topic", rec.topic)] if rec.topic is not None else [])]
        found["code"] = {"coding": code, "text": self.words.kind(rec.kind)}
        return identified({**found, **_if_any("note", [note(one) for one in texts])})

    def _issue_of(self, rec: Recommendation) -> Resource:
        headline, texts = self.said(rec)
        headline = printable(self.words.kind(rec.kind)) if rec.kind == MISSING else headline
        code = [coding("kind", rec.kind), *([coding("topic", rec.topic)] if rec.topic is not None else [])]
        found = self._issue(code, headline, texts, rec.missing)
        return identified(found)

    def priority(self, rec: Recommendation) -> str | None:
        """The priority in FHIR that the content gives a request of this kind and urgency; None where it gives none."""
        cards = self.guideline.cards
        return cards.priority(rec.kind, rec.urgency) if cards is not None else None

    def _kind(self, rec: Recommendation) -> Resource:
        return concept("kind", rec.kind, self.words.kind(rec.kind))

    # --- what is not known ---------------------------------------------------------------------------------------

    def open_issues(self) -> list[Resource]:
        """An issue for each thing that could still apply: what it is, and the findings that it waits for.

        Where nothing is asked, a red flag comes first: then only the kinds that stand are named, as in the report.
        """
        grouped: dict[tuple[str, str | None, str | None], list[Undetermined]] = {}
        standing = {rec.kind for rec in self.assessment.recommendations}
        for one in self.assessment.undetermined:
            if not self.assessment.next_questions and one.kind not in standing:
                continue
            grouped.setdefault((one.kind, one.target, one.topic), []).append(one)
        return [self._open_issue(*key, found) for key, found in grouped.items()]

    def _open_issue(self, kind: str, target: str | None, topic: str | None, found: list[Undetermined]) -> Resource:
        words = self.words
        named = {"target": target, "topic": topic}
        code = [coding("undetermined", kind), *(coding(name, value) for name, value in named.items() if value)]
        what = [words.kind(kind)]
        if target is not None:
            what.append(words.target(target))
        if topic is not None:
            conflict = self.guideline.conflicts.get(topic)
            what.append(words.of(conflict.text) if conflict is not None else words.vocabulary("topic", topic))
        waits = tuple(dict.fromkeys(name for one in found for name in one.waits_for))
        rules = words.listed(one.rule for one in found)
        texts = [f"{words.phrase('label_rules')}: {rules}"]
        if waits:
            texts.insert(0, f"{words.phrase('label_unknown')}: {words.findings(waits)}")
        headline = f"{words.phrase('heading_undetermined')}: {' - '.join(what)}"
        return identified(self._issue(code, headline, texts, waits))

    def question(self, question: Question) -> Resource:
        """The task to ask for a finding; why it is not known stands with it."""
        words, name = self.words, question.finding
        asked = words.of(self.guideline.findings[name].question)
        reason = self.assessment.basis.reason(name)
        why = words.vocabulary("reason", reason) if reason is not None else ""
        found = self._task(asked, why)
        found["code"] = self.finding(name)
        if reason is not None:
            found["reasonCode"] = concept("reason", reason, why)
        if question.safety:
            found["businessStatus"] = concept("question", "safety", words.phrase("safety"))
        return identified(found)

    def finding(self, name: str) -> Resource:
        """The concept of a finding, with its confirmed code where there is one."""
        codes = confirmed_codes(self.guideline, name, "Observation")
        return finding_concept(name, self.words, codes[0] if codes else None)

    # --- all together --------------------------------------------------------------------------------------------

    def group(self, made: Iterable[tuple[Recommendation, Resource]]) -> Resource:
        """The recommendations in their order, each with what it stands on."""
        actions = [self._action(number, rec, resource) for number, (rec, resource) in enumerate(made, start=1)]
        pathway = self.assessment.basis.pathway
        found = self._draft("RequestGroup", *(str(action["title"]) for action in actions))
        if pathway is not None:
            found["instantiatesCanonical"] = [self.module]
        found |= {
            "note": [note(self.words.phrase("professional_use")), note(self.words.phrase("medical_device"))],
            "action": actions,
        }
        return identified(found)

    @property
    def module(self) -> str:
        """The canonical address of what was evaluated: the pathway, or the guideline while none is chosen."""
        pathway = self.assessment.pathway
        if pathway is None:
            return canonical(self.guideline, "Library", "guideline")
        return canonical(self.guideline, "PlanDefinition", pathway)

    def _action(self, number: int, rec: Recommendation, resource: Resource) -> Resource:
        headline, _ = self.said(rec)
        text = printable(self.words.of(recommendation_text(rec, self.assessment.basis)))
        found: Resource = {"prefix": str(number), "title": headline, "description": text}
        priority = self.priority(rec)
        if priority is not None:
            found["priority"] = priority
        found["code"] = [self._kind(rec)]
        grounds = [one for one in own_grounds(rec, self.assessment.basis) if one.role == "ground"]
        return {
            **found,
            **_if_any("documentation", [artifact(one, self.words) for one in grounds]),
            "resource": reference(resource),
        }

    # --- beginnings ----------------------------------------------------------------------------------------------

    def _begun(self, kind: str, *lines: str) -> Resource:
        return {"resourceType": kind, "language": self.words.lang, "text": narrative(*lines)}

    def _draft(self, kind: str, *lines: str) -> Resource:
        return {**draft(kind, self.patient, self.assessment.at), **self._begun(kind, *lines)}

    def _task(self, description: str, *texts: str) -> Resource:
        return {**self._draft("Task", description, *texts), "description": description}

    def _issue(self, code: list[Resource], headline: str, texts: list[str], missing: Iterable[str]) -> Resource:
        return {
            **self._begun("DetectedIssue", headline, *texts),
            "status": "preliminary",
            "code": {"coding": code, "text": headline},
            "patient": {"reference": self.patient},
            "identifiedDateTime": self.assessment.at.isoformat(),
            "detail": "\n".join([headline, *texts]),
            **_if_any("evidence", [{"code": [self.finding(name)]} for name in missing]),
        }


def _if_any(name: str, values: list[Resource]) -> Resource:
    """An element with values; FHIR has no empty lists."""
    return {name: values} if values else {}
