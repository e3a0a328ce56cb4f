"""What one scenario exercises: the points that its assessment reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from carepath.assessment import Assessment
from carepath.basis import Basis
from carepath.content.guideline import Guideline
from carepath.inference.agreement import Prepared
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import output_id, transition_ids
from carepath.language.truth import FALSE, TRUE, Truth, conjunction, disjunction
from carepath.pathway import Transition
from carepath.record.snapshot import STALE as IS_STALE
from carepath.testing.coverage_points import (
    BEFORE,
    CLOSED,
    CLOSERS,
    LAST_DAY,
    ON_DAY,
    OPEN_QUESTION,
    STALE,
    VERDICTS,
    WATCHED,
    Clause,
    clauses,
    current_findings,
    dated_subject,
    openers,
)
from carepath.testing.dependence import Dependence, on_currency, on_entitlement, on_parameter
from carepath.testing.scenario import Scenario
from carepath.testing.thresholds import Gauge, Threshold, gauge, thresholds_of


@dataclass
class Exercise:
    """Tells which points a scenario exercises. What it works out for a guideline is kept for the next scenario."""

    guideline: Guideline
    _clauses: tuple[Clause, ...] = field(init=False)
    _thresholds: tuple[Threshold, ...] = field(init=False)
    _current: dict[str, str] = field(init=False)
    _gauges: dict[int, tuple[Prepared, tuple[Gauge, ...]]] = field(default_factory=dict, init=False)
    _dependence: Dependence = field(default_factory=Dependence, init=False)

    def __post_init__(self) -> None:
        self._clauses = clauses(self.guideline)
        self._thresholds = thresholds_of(self.guideline)
        self._current = current_findings(self.guideline)

    def of(self, scenario: Scenario, assessment: Assessment, known: Collection[str] = ()) -> Iterator[str]:
        """The keys of the points that a scenario exercises.

        Args:
            scenario: a scenario that came out as expected.
            assessment: what came of it.
            known: keys that need not be looked at again: whether an expectation depends on a side costs most.
        """
        basis = assessment.basis
        for clause in self._clauses:
            yield f"{clause.subject}: {VERDICTS[basis.verdicts[clause.id]]}"
        yield from self._sides(scenario, assessment, known)
        yield from self._transitions(scenario, assessment)
        yield from self._dates(scenario, assessment, known)

    # --- thresholds -----------------------------------------------------------------------------------------------

    def passed_over(self, assessment: Assessment) -> Iterator[str]:
        """The keys of the sides on which the patient is, whether or not something is expected of it."""
        basis = assessment.basis
        for threshold, measure in zip(self._thresholds, self._gauges_for(basis.prepared), strict=True):
            for side in measure(basis.situation, basis.values):
                yield f"{threshold.subject}: {side}"
        yield from (key for key, _ in self._currencies(assessment))

    def _sides(self, scenario: Scenario, assessment: Assessment, known: Collection[str]) -> Iterator[str]:
        basis = assessment.basis
        for threshold, measure in zip(self._thresholds, self._gauges_for(basis.prepared), strict=True):
            keys = [
                f"{threshold.subject}: {side}"
                for side in measure(basis.situation, basis.values)
                if side in threshold.sides
            ]
            new = [key for key in keys if key not in known]
            if new and self._dependence.on(threshold, scenario, assessment):
                yield from new

    def _gauges_for(self, prepared: Prepared) -> tuple[Gauge, ...]:
        kept = self._gauges.get(id(prepared))
        if kept is None:
            made = tuple(gauge(one, self.guideline, prepared.scope) for one in self._thresholds)
            kept = self._gauges[id(prepared)] = (prepared, made)
        return kept[1]

    # --- transitions ----------------------------------------------------------------------------------------------

    def _transitions(self, scenario: Scenario, assessment: Assessment) -> Iterator[str]:
        basis = assessment.basis
        step = basis.position.step
        if basis.pathway is None or step is None:
            return
        for way in basis.pathway.transitions_from(step):
            subject = f"transition {way.id}"
            for rule in _opening(way, scenario, assessment):
                yield f"{subject}: opened by {rule}"
            by_rules = self._opened(way, basis)
            when, unless = transition_ids(way)
            closed = TRUE if basis.verdicts.get(unless, FALSE) is TRUE else FALSE
            truth = conjunction((by_rules, basis.verdicts.get(when, TRUE), FALSE if closed is TRUE else TRUE))
            if truth is not TRUE:
                yield f"{subject}: {CLOSED if truth is FALSE else OPEN_QUESTION}"
            if by_rules is TRUE:
                for name, clause, sides in (("when", when, CLOSERS), ("unless", unless, WATCHED)):
                    if basis.verdicts.get(clause) in sides:
                        yield f"{subject}: `{name}` {VERDICTS[basis.verdicts[clause]]}"

    def _opened(self, way: Transition, basis: Basis) -> Truth:
        return disjunction(
            basis.verdicts[output_id(rule, output)]
            for rule in way.rules
            for output in openers(self.guideline, way, rule)
        )

    # --- dates ----------------------------------------------------------------------------------------------------

    def _dates(self, scenario: Scenario, assessment: Assessment, known: Collection[str]) -> Iterator[str]:
        at = assessment.basis.at
        for parameter in self.guideline.parameters.values():
            for dated in parameter.values[1:]:
                key = _day_side(parameter.name, dated.start, at)
                new = key is not None and key not in known
                if key and dated.start and new and on_parameter(parameter.name, dated.start, scenario, assessment):
                    yield key
        groups = {one.group for one in assessment.recommendations if one.entitlement is not None}
        for entry in self.guideline.entitlements:
            key = _day_side(f"entitlement of {entry.group}", entry.start, at) if entry.group in groups else None
            new = key is not None and key not in known
            if key and entry.start and new and on_entitlement(entry.group, entry.start, scenario, assessment):
                yield key
        for key, name in self._currencies(assessment):
            if key not in known and on_currency(name, scenario, assessment):
                yield key

    def _currencies(self, assessment: Assessment) -> Iterator[tuple[str, str]]:
        """The sides of currencies on which values of the patient are, with the findings."""
        basis = assessment.basis
        for name, limit in self._current.items():
            reading = basis.reading(name)
            if reading.reason == IS_STALE:
                yield f"currency of {name}: {STALE}", name
            elif reading.known and reading.date is not None:
                ages = not self.guideline.findings[name].raises_alarm(reading.value)
                if ages and (basis.at - reading.date).days == basis.prepared.scope.parameters[limit]:
                    yield f"currency of {name}: {LAST_DAY}", name


def _day_side(name: str, start: dt.date | None, at: dt.date) -> str | None:
    if start is None or at > start:
        return None
    return f"{dated_subject(name, start)}: {ON_DAY if at == start else BEFORE}"


def _opening(way: Transition, scenario: Scenario, assessment: Assessment) -> Iterator[str]:
    """The rules of a transition by which a recommendation stands that goes this way, and that is expected."""
    expected = [one for one in assessment.recommendations if any(wanted.matches(one) for wanted in scenario.must)]
    for one in expected:
        for given in one.contributions:
            if given.rule is None or given.rule.id not in way.rules:
                continue
            if way.kind in STEP_KINDS:
                if given.transition is way:
                    yield given.rule.id
            elif given.output in openers(assessment.guideline, way, given.rule.id):
                yield given.rule.id
