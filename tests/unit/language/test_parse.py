"""What a line of text and a structure in YAML mean, and what is said about those that mean nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from carepath.errors import MAX_PROBLEMS, Place, Problem
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Change,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
    DaysSince,
    Every,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Number,
    Quoted,
    Some,
    Word,
    children,
)
from carepath.language.parse import MAX_LEAF, ConditionSyntaxError, parse_node, parse_text
from carepath.language.truth import Truth
from carepath.yaml_reader import read_text

WPN = FindingRef("wpn_class")

LINES: dict[str, Condition] = {
    "adult": Named("adult"),
    "  adult  ": Named("adult"),
    "true": Constant(Truth.TRUE),
    "false": Constant(Truth.FALSE),
    "unknown": Constant(Truth.UNKNOWN),
    "not adult": Not(Named("adult")),
    "not not adult": Not(Not(Named("adult"))),
    "not wpn_class == 3": Not(Compare(WPN, "==", Number(3))),
    "wpn_class is known": IsKnown("wpn_class"),
    "wpn_class < 3": Compare(WPN, "<", Number(3)),
    "wpn_class <= 3": Compare(WPN, "<=", Number(3)),
    "wpn_class > 3": Compare(WPN, ">", Number(3)),
    "wpn_class >= 3": Compare(WPN, ">=", Number(3)),
    "wpn_class==3": Compare(WPN, "==", Number(3)),
    "wpn_class != 3": Compare(WPN, "!=", Number(3)),
    "wpn_class == -1.5": Compare(WPN, "==", Number(-1.5)),
    "wpn_class in [3, 4]": Among(WPN, (Number(3), Number(4))),
    "wpn_class in [3]": Among(WPN, (Number(3),)),
    "current_line == '1.5'": Compare(FindingRef("current_line"), "==", Quoted("1.5")),
    "current_node in [SP-IMSR, SP15]": Among(FindingRef("current_node"), (Word("SP-IMSR"), Word("SP15"))),
    "evaluation_date >= 2026-01-23": Compare(FindingRef("evaluation_date"), ">=", Day(dt.date(2026, 1, 23))),
    "age_years >= adult_age": Compare(FindingRef("age_years"), ">=", Word("adult_age")),
    "days since mdo_last_date > mdo_window": Compare(DaysSince("mdo_last_date"), ">", Word("mdo_window")),
    "improvement of rmdq_total since step start >= mic_rmdq": Compare(
        Change("improvement", False, "rmdq_total", "step start"),  # noqa: FBT003 - the node's own order
        ">=",
        Word("mic_rmdq"),
    ),
    "percent worsening of odi_total since last step change > mic_percent": Compare(
        Change("worsening", True, "odi_total", "last step change"),  # noqa: FBT003
        ">",
        Word("mic_percent"),
    ),
    "worsening of odi_total since first value > mic_odi": Compare(
        Change("worsening", False, "odi_total", "first value"),  # noqa: FBT003
        ">",
        Word("mic_odi"),
    ),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_the_condition_that_it_says(line: str) -> None:
    assert parse_text(line) == LINES[line]


STRUCTURES: dict[str, Condition] = {
    "all: [adult, chronic]": All((Named("adult"), Named("chronic"))),
    "any: [adult, not chronic]": AnyOf((Named("adult"), Not(Named("chronic")))),
    "not: {all: [adult]}": Not(All((Named("adult"),))),
    "true": Constant(Truth.TRUE),
    "'false'": Constant(Truth.FALSE),
    "some: {of: drugs, where: class == TCA}": Some("drugs", Compare(FindingRef("class"), "==", Word("TCA"))),
    "every: {of: goals, where: \"attained == 'yes'\"}": Every(
        "goals", Compare(FindingRef("attained"), "==", Quoted("yes"))
    ),
    "count: {of: drugs, is: '>= two_classes'}": Count("drugs", None, None, ">=", Word("two_classes")),
    "count: {of: drugs, distinct: class, where: tolerated, is: < two_classes}": Count(
        "drugs", "class", Named("tolerated"), "<", Word("two_classes")
    ),
}


@pytest.mark.parametrize("text", STRUCTURES)
def test_a_structure_is_read_as_the_condition_that_it_says(text: str) -> None:
    assert parse_node(read_text(text)) == STRUCTURES[text]


# line -> the words of the message, the advice, and the column of the marker.
WRONG_LINES: dict[str, tuple[str, str, int]] = {
    "": (
        "cannot read '': it ends too early",
        "a name, a comparison or a value is missing",
        1,
    ),
    "wpn_class = 3": (
        "cannot read 'wpn_class = 3': unknown comparison '='",
        "write == for equality",
        11,
    ),
    "wpn_class == 3 and adult": (
        "cannot read 'wpn_class == 3 and adult': unexpected 'and'",
        "one comparison a line; join lines with `all:` or `any:`",
        16,
    ),
    "true adult": (
        "cannot read 'true adult': expected a name, found 'true'",
        "",
        1,
    ),
    "adult chronic": (
        "cannot read 'adult chronic': unexpected 'chronic'",
        "one comparison a line; join lines with `all:` or `any:`",
        7,
    ),
    "wpn_class ==": (
        "cannot read 'wpn_class ==': it ends too early",
        "a name, a comparison or a value is missing",
        13,
    ),
    "wpn_class == <": (
        "cannot read 'wpn_class == <': expected a value, found '<'",
        "",
        14,
    ),
    "wpn_class in 3": (
        "cannot read 'wpn_class in 3': expected '[', found '3'",
        "",
        14,
    ),
    "wpn_class in []": (
        "cannot read 'wpn_class in []': expected a value, found ']'",
        "",
        15,
    ),
    "wpn_class in [3, 4": (
        "cannot read 'wpn_class in [3, 4': it ends too early",
        "a name, a comparison or a value is missing",
        19,
    ),
    "wpn_class in [3 4]": (
        "cannot read 'wpn_class in [3 4]': expected ']', found '4'",
        "",
        17,
    ),
    "wpn_class is unknown": (
        "cannot read 'wpn_class is unknown': expected 'known', found 'unknown'",
        "",
        14,
    ),
    "3 == wpn_class": (
        "cannot read '3 == wpn_class': expected a name, found '3'",
        "",
        1,
    ),
    "not": (
        "cannot read 'not': it ends too early",
        "a name, a comparison or a value is missing",
        4,
    ),
    'wpn_class == "3"': (
        "cannot read 'wpn_class == \"3\"': unexpected '\"'",
        "a text value stands in single quotes",
        14,
    ),
    "(adult)": (
        "cannot read '(adult)': unexpected '('",
        "a text value stands in single quotes",
        1,
    ),
    "age >= 18%": (
        "cannot read 'age >= 18%': unexpected '%'",
        "a text value stands in single quotes",
        10,
    ),
    "true == adult": (
        "cannot read 'true == adult': expected a name, found 'true'",
        "",
        1,
    ),
    "days since mdo_last_date": (
        "cannot read 'days since mdo_last_date': a comparison is missing",
        "compare it with a parameter",
        25,
    ),
    "days mdo_last_date > x": (
        "cannot read 'days mdo_last_date > x': expected a name, found 'days'",
        "",
        1,
    ),
    "improvement of rmdq_total since yesterday > x": (
        "cannot read 'improvement of rmdq_total since yesterday > x': unknown moment",
        "write step start, last step change, first value",
        33,
    ),
    "improvement of rmdq_total since": (
        "cannot read 'improvement of rmdq_total since': unknown moment",
        "write step start, last step change, first value",
        32,
    ),
    "improvement of rmdq_total >= x": (
        "cannot read 'improvement of rmdq_total >= x': expected 'since', found '>='",
        "",
        27,
    ),
    "percent of rmdq_total since step start > x": (
        "cannot read 'percent of rmdq_total since step start > x': expected improvement or worsening, found 'of'",
        "",
        9,
    ),
    "evaluation_date >= 2026-02-30": (
        "cannot read 'evaluation_date >= 2026-02-30': 2026-02-30 is no date",
        "",
        20,
    ),
    "days since x in [3]": (
        "cannot read 'days since x in [3]': a comparison is missing",
        "compare it with a parameter",
        20,
    ),
}


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_line_that_cannot_be_read_is_marked_where_it_goes_wrong(line: str) -> None:
    message, advice, column = WRONG_LINES[line]
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_text(line, place=Place("rules/x.yaml", 7, 1))
    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.advice) == ("CP020", message, advice)
    assert problem.place == Place("rules/x.yaml", 7, column)


def test_a_line_may_have_three_hundred_characters_and_no_more() -> None:
    assert parse_text("x" * MAX_LEAF) == Named("x" * MAX_LEAF)
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_text("x" * (MAX_LEAF + 1))
    message, advice = "longer than 300 characters", "split it with `all:` or `any:`"
    shown = f"cannot read {'x' * 80!r}: {message}"
    assert caught.value.problems == [Problem("CP020", shown, Place("condition", 1, 1), advice)]


def test_a_line_that_cannot_be_read_is_shown_by_its_first_eighty_characters() -> None:
    for length, shown in ((80, 80), (81, 80)):
        with pytest.raises(ConditionSyntaxError) as caught:
            parse_text("x" * (length - 2) + " =")
        assert caught.value.problems[0].message.startswith(f"cannot read {('x' * (length - 2) + ' =')[:shown]!r}: ")


def test_seventy_negations_in_a_line_are_read_one_in_the_other() -> None:
    condition = parse_text("not " * 70 + "adult")
    for _ in range(70):
        assert isinstance(condition, Not)
        condition = condition.child
    assert condition == Named("adult")


# text -> the words of the message, the advice, line and column.
WRONG_STRUCTURES: dict[str, tuple[str, str, int, int]] = {
    "[adult, chronic]": (
        "a list is no condition",
        "write `all:` or `any:` above the list",
        1,
        1,
    ),
    "3": (
        "3 is no condition",
        "write a line of text",
        1,
        1,
    ),
    "null": (
        "None is no condition",
        "write a line of text",
        1,
        1,
    ),
    "{}": (
        "a condition has exactly one key; this has nothing",
        "write one of all, any, not, some, every, count",
        1,
        1,
    ),
    "al: [adult]": (
        "a condition has exactly one key; this has 'al'",
        "did you mean 'all'?",
        1,
        1,
    ),
    "{all: [adult], any: [chronic]}": (
        "a condition has exactly one key; this has 'all', 'any'",
        "write one of all, any, not, some, every, count",
        1,
        1,
    ),
    "all: []": (
        "`all:` needs a list of conditions",
        "start each with `- `",
        1,
        1,
    ),
    "any: adult": (
        "`any:` needs a list of conditions",
        "start each with `- `",
        1,
        1,
    ),
    "all:\n  - adult\n  - wpn_class = 3": (
        "cannot read 'wpn_class = 3': unknown comparison '='",
        "write == for equality",
        3,
        15,
    ),
    "all:\n  - adult\n  - 'wpn_class = 3'": (
        "cannot read 'wpn_class = 3': unknown comparison '='",
        "write == for equality",
        3,
        16,
    ),
    "some: drugs": (
        "`some:` needs `of:` and `where:`",
        "",
        1,
        1,
    ),
    "some: {of: drugs}": (
        "`some:` needs `of:` and `where:`",
        "",
        1,
        1,
    ),
    "every: {where: adult}": (
        "`every:` needs `of:` and `where:`",
        "",
        1,
        1,
    ),
    "some: {of: drugs, wher: tolerated, where: tolerated}": (
        "unknown key 'wher'",
        "did you mean 'where'?",
        1,
        19,
    ),
    "some: {of: drugs, where: class = TCA}": (
        "cannot read 'class = TCA': unknown comparison '='",
        "write == for equality",
        1,
        32,
    ),
    "every: {of: drugs, where: tolerated, distinct: class}": (
        "unknown key 'distinct'",
        "valid: of, where",
        1,
        38,
    ),
    "count: {of: drugs}": (
        "`count:` needs `is:`, such as `is: '>= two_classes'`",
        "",
        1,
        1,
    ),
    "count: {of: drugs, is: 3}": (
        "`count:` needs `is:`, such as `is: '>= two_classes'`",
        "",
        1,
        1,
    ),
    "count: {of: drugs, distinct: [class], is: < two}": (
        "`distinct:` names one part of an item",
        "write its name",
        1,
        1,
    ),
    "count: {of: drugs, is: two_classes}": (
        "cannot read 'two_classes': unknown comparison 'two_classes'",
        "write one of < <= > >= == !=",
        1,
        24,
    ),
    "count: {of: drugs, is: '>= two classes'}": (
        "cannot read '>= two classes': unexpected 'classes'",
        "write OP VALUE",
        1,
        32,
    ),
}


@pytest.mark.parametrize("text", WRONG_STRUCTURES)
def test_a_structure_that_cannot_be_read_is_marked_where_it_goes_wrong(text: str) -> None:
    message, advice, line, column = WRONG_STRUCTURES[text]
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_node(read_text(text, name="rules/x.yaml"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.advice) == ("CP020", message, advice)
    assert problem.place == Place("rules/x.yaml", line, column)


def test_all_problems_of_a_structure_are_listed_at_once() -> None:
    text = "all:\n  - a = 1\n  - any: []\n  - not: {al: [x]}\n  - fine\n"
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_node(read_text(text))
    assert [problem.place.line for problem in caught.value.problems if problem.place] == [2, 3, 4]
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))


def places(condition: Condition) -> list[tuple[str, int, int]]:
    """The kind, line and column of a condition and of each part of it."""
    found = [(type(condition).__name__, condition.place)]
    if isinstance(condition, Compare | Among):
        found.append((type(condition.operand).__name__, condition.operand.place))
    own = [(name, place.line, place.column) for name, place in found if place is not None]
    assert len(own) == len(found)
    below = [condition.where] if isinstance(condition, Some | Every | Count) and condition.where else []
    return [*own, *(place for part in (*children(condition), *below) for place in places(part))]


def test_every_part_of_a_condition_has_the_place_where_it_begins() -> None:
    text = """\
