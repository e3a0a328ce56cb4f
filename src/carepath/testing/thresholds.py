"""The thresholds of a guideline: where a number or a day is compared, and on which side of it a patient is.

Coverage asks this of patients that are there. Which values to make patients with is another question: see
``comparisons``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from carepath.content.guideline import EVALUATION_DATE, Guideline
from carepath.errors import Place
from carepath.inference.clauses import clauses_of, leaves_of
from carepath.language.evaluate import Scope, Values
from carepath.language.nodes import (
    Compare,
    Condition,
    Count,
    Day,
    DaysSince,
    Every,
    FindingRef,
    Number,
    Some,
    Word,
)
from carepath.language.symbols import NUMERIC, Symbols, ValueType
from carepath.language.write import write_line, write_operand, write_value
from carepath.record.derived import Situation, counter, leaf_findings, trend_of
from carepath.standing import terms_of

UNDER, ON, OVER = "under", "on", "over"
#: The sides that an operator tells apart at the limit itself; the side further off says nothing more.
TOLD_APART = {
    ">=": (UNDER, ON),
    "<": (UNDER, ON),
    ">": (ON, OVER),
    "<=": (ON, OVER),
    "==": (UNDER, ON, OVER),
    "!=": (UNDER, ON, OVER),
}
Leaf = Compare | Count


@dataclass(frozen=True, slots=True)
class Threshold:
    """A comparison with a number or a day, in a term or in the conditions of a rule, an entry or a transition.

    Attributes:
        leaf: the comparison.
        inside: the list operator in whose ``where`` it stands, if it does.
        term: the term that holds it, if one does.
        holder: what holds it, in words.
        clauses: the ids of the clauses whose verdict can depend on it.
        sides: the sides that scenarios have to be on, as far as the operator tells them apart and values allow.
        place: where it stands.
    """

    leaf: Leaf
    inside: Some | Every | Count | None
    term: str | None
    holder: str
    clauses: tuple[str, ...]
    sides: tuple[str, ...]
    place: Place | None

    @property
    def kind(self) -> str:
        """``date`` where days are compared, else ``threshold``."""
        return "date" if isinstance(self.leaf, Compare) and _is_day(self.leaf) else "threshold"

    @property
    def subject(self) -> str:
        """The comparison as it is written, and what holds it."""
        where = f" in the items of {self.inside.of}" if self.inside is not None else ""
        return f"`{write_line(self.leaf)}`{where} of {self.holder}"

    def example(self, side: str) -> str:
        """What a patient on a side has."""
        what = write_operand(self.leaf.operand) if isinstance(self.leaf, Compare) else f"a count of {self.leaf.of}"
        words = {UNDER: "under", ON: "exactly", OVER: "over"}
        if self.kind == "date" and what == EVALUATION_DATE:
            what, words = "an evaluation date", {UNDER: "before", ON: "of exactly", OVER: "after"}
        return f"{what} {words[side]} {write_value(self.leaf.value)}"


def thresholds_of(guideline: Guideline) -> tuple[Threshold, ...]:
    """The thresholds of all conditions that are evaluated for a patient; equal ones of one holder are one."""
    conditions = clauses_of(guideline)
    users: dict[str, list[str]] = {}
    for clause, condition in conditions.items():
        for term in terms_of(condition, guideline):
            users.setdefault(term, []).append(clause)
    found: list[Threshold] = []
    for name, used_by in users.items():
        held = guideline.terms[name]
        found += _in_holder(guideline, [held.when], _Holder(f"term {name}", tuple(used_by), held.place, term=name))
    holders: dict[str, tuple[list[str], Place | None]] = {}
    for clause in conditions:
        holder, place = _holder(guideline, clause)
        holders.setdefault(holder, ([], place))[0].append(clause)
    for name, (ids, place) in holders.items():
        found += _in_holder(guideline, [conditions[one] for one in ids], _Holder(name, tuple(ids), place))
    return tuple(found)


def _holder(guideline: Guideline, clause: str) -> tuple[str, Place | None]:
    """What a clause belongs to: a rule with its outputs, or the entry itself."""
    kind, _, rest = clause.partition(":")
    if kind == "output":
        kind, rest = "rule", rest.rpartition(":")[0]
    if kind == "rule":
        return f"rule {rest}", guideline.rules[rest].place
    return f"{kind} {rest}", None


@dataclass(frozen=True, slots=True)
class _Holder:
    """A term, or a rule or entry, with the clauses whose verdict it can settle."""

    name: str
    clauses: tuple[str, ...]
    place: Place | None
    term: str | None = None


def _in_holder(guideline: Guideline, conditions: Iterable[Condition], holder: _Holder) -> list[Threshold]:
    found: dict[tuple[Leaf, Condition | None], Threshold] = {}
    for leaf, inside, symbols in _leaves(conditions, guideline.symbols):
        sides = _sides(leaf, symbols, guideline)
        if sides and (leaf, inside) not in found:
            place = leaf.place or (inside.place if inside is not None else None) or holder.place
            found[leaf, inside] = Threshold(leaf, inside, holder.term, holder.name, holder.clauses, sides, place)
    return list(found.values())


def _leaves(
    conditions: Iterable[Condition], symbols: Symbols
) -> Iterator[tuple[Leaf, Some | Every | Count | None, Symbols]]:
    for leaf in leaves_of(conditions):
        if isinstance(leaf, Compare | Count):
            yield leaf, None, symbols
        if isinstance(leaf, Some | Every | Count) and leaf.where is not None:
            items = symbols.for_items_of(leaf.of)
            yield from ((one, leaf, items) for one, _, _ in _leaves([leaf.where], items))


def _sides(leaf: Leaf, symbols: Symbols, guideline: Guideline) -> tuple[str, ...]:
    """The sides of a comparison that matter and that values can be on; none where it compares no number or day."""
    kind = _type(leaf, symbols)
    limits = _limits(leaf, guideline)
    if kind is None or not limits:
        return ()
    possible = {
        UNDER: kind.minimum is None or any(limit > kind.minimum for limit in limits),
        ON: kind.kind != "int" or any(limit == int(limit) for limit in limits),
        OVER: kind.maximum is None or any(limit < kind.maximum for limit in limits),
    }
    told = TOLD_APART[leaf.op]
    if not possible[ON]:  # a count of halves: the side beyond the limit stands for it
        told = (UNDER, OVER)
    return tuple(side for side in told if possible[side])


def _type(leaf: Leaf, symbols: Symbols) -> ValueType | None:
    if isinstance(leaf, Count):
        return ValueType("int", minimum=0)
    if isinstance(leaf.operand, DaysSince):
        return ValueType("int", minimum=0)
    if isinstance(leaf.operand, FindingRef):
        kind = symbols.findings[leaf.operand.name]
        ordered = kind.kind == "date" or (kind.kind in NUMERIC and not kind.enumerated)
        return kind if ordered else None
    return ValueType("decimal")


def _limits(leaf: Leaf, guideline: Guideline) -> tuple[float, ...]:
    """The numbers that the value stands for, on any date; a day is its ordinal number."""
    if isinstance(leaf.value, Number):
        return (leaf.value.value,)
    if isinstance(leaf.value, Day):
        return (leaf.value.value.toordinal(),)
    if not isinstance(leaf.value, Word) or leaf.value.name not in guideline.parameters:
        return ()
    given = (dated.value for dated in guideline.parameters[leaf.value.name].values)
    return tuple(one.toordinal() if isinstance(one, dt.date) else one for one in given if one is not None)


def _is_day(leaf: Compare) -> bool:
    return isinstance(leaf.operand, DaysSince) or leaf.operand == FindingRef(EVALUATION_DATE)


def read_by_conditions(guideline: Guideline) -> frozenset[str]:
    """The findings that a condition reads which is evaluated for a patient."""
    conditions = clauses_of(guideline)
    terms = {term for condition in conditions.values() for term in terms_of(condition, guideline)}
    every = [*conditions.values(), *(guideline.terms[term].when for term in terms)]
    return frozenset(name for leaf in leaves_of(every) for name in leaf_findings(leaf))


# --- where a patient is -------------------------------------------------------------------------------------------

#: Tells the sides on which a patient is; more than one for the items of a list, none while it is unknown.
Gauge = Callable[[Situation, Values], frozenset[str]]


def gauge(threshold: Threshold, guideline: Guideline, scope: Scope) -> Gauge:
    """What tells on which sides of a threshold a patient is."""
    leaf = threshold.leaf
    if threshold.inside is not None:
        return _gauge_items(threshold.inside.of, leaf, scope)
    if isinstance(leaf, Count):
        limit = scope.constant(None, leaf.value)
        count = counter(leaf, guideline.findings, scope)
        return lambda situation, _values: _of_interval(count(situation), limit)
    operand = leaf.operand
    if isinstance(operand, FindingRef):
        limit = scope.constant(operand, leaf.value)
        return lambda _situation, values: _side(values.get(operand.name), limit)
    limit = scope.constant(None, leaf.value)
    if isinstance(operand, DaysSince):
        return lambda situation, _values: _side(_days(situation, operand.finding), limit)

    def changed(situation: Situation, _values: Values) -> frozenset[str]:
        trend = trend_of(operand, situation)
        amount = None if trend is None else trend.percent if operand.percent else trend.change
        return _side(amount, Fraction(str(limit)))

    return changed


def _gauge_items(name: str, leaf: Leaf, scope: Scope) -> Gauge:
    if not isinstance(leaf, Compare) or not isinstance(leaf.operand, FindingRef):
        return lambda _situation, _values: frozenset()
    part, limit = leaf.operand.name, scope.constant(None, leaf.value)

    def items(situation: Situation, _values: Values) -> frozenset[str]:
        value = situation.reading(name).value
        held = value if isinstance(value, tuple) else ()
        return frozenset(side for item in held for side in _side(item.get(part), limit))

    return items


def _days(situation: Situation, finding: str) -> int | None:
    value = situation.reading(finding).value
    if not isinstance(value, dt.date) or value > situation.at:
        return None
    return (situation.at - value).days


def _of_interval(interval: tuple[int, int] | None, limit: object) -> frozenset[str]:
    """The side of a count that may be an interval: none while the interval holds more than one side."""
    if interval is None:
        return frozenset()
    sides = {side for number in range(interval[0], interval[1] + 1) for side in _side(number, limit)}
    return frozenset(sides) if len(sides) == 1 else frozenset()


def _side(number: object, limit: object) -> frozenset[str]:
    if not isinstance(number, int | float | Fraction) or not isinstance(limit, int | float | Fraction):
        return frozenset()
    return frozenset({UNDER if number < limit else ON if number == limit else OVER})
