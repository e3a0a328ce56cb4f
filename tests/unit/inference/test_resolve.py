"""What entries of the resolve table do to the recommendations that they select."""

from __future__ import annotations

from typing import Any

import pytest

import carepath
from carepath.assessment import Assessment
from carepath.recommendation import Recommendation

#: Referred for matched care.
REFERRED: dict[str, Any] = {
    "current_node": "SP2",
    "age_years": 45,
    "pain_in_musculoskeletal_system": True,
    "pain_duration_months": 9,
    "wpn_class": 3,
    "step1_selfcare_done": True,
    "step1_selfcare_sufficient": False,
    "step2_mono_done": False,
    "step2_mono_disciplines": ["physiotherapist"],
    "step2_mono_weeks": 4,
    "step3_multi_done": False,
    "substantial_chance_earlier_steps_fail": True,
    "substantial_chance_reason": "severe avoidance",
    "active_suicidal_intent": False,
    "rf_cauda_equina": False,
    "rf_severe_paresis": False,
    "rf_progressive_paresis": False,
    "rf_malignancy_suspected": False,
    "rf_infection_suspected": False,
    "rf_fracture_suspected": False,
    "rf_inflammatory_suspected": False,
    "rf_nonspecific_features_count": 0,
    "rf_clinician_uneasy": False,
}


def assessed(pathway: str = "spine", /, **known: object) -> Assessment:
    return carepath.assess(REFERRED | known, pathway=pathway, at="2026-03-02", engine="direct")


def only(assessment: Assessment, kind: str, topic: str | None = None) -> Recommendation:
    (found,) = [one for one in assessment.recommendations if (one.kind, one.topic) == (kind, topic)]
    return found


def test_what_is_suspended_is_set_aside_with_the_entry_and_the_rules_that_hold_it() -> None:
    (put,) = assessed(rf_malignancy_suspected=True).set_aside
    assert (put.recommendation.kind, put.how, put.by) == ("matched_care_referral", "suspended", ("RS-PROMPT", "RF-3"))
    assert put.text.en == "Waits for the prompt assessment of a red flag."
    assert put.until_known == ()


def test_what_is_removed_is_set_aside_with_the_entry_and_the_rules_and_nothing_more_is_asked() -> None:
    assessment = assessed(rf_cauda_equina=True)
    (referral,) = [put for put in assessment.set_aside if put.recommendation.kind == "matched_care_referral"]
    assert (referral.how, referral.by, referral.until_known) == ("removed", ("RS-RED", "RF-1"), ())
    assert assessment.next_questions == ()
    assert assessed().next_questions != ()


def test_what_waits_for_what_is_missing_is_set_aside_until_that_is_known() -> None:
    (put,) = carepath.assess(
        {name: value for name, value in REFERRED.items() if name != "rf_malignancy_suspected"},
        pathway="spine",
        at="2026-03-02",
        engine="direct",
    ).set_aside
    assert (put.recommendation.kind, put.how, put.by) == ("matched_care_referral", "suspended", ("IN-1", "RS-MISSING"))
    assert put.until_known == ("rf_malignancy_suspected",)


def test_beside_staying_stands_what_could_bring_what_excludes_it_and_beside_nothing_else() -> None:
    found = {one.kind: one.could_change for one in assessed(imsr_in_progress=False).recommendations}
    assert {"goals_attained", "odi_total", "rf_hot_joint"} <= set(found.pop("continue"))
    assert not any("goals_attained" in names for names in found.values())


def test_red_flags_that_would_hold_a_referral_are_not_named_beside_it_for_they_are_screened() -> None:
    named = only(assessed(imsr_in_progress=False), "matched_care_referral").could_change
    assert "language_barrier" in named
    assert not [name for name in named if name.startswith("rf_")]


@pytest.mark.parametrize("referred", [True, False])
def test_what_is_shown_only_beside_a_referral_is_set_aside_with_one_and_else_not_named(
    referred: bool,  # noqa: FBT001 - a case
) -> None:
    assessment = assessed(rf_cauda_equina=True, language_barrier=True, substantial_chance_earlier_steps_fail=referred)
    topics = {put.recommendation.topic for put in assessment.set_aside}
    assert ("trial_exclusions" in topics) is referred


