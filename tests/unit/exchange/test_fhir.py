"""An assessment as a FHIR bundle: what it proposes, in which form, and what it never does."""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import carepath
from carepath import Assessment, assess
from carepath.assessment import canonical_json
from carepath.errors import ArgumentError
from carepath.exchange import fhir
from carepath.exchange.fhir import bundle
from tests.laws.helpers import Case, cases, law
from tests.patients import NO_RED_FLAG
from tests.unit.exchange.patients import GUIDELINE, PATIENT, assessed, sample

Json = dict[str, Any]
REQUESTS = ("ServiceRequest", "RequestGroup", "Task")


def written(assessment: Assessment, lang: str | None = None) -> Json:
    made: Json = json.loads(canonical_json(bundle(assessment, patient=PATIENT, lang=lang)))
    return made


def of_type(made: Json, *kinds: str) -> list[Json]:
    return [one["resource"] for one in made["entry"] if one["resource"]["resourceType"] in kinds]


def issues_of(made: Json, system: str) -> list[Json]:
    return [one for one in of_type(made, "DetectedIssue") if one["code"]["coding"][0]["system"] == system]


def by_reference(made: Json) -> dict[str, Json]:
    return {one["fullUrl"]: one["resource"] for one in made["entry"]}


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        found = value.get("reference")
        if isinstance(found, str):
            yield found
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def parts(value: object) -> Iterator[object]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from parts(one)


@pytest.mark.parametrize("number", sample(60))
def test_every_recommendation_is_an_action_in_its_place_and_nothing_is_an_order(number: int) -> None:
    assessment = assessed(number)
    made = written(assessment)
    everything = by_reference(made)
    groups = of_type(made, "RequestGroup")
    actions = [action for group in groups for action in group["action"]]
    kinds = [action["code"][0]["coding"][0]["code"] for action in actions]
    assert kinds == [one.kind for one in assessment.recommendations]
    behind = [everything[action["resource"]["reference"]]["resourceType"] for action in actions]
    expected = {
        "guideline_conflict": "DetectedIssue",
        "insufficient_information": "DetectedIssue",
        "clinician_judgement": "Task",
    }
    assert behind == [expected.get(one.kind, "ServiceRequest") for one in assessment.recommendations]
    for one in of_type(made, *REQUESTS):
        assert (one["status"], one["intent"]) == ("draft", "proposal")


@pytest.mark.parametrize("number", sample(60))
def test_what_is_asked_is_a_task_and_what_is_open_an_issue_that_names_what_it_waits_for(number: int) -> None:
    assessment = assessed(number)
    made = written(assessment)
    tasks = [one for one in of_type(made, "Task") if one["code"]["coding"][-1]["system"] == "urn:carepath:finding"]
    assert [one["code"]["coding"][-1]["code"] for one in tasks] == [one.finding for one in assessment.next_questions]
    required = of_type(made, "GuidanceResponse")[0].get("dataRequirement", [])
    assert len(required) == len(tasks)
    if assessment.next_questions:
        issues = issues_of(made, "urn:carepath:undetermined")
        evidence = {code["code"] for one in issues for code in finding_codes(one)}
        assert evidence == {name for one in assessment.undetermined for name in one.waits_for}


def finding_codes(issue: Json) -> list[Json]:
    return [evidence["code"][0]["coding"][-1] for evidence in issue.get("evidence", [])]


