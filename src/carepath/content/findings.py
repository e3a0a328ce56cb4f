"""What conditions are written in: findings, terms, and the parameters that they compare with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from carepath.content.grounds import Ground, Text
from carepath.errors import Place
from carepath.language.nodes import Condition
from carepath.language.symbols import ParameterType, ValueType


@dataclass(frozen=True, slots=True)
class Finding:
    """A variable that a patient's record may hold."""

    name: str
    type: ValueType
    label: Text
    question: Text
    group: str
    grounds: tuple[Ground, ...]
    statement: Text | None = None
    value_texts: Mapping[str, Text] = field(default_factory=dict)
    instrument: str | None = None
    better: str | None = None
    currency: str | None = None
    red_flag: bool = False
    changeable: bool = False
    empty_is_known: bool = True
    never_above: str | None = None
    place: Place | None = None

    def raises_alarm(self, value: object) -> bool:
        """Whether a value of a red flag is one that may not be overlooked: true, or a number above 0."""
        return self.red_flag and isinstance(value, bool | int | float) and value > 0


@dataclass(frozen=True, slots=True)
class Term:
    """A condition with a name, used by several rules."""

    name: str
    text: Text
    when: Condition
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A parameter's value from a date on; None withdraws it."""

    start: dt.date | None
    value: int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold, window or interval, with its values over time, its range and who may change it."""

    name: str
    text: Text
    type: ParameterType
    values: tuple[DatedValue, ...]
    grounds: tuple[Ground, ...]
    range: Text | None = None
    changed_by: Text | None = None
    place: Place | None = None

    def at(self, day: dt.date) -> DatedValue | None:
        """The value in force on a day, or None before the first."""
        current = None
        for dated in self.values:
            if dated.start is None or dated.start <= day:
                current = dated
        return current
