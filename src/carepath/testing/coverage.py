"""Coverage: which rules, verdicts, sides of thresholds, transitions and dates a set of scenarios exercised.

A verdict counts when a patient has it. A side of a threshold counts only when an expectation would fail if the
comparison came out the other way: a value that is merely in the record proves nothing. A transition is opened when a
recommendation that goes this way stands. A scenario that does not come out as expected exercises nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carepath.content.guideline import Guideline
from carepath.testing.arguments import Arguments
from carepath.testing.coverage_points import KINDS, Point, points_of
from carepath.testing.exercise import Exercise
from carepath.testing.runner import ScenarioResult, run_scenario
from carepath.testing.scenario import Scenario
from carepath.testing.unreachable import read_unreachable

__all__ = ["Coverage", "CoverageCounter", "FileCoverage", "Point", "Tally", "coverage", "read_unreachable"]

#: The version of the JSON form.
SCHEMA = "carepath.coverage/1"


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What was exercised of one file of the content: by kind of point how many, and how many there are."""

    file: str
    counts: tuple[tuple[str, int, int], ...]

    @property
    def exercised(self) -> int:
        """How many points were exercised."""
        return sum(exercised for _, exercised, _ in self.counts)

    @property
    def points(self) -> int:
        """How many points there are."""
        return sum(points for _, _, points in self.counts)

    def to_dict(self) -> dict[str, object]:
        """The counts as plain data."""
        kinds = {kind: {"exercised": exercised, "points": points} for kind, exercised, points in self.counts}
        return {"file": self.file, "exercised": self.exercised, "points": self.points, "kinds": kinds}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a set of scenarios exercised of a guideline.

    Attributes:
        edition: the edition of the guideline.
        scenarios: how many scenarios counted: those that came out as expected.
        left_out: how many did not, and so exercised nothing.
        exercised: the points that a scenario exercised, in the order of the content.
        missing: the points that none did.
        on_the_way: of the missing sides those on which a patient was, but nothing was expected of it.
        unreachable: the points that were listed as out of reach, with the reasons; they are not counted.
        reached: of the points that were listed as out of reach those that a scenario exercised: the list is wrong.
    """

    edition: str
    scenarios: int
    left_out: int
    exercised: tuple[Point, ...]
    missing: tuple[Point, ...]
    on_the_way: frozenset[str] = frozenset()
    unreachable: tuple[tuple[Point, str], ...] = ()
    reached: tuple[Point, ...] = ()

    @property
    def points(self) -> int:
        """How many points there are."""
        return len(self.exercised) + len(self.missing)

    @property
    def percent(self) -> float:
        """The share of points that were exercised, 0 to 100; 100 for a guideline without any."""
        return 100 * len(self.exercised) / self.points if self.points else 100.0

    @property
    def files(self) -> tuple[FileCoverage, ...]:
        """The counts for each file of the content, by name."""
        names = sorted({point.file for point in (*self.exercised, *self.missing)})
        return tuple(self._file(name) for name in names)

    @property
    def rules(self) -> dict[str, tuple[str, ...]]:
        """By the id of a rule the verdicts of the rule as a whole that were exercised."""
        found: dict[str, list[str]] = {}
        for points, done in ((self.exercised, True), (self.missing, False)):
            for point in points:
                name = point.subject.removeprefix("rule ")
                if point.kind == "rule" and "," not in name:
                    verdicts = found.setdefault(name, [])
                    verdicts.extend([point.side] if done else [])
        return {name: tuple(verdicts) for name, verdicts in sorted(found.items())}

    def _file(self, name: str) -> FileCoverage:
        counts = []
        for kind in KINDS:
            done = sum(1 for point in self.exercised if (point.file, point.kind) == (name, kind))
            left = sum(1 for point in self.missing if (point.file, point.kind) == (name, kind))
            if done + left:
                counts.append((kind, done, done + left))
        return FileCoverage(name, tuple(counts))

    def is_under(self, figure: float) -> bool:
        """Whether less than a share of the points was exercised, or the list of what is out of reach is wrong.

        Args:
            figure: in percent, 0 to 100.
        """
        return self.percent < figure or bool(self.reached)

    def sentences(self) -> tuple[str, ...]:
        """What is missing, a sentence each: what and where, and what a scenario would need."""
        return tuple(
            f"{point} A patient is there, but no expectation depends on it."
            if point.key in self.on_the_way
            else str(point)
            for point in self.missing
        )

    def text(self) -> str:
        """The counts by file as a table, what is missing, and the total on the last line."""
        from carepath.testing.coverage_text import report  # noqa: PLC0415 - the text is built when it is asked for

        return report(self)

    def __str__(self) -> str:
        return self.text()

    def total(self) -> str:
        """The total on one line; a share that is not whole is rounded down."""
        share = math.floor(10 * self.percent) / 10
        by = f"{self.scenarios} scenario{'' if self.scenarios == 1 else 's'}"
        return f"coverage {share:.1f} %: {len(self.exercised)} of {self.points} points by {by}"

    def to_dict(self) -> dict[str, object]:
        """The coverage as plain data for JSON."""
        return {
            "schema": SCHEMA,
            "edition": self.edition,
            "scenarios": self.scenarios,
            "left_out": self.left_out,
            "exercised": len(self.exercised),
            "points": self.points,
            "percent": round(self.percent, 6),
            "files": [one.to_dict() for one in self.files],
            "rules": {name: list(verdicts) for name, verdicts in self.rules.items()},
            "missing": [
                {
                    "kind": point.kind,
                    "subject": point.subject,
                    "side": point.side,
                    "need": point.need,
                    "place": str(point.place) if point.place is not None else None,
                    "on_the_way": point.key in self.on_the_way,
                }
                for point in self.missing
            ],
            "unreachable": [{"point": point.key, "reason": reason} for point, reason in self.unreachable],
            "reached": [point.key for point in self.reached],
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """What a counter holds, as plain data: to add up what several processes counted."""

    exercised: tuple[str, ...]
    passed_over: tuple[str, ...]
    scenarios: int
    left_out: int


class CoverageCounter:
    """Counts what scenarios exercise, one after the other; no assessment is kept.

    Args:
        guideline: the content that the scenarios are assessed with.
    """

    def __init__(self, guideline: Guideline) -> None:
        self._guideline = guideline
        self._points = points_of(guideline)
        self._exercise = Exercise(guideline)
        self._keys: set[str] = set()
        self._on_the_way: set[str] = set()
        self._scenarios = 0
        self._left_out = 0

    def add(self, result: ScenarioResult) -> None:
        """Counts one scenario.

        Args:
            result: what ``run_scenario`` gave; a scenario that failed exercises nothing.
        """
        if result.assessment is None or not result.passed:
            self._left_out += 1
            return
        self._scenarios += 1
        self._keys.update(list(self._exercise.of(result.scenario, result.assessment, self._keys)))
        self._on_the_way.update(self._exercise.passed_over(result.assessment))

    def tally(self) -> Tally:
        """What was counted so far."""
        return Tally(tuple(sorted(self._keys)), tuple(sorted(self._on_the_way)), self._scenarios, self._left_out)

    def add_tally(self, tally: Tally) -> None:
        """Adds what another counter of the same guideline counted."""
        self._keys.update(tally.exercised)
        self._on_the_way.update(tally.passed_over)
        self._scenarios += tally.scenarios
        self._left_out += tally.left_out

    def coverage(self, unreachable: Mapping[str, str] | None = None) -> Coverage:
        """What was exercised so far.

        Args:
            unreachable: the keys of points that no scenario can exercise, with the reasons.
        """
        listed = unreachable if unreachable is not None else {}
        missing = tuple(one for one in self._points if one.key not in self._keys and one.key not in listed)
        return Coverage(
            edition=self._guideline.edition,
            scenarios=self._scenarios,
            left_out=self._left_out,
            exercised=tuple(one for one in self._points if one.key in self._keys),
            missing=missing,
            on_the_way=frozenset(one.key for one in missing if one.key in self._on_the_way),
            unreachable=tuple(
                (one, listed[one.key]) for one in self._points if one.key in listed and one.key not in self._keys
            ),
            reached=tuple(one for one in self._points if one.key in listed and one.key in self._keys),
        )


def coverage(
    guideline: Guideline, scenarios: Iterable[Scenario], *, unreachable: Mapping[str, str] | None = None
) -> Coverage:
    """What scenarios exercise of a guideline: rules, verdicts, sides of thresholds, transitions, dates.

    Args:
        guideline: any guideline that ``load_guideline`` gave.
        scenarios: what ``read_scenarios`` gave for it; each is assessed with the direct evaluator.
        unreachable: points that no scenario can exercise, with the reasons, as ``read_unreachable`` gives them. They
            are not counted; that they are out of reach is not checked, but one that is exercised all the same shows.

    Raises:
        ArgumentError: an argument is something else.
    """
    look = Arguments()
    look.guideline(guideline)
    scenarios = look.all_of("scenarios", scenarios, Scenario)
    look.done()
    counter = CoverageCounter(guideline)
    for scenario in scenarios:
        counter.add(run_scenario(scenario, guideline, engine="direct"))
    return counter.coverage(unreachable)
