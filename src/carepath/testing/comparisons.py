"""Which numbers the findings of a patient are compared with.

That is what values are gathered around, drawn at random or one by one. On which side of a comparison a patient is, and
where in the content it stands, is for ``thresholds`` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from carepath.language.evaluate import Scope
from carepath.language.nodes import Among, Compare, Condition, FindingRef


def numbers_compared(leaves: Iterable[Condition], scope: Scope) -> Iterator[tuple[str, int | float]]:
    """Each finding that a leaf compares with a number, or looks for among numbers, with that number."""
    for leaf in leaves:
        if not isinstance(leaf, Compare | Among) or not isinstance(leaf.operand, FindingRef):
            continue
        for value in leaf.values if isinstance(leaf, Among) else (leaf.value,):
            constant = scope.constant(leaf.operand, value)
            if isinstance(constant, int | float) and not isinstance(constant, bool):
                yield leaf.operand.name, constant
