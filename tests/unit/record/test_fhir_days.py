"""Days of FHIR: the whole day that is read, or from where to where it lies, or why there is none."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.record.fhir_days import Day, day, first_day

D = dt.date


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2023-10-01", D(2023, 10, 1)),
        ("0001-01-01", D(1, 1, 1)),
        ("9999-12-31", D(9999, 12, 31)),
        ("2024-02-29", D(2024, 2, 29)),
        ("2023-10-01T23:30", D(2023, 10, 1)),
        ("2023-10-01T23:30:15.123+14:00", D(2023, 10, 1)),
        ("2023-10-01 23:30Z", D(2023, 10, 1)),
        (D(2023, 10, 1), D(2023, 10, 1)),
        (dt.datetime(2023, 10, 1, 23, 59, tzinfo=dt.UTC), D(2023, 10, 1)),
    ],
)
def test_a_whole_day_is_the_day_as_written(value: object, date: dt.date) -> None:
    found = day(value, "issued")
    assert found == Day(date, "issued")
    assert type(found.date) is dt.date


@pytest.mark.parametrize(
    ("value", "problem", "first", "last"),
    [
        ("2023", "born:year", D(2023, 1, 1), D(2023, 12, 31)),
        ("0001", "born:year", D(1, 1, 1), D(1, 12, 31)),
        ("9999", "born:year", D(9999, 1, 1), D(9999, 12, 31)),
        ("2023-01", "born:month", D(2023, 1, 1), D(2023, 1, 31)),
        ("2023-02", "born:month", D(2023, 2, 1), D(2023, 2, 28)),
        ("2024-02", "born:month", D(2024, 2, 1), D(2024, 2, 29)),
        ("2023-04", "born:month", D(2023, 4, 1), D(2023, 4, 30)),
        ("2023-12", "born:month", D(2023, 12, 1), D(2023, 12, 31)),
    ],
)
def test_a_year_or_a_month_has_a_first_and_a_last_day_and_no_day_of_its_own(
    value: str, problem: str, first: dt.date, last: dt.date
) -> None:
    assert day(value, "born") == Day(None, "born", problem, first, last)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "about 1961",
        "2023-02-30",
        "2023-13",
        "2023-00",
        "2023-00-00",
        "0000-01-01",
        "0000",
        "2023-10-00",
        "23-10-01",
        "2023-10-01T",
        "2023-10-01T23",
        "2023-10-01 about noon",
        "2023-10T23:30:00",
        "2023T23:30",
        20231001,
        None,
        ["2023-10-01"],
    ],
)
def test_what_is_no_date_is_unreadable(value: object) -> None:
    assert day(value, "issued") == Day(None, "issued", "issued:unreadable")


def test_the_last_month_that_there_is_has_no_day_either() -> None:
    assert day("9999-12", "issued").date is None


# --- elements ---------------------------------------------------------------------------------------------------

PERIOD = {"start": "2023-01-01", "end": "2023-02-02"}


@pytest.mark.parametrize("elements", [(), ("onsetDateTime",), ("onsetDateTime", "period")])
def test_without_any_of_the_elements_the_day_is_missing(elements: tuple[str, ...]) -> None:
    assert first_day({"issued": "2023-01-01", "period": None}, elements) == Day(None, "", "missing")


def test_the_first_element_that_is_there_gives_the_day_even_when_a_later_one_is_better() -> None:
    content = {"a": None, "b": "2023", "c": "2023-10-01"}
    assert first_day(content, ("a", "b", "c")) == Day(None, "b", "b:year", D(2023, 1, 1), D(2023, 12, 31))
    assert first_day(content, ("a", "c", "b")) == Day(D(2023, 10, 1), "c")


@pytest.mark.parametrize(
    ("period", "of_period", "expected"),
    [
        (PERIOD, "end", Day(D(2023, 2, 2), "period.end")),
        (PERIOD, "start", Day(D(2023, 1, 1), "period.start")),
        ({"start": "2023-01-01"}, "end", Day(D(2023, 1, 1), "period.start")),
        ({"end": "2023-02-02"}, "start", Day(D(2023, 2, 2), "period.end")),
        ({"start": None, "end": "2023-02-02"}, "start", Day(D(2023, 2, 2), "period.end")),
        ({"end": "soon", "start": "2023-01-01"}, "end", Day(None, "period.end", "period.end:unreadable")),
        ({}, "end", Day(None, "period.start", "period.start:unreadable")),
    ],
)
def test_of_a_period_the_day_that_counts_is_taken_or_the_other_where_that_is_not_there(
    period: object, of_period: str, expected: Day
) -> None:
    assert first_day({"period": period}, ("period",), of_period=of_period) == expected


def test_of_a_period_the_end_counts_unless_something_else_is_said() -> None:
    assert first_day({"onsetDateTime": PERIOD}, ("onsetDateTime",)) == Day(D(2023, 2, 2), "onsetDateTime.end")


EVENT = "effectiveTiming.event"
BOUNDS = "effectiveTiming.repeat.boundsPeriod"


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"event": ["2023-01-01", "2023-03-03", "2023-02-02"]}, Day(D(2023, 3, 3), EVENT)),
        ({"event": ("2023-01-01",)}, Day(D(2023, 1, 1), EVENT)),
        ({"event": "2023-01-01"}, Day(D(2023, 1, 1), EVENT)),
        ({"event": ["2023-01-01", "2023"]}, Day(None, EVENT, f"{EVENT}:year", D(2023, 1, 1), D(2023, 12, 31))),
        ({"event": ["2023-01-01", "soon"]}, Day(None, EVENT, f"{EVENT}:unreadable")),
        ({"event": ["2023-01-01"], "repeat": {"boundsPeriod": PERIOD}}, Day(D(2023, 1, 1), EVENT)),
        ({"event": [], "repeat": {"boundsPeriod": PERIOD}}, Day(D(2023, 2, 2), f"{BOUNDS}.end")),
        ({"repeat": {"boundsPeriod": PERIOD}}, Day(D(2023, 2, 2), f"{BOUNDS}.end")),
        ({"repeat": {"boundsPeriod": {"start": "2023-01-01"}}}, Day(D(2023, 1, 1), f"{BOUNDS}.start")),
        ({"repeat": {"boundsPeriod": {}}}, Day(None, "effectiveTiming", "effectiveTiming:none")),
        ({"repeat": {"frequency": 1}}, Day(None, "effectiveTiming", "effectiveTiming:none")),
        ({}, Day(None, "effectiveTiming", "effectiveTiming:none")),
    ],
)
def test_of_a_timing_the_last_moment_counts_or_else_the_end_of_the_period_in_which_it_repeats(
    timing: object, expected: Day
) -> None:
    assert first_day({"effectiveTiming": timing}, ("effectiveTiming",), of_period="start") == expected
