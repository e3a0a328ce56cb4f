"""Open trees whose equal parts are one object, so that what is worked out of a part is worked out once.

It is kept on the part: the findings that it reads, its parts that share none, and what it becomes with facts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from carepath.explain.tries import NOTHING, Given, Series, Tries
from carepath.language.nodes import Condition
from carepath.language.truth import Truth, negation

ALL, ANY, OPPOSITE, SURE, LEAF = "all", "any", "opposite", "sure", "leaf"
#: Truths that decide all, or any, of several parts, and that leave it to the others.
DECIDES = {ALL: Truth.FALSE, ANY: Truth.TRUE}
NEUTRAL = {ALL: Truth.TRUE, ANY: Truth.FALSE}


@dataclass(eq=False, slots=True)
class Part:
    """A part of an open tree: parts below it, or a leaf with the findings that settle it and the facts it has so far.

    ``reads`` says how often each finding is read; ``names`` are these findings as bits of a number.
    """

    role: str
    reads: Mapping[str, int]
    names: int
    below: tuple[Part, ...] = ()
    condition: Condition | None = None
    given: Given = NOTHING
    #: Parts that share no finding, those that share some put together; of a group, once they were asked for.
    apart: tuple[Part, ...] | None = None
    #: The findings as bits, in the order in which they get values; once they were asked for.
    order: tuple[tuple[int, str], ...] | None = None
    #: What it becomes, by the identity of the facts about a finding; None where these cannot stand with the others.
    becomes: dict[int, Node | None] | None = None


Node = Part | Truth


def leaves_in(node: Node) -> Iterator[Part]:
    """The leaves of a part, perhaps repeated."""
    if isinstance(node, Part):
        if node.role == LEAF:
            yield node
        for part in node.below:
            yield from leaves_in(part)


class Forest:
    """All parts of the trees of one patient."""

    def __init__(self, tries: Tries) -> None:
        self._tries = tries
        self._bits: dict[str, int] = {}
        # Conditions that are equal, and the identity of each: the same for all patients of a guideline.
        kept = tries.basis.prepared.kept
        self._equal: dict[Hashable, Condition] = kept.setdefault("equal", {})
        self._seen: dict[Hashable, tuple[Condition, Condition]] = kept.setdefault("seen", {})
        self._parts: dict[Hashable, Part] = {}

    def bit(self, name: str) -> int:
        """The bit that stands for a finding."""
        return self._bits.setdefault(name, 1 << len(self._bits))

    def _first(self, condition: Condition) -> Condition:
        """The condition of the content that was seen first of those that are equal."""
        seen = self._seen.get(id(condition))
        if seen is None:
            seen = self._seen[id(condition)] = (condition, self._equal.setdefault(condition, condition))
        return seen[1]

    # --- building ----------------------------------------------------------------------------------------------------

    def leaf(self, condition: Condition | None, names: Iterable[str]) -> Part:
        """An unknown leaf and the findings that settle it; without a condition it is settled once they are known."""
        first = self._first(condition) if condition is not None else None
        reads: dict[str, int] = {}
        for name in names:
            reads[name] = reads.get(name, 0) + 1
        return self._leaf(first, reads, NOTHING)

    def all_of(self, parts: Iterable[Node]) -> Node:
        """All of several parts, each once, with what is known left out."""
        return self._group(ALL, parts)

    def any_of(self, parts: Iterable[Node]) -> Node:
        """Any of several parts, each once, with what is known left out."""
        return self._group(ANY, parts)

    def opposite(self, node: Node) -> Node:
        """The negation of a part."""
        return self._turned(OPPOSITE, node)

    def sure(self, node: Node) -> Node:
        """True once a part has a verdict, whichever it is."""
        return self._turned(SURE, node)

    def _leaf(self, condition: Condition | None, reads: Mapping[str, int], given: Given) -> Part:
        key = (id(condition), tuple(reads.items()), id(given))
        part = self._parts.get(key)
        if part is None:
            names = sum(self.bit(name) for name in reads)
            part = self._parts[key] = Part(LEAF, reads, names, condition=condition, given=given)
        return part

    def _group(self, role: str, parts: Iterable[Node]) -> Node:
        decides = DECIDES[role]
        found: dict[Part, None] = {}
        for part in parts:
            if isinstance(part, Part):
                if part.role == role:
                    found.update(dict.fromkeys(part.below))
                else:
                    found[part] = None
            elif part is decides:
                return decides
        if len(found) <= 1:
            return next(iter(found), NEUTRAL[role])
        return self._joined(role, tuple(found))

    def _joined(self, role: str, below: tuple[Part, ...]) -> Part:
        key = (role, *map(id, below))
        part = self._parts.get(key)
        if part is None:
            reads: dict[str, int] = {}
            names = 0
            for one in below:
                names |= one.names
                for name, count in one.reads.items():
                    reads[name] = reads.get(name, 0) + count
            part = self._parts[key] = Part(role, reads, names, below)
        return part

    def _turned(self, role: str, node: Node) -> Node:
        if isinstance(node, Truth):
            return negation(node) if role == OPPOSITE else Truth.TRUE
        key = (role, id(node))
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = Part(role, node.reads, node.names, (node,))
        return part

    # --- what is worked out of a part --------------------------------------------------------------------------------

    def apart(self, part: Part) -> tuple[Part, ...]:
        """The parts of a group, those that share findings put together."""
        if part.apart is None:
            clusters: list[tuple[int, list[Part]]] = []
            for one in part.below:
                names, parts = one.names, [one]
                others = []
                for cluster in clusters:
                    if cluster[0] & names:
                        names |= cluster[0]
                        parts = [*cluster[1], *parts]
                    else:
                        others.append(cluster)
                clusters = [*others, (names, parts)]
            part.apart = tuple(one[0] if len(one) == 1 else self._joined(part.role, tuple(one)) for _, one in clusters)
        return part.apart

    def order(self, part: Part) -> tuple[tuple[int, str], ...]:
        """The findings of a part in the order in which they get values, the one that is read most often first."""
        if part.order is None:
            most_first = sorted(part.reads, key=lambda name: (-part.reads[name], name))
            part.order = tuple((self._bits[name], name) for name in most_first)
        return part.order

    def with_facts(self, part: Part, name: str, series: Series) -> Node | None:
        """What a part becomes with facts about a finding; None where they cannot stand with those it has.

        A step of another pathway cannot, nor a change that cannot be counted.
        """
        if name not in part.reads:
            return part
        becomes = part.becomes
        if becomes is None:
            becomes = part.becomes = {}
        key = id(series)
        if key not in becomes:
            becomes[key] = self._with(part, name, series)
        return becomes[key]

    def _with(self, part: Part, name: str, series: Series) -> Node | None:
        if part.role == LEAF:
            return self._leaf_with(part, name, series)
        made: list[Node] = []
        for one in part.below:
            node = self.with_facts(one, name, series)
            if node is None:
                return None
            made.append(node)
        return self._group(part.role, made) if part.role in DECIDES else self._turned(part.role, made[0])

    def _leaf_with(self, leaf: Part, name: str, series: Series) -> Node | None:
        if leaf.condition is None:
            return Truth.TRUE
        given = self._tries.given(leaf.given, name, series)
        truth = self._tries.truth(leaf.condition, given)
        if truth is not Truth.UNKNOWN:
            return truth
        rest = {one: count for one, count in leaf.reads.items() if one != name}
        return self._leaf(leaf.condition, rest, given) if rest else None
