"""The smallest sets of unknown findings that settle a tree: whatever values they turn out to have, there is a verdict.

The verdicts that a tree can come to are found by giving values to one finding after the other; parts of an ``all`` or
``any`` that share no finding are looked at apart. A finding without which some values of all others leave the tree
open stands in every set. Mostly these are together the one smallest set; else more findings are tried beside them.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from carepath.explain.shared_parts import DECIDES, NEUTRAL, OPPOSITE, SURE, Node, Part
from carepath.explain.workshop import Workshop
from carepath.language.truth import Truth, negation

#: At most so many values are looked at for one part of a tree, and there are at most so many sets.
MAX_VALUES = 20_000
MAX_SETS = 32

Sets = tuple[frozenset[str], ...]

_SEVERAL = 2


class TooLarge(Exception):
    """There would be more to try than the limits allow."""


@dataclass(frozen=True, slots=True)
class Solved:
    """Of a part of a tree: whether it can turn out so that it does not decide, and its smallest sets."""

    can_be_neutral: bool
    sets: Sets


#: What was worked out before of parts, for any patient; None where it was too large. Forgotten when there is too much.
_remembered: dict[Hashable, Solved | None] = {}
_NEW = Solved(can_be_neutral=False, sets=())
_lock = threading.Lock()
MAX_REMEMBERED = 20_000


def smallest_sets(tree: Node, workshop: Workshop) -> Sets | None:
    """All smallest sets of findings that settle a tree, the shorter first; none where nothing settles it.

    Parts of the tree that share no finding are worked on apart and joined. What is found of one depends on it and on
    what the record holds about its findings; it is remembered by these.

    Args:
        tree: what is open of a condition.
        workshop: what was worked out for other trees of the same assessment.

    Returns:
        The sets, or None where there is too much to try: more than ``MAX_VALUES`` values, or ``MAX_SETS`` sets.
    """
    with contextlib.suppress(TooLarge):
        found = _sets_of(tree, workshop)
        return tuple(sorted(found, key=lambda one: (len(one), sorted(one))))
    return None


def forget() -> None:
    """Drops what was worked out before."""
    with _lock:
        _remembered.clear()


def _sets_of(node: Node, workshop: Workshop) -> Sets:
    while isinstance(node, Part) and node.role in {OPPOSITE, SURE}:
        node = node.below[0]
    if isinstance(node, Truth):
        return (frozenset(),)
    apart = workshop.forest.apart(node) if node.role in DECIDES else ()
    if len(apart) >= _SEVERAL:
        solved = [_solved(one, NEUTRAL[node.role], workshop) for one in apart]
        if all(one.can_be_neutral for one in solved):
            return _joined(one.sets for one in solved)
    return _solved(node, None, workshop).sets


def _solved(part: Part, neutral: Truth | None, workshop: Workshop) -> Solved:
    """What is found of a part; remembered."""
    key = (neutral is None, workshop.key(part))
    with _lock:
        found = _remembered.get(key, _NEW)
    if found is None:
        raise TooLarge
    if found is not _NEW:
        return found
    try:
        found = _worked_out(part, neutral, workshop)
    except TooLarge:
        _remember(key, None)
        raise
    _remember(key, found)
    return found


def _worked_out(part: Part, neutral: Truth | None, workshop: Workshop) -> Solved:
    solver = _Solver(part, workshop)
    can_be = neutral is None or solver.can_be(neutral, part, part.names)
    return Solved(can_be, solver.searched(part) if neutral is None else solver.sets(part))


def _remember(key: Hashable, found: Solved | None) -> None:
    with _lock:
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[key] = found


def _joined(sets: Iterator[Sets]) -> Sets:
    """The sets of parts that share no finding: one of each."""
    joined: Sets = (frozenset(),)
    for own in sets:
        joined = tuple(dict.fromkeys(left | right for left in joined for right in own))
        if len(joined) > MAX_SETS:
            raise TooLarge
    return joined


class _Solver:
    """Works on one part of a tree. Findings are bits of a number, so that sets of them are numbers."""

    def __init__(self, part: Part, workshop: Workshop) -> None:
        self.forest = workshop.forest
        self.fills = workshop.fills(part)
        self.left = MAX_VALUES
        #: Whether there are values for each finding: then nothing stays open once all are known.
        self._all_filled = all(self.fills.values())
        self._tried: set[tuple[int, str]] = set()
        self._known: dict[tuple[int, int, int], bool] = {}

    def sets(self, node: Node) -> Sets:
        """The smallest sets that settle a part; those of parts below that share no finding are joined.

        Joining is exact where the other parts can turn out so that they do not decide.
        """
        if isinstance(node, Truth):
            return (frozenset(),)
        if node.role in {OPPOSITE, SURE}:
            return self.sets(node.below[0])
        apart = self.forest.apart(node) if node.role in DECIDES else ()
        if len(apart) < _SEVERAL or not all(self.can_be(NEUTRAL[node.role], one, one.names) for one in apart):
            return self.searched(node)
        return _joined(self.sets(one) for one in apart)

    def searched(self, part: Part) -> Sets:
        """The smallest sets that settle a part whose parts share findings."""
        named = dict(self.forest.order(part))
        needed = sum(bit for bit in named if self._stays_open(part, part.names & ~bit))
        if needed == part.names:
            return () if self._stays_open(part, part.names) else (frozenset(part.reads),)
        others = [bit for bit in named if not bit & needed]
        found: list[int] = []
        for size in range(len(others) + 1):
            for more in itertools.combinations(others, size):
                candidate = needed | sum(more)
                if any(one & candidate == one for one in found) or self._stays_open(part, candidate):
                    continue
                found.append(candidate)
                if len(found) > MAX_SETS:
                    raise TooLarge
            if found and not size:
                break
        return tuple(frozenset(name for bit, name in named.items() if bit & one) for one in found)

    def _stays_open(self, part: Part, names: int) -> bool:
        return self.can_be(Truth.UNKNOWN, part, names)

    def can_be(self, truth: Truth, node: Node, names: int) -> bool:
        """Whether a part can come to a truth when the findings named get values and nothing else becomes known."""
        if isinstance(node, Truth):
            return node is truth
        if node.role == OPPOSITE:
            return self.can_be(negation(truth), node.below[0], names)
        if node.role == SURE:
            below = node.below[0]
            if truth is Truth.TRUE:
                return self.can_be(truth, below, names) or self.can_be(Truth.FALSE, below, names)
            return truth is Truth.UNKNOWN and self.can_be(truth, below, names)
        own = names & node.names
        if not own:
            return truth is Truth.UNKNOWN
        if truth is Truth.UNKNOWN and own == node.names and self._all_filled:
            return False
        key = (id(truth), id(node), own)
        found = self._known.get(key)
        if found is None:
            apart = self.forest.apart(node) if node.role in DECIDES else ()
            if len(apart) >= _SEVERAL:
                found = self._group_can_be(truth, node.role, apart, own)
            else:
                found = self._one_can_be(truth, node, own)
            self._known[key] = found
        return found

    def _group_can_be(self, truth: Truth, role: str, apart: tuple[Part, ...], names: int) -> bool:
        """The same for all, or any, of parts that share no finding: each can turn out as it likes."""
        decides, neutral = DECIDES[role], NEUTRAL[role]
        if truth is decides:
            return any(self.can_be(decides, one, names) for one in apart)
        if truth is neutral:
            return all(self.can_be(neutral, one, names) for one in apart)
        opened = [self.can_be(Truth.UNKNOWN, one, names) for one in apart]
        others = (one for one, is_open in zip(apart, opened, strict=True) if not is_open)
        return any(opened) and all(self.can_be(neutral, one, names) for one in others)

    def _one_can_be(self, truth: Truth, part: Part, names: int) -> bool:
        """The same for a part whose parts share findings: with some value of the one that most of them share."""
        name = next(name for bit, name in self.forest.order(part) if bit & names)
        if not self.fills[name] and truth is Truth.UNKNOWN:
            return True
        return any(self.can_be(truth, one, names) for one in self._branches_of(part, name))

    def _branches_of(self, part: Part, name: str) -> Iterator[Node]:
        """What a part becomes with a finding's values; values that cannot stand with others are left out."""
        if (id(part), name) not in self._tried:
            self._tried.add((id(part), name))
            self.left -= len(self.fills[name])
            if self.left < 0:
                raise TooLarge
        seen: set[int] = set()
        for series in self.fills[name]:
            node = self.forest.with_facts(part, name, series)
            if node is not None and id(node) not in seen:
                seen.add(id(node))
                yield node
