"""Comparisons that the record settles from what it knows in part: both engines say the same of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import carepath
from carepath.explain.fills import fills_of
from carepath.explain.tries import Tries
from carepath.inference.agreement import prepare, verdicts
from carepath.inference.direct import DirectEngine
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import branches
from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import Not
from carepath.language.parse import parse_node
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.yaml_reader import read_text

AT = dt.date(2026, 3, 2)
SCOPE = Scope({}, {"dn4_total": ValueType("int", minimum=0, maximum=10, partial=True)}, {"cutoff": 4})
AT_LEAST = parse_node(read_text("dn4_total >= cutoff"))

needs_durable = pytest.mark.skipif(availability() is not None, reason=str(availability()))


@needs_durable
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"dn4_total": 4}, Truth.TRUE),
        ({"dn4_total": 3}, Truth.FALSE),
        ({"dn4_total >= cutoff": True}, Truth.TRUE),
        ({"dn4_total >= cutoff": False}, Truth.FALSE),
        ({}, Truth.UNKNOWN),
    ],
)
def test_a_comparison_holds_by_the_value_or_by_what_the_record_settled(
    values: dict[str, Known], expected: Truth
) -> None:
    clauses = {"holds": AT_LEAST, "fails": Not(AT_LEAST)}
    assert DirectEngine(clauses, SCOPE).verdicts(values)["holds"] is expected
    types = {"dn4_total": "int", "dn4_total >= cutoff": "bool"}
    durable = DurableEngine({name: branches(one, SCOPE) for name, one in clauses.items()}, types)
    fired = {Truth.TRUE: {"holds"}, Truth.FALSE: {"fails"}, Truth.UNKNOWN: set()}
    assert durable.true_clauses(values) == fired[expected]


def conflict(low: int, high: int) -> str:
    """The verdict on showing that sources disagree about the threshold of the DN4, which a total of 4 lies on."""
    patient = {"dn4_total": {"value": {"at_least": low, "at_most": high}, "date": AT.isoformat()}}
    made = carepath.assess(patient, pathway="neuropathic", at=AT)
    prepared = prepare(made.guideline, AT)
    assert verdicts(prepared, made.basis.values, engine="both") == made.basis.verdicts
    assert "dn4_total" not in made.basis.values
    return made.basis.evaluation.truth(parse_node(read_text("dn4_total == dn4_original_cutoff"))).value


@pytest.mark.parametrize(("low", "high", "expected"), [(5, 10, "false"), (0, 3, "false"), (4, 10, "unknown")])
def test_the_shipped_rules_are_settled_by_bounds_and_the_engines_see_no_total(
    low: int, high: int, expected: str
) -> None:
    assert conflict(low, high) == expected


def test_a_total_known_in_part_is_asked_for_and_shown_with_its_bounds() -> None:
    patient = {"dn4_total": {"value": {"at_least": 4, "at_most": 10}, "date": "2026-03-01"}}
    made = carepath.assess(patient, pathway="neuropathic", at=AT)
    data: Any = made.to_dict()
    (shown,) = [one for one in data["unknown"] if one["finding"] == "dn4_total"]
    assert shown["reason"] == "partial"
    assert [one["value"] for one in shown["values"]] == [{"at_least": 4, "at_most": 10}]
    assert "at least 4, at most 10" in made.report("en")
    assert "ten minste 4, ten hoogste 10" in made.report("nl")


def test_what_would_settle_a_total_known_in_part_lies_within_its_bounds() -> None:
    patient = {"dn4_total": {"value": {"at_least": 4, "at_most": 6}, "date": "2026-03-01"}}
    basis = carepath.assess(patient, pathway="neuropathic", at=AT).basis
    leaf = parse_node(read_text("dn4_total == dn4_original_cutoff"))
    assert [series[-1].value for series in fills_of("dn4_total", [leaf], Tries(basis))] == [4, 5]


def test_what_would_settle_a_list_known_in_part_holds_what_is_known_of_it() -> None:
    patient = {"neuropathic_drugs": {"value": [{"class": "TCA"}], "status": "partial", "date": "2026-03-01"}}
    basis = carepath.assess(patient, pathway="neuropathic", at=AT).basis
    leaf = basis.guideline.terms["some_drug_effective"].when
    series = fills_of("neuropathic_drugs", [leaf], Tries(basis))
    assert len(series) == 2
    for one in series:
        value = one[-1].value
        assert isinstance(value, tuple)
        assert any(item["class"] == "TCA" for item in value)


def test_the_audit_record_of_a_patient_known_in_part_is_the_same_patient() -> None:
    patient = {
        "age_years": {"value": {"at_least": 40, "at_most": 41}, "date": "2026-03-01"},
        "neuropathic_drugs": {"value": [{"class": "TCA"}], "status": "partial", "date": "2026-03-01"},
    }
    made = carepath.assess(patient, pathway="neuropathic", at=AT)
    given: Any = made.audit["input"]
    again = carepath.assess(given, pathway="neuropathic", at=AT)
    assert again.to_json() == made.to_json()
