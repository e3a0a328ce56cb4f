"""Law 3: red flags dominate. Nothing suppresses one, beside an emergency stands nothing else, nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment, EngineDisagreement, RecordError
from carepath.inference.durable import DurableEngine, availability
from carepath.language.truth import Truth
from carepath.record.snapshot import _read
from tests.laws.helpers import (
    AT,
    GUIDELINE,
    LAST_RESORT,
    LEAVES_AT_ONCE,
    MOVES,
    REFERRALS,
    SCREENED,
    Case,
    broken,
    cases,
    given,
    law,
    must_fail,
    of_kind,
    outputs,
)

#: Findings that alone fire a rule of red flags, and that rule. Stated here again: the content must not lose one.
RED_FLAGS = {
    "rf_cauda_equina": "RF-1",
    "rf_severe_paresis": "RF-2",
    "rf_progressive_paresis": "RF-2",
    "rf_malignancy_suspected": "RF-3",
    "rf_infection_suspected": "RF-3",
    "rf_fracture_suspected": "RF-3",
    "rf_inflammatory_suspected": "RF-3",
    "severe_leg_pain_despite_opioid": "RF-4",
    "active_suicidal_intent": "RF-5",
    "rf_hot_joint": "RF-7",
    "rf_cord_or_rapid_weakness": "RF-7",
}
EMERGENCIES = [name for name, rule in RED_FLAGS.items() if rule != "RF-3"]
SPINE = frozenset(
    {
        "rf_cauda_equina",
        "rf_severe_paresis",
        "rf_progressive_paresis",
        "rf_malignancy_suspected",
        "rf_infection_suspected",
        "rf_fracture_suspected",
        "rf_inflammatory_suspected",
    }
)
SCREENING = {
    "spine": SPINE,
    "other_msk": frozenset(
        {
            "rf_malignancy_suspected",
            "rf_infection_suspected",
            "rf_fracture_suspected",
            "rf_inflammatory_suspected",
            "rf_hot_joint",
        }
    ),
    "neuropathic": frozenset({"rf_malignancy_suspected", "rf_infection_suspected", "rf_cord_or_rapid_weakness"}),
}


def fired(assessment: Assessment) -> set[tuple[str, str | None]]:
    return {(rule, one.urgency) for one in of_kind(assessment, "red_flag_exit") for rule in one.rules}


def check_no_fewer_red_flags(before: Assessment, after: Assessment) -> None:
    """P-A: a red flag more never gives fewer red-flag outputs."""
    assert fired(before) <= fired(after)
    assert len(of_kind(before, "red_flag_exit")) <= len(of_kind(after, "red_flag_exit"))


def check_fires(assessment: Assessment, finding: str) -> None:
    assert RED_FLAGS[finding] in {rule for rule, _ in fired(assessment)}, (finding, fired(assessment))


def check_stands_alone(assessment: Assessment) -> None:
    kinds = {one.kind for one in assessment.recommendations}
    if any(one.urgency in LEAVES_AT_ONCE for one in of_kind(assessment, "red_flag_exit")):
        assert kinds == {"red_flag_exit"}, kinds
        assert not assessment.notes


def check_nothing_is_lost(before: Assessment, after: Assessment) -> None:
    """What rules gave before an emergency was known is still there: a red flag, or set aside.

    Only the limit of scope gives way without a trace: with a red flag it does not hold (decisions.md, section 1).
    """
    lost = outputs(given(before)) - outputs(given(after))
    assert not lost or {GUIDELINE.rules[rule].outputs[index].kind for rule, index in lost} == {"not_in_scope"}, lost


def check_nothing_is_made_up(before: Assessment, after: Assessment) -> None:
    """What is set aside for an emergency would stand without it.

    An emergency comes first in the table, and takes along what a later entry would have taken away too. So this is not
    asked where something was set aside already; nor of what is given only without something else, where that is set
    aside with it.
    """
    if before.set_aside:
        return
    aside = outputs(tuple(one.recommendation for one in after.set_aside))
    kinds = {one.recommendation.kind for one in after.set_aside}
    alone = {
        rule
        for entry in GUIDELINE.resolve
        if entry.operation == "only_without" and any(kinds & set(other.kinds) for other in entry.absent)
        for rule in entry.selects.rules
    }
    made_up = {(rule, index) for rule, index in aside - outputs(given(before)) if rule not in alone}
    assert not made_up, made_up


def check_screened_first(assessment: Assessment) -> None:
    """No step change and no referral while an applicable red flag, or the age, is unknown."""
    reason, pathway = assessment.basis.reason, assessment.pathway
    applicable = frozenset().union(*SCREENING.values()) if pathway is None else SCREENING[pathway]
    if pathway == "neuropathic" and assessment.basis.values.get("lrs_suspected") is True:
        applicable |= SPINE
    moves = {one.kind for one in assessment.recommendations} & MOVES
    for name in sorted(applicable | {"age_years"}):
        assert not moves or reason(name) in {None, "not_applicable"}, (name, moves)
    assert not moves & REFERRALS or reason("active_suicidal_intent") in {None, "not_applicable"}, moves


@law(18, thorough=700)
@for_all(cases(), st.sampled_from(sorted(RED_FLAGS)))
def test_a_red_flag_more_gives_no_fewer_red_flags_and_always_itself(case: Case, finding: str) -> None:
    before, after = case.assess(), case.with_finding(finding, value=True).assess()
    check_no_fewer_red_flags(before, after)
    check_fires(after, finding)


@law(18, thorough=700)
@for_all(cases(), st.sampled_from(EMERGENCIES))
def test_an_emergency_stands_alone_and_the_rest_is_set_aside(case: Case, finding: str) -> None:
    before, after = case.without(finding).assess(), case.with_finding(finding, value=True).assess()
    check_stands_alone(before)
    check_stands_alone(after)
    check_nothing_is_lost(before, after)
    check_nothing_is_made_up(before, after)


@law(21, thorough=1_000)
@for_all(cases())
def test_nothing_moves_while_an_applicable_red_flag_is_unknown(case: Case) -> None:
    check_screened_first(case.assess())


@pytest.mark.parametrize("pathway", [*SCREENING, None])
def test_each_screened_finding_alone_holds_up_a_referral(pathway: str | None) -> None:
    complete = Case({name: value for name, value in LAST_RESORT.items() if name != "current_node"}, pathway)
    applicable = SCREENING[pathway] if pathway is not None else frozenset()
    assert bool(of_kind(complete.assess(), "imsr_assessment")) is (pathway is not None)
    for name in (*applicable, "age_years", "active_suicidal_intent"):
        assert not of_kind(complete.without(name).assess(), *MOVES), name


# --- no staleness, contradiction or later value hides one ---------------------------------------------------------

DAYS = st.sampled_from((0, 1, 41, 42, 43, 400, -1))
FACTS = st.lists(
    st.one_of(
        st.builds(lambda value, day: {"value": value, "date": _day(day)}, st.booleans(), DAYS),
        st.builds(
            lambda status, day: {"status": status, "date": _day(day)},
            st.sampled_from(("unknown", "refused", "not_applicable")),
            DAYS,
        ),
    ),
    max_size=5,
)


def _day(before: int) -> str:
    return (AT - dt.timedelta(days=before)).isoformat()


def check_no_raised_flag_is_hidden(case: Case, finding: str) -> None:
    """A flag is raised when its latest day with a known value, up to the date, holds a true: whatever else is there."""
    facts = case.patient[finding]
    assert isinstance(facts, list)
    seen = [fact for fact in facts if "value" in fact and fact["date"] <= AT.isoformat()]
    latest = max((fact["date"] for fact in seen), default="")
    if any(fact["value"] for fact in seen if fact["date"] == latest):
        check_fires(case.assess(), finding)


@law(18, thorough=700)
@for_all(cases(), st.sampled_from(sorted(RED_FLAGS)), FACTS)
def test_no_staleness_contradiction_or_refusal_hides_a_raised_flag(
    case: Case, finding: str, facts: list[dict[str, object]]
) -> None:
    check_no_raised_flag_is_hidden(case.with_finding(finding, facts), finding)


# --- errors carry red flags ---------------------------------------------------------------------------------------


def check_error_carries(error: RecordError | EngineDisagreement, expected: set[str]) -> None:
    assert expected <= set(error.red_flags), error.red_flags


@pytest.mark.parametrize("finding", sorted(set(RED_FLAGS) - {"severe_leg_pain_despite_opioid"}))
def test_a_record_that_is_refused_names_the_red_flags_that_it_holds(finding: str) -> None:
    with pytest.raises(RecordError) as caught:
        Case({finding: True, "age_years": "old"}).assess()
    check_error_carries(caught.value, {finding})
    must_fail(check_error_carries, RecordError("bare"), {finding})


@pytest.mark.skipif(availability() is not None, reason=str(availability()))
@pytest.mark.parametrize("finding", sorted(RED_FLAGS))
def test_a_disagreement_names_the_red_flags_that_either_engine_saw(
    finding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a flag that only the direct evaluator sees is lost, nor one that only durable-rules sees."""
    clause = {"rule:RF-6"}
    monkeypatch.setattr(DurableEngine, "true_clauses", lambda *_: frozenset(clause))
    with pytest.raises(EngineDisagreement) as caught:
        Case({finding: True}).assess("both")
    check_error_carries(caught.value, {RED_FLAGS[finding]})
    clause.add("rule:RF-1")
    with pytest.raises(EngineDisagreement) as caught:
        Case({finding: True}).assess("both")
    check_error_carries(caught.value, {RED_FLAGS[finding], "RF-1"})


