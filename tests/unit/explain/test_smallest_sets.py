"""What is remembered of smallest sets: the same answer in whatever order patients and days come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carepath import Assessment, assess
from carepath.explain import smallest_sets
from carepath.explain.workshop import Workshop
from tests.unit.explain.patients import PATIENTS

EARLY, AT = "0001-01-20", "2026-03-02"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    assess({}, at=AT, engine="direct").basis.prepared.kept.clear()
    smallest_sets.forget()
    yield
    smallest_sets.forget()


def said(at: str) -> list[object]:
    return [one.to_dict() for one in assess({}, pathway="spine", at=at, engine="direct").missing]


@pytest.mark.parametrize(("first", "later"), [(EARLY, AT), (AT, EARLY)])
def test_a_day_with_few_days_before_it_says_nothing_of_another(first: str, later: str) -> None:
    fresh = said(later)
    _forget(assess({}, at=AT, engine="direct"))
    said(first)
    assert said(later) == fresh


def test_a_day_with_few_days_before_it_leaves_less_to_find_out() -> None:
    assert said(EARLY) != said(AT)


def test_an_error_is_not_remembered_as_too_much_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    pathway, patient = PATIENTS["self-care failed"]
    fresh = [one.to_dict() for one in assess(patient, pathway=pathway, at=AT, engine="direct").missing]
    _forget(assess({}, at=AT, engine="direct"))
    with monkeypatch.context() as broken:
        broken.setattr(Workshop, "fills", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ = assess(patient, pathway=pathway, at=AT, engine="direct").missing
    assert [one.to_dict() for one in assess(patient, pathway=pathway, at=AT, engine="direct").missing] == fresh


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _forget(assessment: Assessment) -> None:
    assessment.basis.prepared.kept.clear()
    smallest_sets.forget()
