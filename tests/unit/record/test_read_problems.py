"""The whole of each problem of a record: its code, its words, its place and what to do."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.errors import MAX_PROBLEMS, Place, Problem, RecordError
from carepath.language.symbols import ValueType
from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, FactValue
from carepath.record.read import MAX_INTEGER, Path, Unreadable, read_date, read_part, read_record, read_value, settled
from tests.unit.record.builders import AT, FINDINGS, finding

COUNT = ValueType("int", minimum=0)
FLAGS = finding("flags", COUNT, red_flag=True)


def problems(patient: dict[str, object]) -> list[Problem]:
    with pytest.raises(RecordError) as caught:
        read_record(patient, FINDINGS, AT)
    return list(caught.value.problems)


# --- the words --------------------------------------------------------------------------------------------------


EITHER = "give either a value or a status other than known and partial"
RANGE = "correct it; nothing is cut off"
WRONG: list[tuple[str, object, str, str, str]] = [
    # finding, what was given, code, message, advice
    ("age_years", 121, "CP062", "121 is out of the range 0..120", RANGE),
    ("age_years", -1, "CP062", "-1 is out of the range 0..120", RANGE),
    ("months", -0.5, "CP062", "-0.5 is out of the range 0..", RANGE),
    ("months", MAX_INTEGER + 1, "CP062", "the number is beyond any range", "correct it"),
    ("months", -MAX_INTEGER - 1, "CP062", "the number is beyond any range", "correct it"),
    ("months", float("nan"), "CP065", "nan is not finite", "leave it out, or give a status"),
    ("age_years", 2.5, "CP061", "2.5 is no whole number", "write a whole number"),
    ("age_years", True, "CP061", "True is no number", "write a number without quotes"),
    ("age_years", "47", "CP061", "'47' is no number", "write a number without quotes"),
    ("agrees", "yes", "CP061", "'yes' is neither true nor false", "write true or false"),
    ("remark", 7, "CP061", "7 is no text", "put it in quotes"),
    ("remark", 7.5, "CP061", "7.5 is no text", "put it in quotes"),
    ("remark", dt.date(2025, 6, 1), "CP061", "datetime.date(2025, 6, 1) is no text", ""),
    ("remark", "", "CP061", "the text is empty", "leave the finding out when it is unknown"),
    ("remark", "\ud800", "CP061", "the text holds half a character (a lone surrogate)", "correct the text"),
    ("remark", "x" * 4001, "CP066", "a text of 4001 characters; the limit is 4000", "shorten it"),
    ("fear", "hihg", "CP061", "'hihg' is no value of it", "did you mean 'high'?"),
    ("end_date", "soon", "CP063", "'soon' is no date", "write YYYY-MM-DD"),
    ("places", "knee", "CP061", "places is a list, not str", "write [..]"),
    ("places", ["x"] * 1001, "CP066", "more than 1000 items", "leave old items out"),
    (
        "tried",
        ["GP"],
        "CP061",
        "an item is a mapping of discipline, weeks, response, tolerated",
        "write {part: value}",
    ),
    ("tried", [{"weks": 6}], "CP068", "unknown part 'weks' of an item", "did you mean 'weeks'?"),
    ("fear", {"status": "knwon"}, "CP064", "unknown status 'knwon'", "did you mean 'known'?"),
    ("fear", {"status": "known"}, "CP064", "a known value is missing", EITHER),
    ("rmdq_total", {"status": "partial"}, "CP064", "a partial value is missing", EITHER),
    ("fear", {"value": "high", "status": "refused"}, "CP064", "a value stands beside status refused", EITHER),
    ("fear", {"value": "high", "source": 7}, "CP061", "source must be text", "put it in quotes"),
    ("fear", {"value": "high", "version": 7}, "CP061", "version must be text", "put it in quotes"),
    (
        "fear",
        {"value": "high", "status": "partial"},
        "CP064",
        "only a number or a list can be known in part",
        "give the value, or another status",
    ),
    (
        "rmdq_total",
        {"value": {"about": 3}},
        "CP061",
        "rmdq_total: no bounds",
        "write {at_least: 1, at_most: 2}, or one of the two",
    ),
    (
        "months",
        {"value": {"at_least": 3}},
        "CP061",
        "months has a range without an end",
        "write both at_least and at_most",
    ),
    ("rmdq_total", {"value": {"at_least": 7, "at_most": 4}}, "CP062", "at_least 7 is above at_most 4", "swap them"),
]


@pytest.mark.parametrize(("name", "given", "code", "message", "advice"), WRONG, ids=range(len(WRONG)))
def test_a_value_that_cannot_be_read_says_what_is_wrong_and_what_to_do(
    name: str, given: object, code: str, message: str, advice: str
) -> None:
    assert problems({name: given}) == [Problem(code, f"{name}: {message}", None, advice)]


def test_a_name_that_is_no_finding_a_part_that_is_none_and_a_patient_that_is_none_say_so() -> None:
    assert problems({"age_yaers": 1, "fear": {"valeu": "high"}}) == [
        Problem("CP060", "there is no finding 'age_yaers'", None, "did you mean 'age_years'?"),
        Problem("CP068", "fear: unknown part 'valeu' (at fear.valeu)", None, "did you mean 'value'?"),
    ]
    with pytest.raises(RecordError) as caught:
        read_record([1], FINDINGS, AT)  # type: ignore[arg-type]  # what a caller may do
    assert list(caught.value.problems) == [
        Problem("CP069", "a patient is a mapping, not list", None, "give finding: value")
    ]


@pytest.mark.parametrize(
    "patient",
    [
        {"start_total": 3, "start_distress": 4},
        {"start_total": [3, 2, 3], "start_distress": [1, 4]},
        {"start_total": {"value": {"at_most": 3}}, "start_distress": {"value": {"at_least": 4}}},
    ],
)
def test_a_part_above_its_whole_is_named_with_both_numbers(patient: dict[str, object]) -> None:
    message = "start_distress is 4, above start_total of that day (3)"
    assert problems(patient) == [Problem("CP067", message, None, "correct one of the two")]


# --- the limits -------------------------------------------------------------------------------------------------


def test_a_number_a_text_and_a_list_at_their_limits_are_read() -> None:
    patient = {"months": MAX_INTEGER, "remark": "x" * 4000, "places": ["x"] * 1000, "age_years": [0, 120]}
    assert len(read_record(patient, FINDINGS, AT).series) == 4


def test_above_so_many_names_only_findings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.record.read.MAX_NAMES", 3)
    assert [one.code for one in problems({"a": 1, "b": 1, "agrees": 7})] == ["CP060", "CP060", "CP061"]
    message = "4 findings are named, of which the guideline has 1; the limit is 3"
    assert problems({"a": 1, "b": 1, 7: 1, "agrees": 7}) == [  # type: ignore[dict-item]  # what a caller may do
        Problem("CP066", message, None, "leave out what is no finding"),
        Problem("CP061", "agrees: 7 is neither true nor false", None, "write true or false"),
    ]


def test_above_so_many_values_nothing_but_red_flags_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.record.read.MAX_SERIES", 3)
    assert len(read_record({"months": [1, 2, 3]}, FINDINGS, AT).facts("months")) == 3
    assert problems({"months": [-1, -2, -3, -4]}) == [
        Problem("CP066", "months: more than 3 values", None, "leave old values out")
    ]
    assert [one.message for one in problems({"rf_paresis": [False, False, False, 7]})] == [
        "rf_paresis: more than 3 values",
        "rf_paresis: 7 is neither true nor false (at rf_paresis.3)",
    ]
    monkeypatch.setattr("carepath.record.read.MAX_VALUES", 4)
    assert len(read_record({"months": [1, 2, 3], "agrees": True}, FINDINGS, AT).series) == 2
    too_many = Problem("CP066", "more than 4 values in one record", None, "leave old values out")
    assert problems({"months": [1, 2, 3], "agrees": True, "fear": 7, "remark": [7, 8]}) == [too_many]
    assert problems({"months": [1, 2, 3], "remark": [7, 8]}) == [too_many]
    assert problems({"months": [1, 2, 3], "agrees": True, "rf_paresis": 7, "rf_fracture": [True]}) == [
        too_many,
        Problem("CP061", "rf_paresis: 7 is neither true nor false", None, "write true or false"),
    ]


def test_a_part_that_may_itself_be_called_unknown_is_kept() -> None:
    answer = ValueType("enum", values=("yes", "unknown"))
    asked = finding("asked", ValueType("list", parts={"answer": answer, "by": ValueType("text")}))
    record = read_record({"asked": [{"answer": "unknown", "by": "unknown"}, {"by": None}]}, {"asked": asked}, AT)
    assert record.facts("asked")[0].value == ({"answer": "unknown"}, {})


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


# --- facts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("high", [Fact("fear", "high", AT, undated=True)]),
        ({"value": "high"}, [Fact("fear", "high", AT, undated=True)]),
        ({"value": "high", "date": AT}, [Fact("fear", "high", AT)]),
        ({"value": "high", "date": None, "source": None}, [Fact("fear", "high", AT, undated=True)]),
        ({"value": "high", "source": "GP", "version": "2"}, [Fact("fear", "high", AT, KNOWN, "GP", "2", undated=True)]),
        ({"status": "unknown"}, [Fact("fear", None, AT, "unknown", undated=True)]),
        ({"status": "refused"}, [Fact("fear", None, AT, "refused", undated=True)]),
        ({"date": AT}, [Fact("fear", None, AT, "unknown")]),
        ({"value": None, "date": AT, "source": "GP"}, [Fact("fear", None, AT, "unknown", "GP")]),
        ({"value": None}, []),
        ({"source": "GP"}, []),
        ({}, []),
        (None, []),
        ([None, "high"], [Fact("fear", "high", AT, undated=True)]),
    ],
)
def test_a_fact_keeps_whether_its_date_was_given_and_says_nothing_where_nothing_is_said(
    given: object, expected: list[Fact]
) -> None:
    assert list(read_record({"fear": given}, FINDINGS, AT).facts("fear")) == expected


def test_an_empty_list_that_says_nothing_is_unknown_on_a_day_that_was_not_given() -> None:
    assert list(read_record({"goals": []}, FINDINGS, AT).facts("goals")) == [
        Fact("goals", None, AT, "unknown", undated=True)
    ]


@pytest.mark.parametrize(
    ("low", "high", "value", "shown"),
    [
        (None, 4.0, 5, "..4"),
        (-2.0, None, -3, "-2.."),
        (-2.5, 2.5, 3, "-2.5..2.5"),
        (-1e6, 1e6, -1e7, "-1e+06..1e+06"),
        (-1e6, 1e6, 1e7, "-1e+06..1e+06"),
    ],
)
def test_a_number_out_of_its_range_is_told_the_range(
    low: float | None, high: float | None, value: float, shown: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_value(ValueType("decimal", minimum=low, maximum=high), value, "x")
    assert caught.value.message.endswith(f" is out of the range {shown}")
