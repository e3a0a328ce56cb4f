"""Hypothesis strategies: patients made from the findings of a guideline, for properties that hold for every patient.

Needs ``carepath[testing]``. Values gather around what rules compare with: of a threshold ``v`` also ``v - 1`` and
``v + 1``, and dates just inside and outside a finding's currency. A failing patient shrinks to few findings: absence
comes first, then a plain value, then what is dated, refused or a series.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from carepath.basis import leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP, Guideline
from carepath.errors import MissingExtra, Problem
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import derived_leaves, output_id, transition_ids
from carepath.inference.normal_form import Branch, branches
from carepath.language.nodes import Condition
from carepath.language.write import write_line
from carepath.testing.arguments import Arguments
from carepath.testing.finding_values import FindingValues

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    advice = "pip install 'carepath[testing]'"
    raise MissingExtra([Problem("CP092", "the strategies need hypothesis, which is missing", None, advice)]) from error

#: A patient in the form that ``assess`` reads.
PatientData = dict[str, object]

#: How many findings that no rule leads to are there at least.
_EXTRAS = (0, 6, 24)
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

_Aim = Mapping[str, st.SearchStrategy[object]]


def patients(
    guideline: Guideline,
    *,
    pathway: str | None = None,
    at: dt.date | str,
    known: Iterable[str] = (),
    unknown: Iterable[str] = (),
) -> st.SearchStrategy[PatientData]:
    """Patients in the form that ``assess`` reads; every one of them is accepted.

    Findings stand in them at random, and beside these what leads towards some conditions of rules and what is
    screened first, so that step changes and referrals come out too.

    Args:
        guideline: the content; its findings, thresholds and rules shape the patients.
        pathway: the pathway on which they will be assessed; present steps are then steps of that pathway.
        at: the evaluation date, or ISO text. Dates of facts lie before, on, and sometimes after it.
        known: names of findings that have a plain value in every patient.
        unknown: names of findings that no patient has.

    Raises:
        ArgumentError: an argument cannot be used: there is no such pathway or finding, or one is known and unknown.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    wanted, left_out = look.known_and_unknown(known, unknown, guideline)
    look.done()
    source = FindingValues(guideline, pathway, day)
    findings = guideline.findings
    plain = {name: source.plain(findings[name]) for name in findings if name in wanted}
    recorded = functools.cache(lambda name: source.recorded(findings[name]))  # few of them are drawn
    lead = _Leads(source)
    ready, aims = lead.ready(), lead.aims()
    nothing: st.SearchStrategy[_Aim] = st.just({})
    towards, moves = [*aims.values()], [way for way in lead.ways(aims) if way]
    leads = st.lists(st.sampled_from(towards).flatmap(st.sampled_from), max_size=2) if towards else st.just([])
    ways = st.one_of(nothing, st.sampled_from(moves).flatmap(st.sampled_from)) if moves else nothing
    basis: st.SearchStrategy[_Aim] = st.sampled_from(({}, ready, ready, ready))
    anything = [name for name, finding in findings.items() if not finding.red_flag]
    flags = [name for name, finding in findings.items() if finding.red_flag]
    least = [min(n, len(anything)) for n in _EXTRAS]
    extras = [st.lists(st.sampled_from(anything), min_size=n, max_size=n + 8, unique=True) for n in least]
    flagged = st.lists(st.sampled_from(flags), max_size=1) if flags else st.just([])

    @st.composite
    def patient(draw: st.DrawFn) -> PatientData:
        # Drawn first, so that what else was drawn can be left out around it when a failing patient shrinks.
        raised = {name: draw(recorded(name)) for name in draw(flagged)}
        names = draw(draw(st.sampled_from(extras)))
        chosen = {name: recorded(name) for name in names} | plain | dict(draw(basis))
        for aim in (*draw(leads), draw(ways)):
            chosen |= aim
        chosen |= {name: st.just(value) for name, value in raised.items()}
        made: PatientData = {name: draw(chosen[name]) for name in findings if name in chosen and name not in left_out}
        return _consistent(made, guideline, wanted)

    return patient()


