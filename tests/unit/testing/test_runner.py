from pathlib import Path

import pytest

from carepath import EngineDisagreement, Problem, load_guideline
from carepath.testing import runner
from carepath.testing.runner import ScenarioResult, run_paths, run_scenario
from carepath.testing.scenario import read_scenarios

SCENARIO = """\
- scenario: {name}
  pathway: spine
  at: 2026-03-02
  patient:
    age_years: 47
    current_line: '0'
    current_node: SP0
    step1_selfcare_done: true
    step1_selfcare_sufficient: {sufficient}
    rf_cauda_equina: {cauda}
  expect:
    {expect}
"""


def text_of(expect: str, *, name: str = "a sentence", cauda: str = "false", sufficient: str = "true") -> str:
    return SCENARIO.format(name=name, cauda=cauda, sufficient=sufficient, expect=expect)


def result_of(folder: Path, text: str) -> ScenarioResult:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    guideline = load_guideline()
    (scenario,) = read_scenarios(path, guideline, name="one.yaml")
    return run_scenario(scenario, guideline)


def test_a_scenario_passes_when_all_comes_out_as_expected(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must: [{kind: red_flag_exit}]\n    alone: true", cauda="true"))
    assert result.passed
    assert str(result) == "passed one.yaml:1:3 a sentence"


def test_what_is_missing_is_shown_with_what_came_and_the_verdicts_of_its_rules(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must: [{kind: escalate, target: SP1}]"))
    assert len(result.failures) == 1
    shown = str(result)
    assert "must: {kind: escalate, target: SP1} (one.yaml:12:12) matches no recommendation" in shown
    assert "E-1 does not apply: false is `not step1_selfcare_sufficient`" in shown
    assert "E-5 undetermined: waits for pain_duration_months (not_recorded)" in shown
    assert "came:\n    {kind: " in shown


def test_what_a_red_flag_set_aside_is_said(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must: [{kind: insufficient_information}]", cauda="true"))
    assert "set aside:" in str(result)
    assert "removed by" in str(result)


def test_a_finding_that_is_not_asked_for_is_shown_with_its_value(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must: [{kind: insufficient_information, missing: [age_years]}]"))
    assert "age_years is 47" in str(result)


def test_what_should_not_come_is_shown_with_the_rules_that_give_it(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must_not: [{urgency: emergency}]", cauda="true"))
    assert "must_not: {urgency: emergency} (one.yaml:12:16) matches {kind: red_flag_exit" in str(result)
    assert "RF-1 applies: `rf_cauda_equina`" in str(result)


def test_alone_fails_beside_another_kind(tmp_path: Path) -> None:
    result = result_of(tmp_path, text_of("must: [{kind: insufficient_information}]\n    alone: true"))
    assert "alone: a recommendation of another kind came: {kind: " in str(result)


def test_alone_takes_the_kind_that_an_expectation_without_kind_matches(tmp_path: Path) -> None:
    assert result_of(tmp_path, text_of("must: [{urgency: emergency}]\n    alone: true", cauda="true")).passed


NOTED = """\
scenario: a note is no recommendation
pathway: spine
at: 2026-03-02
patient:
  age_years: 34
  current_line: '0'
  current_node: SP0
  step1_selfcare_done: true
  step1_selfcare_sufficient: false
  pain_duration_months: 1.5
  rf_cauda_equina: false
  rf_severe_paresis: false
  rf_progressive_paresis: false
  rf_malignancy_suspected: false
  rf_infection_suspected: false
  rf_fracture_suspected: false
  rf_inflammatory_suspected: false
expect:
  must: [{kind: escalate}, {kind: note, rules: [CO-2]}]
  must_not: [{rules: [CO-2]}]
"""


def test_a_note_is_met_only_by_an_expectation_that_names_its_kind(tmp_path: Path) -> None:
    result = result_of(tmp_path, NOTED)
    assert result.passed, str(result)


def test_an_error_of_the_engines_is_a_failure_with_its_red_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disagree(*_given: object, **_options: object) -> None:
        raise EngineDisagreement([Problem("CP090", "they differ")], red_flags=["RF-1"])

    monkeypatch.setattr(runner, "assess", disagree)
    result = result_of(tmp_path, text_of("must_not: [{kind: mdo}]"))
    assert not result.passed
    assert "CP090" in str(result)
    assert "RF-1" in str(result)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text_of("must: [{kind: mddo}]"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        text_of("must: [{rules: [IN-1]}]") + text_of("must: [{kind: mdo}]"), encoding="utf-8"
    )
    run = run_paths([tmp_path], engine="direct")
    assert str(run) == "1 passed, 1 failed"
    assert [problem.code for problem in run.problems] == ["CP071"]
