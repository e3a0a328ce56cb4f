"""Facts of one day: the order in which they stand, the text of their values, and which of them a reading shows."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, FactValue, RecordBuilder, value_text
from carepath.record.snapshot import CONTRADICTORY, STALE, Reading, bounds_of
from tests.unit.record.builders import AT, days_ago, reading


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
