"""Series that make the conditions on a change true or false."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from carepath.basis import Basis
from carepath.content.guideline import Finding
from carepath.explain.fills import FIRST_DAY, day_with_little_before, told_apart, within
from carepath.explain.tries import Series, Tries
from carepath.language.nodes import Change, Compare, Condition
from carepath.language.symbols import ValueType
from carepath.record.derived import STEP_STARTS, exact
from carepath.record.facts import KNOWN, Fact

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the changes among leaves: each as a number, and whether it is in percent.

    ``alone`` says that nothing else is read of the finding.
    """

    sizes: tuple[tuple[Fraction, bool], ...]
    alone: bool


def trend_fills(finding: Finding, leaves: Sequence[Condition], tries: Tries) -> tuple[Series, ...]:
    """Series with a newest value and one to count from, around each limit of a change."""
    limits = limits_of(leaves, tries.basis)
    if not any(map(tries.basis.situation.record.facts, (finding.name, *STEP_STARTS))):
        return _from_nothing(finding, leaves, limits, tries)
    for ways in (_with_newest, _with_earlier, _with_both):
        candidates = tries.kept((finding.name, ways, limits), functools.partial(ways, finding, limits, tries))
        found = told_apart(candidates, finding.name, leaves, tries)
        if found:
            return found
    return ()


def _from_nothing(finding: Finding, leaves: Sequence[Condition], limits: Limits, tries: Tries) -> tuple[Series, ...]:
    """Series where neither the finding nor the start of the step was recorded.

    Their values depend on the content alone, and are worked out once for it.
    """
    kept = tries.basis.prepared.kept.setdefault("changes", {})
    key = (finding.name, frozenset(leaves), day_with_little_before(tries.basis.at))
    if key not in kept:
        series = told_apart(tuple(_with_both(finding, limits, tries)), finding.name, leaves, tries)
        kept[key] = tuple((before.value, newest.value) for before, newest in series)
    return tuple(_of_pairs(finding, kept[key], tries))


def limits_of(leaves: Sequence[Condition], basis: Basis) -> Limits:
    """The limits of the changes among leaves."""
    changes = [leaf for leaf in leaves if isinstance(leaf, Compare) and isinstance(leaf.operand, Change)]
    sizes = {
        (exact(basis.prepared.scope.constant(None, leaf.value)), leaf.operand.percent)
        for leaf in changes
        if isinstance(leaf.operand, Change)
    }
    return Limits(tuple(sorted(sizes)), len(changes) == len(leaves))


def _with_newest(finding: Finding, limits: Limits, tries: Tries) -> Iterator[Series]:
    """A value of today beside those that are there."""
    name, basis = finding.name, tries.basis
    kept = _before_today(finding, basis)
    newest = basis.reading(name)
    if newest.known and newest.date == basis.at:
        return
    version = next((fact.version for fact in reversed(kept) if fact.status == KNOWN), None)
    starts = {fact.value for fact in kept if fact.status == KNOWN and fact.version == version}
    numbers = [value for value in starts if isinstance(value, int | float)]
    for value in values_around(numbers, limits, finding):
        yield tries.one((name, "newest", value), (*kept, Fact(name, value, basis.at, version=version)))


def _with_both(finding: Finding, limits: Limits, tries: Tries) -> Iterator[Series]:
    """A value of today and one to count it from."""
    basis = tries.basis
    newest = basis.reading(finding.name)
    if newest.known and newest.date == basis.at:
        return
    # Where nothing was recorded before and nothing else is read, the limits alone tell values apart.
    all_of_them = bool(_before_today(finding, basis)) or not limits.alone
    yield from _of_pairs(finding, _pairs(finding, limits, basis, all_of_them=all_of_them), tries)


def _of_pairs(finding: Finding, pairs: Iterable[tuple[float, float]], tries: Tries) -> Iterator[Series]:
    """Series of a value to count from and one of today."""
    name, basis = finding.name, tries.basis
    kept = _before_today(finding, basis)
    starts: dict[float, Series] = {}
    for before, value in pairs:
        if before not in starts:
            starts[before] = _first(Fact(name, before, basis.at), kept, basis)
        yield tries.one((name, "both", before, value), (*starts[before], Fact(name, value, basis.at)))


