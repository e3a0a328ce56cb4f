from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from carepath import ArgumentError, Assessment, RecordError, assess, assess_many, load_guideline, processes
from carepath.processes import AHEAD, CHUNK, task_for

AT = "2026-03-02"
ROOT = Path(__file__).resolve().parents[2]
Patient = dict[str, object]

# Python 3.12 says so of every program with threads, as the test runner is one; 3.14 no longer forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*may lead to deadlocks:DeprecationWarning")


def patients(count: int) -> Iterator[Patient]:
    """Patients of whom no two neighbours are alike."""
    for number in range(count):
        yield {
            "age_years": 20 + number % 60,
            "wpn_class": 1 + number % 4,
            "current_node": "SP0",
            "rf_cauda_equina": number % 7 == 0,
        }


def age_of(assessment: Assessment) -> object:
    return assessment.basis.reading("age_years").value


def age_of_adults(assessment: Assessment) -> object:
    age = age_of(assessment)
    if age == 25:
        raise KeyError(age)
    return age


def ages(count: int) -> list[object]:
    return [one["age_years"] for one in patients(count)]


def collected(results: Iterator[object], into: list[object]) -> None:
    into.extend(results)  # what came before an error is kept


@pytest.mark.parametrize("number", [1, 2])
def test_results_come_in_the_order_of_the_patients(number: int) -> None:
    found = assess_many(patients(3 * CHUNK + 7), pathway="spine", at=AT, processes=number, then=age_of)
    assert list(found) == ages(3 * CHUNK + 7)


def test_two_processes_give_the_same_bytes_as_one() -> None:
    count = CHUNK + 5
    one = [made.to_json() for made in assess_many(patients(count), pathway="spine", at=AT)]
    assert one == list(assess_many(patients(count), pathway="spine", at=AT, processes=2, then=Assessment.to_json))
    assert one[3] == assess(list(patients(count))[3], pathway="spine", at=AT).to_json()


def test_no_patients_give_no_results() -> None:
    assert list(assess_many([], at=AT, processes=2, then=age_of)) == []


def test_the_options_reach_every_process() -> None:
    found = assess_many(patients(2), pathway="spine", at=AT, engine="direct", lang="nl", processes=2, then=str)
    assert list(found) == [str(assess(one, pathway="spine", at=AT, engine="direct", lang="nl")) for one in patients(2)]


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2])
def test_an_error_comes_in_the_place_of_its_patient_after_what_came_before(number: int) -> None:
    bad: Patient = {"age_years": "old", "rf_cauda_equina": True}
    given = itertools.chain(patients(CHUNK + 3), [bad], patients(2 * CHUNK))
    found: list[object] = []
    with pytest.raises(RecordError) as raised:
        collected(assess_many(given, pathway="spine", at=AT, processes=number, then=age_of), found)
    assert found == ages(CHUNK + 3)
    with pytest.raises(RecordError) as alone:
        assess(bad, pathway="spine", at=AT)
    assert raised.value.problems == alone.value.problems
    assert raised.value.red_flags == alone.value.red_flags
    assert str(raised.value) == str(alone.value)


@pytest.mark.parametrize("number", [1, 2])
def test_an_error_of_then_comes_in_its_place_too(number: int) -> None:
    found: list[object] = []
    with pytest.raises(KeyError, match="25"):
        collected(assess_many(patients(9), pathway="spine", at=AT, processes=number, then=age_of_adults), found)
    assert found == [20, 21, 22, 23, 24]


@pytest.mark.parametrize("number", [1, 2])
def test_an_error_of_the_patients_comes_after_those_that_they_gave(number: int) -> None:
    def broken() -> Iterator[Patient]:
        yield from patients(CHUNK + 3)
        message = "the connection is lost"
        raise OSError(message)

    found: list[object] = []
    with pytest.raises(OSError, match="the connection is lost"):
        collected(assess_many(broken(), pathway="spine", at=AT, processes=number, then=age_of), found)
    assert found == ages(CHUNK + 3)


def test_more_than_one_process_needs_then() -> None:
    many: object = assess_many
    with pytest.raises(ArgumentError, match="2 processes without `then`") as raised:
        many([], at=AT, processes=2)  # type: ignore[operator] # what a caller without types writes
    assert "then=Assessment.to_json" in raised.value.problems[0].advice


@pytest.mark.parametrize("number", [0, -1])
def test_fewer_than_one_process_is_refused(number: int) -> None:
    with pytest.raises(ArgumentError, match=f"{number} processes"):
        assess_many([], at=AT, processes=number, then=age_of)


def test_an_option_that_is_not_there_is_named_by_every_number_of_processes() -> None:
    for number in (1, 2):
        with pytest.raises(ArgumentError, match="unknown option 'fast'"):
            list(assess_many(patients(1), at=AT, engine="fast", processes=number, then=age_of))


# --- how patients are taken ------------------------------------------------------------------------------------------


def counted(taken: list[int]) -> Iterator[Patient]:
    for number, one in enumerate(patients(100_000)):
        taken.append(number)
        yield one


def test_one_process_takes_a_patient_when_a_result_is_asked_for() -> None:
    taken: list[int] = []
    found = assess_many(counted(taken), pathway="spine", at=AT)
    assert not taken
    next(found)
    assert len(taken) == 1


def test_several_processes_take_a_bounded_number_of_patients_ahead() -> None:
    taken: list[int] = []
    found = assess_many(counted(taken), pathway="spine", at=AT, processes=2, then=age_of)
    assert not taken
    results = list(itertools.islice(found, CHUNK + 1))
    assert results == ages(CHUNK + 1)
    assert len(taken) <= CHUNK + 2 * AHEAD * CHUNK
    assert isinstance(found, Iterator)
    found.close()  # type: ignore[attr-defined] # a generator: its processes end
    assert len(taken) <= CHUNK + 2 * AHEAD * CHUNK


# --- the content -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("rules", "pathways"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_process_that_starts_from_nothing_reads_the_same_content_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guideline = load_guideline(folder)
    task = task_for(guideline, pathway=None, at=AT, engine="both", lang="en", then=age_of)
    monkeypatch.setattr(processes, "_inherited", {})
    assert task.guideline().content_hash == guideline.content_hash
    assert task.guideline() is task.guideline()


def test_content_that_changed_on_disk_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guideline = load_guideline(folder)
    task = task_for(guideline, pathway=None, at=AT, engine="both", lang="en", then=age_of)
    with (folder / "rules" / "edition.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# a later edition\n")
    monkeypatch.setattr(processes, "_inherited", {})
    with pytest.raises(ArgumentError, match="the files of the guideline are not those that were loaded"):
        task.guideline()


def test_the_shipped_guideline_is_not_read_from_a_path() -> None:
    task = task_for(load_guideline(), pathway=None, at=AT, engine="both", lang="en", then=age_of)
    assert task.origin is None
