from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from carepath.assessing import assess
from carepath.assessment import SCHEMA
from carepath.content.guideline import tags_of
from carepath.display.data import assessment_data
from carepath.display.evidence import grounds_behind
from carepath.recommendation import FIELDS, LIST_FIELDS
from tests.unit.display.patients import AT, PATIENTS, assessed

if TYPE_CHECKING:
    from collections.abc import Iterator


def data_of(name: str) -> dict[str, Any]:
    """The JSON form as JSON gives it back."""
    read: dict[str, Any] = json.loads(json.dumps(assessment_data(assessed(name)), allow_nan=False))
    return read


def mappings(value: object) -> Iterator[dict[str, Any]]:
    """Every mapping in the data but for recorded values, which are not ours."""
    if isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key not in {"audit", "value", "values"}:
                yield from mappings(item)
    elif isinstance(value, list):
        for item in value:
            yield from mappings(item)


@pytest.mark.parametrize("name", PATIENTS)
def test_the_data_consist_of_plain_json_types(name: str) -> None:
    data = assessment_data(assessed(name))
    assert data["schema"] == SCHEMA
    assert json.loads(json.dumps(data, allow_nan=False)) == data


@pytest.mark.parametrize("name", PATIENTS)
def test_every_text_is_there_in_both_languages_without_placeholders(name: str) -> None:
    found = [one for one in mappings(data_of(name)) if "en" in one or "nl" in one]
    assert found
    for text in found:
        assert set(text) == {"en", "nl"}
        assert text["en"]
        assert text["nl"]
        assert "{" not in text["en"] + text["nl"]
    for one in mappings(data_of(name)):
        for key, value in one.items():
            if key in {"text", "label", "question", "owner", "note"}:
                assert isinstance(value, dict), (key, value)


@pytest.mark.parametrize("name", PATIENTS)
def test_a_recommendation_has_its_lists_always_and_its_scalars_where_they_apply(name: str) -> None:
    assessment = assessed(name)
    for rec, data in zip(assessment.recommendations, data_of(name)["recommendations"], strict=True):
        assert isinstance(data["conditional"], bool)
        assert ("entitlement" in data) is ("under_review" in data)
        for field in FIELDS:
            value = getattr(rec, field)
            if field in LIST_FIELDS:
                assert data[field] == [dict(one) if field == "measurements" else one for one in value]
            else:
                assert data.get(field) == value
        assert None not in data.values()


@pytest.mark.parametrize("name", PATIENTS)
def test_the_grounds_shown_are_those_that_the_tags_count(name: str) -> None:
    assessment = assessed(name)
    for rec in (*assessment.recommendations, *assessment.notes):
        assert tags_of(grounds_behind(rec, assessment.basis)) == set(rec.tags)


def test_a_ground_names_its_source_and_whose_words_it_holds() -> None:
    grounds = [ground for rec in data_of("step 3 not done")["recommendations"] for ground in rec["grounds"]]
    insurers = next(ground for ground in grounds if ground.get("source") == "S3-ZN")
    assert insurers["title"]
    assert insurers["owner"]["en"] == "health insurers (ZN)"


def test_a_conflict_has_all_positions_with_their_owners() -> None:
    assessment, data = assessed("step 3 not done"), data_of("step 3 not done")
    for conflict, shown in zip(assessment.conflicts, data["conflicts"], strict=True):
        assert [one["owner"]["nl"] for one in shown["positions"]] == [one.owner.nl for one in conflict.positions]
    in_recommendations = [one["positions"] for one in data["recommendations"] if one["kind"] == "guideline_conflict"]
    assert in_recommendations == [one["positions"] for one in data["conflicts"]]


def test_what_is_unmet_is_told_apart_from_what_is_unknown() -> None:
    referral = next(one for one in data_of("step 3 not done")["recommendations"] if one["kind"] == "imsr_assessment")
    assert referral["conditional"]
    assert {one["truth"] for one in referral["conditions"]} == {"false", "unknown"}
    assert referral["entitlement_text"]["nl"]
    assert [one["id"] for one in referral["module_texts"]]


def test_findings_are_shown_with_value_date_and_label() -> None:
    referral = next(one for one in data_of("step 3 not done")["recommendations"] if one["kind"] == "imsr_assessment")
    wpn = next(one for one in referral["findings"] if one["finding"] == "wpn_class")
    assert (wpn["value"], wpn["date"]) == (4, "2026-02-20")


def test_unknown_findings_carry_their_reason_and_the_values_that_do_not_count() -> None:
    unknown = {one["finding"]: one for one in data_of("better after step 3")["unknown"]}
    assert unknown["rf_severe_paresis"]["reason"] == "refused"
    assert unknown["rf_cauda_equina"]["values"] == [{"value": False, "date": "2025-09-01"}]
    assert [one["value"] for one in unknown["odi_total"]["values"]] == [20.5, 30]


def test_a_red_flag_leaves_the_rest_set_aside_with_its_reason() -> None:
    data = data_of("cauda equina")
    assert [one["kind"] for one in data["recommendations"]] == ["red_flag_exit"]
    assert data["set_aside"]
    assert all(one["how"] == "removed" and one["by"] and one["text"]["nl"] for one in data["set_aside"])


def test_what_waits_says_until_what_is_known() -> None:
    aside = [
        one for one in data_of("better after step 3")["set_aside"] if one["recommendation"]["kind"] == "deescalate"
    ]
    assert aside
    assert "rf_cauda_equina" in aside[0]["until_known"]
    assert "suspected cauda equina" in aside[0]["text"]["en"]


def test_the_order_of_the_record_does_not_matter() -> None:
    pathway, patient = PATIENTS["better after step 3"]
    again = assess(dict(reversed(patient.items())), pathway=pathway, at=AT, engine="direct")
    assert again.to_json() == assessed("better after step 3").to_json()
