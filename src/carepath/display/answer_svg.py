"""The tree of an answer as a drawing: a card for each part, with its mark, below the part that it belongs to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.display.drawing_grid import Box, text_width, wrapped
from carepath.display.drawing_layout import LETTER, LINE, MARGIN, PAD
from carepath.display.drawing_shapes import Shapes, safe
from carepath.display.drawing_style import DRAWING, colours
from carepath.display.drawing_tags import TAG_HEIGHT, TAG_LETTER
from carepath.display.layout import printable
from carepath.display.words import Words
from carepath.explain.text import Entry, entries_of

if TYPE_CHECKING:
    from carepath.explain.explanation import Explanation

WIDTH = 760
#: What a card is indented by below the one that it belongs to, and the room between two cards.
INDENT, GAP = 20, 6
#: Of the trees only so many are drawn, and of a tree so many levels; the text holds all.
TREES, LEVELS = 3, 6
#: The style of an answer's drawing; a truth has a form of its own and stands there in words.
ANSWER = """\
.cp-drawing .cp-join{fill:none;stroke:var(--cp-rule);stroke-width:1.2}
.cp-drawing .cp-false .cp-card{stroke-width:2.6}
.cp-drawing .cp-unknown .cp-card{stroke-dasharray:5 3;stroke-width:1.8}
.cp-drawing .cp-true .cp-tag{fill:var(--cp-ink)}
.cp-drawing .cp-true .cp-tagtext{fill:var(--cp-paper)}
.cp-drawing .cp-unknown .cp-tag{stroke-dasharray:3 2}
"""


def answer_svg(explanation: Explanation, lang: str) -> str:
    """The trees of an answer as SVG; the sentence stands above them.

    Args:
        explanation: what is drawn.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
    """
    words = Words(explanation.guideline, lang)
    sheet = _Sheet()
    title = words.of(explanation.sentence)
    for line in wrapped(printable(title), WIDTH - 2 * MARGIN, LETTER, bold=True):
        sheet.text(MARGIN, sheet.y + LETTER, line, "cp-bold")
        sheet.y += LINE
    for entry in entries_of(explanation, words)[:TREES]:
        sheet.y += GAP
        sheet.entry(entry, 0)
    height = sheet.y + MARGIN
    body = "\n".join(sheet.parts)
    mark = hashlib.sha256(body.encode()).hexdigest()[:12]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cp-drawing" role="group" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" lang="{lang}" aria-labelledby="cp-t-{mark}">\n'
        f'<title id="cp-t-{mark}">{safe(title)}</title>\n'
        f"<style>{colours('.cp-drawing')}{DRAWING}{ANSWER}</style>\n"
        f'<rect class="cp-back" width="{WIDTH}" height="{height}"/>\n{body}\n</svg>\n'
    )


@dataclass(slots=True)
class _Sheet(Shapes):
    """Cards from top to bottom; ``y`` is where the next one begins."""

    y: int = MARGIN

    def entry(self, entry: Entry, depth: int) -> tuple[int, int]:
        """A card with those below it; where a line to it ends."""
        x = MARGIN + depth * INDENT
        box = self._card(entry, x)
        self.y = box.bottom + GAP
        ends = [self.entry(below, depth + 1) for below in entry.below] if depth + 1 < LEVELS else []
        if ends:
            lines = "".join(f"M{x + INDENT // 2} {y}H{to_x}" for to_x, y in ends)
            self.parts.append(f'<path class="cp-join" d="M{x + INDENT // 2} {box.bottom}V{ends[-1][1]}{lines}"/>')
        return box.x, box.y + PAD + TAG_HEIGHT // 2

    def _card(self, entry: Entry, x: int) -> Box:
        """What a part says, with its mark before it and what was read below it."""
        inner = WIDTH - MARGIN - x - 2 * PAD
        tag = int(text_width(entry.mark, TAG_LETTER, bold=True)) + 12 if entry.mark else 0
        beside = tag + PAD if tag else 0
        said = " ".join(part for part in (entry.label, entry.text) if part)
        lines = wrapped(printable(said), inner - beside, LETTER, bold=True)
        reads = [line for one in (*entry.reads, *entry.limits) for line in wrapped(printable(one), inner, LETTER)]
        rows = max(len(lines) * LINE, TAG_HEIGHT) + (3 if reads else 0)
        box = Box(x, self.y, WIDTH - MARGIN - x, 2 * PAD + rows + len(reads) * LINE)
        self.parts.append(f'<g class="cp-part{f" cp-{entry.truth}" if entry.truth else ""}">')
        self.rect(box, "cp-card", 4)
        if tag:
            self.label(Box(x + PAD, box.y + PAD, tag, TAG_HEIGHT), entry.mark, square=entry.truth == "false")
        for row, line in enumerate(lines):
            self.text(x + PAD + beside, box.y + PAD + 12 + row * LINE, line, "cp-bold")
        for row, line in enumerate(reads):
            self.text(x + PAD, box.y + PAD + rows + 10 + row * LINE, line, "cp-soft")
        self.parts.append("</g>")
        return box
