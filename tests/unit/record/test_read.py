"""What is read from a patient's mapping, and what is said about what cannot be read."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepath.content.load import load_guideline
from carepath.errors import Place, RecordError
from carepath.record.facts import Fact, FactValue
from carepath.record.read import MAX_INTEGER, MAX_ITEMS, MAX_SERIES, MAX_TEXT, read_record
from tests.unit.record.builders import AT, FINDINGS, days_ago, record

DAY_7 = AT - dt.timedelta(days=7)


def value(name: str, given_value: object) -> FactValue | None:
    (fact,) = record({name: given_value}).facts(name)
    return fact.value


@pytest.mark.parametrize(
    ("name", "given_value", "expected"),
    [
        ("age_years", 47, 47),
        ("age_years", 0, 0),
        ("age_years", 120, 120),
        ("age_years", 47.0, 47),
        ("months", 2.5, 2.5),
        ("months", 3, 3),
        ("months", 3.0, 3),
        ("agrees", False, False),
        ("fear", "none", "none"),
        ("remark", "ouch", "ouch"),
        ("end_date", "2025-06-01", dt.date(2025, 6, 1)),
        ("end_date", dt.date(2025, 6, 1), dt.date(2025, 6, 1)),
        ("end_date", dt.datetime(2025, 6, 1, 23, 59, tzinfo=dt.UTC), dt.date(2025, 6, 1)),
        ("places", ["back", "leg"], ({"value": "back"}, {"value": "leg"})),
        ("places", ("back",), ({"value": "back"},)),
        ("places", [], ()),
        ("tried", [{"discipline": "GP", "weeks": 6}], ({"discipline": "GP", "weeks": 6},)),
        ("tried", [{"discipline": "GP", "response": "unknown"}], ({"discipline": "GP"},)),
        ("tried", [{"discipline": "GP", "response": None}], ({"discipline": "GP"},)),
        ("tried", [{}], ({},)),
    ],
)
def test_a_plain_value_is_known_and_dated_on_the_evaluation_date(
    name: str, given_value: object, expected: FactValue
) -> None:
    (fact,) = record({name: given_value}).facts(name)
    assert fact == Fact(name, expected, AT, undated=True)
    assert type(fact.value) is type(expected)


def test_a_value_may_come_with_its_date_source_and_version() -> None:
    given_value = {"value": 14, "date": days_ago(7), "status": "known", "source": "GP", "version": "24 items"}
    assert record({"rmdq_total": given_value}).facts("rmdq_total") == (
        Fact("rmdq_total", 14, DAY_7, "known", "GP", "24 items"),
    )


def test_a_finding_that_is_null_is_not_recorded() -> None:
    assert record({"age_years": None, "fear": {"value": None}}).series == {}


@pytest.mark.parametrize("status", ["unknown", "refused", "not_applicable"])
def test_a_status_other_than_known_stands_without_a_value(status: str) -> None:
    assert record({"fear": {"status": status, "date": days_ago(7)}}).facts("fear") == (
        Fact("fear", None, DAY_7, status),
    )


def test_a_series_is_put_in_the_order_of_its_dates_whatever_the_order_given() -> None:
    series: list[object] = [{"value": number, "date": days_ago(number)} for number in range(10)]
    expected = record({"rmdq_total": series})
    shuffled = series[:]
    random.Random(3).shuffle(shuffled)  # noqa: S311 - any order will do
    assert record({"rmdq_total": shuffled}) == expected
    assert [fact.value for fact in expected.facts("rmdq_total")] == list(range(9, -1, -1))


def test_values_of_one_day_stand_in_an_order_of_their_own_and_repetitions_fall_away() -> None:
    one, two = {"value": 9, "date": days_ago(7)}, {"value": 8, "date": days_ago(7)}
    assert record({"rmdq_total": [one, two, one]}) == record({"rmdq_total": [two, one]})
    assert len(record({"rmdq_total": [one, one]}).facts("rmdq_total")) == 1


def test_a_series_may_mix_plain_values_with_dated_ones() -> None:
    facts = record({"rmdq_total": [7, {"value": 14, "date": days_ago(7)}]}).facts("rmdq_total")
    assert [(fact.value, fact.date) for fact in facts] == [(14, DAY_7), (7, AT)]


def test_a_list_is_a_value_and_a_dated_list_is_written_with_its_value() -> None:
    assert value("places", {"value": ["back"], "date": days_ago(7)}) == ({"value": "back"},)
    series = [{"value": ["back"], "date": days_ago(7)}, {"value": [], "date": days_ago(0)}]
    assert [fact.value for fact in record({"places": series}).facts("places")] == [({"value": "back"},), ()]


def test_a_list_whose_items_have_parts_is_one_value_and_not_a_series() -> None:
    items = [{"discipline": "GP"}, {"discipline": "psychologist", "weeks": 6}]
    assert len(record({"tried": items}).facts("tried")) == 1
    assert len(record({"tried": [{"value": items}, {"status": "refused", "date": days_ago(7)}]}).facts("tried")) == 2


def test_an_empty_list_is_unknown_where_none_can_not_be_meant() -> None:
    (fact,) = record({"goals": []}).facts("goals")
    assert (fact.status, fact.value) == ("unknown", None)
    (known,) = record({"places": []}).facts("places")
    assert (known.status, known.value) == ("known", ())


def test_treatment_goals_are_unknown_when_empty_and_drugs_are_none_in_the_guideline() -> None:
    findings = load_guideline().findings
    read = read_record({"treatment_goals": [], "neuropathic_drugs": []}, findings, AT)
    assert read.facts("treatment_goals")[0].status == "unknown"
    assert read.facts("neuropathic_drugs")[0].value == ()


# --- problems -----------------------------------------------------------------------------------------------------

_NESTED: list[object] = []
for _ in range(100_000):
    _NESTED = [_NESTED]

# name, what was given, code, words of the message, words of the advice
WRONG: list[tuple[object, object, str, str, str]] = [
    ("age_year", 4, "CP060", "there is no finding 'age_year'", "did you mean 'age_years'?"),
    (7, 4, "CP060", "there is no finding '7'", ""),
    ("present_step", "SP1", "CP060", "there is no finding 'present_step'", ""),
    ("age_years", "47", "CP061", "'47' is no number", "without quotes"),
    ("age_years", True, "CP061", "True is no number", "without quotes"),
    ("age_years", 47.5, "CP061", "47.5 is no whole number", "whole number"),
    ("age_years", 10**400, "CP062", "beyond any range", "correct it"),
    ("agrees", 1, "CP061", "1 is neither true nor false", "true or false"),
    ("agrees", "yes", "CP061", "'yes' is neither true nor false", "true or false"),
    ("fear", "hihg", "CP061", "'hihg' is no value of it", "did you mean 'high'?"),
    ("fear", 3, "CP061", "3 is no text", "in quotes"),
    ("remark", 3, "CP061", "3 is no text", "in quotes"),
    ("remark", "", "CP061", "the text is empty", "leave the finding out"),
    ("remark", "\ud800", "CP061", "half a character", "correct the text"),
    ("remark", "x" * (MAX_TEXT + 1), "CP066", "4001 characters; the limit is 4000", "shorten it"),
    ("places", "back", "CP061", "places is a list, not str", "write [..]"),
    ("places", ["x"] * (MAX_ITEMS + 1), "CP066", "more than 1000 items", "leave old items out"),
    ("places", [3], "CP061", "3 is no text", "in quotes"),
    ("tried", ["GP"], "CP061", "an item is a mapping of discipline, weeks", "{part: value}"),
    ("tried", [{"disciplin": "GP"}], "CP068", "unknown part 'disciplin' of an item", "did you mean 'discipline'?"),
    ("tried", [{"discipline": "dentist"}], "CP061", "'dentist' is no value of it", "valid: GP"),
    ("tried", [{"weeks": -1}], "CP062", "-1 is out of the range 0..", "nothing is cut off"),
    ("age_years", -1, "CP062", "-1 is out of the range 0..120", "nothing is cut off"),
    ("age_years", 121, "CP062", "121 is out of the range 0..120", "nothing is cut off"),
    ("months", -0.5, "CP062", "-0.5 is out of the range 0..", "nothing is cut off"),
    ("months", MAX_INTEGER + 1, "CP062", "beyond any range", "correct it"),
    ("months", float("nan"), "CP065", "nan is not finite", "leave it out"),
    ("months", float("inf"), "CP065", "inf is not finite", "leave it out"),
    ("end_date", "2026-02-30", "CP063", "'2026-02-30' is no date", "YYYY-MM-DD"),
    ("end_date", "yesterday", "CP063", "'yesterday' is no date", "YYYY-MM-DD"),
    ("end_date", 20260101, "CP063", "20260101 is no date", "YYYY-MM-DD"),
    ("agrees", {"value": True, "date": "then"}, "CP063", "'then' is no date", "YYYY-MM-DD"),
    ("agrees", {"status": "refuse"}, "CP064", "unknown status 'refuse'", "did you mean 'refused'?"),
    ("agrees", {"status": ["refused"]}, "CP064", "unknown status ['refused']", ""),
    ("agrees", {"status": "known"}, "CP064", "a known value is missing", "a status other than known"),
    ("agrees", {"value": True, "status": "refused"}, "CP064", "a value stands beside status refused", "either"),
    ("agrees", {"valu": True}, "CP068", "unknown part 'valu'", "did you mean 'value'?"),
    ("agrees", {"value": True, "source": 3}, "CP061", "source must be text", "in quotes"),
    ("rmdq_total", {"value": 3, "version": ""}, "CP061", "the text is empty", ""),
    ("rmdq_total", {"value": 3, "version": "\udfff"}, "CP061", "half a character", ""),
    ("rmdq_total", [3] * (MAX_SERIES + 1), "CP066", "more than 200000 values", "leave old values out"),
    # values that Python itself can hardly write out
    ("agrees", 10**5000, "CP061", "is neither true nor false", ""),
    ("agrees", _NESTED, "CP061", "is neither true nor false", ""),
    (10**5000, 1, "CP060", "there is no finding", ""),
    ("agrees", {"status": 10**5000}, "CP064", "unknown status", ""),
    ("end_date", 10**5000, "CP063", "is no date", ""),
]


@pytest.mark.parametrize(("name", "given_value", "code", "message", "advice"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_read_is_named_with_what_to_do(
    name: str, given_value: object, code: str, message: str, advice: str
) -> None:
    with pytest.raises(RecordError) as caught:
        record({name: given_value})
    (problem,) = caught.value.problems
    assert problem.code == code
    assert message in problem.message
    assert advice in problem.advice
    assert len(str(problem)) < 400


@pytest.mark.parametrize("patient", [None, [], "patient", 3])
def test_a_patient_that_is_no_mapping_is_refused(patient: object) -> None:
    with pytest.raises(RecordError, match="a patient is a mapping") as caught:
        read_record(patient, FINDINGS, AT)  # type: ignore[arg-type]
    assert [problem.code for problem in caught.value.problems] == ["CP069"]


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(RecordError) as caught:
        record({"age_years": 121, "fear": "hihg", "nonsense": 1, "months": 3, "rmdq_total": [{"value": 25}, 26]})
    assert [problem.code for problem in caught.value.problems] == ["CP062", "CP061", "CP060", "CP062", "CP062"]


def test_a_problem_inside_a_series_says_which_value_it_is() -> None:
    with pytest.raises(RecordError, match=r"\(at rmdq_total\.1\)"):
        record({"rmdq_total": [3, 25]})


def test_a_problem_of_a_file_has_its_place_there() -> None:
    with pytest.raises(RecordError) as caught:
        read_record({"age_years": 121}, FINDINGS, AT, locate=lambda path: Place("patient.yaml", len(path), 9))
    assert caught.value.problems[0].place == Place("patient.yaml", 2, 9)


@pytest.mark.parametrize("key", ["\x1b[31mred", "a\nb", "\ud800", "x" * 10_000, "naïef"])
def test_a_message_shows_foreign_text_in_plain_letters_and_in_short(key: str) -> None:
    for patient in ({key: 1}, {"agrees": {key: 1}}, {"agrees": key}, {"fear": key}, {"tried": [{key: 1}]}):
        with pytest.raises(RecordError) as caught:
            record(patient)
        for problem in caught.value.problems:
            assert problem.message.isascii()
            assert problem.message.isprintable()
            assert len(problem.message) < 300


def test_a_record_with_a_problem_still_names_its_red_flags() -> None:
    patient = {"rf_paresis": True, "age_years": 121, "rf_fracture": {"value": True, "date": days_ago(400)}}
    with pytest.raises(RecordError) as caught:
        record(patient)
    assert caught.value.red_flags == ("rf_fracture", "rf_paresis")
    assert "red flags seen before the error" in str(caught.value)


def test_a_red_flag_that_is_false_is_not_named_beside_an_error() -> None:
    with pytest.raises(RecordError) as caught:
        record({"rf_paresis": False, "agrees": True, "age_years": 121})
    assert caught.value.red_flags == ()


@pytest.mark.parametrize("order", [1, -1])
def test_two_values_that_can_never_stand_together_on_one_day_are_refused(order: int) -> None:
    patient: list[tuple[str, object]] = [("start_total", 3), ("start_distress", 4)]
    with pytest.raises(RecordError) as caught:
        record(dict(patient[::order]))
    (problem,) = caught.value.problems
    assert problem.code == "CP067"
    assert "start_distress is 4, above start_total of that day (3)" in problem.message


def test_values_that_fit_or_are_of_different_days_stand() -> None:
    assert record({"start_total": 4, "start_distress": 4})
    assert record({"start_total": {"value": 3, "date": days_ago(1)}, "start_distress": 4})
    assert record({"start_total": {"status": "refused"}, "start_distress": 4})


@pytest.mark.parametrize("totals", [[3, 5], [5, 3]])
def test_the_order_of_two_values_of_one_day_does_not_matter_for_what_may_stand_beside_them(totals: list[int]) -> None:
    assert record({"start_total": totals, "start_distress": 4})


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "date", "status"]), inner),
    max_leaves=6,
)


@settings(deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(sorted(FINDINGS)), _ANYTHING, max_size=3))
def test_whatever_is_given_is_read_or_refused_with_problems(patient: Mapping[str, object]) -> None:
    with contextlib.suppress(RecordError):
        assert set(record(patient).series) <= set(patient)
