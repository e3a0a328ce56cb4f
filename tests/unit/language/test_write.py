"""What is written is read as the same condition."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings

from carepath.content.load import load_guideline
from carepath.content.walk import conditions_of
from carepath.errors import Place
from carepath.language.nodes import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    Every,
    FindingRef,
    Named,
    Not,
    Number,
    Quoted,
    Some,
    Word,
)
from carepath.language.parse import parse_node, parse_text
from carepath.language.write import write_line, write_structure
from carepath.yaml_reader import Entry, Mapping, Scalar, Sequence, YamlNode, read_text
from tests.unit.language.strategies import conditions

HERE = Place("generated", 1, 1)


def as_node(structure: object) -> YamlNode:
    """What the reader of YAML would make of a structure."""
    if isinstance(structure, dict):
        return Mapping(tuple(Entry(key, HERE, as_node(value)) for key, value in structure.items()), HERE)
    if isinstance(structure, list):
        return Sequence(tuple(as_node(one) for one in structure), HERE)
    assert isinstance(structure, str)
    return Scalar(structure, plain=False, place=HERE)


@settings(deadline=None)
@given(conditions)
@example(Compare(FindingRef("x"), "==", Number(1e-05)))
@example(Compare(FindingRef("x"), "==", Number(1e22)))
@example(Compare(FindingRef("x"), "==", Quoted("3")))
@example(Not(Not(Some("x", Not(Named("y"))))))
def test_a_condition_that_is_written_and_read_again_is_the_same(condition: Condition) -> None:
    assert parse_node(as_node(write_structure(condition))) == condition


def test_every_condition_of_the_guideline_that_is_written_and_read_again_is_the_same() -> None:
    found = list(conditions_of(load_guideline()))
    assert len(found) > 100
    for name, condition in found:
        text = json.dumps(write_structure(condition), ensure_ascii=False)
        assert parse_node(read_text(text)) == condition, name


LINES: dict[str, Condition] = {
    "adult": Named("adult"),
    "not adult": Not(Named("adult")),
    "(adult and (chronic or not flag))": All((Named("adult"), AnyOf((Named("chronic"), Not(Named("flag")))))),
    "some of drugs where tolerated": Some("drugs", Named("tolerated")),
    "every of goals where (a and b)": Every("goals", All((Named("a"), Named("b")))),
    "count of drugs >= two": Count("drugs", None, None, ">=", Word("two")),
    "count of distinct class in drugs where tolerated < two": Count(
        "drugs", "class", Named("tolerated"), "<", Word("two")
    ),
}


def test_a_negation_of_a_line_is_a_line_and_one_of_a_structure_has_a_key() -> None:
    assert write_structure(Not(Named("adult"))) == "not adult"
    assert write_structure(Not(Not(Named("adult")))) == "not not adult"
    assert write_structure(Not(All((Named("a"), Named("b"))))) == {"not": {"all": ["a", "b"]}}


@pytest.mark.parametrize("line", LINES)
def test_a_condition_stands_on_one_line_in_messages(line: str) -> None:
    assert write_line(LINES[line]) == line


@pytest.mark.parametrize(
    ("number", "written"), [(1e22, "10000000000000000000000.0"), (3.0, "3.0"), (0.25, "0.25"), (3, "3")]
)
def test_a_decimal_is_written_so_that_it_is_read_as_a_decimal(number: float, written: str) -> None:
    assert write_line(Compare(FindingRef("x"), "<", Number(number))) == f"x < {written}"


def test_a_small_number_is_written_in_digits_as_the_grammar_has_no_exponent() -> None:
    condition = parse_text("x < 0.00001")
    assert write_line(condition) == "x < 0.00001"
