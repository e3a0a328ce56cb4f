"""What the reader of FHIR takes, what it leaves and why, and that nothing dirty makes it fail."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import carepath
from carepath.errors import CarepathError, RecordError
from carepath.record import fhir, fhir_limits
from carepath.record.canonical import canonical_record
from carepath.record.facts import Bounds
from carepath.record.fhir import read_bundle
from carepath.record.read import read_record
from carepath.record.snapshot import take_snapshot

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline
    from carepath.record.facts import Record

SHARED = Path(__file__).parents[4] / "shared" / "data"
AT = dt.date(2023, 11, 1)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
PEG = (LOINC, "91147-9")
NRS = (LOINC, "72514-3")
ZIB = (SNOMED, "225908003")
START_BACK = (LOINC, "91351-7")
FIBROMYALGIA = (SNOMED, "203082005")
LOCAL = "urn:carepath:finding"

Json = dict[str, Any]

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the example files are not there: {SHARED}")


@functools.cache
def guideline() -> Guideline:
    return carepath.load_guideline()


def read(*resources: object, at: dt.date = AT) -> Record:
    entries = [{"resource": resource} for resource in resources]
    return read_bundle({"resourceType": "Bundle", "entry": entries}, guideline(), at)


def concept(*codes: tuple[str, str]) -> Json:
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def observation(code: tuple[str, str], **elements: object) -> Json:
    made: Json = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": concept(code),
        "effectiveDateTime": "2023-10-01",
    }
    made.update(elements)
    return {key: value for key, value in made.items() if value is not None}


def condition(code: tuple[str, str], **elements: object) -> Json:
    made: Json = {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": concept(("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")),
        "verificationStatus": concept(("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")),
        "code": concept(code),
        "onsetDateTime": "2020-01-02",
    }
    made.update(elements)
    return {key: value for key, value in made.items() if value is not None}


def patient(**elements: object) -> Json:
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1961-01-25", **elements}


def values(record: Record, finding: str) -> list[tuple[object, str]]:
    return [(fact.value, fact.date.isoformat()) for fact in record.facts(finding)]


def reasons(record: Record) -> list[str]:
    """The reasons without that of the missing Patient, which most small bundles have."""
    return [str(row["reason"]) for row in record.unused if row["path"] != "Patient"]


def only_reason(record: Record) -> str:
    (reason,) = reasons(record)
    assert not record.used
    assert not record.series
    return reason


# --- what is taken ----------------------------------------------------------------------------------------------


def test_a_score_is_taken_with_its_date_and_the_report_says_from_where() -> None:
    record = read(observation(PEG, valueQuantity={"value": 5.5, "unit": "{score}"}))
    assert values(record, "peg_score") == [(5.5, "2023-10-01")]
    assert record.used == (
        {
            "resource": "Observation",
            "id": "o1",
            "path": "Observation.valueQuantity",
            "code": "http://loinc.org|91147-9",
            "finding": "peg_score",
            "value": "5.5",
            "date": "2023-10-01",
            "date_from": "effectiveDateTime",
            "transform": "",
        },
    )
    assert record.facts("peg_score")[0].source == "Observation/o1"


@pytest.mark.parametrize(
    "value",
    [
        {"valueInteger": 4},
        {"valueDecimal": 4.0},
        {"valueQuantity": {"value": 4}},
        {"valueQuantity": {"value": Decimal("4.0"), "system": "http://unitsofmeasure.org", "code": "{score}"}},
    ],
)
def test_a_number_is_read_in_each_form_that_fhir_has_for_it(value: Json) -> None:
    assert values(read(observation(START_BACK, **value)), "start_back_total") == [(4, "2023-10-01")]


def test_the_components_of_an_observation_are_read_each_by_its_own_code() -> None:
    component = [
        {"code": concept(PEG), "valueInteger": 6},
        {"code": concept((LOINC, "0000-0")), "valueInteger": 6},
        {"code": concept(NRS), "valueInteger": 7},
    ]
    record = read(observation((LOINC, "panel"), component=component))
    assert values(record, "peg_score") == [(6, "2023-10-01")]
    assert values(record, "pain_nrs_mean_24h") == [(7, "2023-10-01")]
    assert {row["path"] for row in record.used} == {
        "Observation.component[0].valueInteger",
        "Observation.component[2].valueInteger",
    }
    assert reasons(record) == ["unknown_code"]


@pytest.mark.parametrize(
    ("finding", "value", "expected"),
    [
        ("wpn_class", {"valueInteger": 3}, 3),
        ("rf_cauda_equina", {"valueBoolean": True}, True),
        ("self_direction", {"valueString": "limited"}, "limited"),
        ("self_direction", {"valueCodeableConcept": concept(("urn:carepath:value", "limited"))}, "limited"),
        ("mdo_last_date", {"valueDateTime": "2023-05-06T10:00:00Z"}, dt.date(2023, 5, 6)),
        ("pain_duration_months", {"valueQuantity": {"value": 7.5, "code": "mo"}}, 7.5),
        ("pain_duration_months", {"valueDecimal": 7.5}, 7.5),
    ],
)
def test_a_code_of_carepath_takes_the_type_of_its_finding(finding: str, value: Json, expected: object) -> None:
    assert values(read(observation((LOCAL, finding), **value)), finding) == [(expected, "2023-10-01")]


def test_a_condition_records_that_something_is_present_since_the_later_of_onset_and_recording() -> None:
    record = read(condition(FIBROMYALGIA, recordedDate="2021-05-05"))
    assert values(record, "fibromyalgia") == [(True, "2021-05-05")]
    assert record.used[0]["date_from"] == "recordedDate"
    assert values(read(condition(FIBROMYALGIA)), "fibromyalgia") == [(True, "2020-01-02")]


def test_an_icd_11_code_of_chronic_pain_is_recorded_as_the_code_that_it_is() -> None:
    record = read(condition(("http://id.who.int/icd/release/11/mms", "MG30.02")))
    assert values(record, "icd11_pain_code") == [("MG30.02", "2020-01-02")]


@pytest.mark.parametrize(
    ("resource", "when"),
    [
        ({"resourceType": "Procedure", "status": "completed", "performedPeriod": {"end": "2023-02-03"}}, "2023-02-03"),
        ({"resourceType": "ServiceRequest", "status": "active", "authoredOn": "2023-02-03T01:00:00Z"}, "2023-02-03"),
    ],
)
def test_a_procedure_or_request_with_a_code_of_carepath_says_that_it_is_so(resource: Json, when: str) -> None:
    record = read({**resource, "code": concept((LOCAL, "imaging_requested"))})
    assert values(record, "imaging_requested") == [(True, when)]


def test_an_active_prescription_counts_only_where_a_code_says_what_it_means() -> None:
    order: Json = {"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2023-02-03"}
    known = {**order, "medicationCodeableConcept": concept((LOCAL, "opioid_use"))}
    assert values(read(known), "opioid_use") == [(True, "2023-02-03")]
    assert only_reason(read({**known, "status": "completed"})) == "not_present"
    assert only_reason(read({**known, "intent": "proposal"})) == "not_final"
    oxycodone = concept(("http://www.nlm.nih.gov/research/umls/rxnorm", "1049593"))
    assert only_reason(read({**order, "medicationCodeableConcept": oxycodone})) == "known_not_used"
    assert only_reason(read({**order, "medicationReference": {"reference": "Medication/1"}})) == "unknown_code"


def test_the_items_of_a_questionnaire_are_read_by_questionnaire_and_link_id_at_any_depth() -> None:
    answers: Json = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2023-03-04",
        "questionnaire": f"{LOCAL}|1.0",
        "item": [
            {"linkId": "group", "item": [{"linkId": "rmdq_total", "answer": [{"valueInteger": 12}]}]},
            {"linkId": "help_request", "answer": [{"valueString": "walk again"}]},
            {"linkId": "start_back_total", "answer": [{"valueInteger": 2}, {"valueInteger": 3}]},
            {"linkId": "other", "answer": [{"valueString": "secret words"}]},
            {"linkId": "wpn_class"},
        ],
    }
    record = read(answers)
    assert values(record, "rmdq_total") == [(12, "2023-03-04")]
    assert values(record, "help_request") == [("walk again", "2023-03-04")]
    assert sorted(reasons(record)) == ["bad_type", "no_value", "unknown_code"]
    assert "secret" not in json.dumps(record.unused)
    assert only_reason(read({**answers, "status": "in-progress", "item": answers["item"][:1]})) == "not_final"


@pytest.mark.parametrize(
    ("code", "status"),
    [("asked-declined", "refused"), ("not-applicable", "not_applicable"), ("unknown", "unknown"), ("error", "unknown")],
)
def test_a_reason_in_place_of_a_value_becomes_a_status(code: str, status: str) -> None:
    absent = concept(("http://terminology.hl7.org/CodeSystem/data-absent-reason", code))
    (fact,) = read(observation(PEG, dataAbsentReason=absent)).facts("peg_score")
    assert (fact.value, fact.status) == (None, status)


# --- the patient ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "at", "age"),
    [
        ("1961-01-25", "2023-01-24", 61),
        ("1961-01-25", "2023-01-25", 62),
        ("2000-02-29", "2023-02-28", 22),
        ("2000-02-29", "2023-03-01", 23),
        ("1961", "2023-12-31", 62),
        ("1961-02", "2023-01-31", 61),
        ("1961-02", "2023-03-01", 62),
    ],
)
def test_the_age_is_in_whole_years_on_the_evaluation_date(born: str, at: str, age: int) -> None:
    record = read(patient(birthDate=born), at=dt.date.fromisoformat(at))
    assert values(record, "age_years") == [(age, at)]
    assert record.used[0]["transform"] == "whole_years_at_date"


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("about 1961", "no_birth_date"),
        (1961, "no_birth_date"),
        (None, "no_birth_date"),
        ("2024-01-01", "later"),
        ("1861-01-01", "out_of_range"),
    ],
)
def test_an_age_that_is_not_certain_is_reported_and_not_guessed(born: object, reason: str) -> None:
    assert only_reason(read(patient(birthDate=born), at=dt.date(2023, 11, 10))) == reason


@pytest.mark.parametrize(
    ("born", "ages"), [("1961", (61, 62)), ("1961-11", (61, 62)), ("2023", (0, 0)), ("1961-12", 61)]
)
def test_a_birth_date_without_a_day_gives_what_the_age_is_at_least_and_at_most(born: str, ages: object) -> None:
    (fact,) = read(patient(birthDate=born), at=dt.date(2023, 11, 10)).facts("age_years")
    found = (fact.value.low, fact.value.high) if isinstance(fact.value, Bounds) else fact.value
    assert found == (ages if ages != (0, 0) else 0)
    assert fact.status == ("partial" if isinstance(fact.value, Bounds) else "known")


def test_a_bundle_without_a_patient_says_that_the_age_is_missing() -> None:
    (row,) = read(observation(PEG, valueInteger=5)).unused
    assert (row["resource"], row["reason"]) == ("Patient", "no_birth_date")


def test_what_is_about_another_patient_is_left_out() -> None:
    mine = observation(PEG, valueInteger=5, subject={"reference": "https://example.org/fhir/Patient/p1/_history/2"})
    other = observation(PEG, id="o2", valueInteger=9, subject={"reference": "Patient/p2"})
    group = observation(PEG, id="o3", valueInteger=9, subject={"reference": "Group/p1"})
    child = observation(PEG, id="o4", valueInteger=9, focus=[{"reference": "Patient/p2"}])
    record = read(patient(), mine, other, group, child)
    assert values(record, "peg_score") == [(5, "2023-10-01")]
    assert reasons(record) == ["other_patient"] * 3


def test_several_patients_are_refused_with_the_red_flags_that_were_seen() -> None:
    flag = observation((LOCAL, "rf_cauda_equina"), valueBoolean=True)
    with pytest.raises(RecordError, match="several patients") as caught:
        read(patient(), patient(id="p2"), flag)
    assert caught.value.red_flags == ("rf_cauda_equina",)
    with pytest.raises(RecordError, match="several patients"):
        read(
            observation(PEG, subject={"reference": "Patient/p1"}),
            observation(PEG, id="o2", subject={"reference": "Patient/p2"}),
        )


# --- status and date --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("entered-in-error", "entered_in_error"),
        ("cancelled", "not_present"),
        ("preliminary", "not_final"),
        ("registered", "not_final"),
        ("unknown", "not_final"),
        (None, "not_final"),
        (7, "not_final"),
    ],
)
def test_an_observation_counts_only_when_it_is_final(status: object, reason: str) -> None:
    assert only_reason(read(observation(PEG, valueInteger=5, status=status))) == reason


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"verificationStatus": concept(("v", "entered-in-error"))}, "entered_in_error"),
        ({"verificationStatus": concept(("v", "refuted"))}, "not_present"),
        ({"verificationStatus": concept(("v", "provisional"))}, "not_final"),
        ({"clinicalStatus": concept(("c", "resolved"))}, "not_present"),
        ({"clinicalStatus": concept(("c", "odd"))}, "not_final"),
        ({"abatementString": "last year"}, "not_present"),
        ({"onsetDateTime": "2020"}, "no_date"),
        ({"onsetDateTime": None}, "no_date"),
    ],
)
def test_a_condition_counts_only_when_it_is_established_and_still_there(elements: Json, reason: str) -> None:
    assert only_reason(read(condition(FIBROMYALGIA, **elements))) == reason


@pytest.mark.parametrize("flag", ["rf_cauda_equina", "active_suicidal_intent"])
@pytest.mark.parametrize(
    ("elements", "date"),
    [
        ({"status": "preliminary"}, "2023-10-01"),
        ({"effectiveDateTime": "2021"}, "2021-12-31"),
        ({"effectiveDateTime": "2021-02"}, "2021-02-28"),
        ({"effectiveDateTime": "2023"}, "2023-11-01"),
        ({"effectiveDateTime": None}, "2023-11-01"),
    ],
)
def test_a_red_flag_that_is_true_is_never_lost_and_the_report_says_so(flag: str, elements: Json, date: str) -> None:
    record = read(observation((LOCAL, flag), valueBoolean=True, **elements))
    assert values(record, flag) == [(True, date)]
    assert "red_flag_kept:" in str(record.used[0]["transform"])
    assert not values(read(observation((LOCAL, flag), valueBoolean=False, **elements)), flag)


@pytest.mark.parametrize(
    ("elements", "date", "taken_from"),
    [
        ({"effectiveDateTime": "2023-09-30T23:30:00-08:00"}, "2023-09-30", "effectiveDateTime"),
        ({"effectiveDateTime": None, "effectiveInstant": "2023-09-30T23:30:00Z"}, "2023-09-30", "effectiveInstant"),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2023-01-01", "end": "2023-02-02"}},
            "2023-02-02",
            "effectivePeriod.end",
        ),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2023-01-01"}},
            "2023-01-01",
            "effectivePeriod.start",
        ),
        ({"effectiveDateTime": None, "issued": "2023-03-04T11:06:11.683Z"}, "2023-03-04", "issued"),
        ({"effectiveDateTime": dt.date(2023, 3, 4)}, "2023-03-04", "effectiveDateTime"),
    ],
)
def test_the_date_is_the_calendar_day_as_written(elements: Json, date: str, taken_from: str) -> None:
    record = read(observation(PEG, valueInteger=5, **elements))
    assert values(record, "peg_score") == [(5, date)]
    assert record.used[0]["date_from"] == taken_from
    assert record.used[0]["transform"] == ("issued_as_date" if taken_from == "issued" else "")


@pytest.mark.parametrize(
    "elements",
    [
        {"effectiveDateTime": "2023"},
        {"effectiveDateTime": "2023-10"},
        {"effectiveDateTime": "2023-02-30"},
        {"effectiveDateTime": "0000-01-01"},
        {"effectiveDateTime": "2023-10-01 about noon"},
        {"effectiveDateTime": "2023-10-0\u0661"},
        {"effectiveDateTime": 20231001},
        {"effectiveDateTime": None},
        {"effectiveDateTime": None, "effectivePeriod": {}},
        {"effectiveDateTime": None, "effectiveTiming": {}, "issued": "2023-10-01T00:00:00Z"},
        {"effectiveDateTime": None, "effectiveTiming": {"event": ["2023-10-01", "2023"]}},
        {"effectiveDateTime": None, "effectiveTiming": {"repeat": {"frequency": 1}}},
        {"effectiveDateTime": "2023", "issued": "2023-10-01T00:00:00Z"},
    ],
)
def test_a_date_that_gives_no_whole_day_is_no_date(elements: Json) -> None:
    assert only_reason(read(observation(PEG, valueInteger=5, **elements))) == "no_date"


def test_a_later_value_is_reported_and_not_seen() -> None:
    record = read(observation(PEG, valueInteger=5, effectiveDateTime="2024-01-01"))
    content = guideline()
    readings = take_snapshot(record, content.findings, content.parameter_values(AT), AT)
    assert readings["peg_score"].reason == "later"
    assert reasons(record) == ["later"]
    assert not record.used


# --- codes, units and types -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (((LOINC, "0000-0"),), "unknown_code"),
        (((LOINC + "/", "91147-9"),), "unknown_code"),
        (((LOCAL, "peg_scor"),), "unknown_code"),
        ((("http://cds.ahrq.gov/cdsconnect/pms", "MME"),), "known_not_used"),
        (((LOINC, "38221-8"),), "known_not_used"),
        ((PEG, (LOINC, "38221-8")), "known_not_used"),
        ((PEG, START_BACK), "ambiguous_code"),
    ],
)
def test_a_code_counts_only_when_the_table_gives_it_one_finding(
    codes: tuple[tuple[str, str], ...], reason: str
) -> None:
    record = read({**observation(PEG, valueInteger=5), "code": concept(*codes)})
    assert only_reason(record) == reason


def test_the_code_table_says_why_a_known_code_is_not_used() -> None:
    unused = [one for one in guideline().fhir_codes if one.finding is None]
    assert all(one.reason is not None for one in unused)
    assert {"MME", "38221-8", "306289000"} <= {one.code for one in unused}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"valueQuantity": {"value": 5, "unit": "mm"}}, "wrong_unit"),
        ({"valueQuantity": {"value": 5, "code": "{MME}/d"}}, "wrong_unit"),
        ({"valueQuantity": {"value": 5, "system": "http://example.org", "code": "{score}"}}, "wrong_unit"),
        ({"valueQuantity": {"value": 5, "comparator": "<"}}, "bad_type"),
        ({"valueQuantity": {"unit": "{score}"}}, "no_value"),
        ({"valueQuantity": {"value": "5"}}, "bad_type"),
        ({"valueQuantity": {"value": True}}, "bad_type"),
        ({"valueQuantity": {"value": float("nan")}}, "bad_type"),
        ({"valueQuantity": {"value": Decimal("NaN")}}, "bad_type"),
        ({"valueQuantity": {"value": 10**400}}, "out_of_range"),
        ({"valueQuantity": {"value": 11}}, "out_of_range"),
        ({"valueInteger": -1}, "out_of_range"),
        ({"valueString": "5"}, "bad_type"),
        ({"valueBoolean": True}, "bad_type"),
        ({"valueCodeableConcept": concept((LOINC, "LA6115-5"))}, "bad_type"),
        ({"valueInteger": 5, "valueString": "5"}, "bad_type"),
        ({"valueInteger": 5, "dataAbsentReason": concept(("d", "error"))}, "bad_type"),
        ({"valueString": "{{ peg }}"}, "expression"),
        ({}, "no_value"),
    ],
)
def test_a_value_that_does_not_fit_is_reported_and_never_mended(value: Json, reason: str) -> None:
    assert reason in reasons(record := read(observation(PEG, **value)))
    assert not record.series


def test_a_decimal_pain_score_is_not_rounded_to_a_whole_number() -> None:
    record = read(observation(NRS, valueQuantity={"value": 3.18897071636542, "code": "{score}"}))
    assert only_reason(record) == "bad_type"
    assert "3.18" not in json.dumps(record.unused)


@pytest.mark.parametrize(
    ("method", "value", "expected"),
    [
        ("NRS", 7, (7, None)),
        ("VAS10", 7, (7, "VAS10")),
        ("VAS100", 70, (7, "VAS100")),
        ("VAS100", 7, "bad_type"),
        ("VAS100", 110, "out_of_range"),
        ("NRS", 70, "out_of_range"),
        ("FLACC", 7, "wrong_unit"),
        (None, 7, "wrong_unit"),
    ],
)
def test_a_zib_pain_score_counts_by_the_method_that_it_states(method: str | None, value: int, expected: object) -> None:
    stated = None if method is None else concept(("urn:oid:0", method))
    record = read(observation(ZIB, valueInteger=value, method=stated))
    if isinstance(expected, str):
        assert only_reason(record) == expected
    else:
        (fact,) = record.facts("pain_nrs_mean_24h")
        assert (fact.value, fact.version) == expected
        assert (record.used[0]["transform"] == "scaled:VAS100*0.1") is (method == "VAS100")


def test_a_subscale_above_its_total_of_the_same_day_is_left_out() -> None:
    total = observation((LOCAL, "start_back_total"), valueInteger=3)
    distress = observation((LOCAL, "start_back_distress"), id="o2", valueInteger=4)
    record = read(distress, total)
    assert reasons(record) == ["out_of_range"]
    assert set(record.series) == {"start_back_total"}


# --- shapes, copies, expressions --------------------------------------------------------------------------------


def test_a_lone_resource_a_lone_entry_and_bundles_in_bundles_are_read() -> None:
    one = observation(PEG, valueInteger=5)
    entry: Json = {"fullUrl": "urn:uuid:1", "resource": one, "request": {"method": "PUT", "url": "Observation/o1"}}
    shapes: list[Json] = [
        one,
        entry,
        {"resourceType": "Bundle", "entry": [one]},
        {"resourceType": "Bundle", "entry": entry},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "entry": [entry]}}]},
    ]
    for shape in shapes:
        assert values(read_bundle(shape, guideline(), AT), "peg_score") == [(5, "2023-10-01")]


@pytest.mark.parametrize("odd", [None, 5, "text", [], {}, {"resource": None}, {"resource": {"resourceType": 3}}])
def test_an_entry_that_is_no_resource_is_reported(odd: object) -> None:
    record = read_bundle({"resourceType": "Bundle", "entry": [odd]}, guideline(), AT)
    assert reasons(record) == ["not_a_resource"]


def test_a_deleted_resource_does_not_count() -> None:
    entry = {"resource": observation(PEG, valueInteger=5), "request": {"method": "DELETE"}}
    assert only_reason(read_bundle(entry, guideline(), AT)) == "not_present"


def test_other_types_of_resource_and_contained_ones_are_reported() -> None:
    record = read({"resourceType": "Immunization", "id": "e1", "contained": [observation(PEG, valueInteger=5)]})
    assert reasons(record) == ["unsupported_resource"] * 2
    assert not record.series


def test_a_resource_whose_meaning_may_be_modified_is_not_read() -> None:
    modified = observation(PEG, valueInteger=5, modifierExtension=[{"url": "http://example.org/negated"}])
    assert only_reason(read(modified)) == "not_understood"


def test_a_copy_counts_once_and_the_newest_version_counts() -> None:
    old = observation(PEG, valueInteger=5, meta={"lastUpdated": "2023-10-01T00:00:00Z"})
    new = observation(PEG, valueInteger=6, meta={"lastUpdated": "2023-10-02T00:00:00+02:00"})
    for record in (read(old, new, old), read(new, old, old)):
        assert values(record, "peg_score") == [(6, "2023-10-01")]
        assert reasons(record) == ["duplicate"] * 2


def test_of_versions_without_a_moment_none_counts_when_one_was_entered_in_error() -> None:
    right = observation(PEG, valueInteger=5)
    assert only_reason(read(right, {**right, "status": "entered-in-error"})) == "entered_in_error"
    both = read(right, {**right, "valueInteger": 6})
    assert values(both, "peg_score") == [(5, "2023-10-01"), (6, "2023-10-01")]


def test_expressions_and_templates_are_reported_and_never_evaluated() -> None:
    expression = {
        "url": "cqf-expression",
        "valueExpression": {"language": "text/cql", "expression": "Today() - 8 years"},
    }
    record = read(patient(birthDate=None, _birthDate={"extension": [expression]}))
    assert [(row["path"], row["reason"]) for row in record.unused] == [
        ("Patient._birthDate.extension[0].valueExpression", "expression"),
        ("Patient.birthDate", "no_birth_date"),
    ]
    record = read(observation(PEG, _valueInteger={"extension": [expression]}))
    assert set(reasons(record)) == {"expression"}
    assert not record.series


# --- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [None, 5, "Bundle", [], {}, {"age_years": 5}, {"resourceType": 5}])
def test_what_is_no_fhir_at_all_is_refused(other: Any) -> None:  # noqa: ANN401 - anything may be handed over
    with pytest.raises(RecordError) as caught:
        read_bundle(other, guideline(), AT)
    assert caught.value.problems[0].code == "CP069"


def test_what_is_nested_too_deeply_or_holds_itself_is_refused() -> None:
    loop: Json = {"resourceType": "Bundle"}
    loop["entry"] = [loop]
    with pytest.raises(RecordError) as caught:
        read_bundle(loop, guideline(), AT)
    assert caught.value.problems[0].code == "CP009"


def test_more_entries_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "MAX_ENTRIES", 10)
    assert read(*({"resourceType": "Encounter", "id": f"e{index}"} for index in range(10)))
    with pytest.raises(RecordError, match="more than 10 entries") as caught:
        read(*({"resourceType": "Encounter", "id": f"e{index}"} for index in range(11)))
    assert caught.value.problems[0].code == "CP066"
    monkeypatch.setattr(fhir_limits, "MAX_VALUES", 10)
    with pytest.raises(RecordError) as caught:
        read(*({"resourceType": "Encounter", "id": f"e{index}"} for index in range(11)))
    assert caught.value.problems[0].code == "CP066"


# --- laws -------------------------------------------------------------------------------------------------------

DRUG = concept(("urn:carepath:drug-class", "TCA"))
MORE: tuple[Json, ...] = (
    {"resourceType": "Medication", "id": "med1", "code": DRUG},
    {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "stopped",
        "medicationReference": {"reference": "Medication/med1"},
        "effectivePeriod": {"start": "2023-01-01", "end": "2023-02-01"},
    },
    {
        "resourceType": "Encounter",
        "id": "e2",
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [concept(("urn:carepath:discipline", "psychologist"))],
        "period": {"start": "2023-01-01", "end": "2023-02-01"},
    },
    {
        "resourceType": "CarePlan",
        "id": "cp1",
        "status": "active",
        "intent": "plan",
        "category": [concept((LOCAL, "mer_completed"))],
        "period": {"start": "2023-01-01"},
        "activity": [{"detail": {"status": "completed", "code": concept((LOCAL, "step2_mono_done"))}}],
    },
    {
        "resourceType": "QuestionnaireResponse",
        "id": "q2",
        "status": "completed",
        "authored": "2023-03-04",
        "item": [
            {
                "linkId": "1",
                "code": [{"system": "urn:carepath:item", "code": "dn4.i1"}],
                "answer": [{"valueBoolean": True}],
            },
            {
                "linkId": "2",
                "code": [{"system": "urn:carepath:item", "code": "dn4.e1"}],
                "answer": [
                    {
                        "valueCoding": {
                            "code": "x",
                            "extension": [
                                {
                                    "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue",
                                    "valueDecimal": 1,
                                }
                            ],
                        }
                    }
                ],
            },
        ],
    },
    observation(
        (LOCAL, "odi_total"),
        id="o9",
        status="corrected",
        identifier=[{"system": "urn:lab", "value": "7"}],
        effectiveDateTime=None,
        effectiveTiming={"event": ["2023-03-04", "2023-03-05"]},
        valueQuantity={"value": 30},
    ),
    observation(
        (LOCAL, "primary_care_disciplines_tried"),
        id="o10",
        valueInteger=2,
        component=[
            {"code": concept(("urn:carepath:part", "1.discipline")), "valueString": "GP"},
            {"code": concept(("urn:carepath:part", "2.weeks")), "valueQuantity": {"value": 6}},
        ],
    ),
)
MIXED: tuple[Json, ...] = (
    patient(),
    observation(PEG, valueInteger=5),
    observation(PEG, valueInteger=5),
    observation(PEG, id="o2", valueInteger=7),
    observation(PEG, id="o3", valueInteger=8, status="entered-in-error"),
    observation(ZIB, id="o4", valueInteger=70, method=concept(("m", "VAS100"))),
    observation((LOCAL, "rf_cauda_equina"), id="o5", valueBoolean=True, effectiveDateTime="2023"),
    observation((LOCAL, "start_back_total"), id="o6", valueInteger=3, issued="2023-10-02T00:00:00Z"),
    observation((LOCAL, "start_back_distress"), id="o7", valueInteger=4),
    observation((LOINC, "panel"), id="o8", component=[{"code": concept(NRS), "valueInteger": 6}]),
    condition(FIBROMYALGIA),
    condition(FIBROMYALGIA, verificationStatus=concept(("v", "refuted"))),
    {"resourceType": "Encounter", "id": "e1", "status": "{{ status }}"},
    *MORE,
    {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": "2023-03-04",
        "questionnaire": LOCAL,
        "item": [{"linkId": "rmdq_total", "answer": [{"valueQuantity": {"value": 3, "unit": "x"}}]}],
    },
)


@given(st.permutations(MIXED))
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_entries_never_matters(resources: list[Json]) -> None:
    assert read(*resources) == read(*MIXED)


def test_an_entry_that_was_entered_in_error_never_counts() -> None:
    for one in MIXED:
        if one["resourceType"] == "Medication":
            continue
        wrong = {**one, "status": "entered-in-error", "verificationStatus": concept(("v", "entered-in-error"))}
        if one["resourceType"] != "Patient":
            assert reasons(record := read(wrong)) in (["entered_in_error"], ["entered_in_error", "expression"])
            assert not record.series


def test_every_word_of_the_report_has_a_text_and_every_fact_reads_back() -> None:
    record = read(*MIXED)
    texts = guideline().fhir_reasons
    for row in (*record.used, *record.unused):
        assert all(isinstance(value, str) for value in row.values())
    assert {row["reason"] for row in record.unused} <= set(texts)
    assert {str(one).partition(":")[0] for row in record.used for one in str(row["transform"]).split()} <= set(texts)
    again = read_record(canonical_record(record), guideline().findings, AT)
    assert canonical_record(again) == canonical_record(record)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


BUNDLE: Json = {"resourceType": "Bundle", "entry": [{"resource": one} for one in MIXED]}
PLACES = list(places(BUNDLE))
DIRT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.sampled_from(["2023", "entered-in-error", "{{ x }}", LOCAL, "Patient/p9", "Observation", "Bundle", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
#: Where something is put in the place of what stands there; an ellipsis takes it out.
Mutation = tuple[tuple[str | int, ...], Any]
MUTATIONS = st.lists(st.tuples(st.sampled_from(PLACES), DIRT | st.just(...)), min_size=1, max_size=6)


@given(MUTATIONS)
@settings(deadline=None, derandomize=True, max_examples=75, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_dirty_raises_anything_but_an_error_of_carepath(mutations: list[Mutation]) -> None:
    check_read_or_refused(mutations)


@pytest.mark.slow
@given(MUTATIONS)
@settings(deadline=None, derandomize=True, max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
def test_no_dirt_of_a_thousand_raises_anything_but_an_error_of_carepath(mutations: list[Mutation]) -> None:
    check_read_or_refused(mutations)


def check_read_or_refused(mutations: list[Mutation]) -> None:
    mutated = copy.deepcopy(BUNDLE)
    for path, value in mutations:
        holder: Any = mutated
        try:
            for part in path[:-1]:
                holder = holder[part]
            if value is ...:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    try:
        record = read_bundle(mutated, guideline(), AT)
    except CarepathError as error:
        assert error.problems  # noqa: PT017 - either outcome is right
        return
    content = guideline()
    take_snapshot(record, content.findings, content.parameter_values(AT), AT)
    assert {row["reason"] for row in record.unused} <= set(content.fhir_reasons)


# --- real files -------------------------------------------------------------------------------------------------


def real_files(folder: str) -> list[Path]:
    return sorted((SHARED / folder).glob("*.json"))


def bundle(name: str) -> Json:
    loaded: Json = json.loads((SHARED / "fhir" / name).read_text("utf-8"))
    return loaded


def resources_in(text: str) -> list[Json]:
    """The outermost resources of a request; some of these files close one brace too many, so that parts stand apart."""
    loaded, _ = json.JSONDecoder().raw_decode(text)
    found: list[Json] = []
    todo: list[Any] = [loaded]
    while todo:
        one = todo.pop()
        if isinstance(one, dict) and "resourceType" in one:
            found.append(one)
        else:
            todo.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else [])
    return found


@needs_shared
@pytest.mark.parametrize("path", real_files("fhir"), ids=lambda path: path.stem)
def test_a_real_bundle_gives_a_record(path: Path) -> None:
    content = guideline()
    record = read_bundle(json.loads(path.read_text("utf-8")), content, AT)
    assert record.used or record.unused
    assert {row["reason"] for row in record.unused} <= set(content.fhir_reasons)


@needs_shared
@pytest.mark.parametrize("path", real_files("cds-hooks"), ids=lambda path: path.stem)
def test_the_resources_of_a_real_request_give_a_record(path: Path) -> None:
    found = resources_in(path.read_text("utf-8"))
    record = read(*found)
    assert values(record, "age_years")
    assert reasons(record)


@needs_shared
def test_brenda_jackson_has_her_scores_dated_by_issue_and_her_diagnosis() -> None:
    record = read_bundle(bundle("brenda_jackson.json"), guideline(), AT)
    assert values(record, "peg_score") == [(8, "2021-03-20"), (7, "2022-03-03"), (5, "2023-01-25")]
    assert values(record, "start_back_total") == [(5, "2021-03-20"), (3, "2022-03-03"), (4, "2023-03-03")]
    assert values(record, "phq9_total") == [(18, "2021-03-20"), (15, "2022-03-03"), (8, "2023-01-01")]
    assert values(record, "fibromyalgia") == [(True, "2017-07-22")]
    assert values(record, "age_years") == [(62, "2023-11-01")]
    scores = [row for row in record.used if row["resource"] == "Observation"]
    assert {(row["date_from"], row["transform"]) for row in scores} == {("issued", "issued_as_date")}
    assert set(reasons(record)) == {"known_not_used", "unknown_code"}
    assert set(record.series) == {"age_years", "fibromyalgia", "peg_score", "phq9_total", "start_back_total"}


@needs_shared
@pytest.mark.parametrize("name", ["donnie_marks.json", "ms_bravo.json"])
def test_a_birth_date_that_is_an_expression_gives_no_age(name: str) -> None:
    record = read_bundle(bundle(name), guideline(), AT)
    assert not values(record, "age_years")
    assert {"expression", "no_birth_date"} <= set(reasons(record))


@needs_shared
def test_the_decimal_pain_scores_of_synthetic_patients_are_reported_and_not_rounded() -> None:
    record = read_bundle(bundle("synthea-1.json"), guideline(), AT)
    assert not values(record, "pain_nrs_mean_24h")
    assert reasons(record).count("bad_type") == 5


@needs_shared
def test_brenda_jackson_in_any_order_and_with_errors_marked() -> None:
    loaded = bundle("brenda_jackson.json")
    record = read_bundle(loaded, guideline(), AT)
    assert read_bundle({**loaded, "entry": loaded["entry"][::-1]}, guideline(), AT) == record
    for entry in loaded["entry"]:
        entry["resource"]["status"] = "entered-in-error"
    assert set(read_bundle(loaded, guideline(), AT).series) == set()
