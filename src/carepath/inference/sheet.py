"""The sheet on which resolving works: what stands, what could still come, what was set aside."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from carepath.content.guideline import CURRENT_NODE, Ask, ResolveEntry, Selector, Text
from carepath.inference.case import SCREENED, STEP_KINDS, Case, Possible
from carepath.inference.drafts import Draft, Matcher
from carepath.language.truth import TRUE
from carepath.recommendation import Undetermined


@dataclass(frozen=True, slots=True)
class Put:
    """A draft that was set aside, how, and by what."""

    draft: Draft
    how: str
    by: tuple[str, ...]
    text: Text
    until_known: tuple[str, ...] = ()


@dataclass
class Resolved:
    """What stands, what was set aside, what is undetermined (worked out when it is asked for).

    ``closed`` is true when something stands that leaves no room for anything else: then nothing more is asked.
    """

    drafts: list[Draft] = field(default_factory=list)
    set_aside: list[Put] = field(default_factory=list)
    missing_for_safety: list[str] = field(default_factory=list)
    closed: bool = False
    asked_by: dict[str, list[str]] = field(default_factory=dict)
    list_undetermined: Callable[[], list[Undetermined]] = list

    @functools.cached_property
    def undetermined(self) -> list[Undetermined]:
        """What could still apply, with the unknown findings that it waits for."""
        return self.list_undetermined()


@dataclass(frozen=True, slots=True)
class Open:
    """An output that could still apply: ``clause`` (None: the position) is unknown."""

    possible: Possible
    clause: str | None
    target: str | None
    outline: Draft


@dataclass
class Sheet:
    """What was worked out so far for a case; ``inside`` holds changes inside the present step."""

    case: Case
    result: Resolved = field(default_factory=Resolved)
    drafts: list[Draft] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    inside: list[Draft] = field(default_factory=list)
    asks: list[tuple[Ask, list[str]]] = field(default_factory=list)
    _waits: dict[tuple[str | None, bool], tuple[str, ...]] = field(default_factory=dict)

    # --- what stands, and what could ----------------------------------------------------------------------------

    def matcher(self, selector: Selector) -> Matcher:
        """What tells whether a draft is among those that a selector means."""
        return self.case.matchers[id(selector)]

    def among(self, selector: Selector, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts that a selector means."""
        return list(filter(self.case.matchers[id(selector)], drafts)) if drafts else []

    def stands(self, selector: Selector) -> bool:
        """Whether a draft stands that a selector means."""
        return any(map(self.case.matchers[id(selector)], self.drafts))

    def could_stand(self, selector: Selector) -> bool:
        """Whether something that a selector means could still come."""
        match = self.matcher(selector)
        return any(match(one.outline) for one in self.open)

    def holds(self, entry: ResolveEntry) -> bool:
        """Whether the condition of an entry is true."""
        return entry.when is not None and self.case.verdicts[f"resolve:{entry.id}"] is TRUE

    def waits(self, one: Open) -> tuple[str, ...]:
        """The unknown findings that keep an output undetermined."""
        step_change = one.outline.kind in STEP_KINDS
        found = self._waits.get((one.clause, step_change))
        if found is None:
            names = self.case.open_findings(one.clause) if one.clause is not None else ()
            if step_change and self.case.step is None:
                names = (*names, "pathway" if self.case.pathway is None else CURRENT_NODE)
            reason = self.case.reason
            found = tuple(name for name in dict.fromkeys(names) if reason(name) not in SCREENED)
            self._waits[one.clause, step_change] = found
        return found
