"""What a recommendation stands on: each piece of content that it used with its grounds, and the findings it read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.guideline import CURRENT_NODE, PATHWAY, Ground, Text
from carepath.finish import entitlement_on
from carepath.language.nodes import Change, Compare, Condition, children
from carepath.record.derived import Trend, trend_of
from carepath.record.snapshot import Reading
from carepath.standing import all_parameters_of, conditions_of, findings_read, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carepath.assessment import Assessment
    from carepath.basis import Basis
    from carepath.recommendation import Contribution, Recommendation
    from carepath.record.facts import Fact, FactValue

#: The parts of content that are a recommendation's own; the others are what these refer to.
OWN_PARTS = frozenset({"rule", "ask", "entry"})
#: What is inferred from a source ships as a design choice too.
CHOSEN = frozenset({"design_choice", "inferred"})


@dataclass(frozen=True, slots=True)
class Used:
    """A piece of content that a recommendation used: which part of the content it is, its id, text and grounds."""

    part: str
    id: str
    text: Text
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A known finding that was read: its value, date and source; ``trend`` where a change was read too."""

    finding: str
    value: FactValue
    fact: Fact | None = None
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A design choice that was used, and what it belongs to."""

    part: str
    id: str
    text: Text
    note: Text


# --- grounds -----------------------------------------------------------------------------------------------------


def used_by(rec: Recommendation, basis: Basis) -> tuple[Used, ...]:
    """The content that a recommendation used, each piece once, its own rules first."""
    found = [used for one in rec.contributions for used in _used(one, basis)]
    if basis.pathway is not None and rec.target in basis.pathway.steps:
        found += _used_step(rec.target or "", basis)
    if rec.entitlement is not None:
        entitlement = entitlement_on(basis.guideline, rec.group, basis.at)
        if entitlement is not None:
            found.append(Used("entitlement", entitlement.group, entitlement.text, entitlement.grounds))
    return tuple(dict.fromkeys(sorted(found, key=lambda used: used.part not in OWN_PARTS)))


def grounds_behind(rec: Recommendation, basis: Basis) -> tuple[Ground, ...]:
    """The grounds of everything that a recommendation used, each once."""
    return tuple(dict.fromkeys(ground for used in used_by(rec, basis) for ground in used.grounds))


def own_grounds(rec: Recommendation, basis: Basis) -> tuple[Ground, ...]:
    """The grounds of the rules, asks and entries themselves."""
    own = (used for used in used_by(rec, basis) if used.part in OWN_PARTS)
    return tuple(dict.fromkeys(ground for used in own for ground in used.grounds))


def design_choices(assessment: Assessment) -> tuple[Choice, ...]:
    """The design choices behind the recommendations and notes of an assessment, each once."""
    return choices_behind((*assessment.recommendations, *assessment.notes), assessment.basis)


def choices_behind(recommendations: Iterable[Recommendation], basis: Basis) -> tuple[Choice, ...]:
    """The design choices behind some recommendations, each once."""
    found: dict[Choice, None] = {}
    for rec in recommendations:
        for used in used_by(rec, basis):
            for ground in used.grounds:
                if ground.kind in CHOSEN and ground.role == "ground":
                    found[Choice(used.part, used.id, used.text, ground.note or used.text)] = None
    return tuple(sorted(found, key=lambda one: (one.part, one.id, one.note.en)))


def sources_named(assessment: Assessment) -> tuple[str, ...]:
    """The keys of the sources that an assessment cites, in the order of the content."""
    grounds: set[Ground] = set()
    for rec in (*assessment.recommendations, *assessment.notes):
        grounds.update(own_grounds(rec, assessment.basis))
        grounds.update(
            ground for one in rec.contributions if one.rule for a in one.rule.against for ground in a.grounds
        )
    grounds.update(ground for one in assessment.conflicts for place in one.positions for ground in place.grounds)
    keys = {ground.source for ground in grounds}
    return tuple(key for key in assessment.guideline.sources if key in keys)


def _used(contribution: Contribution, basis: Basis) -> Iterator[Used]:
    guideline = basis.guideline
    rule, output, ask, entry = contribution.rule, contribution.output, contribution.ask, contribution.entry
    if rule is not None:
        yield Used("rule", rule.id, rule.text, rule.grounds)
        if output is not None and output.grounds:
            yield Used("rule", rule.id, output.text or rule.text, output.grounds)
    if ask is not None:
        yield Used("ask", ask.id, ask.text, ask.grounds)
    if entry is not None:
        yield Used("entry", entry.id, entry.text, entry.grounds)
    for condition in conditions_of(contribution):
        for name in terms_of(condition, guideline):
            yield Used("term", name, guideline.terms[name].text, guideline.terms[name].grounds)
        yield from _used_parameters(all_parameters_of(condition, guideline), basis)
    transition = contribution.transition
    if transition is not None:
        step = guideline.step_text(transition.target)
        text = transition.text or step or Text(transition.id, transition.id)
        yield Used("transition", transition.id, text, transition.grounds)
        yield from _used_step(transition.target, basis)


def _used_step(step: str, basis: Basis) -> Iterator[Used]:
    for pathway in basis.guideline.pathways.values():
        if step in pathway.steps:
            found = pathway.steps[step]
            yield Used("step", step, found.text, found.grounds)
            yield from _used_parameters((found.review,), basis)


def _used_parameters(names: Iterable[str], basis: Basis) -> Iterator[Used]:
    for name in names:
        parameter = basis.guideline.parameters[name]
        yield Used("parameter", name, parameter.text, parameter.grounds)


# --- findings ----------------------------------------------------------------------------------------------------


def evidence_of(rec: Recommendation, basis: Basis) -> tuple[Evidence, ...]:
    """The known findings that the conditions behind a recommendation read, in the order in which they stand."""
    found: dict[str, Evidence] = {}
    for contribution in rec.contributions:
        changes = _changes(contribution, basis)
        for name in findings_read(contribution, basis.guideline):
            known = _known(name, basis)
            if known is None:
                continue
            trend = next((trend_of(change, basis.situation) for change in changes if change.finding == name), None)
            if name not in found or trend is not None:
                found[name] = Evidence(name, known.value, known.fact, trend)
    return tuple(found.values())


def _known(name: str, basis: Basis) -> Evidence | None:
    """A finding as the engines saw it: the chosen pathway and a derived step count as known."""
    if name == PATHWAY and basis.pathway is not None:
        return Evidence(name, basis.pathway.name)
    reading = basis.reading(name)
    if reading.value is not None:
        return Evidence(name, reading.value, reading.facts[0] if reading.facts else None)
    if reading.part is not None:
        return Evidence(name, reading.part, reading.facts[0])
    if name == CURRENT_NODE and basis.position.step is not None:
        return Evidence(name, basis.position.step)
    return None


def _changes(contribution: Contribution, basis: Basis) -> tuple[Change, ...]:
    """The changes since a moment that the conditions of a contribution read, also through terms."""
    terms = basis.guideline.terms
    found: dict[Change, None] = {}
    for condition in conditions_of(contribution):
        stack: list[Condition] = [condition, *(terms[name].when for name in terms_of(condition, basis.guideline))]
        while stack:
            node = stack.pop()
            if isinstance(node, Compare) and isinstance(node.operand, Change):
                found[node.operand] = None
            stack.extend(children(node))
    return tuple(found)


def unknown_findings(assessment: Assessment) -> tuple[Reading, ...]:
    """The unknown findings that matter here: recorded without a usable value, or waited for; in the content's order."""
    basis = assessment.basis
    names = {name for name, reading in basis.situation.readings.items() if not reading.known}
    for one in assessment.undetermined:
        names.update(one.waits_for)
    for rec in (*assessment.recommendations, *assessment.notes):
        names.update(rec.missing, rec.could_change)
    names.update(question.finding for question in assessment.next_questions)
    return tuple(
        Reading(name, None, reason, basis.reading(name).facts)
        for name in assessment.guideline.findings
        if name in names and (reason := basis.reason(name)) is not None
    )
