"""What has to be settled for a recommendation that could still come, as a tree of what is unknown.

Settled means, after the resolve table: its rule has a verdict; where the rule applies, nothing that holds it up is
unknown, nor for a change inside the present step that step, and no entry of the table that reads a finding beside it
waits for one. What is shown only beside, or only without, another recommendation is settled beside it: that other one
has sets of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from carepath.basis import leaf_findings
from carepath.content.guideline import CURRENT_NODE, PATHWAY, PRESENT_STEP, Ask, ResolveEntry
from carepath.content.rules import RED_FLAG
from carepath.explain.open_parts import Opened
from carepath.explain.shared_parts import Forest, Node, Part
from carepath.explain.subjects import transitions_of
from carepath.explain.tries import Tries
from carepath.inference.case import SCREENED, STEP_KINDS, outline_of
from carepath.inference.clauses import output_id
from carepath.inference.drafts import Draft, Matcher
from carepath.language.nodes import All, AnyOf, Compare, Condition, FindingRef, Named, Not, Word, children
from carepath.language.truth import Truth
from carepath.recommendation import Undetermined

if TYPE_CHECKING:
    from carepath.basis import Basis
    from carepath.pathway import Transition

#: Kinds that nothing holds up and nothing sets aside.
FREE = frozenset({RED_FLAG, "not_in_scope"})
#: The kind of what changes inside the present step.
INSIDE = "continue"
#: Entries that must not hold for what they select to stand, and entries that need a verdict, whichever it is.
_MUST_NOT_HOLD = frozenset({"removes", "only_without"})
_MUST_BE_KNOWN = frozenset({"makes_conditional", "adds_attention"})


class Settling:
    """What has to be settled for the undetermined recommendations of one patient; what they share is made once.

    Args:
        basis: what the assessment was made from.
        forest: where the parts of the trees are made.
    """

    def __init__(self, basis: Basis, forest: Forest) -> None:
        self.basis = basis
        self._forest = forest
        self._opened = Opened(basis, forest)
        self._ways: dict[str, Node] = {}
        self._entries: dict[str, Node] = {}

    def tree(self, one: Undetermined) -> tuple[Node, tuple[str, ...]]:
        """What is open of an undetermined recommendation, and the findings that must be known in any case."""
        basis = self.basis
        rule = basis.guideline.rules[one.rule]
        output = rule.outputs[one.output]
        draft = outline_of(rule, output)
        parts = [self._opened.tree(basis.prepared.clauses[output_id(rule.id, output)])]
        if output.kind in STEP_KINDS:
            ways = [
                way for way in transitions_of(rule, output, basis) if one.target in {None, output.target, way.target}
            ]
            opened = [self._way(way) for way in ways]
            parts += [self._forest.any_of(opened), *(self._forest.sure(way) for way in opened if len(opened) > 1)]
        if output.settle is not None:
            parts.append(self._forest.sure(self._opened.tree(basis.prepared.scope.terms[output.settle])))
        parts += [self._entry(entry) for entry in basis.prepared.entries_alone_on(rule, output, basis.pathway)]
        first = tuple(dict.fromkeys(self._held_up(draft)))
        parts += [self._forest.leaf(None, (name,)) for name in first]
        tree = self._forest.all_of(parts)
        return self._forest.all_of((tree, *self._screened_more(tree, draft))), first

    def _way(self, way: Transition) -> Node:
        """A way from the present step: it starts there, is opened and is not closed."""
        found = self._ways.get(way.id)
        if found is None:
            parts = [self._at(way.source)]
            if way.when is not None:
                parts.append(self._opened.tree(way.when))
            if way.unless is not None:
                parts.append(self._forest.opposite(self._opened.tree(way.unless)))
            found = self._ways[way.id] = self._forest.all_of(parts)
        return found

    def _at(self, step: str) -> Node:
        """Being at a step."""
        kept = self.basis.prepared.kept.setdefault("here", {})
        return self._opened.tree(kept.setdefault(step, Compare(FindingRef(PRESENT_STEP), "==", Word(step))))

    def _entry(self, entry: ResolveEntry) -> Node:
        """What is open of an entry; nothing asks for what does not apply to the patient, so that is left out."""
        found = self._entries.get(entry.id)
        if found is None:
            found = self._entries[entry.id] = self._tree_of_entry(entry)
        return found

    def _tree_of_entry(self, entry: ResolveEntry) -> Node:
        when = self._asked(entry.when) if entry.when is not None else None
        if when is None:
            return Truth.TRUE
        tree = self._opened.tree(when)
        if entry.operation in _MUST_NOT_HOLD:
            return self._forest.opposite(tree)
        return self._forest.sure(tree) if entry.operation in _MUST_BE_KNOWN else Truth.TRUE

    def _asked(self, condition: Condition) -> Condition | None:
        """A condition without the leaves that read only what does not apply; None where nothing is left."""
        terms = self.basis.prepared.scope.terms
        if isinstance(condition, Named) and condition.name in terms:
            return self._asked(terms[condition.name])
        below = children(condition)
        if not below:
            open_leaves = self.basis.evaluation.open_leaves(condition)
            open_names = [name for leaf in open_leaves for name in leaf_findings(leaf)]
            hopeless = bool(open_names) and all(self.basis.reason(name) in SCREENED for name in open_names)
            return None if hopeless else condition
        kept = [one for one in map(self._asked, below) if one is not None]
        if len(kept) == len(below) and all(one is child for one, child in zip(kept, below, strict=True)):
            return condition
        if not kept:
            return None
        if isinstance(condition, Not):
            return Not(kept[0])
        return All(tuple(kept)) if isinstance(condition, All) else AnyOf(tuple(kept))

    # --- what must be known in any case ------------------------------------------------------------------------------

    def _held_up(self, draft: Draft) -> Iterator[str]:
        """The unknown findings that hold a recommendation up: those that it waits for, what is screened before all."""
        if draft.kind in FREE:
            return
        for suspends, before_all, waits_for in self._holding:
            if before_all or suspends(draft):
                yield from waits_for
        # A change inside the present step is a note as long as nobody knows at which step the patient is.
        if draft.kind == INSIDE and self.basis.reason(CURRENT_NODE) not in {None, *SCREENED}:
            yield CURRENT_NODE

    @functools.cached_property
    def _holding(self) -> tuple[tuple[Matcher, bool, tuple[str, ...]], ...]:
        """The asks that hold something up: what, whether it is everything, and the unknown findings waited for."""
        basis, found = self.basis, []
        matchers = basis.prepared.matchers[basis.pathway.name if basis.pathway is not None else None]
        for ask in basis.guideline.asks:
            if ask.suspends is None or (ask.when is not None and basis.verdicts[f"ask:{ask.index}"] is not Truth.TRUE):
                continue
            before_all = ask.asked == "always" and ask.when is None
            unknown = tuple(name for name in self._asked_for(ask) if basis.reason(name) not in {None, *SCREENED})
            if unknown:
                found.append((matchers[id(ask.suspends)], before_all, unknown))
        return tuple(found)

    def _asked_for(self, ask: Ask) -> Iterator[str]:
        yield from ask.findings
        if not ask.screening:
            return
        pathway = self.basis.pathway
        if pathway is None:
            yield PATHWAY
            for one in self.basis.guideline.pathways.values():
                yield from one.screen
            return
        yield from pathway.screen
        if self.basis.verdicts.get(f"screen:{pathway.name}") is Truth.TRUE:
            yield from pathway.screen_more

    def _screened_more(self, tree: Node, draft: Draft) -> Iterator[Node]:
        """What more must be screened once a finding that a tree reads turns out so."""
        pathway = self.basis.pathway
        if pathway is None or pathway.screen_more_when is None or draft.kind in FREE:
            return
        when = self._opened.tree(pathway.screen_more_when)
        if isinstance(when, Part) and isinstance(tree, Part) and when.names & tree.names:
            for name in pathway.screen_more:
                if self.basis.reason(name) not in {None, *SCREENED}:
                    yield self._forest.any_of([self._forest.opposite(when), self._forest.leaf(None, (name,))])


def settling_tree(one: Undetermined, basis: Basis) -> tuple[Node, tuple[str, ...]]:
    """What is open of one undetermined recommendation, and the findings that must be known in any case."""
    return Settling(basis, Forest(Tries(basis))).tree(one)
