"""What a notebook shows of a guideline, a pathway, a rule or an assessment: text, HTML, Markdown and a drawing."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from carepath.content.load import load_guideline
from carepath.display.choices import general_text
from carepath.display.drawing_state import way_words
from carepath.display.drawing_style import colours
from carepath.display.drawing_svg import pathway_svg
from carepath.display.html import assessment_fragment_html
from carepath.display.html_parts import STYLE, HtmlPage
from carepath.display.layout import Page
from carepath.display.markdown import MarkdownPage
from carepath.display.mermaid import pathway_mermaid
from carepath.display.text import ReportPrinter
from carepath.display.text_advice import AdvicePrinter
from carepath.display.words import Words
from carepath.explain.statements import condition_text
from carepath.language.nodes import All, AnyOf, Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from carepath.assessment import Assessment
    from carepath.content.guideline import Ground, Guideline, Output, Rule
    from carepath.pathway import Pathway

INDENT = 2
TEXT, HTML, MARKDOWN, SVG = "text/plain", "text/html", "text/markdown", "image/svg+xml"

#: What a notebook is given: the type of each form, and how it is made.
Forms = dict[str, "Callable[[], str]"]


def bundle(forms: Forms, include: Collection[str] | None, exclude: Collection[str] | None) -> dict[str, str]:
    """The forms that are asked for; the others are not made.

    Args:
        forms: how each form is made.
        include: the types that are wanted; None for all.
        exclude: the types that are not.
    """
    wanted = (name for name in forms if (include is None or name in include) and name not in (exclude or ()))
    return {name: forms[name]() for name in wanted}


def guideline_forms(guideline: Guideline, lang: str = "en") -> Forms:
    """A guideline: its edition, its pathways and what it holds."""
    return _forms(lambda page: _guideline(guideline, Words(guideline, lang), page), lang)


def pathway_forms(pathway: Pathway, lang: str = "en") -> Forms:
    """A pathway: its drawing, its steps and its transitions."""
    guideline = load_guideline()

    def drawn() -> str:
        return pathway_svg(pathway, guideline, lang)

    forms = _forms(lambda page: _pathway(pathway, Words(guideline, lang), page), lang, drawn)
    written = forms[MARKDOWN]
    return {**forms, MARKDOWN: lambda: written() + _fenced(pathway_mermaid(pathway, lang)), SVG: drawn}


def rule_forms(rule: Rule, lang: str = "en") -> Forms:
    """A rule: when it holds, what it recommends, and what it stands on."""
    return _forms(lambda page: _rule(rule, Words(load_guideline(), lang), page), lang)


def assessment_forms(assessment: Assessment, lang: str) -> Forms:
    """An assessment: the report, and the patient's own drawing where a pathway is chosen."""
    forms: Forms = {
        TEXT: lambda: assessment.report(lang),
        HTML: lambda: assessment_fragment_html(assessment, lang),
        MARKDOWN: lambda: _MarkdownReport(assessment, lang).written(),
    }
    pathway = assessment.basis.pathway
    if pathway is not None:
        own = functools.partial(pathway_mermaid, pathway, lang, guideline=assessment.guideline, assessment=assessment)
        forms[SVG] = lambda: pathway_svg(pathway, assessment.guideline, lang, assessment=assessment)
        forms[MARKDOWN] = lambda: _MarkdownReport(assessment, lang).written() + _fenced(own())
    return forms


def _fenced(drawing: str) -> str:
    """A drawing as a block that programs which know Mermaid show as one."""
    return f"\n```mermaid\n{drawing}```\n"


# --- one writer, three forms -------------------------------------------------------------------------------------


class _MarkdownReport(ReportPrinter):
    """The report on a page in Markdown."""

    def __init__(self, assessment: Assessment, lang: str) -> None:
        super().__init__(assessment, lang)
        self.page = MarkdownPage()
        self.advice = AdvicePrinter(self.page, self.words, self.basis)


def _forms(write: Callable[[Page], None], lang: str, drawing: Callable[[], str] | None = None) -> Forms:
    def on(page: Page) -> str:
        write(page)
        return page.text()

    def html() -> str:
        drawn = f'<div class="cp-figure">\n{drawing()}</div>\n' if drawing is not None else ""
        style = f"<style>\n{colours('.cp-report')}{STYLE}</style>"
        return f'<div>\n{style}\n<div class="cp-report" lang="{lang}">\n{drawn}{on(HtmlPage())}\n</div>\n</div>\n'

    return {TEXT: lambda: on(Page()), HTML: html, MARKDOWN: lambda: on(MarkdownPage())}


