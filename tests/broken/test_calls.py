"""Calls that cannot be carried out: what was asked for in another way than the library takes it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import carepath
from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, CarepathError, ContentError, MissingExtra
from tests.broken.generated import BASE

AT = dt.date(2026, 3, 2)
PATIENT = {"age_years": 47, "rf_cauda_equina": False}


class Raising:
    """A value that cannot even be compared."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        message = "compared"
        raise RuntimeError(message)


#: By option a value that it does not take, the code, and words of the advice.
WRONG: list[tuple[str, Any, str, str]] = [
    ("engine", "bth", "CP082", "did you mean 'both'?"),
    ("engine", ["both"], "CP082", "valid: both, direct"),
    ("engine", 10**5_000, "CP082", "valid: both, direct"),
    ("engine", Raising(), "CP082", "valid: both, direct"),
    ("lang", "de", "CP082", "valid: en, nl"),
    ("lang", None, "CP082", "valid: en, nl"),
    ("pathway", "spin", "CP080", "did you mean 'spine'?"),
    ("pathway", ["spine"], "CP080", "valid: neuropathic, other_msk, spine"),
    ("pathway", 10**5_000, "CP080", "valid: neuropathic, other_msk, spine"),
    ("at", None, "CP081", "YYYY-MM-DD"),
    ("at", "", "CP081", "YYYY-MM-DD"),
    ("at", "yesterday", "CP081", "YYYY-MM-DD"),
    ("at", "2026-02-30", "CP081", "YYYY-MM-DD"),
    ("at", "20260302", "CP081", "YYYY-MM-DD"),
    ("at", "2026-W10-1", "CP081", "YYYY-MM-DD"),
    ("at", "2026-03-02T00:00:00", "CP081", "YYYY-MM-DD"),
    ("at", "2026-03-0\u0662", "CP081", "YYYY-MM-DD"),
    ("at", 20260302, "CP081", "YYYY-MM-DD"),
    ("at", 10**5_000, "CP081", "YYYY-MM-DD"),
    ("at", b"2026-03-02", "CP081", "YYYY-MM-DD"),
]


@pytest.mark.parametrize(("option", "value", "code", "advice"), WRONG, ids=range(len(WRONG)))
def test_an_option_that_cannot_be_used_is_refused_with_what_it_takes(
    option: str, value: object, code: str, advice: str
) -> None:
    options: dict[str, Any] = {"at": AT, option: value}
    with pytest.raises(ArgumentError) as caught:
        carepath.assess(PATIENT, **options)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert advice in problem.advice
    assert len(problem.message) < 100


def test_an_option_without_a_value_that_is_known_is_an_error_of_carepath_and_of_python() -> None:
    with pytest.raises(ValueError, match="CP082"):
        carepath.assess(PATIENT, at=AT, engine="clips")
    assert ArgumentError("said in short").problems[0].code == "CP082"


@pytest.mark.parametrize("at", [AT, "2026-03-02", dt.datetime(2026, 3, 2, 23, 59, tzinfo=dt.UTC)])
def test_a_date_a_moment_and_a_text_name_the_same_day(at: dt.date | str) -> None:
    assert carepath.assess(PATIENT, at=at).to_json() == carepath.assess(PATIENT, at=AT).to_json()


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is_are_days(at: str, date: str) -> None:
    series = [{"value": 9, "date": date}, {"value": 12, "date": at}]
    patient = {"rmdq_total": series, "mdo_last_date": date, "last_step_change_date": {"value": date, "date": date}}
    made = carepath.assess({**PATIENT, **patient}, pathway="spine", at=at)
    assert made.to_dict()["audit"]
    assert made.report("nl")
    assert made.missing
    assert made.what_would_change("escalate")


def test_what_is_asked_about_must_exist() -> None:
    made = carepath.assess(PATIENT, at=AT)
    for ask in (made.why, made.why_not):
        with pytest.raises(CarepathError) as caught:
            ask("imsr_assesment")
        assert [problem.code for problem in caught.value.problems] == ["CP082"]


@pytest.mark.parametrize("module", ["strategies", "laws", "laws.smallest", "patient_machine"])
def test_strategies_and_laws_say_which_package_is_missing(module: str) -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from carepath.errors import MissingExtra\n"
        f"try:\n    import carepath.testing.{module}\n"
        "except MissingExtra as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "CP092" in done.stdout
    assert "carepath[testing]" in done.stdout
    assert issubclass(MissingExtra, ImportError)


def test_a_guideline_without_a_sentence_or_a_kind_that_is_needed_says_what_is_missing() -> None:
    guideline = load_guideline(BASE)
    with pytest.raises(ContentError) as caught:
        carepath.assess({}, at=AT, guideline=guideline).report("en")
    (problem,) = caught.value.problems
    assert problem.code == "CP093"
    assert str(problem.place) == "rules/phrases.yaml:1:1"
    with pytest.raises(ContentError) as caught:
        carepath.assess({}, at=AT, guideline=guideline).to_json()
    (problem,) = caught.value.problems
    assert problem.code == "CP093"
    assert "there is no kind 'insufficient_information'" in problem.message
    assert problem.advice


@pytest.mark.parametrize("path", ["nowhere", "a\0b", "x" * 5_000])
def test_a_guideline_that_is_not_there_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="CP001"):
        load_guideline(tmp_path / path)


def test_the_repr_of_an_error_holds_codes_and_nothing_of_the_record() -> None:
    with pytest.raises(CarepathError) as caught:
        carepath.assess({"age_years": 470, "rf_cauda_equina": True}, at=AT)
    assert repr(caught.value) == "<RecordError CP062>"
    assert "470" in str(caught.value)
