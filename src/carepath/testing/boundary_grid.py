"""What one decision reads, every option of it counted out, and the patients made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from carepath.content.guideline import CURRENT_NODE, EVALUATION_DATE, PATHWAY, PRESENT_STEP, Guideline, Rule
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import output_id
from carepath.language.evaluate import Compiler, Scope
from carepath.language.nodes import (
    Among,
    Compare,
    Condition,
    Constant,
    FindingRef,
    IsKnown,
    is_derived,
)
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.pathway import Transition
from carepath.position import locate
from carepath.record.derived import Situation, leaf_findings, settle
from carepath.record.read import read_record
from carepath.record.snapshot import take_snapshot
from carepath.testing.boundary_courses import moment_values, moments_of
from carepath.testing.boundary_reads import dates_read, highest_marks, parameters_read, ready_values
from carepath.testing.boundary_values import BoundaryValues
from carepath.testing.condition_search import (
    BITS,
    FALSE,
    TRUE,
    UNKNOWN,
    Choice,
    Demand,
    Part,
    Search,
    deciding_choices,
    written_out,
)
from carepath.testing.list_items import items_of
from carepath.testing.recorded import Option, Recorded, plain


@dataclass(frozen=True, slots=True)
class BoundaryPatient:
    """A patient on a boundary of a rule: ``assess(one.patient, pathway=one.pathway, at=one.at)``.

    ``about`` says which boundary it is. ``pathway`` is the one that was asked for; where none was, the record itself
    says which is chosen.
    """

    patient: Mapping[str, object]
    at: dt.date
    pathway: str | None
    about: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A condition that an author wrote: that of a rule, or that of one of its outputs.

    ``within`` is what must hold besides for the outcome to show: for the condition of an output that of its rule.
    """

    name: str
    clause: str
    condition: Condition
    within: Condition | None = None


