"""What is known about a patient on a date: per finding a value, or unknown with the reason.

Of each finding the latest fact not after the date counts. A value older than its currency is stale; two different
values on one day contradict each other; a fact of a later date is not seen. What is known in part is unknown, with what
is known of it beside. A red flag is stricter: true wins over
another value of its day and never becomes stale, and only a later false supersedes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from carepath.content.guideline import Finding
from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, FactValue, Item, Record, value_text

NOT_RECORDED = "not_recorded"
STALE = "stale"
REFUSED = "refused"
CONTRADICTORY = "contradictory"
NOT_APPLICABLE = "not_applicable"
LATER = "later"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one finding on the date.

    ``value`` is None while the finding is unknown; ``reason`` then says why, and ``facts`` hold what was found
    all the same: the stale value, the contradicting ones. With the reason ``partial`` the part that is known stands
    in ``part``: the bounds of a number, or items of a list.
    """

    finding: str
    value: FactValue | None
    reason: str | None
    facts: tuple[Fact, ...] = ()
    part: Bounds | tuple[Item, ...] | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.reason is None

    @property
    def date(self) -> dt.date | None:
        """The date of the fact that counts."""
        return self.facts[0].date if self.facts else None

    @property
    def source(self) -> str | None:
        """Where the fact that counts came from."""
        return self.facts[0].source if self.facts else None


def take_snapshot(
    record: Record, findings: Mapping[str, Finding], parameters: Mapping[str, int | float], at: dt.date
) -> dict[str, Reading]:
    """A reading for each finding that has any fact; a finding without one is not recorded.

    Args:
        record: the patient's facts.
        findings: the findings of the guideline.
        parameters: the values of the parameters on the date; the currencies are among them.
        at: the evaluation date.
    """
    return {name: read_series(findings[name], facts, parameters, at) for name, facts in record.series.items()}


def read_series(
    finding: Finding, facts: tuple[Fact, ...], parameters: Mapping[str, int | float], at: dt.date
) -> Reading:
    """The reading that the facts about one finding give: one fact or more, in the order of their dates."""
    currency = parameters[finding.currency] if finding.currency is not None else None
    if finding.red_flag:
        return _read_flag(finding, facts, currency, at)
    return _read(finding.name, facts, currency, at)


def not_seen(record: Record, at: dt.date) -> tuple[Fact, ...]:
    """The facts dated after the evaluation date, which nothing reads."""
    return tuple(fact for facts in record.series.values() for fact in facts if fact.date > at)


def missing(finding: str) -> Reading:
    """The reading of a finding without any fact."""
    return Reading(finding, None, NOT_RECORDED)


def _read(name: str, facts: tuple[Fact, ...], currency: float | None, at: dt.date) -> Reading:
    # In the order of their dates: mostly all are seen, and mostly all are of one day.
    seen = facts if facts[-1].date <= at else tuple(fact for fact in facts if fact.date <= at)
    if not seen:
        return Reading(name, None, LATER)
    newest = seen[-1].date
    of_day = seen if seen[0].date == newest else tuple(fact for fact in seen if fact.date == newest)
    known = tuple(fact for fact in of_day if fact.status == KNOWN)
    parts = tuple(fact for fact in of_day if fact.status == PARTIAL) if len(known) < len(of_day) else ()
    if parts:
        return _read_parts(name, known, parts, currency, at)
    if not known:
        return Reading(name, None, _reason(of_day), of_day)
    if len(known) > 1 and len({(value_text(fact.value), fact.version) for fact in known}) > 1:
        return Reading(name, None, CONTRADICTORY, known)
    if currency is not None and (at - newest).days > currency:
        return Reading(name, None, STALE, known)
    return Reading(name, known[0].value, None, known)


def _read_parts(
    name: str, known: tuple[Fact, ...], parts: tuple[Fact, ...], currency: float | None, at: dt.date
) -> Reading:
    """What was known in part on a day, all of it together; a value of that day counts when it fits."""
    together = _together((*known, *parts))
    if together is None:
        return Reading(name, None, CONTRADICTORY, (*known, *parts))
    if currency is not None and (at - parts[0].date).days > currency:
        return Reading(name, None, STALE, (*known, *parts))
    if known:
        return Reading(name, known[0].value, None, known)
    return Reading(name, None, PARTIAL, parts, together)


def _together(facts: tuple[Fact, ...]) -> Bounds | tuple[Item, ...] | None:
    """What several facts of a day say together: bounds within all bounds, every item; None where they contradict."""
    if len({fact.version for fact in facts}) > 1:
        return None
    whole = [fact.value for fact in facts if fact.status == KNOWN]
    lists = [fact.value for fact in facts if isinstance(fact.value, tuple)]
    if lists:
        items = {value_text((item,)): item for value in lists for item in value}
        complete = [{value_text((item,)) for item in value} for value in whole if isinstance(value, tuple)]
        fits = all(found == set(items) for found in complete)
        return tuple(items[key] for key in sorted(items)) if fits else None
    bounds = [bounds_of(fact.value) for fact in facts]
    low, high = max(one.low for one in bounds), min(one.high for one in bounds)
    return Bounds(low, high) if low <= high else None


def bounds_of(value: FactValue | None) -> Bounds:
    """The least and the greatest that a recorded number can be: twice itself for one that is known."""
    if isinstance(value, Bounds):
        return value
    if isinstance(value, int | float):
        return Bounds(value, value)
    message = f"{type(value).__name__} has no bounds"
    raise TypeError(message)


def _read_flag(finding: Finding, facts: tuple[Fact, ...], currency: float | None, at: dt.date) -> Reading:
    """Only a later false supersedes a true; a refusal or an unknown after it does not. Of a count the highest holds."""
    name = finding.name
    known = [fact for fact in facts if fact.date <= at and fact.status == KNOWN]
    if known:
        newest = known[-1].date
        of_day = [fact for fact in known if fact.date == newest]
        worst = max((fact.value for fact in of_day if isinstance(fact.value, bool | int | float)), default=0)
        if finding.raises_alarm(worst):
            return Reading(name, worst, None, tuple(fact for fact in of_day if fact.value == worst))
    return _read(name, facts, currency, at)


def _reason(facts: tuple[Fact, ...]) -> str:
    statuses = {fact.status for fact in facts}
    if REFUSED in statuses:
        return REFUSED
    if NOT_APPLICABLE in statuses:
        return NOT_APPLICABLE
    return NOT_RECORDED
