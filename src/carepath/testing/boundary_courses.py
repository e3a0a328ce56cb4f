"""Courses of an instrument over time whose change lies on, just under and just over what conditions ask of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

from carepath.content.guideline import Finding
from carepath.language.evaluate import Scope
from carepath.language.nodes import MOMENT_FINDINGS, Change, Compare, Condition
from carepath.language.symbols import ValueType
from carepath.testing.recorded import Dated, Option, Recorded, plain

#: So many days before the evaluation date stands the first value of a course, and begins the present step.
COURSE_DAYS = 28
_PERCENT = 100


def moments_of(leaf: Condition) -> tuple[str, ...]:
    """The findings that tell since when a change counts."""
    if not (isinstance(leaf, Compare) and isinstance(leaf.operand, Change)):
        return ()
    found = {**MOMENT_FINDINGS, "step start": "days_in_current_step"}.get(leaf.operand.since)
    return () if found is None else (found,)


def moment_values() -> tuple[Option, ...]:
    """The days in the present step around the first value of a course."""
    return (None, plain(COURSE_DAYS), plain(COURSE_DAYS - 1), plain(COURSE_DAYS + 1))


def courses(finding: Finding, leaves: Iterable[Condition], scope: Scope) -> Iterator[Recorded]:
    """Two values, the change between which is on, just under and just over each threshold in either direction."""
    amounts, percents = _thresholds(finding.name, leaves, scope)
    if not amounts and not percents:
        return
    kind = finding.type
    step = Fraction(1) if kind.kind == "int" else Fraction(1, 10)
    low, high = Fraction(str(kind.minimum or 0)), Fraction(str(kind.maximum or 100))
    better = -1 if finding.better == "lower" else 1
    pairs: dict[tuple[Fraction, Fraction], None] = {}
    for before in _baselines(amounts, percents, low, high):
        marks = amounts | {_on_grid(before * one / _PERCENT, step) for one in percents}
        for mark, by in itertools.product(sorted(marks), (0, -1, 1)):
            for sign in (better, -better):
                now = before + sign * (mark + by * step)
                if low <= now <= high:
                    pairs[before, now] = None
    for before, now in pairs:
        yield Recorded((Dated(_number(before, kind), COURSE_DAYS), Dated(_number(now, kind), 0)))
    yield from _unusable(finding, next(iter(pairs), None), scope)


def _thresholds(finding: str, leaves: Iterable[Condition], scope: Scope) -> tuple[set[Fraction], set[Fraction]]:
    """What changes of a finding are compared with: in points, and in percent."""
    amounts: set[Fraction] = set()
    percents: set[Fraction] = set()
    for leaf in leaves:
        if isinstance(leaf, Compare) and isinstance(leaf.operand, Change) and leaf.operand.finding == finding:
            threshold = Fraction(str(scope.constant(None, leaf.value)))
            (percents if leaf.operand.percent else amounts).add(threshold)
    return amounts, percents


def _unusable(finding: Finding, pair: tuple[Fraction, Fraction] | None, scope: Scope) -> Iterator[Recorded]:
    """Courses that tell no change, however large: another version, a newest value no longer current."""
    if pair is None:
        return
    before, now = (_number(one, finding.type) for one in pair)
    yield Recorded((Dated(before, COURSE_DAYS, "1"), Dated(now, 0, "2")))
    if finding.currency is not None:
        window = int(scope.parameters[finding.currency])
        for age in (window, window + 1):
            yield Recorded((Dated(before, age + COURSE_DAYS), Dated(now, age)))


def _baselines(amounts: set[Fraction], percents: set[Fraction], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """First values from which a percentage is a whole change; on either side of where an amount equals it.

    And the first ones from which a whole change lies within one percent under or over it.
    """
    middle = Fraction(math.floor((low + high) / 2))
    whole = Fraction(10)
    found = [middle - middle % whole or middle, Fraction(0)] if percents else [middle]
    for amount, percent in itertools.product(sorted(amounts), sorted(percents)):
        crossing = amount * _PERCENT / percent if percent else middle
        found += [crossing - crossing % whole, crossing - crossing % whole + whole]
    every = [Fraction(one) for one in range(math.ceil(max(low, Fraction(1))), math.floor(high) + 1)]
    for percent in sorted(percents):
        for under in (percent - 1, percent + Fraction(1, _PERCENT)):
            near = (one for one in every if _has_whole(one, under, percent))
            found += itertools.islice(near, 1)
    yield from dict.fromkeys(one for one in found if low <= one <= high)


def _has_whole(before: Fraction, under: Fraction, percent: Fraction) -> bool:
    """Whether a whole change lies from ``under`` to less than one percent more, and is not exactly so many percent."""
    change = Fraction(math.ceil(before * under / _PERCENT))
    return change < before * (under + 1) / _PERCENT and change * _PERCENT != percent * before


def _on_grid(number: Fraction, step: Fraction) -> Fraction:
    return Fraction(math.ceil(number / step)) * step


def _number(number: Fraction, kind: ValueType) -> int | float:
    return int(number) if kind.kind == "int" else float(number)
