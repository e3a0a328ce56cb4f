"""The whole of each problem of a record: its code, its words, its place and what to do."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.errors import MAX_PROBLEMS, Place, Problem, RecordError
from carepath.language.symbols import ValueType
from carepath.record.facts import KNOWN, PARTIAL, Bounds, FactValue
from carepath.record.read import MAX_INTEGER, Path, Unreadable, read_date, read_part, read_record, settled
from tests.unit.record.builders import AT, FINDINGS, finding

COUNT = ValueType("int", minimum=0)
FLAGS = finding("flags", COUNT, red_flag=True)


def problems(patient: dict[str, object]) -> list[Problem]:
    with pytest.raises(RecordError) as caught:
        read_record(patient, FINDINGS, AT)
    return list(caught.value.problems)


# --- the words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("end_date", "soon", Problem("CP063", "end_date: 'soon' is no date", None, "write YYYY-MM-DD")),
        (
            "fear",
            {"value": "high", "status": "partial"},
            Problem(
                "CP064",
                "fear: only a number or a list can be known in part",
                None,
                "give the value, or another status",
            ),
        ),
        (
            "rmdq_total",
            {"value": {"about": 3}},
            Problem(
                "CP061",
                "rmdq_total: rmdq_total: no bounds",
                None,
                "write {at_least: 1, at_most: 2}, or one of the two",
            ),
        ),
        (
            "months",
            {"value": {"at_least": 3}},
            Problem("CP061", "months: months has a range without an end", None, "write both at_least and at_most"),
        ),
        (
            "rmdq_total",
            {"value": {"at_least": 7, "at_most": 4}},
            Problem("CP062", "rmdq_total: at_least 7 is above at_most 4", None, "swap them"),
        ),
    ],
)
def test_a_value_that_cannot_be_read_says_what_is_wrong_and_what_to_do(
    name: str, given: object, expected: Problem
) -> None:
    assert problems({name: given}) == [expected]


def test_what_cannot_be_read_alone_carries_its_code_its_words_and_its_advice() -> None:
    with pytest.raises(Unreadable, match=r"^'soon' is no date$") as caught:
        read_date("soon")
    assert (caught.value.code, caught.value.message, caught.value.advice) == (
        "CP063",
        "'soon' is no date",
        "write YYYY-MM-DD",
    )


# --- the places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patient", "message"),
    [
        ({"months": -1}, "months: -1 is out of the range 0.."),
        ({"months": [3, -1]}, "months: -1 is out of the range 0.. (at months.1)"),
        ({"months": {"valeu": 3}}, "months: unknown part 'valeu' (at months.valeu)"),
        ({"months": [{"valeu": 3}]}, "months: unknown part 'valeu' (at months.0.valeu)"),
    ],
)
def test_a_problem_without_a_file_says_where_below_its_finding_it_stands(
    patient: dict[str, object], message: str
) -> None:
    assert [one.message for one in problems(patient)] == [message]


def test_a_problem_of_a_file_is_looked_up_below_patient_and_its_message_names_no_place() -> None:
    asked: list[Path] = []

    def locate(path: Path) -> Place:
        asked.append(path)
        return Place("patient.yaml", len(asked), 1)

    with pytest.raises(RecordError) as caught:
        read_record({"months": [3, -1], "agrees": 7}, FINDINGS, AT, locate=locate)
    assert asked == [("patient", "months", 1), ("patient", "agrees")]
    assert [(one.message, one.place) for one in caught.value.problems] == [
        ("months: -1 is out of the range 0..", Place("patient.yaml", 1, 1)),
        ("agrees: 7 is neither true nor false", Place("patient.yaml", 2, 1)),
    ]


@pytest.mark.parametrize(("wrong", "more"), [(MAX_PROBLEMS, 0), (MAX_PROBLEMS + 1, 1), (MAX_PROBLEMS + 9, 1)])
def test_of_very_many_problems_the_last_one_says_once_that_there_are_more(wrong: int, more: int) -> None:
    last = Problem("CP009", f"more than {MAX_PROBLEMS} problems; the rest is not named", None, "mend these first")
    found = problems({"months": [-1] * wrong})
    assert [one.code for one in found] == ["CP062"] * MAX_PROBLEMS + ["CP009"] * more
    assert found[MAX_PROBLEMS:] == [last] * more


def test_that_there_are_more_problems_stands_at_the_patient_of_the_file() -> None:
    def locate(path: Path) -> Place | None:
        return Place("patient.yaml", 1, 1) if path == ("patient",) else None

    with pytest.raises(RecordError) as caught:
        read_record({"months": [-1] * (MAX_PROBLEMS + 1)}, FINDINGS, AT, locate=locate)
    first, *_, last = caught.value.problems
    assert (first.place, last.place) == (None, Place("patient.yaml", 1, 1))
    assert first.message == "months: -1 is out of the range 0.. (at months.0)"


# --- counts of red flags ----------------------------------------------------------------------------------------


def test_only_of_a_count_of_red_flags_it_need_not_be_said_how_many_at_most() -> None:
    assert read_part(COUNT, {"at_least": 2}, "flags", red_flag=True) == Bounds(2, MAX_INTEGER)
    with pytest.raises(Unreadable, match=r"^flags has a range without an end$"):
        read_part(COUNT, {"at_least": 2}, "flags")


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Bounds(0, 5), (None, "unknown")),
        (Bounds(1, 5), (1, KNOWN)),
        (Bounds(2, 5), (2, KNOWN)),
        (Bounds(0, 0), (0, KNOWN)),
    ],
)
def test_of_a_count_of_red_flags_the_number_that_is_certain_is_recorded(
    bounds: Bounds, expected: tuple[FactValue | None, str]
) -> None:
    assert settled(bounds, PARTIAL, FLAGS) == expected


def test_a_date_may_be_a_day_a_moment_or_a_text() -> None:
    day = dt.date(2025, 6, 1)
    moment = dt.datetime(2025, 6, 1, 23, 59, tzinfo=dt.UTC)
    assert [read_date(one) for one in (day, moment, "2025-06-01")] == [day] * 3
