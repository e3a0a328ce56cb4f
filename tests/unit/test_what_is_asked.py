"""What is asked first, and what is named beside a recommendation that something unknown could change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carepath import Assessment, Recommendation, assess, load_guideline
from carepath.language.truth import Truth
from tests.patients import EXHAUSTED, NO_RED_FLAG

ROOT = Path(__file__).resolve().parents[2]
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


def missing(assessment: Assessment) -> dict[str, tuple[str, ...]]:
    """By the rule that asks what it asks for."""
    asking = [one for one in assessment.recommendations if one.kind == "insufficient_information"]
    return {one.rules[0]: one.missing for one in asking}


def test_each_rule_asks_for_its_own_findings_and_the_screening_for_the_red_flags() -> None:
    screening = ("rf_malignancy_suspected", "rf_infection_suspected", "rf_cord_or_rapid_weakness", "age_years")
    unknown = assessed({}, pathway="neuropathic")
    asked = missing(unknown)
    assert asked["IN-1"] == screening
    assert asked["IN-2"] == ("pain_duration_months",)
    assert asked["IN-3"] == ("wpn_class",)
    assert asked["IM-1"] == ("pain_in_musculoskeletal_system",)
    assert asked["IN-4"][0] == "step1_selfcare_done"
    assert set(asked) == {"IN-1", "IN-2", "IN-3", "IN-4", "IM-1"}
    assert tuple(one.finding for one in unknown.next_questions)[:4] == screening


def test_suicidal_intent_is_missing_where_a_referral_is_given_and_a_question_otherwise() -> None:
    assert missing(assessed(LAST_RESORT, without="active_suicidal_intent"))["IN-1"] == ("active_suicidal_intent",)
    assert "IN-1" not in missing(assessed(LAST_RESORT))
    no_referral = assessed(SCREENED, {"current_node": "SP1"}, without="active_suicidal_intent")
    assert "IN-1" not in missing(no_referral)
    assert "active_suicidal_intent" in [one.finding for one in no_referral.next_questions]
    taken_away = assessed(LAST_RESORT, {"imsr_in_progress": True}, without="active_suicidal_intent")
    assert "imsr_assessment" in {put.recommendation.kind for put in taken_away.set_aside}
    assert "IN-1" not in missing(taken_away)


def test_what_is_shown_only_beside_a_referral_is_open_while_a_referral_is() -> None:
    beside = {"IM-6", "IM-7", "IM-9"}
    assert beside <= {one.rule for one in assessed(SCREENED).undetermined}
    none = assessed(SCREENED, {"pain_in_musculoskeletal_system": False})
    assert not beside & {one.rule for one in none.undetermined}


def test_staying_names_a_red_flag_whose_urgency_as_stated_would_end_it() -> None:
    at_step = {"current_node": "SP2"}
    for stated, named in (("emergency", True), ("urgent", True), ("prompt_assessment", False), (None, False)):
        urgency = {"rf_urgency_by_clinician": stated} if stated is not None else {}
        open_flag = assessed(SCREENED, at_step, urgency, without="rf_fracture_suspected")
        assert ("rf_fracture_suspected" in the("continue", open_flag).could_change) is named


def test_staying_names_what_a_change_inside_the_step_waits_for() -> None:
    at_step = assessed(SCREENED, {"current_node": "NP1"}, pathway="neuropathic")
    assert {"neuropathic_drugs", "insufficient_improvement_weeks"} <= set(the("continue", at_step).could_change)
    no_drug_step = assessed(SCREENED, {"current_node": "NP2"}, pathway="neuropathic")
    assert "neuropathic_drugs" not in the("continue", no_drug_step).could_change


def test_a_change_inside_the_step_names_what_would_take_it_away() -> None:
    failed = {"neuropathic_drugs": [{"class": "other", "tolerated": False}], "trigeminal_neuralgia": False}
    at_step = assessed(SCREENED, {"current_node": "NP1"}, failed, pathway="neuropathic")
    assert the("continue", at_step).internal_step == "next_drug_class"
    assert "hiv_neuropathy" in the("continue", at_step).could_change


def test_a_conditional_step_says_on_what_and_by_which_way() -> None:
    step_down = the("deescalate", assessed(LAST_RESORT, {"step_too_burdensome": True}))
    assert [(one.text.en, one.truth) for one in step_down.conditions] == [
        ("clinician and patient decide so together", "unknown"),
        ("a step up is advised at the same time: the clinician weighs the two", "true"),
    ]
    assert [one.transition.id for one in step_down.contributions if one.transition] == ["SP15>SP1:deescalate"]


def test_an_unconditional_step_names_no_condition() -> None:
    step_down = the("deescalate", assessed(SCREENED, {"current_node": "SP2"}, BETTER))
    assert (step_down.conditional, step_down.conditions) == (False, ())


def test_the_present_step_is_waited_for_only_while_it_is_unknown() -> None:
    known = assessed(SCREENED, {"current_node": "SP2"})
    assert not any("current_node" in one.waits_for for one in known.undetermined)


def test_a_step_down_after_a_programme_names_its_measurements() -> None:
    completed = {"imsr_in_progress": False, "imsr_programme_completed": True, "current_node": "SP-IMSR"}
    assert the("deescalate", assessed(SCREENED, completed)).measurements
    assert not the("deescalate", assessed(SCREENED, {"current_node": "SP2"}, BETTER)).measurements


def test_a_reason_that_is_missing_is_asked_for_alone() -> None:
    asked = missing(assessed({"substantial_chance_earlier_steps_fail": True}))
    assert asked["E-4"] == ("substantial_chance_reason",)
    assert "rf_malignancy_suspected" in asked["IN-1"]


def test_what_tells_when_the_step_began_is_named_only_where_the_content_has_it() -> None:
    small = load_guideline(ROOT / "tests" / "broken" / "base")
    assert not {"days_in_current_step", "last_step_change_date"} & set(small.findings)
    course = [{"value": 20, "date": "2025-01-01"}, {"value": 5, "date": "2026-03-01"}]
    patient = {"current_node": "B1", "agrees_to_step_down": True, "rmdq_total": course}
    basis = assess(patient, pathway="base", at="2026-03-02", guideline=small, engine="direct").basis
    assert basis.verdicts["rule:D-1"] is Truth.TRUE
    assert basis.unknown_start("rule:D-1") == ()
