"""The shapes of a drawing in SVG: text, frames, tags and arrows. Every text is escaped here."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from carepath.display.drawing_grid import Box
from carepath.display.drawing_tags import TAG_HEIGHT
from carepath.display.layout import printable


def safe(text: str) -> str:
    """The text as it can stand in XML and HTML, also between quotes; without control characters."""
    return escape(printable(text), quote=True)


@dataclass(slots=True)
class Shapes:
    """The elements of a drawing, in the order in which they are drawn."""

    parts: list[str] = field(default_factory=list)

    def text(self, x: int, y: int, text: str, classes: str = "") -> None:
        """One line of text."""
        named = f' class="{classes}"' if classes else ""
        self.parts.append(f'<text{named} x="{x}" y="{y}">{safe(text)}</text>')

    def rect(self, box: Box, classes: str, radius: int) -> None:
        """A rectangle with round corners."""
        self.parts.append(
            f'<rect class="{classes}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{radius}"/>'
        )

    def label(self, box: Box, text: str, *, square: bool) -> None:
        """A tag: round, or with sharp corners for what stands apart from steps up and down."""
        self.rect(box, "cp-tag", 1 if square else TAG_HEIGHT // 2)
        self.parts.append(
            f'<text class="cp-tagtext" x="{box.x + box.width / 2:g}" y="{box.y + 12}">{safe(text)}</text>'
        )


def arrow_shapes(points: tuple[tuple[int, int], ...], kind: str) -> list[str]:
    """A line along the points, and a head at its end: full for a way up, open for a way back."""
    (x, y), (tip_x, tip_y) = points[-2:]
    dx, dy = (tip_x > x) - (tip_x < x), (tip_y > y) - (tip_y < y)

    def at(back: float, aside: float) -> str:
        return f"{tip_x - dx * back - dy * aside:g} {tip_y - dy * back + dx * aside:g}"

    hollow = kind in {"deescalate", "re_entry"}
    end = at(2 if hollow else 8, 0)
    corners = "".join(f"L{one_x} {one_y}" for one_x, one_y in points[1:-1])
    path = f"M{points[0][0]} {points[0][1]}{corners}L{end}"
    shapes = [f'<path class="cp-line" d="{path}"/>']
    if kind == "imsr_assessment":
        shapes.append(f'<path class="cp-inner" d="{path}"/>')
    if hollow:
        shapes.append(f'<path class="cp-hollow" d="M{at(9, -5)}L{at(1, 0)}L{at(9, 5)}"/>')
    elif kind == "mdo":
        shapes.append(f'<path class="cp-head" d="M{at(1, 0)}L{at(6, 5)}L{at(11, 0)}L{at(6, -5)}Z"/>')
    else:
        wide = 6 if kind == "imsr_assessment" else 4.5
        shapes.append(f'<path class="cp-head" d="M{at(1, 0)}L{at(10, wide)}L{at(10, -wide)}Z"/>')
    if kind == "matched_care_referral":
        shapes.append(f'<path class="cp-head" d="M{at(10, 0)}L{at(19, 4.5)}L{at(19, -4.5)}Z"/>')
    return shapes
