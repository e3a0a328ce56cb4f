"""What conditions read: parameters, dates, the moments that changes count from; and what is screened before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from carepath.content.guideline import EVALUATION_DATE, Guideline
from carepath.content.walk import conditions_of
from carepath.language.check import parameters_of
from carepath.language.evaluate import Scope
from carepath.language.nodes import Compare, Condition, Count, Every, FindingRef, Some, children
from carepath.language.symbols import NUMERIC
from carepath.pathway import Pathway
from carepath.record.derived import leaf_findings
from carepath.testing.boundary_values import scalars
from carepath.testing.comparisons import numbers_compared


def dates_read(conditions: Iterable[Condition], scope: Scope) -> set[int]:
    """The evaluation dates that leaves compare with, as ordinal numbers of days."""
    found: set[int] = set()
    for leaf in conditions:
        if isinstance(leaf, Compare) and isinstance(leaf.operand, FindingRef) and leaf.operand.name == EVALUATION_DATE:
            constant = scope.constant(leaf.operand, leaf.value)
            if isinstance(constant, int):
                found.add(constant)
    return found


def known_first(guideline: Guideline, pathway: Pathway | None) -> dict[str, bool]:
    """What must be known before anything moves a patient, and the answer that lets it: a no to what is screened.

    Args:
        guideline: the content.
        pathway: the pathway; None for what any of them screens.
    """
    pathways = (pathway,) if pathway is not None else tuple(guideline.pathways.values())
    found = {name: False for one in pathways for name in (*one.screen, *one.screen_more)}
    return found | {name: ask.until_true for ask in guideline.asks if ask.suspends is not None for name in ask.findings}


def ready_values(guideline: Guideline, pathway: Pathway | None, marks: Mapping[str, float]) -> dict[str, object]:
    """What is screened first as known and negative, and what else holds up advice as known.

    Args:
        guideline: the content.
        pathway: the pathway; None for what any of them screens.
        marks: by finding the highest number that conditions compare it with.
    """
    found: dict[str, object] = {}
    for name, value in known_first(guideline, pathway).items():
        kind = guideline.findings[name].type
        first = scalars(kind)[0] if kind.kind not in {"list", "date"} else None
        if kind.kind == "bool":
            found[name] = value
        elif kind.kind in NUMERIC and name in marks:
            found[name] = marks[name]
        elif first is not None:
            found[name] = first
    return found


def parameters_read(leaf: Condition, guideline: Guideline) -> Iterator[str]:
    """The parameters that a leaf compares with, and those of the currency of what it reads."""
    yield from parameters_of(leaf, guideline.symbols)
    if isinstance(leaf, Some | Every | Count) and leaf.where is not None:
        inner = guideline.symbols.for_items_of(leaf.of)
        yield from (name for part in parts_of(leaf.where) for name in parameters_of(part, inner))
    for finding in leaf_findings(leaf):
        currency = guideline.findings[finding].currency if finding in guideline.findings else None
        if currency is not None:
            yield currency


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and all below it, terms as they stand."""
    yield condition
    for child in children(condition):
        yield from parts_of(child)


def highest_marks(guideline: Guideline, scope: Scope) -> dict[str, float]:
    """By finding the highest number that any condition of a guideline compares it with."""
    found: dict[str, float] = {}
    leaves = (part for _, condition in conditions_of(guideline) for part in parts_of(condition))
    for name, number in numbers_compared(leaves, scope):
        found[name] = max(number, found.get(name, number))
    return found
