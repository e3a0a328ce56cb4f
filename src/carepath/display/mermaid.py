"""A pathway as a Mermaid flowchart: steps by line of care, each kind of transition with a style of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carepath.content.load import load_guideline
from carepath.display.words import Words

if TYPE_CHECKING:
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
#: The kinds that say what they are; up and down are told by their arrows.
NAMED_KINDS = frozenset({"imsr_assessment", "matched_care_referral", "mdo", "re_entry"})

_ESCAPES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "|": "#124;"}
_SPECIAL = re.compile('[#"<>&`|]')


def pathway_mermaid(pathway: Pathway, lang: str = "en", *, guideline: Guideline | None = None) -> str:
    """The pathway as the text of a Mermaid flowchart.

    Args:
        pathway: what is drawn.
        lang: ``en`` or ``nl``.
        guideline: what the words are taken from; None for the guideline that ships with carepath.
    """
    words = Words(guideline if guideline is not None else load_guideline(), lang)
    ids = _ids(pathway)
    lines = ["flowchart LR"]
    for index, (line, steps) in enumerate(_by_line(pathway).items()):
        lines.append(f'  subgraph line_{index}["{escaped(words.vocabulary("line", line))}"]')
        lines.append("    direction TB")
        lines += [f'    {ids[step.id]}["{escaped(step.id)}<br/>{escaped(words.of(step.text))}"]' for step in steps]
        lines.append("  end")
    lines += [_edge(transition, ids, words) for transition in pathway.transitions]
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


def _edge(transition: Transition, ids: dict[str, str], words: Words) -> str:
    rules = words.listed(transition.rules)
    named = transition.kind in NAMED_KINDS
    label = words.phrase(f"edge_{transition.kind}") + f": {rules}" if named else rules
    arrow = ARROWS[transition.kind]
    return f'  {ids[transition.source]} {arrow}|"{escaped(label)}"| {ids[transition.target]}'
