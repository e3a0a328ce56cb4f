"""Audit records and files of patients with something wrong in them: replayed or assessed, or refused with a code."""

from __future__ import annotations

import functools
import json
import random
from pathlib import Path
from typing import Any

import pytest

import carepath
from carepath.cli import main
from tests.fuzz.mutations import mutated, places

AT = "2026-03-02"
FEW, MANY = 25, 400
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-01-01"}},
        {
            "resource": {
                "resourceType": "Observation",
                "id": "o",
                "status": "final",
                "code": {"coding": [{"system": "urn:carepath:finding", "code": "rf_cauda_equina"}]},
                "effectiveDateTime": "2026-03-01",
                "valueBoolean": True,
            }
        },
    ],
}
PATIENT = {
    "pathway": "spine",
    "at": AT,
    "patient": {
        "age_years": 47,
        "pain_location": ["low back"],
        "rmdq_total": [{"value": 9, "date": "2026-01-01", "version": "24"}, {"value": 5, "date": "2026-03-01"}],
        "rf_cauda_equina": {"status": "refused", "date": "2026-03-01", "source": "GP"},
        "mdo_last_date": "2025-12-31",
        "treatment_goals": [],
    },
}


@functools.cache
def given(kind: str) -> Any:  # noqa: ANN401 - parsed JSON
    if kind == "patient":
        return PATIENT
    return json.loads(carepath.assess(BUNDLE, pathway="spine", at=AT).to_json())


def as_file(value: object, path: Path) -> bool:
    """Writes JSON as a program without scruples does; whether Python can write it at all."""
    try:
        path.write_text(json.dumps(value, default=str), "utf-8")
    except ValueError:  # a number of more digits than Python writes
        return False
    return True


@pytest.mark.parametrize(("kind", "command"), [("audit", "replay"), ("patient", "assess"), ("patient", "report")])
@pytest.mark.parametrize("number", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_mutated_file_is_used_or_refused_with_a_code_and_its_name(
    kind: str, command: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "given.json"
    every = sorted(places(given(kind)), key=repr)
    tried = 0
    for seed in range(number):
        draw = random.Random(f"{kind} {seed}")  # noqa: S311 - the same choices in each run
        if not as_file(mutated(given(kind), every, draw), path):
            continue
        tried += 1
        status = main([command, str(path)])
        said = capsys.readouterr()
        assert status in {0, 1, 2}
        if status == 2:
            assert not said.out
            assert "CP" in said.err
        if status == 1:
            assert said.err.startswith("this is not the same assessment:")
    assert tried > number // 2
