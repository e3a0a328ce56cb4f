"""Facts of one day: the order in which they stand, the text of their values, and which of them a reading shows."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.language.symbols import ValueType
from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, FactValue, Record, RecordBuilder, value_text
from carepath.record.read import read_record
from carepath.record.snapshot import (
    CONTRADICTORY,
    LATER,
    NOT_APPLICABLE,
    NOT_RECORDED,
    REFUSED,
    STALE,
    Reading,
    bounds_of,
    missing,
    not_seen,
    take_snapshot,
)
from tests.unit.record.builders import AT, PARAMETERS, days_ago, finding, reading, record


def bounds(low: int, high: int, days: int = 0, **parts: object) -> dict[str, object]:
    return {"value": {"at_least": low, "at_most": high}, "date": days_ago(days), **parts}


def rmdq(value: FactValue, status: str, days: int = 0, version: str | None = None) -> Fact:
    return Fact("rmdq_total", value, AT - dt.timedelta(days=days), status, version=version)


# --- the order of facts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [1, -1])
def test_a_fact_without_a_version_or_a_source_stands_before_one_that_has_it(turn: int) -> None:
    facts = [
        Fact("rmdq_total", 3, AT),
        Fact("rmdq_total", 3, AT, source="A"),
        Fact("rmdq_total", 3, AT, version="A"),
        Fact("rmdq_total", 3, AT, version="A", source="A"),
        Fact("rmdq_total", 3, AT, version="B"),
    ]
    builder = RecordBuilder()
    for fact in [*facts, *facts][::turn]:
        builder.add(fact)
    assert builder.build().facts("rmdq_total") == tuple(facts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((), "[]"),
        (({},), "[{}]"),
        (({"value": "knee"}, {"value": "hip"}), "[{value='knee'}, {value='hip'}]"),
        (({"weeks": 6, "discipline": "GP"},), "[{discipline='GP', weeks=6}]"),
        (dt.date(2025, 6, 1), "2025-06-01"),
        (Bounds(3, 7.5), "3..7.5"),
        (True, "True"),
        ("high", "'high'"),
        (None, "None"),
    ],
)
def test_the_text_of_a_value_is_short_and_names_the_parts_of_items_in_order(value: FactValue | None, text: str) -> None:
    assert value_text(value) == text


# --- what was known in part on one day --------------------------------------------------------------------------


def test_bounds_that_exclude_each_other_or_a_value_are_all_shown() -> None:
    assert reading("rmdq_total", [bounds(2, 4), bounds(6, 8)]) == Reading(
        "rmdq_total", None, CONTRADICTORY, (rmdq(Bounds(2, 4), PARTIAL), rmdq(Bounds(6, 8), PARTIAL))
    )
    assert reading("rmdq_total", [bounds(2, 4), {"value": 5, "date": days_ago(0)}]) == Reading(
        "rmdq_total", None, CONTRADICTORY, (rmdq(5, KNOWN), rmdq(Bounds(2, 4), PARTIAL))
    )


def test_bounds_in_two_versions_say_nothing_together() -> None:
    assert reading("rmdq_total", [bounds(2, 6, version="A"), bounds(4, 8, version="B")]) == Reading(
        "rmdq_total",
        None,
        CONTRADICTORY,
        (rmdq(Bounds(2, 6), PARTIAL, version="A"), rmdq(Bounds(4, 8), PARTIAL, version="B")),
    )
    same = reading("rmdq_total", [bounds(2, 6, version="A"), bounds(4, 8, version="A")])
    assert (same.reason, same.part) == (PARTIAL, Bounds(4, 6))


@pytest.mark.parametrize("days", [92, 93])
def test_bounds_older_than_their_currency_are_stale_and_shown(days: int) -> None:
    fact = rmdq(Bounds(2, 4), PARTIAL, days)
    expected = {
        92: Reading("rmdq_total", None, PARTIAL, (fact,), Bounds(2, 4)),
        93: Reading("rmdq_total", None, STALE, (fact,)),
    }
    assert reading("rmdq_total", bounds(2, 4, days)) == expected[days]


def test_a_value_within_the_bounds_of_its_day_is_known_and_it_is_the_fact_that_counts() -> None:
    given = [bounds(2, 4), {"value": 3, "date": days_ago(0)}]
    assert reading("rmdq_total", given) == Reading("rmdq_total", 3, None, (rmdq(3, KNOWN),))


def test_only_numbers_have_bounds() -> None:
    assert [bounds_of(one) for one in (3, 2.5, Bounds(1, 2))] == [Bounds(3, 3), Bounds(2.5, 2.5), Bounds(1, 2)]
    for value, name in (("high", "str"), ((), "tuple"), (None, "NoneType")):
        with pytest.raises(TypeError, match=f"^{name} has no bounds$"):
            bounds_of(value)


# --- readings as wholes -----------------------------------------------------------------------------------------


PRESENT, GONE = True, False


def flag(value: FactValue | None, days: int, status: str = KNOWN) -> Fact:
    return Fact("rf_paresis", value, AT - dt.timedelta(days=days), status)


def given_flag(value: FactValue, days: int) -> dict[str, object]:
    return {"value": value, "date": days_ago(days)}


def test_a_value_of_the_evaluation_date_counts_beside_one_of_the_day_after() -> None:
    series = [{"value": 3, "date": days_ago(0)}, {"value": 9, "date": days_ago(-1)}]
    assert reading("rmdq_total", series) == Reading("rmdq_total", 3, None, (rmdq(3, KNOWN),))
    assert reading("rmdq_total", series[1]) == Reading("rmdq_total", None, LATER)


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        (["refused"], REFUSED),
        (["not_applicable"], NOT_APPLICABLE),
        (["unknown"], NOT_RECORDED),
        (["not_applicable", "refused", "unknown"], REFUSED),
        (["not_applicable", "unknown"], NOT_APPLICABLE),
    ],
)
def test_a_finding_that_is_only_said_not_to_be_known_shows_who_said_so(statuses: list[str], reason: str) -> None:
    series = [{"status": one, "date": days_ago(1), "source": "GP"} for one in statuses]
    facts = tuple(Fact("rmdq_total", None, AT - dt.timedelta(days=1), one, "GP") for one in statuses)
    found = reading("rmdq_total", series)
    assert found == Reading("rmdq_total", None, reason, facts)
    assert (found.known, found.date, found.source) == (False, AT - dt.timedelta(days=1), "GP")


def test_two_values_of_a_day_contradict_and_a_stale_one_is_shown() -> None:
    series = [{"value": one, "date": days_ago(0)} for one in (3, 4)]
    assert reading("rmdq_total", series) == Reading("rmdq_total", None, CONTRADICTORY, (rmdq(3, KNOWN), rmdq(4, KNOWN)))
    for days, value, reason in ((92, 3, None), (93, None, STALE)):
        given = {"value": 3, "date": days_ago(days)}
        assert reading("rmdq_total", given) == Reading("rmdq_total", value, reason, (rmdq(3, KNOWN, days),))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([given_flag(PRESENT, days=99)], Reading("rf_paresis", PRESENT, None, (flag(PRESENT, 99),))),
        ([given_flag(GONE, days=42)], Reading("rf_paresis", GONE, None, (flag(GONE, 42),))),
        ([given_flag(GONE, days=43)], Reading("rf_paresis", None, STALE, (flag(GONE, 43),))),
        (
            [given_flag(PRESENT, days=3), given_flag(GONE, days=3)],
            Reading("rf_paresis", PRESENT, None, (flag(PRESENT, 3),)),
        ),
        (
            [given_flag(PRESENT, days=0), given_flag(GONE, days=0)],
            Reading("rf_paresis", PRESENT, None, (flag(PRESENT, 0),)),
        ),
        (
            [given_flag(PRESENT, days=3), {"status": "refused", "date": days_ago(2)}],
            Reading("rf_paresis", PRESENT, None, (flag(PRESENT, 3),)),
        ),
        (
            [given_flag(PRESENT, days=3), given_flag(GONE, days=2)],
            Reading("rf_paresis", GONE, None, (flag(GONE, 2),)),
        ),
        (
            [given_flag(GONE, days=3), {"status": "refused", "date": days_ago(2)}],
            Reading("rf_paresis", None, REFUSED, (flag(None, 2, REFUSED),)),
        ),
        (
            [given_flag(GONE, days=0), given_flag(PRESENT, days=-1)],
            Reading("rf_paresis", GONE, None, (flag(GONE, 0),)),
        ),
        ([given_flag(PRESENT, days=-1)], Reading("rf_paresis", None, LATER)),
    ],
)
def test_a_red_flag_that_is_true_yields_only_to_a_later_false(given: list[object], expected: Reading) -> None:
    assert reading("rf_paresis", given) == expected


def test_a_record_keeps_what_a_reader_used_and_what_it_did_not() -> None:
    builder = RecordBuilder()
    builder.add(rmdq(3, KNOWN))
    used, unused = ({"path": "a"},), ({"path": "b"},)
    assert builder.build(used, unused) == Record({"rmdq_total": (rmdq(3, KNOWN),)}, used, unused)
    assert builder.build() == Record({"rmdq_total": (rmdq(3, KNOWN),)}, (), ())


def test_what_is_not_recorded_and_what_is_not_seen_are_named() -> None:
    assert missing("rmdq_total") == Reading("rmdq_total", None, NOT_RECORDED, (), None)
    made = record({"rmdq_total": [{"value": one, "date": days_ago(one)} for one in (0, 1)]})
    assert not_seen(made, AT) == ()
    assert not_seen(made, AT - dt.timedelta(days=1)) == (rmdq(0, KNOWN),)


def test_a_red_flag_in_words_is_read_as_any_other_finding() -> None:
    seen = {"rf_seen": finding("rf_seen", ValueType("enum", values=("no", "yes")), red_flag=True)}
    readings = take_snapshot(read_record({"rf_seen": "yes"}, seen, AT), seen, PARAMETERS, AT)
    assert readings == {"rf_seen": Reading("rf_seen", "yes", None, (Fact("rf_seen", "yes", AT, undated=True),))}
