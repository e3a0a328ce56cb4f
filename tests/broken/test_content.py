"""Broken content: each case breaks the small guideline under ``base/`` in one place and says what is told about it.

A case is a file under ``cases/``::

    file: rules/terms.yaml            # what it changes
    replace: [{find: ..., with: ...}] # each text is found exactly once; or `content:`, `delete: true`, `copy_to: FILE`
    encoding: latin-1                 # saved in another encoding than UTF-8
    at: 2019-12-31                    # the problem shows on this date only, not on loading
    code: CP021                       # the one problem that is found
    message: words of the message
    advice: words of the advice; absent: whatever it is
    in: rules/base.yaml               # where the problem shows, if not in `file`
    line: 7
    column: 11
    also: [{code:, message:}]         # what follows from the same defect
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from carepath.content.load import read_guideline
from carepath.errors import CODES, ContentError, Problem
from carepath.yaml_reader import read_file, to_python

HERE = Path(__file__).resolve().parent
BASE = HERE / "base"
CASES: dict[str, Any] = {path.stem: to_python(read_file(path)) for path in sorted((HERE / "cases").glob("*.yaml"))}
RECORDS: dict[str, Any] = {path.stem: to_python(read_file(path)) for path in sorted((HERE / "records").glob("*.yaml"))}
#: Where the codes are tested that have no case here.
ELSEWHERE = {
    "CP070": "unit/testing",
    "CP071": "unit/testing",
    "CP072": "unit/testing",
    "CP081": "broken/test_calls.py",
    "CP082": "broken/test_calls.py",
    "CP090": "laws/test_law_7_two_evaluations.py",
    "CP091": "unit/inference",
    "CP092": "broken/test_calls.py",
    "CP100": "unit/exchange",
    "CP101": "unit/exchange",
}
KEYS = {
    "file",
    "replace",
    "content",
    "delete",
    "copy_to",
    "encoding",
    "at",
    "code",
    "message",
    "advice",
    "in",
    "line",
    "column",
    "also",
}


def broken(case: Mapping[str, Any], folder: Path) -> Path:
    """A copy of the base with the defect of a case."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    path = folder / case["file"]
    if case.get("delete"):
        path.unlink()
        return folder
    text = case.get("content", path.read_text(encoding="utf-8"))
    for change in case.get("replace", []):
        assert text.count(change["find"]) == 1, change
        text = text.replace(change["find"], change["with"])
    target = folder / case.get("copy_to", case["file"])
    target.write_bytes(text.encode(case.get("encoding", "utf-8")))
    return folder


def problems_of(case: Mapping[str, Any], folder: Path) -> list[Problem]:
    guideline, problems = read_guideline(broken(case, folder))
    if "at" not in case:
        return problems
    assert problems == []
    assert guideline is not None
    with pytest.raises(ContentError) as caught:
        guideline.parameter_values(dt.date.fromisoformat(case["at"]))
    return list(caught.value.problems)


def test_the_base_has_no_problems() -> None:
    guideline, problems = read_guideline(BASE)
    assert problems == []
    assert guideline is not None
    assert guideline.rules
    assert guideline.pathways


@pytest.mark.parametrize("name", CASES)
def test_a_defect_is_named_with_its_code_its_place_and_what_to_do(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = problems_of(case, tmp_path)
    expected = [(case["code"], case["message"]), *((one["code"], one["message"]) for one in case.get("also", []))]
    assert len(found) == len(expected), "\n".join(map(str, found))
    for code, message in expected:
        assert [problem for problem in found if problem.code == code and message in problem.message], found
    (problem,) = (one for one in found if one.code == case["code"] and case["message"] in one.message)
    assert case.get("advice", "") in problem.advice
    assert problem.place is not None
    assert problem.place.file.endswith(case.get("in", case["file"]))
    assert (problem.place.line, problem.place.column) == (case["line"], case["column"])


@pytest.mark.parametrize("name", CASES)
def test_a_case_says_what_it_is_about_and_holds_nothing_else(name: str) -> None:
    text = (HERE / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.splitlines()[0].endswith(".")
    assert set(CASES[name]) <= KEYS


def test_there_are_more_than_a_hundred_cases() -> None:
    assert len(CASES) > 100


def test_every_code_has_a_case_or_is_tested_elsewhere() -> None:
    covered = {case["code"] for case in CASES.values()} | {record["code"] for record in RECORDS.values()}
    assert covered | set(ELSEWHERE) == set(CODES)
    assert not covered & set(ELSEWHERE)
    for code, where in ELSEWHERE.items():
        place = HERE.parent / where
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        assert any(code in file.read_text("utf-8") for file in files), f"{code} is not tested in tests/{where}"
