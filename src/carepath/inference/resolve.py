"""From verdicts to recommendations: what rules give, what is missing, and the resolve table applied to both.

An entry of the table acts only when its own condition is true. While the condition is unknown the recommendation
stands, and the findings that the condition waits for are named beside it in ``could_change``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from carepath.content.guideline import Ask, Guideline, Output, ResolveEntry, Rule, Selector, Text
from carepath.inference.clauses import output_id, transition_ids
from carepath.inference.drafts import Draft, matches, merged
from carepath.language.truth import Truth
from carepath.pathway import Pathway, Transition
from carepath.recommendation import Contribution, Settlement, Undetermined

STEP_KINDS = frozenset({"escalate", "deescalate"})
SCREENED = frozenset({"not_applicable"})


@dataclass(frozen=True, slots=True)
class Case:
    """What resolving needs to know of the patient: verdicts, position, and what is unknown and why.

    ``open_findings`` gives the unknown findings that keep a clause undetermined; ``reason`` gives why a finding is
    unknown, or None when it is known; ``is_true`` tells a finding known to be true; ``settlements`` splits a term
    into what is unmet and what is unknown; ``urgency`` gives the urgency that a finding says, if any.
    """

    guideline: Guideline
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


@dataclass(slots=True)
class Resolved:
    """What stands, what was set aside, what is undetermined.

    ``closed`` is true when something stands that leaves no room for anything else: then nothing more is asked.
    """

    drafts: list[Draft] = field(default_factory=list)
    set_aside: list[Put] = field(default_factory=list)
    undetermined: list[Undetermined] = field(default_factory=list)
    missing_for_safety: list[str] = field(default_factory=list)
    closed: bool = False
    asked_by: dict[str, list[str]] = field(default_factory=dict)


def resolve(case: Case) -> Resolved:
    """The recommendations that stand for a case, in no particular order."""
    resolver = _Resolver(case)
    for _, rule in sorted(case.guideline.rules.items()):  # in an order that no file decides
        resolver.apply_rule(rule)
    resolver.drop_hopeless()
    resolver.ask()
    for entry in case.guideline.resolve:
        resolver.apply_entry(entry)
    resolver.note_the_rest()
    resolver.result.drafts = merged(resolver.drafts)
    return resolver.result


class _Resolver:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.result = Resolved()
        self.drafts: list[Draft] = []
        self.inside: list[Draft] = []  # changes inside the present step, which `continues` takes up
        self.asks: list[tuple[Ask, list[str]]] = []

    # --- rules --------------------------------------------------------------------------------------------------

    def apply_rule(self, rule: Rule) -> None:
        """Adds what a rule gives, and what it could still give."""
        for output in rule.outputs:
            clause = output_id(rule.id, output)
            truth = self.case.verdicts[clause]
            if truth is Truth.UNKNOWN:
                self._undetermined(rule, output, self.case.open_findings(clause))
            elif truth is Truth.TRUE and output.kind in STEP_KINDS:
                self._step_change(rule, output)
            elif truth is Truth.TRUE and output.kind == "continue":
                self.inside.append(self._draft(rule, output))
            elif truth is Truth.TRUE:
                self.drafts.append(self._draft(rule, output))

    def _draft(self, rule: Rule, output: Output, transition: Transition | None = None) -> Draft:
        urgency = output.urgency
        if output.urgency_by is not None:
            urgency = self.case.urgency(output.urgency_by) or urgency
        settlements = self.case.settlements(output.settle) if output.settle is not None else ()
        return Draft(
            kind=output.kind,
            contributions=[Contribution(rule, output, transition)],
            target=transition.target if transition is not None else output.target,
            urgency=urgency,
            level=output.level,
            group=output.group,
            topic=output.topic,
            internal_step=output.internal_step,
            conditional=output.conditional,
            missing=sorted({name for one in settlements for name in one.findings}),
            conditions=_named_conditions(output, settlements),
            measurements=output.measurements,
        )

    def _step_change(self, rule: Rule, output: Output) -> None:
        if self.case.pathway is None or self.case.step is None:
            waits = ("pathway",) if self.case.pathway is None else ("current_node",)
            self._undetermined(rule, output, waits)
            return
        for transition in self.case.pathway.transitions_from(self.case.step):
            if transition.kind != output.kind or rule.id not in transition.rules:
                continue
            when, unless = transition_ids(transition)
            opened = self.case.verdicts.get(when, Truth.TRUE)
            closed = self.case.verdicts.get(unless, Truth.FALSE)
            if opened is Truth.UNKNOWN:
                self._undetermined(rule, output, self.case.open_findings(when), transition.target)
            elif opened is Truth.TRUE and closed is not Truth.TRUE:
                draft = self._draft(rule, output, transition)
                if closed is Truth.UNKNOWN:
                    draft.could_change += self.case.open_findings(unless)
                self.drafts.append(draft)

    def _undetermined(self, rule: Rule, output: Output, waits: Sequence[str], target: str | None = None) -> None:
        if output.kind in STEP_KINDS and self.case.pathway is not None and self.case.step is not None:
            leads = any(
                rule.id in transition.rules and transition.kind == output.kind
                for transition in self.case.pathway.transitions_from(self.case.step)
            )
            if not leads:
                return
        asked = tuple(name for name in dict.fromkeys(waits) if self.case.reason(name) not in SCREENED)
        self.result.undetermined.append(
            Undetermined(output.kind, rule.id, output.index, target or output.target, output.topic, asked)
        )

    def drop_hopeless(self) -> None:
        """Leaves out of what is undetermined what the table would take away whatever becomes known."""
        for entry in self.case.guideline.resolve:
            if self._never_stands(entry):
                kept = [one for one in self.result.undetermined if not self._means(entry.selects, one)]
                self.result.undetermined = kept

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
        return entry.when is not None and self.case.verdicts[f"resolve:{entry.id}"] is Truth.TRUE

    def _possible(self, selector: Selector) -> bool:
        return any(self._means(selector, one) for one in self.result.undetermined)

    def _means(self, selector: Selector, one: Undetermined) -> bool:
        rule = self.case.guideline.rules[one.rule]
        return self._matches(selector, self._draft(rule, rule.outputs[one.output]))

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
        if ask.when is not None and self.case.verdicts[f"ask:{ask.index}"] is not Truth.TRUE:
            return []
        names = [*ask.findings, *(self._screening() if ask.screening else ())]
        if ask.asked == "when_given" and not any(
            draft.kind in ask.kinds and not self._is_taken_away(draft) for draft in self.drafts
        ):
            return []
        if ask.asked == "while_open":
            waited = {name for one in self.result.undetermined if one.kind in ask.kinds for name in one.waits_for}
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
        more = self.case.verdicts.get(f"screen:{self.case.pathway.name}", Truth.FALSE)
        extra = self.case.pathway.screen_more if more is Truth.TRUE else ()
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
        if entry.given and not any(self._any(selector) for selector in entry.given):
            return
        if any(self._any(selector) for selector in entry.absent):
            return
        truth = self.case.verdicts[f"resolve:{entry.id}"] if entry.when is not None else Truth.TRUE
        if truth is Truth.FALSE:
            return
        chosen = [draft for draft in self.drafts if self._matches(entry.selects, draft)]
        if truth is Truth.UNKNOWN:
            self._name_open(entry, chosen)
        else:
            getattr(self, f"_{entry.operation}")(entry, chosen)

    def _matches(self, selector: Selector, draft: Draft) -> bool:
        return matches(selector, draft, self.case.pathway)

    def _any(self, selector: Selector) -> bool:
        return any(self._matches(selector, draft) for draft in self.drafts)

    def _name_open(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        waits = [n for n in self.case.open_findings(f"resolve:{entry.id}") if self.case.reason(n) not in SCREENED]
        inside = [draft for draft in self.inside if self._matches(entry.selects, draft)]
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
        if there is (entry.operation == "only_without"):
            kept = [put for put in self.result.set_aside if not self._matches(entry.selects, put.draft)]
            self.result.set_aside = kept

    def _makes_conditional(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        for draft in chosen:
            draft.conditional = True
            draft.conditions.append(Settlement(entry.text, Truth.TRUE.value))

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
    own = [Settlement(output.only_if, Truth.UNKNOWN.value)] if output.only_if is not None else []
    return [*settlements, *own]
