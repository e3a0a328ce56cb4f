"""Which parts of a resource speak for themselves: the place, the codes and the status of each in the report."""

from __future__ import annotations

from typing import Any

import pytest

from carepath.record.facts import Record
from tests.unit.record.test_fhir import (
    FIBROMYALGIA,
    LOCAL,
    PEG,
    concept,
    condition,
    observation,
    patient,
    read,
    reasons,
    values,
)
from tests.unit.record.test_fhir_kinds import MER, OPIOID, encounter, medication, plan

Json = dict[str, Any]
Row = tuple[object, object, object, object]
PANEL = ("urn:site", "panel")
PANEL_CODE = "urn:site|panel"
PEG_CODE = "http://loinc.org|91147-9"
OPIOID_CODE = f"{LOCAL}|opioid_use"
CAUDA = f"{LOCAL}|rf_cauda_equina"
WORK = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB")


def left(record: Record) -> list[Row]:
    """The place, the code, the reason and the detail of each row of what was left."""
    rows = [row for row in record.unused if row["path"] != "Patient"]
    return [(row["path"], row["code"], row["reason"], row["detail"]) for row in rows]


def taken(record: Record) -> list[tuple[object, object, object]]:
    """The place, the code and the finding of each row of what was taken."""
    return [(row["path"], row["code"], row["finding"]) for row in record.used]


# --- observations -----------------------------------------------------------------------------------------------

PART: Json = {"code": concept(PEG), "valueInteger": 6}
ABSENT: Json = {"valueCode": "unknown", "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}


@pytest.mark.parametrize(
    ("code", "elements", "expected"),
    [
        (PANEL, {}, []),
        (PANEL, {"valueInteger": 5}, [("Observation", PANEL_CODE, "unknown_code", "")]),
        (PANEL, {"_valueInteger": {"extension": [ABSENT]}}, [("Observation", PANEL_CODE, "unknown_code", "")]),
        (PANEL, {"dataAbsentReason": concept(("x", "unknown"))}, [("Observation", PANEL_CODE, "unknown_code", "")]),
        (("http://loinc.org", "44261-6"), {}, [("Observation", "http://loinc.org|44261-6", "no_value", "")]),
    ],
)
def test_a_panel_speaks_for_itself_only_where_it_has_a_value_or_a_known_code(
    code: tuple[str, str], elements: Json, expected: list[Row]
) -> None:
    record = read(observation(code, component=[PART], **elements))
    assert left(record) == expected
    assert values(record, "peg_score") == [(6, "2023-10-01")]
    assert taken(record) == [("Observation.component[0].valueInteger", PEG_CODE, "peg_score")]


def test_an_observation_without_a_value_or_parts_speaks_for_itself() -> None:
    assert left(read(observation(PANEL))) == [("Observation", PANEL_CODE, "unknown_code", "")]
    assert left(read(observation(PEG, component=[]))) == [("Observation", PEG_CODE, "no_value", "")]


def test_a_part_of_an_observation_that_is_not_final_is_not_final_either() -> None:
    record = read(observation(PANEL, status="preliminary", component=[PART]))
    assert not record.series
    assert left(record) == [("Observation.component[0]", PEG_CODE, "not_final", "status:preliminary")]


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        ([PEG, PANEL], f"{PEG_CODE} {PANEL_CODE}"),
        ([("urn:site", f"c{number}") for number in range(6)], " ".join(f"urn:site|c{number}" for number in range(5))),
        ([("a place that is long", "a word too many")], "?|?"),
        ([], ""),
    ],
)
def test_the_report_shows_at_most_five_codes_and_no_sentence(codes: list[tuple[str, str]], shown: str) -> None:
    record = read({**observation(PEG, id="o9"), "code": concept(*codes), "valueBoolean": "x"})
    assert [row[1] for row in left(record)] == [shown]


def test_a_code_without_a_system_is_shown_with_an_empty_one() -> None:
    record = read({**observation(PEG), "code": {"coding": [{"code": "peg"}]}, "valueInteger": 5})
    assert left(record) == [("Observation", "|peg", "unknown_code", "")]


