"""Below a drawing: how to read its lines and signs, and what each number means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.display.drawing_grid import Box, text_width, wrapped
from carepath.display.drawing_layout import LETTER, LINE, MARGIN, PAD, WIDTH, Arrow, Layout
from carepath.display.drawing_shapes import Shapes, arrow_shapes, safe
from carepath.display.drawing_state import ELSEWHERE, SIGNS, WORDS_ON_TAGS, Way, state_words, way_words
from carepath.display.drawing_tags import TAG_HEIGHT, tag_width
from carepath.display.layout import printable

if TYPE_CHECKING:
    from carepath.display.words import Words
    from carepath.pathway import Transition

KEY_TAG = 26
SAMPLE = 42
#: Room between lines of text that stand apart of each other.
GAP = 12


@dataclass(slots=True, kw_only=True)
class Key(Shapes):
    """A sheet that is written from top to bottom; ``y`` is where the next line begins."""

    words: Words
    ways: Mapping[str, Way] = field(default_factory=dict)
    y: int = MARGIN
    width: int = WIDTH

    def classes(self, transition: Transition) -> str:
        """The names that the style knows a transition by: its kind and its state."""
        way = self.ways.get(transition.id)
        return f"cp-{transition.kind}" + (f" cp-{way.state}" if way is not None else "")

    def said(self, one: Transition) -> str:
        """A transition in words, with its state."""
        said = way_words(one, self.words)
        way = self.ways.get(one.id)
        state = state_words(way, self.words) if way is not None else ""
        return f"{said}: {state}" if state else said

    # --- how to read it --------------------------------------------------------------------------------------------

    def legend(self, kinds: Iterable[str]) -> None:
        """Samples of the lines and signs that are used, with what they mean."""
        words = self.words
        self.y += GAP
        self.text(MARGIN, self.y + 10, words.phrase("heading_legend"), "cp-bold")
        self.y += LINE + PAD
        samples = [(f"cp-{kind}", kind, "", words.phrase(f"edge_{kind}")) for kind in kinds]
        if self.ways:
            shown = dict.fromkeys(way.state for way in self.ways.values() if way.state != ELSEWHERE)
            states = [state for state in SIGNS if state in shown]
            samples += [
                (f"cp-{state}", "", words.phrase(SIGNS[state]), state_words(Way(state), words)) for state in states
            ]
            if ELSEWHERE in {way.state for way in self.ways.values()}:
                samples.append((f"cp-escalate cp-{ELSEWHERE}", "escalate", "", words.phrase("state_elsewhere")))
        self._samples(samples)

    def _samples(self, samples: Iterable[tuple[str, str, str, str]]) -> None:
        """Samples of lines and tags with what they mean, as many beside each other as fit."""
        x = MARGIN
        for classes, kind, sign, text in samples:
            shape = SAMPLE if kind else max(18, tag_width(sign))
            width = shape + PAD + int(text_width(text, LETTER)) + GAP
            if x + width > self.width - MARGIN and x > MARGIN:
                x, self.y = MARGIN, self.y + LINE + PAD
            middle = self.y + 7
            self.parts.append(f'<g class="{safe(classes)}">')
            if kind:
                self.parts += arrow_shapes(((x, middle), (x + shape, middle)), kind)
            else:
                self.label(Box(x, self.y - 1, shape, TAG_HEIGHT), sign, square=False)
            self.parts.append("</g>")
            self.text(x + shape + PAD, self.y + 11, text)
            x += width
        self.y += LINE + PAD

    # --- the numbered list -----------------------------------------------------------------------------------------

    def numbers(self, layout: Layout) -> None:
        """What each number means: the ways from where the patient is first and in full, the others in two columns."""
        from_here = [one for one in layout.arrows if self._is_here(one)]
        others = [one for one in layout.arrows if not self._is_here(one)]
        if from_here:
            self.heading(self.words.phrase("heading_from_here"))
            for arrow in from_here:
                self.y = self.entry(arrow, MARGIN, self.width - 2 * MARGIN, self.y)
        self.heading(self.words.phrase("heading_elsewhere" if from_here else "heading_transitions"))
        half = (len(others) + 1) // 2
        width = (self.width - 2 * MARGIN - GAP) // 2
        top, lowest = self.y, self.y
        for column, found in enumerate((others[:half], others[half:])):
            y = top
            for arrow in found:
                y = self.entry(arrow, MARGIN + column * (width + GAP), width, y)
            lowest = max(lowest, y)
        self.y = lowest

    def _is_here(self, arrow: Arrow) -> bool:
        way = self.ways.get(arrow.transition.id)
        return way is not None and way.state != ELSEWHERE

    def entry(self, arrow: Arrow, x: int, width: int, y: int) -> int:
        """A number with what it means; where the next one begins."""
        one = arrow.transition
        self.parts.append(f'<g class="{safe(self.classes(one))} cp-key" data-key="{arrow.number}">')
        self.label(Box(x, y, KEY_TAG - 4, TAG_HEIGHT), str(arrow.number), square=one.kind in WORDS_ON_TAGS)
        self.parts.append('</g><g class="cp-keytext">')
        for line in wrapped(printable(self.said(one)), width - KEY_TAG - 2, LETTER):
            self.text(x + KEY_TAG, y + 12, line)
            y += LINE
        self.parts.append("</g>")
        return y + PAD

    # --- lines of text -----------------------------------------------------------------------------------------------

    def heading(self, text: str) -> None:
        """A bold line with room above it."""
        self.y += GAP
        self.text(MARGIN, self.y + 10, text, "cp-bold")
        self.y += LINE + PAD

    def paragraph(self, text: str, x: int, width: int) -> None:
        """Lines of text."""
        for line in wrapped(printable(text), width, LETTER):
            self.text(x, self.y + 10, line)
            self.y += LINE