class Grid:
    """The options of the findings that one decision reads on one date, and the patients made of them.

    Args:
        guideline: the content.
        decision: the condition.
        at: the evaluation date.
        pathway: the pathway on which the patients are assessed; None for the rule's own.
        rule: the rule whose step changes are given a step from which they lead; None where it is no rule's condition.
    """

    def __init__(
        self, guideline: Guideline, decision: Decision, *, at: dt.date, pathway: str | None, rule: Rule | None = None
    ) -> None:
        self.guideline = guideline
        self.decision = decision
        self.at = at
        self.pathway = guideline.pathway(pathway) if pathway is not None else None
        self.scope = Scope(guideline.symbols.terms, guideline.symbols.findings, guideline.parameter_values(at))
        self.root = self._tree(decision.condition)
        self.within = self._tree(decision.within) if decision.within is not None else None
        self.home, self.way = self._home(rule)
        self.way_parts = (
            tuple(
                (self._tree(one), wanted)
                for one, wanted in ((self.way.when, TRUE), (self.way.unless, FALSE | UNKNOWN))
                if one is not None
            )
            if self.way is not None
            else ()
        )
        trees = [self.root, *(part for part, _ in self.way_parts), *([self.within] if self.within is not None else [])]
        leaves = [leaf for tree in trees for leaf in tree.leaves()]
        self.search = Search(self._options(leaves), self.truth_of, leaves, self._allowed)
        chosen = self.pathway or guideline.pathways.get(self.home)
        self.ready = ready_values(guideline, chosen, highest_marks(guideline, self.scope))

    # --- what can be recorded ---------------------------------------------------------------------------------------

    def _tree(self, condition: Condition) -> Part:
        return written_out(condition, self.scope, self._reads)

    def _reads(self, leaf: Condition) -> tuple[str, ...]:
        pathway = () if self.pathway is not None else (PATHWAY,)
        operand = leaf.operand if isinstance(leaf, Compare | Among) else None
        if isinstance(leaf, Constant) or (isinstance(operand, FindingRef) and operand.name == EVALUATION_DATE):
            return ()
        if isinstance(operand, FindingRef) and operand.name in {PATHWAY, PRESENT_STEP}:
            return pathway if operand.name == PATHWAY else (CURRENT_NODE, *pathway)
        return tuple(name for name in (*leaf_findings(leaf), *moments_of(leaf)) if name in self.guideline.findings)

    def _options(self, leaves: Sequence[Part]) -> dict[str, tuple[Option, ...]]:
        conditions = [leaf.condition for leaf in leaves]
        values = BoundaryValues(self.guideline, self.scope, conditions, items_of(self.guideline, self.scope))
        found: dict[str, tuple[Option, ...]] = {}
        for name in dict.fromkeys(name for leaf in leaves for name in leaf.reads):
            if name == PATHWAY:
                found[name] = (*(plain(one) for one in self.guideline.pathways), None)
            elif name == CURRENT_NODE and self.pathway is not None:
                found[name] = (*(plain(step) for step in self.pathway.steps), None)
            else:
                options = values.options(self.guideline.findings[name])
                moment = any(name in moments_of(one) for one in conditions)
                found[name] = moment_values() if moment and name == "days_in_current_step" else options
        return found

    def _allowed(self, choice: Choice) -> bool:
        for name in choice:
            above = self.guideline.findings[name].never_above
            if above is not None and above in choice:
                part, whole = (self.search.options[one][choice[one]] for one in (name, above))
                if part is not None and whole is not None and not _fits(part, whole):
                    return False
        return True

    # --- truth ------------------------------------------------------------------------------------------------------

    def truth_of(self, leaf: Condition, recorded: Mapping[str, Option]) -> Truth:
        """The truth of a leaf for a patient of whom only so much is recorded, as an assessment finds it."""
        patient = {name: one.on(self.at) for name, one in recorded.items() if one is not None}
        findings = self.guideline.findings
        record = read_record(patient, findings, self.at)
        readings = take_snapshot(record, findings, self.scope.parameters, self.at)
        situation = Situation(record, readings, findings, self.at)
        if isinstance(leaf, IsKnown) or is_derived(leaf):
            return settle(leaf, situation, self.scope)
        values: dict[str, bool | int | float | str] = {EVALUATION_DATE: self.at.toordinal()}
        for name, reading in readings.items():
            if reading.known and isinstance(reading.value, bool | int | float | str):
                values[name] = reading.value
        chosen = self.pathway or self.guideline.pathways.get(str(values.get(PATHWAY)))
        if chosen is not None:
            values[PATHWAY] = chosen.name
            step = locate(chosen, values, self.scope).step
            if step is not None:
                values[PRESENT_STEP] = step
        return Compiler(self.scope).compile(leaf)(values)

    # --- where the patient is ---------------------------------------------------------------------------------------

    def _home(self, rule: Rule | None) -> tuple[str, Transition | None]:
        """The pathway on which the decision shows best, and a way between steps that its rule opens."""
        pathways = (self.pathway,) if self.pathway is not None else tuple(self.guideline.pathways.values())
        own = [one for one in pathways if rule is None or one.name in rule.pathways] or list(pathways)
        outputs = rule.outputs if rule is not None else ()
        mine = [one for one in outputs if output_id(rule.id, one) == self.decision.clause] if rule is not None else []
        kinds = {output.kind for output in mine or outputs} & STEP_KINDS
        for pathway in own:
            for way in pathway.transitions:
                if rule is not None and way.kind in kinds and rule.id in way.rules:
                    return pathway.name, way
        return own[0].name, None

    # --- patients ---------------------------------------------------------------------------------------------------

    def find(self, demands: Sequence[Demand], chosen: Mapping[str, int] | None = None) -> Choice | None:
        """A choice that meets the demands: if it can be one in which the outcome shows, on the rule's own pathway."""
        fixed, options = dict(chosen or {}), self.search.options
        home = dict(fixed)
        if PATHWAY in options:
            home.setdefault(PATHWAY, options[PATHWAY].index(plain(self.home)))
        if self.way is not None and CURRENT_NODE in options:
            home.setdefault(CURRENT_NODE, options[CURRENT_NODE].index(plain(self.way.source)))
        shown = [Demand(self.within, TRUE)] if self.within is not None else []
        ways = [Demand(part, wanted) for part, wanted in self.way_parts]
        tries: tuple[tuple[list[Demand], dict[str, int]], ...] = (
            (shown + ways, home),
            (shown, home),
            (shown, fixed),
            ([], home),
            ([], fixed),
        )
        for index, (more, start) in enumerate(tries):
            if (more, start) in tries[:index]:
                continue
            found = self.search.find([*demands, *more], start)
            if found is not None:
                return self._complete(found)
        return None

    def _complete(self, choice: Choice) -> Choice:
        """The choice with what is screened first negative, and with nothing recorded of all else."""
        whole = {}
        for name, options in self.search.options.items():
            index = choice.get(name, len(options) - 1)
            if name not in choice and name in self.ready and plain(self.ready[name]) in options:
                index = options.index(plain(self.ready[name]))
            whole[name] = index
        if PATHWAY in whole and PATHWAY not in choice:
            whole[PATHWAY] = self.search.options[PATHWAY].index(plain(self.home))
        return whole

    def choices_for(self, verdict: Truth) -> Iterator[Choice]:
        """For each option of what the decision reads a choice with that verdict, where there is one."""
        demand = [Demand(self.root, BITS[verdict])]
        simplest = self.find(demand)
        if simplest is None:
            return
        yield simplest
        for finding in dict.fromkeys(name for leaf in self.root.leaves() for name in leaf.reads):
            for index in range(len(self.search.options[finding])):
                found = self.find(demand, {finding: index})
                if found is not None:
                    yield found

    def truth(self, choice: Mapping[str, int]) -> Truth:
        """The truth of the decision for a choice."""
        return self.search.truth(self.root, choice)

    def choices(self, *, dated: bool = False) -> Iterator[tuple[str, Choice]]:
        """The boundaries in words, each with a choice; with ``dated`` those alone that the evaluation date decides."""
        used: set[tuple[str, int]] = set()
        name = self.decision.name
        leaves = [leaf for leaf in self.root.leaves() if not dated or self._is_dated(leaf.condition)]
        for leaf, finding, choice in deciding_choices(self.root, leaves, self.search, self.find):
            used.add((finding, choice[finding]) if finding is not None else ("", 0))
            truth = self.search.truth(leaf, choice).value
            yield f"{name}: `{write_line(leaf.condition)}` decides; {self._shown(finding, choice)}: {truth}", choice
        for part in (self.root,) if dated else self.root.walk():
            for outcome, bit in BITS.items():
                found = self.find([Demand(part, bit)])
                if found is not None:
                    yield f"{name}: `{write_line(part.condition)}` is {outcome.value}", found
        for finding in dict.fromkeys(name for leaf in leaves for name in leaf.reads):
            for index in range(len(self.search.options[finding])):
                found = self.find([], {finding: index}) if (finding, index) not in used else None
                if found is not None:
                    yield f"{name}: {self._shown(finding, found)}", found

    def _is_dated(self, leaf: Condition) -> bool:
        """Whether a leaf changes with the evaluation date."""
        values = (self.guideline.parameters[one].values for one in parameters_read(leaf, self.guideline))
        return any(len(dated) > 1 for dated in values) or bool(dates_read([leaf], self.scope))

    def _shown(self, finding: str | None, choice: Mapping[str, int]) -> str:
        if finding is None:
            return f"on {self.at.isoformat()}"
        option = self.search.options[finding][choice[finding]]
        return f"{finding} not recorded" if option is None else f"{finding} is {option.on(self.at)}"

    def patient(self, choice: Mapping[str, int], about: str) -> BoundaryPatient:
        """The patient of a choice of ``find``, with what is screened first recorded as negative."""
        options = self.search.options
        made = dict(self.ready)
        if self.pathway is None:
            made[PATHWAY] = self.home
        if self.way is not None:
            made[CURRENT_NODE] = self.way.source
        for name, index in choice.items():
            made.pop(name, None)
            option = options[name][index]
            if option is not None:
                made[name] = option.on(self.at)
        return BoundaryPatient(made, self.at, self.pathway.name if self.pathway is not None else None, about)


def _fits(part: Recorded, whole: Recorded) -> bool:
    limits = {fact.before or 0: fact.value for fact in whole.facts}
    for fact in part.facts:
        limit = limits.get(fact.before or 0)
        if isinstance(limit, int | float) and isinstance(fact.value, int | float) and fact.value > limit:
            return False
    return True
