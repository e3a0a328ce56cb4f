"""What the laws share: the shipped guideline, patients on a pathway, and deliberately broken guidelines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from carepath import Assessment, Guideline, Recommendation, assess, load_guideline
from carepath.testing.strategies import PatientData, patients, values
from tests.examples import ORDINARY
from tests.patients import EXHAUSTED, NO_RED_FLAG

GUIDELINE = load_guideline()
AT = dt.date(2026, 3, 2)
PATHWAYS: tuple[str | None, ...] = (*GUIDELINE.pathways, None)
_NUMBERS = itertools.count()
#: What moves a patient: a step change or a referral.
MOVES = frozenset({"escalate", "deescalate", "imsr_assessment", "matched_care_referral"})
REFERRALS = frozenset({"imsr_assessment", "matched_care_referral"})
LEAVES_AT_ONCE = frozenset({"emergency", "urgent"})


def law(examples: int, *, thorough: int | None = None) -> settings:
    """The settings of a property: always the same examples, whatever the machine and its load.

    With ``--hypothesis-profile=thorough`` it is tried on as many as are named for it; where none are, on as many times
    more as ``tests/conftest.py`` says.
    """
    chosen = settings().max_examples
    examples = thorough if thorough is not None and chosen > ORDINARY else examples * chosen // ORDINARY
    health = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=health)


@dataclass(frozen=True, repr=False)
class Case:
    """A patient, the pathway on which the assessment is made, and the date."""

    patient: PatientData
    pathway: str | None = "spine"
    at: dt.date = AT
    guideline: Guideline = GUIDELINE

    def __repr__(self) -> str:
        return f"Case({self.patient!r}, {self.pathway!r})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: ANN401, FBT001 - Hypothesis calls it so
        printer.text(repr(self))

    def assess(self, engine: str = "direct") -> Assessment:
        return assess(self.patient, pathway=self.pathway, at=self.at, guideline=self.guideline, engine=engine)

    def with_finding(self, name: str, value: object) -> Case:
        return dataclasses.replace(self, patient={**self.patient, name: value})

    def without(self, *names: str) -> Case:
        kept = {name: value for name, value in self.patient.items() if name not in names}
        return dataclasses.replace(self, patient=kept)


_VALUES: dict[tuple[str | None, str], st.SearchStrategy[object]] = {}


@functools.cache
def cases(*, unknown: tuple[str, ...] = ()) -> st.SearchStrategy[Case]:
    """Patients on one of the pathways, or on none."""
    on = [(patients(GUIDELINE, pathway=name, at=AT, unknown=unknown), st.just(name)) for name in PATHWAYS]
    return st.one_of([st.builds(Case, patient, name) for patient, name in on])


def value_of(finding: str, pathway: str | None) -> st.SearchStrategy[object]:
    """Values of one finding."""
    key = (pathway, finding)
    if key not in _VALUES:
        _VALUES[key] = values(GUIDELINE, finding, pathway=pathway, at=AT)
    return _VALUES[key]


def broken(**changes: Any) -> Guideline:  # noqa: ANN401 - any field of a guideline
    """The shipped guideline with parts replaced, under a hash of its own so that nothing prepared is taken for it."""
    return dataclasses.replace(GUIDELINE, content_hash=f"broken-{next(_NUMBERS)}", **changes)


def renamed() -> Guideline:
    """The shipped guideline under another hash: what is patched in the evaluator is seen by it."""
    return broken(origin="patched")


def must_fail(check: Callable[..., None], *arguments: object) -> None:
    """A check that cannot fail proves nothing."""
    with pytest.raises(AssertionError):
        check(*arguments)


def identity(one: Recommendation) -> tuple[object, ...]:
    """What makes a recommendation the same recommendation in another assessment."""
    asked = one.rules if one.kind == "insufficient_information" else ()
    return (one.kind, one.target, one.urgency, one.level, one.group, one.topic, one.internal_step, asked)


def of_kind(assessment: Assessment, *kinds: str) -> list[Recommendation]:
    return [one for one in assessment.recommendations if one.kind in kinds]


def given(assessment: Assessment) -> Iterator[Recommendation]:
    """Everything that an assessment holds: recommendations, notes, and what is set aside."""
    yield from (*assessment.recommendations, *assessment.notes)
    yield from (one.recommendation for one in assessment.set_aside)


def outputs(recommendations: Iterator[Recommendation] | tuple[Recommendation, ...]) -> set[tuple[str, int]]:
    """The outputs of rules behind recommendations: the id of the rule and which of its outputs."""
    return {
        (contribution.rule.id, contribution.output.index)
        for one in recommendations
        for contribution in one.contributions
        if contribution.rule is not None and contribution.output is not None
    }


#: Screened on every pathway, adult, at a step of line 1, in pain for a year: nothing here calls for anything.
SCREENED: PatientData = {
    **NO_RED_FLAG,
    "age_years": 45,
    "current_node": "SP1",
    "pain_duration_months": 12,
}
#: A patient for whom stepped care is exhausted as the insurers read it.
LAST_RESORT: PatientData = {**SCREENED, **EXHAUSTED}
#: A patient who attained all goals and agrees to step down.
STEP_DOWN: PatientData = {
    **SCREENED,
    "goals_attained": "all",
    "participation_change": "better",
    "patient_agrees_to_step_down": True,
}
