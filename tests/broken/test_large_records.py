"""Records that are large, endless or foreign: read as decided, or refused with a code, in a time that stays in step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import carepath
from carepath.cli import main
from carepath.errors import MAX_PROBLEMS, RecordError
from carepath.record.fhir import read_bundle
from tests.broken.test_calls import Raising

AT = dt.date(2026, 3, 2)
FIRST = dt.date(1700, 1, 1)
Json = dict[str, Any]


def refused(patient: Any) -> RecordError:  # noqa: ANN401 - anything may be handed over
    with pytest.raises(RecordError) as caught:
        carepath.assess(patient, at=AT)
    assert all(len(str(problem)) < 500 for problem in caught.value.problems)
    return caught.value


def codes(patient: Any) -> list[str]:  # noqa: ANN401 - likewise
    return [problem.code for problem in refused(patient).problems]


def day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number)).isoformat()


def observation(number: int, **elements: object) -> Json:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "urn:carepath:finding", "code": "rmdq_total"}]},
        "effectiveDateTime": day(number),
        "valueInteger": number % 25,
        **elements,
    }


def bundle(*resources: object) -> Json:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


# --- many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_hundred_thousand_values_of_one_finding_are_a_series(number: int) -> None:
    series = [{"value": index % 25, "date": day(index)} for index in range(number)]
    made = carepath.assess({"rmdq_total": series}, at=AT)
    assert len(made.basis.situation.record.facts("rmdq_total")) == number
    assert made.basis.reading("rmdq_total").date == FIRST + dt.timedelta(days=number - 1)


@pytest.mark.parametrize("number", [2_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_hundred_thousand_observations_of_one_kind_are_a_series(number: int) -> None:
    record = read_bundle(bundle(*map(observation, range(number))), carepath.load_guideline(), AT)
    assert len(record.facts("rmdq_total")) == number
    assert len(record.used) == number


@pytest.mark.parametrize("number", [1_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_hundred_thousand_versions_of_one_resource_are_the_newest_of_them(number: int) -> None:
    moments = ((dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=n)).isoformat() for n in range(number))
    versions = (observation(n, id="o", meta={"lastUpdated": moment}) for n, moment in enumerate(moments))
    record = read_bundle(bundle(*versions), carepath.load_guideline(), AT)
    assert [fact.date.isoformat() for fact in record.facts("rmdq_total")] == [day(number - 1)]


@pytest.mark.slow
def test_a_bundle_of_50_mb_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = {"system": "http://example.org", "code": "x", "display": "words " * 40}
    extensions = [{"url": f"http://example.org/{index}", "valueCoding": note} for index in range(3)]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle(*(observation(n, extension=extensions) for n in range(46_000)))), "utf-8")
    assert 50_000_000 < path.stat().st_size < 60_000_000
    assert main(["assess", str(path), "--at", AT.isoformat(), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["record"]["used"]) == 46_000


def test_of_very_many_problems_the_first_are_named_and_the_red_flags_too() -> None:
    error = refused({"rmdq_total": [99] * 20_000, "rf_cauda_equina": True})
    assert [problem.code for problem in error.problems] == ["CP062"] * MAX_PROBLEMS + ["CP009"]
    assert error.red_flags == ("rf_cauda_equina",)


def test_of_very_many_names_only_their_number_is_told_and_the_red_flags_too() -> None:
    error = refused({**{f"name_{number}": 1 for number in range(100_000)}, "rf_cauda_equina": True})
    assert [problem.code for problem in error.problems] == ["CP066"]
    assert "100001 findings are named, of which the guideline has 1" in error.problems[0].message
    assert error.red_flags == ("rf_cauda_equina",)


def test_a_red_flag_is_named_however_many_values_stand_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.record.read.MAX_SERIES", 1_000)
    monkeypatch.setattr("carepath.record.read.MAX_VALUES", 1_500)
    error = refused({"rmdq_total": [1] * 1_001, "rf_cauda_equina": [False] * 1_000 + [True]})
    assert {problem.code for problem in error.problems} == {"CP066"}
    assert error.red_flags == ("rf_cauda_equina",)


def test_codes_that_are_almost_names_are_reported_in_bounded_time() -> None:
    wrong = (
        observation(number, code={"coding": [{"system": "urn:carepath:finding", "code": f"rmdq_totl{number}"}]})
        for number in range(1_000)
    )
    record = read_bundle(bundle(*wrong), carepath.load_guideline(), AT)
    assert sum(row["detail"] == "did you mean 'rmdq_total'?" for row in record.unused) == 1_000


# --- without an end -----------------------------------------------------------------------------------------------


def test_a_record_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    mapping: Json = {}
    mapping["value"] = mapping
    for name in ("age_years", "pain_location", "treatment_goals", "rf_cauda_equina", "mdo_last_date"):
        assert codes({name: endless}) == ["CP061" if name != "mdo_last_date" else "CP063"]
        assert codes({name: mapping}) == ["CP061" if name != "mdo_last_date" else "CP063"]
        assert codes({name: [mapping]})
    mapping["age_years"] = mapping
    assert "CP068" in codes(mapping)


def test_a_bundle_that_holds_itself_is_refused() -> None:
    whole: Json = {"resourceType": "Bundle"}
    whole["entry"] = [{"resource": whole}]
    part = observation(1)
    part["extension"] = [part]
    for endless in (whole, bundle(part), part):
        assert codes(endless) == ["CP009"]


def test_a_bundle_that_is_small_and_would_be_endless_written_out_is_refused() -> None:
    laugh: list[object] = ["ha", "ha"]
    for _ in range(30):
        laugh = [laugh] * 10
    assert codes(bundle(observation(1, extension=laugh))) == ["CP066"]


def test_references_in_a_circle_are_not_followed() -> None:
    resources = [
        observation(number, hasMember=[{"reference": f"Observation/o{(number + 1) % 3}"}], subject={"reference": "#me"})
        for number in range(3)
    ]
    group: Json = {"resourceType": "Patient", "id": "p", "link": [{"other": {"reference": "Patient/p"}}]}
    made = carepath.assess(bundle(group, *resources), at=AT)
    assert len(made.basis.situation.record.facts("rmdq_total")) == 3


# --- foreign ------------------------------------------------------------------------------------------------------


class Broken(Mapping[str, object]):
    """A mapping whose values are of a class of its own."""

    def __getitem__(self, key: str) -> object:
        return Raising()

    def __iter__(self) -> Iterator[str]:
        return iter(("value", "status"))

    def __len__(self) -> int:
        return 2


@pytest.mark.parametrize("value", [Raising(), b"x", {1, 2}, object(), Decimal(3), 3j, range(3), Broken()])
def test_what_no_record_can_hold_is_refused(value: object) -> None:
    for name in ("age_years", "rf_cauda_equina", "pain_location", "treatment_goals", "mdo_last_date", "help_request"):
        assert codes({name: value})
        assert codes({name: {"value": value}})
        assert codes({name: {"status": value}})
        assert codes({name: {"value": [{"status": value, "response": value}]}})
        assert codes({name: [{value: 1}]} if not isinstance(value, set | Broken) else {name: value})


@pytest.mark.parametrize("value", [Raising(), b"x", {1, 2}, object(), 3j, range(3)])
def test_what_no_json_can_hold_is_refused_in_a_bundle(value: object) -> None:
    for element in ("status", "valueInteger", "effectiveDateTime", "code", "subject", "id", "extension"):
        assert codes(bundle(observation(1, **{element: value}))) == ["CP069"]
    numbered: dict[object, object] = dict(observation(1).items())
    numbered[10**5_000] = 1
    assert codes(bundle(numbered)) == ["CP069"]


def test_other_mappings_and_tuples_are_read_as_json_would_be() -> None:
    given = MappingProxyType(bundle(MappingProxyType(observation(1))))
    record = read_bundle({**given, "entry": tuple(given["entry"])}, carepath.load_guideline(), AT)
    assert record == read_bundle(bundle(observation(1)), carepath.load_guideline(), AT)


def test_two_values_of_a_day_contradict_each_other_and_are_unknown() -> None:
    made = carepath.assess(
        {"rmdq_total": [{"value": 3, "date": "2026-03-01"}, {"value": 9, "date": "2026-03-01"}]}, at=AT
    )
    assert made.basis.reading("rmdq_total").reason == "contradictory"
    both = bundle(observation(1), observation(1, id="o2", valueInteger=20))
    reading = carepath.assess(both, at=AT).basis.reading("rmdq_total")
    assert reading.reason == "contradictory"


@pytest.mark.parametrize("status", ["final", "entered-in-error"])
def test_a_resource_that_was_entered_in_error_is_about_nobody(status: str) -> None:
    other = observation(2, status=status, subject={"reference": "Patient/b"})
    given = bundle(observation(1, subject={"reference": "Patient/a"}), other)
    if status == "final":
        assert codes(given) == ["CP069"]
    else:
        assert len(read_bundle(given, carepath.load_guideline(), AT).facts("rmdq_total")) == 1
