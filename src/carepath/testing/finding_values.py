"""Hypothesis strategies for the values of one finding: gathered around what the rules of a guideline compare with."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from carepath.content.guideline import CURRENT_NODE, Finding, Guideline
from carepath.inference.clauses import clauses_of
from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import (
    Change,
    Compare,
    Condition,
    Count,
    DaysSince,
    Every,
    FindingRef,
    Some,
    children,
)
from carepath.language.symbols import NUMERIC, ValueType
from carepath.testing.comparisons import numbers_compared
from carepath.testing.extra import st

_DAYS = (0, 1, 30, 400)
#: What may stand in the place of a value.
_STATUSES = ("unknown", "not_applicable", "refused")
_TEXTS = ("x", "a reason", "één ziekte")


@dataclass(frozen=True)
class _Marks:
    """The numbers by finding, and the days by date, that conditions compare with."""

    numbers: Mapping[str, set[float]]
    days: Mapping[str, set[int]]


class FindingValues:
    """Strategies for the findings of a guideline on a date, and on a pathway when one is given.

    Each is made once: Hypothesis looks a new one through before it draws from it.
    """

    def __init__(self, guideline: Guideline, pathway: str | None, at: dt.date) -> None:
        self.guideline = guideline
        self.pathway = guideline.pathway(pathway) if pathway is not None else None
        self.at = at
        self.scope = Scope(guideline.symbols.terms, guideline.symbols.findings, guideline.parameter_values(at))
        self.clauses = clauses_of(guideline)
        self.marks = self._marks()
        self._plain: dict[str, st.SearchStrategy[object]] = {}
        self._recorded: dict[str, st.SearchStrategy[object]] = {}

    # --- what rules compare with ------------------------------------------------------------------------------------

    def _marks(self) -> _Marks:
        numbers: dict[str, set[float]] = {}
        days: dict[str, set[int]] = {}
        leaves = list(_nodes([*self.clauses.values(), *self.guideline.symbols.terms.values()]))
        for name, number in numbers_compared(leaves, self.scope):
            self._mark(numbers, name, number)
        for leaf in leaves:
            if not isinstance(leaf, Compare) or isinstance(leaf.operand, FindingRef):
                continue
            operand, constant = leaf.operand, self.scope.constant(None, leaf.value)
            if isinstance(operand, DaysSince) and isinstance(constant, int):
                days.setdefault(operand.finding, set()).update((constant - 1, constant, constant + 1))
            elif isinstance(operand, Change) and isinstance(constant, int | float):
                middle = self._middle(operand.finding)
                amount = middle * constant / 100 if operand.percent else constant
                for number in (middle, middle - amount, middle + amount):
                    self._mark(numbers, operand.finding, number)
        return _Marks(numbers, days)

    def _middle(self, finding: str) -> float:
        kind = self.guideline.findings[finding].type
        return ((kind.minimum or 0) + (kind.maximum or 100)) // 2

    def _mark(self, numbers: dict[str, set[float]], finding: str, constant: float) -> None:
        steps = (-1, -0.1, 0, 0.1, 1) if self.scope.types[finding].kind == "decimal" else (-1, 0, 1)
        numbers.setdefault(finding, set()).update(round(constant + step, 6) for step in steps)

    # --- values -----------------------------------------------------------------------------------------------------

    def plain(self, finding: Finding) -> st.SearchStrategy[object]:
        """Known values as they stand in a record, dated on the evaluation date."""
        if finding.name not in self._plain:
            self._plain[finding.name] = self._values(finding)
        return self._plain[finding.name]

    def _values(self, finding: Finding) -> st.SearchStrategy[object]:
        if finding.type.kind == "date":
            days = {*_DAYS, *self.marks.days.get(finding.name, ())}
            return st.sampled_from([self.day(one) for one in sorted(days)])
        if finding.type.kind == "list":
            parts = finding.type.parts
            items = self._scalars(parts["value"]) if set(parts) == {"value"} else self._items(parts)
            return st.lists(items, max_size=3, min_size=0 if finding.empty_is_known else 1).map(list)
        if finding.name == CURRENT_NODE and self.pathway is not None:
            return st.sampled_from(tuple(self.pathway.steps))
        return self._scalars(finding.type, self.marks.numbers.get(finding.name, ()))

    def _items(self, parts: Mapping[str, ValueType]) -> st.SearchStrategy[object]:
        """Items of which any part may be absent, or said to be unknown."""
        absent: dict[str, st.SearchStrategy[object]] = {
            name: st.one_of(self._scalars(kind), st.sampled_from((None, "unknown"))) for name, kind in parts.items()
        }
        complete = st.fixed_dictionaries({name: self._scalars(kind) for name, kind in parts.items()})
        return st.one_of(complete, st.fixed_dictionaries({}, optional=absent))

    def _scalars(self, kind: ValueType, marks: Iterable[float] = ()) -> st.SearchStrategy[object]:
        if kind.kind == "bool":
            return st.booleans()
        if kind.kind in NUMERIC:
            return self._numbers(kind, marks)
        return st.sampled_from(kind.values or _TEXTS)

    def _numbers(self, kind: ValueType, marks: Iterable[float]) -> st.SearchStrategy[object]:
        low = kind.minimum if kind.minimum is not None else -100
        high = kind.maximum if kind.maximum is not None else max([*marks, 50]) * 2
        near = sorted({low, *(mark for mark in marks if low <= mark <= high), high})
        if kind.kind == "int":
            whole = sorted({int(number) for number in near})
            return st.one_of(st.sampled_from(whole), st.integers(int(low), int(high)))
        return st.one_of(st.sampled_from(near), st.integers(int(low * 10), int(high * 10)).map(lambda n: n / 10))

    # --- records ----------------------------------------------------------------------------------------------------

    def recorded(self, finding: Finding) -> st.SearchStrategy[object]:
        """Everything that may stand under the name of a finding."""
        if finding.name not in self._recorded:
            plain = (self.plain(finding),) * 3
            made = st.one_of(*plain, self.dated(finding), self.without(finding), self.series(finding))
            self._recorded[finding.name] = made
        return self._recorded[finding.name]

    def dates(self, finding: Finding) -> st.SearchStrategy[str]:
        """Dates just inside and outside the currency of a finding, and one after the evaluation date."""
        window = self.scope.parameters[finding.currency] if finding.currency is not None else 0
        days = sorted({*_DAYS, int(window), int(window) + 1})
        return st.sampled_from([self.day(one) for one in (*days, -1)])

    def dated(self, finding: Finding) -> st.SearchStrategy[object]:
        """A value with its date; of an instrument sometimes with its version."""
        parts = {"value": self.plain(finding), "date": self.dates(finding)}
        return st.fixed_dictionaries(parts, optional=self.versions(finding))

    def versions(self, finding: Finding) -> dict[str, st.SearchStrategy[object]]:
        """The part of a fact that names the version of an instrument; nothing for what is none."""
        return {"version": st.sampled_from(("1", "2"))} if finding.type.is_instrument else {}

    def without(self, finding: Finding, statuses: Sequence[str] = _STATUSES) -> st.SearchStrategy[object]:
        """The statement that a finding is unknown, refused or not applicable."""
        status = st.sampled_from(statuses)
        return st.fixed_dictionaries({"status": status}, optional={"date": self.dates(finding)})

    def series(self, finding: Finding) -> st.SearchStrategy[object]:
        """Some values with their dates, and statements; several may stand on one day."""
        dated = self.dated(finding)
        return st.lists(st.one_of(dated, dated, self.without(finding)), min_size=1, max_size=4).map(list)

    def telling(self, finding: Finding) -> st.SearchStrategy[object]:
        """Values that lists, dates and trends can be settled with; of an instrument a course of two values."""
        if not finding.type.is_instrument:
            return self.plain(finding)
        values = self._scalars(finding.type, self.marks.numbers.get(finding.name, ()))
        return st.tuples(values, values).map(
            lambda pair: [{"value": pair[0], "date": self.day(_DAYS[2])}, {"value": pair[1], "date": self.day(0)}]
        )

    def day(self, before: int) -> str:
        """The day so many days before the evaluation date, within the calendar."""
        ordinal = self.at.toordinal() - before
        return dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal())).isoformat()

    # --- what leads towards a condition -----------------------------------------------------------------------------

    def settled(self, finding: Finding, *, value: bool) -> st.SearchStrategy[object]:
        """The value of a yes or no; a number that is no less than every threshold."""
        if finding.type.kind == "bool":
            return st.just(value)
        marks = self.marks.numbers.get(finding.name)
        if not marks or finding.type.maximum is None:
            return self.plain(finding)
        return st.integers(int(max(marks)), int(finding.type.maximum))

    def candidates(self, finding: Finding) -> list[Known]:
        """The values of a finding that comparisons can tell apart."""
        kind = finding.type
        if kind.kind == "bool":
            return [False, True]
        if kind.kind not in NUMERIC:
            return list(kind.values)
        low, high = kind.minimum, kind.maximum
        marks = sorted(self.marks.numbers.get(finding.name, ()))
        within = [mark for mark in marks if (low is None or mark >= low) and (high is None or mark <= high)]
        return [int(mark) if kind.kind == "int" else mark for mark in within]


#: The last ones that were made: strategies are asked for again and again for the same guideline.
_recent: deque[FindingValues] = deque(maxlen=16)


def values_of(guideline: Guideline, pathway: str | None, at: dt.date) -> FindingValues:
    """The values of the findings of a guideline, made before or made now."""
    for one in tuple(_recent):
        given = one.pathway.name if one.pathway is not None else None
        if one.guideline is guideline and given == pathway and one.at == at:
            return one
    made = FindingValues(guideline, pathway, at)
    _recent.append(made)
    return made


def _nodes(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """Every condition and those below it; those over the items of a list are left out."""
    stack = list(conditions)
    while stack:
        node = stack.pop()
        if not isinstance(node, Some | Every | Count):
            yield node
        stack.extend(children(node))
