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
from dataclasses import dataclass, field

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP
from carepath.explain.fills import Series, fills_of, situation_with
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
from carepath.language.truth import Truth, conjunction, disjunction, negation
from carepath.position import locate
from carepath.record.derived import Situation, settle
from carepath.record.facts import value_text
from carepath.record.snapshot import NOT_APPLICABLE

#: At most so many values are looked at for one tree, and there are at most so many sets.
MAX_VALUES = 20_000
MAX_SETS = 32

#: Findings that say from which moment a change counts.
MOMENTS = ("days_in_current_step", "last_step_change_date")

Sets = tuple[frozenset[str], ...]
Verdicts = frozenset[Truth]

_SEVERAL = 2
_OPEN: Verdicts = frozenset({Truth.UNKNOWN})
_ANY: Verdicts = frozenset(Truth)


class TooLarge(Exception):
    """There would be more to try than the limits allow."""


class NoCompletion(Exception):
    """Values that cannot stand together: a step of another pathway, a change that cannot be counted."""


@dataclass(frozen=True)
class Workshop:
    """What is worked out once for all trees of an assessment: values to try, and the truths that they give."""

    basis: Basis
    fills: dict[tuple[str, frozenset[Condition]], tuple[Series, ...]] = field(default_factory=dict)
    truths: dict[tuple[Condition, tuple[tuple[str, int], ...]], Truth] = field(default_factory=dict)

    def fills_of(self, name: str, leaves: Iterable[Condition]) -> tuple[Series, ...]:
        """What the facts about a finding could become; nothing for what does not apply to the patient."""
        own = tuple(leaf for leaf in leaves if name in leaf_findings(leaf) or _is_place(leaf, name))
        key = (name, frozenset(own))
        if key not in self.fills:
            applies = self.basis.reason(name) != NOT_APPLICABLE
            self.fills[key] = fills_of(name, own, self.basis) if applies else ()
        return self.fills[key]

    def truth(self, condition: Condition, series: Mapping[str, Series]) -> Truth:
        """The truth of a leaf when some findings have other facts."""
        key = (condition, tuple(sorted((name, id(facts)) for name, facts in series.items())))
        if key not in self.truths:
            self.truths[key] = self._truth(condition, series)
        return self.truths[key]

    def _truth(self, condition: Condition, series: Mapping[str, Series]) -> Truth:
        situation, scope = situation_with(self.basis, series), self.basis.prepared.scope
        if isinstance(condition, IsKnown) or is_derived(condition):
            return settle(condition, situation, scope)
        return Compiler(scope).compile(condition)(self._values(situation, series))

    def _values(self, situation: Situation, series: Mapping[str, Series]) -> dict[str, Known]:
        values = dict(self.basis.values)
        for name in series:
            value = situation.reading(name).value
            if isinstance(value, dt.date):
                values[name] = value.toordinal()
            elif value is not None and not isinstance(value, tuple):
                values[name] = value
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
        found = _Solver(tree, workshop).sets(tree)
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
    dated = [fact for name in (*names, *MOMENTS) for fact in basis.situation.record.facts(name)]
    if dated:
        yield basis.at
        yield tuple((one.finding, value_text(one.value), one.date, one.status, one.version) for one in dated)


