"""Kleene's three-valued logic written from its definition, to check the direct evaluator against.

False, unknown and true are 0, 1 and 2: "and" is the least, "or" the greatest, "not" the mirror. It shares the syntax
tree with carepath and nothing of how carepath evaluates it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping

from carepath.content.guideline import Guideline
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Day,
    FindingRef,
    Named,
    Not,
    Number,
    Quoted,
    Value,
)
from carepath.language.truth import Truth
from carepath.language.write import write_line

NAMES = (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE)
Known = bool | int | float | str


def kleene(guideline: Guideline, at: dt.date) -> Callable[[Condition, Mapping[str, Known]], Truth]:
    """The truth of a condition over known values, as a function; a name that is not among the values is unknown."""
    constant = functools.partial(constant_of, guideline, guideline.parameter_values(at))
    written = functools.cache(write_line)

    def degree(node: Condition, values: Mapping[str, Known]) -> int:
        match node:
            case Constant(truth=truth):
                return NAMES.index(truth)
            case Not(child=child):
                return 2 - degree(child, values)
            case All(children=parts):
                return min((degree(part, values) for part in parts), default=2)
            case AnyOf(children=parts):
                return max((degree(part, values) for part in parts), default=0)
            case Named(name=name) if name in guideline.terms:
                return degree(guideline.terms[name].when, values)
        name, settled = read(node), written(node)
        if name in values:
            return 2 * holds(node, values[name], functools.partial(constant, name))
        return 2 * (values[settled] is True) if settled in values else 1

    return lambda condition, values: NAMES[degree(condition, values)]


def constant_of(guideline: Guideline, parameters: Mapping[str, int | float], finding: str, value: Value) -> Known:
    """What a value stands for beside a finding: itself, a value of an enumeration, a parameter."""
    match value:
        case Number(value=number):
            return number
        case Day(value=day):
            return day.toordinal()
        case Quoted(text=text):
            return text
    kind = guideline.symbols.findings[finding].kind
    return value.name if kind == "enum" else value.name == "true" if kind == "bool" else parameters[value.name]


def holds(leaf: Condition, known: Known, constant: Callable[[Value], Known]) -> bool:
    """Whether a leaf holds for a known value."""
    match leaf:
        case Among(values=wanted):
            return any(known == constant(one) for one in wanted)
        case Compare(operand=FindingRef(), op=op, value=value):
            return related(known, op, constant(value))
    return known is True


def read(leaf: Condition) -> str:
    """What a leaf reads: a finding, or what the record settled under the leaf's own text."""
    match leaf:
        case Named(name=name) | Among(operand=FindingRef(name=name)) | Compare(operand=FindingRef(name=name)):
            return name
    return write_line(leaf)


def related(left: Known, op: str, right: Known) -> bool:
    """Whether two values stand in a relation."""
    if op in {"==", "!="}:
        return (left == right) is (op == "==")
    assert not isinstance(left, str)
    assert not isinstance(right, str)
    below, same = left < right, left == right
    return {"<": below, "<=": below or same, ">": not below and not same, ">=": not below}[op]
