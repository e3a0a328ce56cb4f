"""Findings written as FHIR and read back are the same findings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given

from carepath.errors import ArgumentError
from carepath.exchange.fhir_findings import WrittenFindings, findings_bundle
from carepath.record.facts import Fact, Record, value_text
from carepath.record.fhir import read_bundle
from carepath.record.read import read_record
from tests.laws.helpers import AT, Case, cases, law
from tests.unit.exchange.patients import GUIDELINE, PATIENT, sample, scenarios

DATED = {"date": "2026-02-01"}


def told(fact: Fact) -> tuple[str, str, str, str, str | None]:
    """What a fact says; its source is another one after a journey."""
    return fact.finding, fact.date.isoformat(), fact.status, value_text(fact.value), fact.version


def all_told(record: Record) -> set[tuple[str, str, str, str, str | None]]:
    return {told(fact) for facts in record.series.values() for fact in facts}


def there_and_back(record: Record, at: dt.date) -> tuple[WrittenFindings, Record]:
    made = findings_bundle(record, GUIDELINE, patient=PATIENT)
    return made, read_bundle(made.bundle, GUIDELINE, at)


def check_identity(record: Record, at: dt.date) -> None:
    """Everything comes back but what is listed, and only what has no form is listed."""
    made, back = there_and_back(record, at)
    left = {(one.finding, one.date.isoformat()) for one in made.not_written}
    assert {one for one in all_told(record) if one[:2] not in left} == {
        one for one in all_told(back) if one[:2] not in left
    }
    for one in made.not_written:
        kind = GUIDELINE.findings[one.finding].type.kind
        assert (one.why == "list") == (kind == "list")
        if one.why == "version":
            assert [fact for fact in record.facts(one.finding) if fact.version is not None]


@law(60)
@given(cases())
def test_what_a_record_says_comes_back_as_it_was(case: Case) -> None:
    check_identity(read_record(case.patient, GUIDELINE.findings, AT), AT)


@pytest.mark.parametrize("number", sample(10))
def test_the_patients_of_the_scenarios_come_back(number: int) -> None:
    one = scenarios()[number]
    check_identity(read_record(one.patient, GUIDELINE.findings, one.at), one.at)


def example(kind: str, name: str) -> object:
    finding = GUIDELINE.findings[name].type
    return {
        "bool": True,
        "enum": next(iter(finding.values), None),
        "date": "2025-12-24",
        "text": "a text",
        "list": None,
    }.get(kind, finding.minimum if finding.minimum is not None else 1)


@pytest.mark.parametrize("name", sorted(GUIDELINE.findings))
def test_every_finding_that_is_no_list_has_a_form_and_so_has_every_status(name: str) -> None:
    kind = GUIDELINE.findings[name].type.kind
    given_as: list[object] = [{"status": status, **DATED} for status in ("unknown", "refused", "not_applicable")]
    if kind != "list":
        given_as.append({"value": example(kind, name), **DATED})
    for fact in given_as:
        record = read_record({name: [fact]}, GUIDELINE.findings, AT)
        made, back = there_and_back(record, AT)
        assert not made.not_written
        assert all_told(back) == all_told(record)


def test_a_confirmed_code_stands_beside_carepaths_own_and_one_without_a_source_is_not_written() -> None:
    record = read_record({"odi_total": 44, "peg_score": 6.5}, GUIDELINE.findings, AT)
    made, _ = there_and_back(record, AT)
    entries: Any = made.bundle["entry"]
    codes = {
        (one["resource"]["code"]["coding"][-1]["code"], coding["system"])
        for one in entries
        for coding in one["resource"]["code"]["coding"]
    }
    assert codes == {
        ("odi_total", "http://loinc.org"),
        ("odi_total", "urn:carepath:finding"),
        ("peg_score", "urn:carepath:finding"),
    }


def test_a_diagnosis_with_a_confirmed_code_is_a_condition_and_its_denial_an_observation() -> None:
    code = next(one for one in GUIDELINE.fhir_codes if one.resource == "Condition" and isinstance(one.value, str))
    assert code.finding is not None
    record = read_record({code.finding: code.value}, GUIDELINE.findings, AT)
    made, back = there_and_back(record, AT)
    entries: Any = made.bundle["entry"]
    confirmed = any(ground.kind == "source" for ground in code.grounds)
    assert entries[0]["resource"]["resourceType"] == ("Condition" if confirmed else "Observation")
    assert all_told(back) == all_told(record)


def test_a_version_goes_with_the_method_that_names_it_and_one_that_nothing_names_is_listed() -> None:
    pain = next(one for one in GUIDELINE.fhir_codes if any(unit.startswith("method:") for unit in one.units))
    assert pain.finding is not None
    other = [unit.removeprefix("method:") for unit in pain.units if unit.startswith("method:") and "=" not in unit][1]
    record = read_record({pain.finding: {"value": 6, "version": other}}, GUIDELINE.findings, AT)
    made, back = there_and_back(record, AT)
    assert not made.not_written
    assert all_told(back) == all_told(record)
    record = read_record({pain.finding: {"value": 6, "version": "own scale"}}, GUIDELINE.findings, AT)
    made, back = there_and_back(record, AT)
    assert [(one.finding, one.date, one.why) for one in made.not_written] == [(pain.finding, AT, "version")]
    assert not all_told(back)


def test_a_list_and_a_text_that_looks_like_a_template_are_listed() -> None:
    record = read_record({"prior_imaging": [], "help_request": "{{name}}"}, GUIDELINE.findings, AT)
    made, _ = there_and_back(record, AT)
    assert [(one.finding, one.why) for one in made.not_written] == [
        ("help_request", "template"),
        ("prior_imaging", "list"),
    ]
    assert "entry" not in made.bundle


def test_a_source_is_not_written_and_facts_that_differ_in_nothing_else_are_one() -> None:
    series = [{"value": 6, "date": "2026-02-01", "source": who} for who in ("GP Jansen", "physiotherapist")]
    record = read_record({"pain_nrs_worst": series}, GUIDELINE.findings, AT)
    made, back = there_and_back(record, AT)
    assert "Jansen" not in str(made.bundle)
    assert len(back.facts("pain_nrs_worst")) == 1


def test_the_patient_is_checked() -> None:
    with pytest.raises(ArgumentError):
        findings_bundle(Record({}), GUIDELINE, patient="nobody")


def test_a_status_that_fhir_has_no_reason_for_is_listed() -> None:
    record = Record({"rmdq_total": (Fact("rmdq_total", None, AT, "doubtful"),)})
    made = findings_bundle(record, GUIDELINE, patient=PATIENT)
    assert [(one.finding, one.why) for one in made.not_written] == [("rmdq_total", "status")]
    assert "entry" not in made.bundle
