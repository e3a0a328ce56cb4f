"""How a piece of what a caller gave is shown in a message."""

from __future__ import annotations

from typing import NoReturn

import pytest

from carepath.record.foreign import key_text, short, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain words, 'quoted' \"twice\"", "plain words, 'quoted' \"twice\""),
        ("a\\b", "a\\b"),
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("naïef", "na\\xefef"),
        ("\u20ac5", "\\u20ac5"),
        ("\ud800", "\\ud800"),
        ("\U0001f600", "\\U0001f600"),
        ("x" * 59, "x" * 59),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "..."),
        ("x" * 10_000, "x" * 60 + "..."),
        ("\n" * 30, "\\n" * 30),
        ("\n" * 31, "\\n" * 30 + "..."),
    ],
)
def test_a_text_is_shown_in_plain_letters_and_is_cut_off_after_sixty(text: str, expected: str) -> None:
    assert short(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        (5, "5"),
        (None, "None"),
        ([1, "ï"], "[1, '\\xef']"),
        ("x" * 40, f"'{'x' * 12}...{'x' * 13}'"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, ...]"),
    ],
)
def test_a_value_is_shown_as_python_writes_it_in_short(value: object, expected: str) -> None:
    assert shown(value) == expected


def refuse(_: object) -> NoReturn:
    raise ValueError


def test_a_value_that_cannot_be_written_out_nor_tell_its_class_is_named_by_its_type() -> None:
    silent = type("Silent", (), {"__repr__": refuse, "__class__": property(refuse)})()
    assert shown(silent) == "a value of type Silent"


@pytest.mark.parametrize(("key", "expected"), [("naïef", "naïef"), ("", ""), (5, "5"), (("a",), "('a',)")])
def test_a_key_is_its_own_text_where_it_is_one(key: object, expected: str) -> None:
    assert key_text(key) == expected
