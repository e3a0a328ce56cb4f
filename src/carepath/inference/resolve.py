"""From verdicts to recommendations: what rules give, what is missing, and the resolve table applied to both.

An entry of the table acts only when its own condition is true. While the condition is unknown the recommendation
stands, and the findings that the condition waits for are named beside it in ``could_change``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from carepath.content.guideline import Ask, Guideline, Output, ResolveEntry, Rule, Selector, Text
from carepath.inference.clauses import output_id, transition_ids
from carepath.inference.drafts import Draft, matches, merged
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth
from carepath.pathway import Pathway, Transition
from carepath.recommendation import Contribution, Settlement, Undetermined

STEP_KINDS = frozenset({"escalate", "deescalate"})
RED_FLAG = "red_flag_exit"
SCREENED = frozenset({"not_applicable"})


@dataclass(frozen=True, slots=True)
class Possible:
    """An output of a rule, the clause that it stands on, and its outline: what selectors look at."""

    rule: Rule
    output: Output
    clause: str
    outline: Draft


def possible_outputs(guideline: Guideline) -> tuple[Possible, ...]:
    """The outputs of all rules, in an order that no file decides."""
    return tuple(
        Possible(rule, output, output_id(rule.id, output), _outline(rule, output))
        for _, rule in sorted(guideline.rules.items())
        for output in rule.outputs
    )


def _outline(rule: Rule, output: Output) -> Draft:
    return Draft(
        kind=output.kind,
        contributions=[Contribution(rule, output)],
        target=output.target,
        urgency=output.urgency,
        level=output.level,
        group=output.group,
        topic=output.topic,
        internal_step=output.internal_step,
        conditional=output.conditional,
        measurements=output.measurements,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What resolving needs to know of the patient: verdicts, position, and what is unknown and why.

    ``outputs`` are those of all rules; ``open_findings`` gives the unknown findings that keep a clause undetermined;
    ``reason`` gives why a finding is unknown, or None when it is known; ``is_true`` tells a finding known to be true;
    ``settlements`` splits a term into what is unmet and what is unknown; ``urgency`` gives the urgency that a finding
    says, if any.
    """

    guideline: Guideline
    outputs: tuple[Possible, ...]
    pathway: Pathway | None
    step: str | None
    verdicts: Mapping[str, Truth]
    open_findings: Callable[[str], tuple[str, ...]]
    reason: Callable[[str], str | None]
    is_true: Callable[[str], bool]
    settlements: Callable[[str], tuple[Settlement, ...]]
    urgency: Callable[[str], str | None]


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


def resolve(case: Case) -> Resolved:
    """The recommendations that stand for a case, in no particular order."""
    resolver = _Resolver(case)
    for possible in case.outputs:
        resolver.apply_output(possible)
    resolver.drop_hopeless()
    resolver.ask()
    for entry in case.guideline.resolve:
        resolver.apply_entry(entry)
    resolver.note_the_rest()
    resolver.result.drafts = merged(resolver.drafts)
    resolver.result.list_undetermined = resolver.undetermined
    return resolver.result


@dataclass(frozen=True, slots=True)
class _Open:
    """An output that could still apply: ``clause`` (None: the position) is unknown."""

    possible: Possible
    clause: str | None
    target: str | None
    outline: Draft


