"""Drafts of recommendations while the resolve table is being applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from carepath.content.guideline import Selector
from carepath.pathway import Pathway
from carepath.recommendation import Contribution, Settlement


@dataclass(slots=True)
class Draft:
    """A recommendation in the making."""

    kind: str
    contributions: list[Contribution]
    target: str | None = None
    urgency: str | None = None
    level: str | None = None
    group: str | None = None
    topic: str | None = None
    internal_step: str | None = None
    conditional: bool = False
    missing: list[str] = field(default_factory=list)
    attention: list[str] = field(default_factory=list)
    conditions: list[Settlement] = field(default_factory=list)
    could_change: list[str] = field(default_factory=list)
    measurements: str | None = None

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules that give it."""
        return [contribution.rule_id for contribution in self.contributions]

    @property
    def key(self) -> tuple[object, ...]:
        """Drafts with the same key are one recommendation."""
        fields = (self.kind, self.target, self.urgency, self.level, self.group, self.topic, self.internal_step)
        alone = tuple(self.rule_ids) if self.kind in {"insufficient_information", "note"} else ()
        return (*fields, alone)


def matches(selector: Selector, draft: Draft, pathway: Pathway | None) -> bool:
    """Whether a draft is among those that a selector means."""
    outputs = [contribution.output.index for contribution in draft.contributions if contribution.output is not None]
    step = pathway.steps.get(draft.target or "") if pathway is not None else None
    lines = [step.line] if step is not None else []
    wanted: list[tuple[Iterable[object], Iterable[object]]] = [
        (selector.kinds, [draft.kind]),
        (selector.rules, draft.rule_ids),
        (selector.urgencies, [draft.urgency]),
        (selector.groups, [draft.group]),
        (selector.levels, [draft.level]),
        (selector.topics, [draft.topic]),
        (selector.internal_steps, [draft.internal_step]),
        (selector.target_lines, lines),
        (selector.outputs, outputs),
    ]
    if any(set(names) and not set(names) & set(have) for names, have in wanted):
        return False
    if draft.kind in selector.not_kinds:
        return False
    return selector.conditional is None or selector.conditional is draft.conditional


def merged(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts of the same recommendation made one: with all rules; conditional only when each is."""
    found: dict[tuple[object, ...], Draft] = {}
    for draft in drafts:
        first = found.setdefault(draft.key, draft)
        if first is draft:
            continue
        first.contributions += draft.contributions
        first.missing = _joined(first.missing, draft.missing)
        first.attention = _joined(first.attention, draft.attention)
        first.could_change = _joined(first.could_change, draft.could_change)
        first.measurements = first.measurements or draft.measurements
        if first.conditional and draft.conditional:
            first.conditions += [one for one in draft.conditions if one not in first.conditions]
        elif first.conditional or draft.conditional:
            first.conditional, first.conditions = False, []
    return list(found.values())


def _joined(first: list[str], second: list[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
