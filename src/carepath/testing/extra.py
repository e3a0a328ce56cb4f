"""Hypothesis, for the modules that need it: without it the error names the extra that brings it."""

from __future__ import annotations

from carepath.errors import MissingExtra, Problem

try:
    from hypothesis import HealthCheck, Phase, assume, given, note, settings, stateful
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException, Unsatisfiable
except ModuleNotFoundError as error:
    message, advice = "the strategies and laws need hypothesis, which is missing", "pip install 'carepath[testing]'"
    raise MissingExtra([Problem("CP092", message, None, advice)]) from error

__all__ = [
    "HealthCheck",
    "HypothesisException",
    "Phase",
    "Unsatisfiable",
    "assume",
    "given",
    "note",
    "settings",
    "st",
    "stateful",
]
