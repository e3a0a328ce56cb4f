"""What a guideline made ready tells beside the verdicts, and what an error of the engines tells of red flags."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

import carepath
from carepath.content.guideline import Guideline
from carepath.errors import EngineDisagreement, EngineError, Problem
from carepath.inference.agreement import Prepared, engine_name, made_ready, prepare, red_flags, verdicts
from carepath.inference.durable import DurableEngine, availability
from carepath.language.nodes import All, AnyOf, Condition
from carepath.language.parse import parse_node
from carepath.language.truth import Truth
from carepath.yaml_reader import read_text

AT = dt.date(2026, 3, 2)
GUIDELINE = carepath.load_guideline()
PREPARED = prepare(GUIDELINE, AT)

needs_durable = pytest.mark.skipif(availability() is not None, reason=str(availability()))


def anew(guideline: Guideline = GUIDELINE) -> Prepared:
    """A guideline made ready, of which nothing is kept from before."""
    return made_ready(guideline, guideline.parameter_values(AT))


def entries(prepared: Prepared, rule: str, output: int, pathway: str | None = None) -> list[str]:
    """The ids of the entries that select an output and read a condition, and nothing that stands beside it."""
    one = GUIDELINE.rules[rule]
    chosen = GUIDELINE.pathways[pathway] if pathway is not None else None
    return [entry.id for entry in prepared.entries_alone_on(one, one.outputs[output], chosen)]


def test_the_entries_that_a_condition_alone_makes_count_are_those_on_an_output() -> None:
    prepared = anew()
    assert entries(prepared, "E-1", 0) == ["RS-E-1"]
    assert entries(prepared, "CO-1", 0) == ["RS-COORDINATOR"]
    assert entries(prepared, "NP-D1", 1) == ["RS-CARBAMAZEPINE"]
    assert entries(prepared, "DE-2", 0) == ["RS-GOALS"]
    assert entries(prepared, "DE-2", 1) == ["RS-WORSENED"]


def test_an_entry_that_asks_what_stands_beside_does_not_count_by_its_condition_alone() -> None:
    prepared = anew()
    beside = {entry.id for entry in GUIDELINE.resolve if entry.given or entry.absent or entry.when is None}
    found = {
        one
        for rule in GUIDELINE.rules.values()
        for output in rule.outputs
        for one in entries(prepared, rule.id, output.index, rule.pathways[0] if rule.pathways else None)
    }
    assert beside
    assert found
    assert not found & beside


def test_which_entries_count_is_asked_of_each_pathway_for_itself() -> None:
    prepared = anew()
    for name in GUIDELINE.pathways:
        assert entries(prepared, "E-2b", 0, name) == ["RS-E-2b", "RS-BEYOND"]
    rule, output = GUIDELINE.rules["E-1"], GUIDELINE.rules["E-1"].outputs[0]
    first = prepared.entries_alone_on(rule, output, None)
    assert prepared.entries_alone_on(rule, output, None) is first


def reason(finding: str, value: object) -> str | None:
    """Why a finding is unknown, given what is known of it; None where nothing needs more."""
    patient = {finding: {"value": value, "date": AT.isoformat()}}
    return carepath.assess(patient, pathway="neuropathic", at=AT, engine="direct").basis.reason(finding)


@pytest.mark.parametrize(
    ("finding", "low", "high", "expected"),
    [
        ("age_years", 30, 40, None),
        ("age_years", 18, 19, None),
        ("age_years", 17, 18, "partial"),
        # A condition needs the total itself.
        ("dn4_total", 5, 10, "partial"),
    ],
)
def test_bounds_suffice_exactly_when_every_condition_is_settled_by_them(
    finding: str, low: int, high: int, expected: str | None
) -> None:
    assert reason(finding, {"at_least": low, "at_most": high}) == expected


def changed(rule: str, condition: Condition) -> Guideline:
    """The shipped guideline with another condition in one rule, and a hash of its own."""
    one = dataclasses.replace(GUIDELINE.rules[rule], when=condition)
    rules = {**GUIDELINE.rules, rule: one}
    return dataclasses.replace(GUIDELINE, rules=rules, content_hash="too many alternatives")


@needs_durable
def test_a_condition_with_too_many_alternatives_is_named_with_its_place_and_what_to_do() -> None:
    place = GUIDELINE.rules["E-1"].when.place
    pairs = [parse_node(read_text(f"any:\n  - age_years == {n}\n  - wpn_class == {n % 4 + 1}\n")) for n in range(20)]
    assert all(isinstance(pair, AnyOf) for pair in pairs)
    guideline = changed("E-1", dataclasses.replace(All(tuple(pairs)), place=place))
    with pytest.raises(EngineError) as caught:
        anew(guideline).durable()
    (problem,) = [one for one in caught.value.problems if "E-1" in one.message]
    assert problem.code == "CP091"
    assert "alternatives" in problem.message
    assert problem.place == place
    assert problem.advice == "split the condition into rules, or assess with the direct evaluator alone"


def test_the_red_flags_among_true_clauses_are_rules_of_which_that_output_is_true() -> None:
    true = {name for name in PREPARED.clauses if name.split(":")[1] in {"RF-1", "E-1", "GC-1", "MD-1"}}
    assert red_flags(PREPARED, true) == ["RF-1"]
    assert red_flags(PREPARED, true - {"rule:RF-1"}) == []
    assert red_flags(PREPARED, set()) == []


@needs_durable
def test_what_fails_in_an_engine_tells_the_red_flags_that_are_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: DurableEngine, __: object) -> set[str]:
        raise EngineError([Problem("CP091", "injected")])

    values = carepath.assess({"rf_cauda_equina": True}, pathway="spine", at=AT).basis.values
    PREPARED.durable()
    monkeypatch.setattr(DurableEngine, "true_clauses", fails)
    with pytest.raises(EngineError) as caught:
        verdicts(PREPARED, values, engine="both")
    assert list(caught.value.red_flags) == red_flags(
        PREPARED, {n for n, t in PREPARED.direct.verdicts(values).items() if t is Truth.TRUE}
    )
    assert len(caught.value.red_flags) == 1


@needs_durable
def test_a_difference_names_each_clause_with_what_each_engine_says(monkeypatch: pytest.MonkeyPatch) -> None:
    values = carepath.assess({"rf_cauda_equina": True}, pathway="spine", at=AT).basis.values
    sure = {name for name, truth in PREPARED.direct.verdicts(values).items() if truth is Truth.TRUE}
    lost = min(sure)
    monkeypatch.setattr(DurableEngine, "true_clauses", lambda *_: sure - {lost} | {"rule:E-1"})
    with pytest.raises(EngineDisagreement) as caught:
        verdicts(PREPARED, values, engine="both")
    assert [(problem.code, problem.message, problem.place, problem.advice) for problem in caught.value.problems] == [
        (
            "CP090",
            f"{name}: direct says {said}, durable-rules fires: {fires}",
            None,
            "there is no advice; report this with the audit record",
        )
        for name, said, fires in sorted(
            [(lost, "true", False), ("rule:E-1", PREPARED.direct.verdicts(values)["rule:E-1"].value, True)]
        )
    ]


def test_the_guideline_is_made_ready_once_for_all_days_with_the_same_parameters() -> None:
    assert prepare(GUIDELINE, AT) is PREPARED
    assert prepare(GUIDELINE, AT + dt.timedelta(days=1)) is PREPARED


@needs_durable
def test_a_difference_tells_the_red_flags_that_either_engine_found(monkeypatch: pytest.MonkeyPatch) -> None:
    values = carepath.assess({"rf_cauda_equina": True}, pathway="spine", at=AT).basis.values
    sure = {name for name, truth in PREPARED.direct.verdicts(values).items() if truth is Truth.TRUE}
    monkeypatch.setattr(DurableEngine, "true_clauses", lambda *_: {"rule:RF-2"})
    with pytest.raises(EngineDisagreement) as caught:
        verdicts(PREPARED, values, engine="both")
    assert list(caught.value.red_flags) == red_flags(PREPARED, sure | {"rule:RF-2"})
    assert len(caught.value.red_flags) == len(red_flags(PREPARED, sure)) + 1


def test_the_name_of_the_engine_says_which_evaluated() -> None:
    assert engine_name("direct") == "direct"
    assert engine_name("both") == ("direct" if availability() is not None else "durable_rules and direct")
