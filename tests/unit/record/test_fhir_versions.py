"""Copies, versions and corrections of resources: which of them counts, and the row that says why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from carepath.record.facts import Record
from tests.unit.record.test_fhir import PEG, observation, read, values

Json = dict[str, Any]
#: More digits than Python writes out.
HUGE = 10**5000


def score(value: object, **elements: object) -> Json:
    return observation(PEG, valueInteger=value, **elements)


def updated(value: int, moment: object, **elements: object) -> Json:
    return score(value, meta={"lastUpdated": moment}, **elements)


def scores(record: Record) -> list[object]:
    return [value for value, _ in values(record, "peg_score")]


def left(record: Record) -> list[Json]:
    return [dict(row) for row in record.unused if row["path"] != "Patient"]


def duplicate(detail: str, identity: str = "o1") -> Json:
    """The row about a resource that another one stands for."""
    return {
        "resource": "Observation",
        "id": identity,
        "path": "Observation",
        "code": "http://loinc.org|91147-9",
        "reason": "duplicate",
        "detail": detail,
    }


# --- copies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        {"text": "a", "number": 5},
        {"text": "a", "number": Decimal("5.0")},
        {"text": "a", "number": HUGE},
        {"text": "a", "number": HUGE, "other": Decimal("5.0"), "yes": True, "list": [{"x": "a", "y": HUGE}]},
    ],
)
@pytest.mark.parametrize("kind", [dict, MappingProxyType])
def test_a_copy_is_known_and_named_whatever_the_order_of_its_keys_at_any_depth(
    parts: Json, kind: Callable[[Json], Mapping[str, object]]
) -> None:
    turned = kind(dict(reversed(parts.items())))
    record = read(score(5, note=[parts]), dict(reversed(score(5, note=[turned]).items())))
    assert scores(record) == [5]
    assert left(record) == [duplicate("copy")]


@pytest.mark.parametrize("beside", [5, HUGE], ids=["small", "huge"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (4, 5),
        (HUGE, HUGE + 1),
        (Decimal("4.0"), Decimal("5.0")),
        (Decimal("4.0"), "4.0"),
        (True, 1),
        (True, False),
        (None, 0),
        ("a", "b"),
        ([4, 5], [5, 4]),
        ({"x": 4}, {"x": 5}),
        ({"x": 4}, {"y": 4}),
    ],
    ids=lambda value: type(value).__name__,  # a huge number has no text
)
def test_what_differs_in_anything_is_no_copy(one: object, other: object, beside: int) -> None:
    record = read(*(score(5, extension=[{"url": "x", "of": said, "beside": beside}]) for said in (one, other)))
    assert scores(record) == [5]
    assert left(record) == []


def test_resources_of_other_names_are_no_copies() -> None:
    assert left(read(score(5), score(5, id="o2"))) == []
    without = {key: value for key, value in score(5).items() if key != "id"}
    assert left(read(without, without)) == [duplicate("copy", "")]


# --- versions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backwards", [False, True])
def test_of_versions_with_a_moment_the_newest_counts_and_each_older_one_is_named(*, backwards: bool) -> None:
    versions = [
        updated(4, "2023-10-01T12:00:00+02:00"),
        updated(5, "2023-10-01T11:00:00Z"),
        updated(6, "2023-10-01T12:30:00+02:00"),
    ]
    record = read(*(versions[::-1] if backwards else versions))
    assert scores(record) == [5]
    assert left(record) == [duplicate("older version")]
    assert left(read(versions[1])) == []


def test_versions_of_one_moment_count_all() -> None:
    record = read(updated(4, "2023-10-01T12:00:00+02:00"), updated(5, "2023-10-01T10:00:00Z"))
    assert scores(record) == [4, 5]
    assert left(record) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2023-10-01T12:00:00", "2023-10-02T12:00:00"),
        ("2023-10-01T12:00:00", "2023-10-02T12:00:00Z"),
        ("2023-10-02T12:00:00Z", "yesterday"),
        ("2023-10-02T12:00:00Z", None),
        ("2023-10-02T12:00:00Z", 2023),
    ],
)
def test_where_a_version_has_no_moment_with_a_zone_all_count(one: object, other: object) -> None:
    record = read(updated(4, one), updated(5, other))
    assert scores(record) == [4, 5]
    assert left(record) == []


# --- corrections ------------------------------------------------------------------------------------------------


def corrected(first: object, second: object) -> Record:
    """A value, and a correction in another resource, each with its business identifier."""
    return read(
        score(9, identifier=first),
        score(4, id="o2", status="corrected", identifier=second),
        score(7, id="o3"),
    )


LAB = {"system": "urn:lab", "value": "9"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([LAB], [LAB]),
        (LAB, [LAB]),
        ([{"value": "8"}, LAB], [LAB, {"value": "7"}]),
        ([{"value": "9"}], [{"value": "9"}]),
        ([{"value": "9"}], [{"value": "9", "system": ""}]),
        ([{"value": "9", "system": ["urn:lab"]}], [{"value": "9", "system": {"urn": "lab"}}]),
    ],
)
def test_a_correction_takes_the_place_of_what_has_its_business_identifier(first: object, second: object) -> None:
    record = corrected(first, second)
    assert scores(record) == [4, 7]
    assert left(record) == [duplicate("corrected")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, None),
        ([LAB], [{"system": "urn:lab", "value": "8"}]),
        ([LAB], [{"system": "urn:other", "value": "9"}]),
        ([LAB], [{"value": "9"}]),
        ([{"system": "urn:lab"}], [{"system": "urn:lab"}]),
        ([{"system": "urn:lab", "value": ""}], [{"system": "urn:lab", "value": ""}]),
        ([{"system": "urn:lab", "value": 9}], [{"system": "urn:lab", "value": 9}]),
        ([{"system": "urn:lab", "value": ["9"]}], [{"system": "urn:lab", "value": ["9"]}]),
    ],
)
def test_without_a_business_identifier_in_common_nothing_is_corrected(first: object, second: object) -> None:
    record = corrected(first, second)
    assert scores(record) == [4, 7, 9]
    assert left(record) == []
