"""Shows what came from a caller, in short and in plain letters, whatever it is."""

from __future__ import annotations

import reprlib


def key_text(key: object) -> str:
    """A key as text."""
    return key if isinstance(key, str) else shown(key)


def shown(value: object) -> str:
    """A foreign value in short; one that Python cannot write out is named by its type."""
    try:
        return short(reprlib.repr(value))
    except Exception:  # noqa: BLE001 - a caller's object may raise anything here
        return f"a value of type {type(value).__name__}"


def short(text: str) -> str:
    """A piece of foreign text that is safe to show."""
    limit = 60
    plain = "".join(c if c.isascii() and c.isprintable() else ascii(c)[1:-1] for c in text[:limit])
    return plain if max(len(text), len(plain)) <= limit else plain[:limit] + "..."
