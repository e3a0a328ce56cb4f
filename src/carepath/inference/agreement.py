"""Runs the direct evaluator and durable-rules on the same values; where they differ there is no advice.

What is prepared for a guideline on a date (clauses, closures, durable-rules' rulesets) is kept for the process,
by the hash of the content and the values of the parameters: rulesets of durable-rules can never be freed.
"""

from __future__ import annotations

import datetime as dt
import functools
import threading
from dataclasses import dataclass, field

from carepath.content.guideline import Guideline
from carepath.errors import EngineDisagreement, EngineError, Problem
from carepath.inference.clauses import clauses_of, derived_leaves, output_id
from carepath.inference.direct import DirectEngine
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import branches
from carepath.language.evaluate import Evaluator, Scope, Values
from carepath.language.nodes import Condition
from carepath.language.truth import Truth

ENGINES = ("both", "direct")


@dataclass(frozen=True)
class Prepared:
    """A guideline made ready for evaluation with one set of parameter values."""

    guideline: Guideline
    scope: Scope
    clauses: dict[str, Condition]
    leaves: tuple[Condition, ...]
    direct: DirectEngine
    compiled_leaves: dict[int, Evaluator] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @functools.cached_property
    def _durable(self) -> DurableEngine:
        given = {name: branches(condition, self.scope) for name, condition in self.clauses.items()}
        return DurableEngine(given, self._attribute_types({a.attribute for b in given.values() for c in b for a in c}))

    def _attribute_types(self, attributes: set[str]) -> dict[str, str]:
        types = self.scope.types
        return {name: types[name].engine_kind if name in types else "bool" for name in attributes}

    def durable(self) -> DurableEngine:
        """The durable-rules engine, built on first use."""
        with self._lock:
            return self._durable


_prepared: dict[tuple[str, tuple[tuple[str, int | float], ...]], Prepared] = {}
_lock = threading.Lock()


def prepare(guideline: Guideline, at: dt.date) -> Prepared:
    """The guideline ready for evaluation on a date; the same object for the same content and parameter values.

    Raises:
        ContentError: a parameter has no value on the date.
    """
    parameters = guideline.parameter_values(at)
    key = (guideline.content_hash, tuple(sorted(parameters.items())))
    with _lock:
        found = _prepared.get(key)
        if found is None:
            scope = Scope(guideline.symbols.terms, guideline.symbols.findings, parameters)
            clauses = clauses_of(guideline)
            leaves = derived_leaves(clauses, guideline.symbols.terms)
            found = Prepared(guideline, scope, clauses, leaves, DirectEngine(clauses, scope))
            _prepared[key] = found
        return found


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
        if any(output.kind == "red_flag_exit" and output_id(rule.id, output) in true_clauses for output in rule.outputs)
    )
