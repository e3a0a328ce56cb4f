"""A pathway as a drawing in SVG: lines of care as columns, steps as cards, transitions as arrows with numbers.

The drawing needs nothing outside itself: no script, no font, no picture. With an assessment it says where the patient
is and how each way stands. Everything that a colour says is said by form or words too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.content.rules import RED_FLAG
from carepath.display.drawing_grid import Box, wrapped
from carepath.display.drawing_key import GAP, Key
from carepath.display.drawing_layout import BAND, LETTER, LINE, MARGIN, PAD, Arrow, Card, Layout, layout_of
from carepath.display.drawing_shapes import arrow_shapes, safe
from carepath.display.drawing_state import (
    MARKS,
    OPEN,
    OPEN_IF,
    WORDS_ON_TAGS,
    card_texts,
    exit_words,
    exits_of,
    marks_of,
    tag_texts,
    ways_of,
    where_words,
)
from carepath.display.drawing_style import DRAWING, colours
from carepath.display.layout import printable
from carepath.display.words import Words
from carepath.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.pathway import Pathway

TITLE_HEIGHT = 24


def pathway_svg(
    pathway: Pathway,
    guideline: Guideline,
    lang: str,
    *,
    assessment: Assessment | None = None,
    key: bool = True,
) -> str:
    """The drawing of a pathway, or a patient's own.

    Args:
        pathway: what is drawn.
        guideline: the guideline that it belongs to, for its words.
        lang: ``en`` or ``nl``.
        assessment: of a patient on this pathway; None for the pathway itself.
        key: whether the list of the numbered transitions stands below; a page may say it in a list of its own.

    Raises:
        ArgumentError: another language, or an assessment on another pathway.
        ContentError: the guideline lacks a phrase of the drawing.
    """
    if assessment is not None and assessment.pathway != pathway.name:
        message = f"the assessment is not of pathway {pathway.name!r}"
        raise ArgumentError([Problem("CP080", message, None, "draw the pathway of the assessment")])
    return _Sheet(pathway=pathway, words=Words(guideline, lang), assessment=assessment).drawn(key=key)


@dataclass(slots=True, kw_only=True)
class _Sheet(Key):
    """The drawing from top to bottom: title, exits, the pathway, how to read it, the numbered list."""

    pathway: Pathway
    assessment: Assessment | None
    marks: Mapping[str, str] = field(default_factory=dict)

    def drawn(self, *, key: bool) -> str:
        """The whole drawing."""
        one = self.assessment
        if one is not None:
            self.ways, self.marks = ways_of(self.pathway, one), marks_of(self.pathway, one)
        layout = layout_of(
            self.pathway,
            card_texts(self.pathway, self.words, self.marks),
            tag_texts(self.pathway, self.words, self.ways),
        )
        self.width = layout.width
        title, about = self._title()
        self._exits()
        self._pathway(layout)
        self.legend(dict.fromkeys(transition.kind for transition in self.pathway.transitions))
        if key:
            self.numbers(layout)
        body = "\n".join(self.parts)
        mark = hashlib.sha256(f"{title}\n{about}\n{body}".encode()).hexdigest()[:12]
        height = self.y + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="cp-drawing" role="group" width="{self.width}" '
            f'height="{height}" viewBox="0 0 {self.width} {height}" lang="{self.words.lang}" '
            f'aria-labelledby="cp-t-{mark} cp-d-{mark}">\n'
            f'<title id="cp-t-{mark}">{safe(title)}</title>\n<desc id="cp-d-{mark}">{safe(about)}</desc>\n'
            f"<style>{colours('.cp-drawing')}{DRAWING}</style>\n"
            f'<rect class="cp-back" width="{self.width}" height="{height}"/>\n{body}\n</svg>\n'
        )

    # --- what is said ----------------------------------------------------------------------------------------------

    def _title(self) -> tuple[str, str]:
        words, one, name = self.words, self.assessment, self.words.of(self.pathway.text)
        counts = {"steps": str(len(self.pathway.steps)), "ways": str(len(self.pathway.transitions))}
        about = words.phrase("drawing_about", **counts)
        if one is None:
            title, where = words.phrase("drawing_title", pathway=name), ""
        else:
            title = words.phrase("drawing_patient", pathway=name, date=one.at.isoformat())
            where = where_words(one, words)
            about = f"{where} {about}"
        self.text(MARGIN, self.y + 15, title, "cp-title")
        self.y += TITLE_HEIGHT
        self.paragraph(where, MARGIN, self.width - 2 * MARGIN)
        return title, about

    # --- parts -----------------------------------------------------------------------------------------------------

    def _exits(self) -> None:
        """What can come from any step, apart from the steps: red flags first."""
        words = self.words
        exits = exits_of(self.pathway, words.guideline, self.assessment)
        if not exits:
            return
        self.y += PAD
        width = (self.width - 2 * MARGIN - GAP * (len(exits) - 1)) // len(exits)
        inner = width - 4 * PAD
        texts = {}
        for kind, way in exits.items():
            said = [words.phrase("any_step")]
            if self.assessment is not None:
                said = [exit_words(way, words)]
            texts[kind] = [line for text in said for line in wrapped(printable(text), inner, LETTER)]
        height = max(map(len, texts.values())) * LINE + BAND + PAD + 2
        for index, (kind, way) in enumerate(exits.items()):
            x = MARGIN + index * (width + GAP)
            now = " cp-now" if way.state in {OPEN, OPEN_IF} else ""
            look = "cp-alarm" if kind == RED_FLAG else "cp-plain"
            self.parts.append(f'<g class="{look}{now}" data-exit="{safe(kind)}">')
            self.rect(Box(x, self.y, width, height), "cp-exit", 3)
            self.text(x + 2 * PAD, self.y + 16, words.kind(kind), "cp-bold")
            for row, line in enumerate(texts[kind]):
                self.text(x + 2 * PAD, self.y + BAND + 10 + row * LINE, line)
            self.parts.append("</g>")
        self.y += height + GAP

    def _pathway(self, layout: Layout) -> None:
        self.parts.append(f'<g class="cp-pathway" transform="translate(0 {self.y})">')
        for column in layout.columns:
            self.rect(column.box, "cp-column", 4)
            middle = column.box.x + column.box.width // 2
            heading = self.words.vocabulary("line", column.line)
            self.parts.append(f'<text class="cp-bold" x="{middle}" y="17" text-anchor="middle">{safe(heading)}</text>')
        for arrow in layout.arrows:
            self._arrow(arrow)
        for card in layout.cards:
            self._card(card)
        for arrow in layout.arrows:
            self._tag(arrow)
        self.parts.append("</g>")
        self.y += layout.height

    def _card(self, card: Card) -> None:
        words, box = self.words, card.box
        mark = self.marks.get(card.step.id, "")
        band = BAND + LINE * len(card.mark)
        said = f"{card.step.id}: {words.of(card.step.text)} ({words.vocabulary('line', card.step.line)})"
        if mark:
            said += f", {words.phrase(MARKS[mark])}"
        self.parts.append(f'<g class="cp-step{f" cp-{mark}" if mark else ""}" data-step="{safe(card.step.id)}">')
        self.parts.append(f"<title>{safe(said)}</title>")
        self.rect(box, "cp-card", 4)
        if mark:
            self.rect(Box(box.x, box.y, box.width, band), "cp-band", 4)
        inverse = " cp-inverse" if mark else ""
        self.text(box.x + PAD, box.y + 14, card.step.id, f"cp-bold{inverse}")
        if not mark:
            y = box.y + BAND
            self.parts.append(f'<path class="cp-rule" d="M{box.x} {y}H{box.right}"/>')
        for row, line in enumerate(card.mark):
            self.text(box.x + PAD, box.y + 14 + LINE * (row + 1), line, "cp-bold cp-inverse")
        y = box.y + band + PAD + 9
        for line in card.name:
            self.text(box.x + PAD, y, line)
            y += LINE
        for line in card.line:
            self.text(box.x + PAD, y, line, "cp-soft")
            y += LINE
        self.parts.append("</g>")

    def _arrow(self, arrow: Arrow) -> None:
        one = arrow.transition
        self.parts.append(f'<g class="cp-way {safe(self.classes(one))}" data-way="{safe(one.id)}">')
        self.parts.append(f"<title>{arrow.number}. {safe(self.said(one))}</title>")
        self.parts += arrow_shapes(arrow.points, one.kind)
        self.parts.append("</g>")

    def _tag(self, arrow: Arrow) -> None:
        self.parts.append(f'<g class="cp-label {safe(self.classes(arrow.transition))}">')
        self.label(arrow.tag.box, arrow.tag.text, square=arrow.transition.kind in WORDS_ON_TAGS)
        self.parts.append("</g>")
