"""Parsed JSON with something wrong in it: each mutation is a copy that differs in one to five places."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

Path = tuple[str | int, ...]

STATUSES: tuple[Any, ...] = (
    "entered-in-error",
    "cancelled",
    "preliminary",
    "unknown",
    "final",
    "FINAL",
    "",
    None,
    7,
    ["final"],
    {},
)
DATES: tuple[Any, ...] = (
    *(
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "10000-01-01",
        "2023-02-30",
        "2023",
        "2023-13",
        "20230101",
        "yesterday",
    ),
    *("2023-01-01T25:00:00Z", "2023-01-01T10:00:00+99:99", "-2023-01-01", "", None, 2023, 1.5, ["2023-01-01"], {}),
    *("2023-01-01\n", "\uff12\uff10\uff12\uff13-01-01", dt.date(2023, 1, 1)),
)
UNITS: tuple[Any, ...] = (
    "mg",
    "mm",
    "{score}",
    "1",
    "",
    None,
    7,
    "%",
    "kg/m2",
    ["{score}"],
    {"code": "1"},
    "x" * 10_000,
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 11, 2**53, 2**63, 2**64, -(10**400), 10**5_000, 0.5, -0.0, 1e308, 5e-324),
    *(float("nan"), float("inf"), -float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("1e999999"), Decimal("0.1")),
    *("", " ", "\x00", "\ud800", "{{ value }}", "${value}", "<% value %>", "entered-in-error", "'", "é" * 1_000),
    *([], {}, [[]], [{}], [None], {"value": 5}, {"coding": None}, {"coding": [None, 5, {"code": 5}]}, {"": ""}),
    *({"resourceType": "Bundle"}, {"resourceType": "Patient", "id": "p2"}, {"reference": "Patient/p2"}, "#contained"),
    *({"valueExpression": {"language": "text/cql", "expression": "Today()"}}, {"reference": "a/b/c/_history/1"}),
)
EXTRA = (
    *("status", "value", "valueInteger", "valueQuantity", "valueString", "valueBoolean", "dataAbsentReason", "_value"),
    *(
        "modifierExtension",
        "implicitRules",
        "contained",
        "component",
        "focus",
        "subject",
        "effectiveDateTime",
        "issued",
    ),
    *("resourceType", "id", "meta", "code", "entry", "resource", "extension", "", "x" * 1_000, "\ud800", "item"),
)


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of everything in a value, the value itself left out."""
    todo: list[tuple[object, Path]] = [(value, path)]
    while todo:
        one, here = todo.pop()
        if here:
            yield here
        if isinstance(one, dict):
            todo.extend((inner, (*here, key)) for key, inner in one.items())
        elif isinstance(one, list):
            todo.extend((inner, (*here, index)) for index, inner in enumerate(one))


def changed(value: Any, path: Path, change: Callable[[Any, str | int], None]) -> Any:  # noqa: ANN401 - parsed JSON
    """A copy in which the holder of what stands under a path is changed; what is not on the way is shared."""
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        change(copy, path[0])
    else:
        copy[path[0]] = changed(copy[path[0]], path[1:], change)
    return copy


def deep(levels: int, lists: bool) -> object:  # noqa: FBT001 - drawn, not written
    """A value of so many levels."""
    made: object = 1
    for _ in range(levels):
        made = [made] if lists else {"extension": made}
    return made


def mutated(value: Any, every_place: list[Path], draw: random.Random) -> Any:  # noqa: ANN401 - parsed JSON
    """A value with one to five places changed.

    Args:
        value: parsed JSON; it stays as it is.
        every_place: what ``places`` gives for it.
        draw: where the choices come from.
    """
    for _ in range(draw.randint(1, 5)):
        path = _place(every_place, draw)
        try:
            value = changed(value, path, _change(path, draw))
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # an earlier change took the place away
    return value


def _place(every_place: list[Path], draw: random.Random) -> Path:
    """A place; every second time one with a name that decides something."""
    wanted = draw.choice(
        ("status", "code", "system", "unit", "value", "effectiveDateTime", "issued", "id", "birthDate")
    )
    if draw.random() < 0.5:
        for _ in range(200):
            path = draw.choice(every_place)
            if path[-1] == wanted:
                return path
    return draw.choice(every_place)


def _change(path: Path, draw: random.Random) -> Callable[[Any, str | int], None]:
    name = str(path[-1])
    kinds: list[Callable[[Any, str | int], None]] = [_drop, _twice]
    new = draw.choice(VALUES)
    if name in {"status", "verificationStatus", "clinicalStatus", "intent"}:
        new = draw.choice(STATUSES)
    elif "date" in name.lower() or name in {"issued", "authored", "authoredOn", "start", "end", "lastUpdated"}:
        new = draw.choice(DATES)
    elif name in {"unit", "system", "code"}:
        new = draw.choice((*UNITS, *VALUES))
    elif name == "id":
        new = draw.choice(("same", "same", *VALUES))
    key, levels, lists = draw.choice(EXTRA), draw.choice((5, 40, 58, 70, 500)), draw.random() < 0.5

    def set_it(holder: Any, part: str | int) -> None:  # noqa: ANN401 - parsed JSON
        holder[part] = new

    def nest(holder: Any, part: str | int) -> None:  # noqa: ANN401 - parsed JSON
        holder[part] = deep(levels, lists)

    def add(holder: Any, _part: str | int) -> None:  # noqa: ANN401 - parsed JSON
        if isinstance(holder, dict):
            holder[key] = new
        else:
            holder.append(new)

    kinds += [set_it, set_it, set_it, add, add, nest]
    return draw.choice(kinds)


def _drop(holder: Any, part: str | int) -> None:  # noqa: ANN401 - parsed JSON
    del holder[part]


def _twice(holder: Any, part: str | int) -> None:  # noqa: ANN401 - parsed JSON
    """The same once more: in a list as another item, elsewhere as a list of two."""
    if isinstance(holder, list):
        holder.append(holder[int(part)])
    else:
        holder[part] = [holder[part], holder[part]]
