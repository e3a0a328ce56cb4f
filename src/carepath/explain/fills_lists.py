"""Lists that make the conditions on a list true or false."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from carepath.basis import Basis
from carepath.content.guideline import Finding
from carepath.explain.fills import conditions_on_items, parts_of, renewed, told_apart
from carepath.explain.tries import Series, Tries
from carepath.language.nodes import Condition, Count
from carepath.language.symbols import ValueType
from carepath.record.facts import Fact, Item, Part, value_text

#: At most so many different items, and so many ways to fill what items lack, are tried.
MAX_ITEMS = 60
MAX_FILLED = 400


def list_fills(finding: Finding, leaves: Sequence[Condition], tries: Tries) -> tuple[Series, ...]:
    """Lists that the leaves tell apart; where a list is known, what its items lack is filled in."""
    basis, name = tries.basis, finding.name
    facts, known = basis.situation.record.facts(name), basis.reading(name)
    if isinstance(known.value, tuple):
        day = known.date or basis.at
        lists: Iterator[tuple[Item, ...]] = _completed(known.value, finding, leaves, basis)
    elif isinstance(known.part, tuple):
        day = known.date or basis.at
        lists = itertools.islice(_extended(known.part, finding, leaves, basis), MAX_FILLED)
    else:
        day, lists = basis.at, _new_lists_told_apart(finding, leaves, tries)

    made = (tries.one((name, value_text(value)), renewed(facts, name, value, day)) for value in lists)
    return told_apart(tuple(made), name, leaves, tries)


def _new_lists_told_apart(finding: Finding, leaves: Sequence[Condition], tries: Tries) -> Iterator[tuple[Item, ...]]:
    """Of the lists made anew one for each way in which it settles the leaves.

    They depend on the content alone, and are worked out once for it.
    """
    basis = tries.basis
    kept = basis.prepared.kept.setdefault("lists", {})
    key = (finding.name, frozenset(leaves))
    if key not in kept:
        made = tuple((Fact(finding.name, items, basis.at),) for items in _new_lists(finding, leaves, basis))
        kept[key] = tuple(fact.value for (fact,) in told_apart(made, finding.name, leaves, tries))
    return iter(kept[key])


def _new_lists(finding: Finding, leaves: Sequence[Condition], basis: Basis) -> Iterator[tuple[Item, ...]]:
    """The empty list, each item, each two, and as many as a count asks for."""
    counts = [leaf for leaf in leaves if isinstance(leaf, Count)]
    most = max((int(basis.prepared.scope.constant(None, leaf.value)) + 1 for leaf in counts), default=2)
    distinct = {leaf.distinct for leaf in counts if leaf.distinct is not None}
    items = _items(finding, leaves, distinct, most, basis)
    if finding.empty_is_known:
        yield ()
    yield from ((item,) for item in items)
    yield from itertools.combinations(items, 2)
    for number in range(3, most + 1):
        for index in range(len(items)):
            yield tuple(items[(index + step) % len(items)] for step in range(number))
        for _, alike in itertools.groupby(items, key=lambda item: [item[key] for key in item if key not in distinct]):
            yield tuple(alike)[:number]


def _items(
    finding: Finding, leaves: Sequence[Condition], distinct: set[str], most: int, basis: Basis
) -> list[dict[str, Part]]:
    """Items in which what is counted by its different values varies fastest."""
    below = conditions_on_items(leaves)
    ordered = sorted(finding.type.parts.items(), key=lambda pair: pair[0] in distinct)
    choices: list[tuple[Part, ...]] = []
    for name, kind in ordered:
        wide = kind.values[:most] if name in distinct and kind.values else ()
        choices.append(wide or parts_of(kind, name, below, basis.prepared.scope))
    names = [name for name, _ in ordered]
    made = itertools.islice(itertools.product(*choices), MAX_ITEMS)
    return [dict(zip(names, values, strict=True)) for values in made]


def _completed(
    items: tuple[Item, ...], finding: Finding, leaves: Sequence[Condition], basis: Basis
) -> Iterator[tuple[Item, ...]]:
    """The list with every part that its items lack."""
    below = conditions_on_items(leaves)
    distinct = {leaf.distinct for leaf in leaves if isinstance(leaf, Count)}
    lacking = [
        (i, name, kind) for i, item in enumerate(items) for name, kind in finding.type.parts.items() if name not in item
    ]

    def choices(name: str, kind: ValueType) -> tuple[Part, ...]:
        return kind.values if name in distinct and kind.values else parts_of(kind, name, below, basis.prepared.scope)

    ways = itertools.product(*(choices(name, kind) for _, name, kind in lacking))
    for values in itertools.islice(ways, MAX_FILLED):
        made = [dict(item) for item in items]
        for (index, name, _), value in zip(lacking, values, strict=True):
            made[index][name] = value
        yield tuple(made)


def _extended(
    items: tuple[Item, ...], finding: Finding, leaves: Sequence[Condition], basis: Basis
) -> Iterator[tuple[Item, ...]]:
    """The list with every part that its items lack, alone and with others beside them."""
    for others in ((), *_new_lists(finding, leaves, basis)):
        for made in _completed(items, finding, leaves, basis):
            yield (*made, *others)
