"""Scores a questionnaire from its items, as far as they were answered: a total, or what it is at least and at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from carepath.record.facts import PARTIAL, Bounds
from carepath.record.fhir_elements import FhirObject, Unusable, codings, keys_of, objects, safe
from carepath.record.fhir_quantities import DIMENSIONLESS, NUMBERS, value_and_unit
from carepath.record.fhir_report import BAD_TYPE, NO_VALUE, OUT_OF_RANGE, WRONG_UNIT
from carepath.record.read import settled

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline, Instrument
    from carepath.record.facts import FactValue
    from carepath.record.fhir_report import Origin

#: The system of the items of instruments: the code is ``instrument.item``.
ITEM = "urn:carepath:item"
#: The extension that gives a coded answer its number (FHIR R4, ordinalValue).
ORDINAL_EXTENSION = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
TRANSFORM = "sum_of_items"

_YES_OR_NO = (0, 1)


@dataclass(frozen=True, slots=True)
class Total:
    """A finding that is a sum of items, as far as one resource answers them."""

    finding: str
    value: FactValue
    status: str
    answered: int
    items: int

    @property
    def transform(self) -> str:
        """How many of the items the total stands on."""
        return f"{TRANSFORM}:{self.answered}/{self.items}"


@dataclass(slots=True)
class Answers:
    """The answers that one resource gives to the items of instruments; an item answered in two ways has no answer."""

    guideline: Guideline
    numbers: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def span(self, item: str) -> tuple[int, int] | None:
        """The range of an item that is written ``instrument.item``; None where there is none."""
        name, _, number = item.partition(".")
        instrument = self.guideline.instruments.get(name)
        return instrument.items.get(number) if instrument is not None else None

    def add(self, item: str, content: FhirObject, answers: Mapping[str, int]) -> None:
        """Takes the answer to an item.

        Raises:
            Unusable: there is none, or it is no number in the range of the item.
        """
        span = self.span(item)
        if span is None:
            raise Unusable(BAD_TYPE, safe(item))
        name, _, number = item.partition(".")
        self.numbers.setdefault(name, {}).setdefault(number, set()).add(_number(content, span, answers))

    def totals(self) -> Iterator[Total]:
        """The sums of which at least one item was answered."""
        for name in sorted(self.numbers):
            given = {item: next(iter(found)) for item, found in self.numbers[name].items() if len(found) == 1}
            yield from self._sums(self.guideline.instruments[name], given)

    def twice(self) -> Iterator[str]:
        """The items that were answered in two ways."""
        for name in sorted(self.numbers):
            yield from (f"{name}.{item}" for item, found in sorted(self.numbers[name].items()) if len(found) > 1)

    def _sums(self, instrument: Instrument, given: Mapping[str, int]) -> Iterator[Total]:
        for finding, items in instrument.sums.items():
            answered = [item for item in items if item in given]
            if not answered:
                continue
            low = sum(given.get(item, instrument.items[item][0]) for item in items)
            high = sum(given.get(item, instrument.items[item][1]) for item in items)
            value, status = settled(Bounds(low, high), PARTIAL, self.guideline.findings[finding])
            if value is not None:
                yield Total(finding, value, status, len(answered), len(items))


def item_origin(origin: Origin, item: str) -> Origin:
    """The resource, under the code of an item or an instrument."""
    return origin.at("", f"{ITEM}|{safe(item)}")


def _number(content: FhirObject, span: tuple[int, int], answers: Mapping[str, int]) -> int:
    elements = keys_of(content, "value")
    if not elements:
        raise Unusable(NO_VALUE)
    if len(elements) > 1:
        raise Unusable(BAD_TYPE, "+".join(safe(one) for one in elements[:5]))
    element = elements[0]
    number = _of_answer(content, element, span, answers)
    if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number):
        raise Unusable(BAD_TYPE, "expects:int", element)
    if not span[0] <= number <= span[1]:
        raise Unusable(OUT_OF_RANGE, "", element)
    return int(number)


def _of_answer(content: FhirObject, element: str, span: tuple[int, int], answers: Mapping[str, int]) -> object:
    value = content[element]
    if element == "valueBoolean" and isinstance(value, bool) and span == _YES_OR_NO:
        return int(value)
    if element in NUMBERS:
        number, unit = value_and_unit(content, element)
        if unit not in DIMENSIONLESS:
            raise Unusable(WRONG_UNIT, safe(unit), element)
        return number if isinstance(number, int) or (isinstance(number, float) and number.is_integer()) else None
    if element in {"valueString", "valueCode"}:
        return answers.get(value) if isinstance(value, str) else None
    concept = {"coding": value} if element == "valueCoding" else value
    codes = {code for _, code in codings(concept)}
    said = {answers[code] for code in codes if code in answers} or set(_ordinals(concept))
    return said.pop() if len(said) == 1 else None


def _ordinals(concept: object) -> Iterator[int]:
    """The numbers that the codings of an answer carry themselves."""
    for one in objects(concept):
        for coding in objects(one.get("coding")):
            for extension in objects(coding.get("extension")):
                number = extension.get("valueDecimal")
                if isinstance(number, Decimal) and number.is_finite():
                    number = float(number)
                if extension.get("url") != ORDINAL_EXTENSION or isinstance(number, bool):
                    continue
                if isinstance(number, int) or (isinstance(number, float) and number.is_integer()):
                    yield int(number)