def values(
    guideline: Guideline, finding: str, *, pathway: str | None = None, at: dt.date | str
) -> st.SearchStrategy[object]:
    """Values of one finding as they stand in a record, gathered around what rules compare with.

    Raises:
        ArgumentError: there is no such pathway or finding, or another argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    look.findings("finding", [finding], guideline)
    look.done()
    return FindingValues(guideline, pathway, day).plain(guideline.findings[finding])


def _consistent(patient: PatientData, guideline: Guideline, wanted: frozenset[str]) -> PatientData:
    """The patient without what may never stand together: the part goes, or becomes as small as its whole."""
    for name, finding in guideline.findings.items():
        if finding.never_above is None or name not in patient or finding.never_above not in patient:
            continue
        part, whole = patient[name], patient[finding.never_above]
        if isinstance(part, int | float) and isinstance(whole, int | float):
            patient[name] = min(part, whole)
        elif name in wanted:
            del patient[finding.never_above]
        else:
            del patient[name]
    return patient


class _Leads:
    """Where patients are led: what must be known before anything moves, and what conditions need in order to hold."""

    def __init__(self, values: FindingValues) -> None:
        self.values = values
        self.guideline = values.guideline
        given = values.pathway
        self.pathways = (given,) if given is not None else tuple(self.guideline.pathways.values())

    def ready(self) -> _Aim:
        """What is screened first is known and negative, and so is what else holds up a change."""
        found = {name: False for one in self.pathways for name in (*one.screen, *one.screen_more)}
        found |= {name: ask.until_true for ask in self.guideline.asks if ask.suspends for name in ask.findings}
        findings = self.guideline.findings
        return {name: self.values.settled(findings[name], value=value) for name, value in found.items()}

    def aims(self) -> dict[str, tuple[_Aim, ...]]:
        """By condition the ways in which it holds: each the findings and values that it needs."""
        derived = {write_line(leaf): leaf for leaf in derived_leaves(self.values.clauses, self.values.scope.terms)}
        telling = functools.cache(lambda name: self.values.telling(self.guideline.findings[name]))
        found = {}
        for clause, condition in self.values.clauses.items():
            aims = [
                self._aim(branch, derived, telling) for branch in branches(condition, self.values.scope)[:_MAX_BRANCHES]
            ]
            found[clause] = tuple(aim for aim in aims if aim)
        return {clause: aims for clause, aims in found.items() if aims}

    def ways(self, aims: Mapping[str, tuple[_Aim, ...]]) -> Iterator[tuple[_Aim, ...]]:
        """The aims of each referral, and of each way between steps with a rule that opens it."""
        outputs = [(rule.id, output) for rule in self.guideline.rules.values() for output in rule.outputs]
        transitions = [transition for pathway in self.pathways for transition in pathway.transitions]
        for rule, output in outputs:
            own = aims.get(output_id(rule, output), ({},))
            if not self.guideline.kinds[output.kind].step_change:
                continue
            open_to = [one for one in transitions if one.kind == output.kind and rule in one.rules]
            if output.kind not in STEP_KINDS:
                yield own
            for transition in open_to:
                here: _Aim = {"current_node": st.just(transition.source)}
                condition = aims.get(transition_ids(transition)[0], ({},))[0]
                yield tuple({**aim, **condition, **here} for aim in own)

    def _aim(
        self, branch: Branch, derived: Mapping[str, Condition], telling: Callable[[str], st.SearchStrategy[object]]
    ) -> _Aim:
        findings = self.guideline.findings
        aim: dict[str, st.SearchStrategy[object]] = {}
        for name in dict.fromkeys(literal.attribute for literal in branch):
            if name in derived:
                aim |= {one: telling(one) for one in leaf_findings(derived[name]) if one not in aim}
                continue
            finding = findings.get("current_node" if name == PRESENT_STEP else name)
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
