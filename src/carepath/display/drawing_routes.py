"""How the arrows of a drawing run: along channels between columns and rows, never over a card.

``V`` channel ``n`` stands before column ``n``, ``H`` channel ``n`` above row ``n``. An arrow leaves a card at a side,
runs along at most two channels, and reaches the other card at a side. Each arrow has a track of its own in a channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.display.drawing_grid import Cell, Grid

if TYPE_CHECKING:
    from carepath.pathway import Pathway, Transition

#: The kinds of transition that lead back; they run below the cards that they pass, the others above.
BACK = frozenset({"deescalate", "re_entry"})
UP_SIDE = {"top": -1, "bottom": 1}

Leg = tuple[str, int]


@dataclass(frozen=True, slots=True)
class End:
    """Where an arrow touches a card, and in which direction it goes on from there: -1 up or left, 1 down or right."""

    cell: Cell
    side: str
    heading: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The way of an arrow: from a side of a card, along channels, to a side of a card."""

    transition: Transition
    start: End
    legs: tuple[Leg, ...]
    finish: End

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.start, self.finish

    @property
    def span(self) -> tuple[int, int]:
        """The half columns that it runs along."""
        low, high = sorted((self.start.cell.center, self.finish.cell.center))
        return low, high


@dataclass(slots=True)
class Routes:
    """All ways, and the tracks that they have in each channel.

    ``tracks`` gives a track for each leg; ``counts`` how many a channel has; ``right`` how many of a V channel stand
    at its right side.
    """

    plans: list[Plan]
    tracks: dict[tuple[str, Leg], int] = field(default_factory=dict)
    counts: dict[Leg, int] = field(default_factory=dict)
    right: dict[Leg, int] = field(default_factory=dict)

    def track(self, plan: Plan, leg: Leg) -> int:
        """The track of a leg, counted from the left or from the top."""
        return self.tracks[plan.transition.id, leg]

    def along(self, leg: Leg) -> list[Plan]:
        """The ways that run along a channel."""
        return [plan for plan in self.plans if leg in plan.legs]


def routes_of(pathway: Pathway, grid: Grid) -> Routes:
    """The ways of all transitions of a pathway, with their tracks."""
    routes = Routes([_plan(transition, grid) for transition in pathway.transitions])
    for leg in sorted({leg for plan in routes.plans for leg in plan.legs}):
        if leg[0] == "V":
            _tracks_beside(leg, routes)
        else:
            _tracks_above(leg, routes)
    return routes


# --- which way ---------------------------------------------------------------------------------------------------


def _plan(transition: Transition, grid: Grid) -> Plan:
    start, finish = grid.cells[transition.source], grid.cells[transition.target]
    side, legs, other = _way(start, finish, grid, back=transition.kind in BACK)
    return Plan(transition, _end(start, side, finish, legs), legs, _end(finish, other, start, legs))


def _end(cell: Cell, side: str, other: Cell, legs: tuple[Leg, ...]) -> End:
    if side in UP_SIDE:
        return End(cell, side, -1 if other.center < cell.center else 1)
    vertical = other.row - cell.row if legs else 0
    return End(cell, side, (vertical > 0) - (vertical < 0))


def _way(a: Cell, b: Cell, grid: Grid, *, back: bool) -> tuple[str, tuple[Leg, ...], str]:
    """The side of the first card, the channels, and the side of the second card."""
    to_right = a.center < b.center
    if a.row == b.row:
        if grid.next_to(a, b):
            return ("right", (), "left") if to_right else ("left", (), "right")
        below = back or a.between
        side, channel = ("bottom", a.row + 1) if below else ("top", a.row)
        return side, (("H", channel),), side
    if a.between != b.between:
        if b.between:
            return _to_between(a, b, grid)
        side, legs, other = _to_between(b, a, grid)
        return other, tuple(reversed(legs)), side
    return _between_rows(a, b, to_right=to_right)


def _between_rows(a: Cell, b: Cell, *, to_right: bool) -> tuple[str, tuple[Leg, ...], str]:
    down = a.row < b.row
    near = abs(a.row - b.row) == 1
    if abs(a.column - b.column) == 1:
        channel = ("V", max(a.column, b.column))
        return ("right", (channel,), "left") if to_right else ("left", (channel,), "right")
    if a.column == b.column and not near:
        return "right", (("V", a.column + 1),), "right"
    side, other = ("bottom", "top") if down else ("top", "bottom")
    first = ("H", a.row + 1 if down else a.row)
    if near:
        return side, (first,), other
    last = ("V", b.column if to_right else b.column + 1)
    return side, (first, last), "left" if to_right else "right"


def _to_between(a: Cell, b: Cell, grid: Grid) -> tuple[str, tuple[Leg, ...], str]:
    """From a card in a column to a card below a gap: down into its top, or down beside it and then into its side."""
    if a.column in {b.column - 1, b.column}:
        return ("right" if a.column < b.column else "left"), (("V", b.column),), "top"
    before = a.column < b.column
    channel = a.column + 1 if before else a.column
    passed = range(channel, b.column) if before else range(b.column + 1, channel + 1)
    side = "right" if before else "left"
    if any(cell.column in passed for cell in grid.row(b.row)):
        return side, (("V", channel), ("H", b.row)), "top"
    return side, (("V", channel),), "left" if before else "right"


