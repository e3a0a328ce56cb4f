"""Files that nobody here wrote: each gives an assessment on each date, and every resource is accounted for.

They are no part of the repository: where they are not there the tests are skipped.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

import carepath
from tests.unit.record.test_fhir import SHARED, guideline, needs_shared, real_files, resources_in

pytestmark = needs_shared
DATES = ("2012-01-01", "2020-01-01", "2021-06-25", "2023-11-01", "2026-03-02")
#: As of each date: the scores that count, and those that are shown as too old.
COURSE = {
    "2021-02-01": ({}, set()),
    "2021-03-20": ({"peg_score": 8, "phq9_total": 18, "start_back_total": 5}, set()),
    "2021-06-20": ({"peg_score": 8, "phq9_total": 18, "start_back_total": 5}, set()),
    "2021-06-21": ({}, {"peg_score", "phq9_total", "start_back_total"}),
    "2022-03-03": ({"peg_score": 7, "phq9_total": 15, "start_back_total": 3}, set()),
    "2023-01-01": ({"phq9_total": 8}, {"peg_score", "start_back_total"}),
    "2023-01-25": ({"peg_score": 5, "phq9_total": 8}, {"start_back_total"}),
    "2023-03-03": ({"peg_score": 5, "phq9_total": 8, "start_back_total": 4}, set()),
    "2023-10-01": ({}, {"peg_score", "phq9_total", "start_back_total"}),
}

Json = dict[str, Any]


@functools.cache
def content(path: Path) -> Json:
    """What a file holds, as one bundle of its outermost resources where it is a request."""
    if path.parent.name == "fhir":
        loaded: Json = json.loads(path.read_text("utf-8"))
        return loaded
    found = resources_in(path.read_text("utf-8"))
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in found]}


@pytest.mark.parametrize("path", [*real_files("fhir"), *real_files("cds-hooks")], ids=lambda path: path.stem)
def test_a_real_file_has_an_answer_on_each_date(path: Path) -> None:
    for at in DATES:
        made = carepath.assess(content(path), pathway="spine", at=at)
        assert made.recommendations
        assert made.next_questions or {one.kind for one in made.recommendations} == {"not_in_scope"}
        record = made.basis.situation.record
        assert record.used or record.unused
        assert {row["reason"] for row in record.unused} <= set(guideline().fhir_reasons)
    assert made.report("en")
    assert made.report("nl")


@pytest.mark.parametrize("path", [*real_files("fhir"), *real_files("cds-hooks")], ids=lambda path: path.stem)
def test_every_resource_of_a_real_file_is_in_the_report(path: Path) -> None:
    record = carepath.assess(content(path), at="2026-03-02", engine="direct").basis.situation.record
    named = {(row["resource"], row["id"]) for row in (*record.used, *record.unused)}
    todo: list[Any] = [content(path)]
    seen = 0
    while todo:
        one = todo.pop()
        one = one.get("resource", one)  # a lone entry
        if one["resourceType"] == "Bundle":
            todo += [entry["resource"] for entry in one["entry"]]
        else:
            seen += 1
            assert {(one["resourceType"], one.get("id", "")), (one["resourceType"], "")} & named
    assert seen


@pytest.mark.parametrize(("at", "expected"), COURSE.items(), ids=COURSE)
def test_the_scores_of_two_and_a_half_years_count_while_they_are_current(
    at: str, expected: tuple[dict[str, int], set[str]]
) -> None:
    made = carepath.assess(content(SHARED / "fhir" / "brenda_jackson.json"), pathway="spine", at=at, engine="direct")
    readings = made.basis.situation.readings
    scores = ("peg_score", "phq9_total", "start_back_total")
    assert {name: readings[name].value for name in scores if readings[name].known} == expected[0]
    assert {name for name in scores if readings[name].reason == "stale"} == expected[1]
    assert {one.kind for one in made.recommendations} == {"insufficient_information"}
    assert made.next_questions[0].safety
    assert readings["age_years"].value == int(at[:4]) - 1961 - (at[5:] < "01-25")
