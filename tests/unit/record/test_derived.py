"""Lists, dates and trends: settled where every possible value of what is unknown agrees, else unknown."""

from __future__ import annotations

import datetime as dt
import itertools
import operator
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepath.content.load import load_guideline
from carepath.language.nodes import Change, Named
from carepath.language.parse import parse_text
from carepath.language.truth import Truth
from carepath.record.derived import findings_of, settle, trend_of
from tests.unit.record.builders import AT, SCOPE, days_ago, settled, situation

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

SUFFICIENT = {"discipline": "GP", "response": "sufficient"}
FAILED_GP = {"discipline": "GP", "response": "insufficient"}
FAILED_PHYSIO = {"discipline": "physiotherapist", "response": "insufficient"}
OPEN_GP = {"discipline": "GP"}
OPEN_PHYSIO = {"discipline": "physiotherapist"}
FAILED_BY_SOMEONE = {"response": "insufficient"}
NOTHING_KNOWN: dict[str, object] = {}


def dated(value: object, days: int, **more: object) -> dict[str, object]:
    return {"value": value, "date": days_ago(days), **more}


# --- is known -----------------------------------------------------------------------------------------------------


def test_is_known_is_true_or_unknown_and_never_false() -> None:
    assert settled("age_years is known", {"age_years": 0}) is T
    assert settled("agrees is known", {"agrees": False}) is T
    assert settled("age_years is known", {}) is U
    assert settled("age_years is known", {"age_years": {"status": "refused"}}) is U
    assert settled("rmdq_total is known", {"rmdq_total": dated(9, 93)}) is U


# --- some and every -----------------------------------------------------------------------------------------------

ITEMS: list[tuple[list[object], Truth, Truth]] = [
    # items, some failed, every failed
    ([], F, F),
    ([SUFFICIENT], F, F),
    ([FAILED_GP], T, T),
    ([FAILED_GP, SUFFICIENT], T, F),
    ([OPEN_GP], U, U),
    ([OPEN_GP, FAILED_GP], T, U),
    ([OPEN_GP, SUFFICIENT], U, F),
    ([NOTHING_KNOWN], U, U),
    ([FAILED_GP, FAILED_PHYSIO], T, T),
]


@pytest.mark.parametrize(("items", "some", "every"), ITEMS)
def test_some_and_every_follow_kleene_over_the_items(items: list[object], some: Truth, every: Truth) -> None:
    assert settled("some: {of: tried, where: response == insufficient}", {"tried": items}) is some
    assert settled("every: {of: tried, where: response == insufficient}", {"tried": items}) is every


@pytest.mark.parametrize("patient", [{}, {"tried": {"status": "refused"}}])
def test_a_list_that_is_not_known_leaves_some_every_and_count_unknown(patient: dict[str, object]) -> None:
    assert settled("some: {of: tried, where: response == insufficient}", patient) is U
    assert settled("every: {of: tried, where: response == insufficient}", patient) is U
    assert settled("count: {of: tried, is: < three}", patient) is U


def test_a_condition_over_an_item_may_be_built_like_any_other() -> None:
    where = "{all: [response == insufficient, {any: [discipline == GP, not tolerated]}]}"
    assert settled(f"some: {{of: tried, where: {where}}}", {"tried": [FAILED_GP]}) is T
    assert settled(f"some: {{of: tried, where: {where}}}", {"tried": [FAILED_PHYSIO]}) is U
    assert settled(f"some: {{of: tried, where: {where}}}", {"tried": [{**FAILED_PHYSIO, "tolerated": True}]}) is F


def test_whether_a_part_of_an_item_is_known_can_be_asked() -> None:
    assert settled("some: {of: tried, where: weeks is known}", {"tried": [{"weeks": 0}]}) is T
    assert settled("every: {of: tried, where: weeks is known}", {"tried": [{"weeks": 0}, OPEN_GP]}) is U


