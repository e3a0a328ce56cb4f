"""One recommendation in the terminal report: what, only if, why, on whose authority, what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.content.guideline import CURRENT_NODE
from carepath.display.evidence import Evidence, evidence_of, own_grounds
from carepath.display.wording import (
    SETTLE_FIRST,
    UNKNOWN,
    UNMET,
    argument_text,
    condition_text,
    conditions_of,
    named_step,
    recommendation_text,
    says,
)
from carepath.finish import entitlement_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.basis import Basis
    from carepath.content.guideline import Ground
    from carepath.display.layout import Page
    from carepath.display.words import Words
    from carepath.recommendation import Recommendation

INDENT = 4
#: The kinds that stand under a heading of their own and need no other name.
UNTITLED = frozenset({"insufficient_information", "note"})


def headline(rec: Recommendation, words: Words) -> str:
    """What is recommended, in one line: the question or the dispute, else the kind with its details."""
    conflict = words.guideline.conflicts.get(rec.topic or "")
    if rec.kind == "guideline_conflict" and conflict is not None:
        return words.of(conflict.text)
    if rec.kind == "clinician_judgement" and rec.topic is not None:
        return words.vocabulary("topic", rec.topic)
    details = headline_details(rec, words)
    return " - ".join([words.kind(rec.kind), *([", ".join(details)] if details else [])])


def headline_details(rec: Recommendation, words: Words) -> list[str]:
    """How urgent, at which level, where to, and which change inside the step."""
    details = [words.vocabulary(field, value) for field in ("urgency", "level") if (value := getattr(rec, field))]
    details += [words.step(step) for step in (rec.target, named_step(rec)) if step is not None]
    if rec.internal_step is not None:
        details.append(words.vocabulary("internal_step", rec.internal_step))
    return details


class AdvicePrinter:
    """Prints recommendations on a page; what was said beside one recommendation is not said again beside the next."""

    def __init__(self, page: Page, words: Words, basis: Basis) -> None:
        self.page = page
        self.words = words
        self.basis = basis
        self._said: set[str] = set()
        self._shown: dict[str, set[str]] = {}
        self._first: dict[str, int] = {}

    def write(self, number: int, rec: Recommendation) -> None:
        """A recommendation behind its number, with everything that the reader must know of it."""
        words = self.words
        text = words.of(recommendation_text(rec, self.basis))
        headline = text if rec.kind in UNTITLED else self.headline(rec)
        self.page.numbered(number, headline + (f" ({words.phrase('conditional')})" if rec.conditional else ""))
        if headline != text and not self._is_said(f"text {text}"):
            self.page.paragraph(text, INDENT)
        self._conditions(rec)
        if rec.missing and not says(rec, "missing") and not says(rec, "unknown"):
            self._field("missing", words.findings(rec.missing))
        if rec.kind == "guideline_conflict":
            self._positions(rec)
        self._field("attention", words.findings(rec.attention))
        self._field("could_change", words.findings(rec.could_change, limit=12))
        self._field("review", rec.review or "")
        self.entitlement(rec, INDENT)
        self._modules(rec)
        self._measurements(rec)
        if rec.kind != "guideline_conflict":
            self._against(rec)
        self._standing(number, rec)

    def headline(self, rec: Recommendation) -> str:
        """What is recommended, in one line."""
        return headline(rec, self.words)

    # --- what it depends on --------------------------------------------------------------------------------------

    def _conditions(self, rec: Recommendation) -> None:
        given = conditions_of(rec, self.basis)
        labels = ((SETTLE_FIRST, "only_if", ""), (UNMET, "unmet", "unmet"), (UNKNOWN, "unknown", "unknown"))
        for truth, label, placeholder in labels:
            if placeholder and says(rec, placeholder):
                continue
            texts = (self.words.of(condition_text(one, rec, self.basis)) for one in given if one.truth == truth)
            self._field(label, self.words.listed(texts, between="; "))

    def _positions(self, rec: Recommendation) -> None:
        conflict = self.basis.guideline.conflicts[rec.topic or ""]
        for position in conflict.positions:
            owner, text = self.words.of(position.owner), self.words.of(position.text)
            self.page.bullet(f"{owner}: {text}{self._keys(position.grounds)}", INDENT)
        if conflict.note is not None:
            self.page.paragraph(self.words.of(conflict.note), INDENT)

    def entitlement(self, rec: Recommendation, indent: int) -> None:
        """What the sources say about entitlement, once in a report for each group."""
        if rec.entitlement is None:
            return
        found = entitlement_on(self.basis.guideline, rec.group, self.basis.at)
        text = self.words.of(found.text) if found is not None else self.words.vocabulary("entitlement", rec.entitlement)
        if not self._is_said(f"entitlement {text}"):
            self.page.field(self.words.phrase("label_entitlement"), text, indent)

    def _modules(self, rec: Recommendation) -> None:
        """Hints in full; of what is always there or an option only the name."""
        guideline = self.basis.guideline
        named = [one for one in guideline.modules if one.id in rec.modules]
        for module in named:
            if module.part == "hint":
                text = self.words.of(module.text)
                self._field("module_hint", text if not self._is_said(f"module {text}") else text.partition(":")[0])
        for part in ("fixed", "option"):
            names = (self.words.of(one.text).partition(":")[0] for one in named if one.part == part)
            self._field(f"module_{part}", self.words.listed(names, between="; "))

    def _measurements(self, rec: Recommendation) -> None:
        by_weight: dict[str, list[str]] = {}
        for one in rec.measurements:
            by_weight.setdefault(one["weight"], []).append(self.words.vocabulary("moment", one["moment"]))
        lines = (
            f"{self.words.listed(moments)} ({self.words.vocabulary('weight', weight)})"
            for weight, moments in by_weight.items()
        )
        self._field("measure", self.words.listed(lines, between="; "))

    # --- what it stands on ---------------------------------------------------------------------------------------

    def _against(self, rec: Recommendation) -> None:
        arguments = dict.fromkeys(a for one in rec.contributions if one.rule for a in one.rule.against)
        lines = []
        for argument in arguments:
            text = self.words.of(argument_text(argument.text, rec, self.basis))
            lines.append((text, argument.grounds))
        for ground in own_grounds(rec, self.basis):
            if ground.role == "counter":
                said = f'"{ground.quote}"' if ground.quote is not None else ""
                note = self.words.of(ground.note) if ground.note is not None else ""
                if said or note:
                    lines.append((said or note, (ground,)))
        for text, grounds in lines:
            if not self._is_said(f"against {text}"):
                self._field("against", text + self._owners(grounds))

    def _standing(self, number: int, rec: Recommendation) -> None:
        """The rules and what they stand on; the sources of rules that stand above are not named again."""
        words = self.words
        self._field("findings", self._findings(self._not_shown(rec)))
        above = {self._first.setdefault(rule, number) for rule in rec.rules}
        if max(above, default=number) < number:
            see = words.phrase("see_above", numbers=words.listed(str(one) for one in sorted(above)))
            self._field("rules", f"{words.listed(rec.rules)} ({see})")
        else:
            self._field("rules", words.listed(rec.rules))
            grounds = (one for one in own_grounds(rec, self.basis) if one.role == "ground")
            self._field(
                "sources", words.listed((words.cited(one.source) for one in grounds if one.source), between="; ")
            )
        self._field("tags", words.listed((words.vocabulary("tag", tag) for tag in rec.tags), between="; "))

    def _not_shown(self, rec: Recommendation) -> list[Evidence]:
        """The findings that no recommendation of the same rules showed before."""
        shown = {name for rule in rec.rules for name in self._shown.get(rule, ())}
        evidence = evidence_of(rec, self.basis)
        for rule in rec.rules:
            self._shown.setdefault(rule, set()).update(one.finding for one in evidence)
        return [one for one in evidence if one.finding not in shown]

    def _findings(self, evidence: Iterable[Evidence]) -> str:
        """The values that were read; absent red flags only by their number."""
        words, guideline = self.words, self.basis.guideline
        lines, absent = [], 0
        for one in evidence:
            if guideline.findings[one.finding].red_flag and one.value is False:
                absent += 1
                continue
            said = words.statement(one.finding, one.value)
            if one.finding == CURRENT_NODE:
                said = f"{words.finding(one.finding)}: {words.step(str(one.value))}"
            before = one.trend.baseline if one.trend is not None else None
            if before is not None and before.value is not None:
                value = words.value(one.finding, before.value)
                said = words.phrase("was", now=said, before=value, date=before.date.isoformat())
            elif one.fact is not None and one.fact.date != self.basis.at:
                said = f"{said} ({one.fact.date.isoformat()})"
            lines.append(said)
        if absent:
            lines.append(words.phrase("red_flags_absent", number=str(absent)))
        return words.listed(lines, between="; ")

    def _owners(self, grounds: Iterable[Ground]) -> str:
        named = self.words.listed((self.words.cited(one.source) for one in grounds if one.source), between="; ")
        return f" - {named}" if named else ""

    def _keys(self, grounds: Iterable[Ground]) -> str:
        keys = self.words.listed(one.source for one in grounds if one.source is not None)
        return f" [{keys}]" if keys else ""

    # --- help ----------------------------------------------------------------------------------------------------

    def _field(self, label: str, text: str) -> None:
        self.page.field(self.words.phrase(f"label_{label}"), text, INDENT)

    def _is_said(self, text: str) -> bool:
        said = text in self._said
        self._said.add(text)
        return said
