"""The strict reader: nothing is guessed, everything keeps its place, and what is not allowed is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepath import yaml_reader
from carepath.errors import ContentError, Place, Problem
from carepath.yaml_reader import (
    MAX_BYTES,
    MAX_DEPTH,
    Mapping,
    Scalar,
    Sequence,
    place_at,
    read_file,
    read_text,
    to_python,
)


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(ContentError) as caught:
        read_text(text, name="x.yaml")
    return list(caught.value.problems)


# --- what is typed and what stays text ----------------------------------------------------------------------------

SCALARS: dict[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "": None,
    "3": 3,
    "-3": -3,
    "0": 0,
    "1.5": 1.5,
    "-0.25": -0.25,
    "10.0": 10.0,
    # All these stay text, where YAML 1.1 makes something else of them.
    "NO": "NO",
    "no": "no",
    "yes": "yes",
    "on": "on",
    "True": "True",
    "FALSE": "FALSE",
    "Null": "Null",
    "~": "~",
    "0123": "0123",
    "0x1F": "0x1F",
    "0o17": "0o17",
    "1_000": "1_000",
    "1e3": "1e3",
    ".5": ".5",
    "5.": "5.",
    "+5": "+5",
    ".inf": ".inf",
    ".nan": ".nan",
    "12:30": "12:30",
    "2026-03-02": "2026-03-02",
    "2026-03-02T10:00:00": "2026-03-02T10:00:00",
    "<<": "<<",
    "=": "=",
    "'3'": "3",
    '"true"': "true",
    "'null'": "null",
    "''": "",
    "|\n  1.5": "1.5",
    ">-\n  a\n  b": "a b",
    "9" * 31: int("9" * 31),
    "9" * 32: "9" * 32,
}


@pytest.mark.parametrize("text", SCALARS)
def test_only_constants_integers_and_decimals_are_typed(text: str) -> None:
    read = to_python(read_text(f"key: {text}"))
    assert read == {"key": SCALARS[text]}
    assert isinstance(read, dict)
    assert type(read["key"]) is type(SCALARS[text])


def test_a_quoted_text_is_told_from_a_plain_one() -> None:
    node = read_text("- plain\n- 'quoted'\n- |\n  block\n")
    assert isinstance(node, Sequence)
    assert [item.plain for item in node.items if isinstance(item, Scalar)] == [True, False, False]


def test_json_is_read_too() -> None:
    assert to_python(read_text('{"a": [1, 2.5, null, true, "x"], "b": {}}')) == {
        "a": [1, 2.5, None, True, "x"],
        "b": {},
    }


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: x\r\n")
    assert to_python(read_file(path)) == {"a": 1, "b": "x"}


def test_accents_and_emoji_are_text_like_any_other() -> None:
    assert to_python(read_text("naïef: één 🦴")) == {"naïef": "één 🦴"}


_PLAIN = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(exclude_categories=["C", "Z"]))
)


@settings(deadline=None)
@given(
    st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner))
)
def test_what_json_writes_is_read_back_the_same(value: object) -> None:
    assert to_python(read_text(json.dumps({"value": value}, ensure_ascii=False))) == {"value": value}


# --- places -------------------------------------------------------------------------------------------------------

TEXT = """\
# a comment
format: 1
rules:
  - id: A
    when: {all: [adult, "chronic"]}
  - id: B
