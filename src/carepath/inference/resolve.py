"""From verdicts to recommendations: what rules give, what is missing, and the resolve table applied to both.

An entry of the table acts only when its own condition is true. While the condition is unknown the recommendation
stands, and the findings that the condition waits for are named beside it in ``could_change``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from carepath.content.guideline import ResolveEntry, Selector
from carepath.content.rules import RED_FLAG
from carepath.inference.case import SCREENED, Case
from carepath.inference.collect import collect, undetermined
from carepath.inference.drafts import Draft, merged
from carepath.inference.sheet import Open, Put, Resolved, Sheet
from carepath.language.truth import FALSE, TRUE, UNKNOWN
from carepath.recommendation import Contribution, Settlement

#: What an entry can do to what it selects, and to nothing else.
_ON_WHAT_STANDS = frozenset({"suspends", "makes_conditional", "adds_attention", "adds_judgement"})


def resolve(case: Case) -> Resolved:
    """The recommendations that stand for a case, in no particular order."""
    sheet = Sheet(case)
    collect(sheet)
    table = _Table(sheet)
    for entry in case.guideline.resolve:
        table.apply(entry)
    table.note_the_rest()
    for entry in case.guideline.resolve:
        if entry.operation == "only_with":
            table.hand_on(entry)
    sheet.result.drafts = merged(sheet.drafts)
    sheet.result.list_undetermined = functools.partial(undetermined, sheet)
    return sheet.result


class _Table:
    def __init__(self, sheet: Sheet) -> None:
        self.case = sheet.case
        self.sheet = sheet

    def apply(self, entry: ResolveEntry) -> None:
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
        chosen = self.sheet.among(entry.selects, self.sheet.drafts)
        if not chosen and entry.operation in _ON_WHAT_STANDS:
            return
        if entry.given and not any(self.sheet.stands(selector) for selector in entry.given):
            self._name_possible(entry.given, chosen)
            return
        if any(self.sheet.stands(selector) for selector in entry.absent):
            return
        if truth is UNKNOWN:
            self._name_open(entry, chosen)
        else:
            getattr(self, f"_{entry.operation}")(entry, chosen)

    def _name_possible(self, beside: Sequence[Selector], chosen: Sequence[Draft]) -> None:
        """Names beside drafts what would let an output come that the table weighs against them, red flags apart."""
        if not chosen or all(selector.kinds == (RED_FLAG,) for selector in beside):
            return
        matching = [self.sheet.matcher(selector) for selector in beside]
        self._name_waits([one for one in self.sheet.open if any(match(one.outline) for match in matching)], chosen)
        held = [put for put in self.sheet.result.set_aside if any(match(put.draft) for match in matching)]
        self._name([name for put in held for name in put.until_known], chosen)

    def _name_waits(self, possible: Sequence[Open], chosen: Sequence[Draft]) -> None:
        self._name([name for one in possible for name in self.sheet.waits(one)], chosen)

    def _name(self, waits: Iterable[str], chosen: Iterable[Draft]) -> None:
        """Names unknown findings beside drafts, each once."""
        found = tuple(waits)
        for draft in chosen:
            draft.name_open(found)

    def _name_open(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        inside = self.sheet.among(entry.selects, self.sheet.inside)
        if not chosen and not inside:
            return
        waits = [n for n in self.case.open_findings(f"resolve:{entry.id}") if self.case.reason(n) not in SCREENED]
        self._name(waits, [*chosen, *inside])

    def _put_aside(self, drafts: Sequence[Draft], how: str, entry: ResolveEntry) -> None:
        by = (entry.id, *self._rules_beside(entry))
        for draft in drafts:
            (self.sheet.inside if draft in self.sheet.inside else self.sheet.drafts).remove(draft)
            self.sheet.result.set_aside.append(Put(draft, how, by, entry.text))

    def _rules_beside(self, entry: ResolveEntry) -> tuple[str, ...]:
        given = [self.sheet.matcher(selector) for selector in entry.given]
        beside = [draft for draft in self.sheet.drafts if any(match(draft) for match in given)]
        return tuple(dict.fromkeys(rule for draft in beside for rule in draft.rule_ids))

    def _removes(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        inside = self.sheet.among(entry.selects, self.sheet.inside)
        self._put_aside([*chosen, *inside], "removed", entry)
        self.sheet.result.closed = self.sheet.result.closed or bool(entry.selects.not_kinds)

    def _suspends(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        self._put_aside(chosen, "suspended", entry)

    def _suspend_while_missing(self, entry: ResolveEntry) -> None:
        for ask, missing in self.sheet.asks:
            if ask.suspends is None:
                continue
            for drafts in (self.sheet.drafts, self.sheet.inside):
                for draft in self.sheet.among(ask.suspends, drafts):
                    drafts.remove(draft)
                    put = Put(draft, "suspended", (ask.id, entry.id), entry.text, tuple(missing))
                    self.sheet.result.set_aside.append(put)

    def _only(self, entry: ResolveEntry) -> None:
        """Outputs that are shown only beside, or only without, another one; otherwise they are not given at all."""
        match, without = self.sheet.matcher(entry.selects), entry.operation == "only_without"
        others = entry.absent if without else entry.given
        there = any(self.sheet.stands(selector) for selector in others) or (without and self.sheet.holds(entry))
        if there is without:
            self.sheet.drafts = [draft for draft in self.sheet.drafts if not match(draft)]
        elif without:
            chosen = self.sheet.among(entry.selects, self.sheet.drafts)
            self._name_possible(others, chosen)
            if entry.when is not None and self.case.verdicts[f"resolve:{entry.id}"] is UNKNOWN:
                self._name_open(entry, chosen)
        if self.sheet.result.set_aside:
            self._forget(entry, others, there=there)

    def _forget(self, entry: ResolveEntry, others: Sequence[Selector], *, there: bool) -> None:
        """Drops what was set aside and, had nothing been set aside, would not have been given either.

        Where the other one was set aside too, whether it would stand is not known here: nothing is dropped then.
        """
        aside = self.sheet.result.set_aside
        if entry.operation == "only_with":
            there = there or any(self.sheet.among(selector, [put.draft for put in aside]) for selector in others)
        if there is (entry.operation == "only_without"):
            match = self.sheet.matcher(entry.selects)
            self.sheet.result.set_aside = [put for put in aside if not match(put.draft)]

    def _makes_conditional(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        for draft in chosen:
            draft.conditional = True
            draft.conditions.append(Settlement(entry.text, TRUE.value))

    def _adds_attention(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        for draft in chosen:
            draft.attention += [name for name in entry.attention if name not in draft.attention]

    def _adds_judgement(self, entry: ResolveEntry, chosen: list[Draft]) -> None:
        if chosen:
            self.sheet.drafts.append(Draft("clinician_judgement", [Contribution(entry=entry)], topic=entry.adds_topic))

    def _continues(self, entry: ResolveEntry, _chosen: list[Draft]) -> None:
        """Staying at the present step, once for each change inside it that a rule gives."""
        if self.case.step is None:
            return
        contribution = Contribution(entry=entry)
        if not self.sheet.inside:
            self.sheet.drafts.append(Draft("continue", [contribution], target=self.case.step))
        for draft in self.sheet.inside:
            draft.target = self.case.step
            draft.contributions = [contribution, *draft.contributions]
            self.sheet.drafts.append(draft)
        self.sheet.inside = []
        given = [draft for draft in self.sheet.drafts if contribution in draft.contributions]
        self._name_possible(entry.absent, given)
        # Continuing would then say what to change inside the step.
        self._name_waits([one for one in self.sheet.open if one.outline.kind == "continue"], given)

    def note_the_rest(self) -> None:
        """What would have been a change inside the present step is a note where nothing continues."""
        for draft in self.sheet.inside:
            note = Draft("note", draft.contributions, internal_step=draft.internal_step)
            note.could_change = draft.could_change
            self.sheet.drafts.append(note)

    def hand_on(self, entry: ResolveEntry) -> None:
        """Names beside what is shown only with others what could change those: it would go with them."""
        beside = [draft for selector in entry.given for draft in self.sheet.among(selector, self.sheet.drafts)]
        waits = [name for draft in beside for name in draft.could_change]
        self._name(waits, self.sheet.among(entry.selects, self.sheet.drafts))
