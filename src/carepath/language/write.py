"""Writes a condition back as text and structure; reading the result gives an equal tree."""

from __future__ import annotations

from decimal import Decimal

from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
    DaysSince,
    Every,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Number,
    Operand,
    Quoted,
    Some,
    Value,
)


def write_value(value: Value) -> str:
    """A value as it stands in a condition."""
    if isinstance(value, Number):
        return _write_number(value.value)
    if isinstance(value, Day):
        return value.value.isoformat()
    if isinstance(value, Quoted):
        return f"'{value.text}'"
    return value.name


def _write_number(number: float) -> str:
    """A number in digits, without the exponent that Python writes for very large and very small ones."""
    text = repr(number)
    if "e" not in text:
        return text
    digits = format(Decimal(text), "f")
    return digits if "." in digits else f"{digits}.0"


def write_operand(operand: Operand) -> str:
    """The left-hand side of a comparison."""
    if isinstance(operand, FindingRef):
        return operand.name
    if isinstance(operand, DaysSince):
        return f"days since {operand.finding}"
    percent = "percent " if operand.percent else ""
    return f"{percent}{operand.direction} of {operand.finding} since {operand.since}"


def write_structure(condition: Condition) -> object:
    """The condition as it stands in YAML: a text, or a mapping with one key."""
    if isinstance(condition, All):
        return {"all": [write_structure(child) for child in condition.children]}
    if isinstance(condition, AnyOf):
        return {"any": [write_structure(child) for child in condition.children]}
    if isinstance(condition, Not):
        inner = write_structure(condition.child)
        return f"not {inner}" if isinstance(inner, str) else {"not": inner}
    if isinstance(condition, Some):
        return {"some": {"of": condition.of, "where": write_structure(condition.where)}}
    if isinstance(condition, Every):
        return {"every": {"of": condition.of, "where": write_structure(condition.where)}}
    if isinstance(condition, Count):
        return {"count": _count_parts(condition)}
    return _write_leaf(condition)


def _count_parts(condition: Count) -> dict[str, object]:
    parts: dict[str, object] = {"of": condition.of}
    if condition.distinct is not None:
        parts["distinct"] = condition.distinct
    if condition.where is not None:
        parts["where"] = write_structure(condition.where)
    parts["is"] = f"{condition.op} {write_value(condition.value)}"
    return parts


def _write_leaf(condition: Constant | Named | IsKnown | Compare | Among) -> str:
    if isinstance(condition, Constant):
        return condition.truth.value
    if isinstance(condition, Named):
        return condition.name
    if isinstance(condition, IsKnown):
        return f"{condition.finding} is known"
    if isinstance(condition, Among):
        values = ", ".join(write_value(value) for value in condition.values)
        return f"{condition.operand.name} in [{values}]"
    return f"{write_operand(condition.operand)} {condition.op} {write_value(condition.value)}"


def write_line(condition: Condition) -> str:
    """The condition on one line, for messages, traces and the key of a derived value."""
    if isinstance(condition, All):
        return "(" + " and ".join(write_line(child) for child in condition.children) + ")"
    if isinstance(condition, AnyOf):
        return "(" + " or ".join(write_line(child) for child in condition.children) + ")"
    if isinstance(condition, Not):
        return f"not {write_line(condition.child)}"
    if isinstance(condition, Some):
        return f"some of {condition.of} where {write_line(condition.where)}"
    if isinstance(condition, Every):
        return f"every of {condition.of} where {write_line(condition.where)}"
    if isinstance(condition, Count):
        distinct = f"distinct {condition.distinct} in " if condition.distinct else ""
        where = f" where {write_line(condition.where)}" if condition.where is not None else ""
        return f"count of {distinct}{condition.of}{where} {condition.op} {write_value(condition.value)}"
    return _write_leaf(condition)
