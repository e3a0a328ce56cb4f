from __future__ import annotations

import functools
import json
import re

import pytest

from carepath import ArgumentError, Assessment, load_guideline
from carepath.explain.explanation import Explanation
from tests.unit.explain.patients import PATIENTS, assessed, assessed_input, shared_patients

KINDS = tuple(load_guideline().kinds)
LANGUAGES = ("en", "nl")
BESIDE = shared_patients()
patient = pytest.mark.parametrize("name", [*PATIENTS, *(pytest.param(name, marks=pytest.mark.slow) for name in BESIDE)])


@functools.cache
def assessment_of(name: str) -> Assessment:
    return assessed(name) if name in PATIENTS else assessed_input(BESIDE[name])


@functools.cache
def answers(name: str) -> tuple[Explanation, ...]:
    one = assessment_of(name)
    return tuple(answer(kind) for kind in KINDS for answer in (one.why, one.why_not))


@patient
def test_every_kind_has_an_answer_to_both_questions_in_both_languages(name: str) -> None:
    for one in answers(name):
        assert one.nodes
        for lang in LANGUAGES:
            sentence = one.sentence.in_language(lang)
            assert sentence[-1] in ".)?", sentence
            assert not re.search(r"\{|\}|\.\.|\b(True|False|None)\b|_", sentence), sentence


@patient
def test_the_answer_says_whether_it_stands_in_the_advice(name: str) -> None:
    assessment = assessment_of(name)
    given = {one.kind for one in (*assessment.recommendations, *assessment.notes)}
    for kind in KINDS:
        expected = "why" if kind in given else "why_not"
        assert assessment.why(kind).answer == assessment.why_not(kind).answer == expected


@patient
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_shows_nothing_of_python_and_fits_100_columns(name: str, lang: str) -> None:
    for one in answers(name):
        report = one.report(lang)
        assert max(len(line) for line in report.splitlines()) <= 100
        assert not re.search(r"\b(True|False|None)\b|datetime|\{|\}", report)


@patient
def test_the_json_form_is_plain_and_holds_both_languages(name: str) -> None:
    for one in answers(name):
        data = json.loads(json.dumps(one.to_dict(), allow_nan=False))
        assert data["schema"] == "carepath.explanation/1"
        assert set(data["sentence"]) == {"en", "nl"}


@patient
def test_every_rule_step_and_topic_has_an_answer(name: str) -> None:
    assessment = assessment_of(name)
    guideline = assessment.guideline
    steps = [step for pathway in guideline.pathways.values() for step in pathway.steps]
    topics = [*guideline.conflicts, *guideline.vocabulary["topic"]]
    for asked in (*guideline.rules, *steps, *topics, *guideline.coverage):
        assert assessment.why_not(asked).sentence.nl


def test_a_step_up_names_the_rule_and_what_made_it_true() -> None:
    sentence = assessed("self-care failed").why("escalate").sentence
    assert sentence.en == (
        '"Step up - Monodisciplinary primary care [SP1, line 1]" is in the advice. '
        "Reason: self-care and prevention done, with insufficient result (step 1). Rule: E-1."
    )
    assert sentence.nl.startswith('"Opschalen - Monodisciplinaire eerstelijnszorg [SP1, eerste lijn]" staat in het')


def test_a_condition_shows_the_value_its_date_and_the_limit() -> None:
    nodes = {one.condition: one for one in assessed("last resort").why("imsr_assessment").walk() if one.condition}
    read = nodes["wpn_class in [3, 4]"].reads[0]
    assert (read.value, str(read.date)) == (4, "2026-02-20")
    limit = nodes["pain_duration_months >= chronic_months"].limits[0]
    assert (limit.parameter, limit.said.en) == ("chronic_months", "3 months")


def test_grounds_stand_with_quote_and_owner_and_counter_arguments_beside_them() -> None:
    explanation = assessed("last resort").why("IM-1")
    rule = next(one for one in explanation.walk() if one.role == "rule" and one.name == "IM-1")
    quoted = [ground for ground in rule.grounds if ground.quote is not None]
    assert quoted
    assert all(ground.owner is not None for ground in quoted)
    assert [child for child in rule.children if child.role == "against"]


def test_a_red_flag_says_what_it_sets_aside() -> None:
    explanation = assessed("cauda equina").why("red_flag_exit")
    aside = [one for one in explanation.walk() if one.role == "sets_aside"]
    assert "guideline_conflict" in {one.name for one in aside}


def test_a_recommendation_itself_may_be_asked_about() -> None:
    assessment = assessed("last resort")
    one = assessment.recommendations[0]
    assert assessment.why(one).nodes[0].name == one.kind


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ArgumentError, match="did you mean 'imsr_assessment'") as error:
        assessed("last resort").why("imsr_assesment")
    assert error.value.problems[0].code == "CP082"
