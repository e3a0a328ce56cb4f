"""What each type of FHIR resource says, by its status, its day and the places of its codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.record.test_fhir import (
    AT,
    LOCAL,
    PEG,
    ZIB,
    concept,
    observation,
    only_reason,
    patient,
    read,
    reasons,
    values,
)

Json = dict[str, Any]
OPIOID = concept((LOCAL, "opioid_use"))
MER = concept((LOCAL, "mer_completed"))


def plan(**elements: object) -> Json:
    made: Json = {
        "resourceType": "CarePlan",
        "id": "cp1",
        "status": "active",
        "intent": "plan",
        "category": [MER],
        "period": {"start": "2023-09-01", "end": "2024-09-01"},
    }
    made.update(elements)
    return {key: value for key, value in made.items() if value is not None}


def encounter(**elements: object) -> Json:
    made: Json = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [concept(("urn:site", "visit")), MER],
        "period": {"start": "2023-08-01T09:00:00+02:00", "end": "2023-08-02T10:00:00+02:00"},
    }
    made.update(elements)
    return {key: value for key, value in made.items() if value is not None}


def medication(**elements: object) -> Json:
    made: Json = {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "medicationCodeableConcept": OPIOID,
        "effectivePeriod": {"start": "2023-05-01"},
    }
    made.update(elements)
    return {key: value for key, value in made.items() if value is not None}


# --- days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effective", "date", "taken_from"),
    [
        ({"effectiveDateTime": "2023-10-01T23:30:00+02:00"}, "2023-10-01", "effectiveDateTime"),
        ({"effectiveInstant": "2023-10-01T10:00:00Z"}, "2023-10-01", "effectiveInstant"),
        ({"effectivePeriod": {"start": "2023-09-01", "end": "2023-09-07"}}, "2023-09-07", "effectivePeriod.end"),
        ({"effectivePeriod": {"start": "2023-09-01"}}, "2023-09-01", "effectivePeriod.start"),
        ({"effectiveTiming": {"event": ["2023-09-07", "2023-09-01"]}}, "2023-09-07", "effectiveTiming.event"),
        (
            {"effectiveTiming": {"repeat": {"boundsPeriod": {"start": "2023-09-01", "end": "2023-09-08"}}}},
            "2023-09-08",
            "effectiveTiming.repeat.boundsPeriod.end",
        ),
        ({"issued": "2023-10-02T10:00:00Z"}, "2023-10-02", "issued"),
    ],
)
def test_the_day_of_an_observation_is_read_in_each_form(effective: Json, date: str, taken_from: str) -> None:
    record = read(observation(PEG, valueInteger=5, **{"effectiveDateTime": None, **effective}))
    assert values(record, "peg_score") == [(5, date)]
    (row,) = record.used
    assert row["date_from"] == taken_from
    assert row["transform"] == ("issued_as_date" if taken_from == "issued" else "")


# --- scales and units -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "quantity", "expected"),
    [
        ("NRS", {"value": 7}, (7, None)),
        ("NRS", {"value": 7, "code": "{score}"}, (7, None)),
        ("VAS10", {"value": 7, "unit": "1"}, (7, "VAS10")),
        ("VAS100", {"value": 70}, (7, "VAS100")),
        ("VAS100", {"value": 70, "code": "mm", "system": "http://unitsofmeasure.org"}, (7, "VAS100")),
    ],
)
def test_a_pain_scale_is_converted_by_what_the_content_says(
    method: str, quantity: Json, expected: tuple[int, str | None]
) -> None:
    record = read(observation(ZIB, valueQuantity=quantity, method=concept(("urn:oid:1", method))))
    (fact,) = record.facts("pain_nrs_mean_24h")
    assert (fact.value, fact.version) == expected


@pytest.mark.parametrize(
    ("method", "quantity", "reason"),
    [
        ("NRS", {"value": 7, "code": "mm"}, "wrong_unit"),
        ("VAS100", {"value": 7, "code": "cm"}, "wrong_unit"),
        (None, {"value": 70, "code": "mm"}, "wrong_unit"),
        ("FLACC", {"value": 7}, "wrong_unit"),
    ],
)
def test_a_scale_of_which_the_content_says_nothing_is_not_converted(
    method: str | None, quantity: Json, reason: str
) -> None:
    stated = {"method": concept(("urn:oid:1", method))} if method is not None else {}
    assert only_reason(read(observation(ZIB, valueQuantity=quantity, **stated))) == reason


def test_a_pain_score_in_the_form_of_the_dutch_core_profile_is_read() -> None:
    record = read(
        observation(
            ZIB,
            meta={"profile": ["http://nictiz.nl/fhir/StructureDefinition/nl-core-PainScore"]},
            effectiveDateTime="2023-10-08T06:43:00+02:00",
            valueInteger=7,
            note=[{"text": "made up"}],
            method=concept(("urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.9.1", "VAS10")),
        )
    )
    (fact,) = record.facts("pain_nrs_mean_24h")
    assert (fact.value, fact.version, fact.date.isoformat()) == (7, "VAS10", "2023-10-08")


@pytest.mark.parametrize(("code", "status"), [("asked-declined", "refused"), ("not-applicable", "not_applicable")])
def test_a_reason_in_an_extension_of_the_value_is_read_as_one_in_its_place(code: str, status: str) -> None:
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    record = read(observation(PEG, _valueInteger={"extension": [{"url": url, "valueCode": code}]}))
    (fact,) = record.facts("peg_score")
    assert (fact.value, fact.status) == (None, status)


# --- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["corrected", "amended"])
@pytest.mark.parametrize("same", [{"id": "o1"}, {"id": "o2", "identifier": [{"system": "urn:lab", "value": "9"}]}])
def test_a_corrected_observation_takes_the_place_of_what_it_corrects(status: str, same: Json) -> None:
    given = {**same, "id": "o1"}
    record = read(
        observation(PEG, valueInteger=9, **given), observation(PEG, valueInteger=4, status=status, **same), patient()
    )
    assert values(record, "peg_score") == [(4, "2023-10-01")]
    (row,) = record.unused
    assert (row["reason"], row["detail"]) == ("duplicate", "corrected")


def test_one_order_number_for_several_codes_makes_nothing_a_correction_of_another() -> None:
    shared = {"identifier": [{"system": "urn:lab", "value": "9"}]}
    record = read(
        observation(PEG, valueInteger=9, **shared),
        observation(("http://loinc.org", "44261-6"), id="o2", valueInteger=4, status="corrected", **shared),
    )
    assert values(record, "peg_score") == [(9, "2023-10-01")]
    assert values(record, "phq9_total") == [(4, "2023-10-01")]


def test_a_correction_that_was_entered_in_error_corrects_nothing() -> None:
    record = read(observation(PEG, valueInteger=9, status="corrected"), observation(PEG, status="entered-in-error"))
    assert not record.series


# --- medication -------------------------------------------------------------------------------------------------


def test_a_statement_of_medication_counts_from_when_it_was_asserted() -> None:
    assert values(read(medication()), "opioid_use") == [(True, "2023-05-01")]
    assert values(read(medication(dateAsserted="2023-09-09")), "opioid_use") == [(True, "2023-09-09")]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("completed", "not_present"),
        ("stopped", "not_present"),
        ("not-taken", "not_present"),
        ("entered-in-error", "entered_in_error"),
        ("intended", "not_final"),
        ("on-hold", "not_final"),
        ("unknown", "not_final"),
        (None, "not_final"),
    ],
)
def test_medication_that_is_not_taken_now_is_no_use_of_it(status: str | None, reason: str) -> None:
    assert only_reason(read(medication(status=status))) == reason


@pytest.mark.parametrize("reference", ["Medication/med1", "urn:uuid:1-2", "http://ehr.example/fhir/Medication/med1"])
def test_a_medication_in_the_same_bundle_is_found_by_its_reference(reference: str) -> None:
    drug = {"resourceType": "Medication", "id": "med1", "code": OPIOID}
    taken = medication(medicationCodeableConcept=None, medicationReference={"reference": reference})
    entries = [{"resource": taken}, {"resource": drug, "fullUrl": "urn:uuid:1-2"}, {"resource": patient()}]
    record = read({"resourceType": "Bundle", "entry": entries})
    assert values(record, "opioid_use") == [(True, "2023-05-01")]
    assert not record.unused
    assert {row["path"] for row in record.used} >= {"MedicationStatement.medicationReference"}


def test_a_medication_inside_the_resource_is_found_and_one_that_is_nowhere_is_not() -> None:
    drug = {"resourceType": "Medication", "id": "x", "code": OPIOID}
    inside = medication(medicationCodeableConcept=None, medicationReference={"reference": "#x"}, contained=[drug])
    assert values(read(inside, patient()), "opioid_use") == [(True, "2023-05-01")]
    nowhere = medication(medicationCodeableConcept=None, medicationReference={"reference": "Medication/y"})
    assert only_reason(read(nowhere)) == "unknown_code"


def test_a_medication_that_nothing_refers_to_is_reported() -> None:
    assert only_reason(read({"resourceType": "Medication", "id": "x", "code": OPIOID})) == "unsupported_resource"


# --- encounters and plans ---------------------------------------------------------------------------------------


def test_an_encounter_says_what_its_types_say_on_the_day_that_it_ended() -> None:
    record = read(encounter())
    assert values(record, "mer_completed") == [(True, "2023-08-02")]
    assert {row["path"] for row in record.used} == {"Encounter.type[1]"}
    begun = read(encounter(status="in-progress"))
    assert values(begun, "mer_completed") == [(True, "2023-08-01")]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("planned", "not_final"),
        ("arrived", "not_final"),
        ("cancelled", "not_present"),
        ("entered-in-error", "entered_in_error"),
    ],
)
def test_an_encounter_that_did_not_take_place_gives_nothing(status: str, reason: str) -> None:
    assert only_reason(read(encounter(status=status))) == reason


def test_an_encounter_without_a_known_code_has_one_row_with_all_of_them() -> None:
    record = read(encounter(type=[concept(("urn:site", "visit")), concept(("urn:site", "call"))]), patient())
    (row,) = record.unused
    assert row["reason"] == "unknown_code"
    assert row["code"] == ("urn:site|visit urn:site|call http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB")


def test_a_care_plan_counts_from_its_start_and_its_activities_by_their_own_status() -> None:
    detail = {"code": concept((LOCAL, "step2_mono_done")), "status": "completed"}
    later = {"code": concept((LOCAL, "step3_multi_done")), "status": "scheduled"}
    stopped = {"code": concept((LOCAL, "imsr_in_progress")), "status": "cancelled"}
    record = read(plan(activity=[{"detail": one} for one in (detail, later, stopped)]), patient())
    assert values(record, "mer_completed") == [(True, "2023-09-01")]
    assert values(record, "step2_mono_done") == [(True, "2023-09-01")]
    assert {row["path"]: row["reason"] for row in record.unused} == {
        "CarePlan.activity[1].detail": "not_final",
        "CarePlan.activity[2].detail": "not_present",
    }


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"status": "draft"}, "not_final"),
        ({"status": "on-hold"}, "not_final"),
        ({"status": "revoked"}, "not_present"),
        ({"status": "entered-in-error"}, "entered_in_error"),
        ({"intent": "proposal"}, "not_final"),
        ({"intent": "option"}, "not_final"),
    ],
)
def test_a_care_plan_that_is_no_plan_yet_or_no_more_gives_nothing(elements: Json, reason: str) -> None:
    assert only_reason(read(plan(**elements))) == reason


# --- the patient ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"deceasedBoolean": True}, {"deceasedDateTime": "2023-01-01"}])
def test_a_patient_who_has_died_is_named_in_the_report(said: Json) -> None:
    record = read(patient(**said))
    assert reasons(record) == ["deceased"]
    assert values(record, "age_years") == [(62, AT.isoformat())]


def test_a_patient_who_has_not_died_is_not_named() -> None:
    assert not read(patient(deceasedBoolean=False)).unused