def _pairs(finding: Finding, limits: Limits, basis: Basis, *, all_of_them: bool) -> tuple[tuple[float, float], ...]:
    """Values to count from with values around each limit; unless all are asked for, those that the limits tell apart.

    They depend on the content alone, and are worked out once for it.
    """
    made = basis.prepared.kept.setdefault("pairs", {})
    key = (finding.name, limits, all_of_them)
    if key not in made:
        every = [
            (before, value) for before in _middle(finding.type) for value in values_around([before], limits, finding)
        ]
        distinct: dict[Hashable, tuple[float, float]] = {}
        for pair in every:
            distinct.setdefault(pair if all_of_them else _against(limits, *pair), pair)
        made[key] = tuple(distinct.values())
    pairs: tuple[tuple[float, float], ...] = made[key]
    return pairs


def _against(limits: Limits, before: float, value: float) -> tuple[int, ...]:
    """On which side of each limit a change lies, as an improvement and as a worsening."""
    start, change = exact(before), exact(value) - exact(before)
    sizes = [
        limit * abs(start) / WHOLE if percent else limit for limit, percent in limits.sizes if start or not percent
    ]
    return tuple((one > size) - (one < size) for size in sizes for one in (change, -change))


def _before_today(finding: Finding, basis: Basis) -> Series:
    return tuple(fact for fact in basis.situation.record.facts(finding.name) if fact.date < basis.at)


def _with_earlier(finding: Finding, limits: Limits, tries: Tries) -> Iterator[Series]:
    """The newest value stays; a value to count it from is added."""
    name, basis = finding.name, tries.basis
    reading = basis.reading(name)
    if not reading.known or not isinstance(reading.value, int | float):
        return
    newest = reading.facts[0]
    kept = tuple(fact for fact in _before_today(finding, basis) if fact.date < newest.date)
    for before in values_around([reading.value], limits, finding):
        start = _first(replace(newest, value=before), kept, basis)
        yield tries.one((name, "earlier", before), (*start, newest))


def _first(value: Fact, kept: Series, basis: Basis) -> Series:
    """Earlier facts with a value before all of its version: on the first day that can be counted from."""
    of_version = [fact.date for fact in kept if fact.status == KNOWN and fact.version == value.version]
    earliest = min([value.date, *of_version])
    day = max(earliest, FIRST_DAY + dt.timedelta(days=1)) - dt.timedelta(days=1)
    starts = [
        one for one in (_step_start(basis), basis.reading("last_step_change_date").value) if isinstance(one, dt.date)
    ]
    day = max([day, *(start for start in starts if start < value.date)])
    others = [fact for fact in kept if fact.date != day]
    return tuple(
        sorted([*others, Fact(value.finding, value.value, day, version=value.version)], key=lambda fact: fact.date)
    )


def _step_start(basis: Basis) -> dt.date | None:
    days = basis.reading("days_in_current_step")
    if isinstance(days.value, int) and days.date is not None and days.value < days.date.toordinal():
        return days.date - dt.timedelta(days=days.value)
    return None


def _middle(kind: ValueType) -> list[float]:
    low = kind.minimum if kind.minimum is not None else 0
    high = kind.maximum if kind.maximum is not None else low + 100
    return [within(kind, (low + high) / 2), within(kind, (low + 3 * high) / 4)]


def values_around(numbers: Iterable[float], limits: Limits, finding: Finding) -> list[int | float]:
    """Numbers that differ from others by just less than, exactly, and just more than each limit."""
    step = 1 if finding.type.kind == "int" else Fraction(1, 2)
    found: dict[int | float, None] = {}
    for number in numbers:
        start = exact(number)
        amounts = {Fraction(0)}
        for limit, percent in limits.sizes:
            sizes = [abs(start) * limit / WHOLE, abs(start) * limit / (WHOLE - limit) if limit < WHOLE else limit]
            amounts |= {one + near for one in (sizes if percent else [limit]) for near in (-step, 0, step)}
        for amount in amounts:
            found[within(finding.type, float(start + amount))] = None
            found[within(finding.type, float(start - amount))] = None
    return sorted(found)
