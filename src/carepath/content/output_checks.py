"""Checks the rules and what they recommend: kinds, fields and values that the vocabulary knows."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.content.guideline import Guideline, Output, Rule, tags_of
from carepath.content.rules import RED_FLAG
from carepath.errors import Problem, nearest

FIELDS = ("target", "urgency", "level", "group", "topic", "internal_step", "measurements")


def check_outputs(guideline: Guideline) -> Iterator[Problem]:
    """Everything that is wrong with the rules and their outputs."""
    for rule in guideline.rules.values():
        kinds = {ground.kind for ground in rule.grounds if ground.role == "ground"}
        only_weak = "unverified" in kinds and kinds <= {"unverified", "design_choice"}
        if only_weak and any(output.kind != RED_FLAG for output in rule.outputs):
            message = f"{rule.id} stands on unverified grounds alone"
            yield Problem("CP036", message, rule.place, "name a source, or give it as a red flag only")
        if not tags_of(rule.grounds):
            yield Problem("CP031", f"{rule.id} has counter-arguments but no ground", rule.place, "name a ground")
        for name in rule.pathways:
            if name not in guideline.pathways:
                yield Problem("CP080", f"there is no pathway {name!r}", rule.place, nearest(name, guideline.pathways))
        if rule.start and rule.end and rule.start > rule.end:
            yield Problem("CP063", f"{rule.id} ends before it begins", rule.place, "swap `from:` and `until:`")
        for output in rule.outputs:
            yield from _check_fields(guideline, rule, output)
            yield from _check_references(guideline, rule, output)


def _check_fields(guideline: Guideline, rule: Rule, output: Output) -> Iterator[Problem]:
    kind = guideline.kinds.get(output.kind)
    if kind is None:
        advice = nearest(output.kind, guideline.kinds)
        yield Problem("CP037", f"{rule.id}: unknown kind {output.kind!r}", output.place, advice)
        return
    for name in FIELDS:
        value = getattr(output, name)
        if value is None:
            continue
        if name not in kind.fields:
            advice = nearest(name, kind.fields)
            yield Problem("CP037", f"{rule.id}: {output.kind} has no field {name!r}", output.place, advice)
            continue
        valid = valid_values(guideline, output.kind, name)
        if value not in valid:
            yield Problem("CP037", f"{rule.id}: unknown {name} {value!r}", output.place, nearest(value, valid))


def _check_references(guideline: Guideline, rule: Rule, output: Output) -> Iterator[Problem]:
    if output.urgency_by is not None and output.urgency_by not in guideline.findings:
        advice = nearest(output.urgency_by, guideline.findings)
        yield Problem("CP047", f"{rule.id}: there is no finding {output.urgency_by!r}", output.place, advice)
    if output.settle is not None and output.settle not in guideline.terms:
        advice = nearest(output.settle, guideline.terms)
        yield Problem("CP021", f"{rule.id}: there is no term {output.settle!r}", output.place, advice)
    if output.names_step is not None and guideline.step_text(output.names_step) is None:
        steps = [step for pathway in guideline.pathways.values() for step in pathway.steps]
        advice = nearest(output.names_step, steps)
        yield Problem("CP040", f"{rule.id}: there is no step {output.names_step!r}", output.place, advice)


def valid_values(guideline: Guideline, kind: str, name: str) -> list[str]:
    """The values that a field of a kind of output may have."""
    if name == "target":
        steps = [step for pathway in guideline.pathways.values() for step in pathway.steps]
        return [*guideline.vocabulary.get("target", {}), *steps]
    if name == "topic" and kind == "guideline_conflict":
        return [topic for topic, conflict in guideline.conflicts.items() if conflict.shown == "patient"]
    if name == "measurements":
        return list(guideline.schedules)
    return list(guideline.vocabulary.get(name, {}))
