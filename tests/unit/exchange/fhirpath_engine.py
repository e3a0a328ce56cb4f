"""Runs exported conditions in fhirpathpy, which knows nothing of carepath."""

from __future__ import annotations

import functools
import importlib
import json
import re
import warnings
from collections.abc import Callable
from typing import Any

from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth

_NAME = re.compile(r"name = '((?:[^'\\]|\\.)*)'")
_RESULTS = {"[true]": TRUE, "[false]": FALSE, "[]": UNKNOWN}


@functools.cache
def compiled(expression: str) -> Callable[[Any], object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a parser says while it is imported is not ours
        engine, models = importlib.import_module("fhirpathpy"), importlib.import_module("fhirpathpy.models")
        made: Callable[[Any], object] = engine.compile(expression, models.models["r4"])
    return made


@functools.cache
def names_in(expression: str) -> frozenset[str]:
    """The names of the parameters that an expression looks up."""
    return frozenset(re.sub(r"\\(.)", r"\1", name) for name in _NAME.findall(expression))


@functools.lru_cache(maxsize=200_000)
def _evaluated(expression: str, parameters: str) -> Truth:
    resource = {"resourceType": "Parameters", "parameter": json.loads(parameters)}
    return _RESULTS[json.dumps(compiled(expression)(resource))]


def evaluate(expression: str, parameters: list[dict[str, Any]]) -> Truth:
    """What an expression gives; of the parameters only those that it names are handed over, for the engine is slow."""
    named = names_in(expression)
    return _evaluated(expression, json.dumps([one for one in parameters if one["name"] in named]))
