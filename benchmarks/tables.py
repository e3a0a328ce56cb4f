"""What a run prints: tables of times, and which targets were met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.timing import Times


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio with what it should be: at most, or at least."""

    what: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it was met in this run."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        return f"{'met   ' if self.met else 'MISSED'}  {self.what}: {self.value:.2f} ({bound} {self.limit:g})"


@dataclass
class Table:
    """A part of the output: a heading, rows, notes and targets."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Adds a row."""
        self.rows.append(cells)

    def __str__(self) -> str:
        lines = [self.title, "-" * len(self.title), *_aligned([self.columns, *self.rows])]
        return "\n".join([*lines, *self.notes, *map(str, self.targets), ""])


def table_of(title: str, found: dict[str, Times], unit: str, names: Iterable[str] = ()) -> Table:
    """A table of times, each also as so many times ``unit``, which is one of them."""
    table = Table(title, ("", "p50 us", "p99 us", f"x {unit}"))
    for name in names or found:
        one = found[name]
        table.add(name, f"{one.p50:,.1f}", f"{one.p99:,.1f}", f"{one.times(found[unit]):.2f}")
    return table


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = row
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=False))]
        lines.append("  ".join(cells).rstrip())
    return lines