all:
  - true
  - not not adult
  - "not wpn_class == 3"
  - {any: [days since last_date < window, x is known, unknown]}
  - not: {every: {of: goals, where: "weight in [1, 2]"}}
  - some: {of: goals, where: improvement of goal since step start >= step}
  - count: {of: goals, where: met, is: ">= two"}
"""
    assert places(parse_node(read_text(text))) == [
        ("All", 1, 1),
        ("Constant", 2, 5),
        ("Not", 3, 5),
        ("Not", 3, 9),
        ("Named", 3, 13),
        ("Not", 4, 6),
        ("Compare", 4, 10),
        ("FindingRef", 4, 10),
        ("AnyOf", 5, 5),
        ("Compare", 5, 12),
        ("DaysSince", 5, 12),
        ("IsKnown", 5, 43),
        ("Constant", 5, 55),
        ("Not", 6, 5),
        ("Every", 6, 10),
        ("Among", 6, 38),
        ("FindingRef", 6, 38),
        ("Some", 7, 5),
        ("Compare", 7, 30),
        ("Change", 7, 30),
        ("Count", 8, 5),
        ("Named", 8, 31),
    ]


LONG_KEYS = ", ".join(f"{letter * 70}: 1" for letter in "abcdefgh")


def test_of_keys_that_are_no_condition_the_first_six_are_named_by_their_first_sixty_characters() -> None:
    with pytest.raises(ConditionSyntaxError) as caught:
        parse_node(read_text("{" + LONG_KEYS + "}"))
    named = ", ".join(repr(letter * 60) for letter in "abcdef")
    assert caught.value.problems[0].message == f"a condition has exactly one key; this has {named}"


def test_as_many_problems_as_the_limit_are_named_and_one_more_stands_for_the_rest_at_the_condition() -> None:
    unknown = ", ".join(f"k{number}: x" for number in range(MAX_PROBLEMS + 1))
    for text, limit in (
        ("\n\nany:\n" + "  - x =\n" * MAX_PROBLEMS, None),
        ("\n\nany:\n" + "  - x =\n" * (MAX_PROBLEMS + 1), Place("text", 3, 1)),
        ("\n\nany:\n" + "  - []\n" * (MAX_PROBLEMS + 1), Place("text", 3, 1)),
        (f"\nsome: {{of: a, where: b, {unknown}}}", Place("text", 2, 1)),
    ):
        with pytest.raises(ConditionSyntaxError) as caught:
            parse_node(read_text(text))
        problems = caught.value.problems
        assert len(problems) == MAX_PROBLEMS + (limit is not None)
        assert [problem.place for problem in problems if "the rest is not named" in problem.message] == [
            place for place in (limit,) if place is not None
        ]


def test_places_do_not_count_when_conditions_are_compared() -> None:
    here = parse_text("wpn_class in [3, 4]", place=Place("a.yaml", 1, 1))
    there = parse_text("wpn_class  in [3,4]", place=Place("b.yaml", 9, 9))
    assert here == there
    assert hash(here) == hash(there)
    assert here.place != there.place
