"""How deep and how large FHIR may be, and that it is what JSON can hold: looked at before anything is read.

A structure that holds itself is endlessly deep, and one that holds a part many times is as large as if it were written
out: both are found without following them to their end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from carepath.errors import Problem, RecordError

MAX_DEPTH = 60
MAX_VALUES = 3_000_000

_PLAIN = frozenset({str, int, float, bool, type(None)})
_TEXT = frozenset({str})
_SIMPLE = (str, int, float, Decimal, dt.date)


def check_size(content: Mapping[str, object]) -> None:
    """Looks at a structure level by level.

    Raises:
        RecordError: it is nested too deeply, holds too many values, or holds what no JSON has.
    """
    level: list[object] = [content]
    values = 0
    for _ in range(MAX_DEPTH):
        values += len(level)
        below: list[object] = []
        for one in level:
            if type(one) in _PLAIN:
                continue
            below.extend(_inside(one))
            if values + len(below) > MAX_VALUES:
                message = f"more than {MAX_VALUES} values"
                raise RecordError([Problem("CP066", message, None, "leave old resources out")])
        if not below:
            return
        level = below
    raise RecordError([Problem("CP009", f"nested deeper than {MAX_DEPTH} levels", None, "give plain FHIR resources")])


def _inside(value: object) -> Iterable[object]:
    """What an object or a list holds; nothing for a value that JSON has, and for a decimal or a date."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, (dict, Mapping)):  # a dict is told at once, another mapping takes a search
        if _TEXT.issuperset(map(type, value)) or all(isinstance(key, str) for key in value):
            return value.values()
        found = "a key that is no text"
    elif isinstance(value, _SIMPLE):
        return ()
    else:
        found = f"a value of type {type(value).__name__[:60]}"
    raise RecordError([Problem("CP069", f"the input holds {found}, which no JSON has", None, "give the parsed JSON")])
