"""What stands in a record under one finding, independent of the evaluation date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dated:
    """A value as recorded so many days before the evaluation date; ``before`` None means on it."""

    value: object
    before: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What stands in a record under the name of one finding, independent of the evaluation date.

    With ``is_day`` the value is itself a date, written as days before the evaluation date.
    """

    facts: tuple[Dated, ...]
    is_day: bool = False

    def on(self, at: dt.date) -> object:
        """The same in the form that ``assess`` reads on a date."""
        written = [self._fact(fact, at) for fact in self.facts]
        return written[0] if len(written) == 1 else written

    def _fact(self, fact: Dated, at: dt.date) -> object:
        value = day_before(at, fact.value) if self.is_day and isinstance(fact.value, int) else _plain(fact.value)
        if fact.before is None and fact.version is None:
            return value
        found = {"value": value, "date": day_before(at, fact.before or 0)}
        return found if fact.version is None else {**found, "version": fact.version}


#: One of the things that can be recorded of a finding, or None: not recorded.
Option = Recorded | None


def day_before(at: dt.date, days: int) -> str:
    """The ISO text of the day so many days before a date, or the first that there is."""
    ordinal = min(max(at.toordinal() - days, 1), dt.date.max.toordinal())
    return dt.date.fromordinal(ordinal).isoformat()


def _plain(value: object) -> object:
    return [dict(item) if isinstance(item, Mapping) else item for item in value] if isinstance(value, tuple) else value


def plain(value: object) -> Recorded:
    """A value recorded on the evaluation date."""
    return Recorded((Dated(value),))
