"""What a patient has to be like for a rule of a guideline to apply: findings and values to put into generated ones."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from carepath.basis import leaf_findings
from carepath.content.guideline import CURRENT_NODE, PATHWAY, PRESENT_STEP
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import derived_leaves, output_id, transition_ids
from carepath.inference.normal_form import Branch, branches
from carepath.language.nodes import Condition
from carepath.language.write import write_line
from carepath.testing.boundary_reads import known_first
from carepath.testing.extra import st
from carepath.testing.finding_values import FindingValues

#: A condition with more alternatives than this is aimed at by its first ones.
_MAX_BRANCHES = 40
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

#: The values that findings have where something is aimed at.
Aim = Mapping[str, st.SearchStrategy[object]]


class Leads:
    """Where patients are led: what must be known before anything moves, and what conditions need in order to hold.

    Drawn at random few patients come near a referral or a change of step: whoever makes patients of a guideline puts
    some of this into them.

    Args:
        values: the values of the findings of a guideline, on a date and on a pathway; without one on every pathway.
    """

    def __init__(self, values: FindingValues) -> None:
        self.values = values
        self.guideline = values.guideline
        self._telling = functools.cache(lambda name: values.telling(values.guideline.findings[name]))
        given = values.pathway
        self.pathways = (given,) if given is not None else tuple(self.guideline.pathways.values())

    @functools.cached_property
    def ready(self) -> Aim:
        """What is screened first is known and negative, and so is what else holds up a change."""
        found, findings = known_first(self.guideline, self.values.pathway), self.guideline.findings
        return {name: self.values.settled(findings[name], value=value) for name, value in found.items()}

    @functools.cached_property
    def aims(self) -> Mapping[str, tuple[Aim, ...]]:
        """By condition the ways in which it holds: each the findings and values that it needs."""
        derived = {write_line(leaf): leaf for leaf in derived_leaves(self.values.clauses, self.values.scope.terms)}
        found = {}
        for clause, condition in self.values.clauses.items():
            aims = [self._aim(branch, derived) for branch in branches(condition, self.values.scope)[:_MAX_BRANCHES]]
            found[clause] = tuple(aim for aim in aims if aim)
        return {clause: aims for clause, aims in found.items() if aims}

    @functools.cached_property
    def ways(self) -> tuple[tuple[Aim, ...], ...]:
        """The aims of each referral, and of each way between steps with a rule that opens it."""
        return tuple(way for way in self._ways() if way)

    def _ways(self) -> Iterator[tuple[Aim, ...]]:
        outputs = [(rule.id, output) for rule in self.guideline.rules.values() for output in rule.outputs]
        transitions = [transition for pathway in self.pathways for transition in pathway.transitions]
        for rule, output in outputs:
            own = self.aims.get(output_id(rule, output), ({},))
            if not self.guideline.kinds[output.kind].step_change:
                continue
            open_to = [one for one in transitions if one.kind == output.kind and rule in one.rules]
            if output.kind not in STEP_KINDS:
                yield own
            for transition in open_to:
                here: Aim = {CURRENT_NODE: st.just(transition.source)}
                condition = self.aims.get(transition_ids(transition)[0], ({},))[0]
                yield tuple({**aim, **condition, **here} for aim in own)

    def _aim(self, branch: Branch, derived: Mapping[str, Condition]) -> Aim:
        findings = self.guideline.findings
        aim: dict[str, st.SearchStrategy[object]] = {}
        for name in dict.fromkeys(literal.attribute for literal in branch):
            if name in derived:
                aim |= {one: self._telling(one) for one in leaf_findings(derived[name]) if one not in aim}
                continue
            finding = findings.get(CURRENT_NODE if name == PRESENT_STEP else name)
            tests = [(_HOLDS[literal.op], literal.constant) for literal in branch if literal.attribute == name]
            if finding is None:
                continue
            if name == PATHWAY and not any(test(one.name, limit) for one in self.pathways for test, limit in tests):
                return {}
            fit = [
                value for value in self.values.candidates(finding) if all(test(value, limit) for test, limit in tests)
            ]
            if fit:
                aim[finding.name] = st.sampled_from(fit)
        return aim


@functools.lru_cache(maxsize=16)
def leads_of(values: FindingValues) -> Leads:
    """Where patients with these values are led, worked out before or worked out now."""
    return Leads(values)
