"""A condition as branches of simple literals: what a forward-chaining engine can be given.

Each branch is a conjunction of comparisons of one value with one constant; the condition is true exactly when
every literal of some branch is known and holds. Negation is pushed down to the leaves, terms are written out,
parameters are replaced by their value on the date, ``in`` becomes one branch per value. An engine that fires a
branch only when all its values are present needs no test for absence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from carepath.language.evaluate import Scope
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    FindingRef,
    IsKnown,
    Named,
    Not,
    is_derived,
)
from carepath.language.truth import Truth
from carepath.language.write import write_line

#: More branches than this in one condition are refused: such a condition is written differently.
MAX_BRANCHES = 2_000

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """``attribute op constant``: the constant is a bool, an int, a float or a text."""

    attribute: str
    op: str
    constant: bool | int | float | str


Branch = tuple[Literal, ...]


class TooManyBranches(ValueError):
    """A condition has more than ``MAX_BRANCHES`` alternatives."""


def branches(condition: Condition, scope: Scope) -> tuple[Branch, ...]:
    """The branches of a condition, each sorted and free of repetitions; none when it can never be true.

    Args:
        condition: a checked condition.
        scope: the terms, types and parameter values that its names stand for.

    Raises:
        TooManyBranches: the condition has more than ``MAX_BRANCHES`` alternatives.
    """
    found = {tuple(sorted(branch)) for branch in _expand(condition, scope, positive=True)}
    return tuple(sorted(found))


def _expand(condition: Condition, scope: Scope, *, positive: bool) -> list[frozenset[Literal]]:
    if isinstance(condition, Not):
        return _expand(condition.child, scope, positive=not positive)
    if isinstance(condition, All | AnyOf):
        parts = [_expand(child, scope, positive=positive) for child in condition.children]
        return _product(parts) if isinstance(condition, All) is positive else [b for part in parts for b in part]
    if isinstance(condition, Constant):
        wanted = Truth.TRUE if positive else Truth.FALSE
        return [frozenset()] if condition.truth is wanted else []
    if isinstance(condition, Named) and condition.name in scope.terms:
        return _expand(scope.terms[condition.name], scope, positive=positive)
    if isinstance(condition, Named):
        return [frozenset({Literal(condition.name, "==", positive)})]
    if is_derived(condition) or isinstance(condition, IsKnown):
        return [frozenset({Literal(write_line(condition), "==", positive)})]
    if isinstance(condition, Among):
        constants = [scope.constant(condition.operand, value) for value in condition.values]
        literals = [Literal(condition.operand.name, "==" if positive else "!=", constant) for constant in constants]
        found = [frozenset({literal}) for literal in literals] if positive else [frozenset(literals)]
        return found + _settled(condition, condition.operand, scope, positive=positive)
    if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef):
        op = condition.op if positive else _OPPOSITE[condition.op]
        constant = scope.constant(condition.operand, condition.value)
        found = [frozenset({Literal(condition.operand.name, op, constant)})]
        return found + _settled(condition, condition.operand, scope, positive=positive)
    message = f"no normal form for {type(condition).__name__}"
    raise TypeError(message)


def _settled(condition: Condition, operand: FindingRef, scope: Scope, *, positive: bool) -> list[frozenset[Literal]]:
    """The other way in which a comparison can hold: the record settled it by what it knows in part."""
    if not scope.may_be_partial(operand):
        return []
    return [frozenset({Literal(write_line(condition), "==", positive)})]


def _product(parts: Iterable[list[frozenset[Literal]]]) -> list[frozenset[Literal]]:
    result: list[frozenset[Literal]] = [frozenset()]
    for part in parts:
        result = [left | right for left in result for right in part]
        if len(result) > MAX_BRANCHES:
            message = f"more than {MAX_BRANCHES} alternatives"
            raise TooManyBranches(message)
    return result