def test_a_part_is_compared_with_a_parameter() -> None:
    text = "some: {of: tried, where: weeks >= three}"
    assert [settled(text, {"tried": [{"weeks": weeks}]}) for weeks in (2, 3, 4)] == [F, T, T]


def test_items_that_are_single_values_have_a_part_named_value() -> None:
    text = "some: {of: disciplines, where: value == psychologist}"
    assert settled(text, {"disciplines": ["GP", "psychologist"]}) is T
    assert settled(text, {"disciplines": ["GP"]}) is F


# --- counts -------------------------------------------------------------------------------------------------------

FAILED = "count: {of: tried, where: response == insufficient, is: '%s'}"
DISTINCT = "count: {of: tried, distinct: discipline, where: response == insufficient, is: '%s'}"


@pytest.mark.parametrize(
    ("items", "at_least_two", "below_two", "exactly_two"),
    [
        ([], F, T, F),
        ([FAILED_GP], F, T, F),
        ([FAILED_GP, FAILED_PHYSIO], T, F, T),
        ([FAILED_GP, FAILED_GP], T, F, T),  # counted twice: items are not compared
        ([FAILED_GP, OPEN_PHYSIO], U, U, U),  # one or two
        ([OPEN_GP], F, T, F),  # none or one
        ([OPEN_GP, OPEN_PHYSIO], U, U, U),
        ([FAILED_GP, FAILED_PHYSIO, OPEN_GP], T, F, U),  # two or three
        ([FAILED_GP, SUFFICIENT], F, T, F),
        ([NOTHING_KNOWN, FAILED_GP, FAILED_GP, FAILED_GP], T, F, F),
    ],
)
def test_a_count_over_items_with_unknown_parts_is_an_interval(
    items: list[object], at_least_two: Truth, below_two: Truth, exactly_two: Truth
) -> None:
    assert settled(FAILED % ">= two", {"tried": items}) is at_least_two
    assert settled(FAILED % "< two", {"tried": items}) is below_two
    assert settled(FAILED % "== two", {"tried": items}) is exactly_two


@pytest.mark.parametrize(
    ("items", "at_least_two"),
    [
        ([FAILED_GP, FAILED_GP], F),
        ([FAILED_GP, FAILED_PHYSIO], T),
        ([FAILED_GP, OPEN_GP], F),  # the same discipline, whatever its response
        ([FAILED_GP, OPEN_PHYSIO], U),
        ([FAILED_GP, FAILED_BY_SOMEONE], U),  # the same or another discipline
        ([FAILED_BY_SOMEONE, FAILED_BY_SOMEONE], U),
        ([FAILED_BY_SOMEONE], F),
        ([FAILED_GP, FAILED_PHYSIO, FAILED_BY_SOMEONE, NOTHING_KNOWN], T),
        ([FAILED_GP, {"discipline": "psychologist", "response": "sufficient"}], F),
    ],
)
def test_distinct_values_are_counted_once_and_an_unnamed_one_may_be_any(
    items: list[object], at_least_two: Truth
) -> None:
    assert settled(DISTINCT % ">= two", {"tried": items}) is at_least_two


def test_an_item_without_the_distinct_part_counts_for_at_least_one() -> None:
    text = "count: {of: tried, distinct: discipline, where: response == insufficient, is: '< half'}"
    assert settled(text, {"tried": [FAILED_BY_SOMEONE]}) is F


_PARTS = {"discipline": ["GP", "physiotherapist", "psychologist"], "response": ["sufficient", "insufficient"]}
_items = st.lists(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in _PARTS.items()}), max_size=3
)


