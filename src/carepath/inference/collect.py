"""From verdicts to drafts: what rules give, what they could still give, and what is missing."""

from __future__ import annotations

from dataclasses import replace

from carepath.content.guideline import Ask, Output, ResolveEntry
from carepath.inference.case import SCREENED, STEP_KINDS, Possible, outline_of
from carepath.inference.clauses import transition_ids
from carepath.inference.drafts import Draft
from carepath.inference.sheet import Open, Sheet
from carepath.language.truth import FALSE, TRUE, UNKNOWN
from carepath.pathway import Transition
from carepath.recommendation import Contribution, Settlement, Undetermined


def collect(sheet: Sheet) -> None:
    """Writes on a sheet what the rules give, what could still come, and what is asked."""
    collector = _Collector(sheet)
    for possible in sheet.case.outputs:
        collector.apply_output(possible)
    collector.drop_hopeless()
    collector.ask()


def undetermined(sheet: Sheet) -> list[Undetermined]:
    """What could still apply, with the unknown findings that it waits for."""
    return [
        Undetermined(output.kind, one.possible.rule.id, output.index, one.target, output.topic, sheet.waits(one))
        for one in sheet.open
        for output in (one.possible.output,)
    ]


class _Collector:
    def __init__(self, sheet: Sheet) -> None:
        self.case = sheet.case
        self.sheet = sheet
        pathway, step = self.case.pathway, self.case.step
        here = (step,) if step is not None else self.case.candidates
        self.somewhere = pathway is not None and bool(here)
        self.ways = [way for one in here for way in pathway.transitions_from(one)] if pathway is not None else []

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
            self.sheet.inside.append(self._draft(possible))
        else:
            self.sheet.drafts.append(self._draft(possible))

    def _draft(self, possible: Possible, transition: Transition | None = None) -> Draft:
        rule, output = possible.rule, possible.output
        draft = outline_of(rule, output)
        draft.urgency = self._urgency(output)
        if transition is not None:
            draft.contributions = [Contribution(rule, output, transition)]
            draft.target = transition.target
        settlements = self.case.settlements(output.settle) if output.settle is not None else ()
        draft.missing = sorted({name for one in settlements for name in one.findings})
        draft.conditions = _named_conditions(output, settlements)
        draft.name_open(self.case.unknown_start(possible.clause))
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
                    draft.name_open(self.case.open_findings(unless))
                self.sheet.drafts.append(draft)

    def _ways(self, possible: Possible) -> list[Transition]:
        """The ways from the present step that a step change opens."""
        kind, rule = possible.output.kind, possible.rule.id
        return [way for way in self.ways if way.kind == kind and rule in way.rules]

    def _undetermined(self, possible: Possible, clause: str | None, target: str | None = None) -> None:
        output, outline = possible.output, possible.outline
        if self.somewhere and output.kind in STEP_KINDS and not self._ways(possible):
            return
        if output.urgency_by is not None:
            outline = replace(outline, urgency=self._urgency(output))
        self.sheet.open.append(Open(possible, clause, target or output.target, outline))

    def drop_hopeless(self) -> None:
        """Leaves out of what is undetermined what the table would take away whatever becomes known."""
        for entry in self.case.guideline.resolve:
            if self._never_stands(entry):
                match = self.sheet.matcher(entry.selects)
                self.sheet.open = [one for one in self.sheet.open if not match(one.outline)]

    def _never_stands(self, entry: ResolveEntry) -> bool:
        """Whether what an entry selects can no longer come: what it must stand beside cannot, or it is taken away."""
        if entry.operation == "only_with":
            return not any(self.sheet.stands(selector) or self.sheet.could_stand(selector) for selector in entry.given)
        if entry.operation == "only_without":
            return self.sheet.holds(entry) or any(self.sheet.stands(selector) for selector in entry.absent)
        return self._takes_away(entry)

    def _takes_away(self, entry: ResolveEntry) -> bool:
        """Whether an entry takes away what it selects, whatever stands beside it."""
        return entry.operation == "removes" and not entry.given and not entry.absent and self.sheet.holds(entry)

    def _is_taken_away(self, draft: Draft) -> bool:
        """Whether the table takes a draft away whatever stands beside it."""
        return any(
            self._takes_away(entry) and self.sheet.matcher(entry.selects)(draft)
            for entry in self.case.guideline.resolve
        )

    # --- what is missing ----------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Adds one recommendation per id for the findings that are missing and matter now."""
        by_id: dict[str, Draft] = {}
        for ask in self.case.guideline.asks:
            missing = self._missing(ask)
            if not missing:
                self._name_what_would_suspend(ask)
                continue
            self.sheet.asks.append((ask, missing))
            draft = by_id.setdefault(ask.id, Draft("insufficient_information", []))
            draft.contributions.append(Contribution(ask=ask))
            draft.missing += [name for name in missing if name not in draft.missing]
            for name in missing:
                self.sheet.result.asked_by.setdefault(name, []).append(ask.id)
            if ask.suspends is not None:
                self.sheet.result.missing_for_safety += missing
        self.sheet.drafts += by_id.values()

    def _name_what_would_suspend(self, ask: Ask) -> None:
        """Names beside what an ask would suspend the unknown findings that its condition waits for."""
        clause = f"ask:{ask.index}"
        if ask.suspends is None or ask.when is None or self.case.verdicts[clause] is not UNKNOWN:
            return
        if not any(self._is_missing(ask, name) for name in ask.findings):
            return
        waits = [name for name in self.case.open_findings(clause) if self.case.reason(name) not in SCREENED]
        for drafts in (self.sheet.drafts, self.sheet.inside):
            for draft in self.sheet.among(ask.suspends, drafts):
                draft.name_open(waits)

    def _missing(self, ask: Ask) -> list[str]:
        if ask.when is not None and self.case.verdicts[f"ask:{ask.index}"] is not TRUE:
            return []
        names = [*ask.findings, *(self._screening() if ask.screening else ())]
        if ask.asked == "when_given" and not any(
            draft.kind in ask.kinds and not self._is_taken_away(draft) for draft in self.sheet.drafts
        ):
            return []
        if ask.asked == "while_open":
            waited = {
                name for one in self.sheet.open if one.outline.kind in ask.kinds for name in self.sheet.waits(one)
            }
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


def _named_conditions(output: Output, settlements: tuple[Settlement, ...]) -> list[Settlement]:
    """What a conditional output waits for: the parts of a term, or a sentence of its own."""
    if not output.conditional:
        return []
    own = [Settlement(output.only_if, UNKNOWN.value)] if output.only_if is not None else []
    return [*settlements, *own]
