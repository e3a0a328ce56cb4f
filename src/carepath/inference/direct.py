"""The direct evaluator: the reference. It evaluates every clause with closures over the syntax tree."""

from __future__ import annotations

from collections.abc import Mapping

from carepath.language.evaluate import Compiler, Evaluator, Scope, Values
from carepath.language.nodes import Condition
from carepath.language.truth import Truth


class DirectEngine:
    """Evaluates a fixed set of clauses; it has no state and may be shared between threads.

    Args:
        clauses: the conditions by id.
        scope: what their names stand for on the date.
    """

    def __init__(self, clauses: Mapping[str, Condition], scope: Scope) -> None:
        compiler = Compiler(scope)
        self._evaluators: tuple[tuple[str, Evaluator], ...] = tuple(
            (name, compiler.compile(condition)) for name, condition in clauses.items()
        )

    def verdicts(self, values: Values) -> dict[str, Truth]:
        """The truth of every clause for the known values."""
        return {name: evaluate(values) for name, evaluate in self._evaluators}
