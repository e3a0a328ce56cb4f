"""The rows of the report: a whole row for each thing that was used or left, in texts that are safe to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from carepath.record.facts import Record
from tests.unit.record.test_fhir import (
    AT,
    FIBROMYALGIA,
    LOCAL,
    PEG,
    SNOMED,
    START_BACK,
    ZIB,
    concept,
    condition,
    observation,
    patient,
    read,
)
from tests.unit.record.test_fhir_kinds import OPIOID, medication, plan
from tests.unit.record.test_fhir_scores import ITEM, drug, item, response

Json = dict[str, Any]
PEG_SHOWN = "http://loinc.org|91147-9"
CLASS = "urn:carepath:drug-class"


def left(record: Record) -> list[tuple[object, ...]]:
    """Resource with its id, path, code, reason and detail of what was left, without the missing Patient."""
    rows = [row for row in record.unused if row["path"] != "Patient"]
    assert all(list(row) == ["resource", "id", "path", "code", "reason", "detail"] for row in rows)
    return [(f"{row['resource']}/{row['id']}", *list(row.values())[2:]) for row in rows]


def used(record: Record) -> list[tuple[object, ...]]:
    """Path, code, value, date, the element of the date and the transform of what was used."""
    names = ["resource", "id", "path", "code", "finding", "value", "date", "date_from", "transform"]
    assert all(list(row) == names for row in record.used)
    return [tuple(row[name] for name in names if name not in {"resource", "id", "finding"}) for row in record.used]


# --- what was left ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "path", "reason", "detail"),
    [
        ({"status": "cancelled"}, "", "not_present", "status:cancelled"),
        ({"status": "preliminary"}, "", "not_final", "status:preliminary"),
        ({"status": "no such status"}, "", "not_final", "status:?"),
        ({"status": "entered-in-error"}, "", "entered_in_error", ""),
        ({"effectiveDateTime": "2023-10"}, "", "no_date", "effectiveDateTime:month"),
        ({"effectiveDateTime": None}, "", "no_date", "missing"),
        ({"implicitRules": "urn:rules"}, "", "not_understood", ""),
        ({"valueInteger": 11}, ".valueInteger", "out_of_range", ""),
        ({"valueInteger": None, "valueString": "5"}, ".valueString", "bad_type", "valueString"),
        ({"valueInteger": 4, "valueString": "5"}, "", "bad_type", "valueInteger+valueString"),
    ],
)
def test_a_score_that_is_left_is_named_with_the_place_and_the_detail(
    elements: Json, path: str, reason: str, detail: str
) -> None:
    record = read(observation(PEG, **({"valueInteger": 5} | elements)))
    assert left(record) == [("Observation/o1", f"Observation{path}", PEG_SHOWN, reason, detail)]
    assert not record.used


@pytest.mark.parametrize(
    ("codes", "shown", "reason", "detail"),
    [
        ((PEG, START_BACK), f"{PEG_SHOWN} http://loinc.org|91351-7", "ambiguous_code", "peg_score+start_back_total"),
        (((LOCAL, "a b"), (LOCAL, "gpe")), f"{LOCAL}|? {LOCAL}|gpe", "ambiguous_code", "?+gpe"),
        (((LOCAL, "peg_scor"),), f"{LOCAL}|peg_scor", "unknown_code", "did you mean 'peg_score'?"),
        (((LOCAL, "xeg_score"),), f"{LOCAL}|xeg_score", "unknown_code", ""),
        (((LOCAL, "pe"),), f"{LOCAL}|pe", "unknown_code", ""),
        (((LOCAL, "peculiar"),), f"{LOCAL}|peculiar", "unknown_code", ""),
        ((("urn:a site", "peg score"),), "?|?", "unknown_code", ""),
        (((ITEM, "dn4.i99"),), f"{ITEM}|dn4.i99", "unknown_code", ""),
    ],
)
def test_codes_that_name_no_one_finding_are_shown_as_far_as_they_are_safe(
    codes: tuple[tuple[str, str], ...], shown: str, reason: str, detail: str
) -> None:
    record = read({**observation(PEG, valueInteger=5), "code": concept(*codes)})
    assert left(record) == [("Observation/o1", "Observation", shown, reason, detail)]


@pytest.mark.parametrize("system", [None, 5, ["urn:site"]])
def test_a_code_without_a_system_is_shown_without_one(system: object) -> None:
    made = {**observation(PEG, valueInteger=5), "code": {"coding": [{"system": system, "code": "x"}]}}
    assert left(read(made)) == [("Observation/o1", "Observation", "|x", "unknown_code", "")]


@pytest.mark.parametrize(
    ("resource", "row"),
    [
        (
            medication(status="completed"),
            ("MedicationStatement/m1", "MedicationStatement", f"{LOCAL}|opioid_use", "not_present", "status:completed"),
        ),
        (
            drug("m1", "TCA", "intended", "2023-01-01"),
            ("MedicationStatement/m1", "MedicationStatement", f"{CLASS}|TCA", "not_final", "status:intended"),
        ),
        (
            drug("m1", "TCA", "active", "2023"),
            ("MedicationStatement/m1", "MedicationStatement", f"{CLASS}|TCA", "no_date", "effectivePeriod.start:year"),
        ),
        (
            drug("m1", "", "active", "2023-01-01", medicationCodeableConcept=concept((CLASS, "SNRI"), (CLASS, "TCA"))),
            (
                "MedicationStatement/m1",
                "MedicationStatement",
                f"{CLASS}|SNRI {CLASS}|TCA",
                "ambiguous_code",
                "neuropathic_drugs",
            ),
        ),
        (
            plan(category=None, activity=[{"detail": {"code": OPIOID, "status": "stopped"}}]),
            ("CarePlan/cp1", "CarePlan.activity[0].detail", f"{LOCAL}|opioid_use", "not_present", "status:stopped"),
        ),
        (
            medication(medicationCodeableConcept=concept((LOCAL, "rmdq_total"))),
            (
                "MedicationStatement/m1",
                "MedicationStatement",
                f"{LOCAL}|rmdq_total",
                "bad_type",
                "no value beside the code",
            ),
        ),
        (
            response(item("i1", valueBoolean=True), status="in-progress"),
            (
                "QuestionnaireResponse/q1",
                "QuestionnaireResponse.item[0]",
                f"{ITEM}|dn4.i1 |i1",
                "not_final",
                "status:in-progress",
            ),
        ),
        (
            condition(FIBROMYALGIA, clinicalStatus=concept(("c", "resolved"))),
            ("Condition/c1", "Condition", f"{SNOMED}|203082005", "not_present", "clinicalStatus:resolved"),
        ),
    ],
)
def test_a_resource_of_another_type_that_is_left_is_named_in_the_same_way(
    resource: Json, row: tuple[object, ...]
) -> None:
    found = left(read(resource))
    assert row in found
    assert {one[3] for one in found} <= {row[3], "unknown_code"}


@pytest.mark.parametrize(("authored", "detail"), [("2023-10", "authored:month"), (None, "missing")])
def test_every_total_of_a_questionnaire_without_a_day_is_named(authored: object, detail: str) -> None:
    record = read(response(item("i1", valueBoolean=True), authored=authored))
    assert left(record) == [
        ("QuestionnaireResponse/q1", "QuestionnaireResponse", f"{ITEM}|dn4_interview", "no_date", detail),
        ("QuestionnaireResponse/q1", "QuestionnaireResponse", f"{ITEM}|dn4_total", "no_date", detail),
    ]


@pytest.mark.parametrize(
    ("born", "reason", "detail"),
    [
        ("about 1961", "no_birth_date", "birthDate:unreadable"),
        (1961, "no_birth_date", "birthDate:unreadable"),
        (None, "no_birth_date", ""),
        ("2023-11-02", "later", ""),
        ("1861-01-01", "out_of_range", ""),
    ],
)
def test_an_age_that_is_not_known_is_named_with_what_is_wrong_with_the_birth_date(
    born: object, reason: str, detail: str
) -> None:
    record = read(patient(birthDate=born))
    assert left(record) == [("Patient/p1", "Patient.birthDate", "", reason, detail)]


def test_a_patient_who_has_died_is_named_with_the_element_that_says_so() -> None:
    record = read(patient(deceasedBoolean=True, _deceasedDateTime={"id": "x"}))
    assert left(record) == [("Patient/p1", "Patient.deceasedBoolean", "", "deceased", "")]


# --- what was used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "shown", "element"),
    [
        ("rf_cauda_equina", {"valueBoolean": True}, "true", "valueBoolean"),
        ("rf_cauda_equina", {"valueBoolean": False}, "false", "valueBoolean"),
        ("rmdq_total", {"valueInteger": 7}, "7", "valueInteger"),
        ("rmdq_total", {"valueRange": {"low": {"value": 7}}}, "7..24", "valueRange"),
        ("self_direction", {"valueString": "limited"}, "limited", "valueString"),
        ("mdo_last_date", {"valueDate": "2023-05-06"}, "2023-05-06", "valueDate"),
        ("prior_imaging", {"valueInteger": 0}, "[]", "valueInteger"),
    ],
)
def test_a_value_is_shown_as_a_plain_text(name: str, value: Json, shown: str, element: str) -> None:
    record = read(observation((LOCAL, name), **value))
    assert used(record) == [(f"Observation.{element}", f"{LOCAL}|{name}", shown, "2023-10-01", "effectiveDateTime", "")]


@pytest.mark.parametrize(
    ("code", "status"), [("asked-declined", "refused"), ("not-applicable", "not_applicable"), ("error", "unknown")]
)
def test_a_value_that_is_not_known_is_shown_as_its_status(code: str, status: str) -> None:
    record = read(observation(PEG, dataAbsentReason=concept(("d", code))))
    assert used(record) == [
        (
            "Observation.dataAbsentReason",
            PEG_SHOWN,
            status,
            "2023-10-01",
            "effectiveDateTime",
            f"data_absent:{code}",
        )
    ]


def test_what_was_done_to_a_value_and_to_its_date_stands_in_one_text() -> None:
    issued = {"effectiveDateTime": None, "issued": "2023-10-02T10:00:00Z"}
    record = read(observation(ZIB, valueInteger=70, method=concept(("m", "VAS100")), **issued))
    assert [row[-2:] for row in used(record)] == [("issued", "scaled:VAS100*0.1 issued_as_date")]
    parts = [{"code": concept((ITEM, "dn4.e1")), "valueBoolean": True}]
    record = read(observation(("urn:site", "dn4"), component=parts, **issued))
    assert [row[-2:] for row in used(record)] == [("issued", "sum_of_items:1/10 issued_as_date")]


def test_what_a_code_says_by_itself_is_present() -> None:
    assert used(read(condition(FIBROMYALGIA))) == [
        ("Condition", f"{SNOMED}|203082005", "true", "2020-01-02", "onsetDateTime", "present")
    ]
    assert used(read(medication())) == [
        ("MedicationStatement", f"{LOCAL}|opioid_use", "true", "2023-05-01", "effectivePeriod.start", "present")
    ]


def test_an_age_is_used_under_its_own_row_and_source() -> None:
    record = read(patient(birthDate=AT.isoformat()))
    assert used(record) == [("Patient.birthDate", "", "0", "2023-11-01", "evaluation_date", "whole_years_at_date")]
    assert [(fact.value, fact.source) for fact in record.facts("age_years")] == [(0, "Patient/p1")]
    assert read(patient(birthDate=dt.date(2023, 11, 1))) == record


def test_a_total_of_items_names_the_questionnaire_as_its_source() -> None:
    record = read(response(item("i1", valueBoolean=True)))
    assert [fact.source for name in ("dn4_total", "dn4_interview") for fact in record.facts(name)] == [
        "QuestionnaireResponse/q1"
    ] * 2
