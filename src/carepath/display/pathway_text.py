"""A pathway as text for a terminal: its steps by rank, then the transitions between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.content.guideline import Ground, Guideline, tags_of
from carepath.display.choices import general_text
from carepath.display.layout import Page
from carepath.display.words import Words
from carepath.language.nodes import Condition, Named, Not
from carepath.language.write import write_line

if TYPE_CHECKING:
    from carepath.pathway import Pathway, Step, Transition

INDENT = 4


def pathway_text(pathway: Pathway, guideline: Guideline, lang: str) -> str:
    """The steps with who works there and what they do, and the transitions with what opens them.

    Args:
        pathway: what is shown.
        guideline: the guideline that it belongs to.
        lang: ``en`` or ``nl``.
    """
    words, page = Words(guideline, lang), Page()
    page.title(words.of(pathway.text))
    page.paragraph(words.of(pathway.scope))
    page.heading(words.phrase("heading_screening"))
    page.paragraph(words.findings(pathway.screen))
    if pathway.screen_more_when is not None:
        condition = condition_words(pathway.screen_more_when, words)
        page.field(words.phrase("also_when", condition=condition) + ":", words.findings(pathway.screen_more))
    page.heading(words.phrase("heading_steps"))
    for step in pathway.steps.values():
        _step(step, words, page)
    page.heading(words.phrase("heading_transitions"))
    for source in pathway.steps:
        for transition in pathway.transitions_from(source):
            _transition(transition, words, page)
    return page.text()


def condition_words(condition: Condition, words: Words) -> str:
    """A condition in words where it is one finding or term, or the opposite of one; else as it is written."""
    if isinstance(condition, Named):
        finding, term = words.guideline.findings.get(condition.name), words.guideline.terms.get(condition.name)
        if finding is not None:
            return words.of(finding.statement or finding.label)
        return words.of(term.text) if term is not None else condition.name
    if isinstance(condition, Not) and isinstance(condition.child, Named):
        return words.phrase("not_so", statement=condition_words(condition.child, words))
    return write_line(condition)


def _step(step: Step, words: Words, page: Page) -> None:
    page.blank()
    number = "" if step.step is None else ", " + words.phrase("stepped_care_step", step=str(step.step))
    page.paragraph(f"{step.id}: {words.of(step.text)} ({words.vocabulary('line', step.line)}{number})")
    if step.placed_when is not None:
        page.field(words.phrase("label_when"), condition_words(step.placed_when, words), INDENT)
    disciplines = words.listed((words.of(one) for one in step.disciplines), between="; ")
    page.field(words.phrase("label_disciplines"), disciplines, INDENT)
    interventions = [f"{words.of(one.text)}{_tags(one.grounds, words)}" for one in step.interventions]
    for index, line in enumerate(interventions):
        page.field(words.phrase("label_interventions") if index == 0 else "", f"- {line}", INDENT)
    page.field(words.phrase("label_interval"), _interval(step, words), INDENT)
    topics = (words.of(words.guideline.conflicts[topic].text) for topic in step.conflicts)
    page.field(words.phrase("label_conflicts"), words.listed(topics, between="; "), INDENT)
    for index, note in enumerate(step.notes):
        page.field(words.phrase("label_notes") if index == 0 else "", f"- {words.of(note.text)}", INDENT)
    page.field(words.phrase("label_grounds"), _standing(step.grounds, words), INDENT)


def _interval(step: Step, words: Words) -> str:
    """The interval in its newest value, with the range that its source or choice gives."""
    parameter = words.guideline.parameters[step.review]
    value = parameter.values[-1].value
    written = words.quantity(value, parameter.type.unit) if isinstance(value, int | float) else str(value or "")
    between = f" ({words.of(parameter.range)})" if parameter.range is not None else ""
    return words.phrase("review_after", interval=written) + between + _tags(parameter.grounds, words)


def _transition(transition: Transition, words: Words, page: Page) -> None:
    page.blank()
    kind = words.phrase(f"edge_{transition.kind}")
    page.paragraph(f"{transition.source} > {transition.target}: {kind} [{words.listed(transition.rules)}]")
    if transition.text is not None:
        page.paragraph(words.of(transition.text), INDENT)
    for name in transition.rules:
        rule = words.guideline.rules.get(name)
        if rule is not None:
            page.field(name, general_text(words.of(rule.text), words, target=transition.target), INDENT)
    if transition.when is not None:
        page.field(words.phrase("label_when"), condition_words(transition.when, words), INDENT)
    if transition.unless is not None:
        page.field(words.phrase("label_unless"), condition_words(transition.unless, words), INDENT)
    page.field(words.phrase("label_grounds"), _standing(transition.grounds, words), INDENT)


def _standing(grounds: tuple[Ground, ...], words: Words) -> str:
    sources = words.listed((words.cited(one.source) for one in grounds if one.source), between="; ")
    return f"{sources}{_tags(grounds, words)}".strip()


def _tags(grounds: tuple[Ground, ...], words: Words) -> str:
    """What the grounds are, where that is more than a source."""
    tags = tags_of(grounds) - {"source"}
    order = (tag for tag in words.guideline.vocabulary["tag"] if tag in tags)
    named = words.listed((words.vocabulary("tag", tag) for tag in order), between="; ")
    return f" ({named})" if named else ""
