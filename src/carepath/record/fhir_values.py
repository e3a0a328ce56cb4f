"""Reads single elements of FHIR: codes, days, quantities, values. What cannot be read says why.

Nothing is evaluated and nothing is rounded. A reason is a key of ``reasons:`` in ``rules/fhir_codes.yaml``; a detail
holds codes and names of units, statuses and elements, never a value or a text about the patient.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from carepath.record.fhir_report import BAD_TYPE, EXPRESSION, NO_VALUE, OUT_OF_RANGE, WRONG_UNIT
from carepath.record.read import MAX_INTEGER, Unreadable, read_value

if TYPE_CHECKING:
    from carepath.content.guideline import Finding
    from carepath.record.facts import FactValue

FhirObject = Mapping[str, object]
Coding = tuple[str, str]

#: The system of carepath's own codes: the code is the name of a finding, and the value is of that finding's type.
LOCAL = "urn:carepath:finding"
UCUM = "http://unitsofmeasure.org"
DIMENSIONLESS = ("", "1", "{score}")
METHOD = "method:"
ABSENT = "dataAbsentReason"

_SAFE = re.compile(r"[A-Za-z0-9:/._|{}%\[\]+#^*()-]{1,120}\Z")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_TIME = re.compile(r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?\Z")
_TEMPLATE = re.compile(r"\{\{|\$\{|<%")
#: A context of our own: nothing that a caller sets may decide what comes out.
_EXACT = Context(prec=60)
_NUMBERS = ("valueInteger", "valueDecimal", "valueQuantity")
_TEXTS = ("valueString", "valueCode", "valueCodeableConcept", "valueCoding")
_DATES = ("valueDateTime", "valueDate")


class Unusable(Exception):
    """An element cannot be used: the reason, a safe detail, and the element below the one that was read."""

    def __init__(self, reason: str, detail: str = "", element: str = "") -> None:
        self.reason, self.detail, self.element = reason, detail, element
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as written, or why there is none; a partial date still has a first and a last day."""

    date: dt.date | None
    taken_from: str
    problem: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    transform: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it stood in a resource, checked, and what was done to it."""

    value: FactValue | None
    element: str
    transform: str = ""
    status: str = "known"
    version: str | None = None


def safe(text: object) -> str:
    """A code or name as text when it can hold no sentence about the patient, else a question mark."""
    return text if isinstance(text, str) and _SAFE.match(text) else "?"


def is_template(value: object) -> bool:
    """Whether a text is a template that somebody forgot to fill in."""
    return isinstance(value, str) and _TEMPLATE.search(value) is not None


def child(content: FhirObject, key: str) -> FhirObject:
    """The object under a key; empty where none stands."""
    found = content.get(key)
    return found if isinstance(found, (dict, Mapping)) else {}


def objects(value: object) -> list[FhirObject]:
    """The objects of a list, or a lone object as a list of one."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, (dict, Mapping))]


def keys_of(content: FhirObject, prefix: str) -> list[str]:
    """The names of the elements with a value that begin with a prefix, in the order of the alphabet."""
    found = [key for key in content if isinstance(key, str) and key.startswith(prefix) and content[key] is not None]
    return sorted(found)


def codings(concept: object) -> tuple[Coding, ...]:
    """The systems and codes of a CodeableConcept, in the order of the alphabet."""
    found = set()
    for one in objects(concept):
        for coding in objects(one.get("coding")):
            system, code = coding.get("system"), coding.get("code")
            if isinstance(code, str):
                found.add((system if isinstance(system, str) else "", code))
    return tuple(sorted(found))


def codes_of(concept: object) -> set[str]:
    """The codes of a status: of a CodeableConcept, or a plain text where older files have one."""
    return {concept} if isinstance(concept, str) else {code for _, code in codings(concept)}


def code_of(concept: object) -> str | None:
    """The one code of a status; None where there is none or more than one."""
    found = codes_of(concept)
    return found.pop() if len(found) == 1 else None


# --- days -------------------------------------------------------------------------------------------------------


