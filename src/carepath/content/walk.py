"""Walks over the content: every condition, every list of grounds, every text, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.content.guideline import Ground, Guideline, Rule, Text
from carepath.errors import Place
from carepath.language.nodes import Condition
from carepath.pathway import Pathway


def conditions_of(guideline: Guideline) -> Iterator[tuple[str, Condition]]:
    """Every condition of the content, with a name for it."""
    for term in guideline.terms.values():
        yield f"term {term.name}", term.when
    for rule in guideline.rules.values():
        yield from _of_rule(rule)
    for pathway in guideline.pathways.values():
        yield from _of_pathway(pathway)
    entries = (
        *((f"ask {ask.id}", ask.when) for ask in guideline.asks),
        *((f"resolve {entry.id}", entry.when) for entry in guideline.resolve),
        *((f"module {module.id}", module.when) for module in guideline.modules),
    )
    yield from ((name, condition) for name, condition in entries if condition is not None)


def _of_rule(rule: Rule) -> Iterator[tuple[str, Condition]]:
    if not rule.by_output:
        yield rule.id, rule.when
    for output in rule.outputs:
        if output.when is not None:
            yield f"{rule.id}/{output.index}", output.when


def _of_pathway(pathway: Pathway) -> Iterator[tuple[str, Condition]]:
    entries = (
        (f"{pathway.name} screen_more", pathway.screen_more_when),
        *((f"step {step.id}", step.placed_when) for step in pathway.steps.values()),
        *((transition.id, transition.when) for transition in pathway.transitions),
        *((transition.id, transition.unless) for transition in pathway.transitions),
    )
    yield from ((name, condition) for name, condition in entries if condition is not None)


def grounds_of(guideline: Guideline) -> Iterator[tuple[Place | None, tuple[Ground, ...]]]:
    """Every list of grounds, with the place of what stands on it."""
    for finding in guideline.findings.values():
        yield finding.place, finding.grounds
    for term in guideline.terms.values():
        yield term.place, term.grounds
    for parameter in guideline.parameters.values():
        yield parameter.place, parameter.grounds
    for rule in guideline.rules.values():
        yield rule.place, rule.grounds
        yield from ((rule.place, argument.grounds) for argument in rule.against)
        yield from ((rule.place, output.grounds) for output in rule.outputs)
    yield from ((ask.place, ask.grounds) for ask in guideline.asks)
    yield from ((entry.place, entry.grounds) for entry in guideline.resolve)
    for conflict in guideline.conflicts.values():
        yield from ((conflict.place, position.grounds) for position in conflict.positions)
    for pathway in guideline.pathways.values():
        yield from _grounds_of_pathway(pathway)
    yield from ((module.place, module.grounds) for module in guideline.modules)
    yield from ((entitlement.place, entitlement.grounds) for entitlement in guideline.entitlements)
    yield from ((one.place, one.grounds) for one in guideline.instruments.values())
    yield from ((code.place, code.grounds) for code in guideline.fhir_codes)
    cards = guideline.cards
    if cards is not None:
        yield from ((line.place, line.grounds) for line in cards.indicators)
        yield from ((line.place, line.grounds) for line in cards.requests)
        yield from ((reason.place, reason.grounds) for reason in cards.override_reasons)
    yield from ((one.place, one.grounds) for schedule in guideline.schedules.values() for one in schedule)


def _grounds_of_pathway(pathway: Pathway) -> Iterator[tuple[Place | None, tuple[Ground, ...]]]:
    yield pathway.place, pathway.grounds
    for step in pathway.steps.values():
        yield step.place, step.grounds
        yield from ((step.place, described.grounds) for described in (*step.interventions, *step.notes))
    yield from ((transition.place, transition.grounds) for transition in pathway.transitions)


def texts_of(guideline: Guideline) -> Iterator[tuple[Place | None, Text]]:
    """Every text in which placeholders may stand."""
    for rule in guideline.rules.values():
        yield rule.place, rule.text
        yield from ((rule.place, output.text) for output in rule.outputs if output.text is not None)
        yield from ((rule.place, argument.text) for argument in rule.against)
    yield from ((ask.place, ask.text) for ask in guideline.asks)
    yield from ((entry.place, entry.text) for entry in guideline.resolve)
