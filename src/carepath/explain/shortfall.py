"""How far a condition is from being true: the fewest parts that are not met or not known, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from carepath.basis import Basis
from carepath.explain.explanation import Node
from carepath.explain.once import said_of
from carepath.explain.tree import distance_of
from carepath.language.nodes import All, AnyOf, Compare, Condition, FindingRef, Named, Not
from carepath.language.truth import Truth


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The parts that stand between a condition and true, along the shortest way.

    ``unmet`` and ``unknown`` are written conditions as nodes of a tree name them; ``distance`` adds up by which part
    of their limits numbers missed.
    """

    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    distance: Fraction = Fraction(0)

    @property
    def order(self) -> tuple[int, int, Fraction]:
        """What is nearer comes first: fewer parts not met, then fewer not known, then the smaller distance."""
        return (len(self.unmet), len(self.unknown), self.distance)

    def plus(self, other: Shortfall) -> Shortfall:
        """Both together, each part once."""
        unmet = tuple(dict.fromkeys((*self.unmet, *other.unmet)))
        unknown = tuple(dict.fromkeys((*self.unknown, *other.unknown)))
        return Shortfall(unmet, unknown, self.distance + other.distance)


def shortfall_of(condition: Condition, basis: Basis) -> Shortfall:
    """What stands between a condition and true; worked out once for each part."""
    kept = basis.kept.setdefault("shortfalls", {})
    if id(condition) not in kept:
        kept[id(condition)] = condition, _shortfall(condition, basis)
    found: Shortfall = kept[id(condition)][1]
    return found


def _shortfall(condition: Condition, basis: Basis) -> Shortfall:
    truth = basis.evaluation.truth(condition)
    if truth is Truth.TRUE:
        return Shortfall()
    terms = basis.prepared.scope.terms
    if isinstance(condition, Named) and condition.name in terms:
        return shortfall_of(terms[condition.name], basis)
    if isinstance(condition, All):
        total = Shortfall()
        for part in condition.children:
            total = total.plus(shortfall_of(part, basis))
        return total
    if isinstance(condition, AnyOf):
        return min((shortfall_of(part, basis) for part in condition.children), key=lambda one: one.order)
    line, _ = said_of(condition, basis)
    if truth is Truth.UNKNOWN:
        return Shortfall(unknown=(line,))
    return Shortfall(unmet=(line,), distance=_distance(condition, basis))


def parts_named(node: Node, lines: tuple[str, ...]) -> tuple[Node, ...]:
    """The nodes of a tree that stand for written conditions, in the order in which they are named."""
    found: dict[str, Node] = {}
    for one in node.walk():
        if one.condition in lines and one.role in {"condition", "not"}:
            found.setdefault(one.condition or "", one)
    return tuple(found[line] for line in lines if line in found)


def _distance(condition: Condition, basis: Basis) -> Fraction:
    """By which part of its limit a number missed it; a miss that cannot be counted is a whole one."""
    leaf = condition.child if isinstance(condition, Not) else condition
    distance = distance_of(leaf, basis)
    if distance is None or not isinstance(leaf, Compare):
        return Fraction(1)
    operand = leaf.operand if isinstance(leaf.operand, FindingRef) else None
    limit = basis.prepared.scope.constant(operand, leaf.value)
    size = abs(Fraction(str(limit))) if not isinstance(limit, bool | str) else Fraction(1)
    return abs(distance) / max(size, Fraction(1))
