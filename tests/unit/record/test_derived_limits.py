"""The limits of what derived leaves settle: bounds that lie in a set, counts of lists in part, first days."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from carepath.language.nodes import Change, Count
from carepath.language.parse import parse_node
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.record.derived import Situation, Trend, counter, trend_of
from carepath.record.facts import Fact, Record
from carepath.record.read import read_record
from carepath.record.snapshot import Reading, take_snapshot
from carepath.yaml_reader import read_text
from tests.unit.record.builders import AT, FINDINGS, SCOPE, days_ago, finding, settled, situation

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def bounds(low: float, high: float) -> dict[str, object]:
    return {"value": {"at_least": low, "at_most": high}}


# --- bounds and sets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "low", "high", "expected"),
    [
        ("rmdq_total in [3, 4, 5]", 3, 5, T),
        ("rmdq_total in [3, 4, 5]", 4, 5, T),
        ("rmdq_total in [3, 4, 5]", 2, 5, U),
        ("rmdq_total in [3, 4, 5]", 3, 6, U),
        ("rmdq_total in [3, 5]", 3, 5, U),
        ("rmdq_total in [3, 5]", 3, 4, U),
        ("rmdq_total in [3, 5]", 4, 5, U),
        ("rmdq_total in [3]", 3, 9, U),
        ("rmdq_total in [9]", 3, 9, U),
        ("rmdq_total in [2, 10]", 3, 9, F),
        ("rmdq_total in [two, three]", 2, 3, T),
        ("rmdq_total in [0, 1]", 0, 1, T),
        ("odi_total in [3, 4, 5]", 3, 5, U),
        ("odi_total in [2, 6]", 3, 5, F),
        ("odi_total == 3", 3, 5, U),
        ("odi_total != 3.5", 3, 5, U),
        ("odi_total < 5", 3, 5, U),
        ("odi_total <= 5", 3, 5, T),
        ("odi_total > 3", 3, 5, U),
        ("odi_total >= 3", 3, 5, T),
    ],
)
def test_bounds_settle_only_what_holds_for_every_number_in_them(
    condition: str, low: int, high: int, expected: Truth
) -> None:
    name = condition.split(maxsplit=1)[0]
    assert settled(condition, {name: bounds(low, high)}) is expected


def test_words_have_no_bounds_and_settle_nothing_in_a_set() -> None:
    assert settled("fear in [none, high]", {"fear": "high"}) is U


# --- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["knee"], (1, 1)),
        ({"value": ["knee"], "status": "partial"}, (1, 4)),
        ({"value": ["a", "b", "c", "d", "e"], "status": "partial"}, (5, 5)),
        ({"status": "refused"}, None),
        (None, None),
    ],
)
def test_a_list_in_part_may_hold_as_many_as_one_above_the_threshold(
    given: object, expected: tuple[int, int] | None
) -> None:
    leaf = parse_node(read_text("count: {of: places, is: '>= three'}"))
    assert isinstance(leaf, Count)
    assert counter(leaf, FINDINGS, SCOPE)(situation({"places": given})) == expected


def test_without_a_list_no_count_is_settled() -> None:
    for operator in ("<", "<=", ">", ">=", "==", "!="):
        assert settled(f"count: {{of: places, is: '{operator} three'}}", {}) is U


# --- trends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "since"), [(AT.toordinal() - 1, "step start"), (AT.toordinal(), "first value")])
def test_a_step_of_more_days_than_the_calendar_has_began_on_no_day(days: int, since: str) -> None:
    series = [{"value": 14, "date": days_ago(60)}, {"value": 9, "date": days_ago(1)}]
    trend = trend_of(
        Change("improvement", percent=False, finding="rmdq_total", since="step start"),
        situation({"rmdq_total": series, "days_in_current_step": days}),
    )
    assert trend is not None
    assert (trend.since, trend.baseline.value, trend.newest.value) == (since, 14, 9)


SERIES = [(14, 60), (10, 30), (9, 1)]


@pytest.mark.parametrize(
    ("name", "direction", "since", "more", "expected"),
    [
        ("rmdq_total", "improvement", "first value", {}, (60, "first value", 5, Fraction(500, 14))),
        ("rmdq_total", "worsening", "first value", {}, (60, "first value", -5, Fraction(-500, 14))),
        ("copm", "improvement", "first value", {}, (60, "first value", -5, Fraction(-500, 14))),
        ("copm", "worsening", "first value", {}, (60, "first value", 5, Fraction(500, 14))),
        ("rmdq_total", "improvement", "step start", {}, (60, "first value", 5, Fraction(500, 14))),
        ("rmdq_total", "improvement", "step start", {"days_in_current_step": 30}, (30, "step start", 1, 10)),
        ("rmdq_total", "improvement", "step start", {"last_step_change_date": days_ago(31)}, (30, "step start", 1, 10)),
        (
            "rmdq_total",
            "improvement",
            "last step change",
            {"last_step_change_date": days_ago(30)},
            (30, "last step change", 1, 10),
        ),
        ("rmdq_total", "improvement", "last step change", {"last_step_change_date": days_ago(29)}, None),
        ("rmdq_total", "improvement", "last step change", {}, None),
    ],
)
def test_a_trend_is_the_change_from_the_first_value_since_its_moment(
    name: str, direction: str, since: str, more: dict[str, object], expected: tuple[int, str, int, Fraction] | None
) -> None:
    top = {"rmdq_total": 0, "copm": -5}[name]  # the scale of the one ends at 10
    facts = {days: Fact(name, value + top, AT - dt.timedelta(days=days)) for value, days in SERIES}
    series = [{"value": fact.value, "date": fact.date} for fact in facts.values()]
    found = trend_of(Change(direction, percent=False, finding=name, since=since), situation({name: series, **more}))
    if expected is None:
        assert found is None
        return
    days, moment, change, percent = expected
    if name == "copm":
        percent = Fraction(100 * change, 9)
    assert found == Trend(name, facts[days], facts[1], moment, Fraction(change), Fraction(percent))


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ([{"value": 0}], (Fraction(-9), None)),
        ([{"value": 14, "version": "A"}], None),
        ([{"value": 14}, {"value": 13}], None),
        ([{"value": 14, "source": "A"}, {"value": 14, "source": "B"}], (Fraction(5), Fraction(500, 14))),
        ([{"value": {"at_least": 12, "at_most": 14}}], None),
        ([{"status": "refused"}], None),
    ],
)
def test_a_trend_needs_one_first_value_in_the_version_of_the_newest(
    first: list[dict[str, object]], expected: tuple[Fraction, Fraction | None] | None
) -> None:
    series = [*({**one, "date": days_ago(60)} for one in first), {"value": 9, "date": days_ago(1)}]
    change = Change("improvement", percent=True, finding="rmdq_total", since="first value")
    found = trend_of(change, situation({"rmdq_total": series}))
    assert (None if found is None else (found.change, found.percent)) == expected


@pytest.mark.parametrize(("first", "percent"), [(1, -200), (2, -50), (0, None), (-1, -400), (-5, -160)])
def test_a_percentage_is_of_the_size_of_the_first_value(first: int, percent: int | None) -> None:
    balance = finding("balance", ValueType("int", minimum=-9, maximum=9, is_instrument=True), better="lower")
    series = [{"value": first, "date": days_ago(60)}, {"value": 3, "date": days_ago(1)}]
    record = read_record({"balance": series}, {"balance": balance}, AT)
    given = Situation(record, take_snapshot(record, {"balance": balance}, {}, AT), {"balance": balance}, AT)
    found = trend_of(Change("improvement", percent=True, finding="balance", since="first value"), given)
    assert found is not None
    assert found.change == first - 3
    assert found.percent == percent


# --- situations -------------------------------------------------------------------------------------------------


def test_a_situation_with_other_facts_keeps_all_else_that_is_known_of_the_record() -> None:
    used, unused = ({"path": "a"},), ({"path": "b"},)
    old, new = Fact("rmdq_total", 3, AT), Fact("rmdq_total", 9, AT)
    age = Fact("age_years", 47, AT)
    read = Reading("rmdq_total", 9, None, (new,))
    known = Reading("age_years", 47, None, (age,))
    record = Record({"rmdq_total": (old,), "age_years": (age,)}, used, unused)
    before = Situation(record, {"age_years": known}, FINDINGS, AT)
    after = before.with_facts({"rmdq_total": (new,)}, {"rmdq_total": read})
    assert after == Situation(
        Record({"rmdq_total": (new,), "age_years": (age,)}, used, unused),
        {"age_years": known, "rmdq_total": read},
        FINDINGS,
        AT,
    )
    assert before.record.facts("rmdq_total") == (old,)
