import datetime as dt
from typing import Any

import pytest

from carepath import Problem, Recommendation, load_guideline
from carepath.testing.expectation import Expectation, ExpectationReader, valid_names
from carepath.yaml_reader import read_text

MEASUREMENTS = (
    {"moment": "start", "weight": "mandatory"},
    {"moment": "halfway", "weight": "optional"},
)


def expectation(text: str) -> Expectation:
    problems: list[Problem] = []
    found = ExpectationReader(valid_names(load_guideline()), problems).read(read_text(text), dt.date(2026, 3, 2))
    assert problems == []
    assert found is not None
    return found


def recommendation(**fields: Any) -> Recommendation:  # noqa: ANN401 - the fields have many types
    return Recommendation(**{"kind": "imsr_assessment", "contributions": (), **fields})


@pytest.mark.parametrize(
    "text",
    [
        "{kind: imsr_assessment}",
        "{group: last_resort}",
        "{kind: imsr_assessment, conditional: false, target: rehabilitation_physician}",
        "{target: {any: [SP1, rehabilitation_physician]}}",
        "{tags: [source]}",
        "{tags: [inferred, source]}",
        "{tags: source}",
        "{tags: {any: [unverified, source]}}",
        "{missing: [wpn_class]}",
        "{measurements: [{moment: start}]}",
        "{measurements: [{moment: halfway, weight: optional}, {weight: mandatory}]}",
        "{measurements: {any: [{moment: end}, {moment: start, weight: mandatory}]}}",
        "{conditional: {any: [false]}}",
    ],
)
def test_an_expectation_matches_when_every_named_field_is_as_wanted(text: str) -> None:
    held = recommendation(
        group="last_resort",
        target="rehabilitation_physician",
        tags=("source", "inferred"),
        missing=("wpn_class", "age_years"),
        measurements=MEASUREMENTS,
    )
    assert expectation(text).matches(held)


@pytest.mark.parametrize(
    "text",
    [
        "{kind: mdo}",
        "{kind: imsr_assessment, target: SP1}",
        "{conditional: true}",
        "{target: {any: [SP1, SP0]}}",
        "{tags: [source, unverified]}",
        "{tags: {any: [unverified, design_choice]}}",
        "{missing: [wpn_class, pcs_total]}",
        "{attention: [wpn_class]}",
        "{measurements: [{moment: start, weight: optional}]}",
        "{measurements: [{moment: start}, {moment: end}]}",
        "{topic: dn4_cutoff}",
    ],
)
def test_an_expectation_does_not_match_when_one_field_differs(text: str) -> None:
    held = recommendation(tags=("source",), missing=("wpn_class",), measurements=MEASUREMENTS)
    assert not expectation(text).matches(held)


def test_a_field_that_is_not_there_is_not_false() -> None:
    assert not expectation("{under_review: false}").matches(recommendation())
    assert expectation("{under_review: false}").matches(recommendation(under_review=False))


def test_an_expectation_writes_itself_as_it_stands_in_a_scenario() -> None:
    text = "{kind: continue, conditional: false, target: {any: [SP1, SP0]}, tags: [source], review: '2026-05-25'}"
    assert str(expectation(text)) == text
    assert str(expectation(str(expectation(text)))) == text
