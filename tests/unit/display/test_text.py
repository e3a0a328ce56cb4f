from __future__ import annotations

import re

import pytest

from carepath.assessing import assess
from carepath.content.load import load_guideline
from carepath.display.text import MAX_QUESTIONS, MAX_RECORD_LINES, MORE_QUESTIONS, report_text
from carepath.errors import ArgumentError
from carepath.record.facts import Record
from tests.unit.display.patients import AT, PATIENTS, STEP_3_NOT_DONE, assessed

LANGUAGES = ("en", "nl")


def flat(report: str) -> str:
    """The report on one line, so that wrapping does not matter."""
    return " ".join(report.split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_no_line_is_wider_than_100_columns(name: str, lang: str) -> None:
    assert max(len(line) for line in report_text(assessed(name), lang).splitlines()) <= 100


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_every_report_ends_with_the_lines_on_its_use(name: str, lang: str) -> None:
    phrases = load_guideline().phrases
    report = flat(report_text(assessed(name), lang))
    use, device = (phrases[key].in_language(lang) for key in ("professional_use", "medical_device"))
    assert report.endswith(f"{use} {flat(device)}")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_nothing_of_python_and_no_placeholder_is_shown(name: str, lang: str) -> None:
    report = report_text(assessed(name), lang)
    assert not re.search(r"\b(True|False|None)\b|datetime|\{|\}|<|\x1b", report)
    assert "  - \n" not in report


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_position_of_a_conflict_stands_with_its_owner(lang: str) -> None:
    assessment = assessed("step 3 not done")
    report = flat(report_text(assessment, lang))
    assert assessment.conflicts
    for conflict in assessment.conflicts:
        for position in conflict.positions:
            assert flat(f"{position.owner.in_language(lang)}: {position.text.in_language(lang)}") in report


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_entitlement_text_stands_where_imsr_is_named(lang: str) -> None:
    assessment = assessed("step 3 not done")
    assert any(one.kind == "imsr_assessment" for one in assessment.recommendations)
    text = next(
        one.text
        for one in load_guideline().entitlements
        if one.group == "last_resort" and one.value == "entitled_pending_new_position"
    )
    assert flat(text.in_language(lang)) in flat(report_text(assessment, lang))


def test_the_entitlement_text_stands_also_where_a_suspended_referral_is_named() -> None:
    unscreened = {name: value for name, value in STEP_3_NOT_DONE.items() if name != "rf_cauda_equina"}
    assessment = assess(unscreened, pathway="spine", at=AT, engine="direct")
    assert [one.how for one in assessment.set_aside if one.recommendation.kind == "imsr_assessment"] == ["suspended"]
    assert "NZa letter of 23 January 2026" in flat(assessment.report("en"))


def test_a_conditional_recommendation_says_so_and_names_what_is_not_met() -> None:
    report = flat(report_text(assessed("step 3 not done"), "en"))
    assert "rehabilitation physician (only if settled first)" in report
    assert "Not met: multidisciplinary treatment together with the second line done" in report


def test_a_red_flag_stands_first_and_what_it_removed_stands_below() -> None:
    report = report_text(assessed("cauda equina"), "en")
    first, rest = report.split("Set aside\n", maxsplit=1)
    assert " 1. Red flag" in first
    assert " 2. " not in first
    assert "RS-RED" in rest
    assert "Ask next" not in rest


def test_the_report_of_an_empty_record_says_that_nothing_known_is_no_all_clear() -> None:
    report = report_text(assessed("empty"), "en")
    assert "No pathway chosen" in report
    assert "That is no proof that none is needed" in flat(report)
    safety = sum(question.safety for question in assessed("empty").next_questions)
    shown = safety + MORE_QUESTIONS
    assert shown > MAX_QUESTIONS
    asked = report.split("Ask next")[1].split("Sources")[0]
    assert asked.count("[safety]") == safety
    assert f"{shown}. " in asked
    assert f"{shown + 1}. " not in asked
    assert re.search(r"\.\.\. and \d+ more", report)


def test_safety_questions_come_first() -> None:
    questions = report_text(assessed("empty"), "en").split("Ask next")[1].splitlines()[2:]
    numbered = [line for line in questions if re.match(r" ?\d+\. ", line)]
    assert "[safety]" in numbered[0]


def test_values_that_do_not_count_are_shown_with_the_reason() -> None:
    report = flat(report_text(assessed("better after step 3"), "nl"))
    assert "verschillende waarden op dezelfde dag: 20,5 (2026-02-01), 30 (2026-02-01)" in report
    assert "te lang geleden vastgelegd: nee (2025-09-01)" in report
    assert "door de patiënt geweigerd" in report
    assert "gedateerd na de beoordelingsdatum, niet gebruikt: ja (2026-05-01)" in report


def test_a_suspended_step_names_what_must_be_known_first() -> None:
    aside = flat(report_text(assessed("better after step 3"), "en")).split("Set aside")[1].split("Still open")[0]
    assert "suspected cauda equina syndrome" in aside
    assert "Step down" in aside


def test_a_score_is_shown_with_the_value_that_it_came_from() -> None:
    screened = {**PATIENTS["better after step 3"][1], "rf_cauda_equina": False, "rf_severe_paresis": False}
    report = flat(assess(screened, pathway="spine", at=AT, engine="direct").report("en"))
    assert "RMDQ total score: 6 (was 14 on 2025-12-01)" in report


def test_what_a_bundle_gave_is_counted_and_listed_up_to_a_limit() -> None:
    unused = tuple({"resource": "Observation", "id": str(n), "code": "x", "reason": "r"} for n in range(30))
    used = ({"resource": "Patient", "id": "p", "finding": "age_years", "date": AT},)
    report = assess(Record({}, used, unused), pathway="spine", at=AT, engine="direct").report("en")
    assert "Used: 1. Not used: 30." in report
    assert report.count("not used: Observation") == MAX_RECORD_LINES
    assert "... and 11 more" in report


def test_design_choices_behind_the_advice_are_listed() -> None:
    report = flat(report_text(assessed("step 3 not done"), "en"))
    assert "Design choices behind this advice" in report
    assert "IM-2: the conditional form" in report


def test_the_same_assessment_gives_the_same_report() -> None:
    pathway, patient = PATIENTS["step 3 not done"]
    shuffled = dict(reversed(patient.items()))
    again = assess(shuffled, pathway=pathway, at=AT, engine="direct")
    assert again.report("nl") == report_text(assessed("step 3 not done"), "nl")


def test_another_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="lang"):
        report_text(assessed("empty"), "de")
