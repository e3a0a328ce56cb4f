"""Findings written as FHIR and read back are the same findings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carepath.errors import ArgumentError
from carepath.exchange.fhir_findings import WrittenFindings, findings_bundle
from carepath.language.symbols import NUMERIC, ValueType
from carepath.record.facts import Fact, Record, value_text
from carepath.record.fhir import read_bundle
from carepath.record.read import MAX_INTEGER, read_record
from tests.laws.helpers import AT, Case, cases, law
from tests.unit.exchange.patients import GUIDELINE, PATIENT, sample, scenarios

DATED = {"date": "2026-02-01"}
LISTS = sorted(name for name, finding in GUIDELINE.findings.items() if finding.type.kind == "list")
CONFIRMED = next(
    one
    for one in GUIDELINE.fhir_codes
    if one.resource == "Condition" and one.finding is not None and one.grounds[0].kind == "source"
)


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
        assert one.why == "version"
        assert [fact for fact in record.facts(one.finding) if fact.version is not None]


@law(36)
@given(cases())
def test_what_a_record_says_comes_back_as_it_was(case: Case) -> None:
    check_identity(read_record(case.patient, GUIDELINE.findings, AT), AT)


@pytest.mark.parametrize("number", sample(10))
def test_the_patients_of_the_scenarios_come_back(number: int) -> None:
    one = scenarios()[number]
    check_identity(read_record(one.patient, GUIDELINE.findings, one.at), one.at)


ITEMS: dict[str, list[object]] = {
    "psk_items": [40, 62.5],
    "step2_mono_disciplines": ["GP"],
    "primary_care_disciplines_tried": [{"discipline": "GP", "weeks": 6, "response": "insufficient"}, {"weeks": 0}],
    "treatment_goals": [{"text": "to work again", "attained": "partly"}, {}],
    "neuropathic_drugs": [{"class": "TCA", "agent": "x", "adequate_trial": True, "tolerated": False}, {"class": "TCA"}],
}


def example(kind: str, name: str) -> object:
    finding = GUIDELINE.findings[name].type
    return {
        "bool": True,
        "enum": next(iter(finding.values), None),
        "date": "2025-12-24",
        "text": "a text",
        "list": ITEMS.get(name, ["x"]),
    }.get(kind, finding.minimum if finding.minimum is not None else 1)


@pytest.mark.parametrize("name", sorted(GUIDELINE.findings))
def test_every_finding_has_a_form_and_so_has_every_status(name: str) -> None:
    finding = GUIDELINE.findings[name]
    given_as: list[object] = [{"status": status, **DATED} for status in ("unknown", "refused", "not_applicable")]
    given_as.append({"value": example(finding.type.kind, name), **DATED})
    if finding.type.kind == "list":
        given_as.append({"value": example("list", name), "status": "partial", **DATED})
        given_as.append({"value": [], **DATED})
    elif finding.type.kind in NUMERIC and not finding.red_flag:
        low = finding.type.minimum or 1
        given_as.append({"value": {"at_least": low, "at_most": low + 1}, **DATED})
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


def test_a_text_that_looks_like_a_template_is_listed_in_a_list_too() -> None:
    record = read_record({"prior_imaging": ["MRI", "<% x"], "help_request": "{{name}}"}, GUIDELINE.findings, AT)
    made, _ = there_and_back(record, AT)
    assert [(one.finding, one.why) for one in made.not_written] == [
        ("help_request", "template"),
        ("prior_imaging", "template"),
    ]
    assert "entry" not in made.bundle


# --- lists ------------------------------------------------------------------------------------------------------


def items(kind: ValueType) -> st.SearchStrategy[object]:
    """Items of any value that a record may hold, in a list in which the same item may stand twice."""
    parts = {name: scalars(part) for name, part in kind.parts.items()}
    return parts["value"] if set(parts) == {"value"} else st.fixed_dictionaries({}, optional=parts)


def scalars(kind: ValueType) -> st.SearchStrategy[object]:
    if kind.kind == "bool":
        return st.booleans()
    if kind.kind == "text":
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
    if kind.kind == "enum":
        return st.sampled_from(kind.values)
    low, high = kind.minimum, kind.maximum
    if kind.kind == "int":
        return st.integers(int(low or 0), int(high) if high is not None else MAX_INTEGER)
    return st.floats(low, high) | st.integers(int(low or 0), int(high or 0))


@st.composite
def lists(draw: st.DrawFn) -> dict[str, object]:
    """A record of lists alone, whole and in part, on several days."""
    patient: dict[str, object] = {}
    for name in draw(st.sets(st.sampled_from(LISTS), min_size=1, max_size=3)):
        facts = st.fixed_dictionaries(
            {
                "value": st.lists(items(GUIDELINE.findings[name].type), max_size=4),
                "status": st.sampled_from(["known", "partial"]),
                "date": st.sampled_from(["2025-12-24", "2026-02-01"]),
            }
        )
        patient[name] = draw(st.lists(facts, min_size=1, max_size=3))
    return patient


@law(36)
@given(lists())
def test_a_list_comes_back_as_it_was_item_by_item(patient: dict[str, object]) -> None:
    record = read_record(patient, GUIDELINE.findings, AT)
    made, back = there_and_back(record, AT)
    left = {(one.finding, one.date.isoformat()) for one in made.not_written}
    assert {one.why for one in made.not_written} <= {"template"}
    assert {one for one in all_told(record) if one[:2] not in left} == {
        one for one in all_told(back) if one[:2] not in left
    }
    assert {row["reason"] for row in back.unused} <= {"no_birth_date"}


def test_the_form_of_a_list_is_the_number_of_its_items_and_a_component_for_each_part() -> None:
    record = read_record({"neuropathic_drugs": [{}, {"agent": "x", "class": "SNRI"}]}, GUIDELINE.findings, AT)
    made, _ = there_and_back(record, AT)
    entries: Any = made.bundle["entry"]
    (one,) = entries
    assert one["resource"]["valueInteger"] == 2
    system = "urn:carepath:value:neuropathic_drugs.class"
    assert one["resource"]["component"] == [
        {
            "code": {"coding": [{"system": "urn:carepath:part", "code": "2.class"}]},
            "valueCodeableConcept": {"coding": [{"system": system, "code": "SNRI"}], "text": "SNRI"},
        },
        {"code": {"coding": [{"system": "urn:carepath:part", "code": "2.agent"}]}, "valueString": "x"},
    ]


def test_a_code_that_adds_an_item_is_no_code_of_the_list_and_one_of_a_value_none_of_the_finding() -> None:
    table = [
        replace(CONFIRMED, resource="Observation", finding="neuropathic_drugs", value=None, adds={"class": "TCA"}),
        replace(CONFIRMED, resource="Observation", code="x", finding="goals_attained", value="all"),
    ]
    content = replace(GUIDELINE, fhir_codes=(*GUIDELINE.fhir_codes, *table))
    record = read_record({"neuropathic_drugs": [{"class": "TCA"}], "goals_attained": "partly"}, content.findings, AT)
    made = findings_bundle(record, content, patient=PATIENT)
    assert all_told(read_bundle(made.bundle, content, AT)) == all_told(record)


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
