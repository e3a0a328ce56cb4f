"""Mutants of a guideline: which mistakes there are, that each is one, and what a set of scenarios notices of them."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from pathlib import Path

import pytest

from carepath import Guideline, assess, load_guideline
from carepath.content.walk import conditions_of
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Count,
    FindingRef,
    Named,
    Not,
    Number,
    Some,
    Word,
)
from carepath.language.symbols import ValueType
from carepath.language.write import write_line
from carepath.testing.condition_mutations import mutations
from carepath.testing.mutant_patients import shown, telling_patients, touched_rules
from carepath.testing.mutants import OPERATORS, Mutant, mutants
from carepath.testing.mutation_run import Changed, main, read_equivalent, run_mutants
from carepath.testing.scenario import Scenario, read_scenarios, scenario_files

AT = dt.date(2026, 3, 2)
GUIDELINE = load_guideline()
MUTANTS = {one.id: one for one in mutants(GUIDELINE)}
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
BESIDE = SCENARIOS.parents[1].parent / "shared" / "scenarios"
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yaml")
A, B = Named("a"), Named("b")
CLASS = ValueType("int", 1, 4, enumerated=True)
LIST = ValueType("list", parts={"done": ValueType("bool")})


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (A, {"negate not a"}),
        (Not(A), {"negate a"}),
        (
            All((A, B)),
            {"flip (a or b)", "drop a", "drop b", "negate (not a and b)", "negate (a and not b)"},
        ),
        (
            AnyOf((Not(A), B)),
            {"flip (not a and b)", "drop not a", "drop b", "negate (a or b)", "negate (not a or not b)"},
        ),
        (
            Compare(FindingRef("wpn"), "==", Number(4)),
            {"negate not wpn == 4", "shift wpn == 3"},
        ),
        (
            Among(FindingRef("wpn"), (Number(3), Number(4))),
            {"negate not wpn in [3, 4]", "drop wpn in [3]", "drop wpn in [4]", "shift wpn in [2, 4]"},
        ),
        (
            Some("list", Named("done")),
            {"negate not some of list where done", "negate some of list where not done"},
        ),
        (
            Count("list", None, Named("done"), ">=", Word("two")),
            {
                "negate not count of list where done >= two",
                "negate count of list where not done >= two",
                "drop count of list >= two",
            },
        ),
    ],
)
def test_a_condition_has_these_mistakes(condition: Condition, found: set[str]) -> None:
    types = {"wpn": CLASS, "list": LIST}
    assert {f"{operator} {write_line(after)}" for operator, after, _ in mutations(condition, types)} == found


def test_a_threshold_is_one_higher_and_one_lower_and_a_date_one_day_earlier_and_later() -> None:
    higher = MUTANTS["parameter adult_age: shift +1 of 18"].apply(GUIDELINE)
    assert higher.parameter_values(AT)["adult_age"] == 19
    earlier = MUTANTS["parameter position_boundary: move -1"].apply(GUIDELINE)
    assert earlier.parameter_values(AT)["position_boundary"] == dt.date(2026, 1, 22).toordinal()
    moved = [one for one in MUTANTS.values() if one.site.startswith("entitlement") and one.operator == "move"]
    assert len(moved) == 2 * sum(entry.start is not None for entry in GUIDELINE.entitlements)


def test_a_transition_leads_elsewhere_and_each_of_its_rules_is_left_out() -> None:
    site = "transition SP1>SP15:escalate by E-2 E-2b"
    assert {name for name in MUTANTS if name.startswith(site)} == {
        f"{site}: {what}" for what in ("swap from", "swap to", "drop E-2", "drop E-2b")
    }
    ways = MUTANTS[f"{site}: swap to"].apply(GUIDELINE).pathways["spine"].transitions
    assert [way.target for way in ways if way.source == "SP1" and "E-2" in way.rules] == ["SP2-NEU"]


def test_every_condition_parameter_transition_and_date_of_the_content_has_mutants() -> None:
    sites = {one.site for one in MUTANTS.values()}
    assert {f"term {name}" for name in GUIDELINE.terms} <= sites
    assert {f"parameter {name}" for name in GUIDELINE.parameters} <= sites
    assert {f"rule {rule.id}" for rule in GUIDELINE.rules.values() if not rule.by_output} <= sites
    assert {one.operator for one in MUTANTS.values()} == set(OPERATORS)


def test_names_are_unique_the_order_is_the_same_and_each_mutant_is_another_guideline() -> None:
    assert list(MUTANTS) == [one.id for one in mutants(load_guideline())]
    assert len(MUTANTS) == sum(1 for _ in mutants(GUIDELINE))
    original = tuple(conditions_of(GUIDELINE))
    for one in list(MUTANTS.values())[::20]:
        changed = one.apply(GUIDELINE)
        assert changed != GUIDELINE
        assert changed.content_hash != GUIDELINE.content_hash
        if one.before is not None:
            assert tuple(conditions_of(changed)) != original


def every_scenario() -> list[Scenario]:
    files, _ = scenario_files([SCENARIOS, *([BESIDE] if BESIDE.is_dir() else [])])
    return [one for file in files for one in read_scenarios(file, GUIDELINE)]


def of(*names: str) -> list[Mutant]:
    return [MUTANTS[name] for name in names]


def test_a_scenario_notices_a_mistake_in_what_it_expects_and_no_other() -> None:
    scenarios = read_scenarios(SCENARIOS / "coordination.yaml", GUIDELINE)
    coordination, other = of("parameter coordinated_providers: shift +1 of 2", "parameter opioid_limit: shift +1 of 90")
    run = run_mutants(GUIDELINE, scenarios, only=[coordination, other])
    assert run.survivors == (other,)
    assert run.score == 0.5
    assert "coordination.yaml" in str(run.fates[0].killed_by)
    assert "survives: parameter opioid_limit: 90 becomes 91" in str(run)


def test_what_is_listed_as_equivalent_counts_so_only_while_no_scenario_notices_it() -> None:
    scenarios = read_scenarios(SCENARIOS / "coordination.yaml", GUIDELINE)
    pair = of("parameter coordinated_providers: shift +1 of 2", "parameter opioid_limit: shift +1 of 90")
    run = run_mutants(GUIDELINE, scenarios, only=pair, equivalent={one.id: "for the test" for one in pair})
    assert [fate.equivalent for fate in run.fates] == [None, "for the test"]
    assert run.score == 1
    assert run.survivors == ()


def test_a_scenario_that_fails_on_the_guideline_itself_notices_nothing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "- scenario: nothing is known and a step up is expected\n  at: 2026-03-02\n  patient: {}\n"
        "  expect:\n    must:\n      - {kind: escalate}\n",
        encoding="utf-8",
    )
    run = run_mutants(GUIDELINE, read_scenarios(path, GUIDELINE), only=of("term adult: negate 1"))
    assert len(run.survivors) == 1
    said = str(run).splitlines()
    assert said[-3].endswith("[term adult: negate 1]")
    assert said[-2] == "scenarios that do not pass on the guideline itself, and so notice nothing: 1"
    assert said[-1] == f"does not pass: {path}:1:3 nothing is known and a step up is expected"


def test_a_patient_is_found_who_tells_a_mutant_from_the_guideline() -> None:
    (mutant,) = of("parameter psychosocial_weeks: shift +1 of 3")
    assert touched_rules(GUIDELINE, mutant) == ("E-6",)
    told = {one.patient["insufficient_improvement_weeks"] for one in telling_patients(GUIDELINE, mutant, at=AT)}
    assert told == {3.0, 3.1}


def test_a_mistake_in_a_term_touches_the_rules_that_use_it_also_through_terms() -> None:
    (mutant,) = of("term chronic: negate 1")
    assert {"IM-1", "E-4", "E-5", "WK-1"} <= set(touched_rules(GUIDELINE, mutant))
    (way,) = of("transition SP1>SP15:escalate by E-2 E-2b: drop E-2")
    assert set(touched_rules(GUIDELINE, way)) == {"E-2", "E-2b"}


def test_the_command_says_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.yaml")]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err
    listed = tmp_path / "listed.yaml"
    listed.write_text("- reason: none\n", encoding="utf-8")
    assert main([str(SCENARIOS / "coordination.yaml"), "--equivalent", str(listed)]) == 2
    assert "lists no equivalent mutants" in capsys.readouterr().err
    listed.write_text("- {reason: none, mutants: ['term adlt: negate 1']}\n", encoding="utf-8")
    assert main([str(SCENARIOS / "coordination.yaml"), "--equivalent", str(listed)]) == 2
    assert (
        "there is no mutant 'term adlt: negate 1'\n    did you mean 'term adult: negate 1'?" in capsys.readouterr().err
    )


def test_every_mutant_that_is_listed_as_equivalent_exists() -> None:
    assert set(read_equivalent(EQUIVALENT)) <= set(MUTANTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(one for one in read_equivalent(EQUIVALENT) if one.startswith("rule")))
def test_no_boundary_patient_tells_a_condition_that_is_listed_as_equivalent(name: str) -> None:
    told = next(telling_patients(GUIDELINE, MUTANTS[name], at=AT), None)
    assert told is None, f"{told}: {MUTANTS[name].sentence}"


@pytest.mark.slow
@pytest.mark.parametrize("mistake", ["swap from", "swap to", "drop"])
def test_no_patient_of_a_scenario_tells_the_transitions_that_are_listed_as_equivalent(mistake: str) -> None:
    ways = [one for one in read_equivalent(EQUIVALENT) if one.startswith("transition") and mistake in one]
    assert ways

    def change(guideline: Guideline) -> Guideline:
        # All of them at once; where several are left out of one transition the last one counts.
        return functools.reduce(lambda changed, name: MUTANTS[name].change(changed), ways, guideline)

    together = Changed(replace(MUTANTS[ways[0]], change=change), GUIDELINE)
    for scenario in every_scenario():
        before = assess(
            scenario.patient, pathway=scenario.pathway, at=scenario.at, guideline=GUIDELINE, engine="direct"
        )
        assert shown(together.assess(before.basis)) == shown(before), scenario.name


@pytest.mark.slow
def test_scenarios_notice_every_mistake_in_the_shipped_content_that_is_not_listed_as_equivalent() -> None:
    scenarios = every_scenario()
    equivalent = read_equivalent(EQUIVALENT)
    run = run_mutants(GUIDELINE, scenarios, equivalent=equivalent)
    assert run.survivors == (), str(run)
    assert {fate.mutant.id for fate in run.fates if fate.equivalent is not None} == set(equivalent)
