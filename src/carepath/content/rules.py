"""What follows from conditions: rules with their outputs, what is asked first, and the resolve table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from carepath.content.grounds import Ground, Text
from carepath.errors import Place
from carepath.language.nodes import Condition

#: The kind of recommendation that nothing takes away.
RED_FLAG = "red_flag_exit"


@dataclass(frozen=True, slots=True)
class Output:
    """What a rule recommends; fields as in a recommendation, None where they do not apply."""

    kind: str
    index: int
    target: str | None = None
    urgency: str | None = None
    urgency_by: str | None = None
    level: str | None = None
    group: str | None = None
    topic: str | None = None
    internal_step: str | None = None
    conditional: bool = False
    only_if: Text | None = None
    when: Condition | None = None
    settle: str | None = None
    measurements: str | None = None
    names_step: str | None = None
    text: Text | None = None
    grounds: tuple[Ground, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """A counter-argument: what speaks against a rule, and who says it."""

    text: Text
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and what follows from it.

    ``by_output`` is true when each output carries the whole condition itself; ``when`` then is that any of them holds.
    """

    id: str
    text: Text
    pathways: tuple[str, ...]
    when: Condition
    outputs: tuple[Output, ...]
    grounds: tuple[Ground, ...]
    against: tuple[Argument, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    by_output: bool = False
    place: Place | None = None

    def __repr__(self) -> str:
        return f"<Rule {self.id}: {len(self.outputs)} outputs, {len(self.grounds)} grounds>"

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: when it holds, what it recommends, and what it stands on."""
        from carepath.display.notebook import bundle, rule_forms  # noqa: PLC0415 - only a notebook pays for it

        return bundle(rule_forms(self), include, exclude)


@dataclass(frozen=True, slots=True)
class Selector:
    """Which recommendations an entry means: each field that is not empty must match."""

    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    internal_steps: tuple[str, ...] = ()
    target_lines: tuple[str, ...] = ()
    outputs: tuple[int, ...] = ()
    not_kinds: tuple[str, ...] = ()
    not_topics: tuple[str, ...] = ()
    conditional: bool | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Findings that must be known, what they hold up while they are not, and when they are asked for.

    ``asked`` is ``always``, ``while_open`` (a recommendation of ``kinds`` waits for them) or ``when_given``
    (a recommendation of ``kinds`` is given or waits).
    """

    id: str
    index: int
    findings: tuple[str, ...]
    screening: bool
    asked: str
    kinds: tuple[str, ...]
    when: Condition | None
    until_true: bool
    suspends: Selector | None
    text: Text
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ResolveEntry:
    """One line of the resolve table: what it does, to what, when, and beside what."""

    id: str
    order: int
    operation: str
    selects: Selector
    when: Condition | None
    given: tuple[Selector, ...]
    absent: tuple[Selector, ...]
    text: Text
    grounds: tuple[Ground, ...]
    attention: tuple[str, ...] = ()
    adds_topic: str | None = None
    place: Place | None = None
