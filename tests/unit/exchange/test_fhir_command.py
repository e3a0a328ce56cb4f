"""``carepath assess FILE --fhir PATIENT``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carepath.cli import main
from tests.unit.exchange.patients import ROOT

EXAMPLE = str(ROOT / "examples" / "low_back_pain_wpn4.yaml")
SCENARIOS = str(ROOT / "tests" / "scenarios" / "entitlement.yaml")


def test_a_file_with_one_patient_gives_one_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", EXAMPLE, "--fhir", "Patient/7", "--engine", "direct", "--lang", "nl"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["resourceType"], made["type"], made["language"]) == ("Bundle", "collection", "nl")
    subjects = {one["resource"]["subject"]["reference"] for one in made["entry"] if "subject" in one["resource"]}
    assert subjects == {"Patient/7"}


def test_a_scenario_file_gives_a_bundle_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", SCENARIOS, "--fhir", "Patient/7", "--engine", "direct"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made) > 1
    assert {tuple(sorted(one)) for one in made} == {("bundle", "scenario")}


def test_what_is_no_reference_is_input_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", EXAMPLE, "--fhir", "Jan", "--engine", "direct"]) == 2
    answer = capsys.readouterr()
    assert not answer.out
    assert "CP082" in answer.err


def test_one_patient_that_cannot_be_assessed_leaves_no_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("at: 2026-03-02\npatient: {age_years: 471}\n", encoding="utf-8")
    assert main(["assess", str(file), "--fhir", "Patient/7"]) == 2
    answer = capsys.readouterr()
    assert not answer.out
    assert "CP062" in answer.err
