"""Drafts of the same recommendation are made one, with what each of them has."""

from __future__ import annotations

from typing import Any

import pytest

import carepath
from carepath.content.guideline import Selector, Text
from carepath.inference.case import outline_of
from carepath.inference.drafts import Draft, matcher, matches, merged
from carepath.recommendation import Contribution, Settlement

GUIDELINE = carepath.load_guideline()
FIRST, SECOND = (Contribution(rule=GUIDELINE.rules[name]) for name in ("IM-1", "E-1"))
A, B = (Settlement(Text(name, name), "unknown") for name in "ab")


def draft(contribution: Contribution, *conditions: Settlement, conditional: bool = False) -> Draft:
    return Draft("escalate", [contribution], target="SP2", conditional=conditional, conditions=list(conditions))


def one(*drafts: Draft) -> Draft:
    (found,) = merged(drafts)
    return found


def test_all_that_drafts_name_is_kept_each_once_in_its_order() -> None:
    first, second = draft(FIRST), draft(SECOND)
    first.missing, first.attention, first.could_change = ["a", "b"], ["c"], ["d"]
    second.missing, second.attention, second.could_change = ["b", "e"], ["f", "c"], ["g"]
    found = one(first, second)
    assert found.rule_ids == ["IM-1", "E-1"]
    assert (found.missing, found.attention, found.could_change) == (["a", "b", "e"], ["c", "f"], ["d", "g"])


def test_two_that_hold_on_conditions_hold_on_all_of_them_each_once() -> None:
    found = one(draft(FIRST, A, conditional=True), draft(SECOND, A, B, conditional=True))
    assert (found.conditional, found.conditions) == (True, [A, B])


def test_one_that_holds_without_a_condition_frees_the_other_of_its_conditions() -> None:
    for pair in (
        (draft(FIRST, A, conditional=True), draft(SECOND)),
        (draft(FIRST), draft(SECOND, A, conditional=True)),
    ):
        found = one(*pair)
        assert (found.conditional, found.conditions) == (False, [])
    assert one(draft(FIRST), draft(SECOND)).conditional is False


def test_the_measurements_are_those_of_the_first_that_has_some() -> None:
    none, start, end = draft(FIRST), draft(FIRST), draft(SECOND)
    start.measurements, end.measurements = "start", "end"
    assert one(none, end).measurements == "end"
    again = draft(FIRST)
    again.measurements = "start"
    last = draft(SECOND)
    last.measurements = "end"
    assert one(again, last).measurements == "start"
    assert one(start, draft(SECOND)).measurements == "start"


SPINE = GUIDELINE.pathways["spine"]
OUTPUT = GUIDELINE.rules["IM-1"].outputs[0]
DRAFT = Draft(
    "escalate",
    [Contribution(rule=GUIDELINE.rules["IM-1"], output=OUTPUT), Contribution(rule=GUIDELINE.rules["E-1"])],
    target="SP2",
    urgency="urgent",
    level="local",
    group="matched_care",
    topic="drug_taper",
    internal_step="next_drug_class",
)


def selector(field: str, value: object) -> Selector:
    """A selector with one field."""
    fields: dict[str, Any] = {field: value}
    return Selector(**fields)


@pytest.mark.parametrize(
    ("field", "its", "other"),
    [
        ("kinds", ("mdo", "escalate"), ("mdo",)),
        ("not_kinds", ("mdo",), ("mdo", "escalate")),
        ("rules", ("E-2", "E-1"), ("E-2",)),
        ("urgencies", ("urgent", "emergency"), ("emergency",)),
        ("groups", ("matched_care",), ("last_resort",)),
        ("levels", ("local", "regional"), ("regional",)),
        ("topics", ("drug_taper",), ("opioid_course",)),
        ("not_topics", ("opioid_course",), ("opioid_course", "drug_taper")),
        ("internal_steps", ("next_drug_class",), ("carbamazepine_first",)),
        ("target_lines", (SPINE.steps["SP2"].line,), (SPINE.steps["SP1"].line,)),
        ("outputs", (0, 1), (1,)),
        ("conditional", False, True),
    ],
)
def test_a_selector_means_the_drafts_that_each_of_its_fields_means(field: str, its: object, other: object) -> None:
    for given, means in ((its, True), (other, False)):
        assert matches(selector(field, given), DRAFT, SPINE) is means
        assert matcher(selector(field, given), SPINE)(DRAFT) is means


@pytest.mark.parametrize(
    "field", ["urgencies", "groups", "levels", "topics", "internal_steps", "target_lines", "outputs"]
)
def test_a_draft_without_what_a_field_asks_for_is_not_meant(field: str) -> None:
    bare = Draft("note", [])
    assert not matches(selector(field, (1,) if field == "outputs" else ("x",)), bare, SPINE)
    assert matches(Selector(), bare, SPINE)
    assert matches(Selector(not_topics=("x",)), bare, None)


def test_the_outline_of_an_output_is_what_its_rule_says() -> None:
    said = ("kind", "target", "urgency", "level", "group", "topic", "internal_step", "conditional", "measurements")
    used: set[str] = set()
    for rule in GUIDELINE.rules.values():
        for output in rule.outputs:
            outline = outline_of(rule, output)
            assert outline.contributions == [Contribution(rule, output)]
            assert [getattr(outline, name) for name in said] == [getattr(output, name) for name in said]
            used |= {name for name in said if getattr(output, name)}
    assert used == set(said)


def test_without_a_pathway_no_step_has_a_line() -> None:
    assert not matches(Selector(target_lines=(SPINE.steps["SP2"].line,)), DRAFT, None)


def test_drafts_of_different_recommendations_stay_apart() -> None:
    other = Draft("escalate", [SECOND], target="SP3")
    assert merged([draft(FIRST), other]) == [draft(FIRST), other]
