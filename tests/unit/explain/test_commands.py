from __future__ import annotations

import json
from pathlib import Path

import pytest

from carepath.cli import main

PATIENT = """\
pathway: spine
at: 2026-03-02
patient: {age_years: 47, rf_cauda_equina: true, imaging_requested: true}
"""
SCENARIOS = """\
- scenario: numbness leaves the pathway at once
  pathway: spine
  at: 2026-03-02
  patient: {rf_cauda_equina: true}
  expect: {must: [{kind: red_flag_exit}]}
- scenario: nothing is known
  pathway: spine
  at: 2026-03-02
  patient: {age_years: 50}
  expect: {must_not: [{kind: escalate}]}
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def patient(tmp_path: Path) -> str:
    path = tmp_path / "patient.yaml"
    path.write_text(PATIENT, encoding="utf-8")
    return str(path)


@pytest.fixture
def scenarios(tmp_path: Path) -> str:
    path = tmp_path / "scenarios.yaml"
    path.write_text(SCENARIOS, encoding="utf-8")
    return str(path)


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_why_prints_the_sentence_and_the_tree(capsys: Capture, patient: str) -> None:
    status, out, err = run(capsys, "why", patient, "red_flag_exit")
    assert (status, err) == (0, "")
    assert "is in the advice" in out
    assert "Rule RF-1" in out


def test_why_not_prints_dutch_when_asked(capsys: Capture, patient: str) -> None:
    status, out, _ = run(capsys, "why-not", patient, "guideline_conflict", "--lang", "nl")
    assert status == 0
    assert "staat niet in het advies" in out


def test_json_is_one_object_for_a_patient(capsys: Capture, patient: str) -> None:
    _, out, _ = run(capsys, "why-not", patient, "mdo", "--json")
    assert json.loads(out)["answer"] == "why_not"


def test_json_is_a_list_for_scenarios_and_a_number_picks_one(capsys: Capture, scenarios: str) -> None:
    _, out, _ = run(capsys, "why", scenarios, "red_flag_exit", "--json")
    assert [one["explanation"]["answer"] for one in json.loads(out)] == ["why", "why_not"]
    _, out, _ = run(capsys, "why", scenarios, "red_flag_exit", "--json", "--scenario", "2")
    assert [one["scenario"] for one in json.loads(out)] == ["nothing is known"]


def test_an_unknown_name_gives_status_2_and_the_nearest_one(capsys: Capture, patient: str) -> None:
    status, out, err = run(capsys, "why", patient, "escalat")
    assert (status, out) == (2, "")
    assert "CP082" in err
    assert "did you mean 'escalate'?" in err