# --- what is written ---------------------------------------------------------------------------------------------


def _guideline(guideline: Guideline, words: Words, page: Page) -> None:
    page.title(words.of(guideline.text))
    edition = words.phrase("edition", edition=guideline.edition, date=guideline.date)
    page.field(words.phrase("label_guideline"), edition)
    page.heading(words.phrase("parts_pathway"))
    for pathway in guideline.pathways.values():
        counts = {"steps": str(len(pathway.steps)), "ways": str(len(pathway.transitions))}
        page.field(pathway.name, words.phrase("pathway_counts", pathway=words.of(pathway.text), **counts))
    page.heading(words.phrase("heading_holds"))
    for part, found in (
        ("rule", guideline.rules),
        ("term", guideline.terms),
        ("finding", guideline.findings),
        ("parameter", guideline.parameters),
        ("conflict", guideline.conflicts),
        ("entry", guideline.resolve),
    ):
        page.field(words.phrase(f"parts_{part}"), str(len(found)))
    page.field(words.phrase("heading_sources"), str(len(guideline.sources)))
    page.paragraph(words.phrase("professional_use"))


def _pathway(pathway: Pathway, words: Words, page: Page) -> None:
    page.title(words.of(pathway.text))
    page.paragraph(words.of(pathway.scope))
    page.heading(words.phrase("heading_steps"))
    for step in pathway.steps.values():
        page.field(step.id, f"{words.of(step.text)} ({words.vocabulary('line', step.line)})")
    page.heading(words.phrase("heading_transitions"))
    for number, transition in enumerate(pathway.transitions, start=1):
        page.numbered(number, way_words(transition, words))


def _rule(rule: Rule, words: Words, page: Page) -> None:
    guideline = words.guideline
    page.title(f"{rule.id}: {general_text(words.of(rule.text), words)}")
    names = (words.of(guideline.pathways[one].text) if one in guideline.pathways else one for one in rule.pathways)
    page.field(words.phrase("parts_pathway"), words.listed(names))
    if not rule.by_output:
        page.heading(words.phrase("label_when"))
        _conditions(rule.when, words, page)
    page.heading(words.phrase("heading_advice"))
    for output in rule.outputs:
        text = f": {general_text(words.of(output.text), words)}" if output.text is not None else ""
        page.bullet(_advised(output, words) + text)
        if output.when is not None:
            page.field(words.phrase("label_when"), _condition(output.when, words), INDENT)
    page.heading(words.phrase("label_grounds"))
    for ground in rule.grounds:
        page.bullet(_ground(ground, words))
    for argument in rule.against:
        page.field(words.phrase("label_against"), general_text(words.of(argument.text), words))


def _conditions(condition: Condition, words: Words, page: Page) -> None:
    """What a condition asks for, one line for each part."""
    parts = condition.children if isinstance(condition, All | AnyOf) else (condition,)
    if len(parts) > 1:
        page.paragraph(words.phrase("tree_any" if isinstance(condition, AnyOf) else "tree_all") + ":")
    for part in parts:
        page.bullet(_condition(part, words))


def _advised(output: Output, words: Words) -> str:
    """What an output recommends, in one line."""
    conflict = words.guideline.conflicts.get(output.topic or "") if output.kind == "guideline_conflict" else None
    if conflict is not None:
        return f"{words.kind(output.kind)} - {words.of(conflict.text)}"
    fields = ("urgency", "level", "group", "topic", "internal_step")
    details = [words.vocabulary(name, value) for name in fields if (value := getattr(output, name)) is not None]
    target = [words.target(output.target)] if output.target is not None else []
    return words.listed([words.kind(output.kind), *details, *target], between=" - ")


def _condition(condition: Condition, words: Words) -> str:
    return words.of(condition_text(condition, words.guideline, dt.date.fromisoformat(words.guideline.date)))


def _ground(ground: Ground, words: Words) -> str:
    """What kind of ground it is, whose words it holds, and the words."""
    parts = [words.vocabulary("tag", ground.kind)]
    if ground.source is not None:
        parts.append(words.cited(ground.source) + (f", {ground.section}" if ground.section is not None else ""))
    if ground.quote is not None:
        parts.append(f'"{ground.quote}"')
    if ground.note is not None:
        parts.append(words.of(ground.note))
    if ground.role == "counter":
        parts.insert(0, words.phrase("label_against"))
    return ": ".join(parts)
