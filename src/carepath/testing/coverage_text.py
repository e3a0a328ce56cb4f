"""Coverage as text: a table of the files, what is missing, and the total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.testing.coverage_points import KINDS

if TYPE_CHECKING:
    from carepath.testing.coverage import Coverage

#: The heads of the columns: what is counted, more than one.
HEADS = {
    "rule": "rules",
    "entry": "entries",
    "threshold": "thresholds",
    "transition": "transitions",
    "date": "dates",
}


def report(coverage: Coverage) -> str:
    """The counts by file, then what is missing, then the total."""
    rows = [("file", *(HEADS[kind] for kind in KINDS), "all")]
    for one in coverage.files:
        held = {kind: f"{exercised}/{points}" for kind, exercised, points in one.counts}
        rows.append((one.file, *(held.get(kind, "") for kind in KINDS), f"{one.exercised}/{one.points}"))
    lines = _table(rows)
    missing = coverage.sentences()
    if missing:
        lines += ["", f"not exercised ({len(missing)}):", *(f"  {sentence}" for sentence in missing)]
    if coverage.unreachable:
        listed = (f"  {point.key}. Reason: {reason}" for point, reason in coverage.unreachable)
        lines += ["", f"listed as out of reach, not counted ({len(coverage.unreachable)}):", *listed]
    if coverage.reached:
        wrong = (f"  {point.key}" for point in coverage.reached)
        lines += ["", f"listed as out of reach, but exercised ({len(coverage.reached)}):", *wrong]
    if coverage.left_out:
        plural = "" if coverage.left_out == 1 else "s"
        lines += ["", f"{coverage.left_out} scenario{plural} that did not come out as expected: counted for nothing"]
    return "\n".join([*lines, "", coverage.total()])


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    found = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        found.append("  ".join(cells).rstrip())
    return found
