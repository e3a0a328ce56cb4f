"""What is known in part: read, shown on a date, and what it settles."""

from __future__ import annotations

import pytest

from carepath.content.guideline import Finding
from carepath.errors import RecordError
from carepath.language.evaluate import Scope
from carepath.language.parse import parse_node
from carepath.language.symbols import ValueType
from carepath.record.canonical import canonical_record
from carepath.record.derived import Situation, settle
from carepath.record.facts import PARTIAL, Bounds
from carepath.record.read import read_record
from carepath.record.snapshot import CONTRADICTORY, REFUSED, STALE, take_snapshot
from carepath.yaml_reader import read_text
from tests.unit.record.builders import AT, FINDINGS, PARAMETERS, days_ago, finding, reading, record, settled

MORE: dict[str, Finding] = {
    **FINDINGS,
    "dn4": finding("dn4", ValueType("int", minimum=0, maximum=10, partial=True)),
    "rf_count": finding("rf_count", ValueType("int", minimum=0), red_flag=True, currency="red_flag_days"),
}
NUMBERS: dict[str, int | float] = {**PARAMETERS, "four": 4, "seven": 7}
SCOPE = Scope({}, {name: one.type for name, one in MORE.items()}, NUMBERS)


def bounds(low: float | None = None, high: float | None = None, days: int = 0, **parts: object) -> dict[str, object]:
    ends = {"at_least": low, "at_most": high}
    return {"value": {end: one for end, one in ends.items() if one is not None}, "date": days_ago(days), **parts}


def some(*items: object, days: int = 0) -> dict[str, object]:
    return {"value": list(items), "status": "partial", "date": days_ago(days)}


def truth(text: str, value: object) -> str:
    made = read_record({"dn4": value}, MORE, AT)
    situation = Situation(made, take_snapshot(made, MORE, NUMBERS, AT), MORE, AT)
    return settle(parse_node(read_text(text)), situation, SCOPE).value


# --- read -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (bounds(4, 10), Bounds(4, 10)),
        (bounds(4), Bounds(4, 10)),
        (bounds(None, 6), Bounds(0, 6)),
        (bounds(4, 6, status="partial"), Bounds(4, 6)),
        (bounds(4.0, 6), Bounds(4, 6)),
    ],
)
def test_bounds_are_read_and_an_end_that_is_not_given_is_that_of_the_range(given: object, expected: Bounds) -> None:
    (fact,) = read_record({"dn4": given}, MORE, AT).facts("dn4")
    assert (fact.value, fact.status) == (expected, PARTIAL)


def test_bounds_that_meet_are_a_value() -> None:
    (fact,) = read_record({"dn4": bounds(4, 4)}, MORE, AT).facts("dn4")
    assert (fact.value, fact.status) == (4, "known")


