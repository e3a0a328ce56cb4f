"""Limits of what content may grow into: conditions written out with the terms that they use, and numbers.

Terms build on terms, so a few lines can stand for a condition that no engine could hold. What a condition would be
when written out is added up here from its parts; nothing is written out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from carepath.content.guideline import Guideline, Rule
from carepath.content.walk import conditions_of
from carepath.errors import Place, Problem
from carepath.language.check import names_of
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Count,
    Every,
    FindingRef,
    Named,
    Not,
    Some,
)
from carepath.language.truth import Truth

MAX_LEVELS = 100
MAX_PARTS = 20_000
#: What the rule engine takes: see ``carepath.inference.normal_form`` and ``carepath.inference.durable_lint``.
MAX_ALTERNATIVES = 2_000
MAX_COMPARISONS = 200
#: The numbers that a decimal holds exactly; a record holds none beyond them either.
MAX_NUMBER = 2**53

#: Nothing is counted beyond this.
_MANY = 10**9


@dataclass(frozen=True, slots=True)
class Side:
    """What makes a condition true (or false): how many alternatives, how many most on the way, the longest one."""

    alternatives: int
    most: int
    longest: int


@dataclass(frozen=True, slots=True)
class Size:
    """A condition written out: its levels, its parts, and what makes it true and false."""

    levels: int
    parts: int
    true: Side
    false: Side


_ONE = Side(1, 1, 1)
_TWO = Side(2, 2, 1)
_NONE = Side(0, 1, 0)
_ALWAYS = Side(1, 1, 0)
_LEAF = Size(1, 1, _ONE, _ONE)
_CONSTANTS = {
    Truth.TRUE: Size(1, 1, _ALWAYS, _NONE),
    Truth.FALSE: Size(1, 1, _NONE, _ALWAYS),
    Truth.UNKNOWN: Size(1, 1, _NONE, _NONE),
}


def check_sizes(guideline: Guideline) -> Iterator[Problem]:
    """Conditions that are too large when written out, and numbers that are too large. Terms have no circles."""
    sizes: dict[str, Size] = {}
    partial = frozenset(name for name, kind in guideline.symbols.findings.items() if kind.partial)
    for name in _in_order({name: term.when for name, term in guideline.terms.items()}):
        size = size_of(guideline.terms[name].when, sizes, partial)
        found = list(_too_large(size, guideline.terms[name].when.place))
        yield from found
        sizes[name] = _LEAF if found else size
    for name, condition in conditions_of(guideline):
        if not name.startswith("term "):
            yield from _too_large(size_of(condition, sizes, partial), condition.place)
    for condition in _evaluated(guideline):
        yield from _too_many(size_of(condition, sizes, partial).true, condition.place)
    yield from _numbers(guideline)


def size_of(condition: Condition, terms: Mapping[str, Size], partial: frozenset[str] = frozenset()) -> Size:
    """The size of a condition, from the sizes of the terms that it uses.

    Args:
        condition: it is written out.
        terms: the sizes of the terms.
        partial: the findings whose comparisons the record may settle: that is one more alternative for each.
    """
    if isinstance(condition, Constant):
        return _CONSTANTS[condition.truth]
    if isinstance(condition, Named):
        size = terms.get(condition.name)
        return _LEAF if size is None else replace(size, levels=size.levels + 1)
    if isinstance(condition, Among):
        count = len(condition.values)
        more = condition.operand.name in partial
        return Size(1, count, Side(count + more, count + more, 1), Side(1 + more, 1 + more, count))
    if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef):
        return Size(1, 1, _TWO, _TWO) if condition.operand.name in partial else _LEAF
    if isinstance(condition, Not):
        inner = size_of(condition.child, terms, partial)
        return Size(inner.levels + 1, inner.parts, inner.false, inner.true)
    if isinstance(condition, All | AnyOf):
        sizes = [size_of(child, terms, partial) for child in condition.children]
        levels = 1 + max(size.levels for size in sizes)
        parts = min(_MANY, sum(size.parts for size in sizes))
        true, false = [size.true for size in sizes], [size.false for size in sizes]
        if isinstance(condition, All):
            return Size(levels, parts, _each(true), _either(false))
        return Size(levels, parts, _either(true), _each(false))
    if isinstance(condition, Some | Every | Count) and condition.where is not None:
        inner = size_of(condition.where, {})
        return Size(inner.levels + 1, inner.parts, _ONE, _ONE)
    return _LEAF


def _each(sides: Iterable[Side]) -> Side:
    """All must hold: every alternative of one with every alternative of the next."""
    alternatives, most, longest = 1, 1, 0
    for side in sides:
        alternatives = min(_MANY, alternatives * side.alternatives)
        most = max(most, side.most, alternatives)
        longest = min(_MANY, longest + side.longest)
    return Side(alternatives, most, longest)


def _either(sides: Iterable[Side]) -> Side:
    """One must hold."""
    found = list(sides)
    alternatives = min(_MANY, sum(side.alternatives for side in found))
    return Side(alternatives, max(alternatives, *(side.most for side in found)), max(side.longest for side in found))


def _in_order(terms: Mapping[str, Condition]) -> Iterator[str]:
    """The names of the terms, each after those that it uses."""
    done: set[str] = set()
    for start in terms:
        stack = [(start, names_of(terms[start]))] if start not in done else []
        while stack:
            name, names = stack[-1]
            used = next((one for one in names if one in terms and one not in done), None)
            if used is not None:
                stack.append((used, names_of(terms[used])))
                continue
            stack.pop()
            if name not in done:
                done.add(name)
                yield name


def _evaluated(guideline: Guideline) -> Iterator[Condition]:
    """The conditions that the rule engine gets, as far as their size goes."""
    pathways = len(guideline.pathways)
    for rule in guideline.rules.values():
        yield _framed(rule, pathways, rule.when)
        for output in rule.outputs:
            if output.when is not None:
                yield _framed(rule, pathways, *(() if rule.by_output else (rule.when,)), output.when)
    others = (
        *(one.screen_more_when for one in guideline.pathways.values()),
        *(way.when for one in guideline.pathways.values() for way in one.transitions),
        *(way.unless for one in guideline.pathways.values() for way in one.transitions),
        *(one.when for one in guideline.asks),
        *(one.when for one in guideline.resolve),
        *(one.when for one in guideline.modules),
    )
    yield from (condition for condition in others if condition is not None)


def _framed(rule: Rule, pathways: int, *conditions: Condition) -> Condition:
    """The conditions together, with one that stands for the rule's pathways and its dates."""
    times = len(rule.pathways) if len(set(rule.pathways)) < pathways else 0
    dates = sum(isinstance(day, dt.date) for day in (rule.start, rule.end))
    frame = (*((AnyOf((Named(""),) * times),) if times else ()), *(Named(""),) * dates)
    return All((*frame, *conditions), place=conditions[-1].place or rule.place)


