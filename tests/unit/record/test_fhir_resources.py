"""How resources become facts: by the code table of a site too, on the limits of days and ranges, and for red flags."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import pytest

from carepath.content.guideline import FhirCode, Guideline
from carepath.record.facts import Bounds, Fact
from carepath.record.fhir import read_bundle
from tests.unit.record.test_fhir import AT, LOCAL, PEG, concept, guideline, observation, read, values
from tests.unit.record.test_fhir_scores import ITEM, drug, item, response

if TYPE_CHECKING:
    from carepath.record.facts import Record

Json = dict[str, Any]
SITE = "urn:site"
FLAG = (LOCAL, "rf_cauda_equina")
TOTAL = (LOCAL, "start_back_total")
DISTRESS = (LOCAL, "start_back_distress")
#: A site's own codes of Observations: values where they are true, an item of a list, and an item of an instrument.
SITE_CODES = (
    ("severe-pain", {"finding": "wpn_class", "value": 4}),
    ("on-tca", {"finding": "neuropathic_drugs", "adds": {"class": "TCA"}}),
    ("burning", {"item": "dn4.i1", "answers": {"yes": 1, "no": 0}}),
)


def of_site(name: str, says: Json) -> FhirCode:
    plain: Json = {"finding": None, "value": None, "units": (), "reason": None, "grounds": ()}
    return FhirCode(SITE, name, "made up", "Observation", **(plain | says))


@functools.cache
def with_site_codes() -> Guideline:
    codes = tuple(of_site(name, says) for name, says in SITE_CODES)
    return dataclasses.replace(guideline(), fhir_codes=(*guideline().fhir_codes, *codes))


def read_at_site(*codes: tuple[str, str], **elements: object) -> Record:
    made = {**observation(PEG, **elements), "code": concept(*codes)}
    return read_bundle(made, with_site_codes(), AT)


def left(record: Record) -> list[tuple[object, ...]]:
    """Path, reason and detail of what was left, without the missing Patient."""
    return [(row["path"], row["reason"], row["detail"]) for row in record.unused if row["path"] != "Patient"]


def used(record: Record) -> list[tuple[object, ...]]:
    names = ("path", "finding", "value", "date", "date_from", "transform")
    return [tuple(row[name] for name in names) for row in record.used]


# --- a site's own codes -----------------------------------------------------------------------------------------


def test_a_code_with_a_value_of_its_own_counts_where_the_observation_says_true() -> None:
    record = read_at_site((SITE, "severe-pain"), valueBoolean=True)
    assert used(record) == [
        ("Observation.valueBoolean", "wpn_class", "4", "2023-10-01", "effectiveDateTime", "present")
    ]
    assert record.facts("wpn_class") == (Fact("wpn_class", 4, dt.date(2023, 10, 1), source="Observation/o1"),)


@pytest.mark.parametrize(
    "value", [{"valueBoolean": False}, {"valueBoolean": "true"}, {"valueBoolean": 1}, {"valueInteger": 4}]
)
def test_a_code_with_a_value_of_its_own_says_nothing_where_the_observation_does_not_say_true(value: Json) -> None:
    record = read_at_site((SITE, "severe-pain"), **value)
    assert left(record) == [("Observation", "no_value", "")]
    assert not record.series


def test_a_code_that_adds_an_item_adds_it_though_the_code_of_the_whole_list_stands_beside_it() -> None:
    record = read_at_site(
        (LOCAL, "neuropathic_drugs"), (SITE, "on-tca"), effectiveDateTime=None, issued="2023-10-02T10:00:00Z"
    )
    assert used(record) == [
        ("Observation", "neuropathic_drugs", "[{class='TCA'}]", "2023-10-02", "issued", "adds_item issued_as_date")
    ]
    assert values(record, "neuropathic_drugs") == [(({"class": "TCA"},), "2023-10-02")]


def test_a_component_beside_a_code_that_adds_an_item_is_no_part_of_a_list_and_is_named() -> None:
    part = {"code": concept(("urn:carepath:part", "1.agent")), "valueString": "amitriptyline"}
    record = read_at_site((LOCAL, "neuropathic_drugs"), (SITE, "on-tca"), component=[part])
    assert values(record, "neuropathic_drugs") == [(({"class": "TCA"},), "2023-10-01")]
    assert left(record) == [("Observation.component[0]", "unknown_code", "")]


@pytest.mark.parametrize("own", [(), ((ITEM, "dn4.i1"),)])
@pytest.mark.parametrize(
    ("answer", "number"),
    [({"valueString": "yes"}, 1), ({"valueCodeableConcept": concept(("x", "no"))}, 0), ({"valueInteger": 1}, 1)],
)
def test_an_item_by_a_code_of_the_site_is_read_alone_and_beside_the_code_of_carepath(
    answer: Json, number: int, own: tuple[tuple[str, str], ...]
) -> None:
    record = read_at_site((SITE, "burning"), *own, **answer)
    assert values(record, "dn4_total") == [(Bounds(number, 9 + number), "2023-10-01")]
    assert values(record, "dn4_interview") == [(Bounds(number, 6 + number), "2023-10-01")]
    assert left(record) == []


def test_codes_of_two_items_or_of_an_item_and_a_finding_name_nothing() -> None:
    for own, detail in (((ITEM, "dn4.i2"), "dn4.i1+dn4.i2"), ((LOCAL, "rmdq_total"), "dn4.i1+rmdq_total")):
        record = read_at_site((SITE, "burning"), own, valueInteger=1)
        assert left(record) == [("Observation", "ambiguous_code", detail)]
        assert not record.series


# --- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "later"), [("2023-10-31", []), ("2023-11-01", []), ("2023-11-02", ["later"])])
def test_an_item_of_a_list_counts_up_to_the_evaluation_date(start: str, later: list[str]) -> None:
    record = read(drug("m1", "TCA", "active", start))
    assert [reason for _, reason, _ in left(record)] == later
    assert [row["date"] for row in record.used] == ([] if later else [start])


@pytest.mark.parametrize(("day", "later"), [("2023-11-01", []), ("2023-11-02", ["later"])])
def test_a_value_counts_up_to_the_evaluation_date(day: str, later: list[str]) -> None:
    record = read(observation(PEG, valueInteger=5, effectiveDateTime=day))
    assert [reason for _, reason, _ in left(record)] == later
    assert len(record.used) == 1 - len(later)


@pytest.mark.parametrize(("total", "is_taken"), [(4, True), (3, True), (2, False)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_subscore_is_at_most_its_total_and_what_stands_around_it_is_read(
    total: int, *, is_taken: bool, turned: bool
) -> None:
    resources = [
        observation(PEG, id="o0", valueInteger=5),
        observation(DISTRESS, id="o1", valueInteger=3),
        observation(TOTAL, id="o2", valueInteger=total),
        observation((LOCAL, "rmdq_total"), id="o3", valueInteger=7),
    ]
    record = read(*(resources[::-1] if turned else resources))
    others = {"peg_score", "rmdq_total", "start_back_total"}
    assert set(record.series) == others | ({"start_back_distress"} if is_taken else set())
    row = ("Observation.valueInteger", "out_of_range", "above:start_back_total")
    assert left(record) == ([] if is_taken else [row])


# --- red flags --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "date", "date_from", "transform"),
    [
        ({}, "2023-10-01", "effectiveDateTime", ""),
        ({"status": "preliminary"}, "2023-10-01", "effectiveDateTime", "red_flag_kept:not_final"),
        ({"effectiveDateTime": "2023-10"}, "2023-10-31", "effectiveDateTime", "red_flag_kept:no_date"),
        ({"effectiveDateTime": "2023-11"}, "2023-11-01", "effectiveDateTime", "red_flag_kept:no_date"),
        ({"effectiveDateTime": None}, "2023-11-01", "evaluation_date", "issued_as_date red_flag_kept:no_date"),
        ({"effectiveDateTime": "soon"}, "2023-11-01", "evaluation_date", "red_flag_kept:no_date"),
        (
            {"effectiveDateTime": "2023", "status": "registered"},
            "2023-11-01",
            "effectiveDateTime",
            "red_flag_kept:not_final red_flag_kept:no_date",
        ),
    ],
)
def test_a_red_flag_that_is_kept_has_a_day_and_the_row_says_why_it_was_kept(
    elements: Json, date: str, date_from: str, transform: str
) -> None:
    record = read(observation(FLAG, valueBoolean=True, **elements))
    assert used(record) == [("Observation.valueBoolean", "rf_cauda_equina", "true", date, date_from, transform)]
    undated = date_from == "evaluation_date"
    fact = Fact(
        "rf_cauda_equina", value=True, date=dt.date.fromisoformat(date), source="Observation/o1", undated=undated
    )
    assert record.facts("rf_cauda_equina") == (fact,)
    assert left(record) == []


@pytest.mark.parametrize(("written", "last"), [("2024", "2024-12-31"), ("2023-12", "2023-12-31")])
def test_a_red_flag_of_a_year_or_month_to_come_is_one_of_its_last_day(written: str, last: str) -> None:
    record = read(observation(FLAG, valueBoolean=True, effectiveDateTime=written))
    assert values(record, "rf_cauda_equina") == [(True, last)]
    assert left(record) == [("Observation.valueBoolean", "later", "")]


@pytest.mark.parametrize(
    ("elements", "reason", "detail"),
    [
        ({"status": "preliminary"}, "not_final", "status:preliminary"),
        ({"effectiveDateTime": "2023"}, "no_date", "effectiveDateTime:year"),
    ],
)
def test_a_red_flag_that_is_not_there_is_not_kept(elements: Json, reason: str, detail: str) -> None:
    record = read(observation(FLAG, valueBoolean=False, **elements))
    assert left(record) == [("Observation", reason, detail)]
    assert not record.series


def test_an_answer_to_an_item_is_never_undated() -> None:
    (fact,) = read(response(item("e1", valueBoolean=True))).facts("dn4_total")
    assert fact == Fact("dn4_total", Bounds(1, 10), dt.date(2023, 10, 5), "partial", "QuestionnaireResponse/q1")
