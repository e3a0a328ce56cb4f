"""Finds what must be recorded of a patient so that chosen parts of conditions are true, false or unknown.

The conditions are written out down to their leaves; each leaf reads one finding, or two, of which the options are
counted out beforehand. The search tries them in their order and leaves a branch as soon as a demand can no longer be
met: so the same demands give the same patient, and where it finds none there is none among the options.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from carepath.language.evaluate import Scope
from carepath.language.nodes import AnyOf, Condition, Named, Not, children
from carepath.language.truth import Truth, negation
from carepath.testing.recorded import Option

#: Truth values as a set of bits: what a part can still become.
TRUE, FALSE, UNKNOWN = 1, 2, 4
BITS: Mapping[Truth, int] = {Truth.TRUE: TRUE, Truth.FALSE: FALSE, Truth.UNKNOWN: UNKNOWN}
ANYTHING = TRUE | FALSE | UNKNOWN

#: By finding the number of its chosen option.
Choice = dict[str, int]
#: Gives the first choice that meets demands and holds what is fixed beforehand, or None.
Find = Callable[[Sequence["Demand"], Mapping[str, int]], Choice | None]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A condition of a tree in which terms are written out; ``reads`` names the findings of a leaf."""

    condition: Condition
    parts: tuple[Part, ...] = ()
    reads: tuple[str, ...] = ()

    def walk(self) -> Iterator[Part]:
        """This part and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def leaves(self) -> Iterator[Part]:
        """The leaves below, or this one."""
        return (part for part in self.walk() if not part.parts)


@dataclass(frozen=True, slots=True)
class Demand:
    """A part must come out as one of some truth values."""

    part: Part
    wanted: int


def written_out(condition: Condition, scope: Scope, reads: Callable[[Condition], tuple[str, ...]]) -> Part:
    """The tree of a condition, terms written out; a term is shown as what it stands for."""
    if isinstance(condition, Named) and condition.name in scope.terms:
        return written_out(scope.terms[condition.name], scope, reads)
    below = tuple(written_out(child, scope, reads) for child in children(condition))
    return Part(condition, below, () if below else reads(condition))


def deciding(root: Part, leaf: Part, truth: Truth | None = None) -> list[Demand]:
    """What must hold of the rest of a tree so that one leaf decides it.

    Without a truth everything beside the leaf is neutral: the whole then is what the leaf makes it. With one it is
    enough that the whole is what it is because the leaf has that truth: where it is false under ``all`` nothing beside
    it may be false, where it is true under ``any`` nothing beside it true.
    """
    found = _deciding(root, leaf, truth)
    if found is None:
        message = "the leaf is not in the tree"
        raise ValueError(message)
    return found[0]


def _deciding(root: Part, leaf: Part, truth: Truth | None) -> tuple[list[Demand], Truth | None] | None:
    """The demands, and the truth that this part has then."""
    if root is leaf:
        return [], truth
    for part in root.parts:
        below = _deciding(part, leaf, truth)
        if below is not None:
            demands, came = below
            others = [other for other in root.parts if other is not part]
            if isinstance(root.condition, Not):
                return demands, negation(came) if came is not None else None
            wanted = neutral(root.condition, came)
            return [*(Demand(other, wanted) for other in others), *demands], came
    return None


def neutral(condition: Condition, truth: Truth | None) -> int:
    """The truth values that the parts beside one of that truth may have, so that it decides an ``all`` or ``any``."""
    if isinstance(condition, AnyOf):
        return FALSE | UNKNOWN if truth is Truth.TRUE else FALSE
    return TRUE | UNKNOWN if truth is Truth.FALSE else TRUE


@dataclass
class Search:
    """Looks for choices among the options of findings.

    Args:
        options: by finding what can be recorded of it; the last is that nothing is.
        truth_of: the truth of a leaf for what is recorded of the findings that it reads.
        leaves: the leaves of all trees that demands will be about.
        allowed: whether a record may hold the options chosen so far beside each other.
    """

    options: Mapping[str, Sequence[Option]]
    truth_of: Callable[[Condition, Mapping[str, Option]], Truth]
    leaves: Sequence[Part]
    allowed: Callable[[Choice], bool] = lambda _choice: True
    _bits: dict[tuple[Part, tuple[int | None, ...]], int] = field(default_factory=dict)

    def find(self, demands: Sequence[Demand], chosen: Mapping[str, int] | None = None) -> Choice | None:
        """The first choice that meets all demands, or None; findings that do not matter are not in it.

        Args:
            demands: the parts, and what they must come out as.
            chosen: options that are fixed beforehand.
        """
        return self._search(list(demands), dict(chosen or {}))

    def _search(self, demands: list[Demand], choice: Choice) -> Choice | None:
        open_demands = []
        for demand in demands:
            possible = self.possible(demand.part, choice)
            if not possible & demand.wanted:
                return None
            if possible & ~demand.wanted:
                open_demands.append(demand)
        if not open_demands:
            return choice
        finding = next(self._free(open_demands[0].part, choice))
        for index in self._telling[finding]:
            more = {**choice, finding: index}
            found = self._search(open_demands, more) if self.allowed(more) else None
            if found is not None:
                return found
        return None

    @functools.cached_property
    def _telling(self) -> Mapping[str, tuple[int, ...]]:
        """By finding the options that leaves tell apart: of those that none does the first."""
        found = {}
        for name, options in self.options.items():
            readers = [leaf for leaf in self.leaves if name in leaf.reads]
            first: dict[tuple[int, ...], int] = {}
            for index in range(len(options)):
                first.setdefault(tuple(bits for leaf in readers for bits in self._outcomes(leaf, name, index)), index)
            found[name] = tuple(first.values())
        return found

    def _outcomes(self, leaf: Part, finding: str, index: int) -> Iterator[int]:
        """What a leaf comes out as with one option of a finding, for every option of what else it reads."""
        ranges = [(index,) if name == finding else range(len(self.options[name])) for name in leaf.reads]
        return (self._leaf(leaf, one) for one in itertools.product(*ranges))

    def _free(self, part: Part, choice: Choice) -> Iterator[str]:
        """The findings that an undecided part still waits for, first where it is least decided."""
        for leaf in part.leaves():
            yield from (name for name in leaf.reads if name not in choice)

    def possible(self, part: Part, choice: Mapping[str, int]) -> int:
        """The truth values that a part can still have."""
        if not part.parts:
            return self._leaf(part, tuple(choice.get(name) for name in part.reads))
        masks = [self.possible(below, choice) for below in part.parts]
        if isinstance(part.condition, Not):
            return _swapped(masks[0])
        if isinstance(part.condition, AnyOf):
            return _swapped(_together([_swapped(mask) for mask in masks]))
        return _together(masks)

    def _leaf(self, leaf: Part, chosen: tuple[int | None, ...]) -> int:
        key = (leaf, chosen)
        found = self._bits.get(key)
        if found is not None:
            return found
        if None not in chosen:
            recorded = {
                name: self.options[name][index]
                for name, index in zip(leaf.reads, chosen, strict=True)
                if index is not None
            }
            found = BITS[self.truth_of(leaf.condition, recorded)]
        else:
            found = 0
            ranges = [
                range(len(self.options[name])) if index is None else (index,)
                for name, index in zip(leaf.reads, chosen, strict=True)
            ]
            for one in itertools.product(*ranges):
                found |= self._leaf(leaf, one)
                if found == ANYTHING:
                    break
        self._bits[key] = found
        return found

    def truth(self, part: Part, choice: Mapping[str, int]) -> Truth:
        """The truth of a part when nothing is recorded of the findings without a choice."""
        whole = {name: choice.get(name, len(options) - 1) for name, options in self.options.items()}
        bits = self.possible(part, whole)
        return next(truth for truth, bit in BITS.items() if bit == bits)


def deciding_choices(
    tree: Part, leaves: Iterable[Part], search: Search, find: Find
) -> Iterator[tuple[Part, str | None, Choice]]:
    """For each leaf and each option of what it reads a choice in which that leaf decides the tree.

    Where it can be alone, with everything beside it neutral; else so that the tree is what it is because of the leaf.
    """
    for leaf in leaves:
        alone = deciding(tree, leaf)
        for name in leaf.reads or (None,):
            for index in range(len(search.options[name])) if name is not None else (0,):
                fixed = {name: index} if name is not None else {}
                choice = find(alone, fixed)
                for truth in (Truth.TRUE, Truth.FALSE) if choice is None else ():
                    if choice is None and search.possible(leaf, fixed) & BITS[truth]:
                        choice = find([*deciding(tree, leaf, truth), Demand(leaf, BITS[truth])], fixed)
                if choice is not None:
                    yield leaf, name, choice


def _swapped(mask: int) -> int:
    return (mask & UNKNOWN) | (TRUE if mask & FALSE else 0) | (FALSE if mask & TRUE else 0)


def _together(masks: Iterable[int]) -> int:
    """What all of some parts together can be; exact where the parts do not depend on each other."""
    found = TRUE
    for mask in masks:
        result = 0
        if found & TRUE and mask & TRUE:
            result |= TRUE
        if (found | mask) & FALSE:
            result |= FALSE
        if (found & UNKNOWN and mask & ~FALSE) or (mask & UNKNOWN and found & ~FALSE):
            result |= UNKNOWN
        found = result
    return found
