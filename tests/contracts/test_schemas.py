"""What is written holds to the JSON Schemas that ship, and the schemas name everything that is written."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from carepath import Assessment, RecordError, assess
from carepath.errors import CarepathError, ContentError, Place, Problem
from carepath.exchange.schemas import SCHEMAS, json_schema
from carepath.input_file import read_input
from tests.laws.helpers import Case, cases, law
from tests.unit.exchange.patients import GUIDELINE, ROOT, assessed, sample, scenarios

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: nothing is held to the schemas")
#: The examples that are patients: others may stand beside them.
EXAMPLES = [path for path in sorted((ROOT / "examples").glob("*.yaml")) if "\npatient:" in path.read_text("utf-8")]
Json = dict[str, Any]


def closed(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The schema with no key allowed that it does not name: so a new key has to be written down."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


STRICT = {name: jsonschema.Draft202012Validator(closed(json_schema(name))) for name in SCHEMAS}


def check(name: str, value: object) -> None:
    errors = [f"{one.json_path}: {one.message[:200]}" for one in STRICT[name].iter_errors(value)]
    assert not errors, errors[:5]


def check_assessment(assessment: Assessment) -> None:
    made = json.loads(assessment.to_json())
    check("assessment", made)
    check("audit", made["audit"])


# --- the schemas themselves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_its_address_ends_in_its_version(name: str) -> None:
    schema: Json = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(_short(schema))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:carepath:schema:{name}:1.0"


def _short(schema: Json) -> Json:
    """The schema; of the input with few of its findings, for all are made by one function and checking takes long."""
    patient = schema["properties"].get("patient")
    if patient is None:
        return schema
    kinds = {GUIDELINE.findings[name].type.kind: name for name in patient["properties"]}
    few = {name: patient["properties"][name] for name in kinds.values()}
    return {**schema, "properties": {**schema["properties"], "patient": {**patient, "properties": few}}}


def test_what_is_written_names_the_major_version_of_its_schema() -> None:
    made = assessed(0).to_dict()
    audit: Any = made["audit"]
    error = RecordError("a message").to_dict()
    assert [made["schema"], audit["schema"], error["schema"]] == [
        "carepath.assessment/1",
        "carepath.audit/1",
        "carepath.error/1",
    ]
    for name in ("assessment", "audit", "error"):
        schema: Any = json_schema(name)
        assert schema["properties"]["schema"]["const"] == f"carepath.{name}/1"
        assert schema["$id"].rpartition(":")[2].partition(".")[0] == "1"


def test_the_schemas_leave_room_for_keys_of_a_later_minor_version() -> None:
    for name in ("assessment", "audit", "error"):
        assert not [one for one in parts(json_schema(name)) if one.get("additionalProperties") is False]


def parts(schema: object) -> Iterator[Json]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from parts(inner)


# --- what is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", sample(60))
def test_the_assessment_of_a_scenario_holds_to_its_schema(number: int) -> None:
    check_assessment(assessed(number))


@pytest.mark.slow
def test_the_assessments_of_all_scenarios_hold_to_their_schema() -> None:
    for number in range(len(scenarios())):
        check_assessment(assessed(number))


@law(4)
@given(cases())
def test_the_assessment_of_any_patient_holds_to_its_schema(case: Case) -> None:
    check_assessment(case.assess())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_shipped_example_and_its_assessment_hold_to_their_schemas(path: Any) -> None:  # noqa: ANN401 - a path
    for one in read_input(path):
        at = one.at or "2026-03-02"
        shown = json.loads(json.dumps({"at": at, "pathway": one.pathway, "patient": one.patient}, default=str))
        check("input", shown)
        check_assessment(assess(one.patient, pathway=one.pathway, at=at, guideline=GUIDELINE))


@pytest.mark.parametrize("number", sample(60))
def test_the_patient_of_a_scenario_holds_to_the_schema_of_the_input(number: int) -> None:
    one = scenarios()[number]
    shown = {"at": one.at, "pathway": one.pathway, "patient": one.patient}
    check("input", json.loads(json.dumps(shown, default=str)))


def test_an_assessment_of_a_fhir_bundle_holds_to_its_schema() -> None:
    bundle: Json = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-01-01"}},
            {"resource": {"resourceType": "Condition", "id": "c", "code": {"text": "low back pain"}}},
        ],
    }
    made = assess(bundle, pathway="spine", at="2026-03-02", guideline=GUIDELINE, engine="direct")
    assert "record" in made.to_dict()
    check_assessment(made)


def test_an_error_holds_to_its_schema_and_repeats_no_line_of_a_file() -> None:
    for error in (_refused(), ContentError([Problem("CP002", "no", Place("a.yaml", 1, 2), "mend it", "name: Jan")])):
        made = json.loads(json.dumps(error.to_dict()))
        check("error", made)
        assert "name: Jan" not in json.dumps(made)
    assert _refused().to_dict()["red_flags"] == ["rf_cauda_equina"]


def _refused() -> CarepathError:
    with pytest.raises(RecordError) as refused:
        assess({"age_years": 900, "rf_cauda_equina": True}, at="2026-03-02")
    return refused.value


def test_the_check_finds_a_key_that_is_missing_of_another_type_or_not_named() -> None:
    right = json.loads(assess({"rf_cauda_equina": True}, pathway="spine", at="2026-03-02").to_json())
    changes: list[Json] = [
        {"at": "today"},
        {"recommendations": {}},
        {"new_key": 1},
        {"schema": "carepath.assessment/2"},
    ]
    for change in changes:
        with pytest.raises(AssertionError):
            check("assessment", {**copy.deepcopy(right), **change})
    for key in right:
        with pytest.raises(AssertionError):
            check("assessment", {name: value for name, value in right.items() if name != key})


# --- how to come by them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_command_prints_the_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from carepath.cli import main  # noqa: PLC0415 - beside what it prints

    assert main(["schema", name]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema(name)


def test_an_unknown_schema_is_refused_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    from carepath.cli import main  # noqa: PLC0415 - likewise

    with pytest.raises(CarepathError, match="assessment"):
        json_schema("assesment")
    assert main(["schema", "assesment"]) == 2
    assert "did you mean 'assessment'?" in capsys.readouterr().err


def test_the_schemas_need_no_extra() -> None:
    code = (
        "import sys; from carepath.exchange.schemas import json_schema; json_schema('audit');"
        "print('jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
