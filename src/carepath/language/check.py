"""Checks a condition against the names it uses: unknown names, types, units, ranges, bare numbers, circles of terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from carepath.errors import Place, Problem, nearest
from carepath.language.nodes import (
    MOMENT_FINDINGS,
    All,
    Among,
    AnyOf,
    Change,
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
    Word,
    children,
)
from carepath.language.symbols import NUMERIC, Symbols, ValueType
from carepath.language.write import write_line, write_operand, write_value

_ORDERED = {"<", "<=", ">", ">="}


def check(condition: Condition, symbols: Symbols) -> list[Problem]:
    """Everything that is wrong with a condition, each problem once; an empty list when nothing is."""
    return list(dict.fromkeys(_check(condition, symbols)))


def names_of(condition: Condition) -> Iterator[str]:
    """The names of terms and findings that stand in a condition, parts of list items left out."""
    if isinstance(condition, Named):
        yield condition.name
    elif isinstance(condition, IsKnown):
        yield condition.finding
    elif isinstance(condition, Among):
        yield condition.operand.name
    elif isinstance(condition, Compare):
        yield condition.operand.name if isinstance(condition.operand, FindingRef) else condition.operand.finding
    elif isinstance(condition, Some | Every | Count):
        yield condition.of
    for child in children(condition):
        yield from names_of(child)


def parameters_of(condition: Condition, symbols: Symbols) -> Iterator[str]:
    """The names of the parameters that stand in a condition itself (not in the terms it uses)."""
    values: tuple[Value, ...] = ()
    if isinstance(condition, Compare | Count):
        values = (condition.value,)
    elif isinstance(condition, Among):
        values = condition.values
    for value in values:
        if isinstance(value, Word) and value.name in symbols.parameters:
            yield value.name
    if isinstance(condition, Some | Every | Count) and condition.where is not None:
        yield from parameters_of(condition.where, symbols)
    for child in children(condition):
        yield from parameters_of(child, symbols)


def cycles(terms: Mapping[str, Condition]) -> list[Problem]:
    """A problem for each circle of terms, named once, at the place of its first term."""
    problems: list[Problem] = []
    done: set[str] = set()
    for start in terms:
        path: dict[str, None] = {}  # in the order of the way
        stack: list[tuple[str, Iterator[str]]] = [(start, names_of(terms[start]))] if start not in done else []
        path.update((name, None) for name, _ in stack)
        while stack:
            name, names = stack[-1]
            following = next(names, None)
            if following is None:
                done.add(name)
                stack.pop()
                path.popitem()
            elif following in path:
                way = list(path)
                circle = [*way[way.index(following) :], following]
                message = "terms in a circle: " + " -> ".join(circle)
                problems.append(Problem("CP026", message, terms[following].place, "break the circle"))
                done.update(circle)
            elif following in terms and following not in done:
                stack.append((following, names_of(terms[following])))
                path[following] = None
    return problems


def _check(condition: Condition, symbols: Symbols) -> Iterator[Problem]:
    if isinstance(condition, All | AnyOf | Not):
        for child in children(condition):
            yield from _check(child, symbols)
    elif isinstance(condition, Some | Every | Count):
        yield from _check_list(condition, symbols)
    else:
        yield from _check_leaf(condition, symbols)


def _check_leaf(condition: Constant | Named | IsKnown | Compare | Among, symbols: Symbols) -> Iterator[Problem]:
    if isinstance(condition, Named):
        yield from _check_named(condition, symbols)
    elif isinstance(condition, IsKnown):
        if condition.finding not in symbols.findings:
            yield _unknown(condition.finding, symbols.findings, condition.place)
    elif isinstance(condition, Among):
        for value in condition.values:
            yield from _check_comparison(condition.operand, "==", value, symbols, condition)
    elif isinstance(condition, Compare):
        yield from _check_comparison(condition.operand, condition.op, condition.value, symbols, condition)


def _unknown(name: str, valid: Mapping[str, object] | list[str], place: Place | None, what: str = "finding") -> Problem:
    return Problem("CP021", f"there is no {what} {name!r}", place, nearest(name, valid))


def _check_named(condition: Named, symbols: Symbols) -> Iterator[Problem]:
    if condition.name in symbols.terms:
        return
    finding = symbols.findings.get(condition.name)
    if finding is None:
        yield _unknown(condition.name, [*symbols.terms, *symbols.findings], condition.place, "finding or term")
    elif finding.kind != "bool":
        message = f"{condition.name} is of type {finding.kind} and no condition by itself"
        yield Problem("CP022", message, condition.place, "compare it, or write `is known`")


def _check_list(condition: Some | Every | Count, symbols: Symbols) -> Iterator[Problem]:
    finding = symbols.findings.get(condition.of)
    if finding is None or finding.kind != "list":
        if finding is None:
            yield _unknown(condition.of, symbols.findings, condition.place)
        else:
            yield Problem("CP022", f"{condition.of} is no list", condition.place)
        return
    items = symbols.for_items_of(condition.of)
    if condition.where is not None:
        yield from _check(condition.where, items)
    if isinstance(condition, Count):
        if condition.distinct is not None and condition.distinct not in finding.parts:
            yield _unknown(condition.distinct, finding.parts, condition.place, "part of an item")
        yield from _check_value(
            ValueType("int", minimum=0), condition.op, condition.value, symbols, write_line(condition)
        )


def _operand_type(operand: Operand, symbols: Symbols) -> ValueType | Problem:
    name = operand.name if isinstance(operand, FindingRef) else operand.finding
    finding = symbols.findings.get(name)
    if finding is None:
        return _unknown(name, symbols.findings, operand.place)
    if isinstance(operand, DaysSince):
        if finding.kind != "date":
            return Problem("CP022", f"{name} is no date", operand.place)
        return ValueType("int", unit="d")
    if isinstance(operand, Change):
        if not finding.is_instrument:
            advice = "give the finding an `instrument` and a direction of improvement (`better`)"
            return Problem("CP022", f"{name} has no direction of improvement", operand.place, advice)
        moment = MOMENT_FINDINGS.get(operand.since)
        if moment is not None and (moment not in symbols.findings or symbols.findings[moment].kind != "date"):
            message = f"`since {operand.since}` needs a finding {moment!r} of type date"
            return Problem("CP021", message, operand.place, "add it to rules/findings.yaml")
        return ValueType("decimal", unit="%" if operand.percent else finding.unit)
    return finding


def _check_comparison(
    operand: Operand, op: str, value: Value, symbols: Symbols, condition: Condition
) -> Iterator[Problem]:
    kind = _operand_type(operand, symbols)
    if isinstance(kind, Problem):
        yield kind
        return
    if kind.kind in {"list", "text"}:
        advice = "use `some`, `every` or `count`" if kind.kind == "list" else "free text is never read by a rule"
        yield Problem("CP022", f"{write_operand(operand)} is of type {kind.kind}", condition.place, advice)
        return
    yield from _check_value(kind, op, value, symbols, write_line(condition))


def _check_value(kind: ValueType, op: str, value: Value, symbols: Symbols, shown: str) -> Iterator[Problem]:
    if kind.kind == "bool":
        advice = "write the name, or `not NAME`"
        if not (isinstance(value, Word) and value.name in {"true", "false"} and op in {"==", "!="}):
            yield Problem("CP022", f"{shown}: a bool is not compared with {write_value(value)}", value.place, advice)
        return
    if kind.kind == "enum":
        yield from _check_enum(kind, op, value, shown)
        return
    if isinstance(value, Word):
        yield from _check_parameter(kind, op, value, symbols, shown)
    elif isinstance(value, Number) and kind.kind in NUMERIC:
        if not kind.enumerated:
            advice = "name the number in rules/parameters.yaml, with its ground, and write that name"
            yield Problem("CP025", f"{shown}: {write_value(value)} is a bare number", value.place, advice)
        elif not _within(value.value, kind) or (kind.kind == "int" and not isinstance(value.value, int)):
            yield _never(shown, value, kind)
    elif not (isinstance(value, Day) and kind.kind == "date"):
        yield Problem("CP022", f"{shown}: {write_value(value)} is no {kind.kind}", value.place)


def _check_enum(kind: ValueType, op: str, value: Value, shown: str) -> Iterator[Problem]:
    if op in _ORDERED:
        yield Problem("CP022", f"{shown}: an enumeration has no order", value.place, "write == or in [...]")
    if not isinstance(value, Word | Quoted):
        yield Problem("CP022", f"{shown}: {write_value(value)} is no text", value.place, "put the value in quotes")
        return
    text = value.name if isinstance(value, Word) else value.text
    if text not in kind.values:
        yield Problem("CP023", f"{shown}: {text!r} is no value of it", value.place, nearest(text, kind.values))


def _check_parameter(kind: ValueType, op: str, value: Word, symbols: Symbols, shown: str) -> Iterator[Problem]:
    parameter = symbols.parameters.get(value.name)
    if parameter is None:
        yield _unknown(value.name, symbols.parameters, value.place, "parameter")
        return
    wanted = "date" if kind.kind == "date" else "number"
    if parameter.kind != wanted:
        yield Problem("CP022", f"{shown}: parameter {value.name} is a {parameter.kind}, not a {wanted}", value.place)
        return
    if parameter.unit != kind.unit and kind.kind != "date":
        message = f"{shown}: unit {kind.unit or 'none'} is compared with unit {parameter.unit or 'none'}"
        yield Problem("CP024", message, value.place, "use a parameter with the unit of the finding")
        return
    for bound in (parameter.lowest, parameter.highest):
        if wanted == "number" and bound is not None and not _within(bound, kind):
            yield Problem(
                "CP023",
                f"{shown}: {value.name} is {bound:g}, out of the range {_range(kind)}",
                value.place,
                f"operator {op}",
            )
            return


def _within(number: float, kind: ValueType) -> bool:
    low = kind.minimum is None or number >= kind.minimum
    return low and (kind.maximum is None or number <= kind.maximum)


def _never(shown: str, value: Number, kind: ValueType) -> Problem:
    return Problem("CP023", f"{shown}: {write_value(value)} can never occur; the range is {_range(kind)}", value.place)


def _range(kind: ValueType) -> str:
    low = "" if kind.minimum is None else f"{kind.minimum:g}"
    high = "" if kind.maximum is None else f"{kind.maximum:g}"
    return f"{low}..{high}"
