"""Dated facts: what was recorded about a patient, when, and by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

Part = bool | int | float | str
#: An item of a list: its known parts by name; a list of single values has one part named ``value``.
Item = Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a number that is known in part: it is at least ``low`` and at most ``high``."""

    low: int | float
    high: int | float


FactValue = bool | int | float | str | dt.date | tuple[Item, ...] | Bounds

KNOWN = "known"
#: Known in part: of a number its bounds, of a list some of its items.
PARTIAL = "partial"
STATUSES = (KNOWN, PARTIAL, "unknown", "refused", "not_applicable")


@dataclass(frozen=True, slots=True)
class Fact:
    """One recorded value of a finding, or the statement that it is unknown, refused or not applicable.

    With status ``partial`` the value is known in part: ``Bounds``, or a tuple of items that others may stand beside.
    ``version`` names the edition of an instrument; ``source`` says where the value came from; ``undated`` is true
    when no date was given and the evaluation date was taken.
    """

    finding: str
    value: FactValue | None
    date: dt.date
    status: str = KNOWN
    source: str | None = None
    version: str | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All facts of one patient, by finding, each series in the order of its dates.

    ``used`` and ``unused`` say what a reader took from a FHIR bundle and what it could not use, and why.
    """

    series: Mapping[str, tuple[Fact, ...]]
    used: tuple[Mapping[str, object], ...] = ()
    unused: tuple[Mapping[str, object], ...] = ()

    def facts(self, finding: str) -> tuple[Fact, ...]:
        """The facts about one finding, oldest first; empty when none was recorded."""
        return self.series.get(finding, ())


@dataclass(slots=True)
class RecordBuilder:
    """Collects facts in any order and puts each series into the one order that the facts determine."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def add(self, fact: Fact) -> None:
        """Adds a fact; adding the same one twice changes nothing."""
        self.facts.setdefault(fact.finding, []).append(fact)

    def build(
        self, used: tuple[Mapping[str, object], ...] = (), unused: tuple[Mapping[str, object], ...] = ()
    ) -> Record:
        """The record; facts of one day stand in the order of their text, never in the order of arrival."""
        series = {}
        for name in sorted(self.facts):
            facts = self.facts[name]
            if len(facts) > 1:
                unique = {_order(fact): fact for fact in facts}
                facts = [unique[key] for key in sorted(unique)]
            series[name] = tuple(facts)
        return Record(series, used, unused)


def _order(fact: Fact) -> tuple[str, str, str, str, str]:
    return (fact.date.isoformat(), fact.status, value_text(fact.value), fact.version or "", fact.source or "")


def value_text(value: FactValue | None) -> str:
    """A text that is the same exactly for equal values; an item's parts stand in the order of their names."""
    if isinstance(value, tuple):
        return "[" + ", ".join("{" + ", ".join(f"{k}={i[k]!r}" for k in sorted(i)) + "}" for i in value) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Bounds):
        return f"{value.low!r}..{value.high!r}"
    return repr(value)
