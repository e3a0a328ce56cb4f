"""The answers to the items of a questionnaire: what each form counts for, and what the report says of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from carepath.content.guideline import FhirCode, Guideline
from carepath.record.facts import Bounds, Record
from carepath.record.fhir import read_bundle
from carepath.record.fhir_elements import Unusable
from carepath.record.fhir_scores import ORDINAL_EXTENSION, Answers, Total
from tests.unit.record.test_fhir import AT, concept, guideline, read
from tests.unit.record.test_fhir_scores import ITEM, item, response, yes

Json = dict[str, Any]
SITE = "urn:site:pcs"
#: The codes of the site's item in the report: its own, and its link id.
CODE = f"{SITE}|q1 |q1"
ANSWERS = {"never": 0, "sometimes": 2, "always": 4, "off the scale": 5}


def with_answers() -> Guideline:
    """The guideline with a site's code for an item of 0 to 4, whose answers are words."""
    table = guideline().fhir_codes
    entry = FhirCode(
        SITE, "q1", "item 1", "QuestionnaireResponse", None, None, (), None, (), item="pcs.i1", answers=ANSWERS
    )
    return replace(guideline(), fhir_codes=(*table, entry))


def answered(**answer: object) -> Record:
    """The record of one answer to the site's item."""
    one = {"linkId": "q1", "code": [{"system": SITE, "code": "q1"}], "answer": [answer]}
    return read_bundle(response(one), with_answers(), AT)


def total(record: Record) -> object:
    (fact,) = record.facts("pcs_total")
    return fact.value


def left(record: Record) -> tuple[object, object, object, object]:
    """The place, the code, the reason and the detail of the one row of what was left."""
    (row,) = [row for row in record.unused if row["path"] != "Patient"]
    return row["path"], row["code"], row["reason"], row["detail"]


def ordinal(number: object, url: str = ORDINAL_EXTENSION) -> Json:
    return {"url": url, "valueDecimal": number}


def coding(*extensions: Json, code: str = "la-1") -> Json:
    return {"system": "urn:site:answers", "code": code, "extension": list(extensions)}


# --- coded answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ({"valueString": "sometimes"}, 2),
        ({"valueCode": "always"}, 4),
        ({"valueCode": "never"}, 0),
        ({"valueCoding": {"code": "sometimes"}}, 2),
        ({"valueCodeableConcept": concept(("x", "always"))}, 4),
        ({"valueCodeableConcept": concept(("x", "always"), ("y", "a word of no table"))}, 4),
        ({"valueCoding": coding(ordinal(4), code="never")}, 0),
    ],
)
def test_a_coded_answer_counts_for_the_number_that_the_table_gives_it(answer: Json, number: int) -> None:
    record = answered(**answer)
    assert total(record) == Bounds(number, number + 48)
    assert [row["transform"] for row in record.used] == ["sum_of_items:1/13"]


@pytest.mark.parametrize(
    "answer",
    [
        {"valueString": "often"},
        {"valueString": ["sometimes"]},
        {"valueCode": {"code": "sometimes"}},
        {"valueCoding": {"code": "often"}},
        {"valueCodeableConcept": concept(("x", "never"), ("y", "always"))},
        {"valueBoolean": True},
    ],
)
def test_an_answer_that_the_table_gives_no_one_number_is_named(answer: Json) -> None:
    (element,) = answer
    assert left(answered(**answer)) == (f"QuestionnaireResponse.item[0].{element}", CODE, "bad_type", "expects:int")


def test_a_word_of_the_table_whose_number_is_outside_the_item_is_named() -> None:
    record = answered(valueString="off the scale")
    assert left(record) == ("QuestionnaireResponse.item[0].valueString", CODE, "out_of_range", "")


@pytest.mark.parametrize(
    ("concept_given", "number"),
    [
        (coding(ordinal(3)), 3),
        (coding(ordinal(3.0)), 3),
        (coding(ordinal(Decimal(3))), 3),
        (coding(ordinal(Decimal("3.0"))), 3),
        (coding(ordinal(1, "urn:other"), ordinal(3)), 3),
        (coding(ordinal(number=True), ordinal(3)), 3),
        (coding(ordinal(2.5), ordinal(3)), 3),
        (coding(ordinal(3), ordinal(3)), 3),
        ([coding(), coding(ordinal(3), code="la-2")], 3),
    ],
)
def test_the_number_that_an_answer_carries_itself_counts(concept_given: object, number: int) -> None:
    record = answered(valueCodeableConcept={"coding": concept_given})
    assert total(record) == Bounds(number, number + 48)


