"""The guideline as checked content: rules, findings, pathways and their grounds, all frozen.

Nothing here is computed for a patient. A ``Guideline`` is one edition: the same files give the same object, and
``edition`` and ``content_hash`` name it in every audit record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from carepath.errors import ArgumentError, ContentError, Place, Problem, nearest
from carepath.language.nodes import Condition
from carepath.language.symbols import ParameterType, Symbols, ValueType

if TYPE_CHECKING:
    from carepath.content.cards import Cards
    from carepath.pathway import Pathway

#: Findings that carepath itself settles before any rule is read.
PRESENT_STEP = "present_step"
EVALUATION_DATE = "evaluation_date"
PATHWAY = "pathway"


class Printer(Protocol):
    """What shows values for IPython, and for Hypothesis where a test fails."""

    def text(self, obj: str) -> None:
        """Takes a piece of text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English and Dutch."""

    en: str
    nl: str

    def in_language(self, lang: str) -> str:
        """The text in ``en`` or ``nl``."""
        return self.nl if lang == "nl" else self.en


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement stands on.

    ``kind`` is source, inferred, design_choice or unverified; ``role`` is ground, counter (speaks against) or context.
    """

    kind: str
    source: str | None = None
    section: str | None = None
    quote: str | None = None
    note: Text | None = None
    role: str = "ground"


def tags_of(grounds: tuple[Ground, ...]) -> frozenset[str]:
    """The kinds of ground as the reader sees them: what is inferred is also a design choice."""
    kinds = {ground.kind for ground in grounds if ground.role == "ground"}
    return frozenset(kinds | {"design_choice"} if "inferred" in kinds else kinds)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that grounds refer to."""

    key: str
    title: str
    nature: str
    document: str | None = None
    party: Text | None = None
    publisher: str | None = None
    date: str | None = None
    address: str | None = None
    weight: Text | None = None
    quotable: bool = True
    file: str | None = None
    place: Place | None = None


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


@dataclass(frozen=True, slots=True)
class Output:
    """What a rule recommends; fields as in a recommendation, None where they do not apply."""

    kind: str
    index: int
    target: str | None = None
    urgency: str | None = None
    urgency_by: str | None = None
    level: str | None = None
    group: str | None = None
    topic: str | None = None
    internal_step: str | None = None
    conditional: bool = False
    only_if: Text | None = None
    when: Condition | None = None
    settle: str | None = None
    measurements: str | None = None
    names_step: str | None = None
    text: Text | None = None
    grounds: tuple[Ground, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """A counter-argument: what speaks against a rule, and who says it."""

    text: Text
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and what follows from it.

    ``by_output`` is true when each output carries the whole condition itself; ``when`` then is that any of them holds.
    """

    id: str
    text: Text
    pathways: tuple[str, ...]
    when: Condition
    outputs: tuple[Output, ...]
    grounds: tuple[Ground, ...]
    against: tuple[Argument, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    by_output: bool = False
    place: Place | None = None

    def __repr__(self) -> str:
        return f"<Rule {self.id}: {len(self.outputs)} outputs, {len(self.grounds)} grounds>"

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: when it holds, what it recommends, and what it stands on."""
        from carepath.display.notebook import bundle, rule_forms  # noqa: PLC0415 - only a notebook pays for it

        return bundle(rule_forms(self), include, exclude)


@dataclass(frozen=True, slots=True)
class Ask:
    """Findings that must be known, what they hold up while they are not, and when they are asked for.

    ``asked`` is ``always``, ``while_open`` (a recommendation of ``kinds`` waits for them) or ``when_given``
    (a recommendation of ``kinds`` is given or waits).
    """

    id: str
    index: int
    findings: tuple[str, ...]
    screening: bool
    asked: str
    kinds: tuple[str, ...]
    when: Condition | None
    until_true: bool
    suspends: Selector | None
    text: Text
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Which recommendations an entry means: each field that is not empty must match."""

    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    internal_steps: tuple[str, ...] = ()
    target_lines: tuple[str, ...] = ()
    outputs: tuple[int, ...] = ()
    not_kinds: tuple[str, ...] = ()
    not_topics: tuple[str, ...] = ()
    conditional: bool | None = None


@dataclass(frozen=True, slots=True)
class ResolveEntry:
    """One line of the resolve table: what it does, to what, when, and beside what."""

    id: str
    order: int
    operation: str
    selects: Selector
    when: Condition | None
    given: tuple[Selector, ...]
    absent: tuple[Selector, ...]
    text: Text
    grounds: tuple[Ground, ...]
    attention: tuple[str, ...] = ()
    adds_topic: str | None = None
    place: Place | None = None


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


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where a rule id or topic of the reference is encoded, or why it has no output."""

    id: str
    encoded: str | None
    reason: Text | None
    place: Place | None = None


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