# --- the checks can fail ------------------------------------------------------------------------------------------


def without_entries(*ids: str) -> Case:
    table = tuple(entry for entry in GUIDELINE.resolve if entry.id not in ids)
    return Case(LAST_RESORT, guideline=broken(resolve=table))


def test_the_check_finds_a_table_that_leaves_advice_beside_an_emergency() -> None:
    must_fail(check_stands_alone, without_entries("RS-RED").with_finding("rf_cauda_equina", value=True).assess())


def test_the_check_finds_advice_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assessment, "set_aside", ())
    case = Case(LAST_RESORT)
    must_fail(check_nothing_is_lost, case.assess(), case.with_finding("rf_hot_joint", value=True).assess())


def test_the_check_finds_something_set_aside_that_would_never_stand() -> None:
    case = without_entries("RS-CO-2")
    before = Case(SCREENED).assess()
    must_fail(check_nothing_is_made_up, before, case.with_finding("rf_hot_joint", value=True).assess())


def test_the_check_finds_a_guideline_in_which_a_second_flag_hides_the_first() -> None:
    rules = dict(GUIDELINE.rules)
    rules["RF-1"] = dataclasses.replace(rules["RF-1"], when=rules["RF-2"].when)
    case = Case({"rf_severe_paresis": True}, guideline=broken(rules=rules))
    must_fail(check_no_fewer_red_flags, case.assess(), Case({"rf_cauda_equina": True}).assess())
    must_fail(check_fires, case.with_finding("rf_severe_paresis", value=False).assess(), "rf_cauda_equina")