@settings(deadline=None)
@given(_items, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from([FAILED, DISTINCT]))
def test_a_count_that_is_settled_is_so_however_the_unknown_parts_turn_out(
    items: list[dict[str, str]], op: str, text: str
) -> None:
    """Tries every completion of the items with the parts' values, and counts by hand."""
    compare = getattr(operator, {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}[op])
    results = set()
    for completion in itertools.product(*(_completions(item) for item in items)):
        failed = [item["discipline"] for item in completion if item["response"] == "insufficient"]
        results.add(compare(len(set(failed)) if text == DISTINCT else len(failed), 2))
    found = settled(text % f"{op} two", {"tried": items})
    assert found in {U, *(Truth.of(result) for result in results)}
    if len(results) > 1 or text == FAILED:
        assert found is (Truth.of(results.pop()) if len(results) == 1 else U)


def _completions(item: dict[str, str]) -> list[dict[str, str]]:
    open_parts = [name for name in _PARTS if name not in item]
    values = itertools.product(*(_PARTS[name] for name in open_parts))
    return [{**item, **dict(zip(open_parts, chosen, strict=True))} for chosen in values]


# --- days since ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "expected"), [(0, T), (91, T), (92, T), (93, F)])
def test_days_are_counted_to_the_evaluation_date(days: int, expected: Truth) -> None:
    assert settled("days since end_date <= window", {"end_date": days_ago(days)}) is expected


def test_a_date_in_the_future_has_no_days_since() -> None:
    assert settled("days since end_date <= window", {"end_date": days_ago(-1)}) is U


def test_a_date_that_is_not_known_has_no_days_since() -> None:
    assert settled("days since end_date <= window", {}) is U
    both = [dated(days_ago(5), 1), dated(days_ago(6), 1)]
    assert settled("days since end_date <= window", {"end_date": both}) is U


# --- trends: points and percent -----------------------------------------------------------------------------------

SINCE_FIRST = "improvement of {} since first value >= {}"
PERCENT = "percent improvement of {} since first value >= thirty_percent"


def series(*values: float) -> list[dict[str, object]]:
    """Values with ten days between them, the last one of the evaluation date."""
    return [dated(value, 10 * (len(values) - 1 - index)) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("name", "mic", "before", "now", "expected"),
    [
        ("rmdq_total", "mic_rmdq", 20, 16, F),
        ("rmdq_total", "mic_rmdq", 20, 15, T),
        ("rmdq_total", "mic_rmdq", 20, 14, T),
        ("odi_total", "mic_odi", 50, 40.1, F),
        ("odi_total", "mic_odi", 50, 40, T),
        ("odi_total", "mic_odi", 50.3, 40.3, T),  # exact, not in binary floating point
        ("odi_total", "mic_odi", 0.3, 10.3, F),
        ("copm", "mic_copm", 4, 5.9, F),  # higher is better
        ("copm", "mic_copm", 4, 6, T),
        ("copm", "mic_copm", 6, 4, F),
    ],
)
def test_improvement_in_points_is_judged_on_both_sides_of_the_limit(
    name: str, mic: str, before: float, now: float, expected: Truth
) -> None:
    assert settled(SINCE_FIRST.format(name, mic), {name: series(before, now)}) is expected


@pytest.mark.parametrize(
    ("name", "before", "now", "expected"),
    [
        ("rmdq_total", 10, 8, F),
        ("rmdq_total", 10, 7, T),
        ("rmdq_total", 20, 15, F),
        ("rmdq_total", 20, 14, T),
        ("odi_total", 50, 35.1, F),
        ("odi_total", 50, 35, T),
        ("odi_total", 0.3, 0.21, T),  # exactly 30 percent
        ("odi_total", 0.3, 0.22, F),
        ("copm", 4, 5.1, F),
        ("copm", 4, 5.2, T),
        ("rmdq_total", 24, 0, T),
    ],
)
def test_improvement_in_percent_is_judged_on_both_sides_of_thirty(
    name: str, before: float, now: float, expected: Truth
) -> None:
    assert settled(PERCENT.format(name), {name: series(before, now)}) is expected


