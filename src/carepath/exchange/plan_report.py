"""What a plan cannot say: the parts of a pathway that PlanDefinition and FHIRPath have no form for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.guideline import PRESENT_STEP, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carepath.content.guideline import Guideline
    from carepath.pathway import Pathway


@dataclass(frozen=True, slots=True)
class NotExpressed:
    """A part of a pathway that the plan does not hold, or holds as an input only, and why.

    ``part`` is condition, entry, ask, module, schedule, entitlement, urgency, settlement, record or position.
    """

    part: str
    id: str
    why: Text


def not_expressed(guideline: Guideline, pathway: Pathway, settled: Iterable[str]) -> tuple[NotExpressed, ...]:
    """Everything that a plan of a pathway leaves to carepath.

    Args:
        guideline: the content.
        pathway: the pathway of the plan.
        settled: the conditions that the plan takes as inputs.
    """
    rows = list(_rows(guideline, pathway, settled))
    return tuple(NotExpressed(part, name, guideline.phrases[f"plan_{part}"]) for part, name in rows)


def _rows(guideline: Guideline, pathway: Pathway, settled: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from (("entry", one.id) for one in guideline.resolve)
    yield from (("condition", name) for name in settled)
    yield from dict.fromkeys(("ask", one.id) for one in guideline.asks)
    for rule in guideline.rules.values():
        if pathway.name in rule.pathways:
            yield from (("urgency", rule.id) for one in rule.outputs if one.urgency_by is not None)
            yield from (("settlement", rule.id) for one in rule.outputs if one.settle is not None)
    yield from (("module", one.id) for one in guideline.modules)
    yield from (("schedule", name) for name in guideline.schedules)
    yield from dict.fromkeys(("entitlement", one.group) for one in guideline.entitlements)
    yield "position", PRESENT_STEP
    yield from (("record", one.name) for one in guideline.findings.values() if one.currency is not None)
