"""Lists that stand whole in one Observation: the number of items, and a component for each part of each item."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from carepath.language.symbols import ValueType
from carepath.record.facts import Record
from carepath.record.fhir import read_bundle
from carepath.record.fhir_whole_lists import part_type
from carepath.record.read import MAX_ITEMS
from tests.unit.record.builders import finding
from tests.unit.record.test_fhir import AT, LOCAL, concept, guideline, observation, only_reason, read, reasons, values

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline

Json = dict[str, Any]
PART = "urn:carepath:part"
DRUGS = (LOCAL, "neuropathic_drugs")
IMAGING = (LOCAL, "prior_imaging")
TRIED = (LOCAL, "primary_care_disciplines_tried")


def part(code: str, **value: object) -> Json:
    return {"code": concept((PART, code)), **value}


def drugs(*parts: object, **elements: object) -> Json:
    return observation(DRUGS, **({"valueInteger": 2} | elements), component=list(parts))


AGENT = part("1.agent", valueString="amitriptyline")
CLASS = part("1.class", valueCodeableConcept=concept(("urn:carepath:value:neuropathic_drugs.class", "TCA")))
TRIAL = part("2.adequate_trial", valueBoolean=True)
RESPONSE = part("2.response", valueString="insufficient")


def rows(record: Record) -> list[tuple[object, object, object]]:
    return [(row["path"], row["reason"], row["detail"]) for row in record.unused if row["path"] != "Patient"]


# --- what is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [(AGENT, CLASS, TRIAL, RESPONSE), (RESPONSE, TRIAL, CLASS, AGENT)])
def test_a_list_is_read_whole_in_the_order_of_its_numbers_whatever_the_order_of_the_components(
    parts: tuple[Json, ...],
) -> None:
    record = read(drugs(*parts))
    (fact,) = record.facts("neuropathic_drugs")
    assert fact.value == (
        {"agent": "amitriptyline", "class": "TCA"},
        {"adequate_trial": True, "response": "insufficient"},
    )
    assert (fact.status, fact.date.isoformat(), fact.source) == ("known", "2023-10-01", "Observation/o1")
    (row,) = record.used
    assert (row["path"], row["finding"], row["transform"]) == ("Observation.valueInteger", "neuropathic_drugs", "")
    assert not reasons(record)


def test_an_empty_list_says_that_there_is_none_and_of_goals_nothing() -> None:
    assert values(read(observation(IMAGING, valueInteger=0)), "prior_imaging") == [((), "2023-10-01")]
    (fact,) = read(observation((LOCAL, "treatment_goals"), valueInteger=0)).facts("treatment_goals")
    assert (fact.value, fact.status) == (None, "unknown")


def test_an_item_of_which_nothing_is_known_is_an_item() -> None:
    assert values(read(drugs(TRIAL)), "neuropathic_drugs") == [(({}, {"adequate_trial": True}), "2023-10-01")]


@pytest.mark.parametrize(
    "absent",
    [
        part("1.agent", dataAbsentReason=concept(("x", "unknown"))),
        part("1.agent", valueString="unknown"),
    ],
)
def test_a_part_that_is_not_known_is_left_open(absent: Json) -> None:
    record = read(drugs(absent, CLASS, valueInteger=1))
    assert values(record, "neuropathic_drugs") == [(({"class": "TCA"},), "2023-10-01")]
    assert not reasons(record)


def test_a_number_of_items_that_is_at_least_so_much_makes_a_list_that_may_hold_others() -> None:
    made = observation(IMAGING, valueRange={"low": {"value": 1}}, component=[part("1.value", valueString="MRI")])
    (fact,) = read(made).facts("prior_imaging")
    assert (fact.value, fact.status) == (({"value": "MRI"},), "partial")


def test_the_unit_of_a_list_of_numbers_is_that_of_each_of_them() -> None:
    def scores(unit: str) -> Json:
        score = part("1.value", valueQuantity={"value": 40.5, "unit": unit})
        return observation((LOCAL, "psk_items"), valueInteger=1, component=[score])

    assert values(read(scores("mm")), "psk_items") == [(({"value": 40.5},), "2023-10-01")]
    record = read(scores("cm"))
    assert rows(record) == [
        ("Observation", "list_not_used", ""),
        ("Observation.component[0].valueQuantity", "wrong_unit", "cm"),
    ]


@pytest.mark.parametrize(
    ("name", "own", "of_list", "expected"),
    [
        ("value", None, "mm", "mm"),
        ("value", "cm", "mm", "cm"),
        ("value", "cm", None, "cm"),
        ("value", None, None, None),
        ("weeks", None, "mm", None),
        ("weeks", "wk", "mm", "wk"),
    ],
)
def test_a_single_value_without_a_unit_has_that_of_its_list_and_no_other_part_has(
    name: str, own: str | None, of_list: str | None, expected: str | None
) -> None:
    kind = ValueType("decimal", minimum=0, maximum=9, unit=own)
    made = finding("listed", ValueType("list", unit=of_list, parts={name: kind}))
    assert part_type(made, name) == replace(kind, unit=expected)


def test_a_lone_component_stands_for_a_list_of_one() -> None:
    record = read(observation(IMAGING, valueInteger=1, component=part("1.value", valueString="MRI")))
    assert values(record, "prior_imaging") == [(({"value": "MRI"},), "2023-10-01")]
    assert not reasons(record)


@pytest.mark.parametrize(
    ("code", "status"),
    [("asked-declined", "refused"), ("not-applicable", "not_applicable"), ("unknown", "unknown")],
)
def test_a_reason_in_place_of_a_list_becomes_a_status(code: str, status: str) -> None:
    (fact,) = read(observation(DRUGS, dataAbsentReason=concept(("x", code)))).facts("neuropathic_drugs")
    assert (fact.value, fact.status) == (None, status)


def test_a_component_with_a_code_of_its_own_is_no_part_of_the_list() -> None:
    other = {"code": concept((LOCAL, "rf_cauda_equina")), "valueBoolean": True}
    record = read(drugs(AGENT, other, valueInteger=1))
    assert values(record, "neuropathic_drugs") == [(({"agent": "amitriptyline"},), "2023-10-01")]
    assert values(record, "rf_cauda_equina") == [(True, "2023-10-01")]


# --- what is not read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "where", "reason", "detail"),
    [
        (part("1.agents", valueString="x"), "", "unknown_part", "did you mean 'agent'?"),
        (part("agent", valueString="x"), "", "unknown_part", ""),
        (part("0.agent", valueString="x"), "", "unknown_part", ""),
        (part("1.agent\n", valueString="x"), "", "unknown_part", ""),
        ({"code": concept(("http://loinc.org", "0")), "valueString": "x"}, "", "unknown_part", ""),
        ({"valueString": "x"}, "", "unknown_part", ""),
        ({"code": concept((PART, "1.agent"), (PART, "2.agent")), "valueString": "x"}, "", "ambiguous_code", ""),
        (part("3.agent", valueString="x"), "", "out_of_range", "items:2"),
        (part("999999.agent", valueString="x"), "", "out_of_range", "items:2"),
        (part("1.agent", valueBoolean=True), ".valueBoolean", "bad_type", "valueBoolean"),
        (part("1.agent", valueString=""), ".valueString", "bad_type", "expects:text"),
        (part("1.agent", valueString="{{agent}}"), ".valueString", "expression", ""),
        (part("1.agent"), "", "no_value", ""),
        (part("1.response", valueString="splendid"), ".valueString", "bad_type", "expects:enum"),
        (part("1.agent", valueString="x", modifierExtension=[{"url": "x"}]), "", "not_understood", ""),
        (part("2.adequate_trial", valueBoolean=True), "", "part_twice", ""),
    ],
)
def test_a_component_that_cannot_be_read_is_named_and_nothing_of_the_list_is_used(
    bad: Json, where: str, reason: str, detail: str
) -> None:
    record = read(drugs(TRIAL, bad))
    assert set(rows(record)) == {
        ("Observation", "list_not_used", ""),
        (f"Observation.component[1]{where}", reason, detail),
    }
    assert not record.used
    assert not record.series


def test_every_component_that_cannot_be_read_is_named() -> None:
    record = read(drugs(part("1.dose", valueString="x"), part("1.tolerated", valueString="x"), TRIAL))
    assert [row[:2] for row in rows(record)] == [
        ("Observation", "list_not_used"),
        ("Observation.component[0]", "unknown_part"),
        ("Observation.component[1].valueString", "bad_type"),
    ]


@pytest.mark.parametrize(("weeks", "reason"), [(-1, "out_of_range"), (2.5, "bad_type"), ("6", "bad_type")])
def test_a_number_of_a_part_is_within_its_range_and_not_rounded(weeks: object, reason: str) -> None:
    made = part("1.weeks", valueQuantity={"value": weeks})
    record = read(observation(TRIED, valueInteger=1, component=[made]))
    assert rows(record)[1][:2] == ("Observation.component[0].valueQuantity", reason)
    assert not record.series


def test_a_number_of_a_part_is_known_or_not_and_never_in_part() -> None:
    made = part("1.weeks", valueRange={"low": {"value": 2}, "high": {"value": 6}})
    record = read(observation(TRIED, valueInteger=1, component=[made]))
    assert rows(record)[1] == ("Observation.component[0].valueRange", "bad_type", "valueRange")


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({}, "no_value"),
        ({"valueInteger": -1}, "out_of_range"),
        ({"valueInteger": MAX_ITEMS + 1}, "out_of_range"),
        ({"valueInteger": 10**9}, "out_of_range"),
        ({"valueInteger": "1"}, "bad_type"),
        ({"valueString": "MRI"}, "bad_type"),
        ({"valueInteger": 1, "valueString": "MRI"}, "bad_type"),
        ({"valueQuantity": {"value": 1, "unit": "mm"}}, "wrong_unit"),
        ({"valueRange": {"low": {"value": MAX_ITEMS + 1}}}, "out_of_range"),
        ({"valueInteger": 1, "dataAbsentReason": concept(("x", "unknown"))}, "bad_type"),
        ({"dataAbsentReason": concept(("x", "unknown"))}, "bad_type"),
        ({"valueInteger": 2}, "no_value"),
        ({"valueInteger": 1, "status": "preliminary"}, "not_final"),
        ({"valueInteger": 1, "effectiveDateTime": "2023"}, "no_date"),
    ],
)
def test_a_list_without_a_number_of_items_that_fits_is_not_read(elements: Json, reason: str) -> None:
    one = part("1.value", valueString="MRI")
    assert only_reason(read(observation(IMAGING, **elements, component=[one]))) == reason


@pytest.mark.parametrize("listed", ["x", ["x"], [part("1.value", valueString="MRI"), None]])
def test_a_component_that_is_no_object_is_not_passed_over(listed: object) -> None:
    record = read(observation(IMAGING, valueInteger=1, component=listed))
    assert rows(record) == [("Observation.component", "bad_type", "component")]
    assert not record.series


@pytest.mark.parametrize(
    ("elements", "row"),
    [
        (
            {"dataAbsentReason": concept(("x", "unknown"))},
            ("Observation.dataAbsentReason", "bad_type", "dataAbsentReason+component"),
        ),
        ({"valueInteger": MAX_ITEMS + 1}, ("Observation.valueInteger", "out_of_range", "more than 1000 items")),
        (
            {"valueRange": {"low": {"value": MAX_ITEMS + 1}}},
            ("Observation.valueRange", "out_of_range", "more than 1000 items"),
        ),
        ({"valueInteger": 2}, ("Observation", "no_value", "2.value")),
    ],
)
def test_the_row_of_a_list_that_is_not_read_says_what_does_not_fit(elements: Json, row: tuple[str, str, str]) -> None:
    record = read(observation(IMAGING, **elements, component=[part("1.value", valueString="MRI")]))
    assert rows(record) == [row]
    assert not record.series


# --- a list that is a red flag ----------------------------------------------------------------------------------


@functools.cache
def flagged() -> Guideline:
    """The guideline with two of its lists made red flags."""
    changed = {name: replace(guideline().findings[name], red_flag=True) for name in (IMAGING[1], TRIED[1])}
    return replace(guideline(), findings={**guideline().findings, **changed})


def test_a_list_that_is_a_red_flag_may_hold_others_as_any_list_may() -> None:
    made = observation(IMAGING, valueRange={"low": {"value": 1}}, component=[part("1.value", valueString="MRI")])
    (fact,) = read_bundle(made, flagged(), AT).facts("prior_imaging")
    assert (fact.value, fact.status) == (({"value": "MRI"},), "partial")


@pytest.mark.parametrize("ends", [{"low": {"value": 2}}, {"low": {"value": 2}, "high": {"value": 6}}])
def test_a_part_of_a_list_that_is_a_red_flag_is_known_or_not_and_never_in_part(ends: Json) -> None:
    record = read_bundle(
        observation(TRIED, valueInteger=1, component=[part("1.weeks", valueRange=ends)]), flagged(), AT
    )
    assert rows(record)[0] == ("Observation", "list_not_used", "")
    assert rows(record)[1][:2] == ("Observation.component[0].valueRange", "bad_type")
    assert not record.series


def test_a_list_of_as_many_items_as_there_may_be_is_read_whole_and_in_part() -> None:
    parts = [part(f"{number}.value", valueString="MRI") for number in range(1, MAX_ITEMS + 1)]
    for value, status in (
        ({"valueInteger": MAX_ITEMS}, "known"),
        ({"valueRange": {"low": {"value": MAX_ITEMS}}}, "partial"),
    ):
        (fact,) = read(observation(IMAGING, **value, component=parts)).facts("prior_imaging")
        assert isinstance(fact.value, tuple)
        assert (len(fact.value), fact.status) == (MAX_ITEMS, status)


def test_a_part_outside_a_list_is_an_unknown_code() -> None:
    assert reasons(read(observation((LOCAL, "rf_cauda_equina"), valueBoolean=True, component=[AGENT]))) == [
        "unknown_code"
    ]
    assert only_reason(read(observation(("http://loinc.org", "0"), component=[AGENT]))) == "unknown_code"


def test_a_list_in_a_component_or_in_another_resource_has_no_form() -> None:
    inside = {"code": concept(IMAGING), "valueInteger": 0}
    assert reasons(read(observation((LOCAL, "rf_cauda_equina"), valueBoolean=True, component=[inside]))) == ["bad_type"]
    assert only_reason(read(observation(("http://loinc.org", "0"), component=[inside]))) == "bad_type"
    procedure = {"resourceType": "Procedure", "id": "p1", "status": "completed", "code": concept(IMAGING)}
    assert only_reason(read({**procedure, "performedDateTime": "2023-10-01"})) == "bad_type"


def test_every_new_reason_has_its_text() -> None:
    texts = guideline().fhir_reasons
    assert all(texts[one].en != texts[one].nl for one in ("unknown_part", "part_twice", "list_not_used"))
