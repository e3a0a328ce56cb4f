"""A patient with other facts about some findings: what the leaves of conditions would come to, each worked out once."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP
from carepath.language.evaluate import Known, Looks
from carepath.language.nodes import Condition, IsKnown, is_derived
from carepath.language.truth import Truth
from carepath.position import locate
from carepath.record.derived import Situation
from carepath.record.facts import Bounds, Fact
from carepath.record.snapshot import Reading, read_series

#: The facts about a finding in the order of their dates.
Series = tuple[Fact, ...]
#: Findings with the facts that are tried of them, in the order of their names.
Given = tuple[tuple[str, Series], ...]
NOTHING: Given = ()

#: True, false or unknown of a leaf, for each of what is tried beside.
Told = tuple[bool | None, ...]

#: Tells the truth of one leaf, when some findings have the facts given.
Teller = Callable[[Given], Truth]

#: What is tried of the other findings of a leaf, beside those that are tried of one.
Beside = Callable[[Condition, str, "Tries"], Sequence[Given]]

BY_NAME = operator.itemgetter(0)
#: Values that no condition compares: the record settles what is asked of them.
_NOT_COMPARED = (tuple, Bounds)


class Tries:
    """What facts that are tried of findings make of one patient.

    Series, and what is given of several findings, are told apart by what they are, not by what they hold: those that
    were made are to be used again. What stands here under the identity of objects stands beside these objects, which
    are kept: so nothing else can get their identity.
    """

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._looks = Looks(basis.prepared.scope, basis.prepared.looks)
        self._series: dict[Hashable, Series] = {}
        self._kept: dict[Hashable, tuple[Series, ...]] = {}
        self._told: dict[tuple[int, int], tuple[Condition, tuple[Series, ...], tuple[Told | None, ...]]] = {}
        self._given: dict[tuple[int, int], Given] = {}
        self._first_given: dict[tuple[int, ...], Given] = {}
        self._tellers: dict[int, tuple[Condition, Teller]] = {}
        self._readings: dict[int, Reading] = {}
        # By the identity of what is given.
        self._situations: dict[int, Situation] = {}
        self._values: dict[int, Mapping[str, Known]] = {}
        self._steps: dict[int, Mapping[str, Known]] = {}

    def one(self, key: Hashable, series: Series) -> Series:
        """The series that was made first under a key."""
        return self._series.setdefault(key, series)

    def kept(self, key: Hashable, make: Callable[[], Iterable[Series]]) -> tuple[Series, ...]:
        """Series to choose from, made once for a key."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = tuple(make())
        return found

    def given(self, before: Given, name: str, series: Series) -> Given:
        """What is given, and the facts about one more finding; one object, in whatever order they were given."""
        key = (id(before), id(series))
        found = self._given.get(key)
        if found is None:
            made = tuple(sorted((*before, (name, series)), key=BY_NAME))
            found = self._first_given.setdefault(tuple([id(one) for _, one in made]), made)
            self._given[key] = found
        return found

    def told(
        self, leaf: Condition, name: str, candidates: tuple[Series, ...], beside: Beside
    ) -> tuple[Told | None, ...]:
        """What each of several series of a finding makes of a leaf, with what is tried beside it; None for nothing."""
        key = (id(leaf), id(candidates))
        found = self._told.get(key)
        if found is None:
            others = beside(leaf, name, self) if candidates else ()
            told = tuple(self._told_by(leaf, name, series, others) for series in candidates)
            found = self._told[key] = (leaf, candidates, told)
        return found[2]

    def _told_by(self, leaf: Condition, name: str, series: Series, others: Iterable[Given]) -> Told | None:
        truths = [self.truth(leaf, self.given(other, name, series)) for other in others]
        told = tuple(None if truth is Truth.UNKNOWN else truth is Truth.TRUE for truth in truths)
        return told if any(one is not None for one in told) else None

    def truth(self, leaf: Condition, given: Given) -> Truth:
        """The truth of a leaf that is unknown, when some findings have the facts given."""
        found = self._tellers.get(id(leaf))
        if found is None:
            found = self._tellers[id(leaf)] = (leaf, self._teller(leaf))
        return found[1](given)

    def _teller(self, leaf: Condition) -> Teller:
        """What tells the truth of a leaf; of one that the record settles each truth is worked out once."""
        if isinstance(leaf, IsKnown) or is_derived(leaf):
            settle, truths = self.basis.prepared.settler_of(leaf), dict[int, Truth]()

            def settled(given: Given) -> Truth:
                found = truths.get(id(given))
                if found is None:
                    found = truths[id(given)] = settle(self._situation(given))
                return found

            return settled
        look = self._looks.of(leaf)
        # A leaf that was unknown reads nothing that was known, apart from what the present step is found by.
        values = self._placed if PRESENT_STEP in leaf_findings(leaf) else self._known
        return lambda given: look(values(given), {})[0]

    def _situation(self, given: Given) -> Situation:
        """The situation of the patient with the facts given."""
        found = self._situations.get(id(given))
        if found is None:
            readings = {name: self._reading(name, series) for name, series in given}
            found = self._situations[id(given)] = self.basis.situation.with_facts(dict(given), readings)
        return found

    def _reading(self, name: str, series: Series) -> Reading:
        found = self._readings.get(id(series))
        if found is None:
            basis = self.basis
            found = read_series(basis.situation.findings[name], series, basis.prepared.scope.parameters, basis.at)
            self._readings[id(series)] = found
        return found

    def _known(self, given: Given) -> Mapping[str, Known]:
        """What the facts given make known, as conditions read it."""
        found = self._values.get(id(given))
        if found is None:
            known: dict[str, Known] = {}
            for name, series in given:
                value = self._reading(name, series).value
                if isinstance(value, dt.date):
                    known[name] = value.toordinal()
                elif value is not None and not isinstance(value, _NOT_COMPARED):
                    known[name] = value
            found = self._values[id(given)] = known
        return found

    def _placed(self, given: Given) -> Mapping[str, Known]:
        """What was known and what the facts given make known, with the present step that they give."""
        found = self._steps.get(id(given))
        if found is None:
            values = {**self.basis.values, **self._known(given)}
            chosen = values.get(PATHWAY)
            pathway = self.basis.guideline.pathways[str(chosen)] if chosen is not None else None
            step = locate(pathway, values, self.basis.prepared.scope, self._looks).step
            if step is not None:
                values[PRESENT_STEP] = step
            found = self._steps[id(given)] = values
        return found
