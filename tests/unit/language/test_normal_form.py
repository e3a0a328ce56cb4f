"""The branches that a forward-chaining engine gets say what the condition says."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings

from carepath.content.load import load_guideline
from carepath.inference.normal_form import MAX_BRANCHES, Branch, Literal, TooManyBranches, branches
from carepath.language.evaluate import Compiler, Known, Scope, Values
from carepath.language.nodes import All, AnyOf, Condition, Named, Not
from carepath.language.parse import parse_node
from carepath.language.truth import Truth
from carepath.yaml_reader import read_text
from tests.unit.language.strategies import DERIVED, SCOPE, evaluable, known_values

HOLDS: dict[str, Callable[[Known, Known], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def holds(branch: Branch, values: Values) -> bool:
    """Whether each value of a branch is there and each of its comparisons is so."""
    return all(
        literal.attribute in values and HOLDS[literal.op](values[literal.attribute], literal.constant)
        for literal in branch
    )


def of(text: str) -> tuple[Branch, ...]:
    return branches(parse_node(read_text(text)), SCOPE)


@settings(deadline=None)
@given(evaluable, known_values)
@example(Not(All((Named("adult"), AnyOf((Named("flag"), DERIVED["age is known"]))))), {"age": 17})
def test_a_branch_holds_exactly_when_the_condition_is_true(condition: Condition, values: Values) -> None:
    is_true = Compiler(SCOPE).compile(condition)(values) is Truth.TRUE
    assert any(holds(branch, values) for branch in branches(condition, SCOPE)) is is_true


@settings(deadline=None)
@given(evaluable, known_values)
def test_a_branch_of_the_negation_holds_exactly_when_the_condition_is_false(
    condition: Condition, values: Values
) -> None:
    is_false = Compiler(SCOPE).compile(condition)(values) is Truth.FALSE
    assert any(holds(branch, values) for branch in branches(Not(condition), SCOPE)) is is_false


def test_a_term_is_written_out_and_a_parameter_is_replaced_by_its_value() -> None:
    assert of("adult") == ((Literal("age", ">=", 18),),)


def test_negation_is_pushed_down_to_the_leaves() -> None:
    assert of("not: {any: [adult, flag]}") == ((Literal("age", "<", 18), Literal("flag", "==", constant=False)),)


def test_in_becomes_one_branch_for_each_value_and_its_negation_one_branch() -> None:
    assert of("wpn_class in [3, 4]") == ((Literal("wpn_class", "==", 3),), (Literal("wpn_class", "==", 4),))
    assert of("not wpn_class in [3, 4]") == ((Literal("wpn_class", "!=", 3), Literal("wpn_class", "!=", 4)),)


def test_what_can_never_be_true_has_no_branch_and_what_is_always_true_an_empty_one() -> None:
    assert of("false") == of("unknown") == of("not unknown") == of("all: [flag, false]") == ()
    assert of("true") == of("not false") == ((),)


def test_repetitions_are_left_out_and_the_order_is_fixed() -> None:
    once = of("any: [{all: [flag, other_flag]}, adult]")
    assert of("any: [adult, adult, {all: [other_flag, flag, flag]}]") == once


def test_a_condition_with_too_many_alternatives_is_refused() -> None:
    pair = "{any: [flag, other_flag, adult]}"
    # 3 ** 7 is more than MAX_BRANCHES, 3 ** 6 is not: repetitions fall away only in the end
    assert of(f"all: [{', '.join([pair] * 6)}]")
    with pytest.raises(TooManyBranches, match=str(MAX_BRANCHES)):
        of(f"all: [{', '.join([pair] * 7)}]")


def test_every_rule_of_the_guideline_has_branches() -> None:
    guideline = load_guideline()
    terms = {name: term.when for name, term in guideline.terms.items()}
    values: dict[str, int | float] = dict.fromkeys(guideline.parameters, 1)
    scope = Scope(terms, guideline.symbols.findings, values)
    assert all(branches(rule.when, scope) for rule in guideline.rules.values())


def test_a_condition_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        branches("adult", SCOPE)  # type: ignore[arg-type]
    assert str(caught.value) == "no normal form for str"
