"""The JSON Schema of the input: what it accepts is read, and what cannot be read it refuses."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from carepath.content.load import load_guideline
from carepath.language.symbols import ValueType
from carepath.record.canonical import canonical_record
from carepath.record.read import MAX_INTEGER, read_record
from carepath.record.schema import DIALECT, input_schema
from carepath.yaml_reader import read_file, to_python
from tests.unit.record.builders import AT, FINDINGS, days_ago, finding, record
from tests.unit.record.json_schema import is_valid
from tests.unit.record.test_canonical import patients

SCENARIOS = sorted((Path(__file__).resolve().parents[4] / "shared" / "scenarios").glob("*.yaml"))


@functools.cache
def shipped() -> dict[str, Any]:
    """The schema of the shipped guideline."""
    return input_schema(load_guideline())


@functools.cache
def small() -> dict[str, Any]:
    """The schema of the small vocabulary of these tests."""
    return input_schema(replace(load_guideline(), findings=FINDINGS))


def accepts(patient: Mapping[str, object]) -> bool:
    return is_valid({"at": AT.isoformat(), "patient": patient}, small(), small())


def test_the_schema_names_its_dialect_its_edition_and_every_finding() -> None:
    assert shipped()["$schema"] == DIALECT
    assert shipped()["x-guideline"] == {
        "edition": load_guideline().edition,
        "content_hash": load_guideline().content_hash,
    }
    assert list(shipped()["properties"]) == ["pathway", "at", "patient"]
    assert list(shipped()["properties"]["patient"]["properties"]) == list(load_guideline().findings)


def test_the_pathways_are_those_of_the_guideline_or_none() -> None:
    assert shipped()["properties"]["pathway"]["enum"] == [*load_guideline().pathways, None]


def test_the_schema_is_json_and_the_same_each_time() -> None:
    text = json.dumps(shipped(), allow_nan=False)
    assert json.loads(text) == shipped()
    assert json.dumps(input_schema(load_guideline())) == text


def test_a_finding_shows_its_question_its_unit_and_its_range() -> None:
    age = shipped()["properties"]["patient"]["properties"]["age_years"]
    assert age["description"] == load_guideline().findings["age_years"].question.en
    assert age["x-unit"] == "a"
    assert age["anyOf"][0] == {"type": "integer", "minimum": 0, "maximum": 120}


def test_the_date_and_the_patient_are_required_and_nothing_else_is_allowed() -> None:
    assert is_valid({"at": "2026-03-02", "patient": {}}, shipped(), shipped())
    assert is_valid({"at": "2026-03-02", "patient": {}, "pathway": "spine"}, shipped(), shipped())
    assert is_valid({"at": "2026-03-02", "patient": {}, "pathway": None}, shipped(), shipped())
    assert not is_valid({"patient": {}}, shipped(), shipped())
    assert not is_valid({"at": "2026-03-02"}, shipped(), shipped())
    assert not is_valid({"at": "2026-03-02", "patient": {}, "path": "spine"}, shipped(), shipped())
    assert not is_valid({"at": "2026-03-02", "patient": {}, "pathway": "spin"}, shipped(), shipped())
    assert not is_valid({"at": "2 March 2026", "patient": {}}, shipped(), shipped())


def as_json(value: object) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(json.dumps(value, default=dt.date.isoformat))


@settings(deadline=None)
@given(patients)
def test_a_record_that_is_read_is_accepted_by_the_schema(patient: Mapping[str, object]) -> None:
    assert accepts(as_json(patient))


@settings(deadline=None)
@given(patients)
def test_the_canonical_form_of_a_record_is_accepted_by_the_schema(patient: Mapping[str, object]) -> None:
    assert accepts(as_json(canonical_record(record(patient))))


@pytest.mark.skipif(not SCENARIOS, reason="the shared scenarios are not beside the checkout")
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_patients_of_the_shared_scenarios_are_accepted(path: Path) -> None:
    scenarios: Any = to_python(read_file(path))
    for scenario in scenarios:
        given_input = {key: scenario[key] for key in ("pathway", "at", "patient") if key in scenario}
        assert is_valid(given_input, shipped(), shipped())
        assert read_record(scenario["patient"], load_guideline().findings, dt.date.fromisoformat(scenario["at"]))


@pytest.mark.parametrize(
    "patient",
    [
        {"age_year": 4},
        {"age_years": "47"},
        {"age_years": True},
        {"age_years": 47.5},
        {"age_years": -1},
        {"age_years": 121},
        {"agrees": 1},
        {"fear": "hihg"},
        {"remark": ""},
        {"remark": "x" * 4001},
        {"months": 2**53 + 1},
        {"places": "back"},
        {"places": [3]},
        {"places": ["x"] * 1001},
        {"tried": ["GP"]},
        {"tried": [{"disciplin": "GP"}]},
        {"tried": [{"discipline": "dentist"}]},
        {"tried": [{"weeks": -1}]},
        {"end_date": "2026-02-30"},
        {"end_date": "yesterday"},
        {"agrees": {"value": True, "date": "then"}},
        {"agrees": {"status": "refuse"}},
        {"agrees": {"status": "known"}},
        {"agrees": {"value": True, "status": "refused"}},
        {"agrees": {"valu": True}},
        {"agrees": {"value": True, "source": 3}},
        {"rmdq_total": [3, 25]},
        {"places": [{"value": ["back"], "date": days_ago(3)}, ["leg"]]},
    ],
    ids=json.dumps,
)
def test_what_cannot_be_read_is_refused_by_the_schema(patient: Mapping[str, object]) -> None:
    assert not accepts(patient)


@pytest.mark.parametrize(
    "patient",
    [
        {"age_years": None},
        {"age_years": 47.0},
        {"tried": [{"response": "unknown", "weeks": None}]},
        {"places": []},
        {"fear": []},
        {"rmdq_total": [3, {"value": 4, "date": days_ago(3)}, {"status": "refused", "date": days_ago(9)}, None]},
        {"places": [{"value": ["back"], "date": days_ago(3)}, {"status": "refused"}]},
    ],
    ids=json.dumps,
)
def test_the_rarer_forms_are_accepted_and_read(patient: Mapping[str, object]) -> None:
    assert accepts(patient)
    assert set(record(patient).series) <= set(patient)


def test_a_number_without_a_limit_of_its_own_lies_within_the_whole_numbers_that_are_kept_exactly() -> None:
    distance = finding("distance", ValueType("decimal"))
    schema = input_schema(replace(load_guideline(), findings={"distance": distance}))
    plain, fact, _, part, *_ = schema["properties"]["patient"]["properties"]["distance"]["anyOf"]  # type: ignore[index]  # JSON
    number = {"type": "number", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
    assert plain == fact["properties"]["value"] == number
    assert part["properties"]["value"] == {
        "type": "object",
        "description": "at least and at most so much",
        "properties": {"at_least": number, "at_most": number},
        "required": ["at_least", "at_most"],
        "minProperties": 1,
        "additionalProperties": False,
    }
