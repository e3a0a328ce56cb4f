"""What a bundle is taken apart into: its resources, what the report says of the rest, and whom they are about."""

from __future__ import annotations

from typing import Any

import pytest

from carepath.errors import Problem, RecordError
from carepath.record import fhir
from carepath.record.facts import Record
from carepath.record.fhir import read_bundle
from tests.unit.record.test_fhir import AT, LOCAL, PEG, concept, guideline, observation, patient, read, values

Json = dict[str, Any]
PEG_CODE = "http://loinc.org|91147-9"
OPIOID = concept((LOCAL, "opioid_use"))


def row(path: str, reason: str, detail: str = "", *, identity: str = "", code: str = "") -> Json:
    """A whole row of what was not used."""
    return {
        "resource": path.partition(".")[0],
        "id": identity,
        "path": path,
        "code": code,
        "reason": reason,
        "detail": detail,
    }


NO_PATIENT = row("Patient", "no_birth_date")


def read_entries(*entries: object) -> Record:
    """The record of a bundle with these entries as they stand."""
    return read_bundle({"resourceType": "Bundle", "entry": list(entries)}, guideline(), AT)


def bundle_of(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def refused(bundle: object) -> RecordError:
    with pytest.raises(RecordError) as caught:
        read_bundle(bundle, guideline(), AT)  # type: ignore[arg-type]
    return caught.value


def peg(about: str | None, **elements: object) -> Json:
    """A score about whom a reference names."""
    subject = {} if about is None else {"subject": {"reference": about}}
    return observation(PEG, valueInteger=5, **(subject | elements))


def is_read(record: Record) -> bool:
    """Whether the score was read, whoever else said the same."""
    return set(values(record, "peg_score")) == {(5, "2023-10-01")}


# --- entries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("odd", [None, 5, "text", [], {}, {"fullUrl": "urn:uuid:1"}])
def test_an_entry_that_holds_no_resource_has_a_row_of_the_bundle(odd: object) -> None:
    assert read_entries(odd).unused == (row("Bundle.entry", "not_a_resource"), NO_PATIENT)


@pytest.mark.parametrize("kind", [3, "", "observation", "Obser vation", ["Observation"], "A" * 62])
def test_a_resource_without_the_name_of_a_type_has_a_row_that_names_the_element(kind: object) -> None:
    record = read_entries({"resource": {"resourceType": kind, "id": "x1"}})
    assert record.unused == (row("Bundle.entry.resource", "not_a_resource", "resourceType"), NO_PATIENT)


def test_a_resource_that_was_deleted_has_a_row_that_says_so() -> None:
    entry = {"resource": peg(None), "request": {"method": "DELETE", "url": "Observation/o1"}}
    deleted = row("Observation", "not_present", "request.method:DELETE", identity="o1", code=PEG_CODE)
    assert read_entries(entry).unused == (deleted, NO_PATIENT)


@pytest.mark.parametrize("resource", [None, {}, "Observation/o1", {"resourceType": 3}, {"resourceType": "obs"}])
def test_a_deleted_resource_of_no_type_is_called_a_resource(resource: object) -> None:
    record = read_entries({"resource": resource, "request": {"method": "DELETE"}})
    assert record.unused == (NO_PATIENT, row("Resource", "not_present", "request.method:DELETE"))


@pytest.mark.parametrize("entries", [{}, {"entry": None}, {"entry": []}, {"entry": ()}])
def test_a_bundle_without_entries_lacks_nothing_but_the_patient(entries: Json) -> None:
    record = read_bundle({"resourceType": "Bundle", **entries}, guideline(), AT)
    assert (record.series, record.used, record.unused) == ({}, (), (NO_PATIENT,))


@pytest.mark.parametrize(
    ("identity", "shown"),
    [("a.B-9", "a.B-9"), ("x" * 64, "x" * 64), ("x" * 65, ""), ("Mrs Jansen", ""), ("", ""), (7, ""), (None, "")],
)
def test_an_id_is_shown_where_it_is_one_of_fhir(identity: object, shown: str) -> None:
    record = read(peg(None, id=identity))
    assert [one["id"] for one in record.used] == [shown]
    assert record.facts("peg_score")[0].source == (f"Observation/{shown}" if shown else "Observation")


def test_the_entries_of_bundles_in_bundles_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(first: int, second: int) -> Json:
        inner = [{"resourceType": "Bundle", "entry": [peg(None)] * number} for number in (first, second)]
        return {"resourceType": "Bundle", "entry": [{"resource": one} for one in inner]}

    monkeypatch.setattr(fhir, "MAX_ENTRIES", 10)
    assert is_read(read_bundle(twice(4, 4), guideline(), AT))
    for first, second in ((4, 5), (5, 4)):
        problem = Problem("CP066", "more than 10 entries", None, "leave old resources out")
        assert refused(twice(first, second)).problems == (problem,)


@pytest.mark.parametrize("other", [None, 5, "Bundle", {}, {"age_years": 5}, {"resourceType": 5}])
def test_what_is_no_fhir_is_refused_with_what_to_give(other: object) -> None:
    advice = "give a Bundle, a resource, or an entry with a resource"
    assert refused(other).problems == (
        Problem("CP069", "the input is no FHIR bundle, resource or entry", None, advice),
    )


@pytest.mark.parametrize("first", [True, False])
def test_a_report_that_would_be_too_long_is_refused_with_the_red_flags(
    first: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("carepath.record.fhir_report.MAX_ROWS", 10)
    flag = observation((LOCAL, "rf_cauda_equina"), valueBoolean=True)
    others = [{"resourceType": "Encounter", "id": f"e{number}"} for number in range(20)]
    error = refused(bundle_of(*((flag, *others) if first else (*others, flag))))
    message = "more than 250000 parts, each used or not used"
    assert error.problems == (Problem("CP066", message, None, "leave old resources out"),)
    assert error.red_flags == ("rf_cauda_equina",)


# --- medications and contained resources ------------------------------------------------------------------------


def medication(reference: str, **elements: object) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "medicationReference": {"reference": reference},
        "effectivePeriod": {"start": "2023-05-01"},
        **elements,
    }


def test_only_a_contained_resource_that_is_no_medication_is_reported() -> None:
    drug = {"resourceType": "Medication", "id": "x", "code": OPIOID}
    record = read(medication("#x", contained=[drug, {"resourceType": "Substance", "id": "y"}]))
    assert values(record, "opioid_use") == [(True, "2023-05-01")]
    contained = row("MedicationStatement.contained[1]", "unsupported_resource", identity="m1")
    assert record.unused == (contained, NO_PATIENT)


NO_CODE = row("MedicationStatement", "unknown_code", identity="m1")


def test_a_medication_that_was_entered_in_error_gives_no_code() -> None:
    wrong = {"resourceType": "Medication", "id": "x", "status": "entered-in-error", "code": OPIOID}
    record = read(medication("Medication/x"), wrong)
    assert not record.series
    assert NO_CODE in record.unused


def test_a_medication_is_found_beside_a_resource_of_another_type_with_its_id() -> None:
    drug = {"resourceType": "Medication", "id": "o1", "code": OPIOID}
    for resources in ((peg(None), drug), (drug, peg(None))):
        record = read(medication("Medication/o1"), *resources)
        assert values(record, "opioid_use") == [(True, "2023-05-01")]
        assert record.unused == (NO_PATIENT,)


@pytest.mark.parametrize("reference", ["", "/", "Medication/"])
def test_a_reference_without_a_name_finds_no_medication_without_a_name(reference: str) -> None:
    drug = {"resourceType": "Medication", "code": OPIOID}
    record = read(medication(reference), drug)
    assert not record.series
    assert NO_CODE in record.unused


# --- expressions ------------------------------------------------------------------------------------------------

CQL = {"language": "text/cql", "expression": "Today()"}


@pytest.mark.parametrize(
    ("elements", "path"),
    [
        ({"trigger": {"valueExpression": {"language": "text/cql"}}}, "trigger.valueExpression"),
        ({"extension": [{"url": "x"}, {"valueExpression": CQL}]}, "extension[1].valueExpression"),
        ({"trigger": [{"condition": CQL}]}, "trigger[0].condition.expression"),
        ({"expression": "Today()", "language": "nl"}, "expression"),
        ({"note": [{"text": "born {{ date }}"}]}, "note[0].text"),
        ({"note": [["a", "${date}"]]}, "note[0][1]"),
        ({"_x9": {"text": "<% date %>"}}, "_x9.text"),
        ({"knows Mrs Jansen": {"valueExpression": CQL}}, "?.valueExpression"),
        ({"a": {"b c": "{{ date }}"}}, "a.?"),
        ({"9x": "{{ date }}"}, "?"),
        ({"x" * 61: "{{ date }}"}, "x" * 61),
        ({"x" * 62: "{{ date }}"}, "?"),
    ],
)
def test_an_expression_is_named_by_the_path_of_its_element_and_by_no_word_of_a_key(elements: Json, path: str) -> None:
    record = read(peg(None, **elements))
    expression = row(f"Observation.{path}", "expression", identity="o1", code=PEG_CODE)
    assert record.unused == (expression, NO_PATIENT)
    assert is_read(record)


@pytest.mark.parametrize(("last", "shown"), [(56, ".z"), (57, "")])
def test_an_expression_far_down_is_named_by_the_beginning_of_its_path(last: int, shown: str) -> None:
    """With 56 letters in its last part a path is 300 characters long, and longer paths are not carried on."""
    keys = ["k" * length for length in (60, 60, 60, 60, last)]
    inner: Json = {"z": {"valueExpression": CQL}}
    for key in reversed(keys):
        inner = {key: inner}
    path = ".".join(keys)
    assert len(path) == 244 + last
    rows = [one["path"] for one in read(peg(None, **inner)).unused if one["reason"] == "expression"]
    assert rows == [f"Observation.{path}{shown}"]


@pytest.mark.parametrize(
    "elements",
    [
        {"expression": "a smile"},
        {"note": [{"expression": "a smile", "text": "no {date}"}]},
        {"language": "nl", "note": [{"text": "an expression of pain"}]},
        {"note": [{"expression": {"text": "a smile"}}], "language": "nl"},
        {"text": {"language": "nl", "valueExpressions": 5}},
    ],
)
def test_the_word_expression_alone_makes_no_expression(elements: Json) -> None:
    record = read(peg(None, **elements))
    assert record.unused == (NO_PATIENT,)
    assert is_read(record)


# --- whose ------------------------------------------------------------------------------------------------------

OTHER = row("Observation", "other_patient", identity="o1", code=PEG_CODE)


@pytest.mark.parametrize(
    "reference", [None, "", "p1", "Patient/p1", "Patient/p1/_history/4", "http://a/Patient/p1", "#x"]
)
def test_a_resource_is_about_the_patient_whom_its_subject_names_or_when_it_names_nobody(reference: str | None) -> None:
    record = read(patient(), peg(reference))
    assert is_read(record)
    assert record.unused == ()


@pytest.mark.parametrize("address", ["urn:uuid:1-2", "urn:example:ward/7"])
def test_the_address_of_the_patient_is_a_name_too(address: str) -> None:
    mine = {"fullUrl": address, "resource": patient()}
    assert is_read(read_entries(mine, {"resource": peg(address)}))
    assert read_entries(mine, {"resource": peg(f"{address}0")}).unused == (OTHER,)


@pytest.mark.parametrize("reference", ["p2", "Patient/p2", "Patient/p1/x", "Group/p1", "urn:uuid:3", "Patient/p1#p1"])
@pytest.mark.parametrize("element", ["subject", "patient"])
def test_a_resource_that_names_another_is_left_whichever_element_names_him(element: str, reference: str) -> None:
    record = read(patient(), peg(None, **{element: {"reference": reference}}))
    assert record.unused == (OTHER,)
    assert set(record.series) == {"age_years"}


def test_a_version_in_the_address_of_the_patient_is_no_part_of_the_name() -> None:
    mine = {"fullUrl": "https://ehr.example/fhir/Patient/p1/_history/3", "resource": patient(id=None)}
    assert is_read(read_entries(mine, {"resource": peg("Patient/p1")}))
    assert read_entries(mine, {"resource": peg("Patient/p2")}).unused == (OTHER,)


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("address", [{}, {"fullUrl": None}, {"fullUrl": 5}, {"fullUrl": ""}])
def test_a_patient_without_id_and_address_may_be_called_anything(address: Json, wrapped: bool) -> None:  # noqa: FBT001 - a case
    nameless = patient(id=None)
    record = read_entries({**address, "resource": nameless} if wrapped else nameless, peg("Patient/p7"))
    assert is_read(record)
    assert values(record, "age_years") == [(62, "2023-11-01")]


def test_a_lone_patient_without_id_has_no_name_that_others_could_miss() -> None:
    lone = patient(id=None, subject={"reference": "Patient/p7"})
    assert values(read_bundle(lone, guideline(), AT), "age_years") == [(62, "2023-11-01")]


# --- several patients -------------------------------------------------------------------------------------------

SEVERAL = Problem(
    "CP069",
    "the input holds resources about several patients",
    None,
    "give the resources of one patient at a time",
)


def test_several_patients_are_refused_with_what_to_do_and_the_red_flags_in_order() -> None:
    flags = [
        observation((LOCAL, name), id=name.replace("_", "-"), valueBoolean=value)
        for name, value in (("rf_cauda_equina", True), ("active_suicidal_intent", True), ("rf_infection", False))
    ]
    error = refused(bundle_of(patient(), patient(id="p2"), *flags))
    assert error.problems == (SEVERAL,)
    assert error.red_flags == ("active_suicidal_intent", "rf_cauda_equina")


def test_without_a_patient_the_resources_may_be_about_one_and_not_about_two() -> None:
    assert is_read(read(peg("Patient/a")))
    assert is_read(read(peg("Patient/a"), peg("https://ehr.example/Patient/a", id="o2")))
    error = refused(bundle_of(peg("Patient/a"), peg("Patient/b", id="o2")))
    assert (error.problems, error.red_flags) == ((SEVERAL,), ())


@pytest.mark.parametrize(
    "beside",
    [
        peg(None, id="o2"),
        peg("Group/b", id="o2"),
        peg("Patient/b", id="o2", status="entered-in-error"),
        {"resourceType": "Immunization", "id": "i1", "patient": {"reference": "Patient/b"}},
    ],
)
def test_what_is_about_nobody_or_is_not_read_makes_no_second_patient(beside: Json) -> None:
    assert is_read(read(peg("Patient/a"), beside))
