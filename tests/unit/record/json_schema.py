"""A validator for the few keywords of JSON Schema that the generated schema uses; any other keyword is an error."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]

_ANNOTATIONS = {"$schema", "title", "description", "x-guideline", "x-unit", "$defs"}
_TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
}


def is_valid(value: Any, schema: Schema, root: Schema) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value satisfies a schema, every keyword of it; ``root`` holds the ``$defs``."""
    return all(_holds(key, wanted, value, schema, root) for key, wanted in schema.items() if key not in _ANNOTATIONS)


def _same(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def _is_date(value: object) -> bool:
    try:
        dt.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _holds(key: str, wanted: Any, value: Any, schema: Schema, root: Schema) -> bool:  # noqa: ANN401 - any JSON
    if key == "$ref":
        return is_valid(value, root["$defs"][wanted.removeprefix("#/$defs/")], root)
    if key == "anyOf":
        return any(is_valid(value, one, root) for one in wanted)
    number, text = _TYPES["number"](value), isinstance(value, str)
    checks: dict[str, Callable[[], bool]] = {
        "type": lambda: _TYPES[wanted](value),
        "enum": lambda: any(_same(value, one) for one in wanted),
        "const": lambda: _same(value, wanted),
        "minimum": lambda: not number or value >= wanted,
        "maximum": lambda: not number or value <= wanted,
        "minLength": lambda: not text or len(value) >= wanted,
        "maxLength": lambda: not text or len(value) <= wanted,
        "pattern": lambda: not text or re.search(wanted, value) is not None,
        "format": lambda: wanted == "date" and (not text or _is_date(value)),
        "items": lambda: not isinstance(value, list) or all(is_valid(one, wanted, root) for one in value),
        "maxItems": lambda: not isinstance(value, list) or len(value) <= wanted,
        "required": lambda: not isinstance(value, dict) or set(wanted) <= set(value),
        "properties": lambda: (
            not isinstance(value, dict) or all(is_valid(value[k], wanted[k], root) for k in value if k in wanted)
        ),
        "additionalProperties": lambda: (
            wanted is False and (not isinstance(value, dict) or set(value) <= set(schema["properties"]))
        ),
    }
    return checks[key]()
