"""What becomes of a patient who follows the advice while nothing else changes: a step to rest at, or a circle."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from carepath.assessing import Patient, assess
from carepath.assessment import Assessment
from carepath.content.guideline import CURRENT_NODE, Guideline
from carepath.inference.clauses import transition_ids
from carepath.language.truth import FALSE, TRUE
from carepath.pathway import Pathway
from carepath.record.facts import Fact, Record
from carepath.testing.arguments import Arguments

#: The finding that says at which step a patient is.
MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Move:
    """A step change that was advised without a condition: from where to where, and by which rules."""

    source: str
    target: str
    kind: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Where the advice leads.

    ``moves`` is the way that was followed, ``steps`` the steps on it, the first one included. Where it comes back to a
    step that it left, ``cycle`` holds the moves of the circle; else it ends at a step to rest at, or at the limit:
    ``finished`` is then false. ``sentences`` says the way in words.
    """

    steps: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    cycle: tuple[Move, ...] = ()
    finished: bool = True
    sentences: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def follow_advice(
    guideline: Guideline,
    patient: Patient,
    *,
    pathway: str,
    at: dt.date | str,
    limit: int = 1_000,
    engine: str = "direct",
) -> Way:
    """The way of a patient who takes each step change that is advised without a condition, while nothing else changes.

    Where several are advised at once each is tried. A circle is a ping-pong: it is given when any choice leads into
    one. Else the way of the first choices is given, to the step where the patient comes to rest. A move changes the
    recorded present step on the date and nothing else; a referral moves to the step of its transition.

    Args:
        guideline: the content.
        patient: as for ``carepath.assess``.
        pathway: the pathway that the patient follows.
        at: the evaluation date, or ISO text.
        limit: how many steps are assessed at most, 1 to 100,000; a pathway with more is not followed to its end.
        engine: ``direct`` or ``both``, as for ``carepath.assess``.

    Returns:
        The way. ``steps`` is empty where it is not known at which step the patient is.

    Raises:
        ArgumentError: an argument cannot be used, or the guideline has no finding ``current_node``.
        CarepathError: as for ``carepath.assess``.
    """
    look = Arguments()
    look.guideline(guideline)
    day = look.day(at)
    look.pathway(pathway, guideline)
    if pathway is None:
        look.add(
            "pathway: none is given, and without one there is no step", f"name one of {', '.join(guideline.pathways)}"
        )
    most = look.number("limit", limit, 1, MOST_STEPS)
    if CURRENT_NODE not in guideline.findings:
        message = f"guideline: it has no finding {CURRENT_NODE}, so no step can be recorded"
        look.add(message, "add it to rules/findings.yaml")
    look.done()
    first = assess(patient, pathway=pathway, at=day, guideline=guideline, engine=engine)
    return _Walk(first, guideline.pathways[pathway], engine, most).way()


def moves_of(assessment: Assessment) -> Iterator[Move]:
    """The step changes that an assessment advises without a condition, in the order of the advice."""
    step, pathway = assessment.position.step, assessment.basis.pathway
    if step is None or pathway is None:
        return
    for one in assessment.recommendations:
        if one.conditional or not assessment.guideline.kinds[one.kind].step_change:
            continue
        if one.target in pathway.steps:
            yield Move(step, one.target or "", one.kind, one.rules)
            continue
        for transition in pathway.transitions_from(step):
            when, unless = transition_ids(transition)
            verdicts = assessment.basis.verdicts
            is_open = verdicts.get(when, TRUE) is TRUE and verdicts.get(unless, FALSE) is not TRUE
            if is_open and transition.kind == one.kind and set(transition.rules) & set(one.rules):
                yield Move(step, transition.target, one.kind, one.rules)


class _Walk:
    """Tries every choice, the first first; each step is assessed once, for only the step differs."""

    def __init__(self, first: Assessment, pathway: Pathway, engine: str, limit: int) -> None:
        self.first = first
        self.pathway = pathway
        self.engine = engine
        self.limit = limit
        self.advised: dict[str, tuple[Move, ...]] = {}
        self.finished = True

    def way(self) -> Way:
        """The way into a circle if there is one, else the way of the first choices."""
        start = self.first.position.step
        if start is None:
            return Way((), sentences=("it is not known at which step the patient is",))
        taken: list[Move] = []
        stack = [iter(self._moves(start))]
        done: set[str] = set()
        while stack:
            on_the_way = [start, *(move.target for move in taken)]
            move = next(stack[-1], None)
            if move is None:
                stack.pop()
                done.add(on_the_way[-1])
                taken = taken[:-1]
            elif move.target in on_the_way:
                moves = (*taken, move)
                return self._told(moves, start, moves[on_the_way.index(move.target) :])
            elif move.target not in done:
                taken.append(move)
                stack.append(iter(self._moves(move.target)))
        return self._told(tuple(self._first_choices(start)), start, ())

    def _first_choices(self, start: str) -> Iterator[Move]:
        move = next(iter(self._moves(start)), None)
        while move is not None:
            yield move
            move = next(iter(self._moves(move.target)), None)

    def _moves(self, step: str) -> tuple[Move, ...]:
        if step not in self.advised:
            if len(self.advised) >= self.limit:
                self.finished = False
                return ()
            self.advised[step] = tuple(dict.fromkeys(moves_of(self._assessment(step))))
        return self.advised[step]

    def _assessment(self, step: str) -> Assessment:
        first = self.first
        if step == first.position.step:
            return first
        moved = at_step(first.basis.situation.record, step, first.at)
        return assess(moved, pathway=self.pathway.name, at=first.at, guideline=first.guideline, engine=self.engine)

    def _told(self, moves: tuple[Move, ...], start: str, cycle: tuple[Move, ...]) -> Way:
        told = [f"{move.source} ({self._name(move.source)}): {self._advice(move)}" for move in moves]
        last = moves[-1].target if moves else start
        if cycle:
            circle = " -> ".join((cycle[0].source, *(move.target for move in cycle)))
            told.append(f"and so the patient never comes to rest: {circle}")
        elif self.finished:
            told.append(f"{last} ({self._name(last)}): nothing leads on without a condition, so the patient rests here")
        else:
            told.append(f"{last} ({self._name(last)}): not followed further, {self.limit} steps were assessed")
        return Way((start, *(move.target for move in moves)), moves, cycle, self.finished, tuple(told))

    def _advice(self, move: Move) -> str:
        return f"{', '.join(move.rules)} advises {move.kind} to {move.target} ({self._name(move.target)})"

    def _name(self, step: str) -> str:
        return self.pathway.steps[step].text.en


def at_step(record: Record, step: str, at: dt.date) -> Record:
    """The same record of a patient who is at another step from a date on; what was recorded later stays."""
    facts = record.facts(CURRENT_NODE)
    before = tuple(fact for fact in facts if fact.date < at)
    after = tuple(fact for fact in facts if fact.date > at)
    steps = (*before, Fact(CURRENT_NODE, step, at), *after)
    return dataclasses.replace(record, series={**record.series, CURRENT_NODE: steps})
