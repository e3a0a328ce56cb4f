"""What the codes and questionnaires of other systems mean: codes of FHIR, and instruments with their items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from carepath.content.grounds import Ground, Text
from carepath.errors import Place


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire whose items are scored: the range of each item, and the findings that are sums of items."""

    name: str
    text: Text
    items: Mapping[str, tuple[int, int]]
    sums: Mapping[str, tuple[str, ...]]
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class FhirCode:
    """How a code of a FHIR resource becomes a finding, or why it does not.

    ``value`` is recorded when the resource says that something is present; None takes the resource's own value.
    ``adds`` are the parts of an item that it adds to a finding that is a list. ``item`` is an item of an instrument,
    written ``instrument.item``, and ``answers`` are the numbers that coded answers to it stand for.
    """

    system: str
    code: str
    display: str
    resource: str
    finding: str | None
    value: bool | int | str | None
    units: tuple[str, ...]
    reason: Text | None
    grounds: tuple[Ground, ...]
    place: Place | None = None
    adds: Mapping[str, bool | int | float | str] | None = None
    item: str | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
