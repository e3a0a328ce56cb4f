"""An assessment as one page of HTML to read, print or send: no script, and nothing from outside the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.drawing_shapes import safe
from carepath.display.drawing_state import ELSEWHERE, state_words, way_words, ways_of
from carepath.display.drawing_style import colours
from carepath.display.drawing_svg import pathway_svg
from carepath.display.evidence import design_choices
from carepath.display.html_parts import PAGE, STYLE, HtmlAdvice, HtmlPage
from carepath.display.text import SECTIONS, ReportPrinter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carepath.assessment import Assessment
    from carepath.recommendation import Recommendation

MISSING = "insufficient_information"
#: What a notebook shows only when it is asked for.
FOLDED = frozenset({"why", "grounds"})
#: The browser loads nothing, whatever a text may hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(assessment: Assessment, lang: str) -> str:
    """A page of its own: advice first, then why, then what is not known and what to ask, then grounds.

    Args:
        assessment: what is reported.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
        ContentError: the guideline lacks a phrase of the report.
    """
    return reports_html([(None, assessment)], lang)


def reports_html(assessments: Sequence[tuple[str | None, Assessment]], lang: str) -> str:
    """A page with several reports, one after the other, each under its name; arguments and errors as above."""
    reports = [HtmlReport(one, lang, name=name, number=index) for index, (name, one) in enumerate(assessments)]
    bodies = [report.body() for report in reports]
    title = reports[0].name if reports else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{safe(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{safe(title)}</title>\n<style>\n{PAGE}{colours('.cp-report')}{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(bodies)
        + "\n</main>\n</body>\n</html>\n"
    )


def assessment_fragment_html(assessment: Assessment, lang: str) -> str:
    """The report as a part of another page, a notebook's: reasons and grounds open at a click. Arguments as above."""
    report = HtmlReport(assessment, lang, folded=FOLDED)
    return f"<div>\n<style>\n{colours('.cp-report')}{STYLE}</style>\n{report.body()}\n</div>\n"


class HtmlReport(ReportPrinter):
    """The report of one assessment, in the order of the page."""

    def __init__(
        self,
        assessment: Assessment,
        lang: str,
        *,
        name: str | None = None,
        number: int = 0,
        folded: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(assessment, lang)
        self.html = HtmlPage(prefix=f"cp-{assessment.digest()[:8]}-{number}", folded=folded)
        self.page = self.html
        self.frames = HtmlAdvice(self.html, self.words, self.basis)
        self.advice = self.frames
        self.above = name
        pathway = self.basis.pathway
        called = self.words.of(pathway.text) if pathway is not None else self.words.phrase("no_pathway")
        self.name = name or self.words.phrase("report_title", pathway=called, date=assessment.at.isoformat())

    def body(self) -> str:
        """The report in its frame."""
        page = self.html
        numbered = self._what()
        self._place()
        self._why(numbered)
        self._not_known(numbered)
        self._grounds()
        rest, page.parts = page.text(), []
        if self.above is not None:
            page.raw(f'<p class="cp-above"><strong>{safe(self.above)}</strong></p>')
        self._head()
        page.raw(f'<p class="cp-use">{safe(self.words.phrase("professional_use"))}</p>')
        self._contents()
        head, page.parts = page.text(), []
        self._foot()
        foot = page.text()
        return (
            f'<div class="cp-report" lang="{self.words.lang}">\n<header>\n{head}\n</header>\n'
            f"{rest}\n<footer>\n{foot}\n</footer>\n</div>"
        )

    def _contents(self) -> None:
        items = (f'<li><a href="#{self.html.prefix}-{name}">{safe(text)}</a></li>' for name, text in self.html.contents)
        label = safe(self.words.phrase("contents"))
        self.html.raw(f'<nav aria-label="{label}"><ul>{"".join(items)}</ul></nav>')

    # --- advice ----------------------------------------------------------------------------------------------------

    def _what(self) -> list[tuple[int, Recommendation]]:
        """The advice, then where sources disagree, judgements and notes; each with its number."""
        recs = self.assessment.recommendations
        groups: list[tuple[str, str, Iterable[Recommendation]]] = [
            ("advice", "heading_advice", [one for one in recs if one.kind not in SECTIONS])
        ]
        for kind, heading in SECTIONS.items():
            if kind != MISSING:
                groups.append((kind, heading, [one for one in recs if one.kind == kind]))
        groups.append(("notes", "heading_notes", self.assessment.notes))
        numbered: list[tuple[int, Recommendation]] = []
        for name, heading, found in groups:
            if not found and name != "advice":
                continue
            self.html.section(name, self.words.phrase(heading))
            if not found:
                self.html.paragraph(self.words.phrase("no_advice"))
            for rec in found:
                numbered.append((len(numbered) + 1, rec))
                self.frames.write(*numbered[-1])
            self.html.end(name)
        missing = [one for one in recs if one.kind == MISSING]
        return numbered + list(enumerate(missing, start=len(numbered) + 1))

    def _place(self) -> None:
        """The patient's own drawing, and its transitions by number."""
        pathway, words, html = self.basis.pathway, self.words, self.html
        if pathway is None:
            return
        html.section("place", words.phrase("heading_place"), classes="cp-place")
        svg = pathway_svg(pathway, self.assessment.guideline, words.lang, assessment=self.assessment, key=False)
        label = safe(words.phrase("heading_place"))
        html.raw(f'<div class="cp-figure" role="region" tabindex="0" aria-label="{label}">\n{svg}</div>')
        ways = ways_of(pathway, self.assessment)
        numbered = list(enumerate(pathway.transitions, start=1))
        for heading, here in (("heading_from_here", True), ("heading_elsewhere", False)):
            found = [(number, one) for number, one in numbered if (ways[one.id].state != ELSEWHERE) is here]
            if not found:
                continue
            html.heading(words.phrase(heading))
            items = []
            for number, one in found:
                state = state_words(ways[one.id], words, limit=None)
                said = f"{way_words(one, words)}: {state}" if state else way_words(one, words)
                items.append(f'<li><span class="cp-number">{number}</span><span>{safe(said)}</span></li>')
            html.raw(f'<ul class="cp-ways{" cp-from-here" if here else ""}">\n' + "\n".join(items) + "\n</ul>")
        html.end("place")

    # --- why, and what is not known --------------------------------------------------------------------------------

    def _why(self, numbered: list[tuple[int, Recommendation]]) -> None:
        if not numbered and not self.assessment.set_aside:
            return
        self.html.section("why", self.words.phrase("heading_why"))
        for number, rec in numbered:
            self.frames.why(number, rec)
        self._set_aside()
        self.html.end("why")

    def _not_known(self, numbered: list[tuple[int, Recommendation]]) -> None:
        self.html.section("not_known", self.words.phrase("heading_not_known"))
        missing = [(number, rec) for number, rec in numbered if rec.kind == MISSING]
        if missing:
            self.html.heading(self.words.phrase(SECTIONS[MISSING]))
        for number, rec in missing:
            self.frames.write(number, rec)
        self._questions()
        self._undetermined()
        self._unknown()
        self.html.end("not_known")

    # --- grounds ---------------------------------------------------------------------------------------------------

    def _grounds(self) -> None:
        self.html.section("grounds", self.words.phrase("heading_grounds"))
        self._sources()
        if design_choices(self.assessment):
            self.html.raw(f'<div class="cp-choices" id="{self.html.prefix}-choices">')
            self.html.raw(f"<h3>{safe(self.words.phrase('choices_title'))}</h3>")
            self._design_choices()
            self.html.raw("</div>")
        self._record()
        self.html.end("grounds")
