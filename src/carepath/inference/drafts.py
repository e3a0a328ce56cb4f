"""Drafts of recommendations while the resolve table is being applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

    def name_open(self, findings: Iterable[str]) -> None:
        """Names findings beside it that could change it, each once."""
        self.could_change = list(dict.fromkeys((*self.could_change, *findings)))


def matches(selector: Selector, draft: Draft, pathway: Pathway | None) -> bool:
    """Whether a draft is among those that a selector means."""
    if draft.topic is not None and draft.topic in selector.not_topics:
        return False
    if draft.kind in selector.not_kinds or (selector.kinds and draft.kind not in selector.kinds):
        return False
    if selector.rules and not any(one.rule_id in selector.rules for one in draft.contributions):
        return False
    if selector.conditional is not None and selector.conditional is not draft.conditional:
        return False
    if selector.outputs and not any(
        one.output is not None and one.output.index in selector.outputs for one in draft.contributions
    ):
        return False
    if selector.target_lines:
        step = pathway.steps.get(draft.target or "") if pathway is not None else None
        if step is None or step.line not in selector.target_lines:
            return False
    return not (
        (selector.urgencies and draft.urgency not in selector.urgencies)
        or (selector.groups and draft.group not in selector.groups)
        or (selector.levels and draft.level not in selector.levels)
        or (selector.topics and draft.topic not in selector.topics)
        or (selector.internal_steps and draft.internal_step not in selector.internal_steps)
    )


#: Tells whether a draft is among those that one selector means.
Matcher = Callable[[Draft], bool]


def matcher(selector: Selector, pathway: Pathway | None) -> Matcher:
    """What tells it for one selector; most name nothing but kinds, or nothing but rules."""
    kinds, rules = frozenset(selector.kinds), frozenset(selector.rules)
    if kinds and selector == Selector(kinds=selector.kinds):
        return lambda draft: draft.kind in kinds
    if rules and selector == Selector(rules=selector.rules):
        return lambda draft: not rules.isdisjoint([one.rule_id for one in draft.contributions])
    return lambda draft: matches(selector, draft, pathway)


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
