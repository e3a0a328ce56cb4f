"""Law 9: refuse, do not guess. A bad record is an error that names every problem, its place and what to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Problem, RecordError, assess
from carepath.errors import CODES
from carepath.testing.strategies import PatientData
from tests.laws.helpers import AT, GUIDELINE, Case, cases, law, must_fail

FINDINGS = GUIDELINE.findings
OF_TYPE: Mapping[str, list[str]] = {
    kind: [name for name, finding in FINDINGS.items() if finding.type.kind == kind]
    for kind in ("bool", "int", "decimal", "enum", "date", "text", "list")
}
NUMERIC = [*OF_TYPE["int"], *OF_TYPE["decimal"]]
BOUNDED = [name for name in NUMERIC if FINDINGS[name].type.maximum is not None]

Fault = tuple[str, object, str]


def _fault(names: list[str], values: st.SearchStrategy[Any], code: str) -> st.SearchStrategy[Fault]:
    return st.tuples(st.sampled_from(names), values, st.just(code))


NO_DATES = st.sampled_from(("yesterday", "2026-13-01", "01-02-2026", "2026-02-30", 20260301, ""))
#: What may be wrong with one finding: its name, the value that is wrong, and the code of the problem.
FAULTS: st.SearchStrategy[Fault] = st.one_of(
    _fault(OF_TYPE["bool"], st.sampled_from(("yes", "true", 1, 0, 1.0, "nee")), "CP061"),
    _fault(NUMERIC, st.sampled_from(("12", "many", True, False)), "CP061"),
    _fault(OF_TYPE["int"], st.sampled_from((0.5, 17.3)), "CP061"),
    _fault(NUMERIC, st.sampled_from((math.nan, math.inf, -math.inf)), "CP065"),
    _fault(BOUNDED, st.sampled_from((-1000, 10_000, 2**60)), "CP062"),
    _fault(OF_TYPE["enum"], st.sampled_from(("SPINE", "nonsense", "0.5")), "CP061"),
    _fault(OF_TYPE["enum"], st.sampled_from((1, 1.5, True)), "CP061"),
    _fault(OF_TYPE["date"], NO_DATES, "CP063"),
    _fault(OF_TYPE["text"], st.sampled_from((1, True, "", "\ud800")), "CP061"),
    _fault(OF_TYPE["list"], st.sampled_from(("SP1", 3, True)), "CP061"),
    _fault(OF_TYPE["bool"], NO_DATES.map(lambda date: {"value": True, "date": date}), "CP063"),
    _fault([*FINDINGS], st.sampled_from(("known ", "missing", "KNOWN", 1)).map(lambda s: {"status": s}), "CP064"),
    _fault(OF_TYPE["bool"], st.just({"value": True, "status": "refused"}), "CP064"),
    _fault([*FINDINGS], st.sampled_from(("val", "Value", "when")).map(lambda key: {key: 1}), "CP068"),
)


@st.composite
def faulty(draw: st.DrawFn) -> tuple[Case, dict[str, str]]:
    """A patient with one to five faults, each in a finding of its own or under an unknown name; the code by name."""
    case = draw(cases())
    expected: dict[str, str] = {}
    patient: PatientData = dict(case.patient)
    for name, value, code in draw(st.lists(FAULTS, min_size=1, max_size=4, unique_by=lambda fault: fault[0])):
        patient[name] = value
        expected[name] = code
    if draw(st.booleans()):
        wrong = draw(st.sampled_from([*FINDINGS])) + "s"
        if wrong not in FINDINGS:
            patient[wrong] = True
            expected[wrong] = "CP060"
    return Case(patient, case.pathway), expected


def check_every_fault_is_reported(error: RecordError, expected: Mapping[str, str]) -> None:
    for name, code in expected.items():
        about = [one for one in error.problems if name in one.message.replace("'", " ").replace(":", " ").split()]
        assert code in {one.code for one in about}, (name, code, [str(one) for one in error.problems])
    assert {one.code for one in error.problems} <= {*expected.values(), "CP067"}, error.problems


def check_problems_say_what_to_do(problems: tuple[Problem, ...]) -> None:
    for one in problems:
        assert one.code in CODES
        assert one.message
        assert one.advice or one.code in {"CP060", "CP061", "CP064", "CP068"}, str(one)


def refusal(call: Callable[[], object]) -> RecordError:
    with pytest.raises(RecordError) as caught:
        call()
    return caught.value


@law(21, thorough=1_000)
@for_all(faulty())
def test_a_bad_record_is_refused_with_every_problem_at_once(pair: tuple[Case, dict[str, str]]) -> None:
    error = refusal(pair[0].assess)
    check_every_fault_is_reported(error, pair[1])
    check_problems_say_what_to_do(error.problems)
    assert all(one.code in str(error) for one in error.problems)


@law(15, thorough=600)
@for_all(faulty(), st.sampled_from(sorted(name for name, finding in FINDINGS.items() if finding.red_flag)))
def test_a_bad_record_still_names_the_red_flags_that_it_holds(pair: tuple[Case, dict[str, str]], flag: str) -> None:
    case, expected = pair
    if flag not in expected:
        raised = True if FINDINGS[flag].type.kind == "bool" else 1
        assert flag in refusal(case.with_finding(flag, raised).assess).red_flags


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_a_misspelt_name_is_answered_with_the_nearest_valid_one(name: str) -> None:
    (problem,) = refusal(Case({name + "x": True}).assess).problems
    assert problem.code == "CP060"
    assert name in problem.advice


@pytest.mark.parametrize("patient", [None, [], "a patient", 3, [{"age_years": 40}]])
def test_what_is_no_record_is_refused(patient: Any) -> None:  # noqa: ANN401 - anything
    (problem,) = refusal(lambda: assess(patient, at=AT, guideline=GUIDELINE)).problems
    assert problem.code == "CP069"


def test_values_that_contradict_each_other_are_refused() -> None:
    (problem,) = refusal(Case({"start_back_total": 3, "start_back_distress": 5}).assess).problems
    assert problem.code == "CP067"


@law(15, thorough=600)
@for_all(cases())
def test_every_generated_patient_is_accepted_and_nothing_is_converted(case: Case) -> None:
    readings = case.assess().basis.situation.readings
    for name, value in case.patient.items():
        if isinstance(value, bool | int | float) and name in readings:
            assert readings[name].value == value
            assert isinstance(readings[name].value, bool) is isinstance(value, bool)


# --- the checks can fail ------------------------------------------------------------------------------------------


def test_the_check_finds_a_reader_that_stops_at_the_first_problem() -> None:
    patient: PatientData = {"age_years": "old", "wpn_class": 7, "wpm_class": 3}
    expected = {"age_years": "CP061", "wpn_class": "CP062", "wpm_class": "CP060"}
    error = refusal(Case(patient).assess)
    check_every_fault_is_reported(error, expected)
    must_fail(check_every_fault_is_reported, RecordError(error.problems[:1]), expected)


def test_the_check_finds_a_problem_that_says_nothing_to_do() -> None:
    must_fail(check_problems_say_what_to_do, (Problem("CP063", "no date"),))
    must_fail(check_problems_say_what_to_do, (Problem("CP999", "something", None, "look"),))
