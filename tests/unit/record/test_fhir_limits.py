"""How deep and how large FHIR may be, and what no JSON can hold."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import pytest

from carepath.errors import Problem, RecordError
from carepath.record import fhir_limits
from carepath.record.fhir_limits import MAX_DEPTH, check_size


def problem(content: object) -> Problem:
    """The one problem that the content is refused with."""
    with pytest.raises(RecordError) as caught:
        check_size(content)  # type: ignore[arg-type]
    (found,) = caught.value.problems
    return found


def nested(levels: int, *, in_lists: bool) -> dict[str, object]:
    """An object with levels inside it, the innermost empty; together so many."""
    inside: object = [] if in_lists else {}
    for _ in range(levels - 2):
        inside = [inside] if in_lists else {"a": inside}
    return {"a": inside}


@pytest.mark.parametrize("in_lists", [True, False])
def test_content_may_have_as_many_levels_as_the_limit_and_no_more(in_lists: bool) -> None:  # noqa: FBT001 - a case
    check_size(nested(MAX_DEPTH, in_lists=in_lists))
    expected = Problem("CP009", f"nested deeper than {MAX_DEPTH} levels", None, "give plain FHIR resources")
    assert problem(nested(MAX_DEPTH + 1, in_lists=in_lists)) == expected


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ({}, 1),
        ({"a": 1}, 2),
        ({"a": [1, 2, 3]}, 5),
        ({"a": (1, 2), "b": {"c": None}}, 6),
        ({"a": [[], {}, [[]]]}, 6),
    ],
)
def test_every_value_counts_and_as_many_as_the_limit_may_be(
    content: Mapping[str, object], values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir_limits, "MAX_VALUES", values)
    check_size(content)
    monkeypatch.setattr(fhir_limits, "MAX_VALUES", values - 1)
    if values > 1:
        assert problem(content) == Problem("CP066", f"more than {values - 1} values", None, "leave old resources out")


class Word(enum.StrEnum):
    """Texts of a class of their own."""

    A = "a"


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


@pytest.mark.parametrize(
    "content",
    [
        {Word.A: 1},
        {Text("a"): 1, "b": Text("c")},
        MappingProxyType({"a": (1, 2.5, None, True)}),
        {"a": Decimal("1.5"), "b": dt.date(2023, 1, 1), "c": dt.datetime(2023, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_what_stands_for_values_of_json_is_accepted(content: Mapping[str, object]) -> None:
    check_size(content)


def named(length: int) -> object:
    """A thing whose class has a name of so many letters."""
    return type("x" * length, (), {})()


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({1: "a"}, "a key that is no text"),
        ({"a": [{"b": {None: 1}}]}, "a key that is no text"),
        ({Text("a"): 1, b"b": 2}, "a key that is no text"),
        ({"a": b"x"}, "a value of type bytes"),
        ({"a": [{1, 2}]}, "a value of type set"),
        ({"a": 3j}, "a value of type complex"),
        ({"a": named(60)}, f"a value of type {'x' * 60}"),
        ({"a": named(61)}, f"a value of type {'x' * 60}"),
    ],
)
def test_what_no_json_has_is_named_by_its_kind_and_never_shown(content: object, shown: str) -> None:
    expected = Problem("CP069", f"the input holds {shown}, which no JSON has", None, "give the parsed JSON")
    assert problem(content) == expected
