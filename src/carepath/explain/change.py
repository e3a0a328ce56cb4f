"""What would change the advice: the smallest changes of known findings that make something appear or disappear.

Only findings that the content marks as changeable are looked at, never a red flag, and lists of items are left out.
Each change is assessed again and given only where the advice really differs. It explains the advice; it is no target.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.basis import leaf_findings
from carepath.content.guideline import Finding, Text
from carepath.display.words import Words, both
from carepath.explain.explanation import Data, Explanation, Node, phrase
from carepath.explain.fills import parts_of
from carepath.explain.fills_changes import limits_of, values_around
from carepath.explain.parts import clause_of, entries_for, rules_beside
from carepath.explain.statements import listed
from carepath.explain.subjects import Subject, subject_of
from carepath.explain.tree import leaves_below, read_of
from carepath.explain.tries import Series
from carepath.explain.what_if import assessed_with, corrected
from carepath.language.nodes import Change as ChangeOf
from carepath.language.nodes import Compare, Condition
from carepath.record.canonical import plain

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.basis import Basis
    from carepath.recommendation import Recommendation
    from carepath.record.facts import FactValue

#: Changes of more findings at once are not looked for, and no more patients than this are assessed.
MAX_FINDINGS = 2
MAX_ASSESSED = 400
_SAFETY_GROUP = "red_flags"


@dataclass(frozen=True, slots=True)
class OtherValue:
    """A finding with another value than the one that was recorded."""

    finding: str
    now: FactValue
    value: FactValue
    said: Text


@dataclass(frozen=True, eq=False, repr=False)
class WouldChange(Explanation):
    """The smallest changes that make something appear or disappear; each is a set of other values.

    ``appears`` is true when it does not stand in the advice now and would. ``changes`` is empty where no change of at
    most ``MAX_FINDINGS`` changeable findings does it, and for a red flag always.
    """

    appears: bool = field(kw_only=True)
    changes: tuple[tuple[OtherValue, ...], ...] = field(kw_only=True)

    def to_dict(self) -> Data:
        """The answer as plain dicts and lists, with the changes beside the sentence and the tree."""
        return {
            **super().to_dict(),
            "appears": self.appears,
            "changes": [
                [{"finding": one.finding, "now": plain(one.now), "value": plain(one.value)} for one in change]
                for change in self.changes
            ],
        }


def what_would_change(assessment: Assessment, asked: str | Recommendation) -> WouldChange:
    """The smallest changes of changeable findings that make something appear in, or disappear from, the advice.

    Args:
        assessment: what is explained.
        asked: a kind, an id of a rule, a step, a topic, a target; or a recommendation of the assessment.

    Raises:
        ArgumentError: nothing has that name.
    """
    basis, guideline = assessment.basis, assessment.guideline
    subject = subject_of(asked, basis)
    given = _stands(subject, assessment)
    asks = bool(subject.candidates) and all(one.contributions[0].ask is not None for one in subject.candidates)
    none_for = "change_red_flag" if subject.is_red_flag else "change_ask" if asks else None
    changes = () if none_for is not None else tuple(_smallest(subject, assessment, given=given))

    def sentence() -> Text:
        if none_for is not None:
            return phrase(guideline, none_for, what=subject.what)
        return _sentence(subject.what, changes, basis, given=given)

    def nodes() -> tuple[Node, ...]:
        return tuple(_node(change, basis) for change in changes)

    return WouldChange(
        "change",
        subject.asked,
        sentence,
        nodes,
        guideline,
        lang=basis.lang,
        appears=not given,
        changes=changes,
    )


def _stands(subject: Subject, assessment: Assessment) -> bool:
    return any(subject.means(one) for one in (*assessment.recommendations, *assessment.notes))


# --- looking for changes ---------------------------------------------------------------------------------------------


def _smallest(subject: Subject, assessment: Assessment, *, given: bool) -> Iterator[tuple[OtherValue, ...]]:
    """The changes of as few findings as do it; of the values of the same findings the nearest."""
    values = _other_values(subject, assessment)
    tried = 0
    for size in range(1, MAX_FINDINGS + 1):
        found = False
        for names in itertools.combinations(values, size):
            for change in itertools.product(*(values[name] for name in names)):
                tried += 1
                if tried > MAX_ASSESSED:
                    return
                if _stands(subject, assessed_with(assessment, series_of(change, assessment))) is not given:
                    found = True
                    yield change
                    break
        if found:
            return


def series_of(change: tuple[OtherValue, ...], assessment: Assessment) -> dict[str, Series]:
    """The facts about the findings of a change, with the other values in place of those that count."""
    return {one.finding: corrected(assessment, one.finding, one.value) for one in change}


def _other_values(subject: Subject, assessment: Assessment) -> Mapping[str, list[OtherValue]]:
    """The other values of the changeable findings that the conditions behind a subject read, the nearest first."""
    basis, guideline = assessment.basis, assessment.guideline
    leaves = tuple(_leaves(subject, basis))
    found: dict[str, list[OtherValue]] = {}
    for name in dict.fromkeys(name for leaf in leaves for name in leaf_findings(leaf)):
        finding = guideline.findings.get(name)
        if finding is None or not _may_change(finding) or finding.type.kind == "list":
            continue
        now = basis.reading(name)
        if now.value is None or not now.known:
            continue
        own = tuple(leaf for leaf in leaves if name in leaf_findings(leaf))
        others = [value for value in _values(finding, own, now.value, basis) if value != now.value]
        found[name] = [_other(finding, now.value, value, basis) for value in _nearest(others, now.value)]
    return found


def _may_change(finding: Finding) -> bool:
    return finding.changeable and not finding.red_flag and finding.group != _SAFETY_GROUP


def _values(finding: Finding, leaves: tuple[Condition, ...], now: FactValue, basis: Basis) -> list[FactValue]:
    if any(isinstance(leaf, Compare) and isinstance(leaf.operand, ChangeOf) for leaf in leaves):
        earlier = [fact.value for fact in basis.situation.record.facts(finding.name) if fact.value != now]
        starts = [value for value in earlier if isinstance(value, int | float)]
        return list(values_around(starts, limits_of(leaves, basis), finding))
    if finding.type.kind in {"text", "date"}:
        return []
    named = parts_of(finding.type, finding.name, leaves, basis.prepared.scope)
    return list(finding.type.values) if finding.type.kind == "enum" else list(named)


def _nearest(values: list[FactValue], now: FactValue) -> list[FactValue]:
    """The values as they stand; numbers by how far they lie from the present one."""
    if not isinstance(now, int | float) or isinstance(now, bool):
        return values
    numbers = [value for value in values if isinstance(value, int | float)]
    far = {value: abs(value - now) for value in numbers}
    return [*sorted(numbers, key=lambda value: (far[value], value))]


def _other(finding: Finding, now: FactValue, value: FactValue, basis: Basis) -> OtherValue:
    said = both(lambda lang: Words(basis.guideline, lang).value(finding.name, value))
    return OtherValue(finding.name, now, value, said)


def _leaves(subject: Subject, basis: Basis) -> Iterator[Condition]:
    """The leaves of all conditions that decide about a subject: of its rules, its ways, the entries that select it."""
    for rec in subject.candidates:
        one = rec.contributions[0]
        conditions = [clause_of(one, basis)]
        if one.transition is not None:
            conditions += [one.transition.when, one.transition.unless]
        if one.ask is not None:
            conditions.append(one.ask.when)
        conditions += [entry.when for entry in entries_for(rec, basis)]
        if one.entry is not None:
            conditions += rules_beside(one.entry, basis)
        for condition in conditions:
            if condition is not None:
                yield from leaves_below(condition, basis)


# --- in words --------------------------------------------------------------------------------------------------------


def _node(change: tuple[OtherValue, ...], basis: Basis) -> Node:
    reads = tuple(read_of(one.finding, basis) for one in change)
    return Node("change", _said(change, basis), reads=reads)


def _said(change: tuple[OtherValue, ...], basis: Basis) -> Text:
    guideline = basis.guideline
    parts = []
    for one in change:
        label, now = guideline.findings[one.finding].label, read_of(one.finding, basis).said
        values = {"what": label, "value": one.said, "now": now if now is not None else one.said}
        parts.append(phrase(guideline, "change_value", **values))
    return listed(parts, guideline, between=", ")


def _sentence(what: Text, changes: tuple[tuple[OtherValue, ...], ...], basis: Basis, *, given: bool) -> Text:
    guideline = basis.guideline
    if not changes:
        number = Text(str(MAX_FINDINGS), str(MAX_FINDINGS))
        return phrase(guideline, "change_none", what=what, number=number)
    said = [_said(change, basis) for change in changes]
    either = guideline.phrases["missing_or"]
    joined = Text(either.en.join(one.en for one in said), either.nl.join(one.nl for one in said))
    sentence = phrase(guideline, "change_disappear" if given else "change_appear", what=what, changes=joined)
    caution = guideline.phrases["change_caution"]
    return Text(f"{sentence.en} {caution.en}", f"{sentence.nl} {caution.nl}")