@pytest.mark.parametrize(
    ("name", "given", "code", "words"),
    [
        ("dn4", bounds(7, 4), "CP062", "at_least 7 is above at_most 4"),
        ("dn4", bounds(4, 11), "CP062", "out of the range 0..10"),
        ("dn4", {"value": {}}, "CP061", "no bounds"),
        ("dn4", {"value": {"at_least": 4, "about": 5}}, "CP061", "no bounds"),
        ("dn4", {"value": {"at_least": True}}, "CP061", "is no number"),
        ("dn4", {"value": 4, "status": "partial"}, "CP061", "no bounds"),
        ("dn4", {"status": "partial"}, "CP064", "a partial value is missing"),
        ("months", bounds(4), "CP061", "a range without an end"),
        ("fear", {"value": "high", "status": "partial"}, "CP064", "only a number or a list"),
        ("agrees", {"value": True, "status": "partial"}, "CP064", "only a number or a list"),
        ("places", {"value": "knee", "status": "partial"}, "CP061", "is a list"),
    ],
)
def test_what_cannot_be_known_so_is_refused(name: str, given: object, code: str, words: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_record({name: given}, MORE, AT)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message
    assert problem.advice


def test_a_subscore_in_part_above_its_total_is_refused() -> None:
    with pytest.raises(RecordError) as caught:
        read_record({"start_total": bounds(0, 2), "start_distress": bounds(3, 5)}, MORE, AT)
    assert [problem.code for problem in caught.value.problems] == ["CP067"]
    read_record({"start_total": bounds(0, 3), "start_distress": bounds(3, 5)}, MORE, AT)


def test_of_a_count_of_red_flags_what_is_certain_counts() -> None:
    (fact,) = read_record({"rf_count": bounds(2, 5)}, MORE, AT).facts("rf_count")
    assert (fact.value, fact.status) == (2, "known")
    (fact,) = read_record({"rf_count": bounds(2)}, MORE, AT).facts("rf_count")
    assert (fact.value, fact.status) == (2, "known")
    (fact,) = read_record({"rf_count": bounds(0, 5)}, MORE, AT).facts("rf_count")
    assert (fact.value, fact.status) == (None, "unknown")


def test_what_is_known_in_part_reads_back_from_the_canonical_record() -> None:
    patient = {"dn4": [bounds(4, 10, 9, source="form"), bounds(5, 7)], "places": some("knee", "back")}
    made = read_record(patient, MORE, AT)
    assert read_record(canonical_record(made), MORE, AT) == made


# --- on a date --------------------------------------------------------------------------------------------------


def test_a_number_known_in_part_is_unknown_with_its_bounds_beside() -> None:
    found = reading("start_total", bounds(4, 9))
    assert (found.known, found.value, found.reason, found.part) == (False, None, PARTIAL, Bounds(4, 9))


def test_bounds_of_one_day_are_taken_together_and_those_that_exclude_each_other_contradict() -> None:
    assert reading("start_total", [bounds(2, 6), bounds(4, 9)]).part == Bounds(4, 6)
    assert reading("start_total", [bounds(2, 3), bounds(4, 9)]).reason == CONTRADICTORY


def test_a_value_of_the_day_counts_when_it_lies_within_the_bounds() -> None:
    day = {"value": 5, "date": days_ago(0)}
    assert reading("start_total", [bounds(4, 9), day]).value == 5
    assert reading("start_total", [bounds(6, 9), day]).reason == CONTRADICTORY


def test_the_newest_counts_whether_it_is_known_whole_or_in_part() -> None:
    older, newer = {"value": 5, "date": days_ago(3)}, {"value": 5, "date": days_ago(0)}
    assert reading("start_total", [older, bounds(4, 9)]).part == Bounds(4, 9)
    assert reading("start_total", [newer, bounds(6, 9, 3)]).value == 5


def test_bounds_become_stale_and_count_beside_a_refusal_of_their_day() -> None:
    assert reading("rmdq_total", bounds(4, 9, 93)).reason == STALE
    assert reading("rmdq_total", [bounds(4, 9), {"status": "refused", "date": days_ago(0)}]).part == Bounds(4, 9)
    later = {"status": "refused", "date": days_ago(0)}
    assert reading("rmdq_total", [bounds(4, 9, 3), later]).reason == REFUSED


# --- what it settles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("dn4 >= four", 4, 10, "true"),
        ("dn4 >= four", 3, 9, "unknown"),
        ("dn4 >= four", 0, 3, "false"),
        ("dn4 > four", 4, 10, "unknown"),
        ("dn4 > four", 5, 10, "true"),
        ("dn4 < four", 4, 10, "false"),
        ("dn4 <= four", 0, 4, "true"),
        ("dn4 == four", 5, 10, "false"),
        ("dn4 == four", 4, 5, "unknown"),
        ("dn4 == four", 3, 5, "unknown"),
        ("dn4 != four", 5, 10, "true"),
        ("dn4 != four", 3, 5, "unknown"),
        ("dn4 in [four, seven]", 5, 6, "false"),
        ("dn4 in [four, seven]", 5, 7, "unknown"),
    ],
)
def test_a_comparison_is_settled_when_every_number_within_the_bounds_agrees(
    text: str, low: int, high: int, expected: str
) -> None:
    assert truth(text, bounds(low, high)) == expected


def test_a_number_that_is_known_is_left_to_the_engines() -> None:
    assert truth("dn4 >= four", 5) == "unknown"


def test_a_value_known_in_part_is_not_known() -> None:
    assert settled("start_total is known", {"start_total": bounds(4, 9)}).value == "unknown"


def test_a_trend_waits_for_the_whole_of_its_newest_and_of_its_first_value() -> None:
    text = "improvement of rmdq_total since first value >= mic_rmdq"
    assert settled(text, {"rmdq_total": [{"value": 20, "date": days_ago(30)}, bounds(4, 9)]}).value == "unknown"
    now = {"value": 4, "date": days_ago(0)}
    assert (
        settled(text, {"rmdq_total": [bounds(18, 20, 30), {"value": 19, "date": days_ago(9)}, now]}).value == "unknown"
    )
    assert settled(text, {"rmdq_total": [{"value": 19, "date": days_ago(30)}, bounds(18, 20, 9), now]}).value == "true"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some: {of: disciplines, where: value == GP}", "true"),
        ("some: {of: disciplines, where: value == psychologist}", "unknown"),
        ("every: {of: disciplines, where: value == GP}", "unknown"),
        ("every: {of: disciplines, where: value == psychologist}", "false"),
        ("count: {of: disciplines, is: '>= two'}", "unknown"),
        ("count: {of: disciplines, is: '< two'}", "unknown"),
        ("count: {of: disciplines, is: '>= half'}", "true"),
        ("count: {of: disciplines, where: value == GP, is: '< half'}", "false"),
    ],
)
def test_a_list_known_in_part_may_hold_others(text: str, expected: str) -> None:
    assert settled(text, {"disciplines": some("GP")}).value == expected


def test_the_items_of_several_parts_of_one_day_stand_together() -> None:
    found = reading("disciplines", [some("GP"), some("psychologist")])
    assert found.part == ({"value": "GP"}, {"value": "psychologist"})
    assert reading("disciplines", [some("GP"), {"value": ["GP"], "date": days_ago(0)}]).value == ({"value": "GP"},)
    other = {"value": ["other"], "date": days_ago(0)}
    assert reading("disciplines", [some("GP"), other]).reason == CONTRADICTORY


def test_no_item_at_all_says_nothing() -> None:
    assert record({"disciplines": some()}).facts("disciplines")[0].status == "unknown"
