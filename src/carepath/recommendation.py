"""A recommendation: what the pathway says, with its fields, the rules that give it and what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carepath.content.guideline import Ask, Output, ResolveEntry, Rule, Text
from carepath.pathway import Transition


@dataclass(frozen=True, slots=True)
class Contribution:
    """Why a recommendation is there: a rule and one of its outputs, or an entry that asks, resolves or continues."""

    rule: Rule | None = None
    output: Output | None = None
    transition: Transition | None = None
    ask: Ask | None = None
    entry: ResolveEntry | None = None

    @property
    def rule_id(self) -> str:
        """The id that stands under ``rules``."""
        if self.rule is not None:
            return self.rule.id
        if self.ask is not None:
            return self.ask.id
        return self.entry.id if self.entry is not None else ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Something that a conditional recommendation waits for: its text, and whether it is unmet or unknown."""

    text: Text
    truth: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation. Fields that do not apply are None or empty; see ``docs/reference`` for their values.

    ``conditional`` is true when it holds only if something in ``conditions`` is settled first. ``could_change`` names
    unknown findings that an entry of the resolve table reads beside it.
    """

    kind: str
    contributions: tuple[Contribution, ...]
    conditional: bool = False
    target: str | None = None
    urgency: str | None = None
    level: str | None = None
    group: str | None = None
    entitlement: str | None = None
    under_review: bool | None = None
    topic: str | None = None
    internal_step: str | None = None
    review: str | None = None
    measurements: tuple[Mapping[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    conditions: tuple[Settlement, ...] = ()
    could_change: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that give it."""
        return tuple(dict.fromkeys(contribution.rule_id for contribution in self.contributions))


#: The fields of a recommendation as scenarios and JSON name them, in their order.
FIELDS = (
    "kind",
    "target",
    "urgency",
    "level",
    "group",
    "entitlement",
    "under_review",
    "conditional",
    "topic",
    "internal_step",
    "review",
    "measurements",
    "missing",
    "modules",
    "attention",
    "tags",
    "rules",
)
LIST_FIELDS = frozenset({"measurements", "missing", "modules", "attention", "tags", "rules"})


@dataclass(frozen=True, slots=True)
class SetAside:
    """A recommendation that does not stand now, and why: ``removed`` or ``suspended`` by a rule or an entry."""

    recommendation: Recommendation
    how: str
    by: tuple[str, ...]
    text: Text
    until_known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undetermined:
    """A recommendation that could still apply: the unknown findings that it waits for."""

    kind: str
    rule: str
    output: int
    target: str | None
    topic: str | None
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A finding to ask for: in which part of the order it stands, and how many outcomes wait for it."""

    finding: str
    safety: bool
    outcomes: int
    asked_by: tuple[str, ...] = ()
