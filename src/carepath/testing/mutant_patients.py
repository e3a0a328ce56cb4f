"""Patients who tell a mutant from its guideline: from such a one the missing scenario is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from carepath.assessing import assess
from carepath.assessment import Assessment
from carepath.content.guideline import CURRENT_NODE, Guideline
from carepath.language.check import names_of, parameters_of
from carepath.language.nodes import Condition, Every, Some
from carepath.language.nodes import Count as CountOf
from carepath.recommendation import FIELDS
from carepath.standing import terms_of
from carepath.testing.boundary_grid import BoundaryPatient
from carepath.testing.boundary_reads import parts_of
from carepath.testing.mutants import Mutant
from carepath.testing.mutation_run import Changed
from carepath.testing.rule_boundaries import boundaries, decisions_of


def telling_patients(
    guideline: Guideline, mutant: Mutant, *, at: dt.date | str, pathway: str | None = None
) -> Iterator[BoundaryPatient]:
    """Boundary patients to whom the guideline and the mutant recommend different things.

    They are sought among the boundary patients of the rules that the mistake touches, of the guideline and of the
    mutant, at the steps that it touches. That none is found does not prove that there is none; what another one of
    the rules or the resolve table takes away is not seen here either.

    Args:
        guideline: the content.
        mutant: one of ``mutants(guideline)``.
        at: the evaluation date, a date or ``YYYY-MM-DD``.
        pathway: the pathway on which the patients are assessed; None for each rule's own.

    Raises:
        ArgumentError: there is no such pathway, or ``at`` is no date.
        ContentError: a parameter has no value on the date.
    """
    changed = Changed(mutant, guideline)
    sources = (guideline, changed.guideline) if mutant.after is not None else (guideline,)
    for rule in touched_rules(guideline, mutant):
        for source in sources:
            for one in boundaries(source, rule, at=at, pathway=pathway):
                for patient in _at_steps(one, mutant.steps):
                    before = assess(
                        patient.patient, pathway=patient.pathway, at=patient.at, guideline=guideline, engine="direct"
                    )
                    if shown(before) != shown(changed.assess(before.basis)):
                        yield patient


def touched_rules(guideline: Guideline, mutant: Mutant) -> tuple[str, ...]:
    """The rules whose outcome a mistake can change: by their own conditions, a term, a parameter or a way of theirs."""
    kind, _, name = mutant.site.partition(" ")
    if kind == "rule":
        return (name.partition(",")[0],)
    if kind == "transition":
        ways = [way for pathway in guideline.pathways.values() for way in pathway.transitions]
        return tuple(dict.fromkeys(rule for way in ways if name.startswith(way.id) for rule in way.rules))
    return tuple(rule for rule in guideline.rules if name in _names_of_rule(rule, guideline))


def _names_of_rule(rule: str, guideline: Guideline) -> set[str]:
    """The findings, terms and parameters that the conditions of a rule name, also through terms."""
    found: set[str] = set()
    for decision in decisions_of(guideline, rule):
        for one in _all_of(decision.condition, guideline):
            found.update(names_of(one), parameters_of(one, guideline.symbols))
    return found


def shown(assessment: Assessment) -> tuple[dict[str, object], ...]:
    """What an assessment recommends and notes, in the fields that a scenario can name."""
    return tuple(
        {name: getattr(one, name) for name in FIELDS} for one in (*assessment.recommendations, *assessment.notes)
    )


def _at_steps(one: BoundaryPatient, steps: tuple[str, ...]) -> Iterator[BoundaryPatient]:
    yield one
    for step in steps:
        yield BoundaryPatient({**one.patient, CURRENT_NODE: step}, one.at, one.pathway, f"{one.about}, at {step}")


def _all_of(condition: Condition, guideline: Guideline) -> Iterator[Condition]:
    """The parts of a condition, those of the terms that it uses, and those over the items of lists."""
    for one in (condition, *(guideline.terms[term].when for term in terms_of(condition, guideline))):
        for part in parts_of(one):
            yield part
            if isinstance(part, Some | Every | CountOf) and part.where is not None:
                yield from parts_of(part.where)
