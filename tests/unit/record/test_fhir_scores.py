"""Questionnaires: totals from items, whole or in part, and lists that resources add to."""

from __future__ import annotations

from typing import Any

import pytest

from carepath.record.facts import Bounds
from tests.unit.record.test_fhir import LOCAL, concept, observation, only_reason, read, reasons, values

Json = dict[str, Any]
ITEM = "urn:carepath:item"
INTERVIEW = [f"i{number}" for number in range(1, 8)]
EXAMINATION = ["e1", "e2", "e3"]


def item(name: str, **answer: object) -> Json:
    made: Json = {"linkId": name, "code": [{"system": ITEM, "code": f"dn4.{name}"}]}
    return {**made, "answer": [answer]} if answer else made


def response(*items: Json, **elements: object) -> Json:
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "authored": "2023-10-05",
        "item": list(items),
    }
    made.update(elements)
    return made


def yes(*names: str) -> list[Json]:
    return [item(name, valueBoolean=True) for name in names]


def no(*names: str) -> list[Json]:
    return [item(name, valueBoolean=False) for name in names]


# --- totals -----------------------------------------------------------------------------------------------------


def test_all_items_give_the_total_and_the_subscore() -> None:
    record = read(response(*yes("i1", "i2", "e1"), *no(*INTERVIEW[2:], "e2", "e3")))
    assert values(record, "dn4_total") == [(3, "2023-10-05")]
    assert values(record, "dn4_interview") == [(2, "2023-10-05")]
    assert {row["transform"] for row in record.used} == {"sum_of_items:10/10", "sum_of_items:7/7"}
    assert {row["code"] for row in record.used} == {f"{ITEM}|dn4_total", f"{ITEM}|dn4_interview"}


def test_four_positive_items_of_ten_give_at_least_four() -> None:
    record = read(response(*yes("i1", "i2", "i3", "e1")))
    assert values(record, "dn4_total") == [(Bounds(4, 10), "2023-10-05")]
    assert values(record, "dn4_interview") == [(Bounds(3, 7), "2023-10-05")]
    (row,) = [row for row in record.used if row["finding"] == "dn4_total"]
    assert (row["value"], row["transform"]) == ("4..10", "sum_of_items:4/10")


def test_a_subscore_of_which_no_item_was_answered_is_not_recorded() -> None:
    record = read(response(*yes(*EXAMINATION)))
    assert values(record, "dn4_total") == [(Bounds(3, 10), "2023-10-05")]
    assert not record.facts("dn4_interview")


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ({"valueBoolean": True}, 1),
        ({"valueInteger": 0}, 0),
        ({"valueDecimal": 1.0}, 1),
        ({"valueQuantity": {"value": 1, "code": "{score}"}}, 1),
        (
            {
                "valueCoding": {
                    "code": "LA33-6",
                    "extension": [
                        {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1},
                    ],
                }
            },
            1,
        ),
    ],
)
def test_an_answer_is_read_in_each_form_that_tells_its_number(answer: Json, number: int) -> None:
    record = read(response(item("i1", **answer)))
    assert values(record, "dn4_total")[0][0] == Bounds(number, 9 + number)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"valueInteger": 2}, "out_of_range"),
        ({"valueInteger": -1}, "out_of_range"),
        ({"valueDecimal": 0.5}, "bad_type"),
        ({"valueString": "yes"}, "bad_type"),
        ({"valueCoding": {"code": "LA33-6"}}, "bad_type"),
        ({"valueQuantity": {"value": 1, "code": "mm"}}, "wrong_unit"),
        ({"valueBoolean": "true"}, "bad_type"),
        ({"valueInteger": 1, "valueBoolean": True}, "bad_type"),
        ({"valueInteger": float("inf")}, "bad_type"),
    ],
)
def test_an_answer_that_is_no_number_of_the_item_leaves_it_unanswered(answer: Json, reason: str) -> None:
    record = read(response(item("i1", **answer), *yes("i2")))
    assert reasons(record) == [reason]
    assert values(record, "dn4_total") == [(Bounds(1, 10), "2023-10-05")]


def test_an_item_without_an_answer_and_one_of_no_instrument_are_reported() -> None:
    other = {"linkId": "x", "code": [{"system": ITEM, "code": "dn4.i99"}], "answer": [{"valueBoolean": True}]}
    record = read(response(item("i1"), other, item("i2", valueBoolean=True)))
    assert sorted(reasons(record)) == ["no_value", "unknown_code"]


def test_an_item_answered_in_two_ways_has_no_answer() -> None:
    record = read(response(*yes("i1", "i2"), *no("i1")))
    assert values(record, "dn4_total") == [(Bounds(1, 10), "2023-10-05")]
    (row,) = [row for row in record.unused if row["path"] != "Patient"]
    assert (row["code"], row["detail"]) == (f"{ITEM}|dn4.i1", "answered in two ways")
    same = read(response(*yes("i1", "i1")))
    assert values(same, "dn4_total") == [(Bounds(1, 10), "2023-10-05")]


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"status": "in-progress"}, "not_final"),
        ({"status": "stopped"}, "not_final"),
        ({"status": "entered-in-error"}, "entered_in_error"),
        ({"authored": "2023-10"}, "no_date"),
        ({"authored": None}, "no_date"),
    ],
)
def test_a_questionnaire_that_is_not_completed_or_has_no_day_gives_no_total(elements: Json, reason: str) -> None:
    record = read(response(*yes("i1"), **elements))
    assert not record.series
    assert set(reasons(record)) == {reason}