@pytest.mark.parametrize(
    "extensions",
    [
        (ordinal(3, "urn:other"),),
        (ordinal(number=True),),
        (ordinal("3"),),
        (ordinal(2.5),),
        (ordinal(Decimal("2.5")),),
        (ordinal(Decimal("NaN")),),
        (ordinal(2), ordinal(3)),
        ({"valueDecimal": 3},),
    ],
)
def test_an_answer_that_carries_no_one_whole_number_is_named(extensions: tuple[Json, ...]) -> None:
    record = answered(valueCoding=coding(*extensions))
    assert left(record) == ("QuestionnaireResponse.item[0].valueCoding", CODE, "bad_type", "expects:int")


# --- what the report says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "element", "reason", "detail"),
    [
        ({"valueInteger": 2}, ".valueInteger", "out_of_range", ""),
        ({"valueInteger": -1}, ".valueInteger", "out_of_range", ""),
        ({"valueDecimal": 0.5}, ".valueDecimal", "bad_type", "expects:int"),
        ({"valueBoolean": "true"}, ".valueBoolean", "bad_type", "expects:int"),
        ({"valueQuantity": {"value": 1, "code": "mm"}}, ".valueQuantity", "wrong_unit", "mm"),
        ({"valueQuantity": {"value": 1, "unit": "to my mind"}}, ".valueQuantity", "wrong_unit", "?"),
        ({"valueInteger": 1, "valueBoolean": True}, "", "bad_type", "valueBoolean+valueInteger"),
        ({"valueInteger": 1, "value of the day": 1}, "", "bad_type", "?+valueInteger"),
        (
            dict.fromkeys((f"value{letter}" for letter in "FEDCBA"), 1),
            "",
            "bad_type",
            "valueA+valueB+valueC+valueD+valueE",
        ),
        ({"text": "yes"}, "", "no_value", ""),
    ],
)
def test_an_answer_that_is_no_number_of_the_item_is_named_with_its_place(
    answer: Json, element: str, reason: str, detail: str
) -> None:
    record = read(response(item("i1", **answer)))
    place = f"QuestionnaireResponse.item[0]{element}"
    assert left(record) == (place, f"{ITEM}|dn4.i1 |i1", reason, detail)
    assert not record.used


def test_a_total_and_an_item_answered_in_two_ways_stand_at_the_resource_under_their_own_code() -> None:
    record = read(response(*yes("i1", "i2"), item("i2", valueBoolean=False)))
    assert [(row["path"], row["code"]) for row in record.used] == [
        ("QuestionnaireResponse", f"{ITEM}|dn4_interview"),
        ("QuestionnaireResponse", f"{ITEM}|dn4_total"),
    ]
    assert left(record) == ("QuestionnaireResponse", f"{ITEM}|dn4.i2", "bad_type", "answered in two ways")


# --- sums -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "detail"), [("dn4.i99", "dn4.i99"), ("dn4", "dn4"), ("none.i1", "none.i1"), ("i 1", "?")]
)
def test_an_item_of_no_instrument_takes_no_answer(code: str, detail: str) -> None:
    answers = Answers(guideline())
    with pytest.raises(Unusable) as caught:
        answers.add(code, {"valueInteger": 1}, {})
    assert (caught.value.reason, caught.value.detail, caught.value.element) == ("bad_type", detail, "")
    assert not answers.numbers


def test_a_sum_of_which_no_item_was_answered_does_not_hide_the_sums_after_it() -> None:
    content = guideline()
    back = content.instruments["start_back"]
    order = ("start_back_distress", "start_back_total")
    turned = replace(back, sums={name: back.sums[name] for name in order})
    answers = Answers(replace(content, instruments={"start_back": turned}))
    for name in ("p1", "p2"):
        answers.add(f"start_back.{name}", {"valueInteger": 1}, {})
    assert list(answers.totals()) == [Total("start_back_total", Bounds(2, 9), "partial", 2, 9)]
