"""The text of a recommendation: the texts of what gives it, with names and values filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from carepath.display.words import Words, both, fill, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.basis import Basis
    from carepath.content.guideline import Text
    from carepath.recommendation import Contribution, Recommendation, SetAside, Settlement

UNMET = "false"
UNKNOWN = "unknown"
SETTLE_FIRST = "true"


def recommendation_text(rec: Recommendation, basis: Basis) -> Text:
    """The texts of the outputs, rules, asks and entries that give a recommendation, each once, in both languages."""
    given = [(text, one) for one in rec.contributions if (text := contribution_text(one)) is not None]
    return both(lambda lang: " ".join(_distinct([_filled(text, rec, basis, lang, one) for text, one in given])))


def _distinct(texts: list[str]) -> list[str]:
    """Each text once; one that another begins with is left out."""
    longer = {text for text in texts for other in texts if other != text and other.startswith(text.rstrip("."))}
    return [text for text in dict.fromkeys(texts) if text not in longer]


def contribution_text(contribution: Contribution) -> Text | None:
    """The text of an output, else of its rule, or of the ask or entry."""
    if contribution.output is not None and contribution.output.text is not None:
        return contribution.output.text
    for item in (contribution.rule, contribution.ask, contribution.entry):
        if item is not None:
            return item.text
    return None


def conditions_of(rec: Recommendation, basis: Basis) -> tuple[Settlement, ...]:
    """What is unmet or unknown in what the outputs of a recommendation ask to be settled, also where it stands."""
    outputs = [one.output for one in rec.contributions if one.output is not None and one.output.settle is not None]
    asked = (one for output in outputs for one in basis.settlements(output.settle or ""))
    return tuple(dict.fromkeys((*rec.conditions, *asked)))


def condition_text(condition: Settlement, rec: Recommendation, basis: Basis) -> Text:
    """The text of a condition, with names and values filled in."""
    return both(lambda lang: _filled(condition.text, rec, basis, lang))


def argument_text(text: Text, rec: Recommendation, basis: Basis) -> Text:
    """A counter-argument to a recommendation, with names and values filled in."""
    return both(lambda lang: _filled(text, rec, basis, lang))


def set_aside_text(put: SetAside, basis: Basis) -> Text:
    """Why a recommendation was set aside; what is missing is what must be known first."""
    rec = replace(put.recommendation, missing=put.until_known)
    return both(lambda lang: _filled(put.text, rec, basis, lang))


def says(rec: Recommendation, placeholder: str) -> bool:
    """Whether the text of a recommendation already says what a placeholder stands for."""
    texts = (contribution_text(one) for one in rec.contributions)
    return any(text is not None and placeholder in placeholders(text.en) for text in texts)


def _filled(text: Text, rec: Recommendation, basis: Basis, lang: str, contribution: Contribution | None = None) -> str:
    words = Words(basis.guideline, lang)

    def value_of(name: str) -> str | None:
        if name.startswith("p:"):
            return words.parameter(name[2:], basis.at)
        if name == "target":
            return words.target(rec.target) if rec.target is not None else words.phrase("the_target")
        if name == "step":
            step = named_step(rec) or rec.target
            return words.target(step) if step is not None else words.phrase("the_step")
        if name == "missing":
            return words.findings(_missing(rec, contribution)) or words.phrase("none")
        if name in {"unmet", "unknown"}:
            truth = UNMET if name == "unmet" else UNKNOWN
            return _joined((one for one in conditions_of(rec, basis) if one.truth == truth), words)
        return None

    return fill(words.of(text), value_of)


def _missing(rec: Recommendation, contribution: Contribution | None) -> tuple[str, ...]:
    """What is missing of what one ask asks for; the ask that screens has what no other ask names."""
    ask = contribution.ask if contribution is not None else None
    if ask is None:
        return rec.missing
    others = {name for one in rec.contributions if one.ask is not None and one.ask != ask for name in one.ask.findings}
    return tuple(name for name in rec.missing if name in ask.findings or (ask.screening and name not in others))


def _joined(conditions: Iterable[Settlement], words: Words) -> str:
    return words.listed((words.of(one.text) for one in conditions), between="; ") or words.phrase("none")


def named_step(rec: Recommendation) -> str | None:
    """The step that an output names beside its target."""
    named = (one.output.names_step for one in rec.contributions if one.output is not None)
    return next((step for step in named if step is not None), None)
