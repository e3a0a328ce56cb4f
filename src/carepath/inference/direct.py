"""The direct evaluator: the reference. It evaluates every clause with closures over the syntax tree.

Terms are settled first, each once, those that others build on before them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from carepath.inference.clauses import leaves_of
from carepath.language.evaluate import Compiler, Evaluator, Scope, Values, term_key
from carepath.language.nodes import Condition, Named
from carepath.language.truth import TRUE, UNKNOWN, Truth


class DirectEngine:
    """Evaluates a fixed set of clauses; it has no state and may be shared between threads.

    Args:
        clauses: the conditions by id.
        scope: what their names stand for on the date.
    """

    def __init__(self, clauses: Mapping[str, Condition], scope: Scope) -> None:
        compiler = Compiler(scope, terms_are_settled=True)
        self._terms: tuple[tuple[str, Evaluator], ...] = tuple(
            (term_key(name), compiler.compile(scope.terms[name])) for name in _terms_of(clauses, scope.terms)
        )
        self._evaluators: tuple[tuple[str, Evaluator], ...] = tuple(
            (name, compiler.compile(condition)) for name, condition in clauses.items()
        )

    def verdicts(self, values: Values) -> dict[str, Truth]:
        """The truth of every clause for the known values."""
        known = dict(values)
        for name, evaluate in self._terms:
            truth = evaluate(known)
            if truth is not UNKNOWN:
                known[name] = truth is TRUE
        return {name: evaluate(known) for name, evaluate in self._evaluators}


def _terms_of(clauses: Mapping[str, Condition], terms: Mapping[str, Condition]) -> tuple[str, ...]:
    """The terms that clauses use, also through other terms, each after those that it uses itself."""
    found: dict[str, None] = {}

    def add(conditions: Iterator[Condition]) -> None:
        for leaf in conditions:
            if isinstance(leaf, Named) and leaf.name in terms and leaf.name not in found:
                add(leaves_of([terms[leaf.name]]))
                found[leaf.name] = None

    add(leaves_of(clauses.values()))
    return tuple(found)