class _Resolver:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.result = Resolved()
        self.ways = case.pathway.transitions_from(case.step) if case.pathway and case.step else ()
        self.drafts: list[Draft] = []
        self.open: list[_Open] = []
        self.inside: list[Draft] = []  # changes inside the present step, which `continues` takes up
        self.asks: list[tuple[Ask, list[str]]] = []

    # --- rules --------------------------------------------------------------------------------------------------

    def apply_output(self, possible: Possible) -> None:
        """Adds what an output of a rule gives, or could still give."""
        truth = self.case.verdicts[possible.clause]
        if truth is FALSE:
            return
        kind = possible.output.kind
        if truth is UNKNOWN:
            self._undetermined(possible, possible.clause)
        elif kind in STEP_KINDS:
            self._step_change(possible)
        elif kind == "continue":
            self.inside.append(self._draft(possible))
        else:
            self.drafts.append(self._draft(possible))

    def _draft(self, possible: Possible, transition: Transition | None = None) -> Draft:
        rule, output = possible.rule, possible.output
        draft = _outline(rule, output)
        draft.urgency = self._urgency(output)
        if transition is not None:
            draft.contributions = [Contribution(rule, output, transition)]
            draft.target = transition.target
        settlements = self.case.settlements(output.settle) if output.settle is not None else ()
        draft.missing = sorted({name for one in settlements for name in one.findings})
        draft.conditions = _named_conditions(output, settlements)
        return draft

    def _urgency(self, output: Output) -> str | None:
        said = self.case.urgency(output.urgency_by) if output.urgency_by is not None else None
        return said or output.urgency

    def _step_change(self, possible: Possible) -> None:
        if self.case.pathway is None or self.case.step is None:
            self._undetermined(possible, None)
            return
        for transition in self._ways(possible):
            when, unless = transition_ids(transition)
            opened = self.case.verdicts.get(when, TRUE)
            closed = self.case.verdicts.get(unless, FALSE)
            if opened is UNKNOWN:
                self._undetermined(possible, when, transition.target)
            elif opened is TRUE and closed is not TRUE:
                draft = self._draft(possible, transition)
                if closed is UNKNOWN:
                    draft.could_change += self.case.open_findings(unless)
                self.drafts.append(draft)

    def _ways(self, possible: Possible) -> list[Transition]:
        """The ways from the present step that a step change opens."""
        kind, rule = possible.output.kind, possible.rule.id
        return [way for way in self.ways if way.kind == kind and rule in way.rules]

    def _undetermined(self, possible: Possible, clause: str | None, target: str | None = None) -> None:
        output, outline = possible.output, possible.outline
        placed = self.case.pathway is not None and self.case.step is not None
        if placed and output.kind in STEP_KINDS and not self._ways(possible):
            return
        if output.urgency_by is not None:
            outline = replace(outline, urgency=self._urgency(output))
        self.open.append(_Open(possible, clause, target or output.target, outline))

    def drop_hopeless(self) -> None:
        """Leaves out of what is undetermined what the table would take away whatever becomes known."""
        for entry in self.case.guideline.resolve:
            if self._never_stands(entry):
                self.open = [one for one in self.open if not self._matches(entry.selects, one.outline)]

    def undetermined(self) -> list[Undetermined]:
        """What could still apply, with the unknown findings that it waits for."""
        return [
            Undetermined(output.kind, one.possible.rule.id, output.index, one.target, output.topic, self._waits(one))
            for one in self.open
            for output in (one.possible.output,)
        ]

    def _waits(self, one: _Open) -> tuple[str, ...]:
        if one.clause is None:
            waits: tuple[str, ...] = ("pathway",) if self.case.pathway is None else ("current_node",)
        else:
            waits = self.case.open_findings(one.clause)
        return tuple(name for name in waits if self.case.reason(name) not in SCREENED)

    def _never_stands(self, entry: ResolveEntry) -> bool:
        """Whether what an entry selects can no longer come: what it must stand beside cannot, or it is taken away."""
        if entry.operation == "only_with":
            return not any(self._any(selector) or self._possible(selector) for selector in entry.given)
        if entry.operation == "only_without":
            return self._holds(entry) or any(self._any(selector) for selector in entry.absent)
        return entry.operation == "removes" and not entry.given and not entry.absent and self._holds(entry)

    def _is_taken_away(self, draft: Draft) -> bool:
        """Whether the table takes a draft away whatever stands beside it."""
        return any(
            entry.operation == "removes"
            and not entry.given
            and not entry.absent
            and self._holds(entry)
            and self._matches(entry.selects, draft)
            for entry in self.case.guideline.resolve
        )

    def _holds(self, entry: ResolveEntry) -> bool:
        return entry.when is not None and self.case.verdicts[f"resolve:{entry.id}"] is TRUE

    def _possible(self, selector: Selector) -> bool:
        return any(self._matches(selector, one.outline) for one in self.open)

    # --- what is missing ----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Adds one recommendation per id for the findings that are missing and matter now."""
        by_id: dict[str, Draft] = {}
        for ask in self.case.guideline.asks:
            missing = self._missing(ask)
            if not missing:
                continue
            self.asks.append((ask, missing))
            draft = by_id.setdefault(ask.id, Draft("insufficient_information", []))
            draft.contributions.append(Contribution(ask=ask))
            draft.missing += [name for name in missing if name not in draft.missing]
            for name in missing:
                self.result.asked_by.setdefault(name, []).append(ask.id)
            if ask.suspends is not None:
                self.result.missing_for_safety += missing
        self.drafts += by_id.values()

    def _missing(self, ask: Ask) -> list[str]:
        if ask.when is not None and self.case.verdicts[f"ask:{ask.index}"] is not TRUE:
            return []
        names = [*ask.findings, *(self._screening() if ask.screening else ())]
        if ask.asked == "when_given" and not any(
            draft.kind in ask.kinds and not self._is_taken_away(draft) for draft in self.drafts
        ):
            return []
        if ask.asked == "while_open":
            waited = {name for one in self.open if one.outline.kind in ask.kinds for name in self._waits(one)}
            return [name for name in names if name in waited]
        return [name for name in names if self._is_missing(ask, name)]

    def _is_missing(self, ask: Ask, name: str) -> bool:
        if ask.until_true:
            return not self.case.is_true(name)
        reason = self.case.reason(name)
        return reason is not None and reason not in SCREENED

    def _screening(self) -> tuple[str, ...]:
        """The red flags that must be screened; of all pathways, and the pathway itself, while none is chosen."""
        if self.case.pathway is None:
            pathways = self.case.guideline.pathways.values()
            return tuple(dict.fromkeys(["pathway", *(name for pathway in pathways for name in pathway.screen)]))
        more = self.case.verdicts.get(f"screen:{self.case.pathway.name}", FALSE)
        extra = self.case.pathway.screen_more if more is TRUE else ()
        return tuple(dict.fromkeys((*self.case.pathway.screen, *extra)))

    # --- the table ----------------------------------------------------------------------------------------------

    def apply_entry(self, entry: ResolveEntry) -> None:
        """Lets one entry act, if its condition is true and what it wants beside it is there."""
        if entry.operation == "suspends_while_missing":
            self._suspend_while_missing(entry)
            return
        if entry.operation in {"only_with", "only_without"}:
            self._only(entry)
            return
        truth = self.case.verdicts[f"resolve:{entry.id}"] if entry.when is not None else TRUE
        if truth is FALSE:
            return
        chosen = [draft for draft in self.drafts if self._matches(entry.selects, draft)]
        if entry.given and not any(self._any(selector) for selector in entry.given):
            self._name_possible(entry.given, chosen)
            return
        if any(self._any(selector) for selector in entry.absent):
            return
        if truth is UNKNOWN:
            self._name_open(entry, chosen)
        else:
            getattr(self, f"_{entry.operation}")(entry, chosen)

    def _name_possible(self, beside: Sequence[Selector], chosen: Sequence[Draft]) -> None:
        """Names beside drafts what would let an output come that the table weighs against them, red flags apart."""
        if not chosen or all(selector.kinds == (RED_FLAG,) for selector in beside):
            return
        possible = [one for one in self.open if any(self._matches(selector, one.outline) for selector in beside)]
        waits = dict.fromkeys(name for one in possible for name in self._waits(one))
        for draft in chosen:
            draft.could_change += [name for name in waits if name not in draft.could_change]

    def _matches(self, selector: Selector, draft: Draft) -> bool:
        return matches(selector, draft, self.case.pathway)

    def _any(self, selector: Selector) -> bool:
        return any(self._matches(selector, draft) for draft in self.drafts)

    def _name_open(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        inside = [draft for draft in self.inside if self._matches(entry.selects, draft)]
        if not chosen and not inside:
            return
        waits = [n for n in self.case.open_findings(f"resolve:{entry.id}") if self.case.reason(n) not in SCREENED]
        for draft in (*chosen, *inside):
            draft.could_change += [name for name in waits if name not in draft.could_change]

    def _put_aside(self, drafts: Sequence[Draft], how: str, entry: ResolveEntry, until: Sequence[str] = ()) -> None:
        by = (entry.id, *self._rules_beside(entry))
        for draft in drafts:
            (self.inside if draft in self.inside else self.drafts).remove(draft)
            self.result.set_aside.append(Put(draft, how, by, entry.text, tuple(until)))

    def _rules_beside(self, entry: ResolveEntry) -> tuple[str, ...]:
        beside = [d for d in self.drafts if any(self._matches(selector, d) for selector in entry.given)]
        return tuple(dict.fromkeys(rule for draft in beside for rule in draft.rule_ids))

    def _removes(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        inside = [draft for draft in self.inside if self._matches(entry.selects, draft)]
        self._put_aside([*chosen, *inside], "removed", entry)
        self.result.closed = self.result.closed or bool(entry.selects.not_kinds)

    def _suspends(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        self._put_aside(chosen, "suspended", entry)

    def _suspend_while_missing(self, entry: ResolveEntry) -> None:
        if not self._any(Selector(kinds=("insufficient_information",))):
            return
        for ask, missing in self.asks:
            if ask.suspends is None:
                continue
            for drafts in (self.drafts, self.inside):
                for draft in [d for d in drafts if self._matches(ask.suspends, d)]:
                    drafts.remove(draft)
                    put = Put(draft, "suspended", (ask.id, entry.id), entry.text, tuple(missing))
                    self.result.set_aside.append(put)

    def _only(self, entry: ResolveEntry) -> None:
        """Outputs that are shown only beside, or only without, another one; otherwise they are not given at all."""
        others = entry.given if entry.operation == "only_with" else entry.absent
        there = any(self._any(selector) for selector in others)
        there = there or (entry.operation == "only_without" and self._holds(entry))
        if there is (entry.operation == "only_without"):
            self.drafts = [draft for draft in self.drafts if not self._matches(entry.selects, draft)]
        aside = [put.draft for put in self.result.set_aside]
        there = there or any(self._matches(selector, draft) for selector in others for draft in aside)
        if entry.operation == "only_with" and not there:
            kept = [put for put in self.result.set_aside if not self._matches(entry.selects, put.draft)]
            self.result.set_aside = kept

    def _makes_conditional(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        for draft in chosen:
            draft.conditional = True
            draft.conditions.append(Settlement(entry.text, TRUE.value))

    def _adds_attention(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        for draft in chosen:
            draft.attention += [name for name in entry.attention if name not in draft.attention]

    def _adds_judgement(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        if chosen:
            self.drafts.append(Draft("clinician_judgement", [Contribution(entry=entry)], topic=entry.adds_topic))

    def _continues(self, entry: ResolveEntry, _chosen: list[Draft]) -> None:
        """Staying at the present step, once for each change inside it that a rule gives."""
        if self.case.step is None:
            return
        contribution = Contribution(entry=entry)
        if not self.inside:
            self.drafts.append(Draft("continue", [contribution], target=self.case.step))
        for draft in self.inside:
            draft.target = self.case.step
            draft.contributions = [contribution, *draft.contributions]
            self.drafts.append(draft)
        self.inside = []
        given = [draft for draft in self.drafts if contribution in draft.contributions]
        self._name_possible(entry.absent, given)

    def note_the_rest(self) -> None:
        """What would have been a change inside the present step is a note where nothing continues."""
        for draft in self.inside:
            note = Draft("note", draft.contributions, internal_step=draft.internal_step)
            note.could_change = draft.could_change
            self.drafts.append(note)


def _named_conditions(output: Output, settlements: tuple[Settlement, ...]) -> list[Settlement]:
    """What a conditional output waits for: the parts of a term, or a sentence of its own."""
    if not output.conditional:
        return []
    own = [Settlement(output.only_if, UNKNOWN.value)] if output.only_if is not None else []
    return [*settlements, *own]
