"""Modified condition/decision coverage of the conditions of rules: has each leaf been seen to decide both ways?

A leaf has decided when every other part on its way up lets it through (beside it under ``all`` everything is true,
under ``any`` everything false), so that its own truth became the truth of the whole. A leaf is covered when it has
decided once for true and once for false: modified condition/decision coverage in its masking form, in which leaves
that read the same finding may change together. Because unknown is a value here it is asked for as well: once the leaf
must have left the whole undetermined.

Only what the direct evaluator's trace shows is counted, not how a patient was made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carepath.assessing import assess
from carepath.content.guideline import Guideline
from carepath.language.evaluate import Trace
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth
from carepath.language.write import write_line
from carepath.testing.arguments import Arguments
from carepath.testing.boundary_grid import BoundaryPatient, Decision, Grid
from carepath.testing.condition_search import BITS, Demand, Part, deciding, neutral
from carepath.testing.rule_boundaries import boundaries, decisions_of

#: A leaf by its way down from the top of a condition: at each part the number of the part below.
Path = tuple[int, ...]
ALL_TRUTHS = (TRUE, FALSE, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Gap:
    """A leaf that was never seen to decide one way, and whether any patient could show it.

    ``possible`` is false when no combination of the values that the condition tells apart lets the leaf decide so.
    """

    decision: str
    path: Path
    leaf: str
    truth: Truth
    possible: bool

    @property
    def id(self) -> str:
        """A stable name for it: decision, path, truth."""
        return f"{self.decision}:{'.'.join(map(str, self.path)) or 'whole'}:{self.truth.value}"

    def __str__(self) -> str:
        why = "not reached" if self.possible else "no patient can show it"
        return f"{self.id}: `{self.leaf}` never decides for {self.truth.value}: {why}"


@dataclass(frozen=True, slots=True)
class ConditionCoverage:
    """How much of the conditions of some rules a set of patients exercised.

    ``goals`` counts the leaves times the three truth values; ``gaps`` are those that were not reached.
    """

    goals: int
    gaps: tuple[Gap, ...]
    patients: int

    @property
    def missed(self) -> tuple[Gap, ...]:
        """The gaps that a patient could close."""
        return tuple(gap for gap in self.gaps if gap.possible)

    @property
    def share(self) -> float:
        """The reached part, from 0 to 1, of what a patient can show."""
        can = self.goals - len(self.gaps) + len(self.missed)
        return (can - len(self.missed)) / can if can else 1.0

    def __str__(self) -> str:
        impossible = len(self.gaps) - len(self.missed)
        lines = [
            f"{self.share:.1%} of the leaves of conditions decide for true, for false and for unknown",
            f"{self.goals} goals, {impossible} impossible, {len(self.missed)} missed, {self.patients} patients",
            *(f"  {gap}" for gap in self.missed),
        ]
        return "\n".join(lines)


def condition_coverage(
    guideline: Guideline,
    *,
    at: dt.date | str,
    rules: Iterable[str] | None = None,
    pathway: str | None = None,
    patients: Iterable[BoundaryPatient] | None = None,
) -> ConditionCoverage:
    """The modified condition/decision coverage of rules.

    Args:
        guideline: the content; it may be your own.
        at: the evaluation date, a date or ``YYYY-MM-DD``: boundary patients are made around it, and it tells what is
            possible.
        rules: ids of rules; None for all.
        pathway: the pathway on which boundary patients are assessed; None for each rule's own.
        patients: whose assessments are counted, of the form of ``BoundaryPatient``; None for the boundary patients of
            each rule.

    Raises:
        ArgumentError: there is no such rule or pathway, ``at`` is no date, or ``patients`` holds something else.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    at = look.day(at)
    names = look.words("rules", rules) if rules is not None else tuple(guideline.rules)
    given = look.all_of("patients", patients, BoundaryPatient) if patients is not None else None
    look.done()
    seen: dict[str, set[tuple[Path, Truth]]] = {}
    decisions = {decision.name: (rule, decision) for rule in names for decision in decisions_of(guideline, rule)}
    count = 0
    for rule in names:
        mine = [decision for name, decision in decisions.values() if name == rule]
        group = given if given is not None else boundaries(guideline, rule, at=at, pathway=pathway)
        count += len(group)
        for one in group:
            assessment = assess(one.patient, pathway=one.pathway, at=one.at, guideline=guideline, engine="direct")
            for decision in mine:
                trace = assessment.basis.evaluation.trace(decision.condition)
                seen.setdefault(decision.name, set()).update(decided(trace))
    goals, gaps = 0, []
    for rule, decision in decisions.values():
        grid = Grid(guideline, decision, at=at, pathway=pathway, rule=guideline.rules[rule])
        found, more = _gaps(decision, grid, seen.get(decision.name, set()))
        goals += more
        gaps += found
    return ConditionCoverage(goals, tuple(gaps), count if given is None else len(given))


def decided(trace: Trace, path: Path = ()) -> set[tuple[Path, Truth]]:
    """The leaves of a traced condition whose own truth became that of the whole, with that truth."""
    if trace.term is not None:
        return decided(trace.parts[0], path)
    if not trace.parts:
        return {(path, trace.truth)}
    found: set[tuple[Path, Truth]] = set()
    for index, part in enumerate(trace.parts):
        others = [other for other in trace.parts if other is not part]
        wanted = neutral(trace.condition, part.truth)
        if all(BITS[other.truth] & wanted for other in others):
            found |= decided(part, (*path, index))
    return found


def _gaps(decision: Decision, grid: Grid, seen: set[tuple[Path, Truth]]) -> tuple[list[Gap], int]:
    leaves = _leaves(grid.root)
    gaps = [
        Gap(decision.name, path, write_line(leaf.condition), truth, _possible(grid, leaf, truth))
        for path, leaf in leaves.items()
        for truth in ALL_TRUTHS
        if (path, truth) not in seen
    ]
    return gaps, len(leaves) * len(ALL_TRUTHS)


def _possible(grid: Grid, leaf: Part, truth: Truth) -> bool:
    demands = [*deciding(grid.root, leaf, truth), Demand(leaf, BITS[truth])]
    return grid.search.find(demands) is not None


def _leaves(part: Part, path: Path = ()) -> Mapping[Path, Part]:
    if not part.parts:
        return {path: part}
    found: dict[Path, Part] = {}
    for index, below in enumerate(part.parts):
        found |= _leaves(below, (*path, index))
    return found