@pytest.mark.parametrize("running", [True, False])
def test_what_is_not_given_while_a_condition_holds_is_not_set_aside_either(
    running: bool,  # noqa: FBT001 - a case
) -> None:
    known = {
        "rehabilitation_programme_requested": True,
        "substantial_chance_earlier_steps_fail": False,
        "imsr_in_progress": running,
    }
    assert ("requested_programme" in {one.topic for one in assessed(**known).recommendations}) is not running
    aside = assessed(rf_cauda_equina=True, **known).set_aside
    assert ("requested_programme" in {put.recommendation.topic for put in aside}) is not running


def test_beside_what_is_given_only_while_a_condition_does_not_hold_stands_what_the_condition_waits_for() -> None:
    patient = {
        "current_step": 1,
        "current_line": "0",
        "pain_duration_months": 3,
        "step2_mono_sufficient": False,
        "rehabilitation_programme_requested": True,
        "active_suicidal_intent": False,
        "lrs_suspected": True,
    }
    before = carepath.assess(patient, pathway="spine", at="2026-03-02", engine="direct")
    assert "imsr_in_progress" in only(before, "clinician_judgement", "requested_programme").could_change
    known = patient | {"imsr_in_progress": True}
    after = carepath.assess(known, pathway="spine", at="2026-03-02", engine="direct")
    assert "requested_programme" not in {one.topic for one in after.recommendations}


@pytest.mark.parametrize("screened", [True, False])
def test_what_is_given_only_without_a_referral_is_set_aside_beside_it_for_the_referral_might_have_waited(
    screened: bool,  # noqa: FBT001 - a case
) -> None:
    known = {} if screened else {"rf_malignancy_suspected": {"status": "unknown"}}
    calm = assessed(rehabilitation_programme_requested=True, **known)
    assert ("requested_programme" in {one.topic for one in calm.recommendations}) is not screened
    aside = assessed(rehabilitation_programme_requested=True, rf_cauda_equina=True, **known).set_aside
    assert {"matched_care_referral", "clinician_judgement"} <= {put.recommendation.kind for put in aside}
    assert "requested_programme" in {put.recommendation.topic for put in aside}


def test_what_is_shown_only_without_a_referral_stands_where_the_referral_waits() -> None:
    assessment = assessed(rehabilitation_programme_requested=True, rf_malignancy_suspected=True)
    assert [put.recommendation.kind for put in assessment.set_aside] == ["matched_care_referral"]
    assert only(assessment, "clinician_judgement", "requested_programme").rules == ("RQ-1",)


def test_a_change_inside_the_step_is_a_note_where_the_patient_leaves_the_step() -> None:
    known = {
        "current_node": "NP1",
        "neuropathic_drugs": [{"class": "TCA", "tolerated": False}],
        "neuropathic_drug_choice_open": True,
        "substantial_chance_earlier_steps_fail": False,
    }
    leaving = {"goals_attained": "all", "participation_change": "better", "patient_agrees_to_step_down": True}
    stays = assessed("neuropathic", **known)
    assert only(stays, "continue").internal_step == "next_drug_class"
    assert [one.internal_step for one in stays.notes if one.internal_step] == []
    leaves = assessed("neuropathic", rf_cord_or_rapid_weakness=False, **known, **leaving)
    assert "continue" not in {one.kind for one in leaves.recommendations}
    assert [one.internal_step for one in leaves.notes if "NP-D1" in one.rules] == ["next_drug_class"]


def test_attention_is_asked_for_all_that_entries_name_in_the_order_of_the_table() -> None:
    assert only(assessed(), "matched_care_referral").attention == ()
    both = only(assessed(legal_claim_running=True, language_barrier=True), "matched_care_referral")
    assert both.attention == ("language_barrier", "legal_claim_running")


def test_a_judgement_that_an_entry_adds_names_the_entry() -> None:
    assert only(assessed(step_too_burdensome=True), "clinician_judgement", "step_up_or_down").rules == (
        "RS-UP-OR-DOWN",
    )
    assert not [one for one in assessed().recommendations if one.topic == "step_up_or_down"]
