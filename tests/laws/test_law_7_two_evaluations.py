"""Law 7: the rule engine and the direct evaluator agree, and both with Kleene's definition, or there is no advice."""

from __future__ import annotations

import functools
import random

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import EngineDisagreement, RecordError
from carepath.inference.agreement import Prepared, verdicts
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import TooManyBranches, branches
from carepath.language.evaluate import Known, Values
from carepath.language.nodes import Condition, Not
from carepath.language.truth import Truth
from tests.laws.helpers import AT, GUIDELINE, Case, cases, law, must_fail, renamed
from tests.laws.reference import kleene
from tests.laws.test_law_1_unknown import unknown_is_false

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))

#: Patients near a generated one on which the engines are compared too.
NEIGHBOURS = 15
#: How many of them are compared with the definition of the logic too, which is slow.
BY_DEFINITION = 6
REFERENCE = kleene(GUIDELINE, AT)


def check_engines_agree(prepared: Prepared, values: Values) -> dict[str, Truth]:
    """``verdicts`` raises when the two differ; that they agree is said here once more, from outside."""
    found = verdicts(prepared, values, engine="both")
    assert prepared.durable().true_clauses(values) == {name for name, truth in found.items() if truth is Truth.TRUE}
    return found


def check_direct_evaluator_follows_the_definition(prepared: Prepared, values: Values) -> None:
    found = prepared.direct.verdicts(values)
    for name, condition in prepared.clauses.items():
        assert found[name] is REFERENCE(condition, values), name


def check_unknown_is_what_neither_holds_nor_fails(prepared: Prepared, values: Values) -> None:
    """Twin rules: durable-rules on the negated conditions fires exactly where the direct evaluator says false."""
    twins, names = _twins(prepared)
    found = prepared.direct.verdicts(values)
    assert twins.true_clauses(values) == {name for name in names if found[name] is Truth.FALSE}


@functools.lru_cache
def _twin_engine(content_hash: str) -> tuple[DurableEngine, frozenset[str]]:
    prepared = _PREPARED[content_hash]
    found = {}
    for name, condition in prepared.clauses.items():
        try:
            found[name] = branches(Not(condition), prepared.scope)
        except TooManyBranches:
            continue
    types = {literal.attribute for clause in found.values() for branch in clause for literal in branch}
    kinds = {name: prepared.scope.types[name].engine_kind if name in prepared.scope.types else "bool" for name in types}
    return DurableEngine(found, kinds), frozenset(found)


_PREPARED: dict[str, Prepared] = {}


def _twins(prepared: Prepared) -> tuple[DurableEngine, frozenset[str]]:
    _PREPARED[prepared.guideline.content_hash] = prepared
    return _twin_engine(prepared.guideline.content_hash)


def neighbours(prepared: Prepared, values: Values, seed: int) -> list[dict[str, Known]]:
    """The same values with some made unknown, moved by one, or turned into their opposite."""
    chance = random.Random(seed)  # noqa: S311 - any will do, and always the same
    types = prepared.scope.types
    made = []
    for _ in range(NEIGHBOURS):
        near = dict(values)
        for name in chance.sample(sorted(near), min(len(near), chance.randint(1, 6))):
            value = near[name]
            if chance.random() < 0.4:
                del near[name]
            elif isinstance(value, bool):
                near[name] = not value
            elif isinstance(value, int | float):
                near[name] = value + chance.choice((-1, 1))
            elif name in types and types[name].values:
                near[name] = chance.choice(types[name].values)
        made.append(near)
    return made


def _compare(case: Case, seed: int, *, twins: bool = False) -> None:
    basis = case.assess().basis
    for number, values in enumerate((basis.values, *neighbours(basis.prepared, basis.values, seed))):
        check_engines_agree(basis.prepared, values)
        if number < BY_DEFINITION:
            check_direct_evaluator_follows_the_definition(basis.prepared, values)
        if twins:
            check_unknown_is_what_neither_holds_nor_fails(basis.prepared, values)


@law(30, thorough=1_250)
@for_all(cases(), st.integers(min_value=0, max_value=2**32))
def test_hundreds_of_patients_are_evaluated_alike(case: Case, seed: int) -> None:
    _compare(case, seed)


@st.composite
def cases_in_part(draw: st.DrawFn) -> Case:
    """Patients of whom bounds of numbers are known."""
    case = draw(cases())
    for name, finding in GUIDELINE.findings.items():
        if finding.type.partial and draw(st.booleans()):
            ends = st.integers(int(finding.type.minimum or 0), int(finding.type.maximum or 0))
            low, high = sorted(draw(st.tuples(ends, ends)))
            case = case.with_finding(name, {"value": {"at_least": low, "at_most": high}})
    return case


@law(9)
@for_all(cases_in_part(), st.integers(min_value=0, max_value=2**32))
def test_patients_known_in_part_are_evaluated_alike(case: Case, seed: int) -> None:
    try:
        case.assess()
    except RecordError:  # a part of a questionnaire above its total
        return
    _compare(case, seed, twins=True)


@pytest.mark.slow
@law(6_250)
@for_all(cases(), st.integers(min_value=0, max_value=2**32))
def test_a_hundred_thousand_patients_are_evaluated_alike(case: Case, seed: int) -> None:
    _compare(case, seed)


@pytest.mark.slow
@law(500)
@for_all(cases(), st.integers(min_value=0, max_value=2**32))
def test_what_is_unknown_is_neither_true_nor_false_to_durable_rules(case: Case, seed: int) -> None:
    _compare(case, seed, twins=True)


@law(9)
@for_all(cases(), st.integers(min_value=0, max_value=2**32))
def test_a_condition_that_is_unknown_fires_neither_itself_nor_its_negation(case: Case, seed: int) -> None:
    _compare(case, seed, twins=True)


@law(36)
@for_all(cases())
def test_both_engines_give_the_same_advice(case: Case) -> None:
    both, direct = case.assess("both"), case.assess("direct")
    assert both.recommendations == direct.recommendations
    assert both.set_aside == direct.set_aside


def test_most_negated_conditions_can_be_given_to_durable_rules() -> None:
    prepared = Case({}).assess().basis.prepared
    assert len(prepared.clauses) - len(_twins(prepared)[1]) <= 3


# --- the checks can fail ------------------------------------------------------------------------------------------


def test_an_evaluator_that_takes_unknown_for_false_gives_an_error_and_no_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_is_false)
    case = Case({}, guideline=renamed())
    prepared = case.assess().basis.prepared
    with pytest.raises(EngineDisagreement, match="CP090"):
        case.assess("both")
    must_fail(check_direct_evaluator_follows_the_definition, prepared, {})
    must_fail(check_unknown_is_what_neither_holds_nor_fails, prepared, {})


@pytest.mark.parametrize("lost", ["rule:E-6", "rule:RF-1"])
def test_a_rule_that_durable_rules_loses_gives_an_error_and_no_advice(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = DurableEngine.true_clauses
    monkeypatch.setattr(DurableEngine, "true_clauses", lambda self, values: real(self, values) - {lost})
    with pytest.raises(EngineDisagreement, match=lost):
        Case({"insufficient_improvement_weeks": 8, "rf_cauda_equina": True}).assess("both")


def test_the_reference_differs_from_a_logic_with_two_values() -> None:
    condition: Condition = Not(GUIDELINE.terms["adult"].when)
    assert REFERENCE(condition, {}) is Truth.UNKNOWN
    assert REFERENCE(condition, {"age_years": 17}) is Truth.TRUE
    assert REFERENCE(condition, {"age_years": 18}) is Truth.FALSE
