"""Reads single elements of FHIR: codes, days, quantities, values. What cannot be read says why.

Nothing is evaluated and nothing is rounded. A reason is a key of ``reasons:`` in ``rules/fhir_codes.yaml``; a detail
holds codes and names of units, statuses and elements, never a value or a text about the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.language.symbols import NUMERIC
from carepath.record.facts import PARTIAL
from carepath.record.fhir_days import day
from carepath.record.fhir_elements import (
    FhirObject,
    Unusable,
    child,
    code_of,
    codings,
    is_template,
    keys_of,
    objects,
    safe,
)
from carepath.record.fhir_quantities import read_number
from carepath.record.fhir_report import BAD_TYPE, EXPRESSION, NO_VALUE, OUT_OF_RANGE
from carepath.record.read import ENDS, Unreadable, read_part, read_value, settled

if TYPE_CHECKING:
    from carepath.content.guideline import Finding
    from carepath.record.facts import FactValue

#: The system of carepath's own codes: the code is the name of a finding, and the value is of that finding's type.
LOCAL = "urn:carepath:finding"
ABSENT = "dataAbsentReason"
RANGE = "valueRange"

#: The extension that says on an element without a value why there is none (FHIR R4, data-absent-reason).
ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TEXTS = ("valueString", "valueCode", "valueCodeableConcept", "valueCoding")
_DATES = ("valueDateTime", "valueDate")


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it stood in a resource, checked, and what was done to it."""

    value: FactValue | None
    element: str
    transform: str = ""
    status: str = "known"
    version: str | None = None


# --- values -----------------------------------------------------------------------------------------------------


def read_given(content: FhirObject, finding: Finding, units: tuple[str, ...] | None) -> Given:
    """The value[x] of an element, checked against its finding.

    Args:
        content: the element that holds ``value[x]`` or ``dataAbsentReason``.
        finding: what the value is about.
        units: the units of the code table, ``method:NAME`` and ``method:NAME=FACTOR`` among them; None for carepath's
            own codes, whose unit is the finding's.

    Raises:
        Unusable: there is no value, or it does not fit.
    """
    elements = keys_of(content, "value")
    absent = content.get(ABSENT)
    if not elements and absent is None:
        absent = _absent_extension(content)
    if not elements and absent is not None:
        return _absent(absent)
    if not elements:
        raise Unusable(EXPRESSION if _holds_expression(content) else NO_VALUE)
    if len(elements) > 1 or absent is not None:
        raise Unusable(BAD_TYPE, "+".join(safe(one) for one in (*elements, *([ABSENT] if absent is not None else []))))
    element = elements[0]
    value = content[element]
    if is_template(value):
        raise Unusable(EXPRESSION, "", safe(element))
    transform, version = "", None
    if element == RANGE and finding.type.kind in NUMERIC:
        return _bounds(content, finding, units)
    if finding.type.kind in NUMERIC:
        value, transform, version = read_number(content, element, finding, units)
    else:
        value = _plain(element, value, finding)
    return Given(checked(value, finding, element), element, transform, version=version)


def _bounds(content: FhirObject, finding: Finding, units: tuple[str, ...] | None) -> Given:
    """What a number is at least and at most; an end that is not given is that of the finding's range."""
    ends, found = child(content, RANGE), {}
    transform, version = "", None
    for side, end in zip(("low", "high"), ENDS, strict=True):
        if ends.get(side) is not None:
            quantity = {"valueQuantity": ends[side], "method": content.get("method")}
            found[end], transform, version = read_number(quantity, "valueQuantity", finding, units)
    try:
        part = read_part(finding.type, found, finding.name, red_flag=finding.red_flag)
        value, status = settled(part, PARTIAL, finding)
    except Unreadable as problem:
        reason = OUT_OF_RANGE if problem.code == "CP062" else BAD_TYPE
        raise Unusable(reason, "", RANGE) from None
    return Given(value, RANGE, transform, status, version)


def checked(value: object, finding: Finding, element: str = "") -> FactValue:
    """A value of the type and in the range that its finding has.

    Raises:
        Unusable: it is not.
    """
    try:
        return read_value(finding.type, value, finding.name)
    except Unreadable as problem:
        if problem.code == "CP062":
            raise Unusable(OUT_OF_RANGE, "", element) from None
        raise Unusable(BAD_TYPE, f"expects:{finding.type.kind}", element) from None


def _absent(reason: object) -> Given:
    code = code_of(reason) or ""
    status = {"asked-declined": "refused", "not-applicable": "not_applicable"}.get(code, "unknown")
    return Given(None, ABSENT, f"data_absent:{safe(code)}", status)


def _absent_extension(content: FhirObject) -> object:
    """The reason that stands in an extension of the value, as ``dataAbsentReason`` would have it."""
    for key in keys_of(content, "_value"):
        for extension in objects(child(content, key).get("extension")):
            if extension.get("url") == ABSENT_EXTENSION and isinstance(extension.get("valueCode"), str):
                return extension["valueCode"]
    return None


def _holds_expression(content: FhirObject) -> bool:
    return any("valueExpression" in repr(content[key]) for key in keys_of(content, "_value"))


def _plain(element: str, value: object, finding: Finding) -> object:
    """A value that is no number, where the element suits the type of the finding."""
    kind = finding.type.kind
    if kind == "bool" and element == "valueBoolean":
        return value
    if kind == "date" and element in _DATES:
        return day(value, element).date
    if kind in {"text", "enum"} and element in _TEXTS:
        if not isinstance(value, Mapping):
            return value
        concept = {"coding": value} if element == "valueCoding" else value
        own = {code for system, code in codings(concept) if system.startswith("urn:carepath:")}
        if len(own) == 1:
            return own.pop()
    raise Unusable(BAD_TYPE, safe(element), safe(element))
