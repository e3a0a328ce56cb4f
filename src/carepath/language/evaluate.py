"""Evaluates conditions over known values: compiled to closures for the verdict, step by step for the trace.

The input is a mapping from names to known values. What is unknown is absent. Leaves that the record settles
(lists, dates, trends, ``is known``, comparisons with what is known in part) stand in the same mapping under their own
text as ``True`` or ``False``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from carepath.language.nodes import (
    GROUPS,
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
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth, conjunction, disjunction, negation
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
        kind = self.types[operand.name].kind if operand is not None else None
        if kind == "enum":
            return value.name
        if kind == "bool":
            return value.name == "true"
        return self.parameters[value.name]

    def may_be_partial(self, operand: FindingRef) -> bool:
        """Whether a record may know bounds of a finding, by which its comparisons are settled."""
        kind = self.types.get(operand.name)
        return kind is not None and kind.partial


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
    """Compiles conditions of one scope; a term is compiled once and shared.

    With ``terms_are_settled`` a term is read from the values, where it stands under its ``term_key``.
    """

    scope: Scope
    terms_are_settled: bool = False
    _terms: dict[str, Evaluator] = field(default_factory=dict)

    def compile(self, condition: Condition) -> Evaluator:
        """The function from known values to the truth of ``condition``."""
        if isinstance(condition, Constant):
            truth = condition.truth
            return lambda _values: truth
        if isinstance(condition, Named) and condition.name in self.scope.terms:
            if self.terms_are_settled:
                return _compile_flag(term_key(condition.name))
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
            return self._or_settled(condition, condition.operand, _compile_among(condition.operand.name, constants))
        if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef):
            constant = self.scope.constant(condition.operand, condition.value)
            compare = _compile_compare(condition.operand.name, _OPERATORS[condition.op], constant)
            return self._or_settled(condition, condition.operand, compare)
        message = f"cannot evaluate {type(condition).__name__}"
        raise TypeError(message)

    def _or_settled(self, condition: Condition, operand: FindingRef, evaluate: Evaluator) -> Evaluator:
        """A comparison that the record may have settled by what it knows in part of the finding."""
        if not self.scope.may_be_partial(operand):
            return evaluate
        settled = _compile_flag(write_line(condition))

        def compared(values: Values) -> Truth:
            truth = evaluate(values)
            return settled(values) if truth is UNKNOWN else truth

        return compared


def term_key(name: str) -> str:
    """The key under which a settled term stands among the values: no finding has it, for it holds a space."""
    return f"term {name}"


def _compile_flag(name: str) -> Evaluator:
    def flag(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return UNKNOWN
        return TRUE if value is True else FALSE

    return flag


def _compile_among(name: str, constants: frozenset[Known]) -> Evaluator:
    def among(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return UNKNOWN
        return TRUE if value in constants else FALSE

    return among


def _compile_compare(name: str, compare: Callable[[Known, Known], bool], constant: Known) -> Evaluator:
    def comparison(values: Values) -> Truth:
        value = values.get(name)
        if value is None:
            return UNKNOWN
        return TRUE if compare(value, constant) else FALSE

    return comparison


def _compile_not(child: Evaluator) -> Evaluator:
    return lambda values: negation(child(values))


def _compile_all(parts: tuple[Evaluator, ...]) -> Evaluator:
    def every(values: Values) -> Truth:
        result = TRUE
        for part in parts:
            truth = part(values)
            if truth is FALSE:
                return FALSE
            if truth is UNKNOWN:
                result = UNKNOWN
        return result

    return every


def _compile_any(parts: tuple[Evaluator, ...]) -> Evaluator:
    def some(values: Values) -> Truth:
        result = FALSE
        for part in parts:
            truth = part(values)
            if truth is TRUE:
                return TRUE
            if truth is UNKNOWN:
                result = UNKNOWN
        return result

    return some


#: The truth of a condition, and its unknown leaves that keep it open.
Seen = tuple[Truth, tuple[Condition, ...]]
#: Works both out for known values; what was worked out before stands in the memory, by the identity of the condition.
Look = Callable[[Values, dict[int, Seen]], Seen]

_SEEN_TRUE: Seen = (TRUE, ())
_SEEN_FALSE: Seen = (FALSE, ())


@dataclass(slots=True)
class Looks:
    """Compiles conditions of one scope so that they tell their open leaves too; each condition is compiled once.

    Args:
        scope: what names stand for.
        shared: looks of the same scope that were compiled before; nothing is added to them.
    """

    scope: Scope
    shared: Looks | None = None
    #: By the identity of a condition; the condition is kept, so that no other one can get its identity.
    _kept: dict[int, tuple[Condition, Look]] = field(default_factory=dict)

    def of(self, condition: Condition) -> Look:
        """What a condition is looked at with."""
        kept = self._kept.get(id(condition))
        if kept is None:
            shared = self.shared._kept.get(id(condition)) if self.shared is not None else None  # noqa: SLF001 - its own kind
            kept = self._kept[id(condition)] = shared or (condition, self._compile(condition))
        return kept[1]

    def _compile(self, condition: Condition) -> Look:
        if isinstance(condition, Named) and condition.name in self.scope.terms:
            return self.of(self.scope.terms[condition.name])
        if isinstance(condition, Not):
            return _look_at_not(self.of(condition.child))
        if isinstance(condition, GROUPS):
            parts = tuple(self.of(child) for child in condition.children)
            ends = (_SEEN_TRUE, _SEEN_FALSE) if isinstance(condition, All) else (_SEEN_FALSE, _SEEN_TRUE)
            return _look_at_parts(id(condition), parts, *ends)
        return _look_at_leaf(condition, Compiler(self.scope).compile(condition))


def _look_at_leaf(condition: Condition, evaluate: Evaluator) -> Look:
    unknown: Seen = (UNKNOWN, (condition,))

    def leaf(values: Values, _memory: dict[int, Seen]) -> Seen:
        truth = evaluate(values)
        return unknown if truth is UNKNOWN else _SEEN_TRUE if truth is TRUE else _SEEN_FALSE

    return leaf


def _look_at_not(child: Look) -> Look:
    def opposite(values: Values, memory: dict[int, Seen]) -> Seen:
        seen = child(values, memory)
        return _SEEN_FALSE if seen is _SEEN_TRUE else _SEEN_TRUE if seen is _SEEN_FALSE else seen

    return opposite


def _look_at_parts(key: int, parts: tuple[Look, ...], settled: Seen, decided: Seen) -> Look:
    """All of the parts (true unless one is false), or any of them (false unless one is true)."""

    def together(values: Values, memory: dict[int, Seen]) -> Seen:
        found = memory.get(key)
        if found is None:
            opened: tuple[Condition, ...] = ()
            for part in parts:
                seen = part(values, memory)
                if seen is decided:
                    found = decided
                    break
                opened += seen[1]
            else:
                found = (UNKNOWN, opened) if opened else settled
            memory[key] = found
        return found

    return together


class Evaluation:
    """The truths of conditions and their parts for one set of known values, each worked out once.

    Args:
        values: the known values.
        scope: what names stand for.
        looks: compiled conditions of this scope, shared between evaluations.
    """

    def __init__(self, values: Values, scope: Scope, looks: Looks | None = None) -> None:
        self._values = values
        self._scope = scope
        self._looks = Looks(scope, looks)
        self._memory: dict[int, Seen] = {}
        self._terms: dict[str, Trace] = {}

    def truth(self, condition: Condition) -> Truth:
        """The truth of a condition."""
        return self._looks.of(condition)(self._values, self._memory)[0]

    def open_leaves(self, condition: Condition) -> tuple[Condition, ...]:
        """The unknown leaves that keep a condition open; those that cannot matter any more are left out."""
        return self._looks.of(condition)(self._values, self._memory)[1]

    def trace(self, condition: Condition) -> Trace:
        """The truth of a condition and of each of its parts, as a tree; that of a term is made once."""
        if isinstance(condition, Named) and condition.name in self._scope.terms:
            inner = self._terms.get(condition.name)
            if inner is None:
                inner = self._terms[condition.name] = self.trace(self._scope.terms[condition.name])
            return Trace(condition, inner.truth, (inner,), term=condition.name)
        parts = tuple(self.trace(child) for child in children(condition))
        if not parts:
            return Trace(condition, self.truth(condition))
        if isinstance(condition, Not):
            return Trace(condition, negation(parts[0].truth), parts)
        together = conjunction if isinstance(condition, All) else disjunction
        return Trace(condition, together(part.truth for part in parts), parts)


def trace(condition: Condition, values: Values, scope: Scope) -> Trace:
    """The truth of a condition and of each of its parts, every part looked at."""
    return Evaluation(values, scope).trace(condition)


def open_leaves(node: Trace) -> Iterator[Condition]:
    """The unknown leaves that keep an undetermined condition open; those that cannot matter any more are left out."""
    if node.truth is not UNKNOWN:
        return
    if not node.parts:
        yield node.condition
    for part in node.parts:
        yield from open_leaves(part)
