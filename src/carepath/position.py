"""Where the patient is on the pathway: recorded, or derived from the line of care when that leaves one step."""

from __future__ import annotations

from dataclasses import dataclass

from carepath.content.guideline import CURRENT_NODE
from carepath.language.evaluate import Looks, Scope, Values
from carepath.language.truth import Truth
from carepath.pathway import Pathway


@dataclass(frozen=True, slots=True)
class PathwayPosition:
    """The present step, or None with the steps that it could be.

    ``how`` is ``recorded``, ``derived``, ``no_pathway``, ``not_recorded``, ``several`` or ``other_pathway``.
    """

    pathway: str | None
    step: str | None
    how: str
    candidates: tuple[str, ...] = ()


def locate(pathway: Pathway | None, values: Values, scope: Scope, looks: Looks | None = None) -> PathwayPosition:
    """The position that the known values give.

    A step that belongs to several lines is derived from a line only where a condition tells that the patient is there.

    Args:
        pathway: the chosen pathway, or None while none is chosen.
        values: the known values of the findings.
        scope: what the names in the steps' conditions stand for.
        looks: compiled conditions of this scope; those of the steps are added to them.
    """
    if pathway is None:
        return PathwayPosition(None, None, "no_pathway")
    recorded = values.get(CURRENT_NODE)
    if isinstance(recorded, str):
        if recorded in pathway.steps:
            return PathwayPosition(pathway.name, recorded, "recorded")
        return PathwayPosition(pathway.name, None, "other_pathway")
    line = values.get("current_line")
    if line is None:
        return PathwayPosition(pathway.name, None, "not_recorded")
    compiled = looks if looks is not None else Looks(scope)
    candidates = tuple(
        step.id
        for step in pathway.steps.values()
        if line in step.line.split("/")
        and (step.line == line or step.placed_when is not None)
        and (step.placed_when is None or compiled.of(step.placed_when)(values, {})[0] is not Truth.FALSE)
    )
    if len(candidates) == 1:
        return PathwayPosition(pathway.name, candidates[0], "derived", candidates)
    return PathwayPosition(pathway.name, None, "several", candidates)
