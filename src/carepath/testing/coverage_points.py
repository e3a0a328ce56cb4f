"""What scenarios can exercise in a guideline: verdicts, sides of thresholds, transitions, sides of dates.

A point that no patient can reach is left out where that follows from the form of the condition alone: ``is known`` is
never false, the evaluation date is never unknown, a count is never under 0. All combinations of the parts' truths are
looked at as if each part were free, so nothing that can happen is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from carepath.content.guideline import EVALUATION_DATE, Guideline, Output, Rule
from carepath.errors import Place
from carepath.inference.clauses import clauses_of, output_id, rule_id, transition_ids
from carepath.language.nodes import All, AnyOf, Compare, Condition, Constant, FindingRef, IsKnown, Named, Not
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth, conjunction, disjunction, negation
from carepath.language.write import write_line
from carepath.pathway import Transition
from carepath.testing.thresholds import Threshold, read_by_conditions, thresholds_of

#: What a point is about, in the order in which it is shown.
KINDS = ("rule", "entry", "threshold", "transition", "date")
APPLIES, DOES_NOT_APPLY, UNDETERMINED = "applies", "does not apply", "undetermined"
VERDICTS: dict[Truth, str] = {TRUE: APPLIES, FALSE: DOES_NOT_APPLY, UNKNOWN: UNDETERMINED}
#: The sides of a transition beside ``opened by <rule>``.
CLOSED, OPEN_QUESTION = "not opened", "undetermined"
#: The longest condition that is shown in a sentence, in characters.
MAX_SHOWN = 200
BEFORE, ON_DAY = "before", "on the day"
LAST_DAY, STALE = "on the last day", "a day later or more"


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a scenario can exercise.

    Attributes:
        kind: rule, entry (of the table that asks, resolves, screens or adds a module), threshold, transition or date.
        subject: what it is about, such as ``rule IM-1`` or ``transition SP1>SP15:escalate``.
        side: the verdict, the side or the rule that opens, such as ``applies``, ``under`` or ``opened by E-1``.
        need: what a scenario needs to exercise it.
        place: where it stands in the content.
    """

    kind: str
    subject: str
    side: str
    need: str
    place: Place | None = None

    @property
    def key(self) -> str:
        """A name of its own."""
        return f"{self.subject}: {self.side}"

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.place.file if self.place is not None else ""

    def __str__(self) -> str:
        where = f"{self.place.file}:{self.place.line}: " if self.place is not None else ""
        return f"{where}{self.key}. Needed: {self.need}."


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition that has verdicts: its subject, its id among the clauses, and where it stands."""

    kind: str
    subject: str
    id: str
    place: Place | None


def clauses(guideline: Guideline) -> tuple[Clause, ...]:
    """The conditions of rules, of outputs that have one of their own, and of the entries of tables."""
    found: list[Clause] = []
    for rule in guideline.rules.values():
        found.append(Clause("rule", f"rule {rule.id}", rule_id(rule.id), rule.place))
        found += [
            Clause("rule", output_name(rule, output), output_id(rule.id, output), output.place or rule.place)
            for output in rule.outputs
            if output.when is not None and not (rule.by_output and len(rule.outputs) == 1)
        ]
    found += [
        Clause("entry", f"screening of {one.name}", f"screen:{one.name}", one.screen_more_when.place or one.place)
        for one in guideline.pathways.values()
        if one.screen_more_when is not None
    ]
    asks = ((f"ask {one.id} ({one.index})", f"ask:{one.index}", one.when, one.place) for one in guideline.asks)
    entries = ((f"resolve entry {one.id}", f"resolve:{one.id}", one.when, one.place) for one in guideline.resolve)
    modules = ((f"module {one.id}", f"module:{one.id}", one.when, one.place) for one in guideline.modules)
    found += [
        Clause("entry", subject, clause, place)
        for subject, clause, when, place in (*asks, *entries, *modules)
        if when is not None
    ]
    return tuple(found)


def output_name(rule: Rule, output: Output) -> str:
    """How an output is called: its number in the rule and what it gives."""
    given = " ".join(name for name in (output.kind, output.topic or output.internal_step) if name)
    return f"rule {rule.id}, output {output.index + 1} ({given})"


def points_of(guideline: Guideline) -> tuple[Point, ...]:
    """Everything that scenarios can exercise in a guideline, in the order of the content."""
    conditions = clauses_of(guideline)
    truths = Truths(guideline.symbols.terms)
    found = [
        *(point for clause in clauses(guideline) for point in _verdicts(clause, conditions[clause.id], truths)),
        *(point for one in thresholds_of(guideline) for point in _sides(one)),
        *(point for pathway in guideline.pathways.values() for point in _ways(guideline, pathway.transitions, truths)),
        *dated_points(guideline),
    ]
    return tuple(dict.fromkeys(found))


# --- verdicts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Truths:
    """Tells which truths a condition can have as far as its form says."""

    terms: Mapping[str, Condition]

    def of(self, condition: Condition) -> frozenset[Truth]:
        """The truths that a condition can have, its parts taken as free of each other."""
        if isinstance(condition, Constant):
            return frozenset({condition.truth})
        if isinstance(condition, IsKnown):
            return frozenset({TRUE, UNKNOWN})
        if isinstance(condition, Compare) and condition.operand == FindingRef(EVALUATION_DATE):
            return frozenset({TRUE, FALSE})
        if isinstance(condition, Named) and condition.name in self.terms:
            return self.of(self.terms[condition.name])
        if isinstance(condition, Not):
            return frozenset(negation(truth) for truth in self.of(condition.child))
        if isinstance(condition, All | AnyOf):
            together = conjunction if isinstance(condition, All) else disjunction
            found = self.of(condition.children[0])
            for child in condition.children[1:]:
                other = self.of(child)
                found = frozenset(together((first, second)) for first in found for second in other)
            return found
        return frozenset(Truth)


def _verdicts(clause: Clause, condition: Condition, truths: Truths) -> Iterator[Point]:
    possible = truths.of(condition)
    for truth, verdict in VERDICTS.items():
        if truth in possible:
            held = "not settled by what is known" if truth is UNKNOWN else truth.value
            need = f"a patient for whom {_shown(condition)} is {held}"
            yield Point(clause.kind, clause.subject, verdict, need, clause.place)


def _shown(condition: Condition) -> str:
    """A condition as it is written, if that is short enough to be read in a sentence."""
    line = write_line(condition)
    return f"`{line}`" if len(line) <= MAX_SHOWN else "its condition"


def _sides(threshold: Threshold) -> Iterator[Point]:
    for side in threshold.sides:
        need = f"{threshold.example(side)}, and an expectation that would fail on the other side"
        yield Point(threshold.kind, threshold.subject, side, need, threshold.place)


# --- transitions --------------------------------------------------------------------------------------------------


def openers(guideline: Guideline, transition: Transition, rule: str) -> tuple[Output, ...]:
    """The outputs of a rule that open a transition: those of its kind; all where it has none of that kind."""
    outputs = guideline.rules[rule].outputs if rule in guideline.rules else ()
    return tuple(one for one in outputs if one.kind == transition.kind) or outputs


def _ways(guideline: Guideline, transitions: tuple[Transition, ...], truths: Truths) -> Iterator[Point]:
    conditions = clauses_of(guideline)
    for way in transitions:
        subject, place = f"transition {way.id}", way.place
        here = f"a patient at {way.source}"
        for rule in way.rules:
            need = f"{here} for whom {rule} applies, and an expectation under must of what it gives"
            yield Point("transition", subject, f"opened by {rule}", need, place)
        rules = " or ".join(way.rules)
        not_one = f"neither {' nor '.join(way.rules)} applies" if way.rules[1:] else f"{rules} does not apply"
        possible = frozenset(
            truth
            for rule in way.rules
            for one in openers(guideline, way, rule)
            for truth in truths.of(conditions[output_id(rule, one)])
        )
        if FALSE in possible:
            yield Point("transition", subject, CLOSED, f"{here} for whom {not_one}", place)
        if UNKNOWN in possible:
            yield Point("transition", subject, OPEN_QUESTION, f"{here} for whom {rules} is undetermined", place)
        for name, clause, sides in zip(("when", "unless"), transition_ids(way), (CLOSERS, WATCHED), strict=True):
            for truth in sides if clause in conditions else ():
                if truth in truths.of(conditions[clause]):
                    need = f"{here} for whom {rules} applies while {_shown(conditions[clause])} is {truth.value}"
                    yield Point("transition", subject, f"`{name}` {VERDICTS[truth]}", need, place)


#: The verdicts of `when` and of `unless` beside those that opening needs anyway.
CLOSERS = (FALSE, UNKNOWN)
WATCHED = (TRUE, UNKNOWN)


# --- dates --------------------------------------------------------------------------------------------------------


def dated_points(guideline: Guideline) -> Iterator[Point]:
    """The sides of dated parameters, of entitlement and of how long values stay current."""
    for parameter in guideline.parameters.values():
        for dated in parameter.values:
            if dated.start is not None and dated is not parameter.values[0]:
                subject = dated_subject(parameter.name, dated.start)
                what = f"with an expectation that depends on the value of {parameter.name}"
                yield Point("date", subject, BEFORE, f"a scenario before {dated.start} {what}", parameter.place)
                yield Point("date", subject, ON_DAY, f"a scenario on {dated.start} {what}", parameter.place)
    for one in guideline.entitlements:
        if one.start is not None:
            subject = dated_subject(f"entitlement of {one.group}", one.start)
            what = f"with an expectation that depends on the entitlement of {one.group}"
            yield Point("date", subject, BEFORE, f"a scenario before {one.start} {what}", one.place)
            yield Point("date", subject, ON_DAY, f"a scenario on {one.start} {what}", one.place)
    for name, limit in current_findings(guideline).items():
        subject = f"currency of {name}"
        place = guideline.findings[name].place
        depends = "and an expectation that depends on whether it is stale"
        yield Point("date", subject, LAST_DAY, f"a value of {name} exactly {limit} old, {depends}", place)
        yield Point("date", subject, STALE, f"a value of {name} older than {limit}, {depends}", place)


def dated_subject(name: str, start: dt.date) -> str:
    """What a date is called."""
    return f"{name} from {start.isoformat()}"


def current_findings(guideline: Guideline) -> dict[str, str]:
    """The findings with a currency that a condition, a screening or an ask reads, with the name of the parameter."""
    read = {name for pathway in guideline.pathways.values() for name in (*pathway.screen, *pathway.screen_more)}
    read |= {name for ask in guideline.asks for name in ask.findings}
    read |= read_by_conditions(guideline)
    return {name: one.currency for name, one in guideline.findings.items() if name in read and one.currency is not None}
