"""Reads days of FHIR: dates, moments, periods and timings become calendar days, or say why they cannot.

A day is the calendar day as written: time zones change nothing. A date without a day is no day, but it still has a
first and a last one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from carepath.record.fhir_elements import FhirObject, child, keys_of

_TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DAY = re.compile(rf"([0-9]{{4}})(?:-([0-9]{{2}})(?:-([0-9]{{2}})(?:{_TIME})?)?)?\Z")


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as written, or why there is none; a partial date still has a first and a last day."""

    date: dt.date | None
    taken_from: str
    problem: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    transform: str = ""


def day(value: object, element: str) -> Day:
    """The calendar day of a FHIR date, dateTime or instant, as written: time zones change nothing."""
    if isinstance(value, dt.datetime):
        return Day(value.date(), element)
    if isinstance(value, dt.date):
        return Day(value, element)
    match = _DAY.match(value) if isinstance(value, str) else None
    if match is None:
        return Day(None, element, f"{element}:unreadable")
    try:
        first = dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        if match[3] is not None:
            return Day(first, element)
        if match[2] is None:
            return Day(None, element, f"{element}:year", first, first.replace(month=12, day=31))
        next_month = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        return Day(None, element, f"{element}:month", first, next_month - dt.timedelta(days=1))
    except (ValueError, OverflowError):
        return Day(None, element, f"{element}:unreadable")


def first_day(content: FhirObject, elements: tuple[str, ...], *, of_period: str = "end") -> Day:
    """The day of the first element that is there.

    Args:
        content: the resource.
        elements: the names of the elements, in the order in which they count.
        of_period: ``end`` or ``start``: which day of a period counts; the other one where that is not there.
    """
    for element in elements:
        found = content.get(element)
        if isinstance(found, Mapping):
            return _of_timing(found, element) if element.endswith("Timing") else _of_period(found, element, of_period)
        if found is not None:
            return day(found, element)
    return Day(None, "", "missing")


def _of_period(period: FhirObject, element: str, part: str) -> Day:
    other = {"end": "start", "start": "end"}[part]
    chosen = part if period.get(part) is not None else other
    return day(period.get(chosen), f"{element}.{chosen}")


def _of_timing(timing: FhirObject, element: str) -> Day:
    """The last of the moments that a timing lists; else the end of the period in which it repeats."""
    events = timing.get("event")
    listed = events if isinstance(events, list | tuple) else [events] if events is not None else []
    if listed:
        days = [day(one, f"{element}.event") for one in listed]
        unread = [one for one in days if one.date is None]
        return unread[0] if unread else max(days, key=lambda one: one.date or dt.date.min)
    bounds = child(child(timing, "repeat"), "boundsPeriod")
    return (
        _of_period(bounds, f"{element}.repeat.boundsPeriod", "end") if bounds else Day(None, element, f"{element}:none")
    )


def has(content: FhirObject, prefix: str) -> bool:
    """Whether a resource holds an element of several types, such as ``effective[x]``, in whatever form."""
    return bool(keys_of(content, prefix) or keys_of(content, f"_{prefix}"))


def whole_years(born: dt.date, at: dt.date) -> int:
    """The whole years from a birth date to a day."""
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))
