"""Times works against each other: in turns, so that what disturbs the machine disturbs all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")
MICRO = 1e6
#: Items of one loop, before it is another work's turn.
LOOP = 10
_P99 = 0.99


@dataclass(frozen=True, slots=True)
class Times:
    """What a work took for each item: seconds, each the median of all rounds."""

    seconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        """The median over the items, in microseconds."""
        return statistics.median(self.seconds) * MICRO

    @property
    def p99(self) -> float:
        """What 99 of 100 items stay below, in microseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * _P99))] * MICRO

    @property
    def worst(self) -> float:
        """The item that took longest, in microseconds."""
        return max(self.seconds) * MICRO

    @property
    def slowest(self) -> int:
        """Which item took longest."""
        return self.seconds.index(max(self.seconds))

    def times(self, other: Times) -> float:
        """How many times what the other took: the median over the items of the ratios of each."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(own / its for own, its in pairs)


@dataclass(frozen=True, slots=True)
class Work:
    """What is timed for each item; ``prepare`` makes of the item what it is given, and is not timed."""

    run: Callable[[Any], object]
    prepare: Callable[[Any], object] | None = None


def interleaved(works: Mapping[str, Work], items: Sequence[Item], rounds: int) -> dict[str, Times]:
    """The times of several works on the same items: short loops over some items, for one work after the other.

    Short, so that a machine that gets slower does so for all; loops, so that each work finds the processor's caches
    as it left them. In each round all items are worked on. One round goes before, untimed: what is built on first use
    is there.
    """
    taken: dict[str, list[list[float]]] = {name: [[] for _ in items] for name in works}
    for measured in (False, *[True] * rounds):
        gc.collect()
        for first in range(0, len(items), LOOP):
            for name, work in works.items():
                for index, item in enumerate(items[first : first + LOOP], start=first):
                    given = work.prepare(item) if work.prepare is not None else item
                    start = time.process_time()
                    work.run(given)
                    seconds = time.process_time() - start
                    if measured:
                        taken[name][index].append(seconds)
    return {name: Times(tuple(statistics.median(one) for one in found)) for name, found in taken.items()}
