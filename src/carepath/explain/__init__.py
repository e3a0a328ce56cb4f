"""Why something is in the advice, why not, what is missing, what would change it, and what changed, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carepath.explain.change import OtherValue, WouldChange
    from carepath.explain.compare import Comparison, Difference
    from carepath.explain.explanation import Explanation, Limit, Node, Read, Standing
    from carepath.explain.missing import Missing

__all__ = [
    "Comparison",
    "Difference",
    "Explanation",
    "Limit",
    "Missing",
    "Node",
    "OtherValue",
    "Read",
    "Standing",
    "WouldChange",
]

#: The modules import each other's parts: each name is imported on first use.
_MODULES = {
    "change": ("OtherValue", "WouldChange"),
    "compare": ("Comparison", "Difference"),
    "explanation": ("Explanation", "Limit", "Node", "Read", "Standing"),
    "missing": ("Missing",),
}


def __getattr__(name: str) -> object:
    module = next((module for module, names in _MODULES.items() if name in names), None)
    if module is None:
        message = f"module 'carepath.explain' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415 - only needed on the first use of a lazy name

    value = getattr(importlib.import_module(f"carepath.explain.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
