"""Modified condition/decision coverage: that it counts what it says, and that the shipped rules have all of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from carepath import ArgumentError, load_guideline
from carepath.language.evaluate import Scope, trace
from carepath.language.nodes import All, AnyOf, Named, Not
from carepath.language.truth import Truth
from carepath.testing import boundaries, condition_coverage
from carepath.testing.decision_coverage import decided

AT = dt.date(2026, 3, 2)
GUIDELINE = load_guideline()
IMPOSSIBLE = Path(__file__).with_name("impossible_conditions.yaml")
QUICK = ("CO-1", "E-1", "IM-7", "LRS-1", "NP-D2", "RF-6")
A, B, C = Named("a"), Named("b"), Named("c")
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def listed() -> set[str]:
    return {leaf for group in yaml.safe_load(IMPOSSIBLE.read_text(encoding="utf-8")) for leaf in group["leaves"]}


@pytest.mark.parametrize(
    ("condition", "values", "found"),
    [
        (All((A, B)), {"a": True, "b": True}, {((0,), T), ((1,), T)}),
        (All((A, B)), {"a": False, "b": True}, {((0,), F)}),
        (All((A, B)), {"a": False, "b": False}, set()),
        (All((A, B)), {"a": False}, {((0,), F)}),
        (All((A, B)), {"a": True}, {((1,), U)}),
        (AnyOf((A, B)), {"a": True, "b": False}, {((0,), T)}),
        (AnyOf((A, B)), {"a": True, "b": True}, set()),
        (AnyOf((A, B)), {"a": True}, {((0,), T)}),
        (AnyOf((A, B)), {"a": False}, {((1,), U)}),
        (All((A, Not(AnyOf((B, C))))), {"a": True, "b": True, "c": False}, {((1, 0, 0), T)}),
        (All((A, Not(AnyOf((B, C))))), {"a": False, "b": True, "c": False}, set()),
    ],
)
def test_a_leaf_decides_where_nothing_beside_it_stands_in_its_way(
    condition: All | AnyOf, values: dict[str, bool], found: set[tuple[tuple[int, ...], Truth]]
) -> None:
    assert decided(trace(condition, values, Scope({}, {}, {}))) == found


def test_without_patients_everything_possible_is_missed() -> None:
    coverage = condition_coverage(GUIDELINE, at=AT, rules=["E-1"], patients=[])
    assert coverage.share == 0
    assert [gap.truth for gap in coverage.missed] == [T, F, U] * 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rules": "E-1"}, "rules: 'E-1' is no list of names"),
        ({"patients": [{"pain_duration_months": 3}]}, "patients: .* is no BoundaryPatient"),
        ({"patients": "all"}, "patients: 'all' is no list"),
        ({"at": "today"}, "'today' is no date"),
    ],
)
def test_what_cannot_be_measured_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        condition_coverage(GUIDELINE, **{"at": AT, **given})


def test_a_leaf_that_no_patient_tested_is_named() -> None:
    without = [
        one for one in boundaries(GUIDELINE, "E-1", at=AT) if one.patient.get("step1_selfcare_sufficient") is None
    ]
    coverage = condition_coverage(GUIDELINE, at=AT, rules=["E-1"], patients=without)
    assert "E-1:1.0:true: `step1_selfcare_sufficient` never decides for true: not reached" in str(coverage)
    assert 0 < coverage.share < 1


def test_boundary_patients_let_every_leaf_of_some_rules_decide_for_true_for_false_and_for_unknown() -> None:
    coverage = condition_coverage(GUIDELINE, at=AT, rules=QUICK)
    assert coverage.missed == ()
    assert coverage.gaps == ()
    assert coverage.goals > 60


@pytest.mark.slow
def test_boundary_patients_let_every_leaf_of_every_rule_decide_save_what_is_listed_as_impossible() -> None:
    coverage = condition_coverage(GUIDELINE, at=AT)
    assert coverage.missed == ()
    assert {gap.id for gap in coverage.gaps} == listed()
