"""Checks the structure of a pathway: steps that are reached, that lead on, and that lead in the direction they say."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from carepath.content.files import ContentFile
from carepath.content.guideline import CURRENT_NODE, PATHWAY, Guideline
from carepath.content.models import PathwayFile
from carepath.errors import Place, Problem, nearest
from carepath.pathway import Pathway, Transition
from carepath.yaml_reader import place_at

#: The kind of output that opens a kind of transition; a re-entry is opened by a clinician's judgement.
OPENED_BY = {"re_entry": "clinician_judgement"}
#: The units that a review interval may have.
REVIEW_UNITS = frozenset({"d", "wk"})
#: The findings in which a record says where the patient is, and what their values are: always needed, and asked for.
WHERE = {PATHWAY: "pathway", CURRENT_NODE: "step"}
_CODES = {PATHWAY: "CP080", CURRENT_NODE: "CP040"}


def check_pathways(guideline: Guideline) -> Iterator[Problem]:
    """Everything that is wrong with the structure of the pathways."""
    yield from _check_where(guideline)
    owner: dict[str, str] = {}
    for pathway in guideline.pathways.values():
        yield from (
            Problem("CP030", f"step {step.id} stands in two pathways", step.place, "give it another id")
            for step in pathway.steps.values()
            if owner.setdefault(step.id, pathway.name) != pathway.name
        )
        yield from _check_steps(guideline, pathway)
        unknown = list(_check_ends(pathway))
        yield from unknown
        if not unknown:
            yield from _check_structure(pathway)
        for transition in pathway.transitions:
            yield from _check_rules(guideline, transition)
    yield from _check_unopened(guideline)


def check_pathway_file(file: ContentFile, guideline: Guideline) -> Iterator[Problem]:
    """The names that a pathway itself uses, each with its own place in the file."""
    form = file.form
    if not isinstance(form, PathwayFile):
        return
    steps = guideline.pathways[form.pathway].steps
    if form.line_2_step not in steps:
        place = place_at(file.node, ("line_2_step",))
        yield Problem("CP040", f"there is no step {form.line_2_step!r}", place, nearest(form.line_2_step, steps))
    named: list[tuple[tuple[object, ...], str]] = [(("screen", i), name) for i, name in enumerate(form.screen)]
    if form.screen_more is not None:
        named += [(("screen_more", "findings", index), name) for index, name in enumerate(form.screen_more.findings)]
    for path, name in named:
        if name not in guideline.findings:
            advice = nearest(name, guideline.findings)
            yield Problem("CP047", f"there is no finding {name!r}", place_at(file.node, path), advice)


def _check_where(guideline: Guideline) -> Iterator[Problem]:
    """That a record can say on which pathway and at which step the patient is, and can name no other."""
    steps = [step for pathway in guideline.pathways.values() for step in pathway.steps]
    for (name, what), there in zip(WHERE.items(), (list(guideline.pathways), steps), strict=True):
        finding = guideline.findings.get(name)
        if finding is None:
            place = Place("rules/findings.yaml", 1, 1)
            advice = f"add it, of type enum, with your {what}s as its values"
            yield Problem("CP047", f"there is no finding {name!r}, which carepath needs", place, advice)
            continue
        for one in there:
            if one not in finding.type.values:
                yield Problem(_CODES[name], f"{what} {one} is no value of {name}", finding.place, "add it there")
        for one in finding.type.values:
            if one not in there:
                advice = nearest(one, there)
                yield Problem(_CODES[name], f"{name}: there is no {what} {one!r}", finding.place, advice)


def _check_steps(guideline: Guideline, pathway: Pathway) -> Iterator[Problem]:
    for step in pathway.steps.values():
        if step.review not in guideline.parameters:
            advice = nearest(step.review, guideline.parameters)
            yield Problem("CP039", f"{step.id}: there is no parameter {step.review!r}", step.place, advice)
        elif guideline.parameters[step.review].type.unit not in REVIEW_UNITS:
            message = f"{step.id}: the review interval {step.review} is not in days or weeks"
            yield Problem("CP024", message, step.place, "name a parameter with the unit d or wk")
        for topic in step.conflicts:
            if topic not in guideline.conflicts:
                yield Problem(
                    "CP037", f"{step.id}: unknown topic {topic!r}", step.place, nearest(topic, guideline.conflicts)
                )
        if step.measurements is not None and step.measurements not in guideline.schedules:
            advice = nearest(step.measurements, guideline.schedules)
            yield Problem("CP037", f"{step.id}: unknown schedule {step.measurements!r}", step.place, advice)


def _check_ends(pathway: Pathway) -> Iterator[Problem]:
    for transition in pathway.transitions:
        for end in (transition.source, transition.target):
            if end not in pathway.steps:
                yield Problem("CP040", f"there is no step {end!r}", transition.place, nearest(end, pathway.steps))


def _check_structure(pathway: Pathway) -> Iterator[Problem]:
    first = next(iter(pathway.steps.values()))
    reached = {first.id, *nx.descendants(pathway.graph, first.id)}
    for step in pathway.steps.values():
        if step.id not in reached:
            message = f"step {step.id} cannot be reached from {first.id}"
            yield Problem("CP041", message, step.place, "add a transition to it")
        if not pathway.transitions_from(step.id):
            message = f"step {step.id} has no way on"
            yield Problem("CP042", message, step.place, "add a transition from it")
    for transition in pathway.transitions:
        low, high = pathway.steps[transition.source].rank, pathway.steps[transition.target].rank
        wrong = (transition.kind in {"escalate", "mdo", "imsr_assessment"} and high <= low) or (
            transition.kind == "deescalate" and high >= low
        )
        if wrong:
            message = f"{transition.id} leads from rank {low:g} to rank {high:g}"
            yield Problem("CP043", message, transition.place, "correct the kind, the ends or the rank")
    upward: nx.DiGraph[str] = nx.DiGraph()
    upward.add_edges_from((t.source, t.target) for t in pathway.transitions if t.kind not in {"deescalate", "re_entry"})
    if not nx.is_directed_acyclic_graph(upward):
        circle = " -> ".join(edge[0] for edge in nx.find_cycle(upward))
        yield Problem("CP045", f"steps lead up in a circle: {circle}", pathway.transitions[0].place)


def _check_rules(guideline: Guideline, transition: Transition) -> Iterator[Problem]:
    wanted = OPENED_BY.get(transition.kind, transition.kind)
    for name in transition.rules:
        rule = guideline.rules.get(name)
        if rule is None:
            yield Problem(
                "CP046", f"{transition.id}: there is no rule {name!r}", transition.place, nearest(name, guideline.rules)
            )
        elif all(output.kind != wanted for output in rule.outputs):
            message = f"{transition.id}: rule {name} gives no {wanted}"
            yield Problem("CP046", message, transition.place, "name a rule that does")


def _check_unopened(guideline: Guideline) -> Iterator[Problem]:
    """A rule that steps up or down but stands on no transition would never lead anywhere."""
    opened = {
        (name, transition.kind)
        for pathway in guideline.pathways.values()
        for transition in pathway.transitions
        for name in transition.rules
    }
    for rule in guideline.rules.values():
        for output in rule.outputs:
            if output.kind in {"escalate", "deescalate"} and (rule.id, output.kind) not in opened:
                message = f"{rule.id} gives {output.kind}, but no transition names it"
                yield Problem("CP046", message, rule.place, "name the rule in a transition of a pathway")
