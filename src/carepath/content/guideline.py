"""The guideline as checked content: rules, findings, pathways and their grounds, all frozen.

Nothing here is computed for a patient. A ``Guideline`` is one edition: the same files give the same object, and
``edition`` and ``content_hash`` name it in every audit record. What it is made of stands in the modules beside this
one, by idea, and is imported from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from carepath.content.codes import FhirCode, Instrument
from carepath.content.findings import DatedValue, Finding, Parameter, Term
from carepath.content.grounds import Ground, Source, Text, tags_of
from carepath.content.registers import (
    Conflict,
    Coverage,
    Entitlement,
    KindInfo,
    Measurement,
    Module,
    Position,
    Unavailable,
)
from carepath.content.rules import Argument, Ask, Output, ResolveEntry, Rule, Selector
from carepath.errors import ArgumentError, ContentError, Problem, nearest
from carepath.language.symbols import Symbols

if TYPE_CHECKING:
    from carepath.content.cards import Cards
    from carepath.pathway import Pathway

__all__ = [
    "CURRENT_NODE",
    "EVALUATION_DATE",
    "PATHWAY",
    "PRESENT_STEP",
    "Argument",
    "Ask",
    "Conflict",
    "Coverage",
    "DatedValue",
    "Entitlement",
    "FhirCode",
    "Finding",
    "Ground",
    "Guideline",
    "Instrument",
    "KindInfo",
    "Measurement",
    "Module",
    "Output",
    "Parameter",
    "Position",
    "Printer",
    "ResolveEntry",
    "Rule",
    "Selector",
    "Source",
    "Term",
    "Text",
    "Unavailable",
    "tags_of",
]

#: Findings that carepath itself settles before any rule is read.
PRESENT_STEP = "present_step"
EVALUATION_DATE = "evaluation_date"
PATHWAY = "pathway"
#: The finding in which a record says at which step the patient is; the present step may be derived from others.
CURRENT_NODE = "current_node"


class Printer(Protocol):
    """What shows values for IPython, and for Hypothesis where a test fails."""

    def text(self, obj: str) -> None:
        """Takes a piece of text."""


@dataclass(frozen=True, slots=True)
class Guideline:
    """One edition of checked content."""

    edition: str
    date: str
    content_hash: str
    text: Text
    sources: Mapping[str, Source]
    findings: Mapping[str, Finding]
    terms: Mapping[str, Term]
    parameters: Mapping[str, Parameter]
    rules: Mapping[str, Rule]
    asks: tuple[Ask, ...]
    resolve: tuple[ResolveEntry, ...]
    conflicts: Mapping[str, Conflict]
    modules: tuple[Module, ...]
    schedules: Mapping[str, tuple[Measurement, ...]]
    entitlements: tuple[Entitlement, ...]
    kinds: Mapping[str, KindInfo]
    vocabulary: Mapping[str, Mapping[str, Text]]
    phrases: Mapping[str, Text]
    unavailable: Mapping[str, Unavailable]
    coverage: Mapping[str, Coverage]
    pathways: Mapping[str, Pathway]
    symbols: Symbols
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    fhir_codes: tuple[FhirCode, ...] = ()
    fhir_reasons: Mapping[str, Text] = field(default_factory=dict)
    cards: Cards | None = None
    origin: str = ""
    site_codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Guideline {self.edition}: {len(self.rules)} rules, {len(self.pathways)} pathways>"

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001 - printers call it so
        """The same for printers that would write out every field of a dataclass, as Hypothesis does."""
        printer.text(repr(self))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: its edition, its pathways and what it holds."""
        from carepath.display.notebook import bundle, guideline_forms  # noqa: PLC0415 - only a notebook pays for it

        return bundle(guideline_forms(self), include, exclude)

    def pathway(self, name: str) -> Pathway:
        """A pathway by its name.

        Raises:
            ArgumentError: there is none of that name.
        """
        found = self.pathways.get(name) if isinstance(name, str) else None
        if found is None:
            shown = repr(name[:60]) if isinstance(name, str) else f"of type {type(name).__name__}"
            advice = nearest(name if isinstance(name, str) else "", self.pathways)
            raise ArgumentError([Problem("CP080", f"there is no pathway {shown}", None, advice)])
        return found

    def step_text(self, step: str) -> Text | None:
        """The short name of a step of any pathway."""
        for pathway in self.pathways.values():
            if step in pathway.steps:
                return pathway.steps[step].text
        return None

    def parameter_values(self, day: dt.date) -> dict[str, int | float]:
        """The value of every parameter on a day; a date counts as its ordinal number of days.

        Raises:
            ContentError: a parameter that a rule may read has no value on that day.
        """
        values: dict[str, int | float] = {}
        problems: list[Problem] = []
        for parameter in self.parameters.values():
            dated = parameter.at(day)
            if dated is None or dated.value is None:
                message = f"parameter {parameter.name} has no value on {day.isoformat()}"
                problems.append(Problem("CP035", message, parameter.place, "give it a value from that date on"))
            elif isinstance(dated.value, dt.date):
                values[parameter.name] = dated.value.toordinal()
            else:
                values[parameter.name] = dated.value
        if problems:
            raise ContentError(problems)
        return values