# --- tracks ------------------------------------------------------------------------------------------------------


def _tracks_beside(leg: Leg, routes: Routes) -> None:
    """Tracks of a V channel: what touches only the column before it at the left, only the next one at the right."""
    channel = leg[1]

    def place(plan: Plan) -> int:
        before = any(_touches(end, "right", channel - 1) for end in plan.ends)
        behind = any(_touches(end, "left", channel) for end in plan.ends)
        return 1 if before == behind else 0 if before else 2

    plans = sorted(routes.along(leg), key=place)
    routes.counts[leg] = len(plans)
    routes.right[leg] = sum(place(plan) == 2 for plan in plans)  # noqa: PLR2004 - the places are 0, 1 and 2
    for track, plan in enumerate(plans):
        routes.tracks[plan.transition.id, leg] = track


def _touches(end: End, side: str, column: int) -> bool:
    return end.side == side and not end.cell.between and end.cell.column == column


def _tracks_above(leg: Leg, routes: Routes) -> None:
    """Tracks of an H channel: short arcs near their cards, and arrows that do not meet on one track."""
    below = {plan.transition.id: _sides_below(plan, leg[1]) for plan in routes.plans}

    def order(plan: Plan) -> tuple[int, int, int]:
        low, high = plan.span
        group = below[plan.transition.id]
        return group, (high - low) * (1, 0, -1)[group], low

    taken: list[tuple[int, list[tuple[int, int]]]] = []
    for plan in sorted(routes.along(leg), key=order):
        low, high = plan.span
        group = below[plan.transition.id]
        free = (
            index
            for index, (other, spans) in enumerate(taken)
            if other == group and all(high < one[0] or one[1] < low for one in spans)
        )
        track = next(free, len(taken))
        if track == len(taken):
            taken.append((group, []))
        taken[track][1].append((low, high))
        routes.tracks[plan.transition.id, leg] = track
    routes.counts[leg] = len(taken)


def _sides_below(plan: Plan, channel: int) -> int:
    """0 when an arrow touches only cards above a channel, 2 when only cards below it, else 1."""
    rows = {end.cell.row for end in plan.ends if end.side in UP_SIDE}
    if rows == {channel - 1}:
        return 0
    return 2 if rows == {channel} else 1


# --- where they touch the cards ----------------------------------------------------------------------------------


def slots(grid: Grid, routes: Routes, row: int) -> Iterator[list[tuple[Plan, End]]]:
    """For each gap between cards of a row: what touches the cards beside it, from top to bottom.

    Each has a height of its own. A straight arrow touches both cards at one height and stands there once.
    """
    cells = grid.row(row)
    for left, right in zip([None, *cells], [*cells, None], strict=True):
        found: list[tuple[tuple[int, int, int], tuple[Plan, End]]] = []
        for number, plan in enumerate(routes.plans):
            for end in plan.ends:
                beside = (end.cell is left and end.side == "right") or (end.cell is right and end.side == "left")
                if beside and (plan.legs or end is plan.start):
                    found.append(((*_height(plan, end, routes), number), (plan, end)))
        yield [one for _, one in sorted(found, key=lambda one: one[0])]


def _height(plan: Plan, end: End, routes: Routes) -> tuple[int, int]:
    """Arrows that go up stand highest, the nearest to the card first; straight ones up before straight ones back."""
    if not plan.legs:
        return 0, int(plan.transition.kind in BACK)
    leg = plan.legs[0] if end is plan.start else plan.legs[-1]
    track = routes.track(plan, leg)
    distance = track if end.side == "right" else routes.counts[leg] - track
    return end.heading, distance if end.heading < 0 else -distance


def ports(routes: Routes, channel: int, column: int) -> list[tuple[Plan, End]]:
    """What touches the cards of a column above and below an H channel, from left to right."""
    found: list[tuple[tuple[int, int, int], tuple[Plan, End]]] = []
    leg = ("H", channel)
    for number, plan in enumerate(routes.plans):
        for end in plan.ends:
            at = end.cell.row if end.side == "top" else end.cell.row + 1
            own = plan.legs and (plan.legs[0] if end is plan.start else plan.legs[-1]) == leg
            if end is plan.finish and plan.start.cell.center == end.cell.center:
                continue  # straight down or up: it touches both cards at one place
            if own and end.side in UP_SIDE and at == channel and end.cell.column == column and not end.cell.between:
                track = routes.track(plan, leg)
                distance = track + 1 if end.side == "bottom" else routes.counts[leg] - track
                found.append(((end.heading, -end.heading * distance, number), (plan, end)))
    return [one for _, one in sorted(found, key=lambda one: one[0])]
