"""A pathway as a Mermaid flowchart: steps by line of care, each kind of transition with a style of its own.

With an assessment it is the patient's own: where the patient is, and how each transition from there stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carepath.content.load import load_guideline
from carepath.display.drawing_state import ELSEWHERE, MARKS, OPEN, OPEN_IF, SIGNS, Way, marks_of, ways_of
from carepath.display.words import Words
from carepath.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.pathway import Pathway, Step, Transition

#: Solid up, dotted down, thick to an assessment or a matched referral.
ARROWS = {
    "escalate": "-->",
    "deescalate": "-.->",
    "imsr_assessment": "==>",
    "matched_care_referral": "==>",
    "mdo": "-->",
    "re_entry": "-.->",
}
#: What a step is to the patient; the words on it say the same.
STYLES = {
    "here": "stroke-width:4px",
    "possible": "stroke-width:3px,stroke-dasharray:6 4",
    "advised": "stroke-width:3px",
}
#: The kinds that say what they are; up and down are told by their arrows.
NAMED_KINDS = frozenset({"imsr_assessment", "matched_care_referral", "mdo", "re_entry"})

_ESCAPES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "|": "#124;"}
_SPECIAL = re.compile('[#"<>&`|]')


def pathway_mermaid(
    pathway: Pathway, lang: str = "en", *, guideline: Guideline | None = None, assessment: Assessment | None = None
) -> str:
    """The pathway as the text of a Mermaid flowchart.

    Args:
        pathway: what is drawn.
        lang: ``en`` or ``nl``.
        guideline: what the words are taken from; None for the guideline that ships with carepath.
        assessment: of a patient on this pathway; None for the pathway itself.

    Raises:
        ArgumentError: another language, or an assessment on another pathway.
    """
    if assessment is not None and assessment.pathway != pathway.name:
        message = f"the assessment is not of pathway {pathway.name!r}"
        raise ArgumentError([Problem("CP080", message, None, "draw the pathway of the assessment")])
    words = Words(guideline if guideline is not None else load_guideline(), lang)
    ids = _ids(pathway)
    ways = ways_of(pathway, assessment) if assessment is not None else {}
    marks = marks_of(pathway, assessment) if assessment is not None else {}
    lines = ["flowchart LR"]
    for index, (line, steps) in enumerate(_by_line(pathway).items()):
        lines.append(f'  subgraph line_{index}["{escaped(words.vocabulary("line", line))}"]')
        lines.append("    direction TB")
        lines += [f'    {ids[step.id]}["{_card(step, marks.get(step.id), words)}"]' for step in steps]
        lines.append("  end")
    lines += [_edge(transition, ids, words, ways.get(transition.id)) for transition in pathway.transitions]
    lines += [f"  style {ids[step]} {STYLES[mark]}" for step, mark in marks.items()]
    wide = [index for index, one in enumerate(pathway.transitions) if _is_open(ways.get(one.id))]
    if wide:
        lines.append(f"  linkStyle {','.join(map(str, wide))} stroke-width:4px")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """The text as it can stand between quotes in Mermaid: on one line, special characters as entities."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match.group(0)], " ".join(text.split()))


def _ids(pathway: Pathway) -> dict[str, str]:
    """An id that Mermaid can read for each step, different for different steps and no reserved word."""
    ids: dict[str, str] = {}
    for step in pathway.steps:
        safe = "step_" + re.sub(r"[^A-Za-z0-9]", "_", step)
        while safe in ids.values():
            safe += "_"
        ids[step] = safe
    return ids


def _by_line(pathway: Pathway) -> dict[str, list[Step]]:
    """The steps by line of care, in the order of their ranks."""
    found: dict[str, list[Step]] = {}
    for step in pathway.steps.values():
        found.setdefault(step.line, []).append(step)
    return found


def _card(step: Step, mark: str | None, words: Words) -> str:
    """What stands on a step: its id, its name, and what it is to the patient."""
    parts = [step.id, words.of(step.text), *([words.phrase(MARKS[mark])] if mark is not None else [])]
    return "<br/>".join(escaped(part) for part in parts)


def _edge(transition: Transition, ids: dict[str, str], words: Words, way: Way | None) -> str:
    rules = words.listed(transition.rules)
    named = transition.kind in NAMED_KINDS
    label = words.phrase(f"edge_{transition.kind}") + f": {rules}" if named else rules
    if way is not None and way.state != ELSEWHERE:
        label += f" ({words.phrase(SIGNS[way.state])})"
    arrow = ARROWS[transition.kind]
    return f'  {ids[transition.source]} {arrow}|"{escaped(label)}"| {ids[transition.target]}'


def _is_open(way: Way | None) -> bool:
    return way is not None and way.state in {OPEN, OPEN_IF}
