"""The conditions of exported plans, and what carepath itself says of them for a patient: true, false or unknown."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from carepath import Assessment
from carepath.exchange.plan_definition import PlanExport, plan_definition
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import output_id, transition_ids
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth, conjunction
from tests.laws.helpers import AT
from tests.unit.exchange.patients import GUIDELINE

Json = dict[str, Any]


@functools.cache
def plan(pathway: str) -> PlanExport:
    return plan_definition(GUIDELINE, pathway, at=AT)


def of_type(pathway: str, kind: str) -> list[Json]:
    entries: Any = plan(pathway).bundle["entry"]
    return [one["resource"] for one in entries if one["resource"]["resourceType"] == kind]


def walk(actions: list[Json]) -> Iterator[Json]:
    for action in actions:
        yield action
        yield from walk(action.get("action", []))


def actions(pathway: str) -> list[Json]:
    """Every action of a plan, groups among them."""
    return list(walk(of_type(pathway, "PlanDefinition")[0]["action"]))


@functools.cache
def conditions(pathway: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The actions that have conditions, by their ids, with the expressions."""
    return tuple(
        (one["id"], tuple(condition["expression"]["expression"] for condition in one["condition"]))
        for one in actions(pathway)
        if "condition" in one
    )


@dataclass(frozen=True)
class Expected:
    """What carepath says of each condition of each action of the plan of a patient's pathway."""

    assessment: Assessment

    def truths(self) -> dict[str, list[Truth]]:
        """By the id of an action the truth of each of its conditions."""
        basis = self.assessment.basis
        pathway = basis.pathway
        assert pathway is not None
        found: dict[str, list[Truth]] = {}
        screened = all(name in basis.values for name in pathway.screen)
        found["screening"] = [FALSE if screened else TRUE]
        for step in pathway.steps:
            found[step] = [self._at(step)]
        for rule in GUIDELINE.rules.values():
            if pathway.name not in rule.pathways:
                continue
            of_rule: dict[str, list[Truth]] = {}
            for output in rule.outputs:
                clause = basis.verdicts[output_id(rule.id, output)]
                name = f"{rule.id}.{output.index}"
                if output.kind not in STEP_KINDS:
                    of_rule[name] = [clause]
                    continue
                ways = [one for one in pathway.transitions if one.kind == output.kind and rule.id in one.rules]
                for number, way in enumerate(ways):
                    when, unless = transition_ids(way)
                    of_rule[f"{name}.{number}"] = [
                        clause,
                        self._at(way.source),
                        *([basis.verdicts[when]] if when in basis.verdicts else []),
                        # Only what is true closes a way: while it is unknown the way stays open.
                        *([FALSE if basis.verdicts[unless] is TRUE else TRUE] if unless in basis.verdicts else []),
                    ]
            if of_rule:
                opened = any(together(truths) is UNKNOWN for truths in of_rule.values())
                found |= of_rule | {f"{rule.id}.open": [TRUE if opened else FALSE]}
        return {name.replace("_", "-"): truths for name, truths in found.items()}

    def _at(self, step: str) -> Truth:
        here = self.assessment.position.step
        return UNKNOWN if here is None else TRUE if here == step else FALSE


def together(truths: list[Truth]) -> Truth:
    """The truth of all conditions of an action."""
    return conjunction(truths)
