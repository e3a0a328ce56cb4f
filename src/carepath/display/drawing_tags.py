"""Where the tags of a drawing stand: each on its own arrow, off the cards, off other arrows and off each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from carepath.display.drawing_grid import Box, text_width

TAG_LETTER, TAG_HEIGHT = 10, 16
#: Room for the head of an arrow.
HEAD = 12
#: What a tag keeps away from cards, tags and lines.
CLEAR = 2
#: On a part of a line shorter than this every place is tried.
SHORT = 84

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tag:
    """The number of an arrow, and its word where its kind has one."""

    box: Box
    text: str


def tag_width(text: str) -> int:
    """The width of a tag."""
    return int(text_width(text, TAG_LETTER, bold=True)) + 9


def tagged(
    lines: Mapping[str, tuple[Point, ...]], cards: Iterable[Box], texts: Mapping[str, tuple[str, ...]]
) -> dict[str, Tag]:
    """The tag of each line; those with little room choose first.

    Args:
        lines: the corners of the lines by their names.
        cards: what no tag may cover.
        texts: what each tag may say; the first that finds room is taken.
    """
    boxes = {name: [_around(*part) for part in pairwise(points)] for name, points in lines.items()}
    placed: dict[str, Tag] = {}
    for name in sorted(lines, key=lambda one: max(map(_length, pairwise(lines[one])))):
        others = [box for other, found in boxes.items() if other != name for box in found]
        taken = [*cards, *_tips(lines[name]), *(tag.box for tag in placed.values())]
        placed[name] = _tag(lines[name], texts[name], taken, others)
    return placed


def _tag(points: tuple[Point, ...], texts: tuple[str, ...], taken: list[Box], others: list[Box]) -> Tag:
    """The longest text that finds room, well clear of other lines if it can."""
    for text in texts:
        for clear in (3 * CLEAR, CLEAR):
            for place in _middles(points):
                box = _tag_box(text, *place)
                if any(box.overlaps(one, CLEAR) for one in taken) or any(box.overlaps(one, clear) for one in others):
                    continue
                return Tag(box, text)
    return Tag(_tag_box(texts[-1], *next(_middles(points))), texts[-1])


def _tag_box(text: str, x: int, y: int) -> Box:
    width = tag_width(text)
    return Box(x - width // 2, y - TAG_HEIGHT // 2, width, TAG_HEIGHT)


def _tips(points: tuple[Point, ...]) -> tuple[Box, Box]:
    """What a tag leaves free of its own arrow: the head, and a bit where it begins."""
    (x, y), (to_x, to_y) = points[-2:]
    back_x, back_y = (to_x > x) - (to_x < x), (to_y > y) - (to_y < y)
    head = _around((to_x, to_y), (to_x - back_x * HEAD, to_y - back_y * HEAD))
    return head, _around(points[0], points[0])


def _middles(points: tuple[Point, ...]) -> Iterator[Point]:
    """Places for a tag along a line: on the longest part first, from its middle outwards."""
    parts = sorted(pairwise(points), key=lambda part: -_length(part))
    for (x, y), (to_x, to_y) in parts:
        length = _length(((x, y), (to_x, to_y)))
        for away in range(0, max(1, length // 2), 1 if length < SHORT else 3):
            for sign in (1, -1):
                share = length // 2 + sign * away
                yield x + (to_x - x) * share // max(1, length), y + (to_y - y) * share // max(1, length)


def _length(part: tuple[Point, Point]) -> int:
    (x, y), (to_x, to_y) = part
    return abs(to_x - x) + abs(to_y - y)


def _around(one: Point, other: Point) -> Box:
    (x, y), (to_x, to_y) = one, other
    return Box(min(x, to_x), min(y, to_y), abs(to_x - x), abs(to_y - y))
