"""The coordinates of a drawing: cards, arrows and the tags on them, in pixels, computed from the pathway alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from carepath.display.drawing_grid import Box, Cell, Grid, arrange, text_width, wrapped
from carepath.display.drawing_routes import UP_SIDE, End, Leg, Plan, Routes, ports, routes_of, slots
from carepath.display.drawing_tags import HEAD, TAG_HEIGHT, Point, Tag, tag_width, tagged

if TYPE_CHECKING:
    from carepath.pathway import Pathway, Step, Transition

WIDTH = 960
MARGIN = 8
#: The size of the letters on a card, the height of a line, and of the band with the id.
LETTER, LINE, BAND = 11, 14, 20
PAD = 5
#: Room between arrows beside and below each other.
TRACK_X, TRACK_Y, SLOT = 16, 20, 20
WIDEST_CARD, NARROWEST_CARD = 150, 84
HEADING = 26
#: What arrows into one side of a card keep apart at least.
NEAREST = 5


@dataclass(frozen=True, slots=True)
class CardText:
    """What stands on a card: the name of the step, its line of care, and what the step is to the patient."""

    name: str
    line: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A step as it is drawn: the lines of its mark, its name and, where it stands between columns, its line of care."""

    step: Step
    box: Box
    mark: tuple[str, ...]
    name: tuple[str, ...]
    line: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transition as it is drawn: the corners of its line, from its first card to its head, and its tag."""

    transition: Transition
    number: int
    points: tuple[Point, ...]
    tag: Tag


@dataclass(frozen=True, slots=True)
class Column:
    """A line of care and the room of its column."""

    line: str
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is drawn of a pathway, and how much room it takes."""

    width: int
    height: int
    columns: tuple[Column, ...]
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]


def layout_of(pathway: Pathway, texts: Mapping[str, CardText], tags: Mapping[str, tuple[str, ...]]) -> Layout:
    """The drawing of a pathway.

    Args:
        pathway: what is drawn.
        texts: what stands on the card of each step.
        tags: by the id of a transition, the texts that its tag may have; the first that finds room is taken.
    """
    return _Drawing(pathway, texts, tags).laid_out()


