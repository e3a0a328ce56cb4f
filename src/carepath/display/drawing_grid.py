"""Where the steps of a pathway stand in its drawing, and how much room a text takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carepath.pathway import Pathway, Step

#: Widths of letters in parts of the size of a font: those of the widest common font, so that a text never takes more.
_WIDTHS = {
    "Iijl'": 0.3,
    " ,.": 0.32,
    "/:;\\|": 0.34,
    "f": 0.36,
    "-": 0.37,
    "()[]t": 0.4,
    "!r": 0.42,
    '"*J`_': 0.5,
    "sz": 0.53,
    "c?": 0.56,
    "Lk": 0.58,
    "vxy": 0.6,
    "FTYaeo": 0.62,
    "$0123456789EPSbdghnpqu{}": 0.65,
    "ABKVXZ": 0.69,
    "CNRU": 0.75,
    "&DGHOQ": 0.79,
    "#+<=>^w~": 0.84,
    "M%": 0.95,
    "m": 0.98,
    "W@": 1.01,
}
_WIDTH_OF = {letter: width for letters, width in _WIDTHS.items() for letter in letters}
_OTHER = 0.7
#: A piece of a word that is cut has at least so many letters.
TAIL = 4
_BOLD = 1.11


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The y of its lower side."""
        return self.y + self.height

    def overlaps(self, other: Box, gap: int = 0) -> bool:
        """Whether two rectangles share room, or come nearer than a gap."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width that a text takes at most."""
    width = sum(_WIDTH_OF.get(letter, _OTHER) for letter in text) * size
    return width * _BOLD if bold else width


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines of at most a width; a word is cut after a hyphen, or near its end when it fits on no line."""
    lines: list[str] = []
    line = ""
    for word, glued in _pieces(text, width, size, bold=bold):
        longer = f"{line}{word}" if glued or not line else f"{line} {word}"
        if line and text_width(longer, size, bold=bold) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return (*lines, line) if line else tuple(lines)


def _pieces(text: str, width: float, size: float, *, bold: bool) -> list[tuple[str, bool]]:
    """The words of a text, in pieces that fit on a line; whether each belongs to the piece before it."""
    found: list[tuple[str, bool]] = []
    for word in text.split():
        glued = False
        for part in word.replace("-", "- ").split():
            rest = part
            while text_width(rest, size, bold=bold) > width and len(rest) > 2 * TAIL:
                count = len(rest) - TAIL
                while count > TAIL and text_width(f"{rest[:count]}-", size, bold=bold) > width:
                    count -= 1
                found.append((f"{rest[:count]}-", glued))
                rest, glued = rest[count:], True
            found.append((rest, glued))
            glued = True
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a step stands: in a column and a row; or, ``between``, in the last row below the gap before a column."""

    step: Step
    row: int
    column: int
    between: bool = False

    @property
    def center(self) -> int:
        """Its place from left to right, in half columns."""
        return 2 * self.column if self.between else 2 * self.column + 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of care as columns, and a cell for each step. Steps between columns stand in the row below the others."""

    columns: tuple[str, ...]
    rows: int
    cells: dict[str, Cell]

    def row(self, row: int) -> list[Cell]:
        """The cells of a row from left to right."""
        return sorted((cell for cell in self.cells.values() if cell.row == row), key=lambda cell: cell.column)

    @property
    def last_row(self) -> int:
        """The row of the steps between columns, or the last row where there are none."""
        return max(cell.row for cell in self.cells.values())

    def next_to(self, one: Cell, other: Cell) -> bool:
        """Whether two cells of a row have no cell between them."""
        low, high = sorted((one.column, other.column))
        return one.row == other.row and not any(low < cell.column < high for cell in self.row(one.row))


def arrange(pathway: Pathway) -> Grid:
    """The cells of the steps.

    A line of care is a column; in it the step with most transitions stands highest. A line between two others
    (``2/3``) that has one step stands below the gap between their columns.
    """
    by_line: dict[str, list[Step]] = {}
    for step in pathway.steps.values():
        by_line.setdefault(step.line, []).append(step)
    lines = sorted(by_line, key=_place)
    whole = [line for line in lines if "/" not in line]
    between = {line: _gap(line, whole) for line in lines if len(by_line[line]) == 1}
    columns = tuple(line for line in lines if between.get(line) is None)
    rows = max((len(by_line[line]) for line in columns), default=0)
    degree = dict.fromkeys(pathway.steps, 0)
    for transition in pathway.transitions:
        degree[transition.source] += 1
        degree[transition.target] += 1
    cells: dict[str, Cell] = {}
    for index, line in enumerate(columns):
        for row, step in enumerate(sorted(by_line[line], key=lambda one: -degree[one.id])):
            cells[step.id] = Cell(step, row, index)
    for line, gap in between.items():
        if gap is not None:
            step = by_line[line][0]
            cells[step.id] = Cell(step, rows, columns.index(gap), between=True)
    return Grid(columns, rows, {step: cells[step] for step in pathway.steps})


def _place(line: str) -> float:
    parts = [float(part) for part in line.split("/")]
    return sum(parts) / len(parts)


def _gap(line: str, whole: list[str]) -> str | None:
    """The column behind the gap that a line stands in; None for a line that is a column itself."""
    low, _, high = line.partition("/")
    return whole[whole.index(low) + 1] if low in whole and high in whole else None