@pytest.mark.parametrize(("name", "mic"), [("rmdq_total", 5), ("odi_total", 10), ("qbpds_total", None)])
def test_the_guideline_has_a_limit_for_each_instrument_of_function(name: str, mic: float | None) -> None:
    found = load_guideline().parameter_values(AT)[f"mic_{name.removesuffix('_total')}"]
    assert found > 0
    assert mic is None or found == mic


def test_no_change_is_neither_improvement_nor_worsening() -> None:
    patient = {"rmdq_total": series(9, 9)}
    assert settled("improvement of rmdq_total since first value >= half", patient) is F
    assert settled("worsening of rmdq_total since first value >= half", patient) is F


@settings(deadline=None)
@given(st.integers(0, 24), st.integers(0, 24))
def test_worsening_is_the_improvement_turned_round(before: int, now: int) -> None:
    worse = settled("worsening of rmdq_total since first value >= mic_rmdq", {"rmdq_total": series(before, now)})
    better = settled("improvement of rmdq_total since first value >= mic_rmdq", {"rmdq_total": series(now, before)})
    assert worse is better is Truth.of(now - before >= 5)


def test_a_baseline_of_zero_has_points_but_no_percent() -> None:
    patient = {"rmdq_total": series(0, 6)}
    assert settled("worsening of rmdq_total since first value >= mic_rmdq", patient) is T
    assert settled("percent worsening of rmdq_total since first value >= thirty_percent", patient) is U


# --- trends: which values -----------------------------------------------------------------------------------------


def change(text: str) -> Change:
    condition = parse_text(text)
    operand = getattr(condition, "operand", None)
    assert isinstance(operand, Change)
    return operand


STEP = change("improvement of rmdq_total since step start >= mic_rmdq")
LAST_CHANGE = change("improvement of rmdq_total since last step change >= mic_rmdq")
FIRST = change("improvement of rmdq_total since first value >= mic_rmdq")
SCORES = [dated(20, 90), dated(18, 60), dated(15, 30), dated(9, 0)]


def baseline(operand: Change, patient: Mapping[str, object]) -> tuple[object, str] | None:
    trend = trend_of(operand, situation(patient))
    return None if trend is None else (trend.baseline.value, trend.since)


def test_the_baseline_is_the_first_value_where_that_is_asked_for() -> None:
    assert baseline(FIRST, {"rmdq_total": SCORES, "days_in_current_step": 45}) == (20, "first value")


@pytest.mark.parametrize(
    ("days", "expected"),
    [(100, 20), (90, 20), (89, 18), (60, 18), (59, 15), (30, 15)],
)
def test_the_baseline_is_the_first_value_on_or_after_the_start_of_the_step(days: int, expected: int) -> None:
    assert baseline(STEP, {"rmdq_total": SCORES, "days_in_current_step": days}) == (expected, "step start")


@pytest.mark.parametrize("days", [0, 29])
def test_without_a_value_between_the_start_of_the_step_and_the_newest_there_is_no_trend(days: int) -> None:
    assert baseline(STEP, {"rmdq_total": SCORES, "days_in_current_step": days}) is None


def test_where_the_start_of_the_step_is_not_known_the_first_value_is_the_baseline_and_the_trend_says_so() -> None:
    assert baseline(STEP, {"rmdq_total": SCORES}) == (20, "first value")


def test_the_days_in_a_step_count_from_the_date_on_which_they_were_recorded() -> None:
    patient = {"rmdq_total": SCORES, "days_in_current_step": dated(20, 45)}
    assert baseline(STEP, patient) == (18, "step start")


def test_a_step_that_began_before_any_calendar_leaves_the_first_value() -> None:
    assert baseline(STEP, {"rmdq_total": SCORES, "days_in_current_step": 10_000_000}) == (20, "first value")


def test_the_baseline_is_the_first_value_on_or_after_the_last_change_of_step() -> None:
    patient = {"rmdq_total": SCORES, "last_step_change_date": days_ago(60)}
    assert baseline(LAST_CHANGE, patient) == (18, "last step change")