@dataclass(slots=True)
class _Drawing:
    pathway: Pathway
    texts: Mapping[str, CardText]
    tags: Mapping[str, tuple[str, ...]]
    grid: Grid = field(init=False)
    routes: Routes = field(init=False)
    gaps: list[tuple[int, int]] = field(init=False)
    card_width: int = field(init=False)
    tops: list[tuple[int, int]] = field(init=False)
    channels: list[tuple[int, int]] = field(init=False)
    cards: dict[str, Card] = field(init=False)
    at: dict[tuple[str, str], int] = field(init=False)

    def laid_out(self) -> Layout:
        self.grid = arrange(self.pathway)
        self.routes = routes_of(self.pathway, self.grid)
        self._place_columns()
        self._place_rows()
        self.cards = {step: self._card(cell) for step, cell in self.grid.cells.items()}
        self.at = dict(self._touching())
        lines = {plan.transition.id: self._points(plan) for plan in self.routes.plans}
        tags = tagged(lines, [card.box for card in self.cards.values()], self.tags)
        arrows = tuple(
            Arrow(one, number, lines[one.id], tags[one.id])
            for number, one in enumerate(self.pathway.transitions, start=1)
        )
        width = max(WIDTH, self.gaps[-1][1] + MARGIN)
        height = self.channels[-1][1]
        return Layout(width, height, tuple(self._columns()), tuple(self.cards.values()), arrows)

    # --- room ----------------------------------------------------------------------------------------------------

    def _place_columns(self) -> None:
        """The width of the gaps by the arrows in them; what is left is for the cards."""
        count = len(self.grid.columns)
        wanted = min(WIDEST_CARD, self._longest_word() + 2 * PAD)
        for shorter in range(max(map(len, self.tags.values()), default=1)):
            widths = [self._gap_width(channel, shorter) for channel in range(count + 1)]
            room = WIDTH - 2 * MARGIN - sum(widths)
            if room >= wanted * count:
                break
        self.card_width = max(NARROWEST_CARD, min(wanted if shorter else WIDEST_CARD, room // count))
        spare = max(0, room - count * self.card_width) // max(1, count - 1)
        self.gaps, x = [], MARGIN
        for channel, width in enumerate(widths):
            wide = width + (spare if 0 < channel < count else 0)
            self.gaps.append((x, x + wide))
            x += wide + self.card_width

    def _longest_word(self) -> int:
        texts = self.texts.values()
        return max(
            ceil(text_width(word, LETTER, bold=bold))
            for text in texts
            for said, bold in ((text.name, False), (text.line, False), (text.mark, True))
            for word in said.replace("-", "- ").split()
        )

    def _gap_width(self, channel: int, shorter: int) -> int:
        """The room that a gap takes, with the tags on its straight arrows so much shorter than they can be."""
        tracks = self.routes.counts.get(("V", channel), 0)
        if channel in {0, len(self.grid.columns)}:
            return 2 * HEAD + TRACK_X * tracks if tracks else 0
        straight = [
            tag_width(self.tags[plan.transition.id][: shorter + 1][-1])
            for plan in self.routes.plans
            if not plan.legs and not plan.start.cell.between and channel in _passed(plan)
        ]
        return 2 * HEAD + TRACK_X * tracks + max(straight, default=0)

    def _place_rows(self) -> None:
        """Channels and rows in turn, from the top."""
        self.tops, self.channels, y = [], [], HEADING
        for row in range(self.grid.last_row + 2):
            tracks = self.routes.counts.get(("H", row), 0)
            room = 2 * HEAD + TRACK_Y * (tracks - 1) + 8 if tracks else HEAD - 4
            if any(low == high for low, high in (plan.span for plan in self.routes.along(("H", row)))):
                room = max(room, 3 * HEAD + TAG_HEIGHT)  # an arrow straight down has its tag in the channel
            self.channels.append((y, y + room))
            y += room
            if row <= self.grid.last_row:
                height = self._row_height(row)
                self.tops.append((y, height))
                y += height

    def _row_height(self, row: int) -> int:
        lines = max(sum(map(len, self._lines(cell))) for cell in self.grid.row(row))
        touching = max((len(gap) for gap in slots(self.grid, self.routes, row)), default=0)
        return max(BAND + lines * LINE + 2 * PAD, SLOT * touching + PAD)

    def _lines(self, cell: Cell) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """The lines of the mark, the name and the line of care."""
        text, width = self.texts[cell.step.id], self.card_width - 2 * PAD
        line = wrapped(text.line, width, LETTER) if cell.between else ()
        return wrapped(text.mark, width, LETTER, bold=True), wrapped(text.name, width, LETTER), line

    def _card(self, cell: Cell) -> Card:
        y, height = self.tops[cell.row]
        left, right = self.gaps[cell.column]
        x = (left + right - self.card_width) // 2 if cell.between else right
        return Card(cell.step, Box(x, y, self.card_width, height), *self._lines(cell))

    def _columns(self) -> Iterator[Column]:
        bottom = self.tops[self.grid.rows - 1][0] + self.tops[self.grid.rows - 1][1] + PAD
        for index, line in enumerate(self.grid.columns):
            yield Column(line, Box(self.gaps[index][1] - PAD, 0, self.card_width + 2 * PAD, bottom))

    # --- arrows --------------------------------------------------------------------------------------------------

    def _touching(self) -> Iterator[tuple[tuple[str, str], int]]:
        """By transition and step, where an arrow touches a card: the height at its side, or the place along it."""
        for row, (y, height) in enumerate(self.tops):
            for gap in slots(self.grid, self.routes, row):
                for index, (plan, end) in enumerate(gap, start=1):
                    place = y + height * index // (len(gap) + 1)
                    yield (plan.transition.id, end.cell.step.id), place
                    if not plan.legs:
                        yield (plan.transition.id, plan.finish.cell.step.id), place
        for channel in range(len(self.channels)):
            for column in range(len(self.grid.columns)):
                found = ports(self.routes, channel, column)
                for index, (plan, end) in enumerate(found, start=1):
                    place = self.gaps[column][1] + self.card_width * index // (len(found) + 1)
                    yield (plan.transition.id, end.cell.step.id), place
                    if plan.start.cell.center == plan.finish.cell.center:
                        yield (plan.transition.id, plan.finish.cell.step.id), place
        yield from self._touching_between()

    def _touching_between(self) -> Iterator[tuple[tuple[str, str], int]]:
        """An arrow from a gap goes straight on into the card below it; others touch that card near its corners."""
        taken: dict[str, set[int]] = {}
        others: list[tuple[Plan, End]] = []
        for plan in self.routes.plans:
            for end in plan.ends:
                leg = plan.legs[0 if end is plan.start else -1] if plan.legs else None
                if not end.cell.between or end.side not in UP_SIDE or leg is None:
                    continue
                if leg[0] == "H":
                    others.append((plan, end))
                    continue
                place = self._track(plan, leg)
                taken.setdefault(end.cell.step.id, set()).add(place)
                yield (plan.transition.id, end.cell.step.id), place
        for plan, end in others:
            box, found = self.cards[end.cell.step.id].box, taken.setdefault(end.cell.step.id, set())
            inward = (
                box.x + away if end.heading < 0 else box.right - away for away in range(NEAREST, box.width - NEAREST)
            )
            free = (x for x in inward if all(abs(x - other) >= NEAREST for other in found))
            place = next(free, box.x + box.width // 2)
            found.add(place)
            yield (plan.transition.id, end.cell.step.id), place

    def _track(self, plan: Plan, leg: Leg) -> int:
        kind, channel = leg
        track = self.routes.track(plan, leg)
        if kind == "H":
            return self.channels[channel][0] + HEAD + 4 + TRACK_Y * track
        left, right = self.gaps[channel]
        from_right = self.routes.counts[leg] - track
        if from_right <= self.routes.right[leg]:
            return right - HEAD - TRACK_X * from_right + TRACK_X // 2
        return left + HEAD + TRACK_X * track + TRACK_X // 2

    def _points(self, plan: Plan) -> tuple[Point, ...]:
        """The corners of an arrow: it turns at each track, and at last towards its card."""
        start, finish = self._point(plan, plan.start), self._point(plan, plan.finish)
        points = [start]
        for leg in plan.legs:
            x, y = points[-1]
            track = self._track(plan, leg)
            points.append((track, y) if leg[0] == "V" else (x, track))
        x, y = points[-1]
        if plan.legs:
            points.append((x, finish[1]) if plan.legs[-1][0] == "V" else (finish[0], y))
        points.append(finish)
        return _corners(points)

    def _point(self, plan: Plan, end: End) -> Point:
        box = self.cards[end.cell.step.id].box
        place = self.at[plan.transition.id, end.cell.step.id]
        if end.side == "left":
            return box.x, place
        if end.side == "right":
            return box.right, place
        return place, box.y if end.side == "top" else box.bottom


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """The points without those where a line goes straight on."""
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and (found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]):
            found.pop()
        found.append(point)
    return tuple(found)


def _passed(plan: Plan) -> range:
    low, high = sorted((plan.start.cell.column, plan.finish.cell.column))
    return range(low + 1, high + 1)
