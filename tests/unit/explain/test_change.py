from __future__ import annotations

from carepath import assess
from carepath.explain.change import series_of
from carepath.explain.what_if import assessed_with
from tests.unit.explain.patients import assessed, assessed_as


def test_the_smallest_changes_make_a_step_up_disappear() -> None:
    assessment = assessed("self-care failed")
    answer = assessment.what_would_change("escalate")
    assert not answer.appears
    assert [[(one.finding, one.value) for one in change] for change in answer.changes] == [
        [("step1_selfcare_done", False)],
        [("step1_selfcare_sufficient", True)],
    ]
    for change in answer.changes:
        other = assessed_with(assessment, series_of(change, assessment))
        assert not [one for one in other.recommendations if one.kind == "escalate"]


def test_a_change_makes_what_is_not_given_appear() -> None:
    assessment = assessed_as("self-care failed", step1_selfcare_sufficient=True)
    answer = assessment.what_would_change("SP1")
    assert answer.appears
    assert answer.sentence.en.startswith('"Monodisciplinary primary care [SP1, line 1]" would be in the advice with')


def test_the_answer_says_that_it_is_no_goal() -> None:
    sentence = assessed("self-care failed").what_would_change("escalate").sentence
    assert "is no goal" in sentence.en
    assert "geen doel" in sentence.nl


def test_nothing_is_offered_for_a_red_flag() -> None:
    for asked in ("red_flag_exit", "RF-1", "crisis_service"):
        answer = assessed("cauda equina").what_would_change(asked)
        assert answer.changes == ()
        assert "red flag" in answer.sentence.en


def test_age_history_and_red_flags_are_never_changed() -> None:
    assessment = assessed("last resort")
    for kind in assessment.guideline.kinds:
        for change in assessment.what_would_change(kind).changes:
            for one in change:
                finding = assessment.guideline.findings[one.finding]
                assert finding.changeable
                assert not finding.red_flag


def test_what_is_missing_is_answered_by_recording_it() -> None:
    answer = assessed("empty").what_would_change("insufficient_information")
    assert answer.changes == ()
    assert "once that is recorded" in answer.sentence.en


def test_the_assessment_itself_does_not_change() -> None:
    assessment = assessed("self-care failed")
    before = assessment.to_json()
    assessment.what_would_change("escalate")
    assert assessment.to_json() == before


def test_a_pathway_recorded_for_later_is_not_the_one_that_is_followed() -> None:
    later = {"value": "spine", "date": "2026-03-03"}
    before = assess({"pathway": later}, at="2026-03-02", engine="direct")
    assert before.pathway is None
    now = assess({"pathway": [{"value": "other_msk", "date": "2026-03-02"}, later]}, at="2026-03-02", engine="direct")
    series = now.basis.situation.record.facts("pathway")
    assert [fact.value for fact in series] == ["other_msk", "spine"]
    assert assessed_with(before, {"pathway": series}).pathway == now.pathway == "other_msk"
    assert assessed_with(now, {"pathway": series[1:]}).pathway is None
