"""The boundary patients of a rule: which there are, that they are what they say, and that they are always the same."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carepath import assess, load_guideline
from carepath.content.guideline import Guideline
from carepath.errors import ArgumentError, ContentError
from carepath.inference.clauses import rule_id
from carepath.language.nodes import Compare, DaysSince, Word
from carepath.language.truth import Truth
from carepath.testing import boundaries, boundary_patients, condition_coverage, patients_for
from carepath.testing.boundary_grid import BoundaryPatient, Decision, Grid
from carepath.testing.boundary_strategies import VERDICTS
from carepath.testing.rule_boundaries import decisions_of, rule_named

AT = dt.date(2026, 3, 2)
GUIDELINE = load_guideline()
#: Rules that together read every kind of leaf: numbers, classes, dates, lists, courses, the step and the pathway.
SOME_RULES = ("CO-1", "DE-5", "E-4", "NP-D1", "RF-6")


def verdict(one: BoundaryPatient, rule: str, guideline: Guideline = GUIDELINE) -> Truth:
    assessment = assess(one.patient, pathway=one.pathway, at=one.at, guideline=guideline, engine="direct")
    return assessment.basis.verdicts[rule_id(rule)]


def values_of(rule: str, finding: str) -> set[object]:
    values = (one.patient.get(finding) for one in boundaries(GUIDELINE, rule, at=AT))
    return {value for value in values if not isinstance(value, list | dict)}


def test_a_threshold_is_met_just_missed_passed_and_not_recorded() -> None:
    assert values_of("CO-1", "care_providers_count") == {1, 2, 3, None}
    assert values_of("E-5", "pain_duration_months") == {2, 2.9, 3.0, 3.1, 4, None}


def test_each_class_of_an_enumeration_stands_in_a_patient() -> None:
    assert values_of("IM-6", "motivation_to_change") == {*GUIDELINE.findings["motivation_to_change"].type.values, None}


def test_the_outcome_turns_between_the_neighbours_of_a_threshold() -> None:
    found = boundaries(GUIDELINE, "E-6", at=AT)
    verdicts = {one.patient.get("insufficient_improvement_weeks"): verdict(one, "E-6") for one in found}
    false, true = dict.fromkeys([2, 2.9], Truth.FALSE), dict.fromkeys([3, 3.1, 4], Truth.TRUE)
    assert verdicts == false | true | {None: Truth.UNKNOWN}


def test_days_since_a_date_are_met_just_missed_passed_and_may_lie_ahead() -> None:
    condition = Compare(DaysSince("mdo_last_date"), "<=", Word("mdo_repeat_days"))
    grid = Grid(GUIDELINE, Decision("days", "days", condition), at=AT, pathway=None)
    days = {
        (AT - dt.date.fromisoformat(str(value))).days: grid.truth(choice)
        for about, choice in grid.choices()
        if (value := grid.patient(choice, about).patient.get("mdo_last_date")) is not None
    }
    assert days == {91: Truth.TRUE, 92: Truth.TRUE, 93: Truth.FALSE, 0: Truth.TRUE, -1: Truth.UNKNOWN}


def test_a_value_stands_on_the_last_day_of_its_currency_and_on_the_day_after() -> None:
    window = GUIDELINE.parameter_values(AT)["currency_classification"]
    recorded = [one.patient.get("wpn_class") for one in boundaries(GUIDELINE, "E-2", at=AT)]
    days = {(AT - dt.date.fromisoformat(str(one["date"]))).days for one in recorded if isinstance(one, dict)}
    assert days == {window, window + 1}


def test_a_rule_that_reads_a_date_has_patients_on_the_day_before_it_on_it_and_after_it() -> None:
    assert {one.at for one in boundaries(GUIDELINE, "E-4", at=AT)} >= {
        AT,
        dt.date(2026, 1, 22),
        dt.date(2026, 1, 23),
        dt.date(2026, 1, 24),
    }


def test_a_course_improves_by_the_threshold_and_by_a_point_less_and_more() -> None:
    courses = [one.patient.get("rmdq_total") for one in boundaries(GUIDELINE, "DE-6", at=AT)]
    changes = {one[0]["value"] - one[1]["value"] for one in courses if isinstance(one, list)}
    assert {4, 5, 6} <= changes


def test_a_list_holds_just_too_few_and_just_enough_items() -> None:
    found = {
        len({drug["class"] for drug in drugs}): verdict(one, "NP-D2")
        for one in boundaries(GUIDELINE, "NP-D2", at=AT, pathway="neuropathic")
        if isinstance(drugs := one.patient.get("neuropathic_drugs"), list) and all("class" in drug for drug in drugs)
    }
    assert found[0] is Truth.FALSE
    assert 2 in found


@pytest.mark.parametrize("rule", SOME_RULES)
def test_an_assessment_finds_what_a_boundary_patient_stands_for(rule: str) -> None:
    _check_every_choice(rule, None)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(GUIDELINE.rules))
@pytest.mark.parametrize("pathway", [None, "spine"])
def test_an_assessment_finds_what_every_boundary_patient_stands_for(rule: str, pathway: str | None) -> None:
    _check_every_choice(rule, pathway)


def _check_every_choice(rule: str, pathway: str | None) -> None:
    for decision in decisions_of(GUIDELINE, rule):
        grid = Grid(GUIDELINE, decision, at=AT, pathway=pathway, rule=rule_named(GUIDELINE, rule))
        for about, choice in grid.choices():
            one = grid.patient(choice, about)
            basis = assess(one.patient, pathway=one.pathway, at=one.at, guideline=GUIDELINE, engine="direct").basis
            assert basis.evaluation.truth(decision.condition) is grid.truth(choice), about


def test_the_same_rule_gives_the_same_patients_in_the_same_order() -> None:
    assert boundaries(GUIDELINE, "IM-1", at=AT) == boundaries(load_guideline(), "IM-1", at=AT)


def test_counting_out_needs_no_hypothesis() -> None:
    modules = "carepath.testing.rule_boundaries, carepath.testing.decision_coverage"
    code = f"import sys, {modules}; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_unknown_rule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="IM-12"):
        boundaries(GUIDELINE, "IM12", at=AT)
    with pytest.raises(ArgumentError, match="there is no pathway"):
        boundaries(GUIDELINE, "IM-1", at=AT, pathway="spin")


FOR_VERDICT = {
    (rule, wanted): patients_for(GUIDELINE, rule, verdict=wanted, at=AT)
    for rule in ("E-2", "NP-D1")
    for wanted in VERDICTS
}


@given(st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_patients_made_for_a_verdict_have_it(data: st.DataObject) -> None:
    rule, wanted = data.draw(st.sampled_from(sorted(FOR_VERDICT)))
    patient = data.draw(FOR_VERDICT[rule, wanted])
    assert verdict(BoundaryPatient(patient, AT, None, ""), rule) is VERDICTS[wanted]


@given(boundary_patients(GUIDELINE, "MD-3", at=AT))
@settings(max_examples=20, deadline=None)
def test_boundary_patients_are_drawn_from_those_counted_out(one: BoundaryPatient) -> None:
    assert one in boundaries(GUIDELINE, "MD-3", at=AT)


@pytest.mark.parametrize(
    ("rule", "verdict", "pathway", "advice"),
    [("CO-2", "does_not_apply", None, "ask for applies"), ("FM-1", "undetermined", "spine", "ask for does_not_apply")],
)
def test_a_verdict_that_a_rule_never_has_is_refused_with_those_that_it_has(
    rule: str, verdict: str, pathway: str | None, advice: str
) -> None:
    with pytest.raises(ArgumentError, match=advice):
        patients_for(GUIDELINE, rule, verdict=verdict, at=AT, pathway=pathway)


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(ArgumentError, match="does_not_apply"):
        patients_for(GUIDELINE, "E-1", verdict="does not apply", at=AT)


def test_a_date_before_a_parameter_has_a_value_is_refused() -> None:
    parameter = GUIDELINE.parameters["psychosocial_weeks"]
    dated = replace(parameter, values=(replace(parameter.values[0], start=dt.date(2026, 3, 3)),))
    later = replace(GUIDELINE, parameters={**GUIDELINE.parameters, "psychosocial_weeks": dated}, content_hash="later")
    with pytest.raises(ContentError):
        boundaries(later, "E-6", at=AT)
    assert {one.at for one in boundaries(later, "E-6", at=dt.date(2026, 3, 10))} == {
        dt.date(2026, 3, 3),
        dt.date(2026, 3, 4),
        dt.date(2026, 3, 10),
    }


def test_the_date_may_be_text() -> None:
    assert boundaries(GUIDELINE, "MD-3", at="2026-03-02") == boundaries(GUIDELINE, "MD-3", at=AT)
    given_text = condition_coverage(GUIDELINE, at="2026-03-02", rules=["MD-3"])
    assert given_text == condition_coverage(GUIDELINE, at=AT, rules=["MD-3"])
    patients_for(GUIDELINE, "MD-3", verdict="undetermined", at="2026-03-02")


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'soon' is no date"):
        boundary_patients(GUIDELINE, "MD-3", at="soon")
    with pytest.raises(ArgumentError, match="'soon' is no date"):
        patients_for(GUIDELINE, "MD-3", at="soon")
    with pytest.raises(ArgumentError, match="'soon' is no date"):
        condition_coverage(GUIDELINE, at="soon", rules=["MD-3"])
