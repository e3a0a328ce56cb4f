"""The patients on whom laws are tried: a guideline, a date and pathways, and strategies for what stands in a record."""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from carepath.assessing import assess, evaluation_date
from carepath.assessment import Assessment
from carepath.content.guideline import Guideline
from carepath.errors import ArgumentError, Problem, nearest
from carepath.testing.extra import st
from carepath.testing.finding_values import FindingValues, values_of
from carepath.testing.leads import leads_of
from carepath.testing.strategies import PatientData, patients

T = TypeVar("T")

#: In how many orders the rules, terms and parameters of a guideline are put.
ORDERS = 4


@dataclass(frozen=True, repr=False)
class Case:
    """A patient on a pathway (None: on none is chosen) and a date, with the guideline that is asked."""

    guideline: Guideline
    pathway: str | None
    at: dt.date
    patient: PatientData

    def __repr__(self) -> str:
        return f"<{len(self.patient)} findings on {self.pathway or 'no pathway'}>"

    def assess(self, engine: str = "direct") -> Assessment:
        """What the guideline says of the patient, worked out anew."""
        return assess(self.patient, pathway=self.pathway, at=self.at, guideline=self.guideline, engine=engine)

    @functools.cached_property
    def assessment(self) -> Assessment:
        """What the direct evaluator says of the patient, worked out once."""
        return self.assess()

    def having(self, found: Mapping[str, object]) -> Case:
        """The same patient with other values of findings."""
        return replace(self, patient={**self.patient, **found})

    def without(self, names: Iterable[str]) -> Case:
        """The same patient, of whom less is known."""
        gone = frozenset(names)
        return replace(self, patient={name: value for name, value in self.patient.items() if name not in gone})

    @property
    def is_possible(self) -> bool:
        """Whether no part of a questionnaire stands above its total."""
        for name, finding in self.guideline.findings.items():
            part, whole = self.patient.get(name), self.patient.get(finding.never_above or "")
            if isinstance(part, int | float) and isinstance(whole, int | float) and part > whole:
                return False
        return True


