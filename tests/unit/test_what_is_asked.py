"""What is asked first, and what is named beside a recommendation that something unknown could change."""

from __future__ import annotations

from collections.abc import Mapping

from carepath import Assessment, Recommendation, assess, load_guideline
from tests.patients import EXHAUSTED, NO_RED_FLAG

GUIDELINE = load_guideline()
SCREENED = {
    **NO_RED_FLAG,
    "age_years": 45,
    "pain_duration_months": 14,
    "pain_in_musculoskeletal_system": True,
}
LAST_RESORT = {**SCREENED, **EXHAUSTED, "current_node": "SP15"}
BETTER = {"goals_attained": "all", "participation_change": "better", "patient_agrees_to_step_down": True}


def assessed(*parts: Mapping[str, object], without: str = "", pathway: str = "spine") -> Assessment:
    patient = {name: value for part in parts for name, value in part.items() if name != without}
    return assess(patient, pathway=pathway, at="2026-03-02", guideline=GUIDELINE)


def the(kind: str, assessment: Assessment, topic: str | None = None) -> Recommendation:
    (found,) = (one for one in assessment.recommendations if one.kind == kind and topic in {None, one.topic})
    return found


def test_every_open_red_flag_is_asked_before_anything_else() -> None:
    for pathway in GUIDELINE.pathways:
        questions = [one.finding for one in assessed({}, pathway=pathway).next_questions]
        flags = [name for name in questions if GUIDELINE.findings[name].red_flag or name == "age_years"]
        assert "active_suicidal_intent" in flags
        assert questions[: len(flags)] == flags


def test_a_red_flag_is_marked_as_a_question_of_safety() -> None:
    asked = {one.finding: one.safety for one in assessed({}).next_questions}
    assert asked["severe_leg_pain_despite_opioid"]
    assert asked["rf_nonspecific_features_count"]
    assert not asked["wpn_class"]


def test_the_present_step_is_asked_for_where_a_step_change_is_open() -> None:
    assessment = assessed(SCREENED)
    steps = [one for one in assessment.undetermined if one.kind in {"escalate", "deescalate"}]
    assert steps
    assert all("current_node" in one.waits_for for one in steps)
    assert "current_node" in [one.finding for one in assessment.next_questions]


def test_the_pathway_is_waited_for_where_none_is_chosen() -> None:
    assessment = assess(SCREENED, at="2026-03-02", guideline=GUIDELINE)
    steps = [one for one in assessment.undetermined if one.kind == "escalate"]
    assert steps
    assert all("pathway" in one.waits_for for one in steps)


def test_a_step_change_that_no_possible_step_has_is_not_open() -> None:
    # Line 2 with CRPS leaves two steps, and none of them has the way from self-care to line 1.
    line_2 = assessed(SCREENED, {"current_line": "2", "crps1": True, "imsr_in_progress": False}, pathway="other_msk")
    assert line_2.position.how == "several"
    assert "E-1" not in {one.rule for one in line_2.undetermined}
    unplaced = assessed(SCREENED, pathway="other_msk")
    assert "E-1" in {one.rule for one in unplaced.undetermined}


def test_a_step_down_names_what_a_suspended_referral_waits_for() -> None:
    open_intent = assessed(LAST_RESORT, BETTER, without="active_suicidal_intent")
    assert "active_suicidal_intent" in the("deescalate", open_intent).could_change
    assert the("deescalate", assessed(LAST_RESORT, BETTER)).conditional


def test_a_requested_programme_names_what_the_referral_in_its_place_waits_for() -> None:
    asked = assessed(LAST_RESORT, {"rehabilitation_programme_requested": True}, without="wpn_class")
    assert "wpn_class" in the("clinician_judgement", asked, "requested_programme").could_change


def test_what_stands_beside_a_referral_names_what_could_take_the_referral_away() -> None:
    assessment = assessed(LAST_RESORT, {"ongoing_intensive_psych_or_work_treatment": True}, without="imsr_in_progress")
    judgement = the("clinician_judgement", assessment, "trial_exclusions")
    assert "imsr_in_progress" in the("imsr_assessment", assessment).could_change
    assert "imsr_in_progress" in judgement.could_change


def test_a_trend_since_an_unknown_start_names_what_would_tell_the_start() -> None:
    series = {
        "rmdq_total": [
            {"value": 20, "date": "2025-06-01"},
            {"value": 10, "date": "2025-12-10"},
            {"value": 8, "date": "2026-03-01"},
        ]
    }
    improved = {"participation_change": "better", "patient_agrees_to_step_down": True, "current_node": "SP15"}
    without_start = the("deescalate", assessed(SCREENED, improved, series))
    assert {"days_in_current_step", "last_step_change_date"} <= set(without_start.could_change)
    with_start = assessed(SCREENED, improved, series, {"days_in_current_step": 84})
    assert not [one for one in with_start.recommendations if one.kind == "deescalate"]


def test_a_dn4_that_is_not_known_is_named_beside_the_drug_step_that_it_would_suspend() -> None:
    failed = [{"class": "TCA", "adequate_trial": True, "response": "insufficient", "tolerated": True}]
    patient = {
        **SCREENED,
        "current_node": "NP1",
        "neuropathic_drug_choice_open": True,
        "neuropathic_drugs": {"value": failed, "date": "2026-03-02"},
        "sensory_examination_done": False,
    }
    open_score = assessed(patient, pathway="neuropathic")
    (drug,) = (one for one in open_score.recommendations if one.internal_step == "next_drug_class")
    assert {"dn4_total", "dn4_interview"} <= set(drug.could_change)
    scored = assessed(patient, {"dn4_total": 7}, pathway="neuropathic")
    assert not [one for one in scored.recommendations if one.internal_step == "next_drug_class"]
