"""Which conditions are evaluated: a rule's own, and beside it what its pathways and dates stand for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

import carepath
from carepath.content.guideline import Rule
from carepath.inference.clauses import clauses_of
from carepath.language.parse import parse_text
from carepath.language.write import write_line

GUIDELINE = carepath.load_guideline()
EVERYWHERE = tuple(GUIDELINE.pathways)
FRAME = "pathway in [spine] and evaluation_date >= 2026-01-01 and evaluation_date <= 2026-12-31"


def clauses(**changes: object) -> dict[str, str]:
    """The clauses of one rule with two outputs, of which the second has a condition of its own, each on a line."""
    first = GUIDELINE.rules["E-1"]
    outputs = (first.outputs[0], dataclasses.replace(first.outputs[0], index=1, when=parse_text("chronic")))
    plain: dict[str, Any] = {"pathways": EVERYWHERE, "start": None, "end": None, "by_output": False}
    rule: Rule = dataclasses.replace(first, when=parse_text("adult"), outputs=outputs, **plain | changes)
    found = clauses_of(dataclasses.replace(GUIDELINE, rules={rule.id: rule}))
    return {name: write_line(condition) for name, condition in found.items() if "E-1" in name and "RS-" not in name}


def test_an_output_with_a_condition_of_its_own_stands_on_that_and_on_the_condition_of_its_rule() -> None:
    assert clauses() == {"rule:E-1": "adult", "output:E-1:1": "(adult and chronic)"}


def test_where_each_output_carries_the_whole_condition_that_of_the_rule_is_not_asked_again() -> None:
    assert clauses(by_output=True) == {"rule:E-1": "adult", "output:E-1:1": "chronic"}


def test_pathways_and_dates_are_part_of_the_condition_of_a_rule_and_of_each_output() -> None:
    days = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 12, 31)}
    found = clauses(pathways=("spine",), **days)
    assert found == {"rule:E-1": f"({FRAME} and adult)", "output:E-1:1": f"({FRAME} and adult and chronic)"}


@pytest.mark.parametrize(
    ("changes", "frame"),
    [
        ({"pathways": tuple(reversed(EVERYWHERE))}, ""),
        ({"pathways": EVERYWHERE[1:]}, f"pathway in [{', '.join(EVERYWHERE[1:])}] and "),
        ({"start": dt.date(2026, 1, 1)}, "evaluation_date >= 2026-01-01 and "),
        ({"end": dt.date(2026, 12, 31)}, "evaluation_date <= 2026-12-31 and "),
    ],
)
def test_only_what_limits_a_rule_is_added(changes: dict[str, object], frame: str) -> None:
    expected = f"({frame}adult)" if frame else "adult"
    assert clauses(**changes)["rule:E-1"] == expected
