"""What the content lists beside its rules: conflicts, modules, measurements, entitlement, kinds, coverage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from carepath.content.grounds import Ground, Text
from carepath.errors import Place
from carepath.language.nodes import Condition


@dataclass(frozen=True, slots=True)
class Position:
    """One party's position in a conflict."""

    owner: Text
    text: Text
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A topic on which sources disagree; all positions, none chosen."""

    topic: str
    text: Text
    shown: str
    positions: tuple[Position, ...]
    note: Text | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """A treatment module as a hint inside an assessment: never an order."""

    id: str
    text: Text
    part: str
    when: Condition | None
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A moment of measuring and how binding it is."""

    moment: str
    weight: str
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the sources say about entitlement for a group from a date on."""

    group: str
    start: dt.date | None
    value: str
    under_review: bool
    text: Text
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class KindInfo:
    """How a kind of recommendation is called, in which order it is shown, and which fields it may have."""

    kind: str
    text: Text
    order: int
    fields: tuple[str, ...]
    step_change: bool


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Something that carepath must not pretend to have."""

    id: str
    text: Text
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where a rule id or topic of the reference is encoded, or why it has no output."""

    id: str
    encoded: str | None
    reason: Text | None
    place: Place | None = None