@pytest.mark.parametrize("number", sample(60))
def test_every_reference_leads_to_the_patient_or_into_the_bundle_and_nothing_is_empty(number: int) -> None:
    made = written(assessed(number))
    known = {*by_reference(made), PATIENT}
    assert set(references(made)) <= known
    assert len(by_reference(made)) == len(made["entry"])
    for entry in made["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
    assert not [one for one in parts(made) if one in ("", [], {}, None)]
    (provenance,) = of_type(made, "Provenance")
    others = [url for url in by_reference(made) if url != f"urn:uuid:{provenance['id']}"]
    assert [one["reference"] for one in provenance["target"]] == others


@law(6)
@given(cases())
def test_for_any_patient_nothing_is_an_order_and_every_recommendation_is_there(case: Case) -> None:
    assessment = case.assess()
    made = written(assessment)
    for one in of_type(made, *REQUESTS):
        assert (one["status"], one["intent"]) == ("draft", "proposal")
    actions = [action for group in of_type(made, "RequestGroup") for action in group["action"]]
    assert [one["prefix"] for one in actions] == [str(n) for n in range(1, len(assessment.recommendations) + 1)]
    assert set(references(made)) <= {*by_reference(made), PATIENT}


def test_every_conflict_is_an_issue_with_all_positions_and_their_owners() -> None:
    found = itertools.islice((one for one in map(assessed, sample(4)) if one.conflicts), 5)
    assessments = list(found)
    assert assessments
    for assessment in assessments:
        details = [one["detail"] for one in issues_of(written(assessment), "urn:carepath:kind")]
        for conflict in assessment.conflicts:
            (detail,) = [one for one in details if conflict.text.en in one]
            for position in conflict.positions:
                assert position.owner.en in detail
                assert position.text.en.split("{")[0].strip() in detail


def test_the_same_assessment_gives_the_same_bytes_and_another_one_other_ids() -> None:
    patient: dict[str, object] = {**NO_RED_FLAG, "age_years": 45}
    first, again = (assess(patient, pathway="spine", at="2026-03-02", engine="direct") for _ in range(2))
    later = assess(patient, pathway="spine", at="2026-03-03", engine="direct")
    assert canonical_json(written(first)) == canonical_json(written(again))
    assert not set(by_reference(written(first))) & set(by_reference(written(later)))
    other: Any = bundle(first, patient="Patient/example-2")
    assert not set(by_reference(written(first))) & {str(one["fullUrl"]) for one in other["entry"]}


def test_all_dates_come_from_the_evaluation_date_and_no_module_has_a_clock() -> None:
    made = written(assess(NO_RED_FLAG, pathway="spine", at="2019-07-05", engine="direct"))
    (response,), (provenance,) = of_type(made, "GuidanceResponse"), of_type(made, "Provenance")
    assert made["timestamp"] == provenance["recorded"] == "2019-07-05T00:00:00Z"
    assert response["occurrenceDateTime"] == provenance["occurredDateTime"] == "2019-07-05"
    for path in Path(fhir.__file__).parent.glob("fhir*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not called & {"now", "today", "utcnow", "time", "uuid1", "uuid4", "random", "environ"}, path


def test_texts_are_in_the_language_of_the_assessment_or_the_one_asked_for() -> None:
    assessment = assess(NO_RED_FLAG, pathway="spine", at="2026-03-02", engine="direct", lang="nl")
    dutch, english = written(assessment), written(assessment, "en")
    assert dutch["language"] == "nl"
    assert english["language"] == "en"
    question = GUIDELINE.findings[assessment.next_questions[0].finding].question
    assert question.nl in [one["description"] for one in of_type(dutch, "Task")]
    assert question.en in [one["description"] for one in of_type(english, "Task")]


def test_the_provenance_names_the_edition_the_hash_and_the_assessment() -> None:
    assessment = assessed(0)
    (provenance,) = of_type(written(assessment), "Provenance")
    values = {one["what"]["identifier"]["system"]: one["what"]["identifier"]["value"] for one in provenance["entity"]}
    assert values == {
        "urn:carepath:edition": GUIDELINE.edition,
        "urn:carepath:content-sha256": GUIDELINE.content_hash,
        "urn:carepath:assessment-sha256": assessment.digest(),
    }
    assert provenance["agent"][0]["who"]["identifier"]["value"] == carepath.__version__


def test_a_red_flag_has_the_highest_priority_and_the_proposal_names_whom_to_turn_to() -> None:
    made = written(assess({"age_years": 47, "rf_cauda_equina": True}, pathway="spine", at="2026-03-02"))
    (action, *_) = of_type(made, "RequestGroup")[0]["action"]
    request = by_reference(made)[action["resource"]["reference"]]
    assert action["priority"] == request["priority"] == "stat"
    assert request["category"][0]["coding"][0]["code"] == "red_flag_exit"
    assert "performerType" in request


@pytest.mark.parametrize(
    "findings", [{"rf_cauda_equina": True}, {"rf_malignancy_suspected": True}, {"rf_severe_paresis": True}]
)
def test_the_proposal_and_the_draft_on_a_card_have_the_same_priority(findings: dict[str, object]) -> None:
    assessment = assess(findings, pathway="spine", at="2026-03-02", engine="direct")
    (proposal, *_) = of_type(written(assessment), "ServiceRequest")
    assert GUIDELINE.cards is not None
    (flag, *_) = assessment.recommendations
    assert proposal["priority"] == GUIDELINE.cards.priority(flag.kind, flag.urgency)


def test_an_empty_record_asks_for_data_and_proposes_nothing_to_do() -> None:
    made = written(assess({}, at="2026-03-02", engine="direct"))
    assert of_type(made, "GuidanceResponse")[0]["status"] == "data-required"
    assert not of_type(made, "ServiceRequest")
    assert of_type(made, "Task")


def test_text_of_the_record_is_escaped_in_narratives() -> None:
    said = "<script>alert('x')</script> & \x0b"
    patient: dict[str, object] = {
        **NO_RED_FLAG,
        "age_years": 45,
        "current_node": "SP1",
        "substantial_chance_earlier_steps_fail": True,
        "substantial_chance_reason": said,
        "pain_in_musculoskeletal_system": True,
        "pain_duration_months": 12,
        "wpn_class": 4,
    }
    assessment = assess(patient, pathway="spine", at="2026-03-02", engine="direct")
    made = written(assessment)
    divs = [one["resource"]["text"]["div"] for one in made["entry"] if "text" in one["resource"]]
    assert divs
    assert not [div for div in divs if "<script" in div or "\x0b" in div]
    assert [div for div in divs if "&lt;script&gt;" in div]


@pytest.mark.parametrize("patient", ["", "Jan Jansen", "Patient/a b", "Observation/1", None, "javascript:x"])
def test_what_is_no_reference_to_a_patient_is_refused_and_not_repeated(patient: Any) -> None:  # noqa: ANN401 - what no type allows
    with pytest.raises(ArgumentError) as refused:
        bundle(assessed(0), patient=patient)
    assert refused.value.problems[0].code == "CP082"
    if patient:
        assert patient not in str(refused.value)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="lang"):
        bundle(assessed(0), patient=PATIENT, lang="de")
