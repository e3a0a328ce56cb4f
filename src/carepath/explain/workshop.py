"""What is worked out once for all open trees of one patient: their parts, the facts to try, what was recorded."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import CURRENT_NODE, PRESENT_STEP
from carepath.explain.fills import day_with_little_before, fills_of
from carepath.explain.shared_parts import LEAF, Forest, Part, leaves_in
from carepath.explain.tries import Series, Tries
from carepath.language.nodes import Condition
from carepath.record.derived import STEP_STARTS
from carepath.record.facts import value_text
from carepath.record.snapshot import NOT_APPLICABLE


class Workshop:
    """What is worked out once for all trees of an assessment.

    Args:
        basis: what the assessment was made from.
    """

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.tries = Tries(basis)
        self.forest = Forest(self.tries)
        self._fills: dict[tuple[str, frozenset[int]], tuple[Series, ...]] = {}
        self._about: dict[int, tuple[str, ...]] = {}
        self._keys: dict[Part, Hashable] = {}
        self._recorded: dict[str, tuple[object, ...]] = {}
        self._place: tuple[object, ...] | None = None

    # --- facts to try ------------------------------------------------------------------------------------------------

    def fills(self, part: Part) -> dict[str, tuple[Series, ...]]:
        """By finding of a part what the facts about it could become; nothing for what does not apply to the patient."""
        about: dict[str, dict[int, Condition]] = {name: {} for name in part.reads}
        for leaf in leaves_in(part):
            if leaf.condition is not None:
                for name in self._findings_of(leaf.condition):
                    if name in about:
                        about[name][id(leaf.condition)] = leaf.condition
        return {name: self._fills_of(name, leaves) for name, leaves in about.items()}

    def _fills_of(self, name: str, leaves: dict[int, Condition]) -> tuple[Series, ...]:
        if self.basis.guideline.findings[name].type.kind == "bool":
            leaves = {}  # both values, whatever reads it
        key = (name, frozenset(leaves))
        found = self._fills.get(key)
        if found is None:
            applies = self.basis.reason(name) != NOT_APPLICABLE
            found = self._fills[key] = fills_of(name, tuple(leaves.values()), self.tries) if applies else ()
        return found

    def _findings_of(self, leaf: Condition) -> tuple[str, ...]:
        """The findings that a leaf is about; where it reads the present step, the one that settles it."""
        found = self._about.get(id(leaf))
        if found is None:
            names = leaf_findings(leaf)
            found = self._about[id(leaf)] = (*names, CURRENT_NODE) if PRESENT_STEP in names else names
        return found

    # --- what an answer depends on -----------------------------------------------------------------------------------

    def key(self, part: Part) -> Hashable:
        """What is the same for any patient of whom the same is open and the same is recorded of its findings."""
        return (self.basis.prepared, self._written(part), *self._depends_on(part.reads))

    def _written(self, part: Part) -> Hashable:
        """What a part says, however it was built; equal conditions of a guideline are one object, and stay."""
        found = self._keys.get(part)
        if found is None:
            if part.role == LEAF:
                found = (id(part.condition), tuple(part.reads.items()))
            else:
                found = (part.role, *map(self._written, part.below))
            self._keys[part] = found
        return found

    def _depends_on(self, names: Iterable[str]) -> Iterator[object]:
        """What was recorded of findings; where that is something, or little lies before the date, also the date."""
        recorded = tuple(map(self._recorded_of, names))
        yield recorded
        if CURRENT_NODE in names:
            yield self._position()
        starts = tuple(map(self._recorded_of, STEP_STARTS))
        if any(len(one) > 1 for one in (*recorded, *starts)):
            yield (self.basis.at, starts)
        else:
            yield day_with_little_before(self.basis.at)

    def _recorded_of(self, name: str) -> tuple[object, ...]:
        """Whether a finding does not apply, and what was recorded of it."""
        found = self._recorded.get(name)
        if found is None:
            facts = self.basis.situation.record.facts(name)
            said = ((value_text(one.value), one.date, one.status, one.version) for one in facts)
            found = self._recorded[name] = (self.basis.reason(name) == NOT_APPLICABLE, *said)
        return found

    def _position(self) -> tuple[object, ...]:
        if self._place is None:
            pathway = self.basis.pathway
            name = pathway.name if pathway is not None else None
            self._place = (name, frozenset(self.basis.values.items()))
        return self._place
