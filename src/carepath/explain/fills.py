"""Values that a finding could turn out to have: one for each way in which conditions can tell them apart.

Around each threshold there is a value below, on and above it; of an enumeration each value that a condition names
and one that none names; of a list and of a trend whatever makes its conditions true or false.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import CURRENT_NODE, PATHWAY, PRESENT_STEP, Finding
from carepath.explain.tries import NOTHING, Given, Series, Told, Tries
from carepath.language.evaluate import Scope
from carepath.language.nodes import (
    Among,
    Change,
    Compare,
    Condition,
    Count,
    DaysSince,
    Every,
    FindingRef,
    Quoted,
    Some,
    Word,
    children,
)
from carepath.language.symbols import NUMERIC, ValueType
from carepath.record.facts import Bounds, Fact, FactValue, Part

_FREE_TEXT = "x"
_SOME_DAYS = 30
#: The first day of the calendar, and one from which no limit that content asks about reaches back to it.
FIRST_DAY = dt.date.min
_FAR_FROM_FIRST_DAY = dt.date(1000, 1, 1)
#: Findings of which every value is tried: conditions reach them through the steps of a pathway.
_ALL_VALUES = frozenset({PATHWAY, "current_line"})


def fills_of(name: str, leaves: Iterable[Condition], tries: Tries) -> tuple[Series, ...]:
    """The series that the facts about an unknown finding could become, for the leaves that read it.

    Empty when nothing that can be recorded on the date settles them: a change since today, for one.

    Args:
        name: a finding that is unknown, or whose list or change leaves a leaf unknown.
        leaves: the leaves of the conditions that are asked about.
        tries: the patient with other facts; a series that was made before is used again.
    """
    from carepath.explain.fills_changes import trend_fills  # noqa: PLC0415 - it builds on this module
    from carepath.explain.fills_lists import list_fills  # noqa: PLC0415 - it builds on this module

    place = PRESENT_STEP if name == CURRENT_NODE else name
    own = tuple(leaf for leaf in leaves if name in leaf_findings(leaf) or place in leaf_findings(leaf))
    basis = tries.basis
    finding = basis.guideline.findings[name]
    if any(_is_change_of(leaf, name) for leaf in own):
        return trend_fills(finding, own, tries)
    if finding.type.kind == "list":
        return list_fills(finding, own, tries)
    facts = basis.situation.record.facts(name)
    part = basis.reading(name).part
    values = [value for value in values_of(finding, own, basis) if _fits(value, part)]
    if not values and isinstance(part, Bounds):
        values = [part.low, part.high]
    return tuple(tries.one((name, value), renewed(facts, name, value, basis.at)) for value in values)


def _fits(value: FactValue, part: object) -> bool:
    """Whether a value lies within what is known of it in part."""
    return not isinstance(part, Bounds) or not isinstance(value, int | float) or part.low <= value <= part.high


def _is_change_of(leaf: Condition, name: str) -> bool:
    return isinstance(leaf, Compare) and isinstance(leaf.operand, Change) and leaf.operand.finding == name


def renewed(facts: Series, name: str, value: FactValue, day: dt.date) -> Series:
    """The facts about a finding with a value of a day in place of what was said on that day."""
    if not facts:
        return (Fact(name, value, day),)
    kept = [fact for fact in facts if fact.date != day]
    return tuple(sorted([*kept, Fact(name, value, day)], key=lambda fact: fact.date))


def day_with_little_before(day: dt.date) -> dt.date | None:
    """A day before which there are not all days that may be tried; None for others, of which the same can be tried."""
    return day if day < _FAR_FROM_FIRST_DAY else None


def told_apart(
    candidates: tuple[Series, ...], name: str, leaves: Sequence[Condition], tries: Tries
) -> tuple[Series, ...]:
    """One series for each way in which it settles the leaves; those that leave one unknown are no completion."""
    told = (tries.told(leaf, name, candidates, _beside) for leaf in leaves)
    distinct: dict[tuple[Told | None, ...], Series] = {}
    for series, of_series in zip(candidates, zip(*told, strict=True), strict=True):
        if None not in of_series:
            distinct.setdefault(of_series, series)
    return tuple(distinct.values())


def _beside(leaf: Condition, name: str, tries: Tries) -> list[Given]:
    """What the other unknown finding of a leaf could become; where there is no other, nothing."""
    for other in leaf_findings(leaf):
        if other != name and tries.basis.reason(other) is not None:
            return [tries.given(NOTHING, other, series) for series in fills_of(other, (leaf,), tries)]
    return [NOTHING]


# --- single values ---------------------------------------------------------------------------------------------------


def values_of(finding: Finding, leaves: Iterable[Condition], basis: Basis) -> tuple[FactValue, ...]:
    """Values of a finding that is no list: those that the leaves tell apart."""
    if finding.name == CURRENT_NODE:
        return tuple(_steps(leaves, basis))
    if finding.type.kind == "date":
        return tuple(_dates(leaves, basis))
    if finding.name in _ALL_VALUES:
        return finding.type.values
    return parts_of(finding.type, finding.name, leaves, basis.prepared.scope)


def _steps(leaves: Iterable[Condition], basis: Basis) -> Iterator[str]:
    """The steps that leaves name, and of each pathway the first that none names."""
    pathways = (basis.pathway,) if basis.pathway is not None else tuple(basis.guideline.pathways.values())
    scope = basis.prepared.scope
    read = [leaf for leaf in leaves if isinstance(leaf, Compare | Among)]
    at_step = [leaf for leaf in read if _compares(leaf, PRESENT_STEP) or _compares(leaf, CURRENT_NODE)]
    named = {one for leaf in at_step for one in _constants(leaf, scope)}
    for pathway in pathways:
        others = [step for step in pathway.steps if step not in named]
        yield from (step for step in pathway.steps if step in named or step in others[:1])


def parts_of(kind: ValueType, name: str, leaves: Iterable[Condition], scope: Scope) -> tuple[Part, ...]:
    """Values of a finding, or of a part of the items of a list, that comparisons tell apart."""
    if kind.kind == "bool":
        return (False, True)
    compared = [leaf for leaf in leaves if isinstance(leaf, Compare | Among) and _compares(leaf, name)]
    if kind.kind in NUMERIC:
        constants = {one for leaf in compared for one in _constants(leaf, scope) if not isinstance(one, str)}
        return tuple(_numbers(kind, constants))
    if not kind.values:
        return (_FREE_TEXT,)
    named = {one for leaf in compared for one in _constants(leaf, scope)}
    others = [value for value in kind.values if value not in named]
    return tuple(value for value in kind.values if value in named or value in others[:1])


def _compares(leaf: Compare | Among, name: str) -> bool:
    return isinstance(leaf.operand, FindingRef) and leaf.operand.name == name


def _constants(leaf: Compare | Among, scope: Scope) -> Iterator[int | float | str]:
    for value in leaf.values if isinstance(leaf, Among) else (leaf.value,):
        if isinstance(value, Quoted):
            yield value.text
        elif isinstance(value, Word) and value.name not in scope.parameters:
            yield value.name
        else:
            yield scope.constant(None, value)


def _numbers(kind: ValueType, constants: set[int | float]) -> Iterator[int | float]:
    """Each constant with what lies just below and above it, inside the range."""
    step = 1 if kind.kind == "int" else 0.5
    low = kind.minimum if kind.minimum is not None else -math.inf
    high = kind.maximum if kind.maximum is not None else math.inf
    near = {number for constant in constants for number in (constant - step, constant, constant + step)}
    for number in sorted(one for one in near if low <= one <= high) or [max(low, min(high, 1))]:
        yield within(kind, number)


def within(kind: ValueType, number: float) -> int | float:
    """The number nearest to another that the type allows; a whole one is an integer."""
    low = kind.minimum if kind.minimum is not None else -math.inf
    high = kind.maximum if kind.maximum is not None else math.inf
    inside = max(low, min(high, number))
    return round(inside) if kind.kind == "int" or float(inside).is_integer() else inside


def _dates(leaves: Iterable[Condition], basis: Basis) -> Iterator[dt.date]:
    """The days around each limit, and moments that let each fact count from there on, or no longer; else some day."""
    days: set[int] = set()
    for leaf in leaves:
        if not isinstance(leaf, Compare):
            continue
        if isinstance(leaf.operand, DaysSince):
            limit = int(basis.prepared.scope.constant(None, leaf.value))
            days |= {limit - 1, limit, limit + 1}
        elif isinstance(leaf.operand, Change):
            facts = basis.situation.record.facts(leaf.operand.finding)
            days |= {ago for fact in facts for ago in ((basis.at - fact.date).days, (basis.at - fact.date).days - 1)}
    for ago in sorted(one for one in days or {_SOME_DAYS} if 0 <= one < basis.at.toordinal()):
        yield basis.at - dt.timedelta(days=ago)


def conditions_on_items(leaves: Iterable[Condition]) -> tuple[Condition, ...]:
    """The leaves of the conditions that lists put on their items."""
    found: list[Condition] = []
    stack = [leaf.where for leaf in leaves if isinstance(leaf, Some | Every | Count) and leaf.where is not None]
    while stack:
        condition = stack.pop()
        below = children(condition)
        stack.extend(below)
        if not below:
            found.append(condition)
    return tuple(found)