def _too_large(size: Size, place: Place | None) -> Iterator[Problem]:
    if size.levels > MAX_LEVELS:
        message = f"with the terms that it uses the condition is {size.levels} levels deep; the limit is {MAX_LEVELS}"
        yield Problem("CP009", message, place, "let terms build on fewer terms")
    if size.parts > MAX_PARTS:
        message = f"with the terms that it uses the condition has more than {MAX_PARTS} parts"
        yield Problem("CP009", message, place, "let terms build on fewer terms")


def _too_many(side: Side, place: Place | None) -> Iterator[Problem]:
    if side.most > MAX_ALTERNATIVES:
        message = f"written out the condition has more than {MAX_ALTERNATIVES} alternatives"
        yield Problem("CP009", message, place, "split it into rules, with fewer `any:` and `in` below one `all:`")
    if side.longest > MAX_COMPARISONS:
        message = f"written out one alternative of the condition has more than {MAX_COMPARISONS} comparisons"
        yield Problem("CP009", message, place, "split it into rules")


def _numbers(guideline: Guideline) -> Iterator[Problem]:
    named: list[tuple[str, Iterable[object], Place | None]] = [
        *((one.name, [dated.value for dated in one.values], one.place) for one in guideline.parameters.values()),
        *((one.name, (one.type.minimum, one.type.maximum), one.place) for one in guideline.findings.values()),
    ]
    for name, values, place in named:
        if any(isinstance(one, int | float) and not abs(one) <= MAX_NUMBER for one in values):
            message = f"{name}: a number beyond {MAX_NUMBER}, either sign"
            yield Problem("CP009", message, place, "no recorded value is so large: leave the bound out, or correct it")
