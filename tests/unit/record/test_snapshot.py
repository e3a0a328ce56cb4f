"""What is known of a finding on a date, and why it is unknown when it is."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.content.load import load_guideline
from carepath.record.read import read_record
from carepath.record.snapshot import (
    CONTRADICTORY,
    LATER,
    NOT_APPLICABLE,
    NOT_RECORDED,
    REFUSED,
    STALE,
    missing,
    not_seen,
    take_snapshot,
)
from tests.unit.record.builders import AT, FINDINGS, PARAMETERS, days_ago, reading, record


def dated(value: object, days: int, **more: object) -> dict[str, object]:
    return {"value": value, "date": days_ago(days), **more}


def status(name: str, days: int) -> dict[str, object]:
    return {"status": name, "date": days_ago(days)}


# --- known --------------------------------------------------------------------------------------------------------


def test_the_latest_value_counts() -> None:
    found = reading("age_years", [dated(46, 400), dated(47, 30), dated(45, 800)])
    assert found.known
    assert (found.value, found.date) == (47, AT - dt.timedelta(days=30))


def test_a_value_of_the_evaluation_date_itself_counts() -> None:
    assert reading("age_years", [dated(46, 1), dated(47, 0)]).value == 47


def test_a_known_value_shows_its_source() -> None:
    assert reading("age_years", dated(47, 1, source="EHR")).source == "EHR"


def test_two_equal_values_of_one_day_are_one_value() -> None:
    found = reading("age_years", [dated(47, 1, source="EHR"), dated(47, 1, source="patient")])
    assert (found.value, found.reason) == (47, None)


def test_false_zero_and_an_empty_list_are_known() -> None:
    assert reading("agrees", given=False).known
    assert reading("age_years", 0).known
    assert reading("places", []).value == ()


def test_a_finding_without_a_currency_never_becomes_stale() -> None:
    assert reading("age_years", dated(47, 20_000)).value == 47


# --- each reason of unknown ---------------------------------------------------------------------------------------


def test_a_finding_without_any_fact_is_not_recorded() -> None:
    assert "age_years" not in take_snapshot(record({}), FINDINGS, PARAMETERS, AT)
    found = missing("age_years")
    assert (found.known, found.value, found.reason, found.date, found.source) == (
        False,
        None,
        NOT_RECORDED,
        None,
        None,
    )


def test_a_finding_recorded_as_unknown_is_not_recorded() -> None:
    assert reading("age_years", status("unknown", 1)).reason == NOT_RECORDED


def test_an_empty_list_that_cannot_mean_none_is_not_recorded() -> None:
    assert reading("goals", []).reason == NOT_RECORDED


@pytest.mark.parametrize(("name", "reason"), [("refused", REFUSED), ("not_applicable", NOT_APPLICABLE)])
def test_a_refusal_and_what_does_not_apply_are_reasons_of_their_own(name: str, reason: str) -> None:
    found = reading("age_years", status(name, 1))
    assert (found.known, found.value, found.reason) == (False, None, reason)


def test_a_later_refusal_hides_an_earlier_value() -> None:
    assert reading("age_years", [dated(47, 30), status("refused", 1)]).reason == REFUSED


def test_a_later_value_supersedes_a_refusal() -> None:
    assert reading("age_years", [status("refused", 30), dated(47, 1)]).value == 47


def test_a_value_beside_a_refusal_of_the_same_day_counts() -> None:
    assert reading("age_years", [status("refused", 1), dated(47, 1)]).value == 47


def test_a_refusal_beside_not_applicable_of_one_day_is_a_refusal() -> None:
    for order in (1, -1):
        both = [status("not_applicable", 1), status("refused", 1)][::order]
        assert reading("age_years", both).reason == REFUSED


def test_two_different_values_of_one_day_contradict_each_other_and_both_are_shown() -> None:
    for order in (1, -1):
        found = reading("age_years", [dated(47, 1), dated(48, 1)][::order])
        assert (found.value, found.reason) == (None, CONTRADICTORY)
        assert [fact.value for fact in found.facts] == [47, 48]


def test_an_older_value_does_not_settle_a_contradiction() -> None:
    assert reading("age_years", [dated(47, 9), dated(47, 1), dated(48, 1)]).reason == CONTRADICTORY


def test_the_same_score_of_two_versions_of_an_instrument_contradicts() -> None:
    both = [dated(9, 1, version="18 items"), dated(9, 1, version="24 items")]
    assert reading("rmdq_total", both).reason == CONTRADICTORY


def test_a_whole_number_does_not_contradict_the_same_number_as_a_decimal() -> None:
    assert reading("months", [dated(3, 1), dated(3.0, 1)]).value == 3


@pytest.mark.parametrize(
    ("name", "value", "last_day"),
    [("rf_fracture", False, 42), ("rmdq_total", 9, 92), ("wpn_class", 3, 183)],
)
def test_a_value_is_known_to_the_last_day_of_its_currency_and_stale_the_day_after(
    name: str, value: object, last_day: int
) -> None:
    assert reading(name, dated(value, last_day)).value == value
    found = reading(name, dated(value, last_day + 1))
    assert (found.known, found.value, found.reason) == (False, None, STALE)
    assert found.facts[0].value == value
    assert found.date == AT - dt.timedelta(days=last_day + 1)


@pytest.mark.parametrize(
    ("name", "value", "last_day"),
    [
        ("rf_cauda_equina", False, 42),
        ("active_suicidal_intent", False, 42),
        ("rmdq_total", 9, 92),
        ("pain_nrs_worst", 5, 92),
        ("wpn_class", 3, 183),
        ("participation_change", "worse", 183),
        ("psychosocial_problems", "present", 183),
    ],
)
def test_the_guideline_has_the_currencies_that_were_decided(name: str, value: object, last_day: int) -> None:
    guideline = load_guideline()
    parameters = guideline.parameter_values(AT)
    for days, known in ((last_day, True), (last_day + 1, False)):
        read = read_record({name: dated(value, days)}, guideline.findings, AT)
        assert take_snapshot(read, guideline.findings, parameters, AT)[name].known is known


@pytest.mark.parametrize("name", ["age_years", "crps1", "imsr_end_date", "step1_selfcare_done", "pain_duration_months"])
def test_history_diagnoses_and_dates_have_no_currency(name: str) -> None:
    assert load_guideline().findings[name].currency is None


# --- later than the evaluation date -------------------------------------------------------------------------------


def test_a_value_dated_after_the_evaluation_date_is_not_seen() -> None:
    found = reading("age_years", dated(47, -1))
    assert (found.value, found.reason, found.facts) == (None, LATER, ())


def test_a_later_value_changes_nothing_about_what_is_seen() -> None:
    for later in (dated(48, -1), status("refused", -1), dated(47, -400)):
        assert reading("age_years", [dated(47, 1), later]).value == 47


def test_values_that_are_not_seen_are_listed() -> None:
    made = record({"age_years": [dated(47, 0), dated(48, -1)], "agrees": dated(value=True, days=-30)})
    assert [(fact.finding, fact.value) for fact in not_seen(made, AT)] == [("age_years", 48), ("agrees", True)]


def test_a_red_flag_of_a_later_date_is_not_seen() -> None:
    assert reading("rf_paresis", dated(value=True, days=-1)).reason == LATER


# --- red flags ----------------------------------------------------------------------------------------------------


def flag(value: object, days: int) -> dict[str, object]:
    return dated(value, days)


@pytest.mark.parametrize("days", [0, 42, 43, 4000])
def test_a_raised_red_flag_never_becomes_stale(days: int) -> None:
    assert reading("rf_paresis", flag(value=True, days=days)).value is True


def test_true_wins_over_false_of_the_same_day() -> None:
    for order in (1, -1):
        found = reading("rf_paresis", [flag(value=True, days=3), flag(value=False, days=3)][::order])
        assert (found.value, found.reason) == (True, None)


def test_a_later_false_supersedes_a_raised_red_flag() -> None:
    assert reading("rf_paresis", [flag(value=True, days=3), flag(value=False, days=2)]).value is False


def test_a_later_false_that_is_stale_leaves_the_red_flag_unknown() -> None:
    assert reading("rf_paresis", [flag(value=True, days=60), flag(value=False, days=43)]).reason == STALE


@pytest.mark.parametrize("later", ["unknown", "refused", "not_applicable"])
def test_only_a_value_supersedes_a_raised_red_flag(later: str) -> None:
    assert reading("rf_paresis", [flag(value=True, days=30), status(later, 1)]).value is True


def test_a_later_true_supersedes_a_false() -> None:
    assert reading("rf_paresis", [flag(value=False, days=3), flag(value=True, days=2)]).value is True


def test_a_red_flag_that_was_false_and_then_refused_is_refused() -> None:
    assert reading("rf_paresis", [flag(value=False, days=3), status("refused", 2)]).reason == REFUSED


def test_a_true_of_two_versions_of_one_day_is_still_true() -> None:
    both = [dated(value=True, days=1, version="a"), dated(value=True, days=1, version="b")]
    assert reading("rf_paresis", both).value is True
