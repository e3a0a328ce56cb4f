"""The parts of a report as HTML: a page that takes what the terminal report prints, and each piece of advice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.display.drawing_shapes import safe
from carepath.display.drawing_style import FONT
from carepath.display.layout import Page
from carepath.display.text_advice import UNTITLED, AdvicePrinter
from carepath.display.wording import recommendation_text, says

if TYPE_CHECKING:
    from carepath.basis import Basis
    from carepath.display.words import Words
    from carepath.recommendation import Recommendation

#: What a piece of advice is marked with: a frame, and words that say what it is.
FRAMES = {
    "red_flag_exit": "cp-alarm",
    "not_in_scope": "cp-alarm",
    "guideline_conflict": "cp-conflict",
}
#: Lists: the tag around the items, by what an item is.
LISTS = {"dt": "dl", "li": "ul", "num": "ol"}


@dataclass(slots=True)
class HtmlPage(Page):
    """A page in HTML. ``prefix`` stands before every id, so that two reports can stand in one document."""

    prefix: str = "cp"
    folded: frozenset[str] = frozenset()
    parts: list[tuple[str, str]] = field(default_factory=list)
    contents: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """Everything, with items in lists."""
        written: list[str] = []
        inside = ""
        for kind, html in [*self.parts, ("", "")]:
            around = LISTS.get(kind, "")
            if around != inside:
                written += [f"</{inside}>"] * bool(inside) + [f"<{around}>"] * bool(around)
                inside = around
            if html:
                written.append(html)
        return "\n".join(written)

    def raw(self, html: str) -> None:
        """HTML as it is."""
        self.parts.append(("", html))

    def section(self, name: str, heading: str, *, classes: str = "") -> None:
        """Begins a section; one of those that are folded opens at a click."""
        self.contents.append((name, heading))
        classes = f"cp-section {classes}".strip()
        if name in self.folded:
            self.raw(f'<details class="{classes}" id="{self.prefix}-{name}"><summary>{safe(heading)}</summary>')
        else:
            self.raw(f'<section class="{classes}" id="{self.prefix}-{name}"><h2>{safe(heading)}</h2>')

    def end(self, name: str) -> None:
        """Ends a section."""
        self.raw("</details>" if name in self.folded else "</section>")

    def title(self, text: str) -> None:
        """The title of the report."""
        self.raw(f"<h1>{safe(text)}</h1>")

    def heading(self, text: str) -> None:
        """A heading inside a section."""
        self.raw(f"<h3>{safe(text)}</h3>")

    def blank(self) -> None:
        """Nothing: the style leaves room."""

    def paragraph(self, text: str, indent: int = 0) -> None:
        """A paragraph; there is no indent."""
        del indent
        self.raw(f"<p>{safe(text)}</p>")

    def numbered(self, number: int, text: str) -> None:
        """An item of a numbered list."""
        self.parts.append(("num", f'<li value="{number}">{safe(text)}</li>'))

    def bullet(self, text: str, indent: int = 0) -> None:
        """An item of a list; there is no indent."""
        del indent
        self.parts.append(("li", f"<li>{safe(text)}</li>"))

    def field(self, label: str, text: str, indent: int = 0) -> None:
        """A label and a text beside it; nothing when the text is empty."""
        del indent
        if text:
            self.parts.append(("dt", f"<div><dt>{safe(label)}</dt><dd>{safe(text)}</dd></div>"))


class HtmlAdvice(AdvicePrinter):
    """Pieces of advice, each in a frame; why it is given stands elsewhere, a click away."""

    def __init__(self, page: HtmlPage, words: Words, basis: Basis) -> None:
        super().__init__(page, words, basis)
        self.html = page

    def write(self, number: int, rec: Recommendation) -> None:
        """What is advised, what it depends on, and what comes with it."""
        words, html = self.words, self.html
        text = words.of(recommendation_text(rec, self.basis))
        headline = text if rec.kind in UNTITLED else self.headline(rec)
        html.raw(f'<article class="{FRAMES.get(rec.kind, "cp-plain")}" id="{html.prefix}-advice-{number}">')
        html.raw(f"<h3>{number}. {safe(headline)}</h3>")
        self._marks(rec)
        if headline != text and not self._is_said(f"text {text}"):
            html.paragraph(text)
        self._conditions(rec)
        if rec.missing and not says(rec, "missing") and not says(rec, "unknown"):
            self._field("missing", words.findings(rec.missing))
        if rec.kind == "guideline_conflict":
            self._positions(rec)
        self._field("attention", words.findings(rec.attention))
        self._field("could_change", words.findings(rec.could_change, limit=12))
        self._field("review", rec.review or "")
        self.entitlement(rec, 0)
        self._modules(rec)
        self._measurements(rec)
        why = words.phrase("to_why")
        html.raw(f'<p class="cp-more"><a href="#{html.prefix}-why-{number}">{safe(why)}</a></p></article>')

    def why(self, number: int, rec: Recommendation) -> None:
        """The findings, rules and sources behind a piece of advice, and what speaks against it."""
        words, html = self.words, self.html
        text = words.of(recommendation_text(rec, self.basis))
        headline = text if rec.kind in UNTITLED else self.headline(rec)
        html.raw(f'<article class="cp-why" id="{html.prefix}-why-{number}">')
        link = f"#{html.prefix}-advice-{number}"
        html.raw(f'<h3><a href="{link}">{number}. {safe(headline)}</a></h3>')
        if rec.kind != "guideline_conflict":
            self._against(rec)
        self._standing(number, rec)
        html.raw("</article>")

    def _marks(self, rec: Recommendation) -> None:
        """In words, each in a frame: what must be settled first, what sources dispute, what we chose ourselves."""
        words, html = self.words, self.html
        marks = []
        if rec.conditional:
            marks.append(f'<span class="cp-mark">{safe(words.phrase("conditional"))}</span>')
        if rec.kind == "guideline_conflict":
            marks.append(f'<span class="cp-mark cp-conflict">{safe(words.phrase("mark_conflict"))}</span>')
        if "design_choice" in rec.tags:
            said = words.phrase("mark_choice_partly" if "source" in rec.tags else "mark_choice")
            marks.append(f'<a class="cp-mark cp-choice" href="#{html.prefix}-choices">{safe(said)}</a>')
        if "unverified" in rec.tags:
            marks.append(f'<span class="cp-mark">{safe(words.vocabulary("tag", "unverified"))}</span>')
        if marks:
            html.raw(f'<p class="cp-marks">{" ".join(marks)}</p>')


#: The style of a report; the colours come from ``drawing_style.colours``.
STYLE = """\
.cp-report{background:var(--cp-paper);color:var(--cp-ink);font-family:FONT;font-size:16px;line-height:1.45;\
max-width:1000px;margin:0 auto;padding:16px 20px 32px;box-sizing:border-box;overflow-wrap:break-word}
.cp-report *{box-sizing:border-box}
.cp-report h1,.cp-report h2,.cp-report h3,.cp-report summary{line-height:1.25;color:var(--cp-ink);font-weight:bold}
.cp-report h1{font-size:1.6em;margin:.2em 0 .5em}
.cp-report h2,.cp-report summary{font-size:1.25em;margin:0 0 .6em}
.cp-report summary{cursor:pointer}
.cp-report h3{font-size:1.05em;margin:1.1em 0 .4em}
.cp-report article h3{margin-top:0}
.cp-report p{margin:.4em 0}
.cp-report a{color:var(--cp-accent)}
.cp-report a:focus-visible,.cp-report summary:focus-visible,.cp-report .cp-figure:focus-visible{\
outline:3px solid var(--cp-accent);outline-offset:2px}
.cp-report .cp-use{border:2px solid var(--cp-ink);padding:8px 12px;font-weight:bold}
.cp-report .cp-section{border-top:2px solid var(--cp-rule);margin-top:28px;padding-top:16px}
.cp-report article{border:1.5px solid var(--cp-rule);border-radius:6px;padding:12px 14px;margin:0 0 12px;\
background:var(--cp-paper)}
.cp-report article.cp-alarm{border:4px solid var(--cp-alarm);background:var(--cp-alarm-panel)}
.cp-report article.cp-conflict{border:2px solid var(--cp-conflict);border-left-width:8px;\
background:var(--cp-conflict-panel)}
.cp-report article.cp-why{border-width:0 0 0 3px;border-radius:0;padding:2px 0 2px 14px}
.cp-report .cp-choices{border:2px dashed var(--cp-choice);background:var(--cp-choice-panel);border-radius:6px;\
padding:4px 14px 12px;margin-top:20px}
.cp-report .cp-marks{display:flex;flex-wrap:wrap;gap:6px;margin:.5em 0}
.cp-report .cp-mark{display:inline-block;border:2px solid currentColor;border-radius:4px;padding:1px 8px;\
font-size:.85em;font-weight:bold;background:var(--cp-paper);color:var(--cp-ink)}
.cp-report .cp-mark.cp-choice{border-style:dashed;color:var(--cp-choice);background:var(--cp-choice-panel)}
.cp-report .cp-mark.cp-conflict{color:var(--cp-paper);background:var(--cp-conflict)}
.cp-report .cp-more{font-size:.9em}
.cp-report dl{margin:.5em 0}
.cp-report dl>div{display:grid;grid-template-columns:9em 1fr;gap:0 12px;padding:3px 0}
.cp-report dt{color:var(--cp-soft);font-weight:bold;font-size:.9em}
.cp-report dd{margin:0;unicode-bidi:isolate;min-width:0}
.cp-report ul,.cp-report ol{margin:.5em 0;padding-left:1.6em}
.cp-report li{margin:.25em 0;unicode-bidi:isolate}
.cp-report nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0}
.cp-report .cp-figure{overflow-x:auto;margin:0 0 12px;border:1px solid var(--cp-rule);border-radius:6px}
.cp-report .cp-figure svg{display:block;margin:0 auto}
.cp-report .cp-ways{columns:2 20em;column-gap:24px;list-style:none;padding:0;font-size:.9em}
.cp-report .cp-ways.cp-from-here{columns:1;font-size:1em}
.cp-report .cp-ways li{break-inside:avoid;display:grid;grid-template-columns:3em 1fr;margin:0;padding:2px 0}
.cp-report .cp-number{justify-self:start;align-self:start;min-width:2.4em;text-align:center;\
border:1.5px solid currentColor;border-radius:9px;font-size:.85em;font-weight:bold;padding:0 4px}
.cp-report table{border-collapse:collapse;margin:.6em 0;font-size:.9em}
.cp-report th,.cp-report td{border:1px solid var(--cp-rule);padding:4px 8px;text-align:left;vertical-align:top;\
color:var(--cp-ink);background:var(--cp-paper)}
.cp-report .cp-wide{overflow-x:auto}
.cp-report footer{border-top:2px solid var(--cp-rule);margin-top:28px;padding-top:12px;font-size:.9em}
@media (max-width:600px){
.cp-report{padding:12px}
.cp-report dl>div{grid-template-columns:1fr}
}
@media print{
.cp-report{max-width:none;padding:0;font-size:10.5pt}
.cp-report nav,.cp-report .cp-more{display:none}
.cp-report article,.cp-report dl>div,.cp-report li{break-inside:avoid}
.cp-report h2,.cp-report h3{break-after:avoid}
.cp-report a{text-decoration:none}
.cp-report .cp-place{page:cp-landscape;break-before:page;break-after:page}
.cp-report .cp-figure{overflow:visible;border:0;break-inside:avoid;break-after:page;margin:0}
.cp-report .cp-figure svg{max-width:100%;max-height:160mm;height:auto}
.cp-report .cp-section{margin-top:14px;padding-top:8px}
}
""".replace("FONT", FONT)
#: What a page of its own needs beside the style of the report.
PAGE = """\
html{background:#ffffff}
@media screen and (prefers-color-scheme:dark){html{background:#12161c}}
body{margin:0}
@page{size:A4;margin:15mm}
@page cp-landscape{size:A4 landscape;margin:12mm}
"""
