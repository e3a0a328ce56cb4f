"""Which clauses durable_rules may be given, and under which names."""

from __future__ import annotations

from itertools import islice

import pytest

from carepath.inference.durable_lint import attributes_of, internal_names, key_hash, lint
from carepath.inference.normal_form import Literal


def coded(kind: str, value: object, constant: float | str = 1) -> int:
    """The integer that stands for a value of an attribute, of this type, that is compared with the constant."""
    return attributes_of({"R-1": [(Literal("a", "==", constant),)]}, {"a": kind})["a"].code(value)


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 1, 2**63 - 1])
def test_a_whole_number_of_64_bits_stands_for_itself(number: int) -> None:
    assert coded("int", number) == number


@pytest.mark.parametrize("number", [-(2**63) - 1, 2**63])
def test_a_whole_number_of_more_bits_is_refused(number: int) -> None:
    for kind in ("int", "decimal"):
        with pytest.raises(ValueError, match=r"^the number needs more than 64 bits$"):
            coded(kind, number)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"^the number is not finite$"):
        coded("decimal", number)


def test_the_codes_of_decimals_have_the_order_of_the_decimals() -> None:
    numbers = [-1e300, -2.5, -1, -5e-324, 0.0, 5e-324, 1e-05, 0.1, 0.30000000000000004, 1, 2.5, 1e16, 1.7e308]
    codes = [coded("decimal", number) for number in numbers]
    assert codes == sorted(set(codes))
    assert coded("decimal", -0.0) == coded("decimal", 0) == 0
    assert coded("decimal", -2.5) == -coded("decimal", 2.5)


def test_an_int_that_is_compared_with_a_decimal_has_the_code_of_a_decimal() -> None:
    assert coded("int", 3, 0.5) == coded("decimal", 3.0)
    assert coded("int", 3) == 3


def test_a_text_that_nothing_is_compared_with_has_a_code_of_its_own() -> None:
    assert coded("text", "b", "a") == coded("text", "", "a") != coded("text", "a", "a")


@pytest.mark.parametrize(
    ("literal", "words"),
    [
        (Literal("pian", "==", 1), "'pian' has no type"),
        (Literal("items", "==", 1), "'items' has the unknown type 'list'"),
        (Literal("pain", "=", 1), "operator '=' of 'pain'"),
        (Literal("pain", "in", 1), "operator 'in' of 'pain'"),
        (Literal("sex", "<", "f"), "'sex' is of type text and has no order"),
        (Literal("pregnant", ">=", constant=True), "'pregnant' is of type bool and has no order"),
        (Literal("pain", "==", "1"), "type int is needed, not str"),
        (Literal("pain", "==", constant=True), "type int is needed, not bool"),
        (Literal("pain", "==", 2**63), "more than 64 bits"),
        (Literal("ratio", "==", float("nan")), "not finite"),
        (Literal("pain", "<", float("inf")), "not finite"),
        (Literal("sex", "==", 1), "type text is needed, not int"),
    ],
)
def test_a_clause_outside_the_safe_subset_is_refused(literal: Literal, words: str) -> None:
    types = {"pain": "int", "ratio": "decimal", "sex": "text", "pregnant": "bool", "items": "list"}
    good = Literal("ratio", "<", 1e-05)
    (fault,) = lint({"R-1": [(good, literal), (literal,)], "R-2": [(good,)]}, types)
    assert fault.startswith("clause 'R-1': ")
    assert words in fault


def test_every_fault_of_a_branch_is_named() -> None:
    branch = (Literal("pian", "==", 1), Literal("items", "==", 1), Literal("pain", "=", "1"), Literal("sex", "<", "f"))
    assert lint({"R-1": [branch]}, {"pain": "int", "sex": "text", "items": "list"}) == [
        "clause 'R-1': attribute 'pian' has no type",
        "clause 'R-1': attribute 'items' has the unknown type 'list'; valid: bool, decimal, int, text",
        "clause 'R-1': operator '=' of 'pain' is none of != < <= == > >=",
        "clause 'R-1': the constant that 'pain' is compared with: a value of type int is needed, not str",
        "clause 'R-1': 'sex' is of type text and has no order: '<' cannot be used",
    ]


def test_a_branch_that_reads_more_attributes_than_a_fact_may_hold_is_refused() -> None:
    names = [f"finding {number}" for number in range(201)]
    branch = tuple(Literal(name, "==", 1) for name in names)
    assert lint({"R-1": [branch]}, dict.fromkeys(names, "int")) == [
        "clause 'R-1': one branch reads more than 200 attributes"
    ]


def test_an_int_compared_with_decimals_must_be_exact_as_a_decimal() -> None:
    clauses = {"R-1": [(Literal("pain", "<", 0.5), Literal("pain", "!=", 2**53 + 1))]}
    assert lint(clauses, {"pain": "int"}) == [
        "clause 'R-1': the constant that 'pain' is compared with: the number has more digits than a decimal holds"
    ]


def test_internal_names_share_their_hash_with_no_other_name_and_no_keyword() -> None:
    assert key_hash("costarring") == key_hash("liquid")
    keywords = ("id", "sid", "present", "$s", "$and", "$neq", "$gt", "$gte", "$lt", "$lte", "$forward", "$time", "m")
    names = islice(internal_names(), 50_000)
    hashes = {key_hash(name) for name in names}
    assert len(hashes) == 50_000
    assert not hashes & {key_hash(keyword) for keyword in keywords}


def test_a_name_whose_hash_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"f2": "id", "f4": "f1"}

    def hash_with_collisions(key: str) -> int:
        return key_hash(taken.get(key, key))

    monkeypatch.setattr("carepath.inference.durable_lint.key_hash", hash_with_collisions)
    assert list(islice(internal_names(), 3)) == ["f1", "f3", "f5"]
