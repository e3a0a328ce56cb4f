"""Evaluates conditions over known values: compiled to closures for the verdict, step by step for the trace.

The input is a mapping from names to known values. What is unknown is absent. Leaves that the record settles
(lists, dates, trends, ``is known``) stand in the same mapping under their own text as ``True`` or ``False``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Day,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Number,
    Quoted,
    Value,
    children,
    is_derived,
)
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth, conjunction, disjunction, negation
from carepath.language.write import write_line

Known = bool | int | float | str
Values = Mapping[str, Known]
Evaluator = Callable[[Values], Truth]

_OPERATORS: dict[str, Callable[[Known, Known], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for on one date: terms, the types of findings, the values of parameters."""

    terms: Mapping[str, Condition]
    types: Mapping[str, ValueType]
    parameters: Mapping[str, int | float]

    def constant(self, operand: FindingRef | None, value: Value) -> Known:
        """The constant that a value stands for; a date is its ordinal number of days."""
        if isinstance(value, Number):
            return value.value
        if isinstance(value, Day):
            return value.value.toordinal()
        if isinstance(value, Quoted):
            return value.text
        kind = self.types[operand.name].kind if operand is not None else "int"
        if kind == "enum":
            return value.name
        if kind == "bool":
            return value.name == "true"
        return self.parameters[value.name]


@dataclass(frozen=True, slots=True)
class Trace:
    """A condition with its truth value and those of its parts; a term shows the condition that it stands for."""

    condition: Condition
    truth: Truth
    parts: tuple[Trace, ...] = ()
    term: str | None = None

    def walk(self) -> Iterator[Trace]:
        """This node and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(slots=True)
class Compiler:
    """Compiles conditions of one scope; a term is compiled once and shared."""

    scope: Scope
    _terms: dict[str, Evaluator] = field(default_factory=dict)

    def compile(self, condition: Condition) -> Evaluator:
        """The function from known values to the truth of ``condition``."""
        if isinstance(condition, Constant):
            truth = condition.truth
            return lambda _values: truth
        if isinstance(condition, Named) and condition.name in self.scope.terms:
            if condition.name not in self._terms:
                self._terms[condition.name] = self.compile(self.scope.terms[condition.name])
            return self._terms[condition.name]
        if isinstance(condition, Not):
            return _compile_not(self.compile(condition.child))
        if isinstance(condition, All):
            return _compile_all(tuple(self.compile(child) for child in condition.children))
        if isinstance(condition, AnyOf):
            return _compile_any(tuple(self.compile(child) for child in condition.children))
        return self._compile_leaf(condition)

    def _compile_leaf(self, condition: Condition) -> Evaluator:
        if isinstance(condition, Named):
            return _compile_flag(condition.name)
        if isinstance(condition, IsKnown) or is_derived(condition):
            return _compile_flag(write_line(condition))
        if isinstance(condition, Among):
            constants = frozenset(self.scope.constant(condition.operand, value) for value in condition.values)
            return _compile_among(condition.operand.name, constants)
        if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef):
            constant = self.scope.constant(condition.operand, condition.value)
            return _compile_compare(condition.operand.name, _OPERATORS[condition.op], constant)
        message = f"cannot evaluate {type(condition).__name__}"
        raise TypeError(message)


def _compile_flag(name: str) -> Evaluator:
    def flag(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return Truth.UNKNOWN
        return Truth.TRUE if value is True else Truth.FALSE

    return flag


def _compile_among(name: str, constants: frozenset[Known]) -> Evaluator:
    def among(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return Truth.UNKNOWN
        return Truth.TRUE if value in constants else Truth.FALSE

    return among


def _compile_compare(name: str, compare: Callable[[Known, Known], bool], constant: Known) -> Evaluator:
    def comparison(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return Truth.UNKNOWN
        return Truth.TRUE if compare(value, constant) else Truth.FALSE

    return comparison


def _compile_not(child: Evaluator) -> Evaluator:
    return lambda values: negation(child(values))


def _compile_all(parts: tuple[Evaluator, ...]) -> Evaluator:
    def every(values: Values) -> Truth:
        result = Truth.TRUE
        for part in parts:
            truth = part(values)
            if truth is Truth.FALSE:
                return Truth.FALSE
            if truth is Truth.UNKNOWN:
                result = Truth.UNKNOWN
        return result

    return every


def _compile_any(parts: tuple[Evaluator, ...]) -> Evaluator:
    def some(values: Values) -> Truth:
        result = Truth.FALSE
        for part in parts:
            truth = part(values)
            if truth is Truth.TRUE:
                return Truth.TRUE
            if truth is Truth.UNKNOWN:
                result = Truth.UNKNOWN
        return result

    return some


class Evaluation:
    """The truths of conditions and their parts for one set of known values, each worked out once.

    Args:
        values: the known values.
        scope: what names stand for.
        leaves: compiled leaves by identity, shared between evaluations of the same conditions.
    """

    def __init__(self, values: Values, scope: Scope, leaves: dict[int, Evaluator] | None = None) -> None:
        self._values = values
        self._scope = scope
        self._leaves = leaves if leaves is not None else {}
        self._compiler = Compiler(scope)
        self._truths: dict[int, Truth] = {}

    def truth(self, condition: Condition) -> Truth:
        """The truth of a condition, every part looked at."""
        key = id(condition)
        if key not in self._truths:
            self._truths[key] = self._work_out(condition)
        return self._truths[key]

    def _work_out(self, condition: Condition) -> Truth:
        if isinstance(condition, Named) and condition.name in self._scope.terms:
            return self.truth(self._scope.terms[condition.name])
        if isinstance(condition, Not):
            return negation(self.truth(condition.child))
        if isinstance(condition, All):
            return conjunction(self.truth(child) for child in condition.children)
        if isinstance(condition, AnyOf):
            return disjunction(self.truth(child) for child in condition.children)
        evaluator = self._leaves.get(id(condition))
        if evaluator is None:
            evaluator = self._leaves[id(condition)] = self._compiler.compile(condition)
        return evaluator(self._values)

    def open_leaves(self, condition: Condition) -> Iterator[Condition]:
        """The unknown leaves that keep a condition open; those that cannot matter any more are left out."""
        if self.truth(condition) is not Truth.UNKNOWN:
            return
        if isinstance(condition, Named) and condition.name in self._scope.terms:
            yield from self.open_leaves(self._scope.terms[condition.name])
        elif isinstance(condition, Not | All | AnyOf):
            for child in children(condition):
                yield from self.open_leaves(child)
        else:
            yield condition

    def trace(self, condition: Condition) -> Trace:
        """The truth of a condition and of each of its parts, as a tree."""
        if isinstance(condition, Named) and condition.name in self._scope.terms:
            inner = self.trace(self._scope.terms[condition.name])
            return Trace(condition, inner.truth, (inner,), term=condition.name)
        parts = tuple(self.trace(child) for child in children(condition))
        return Trace(condition, self.truth(condition), parts)


def trace(condition: Condition, values: Values, scope: Scope) -> Trace:
    """The truth of a condition and of each of its parts, every part looked at."""
    return Evaluation(values, scope).trace(condition)


def open_leaves(node: Trace) -> Iterator[Condition]:
    """The unknown leaves that keep an undetermined condition open; those that cannot matter any more are left out."""
    if node.truth is not Truth.UNKNOWN:
        return
    if not node.parts:
        yield node.condition
    for part in node.parts:
        yield from open_leaves(part)