# --- medication -------------------------------------------------------------------------------------------------


def referring(reference: str, **elements: object) -> Json:
    return medication(medicationCodeableConcept=None, medicationReference={"reference": reference}, **elements)


@pytest.mark.parametrize(
    "contained",
    [
        [],
        None,
        [{"resourceType": "Medication", "id": "other", "code": OPIOID}],
        [{"resourceType": "Substance", "id": "x", "code": OPIOID}],
    ],
)
def test_a_medication_that_is_not_inside_the_resource_leaves_it_without_a_code(contained: object) -> None:
    rows = left(read(referring("#x", contained=contained)))
    assert rows[0] == ("MedicationStatement", "", "unknown_code", "")


def test_a_medication_that_is_found_gives_its_code_and_the_place_of_the_reference() -> None:
    drug = {"resourceType": "Medication", "id": "med1", "code": OPIOID}
    record = read(referring("Medication/med1"), drug)
    assert taken(record) == [("MedicationStatement.medicationReference", OPIOID_CODE, "opioid_use")]


def test_the_code_of_the_resource_itself_comes_before_what_it_refers_to() -> None:
    drug = {"resourceType": "Medication", "id": "med1", "code": MER}
    record = read(medication(medicationReference={"reference": "Medication/med1"}), drug)
    assert taken(record) == [("MedicationStatement", OPIOID_CODE, "opioid_use")]
    assert left(record) == [("Medication", "", "unsupported_resource", "")]


def test_what_is_no_medication_refers_to_none() -> None:
    drug = {"resourceType": "Medication", "id": "med1", "code": OPIOID}
    visit = encounter(type=None, medicationReference={"reference": "Medication/med1"})
    record = read({key: value for key, value in visit.items() if key != "class"}, drug)
    assert left(record) == [
        ("Encounter", "", "unknown_code", ""),
        ("Medication", "", "unsupported_resource", ""),
    ]


@pytest.mark.parametrize("status", ["completed", "stopped"])
def test_a_medication_that_is_past_is_left_with_its_status(status: str) -> None:
    assert left(read(medication(status=status))) == [
        ("MedicationStatement", OPIOID_CODE, "not_present", f"status:{status}")
    ]


# --- the concepts of a resource ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (condition(PANEL), [("Condition", PANEL_CODE, "unknown_code", "")]),
        (encounter(type=None), [("Encounter.class", "|".join(WORK), "unknown_code", "")]),
        (encounter(type=[concept(PANEL)]), [("Encounter", f"{PANEL_CODE} {'|'.join(WORK)}", "unknown_code", "")]),
        (plan(category=[concept(PANEL)]), [("CarePlan.category[0]", PANEL_CODE, "unknown_code", "")]),
        (plan(category=concept(PANEL)), [("CarePlan", PANEL_CODE, "unknown_code", "")]),
        (plan(category=None), [("CarePlan", "", "unknown_code", "")]),
    ],
)
def test_what_no_code_says_anything_of_has_one_row_with_all_its_codes(resource: Json, expected: list[Row]) -> None:
    assert left(read(resource)) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (condition(FIBROMYALGIA), ("Condition", "http://snomed.info/sct|203082005", "fibromyalgia")),
        (encounter(), ("Encounter.type[1]", f"{LOCAL}|mer_completed", "mer_completed")),
        (encounter(type=MER), ("Encounter", f"{LOCAL}|mer_completed", "mer_completed")),
        (encounter(type=None, serviceType=MER), ("Encounter.serviceType", f"{LOCAL}|mer_completed", "mer_completed")),
        (plan(), ("CarePlan.category[0]", f"{LOCAL}|mer_completed", "mer_completed")),
    ],
)
def test_what_a_code_says_is_reported_at_the_place_of_that_code(resource: Json, expected: tuple[str, str, str]) -> None:
    record = read(resource)
    assert taken(record) == [expected]
    assert not left(record)


# --- the activities of a care plan ------------------------------------------------------------------------------


