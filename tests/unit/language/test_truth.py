"""Kleene's tables, in full, and a truth value that refuses to be a bool."""

from __future__ import annotations

import itertools

import pytest

from carepath.language.truth import Truth, conjunction, disjunction, negation

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

NEGATION = {T: F, F: T, U: U}
AND = {(T, T): T, (T, F): F, (T, U): U, (F, T): F, (F, F): F, (F, U): F, (U, T): U, (U, F): F, (U, U): U}
OR = {(T, T): T, (T, F): T, (T, U): T, (F, T): T, (F, F): F, (F, U): U, (U, T): T, (U, F): U, (U, U): U}


@pytest.mark.parametrize("truth", Truth)
def test_negation_follows_kleene(truth: Truth) -> None:
    assert negation(truth) is NEGATION[truth]


@pytest.mark.parametrize("pair", AND, ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
def test_conjunction_follows_kleene(pair: tuple[Truth, Truth]) -> None:
    assert conjunction(pair) is AND[pair]


@pytest.mark.parametrize("pair", OR, ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
def test_disjunction_follows_kleene(pair: tuple[Truth, Truth]) -> None:
    assert disjunction(pair) is OR[pair]


def test_the_tables_above_are_complete() -> None:
    assert set(AND) == set(OR) == set(itertools.product(Truth, repeat=2))
    assert set(NEGATION) == set(Truth)


@pytest.mark.parametrize("triple", list(itertools.product(Truth, repeat=3)))
def test_three_parts_combine_as_two_and_one(triple: tuple[Truth, Truth, Truth]) -> None:
    first, second, third = triple
    assert conjunction(triple) is conjunction([conjunction([first, second]), third])
    assert disjunction(triple) is disjunction([disjunction([first, second]), third])


@pytest.mark.parametrize("triple", list(itertools.product(Truth, repeat=3)))
def test_the_order_of_the_parts_does_not_matter(triple: tuple[Truth, ...]) -> None:
    for other in itertools.permutations(triple):
        assert conjunction(other) is conjunction(triple)
        assert disjunction(other) is disjunction(triple)


@pytest.mark.parametrize("pair", list(itertools.product(Truth, repeat=2)))
def test_negation_exchanges_conjunction_and_disjunction(pair: tuple[Truth, Truth]) -> None:
    assert negation(conjunction(pair)) is disjunction(negation(truth) for truth in pair)


def test_nothing_at_all_is_a_true_conjunction_and_a_false_disjunction() -> None:
    assert conjunction([]) is T
    assert disjunction([]) is F


@pytest.mark.parametrize("truth", Truth)
def test_a_truth_refuses_to_be_a_bool(truth: Truth) -> None:
    with pytest.raises(TypeError) as caught:
        bool(truth)
    assert str(caught.value) == "a Truth is not a bool: compare it with Truth.TRUE, Truth.FALSE or Truth.UNKNOWN"
    with pytest.raises(TypeError, match="not a bool"):
        not truth  # noqa: B018 - that this raises is the point


def test_true_false_and_none_are_the_only_python_values_with_a_truth() -> None:
    assert [Truth.of(value) for value in (True, False, None)] == [T, F, U]


@pytest.mark.parametrize("value", [0, 1, "", "true", [], 0.0, Truth.TRUE])
def test_anything_else_has_no_truth(value: object) -> None:
    with pytest.raises(TypeError, match="not a truth value"):
        Truth.of(value)
