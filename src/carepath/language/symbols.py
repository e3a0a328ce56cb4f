"""What the names in a condition stand for: the types of findings, the terms, the types of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from carepath.language.nodes import Condition

NUMERIC = frozenset({"int", "decimal"})


@dataclass(frozen=True, slots=True)
class ValueType:
    """The type of a finding, or of a part of a list item.

    ``kind`` is bool, int, decimal, enum, text, date or list. ``enumerated`` marks an int whose values are classes:
    its values may stand in a condition as they are. ``parts`` are the parts of a list item; a list of single
    values has one part named ``value``. ``partial`` marks a number of which a record may know bounds that comparisons
    are settled by.
    """

    kind: str
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    unit: str | None = None
    enumerated: bool = False
    is_instrument: bool = False
    parts: Mapping[str, ValueType] = field(default_factory=dict)
    partial: bool = False

    @property
    def engine_kind(self) -> str:
        """How a rule engine stores it: bool, int, decimal or text; a date counts days, an enum is a text."""
        return {"enum": "text", "date": "int"}.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class ParameterType:
    """The type of a parameter: ``kind`` is number or date; ``lowest`` and ``highest`` bound its dated values."""

    kind: str
    unit: str | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Symbols:
    """Everything that a name in a condition may stand for."""

    findings: Mapping[str, ValueType]
    terms: Mapping[str, Condition] = field(default_factory=dict)
    parameters: Mapping[str, ParameterType] = field(default_factory=dict)

    def for_items_of(self, name: str) -> Symbols:
        """The names that may stand in ``where:`` for the items of a list: its parts and the parameters."""
        return Symbols(self.findings[name].parts, {}, self.parameters)
