"""What the scenarios of this repository exercise of the shipped guideline: everything that a patient can reach."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from carepath.assessing import assess
from carepath.assessment import Assessment
from carepath.content.load import load_guideline
from carepath.inference.clauses import clauses_of, leaves_of
from carepath.inference.direct import DirectEngine
from carepath.language.evaluate import Scope
from carepath.language.nodes import All, AnyOf, Condition, Constant, IsKnown, Named, Not
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth
from carepath.recommendation import FIELDS
from carepath.testing.coverage import coverage, read_unreachable
from carepath.testing.coverage_points import LAST_DAY, STALE, VERDICTS, Clause, clauses, points_of
from carepath.testing.dependence import Dependence
from carepath.testing.scenario import Scenario, read_scenarios, scenario_files
from carepath.testing.thresholds import thresholds_of

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parent / "scenarios"
GUIDELINE = load_guideline()
UNREACHABLE = read_unreachable(HERE / "unreachable.yaml", GUIDELINE)
AT = dt.date(2026, 3, 2)


@functools.cache
def all_scenarios() -> tuple[Scenario, ...]:
    files, problems = scenario_files([SCENARIOS])
    assert not problems
    return tuple(scenario for file in files for scenario in read_scenarios(file, GUIDELINE))


# --- everything that can be reached ---------------------------------------------------------------------------------


def test_the_scenarios_exercise_every_point_that_a_patient_can_reach() -> None:
    found = coverage(GUIDELINE, all_scenarios(), unreachable=UNREACHABLE)
    assert found.left_out == 0
    assert not found.missing, "\n".join(found.sentences())
    assert found.percent == 100
    # What is listed as out of reach is reached by none.
    assert not found.reached
    assert {point.key for point, _ in found.unreachable} == set(UNREACHABLE)


def test_every_rule_and_every_transition_is_among_the_points() -> None:
    subjects = {point.subject for point in points_of(GUIDELINE)}
    assert {f"rule {name}" for name in GUIDELINE.rules} <= subjects
    ways = {way.id for pathway in GUIDELINE.pathways.values() for way in pathway.transitions}
    assert {f"transition {way}" for way in ways} <= subjects


# --- verdicts that are left out because of the form of a condition --------------------------------------------------

POINTS = {point.key for point in points_of(GUIDELINE)}
LEFT_OUT = [
    (clause, truth)
    for clause in clauses(GUIDELINE)
    for truth, verdict in VERDICTS.items()
    if f"{clause.subject}: {verdict}" not in POINTS
]


def test_some_verdicts_are_left_out() -> None:
    assert ("rule CO-2", FALSE) in [(clause.subject, truth) for clause, truth in LEFT_OUT]


@pytest.mark.parametrize(("clause", "truth"), LEFT_OUT, ids=lambda one: getattr(one, "id", getattr(one, "value", one)))
def test_a_verdict_that_is_left_out_comes_from_no_combination_of_what_its_leaves_can_be(
    clause: Clause, truth: Truth
) -> None:
    condition = clauses_of(GUIDELINE)[clause.id]
    leaves = sorted(leaves_below(condition), key=str)
    assert len(leaves) <= 8, "too many to try all combinations"
    possible = [values_of(leaf) for leaf in leaves]
    for truths in itertools.product(*possible):
        assert kleene(condition, dict(zip(leaves, truths, strict=True))) is not truth


def leaves_below(condition: Condition) -> set[Condition]:
    """The leaves of a condition, those of its terms in the place of the terms."""
    found: set[Condition] = set()
    for leaf in leaves_of([condition]):
        if isinstance(leaf, Named) and leaf.name in GUIDELINE.terms:
            found |= leaves_below(GUIDELINE.terms[leaf.name].when)
        else:
            found.add(leaf)
    return found


def values_of(leaf: Condition) -> tuple[Truth, ...]:
    """What a leaf can be: `is known` is never false, a constant is itself, anything else can be all three."""
    if isinstance(leaf, Constant):
        return (leaf.truth,)
    return (TRUE, UNKNOWN) if isinstance(leaf, IsKnown) else (TRUE, FALSE, UNKNOWN)


def kleene(condition: Condition, given: Mapping[Condition, Truth]) -> Truth:
    """The truth of a condition, worked out with the engine itself: the leaves are replaced by constants."""
    scope = Scope({}, {}, {})
    return DirectEngine({"it": substituted(condition, given)}, scope).verdicts({})["it"]


def substituted(condition: Condition, given: Mapping[Condition, Truth]) -> Condition:
    if isinstance(condition, Named) and condition.name in GUIDELINE.terms:
        return substituted(GUIDELINE.terms[condition.name].when, given)
    if condition in given:
        return Constant(given[condition])
    if isinstance(condition, Not):
        return Not(substituted(condition.child, given))
    assert isinstance(condition, All | AnyOf)
    return replace(condition, children=tuple(substituted(one, given) for one in condition.children))


# --- points that are listed -----------------------------------------------------------------------------------------

#: The instruments of DE-6, by the beginning of the parameter's name, and all their whole values.
INSTRUMENTS = {"rmdq": range(25), "odi": range(101), "qbpds": range(101)}
STEP_DOWN = {
    "current_node": "SP1",
    "participation_change": "same",
    "patient_agrees_to_step_down": True,
    **dict.fromkeys(GUIDELINE.pathways["spine"].screen, False),
}
CONTEXTS: list[dict[str, object]] = [{}, STEP_DOWN, {**STEP_DOWN, "goals_attained": "partly"}]
LIMITS = [
    (name, share, f"{share}improvement of {name}_total since step start < {limit}")
    for name in INSTRUMENTS
    for share, limit in (("", f"mic_{name}"), ("percent ", "mic_percent"))
]
QUIET: dict[str, object] = {"rf_nonspecific_features_count": 0, "rf_clinician_uneasy": False}


def test_each_listed_point_is_shown_below() -> None:
    sides = {f"`{text}` of rule DE-6: on" for _, _, text in LIMITS}
    days = {f"currency of {name}: {side}" for name in QUIET for side in (LAST_DAY, STALE)}
    assert set(UNREACHABLE) == sides | days


def recommendations(assessment: Assessment) -> list[tuple[object, ...]]:
    """Everything of an assessment that an expectation can name."""
    given = (*assessment.recommendations, *assessment.notes)
    return [tuple(getattr(one, field) for field in FIELDS) for one in given]


@pytest.mark.parametrize(("name", "share", "text"), LIMITS, ids=[text for _, _, text in LIMITS])
def test_on_an_upper_limit_of_de_6_no_pair_of_values_gives_another_recommendation(
    name: str, share: str, text: str
) -> None:
    threshold = next(one for one in thresholds_of(GUIDELINE) if one.subject == f"`{text}` of rule DE-6")
    dependence = Dependence()
    parameters = GUIDELINE.parameter_values(AT)
    pairs = [
        (before, now)
        for before, now in itertools.product(INSTRUMENTS[name], repeat=2)
        if (100 * (before - now) == parameters["mic_percent"] * before > 0 if share else before - now == limit(name))
    ]
    turned = 0
    for (before, now), context in itertools.product(pairs, CONTEXTS):
        series = [{"value": before, "date": "2026-01-15"}, {"value": now, "date": AT.isoformat()}]
        patient = {"age_years": 45, f"{name}_total": series, **context}
        assessment = assess(patient, pathway="spine", at=AT, guideline=GUIDELINE, engine="direct")
        for other in dependence.otherwise(threshold, assessment):
            turned += 1
            assert recommendations(other) == recommendations(assessment), (before, now, context)
    assert turned, "the comparison never decides a verdict: nothing was tried"


def limit(name: str) -> float:
    return GUIDELINE.parameter_values(AT)[f"mic_{name}"]


@pytest.mark.parametrize("name", QUIET)
def test_a_feature_that_is_absent_or_not_known_gives_the_same_recommendations(name: str) -> None:
    compare_ages(name, all_scenarios()[::20])


@pytest.mark.slow
@pytest.mark.parametrize("name", QUIET)
def test_that_holds_for_the_patient_of_every_scenario(name: str) -> None:
    compare_ages(name, all_scenarios())


def compare_ages(name: str, scenarios: Sequence[Scenario]) -> None:
    """The patient of each scenario with the finding at its last day and a day later."""
    currency = GUIDELINE.findings[name].currency
    assert currency is not None
    days = int(GUIDELINE.parameter_values(AT)[currency])
    for scenario in scenarios:
        if "resourceType" in scenario.patient:
            continue
        known, stale = (
            assess(
                {**scenario.patient, name: {"value": QUIET[name], "date": scenario.at - dt.timedelta(days=age)}},
                pathway=scenario.pathway,
                at=scenario.at,
                guideline=GUIDELINE,
                engine="direct",
            )
            for age in (days, days + 1)
        )
        assert known.basis.reading(name).known
        assert stale.basis.reading(name).reason == "stale"
        assert recommendations(known) == recommendations(stale), scenario.name
