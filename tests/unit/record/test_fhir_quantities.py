"""How numbers of FHIR come onto the scale of their finding, and what is said of those that cannot."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from carepath.language.symbols import ValueType
from carepath.record.fhir_elements import Unusable
from carepath.record.fhir_quantities import Scales, read_number, scales_of, value_and_unit
from tests.unit.record.builders import finding

Json = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
MONTHS = finding("months", ValueType("decimal", minimum=0, unit="mo"))
SCORE = finding("score", ValueType("int", minimum=0, maximum=10))
QUANTITY = "valueQuantity"
OTHER_UNIT = {"system": UCUM, "code": "mm"}


def quantity(value: object, **elements: object) -> Json:
    return {QUANTITY: {"value": value, **elements}}


def method(code: object) -> Json:
    return {"coding": [{"system": "urn:scales", "code": code}]}


def refusal(content: Json, element: str = QUANTITY, units: tuple[str, ...] | None = None) -> tuple[str, str, str]:
    """Why a number cannot be read: the reason, the detail and the element."""
    with pytest.raises(Unusable) as caught:
        read_number(content, element, SCORE, units)
    return caught.value.reason, caught.value.detail, caught.value.element


# --- the scales of the code table -------------------------------------------------------------------------------


def test_units_and_methods_are_told_apart_and_each_may_have_a_factor() -> None:
    units = ("", "mm=0.1", "method:NRS", "method:VAS=0.1", "cm=1e1")
    assert scales_of(units) == Scales(
        {"": None, "mm": Decimal("0.1"), "cm": Decimal(10)}, {"NRS": None, "VAS": Decimal("0.1")}
    )


@pytest.mark.parametrize("factor", ["0", "-1", "-0.1", "Infinity", "-Infinity", "NaN", "", "ten", "1/10"])
def test_a_factor_that_is_no_number_above_nought_is_refused_by_its_name(factor: str) -> None:
    for unit in ("mm", "method:VAS"):
        with pytest.raises(ValueError, match="is no factor") as caught:
            scales_of((f"{unit}={factor}",))
        assert str(caught.value) == f"{factor!r} is no factor"


def test_a_factor_is_shown_with_its_first_forty_characters() -> None:
    with pytest.raises(ValueError, match="is no factor") as caught:
        scales_of(("mm=" + "x" * 40 + "yz",))
    assert str(caught.value) == f"'{'x' * 40}' is no factor"


# --- numbers that are read --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "factor", "expected"),
    [
        (40, "0.1", 4),
        (70.0, "0.1", 7),
        (-30, "0.1", -3),
        (0.3, "10", 3),
        (35, "0.1", 3.5),
        (0.1, "3", 0.3),
        (2**53, "1", 2**53),
        (-(2**53), "1", -(2**53)),
        (3002399751580331, "3", 2**53 + 1),
    ],
)
def test_a_number_is_multiplied_by_the_factor_exactly(value: float, factor: str, expected: float) -> None:
    read_as, transform, version = read_number(quantity(value, **OTHER_UNIT), QUANTITY, SCORE, (f"mm={factor}",))
    assert (read_as, type(read_as)) == (expected, type(expected))
    assert (transform, version) == (f"scaled:mm*{factor}", None)


@pytest.mark.parametrize(
    ("units", "said_by", "expected"),
    [
        (("", "method:NRS", "method:VAS=0.1"), "NRS", (50, "", None)),
        (("", "method:NRS", "method:VAS=0.1"), "VAS", (5, "scaled:VAS*0.1", "VAS")),
        (("", "method:VAS=0.1", "method:NRS"), "VAS", (5, "scaled:VAS*0.1", None)),
        (("", "method:VAS=0.1", "method:NRS"), "NRS", (50, "", "NRS")),
    ],
)
def test_the_first_method_is_the_scale_of_the_finding_and_another_one_is_its_version(
    units: tuple[str, ...], said_by: str, expected: object
) -> None:
    assert read_number({**quantity(50), "method": method(said_by)}, QUANTITY, SCORE, units) == expected


@pytest.mark.parametrize(
    ("units", "unit"),
    [(("mm=0.1", "method:VAS=0.1"), OTHER_UNIT), (("", "method:VAS=0.1"), {}), (("mm", "method:VAS=0.1"), OTHER_UNIT)],
)
def test_a_unit_and_a_method_that_say_the_same_scale_a_number_once(units: tuple[str, ...], unit: Json) -> None:
    content = {**quantity(50, **unit), "method": method("VAS")}
    assert read_number(content, QUANTITY, SCORE, units) == (5, "scaled:VAS*0.1", None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"valueInteger": 4}, (4, "")),
        ({"valueDecimal": Decimal("4.5")}, (4.5, "")),
        (quantity(4, code="mo"), (4, "mo")),
        (quantity(4, code="mo", system=UCUM), (4, "mo")),
        (quantity(4, code="mo", unit="months"), (4, "mo")),
        (quantity(4, unit="months"), (4, "months")),
        (quantity(4, unit="m" * 120), (4, "m" * 120)),
        (quantity(4, unit="m" * 121), (4, "m" * 120)),
        (quantity(4, unit=7), (4, "?")),
        (quantity(4, code="mo", system="urn:units"), (4, "urn:units|mo")),
        (quantity(4, code=7, system=UCUM), (4, f"{UCUM}|?")),
        (quantity(4, code=7), (4, "?|?")),
    ],
)
def test_a_unit_is_the_code_of_ucum_or_else_what_is_written(content: Json, expected: object) -> None:
    (element,) = content
    assert value_and_unit(content, element) == expected


def test_a_number_of_carepaths_own_code_has_the_unit_of_its_finding_or_none() -> None:
    for unit in ({}, {"code": "mo"}, {"unit": "mo"}):
        assert read_number(quantity(7.5, **unit), QUANTITY, MONTHS, None) == (7.5, "", None)
    for unit in ({}, {"code": "1"}, {"code": "{score}"}):
        assert read_number(quantity(7, **unit), QUANTITY, SCORE, None) == (7, "", None)
    with pytest.raises(Unusable) as caught:
        read_number(quantity(7, code="1"), QUANTITY, MONTHS, None)
    assert (caught.value.reason, caught.value.detail) == ("wrong_unit", "1")


# --- numbers that are left --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "element", "expected"),
    [
        ({"valueString": "4"}, "valueString", ("bad_type", "valueString", "valueString")),
        ({"value of mine": "4"}, "value of mine", ("bad_type", "?", "?")),
        (quantity(4, comparator="<"), QUANTITY, ("bad_type", "comparator", "valueQuantity.comparator")),
        (quantity("{{score}}"), QUANTITY, ("expression", "", "valueQuantity.value")),
        (quantity("${score}"), QUANTITY, ("expression", "", "valueQuantity.value")),
        (quantity(None), QUANTITY, ("no_value", "", QUANTITY)),
        ({QUANTITY: {}}, QUANTITY, ("no_value", "", QUANTITY)),
        (quantity(4, code="mm"), QUANTITY, ("wrong_unit", "mm", QUANTITY)),
        (quantity(4, unit="of which he told me"), QUANTITY, ("wrong_unit", "?", QUANTITY)),
        (quantity(4, code="1", system="urn:units"), QUANTITY, ("wrong_unit", "urn:units|1", QUANTITY)),
    ],
)
def test_what_is_no_number_with_a_known_unit_says_why_and_where(
    content: Json, element: str, expected: tuple[str, str, str]
) -> None:
    assert refusal(content, element) == expected


def test_a_number_without_a_unit_is_refused_where_the_table_wants_one() -> None:
    assert refusal(quantity(4), units=("mm=0.1",)) == ("wrong_unit", "none", QUANTITY)
    assert refusal({"valueInteger": 4}, "valueInteger", ("mm=0.1",)) == ("wrong_unit", "none", "valueInteger")


@pytest.mark.parametrize(
    ("given", "shown"), [(method("WORDS"), "WORDS"), (method("my own words"), "?"), (method(None), "none"), (7, "none")]
)
def test_a_method_that_the_table_does_not_have_is_named_as_far_as_it_is_safe(given: object, shown: str) -> None:
    content = {**quantity(4), "method": given}
    assert refusal(content, units=("", "method:NRS")) == ("wrong_unit", f"method:{shown}", QUANTITY)


def test_a_unit_and_a_method_that_contradict_each_other_are_both_named() -> None:
    content = {**quantity(50, **OTHER_UNIT), "method": method("NRS")}
    for units in (("mm=0.1", "method:NRS"), ("mm=0.1", "method:NRS=10")):
        assert refusal(content, units=units) == ("wrong_unit", "mm+method:NRS", QUANTITY)


@pytest.mark.parametrize("value", [True, False, "40", float("nan"), float("inf"), 2**53 + 1, -(2**53) - 1, [4]])
def test_nothing_but_a_number_within_the_limits_is_scaled(value: object) -> None:
    assert refusal(quantity(value, **OTHER_UNIT), units=("mm=0.1",)) == ("bad_type", "", QUANTITY)


@pytest.mark.parametrize("system", [[], {}, [UCUM], {"system": UCUM}, 7, True, "units of my own"])
def test_a_system_of_units_that_is_no_text_is_reported_and_breaks_nothing(system: object) -> None:
    assert refusal(quantity(4, system=system, code="{score}")) == ("wrong_unit", "?", QUANTITY)


def test_a_written_date_is_no_number() -> None:
    assert refusal(quantity(dt.date(2023, 1, 1), **OTHER_UNIT), units=("mm=0.1",)) == ("bad_type", "", QUANTITY)