@dataclass(frozen=True, repr=False)
class Trial:
    """What a law looks at: a patient and, for most laws, a second one, who differs in what the law says."""

    first: Case
    second: Case

    def __repr__(self) -> str:
        return f"{self.first!r} and {self.second!r}" if self.second is not self.first else repr(self.first)

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings that stand in either patient."""
        return tuple(dict.fromkeys([*self.first.patient, *self.second.patient]))

    def without(self, names: Iterable[str]) -> Trial:
        """The same trial of patients of whom less is known."""
        gone = tuple(names)
        first = self.first.without(gone)
        return Trial(first, first if self.second is self.first else self.second.without(gone))

    def having(self, name: str, value: object) -> Trial:
        """The same trial with another value of a finding, where it stands."""
        first, second = (one.having({name: value}) if name in one.patient else one for one in (self.first, self.second))
        return Trial(first, first if self.second is self.first else second)


class Population:
    """The patients on some pathways of a guideline on a date; strategies are made once and kept."""

    def __init__(self, guideline: Guideline, at: dt.date, pathways: tuple[str | None, ...]) -> None:
        self.guideline = guideline
        self.at = at
        self.pathways = pathways

    @functools.cached_property
    def cases(self) -> st.SearchStrategy[Case]:
        """Patients on one of the pathways."""
        return st.one_of([self._cases(name) for name in self.pathways])

    def _cases(self, pathway: str | None) -> st.SearchStrategy[Case]:
        any_kind = patients(self.guideline, pathway=pathway, at=self.at)
        made = st.one_of(any_kind, self._led(pathway)).map(
            lambda patient: Case(self.guideline, pathway, self.at, patient)
        )
        return made.filter(lambda case: case.is_possible)

    def _led(self, pathway: str | None) -> st.SearchStrategy[PatientData]:
        """Patients of whom little is known but what leads to one or two step changes or other conditions."""
        leads = leads_of(self._values(pathway))
        ready, ways = leads.ready, (*leads.ways, *leads.aims.values())
        moves = leads.ways or ways

        @st.composite
        def patient(draw: st.DrawFn) -> PatientData:
            wanted = dict(draw(st.sampled_from((ready, ready, ready, {}))))
            if moves:
                for _ in range(draw(st.integers(1, 2))):
                    wanted |= draw(st.sampled_from(draw(st.sampled_from(moves))))
            also: bool = draw(st.booleans())
            if ways and also:
                wanted |= draw(st.sampled_from(draw(st.sampled_from(ways))))
            return {name: draw(wanted[name]) for name in self.guideline.findings if name in wanted}

        return patient()

    def values(self, finding: str, pathway: str | None) -> st.SearchStrategy[object]:
        """Known values of one finding, as they stand in a record."""
        return self._values(pathway).plain(self.guideline.findings[finding])

    def _values(self, pathway: str | None) -> FindingValues:
        return values_of(self.guideline, pathway, self.at)

    @functools.cached_property
    def reordered(self) -> tuple[Guideline, ...]:
        """The same guideline with its rules, terms and parameters in other orders."""
        return tuple(_reordered(self.guideline, number) for number in range(ORDERS))


def _reordered(guideline: Guideline, number: int) -> Guideline:
    """The guideline in one other order: turned round, or shuffled, always the same way."""

    def put(items: Mapping[str, T]) -> dict[str, T]:
        pairs = list(reversed([*items.items()]))
        if number:
            random.Random(number).shuffle(pairs)  # noqa: S311 - any order will do, always the same one
        return dict(pairs)

    return replace(
        guideline,
        # Under a hash of its own, so that nothing that was prepared in another order is taken for it.
        content_hash=f"{guideline.content_hash}-order-{number}",
        rules=put(guideline.rules),
        terms=put(guideline.terms),
        parameters=put(guideline.parameters),
    )


#: The last ones that were made: the laws are called one after another on the same guideline.
_recent: deque[Population] = deque(maxlen=4)


def population_of(
    guideline: Guideline, *, at: dt.date | str, pathways: Iterable[str | None] | None, examples: int
) -> Population:
    """The patients on whom a law is tried.

    Raises:
        ArgumentError: with everything that is wrong with the arguments.
    """
    problems: list[Problem] = []
    names: tuple[str | None, ...] = ()
    if isinstance(guideline, Guideline):
        names = _pathways(guideline, pathways, problems)
    else:
        message = f"a law is asked of a Guideline, not of a value of type {type(guideline).__name__}"
        problems.append(Problem("CP082", message, None, "load it first: carepath.load_guideline(path)"))
    if isinstance(examples, bool) or not isinstance(examples, int) or examples < 1:
        shown = str(examples) if isinstance(examples, int) else f"a value of type {type(examples).__name__}"
        problems.append(Problem("CP082", f"examples: {shown} is no number of patients", None, "give 1 or more"))
    try:
        day = evaluation_date(at)
    except ArgumentError as error:
        problems += error.problems
    if problems:
        raise ArgumentError(problems)
    for one in tuple(_recent):
        if one.guideline is guideline and one.at == day and one.pathways == names:
            return one
    made = Population(guideline, day, names)
    _recent.append(made)
    return made


def _pathways(guideline: Guideline, wanted: object, problems: list[Problem]) -> tuple[str | None, ...]:
    if wanted is None:
        return (*guideline.pathways, None)
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        shown = f"the text {wanted[:60]!r}" if isinstance(wanted, str) else f"a value of type {type(wanted).__name__}"
        problems.append(Problem("CP082", f"pathways: {shown} is no list of names", None, 'write pathways=["name"]'))
        return ()
    names: dict[str | None, None] = {}
    given = tuple(wanted)
    for one in given:
        if one is None or (isinstance(one, str) and one in guideline.pathways):
            names[one] = None
            continue
        shown = repr(one[:60]) if isinstance(one, str) else f"of type {type(one).__name__}"
        advice = nearest(one if isinstance(one, str) else "", guideline.pathways)
        problems.append(Problem("CP080", f"there is no pathway {shown}", None, advice))
    if not given:
        problems.append(Problem("CP082", "no pathway is named", None, "name one, or leave `pathways` out"))
    return tuple(names)
