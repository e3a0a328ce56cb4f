"""Which clauses durable_rules may be given, and under which names."""

from __future__ import annotations

from itertools import islice

import pytest

from carepath.inference.durable_lint import internal_names, key_hash, lint
from carepath.inference.normal_form import Literal


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
