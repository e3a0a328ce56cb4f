"""From an audit record comes the same assessment, to the byte, or the edition that is missing is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from carepath.cli import main
from tests.unit.exchange.patients import GUIDELINE, ROOT, assessed, sample, scenarios

Capture = pytest.CaptureFixture[str]


def replayed(value: object, folder: Path, capsys: Capture, *options: str) -> tuple[int, str, str]:
    path = folder / "audit.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    status = main(["replay", str(path), *options])
    answer = capsys.readouterr()
    return status, answer.out, answer.err


def check_replay(number: int, folder: Path, capsys: Capture) -> None:
    made = assessed(number, "nl").to_json()
    assert replayed(json.loads(made)["audit"], folder, capsys) == (0, made + "\n", "")


@pytest.mark.parametrize("number", sample(20))
def test_the_audit_record_of_a_scenario_gives_the_same_bytes(number: int, tmp_path: Path, capsys: Capture) -> None:
    check_replay(number, tmp_path, capsys)


@pytest.mark.slow
def test_the_audit_records_of_all_scenarios_give_the_same_bytes(tmp_path: Path, capsys: Capture) -> None:
    for number in range(len(scenarios())):
        check_replay(number, tmp_path, capsys)


def other_edition(folder: Path) -> Path:
    """A copy of the content that names another edition."""
    for name in ("rules", "pathways"):
        shutil.copytree(ROOT / name, folder / name)
    edition = folder / "rules" / "edition.yaml"
    edition.write_text(edition.read_text("utf-8").replace(f'"{GUIDELINE.edition}"', '"9.9-region"'), "utf-8")
    return folder


def test_an_edition_that_is_not_here_is_named_and_given_its_folder_the_bytes_are_the_same(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = str(other_edition(tmp_path / "other"))
    patient = tmp_path / "patient.yaml"
    patient.write_text("at: 2026-03-02\npathway: spine\npatient: {age_years: 45}\n", "utf-8")
    assert main(["assess", str(patient), "--json", "--engine", "direct", "--guideline", folder]) == 0
    made = capsys.readouterr().out
    audit: Any = json.loads(made)["audit"]
    status, _, err = replayed(audit, tmp_path, capsys)
    assert status == 1
    assert f"missing is edition 9.9-region with the hash {audit['content_hash']}" in err
    assert replayed(audit, tmp_path, capsys, "--guideline", folder) == (0, made, "")


def test_what_only_the_missing_edition_knows_gives_no_assessment(tmp_path: Path, capsys: Capture) -> None:
    audit: Any = dict(assessed(0).audit)
    audit |= {"edition": "9.9", "content_hash": "0" * 64, "input": {"added_here": [{"date": "2026-01-01", "value": 1}]}}
    status, out, err = replayed(audit, tmp_path, capsys)
    assert (status, out) == (1, "")
    assert "missing is edition 9.9" in err
    assert "CP060" in err
    audit |= {"edition": GUIDELINE.edition, "content_hash": GUIDELINE.content_hash}
    assert replayed(audit, tmp_path, capsys)[0] == 2
