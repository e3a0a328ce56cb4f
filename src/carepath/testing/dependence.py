"""Whether what a scenario expects depends on a side: it would fail if the patient or the date were on the other one.

The scenario is assessed again with nothing changed but that: the comparison comes out the other way, a value is stale
or is not, another dated value is in force. What then differs from the expectations depends on the side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from carepath.assessing import engine_values
from carepath.assessment import Assessment
from carepath.basis import Basis
from carepath.inference.agreement import Prepared
from carepath.inference.clauses import derived_leaves
from carepath.inference.direct import DirectEngine
from carepath.language.evaluate import Known
from carepath.language.nodes import All, AnyOf, Condition, Constant, Count, Every, Not, Some
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth
from carepath.language.write import write_line
from carepath.record.derived import Settler, settler
from carepath.record.facts import Record
from carepath.record.snapshot import Reading, take_snapshot
from carepath.testing.runner import compare
from carepath.testing.scenario import Scenario
from carepath.testing.thresholds import Threshold


@dataclass(frozen=True, slots=True)
class _Otherwise:
    """The clauses that read a threshold, as if it had one truth for every patient."""

    engine: DirectEngine
    settlers: tuple[tuple[str, Settler], ...]


@dataclass(slots=True)
class Dependence:
    """Tells whether expectations depend on thresholds; what it compiles is kept for the next scenario."""

    _kept: dict[tuple[Threshold, Truth, int], tuple[Prepared, _Otherwise]] = field(default_factory=dict)

    def on(self, threshold: Threshold, scenario: Scenario, assessment: Assessment) -> bool:
        """Whether an expectation of a scenario that passed would fail if the comparison came out the other way."""
        return any(any(compare(scenario, other)) for other in self.otherwise(threshold, assessment))

    def otherwise(self, threshold: Threshold, assessment: Assessment) -> Iterator[Assessment]:
        """The assessments if the comparison came out another way; none where no verdict would be another."""
        basis = assessment.basis
        truths: tuple[Truth, ...] = (TRUE, FALSE)
        if threshold.inside is None:
            truths = (FALSE,) if basis.evaluation.truth(threshold.leaf) is TRUE else (TRUE,)
        for truth in truths:
            verdicts = self._verdicts(threshold, truth, basis)
            if any(basis.verdicts[clause] is not verdict for clause, verdict in verdicts.items()):
                changed = replace(basis, verdicts={**basis.verdicts, **verdicts})
                yield Assessment(changed, changed.resolved())

    def _verdicts(self, threshold: Threshold, truth: Truth, basis: Basis) -> dict[str, Truth]:
        otherwise = self._otherwise(threshold, truth, basis.prepared)
        values: dict[str, Known] = dict(basis.values)
        for name, settle in otherwise.settlers:
            settled = settle(basis.situation)
            if settled is not UNKNOWN:
                values[name] = settled is TRUE
        return otherwise.engine.verdicts(values)

    def _otherwise(self, threshold: Threshold, truth: Truth, prepared: Prepared) -> _Otherwise:
        key = (threshold, truth, id(prepared))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = (prepared, _compiled(threshold, truth, prepared))
        return kept[1]


def on_currency(name: str, scenario: Scenario, assessment: Assessment) -> bool:
    """Whether an expectation depends on a value being stale, or being current on the last day that it is.

    Args:
        name: a finding with a currency and a dated reading.
        scenario: a scenario that passed.
        assessment: what came of it.
    """
    basis = assessment.basis
    reading, currency = basis.reading(name), basis.guideline.findings[name].currency
    if reading.date is None or currency is None:
        return False
    age = (basis.at - reading.date).days
    limits = {**basis.prepared.scope.parameters, currency: age - 1 if reading.known else age}
    record = Record({name: basis.situation.record.facts(name)})
    other = take_snapshot(record, basis.guideline.findings, limits, basis.at)
    return _differs(scenario, basis, basis.prepared, {**basis.situation.readings, **other})


def on_parameter(name: str, start: dt.date, scenario: Scenario, assessment: Assessment) -> bool:
    """Whether an expectation depends on which value of a parameter is in force: that from a date on or the one before.

    Args:
        name: a parameter.
        start: the date from which one of its values holds; not the first.
        scenario: a scenario that passed.
        assessment: what came of it.
    """
    basis = assessment.basis
    parameter, prepared = basis.guideline.parameters[name], basis.prepared
    dated = parameter.at(start if basis.at < start else start - dt.timedelta(days=1))
    if dated is None or dated.value is None:
        return False
    value = dated.value.toordinal() if isinstance(dated.value, dt.date) else dated.value
    scope = replace(prepared.scope, parameters={**prepared.scope.parameters, name: value})
    other = Prepared(
        prepared.guideline, scope, prepared.clauses, prepared.leaves, DirectEngine(prepared.clauses, scope)
    )
    record = basis.situation.record
    return _differs(scenario, basis, other, take_snapshot(record, basis.guideline.findings, scope.parameters, basis.at))


def on_entitlement(group: str, start: dt.date, scenario: Scenario, assessment: Assessment) -> bool:
    """Whether an expectation depends on what the sources say about entitlement from a date on, or before it.

    Args:
        group: a group of recommendations.
        start: the date from which an entry for it holds.
        scenario: a scenario that passed.
        assessment: what came of it.
    """
    basis = assessment.basis
    moved = None if basis.at >= start else basis.at
    entries = tuple(
        replace(one, start=moved) if moved is not None and (one.group, one.start) == (group, start) else one
        for one in basis.guideline.entitlements
        if moved is not None or (one.group, one.start) != (group, start)
    )
    guideline = replace(basis.guideline, entitlements=entries)
    return _differs(scenario, basis, replace(basis.prepared, guideline=guideline), basis.situation.readings)


def _differs(scenario: Scenario, basis: Basis, prepared: Prepared, readings: Mapping[str, Reading]) -> bool:
    situation = replace(basis.situation, readings=readings, _missing={})
    values, position = engine_values(situation, basis.pathway, prepared)
    verdicts = prepared.direct.verdicts(values)
    other = replace(basis, prepared=prepared, situation=situation, position=position, values=values, verdicts=verdicts)
    return any(compare(scenario, Assessment(other, other.resolved())))


def _compiled(threshold: Threshold, truth: Truth, prepared: Prepared) -> _Otherwise:
    terms = dict(prepared.scope.terms)
    clauses = {clause: prepared.clauses[clause] for clause in threshold.clauses}
    if threshold.term is not None:
        terms[threshold.term] = _replaced(terms[threshold.term], threshold, truth)
    else:
        clauses = {clause: _replaced(condition, threshold, truth) for clause, condition in clauses.items()}
    scope = replace(prepared.scope, terms=terms)
    settlers: tuple[tuple[str, Settler], ...] = ()
    if threshold.inside is not None:
        findings = prepared.guideline.findings
        settlers = tuple((write_line(leaf), settler(leaf, findings, scope)) for leaf in derived_leaves(clauses, terms))
    return _Otherwise(DirectEngine(clauses, scope), settlers)


def _replaced(condition: Condition, threshold: Threshold, truth: Truth) -> Condition:
    """A condition with a truth in the place of the comparison."""
    if condition == threshold.leaf and threshold.inside is None:
        return Constant(truth)
    if isinstance(condition, Some | Every | Count) and condition == threshold.inside and condition.where is not None:
        within = replace(threshold, inside=None)
        return replace(condition, where=_replaced(condition.where, within, truth))
    if isinstance(condition, All | AnyOf):
        return replace(condition, children=tuple(_replaced(one, threshold, truth) for one in condition.children))
    if isinstance(condition, Not):
        return Not(_replaced(condition.child, threshold, truth))
    return condition