class _Solver:
    """Works on one tree. Trees that come up again are known by their identity; ``_kept`` keeps them alive."""

    def __init__(self, tree: Tree, workshop: Workshop) -> None:
        self.workshop = workshop
        leaves = tuple(leaf.condition for leaf in leaves_in(tree) if leaf.condition is not None)
        self.names = findings_in(tree)
        self.fills = {name: workshop.fills_of(name, leaves) for name in self.names}
        self.left = MAX_VALUES
        self._kept: list[Tree] = []
        self._findings: dict[int, Counter[str]] = {}
        self._clusters: dict[int, list[Tree]] = {}
        self._branches: dict[tuple[int, str], tuple[Tree, ...]] = {}
        self._known: dict[tuple[int, frozenset[str]], Verdicts] = {}

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
        if not all(neutral in self._verdicts(one, every) for one in clusters):
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
        return Truth.UNKNOWN in self._verdicts(tree, names)

    def _verdicts(self, tree: Tree, names: frozenset[str]) -> Verdicts:
        """What a tree can come to when the findings named get values and nothing else becomes known."""
        if isinstance(tree, Truth):
            return frozenset({tree})
        if isinstance(tree, Opposite):
            return frozenset(negation(one) for one in self._verdicts(tree.part, names))
        if isinstance(tree, Sure):
            inner = self._verdicts(tree.part, names)
            return frozenset(Truth.UNKNOWN if one is Truth.UNKNOWN else Truth.TRUE for one in inner)
        counted = self._counted(tree)
        key = (id(tree), names.intersection(counted))
        if key not in self._known:
            clusters = self._clusters_of(tree) if isinstance(tree, Group) else []
            if isinstance(tree, Group) and len(clusters) > 1:
                self._known[key] = self._combined(tree, clusters, names)
            else:
                self._known[key] = self._branched(tree, names)
        return self._known[key]

    def _counted(self, tree: Tree) -> Counter[str]:
        """The findings that a tree reads, with how many leaves read each."""
        if id(tree) not in self._findings:
            self._kept.append(tree)
            self._findings[id(tree)] = Counter(name for leaf in leaves_in(tree) for name in leaf.findings)
        return self._findings[id(tree)]

    def _clusters_of(self, group: Group) -> list[Tree]:
        if id(group) not in self._clusters:
            self._clusters[id(group)] = clusters_of(group)
        return self._clusters[id(group)]

    def _combined(self, group: Group, clusters: list[Tree], names: frozenset[str]) -> Verdicts:
        """The verdicts of parts that share no finding, in every combination."""
        combine = conjunction if group.every else disjunction
        found: Verdicts | None = None
        for cluster in clusters:
            own = self._verdicts(cluster, names)
            found = own if found is None else frozenset(combine(pair) for pair in itertools.product(found, own))
        return found or frozenset()

    def _branched(self, tree: Tree, names: frozenset[str]) -> Verdicts:
        """The verdicts for each value of the finding that most parts of a tree share."""
        counted = self._counted(tree)
        shared = sorted(name for name in counted if name in names)
        if not shared:
            return _OPEN
        name = max(shared, key=lambda one: counted[one])
        found: Verdicts = frozenset() if self.fills[name] else _OPEN
        for reduced in self._branches_of(tree, name):
            found |= self._verdicts(reduced, names)
            if found == _ANY:
                break
        return found

    def _branches_of(self, tree: Tree, name: str) -> tuple[Tree, ...]:
        """The tree once for each value of a finding; values that cannot stand with others are left out."""
        key = (id(tree), name)
        if key not in self._branches:
            found = []
            for series in self.fills[name]:
                self.left -= 1
                if self.left < 0:
                    raise TooLarge
                with contextlib.suppress(NoCompletion):
                    found.append(self._reduced(tree, name, series))
            self._branches[key] = tuple(found)
        return self._branches[key]

    def _reduced(self, tree: Tree, name: str, series: Series) -> Tree:
        """The tree once the facts about a finding are there."""
        if isinstance(tree, Truth):
            return tree
        if isinstance(tree, Group):
            parts = [self._reduced(part, name, series) for part in tree.parts]
            return all_of(parts) if tree.every else any_of(parts)
        if isinstance(tree, Opposite):
            return opposite(self._reduced(tree.part, name, series))
        if isinstance(tree, Sure):
            return sure(self._reduced(tree.part, name, series))
        if name not in tree.findings:
            return tree
        if tree.condition is None:
            return Truth.TRUE
        given = (*tree.given, (name, series))
        truth = self.workshop.truth(tree.condition, dict(given))
        if truth is not Truth.UNKNOWN:
            return truth
        rest = tuple(one for one in tree.findings if one != name)
        if not rest:
            raise NoCompletion
        return Leaf(tree.condition, rest, given)


def clusters_of(group: Group) -> list[Tree]:
    """The parts of a group, those that share findings put together."""
    clusters: list[tuple[set[str], list[Tree]]] = []
    for part in group.parts:
        names, parts = set(findings_in(part)), [part]
        apart = []
        for others, held in clusters:
            if others & names:
                names |= others
                parts = [*held, *parts]
            else:
                apart.append((others, held))
        clusters = [*apart, (names, parts)]
    return [parts[0] if len(parts) == 1 else Group(group.every, tuple(parts)) for _, parts in clusters]
