"""Evaluation over known values: each comparison on both sides of its threshold, unknown, and the trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given, settings

from carepath.language.evaluate import Compiler, Evaluation, Known, Scope, Values, open_leaves, trace
from carepath.language.nodes import Condition, Constant, Named
from carepath.language.parse import parse_node, parse_text
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.yaml_reader import read_text
from tests.unit.language.strategies import DERIVED, SCOPE, evaluable, known_values

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
JANUARY_3 = dt.date(2026, 1, 3).toordinal()


def truth_of(text: str, values: Values) -> Truth:
    condition = parse_node(read_text(text))
    result = Compiler(SCOPE).compile(condition)(values)
    assert trace(condition, values, SCOPE).truth is result
    return result


# operator -> its truth below, at and above the threshold.
COMPARISONS = {
    "<": (T, F, F),
    "<=": (T, T, F),
    ">": (F, F, T),
    ">=": (F, T, T),
    "==": (F, T, F),
    "!=": (T, F, T),
}


@pytest.mark.parametrize("op", COMPARISONS)
def test_a_whole_number_is_compared_on_both_sides_of_a_parameter(op: str) -> None:
    assert tuple(truth_of(f"age {op} adult_age", {"age": age}) for age in (17, 18, 19)) == COMPARISONS[op]


@pytest.mark.parametrize("op", COMPARISONS)
def test_a_decimal_is_compared_on_both_sides_of_a_parameter(op: str) -> None:
    found = tuple(truth_of(f"months {op} chronic_months", {"months": months}) for months in (2.9, 3.0, 3.1))
    assert found == COMPARISONS[op]


@pytest.mark.parametrize("op", COMPARISONS)
def test_a_date_is_compared_with_the_day_before_and_after(op: str) -> None:
    found = tuple(
        truth_of(f"last_date {op} 2026-01-03", {"last_date": day}) for day in range(JANUARY_3 - 1, JANUARY_3 + 2)
    )
    assert found == COMPARISONS[op]


@pytest.mark.parametrize("op", COMPARISONS)
def test_a_class_is_compared_as_a_number(op: str) -> None:
    found = tuple(truth_of(f"wpn_class {op} 3", {"wpn_class": wpn}) for wpn in (2, 3, 4))
    assert found == COMPARISONS[op]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("flag == true", {"flag": True}, T),
        ("flag == true", {"flag": False}, F),
        ("flag == false", {"flag": True}, F),
        ("flag != true", {"flag": False}, T),
        ("flag == true", {}, U),
        ("line == '1.5'", {"line": "1.5"}, T),
        ("line == '1.5'", {"line": "1"}, F),
        ("line != '1.5'", {"line": "1.5"}, F),
        ("line in ['0', '1']", {"line": "1"}, T),
        ("line in ['0', '1']", {"line": "1.5"}, F),
        ("wpn_class in [3, 4]", {"wpn_class": 3}, T),
        ("wpn_class in [3, 4]", {"wpn_class": 2}, F),
        ("flag", {"flag": True}, T),
        ("flag", {"flag": False}, F),
        ("flag == false", {"flag": False}, T),
        ("flag != false", {"flag": False}, F),
        ("not flag", {"flag": False}, T),
        ("adult", {"age": 18}, T),
        ("adult", {"age": 17}, F),
        ("not adult", {"age": 17}, T),
        ("true", {}, T),
        ("false", {}, F),
        ("unknown", {}, U),
        ("age is known", {"age is known": True}, T),
    ],
)
def test_a_leaf_is_true_or_false_by_what_is_known(text: str, values: Mapping[str, Known], expected: Truth) -> None:
    assert truth_of(text, values) is expected


@pytest.mark.parametrize(
    "text",
    [
        "age >= adult_age",
        "age != adult_age",
        "months < chronic_months",
        "last_date == 2026-01-03",
        "wpn_class in [1, 2, 3, 4]",
        "line != '1'",
        "flag",
        "not flag",
        "flag == false",
        "adult",
        "age is known",
        *DERIVED,
    ],
)
def test_a_leaf_about_what_is_not_known_is_unknown_and_never_false(text: str) -> None:
    condition = DERIVED.get(text) or parse_text(text)
    assert Compiler(SCOPE).compile(condition)({}) is U
    assert trace(condition, {}, SCOPE).truth is U


def test_zero_and_false_are_known_values() -> None:
    assert truth_of("age >= adult_age", {"age": 0}) is F
    assert truth_of("months < chronic_months", {"months": 0}) is T
    assert truth_of("flag", {"flag": False}) is F


@pytest.mark.parametrize("name", DERIVED)
def test_a_leaf_that_the_record_settles_stands_among_the_values_under_its_own_text(name: str) -> None:
    condition = DERIVED[name]
    evaluate = Compiler(SCOPE).compile(condition)
    assert write_line(condition) == name
    assert evaluate({name: True}) is T
    assert evaluate({name: False}) is F


def test_a_term_is_the_condition_that_it_stands_for_and_the_trace_shows_it() -> None:
    traced = trace(Named("grown_or_flagged"), {"age": 17, "flag": True}, SCOPE)
    assert traced.truth is T
    assert traced.term == "grown_or_flagged"
    (inner,) = traced.parts
    assert [(part.term, part.truth) for part in inner.parts] == [("adult", F), (None, T)]


def test_the_trace_looks_at_every_part_even_after_the_verdict_is_settled() -> None:
    traced = trace(parse_node(read_text("all: [flag, adult, other_flag]")), {"flag": False, "age": 40}, SCOPE)
    assert traced.truth is F
    assert [part.truth for part in traced.parts] == [F, T, U]


@settings(deadline=None)
@given(evaluable, known_values)
def test_the_closures_and_the_trace_agree(condition: Condition, values: Values) -> None:
    assert trace(condition, values, SCOPE).truth is Compiler(SCOPE).compile(condition)(values)


@settings(deadline=None)
@given(evaluable, known_values, known_values)
def test_what_is_settled_stays_so_whatever_becomes_known(condition: Condition, values: Values, others: Values) -> None:
    evaluate = Compiler(SCOPE).compile(condition)
    before = evaluate(values)
    if before is not U:
        assert evaluate({**others, **values}) is before


@settings(deadline=None)
@given(evaluable, known_values)
def test_the_order_of_the_values_does_not_matter(condition: Condition, values: Values) -> None:
    evaluate = Compiler(SCOPE).compile(condition)
    assert evaluate(dict(reversed(list(values.items())))) is evaluate(values)


@settings(deadline=None)
@given(evaluable, known_values)
def test_an_evaluation_of_many_conditions_finds_what_each_finds_alone(condition: Condition, values: Values) -> None:
    evaluation = Evaluation(values, SCOPE)
    traced = trace(condition, values, SCOPE)
    for _ in range(2):
        assert evaluation.truth(condition) is traced.truth
        assert evaluation.open_leaves(condition) == tuple(open_leaves(traced))


def test_a_condition_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot evaluate str"):
        Compiler(SCOPE).compile("adult")  # type: ignore[arg-type]


# --- open leaves --------------------------------------------------------------------------------------------------


def open_in(text: str, values: Values) -> list[str]:
    condition = parse_node(read_text(text))
    return [write_line(leaf) for leaf in open_leaves(trace(condition, values, SCOPE))]


def test_open_leaves_are_those_that_are_unknown() -> None:
    assert open_in("all: [flag, adult, other_flag]", {"flag": True}) == ["age >= adult_age", "other_flag"]


def test_a_settled_condition_has_no_open_leaves() -> None:
    assert open_in("all: [flag, adult]", {"flag": False}) == []
    assert open_in("any: [flag, adult]", {"flag": True}) == []


def test_a_leaf_that_cannot_matter_any_more_is_left_out() -> None:
    assert open_in("all: [flag, {any: [other_flag, adult]}]", {"other_flag": True}) == ["flag"]
    assert open_in("any: [flag, {all: [other_flag, adult]}]", {"other_flag": False}) == ["flag"]


def test_negation_leaves_open_what_is_open_below_it() -> None:
    assert open_in("not: {all: [flag, not other_flag]}", {"flag": True}) == ["other_flag"]


@settings(deadline=None)
@given(evaluable, known_values)
def test_a_condition_has_open_leaves_exactly_while_it_is_unknown(condition: Condition, values: Values) -> None:
    traced = trace(condition, values, SCOPE)
    leaves = list(open_leaves(traced))
    assert bool(leaves) is (traced.truth is U)
    for leaf in leaves:
        assert not isinstance(leaf, Named) or leaf.name not in SCOPE.terms
        assert isinstance(leaf, Constant) or trace(leaf, values, SCOPE).truth is U


def test_the_walk_through_a_trace_starts_at_the_top_and_misses_nothing() -> None:
    traced = trace(parse_node(read_text("all: [flag, {any: [adult, other_flag]}]")), {}, SCOPE)
    assert [write_line(node.condition) for node in traced.walk()] == [
        "(flag and (adult or other_flag))",
        "flag",
        "(adult or other_flag)",
        "adult",
        "age >= adult_age",
        "other_flag",
    ]


def test_the_constant_of_an_enumeration_is_a_text_even_where_a_parameter_has_its_name() -> None:
    scope = Scope({}, {"fear": ValueType("enum", values=("high",))}, {"high": 3})
    assert Compiler(scope).compile(parse_text("fear == high"))({"fear": "high"}) is T
