"""The smallest sets of unknown findings that settle a tree: whatever values they turn out to have, there is a verdict.

The verdicts that a tree can come to are found by giving values to one finding after the other; parts of an ``all`` or
``any`` that share no finding are looked at apart. A finding without which some values of all others leave the tree
open stands in every set. Mostly these are together the one smallest set; else more findings are tried beside them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP
from carepath.explain.fills import Series, fills_of, readings_of, situation_with
from carepath.explain.open_parts import (
    Group,
    Leaf,
    Opposite,
    Sure,
    Tree,
    all_of,
    any_of,
    findings_in,
    leaves_in,
    opposite,
    sure,
)
from carepath.language.evaluate import Compiler, Known
from carepath.language.nodes import Condition, IsKnown, is_derived
from carepath.language.truth import Truth, negation
from carepath.position import locate
from carepath.record.derived import STEP_STARTS
from carepath.record.facts import value_text
from carepath.record.snapshot import NOT_APPLICABLE

#: At most so many values are looked at for one tree, and there are at most so many sets.
MAX_VALUES = 20_000
MAX_SETS = 32

Sets = tuple[frozenset[str], ...]

_SEVERAL = 2
_NOTHING: Counter[str] = Counter()


class TooLarge(Exception):
    """There would be more to try than the limits allow."""


class NoCompletion(Exception):
    """Values that cannot stand together: a step of another pathway, a change that cannot be counted."""


@dataclass(frozen=True)
class Workshop:
    """What is worked out once for all trees of an assessment: values to try, and the truths that they give."""

    basis: Basis
    fills: dict[tuple[str, frozenset[Condition]], tuple[Series, ...]] = field(default_factory=dict)
    #: By the identity of a leaf and of the facts, which are all kept, so that nothing else can get their identity.
    truths: dict[tuple[int, ...], Truth] = field(default_factory=dict)
    _leaves: dict[Condition, Condition] = field(default_factory=dict)
    _series: dict[Series, Series] = field(default_factory=dict)

    def leaf(self, condition: Condition) -> Condition:
        """The leaf that was seen first of those that are equal."""
        return self._leaves.setdefault(condition, condition)

    def fills_of(self, name: str, leaves: Iterable[Condition]) -> tuple[Series, ...]:
        """What the facts about a finding could become; nothing for what does not apply to the patient."""
        own = tuple(leaf for leaf in leaves if name in leaf_findings(leaf) or _is_place(leaf, name))
        key = (name, frozenset(own))
        if key not in self.fills:
            applies = self.basis.reason(name) != NOT_APPLICABLE
            found = fills_of(name, own, self.basis) if applies else ()
            if self.basis.guideline.findings[name].type.kind != "list":
                found = tuple(self._series.setdefault(one, one) for one in found)
            self.fills[key] = found
        return self.fills[key]

    def truth(self, leaf: Condition, series: Mapping[str, Series]) -> Truth:
        """The truth of a leaf when some findings have other facts."""
        key = (id(leaf), *map(id, series.values()))
        found = self.truths.get(key)
        if found is None:
            found = self.truths[key] = self._truth(leaf, series)
        return found

    def _truth(self, leaf: Condition, series: Mapping[str, Series]) -> Truth:
        prepared = self.basis.prepared
        if isinstance(leaf, IsKnown) or is_derived(leaf):
            return prepared.settle(leaf, situation_with(self.basis, series))
        known: dict[str, Known] = {}
        for name, reading in readings_of(self.basis, series).items():
            value = reading.value
            if isinstance(value, dt.date):
                known[name] = value.toordinal()
            elif value is not None and not isinstance(value, tuple):
                known[name] = value
        # A leaf that was unknown reads nothing that was known, apart from what the present step is found by.
        values = known if PRESENT_STEP not in leaf_findings(leaf) else self._placed({**self.basis.values, **known})
        return Compiler(prepared.scope).compile(leaf)(values)

    def _placed(self, values: dict[str, Known]) -> dict[str, Known]:
        """The values with the present step that they give."""
        chosen = values.get(PATHWAY)
        pathway = self.basis.guideline.pathways[str(chosen)] if chosen is not None else None
        step = locate(pathway, values, self.basis.prepared.scope).step
        if step is not None:
            values[PRESENT_STEP] = step
        return values


#: Sets that were worked out before, for any patient; forgotten when there are too many.
_remembered: dict[tuple[object, ...], Sets | None] = {}
_lock = threading.Lock()
MAX_REMEMBERED = 10_000


def _is_place(leaf: Condition, name: str) -> bool:
    """Whether a leaf reads the present step, which a finding settles."""
    return name == "current_node" and PRESENT_STEP in leaf_findings(leaf)


def smallest_sets(tree: Tree, workshop: Workshop) -> Sets | None:
    """All smallest sets of findings that settle a tree, the shorter first; none where nothing settles it.

    The result depends on the tree and on what the record holds about its findings; it is remembered by these.

    Args:
        tree: what is open of a condition.
        workshop: what was worked out for other trees of the same assessment.

    Returns:
        The sets, or None where there is too much to try: more than ``MAX_VALUES`` values, or ``MAX_SETS`` sets.
    """
    key = (tree, *_depends_on(tree, workshop.basis))
    with _lock:
        if key in _remembered:
            return _remembered[key]
    sets: Sets | None = None
    with contextlib.suppress(TooLarge):
        solver = _Solver(tree, workshop)
        found = solver.sets(solver.tree)
        sets = tuple(sorted(found, key=lambda one: (len(one), sorted(one))))
    with _lock:
        _remembered[key] = sets
        if len(_remembered) > MAX_REMEMBERED:
            _remembered.clear()
    return sets


def forget() -> None:
    """Drops the sets that were worked out before."""
    with _lock:
        _remembered.clear()


def _depends_on(tree: Tree, basis: Basis) -> Iterator[object]:
    """What the sets of a tree depend on beside it: the content on the date, and what was recorded of its findings."""
    yield id(basis.prepared)  # what is prepared is kept for the process
    names = findings_in(tree)
    yield tuple(basis.reason(name) == NOT_APPLICABLE for name in names)
    if "current_node" in names:
        yield from (basis.pathway.name if basis.pathway is not None else None, frozenset(basis.values.items()))
    dated = [fact for name in (*names, *STEP_STARTS) for fact in basis.situation.record.facts(name)]
    if dated:
        yield basis.at
        yield tuple((one.finding, value_text(one.value), one.date, one.status, one.version) for one in dated)


class _Solver:
    """Works on one tree. Trees that are built of the same parts are one object, so that each is worked out once."""

    def __init__(self, tree: Tree, workshop: Workshop) -> None:
        self.workshop = workshop
        leaves = tuple(leaf.condition for leaf in leaves_in(tree) if leaf.condition is not None)
        self.names = findings_in(tree)
        self.fills = {name: workshop.fills_of(name, leaves) for name in self.names}
        self.left = MAX_VALUES
        self._trees: dict[object, Tree] = {}
        # What was worked out of a tree stands under its identity; _trees keeps it alive.
        self._findings: dict[int, Counter[str]] = {}
        self._clusters: dict[int, list[Tree]] = {}
        self._reductions: dict[tuple[int, int], Tree] = {}
        self._known: dict[tuple[Truth, int, frozenset[str]], bool] = {}
        self.tree = self._of_same_parts(tree)

    def _of_same_parts(self, tree: Tree) -> Tree:
        """The tree with its equal parts made one."""
        if isinstance(tree, Group):
            return self._grouped(tree.every, [self._of_same_parts(part) for part in tree.parts])
        if isinstance(tree, Opposite | Sure):
            return self._one(type(tree)(self._of_same_parts(tree.part)))
        if isinstance(tree, Leaf) and tree.condition is not None:
            return self._one(replace(tree, condition=self.workshop.leaf(tree.condition)))
        return self._one(tree)

    def _grouped(self, every: bool, parts: Iterable[Tree]) -> Tree:  # noqa: FBT001 - as a Group has it
        """All or any of several trees, each once; again once more where groups inside were written out."""
        made = all_of(parts) if every else any_of(parts)
        if isinstance(made, Group):
            unique = {id(part): part for part in made.parts}
            if len(unique) < len(made.parts):
                made = all_of(unique.values()) if made.every else any_of(unique.values())
        return self._one(made)

    def _one(self, tree: Tree) -> Tree:
        """The tree that was built first of the same parts."""
        if isinstance(tree, Truth):
            return tree
        key: object
        if isinstance(tree, Group):
            key = (tree.every, *map(id, tree.parts))
        elif isinstance(tree, Leaf):
            key = (id(tree.condition), tree.findings, *((name, id(series)) for name, series in tree.given))
        else:
            key = (type(tree), id(tree.part))
        return self._trees.setdefault(key, tree)

    def sets(self, tree: Tree) -> Sets:
        """The smallest sets that settle a tree; those of parts that share no finding are joined.

        Joining is exact where the other parts can turn out so that they do not decide.
        """
        if isinstance(tree, Opposite | Sure):
            return self.sets(tree.part)
        clusters = self._clusters_of(tree) if isinstance(tree, Group) else []
        if not isinstance(tree, Group) or len(clusters) < _SEVERAL:
            return self._searched(tree)
        neutral = Truth.TRUE if tree.every else Truth.FALSE
        every = frozenset(self.names)
        if not all(self._can_be(neutral, one, every) for one in clusters):
            return self._searched(tree)
        joined: Sets = (frozenset(),)
        for one in clusters:
            same = isinstance(one, Group) and one.every is tree.every
            own = self._searched(one) if same else self.sets(one)
            joined = tuple(dict.fromkeys(left | right for left in joined for right in own))
            if len(joined) > MAX_SETS:
                raise TooLarge
        return joined

    def _searched(self, tree: Tree) -> Sets:
        """The smallest sets that settle a tree whose parts share findings."""
        if isinstance(tree, Truth):
            return (frozenset(),)
        names = tuple(self._counted(tree))
        every = frozenset(names)
        needed = frozenset(name for name in names if self._stays_open(tree, every - {name}))
        if needed == every:
            return () if self._stays_open(tree, every) else (every,)
        others = [name for name in names if name not in needed]
        found: list[frozenset[str]] = []
        for size in range(len(others) + 1):
            for more in itertools.combinations(others, size):
                candidate = needed | set(more)
                if any(one <= candidate for one in found) or self._stays_open(tree, candidate):
                    continue
                found.append(candidate)
                if not more:
                    return (candidate,)
                if len(found) > MAX_SETS:
                    raise TooLarge
        return tuple(found)

    def _stays_open(self, tree: Tree, names: frozenset[str]) -> bool:
        return self._can_be(Truth.UNKNOWN, tree, names)

    def _can_be(self, truth: Truth, tree: Tree, names: frozenset[str]) -> bool:
        """Whether a tree can come to a truth when the findings named get values and nothing else becomes known."""
        if isinstance(tree, Truth):
            return tree is truth
        if isinstance(tree, Opposite):
            return self._can_be(negation(truth), tree.part, names)
        if isinstance(tree, Sure):
            if truth is Truth.TRUE:
                return self._can_be(truth, tree.part, names) or self._can_be(Truth.FALSE, tree.part, names)
            return truth is Truth.UNKNOWN and self._can_be(truth, tree.part, names)
        key = (truth, id(tree), names.intersection(self._counted(tree)))
        found = self._known.get(key)
        if found is None:
            clusters = self._clusters_of(tree) if isinstance(tree, Group) else []
            if isinstance(tree, Group) and len(clusters) >= _SEVERAL:
                found = self._group_can_be(truth, tree.every, clusters, names)
            else:
                found = self._one_can_be(truth, tree, names)
            self._known[key] = found
        return found

    def _group_can_be(self, truth: Truth, every: bool, clusters: list[Tree], names: frozenset[str]) -> bool:  # noqa: FBT001 - as a Group has it
        """The same for all, or any, of parts that share no finding: each can turn out as it likes."""
        decides, neutral = (Truth.FALSE, Truth.TRUE) if every else (Truth.TRUE, Truth.FALSE)
        if truth is decides:
            return any(self._can_be(decides, one, names) for one in clusters)
        if truth is neutral:
            return all(self._can_be(neutral, one, names) for one in clusters)
        opened = [self._can_be(Truth.UNKNOWN, one, names) for one in clusters]
        others = (one for one, is_open in zip(clusters, opened, strict=True) if not is_open)
        return any(opened) and all(self._can_be(neutral, one, names) for one in others)

    def _one_can_be(self, truth: Truth, tree: Tree, names: frozenset[str]) -> bool:
        """The same for a tree whose parts share findings: with some value of the one that most of them share."""
        counted = self._counted(tree)
        shared = sorted(names.intersection(counted))
        if not shared:
            return truth is Truth.UNKNOWN
        name = max(shared, key=lambda one: counted[one])
        if not self.fills[name] and truth is Truth.UNKNOWN:
            return True
        return any(self._can_be(truth, reduced, names) for reduced in self._branches_of(tree, name))

    def _counted(self, tree: Tree) -> Counter[str]:
        """The findings that a tree reads, with how many leaves read each."""
        if isinstance(tree, Truth):
            return _NOTHING
        found = self._findings.get(id(tree))
        if found is None:
            if isinstance(tree, Leaf):
                found = Counter(tree.findings)
            else:
                found = Counter()
                for part in tree.parts if isinstance(tree, Group) else (tree.part,):
                    found.update(self._counted(part))
            self._findings[id(tree)] = found
        return found

    def _clusters_of(self, group: Group) -> list[Tree]:
        if id(group) not in self._clusters:
            self._clusters[id(group)] = [self._one(one) for one in self._apart(group)]
        return self._clusters[id(group)]

    def _branches_of(self, tree: Tree, name: str) -> Iterator[Tree]:
        """What a tree becomes with a finding's values; values that cannot stand with others are left out."""
        seen: set[int] = set()
        for series in self.fills[name]:
            if (id(tree), id(series)) not in self._reductions:
                self.left -= 1
                if self.left < 0:
                    raise TooLarge
            with contextlib.suppress(NoCompletion):
                reduced = self._reduced(tree, name, series)
                if id(reduced) not in seen:
                    seen.add(id(reduced))
                    yield reduced

    def _reduced(self, tree: Tree, name: str, series: Series) -> Tree:
        """The tree once the facts about a finding are there."""
        if name not in self._counted(tree):
            return tree
        key = (id(tree), id(series))
        found = self._reductions.get(key)
        if found is None:
            found = self._reductions[key] = self._with(tree, name, series)
        return found

    def _with(self, tree: Tree, name: str, series: Series) -> Tree:
        if isinstance(tree, Group):
            return self._grouped(tree.every, [self._reduced(part, name, series) for part in tree.parts])
        if isinstance(tree, Opposite):
            return self._one(opposite(self._reduced(tree.part, name, series)))
        if isinstance(tree, Sure):
            return self._one(sure(self._reduced(tree.part, name, series)))
        if isinstance(tree, Truth) or tree.condition is None:
            return Truth.TRUE
        given = (*tree.given, (name, series))
        truth = self.workshop.truth(tree.condition, dict(given))
        if truth is not Truth.UNKNOWN:
            return truth
        rest = tuple(one for one in tree.findings if one != name)
        if not rest:
            raise NoCompletion
        return self._one(Leaf(tree.condition, rest, given))

    def _apart(self, group: Group) -> list[Tree]:
        """The parts of a group, those that share findings put together."""
        clusters: list[tuple[set[str], list[Tree]]] = []
        for part in group.parts:
            names, parts = set(self._counted(part)), [part]
            apart = []
            for others, held in clusters:
                if others & names:
                    names |= others
                    parts = [*held, *parts]
                else:
                    apart.append((others, held))
            clusters = [*apart, (names, parts)]
        return [parts[0] if len(parts) == 1 else Group(group.every, tuple(parts)) for _, parts in clusters]
