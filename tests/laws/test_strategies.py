"""The strategies themselves: what they promise to those who test with them."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis import given as for_all
from hypothesis.errors import NoSuchExample

import carepath.testing
from carepath import ArgumentError, CarepathError, MissingExtra
from carepath.errors import CODES, Problem
from carepath.record.fhir import read_bundle
from carepath.testing import fhir_bundles, findings, histories, patients, values
from carepath.testing.bundle_dirt import BundleData
from carepath.testing.courses import FactData, HistoryData, without_clashes
from carepath.testing.single_findings import FORMS
from carepath.testing.strategies import PatientData
from tests.laws.helpers import AT, GUIDELINE, MOVES, SCREENED, Case, law

#: What of the package reads and writes files of guidelines.
WITH_FILES = ("read_guideline_files", "write_guideline_files")

QUICK = settings(max_examples=2_000, deadline=None, derandomize=True, database=None)


@law(15, thorough=400)
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


def test_every_step_change_and_referral_comes_out_of_some_patient() -> None:
    missing = set(MOVES)

    def moves(patient: PatientData) -> bool:
        missing.difference_update(one.kind for one in Case(patient).assess().recommendations)
        return not missing

    with contextlib.suppress(NoSuchExample):
        find(patients(GUIDELINE, pathway="spine", at=AT), moves, settings=settings(QUICK, phases=[Phase.generate]))
    assert not missing


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
        ({"pathway": 5}, "CP080"),
        ({"at": "2026-02-30"}, "CP081"),
        ({"known": ["age_year"]}, "did you mean 'age_years'"),
        ({"known": "age_years"}, r"write known=\[\.\.\.\]"),
        ({"unknown": [5]}, "give names as text"),
        ({"known": ["age_years"], "unknown": ["age_years"]}, "both known and unknown"),
        ({"pathway": "spin", "known": ["age_year"], "at": None}, r"CP080(.|\n)*CP081(.|\n)*CP047"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_all_at_once(arguments: dict[str, object], words: str) -> None:
    for strategy in (patients, histories):
        with pytest.raises(ArgumentError, match=words):
            strategy(GUIDELINE, **{"at": AT, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strategy", "arguments", "words"),
    [
        (values, {"finding": "age_year"}, "did you mean 'age_years'"),
        (findings, {"names": []}, "leave `names` out"),
        (findings, {"names": ["wpn"]}, "names: there is no finding 'wpn'"),
        (findings, {"forms": ["dates"]}, "did you mean 'dated'"),
        (findings, {"forms": []}, "forms: nothing is named"),
        (findings, {"forms": "plain"}, r"write forms=\[\.\.\.\]"),
        (histories, {"days": 0}, "days: 0 is not from 1 to 36500"),
        (histories, {"visits": 51, "later": 1}, r"visits: 51(.|\n)*later: 1 is neither true nor false"),
        (fhir_bundles, {"dirty": "yes"}, "write dirty=True or dirty=False"),
        (fhir_bundles, {"pathway": "spin", "later": None}, r"did you mean 'spine'(.|\n)*later"),
    ],
)
def test_each_argument_is_looked_at(strategy: Any, arguments: dict[str, object], words: str) -> None:  # noqa: ANN401
    with pytest.raises(ArgumentError, match=words):
        strategy(GUIDELINE, at=AT, **arguments)
    with pytest.raises(ArgumentError, match=r"give what carepath\.load_guideline"):
        strategy({}, at=AT, **arguments)


# --- single findings ----------------------------------------------------------------------------------------------


@law(15, thorough=400)
@for_all(findings(GUIDELINE, at=AT, pathway="spine"))
def test_a_single_finding_is_a_patient_of_whom_one_thing_is_recorded(finding: PatientData) -> None:
    (name,) = finding
    assert name in GUIDELINE.findings
    Case({**SCREENED, **finding}).assess()


@law(15, thorough=400)
@for_all(findings(GUIDELINE, at=AT, names=["rmdq_total", "wpn_class"], forms=["dated", "refused"]))
def test_only_the_named_findings_come_and_only_in_the_named_forms(finding: PatientData) -> None:
    ((name, fact),) = finding.items()
    assert name in {"rmdq_total", "wpn_class"}
    assert isinstance(fact, dict)
    assert ("value" in fact and "date" in fact) or fact["status"] == "refused"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_and_is_read_as_what_it_is(form: str) -> None:
    made = findings(GUIDELINE, at=AT, names=["wpn_class"], forms=[form])
    fact = find(made, lambda _: True, settings=QUICK)["wpn_class"]
    reason = Case({"wpn_class": fact}).assess().basis.reason("wpn_class")
    assert isinstance(fact, list) is (form == "series")
    assert isinstance(fact, list) or reason == {
        "refused": "refused",
        "not_applicable": "not_applicable",
        "unknown": "not_recorded",
    }.get(form)


def test_a_failing_finding_shrinks_to_a_plain_value() -> None:
    made = findings(GUIDELINE, at=AT, names=["age_years"])
    assert find(made, lambda finding: finding["age_years"] != 0, settings=QUICK) in (
        {"age_years": 1},
        {"age_years": 17},
    )


# --- histories ----------------------------------------------------------------------------------------------------

HISTORIES = histories(GUIDELINE, pathway="spine", at=AT, known=["age_years", "wpn_class"], unknown=["rf_hot_joint"])


@law(9)
@for_all(HISTORIES)
def test_a_history_is_accepted_on_every_date_and_is_dated_oldest_first(history: HistoryData) -> None:
    for days in (-400, -1, 0, 1, 400):
        Case(dict(history), "spine", AT + dt.timedelta(days=days)).assess()
    for facts in history.values():
        dates = [str(fact["date"]) for fact in facts]
        assert dates == sorted(dates)
        assert all(("value" in fact) is not ("status" in fact) for fact in facts)
    assert Case(dict(history)).assess().basis.reason("age_years") is None
    assert Case(dict(history)).assess().basis.reason("wpn_class") is None
    assert "rf_hot_joint" not in history


@law(9)
@for_all(histories(GUIDELINE, at=AT, days=500, visits=2, later=False))
def test_nothing_is_later_than_the_date_and_nothing_earlier_than_was_asked_for(history: HistoryData) -> None:
    dates = [dt.date.fromisoformat(str(fact["date"])) for facts in history.values() for fact in facts]
    assert all(AT - dt.timedelta(days=500) <= date <= AT for date in dates)


def test_a_finding_of_a_history_is_unknown_for_every_reason() -> None:
    missing = {"contradictory", "stale", "refused", "not_applicable", "later"}

    def unknown(history: HistoryData) -> bool:
        basis = Case(dict(history)).assess().basis
        missing.difference_update(str(basis.reason(name)) for name in history)
        return not missing

    with contextlib.suppress(NoSuchExample):
        find(HISTORIES, unknown, settings=settings(QUICK, phases=[Phase.generate]))
    assert not missing


def test_what_was_taken_back_is_unknown_again_and_several_values_stand_on_one_day() -> None:
    def taken_back(history: HistoryData) -> bool:
        return any("value" in one and other.get("status") == "unknown" for one, other in pairs(history))

    def same_day(history: HistoryData) -> bool:
        return any(
            "value" in one and "value" in other and one["date"] == other["date"] for one, other in pairs(history)
        )

    for wanted in (taken_back, same_day):
        find(HISTORIES, wanted, settings=settings(QUICK, phases=[Phase.generate]))


def pairs(history: HistoryData) -> Iterator[tuple[FactData, FactData]]:
    for facts in history.values():
        yield from itertools.pairwise(facts)


def test_a_failing_history_shrinks_to_one_finding() -> None:
    history = find(histories(GUIDELINE, at=AT), lambda history: any(map(bool, history.values())), settings=QUICK)
    assert [len(facts) for facts in history.values()] == [1]


@pytest.mark.slow
def test_a_failing_history_shrinks_to_what_makes_it_fail() -> None:
    def contradictory(history: HistoryData) -> bool:
        basis = Case(dict(history)).assess().basis
        return any(basis.reason(name) == "contradictory" for name in history)

    history = find(histories(GUIDELINE, at=AT), contradictory, settings=QUICK)
    assert len(history) == 1
    assert [len(facts) for facts in history.values()] == [2]


@pytest.mark.parametrize("at", [dt.date(1, 1, 2), dt.date(9999, 12, 31)])
def test_a_history_keeps_within_the_calendar(at: dt.date) -> None:
    @law(6)
    @for_all(histories(GUIDELINE, at=at, known=["wpn_class"]))
    def check(history: HistoryData) -> None:
        assert Case(dict(history), None, at).assess().basis.reason("wpn_class") is None

    check()


def test_no_part_of_a_score_is_above_its_whole() -> None:
    history: HistoryData = {
        "start_back_total": [{"value": 5, "date": "2026-01-01"}, {"value": 3, "date": "2026-01-01"}],
        "start_back_distress": [{"value": 4, "date": "2026-01-01"}, {"value": 5, "date": "2026-01-02"}],
    }
    made = without_clashes(history, GUIDELINE)
    assert [fact["value"] for fact in made["start_back_distress"]] == [3, 5]


# --- FHIR ---------------------------------------------------------------------------------------------------------


@law(9)
@for_all(fhir_bundles(GUIDELINE, pathway="spine", at=AT))
def test_all_of_a_valid_bundle_is_used_except_what_is_later(bundle: BundleData) -> None:
    record = read_bundle(bundle, GUIDELINE, AT)
    assert {row["reason"] for row in record.unused} <= {"later"}
    entries = bundle["entry"]
    assert isinstance(entries, list)
    taken = {(row["resource"], row["id"]) for row in (*record.used, *record.unused)}
    assert taken == {(one["resource"]["resourceType"], one["resource"]["id"]) for one in entries}
    assert json.loads(json.dumps(bundle)) == bundle


@law(6)
@for_all(fhir_bundles(GUIDELINE, pathway="spine", at=AT, later=False))
def test_without_later_resources_all_of_a_valid_bundle_is_used(bundle: BundleData) -> None:
    assert not read_bundle(bundle, GUIDELINE, AT).unused


@law(12, thorough=300)
@for_all(fhir_bundles(GUIDELINE, pathway="spine", at=AT, dirty=True))
def test_a_dirty_bundle_is_read_or_refused_with_a_code(bundle: BundleData) -> None:
    problems: tuple[Problem, ...] | None = None
    try:
        Case(bundle).assess().to_json()
    except CarepathError as error:
        problems = error.problems
    assert problems is None or (problems and all(problem.code in CODES for problem in problems))


@pytest.mark.slow
def test_faults_of_every_sort_come() -> None:
    reasons: set[object] = set()

    @law(150)
    @for_all(fhir_bundles(GUIDELINE, at=AT, dirty=True))
    def collects(bundle: BundleData) -> None:
        with contextlib.suppress(CarepathError):
            reasons.update(row["reason"] for row in read_bundle(bundle, GUIDELINE, AT).unused)

    collects()
    usual = {"not_a_resource", "other_patient", "expression", "unknown_code", "bad_type", "not_final", "no_date"}
    assert reasons >= usual | {"duplicate", "entered_in_error", "no_birth_date", "not_present"}


def resources(bundle: BundleData) -> list[str]:
    entries = bundle["entry"]
    assert isinstance(entries, list)
    return [one["resource"]["resourceType"] for one in entries]


def test_a_failing_bundle_shrinks_to_the_resource_that_makes_it_fail() -> None:
    bundle = find(fhir_bundles(GUIDELINE, at=AT), lambda bundle: "Observation" in resources(bundle), settings=QUICK)
    assert resources(bundle) == ["Patient", "Observation"]


@pytest.mark.slow
def test_resources_of_every_sort_come_with_codes_of_the_table_and_measuring_methods() -> None:
    found: set[str] = set()

    @law(200)
    @for_all(fhir_bundles(GUIDELINE, at=AT))
    def collects(bundle: BundleData) -> None:
        found.update(resources(bundle))
        text = json.dumps(bundle)
        found.update(word for word in ("method", "snomed", "dataAbsentReason", "corrected") if word in text)

    collects()
    assert found >= {"Observation", "Condition", "Procedure", "ServiceRequest", "MedicationRequest"}
    assert found >= {"method", "snomed", "dataAbsentReason", "corrected"}


# --- the package --------------------------------------------------------------------------------------------------


def without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The testing kit as in a process that imported nothing of it yet, and where hypothesis is not installed."""
    for name in [one for one in sys.modules if one.split(".")[:2] == ["carepath", "testing"]]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    return importlib.import_module("carepath.testing")


