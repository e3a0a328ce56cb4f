"""The strategies themselves: what they promise to those who test with them."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from hypothesis import Phase, find, settings
from hypothesis import given as for_all

from carepath import ArgumentError, MissingExtra
from carepath.testing.strategies import PatientData, patients, values
from tests.laws.helpers import AT, GUIDELINE, MOVES, Case, law, of_kind

QUICK = settings(max_examples=2_000, deadline=None, derandomize=True, database=None)


@law(40)
@for_all(patients(GUIDELINE, pathway="spine", at=AT, known=("age_years", "wpn_class"), unknown=("rf_hot_joint",)))
def test_known_findings_are_always_known_and_unknown_ones_never(patient: PatientData) -> None:
    assessment = Case(patient).assess()
    assert assessment.basis.reason("age_years") is None
    assert assessment.basis.reason("wpn_class") is None
    assert "rf_hot_joint" not in patient


@pytest.mark.parametrize("at", [dt.date(1, 1, 2), dt.date(9999, 12, 31)])
def test_the_first_and_the_last_days_of_the_calendar_can_be_used(at: dt.date) -> None:
    patient = find(patients(GUIDELINE, at=at), lambda patient: bool(patient), settings=QUICK)  # noqa: PLW0108
    Case(patient, None, at).assess()


@pytest.mark.parametrize("kind", sorted(MOVES))
@pytest.mark.parametrize("pathway", ["spine"])
def test_every_step_change_and_referral_comes_out_of_some_patient(kind: str, pathway: str) -> None:
    def moves(patient: PatientData) -> bool:
        return bool(of_kind(Case(patient, pathway).assess(), kind))

    find(patients(GUIDELINE, pathway=pathway, at=AT), moves, settings=settings(QUICK, phases=[Phase.generate]))


def test_a_failing_patient_shrinks_to_what_makes_it_fail() -> None:
    def flagged(patient: PatientData) -> bool:
        return any(one.urgency == "urgent" for one in Case(patient).assess().recommendations)

    patient = find(patients(GUIDELINE, pathway="spine", at=AT), flagged, settings=QUICK)
    assert len(patient) <= 2
    assert True in patient.values()


def test_values_gather_around_what_rules_compare_with() -> None:
    ages = values(GUIDELINE, "age_years", at=AT)
    for wanted in (17, 18, 19):
        assert find(ages, wanted.__eq__, settings=QUICK) == wanted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pathway": "spin"}, "did you mean 'spine'"),
        ({"known": ["age_year"]}, "did you mean 'age_years'"),
        ({"known": ["age_years"], "unknown": ["age_years"]}, "both known and unknown"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        patients(GUIDELINE, at=AT, **arguments)  # type: ignore[arg-type]


def test_without_hypothesis_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in ("carepath.testing.strategies", "carepath.testing.finding_values"):
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtra, match=r"carepath\[testing\]"):
        __import__("carepath.testing.strategies")
