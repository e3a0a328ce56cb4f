"""What is unknown of a condition, as a tree: its known parts are left out, its terms written out."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP
from carepath.language.nodes import GROUPS, All, Condition, Named, Not, children
from carepath.language.truth import Truth, negation
from carepath.record.facts import Fact


@dataclass(frozen=True, slots=True)
class Leaf:
    """An unknown leaf and the findings that settle it; without a condition it is settled once they are known.

    ``given`` holds the facts of findings that were tried and did not settle it alone.
    """

    condition: Condition | None
    findings: tuple[str, ...]
    given: tuple[tuple[str, tuple[Fact, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of several trees."""

    every: bool
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """The negation of a tree."""

    part: Tree


@dataclass(frozen=True, slots=True)
class Sure:
    """True once its part has a verdict, whichever it is."""

    part: Tree


Tree = Leaf | Group | Opposite | Sure | Truth


# --- building --------------------------------------------------------------------------------------------------------


def all_of(parts: Iterable[Tree]) -> Tree:
    """All of several trees, with what is known left out."""
    return _group(parts, every=True)


def any_of(parts: Iterable[Tree]) -> Tree:
    """Any of several trees, with what is known left out."""
    return _group(parts, every=False)


def _group(parts: Iterable[Tree], *, every: bool) -> Tree:
    decides, neutral = (Truth.FALSE, Truth.TRUE) if every else (Truth.TRUE, Truth.FALSE)
    found: list[Tree] = []
    for part in parts:
        if part is decides:
            return decides
        if isinstance(part, Group) and part.every is every:
            found += part.parts
        elif part is not neutral:
            found.append(part)
    if not found:
        return neutral
    return found[0] if len(found) == 1 else Group(every, tuple(found))


def opposite(part: Tree) -> Tree:
    """The negation of a tree."""
    return negation(part) if isinstance(part, Truth) else Opposite(part)


def sure(part: Tree) -> Tree:
    """True once a tree has a verdict."""
    return Truth.TRUE if isinstance(part, Truth) else Sure(part)


class Opened:
    """What is unknown of the conditions of one patient, each worked out once.

    Args:
        basis: what the assessment was made from.
    """

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        #: By the identity of a condition; it is kept, so that no other one can get its identity.
        self._trees: dict[int, tuple[Condition, Tree]] = {}

    def tree(self, condition: Condition) -> Tree:
        """What is unknown of a condition."""
        found = self._trees.get(id(condition))
        if found is None:
            found = self._trees[id(condition)] = (condition, self._tree(condition))
        return found[1]

    def _tree(self, condition: Condition) -> Tree:
        truth = self.basis.evaluation.truth(condition)
        if truth is not Truth.UNKNOWN:
            return truth
        terms = self.basis.prepared.scope.terms
        if isinstance(condition, Named) and condition.name in terms:
            return self.tree(terms[condition.name])
        if isinstance(condition, Not):
            return opposite(self.tree(condition.child))
        if isinstance(condition, GROUPS):
            return _group(map(self.tree, children(condition)), every=isinstance(condition, All))
        return Leaf(condition, tuple(self._needed(condition)))

    def _needed(self, leaf: Condition) -> Iterator[str]:
        """The findings that settle an unknown leaf; the present step also by the line of care."""
        for index, name in enumerate(leaf_findings(leaf)):
            if name == PRESENT_STEP:
                yield from self._place
            elif index == 0 or self.basis.reason(name) is not None:
                yield name

    @functools.cached_property
    def _place(self) -> tuple[str, ...]:
        """What settles the present step: the step itself, or the line with what tells its steps apart.

        While no pathway is chosen the line is left out: it is the pathway and the step that are asked for. What tells
        several steps apart stands here for each: it gets a value before the line and the step, which it may contradict.
        """
        basis = self.basis
        if basis.pathway is None:
            return ("current_node", PATHWAY)
        if basis.position.how == "other_pathway":
            return ("current_node",)
        return ("current_node", *basis.placed_by)


def leaves_in(tree: Tree) -> Iterator[Leaf]:
    """The leaves of a tree."""
    if isinstance(tree, Leaf):
        yield tree
    elif isinstance(tree, Group):
        for part in tree.parts:
            yield from leaves_in(part)
    elif isinstance(tree, Opposite | Sure):
        yield from leaves_in(tree.part)


def findings_in(tree: Tree) -> tuple[str, ...]:
    """The findings that a tree reads, in their order."""
    return tuple(dict.fromkeys(name for leaf in leaves_in(tree) for name in leaf.findings))