WITHOUT_HYPOTHESIS = {
    "BoundaryPatient",
    "ConditionCoverage",
    "Way",
    "boundaries",
    "condition_coverage",
    "follow_advice",
}
NEED_HYPOTHESIS = sorted(set(carepath.testing.__all__) - WITHOUT_HYPOTHESIS - set(WITH_FILES))


@pytest.mark.parametrize("name", NEED_HYPOTHESIS)
def test_without_hypothesis_a_strategy_names_the_extra_on_its_first_use(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = without_hypothesis(monkeypatch)
    assert name in dir(package)
    with pytest.raises(MissingExtra, match=r"carepath\[testing\]"):
        getattr(package, name)


def test_what_needs_no_hypothesis_works_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    package = without_hypothesis(monkeypatch)
    assert all(getattr(package, name) is not None for name in WITHOUT_HYPOTHESIS)
    assert str(package.follow_advice(GUIDELINE, {}, pathway="spine", at=AT)).startswith("it is not known")
    with pytest.raises(ArgumentError):
        package.read_guideline_files({"x": ""})


def test_the_package_gives_what_it_names_and_nothing_else() -> None:
    for name in carepath.testing.__all__:
        assert getattr(carepath.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'patient'"):
        carepath.testing.patient  # noqa: B018 - asking for it is the test


def test_no_module_has_the_name_of_what_the_package_gives() -> None:
    """Else importing the module would put it in the place of the function."""
    folder = Path(carepath.testing.__file__ or "").parent
    assert not {path.stem for path in folder.glob("*.py")} & set(carepath.testing.__all__)