def day(value: object, element: str) -> Day:
    """The calendar day of a FHIR date, dateTime or instant, as written: time zones change nothing."""
    if isinstance(value, dt.datetime):
        return Day(value.date(), element)
    if isinstance(value, dt.date):
        return Day(value, element)
    match = _DAY.match(value[:10]) if isinstance(value, str) else None
    rest = value[10:] if isinstance(value, str) else ""
    if match is None or (rest and (match[3] is None or _TIME.match(rest) is None)):
        return Day(None, element, f"{element}:unreadable")
    year, month, number = (int(part) if part else None for part in match.groups())
    try:
        first = dt.date(year or 0, month or 1, number or 1)
        if number is not None:
            return Day(first, element)
        if month is None:
            return Day(None, element, f"{element}:year", first, first.replace(month=12, day=31))
        next_month = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        return Day(None, element, f"{element}:month", first, next_month - dt.timedelta(days=1))
    except (ValueError, OverflowError):
        return Day(None, element, f"{element}:unreadable")


def first_day(content: FhirObject, elements: tuple[str, ...]) -> Day:
    """The day of the first element that is there; of a period its end, or its start where it has none."""
    for element in elements:
        found = content.get(element)
        if isinstance(found, Mapping):
            part = "end" if found.get("end") is not None else "start"
            return day(found.get(part), f"{element}.{part}")
        if found is not None:
            return day(found, element)
    return Day(None, "", "missing")


def whole_years(born: dt.date, at: dt.date) -> int:
    """The whole years from a birth date to a day."""
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


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
    if not elements and absent is not None:
        return _absent(absent)
    if not elements:
        reason = EXPRESSION if keys_of(content, "_value") and _holds_expression(content) else NO_VALUE
        raise Unusable(reason)
    if len(elements) > 1 or absent is not None:
        raise Unusable(BAD_TYPE, "+".join(safe(one) for one in (*elements, *([ABSENT] if absent is not None else []))))
    element = elements[0]
    value = content[element]
    if is_template(value):
        raise Unusable(EXPRESSION, "", safe(element))
    transform, version = "", None
    if finding.type.kind in {"int", "decimal"}:
        value, transform, version = _number(content, element, finding, units)
    else:
        value = _plain(element, value, finding)
    return Given(checked(value, finding, element), element, transform, version=version)


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
    code = code_of(reason) or "?"
    status = {"asked-declined": "refused", "not-applicable": "not_applicable"}.get(code, "unknown")
    return Given(None, ABSENT, f"data_absent:{safe(code)}", status)


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


def _number(
    content: FhirObject, element: str, finding: Finding, units: tuple[str, ...] | None
) -> tuple[object, str, str | None]:
    if element not in _NUMBERS:
        raise Unusable(BAD_TYPE, safe(element), safe(element))
    value = content[element]
    unit = ""
    if isinstance(value, Mapping):
        if value.get("comparator") is not None:
            raise Unusable(BAD_TYPE, "comparator", f"{element}.comparator")
        unit = _unit(value)
        value = value.get("value")
        if is_template(value):
            raise Unusable(EXPRESSION, "", f"{element}.value")
        if value is None:
            raise Unusable(NO_VALUE, "", element)
    if isinstance(value, Decimal) and value.is_finite():
        value = float(value)
    allowed = units if units is not None else (("", finding.type.unit) if finding.type.unit else DIMENSIONLESS)
    if unit not in allowed:
        raise Unusable(WRONG_UNIT, safe(unit) if unit else "none", element)
    methods = dict(one.removeprefix(METHOD).partition("=")[::2] for one in allowed if one and one.startswith(METHOD))
    if not methods:
        return value, "", None
    return _by_method(value, code_of(content.get("method")), methods, element)


def _unit(quantity: FhirObject) -> str:
    """The unit of a quantity: its UCUM code, or the written unit where there is no code."""
    code, unit, system = quantity.get("code"), quantity.get("unit"), quantity.get("system")
    if code is not None:
        return code if isinstance(code, str) and system in {None, UCUM} else f"{safe(system)}|{safe(code)}"
    return "" if unit is None else unit[:120] if isinstance(unit, str) else "?"


def _by_method(
    value: object, method: str | None, methods: Mapping[str, str], element: str
) -> tuple[object, str, str | None]:
    """A score whose scale is told by its method; a factor is applied exactly or not at all."""
    if method is None or method not in methods:
        raise Unusable(WRONG_UNIT, f"method:{safe(method) if method else 'none'}", element)
    version = None if method == next(iter(methods)) else method
    factor = methods[method]
    if not factor:
        return value, "", version
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_INTEGER:
        raise Unusable(BAD_TYPE, "", element)
    scaled = _EXACT.multiply(Decimal(repr(value)), Decimal(factor))
    number = int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
    return number, f"scaled:{method}*{factor}", version
