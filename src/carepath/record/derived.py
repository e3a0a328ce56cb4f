"""Settles the leaves that engines do not see: lists, dates, trends and ``is known``, each to true, false or unknown.

A count over items with unknown parts is an interval; a comparison with it is settled when the whole interval agrees. So
is a comparison with a number of which bounds are known; a list that is known in part may hold more items.
A trend needs two values of one instrument in one version, the newest of them not stale.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from carepath.content.guideline import Finding
from carepath.language.evaluate import Compiler, Scope
from carepath.language.nodes import (
    MOMENT_FINDINGS,
    Among,
    Change,
    Compare,
    Condition,
    Count,
    DaysSince,
    Every,
    FindingRef,
    IsKnown,
    Named,
    Some,
)
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth, conjunction, disjunction
from carepath.language.write import write_line
from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, Item, Record
from carepath.record.snapshot import Reading, missing

#: What tells when the present step began; either one does.
STEP_STARTS = ("days_in_current_step", "last_step_change_date")
#: Since when a trend counts while that is not known.
FIRST_VALUE = "first value"

_OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Trend:
    """A change between two values; ``since`` says which moment the baseline stands for."""

    finding: str
    baseline: Fact
    newest: Fact
    since: str
    change: Fraction
    percent: Fraction | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What derived leaves are settled from: the record, the readings and the date."""

    record: Record
    readings: Mapping[str, Reading]
    findings: Mapping[str, Finding]
    at: dt.date
    _missing: dict[str, Reading] = field(default_factory=dict, repr=False, compare=False)
    #: Trends that were worked out, by finding, moment and direction.
    _trends: dict[tuple[str, str, str], Trend | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def with_facts(self, series: Mapping[str, tuple[Fact, ...]], readings: Mapping[str, Reading]) -> Situation:
        """The same where some findings have other facts and readings."""
        record = Record({**self.record.series, **series}, self.record.used, self.record.unused)
        return Situation(record, {**self.readings, **readings}, self.findings, self.at, self._missing)

    def reading(self, finding: str) -> Reading:
        """The reading of a finding, recorded or not."""
        found = self.readings.get(finding) or self._missing.get(finding)
        if found is None:
            found = self._missing[finding] = missing(finding)
        return found


#: Tells the truth of one derived leaf.
Settler = Callable[[Situation], Truth]


def settle(condition: Condition, situation: Situation, scope: Scope) -> Truth:
    """The truth of a derived leaf.

    Raises:
        TypeError: the condition is no derived leaf.
    """
    return settler(condition, situation.findings, scope)(situation)


def settler(condition: Condition, findings: Mapping[str, Finding], scope: Scope) -> Settler:
    """What settles a derived leaf, for any patient.

    Raises:
        TypeError: the condition is no derived leaf.
    """
    if isinstance(condition, IsKnown):
        return _settle_known(condition.finding)
    if isinstance(condition, Some | Every):
        return _settle_quantified(condition, findings, scope)
    if isinstance(condition, Count):
        return _settle_count(condition, findings, scope)
    if isinstance(condition, Compare | Among) and isinstance(condition.operand, FindingRef):
        return _settle_bounds(condition, condition.operand, scope)
    if isinstance(condition, Compare) and isinstance(condition.operand, DaysSince):
        return _settle_days(condition.operand.finding, _comparison(condition, scope))
    if isinstance(condition, Compare) and isinstance(condition.operand, Change):
        return _settle_change(condition.operand, _comparison(condition, scope))
    message = f"{type(condition).__name__} is no derived leaf"
    raise TypeError(message)


def findings_of(condition: Condition) -> tuple[str, ...]:
    """The findings that a derived leaf reads, the one that it is about first."""
    if isinstance(condition, IsKnown):
        return (condition.finding,)
    if isinstance(condition, Some | Every | Count):
        return (condition.of,)
    if isinstance(condition, Compare) and isinstance(condition.operand, DaysSince):
        return (condition.operand.finding,)
    if isinstance(condition, Compare) and isinstance(condition.operand, Change):
        moment = MOMENT_FINDINGS.get(condition.operand.since)
        return (condition.operand.finding,) if moment is None else (condition.operand.finding, moment)
    return ()


def leaf_findings(leaf: Condition) -> tuple[str, ...]:
    """The findings that any leaf of a condition reads, the one that it is about first."""
    if isinstance(leaf, Named):
        return (leaf.name,)
    if isinstance(leaf, Among):
        return (leaf.operand.name,)
    if isinstance(leaf, Compare) and isinstance(leaf.operand, FindingRef):
        return (leaf.operand.name,)
    return findings_of(leaf)


def exact(number: object) -> Fraction:
    """A number as it is written: 0.1 is a tenth, not what a computer keeps of it."""
    return Fraction(number) if type(number) is int else Fraction(str(number))


def _comparison(condition: Compare, scope: Scope) -> Callable[[int | Fraction], Truth]:
    compare, threshold = _OPERATORS[condition.op], exact(scope.constant(None, condition.value))
    return lambda number: TRUE if compare(number, threshold) else FALSE


def _settle_known(finding: str) -> Settler:
    def known(situation: Situation) -> Truth:
        reading = situation.readings.get(finding)
        return TRUE if reading is not None and reading.known else UNKNOWN

    return known


def _settle_days(finding: str, compare: Callable[[int | Fraction], Truth]) -> Settler:
    def days_since(situation: Situation) -> Truth:
        value = situation.reading(finding).value
        if not isinstance(value, dt.date):
            return UNKNOWN
        days = (situation.at - value).days
        return compare(days) if days >= 0 else UNKNOWN

    return days_since


# --- bounds -----------------------------------------------------------------------------------------------------


def _settle_bounds(condition: Compare | Among, operand: FindingRef, scope: Scope) -> Settler:
    """Settled by the bounds of a number, where every number within them agrees."""
    truth_of = _within_bounds(condition, operand, scope)

    def compared(situation: Situation) -> Truth:
        part = situation.reading(operand.name).part
        return truth_of(part) if isinstance(part, Bounds) else UNKNOWN

    return compared


def _within_bounds(condition: Compare | Among, operand: FindingRef, scope: Scope) -> Callable[[Bounds], Truth]:
    if isinstance(condition, Among):
        constants = {scope.constant(operand, value) for value in condition.values}
        whole = scope.types[operand.name].kind == "int"

        def among(part: Bounds) -> Truth:
            found = [one for one in constants if isinstance(one, int | float) and part.low <= one <= part.high]
            if whole and len(found) == part.high - part.low + 1:
                return TRUE
            return UNKNOWN if found else FALSE

        return among
    compare, threshold = _comparison(condition, scope), exact(scope.constant(None, condition.value))

    def compared(part: Bounds) -> Truth:
        low, high = exact(part.low), exact(part.high)
        between = max(low, min(threshold, high))  # only there it may be otherwise than at both ends
        truths = {compare(number) for number in (low, between, high)}
        return truths.pop() if len(truths) == 1 else UNKNOWN

    return compared


# --- lists ------------------------------------------------------------------------------------------------------


def _items(finding: str, situation: Situation) -> tuple[tuple[Item, ...], bool] | None:
    """The items of a list, and whether others may stand beside them; None while nothing is known of it."""
    reading = situation.readings.get(finding)
    if reading is None:
        return None
    if isinstance(reading.part, tuple):
        return reading.part, True
    return (reading.value, False) if isinstance(reading.value, tuple) else None


def _item_truth(where: Condition | None, finding: Finding, scope: Scope) -> Callable[[Item], Truth]:
    """What tells whether an item of a list satisfies a condition over its parts."""
    if where is None:
        return lambda _item: TRUE
    parts = finding.type.parts
    evaluate = Compiler(Scope({}, parts, scope.parameters)).compile(where)
    known = {part: write_line(IsKnown(part)) for part in parts}
    return lambda item: evaluate({**item, **{known[part]: True for part in item}})


def _settle_quantified(condition: Some | Every, findings: Mapping[str, Finding], scope: Scope) -> Settler:
    name, some = condition.of, isinstance(condition, Some)
    truth_of = _item_truth(condition.where, findings[name], scope)

    def quantified(situation: Situation) -> Truth:
        found = _items(name, situation)
        if found is None:
            return UNKNOWN
        items, more = found
        truths = [*map(truth_of, items), *((UNKNOWN,) if more else ())]
        if some:
            return disjunction(truths)
        return conjunction(truths) if truths else FALSE

    return quantified


def _settle_count(condition: Count, findings: Mapping[str, Finding], scope: Scope) -> Settler:
    compare, threshold = _OPERATORS[condition.op], scope.constant(None, condition.value)
    count = counter(condition, findings, scope)

    def counted(situation: Situation) -> Truth:
        found = count(situation)
        if found is None:
            return UNKNOWN
        low, high = found
        results = {compare(number, threshold) for number in range(low, high + 1)}
        return Truth.of(results.pop()) if len(results) == 1 else UNKNOWN

    return counted


def counter(
    condition: Count, findings: Mapping[str, Finding], scope: Scope
) -> Callable[[Situation], tuple[int, int] | None]:
    """What counts for any patient: the least and the greatest number that the items allow, None without a list."""
    name, distinct = condition.of, condition.distinct
    truth_of = _item_truth(condition.where, findings[name], scope)
    # There may be any number of others: beyond the threshold all numbers compare alike.
    beyond = math.ceil(exact(scope.constant(None, condition.value))) + 1

    def count(situation: Situation) -> tuple[int, int] | None:
        found = _items(name, situation)
        if found is None:
            return None
        items, more = found
        low, high = _interval([(item, truth_of(item)) for item in items], distinct)
        return low, max(high, beyond) if more else high

    return count


def _interval(truths: list[tuple[Item, Truth]], distinct: str | None) -> tuple[int, int]:
    """The least and the greatest number that the items allow, whatever the unknown parts turn out to be."""
    sure = [item for item, truth in truths if truth is TRUE]
    possible = [item for item, truth in truths if truth is UNKNOWN]
    if distinct is None:
        return len(sure), len(sure) + len(possible)
    sure_values = {item[distinct] for item in sure if distinct in item}
    low = len(sure_values) or min(1, len(sure))
    possible_values = {item[distinct] for item in possible if distinct in item} | sure_values
    unnamed = sum(1 for item in (*sure, *possible) if distinct not in item)
    return low, len(possible_values) + unnamed


# --- trends -----------------------------------------------------------------------------------------------------


def trend_of(change: Change, situation: Situation) -> Trend | None:
    """The trend that a change speaks of, or None while it is unknown; worked out once for a situation.

    The baseline is the first value on or after the moment; where the moment of ``step start`` is not known it is
    the first value of the series, and ``since`` says so.
    """
    key = (change.finding, change.since, change.direction)
    trends = situation._trends  # noqa: SLF001 - what it keeps for this function
    if key not in trends:
        trends[key] = _trend(change, situation)
    return trends[key]


def _trend(change: Change, situation: Situation) -> Trend | None:
    newest = situation.reading(change.finding)
    if not isinstance(newest.value, int | float):
        return None
    moment, since = _moment(change.since, situation)
    if moment is None and change.since == "last step change":
        return None
    last = newest.facts[0]
    earlier = [
        fact
        for fact in situation.record.facts(change.finding)
        if fact.status in {KNOWN, PARTIAL} and fact.version == last.version and fact.date < last.date
    ]
    if moment is not None:
        earlier = [fact for fact in earlier if fact.date >= moment]
    of_first_day = [fact for fact in earlier if fact.date == earlier[0].date]
    if not of_first_day or len({fact.value for fact in of_first_day}) > 1:
        return None
    baseline = of_first_day[0]
    if not isinstance(baseline.value, int | float) or not isinstance(last.value, int | float):
        return None
    before, now = _number(baseline.value), _number(last.value)
    falls = (situation.findings[change.finding].better == "lower") is (change.direction == "improvement")
    amount = before - now if falls else now - before
    size = before if before > 0 else -before
    percent = Fraction(100 * amount, size) if size else None
    return Trend(change.finding, baseline, last, since, Fraction(amount), percent)


def _number(value: object) -> int | Fraction:
    """A whole number as it is: it costs less to count with; any other exactly."""
    return value if type(value) is int else exact(value)


def _moment(since: str, situation: Situation) -> tuple[dt.date | None, str]:
    if since == "last step change":
        value = situation.reading("last_step_change_date").value
        return (value, since) if isinstance(value, dt.date) else (None, since)
    if since == "step start":
        days = situation.reading("days_in_current_step")
        if isinstance(days.value, int) and days.date is not None and days.value < days.date.toordinal():
            return days.date - dt.timedelta(days=days.value), since
        changed = situation.reading("last_step_change_date").value
        if isinstance(changed, dt.date):
            return changed, since
    return None, FIRST_VALUE


def _settle_change(change: Change, compare: Callable[[int | Fraction], Truth]) -> Settler:
    def changed(situation: Situation) -> Truth:
        trend = trend_of(change, situation)
        if trend is None:
            return UNKNOWN
        amount = trend.percent if change.percent else trend.change
        return compare(amount) if amount is not None else UNKNOWN

    return changed
