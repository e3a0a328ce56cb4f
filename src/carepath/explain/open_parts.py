"""What is unknown of a condition, as a tree: its known parts are left out, its terms written out."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import CURRENT_NODE, PATHWAY, PRESENT_STEP
from carepath.explain.shared_parts import Forest, Node
from carepath.language.nodes import GROUPS, All, Condition, Named, Not, children
from carepath.language.truth import Truth


class Opened:
    """What is unknown of the conditions of one patient, each worked out once.

    Args:
        basis: what the assessment was made from.
        forest: where the parts of the trees are made.
    """

    def __init__(self, basis: Basis, forest: Forest) -> None:
        self.basis = basis
        self._forest = forest
        #: By the identity of a condition; it is kept, so that no other one can get its identity.
        self._trees: dict[int, tuple[Condition, Node]] = {}

    def tree(self, condition: Condition) -> Node:
        """What is unknown of a condition."""
        found = self._trees.get(id(condition))
        if found is None:
            found = self._trees[id(condition)] = (condition, self._tree(condition))
        return found[1]

    def _tree(self, condition: Condition) -> Node:
        truth = self.basis.evaluation.truth(condition)
        if truth is not Truth.UNKNOWN:
            return truth
        terms = self.basis.prepared.scope.terms
        if isinstance(condition, Named) and condition.name in terms:
            return self.tree(terms[condition.name])
        if isinstance(condition, Not):
            return self._forest.opposite(self.tree(condition.child))
        if isinstance(condition, GROUPS):
            together = self._forest.all_of if isinstance(condition, All) else self._forest.any_of
            return together(map(self.tree, children(condition)))
        return self._forest.leaf(condition, self._needed(condition))

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
            return (CURRENT_NODE, PATHWAY)
        if basis.position.how == "other_pathway":
            return (CURRENT_NODE,)
        return (CURRENT_NODE, *basis.placed_by)