def test_the_check_finds_a_record_in_which_a_flag_goes_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.record.snapshot._read_flag", _read)
    stale = Case({"rf_cauda_equina": [{"value": True, "date": "2025-01-01"}]})
    must_fail(check_no_raised_flag_is_hidden, stale, "rf_cauda_equina")
    both = [{"value": True, "date": AT.isoformat()}, {"value": False, "date": AT.isoformat()}]
    must_fail(check_no_raised_flag_is_hidden, Case({"rf_cauda_equina": both}), "rf_cauda_equina")


def test_the_check_finds_a_guideline_that_moves_before_screening() -> None:
    asks = tuple(dataclasses.replace(ask, suspends=None) for ask in GUIDELINE.asks)
    case = Case(LAST_RESORT, guideline=broken(asks=asks))
    for name in ("rf_cauda_equina", "age_years", "active_suicidal_intent"):
        assessment = case.assess()
        assessment.basis.situation.readings.pop(name)  # type: ignore[attr-defined]
        must_fail(check_screened_first, assessment)


def test_the_check_finds_an_unknown_that_is_taken_for_a_negative_screening() -> None:
    case = Case(LAST_RESORT).without("rf_cauda_equina")
    assert case.assess().basis.verdicts["rule:RF-1"] is Truth.UNKNOWN
    asks = tuple(ask for ask in GUIDELINE.asks if ask.id != "IN-1")
    must_fail(check_screened_first, dataclasses.replace(case, guideline=broken(asks=asks)).assess())
