"""Hypothesis, for the modules that need it: without it the error names the extra that brings it."""

from __future__ import annotations

from carepath.errors import MissingExtra, Problem

try:
    from hypothesis import note, stateful
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    advice = "pip install 'carepath[testing]'"
    raise MissingExtra([Problem("CP092", "the strategies need hypothesis, which is missing", None, advice)]) from error

__all__ = ["note", "st", "stateful"]