def test_without_the_date_of_the_last_change_of_step_there_is_no_trend_since_then() -> None:
    assert baseline(LAST_CHANGE, {"rmdq_total": SCORES}) is None


@pytest.mark.parametrize(
    "scores",
    [
        [],
        [dated(9, 0)],
        [dated(20, 0), dated(9, 0)],  # of one day: contradictory
        [dated(20, 90), dated(18, 10), dated(9, 10)],  # the newest contradicts itself
        [dated(20, 90), dated(19, 90), dated(9, 0)],  # the baseline contradicts itself
        [dated(20, 90), {"status": "refused", "date": days_ago(0)}],
        [dated(20, 120), dated(9, 93)],  # the newest is stale
        [dated(20, 10), dated(9, -1)],  # the second is not seen
    ],
)
def test_without_two_values_that_count_there_is_no_trend(scores: list[object]) -> None:
    patient = {"rmdq_total": scores}
    assert trend_of(FIRST, situation(patient)) is None
    assert settled("improvement of rmdq_total since first value >= mic_rmdq", patient) is U
    assert settled("percent improvement of rmdq_total since first value >= thirty_percent", patient) is U


def test_a_stale_value_serves_as_the_baseline_without_limit() -> None:
    assert baseline(FIRST, {"rmdq_total": [dated(20, 4000), dated(9, 92)]}) == (20, "first value")


def test_a_refusal_between_two_values_does_not_matter() -> None:
    scores = [dated(20, 90), {"status": "refused", "date": days_ago(50)}, dated(9, 0)]
    assert baseline(FIRST, {"rmdq_total": scores}) == (20, "first value")


def test_values_of_another_version_of_the_instrument_are_no_baseline() -> None:
    scores = [dated(20, 90, version="18 items"), dated(16, 60, version="24 items"), dated(9, 0, version="24 items")]
    assert baseline(FIRST, {"rmdq_total": scores}) == (16, "first value")


def test_two_values_of_different_versions_make_no_trend() -> None:
    assert baseline(FIRST, {"rmdq_total": [dated(20, 90, version="18 items"), dated(9, 0)]}) is None
    assert (
        settled(
            "improvement of rmdq_total since first value >= mic_rmdq",
            {"rmdq_total": [dated(20, 90), dated(9, 0, version="24 items")]},
        )
        is U
    )


def test_two_equal_values_of_the_first_day_are_one_baseline() -> None:
    scores = [dated(20, 90, source="EHR"), dated(20, 90, source="patient"), dated(9, 0)]
    assert baseline(FIRST, {"rmdq_total": scores}) == (20, "first value")


def test_a_trend_names_both_facts_and_the_exact_change() -> None:
    trend = trend_of(
        change("percent improvement of odi_total since first value > half"),
        situation({"odi_total": [dated(0.3, 10), dated(0.1, 0)]}),
    )
    assert trend is not None
    assert (trend.baseline.value, trend.newest.value) == (0.3, 0.1)
    assert trend.baseline.date == AT - dt.timedelta(days=10)
    assert (trend.change, trend.percent) == (Fraction(1, 5), Fraction(200, 3))


# --- findings that a leaf reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("age_years is known", ("age_years",)),
        ("days since end_date > window", ("end_date",)),
        ("improvement of rmdq_total since first value > mic_rmdq", ("rmdq_total",)),
        ("improvement of rmdq_total since last step change > mic_rmdq", ("rmdq_total", "last_step_change_date")),
        ("agrees", ()),
    ],
)
def test_the_findings_that_a_leaf_reads_are_named_with_the_one_that_it_is_about_first(
    line: str, expected: tuple[str, ...]
) -> None:
    assert findings_of(parse_text(line)) == expected


def test_a_leaf_that_the_record_does_not_settle_is_refused() -> None:
    with pytest.raises(TypeError, match="Named is no derived leaf"):
        settle(Named("agrees"), situation({}), SCOPE)
