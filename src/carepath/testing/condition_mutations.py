"""The mistakes that can be made in one condition: each gives the condition with that mistake, and says it in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
    Every,
    FindingRef,
    Not,
    Number,
    Some,
    Value,
)
from carepath.language.symbols import ValueType
from carepath.language.truth import negation
from carepath.language.write import write_line, write_value

#: The kind of mistake, the condition with it, and what it is in words.
Mutation = tuple[str, Condition, str]


def mutations(condition: Condition, types: Mapping[str, ValueType]) -> Iterator[Mutation]:
    """Every mistake in a condition and in all below it, from the top; what a term stands for is left as it is.

    Args:
        condition: a checked condition.
        types: the types of the findings that it names; they bound the numbers that a threshold becomes.
    """
    yield from _here(condition, types)
    for below, put in _below(condition):
        inner = types[condition.of].parts if isinstance(condition, Some | Every | Count) else types
        for operator, after, words in mutations(below, inner):
            yield operator, put(after), words


def _here(condition: Condition, types: Mapping[str, ValueType]) -> Iterator[Mutation]:
    line = write_line(condition)
    if isinstance(condition, All | AnyOf):
        parts = condition.children
        flipped = AnyOf(parts) if isinstance(condition, All) else All(parts)
        if len(parts) > 1:
            yield "flip", flipped, f"`{line}` becomes `{write_line(flipped)}`"
            for index, part in enumerate(parts):
                kept = (*parts[:index], *parts[index + 1 :])
                after = kept[0] if len(kept) == 1 else replace(condition, children=kept)
                yield "drop", after, f"`{write_line(part)}` is left out of `{line}`"
        return
    if isinstance(condition, Not):
        return
    after = Constant(negation(condition.truth)) if isinstance(condition, Constant) else Not(condition)
    yield "negate", after, f"`{line}` becomes `{write_line(after)}`"
    if isinstance(condition, Among):
        yield from _of_values(condition, types)
    elif isinstance(condition, Compare | Count):
        name = (
            condition.operand.name
            if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef)
            else ""
        )
        for value in _shifted(condition.value, types.get(name)):
            moved = replace(condition, value=value)
            yield _operator(value), moved, f"`{line}` becomes `{write_line(moved)}`"
    if isinstance(condition, Count) and condition.where is not None:
        yield "drop", replace(condition, where=None), f"`{write_line(condition.where)}` is left out of `{line}`"


def _of_values(condition: Among, types: Mapping[str, ValueType]) -> Iterator[Mutation]:
    values, line = condition.values, write_line(condition)
    for index, value in enumerate(values):
        if len(values) > 1:
            after = replace(condition, values=(*values[:index], *values[index + 1 :]))
            yield "drop", after, f"{write_value(value)} is left out of `{line}`"
        for moved in _shifted(value, types.get(condition.operand.name)):
            if moved not in values:
                after = replace(condition, values=(*values[:index], moved, *values[index + 1 :]))
                yield _operator(moved), after, f"`{line}` becomes `{write_line(after)}`"


def _shifted(value: Value, kind: ValueType | None) -> Iterator[Value]:
    """A written number one lower and one higher within its range, a date one day earlier and later."""
    for by in (-1, 1):
        if isinstance(value, Day):
            yield Day(value.value + dt.timedelta(days=by))
        elif isinstance(value, Number):
            number = value.value + by
            low = kind.minimum if kind is not None and kind.minimum is not None else number
            high = kind.maximum if kind is not None and kind.maximum is not None else number
            if low <= number <= high:
                yield Number(number)


def _operator(value: Value) -> str:
    return "move" if isinstance(value, Day) else "shift"


def _below(condition: Condition) -> Iterator[tuple[Condition, Callable[[Condition], Condition]]]:
    """The conditions below one, those over the items of a list included, each with what puts another in its place."""
    if isinstance(condition, Not):
        yield condition.child, _undoubled
    elif isinstance(condition, All | AnyOf):
        for index, part in enumerate(condition.children):
            yield part, _child_of(condition, index)
    elif isinstance(condition, Some | Every | Count):
        yield from _of_items(condition)


def _of_items(condition: Some | Every | Count) -> Iterator[tuple[Condition, Callable[[Condition], Condition]]]:
    """The condition over the items of a list, if there is one."""
    if condition.where is not None:
        yield condition.where, lambda after: replace(condition, where=after)


def _undoubled(child: Condition) -> Condition:
    return child.child if isinstance(child, Not) else Not(child)


def _child_of(condition: All | AnyOf, index: int) -> Callable[[Condition], Condition]:
    parts = condition.children
    return lambda after: replace(condition, children=(*parts[:index], after, *parts[index + 1 :]))
