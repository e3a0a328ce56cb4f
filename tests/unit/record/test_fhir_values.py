"""What a value of FHIR becomes for its finding, what was done to it, and why one that does not fit is left."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from carepath.language.symbols import ValueType
from carepath.record.facts import Bounds
from carepath.record.fhir_elements import Unusable
from carepath.record.fhir_values import ABSENT_EXTENSION, Given, checked, read_given
from tests.unit.record.builders import FINDINGS, finding

Json = dict[str, Any]

OPEN = finding("distance", ValueType("decimal"))
FLAGS = finding("flags", ValueType("int", minimum=0), red_flag=True)
SCALED = ("mm=0.1", "method:NRS=0.1", "method:VAS=0.1")


def coding(code: str, system: str = "urn:carepath:value") -> Json:
    return {"system": system, "code": code}


def concept(*codes: str) -> Json:
    return {"coding": [coding(code) for code in codes]}


def end(value: float, **unit: str) -> Json:
    return {"value": value, **unit}


def given(name: str, content: Json, units: tuple[str, ...] | None = None) -> Given:
    return read_given(content, FINDINGS[name], units)


def refusal(name: str, content: Json, units: tuple[str, ...] | None = None) -> tuple[str, str, str]:
    """Why a value cannot be read: the reason, the detail and the element."""
    with pytest.raises(Unusable) as caught:
        given(name, content, units)
    return caught.value.reason, caught.value.detail, caught.value.element


# --- values that are read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("agrees", {"valueBoolean": False}, False),
        ("end_date", {"valueDate": "2023-01-02"}, dt.date(2023, 1, 2)),
        ("end_date", {"valueDateTime": "2023-01-02T23:30:00-08:00"}, dt.date(2023, 1, 2)),
        ("fear", {"valueString": "high"}, "high"),
        ("fear", {"valueCode": "high"}, "high"),
        ("fear", {"valueCodeableConcept": concept("high")}, "high"),
        ("fear", {"valueCodeableConcept": {"coding": [coding("high"), coding("3", "urn:other")]}}, "high"),
        ("fear", {"valueCoding": coding("high")}, "high"),
        ("remark", {"valueString": "walks again"}, "walks again"),
        ("remark", {"valueCoding": coding("walks")}, "walks"),
        ("months", {"valueDecimal": 2.5}, 2.5),
        ("age_years", {"valueQuantity": {"value": 61, "code": "a"}}, 61),
        ("age_years", {"valueInteger": 61.0}, 61),
    ],
)
def test_a_value_is_read_as_the_type_of_its_finding(name: str, content: Json, expected: object) -> None:
    (element,) = content
    assert given(name, content) == Given(expected, element, "", "known", None)  # type: ignore[arg-type]  # any value


def test_a_number_on_another_scale_says_what_was_done_and_which_scale_it_was() -> None:
    content = {"valueQuantity": end(70, unit="mm"), "method": concept("VAS")}
    assert given("copm", content, SCALED) == Given(7, "valueQuantity", "scaled:VAS*0.1", "known", "VAS")


# --- numbers that are known in part -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"low": end(3)}, Bounds(3, 24)),
        ({"high": end(7)}, Bounds(0, 7)),
        ({"low": end(3), "high": end(7)}, Bounds(3, 7)),
        ({"low": end(0), "high": None}, Bounds(0, 24)),
    ],
)
def test_a_range_says_at_least_and_at_most_and_the_finding_gives_the_end_that_is_missing(
    ends: Json, expected: Bounds
) -> None:
    assert given("rmdq_total", {"valueRange": ends}) == Given(expected, "valueRange", "", "partial", None)


def test_a_range_of_one_number_is_that_number() -> None:
    ends = {"low": end(5), "high": end(5)}
    assert given("rmdq_total", {"valueRange": ends}) == Given(5, "valueRange", "", "known", None)


@pytest.mark.parametrize(
    ("said_by", "transform", "version"), [("NRS", "scaled:NRS*0.1", None), ("VAS", "scaled:VAS*0.1", "VAS")]
)
def test_the_ends_of_a_range_are_scaled_by_unit_and_method_as_a_lone_number_is(
    said_by: str, transform: str, version: str | None
) -> None:
    content = {"valueRange": {"low": end(20, unit="mm"), "high": end(70, unit="mm")}, "method": concept(said_by)}
    assert given("copm", content, SCALED) == Given(Bounds(2, 7), "valueRange", transform, "partial", version)
    assert refusal("copm", {"valueRange": content["valueRange"]}, SCALED) == (
        "wrong_unit",
        "method:none",
        "valueQuantity",
    )


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"low": end(3), "high": end(25)}, ("out_of_range", "", "valueRange")),
        ({"low": end(-1)}, ("out_of_range", "", "valueRange")),
        ({"low": end(7), "high": end(3)}, ("out_of_range", "", "valueRange")),
        ({"low": end(2.5)}, ("bad_type", "", "valueRange")),
        ({}, ("bad_type", "", "valueRange")),
        ([], ("bad_type", "", "valueRange")),
        ({"low": end(3, code="mm")}, ("wrong_unit", "mm", "valueQuantity")),
    ],
)
def test_a_range_that_does_not_fit_says_why(ends: object, expected: tuple[str, str, str]) -> None:
    assert refusal("rmdq_total", {"valueRange": ends}) == expected


def test_an_end_that_nobody_knows_is_asked_for_except_of_a_count_of_red_flags() -> None:
    with pytest.raises(Unusable) as caught:
        read_given({"valueRange": {"low": end(3)}}, OPEN, None)
    assert (caught.value.reason, caught.value.element) == ("bad_type", "valueRange")
    assert read_given({"valueRange": {"low": end(3)}}, FLAGS, None) == Given(3, "valueRange", "", "known", None)
    assert read_given({"valueRange": {"high": end(3)}}, FLAGS, None) == Given(None, "valueRange", "", "unknown", None)


# --- reasons in place of a value --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "shown", "status"),
    [
        (concept("asked-declined"), "asked-declined", "refused"),
        ("not-applicable", "not-applicable", "not_applicable"),
        (concept("masked"), "masked", "unknown"),
        (concept("asked-declined", "not-applicable"), "?", "unknown"),
        (concept("he would not say"), "?", "unknown"),
        ({"text": "declined"}, "?", "unknown"),
        (7, "?", "unknown"),
    ],
)
def test_a_reason_for_no_value_gives_a_status_and_is_shown_as_far_as_it_is_safe(
    reason: object, shown: str, status: str
) -> None:
    for name in ("agrees", "months", "fear"):
        content = {"dataAbsentReason": reason}
        assert given(name, content) == Given(None, "dataAbsentReason", f"data_absent:{shown}", status, None)


def test_a_reason_in_the_extension_of_the_value_counts_as_one_beside_it() -> None:
    other = {"url": "urn:other", "valueCode": "not-applicable"}
    textless = {"url": ABSENT_EXTENSION, "valueCode": 7}
    reason = {"url": ABSENT_EXTENSION, "valueCode": "asked-declined"}
    expected = Given(None, "dataAbsentReason", "data_absent:asked-declined", "refused", None)
    assert given("agrees", {"_valueBoolean": {"extension": [other, textless, reason]}}) == expected
    assert given("agrees", {"_valueBoolean": {"extension": reason}}) == expected
    for extension in (other, textless, [other, textless]):
        assert refusal("agrees", {"_valueBoolean": {"extension": extension}}) == ("no_value", "", "")


# --- values that are left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "no_value"),
        ({"valueInteger": None}, "no_value"),
        ({"_valueInteger": {"extension": [{"url": "urn:note", "valueString": "x"}]}}, "no_value"),
        (
            {"_valueInteger": {"extension": [{"url": "urn:cqf", "valueExpression": {"expression": "1+1"}}]}},
            "expression",
        ),
    ],
)
def test_where_no_value_stands_there_may_be_an_expression_that_nobody_evaluates(content: Json, reason: str) -> None:
    assert refusal("rmdq_total", content) == (reason, "", "")


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ({"valueInteger": 3, "valueString": "3"}, "valueInteger+valueString"),
        ({"valueInteger": 3, "dataAbsentReason": concept("unknown")}, "valueInteger+dataAbsentReason"),
        (
            {"valueString": "3", "valueInteger": 3, "dataAbsentReason": "unknown"},
            "valueInteger+valueString+dataAbsentReason",
        ),
        ({"valueInteger": 3, "value of mine": 3}, "?+valueInteger"),
    ],
)
def test_two_values_or_a_value_and_a_reason_for_none_are_named_and_left(content: Json, detail: str) -> None:
    assert refusal("rmdq_total", content) == ("bad_type", detail, "")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("agrees", {"valueString": "true"}, ("bad_type", "valueString", "valueString")),
        ("agrees", {"valueBoolean": "true"}, ("bad_type", "expects:bool", "valueBoolean")),
        ("fear", {"valueBoolean": True}, ("bad_type", "valueBoolean", "valueBoolean")),
        ("fear", {"valueString": "great"}, ("bad_type", "expects:enum", "valueString")),
        ("fear", {"valueCodeableConcept": concept()}, ("bad_type", "valueCodeableConcept", "valueCodeableConcept")),
        (
            "fear",
            {"valueCodeableConcept": concept("none", "high")},
            ("bad_type", "valueCodeableConcept", "valueCodeableConcept"),
        ),
        ("fear", {"valueCoding": coding("high", "urn:other")}, ("bad_type", "valueCoding", "valueCoding")),
        ("fear", {"valueCoding": concept("high")}, ("bad_type", "valueCoding", "valueCoding")),
        (
            "fear",
            {"valueCodeableConcept": coding("high")},
            ("bad_type", "valueCodeableConcept", "valueCodeableConcept"),
        ),
        ("remark", {"valueDate": "2023-01-02"}, ("bad_type", "valueDate", "valueDate")),
        ("remark", {"valueString": "{{remark}}"}, ("expression", "", "valueString")),
        ("end_date", {"valueString": "2023-01-02"}, ("bad_type", "valueString", "valueString")),
        ("end_date", {"valueDate": "2023-01"}, ("bad_type", "expects:date", "valueDate")),
        ("rmdq_total", {"valueInteger": 25}, ("out_of_range", "", "valueInteger")),
        ("rmdq_total", {"valueDecimal": 2.5}, ("bad_type", "expects:int", "valueDecimal")),
        ("rmdq_total", {"valueString": "3"}, ("bad_type", "valueString", "valueString")),
        ("agrees", {"valueRange": {"low": end(1)}}, ("bad_type", "valueRange", "valueRange")),
        ("rmdq_total", {"value of mine": 3}, ("bad_type", "?", "?")),
    ],
)
def test_a_value_that_does_not_fit_its_finding_says_why_and_where(
    name: str, content: Json, expected: tuple[str, str, str]
) -> None:
    assert refusal(name, content) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(121, ("out_of_range", "")), (-1, ("out_of_range", "")), ("old", ("bad_type", "expects:int"))],
)
def test_a_value_is_checked_without_an_element_where_none_holds_it(value: object, expected: tuple[str, str]) -> None:
    for element in ("", "valueInteger"):
        with pytest.raises(Unusable) as caught:
            checked(value, FINDINGS["age_years"], element) if element else checked(value, FINDINGS["age_years"])
        assert (caught.value.reason, caught.value.detail, caught.value.element) == (*expected, element)
    assert [checked(one, FINDINGS["age_years"]) for one in (0, 120, 61.0)] == [0, 120, 61]
