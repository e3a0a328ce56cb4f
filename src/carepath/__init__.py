"""Stepped- and matched-care pathways for chronic pain, as data: advice with its grounds, for a professional.

Carepath advises; it never decides. Decision-support software may be a medical device: that assessment is the
integrator's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.errors import (
    ArgumentError,
    CarepathError,
    ContentError,
    EngineDisagreement,
    EngineError,
    MissingExtra,
    Problem,
    RecordError,
    RequestError,
    ScenarioError,
)
from carepath.version import __version__

if TYPE_CHECKING:
    from carepath.assessing import assess, assess_many
    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.content.load import load_guideline
    from carepath.explain.compare import compare
    from carepath.recommendation import Recommendation

__all__ = [
    "ArgumentError",
    "Assessment",
    "CarepathError",
    "ContentError",
    "EngineDisagreement",
    "EngineError",
    "Guideline",
    "MissingExtra",
    "Problem",
    "Recommendation",
    "RecordError",
    "RequestError",
    "ScenarioError",
    "__version__",
    "assess",
    "assess_many",
    "compare",
    "load_guideline",
]

#: What is heavy is imported on first use.
_LAZY = {
    "assess": "carepath.assessing",
    "assess_many": "carepath.assessing",
    "Assessment": "carepath.assessment",
    "Guideline": "carepath.content.guideline",
    "load_guideline": "carepath.content.load",
    "compare": "carepath.explain.compare",
    "Recommendation": "carepath.recommendation",
}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        message = f"module 'carepath' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415 - only needed on the first use of a lazy name

    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
