"""The values of one finding that conditions can tell apart, and those just beside every boundary that they have.

Of a threshold the value itself, the one just under and the one just over; of a class every value; of a date and of
what goes stale the day itself and the days beside it; of a list and of a course over time what brings a count or a
change to its threshold. Beside these always: not recorded. Nothing is drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from carepath.content.guideline import Finding, Guideline
from carepath.language.evaluate import Scope
from carepath.language.nodes import Compare, Condition, Count, DaysSince, Every, Some
from carepath.language.symbols import NUMERIC, ValueType
from carepath.testing.boundary_courses import COURSE_DAYS, courses, moments_of
from carepath.testing.comparisons import numbers_compared
from carepath.testing.recorded import Dated, Option, Recorded, plain

#: A day that no condition reads: for a date whose age does not matter.
_SOME_DAY = 1
_SOME_TEXT = "x"
#: Of so many values it is tried what becomes of them when they go stale.
_MAX_AGED = 6


#: Gives items of a list in the form of their known parts: those that a condition over the parts tells apart.
ItemsOf = Callable[[Condition, Mapping[str, ValueType]], list[Mapping[str, object]]]


class BoundaryValues:
    """The options of the findings that some conditions read.

    Args:
        guideline: the content; types, ranges and currencies come from its findings.
        scope: what names stand for on the date.
        leaves: the leaves of the conditions, terms written out.
        items_of: gives the items that a condition over the parts of an item tells apart.
    """

    def __init__(self, guideline: Guideline, scope: Scope, leaves: Iterable[Condition], items_of: ItemsOf) -> None:
        self.guideline = guideline
        self.scope = scope
        self.leaves = tuple(dict.fromkeys(leaves))
        self.items_of = items_of

    def options(self, finding: Finding) -> tuple[Option, ...]:
        """What can be recorded of a finding, plain values first; the last is that nothing is."""
        kind = finding.type
        if kind.kind == "list":
            found = [plain(value) for value in self._lists(finding)]
        elif kind.kind == "date":
            found = [Recorded((Dated(day),), is_day=True) for day in self._days(finding)]
        else:
            found = [plain(value) for value in scalars(kind, self.marks(finding.name))]
        every = [*found, *courses(finding, self.leaves, self.scope), *self._ages(finding, found), None]
        return tuple({repr(one): one for one in every}.values())

    # --- numbers and days -------------------------------------------------------------------------------------------

    def marks(self, finding: str) -> set[int | float]:
        """The numbers that a finding is compared with."""
        return {number for name, number in numbers_compared(self.leaves, self.scope) if name == finding}

    def _thresholds(self, holds: Callable[[Compare], bool]) -> list[int | float]:
        found = [self.scope.constant(None, one.value) for one in self.leaves if isinstance(one, Compare) and holds(one)]
        return sorted({one for one in found if isinstance(one, int | float)})

    def _days(self, finding: Finding) -> list[int]:
        name = finding.name
        marks = self._thresholds(lambda one: isinstance(one.operand, DaysSince) and one.operand.finding == name)
        days = [math.floor(mark) + by for mark in marks for by in (-1, 0, 1)]
        if self._counts_from(name):
            days += [COURSE_DAYS - 1, COURSE_DAYS, COURSE_DAYS + 1]
        # Beside them a date that still lies ahead: of it no days have passed.
        return [*dict.fromkeys([*days, 0, -1])] if days else [_SOME_DAY]

    def _counts_from(self, finding: str) -> bool:
        return finding == "last_step_change_date" and any(
            "last_step_change_date" in moments_of(leaf) for leaf in self.leaves
        )

    def _ages(self, finding: Finding, found: list[Recorded]) -> Iterator[Recorded]:
        """The last day on which a value is current and the day after, of each value that rules tell apart."""
        if finding.currency is None:
            return
        window = int(self.scope.parameters[finding.currency])
        for value in [one.facts[0].value for one in found[:_MAX_AGED]]:
            yield from (Recorded((Dated(value, before),)) for before in (window, window + 1))

    # --- lists ------------------------------------------------------------------------------------------------------

    def _lists(self, finding: Finding) -> Iterator[tuple[object, ...]]:
        """Lists in which one item decides, and those in which none does; single values stand as themselves."""
        parts = finding.type.parts
        found: dict[str, tuple[object, ...]] = {}
        for leaf in self.leaves:
            if isinstance(leaf, Some | Every | Count) and leaf.of == finding.name:
                for items in self._of_leaf(leaf, parts):
                    written = tuple(item.get("value") for item in items) if set(parts) == {"value"} else tuple(items)
                    found.setdefault(repr(written), written)
        if finding.empty_is_known or not found:
            found.setdefault("()", ())
        yield from found.values()

    def _of_leaf(
        self, leaf: Some | Every | Count, parts: Mapping[str, ValueType]
    ) -> Iterator[Sequence[Mapping[str, object]]]:
        where = leaf.where
        probes = self.items_of(where, parts) if where is not None else [_item(parts)]
        sure = probes[0]
        if not isinstance(leaf, Count):
            yield from ([probe] for probe in probes)
            yield from ([sure, probe] for probe in probes[1:])
            return
        threshold = self.scope.constant(None, leaf.value)
        most = int(threshold) if isinstance(threshold, int | float) else 1
        names = _distinct(leaf.distinct, parts, most + 1)
        for count in range(max(most - 1, 0), most + 1):
            counted = [{**sure, **names[index]} for index in range(count)]
            yield counted
            for probe in probes:
                own = names[count] if leaf.distinct not in _parts_read(where) else {}
                yield [*counted, {**probe, **own}]
            if counted:
                # The same once more: it counts twice, except where distinct values are counted.
                yield [*counted, counted[-1]]


def scalars(kind: ValueType, marks: Iterable[int | float] = ()) -> list[object]:
    """The values of a type that is no list and no date that comparisons with some numbers tell apart."""
    if kind.kind == "bool":
        return [True, False]
    if kind.kind not in NUMERIC:
        return list(kind.values) or [_SOME_TEXT]
    low = kind.minimum if kind.minimum is not None else -math.inf
    high = kind.maximum if kind.maximum is not None else math.inf
    if kind.enumerated and not math.isinf(low) and not math.isinf(high):
        return list(range(int(low), int(high) + 1))
    steps = (0, -1, 1) if kind.kind == "int" else (0, -0.1, 0.1, -1, 1)
    near = [round(mark + step, 6) for mark in sorted(marks) for step in steps]
    within = [value for value in near if low <= value <= high]
    values = within or [low if not math.isinf(low) else 0]
    return [int(value) if kind.kind == "int" else value for value in dict.fromkeys(values)]


def _item(parts: Mapping[str, ValueType]) -> Mapping[str, object]:
    return {name: scalars(kind)[0] for name, kind in parts.items()}


def _distinct(part: str | None, parts: Mapping[str, ValueType], count: int) -> list[Mapping[str, object]]:
    """So many items' worth of a part, all different as far as it has values."""
    if part is None:
        return [{}] * (count + 1)
    values = list(parts[part].values) or [f"{_SOME_TEXT}{index}" for index in range(count + 1)]
    return [{part: values[index % len(values)]} for index in range(count + 1)]


def _parts_read(where: Condition | None) -> frozenset[str]:
    from carepath.language.check import names_of  # noqa: PLC0415 - only lists with a condition need it

    return frozenset(names_of(where)) if where is not None else frozenset()
