"""Reads numbers of FHIR with their units and scales, as far as the code table says what they mean.

A factor is applied exactly or not at all: nothing is rounded and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from carepath.record.fhir_elements import FhirObject, Unusable, code_of, is_template, safe
from carepath.record.fhir_report import BAD_TYPE, EXPRESSION, NO_VALUE, WRONG_UNIT
from carepath.record.read import MAX_INTEGER

if TYPE_CHECKING:
    from carepath.content.guideline import Finding

UCUM = "http://unitsofmeasure.org"
DIMENSIONLESS = ("", "1", "{score}")
METHOD = "method:"
NUMBERS = ("valueInteger", "valueDecimal", "valueQuantity")

#: A context of our own: nothing that a caller sets may decide what comes out.
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Scales:
    """What the units of a code table entry say: units with their factors, measuring methods with theirs.

    A factor of None takes the number as it stands. The first method is the finding's own.
    """

    units: Mapping[str, Decimal | None]
    methods: Mapping[str, Decimal | None]


def scales_of(units: tuple[str, ...]) -> Scales:
    """The scales that a list of units stands for: ``UNIT``, ``UNIT=FACTOR``, ``method:NAME``, ``method:NAME=FACTOR``.

    Raises:
        ValueError: a factor is no number above 0.
    """
    found: tuple[dict[str, Decimal | None], dict[str, Decimal | None]] = ({}, {})
    for one in units:
        name, has_factor, factor = one.partition("=")
        kind = found[name.startswith(METHOD)]
        kind[name.removeprefix(METHOD)] = _factor(factor) if has_factor else None
    return Scales(*found)


def _factor(text: str) -> Decimal:
    try:
        factor = Decimal(text)
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or factor <= 0:
        message = f"{text[:40]!r} is no factor"
        raise ValueError(message)
    return factor


def read_number(
    content: FhirObject, element: str, finding: Finding, units: tuple[str, ...] | None
) -> tuple[object, str, str | None]:
    """A number on the scale of its finding, what was done to it, and the version of the scale.

    Args:
        content: what holds the element.
        element: the ``value[x]`` that is there.
        finding: what the number is about.
        units: those of the code table; None for carepath's own codes, whose unit is the finding's.

    Raises:
        Unusable: it is no number, or its unit or method is not one that the table allows.
    """
    value, unit = value_and_unit(content, element)
    own = ("", finding.type.unit) if finding.type.unit else DIMENSIONLESS
    scales = scales_of(units if units is not None else own)
    if unit not in scales.units:
        raise Unusable(WRONG_UNIT, safe(unit) if unit else "none", element)
    factor, shown, version = scales.units[unit], unit, None
    if scales.methods:
        shown = _method(content, scales, element)
        if factor not in {None, scales.methods[shown]}:
            raise Unusable(WRONG_UNIT, f"{safe(unit)}+method:{safe(shown)}", element)
        factor = scales.methods[shown]
        version = None if shown == next(iter(scales.methods)) else shown
    if factor is None:
        return value, "", version
    return _scaled(value, factor, element), f"scaled:{safe(shown)}*{factor}", version


def value_and_unit(content: FhirObject, element: str) -> tuple[object, str]:
    """The number of a ``value[x]`` as it stands, and its unit; the unit is empty where there is none.

    Raises:
        Unusable: it is no element for numbers, has a comparator, is a template, or is empty.
    """
    if element not in NUMBERS:
        raise Unusable(BAD_TYPE, safe(element), safe(element))
    value, unit = content[element], ""
    if isinstance(value, Mapping):
        if value.get("comparator") is not None:
            raise Unusable(BAD_TYPE, "comparator", f"{element}.comparator")
        unit = _unit(value)
        value = value.get("value")
        if is_template(value):
            raise Unusable(EXPRESSION, "", f"{element}.value")
        if value is None:
            raise Unusable(NO_VALUE, "", element)
    return float(value) if isinstance(value, Decimal) and value.is_finite() else value, unit


def _method(content: FhirObject, scales: Scales, element: str) -> str:
    method = code_of(content.get("method"))
    if method is None or method not in scales.methods:
        raise Unusable(WRONG_UNIT, f"method:{safe(method) if method else 'none'}", element)
    return method


def _scaled(value: object, factor: Decimal, element: str) -> object:
    """A number times a factor, exactly; what is no number is left to whoever checks the type."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_INTEGER:
        raise Unusable(BAD_TYPE, "", element)
    scaled = _EXACT.multiply(Decimal(repr(value)), factor)
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)


def _unit(quantity: FhirObject) -> str:
    """The unit of a quantity: its UCUM code, or the written unit where there is no code."""
    code, unit, system = quantity.get("code"), quantity.get("unit"), quantity.get("system")
    if code is not None:
        is_ucum = system is None or system == UCUM  # compared: what stands there may be anything
        return code if isinstance(code, str) and is_ucum else f"{safe(system)}|{safe(code)}"
    return "" if unit is None else unit[:120] if isinstance(unit, str) else "?"
