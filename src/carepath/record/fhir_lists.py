"""Lists that are gathered from many resources: drugs, disciplines, what was done before.

What a bundle names is in the list; nothing says that nothing else is. So such a list is known in part, and it grows
from one date to the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from carepath.record.facts import PARTIAL, Fact, Item, Part, value_text
from carepath.record.fhir_report import Origin
from carepath.record.read import MAX_ITEMS

#: The source of a list that several resources of one day made longer.
SEVERAL = "Bundle"


@dataclass(frozen=True, slots=True)
class Addition:
    """An item that a resource adds to a list."""

    finding: str
    item: Item
    date: dt.date
    origin: Origin
    date_from: str
    transform: str

    @property
    def fact(self) -> Fact:
        """What this resource alone says."""
        return Fact(self.finding, (self.item,), self.date, PARTIAL, self.origin.source)


@dataclass(slots=True)
class Lists:
    """Collects additions in any order."""

    additions: dict[str, list[Addition]] = field(default_factory=dict)

    def add(self, addition: Addition) -> None:
        """Adds an item; the same item of several resources stands in the list once."""
        self.additions.setdefault(addition.finding, []).append(addition)

    def rows(self) -> Iterator[Addition]:
        """Every addition, whatever became of it."""
        for finding in sorted(self.additions):
            yield from self.additions[finding]

    def facts(self) -> Iterator[Fact]:
        """The lists as they were on each date on which they grew, and on the last one."""
        for finding in sorted(self.additions):
            yield from _grown(finding, self.additions[finding])


def merged(parts: list[Mapping[str, Part]]) -> Item | None:
    """One item of what several codes of a concept say; None where they contradict each other."""
    found: dict[str, Part] = {}
    for one in parts:
        for name, value in one.items():
            if found.setdefault(name, value) != value:
                return None
    return found


def _grown(finding: str, additions: list[Addition]) -> Iterator[Fact]:
    items: dict[str, Item] = {}
    by_day: dict[dt.date, list[Addition]] = {}
    for one in additions:
        by_day.setdefault(one.date, []).append(one)
    last = max(by_day)
    for day in sorted(by_day):
        before = len(items)
        for one in sorted(by_day[day], key=lambda one: value_text((one.item,))):
            if len(items) < MAX_ITEMS:
                items.setdefault(value_text((one.item,)), one.item)
        if len(items) > before or day == last:
            sources = {one.origin.source for one in by_day[day]}
            source = sources.pop() if len(sources) == 1 else SEVERAL
            yield Fact(finding, tuple(items[key] for key in sorted(items)), day, PARTIAL, source)
