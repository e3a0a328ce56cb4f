"""Hypothesis strategies for the patients of one rule: those on its boundaries, and those with a wanted verdict."""

from __future__ import annotations

import datetime as dt

from carepath.assessing import evaluation_date
from carepath.content.guideline import CURRENT_NODE, PATHWAY, Guideline
from carepath.errors import ArgumentError, Problem, nearest
from carepath.inference.clauses import clauses_of, rule_id
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.record.derived import STEP_STARTS
from carepath.testing.boundary_grid import BoundaryPatient, Decision, Grid
from carepath.testing.extra import st
from carepath.testing.finding_values import values_of
from carepath.testing.rule_boundaries import boundaries, rule_named

VERDICTS = {"applies": Truth.TRUE, "does_not_apply": Truth.FALSE, "undetermined": Truth.UNKNOWN}
#: So many findings that the rule does not read may stand beside those that it reads.
_MOST_BESIDE = 6
#: So much of a condition is shown in a message.
_SHOWN = 200


def boundary_patients(
    guideline: Guideline, rule: str, *, at: dt.date | str, pathway: str | None = None
) -> st.SearchStrategy[BoundaryPatient]:
    """Patients on the boundaries of a rule, each with its own date: what ``boundaries`` counts out, one at a time.

    They shrink towards the first of them.

    Args:
        guideline: the content that has the rule.
        rule: the id of the rule.
        at: the evaluation date, a date or ``YYYY-MM-DD``; around the dates that the rule reads patients are assessed
            on those.
        pathway: the pathway on which they are assessed; None writes the rule's own into each record.

    Raises:
        ArgumentError: there is no such rule or pathway, or ``at`` is no date.
        ContentError: a parameter has no value on the date.
    """
    return st.sampled_from(boundaries(guideline, rule, at=at, pathway=pathway))


def patients_for(
    guideline: Guideline, rule: str, *, verdict: str = "applies", at: dt.date | str, pathway: str | None = None
) -> st.SearchStrategy[dict[str, object]]:
    """Patients for whom a rule has one verdict, in the form that ``assess`` reads.

    They are made so, not looked for: what the rule reads is chosen from its conditions, and beside it stand some
    findings that it does not read. They shrink towards what the rule reads alone.

    Args:
        guideline: the content that has the rule.
        rule: the id of the rule.
        verdict: ``applies``, ``does_not_apply`` or ``undetermined``.
        at: the evaluation date, a date or ``YYYY-MM-DD``.
        pathway: the pathway on which they are assessed; None writes the rule's own into each record.

    Raises:
        ArgumentError: there is no such rule, pathway or verdict, ``at`` is no date, or the rule never has the verdict:
            then every value that its conditions can tell apart was tried.
        ContentError: a parameter has no value on the date.
    """
    wanted = VERDICTS.get(verdict)
    if wanted is None:
        raise ArgumentError(
            [Problem("CP082", f"verdict: unknown option {verdict!r}", None, nearest(verdict, VERDICTS))]
        )
    at = evaluation_date(at)
    one = rule_named(guideline, rule)
    condition = clauses_of(guideline)[rule_id(rule)]
    grid = Grid(guideline, Decision(rule, rule_id(rule), condition), at=at, pathway=pathway, rule=one)
    made = [dict(grid.patient(choice, rule).patient) for choice in grid.choices_for(wanted)]
    if not made:
        raise ArgumentError([_never(grid, verdict)])
    source = values_of(guideline, pathway, at)
    read = {*grid.search.options, *(name for patient in made for name in patient), *STEP_STARTS, PATHWAY, CURRENT_NODE}
    read |= {finding.never_above for finding in guideline.findings.values() if finding.never_above is not None}
    beside = [name for name, finding in guideline.findings.items() if name not in read and finding.never_above is None]
    others = {name: source.plain(guideline.findings[name]) for name in beside}
    names = st.lists(st.sampled_from(beside), max_size=_MOST_BESIDE, unique=True) if beside else st.just([])
    more = names.flatmap(lambda found: st.fixed_dictionaries({name: others[name] for name in found}))
    return st.builds(lambda patient, added: {**patient, **added}, st.sampled_from(made), more)


def _never(grid: Grid, verdict: str) -> Problem:
    """What to say of a verdict that a rule never has."""
    where = f" on pathway {grid.pathway.name}" if grid.pathway is not None else ""
    possible = [name for name, truth in VERDICTS.items() if next(grid.choices_for(truth), None) is not None]
    condition = write_line(grid.decision.condition)
    shown = condition if len(condition) <= _SHOWN else f"{condition[:_SHOWN]} ..."
    message = (
        f"rule {grid.decision.name} never has the verdict {verdict} on {grid.at.isoformat()}{where}: no combination of "
        f"the values that `{shown}` tells apart gives it"
    )
    return Problem("CP082", message, None, f"ask for {' or '.join(possible)}")