def activity(code: str, status: str | None) -> Json:
    return {"detail": {"code": concept((LOCAL, code)), "status": status}}


@pytest.mark.parametrize(
    ("status", "reason", "detail"),
    [
        ("cancelled", "not_present", "status:cancelled"),
        ("stopped", "not_present", "status:stopped"),
        ("entered-in-error", "entered_in_error", "status:entered-in-error"),
        ("scheduled", "not_final", "status:scheduled"),
        (None, "not_final", "status:none"),
    ],
)
def test_an_activity_that_does_not_count_is_named_with_its_code_and_status(
    status: str | None, reason: str, detail: str
) -> None:
    record = read(plan(activity=[activity("step2_mono_done", status)]))
    code = f"{LOCAL}|step2_mono_done"
    assert left(record) == [("CarePlan.activity[0].detail", code, reason, detail)]
    assert not record.facts("step2_mono_done")


@pytest.mark.parametrize("status", ["in-progress", "completed"])
def test_an_activity_that_counts_is_reported_at_its_place_under_its_own_code(status: str) -> None:
    record = read(plan(category=[concept(PANEL)], activity=[activity("step2_mono_done", status)]))
    assert taken(record) == [("CarePlan.activity[0].detail", f"{LOCAL}|step2_mono_done", "step2_mono_done")]


def test_a_red_flag_among_the_activities_is_kept_in_doubt_and_not_where_it_is_denied() -> None:
    doubted = read(plan(activity=[activity("rf_cauda_equina", "unknown")]))
    assert values(doubted, "rf_cauda_equina") == [(True, "2023-09-01")]
    (row,) = [row for row in doubted.used if row["finding"] == "rf_cauda_equina"]
    assert (row["code"], row["transform"]) == (CAUDA, "present red_flag_kept:not_final")
    denied = read(plan(activity=[activity("rf_cauda_equina", "entered-in-error")]))
    assert not denied.facts("rf_cauda_equina")
    assert reasons(denied) == ["entered_in_error"]


# --- the items of a questionnaire -------------------------------------------------------------------------------


def answers(questionnaire: object, *items: Json) -> Json:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "authored": "2023-03-04",
        "questionnaire": questionnaire,
        "item": list(items),
    }


@pytest.mark.parametrize("questionnaire", [LOCAL, f"{LOCAL}|1.0", f"{LOCAL}|1|2"])
def test_the_link_id_is_a_code_of_the_questionnaire_with_or_without_a_version(questionnaire: str) -> None:
    record = read(answers(questionnaire, {"linkId": "rmdq_total", "answer": [{"valueInteger": 12}]}), patient())
    assert values(record, "rmdq_total") == [(12, "2023-03-04")]
    row = ("QuestionnaireResponse.item[0].valueInteger", f"{LOCAL}|rmdq_total", "rmdq_total")
    assert row in taken(record)


@pytest.mark.parametrize("questionnaire", [None, 7, ["urn:site"], ""])
def test_the_link_id_of_a_questionnaire_without_a_name_is_a_code_without_a_system(questionnaire: object) -> None:
    record = read(answers(questionnaire, {"linkId": "rmdq_total", "answer": [{"valueInteger": 12}]}))
    assert left(record) == [("QuestionnaireResponse.item[0]", "|rmdq_total", "unknown_code", "")]


def test_an_item_is_named_at_its_place_at_any_depth_under_its_own_codes() -> None:
    inner = {"linkId": "2", "code": [{"system": "urn:site", "code": "b"}], "answer": [{"valueString": "x"}]}
    outer = {"linkId": "1", "answer": [{"valueString": "y", "item": [inner]}]}
    record = read(answers("urn:site|1.0", {"linkId": "0", "item": [outer]}))
    assert left(record) == [
        ("QuestionnaireResponse.item[0].item[0]", "urn:site|1", "unknown_code", ""),
        ("QuestionnaireResponse.item[0].item[0].answer[0].item[0]", "urn:site|b urn:site|2", "unknown_code", ""),
    ]
