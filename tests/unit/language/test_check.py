"""What is said about a condition whose names, types, values or units do not fit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from carepath.errors import Place, Problem
from carepath.language.check import check, cycles, names_of, parameters_of
from carepath.language.nodes import Condition
from carepath.language.parse import parse_node, parse_text
from carepath.language.symbols import ParameterType, Symbols, ValueType
from carepath.yaml_reader import read_text
from tests.unit.language import strategies

SYMBOLS = Symbols(
    findings={
        "flag": ValueType("bool"),
        "age_years": ValueType("int", minimum=0, maximum=120, unit="a"),
        "wpn_class": ValueType("int", minimum=1, maximum=4, enumerated=True),
        "pain_duration_months": ValueType("decimal", minimum=0, unit="mo"),
        "t_score": ValueType("decimal", maximum=4),
        "rmdq_total": ValueType("int", minimum=0, maximum=24, is_instrument=True),
        "current_line": ValueType("enum", values=("0", "1", "1.5", "2")),
        "fear": ValueType("enum", values=("none", "moderate", "high")),
        "remark": ValueType("text"),
        "end_date": ValueType("date"),
        "drugs": ValueType(
            "list",
            parts={
                "class": ValueType("enum", values=("TCA", "SNRI")),
                "tolerated": ValueType("bool"),
                "weeks": ValueType("int", unit="wk"),
            },
        ),
    },
    terms={"adult": parse_text("age_years >= adult_age")},
    parameters={
        "adult_age": ParameterType("number", "a", 18, 18),
        "chronic_months": ParameterType("number", "mo", 3, 3),
        "impossible_age": ParameterType("number", "a", 18, 130),
        "window": ParameterType("number", "d", 92, 92),
        "two_classes": ParameterType("number", None, 2, 2),
        "zero": ParameterType("number", None, 0, 0),
        "below_zero": ParameterType("number", None, -1, -1),
        "months_below_zero": ParameterType("number", "mo", -1, -1),
        "five": ParameterType("number", None, 5, 5),
        "mic_rmdq": ParameterType("number", None, 3, 3),
        "mic_percent": ParameterType("number", "%", 30, 30),
        "start": ParameterType("date"),
        "start_in_days": ParameterType("date", "d"),
        "two_weeks": ParameterType("number", "wk", 2, 2),
        "withdrawn": ParameterType("number", "a", None, None),
    },
)

FINE = [
    "flag in [true, false]",
    "end_date < start_in_days",
    "some: {of: drugs, where: weeks >= two_weeks}",
    "adult",
    "flag",
    "not flag",
    "flag == true",
    "flag != true",
    "wpn_class is known",
    "remark is known",
    "wpn_class in [3, 4]",
    "age_years >= adult_age",
    "age_years >= withdrawn",
    "pain_duration_months >= chronic_months",
    "current_line in ['0', '1.5']",
    "fear != high",
    "fear == 'high'",
    "end_date < 2026-01-01",
    "end_date >= start",
    "days since end_date > window",
    "improvement of rmdq_total since step start >= mic_rmdq",
    "percent worsening of rmdq_total since first value >= mic_percent",
    "{some: {of: drugs, where: class == TCA}}",
    "{every: {of: drugs, where: {all: [tolerated, class is known]}}}",
    "{count: {of: drugs, distinct: class, where: tolerated, is: '>= two_classes'}}",
    "{count: {of: drugs, is: == zero}}",
]


def read(text: str) -> Condition:
    return parse_node(read_text(text, name="rules/x.yaml"))


@pytest.mark.parametrize("text", FINE)
def test_a_condition_whose_parts_fit_has_no_problem(text: str) -> None:
    assert check(read(text), SYMBOLS) == []


NAMES = (
    "age_years, current_line, drugs, end_date, fear, flag, pain_duration_months, remark, rmdq_total, t_score, wpn_class"
)

# text -> code, message, advice, column.
WRONG: dict[str, tuple[str, str, str, int]] = {
    # names: CP021 there is no such name
    "chronik": (
        "CP021",
        "there is no finding or term 'chronik'",
        "valid: adult, " + NAMES,
        1,
    ),
    "adul": (
        "CP021",
        "there is no finding or term 'adul'",
        "did you mean 'adult'?",
        1,
    ),
    "not flog": (
        "CP021",
        "there is no finding or term 'flog'",
        "did you mean 'flag'?",
        5,
    ),
    "wpn_clas is known": (
        "CP021",
        "there is no finding 'wpn_clas'",
        "did you mean 'wpn_class'?",
        1,
    ),
    "wpn_clas in [3, 4]": (
        "CP021",
        "there is no finding 'wpn_clas'",
        "did you mean 'wpn_class'?",
        1,
    ),
    "adult == true": (
        "CP021",
        "there is no finding 'adult'",
        "valid: " + NAMES,
        1,
    ),
    "age_years >= adult_ag": (
        "CP021",
        "there is no parameter 'adult_ag'",
        "did you mean 'adult_age'?",
        14,
    ),
    "days since end_dat > window": (
        "CP021",
        "there is no finding 'end_dat'",
        "did you mean 'end_date'?",
        1,
    ),
    "improvement of rmdq_totl since step start > mic_rmdq": (
        "CP021",
        "there is no finding 'rmdq_totl'",
        "did you mean 'rmdq_total'?",
        1,
    ),
    "{some: {of: drug, where: tolerated}}": (
        "CP021",
        "there is no finding 'drug'",
        "did you mean 'drugs'?",
        1,
    ),
    "{some: {of: drugs, where: tolerate}}": (
        "CP021",
        "there is no finding or term 'tolerate'",
        "did you mean 'tolerated'?",
        27,
    ),
    "{some: {of: drugs, where: adult}}": (
        "CP021",
        "there is no finding or term 'adult'",
        "valid: class, tolerated, weeks",
        27,
    ),
    "{count: {of: drugs, distinct: clas, is: < two_classes}}": (
        "CP021",
        "there is no part of an item 'clas'",
        "did you mean 'class'?",
        1,
    ),
    "{count: {of: drugs, is: < two_clases}}": (
        "CP021",
        "there is no parameter 'two_clases'",
        "did you mean 'two_classes'?",
        27,
    ),
    # types: CP022 they do not fit
    "age_years": (
        "CP022",
        "age_years is of type int and no condition by itself",
        "compare it, or write `is known`",
        1,
    ),
    "fear": (
        "CP022",
        "fear is of type enum and no condition by itself",
        "compare it, or write `is known`",
        1,
    ),
    "drugs": (
        "CP022",
        "drugs is of type list and no condition by itself",
        "compare it, or write `is known`",
        1,
    ),
    "flag == high": (
        "CP022",
        "flag == high: a bool is not compared with high",
        "write the name, or `not NAME`",
        9,
    ),
    "flag > true": (
        "CP022",
        "flag > true: a bool is not compared with true",
        "write the name, or `not NAME`",
        8,
    ),
    "remark == 'x'": (
        "CP022",
        "remark is of type text",
        "free text is never read by a rule",
        1,
    ),
    "drugs == 'x'": (
        "CP022",
        "drugs is of type list",
        "use `some`, `every` or `count`",
        1,
    ),
    "fear > moderate": (
        "CP022",
        "fear > moderate: an enumeration has no order",
        "write == or in [...]",
        8,
    ),
    "current_line == 1": (
        "CP022",
        "current_line == 1: 1 is no text",
        "put the value in quotes",
        17,
    ),
    "age_years >= '18'": (
        "CP022",
        "age_years >= '18': '18' is no int",
        "",
        14,
    ),
    "age_years >= 2026-01-01": (
        "CP022",
        "age_years >= 2026-01-01: 2026-01-01 is no int",
        "",
        14,
    ),
    "age_years >= start": (
        "CP022",
        "age_years >= start: parameter start is a date, not a number",
        "",
        14,
    ),
    "end_date >= window": (
        "CP022",
        "end_date >= window: parameter window is a number, not a date",
        "",
        13,
    ),
    "end_date >= 3": (
        "CP022",
        "end_date >= 3: 3 is no date",
        "",
        13,
    ),
    "days since age_years > window": (
        "CP022",
        "age_years is no date",
        "",
        1,
    ),
    "improvement of age_years since step start > mic_rmdq": (
        "CP022",
        "age_years has no direction of improvement",
        "give the finding an `instrument` and a direction of improvement (`better`)",
        1,
    ),
    "{some: {of: flag, where: tolerated}}": (
        "CP022",
        "flag is no list",
        "",
        1,
    ),
    # values: CP023 this one can never occur
    "wpn_class == 5": (
        "CP023",
        "wpn_class == 5: 5 can never occur; the range is 1..4",
        "",
        14,
    ),
    "wpn_class in [3, 0]": (
        "CP023",
        "wpn_class in [3, 0]: 0 can never occur; the range is 1..4",
        "",
        18,
    ),
    "wpn_class == 2.5": (
        "CP023",
        "wpn_class == 2.5: 2.5 can never occur; the range is 1..4",
        "",
        14,
    ),
    "fear == hihg": (
        "CP023",
        "fear == hihg: 'hihg' is no value of it",
        "did you mean 'high'?",
        9,
    ),
    "fear in [high, moderat]": (
        "CP023",
        "fear in [high, moderat]: 'moderat' is no value of it",
        "did you mean 'moderate'?",
        16,
    ),
    "current_line == '5'": (
        "CP023",
        "current_line == '5': '5' is no value of it",
        "valid: 0, 1, 1.5, 2",
        17,
    ),
    "age_years < impossible_age": (
        "CP023",
        "age_years < impossible_age: impossible_age is 130, out of the range 0..120",
        "operator <",
        13,
    ),
    "pain_duration_months > months_below_zero": (
        "CP023",
        "pain_duration_months > months_below_zero: months_below_zero is -1, out of the range 0..",
        "operator >",
        24,
    ),
    "t_score < five": ("CP023", "t_score < five: five is 5, out of the range ..4", "operator <", 11),
    "{count: {of: drugs, is: '> below_zero'}}": (
        "CP023",
        "count of drugs > below_zero: below_zero is -1, out of the range 0..",
        "operator >",
        28,
    ),
    # units: CP024 they do not fit
    "age_years >= chronic_months": (
        "CP024",
        "age_years >= chronic_months: unit a is compared with unit mo",
        "use a parameter with the unit of the finding",
        14,
    ),
    "rmdq_total >= mic_percent": (
        "CP024",
        "rmdq_total >= mic_percent: unit none is compared with unit %",
        "use a parameter with the unit of the finding",
        15,
    ),
    "percent improvement of rmdq_total since step start >= mic_rmdq": (
        "CP024",
        "percent improvement of rmdq_total since step start >= mic_rmdq: unit % is compared with unit none",
        "use a parameter with the unit of the finding",
        55,
    ),
    "improvement of rmdq_total since step start >= mic_percent": (
        "CP024",
        "improvement of rmdq_total since step start >= mic_percent: unit none is compared with unit %",
        "use a parameter with the unit of the finding",
        47,
    ),
    "days since end_date > chronic_months": (
        "CP024",
        "days since end_date > chronic_months: unit d is compared with unit mo",
        "use a parameter with the unit of the finding",
        23,
    ),
    "{count: {of: drugs, is: < window}}": (
        "CP024",
        "count of drugs < window: unit none is compared with unit d",
        "use a parameter with the unit of the finding",
        27,
    ),
    # numbers: CP025 this one needs a name
    "age_years >= 18": (
        "CP025",
        "age_years >= 18: 18 is a bare number",
        "name the number in rules/parameters.yaml, with its ground, and write that name",
        14,
    ),
    "days since end_date > 30": (
        "CP025",
        "days since end_date > 30: 30 is a bare number",
        "name the number in rules/parameters.yaml, with its ground, and write that name",
        23,
    ),
    "improvement of rmdq_total since step start >= 5": (
        "CP025",
        "improvement of rmdq_total since step start >= 5: 5 is a bare number",
        "name the number in rules/parameters.yaml, with its ground, and write that name",
        47,
    ),
    "{count: {of: drugs, is: '>= 2'}}": (
        "CP025",
        "count of drugs >= 2: 2 is a bare number",
        "name the number in rules/parameters.yaml, with its ground, and write that name",
        29,
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_does_not_fit_is_named_with_its_place_and_what_to_write(text: str) -> None:
    code, message, advice, column = WRONG[text]
    (problem,) = check(read(text), SYMBOLS)
    assert (problem.code, problem.message, problem.advice) == (code, message, advice)
    assert problem.place == Place("rules/x.yaml", 1, column)


def test_all_problems_of_a_condition_are_found_at_once() -> None:
    text = "all:\n  - adul\n  - any: [age_years >= 18, wpn_class == 5]\n  - not: fear > high\n"
    assert [problem.code for problem in check(read(text), SYMBOLS)] == ["CP021", "CP025", "CP023", "CP022"]


@settings(deadline=None)
@given(strategies.evaluable)
def test_generated_conditions_that_can_be_evaluated_have_no_problem(condition: Condition) -> None:
    assert check(condition, strategies.SYMBOLS) == []


# --- circles of terms ---------------------------------------------------------------------------------------------


def terms(**lines: str) -> dict[str, Condition]:
    return {
        name: parse_node(read_text(text, name=f"{number}.yaml")) for number, (name, text) in enumerate(lines.items())
    }


def test_terms_that_build_on_each_other_without_a_circle_are_fine() -> None:
    assert cycles(terms(a="{all: [b, c]}", b="c", c="flag")) == []


def test_a_circle_of_terms_is_named_once_from_its_first_term_on() -> None:
    (problem,) = cycles(terms(z="a", a="{all: [flag, b]}", b="not c", c="{any: [a, flag]}"))
    assert problem == Problem("CP026", "terms in a circle: a -> b -> c -> a", Place("1.yaml", 1, 1), "break the circle")


def test_a_term_that_names_itself_is_a_circle() -> None:
    (problem,) = cycles(terms(a="{any: [flag, a]}"))
    assert problem.message == "terms in a circle: a -> a"


def test_a_term_that_names_itself_is_named_once_where_another_leads_to_it() -> None:
    assert len(cycles(terms(first="second", second="second"))) == 1


def test_two_circles_are_two_problems() -> None:
    found = cycles(terms(a="b", b="a", c="d", d="c"))
    assert [problem.message for problem in found] == [
        "terms in a circle: a -> b -> a",
        "terms in a circle: c -> d -> c",
    ]


def test_a_chain_of_a_thousand_terms_is_walked_without_recursion() -> None:
    chain = terms(**{f"t{number}": f"t{number + 1}" for number in range(1000)}, t1000="t0")
    (problem,) = cycles(chain)
    assert problem.code == "CP026"


# --- the names in a condition -------------------------------------------------------------------------------------


def test_the_names_in_a_condition_are_those_of_terms_and_findings_without_parts_of_items() -> None:
    text = (
        "all: [adult, not flag, 'wpn_class in [3]', fear is known, days since end_date > window, "
        "improvement of rmdq_total since step start >= mic_rmdq, {some: {of: drugs, where: tolerated}}]"
    )
    assert list(names_of(read(text))) == [
        "adult",
        "flag",
        "wpn_class",
        "fear",
        "end_date",
        "rmdq_total",
        "drugs",
    ]


def test_the_parameters_in_a_condition_are_found_in_every_place_where_a_value_may_stand() -> None:
    text = (
        "all: [age_years >= adult_age, fear == high, {count: {of: drugs, is: '>= two_classes'}}, "
        "not: {any: [days since end_date > window]}]"
    )
    text = text.replace("not: {any", "{not: {any").replace("window]}]", "window]}}]")
    assert list(parameters_of(read(text), SYMBOLS)) == ["adult_age", "two_classes", "window"]


def test_a_circle_is_told_once_however_many_terms_lead_to_it() -> None:
    found = cycles(terms(a="b", b="a", c="a", d="c"))
    assert [problem.code for problem in found] == ["CP026"]
