"""Lists that grow from resource to resource."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from carepath.record import fhir_lists
from carepath.record.facts import PARTIAL, Fact
from carepath.record.fhir_lists import Addition, Lists, merged
from carepath.record.fhir_report import Origin

DAY_1, DAY_2, DAY_3 = (dt.date(2023, 1, day) for day in (1, 2, 3))


def addition(drug: str, date: dt.date = DAY_1, source: str = "m1", finding: str = "drugs") -> Addition:
    origin = Origin("MedicationStatement", source, "MedicationStatement")
    return Addition(finding, {"agent": drug}, date, origin, "effectivePeriod.start", "adds_item")


def facts(additions: Sequence[Addition]) -> list[Fact]:
    """The facts that the additions come to, which are the same when they come in the other order."""
    both = []
    for ordered in (additions, additions[::-1]):
        lists = Lists()
        for one in ordered:
            lists.add(one)
        both.append(list(lists.facts()))
    assert both[0] == both[1]
    return both[0]


def fact(drugs: str, date: dt.date, source: str = "MedicationStatement/m1", finding: str = "drugs") -> Fact:
    return Fact(finding, tuple({"agent": one} for one in drugs), date, PARTIAL, source)


def test_a_list_grows_from_day_to_day_and_its_items_stand_in_the_order_of_their_text() -> None:
    grown = [addition("c"), addition("a", DAY_2), addition("b", DAY_3)]
    assert facts(grown) == [fact("c", DAY_1), fact("ac", DAY_2), fact("abc", DAY_3)]


def test_what_was_said_before_makes_no_new_list_but_on_the_last_day() -> None:
    same = [addition("a"), addition("a", DAY_2), addition("a", DAY_3)]
    assert facts(same) == [fact("a", DAY_1), fact("a", DAY_3)]


def test_the_source_of_a_day_is_its_one_resource_or_the_bundle() -> None:
    (one,) = facts([addition("a", source="m7"), addition("b", source="m7")])
    assert one == fact("ab", DAY_1, "MedicationStatement/m7")
    (several,) = facts([addition("a", source="m7"), addition("a", source="m8")])
    assert several == fact("a", DAY_1, "Bundle")
    assert [one.source for one in facts([addition("a"), addition("b", DAY_2, "m2")])] == [
        "MedicationStatement/m1",
        "MedicationStatement/m2",
    ]


def test_a_list_holds_as_many_items_as_it_may_the_first_in_the_order_of_day_and_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fhir_lists, "MAX_ITEMS", 3)
    assert facts([addition(one) for one in "bac"]) == [fact("abc", DAY_1)]
    assert facts([addition(one) for one in "dbac"]) == [fact("abc", DAY_1)]
    later = [addition("d"), addition("c"), addition("b", DAY_2), addition("a", DAY_2), addition("e", DAY_3)]
    assert facts(later) == [fact("cd", DAY_1), fact("acd", DAY_2), fact("acd", DAY_3)]


def test_each_finding_has_its_own_list_in_the_order_of_their_names() -> None:
    mixed = [addition("a", finding="tried"), addition("b"), addition("c", finding="tried")]
    assert facts(mixed) == [fact("b", DAY_1), fact("ac", DAY_1, finding="tried")]


def test_several_codes_make_one_item_unless_they_contradict_each_other() -> None:
    assert merged([{"class": "TCA"}, {"agent": "a"}, {"class": "TCA"}]) == {"class": "TCA", "agent": "a"}
    assert merged([{"class": "TCA"}, {"class": "SNRI"}]) is None
    assert merged([]) == {}