"""


def test_every_node_keeps_its_place() -> None:
    node = read_text(TEXT, name="rules/x.yaml")
    assert isinstance(node, Mapping)
    assert [(entry.key, str(entry.place)) for entry in node.entries] == [
        ("format", "rules/x.yaml:2:1"),
        ("rules", "rules/x.yaml:3:1"),
    ]


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 2, 1),
        (("format",), 2, 1),
        (("rules", 0), 4, 5),
        (("rules", 0, "when"), 5, 5),
        (("rules", 0, "when", "all", 1), 5, 25),
        (("rules", 1, "id"), 6, 5),
        (("rules", 1, "when"), 6, 5),  # not there: the nearest that is
        (("rules", 7), 3, 1),
        (("nothing",), 2, 1),
    ],
)
def test_the_place_of_a_path_is_the_nearest_one_that_is_there(path: tuple[object, ...], line: int, column: int) -> None:
    assert place_at(read_text(TEXT, name="x"), path) == Place("x", line, column)


def test_a_mapping_gives_its_keys_in_the_order_of_the_file() -> None:
    node = read_text("b: 1\na: 2")
    assert isinstance(node, Mapping)
    assert list(node.keys()) == ["b", "a"]
    assert node.get("a") == node.entries[1].node
    assert node.get("c") is None


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, str, str, int, int]] = {
    # text: code, words of the message, words of the advice, line, column
    "a: 1\nb: 2\na: 3": ("CP003", "key 'a' stands twice", "keep one", 3, 1),
    "x:\n  a: 1\n  'a': 2": ("CP003", "key 'a' stands twice", "keep one", 3, 3),
    "a: &here 1": ("CP004", "anchor &here is not allowed", "write the value out", 1, 4),
    "a: &here {b: 1}": ("CP004", "anchor &here is not allowed", "write the value out", 1, 4),
    "a: *there": ("CP004", "alias *there is not allowed", "write the value out", 1, 4),
    "a: !!int '3'": ("CP005", "tag tag:yaml.org,2002:int is not allowed", "remove the tag", 1, 4),
    "a: !secret x": ("CP005", "tag !secret is not allowed", "remove the tag", 1, 4),
    "a: !!python/object/apply:os.system [ls]": ("CP005", "is not allowed", "remove the tag", 1, 4),
    "a:\n\tb: 1": ("CP002", "cannot start any token", "spaces, not with tabs", 2, 1),
    "a: [1, 2": ("CP002", "did not find expected", "indentation and the quotes", 2, 1),
    "a: 'x": ("CP002", "end of stream", "indentation and the quotes", 1, 6),
    "a: 1\n b: 2": ("CP002", "mapping values are not allowed", "indentation", 2, 3),
    "a: \x07": ("CP002", "control characters", "", 1, 4),
    "": ("CP002", "the file is empty", "", 1, 1),
    "# only a comment\n": ("CP002", "the file is empty", "", 1, 1),
    "a: 1\n---\nb: 2\n": ("CP002", "more than one document", "", 2, 1),
    "3: a": ("CP008", "the key 3 is not text", "put the key in quotes", 1, 1),
    "true: a": ("CP008", "the key True is not text", "put the key in quotes", 1, 1),
    "{a: 1}: b": ("CP008", "a key must be text", "", 1, 1),
    "[a]: b": ("CP008", "a key must be text", "", 1, 1),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_allowed_is_refused_at_its_place(text: str) -> None:
    code, message, advice, line, column = REFUSED[text]
    (problem,) = problems_of(text)
    assert problem.code == code
    assert message in problem.message
    assert advice in problem.advice
    assert problem.place == Place("x.yaml", line, column)


def test_reading_goes_on_after_a_duplicate_key_an_anchor_and_a_tag() -> None:
    assert [problem.code for problem in problems_of("a: 1\na: 2\nb: &x 1\nc: !t 2\nd: *x\n3: 4")] == [
        "CP003",
        "CP004",
        "CP005",
        "CP004",
        "CP008",
    ]


def test_a_problem_shows_the_line_with_a_marker() -> None:
    (problem,) = problems_of("rules:\n  - {id: A, id: B}")
    assert problem.excerpt == "  - {id: A, id: B}"
    _, line, marker, advice = str(problem).splitlines()
    assert line == "      - {id: A, id: B}"
    assert marker.strip() == "^"
    assert marker.index("^") == line.rindex("id")
    assert advice == "    keep one of the two"


def test_a_text_that_is_half_a_character_is_refused() -> None:
    assert [problem.code for problem in problems_of("a: \ud800")] == ["CP002"]


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_sixty_levels_are_read_and_one_more_is_refused(brackets: str) -> None:
    opening, closing = ("[", "]") if brackets == "[]" else ("{a: ", "}")
    read_text(opening * MAX_DEPTH + "1" + closing * MAX_DEPTH)
    (problem,) = problems_of(opening * (MAX_DEPTH + 1) + "1" + closing * (MAX_DEPTH + 1))
    assert problem.code == "CP009"
    assert "nested deeper than 60 levels" in problem.message


def test_a_hundred_thousand_brackets_are_refused_without_exhausting_the_stack() -> None:
    assert [problem.code for problem in problems_of("[" * 100_000)] == ["CP009"]


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: " + "x" * 97, encoding="utf-8")
    assert read_file(path, max_bytes=100)
    with pytest.raises(ContentError, match="100 bytes; the limit is 99") as caught:
        read_file(path, max_bytes=99)
    assert [problem.code for problem in caught.value.problems] == ["CP009"]


def test_a_text_is_limited_like_a_file() -> None:
    with pytest.raises(ContentError, match="limit is 5000000") as caught:
        read_text(" " * (MAX_BYTES + 1))
    assert [problem.code for problem in caught.value.problems] == ["CP009"]


def test_the_number_of_values_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "MAX_NODES", 10)
    read_text("[1, 2, 3, 4, 5, 6, 7, 8, 9]")
    (problem,) = problems_of("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]")
    assert problem.code == "CP009"
    assert "more than 10 values" in problem.message


def test_a_mapping_of_twenty_thousand_keys_is_read_without_comparing_each_with_each() -> None:
    node = read_text("\n".join(f"k{number}: 1" for number in range(20_000)))
    assert isinstance(node, Mapping)
    assert len(node.entries) == 20_000


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\nb: \xe9\xe9n\n")
    with pytest.raises(ContentError) as caught:
        read_file(path, name="rules/x.yaml")
    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.advice) == ("CP002", "not UTF-8 text", "save it as UTF-8")
    assert problem.place == Place("rules/x.yaml", 2, 1)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_is_missing_or_is_a_folder_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentError, match="cannot read the file") as caught:
        read_file(tmp_path / name)
    assert [problem.code for problem in caught.value.problems] == ["CP001"]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read_or_refused_with_problems(text: str) -> None:
    try:
        read_text(text)
    except ContentError as error:
        codes = {problem.code for problem in error.problems}
        if not codes <= {"CP002", "CP003", "CP004", "CP005", "CP008"}:
            pytest.fail(f"unexpected {codes}")
