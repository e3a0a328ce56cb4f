"""Lists and series that make the conditions on a list, or on a change, true or false."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import Finding
from carepath.explain.fills import Series, conditions_on_items, fills_of, parts_of, renewed, situation_with, within
from carepath.language.nodes import Change, Compare, Condition, Count
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.record.facts import KNOWN, Fact, Item, Part

#: At most so many different items, and so many ways to fill what items lack, are tried.
MAX_ITEMS = 60
MAX_FILLED = 400
WHOLE = 100


def list_fills(finding: Finding, leaves: Sequence[Condition], basis: Basis) -> tuple[Series, ...]:
    """Lists that the leaves tell apart; where a list is known, what its items lack is filled in."""
    facts, known = basis.situation.record.facts(finding.name), basis.reading(finding.name)
    if isinstance(known.value, tuple):
        day = known.date or basis.at
        lists: Iterator[tuple[Item, ...]] = _completed(known.value, finding, leaves, basis)
    else:
        day, lists = basis.at, _new_lists(finding, leaves, basis)
    return _told_apart((renewed(facts, finding.name, value, day) for value in lists), finding.name, leaves, basis)


def _told_apart(found: Iterable[Series], name: str, leaves: Sequence[Condition], basis: Basis) -> tuple[Series, ...]:
    """One series for each way in which it settles the leaves; those that leave one unknown are no completion.

    A leaf that waits for another finding too is looked at with each value of that one.
    """
    distinct: dict[tuple[Truth, ...], Series] = {}
    beside = {leaf: _beside(leaf, name, basis) for leaf in leaves}
    for series in found:
        alone = situation_with(basis, {name: series})
        truths: list[Truth] = []
        for leaf, others in beside.items():
            situations = (situation_with(basis, {name: series, **other}) if other else alone for other in others)
            of_leaf = [basis.prepared.settle(leaf, situation) for situation in situations]
            if all(truth is Truth.UNKNOWN for truth in of_leaf):
                break
            truths += of_leaf
        else:
            distinct.setdefault(tuple(truths), series)
    return tuple(distinct.values())


def _beside(leaf: Condition, name: str, basis: Basis) -> list[dict[str, Series]]:
    """What the other unknown finding of a leaf could become; where there is none, nothing."""
    for other in leaf_findings(leaf):
        if other != name and basis.reason(other) is not None:
            return [{other: series} for series in fills_of(other, (leaf,), basis)]
    return [{}]


# --- lists -----------------------------------------------------------------------------------------------------------


def _new_lists(finding: Finding, leaves: Sequence[Condition], basis: Basis) -> Iterator[tuple[Item, ...]]:
    """The empty list, each item, each two, and as many as a count asks for."""
    counts = [leaf for leaf in leaves if isinstance(leaf, Count)]
    most = max((int(basis.prepared.scope.constant(None, leaf.value)) + 1 for leaf in counts), default=2)
    distinct = {leaf.distinct for leaf in counts if leaf.distinct is not None}
    items = _items(finding, leaves, distinct, most, basis)
    if finding.empty_is_known:
        yield ()
    yield from ((item,) for item in items)
    yield from itertools.combinations(items, 2)
    for number in range(3, most + 1):
        for index in range(len(items)):
            yield tuple(items[(index + step) % len(items)] for step in range(number))
        for _, alike in itertools.groupby(items, key=lambda item: [item[key] for key in item if key not in distinct]):
            yield tuple(alike)[:number]


def _items(
    finding: Finding, leaves: Sequence[Condition], distinct: set[str], most: int, basis: Basis
) -> list[dict[str, Part]]:
    """Items in which what is counted by its different values varies fastest."""
    below = conditions_on_items(leaves)
    ordered = sorted(finding.type.parts.items(), key=lambda pair: pair[0] in distinct)
    choices: list[tuple[Part, ...]] = []
    for name, kind in ordered:
        wide = kind.values[:most] if name in distinct and kind.values else ()
        choices.append(wide or parts_of(kind, name, below, basis.prepared.scope))
    names = [name for name, _ in ordered]
    made = itertools.islice(itertools.product(*choices), MAX_ITEMS)
    return [dict(zip(names, values, strict=True)) for values in made]


def _completed(
    items: tuple[Item, ...], finding: Finding, leaves: Sequence[Condition], basis: Basis
) -> Iterator[tuple[Item, ...]]:
    """The list with every part that its items lack."""
    below = conditions_on_items(leaves)
    distinct = {leaf.distinct for leaf in leaves if isinstance(leaf, Count)}
    lacking = [
        (i, name, kind) for i, item in enumerate(items) for name, kind in finding.type.parts.items() if name not in item
    ]

    def choices(name: str, kind: ValueType) -> tuple[Part, ...]:
        return kind.values if name in distinct and kind.values else parts_of(kind, name, below, basis.prepared.scope)

    ways = itertools.product(*(choices(name, kind) for _, name, kind in lacking))
    for values in itertools.islice(ways, MAX_FILLED):
        made = [dict(item) for item in items]
        for (index, name, _), value in zip(lacking, values, strict=True):
            made[index][name] = value
        yield tuple(made)


# --- changes ---------------------------------------------------------------------------------------------------------


def trend_fills(finding: Finding, leaves: Sequence[Condition], basis: Basis) -> tuple[Series, ...]:
    """Series with a newest value and one to count from, around each limit of a change."""
    changes = [leaf for leaf in leaves if isinstance(leaf, Compare) and isinstance(leaf.operand, Change)]
    for ways in (_with_newest, _with_earlier, _with_both):
        found = _told_apart(ways(finding, changes, basis), finding.name, leaves, basis)
        if found:
            return found
    return ()


def _with_newest(finding: Finding, changes: list[Compare], basis: Basis) -> Iterator[Series]:
    """A value of today beside those that are there."""
    kept = _before_today(finding, basis)
    newest = basis.reading(finding.name)
    if newest.known and newest.date == basis.at:
        return
    version = next((fact.version for fact in reversed(kept) if fact.status == KNOWN), None)
    starts = {fact.value for fact in kept if fact.status == KNOWN and fact.version == version}
    numbers = [value for value in starts if isinstance(value, int | float)]
    for value in values_around(numbers, changes, finding, basis):
        yield (*kept, Fact(finding.name, value, basis.at, version=version))


def _with_both(finding: Finding, changes: list[Compare], basis: Basis) -> Iterator[Series]:
    """A value of today and one to count it from."""
    kept = _before_today(finding, basis)
    newest = basis.reading(finding.name)
    if newest.known and newest.date == basis.at:
        return
    for before in _middle(finding.type):
        for value in values_around([before], changes, finding, basis):
            today = Fact(finding.name, value, basis.at)
            yield (*_first(before, today, kept, basis), today)


def _before_today(finding: Finding, basis: Basis) -> Series:
    return tuple(fact for fact in basis.situation.record.facts(finding.name) if fact.date < basis.at)


def _with_earlier(finding: Finding, changes: list[Compare], basis: Basis) -> Iterator[Series]:
    """The newest value stays; a value to count it from is added."""
    reading = basis.reading(finding.name)
    if not reading.known or not isinstance(reading.value, int | float):
        return
    newest = reading.facts[0]
    kept = tuple(fact for fact in _before_today(finding, basis) if fact.date < newest.date)
    for before in values_around([reading.value], changes, finding, basis):
        yield (*_first(before, newest, kept, basis), newest)


def _first(before: float, newest: Fact, kept: Series, basis: Basis) -> Series:
    """Earlier facts with a value before all of the newest one's version: on the first day that can be counted from."""
    of_version = [fact.date for fact in kept if fact.status == KNOWN and fact.version == newest.version]
    day = min([newest.date, *of_version]) - dt.timedelta(days=1)
    starts = [
        one for one in (_step_start(basis), basis.reading("last_step_change_date").value) if isinstance(one, dt.date)
    ]
    day = max([day, *(start for start in starts if start < newest.date)])
    others = [fact for fact in kept if fact.date != day]
    return tuple(
        sorted([*others, Fact(newest.finding, before, day, version=newest.version)], key=lambda fact: fact.date)
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


def values_around(
    numbers: Iterable[float], changes: list[Compare], finding: Finding, basis: Basis
) -> list[int | float]:
    """Numbers that differ from others by just less than, exactly, and just more than each limit."""
    step = 1 if finding.type.kind == "int" else Fraction(1, 2)
    found: dict[int | float, None] = {}
    for number in numbers:
        start = Fraction(str(number))
        amounts = {Fraction(0)}
        for leaf in changes:
            limit = Fraction(str(basis.prepared.scope.constant(None, leaf.value)))
            percent = isinstance(leaf.operand, Change) and leaf.operand.percent
            sizes = [abs(start) * limit / WHOLE, abs(start) * limit / (WHOLE - limit) if limit < WHOLE else limit]
            amounts |= {one + near for one in (sizes if percent else [limit]) for near in (-step, 0, step)}
        for amount in amounts:
            found[within(finding.type, float(start + amount))] = None
            found[within(finding.type, float(start - amount))] = None
    return sorted(found)
