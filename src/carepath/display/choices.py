"""The page "What we chose ourselves": every design choice of the content, with what it belongs to."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.guideline import Guideline, Parameter, Rule, Text
from carepath.display.evidence import CHOSEN, Used
from carepath.display.words import Words, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepath.pathway import Pathway

#: The sections of the page in their order.
PARTS = (
    "parameter",
    "rule",
    "term",
    "ask",
    "entry",
    "pathway",
    "step",
    "transition",
    "finding",
    "module",
    "schedule",
    "entitlement",
    "conflict",
    "code",
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """A piece of content and one design choice in it; ``note`` is None where the content gives none."""

    used: Used
    note: Text | None


def choices_markdown(guideline: Guideline, lang: str) -> str:
    """The page in Markdown.

    Args:
        guideline: the content.
        lang: ``en`` or ``nl``.
    """
    words = Words(guideline, lang)
    choices = own_choices(guideline)
    lines = [f"# {words.phrase('choices_title')}", "", words.phrase("choices_intro"), ""]
    count = words.phrase("choices_count", number=str(len(choices)), edition=guideline.edition, date=guideline.date)
    lines += [count, ""]
    for part in PARTS:
        of_part = [one for one in choices if one.used.part == part]
        if of_part:
            lines += [f"## {words.phrase(f'parts_{part}')}", ""]
            lines += _parameters(of_part, words) if part == "parameter" else _items(of_part, words)
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def own_choices(guideline: Guideline) -> tuple[OwnChoice, ...]:
    """Every design choice and every inference of the content, in the order of the content."""
    found: dict[OwnChoice, None] = {}
    for used in content_with_grounds(guideline):
        for ground in used.grounds:
            if ground.kind in CHOSEN:
                found[OwnChoice(Used(used.part, used.id, used.text, ()), ground.note)] = None
    return tuple(found)


def content_with_grounds(guideline: Guideline) -> Iterator[Used]:
    """Every piece of content that has grounds."""
    for parameter in guideline.parameters.values():
        yield Used("parameter", parameter.name, parameter.text, parameter.grounds)
    for rule in guideline.rules.values():
        yield from _of_rule(rule)
    for term in guideline.terms.values():
        yield Used("term", term.name, term.text, term.grounds)
    for ask in guideline.asks:
        yield Used("ask", ask.id, ask.text, ask.grounds)
    for entry in guideline.resolve:
        yield Used("entry", entry.id, entry.text, entry.grounds)
    for pathway in guideline.pathways.values():
        yield Used("pathway", pathway.name, pathway.text, pathway.grounds)
        yield from _of_pathway(pathway)
    for finding in guideline.findings.values():
        yield Used("finding", finding.name, finding.label, finding.grounds)
    yield from _the_rest(guideline)


def _of_rule(rule: Rule) -> Iterator[Used]:
    yield Used("rule", rule.id, rule.text, rule.grounds)
    for output in rule.outputs:
        yield Used("rule", rule.id, output.text or rule.text, output.grounds)
    for argument in rule.against:
        yield Used("rule", rule.id, argument.text, argument.grounds)


def _of_pathway(pathway: Pathway) -> Iterator[Used]:
    for step in pathway.steps.values():
        yield Used("step", step.id, step.text, step.grounds)
        for described in (*step.interventions, *step.notes):
            yield Used("step", step.id, described.text, described.grounds)
    for transition in pathway.transitions:
        text = transition.text or pathway.steps[transition.target].text
        yield Used("transition", transition.id, text, transition.grounds)


def _the_rest(guideline: Guideline) -> Iterator[Used]:
    for module in guideline.modules:
        yield Used("module", module.id, module.text, module.grounds)
    for name, moments in guideline.schedules.items():
        for one in moments:
            text = guideline.vocabulary.get("moment", {}).get(one.moment) or Text(one.moment, one.moment)
            yield Used("schedule", name, text, one.grounds)
    for entitlement in guideline.entitlements:
        yield Used("entitlement", entitlement.group, entitlement.text, entitlement.grounds)
    for conflict in guideline.conflicts.values():
        for position in conflict.positions:
            yield Used("conflict", conflict.topic, position.owner, position.grounds)
    for code in guideline.fhir_codes:
        yield Used("code", f"{code.system} {code.code}", Text(code.display, code.display), code.grounds)


def general_text(text: str, words: Words, *, target: str | None = None) -> str:
    """A text of content without a patient: parameters in their newest value, an ellipsis for what a patient gives."""

    def value_of(name: str) -> str | None:
        if name.startswith("p:"):
            return words.parameter(name[2:], dt.date.max)
        return words.target(target) if name in {"target", "step"} and target is not None else "(...)"

    return fill(text, value_of)


def _items(choices: list[OwnChoice], words: Words) -> list[str]:
    """Each choice with all that it belongs to."""
    found: dict[str, dict[str, None]] = {}
    for one in choices:
        note = words.of(one.note) if one.note is not None else words.phrase("chosen_here")
        owner = f"**{_plain(one.used.id)}** ({_plain(general_text(words.of(one.used.text), words).rstrip('.'))})"
        found.setdefault(_plain(note.rstrip(".")), {})[owner] = None
    return [f"* {note}: {'; '.join(owners)}" for note, owners in found.items()]


def _parameters(choices: list[OwnChoice], words: Words) -> list[str]:
    columns = ("name", "text", "value", "unit", "range", "changed_by", "choice")
    heads = [words.phrase(f"column_{column}") for column in columns]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for one in choices:
        parameter = words.guideline.parameters[one.used.id]
        cells = [
            f"`{parameter.name}`",
            _plain(words.of(parameter.text)),
            _plain(_values(parameter, words)),
            _plain(words.unit(parameter.type.unit)) if parameter.type.unit is not None else "",
            _plain(words.of(parameter.range)) if parameter.range is not None else "",
            _plain(words.of(parameter.changed_by)) if parameter.changed_by is not None else "",
            _plain(words.of(one.note) if one.note is not None else words.phrase("chosen_here")),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _values(parameter: Parameter, words: Words) -> str:
    said = []
    for dated in parameter.values:
        if isinstance(dated.value, dt.date):
            value = dated.value.isoformat()
        else:
            value = words.quantity(dated.value) if dated.value is not None else words.phrase("withdrawn")
        said.append(words.phrase("from_date", value=value, date=dated.start.isoformat()) if dated.start else value)
    return "; ".join(said)


def _plain(text: str) -> str:
    """The text on one line, without a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
