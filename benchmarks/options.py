"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Counts: more of them make a run longer and its medians steadier."""

    rounds: int
    patients: int
    explained: int
    rules: tuple[int, ...]
    cohort: int
    assessments: int
    warm_up: int
    service_seconds: float
