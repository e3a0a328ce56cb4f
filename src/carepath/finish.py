"""Makes a recommendation of a draft: entitlement, review, measurements, modules, attention and tags."""

from __future__ import annotations

import datetime as dt

from carepath.basis import Basis
from carepath.content.guideline import CURRENT_NODE, Entitlement, Guideline, tags_of
from carepath.inference.drafts import Draft
from carepath.language.truth import Truth
from carepath.pathway import Step
from carepath.recommendation import Recommendation
from carepath.standing import step_grounds, tags_for

DAYS = {"d": 1, "wk": 7}


def finished(draft: Draft, basis: Basis) -> Recommendation:
    """The recommendation that a draft stands for.

    Raises:
        ContentError: the guideline does not have its kind.
    """
    guideline = basis.guideline
    fields = guideline.kinds[draft.kind].fields
    entitlement = entitlement_on(guideline, draft.group, basis.at) if "entitlement" in fields else None
    step = basis.pathway.steps.get(draft.target or "") if basis.pathway is not None else None
    tags = frozenset().union(*(tags_for(one, basis.prepared) for one in draft.contributions))
    if step is not None:
        tags |= tags_of(tuple(step_grounds(step.id, guideline)))
    if entitlement is not None:
        tags |= tags_of(entitlement.grounds)
    return Recommendation(
        kind=draft.kind,
        contributions=tuple(draft.contributions),
        conditional=draft.conditional,
        target=draft.target,
        urgency=draft.urgency,
        level=draft.level,
        group=draft.group,
        entitlement=entitlement.value if entitlement is not None else None,
        under_review=entitlement.under_review if entitlement is not None else None,
        topic=draft.topic,
        internal_step=draft.internal_step,
        review=review_date(step, basis) if step is not None else None,
        measurements=_measurements(draft, step, guideline),
        missing=tuple(draft.missing),
        modules=_modules(basis) if "modules" in fields else (),
        attention=tuple(draft.attention),
        conditions=tuple(draft.conditions),
        could_change=_could_change(draft, basis),
        tags=tuple(tag for tag in guideline.vocabulary["tag"] if tag in tags),
    )


def _could_change(draft: Draft, basis: Basis) -> tuple[str, ...]:
    """The findings named beside a draft; with the present step also what could tell it."""
    named = set(draft.could_change)
    if CURRENT_NODE in named:
        named.update(basis.placed_by)
    return tuple(sorted(named))


def order_key(one: Recommendation, basis: Basis) -> tuple[object, ...]:
    """The order in which recommendations are shown: by kind, urgency, the rank of the target, topic, rules."""
    guideline = basis.guideline
    urgencies = list(guideline.vocabulary["urgency"])
    step = basis.pathway.steps.get(one.target or "") if basis.pathway is not None else None
    return (
        guideline.kinds[one.kind].order,
        urgencies.index(one.urgency) if one.urgency in urgencies else len(urgencies),
        step.rank if step is not None else 0.0,
        one.target or "",
        one.level or "",
        one.topic or "",
        one.internal_step or "",
        min((contribution.ask.index for contribution in one.contributions if contribution.ask is not None), default=0),
        one.rules,
    )


def entitlement_on(guideline: Guideline, group: str | None, at: dt.date) -> Entitlement | None:
    """What the sources say about entitlement for a group on a date; it depends on nothing else."""
    found = None
    for one in guideline.entitlements:
        if one.group == group and (one.start is None or one.start <= at):
            found = one
    return found


def review_date(step: Step, basis: Basis) -> str | None:
    """The date of the next evaluation: the evaluation date plus the review interval of the step."""
    parameter = basis.guideline.parameters[step.review]
    days = int(basis.prepared.scope.parameters[step.review] * DAYS[parameter.type.unit or "d"])
    ordinal = basis.at.toordinal() + days
    return dt.date.fromordinal(ordinal).isoformat() if ordinal <= dt.date.max.toordinal() else None


def _measurements(draft: Draft, step: Step | None, guideline: Guideline) -> tuple[dict[str, str], ...]:
    name = draft.measurements or (step.measurements if step is not None else None)
    if name is None:
        return ()
    return tuple({"moment": one.moment, "weight": one.weight} for one in guideline.schedules[name])


def _modules(basis: Basis) -> tuple[str, ...]:
    return tuple(
        module.id
        for module in basis.guideline.modules
        if module.when is None or basis.verdicts[f"module:{module.id}"] is Truth.TRUE
    )
