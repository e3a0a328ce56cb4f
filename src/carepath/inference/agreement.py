"""Runs the direct evaluator and durable-rules on the same values; where they differ there is no advice.

What is prepared for a guideline on a date (clauses, closures, durable-rules' rulesets) is kept for the process,
by the hash of the content and the values of the parameters: rulesets of durable-rules can never be freed.
"""

from __future__ import annotations

import datetime as dt
import functools
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from carepath.content.guideline import Guideline, Output, ResolveEntry, Rule
from carepath.content.rules import RED_FLAG
from carepath.errors import EngineDisagreement, EngineError, Problem
from carepath.inference.case import Possible, matchers, outline_of, possible_outputs
from carepath.inference.clauses import clauses_of, comparisons, derived_leaves, leaves_of, output_id
from carepath.inference.direct import DirectEngine
from carepath.inference.drafts import Matcher
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import Branch, TooManyBranches, branches
from carepath.language.evaluate import Looks, Scope, Values
from carepath.language.nodes import Change, Compare, Condition
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.pathway import Pathway
from carepath.record.derived import Settler, Situation, leaf_findings, settler
from carepath.record.facts import Bounds

ENGINES = ("both", "direct")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A guideline made ready for evaluation with one set of parameter values."""

    guideline: Guideline
    scope: Scope
    clauses: dict[str, Condition]
    leaves: tuple[Condition, ...]
    direct: DirectEngine
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _alone_on: dict[tuple[str | None, str, int], tuple[ResolveEntry, ...]] = field(default_factory=dict)
    #: What explanations worked out of the content alone, by what it is: the same for every patient.
    kept: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    @functools.cached_property
    def looks(self) -> Looks:
        """The clauses and terms compiled so that they tell what keeps them open."""
        looks = Looks(self.scope)
        for condition in (*self.clauses.values(), *self.scope.terms.values()):
            looks.of(condition)
        return looks

    @functools.cached_property
    def leaf_names(self) -> dict[int, tuple[str, ...]]:
        """By the identity of a leaf of a clause or term the findings that it reads."""
        leaves = leaves_of((*self.clauses.values(), *self.scope.terms.values()))
        return {id(leaf): leaf_findings(leaf) for leaf in leaves}

    @functools.cached_property
    def changes(self) -> dict[str, tuple[Change, ...]]:
        """By clause the changes over time that it reads, also through terms."""
        found = {}
        for name, condition in self.clauses.items():
            leaves = derived_leaves({name: condition}, self.scope.terms)
            operands = (leaf.operand for leaf in leaves if isinstance(leaf, Compare))
            found[name] = tuple(operand for operand in operands if isinstance(operand, Change))
        return {name: changes for name, changes in found.items() if changes}

    @functools.cached_property
    def settlers(self) -> tuple[tuple[str, Settler], ...]:
        """The derived leaves: the name under which an engine sees each, and what settles it."""
        findings = self.guideline.findings
        return tuple((write_line(leaf), settler(leaf, findings, self.scope)) for leaf in self.leaves)

    @functools.cached_property
    def partial_settlers(self) -> dict[str, tuple[tuple[str, Settler], ...]]:
        """By finding of which bounds may be known: its comparisons, under the names that engines see, with settlers."""
        findings = self.guideline.findings
        names = frozenset(name for name, finding in findings.items() if finding.type.partial)
        found = comparisons(self.clauses, self.scope.terms, names)
        return {
            name: tuple((write_line(leaf), settler(leaf, findings, self.scope)) for leaf in leaves)
            for name, leaves in found.items()
        }

    def suffices(self, finding: str, situation: Situation) -> bool:
        """Whether what is known in part of a finding settles every condition that reads it."""
        if not isinstance(situation.reading(finding).part, Bounds) or finding in self._read_whole:
            return False
        return all(settle(situation) is not Truth.UNKNOWN for _, settle in self.partial_settlers.get(finding, ()))

    @functools.cached_property
    def _read_whole(self) -> frozenset[str]:
        """The findings of which a condition needs the value, or asks whether it is known."""
        return frozenset(name for leaf in self.leaves for name in leaf_findings(leaf))

    @functools.cached_property
    def _settlers_of(self) -> dict[Condition, Settler]:
        return {leaf: settle for leaf, (_, settle) in zip(self.leaves, self.settlers, strict=True)}

    def settler_of(self, leaf: Condition) -> Settler:
        """What settles a derived leaf of a clause or term."""
        return self._settlers_of[leaf]

    @functools.cached_property
    def outputs(self) -> tuple[Possible, ...]:
        """The outputs of all rules."""
        return possible_outputs(self.guideline)

    @functools.cached_property
    def matchers(self) -> dict[str | None, dict[int, Matcher]]:
        """By the name of a pathway (None while none is chosen) what tells which drafts a selector means."""
        found: dict[str | None, dict[int, Matcher]] = {None: matchers(self.guideline, None)}
        for name, pathway in self.guideline.pathways.items():
            found[name] = matchers(self.guideline, pathway)
        return found

    def entries_alone_on(self, rule: Rule, output: Output, pathway: Pathway | None) -> tuple[ResolveEntry, ...]:
        """The entries of the resolve table that select an output and read a condition, and nothing that stands beside.

        Args:
            rule: the rule of the output.
            output: one of its outputs.
            pathway: the chosen pathway, or None while none is chosen.
        """
        key = (pathway.name if pathway is not None else None, rule.id, output.index)
        found = self._alone_on.get(key)
        if found is None:
            outline, match = outline_of(rule, output), self.matchers[key[0]]
            alone = (one for one in self.guideline.resolve if one.when is not None and not one.given and not one.absent)
            found = self._alone_on[key] = tuple(entry for entry in alone if match[id(entry.selects)](outline))
        return found

    @functools.cached_property
    def _durable(self) -> DurableEngine:
        given = {name: self._branches(name, condition) for name, condition in self.clauses.items()}
        return DurableEngine(given, self._attribute_types({a.attribute for b in given.values() for c in b for a in c}))

    def _branches(self, name: str, condition: Condition) -> tuple[Branch, ...]:
        try:
            return branches(condition, self.scope)
        except TooManyBranches as error:
            advice = "split the condition into rules, or assess with the direct evaluator alone"
            raise EngineError([Problem("CP091", f"{name} has {error}", condition.place, advice)]) from error

    def _attribute_types(self, attributes: set[str]) -> dict[str, str]:
        types = self.scope.types
        return {name: types[name].engine_kind if name in types else "bool" for name in attributes}

    def durable(self) -> DurableEngine:
        """The durable-rules engine, built on first use."""
        with self._lock:
            return self._durable


#: By content and parameter values; and, for so many days, by content and day.
_prepared: dict[tuple[str, tuple[tuple[str, int | float], ...]], Prepared] = {}
_by_day: dict[tuple[str, dt.date], Prepared] = {}
_MAX_DAYS = 10_000
_lock = threading.Lock()


def prepare(guideline: Guideline, at: dt.date) -> Prepared:
    """The guideline ready for evaluation on a date; the same object for the same content and parameter values.

    Raises:
        ContentError: a parameter has no value on the date.
    """
    found = _by_day.get((guideline.content_hash, at))
    if found is not None:
        return found
    parameters = guideline.parameter_values(at)
    key = (guideline.content_hash, tuple(sorted(parameters.items())))
    with _lock:
        found = _prepared.get(key)
        if found is None:
            found = _prepared[key] = made_ready(guideline, parameters)
        if len(_by_day) >= _MAX_DAYS:
            _by_day.clear()
        _by_day[guideline.content_hash, at] = found
        return found


def made_ready(guideline: Guideline, parameters: Mapping[str, int | float]) -> Prepared:
    """The guideline ready for evaluation with the values of its parameters.

    It is made anew each time. Explanations keep it with what they remember, until ``smallest_sets.forget()``.
    """
    scope = Scope(guideline.symbols.terms, guideline.symbols.findings, parameters)
    clauses = clauses_of(guideline)
    leaves = derived_leaves(clauses, guideline.symbols.terms)
    return Prepared(guideline, scope, clauses, leaves, DirectEngine(clauses, scope))


def engine_name(engine: str) -> str:
    """What the assessment says about how it was evaluated."""
    return "durable_rules and direct" if engine == "both" and availability() is None else "direct"


def verdicts(prepared: Prepared, values: Values, *, engine: str) -> dict[str, Truth]:
    """The truth of every clause.

    Args:
        prepared: the guideline made ready.
        values: the known values.
        engine: ``both`` (the two must agree; the direct evaluator alone where durable-rules cannot be imported) or
            ``direct``.

    Raises:
        EngineDisagreement: the two engines differ on some clause.
        EngineError: durable-rules failed.
    """
    found = prepared.direct.verdicts(values)
    if engine == "direct" or availability() is not None:
        return found
    sure = {name for name, truth in found.items() if truth is Truth.TRUE}
    try:
        fired = prepared.durable().true_clauses(values)
    except EngineError as error:
        raise EngineError(error.problems, red_flags=red_flags(prepared, sure)) from error
    if fired != sure:
        raise EngineDisagreement(
            [
                Problem(
                    "CP090",
                    f"{name}: direct says {found[name].value}, durable-rules fires: {name in fired}",
                    None,
                    "there is no advice; report this with the audit record",
                )
                for name in sorted(fired ^ sure)
            ],
            red_flags=red_flags(prepared, sure | fired),
        )
    return found


def red_flags(prepared: Prepared, true_clauses: set[str]) -> list[str]:
    """The ids of the red-flag rules among the clauses that are true."""
    return sorted(
        rule.id
        for rule in prepared.guideline.rules.values()
        if any(output.kind == RED_FLAG and output_id(rule.id, output) in true_clauses for output in rule.outputs)
    )
