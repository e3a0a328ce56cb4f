"""The patients on the boundaries of a rule: counted out from its conditions, in the same order every time.

For each leaf of a condition there are the patients in whom that leaf alone decides: with every value on, just under
and just over what it compares with, on each side of each date, and with nothing recorded; for each part of a
condition there is one in whom it is true, one in whom it is false and one in whom it is unknown, where that is
possible. What is screened before any advice is given is recorded and negative, so that the outcome shows.
"""

from __future__ import annotations

import datetime as dt

from carepath.assessing import evaluation_date
from carepath.content.guideline import Guideline, Rule
from carepath.errors import ArgumentError, ContentError, Problem, nearest
from carepath.inference.clauses import clauses_of, output_id, rule_id
from carepath.language.evaluate import Scope
from carepath.record.derived import leaf_findings
from carepath.testing.boundary_grid import BoundaryPatient, Decision, Grid
from carepath.testing.boundary_reads import dates_read, parameters_read
from carepath.testing.condition_search import written_out

__all__ = ["BoundaryPatient", "Decision", "boundaries", "dates_of", "decisions_of", "rule_named"]


def decisions_of(guideline: Guideline, rule: str) -> tuple[Decision, ...]:
    """The conditions of a rule and of its outputs, the pathways and dates of the rule counted in.

    Raises:
        ArgumentError: there is no such rule.
    """
    one = rule_named(guideline, rule)
    clauses = clauses_of(guideline)
    whole = clauses[rule_id(rule)]
    found = [] if one.by_output else [Decision(rule, rule_id(rule), whole)]
    for output in one.outputs:
        if output.when is not None:
            clause, name = output_id(rule, output), f"{rule}/{output.index}"
            if one.by_output:
                found.append(Decision(name, clause, clauses[clause]))
            else:
                found.append(Decision(name, clause, output.when, whole))
    return tuple(found)


def rule_named(guideline: Guideline, rule: str) -> Rule:
    """The rule of that id.

    Raises:
        ArgumentError: there is none.
    """
    found = guideline.rules.get(rule)
    if found is None:
        raise ArgumentError([Problem("CP047", f"there is no rule {rule!r}", None, nearest(rule, guideline.rules))])
    return found


def boundaries(
    guideline: Guideline, rule: str, *, at: dt.date | str, pathway: str | None = None
) -> tuple[BoundaryPatient, ...]:
    """The boundary patients of a rule, always in the same order; Hypothesis is not needed.

    Args:
        guideline: the content that has the rule.
        rule: the id of the rule.
        at: the evaluation date, a date or ``YYYY-MM-DD``. Where the rule, or a parameter that it reads, changes on a
            date, patients stand on the day before, the day itself and the day after as well.
        pathway: the pathway on which they are assessed; None writes the rule's own into each record.

    Raises:
        ArgumentError: there is no such rule or pathway, or ``at`` is no date.
        ContentError: a parameter has no value on the date.
    """
    at = evaluation_date(at)
    found: dict[str, BoundaryPatient] = {}
    for decision in decisions_of(guideline, rule):
        for day in dates_of(guideline, rule, at=at):
            try:
                grid = Grid(guideline, decision, at=day, pathway=pathway, rule=rule_named(guideline, rule))
            except ContentError:
                if day == at:
                    raise
                continue
            for about, choice in grid.choices(dated=day != at):
                one = grid.patient(choice, about)
                found.setdefault(f"{one.at} {sorted(one.patient.items())!r}", one)
    return tuple(found.values())


def dates_of(guideline: Guideline, rule: str, *, at: dt.date) -> tuple[dt.date, ...]:
    """The date itself, then the days around every date on which something that a rule reads changes."""
    one = rule_named(guideline, rule)
    scope = Scope(guideline.symbols.terms, guideline.symbols.findings, guideline.parameter_values(at))
    conditions = [clauses_of(guideline)[rule_id(rule)], *(out.when for out in one.outputs if out.when is not None)]
    leaves = [
        part.condition for condition in conditions for part in written_out(condition, scope, leaf_findings).leaves()
    ]
    ordinals = dates_read(leaves, scope)
    names = {name for leaf in leaves for name in parameters_read(leaf, guideline)}
    for name in names:
        ordinals |= {dated.start.toordinal() for dated in guideline.parameters[name].values if dated.start is not None}
    groups = {output.group for output in one.outputs if output.group is not None}
    ordinals |= {
        entry.start.toordinal() for entry in guideline.entitlements if entry.group in groups and entry.start is not None
    }
    around = {ordinal + by for ordinal in ordinals for by in (-1, 0, 1)}
    days = [dt.date.fromordinal(one) for one in sorted(around) if 1 <= one <= dt.date.max.toordinal()]
    return tuple(dict.fromkeys([at, *days]))
