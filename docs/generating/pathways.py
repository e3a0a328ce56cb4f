"""The page on the pathways: screening, steps, transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.language.write import write_line
from docs.generating.markdown import code, condition_block, ground_line, grounds_list, plain, two

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline
    from carepath.pathway import Pathway, Step, Transition


def pathways(guideline: Guideline) -> list[str]:
    """Every pathway: screening, steps, transitions."""
    lines = [
        "# Pathways",
        "",
        "Steps and transitions, from `pathways/`. `carepath show spine --mermaid` draws one.",
        "",
    ]
    for pathway in guideline.pathways.values():
        lines += _pathway(pathway)
    return lines


def _pathway(pathway: Pathway) -> list[str]:
    lines = [f"## {pathway.name}", "", *two(pathway.text), "Scope:", "", *two(pathway.scope)]
    lines += [f"Screened: {code(pathway.screen)}.", ""]
    if pathway.screen_more_when is not None:
        lines += [f"Screened too: {code(pathway.screen_more)}, when:", "", *condition_block(pathway.screen_more_when)]
    lines += grounds_list(pathway.grounds)
    for step in pathway.steps.values():
        lines += _step(step)
    lines += [f"### Transitions of {pathway.name}", ""]
    for step_id in pathway.steps:
        for transition in pathway.transitions_from(step_id):
            lines += _transition(transition)
    return lines


def _step(step: Step) -> list[str]:
    number = f", step {step.step} of stepped care" if step.step is not None else ""
    lines = [f"### {step.id}", "", *two(step.text), f"Line {step.line}{number}, rank {step.rank:g}.", ""]
    lines += ["At this step when:", "", *condition_block(step.placed_when)] if step.placed_when is not None else []
    disciplines = (f"* {plain(one.en)} / {plain(one.nl)}" for one in step.disciplines)
    lines += ["Who works there:", "", *disciplines, ""]
    for head, described in (("Care", step.interventions), ("Notes", step.notes)):
        lines += [f"{head}:", ""] if described else []
        for one in described:
            lines += [f"* {plain(one.text.en)} / {plain(one.text.nl)}"]
            lines += [f"  * {ground_line(ground)}" for ground in one.grounds]
        lines += [""] if described else []
    lines += [f"Review: [{step.review}](parameters.md#{step.review}).", ""]
    lines += [f"Measurements: `{step.measurements}`.", ""] if step.measurements is not None else []
    shown = ", ".join(f"[{topic}](conflict-register.md#{topic})" for topic in step.conflicts)
    lines += [f"Conflicts: {shown}.", ""] if shown else []
    return [*lines, *grounds_list(step.grounds)]


def _transition(transition: Transition) -> list[str]:
    lines = [f"#### {transition.source} to {transition.target}: {transition.kind.replace('_', ' ')}", ""]
    lines += two(transition.text) if transition.text is not None else []
    opened = ", ".join(f"[{rule}](rules.md#{rule.lower()})" for rule in transition.rules)
    lines += [f"Opened by {opened}.", ""]
    if transition.when is not None:
        lines += [f"Only when `{write_line(transition.when)}`.", ""]
    if transition.unless is not None:
        lines += [f"Not when `{write_line(transition.unless)}`.", ""]
    return [*lines, *grounds_list(transition.grounds)]