def test_the_components_of_an_observation_are_items_too() -> None:
    parts = [{"code": concept((ITEM, f"dn4.{name}")), "valueBoolean": True} for name in ("i1", "e1")]
    record = read(observation(("urn:site", "dn4"), component=parts))
    assert values(record, "dn4_total") == [(Bounds(2, 10), "2023-10-01")]


def test_a_total_beside_the_items_of_the_day_must_fit_them() -> None:
    total = observation((LOCAL, "dn4_total"), valueInteger=3, effectiveDateTime="2023-10-05")
    fits = read(response(*yes("i1", "i2")), total)
    assert [fact.value for fact in fits.facts("dn4_total")] == [3, Bounds(2, 10)]


def test_a_subscore_above_its_total_of_the_day_is_left_out() -> None:
    items = [
        {"linkId": name, "code": [{"system": ITEM, "code": f"start_back.{name}"}], "answer": [{"valueBoolean": True}]}
        for name in ("d1", "d2", "d3")
    ]
    total = observation((LOCAL, "start_back_total"), valueInteger=1, effectiveDateTime="2023-10-05")
    record = read(response(*items), total)
    assert not record.facts("start_back_distress")
    assert "out_of_range" in reasons(record)


# --- ranges -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"low": {"value": 4}, "high": {"value": 6}}, Bounds(4, 6)),
        ({"low": {"value": 4, "code": "{score}"}}, Bounds(4, 10)),
        ({"high": {"value": 6}}, Bounds(0, 6)),
        ({"low": {"value": 4}, "high": {"value": 4}}, 4),
    ],
)
def test_a_range_gives_what_a_number_is_at_least_and_at_most(given: Json, expected: object) -> None:
    record = read(observation((LOCAL, "dn4_total"), valueRange=given))
    assert values(record, "dn4_total") == [(expected, "2023-10-01")]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "bad_type"),
        ({"low": {"value": 4}, "high": {"value": 3}}, "out_of_range"),
        ({"low": {"value": 4}, "high": {"value": 11}}, "out_of_range"),
        ({"low": {"value": 4.5}}, "bad_type"),
        ({"low": {"value": 4, "unit": "mm"}}, "wrong_unit"),
        ({"low": {"value": 4, "comparator": ">"}}, "bad_type"),
        ({"low": {}}, "no_value"),
        (5, "bad_type"),
    ],
)
def test_a_range_that_does_not_fit_is_reported(given: object, reason: str) -> None:
    assert only_reason(read(observation((LOCAL, "dn4_total"), valueRange=given))) == reason


def test_a_range_of_a_count_of_red_flags_keeps_what_is_certain() -> None:
    record = read(observation((LOCAL, "rf_nonspecific_features_count"), valueRange={"low": {"value": 2}}))
    assert values(record, "rf_nonspecific_features_count") == [(2, "2023-10-01")]


# --- lists ------------------------------------------------------------------------------------------------------


def drug(identity: str, code: str, status: str, start: str, **elements: object) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": identity,
        "status": status,
        "medicationCodeableConcept": concept(("urn:carepath:drug-class", code)),
        "effectivePeriod": {"start": start},
        **elements,
    }


def test_the_classes_of_drugs_make_a_list_that_grows_and_may_hold_others() -> None:
    record = read(
        drug("m1", "TCA", "completed", "2022-01-01"),
        drug("m2", "SNRI", "active", "2023-01-01"),
        drug("m3", "SNRI", "active", "2023-06-01"),
        drug("m4", "gabapentinoid", "active", "2024-01-01"),
    )
    facts = record.facts("neuropathic_drugs")
    tca, snri, other = ({"class": name} for name in ("TCA", "SNRI", "gabapentinoid"))
    assert [(fact.value, fact.date.isoformat()) for fact in facts] == [
        ((tca,), "2022-01-01"),
        ((snri, tca), "2023-01-01"),
        ((snri, tca, other), "2024-01-01"),
    ]
    assert {fact.status for fact in facts} == {"partial"}
    assert len(record.used) == 3
    assert {row["transform"] for row in record.used} == {"adds_item"}
    assert reasons(record) == ["later"]


@pytest.mark.parametrize(("status", "reason"), [("not-taken", "not_present"), ("intended", "not_final")])
def test_a_drug_that_was_not_taken_adds_nothing(status: str, reason: str) -> None:
    assert only_reason(read(drug("m1", "TCA", status, "2023-01-01"))) == reason


def test_care_by_a_discipline_is_a_part_of_the_history_of_steps() -> None:
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "type": [concept(("urn:carepath:discipline", "physiotherapist"))],
        "period": {"start": "2023-03-01", "end": "2023-03-01"},
    }
    done = {
        "resourceType": "Procedure",
        "id": "p1",
        "status": "completed",
        "code": concept(("urn:carepath:discipline", "psychologist")),
        "performedDateTime": "2023-03-01",
    }
    record = read(visit, done)
    (fact,) = record.facts("primary_care_disciplines_tried")
    assert fact.value == ({"discipline": "physiotherapist"}, {"discipline": "psychologist"})
    assert (fact.status, fact.source) == ("partial", "Bundle")
