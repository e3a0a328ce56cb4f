"""Law 4: no invented certainty. Everything stands on named grounds; a class is entered; no score decides a referral."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment, Recommendation
from carepath.basis import leaf_findings
from carepath.language.evaluate import Known
from carepath.language.nodes import All, Compare, FindingRef, Number
from carepath.language.truth import Truth
from carepath.testing.laws.advice import changed_referral, groundless, referral_kinds, scores_of
from tests.laws.helpers import (
    GUIDELINE,
    LAST_RESORT,
    REFERRALS,
    Case,
    broken,
    cases,
    given,
    law,
    must_fail,
    of_kind,
    value_of,
)

#: Every questionnaire and scale.
SCORES = sorted(scores_of(GUIDELINE))
IDS = {*GUIDELINE.rules, *(ask.id for ask in GUIDELINE.asks), *(entry.id for entry in GUIDELINE.resolve)}


def check_grounded(assessment: Assessment) -> None:
    """P-I: each output names at least one rule and one tag, and each reason for it has a ground."""
    for one in given(assessment):
        assert one.rules, one.kind
        assert set(one.rules) <= IDS, one.rules
        assert one.tags, one.rules
        assert set(one.tags) <= set(GUIDELINE.vocabulary["tag"]), one.tags
    assert groundless(assessment) is None


def check_general_knowledge_carries_red_flags_only(recommendations: Iterable[Recommendation]) -> None:
    for one in recommendations:
        if "unverified" in one.tags and one.kind != "red_flag_exit":
            assert {"source", "inferred"} & set(one.tags), one.rules


def check_class_is_not_computed(assessment: Assessment) -> None:
    """While no clinician entered a class nothing reads one, whatever its dimensions and the scores are."""
    basis = assessment.basis
    if basis.reason("wpn_class") is None:
        return
    assert "wpn_class" not in basis.values
    assert not of_kind(assessment, *REFERRALS)
    for clause in basis.prepared.clauses:
        for node in basis.trace(clause).walk():
            if not node.parts and "wpn_class" in leaf_findings(node.condition):
                assert node.truth is Truth.UNKNOWN, clause


def check_scores_decide_no_referral(before: Assessment, after: Assessment) -> None:
    """P-B: kind, target, group, entitlement, conditional and rules stay, whatever the questionnaires say."""
    assert changed_referral(before, after) is None


@law(18, thorough=700)
@for_all(cases())
def test_everything_given_stands_on_named_rules_and_grounds(case: Case) -> None:
    assessment = case.assess()
    check_grounded(assessment)
    check_general_knowledge_carries_red_flags_only(given(assessment))


@law(15, thorough=600)
@for_all(cases(unknown=("wpn_class",)))
def test_a_wpn_class_is_never_computed(case: Case) -> None:
    check_class_is_not_computed(case.assess())


def test_what_refers_is_what_the_guideline_says_that_moves_a_patient_out_of_the_pathway() -> None:
    assert referral_kinds(GUIDELINE) == REFERRALS


@st.composite
def rescored(draw: st.DrawFn) -> tuple[Case, Case]:
    """A patient, and the same patient with other scores."""
    case = draw(cases())
    if draw(st.booleans()):
        case = dataclasses.replace(
            case, patient={**case.patient, **LAST_RESORT, "current_node": case.patient.get("current_node")}
        )
    other = case.without(*SCORES)
    for name in draw(st.lists(st.sampled_from(SCORES), unique=True, max_size=6)):
        if GUIDELINE.findings[name].never_above is None:
            other = other.with_finding(name, draw(value_of(name, case.pathway)))
    return case, other


@law(18, thorough=800)
@for_all(rescored())
def test_no_questionnaire_score_changes_a_referral(pair: tuple[Case, Case]) -> None:
    check_scores_decide_no_referral(pair[0].assess(), pair[1].assess())


# --- the checks can fail ------------------------------------------------------------------------------------------


def test_the_check_finds_a_dropped_ground() -> None:
    rules = dict(GUIDELINE.rules)
    rules["RQ-1"] = dataclasses.replace(rules["RQ-1"], grounds=())
    must_fail(
        check_grounded, Case({"rehabilitation_programme_requested": True}, guideline=broken(rules=rules)).assess()
    )


def test_the_check_finds_a_recommendation_without_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.finish.tags_for", lambda *_: frozenset({"source"}))
    must_fail(check_grounded, Case({"rehabilitation_programme_requested": True}).assess())


def test_the_check_finds_advice_on_general_knowledge_alone() -> None:
    advice = Recommendation("escalate", (), tags=("design_choice", "unverified"))
    must_fail(check_general_knowledge_carries_red_flags_only, [advice])


def test_the_check_finds_a_computed_class() -> None:
    assessment = Case(LAST_RESORT).without("wpn_class").assess()
    check_class_is_not_computed(assessment)
    values: dict[str, Known] = {**assessment.basis.values, "wpn_class": 3}
    must_fail(
        check_class_is_not_computed,
        Assessment(dataclasses.replace(assessment.basis, values=values), assessment.basis.resolved()),
    )


def test_the_check_finds_a_referral_that_a_score_decides() -> None:
    rules = dict(GUIDELINE.rules)
    high = Compare(FindingRef("pcs_total"), ">=", Number(30))
    rules["IM-1"] = dataclasses.replace(rules["IM-1"], when=All((rules["IM-1"].when, high)))
    case = Case(LAST_RESORT, guideline=broken(rules=rules))
    low, high_score = case.with_finding("pcs_total", 10), case.with_finding("pcs_total", 40)
    must_fail(check_scores_decide_no_referral, low.assess(), high_score.assess())
