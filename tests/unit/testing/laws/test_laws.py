"""The laws as functions: they hold for the shipped and for a small guideline, and say what is wrong with arguments."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest

from carepath import ArgumentError, ContentError, Guideline, MissingExtra, assess
from carepath.testing import laws
from carepath.testing.laws import smallest
from carepath.testing.laws.population import Case, Trial
from carepath.testing.scenario import read_scenarios
from tests.unit.testing.laws.guidelines import AT, REFERS, SHIPPED, changed, refused, small, without_entries


@pytest.mark.parametrize("law", laws.ALL)
def test_each_law_holds_for_the_shipped_guideline(law: laws.Law) -> None:
    law(SHIPPED, at="2026-03-02", examples=5)


@pytest.mark.slow
@pytest.mark.parametrize("at", ["2019-07-01", "2024-11-01", "2026-03-02"])
@pytest.mark.parametrize("law", laws.ALL)
def test_each_law_holds_for_many_patients(law: laws.Law, at: str) -> None:
    law(SHIPPED, at=at, examples=150)


def test_all_laws_hold_for_a_small_guideline_without_referral_entitlement_or_scores(tmp_path: Path) -> None:
    laws.check_all(small(tmp_path), at=AT, examples=10)


def test_all_laws_can_be_asked_of_a_guideline_in_which_no_rule_is_left(tmp_path: Path) -> None:
    empty = changed(small(tmp_path), rules={}, resolve=(), asks=())
    laws.check_all(empty, at=AT, examples=2)


def test_a_law_has_a_name_and_says_what_it_promises() -> None:
    assert len(set(laws.NAMES)) == len(laws.ALL) == 12
    for name, law in zip(laws.NAMES, laws.ALL, strict=True):
        assert getattr(laws, name) is law
        assert name in laws.__all__
        assert law.__doc__ is not None
        assert "LawBroken: the law does not hold" in law.__doc__


def test_check_all_reports_every_law_that_does_not_hold(tmp_path: Path) -> None:
    guideline = small(
        tmp_path,
        ("rules/resolve.yaml", "selects: {not_kinds: [red_flag_exit]}", "selects: {kinds: [escalate]}"),
        ("rules/information.yaml", "kinds: [escalate, deescalate]", "kinds: [deescalate]"),
    )
    with pytest.raises(laws.LawsBroken) as caught:
        laws.check_all(guideline, at=AT, examples=20)
    assert {one.law for one in caught.value.broken} == {"red_flags_dominate", "nothing_moves_unscreened"}
    text = str(caught.value)
    assert text.startswith("2 of 12 laws do not hold: nothing_moves_unscreened, red_flags_dominate\n")
    assert all(str(one) in text for one in caught.value.broken)
    laws.check_all(guideline, at=AT, examples=5, without=["red_flags_dominate", "nothing_moves_unscreened"])


def test_a_message_names_the_law_the_guideline_what_was_seen_and_what_to_do() -> None:
    error = refused(laws.red_flags_dominate, without_entries("RS-RED"), pathways=["spine"])
    lines = str(error).splitlines()
    assert lines[0].startswith(f"red_flags_dominate does not hold for guideline {SHIPPED.edition}")
    assert [line.split(":")[0] for line in lines if not line.startswith(" ")][1:] == [
        "law",
        "seen",
        "patient, as it stands in a scenario",
        "to do",
    ]
    assert max(map(len, lines)) <= 120
    assert len(error.patient) == 1


def test_the_patient_of_a_message_can_be_pasted_into_a_scenario(tmp_path: Path) -> None:
    guideline = without_entries("RS-RED")
    error = refused(laws.red_flags_dominate, guideline, pathways=["neuropathic"])
    text = str(error).partition("scenario:\n")[2].partition("to do:")[0]
    path = tmp_path / "found.yaml"
    path.write_text(f"{text}    expect: {{must: [{{kind: red_flag_exit}}]}}\n", encoding="utf-8")
    (scenario,) = read_scenarios(path, guideline)
    assert scenario.name == "red_flags_dominate"
    assert dict(scenario.patient) == error.patient
    assert (scenario.at, scenario.pathway) == (AT, error.trial.first.pathway)
    again = assess(scenario.patient, pathway=scenario.pathway, at=scenario.at, guideline=guideline, engine="direct")
    assert {one.kind for one in again.recommendations} > {"red_flag_exit"}


def test_the_patient_of_a_message_is_the_smallest_and_plain(tmp_path: Path) -> None:
    change = ("rules/small.yaml", "when: lasts", "when: {all: [lasts, rmdq_total >= high_score]}")
    error = refused(laws.scores_never_decide_referral, small(tmp_path, *REFERS, change))
    assert set(error.trial.findings) == {"fever", "pain_weeks", "rmdq_total"}
    assert not any(isinstance(value, dict | list) for value in error.patient.values())


PATIENT: dict[str, object] = {
    "age_years": 40,
    "wpn_class": 3,
    "pain_duration_months": 12,
    "rmdq_total": [{"value": 20, "date": "2026-01-31"}, {"value": 5, "date": "2026-03-02"}],
    "opioid_effective": {"value": False, "date": "2026-03-01"},
    "pregnant": {"status": "not_applicable"},
    "legal_claim_running": {"status": "unknown"},
    "wpn_modifier": "minus",
}
TRIAL = Trial(Case(SHIPPED, "spine", AT, PATIENT), Case(SHIPPED, "spine", AT, {**PATIENT, "rf_hot_joint": True}))


@pytest.mark.parametrize("needed", [{"age_years"}, {"wpn_class", "rmdq_total"}, {"opioid_effective"}, set(PATIENT)])
def test_a_patient_is_made_small_and_plain(needed: set[str]) -> None:
    small_one = smallest.smallest(TRIAL, lambda trial: "seen" if needed <= set(trial.findings) else None)
    assert set(small_one.findings) == needed
    plain = {"rmdq_total": 5, "opioid_effective": False, "pregnant": False}
    assert small_one.first.patient == {name: plain.get(name, PATIENT[name]) for name in PATIENT if name in needed}
    assert small_one.first is small_one.second


def test_two_patients_stay_two_where_one_does_not_show_it() -> None:
    different = lambda trial: "seen" if trial.first.patient != trial.second.patient else None  # noqa: E731 - short
    small_one = smallest.smallest(TRIAL, different)
    assert (small_one.first.patient, small_one.second.patient) == ({}, {"rf_hot_joint": True})


def test_a_series_that_matters_stays_and_an_error_is_not_what_is_looked_for() -> None:
    def check(trial: Trial) -> str | None:
        if "age_years" not in trial.findings:
            raise KeyError
        return "seen" if isinstance(trial.first.patient.get("rmdq_total"), list) else None

    found = smallest.smallest(TRIAL, check).first.patient
    assert found == {"age_years": 40, "rmdq_total": [{"value": 20, "date": "2026-01-31"}]}


@pytest.mark.parametrize("tries", [0, 1, 7])
def test_making_a_patient_small_ends_after_so_many_tries(tries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smallest, "_MAX_TRIES", tries)
    tried: list[Trial] = []
    smallest.smallest(TRIAL, tried.append)  # gives None: nothing is ever wrong
    assert len(tried) == tries


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"guideline": "rules"}, "CP082 a law is asked of a Guideline, not of a value of type str"),
    ({"guideline": None}, "carepath.load_guideline"),
    ({"at": "yesterday"}, "CP081 'yesterday' is no date"),
    ({"at": None}, "CP081 the evaluation date is missing"),
    ({"examples": 0}, "CP082 examples: 0 is no number of patients"),
    ({"examples": -3}, "give 1 or more"),
    ({"examples": True}, "CP082 examples"),
    ({"examples": "many"}, "a value of type str is no number"),
    ({"pathways": "spine"}, "CP082 pathways: the text 'spine' is no list of names"),
    ({"pathways": 3}, "a value of type int is no list of names"),
    ({"pathways": []}, "CP082 no pathway is named"),
    ({"pathways": ["spin"]}, "CP080 there is no pathway 'spin'\n    did you mean 'spine'?"),
    ({"pathways": [3, "spine"]}, "CP080 there is no pathway of type int"),
]


@pytest.mark.parametrize("call", [laws.engines_agree, laws.check_all])
@pytest.mark.parametrize(("options", "words"), WRONG, ids=[words for _, words in WRONG])
def test_an_argument_that_cannot_be_used_is_refused(call: Any, options: dict[str, Any], words: str) -> None:  # noqa: ANN401 - a law or all
    arguments = {"guideline": SHIPPED, "at": AT} | options
    with pytest.raises(ArgumentError) as caught:
        call(arguments.pop("guideline"), **arguments)
    assert words in str(caught.value)


def test_all_that_is_wrong_with_the_arguments_is_said_at_once() -> None:
    with pytest.raises(ArgumentError) as caught:
        laws.engines_agree(SHIPPED, at="x", pathways=["spin", "neuro"], examples=0)
    assert [one.code for one in caught.value.problems] == ["CP080", "CP080", "CP082", "CP081"]


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (["engines_agre"], "there is no law 'engines_agre'\n    did you mean 'engines_agree'?"),
        ("engines_agree", "no list of names of laws"),
        ([3], "there is no law of type int"),
        (3, "no list of names of laws"),
    ],
)
def test_a_law_to_leave_out_that_is_not_there_is_refused(without: Any, words: str) -> None:  # noqa: ANN401 - wrong
    with pytest.raises(ArgumentError) as caught:
        laws.check_all(SHIPPED, at=AT, without=without)
    assert words in str(caught.value)


def test_a_date_on_which_a_parameter_has_no_value_is_refused(tmp_path: Path) -> None:
    late: Guideline = small(
        tmp_path, ("rules/parameters.yaml", "{from: null, value: 6}", "{from: 2025-01-01, value: 6}")
    )
    with pytest.raises(ContentError, match="CP035"):
        laws.engines_agree(late, at=dt.date(2024, 12, 31))
    laws.engines_agree(late, at=dt.date(2025, 1, 1), examples=2)


def test_one_pathway_may_be_named_and_none_among_them() -> None:
    error = refused(laws.red_flags_dominate, without_entries("RS-RED"), pathways=iter([None]))
    assert "    pathway: null\n" in str(error)


def test_without_hypothesis_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in [name for name in sys.modules if name.startswith("carepath.testing.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingExtra, match=r"carepath\[testing\]"):
        __import__("carepath.testing.laws")
