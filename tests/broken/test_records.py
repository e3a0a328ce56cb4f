"""Broken records: each file under ``records/`` holds a patient with one defect and what must be told about it.

``numbers:`` gives values that YAML cannot write (nan, inf), ``repeat:`` makes a text longer than a file should be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from carepath.content.load import load_guideline
from carepath.errors import RecordError
from carepath.record.facts import Fact
from carepath.record.read import read_record
from carepath.yaml_reader import read_file, to_python

HERE = Path(__file__).resolve().parent
FINDINGS = load_guideline(HERE / "base").findings
FILES = sorted((HERE / "records").glob("*.yaml"))
AT = dt.date(2026, 3, 2)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_record_with_a_defect_is_refused_with_what_to_do(path: Path) -> None:
    case: Any = to_python(read_file(path))
    patient: Any = case["patient"]
    for name, text in case.get("numbers", {}).items():
        patient[name] = float(text)
    for name, times in case.get("repeat", {}).items():
        patient[name] *= times
    with pytest.raises(RecordError) as caught:
        read_record(patient, FINDINGS, AT)
    (problem,) = caught.value.problems
    assert problem.code == case["code"]
    assert case["message"] in problem.message
    assert case.get("advice", "") in problem.advice
    assert list(caught.value.red_flags) == case.get("red_flags", [])
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_a_record_without_a_defect_is_read() -> None:
    patient = {"age_years": 47, "fear": "high", "rmdq_total": [{"value": 9, "date": "2026-03-01"}], "drugs": []}
    assert set(read_record(patient, FINDINGS, AT).series) == set(patient)


@pytest.mark.parametrize(("series", "values"), [(10, 1_000), (1_000, 10)])
def test_of_values_beyond_a_limit_no_more_is_kept_than_names_the_red_flag(
    series: int, values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carepath.record.read.MAX_SERIES", series)
    monkeypatch.setattr("carepath.record.read.MAX_VALUES", values)
    kept: list[Fact] = []
    monkeypatch.setattr("carepath.record.read.RecordBuilder.add", lambda _, fact: kept.append(fact))
    with pytest.raises(RecordError) as caught:
        read_record({"rf_paresis": [False, *[True] * 50], "age_years": [47] * 50}, FINDINGS, AT)
    assert {problem.code for problem in caught.value.problems} == {"CP066"}
    assert [(fact.finding, fact.value) for fact in kept] == [("rf_paresis", True)]


@pytest.mark.parametrize(
    "lists",
    [
        lambda count: {"drugs": [{}] * (count - 1)},
        lambda count: {"drugs": [{"value": [{}] * 4}, {"value": [{}] * (count - 8)}], "age_years": [47, None]},
    ],
    ids=["one", "several"],
)
def test_the_items_of_a_list_count_as_values(
    lists: Callable[[int], Mapping[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carepath.record.read.MAX_VALUES", 20)
    assert read_record(lists(20), FINDINGS, AT)
    with pytest.raises(RecordError, match="CP066 more than 20 values in one record"):
        read_record(lists(21), FINDINGS, AT)
