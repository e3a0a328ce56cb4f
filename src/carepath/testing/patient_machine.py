"""A patient over time as a stateful machine: things are recorded, corrected and refused, time passes, steps change.

After everything that happens the patient is assessed again, and what must hold of every assessment is looked at. The
date is the machine's own: it begins on a day that is given, and no clock is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

import yaml

from carepath.assessing import assess
from carepath.assessment import Assessment
from carepath.content.guideline import CURRENT_NODE, Guideline
from carepath.errors import CarepathError
from carepath.inference.agreement import ENGINES
from carepath.testing.advice_followed import follow_advice, moves_of
from carepath.testing.arguments import Arguments
from carepath.testing.courses import FactData, HistoryData, dated_facts, without_clashes
from carepath.testing.extra import st, stateful
from carepath.testing.finding_values import values_of
from carepath.testing.invariants import broken_by, broken_by_knowledge, broken_by_order
from carepath.testing.single_findings import findings
from carepath.testing.strategies import PatientData, patients

#: What may be recorded on the day itself.
_FORMS = ("plain", "unknown", "refused", "not_applicable")
_DAYS = (1, 7, 30)
_MANY = 10_000


class PatientOverTime(stateful.RuleBasedStateMachine):
    """A patient over time. ``patient_over_time`` makes a machine for a guideline and a pathway out of it.

    A subclass may add rules and invariants: ``record`` is what is recorded now (of each finding its dated facts, in
    the form that ``assess`` takes), ``at`` the present day, and ``assessment`` what is advised for these.
    """

    guideline: ClassVar[Guideline]
    pathway: ClassVar[str]
    start: ClassVar[dt.date]
    engine: ClassVar[str] = "direct"

    def __init__(self) -> None:
        super().__init__()
        self.at = self.start
        self.record: HistoryData = {}
        self._assessed: tuple[dt.date, str, Assessment] | None = None

    # --- what happens -------------------------------------------------------------------------------------------

    def begin(self, patient: PatientData) -> None:
        """Takes what is recorded at the start."""
        for name, value in patient.items():
            self.record[name] = dated_facts(self.guideline.findings[name], value, self.at)
        self._tidy()

    def add(self, finding: PatientData) -> None:
        """Records a finding today, beside what stands there."""
        for name, value in finding.items():
            self.record.setdefault(name, []).extend(dated_facts(self.guideline.findings[name], value, self.at))
        self._tidy()

    def put_right(self, name: str, value: object) -> None:
        """Replaces the newest fact of a finding by another value of that day."""
        facts = self.record[name]
        newest = max(facts, key=_date)
        facts[facts.index(newest)] = {"value": value, "date": newest["date"]}
        self._tidy()

    def take_out(self, name: str) -> None:
        """Removes the newest fact of a finding, as if it had never been recorded."""
        self.record[name].remove(max(self.record[name], key=_date))
        self._tidy()

    def pass_time(self, days: int) -> None:
        """Lets days go by, up to the end of the calendar."""
        self.at = dt.date.fromordinal(min(self.at.toordinal() + days, dt.date.max.toordinal()))

    def go_to(self, step: str) -> None:
        """Moves the patient to a step today."""
        today = self.at.isoformat()
        kept = [fact for fact in self.record.get(CURRENT_NODE, []) if fact["date"] != today]
        self.record[CURRENT_NODE] = [*kept, {"value": step, "date": today}]

    def follow(self, choice: int) -> None:
        """Moves the patient as is advised without a condition; stays where nothing is."""
        moves = list(moves_of(self.assess()))
        if moves:
            self.go_to(moves[choice % len(moves)].target)

    def recorded(self, number: int) -> str:
        """The name of one of the findings that are recorded."""
        names = sorted(self.record)
        return names[number % len(names)]

    def _tidy(self) -> None:
        facts = {name: facts for name, facts in self.record.items() if facts}
        self.record = without_clashes(facts, self.guideline)

    # --- what must hold -----------------------------------------------------------------------------------------

    def assess(self, record: Mapping[str, object] | None = None) -> Assessment:
        """The assessment of the patient today; a failure is one of the machine, with the patient in it."""
        given = self.record if record is None else record
        try:
            made = assess(given, pathway=self.pathway, at=self.at, guideline=self.guideline, engine=self.engine)
            made.recommendations  # noqa: B018 - made on first use
        except CarepathError as error:
            self.fail([f"the assessment is refused: {error}"], given)
        return made

    @property
    def assessment(self) -> Assessment:
        """What is advised today for what is recorded; made anew once either has changed."""
        recorded = repr(self.record)
        if self._assessed is None or self._assessed[:2] != (self.at, recorded):
            self._assessed = (self.at, recorded, self.assess())
        return self._assessed[2]

    def re_assess(self) -> None:
        """Assesses the patient, and again in another order; looks at what must hold of every assessment."""
        backwards = {name: list(reversed(facts)) for name, facts in reversed(self.record.items())}
        self.expect([*broken_by(self.assessment), *broken_by_order(self.assessment, self.assess(backwards))])

    def come_to_rest(self) -> None:
        """Follows the advice while nothing else changes: it ends at a step and never goes round in a circle."""
        if next(moves_of(self.assessment), None) is not None:
            way = follow_advice(self.guideline, self.record, pathway=self.pathway, at=self.at, engine=self.engine)
            if way.cycle:
                self.fail(["a patient who follows the advice goes round in a circle:", *way.sentences])

    def know_less(self, name: str) -> None:
        """Forgets a finding for a moment: what is settled without it may not be another way with it."""
        less = self.assess({one: facts for one, facts in self.record.items() if one != name})
        self.expect(list(broken_by_knowledge(less, self.assess(), name)))

    def expect(self, broken: list[str]) -> None:
        """Fails when something does not hold."""
        if broken:
            self.fail(broken)

    def fail(self, sentences: list[str], record: Mapping[str, object] | None = None) -> None:
        """Fails with sentences, and with the patient as a scenario holds it.

        Raises:
            AssertionError: always.
        """
        given = self.record if record is None else record
        patient = {"pathway": self.pathway, "at": self.at.isoformat(), "patient": dict(given)}
        shown = yaml.safe_dump(patient, sort_keys=False, allow_unicode=True, default_flow_style=None)
        raise AssertionError("\n".join((*sentences, "", shown)))

    def teardown(self) -> None:
        """At the end the same patient is assessed twice: the bytes are the same."""
        if self._assessed is not None and self.assess().digest() != self.assess().digest():
            self.fail(["the same record gives other bytes"])


def patient_over_time(
    guideline: Guideline, *, pathway: str, start: dt.date | str, engine: str = "direct"
) -> type[PatientOverTime]:
    """A stateful machine for a guideline; its ``TestCase`` is a test.

    It begins with one of ``patients``; then findings are recorded, corrected, refused and taken out, days go by, the
    patient moves to any step or follows the advice. After each of these it is assessed again, and fails when the
    assessment is refused, when a red flag is hidden or does not stand alone, when up and down are both advised without
    a condition, when something stands on no ground, when the order of the record matters, when what was settled
    without a finding is another way with it, or when a patient who follows the advice goes round in a circle. The
    failure shows it in sentences, with the patient as a scenario holds it.

    Args:
        guideline: the content.
        pathway: the pathway that the patient follows.
        start: the day on which it begins, or ISO text.
        engine: ``direct``, or ``both`` for both evaluations, which must agree.

    Returns:
        The class of the machine. Its ``TestCase.settings`` are those of Hypothesis.

    Raises:
        ArgumentError: an argument cannot be used.
        ContentError: a parameter has no value on the first day.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    if pathway is None:
        look.add(
            "pathway: none is given, and without one there is no step", f"name one of {', '.join(guideline.pathways)}"
        )
    day = look.day(start)
    look.choices("engine", [engine], ENGINES)
    if CURRENT_NODE not in guideline.findings:
        message = f"guideline: it has no finding {CURRENT_NODE}, so no step can be recorded"
        look.add(message, "add it to rules/findings.yaml")
    look.done()
    return _machine(guideline, pathway, day, engine)


def _machine(  # noqa: C901 - the rules of one machine, each a line or two
    guideline: Guideline, pathway: str, day: dt.date, engine: str
) -> type[PatientOverTime]:
    beginnings = patients(guideline, pathway=pathway, at=day)
    recorded = findings(guideline, pathway=pathway, at=day, forms=_FORMS)
    source = values_of(guideline, pathway, day)
    corrected = {name: source.plain(finding) for name, finding in guideline.findings.items()}
    numbers = st.integers(0, _MANY)

    class Machine(PatientOverTime):
        """The machine of one guideline and pathway."""

        @stateful.initialize(patient=beginnings)
        def begins(self, patient: PatientData) -> None:
            self.begin(patient)

        @stateful.rule(finding=recorded)
        def records(self, finding: PatientData) -> None:
            self.add(finding)

        @stateful.precondition(lambda self: bool(self.record))
        @stateful.rule(number=numbers, data=st.data())
        def corrects(self, number: int, data: st.DataObject) -> None:
            name = self.recorded(number)
            self.put_right(name, data.draw(corrected[name]))

        @stateful.precondition(lambda self: bool(self.record))
        @stateful.rule(number=numbers)
        def refuses(self, number: int) -> None:
            self.add({self.recorded(number): {"status": "refused"}})

        @stateful.precondition(lambda self: bool(self.record))
        @stateful.rule(number=numbers)
        def takes_out(self, number: int) -> None:
            self.take_out(self.recorded(number))

        @stateful.rule(days=st.sampled_from(_days(guideline, day)))
        def lets_time_pass(self, days: int) -> None:
            self.pass_time(days)

        @stateful.rule(step=st.sampled_from(list(guideline.pathways[pathway].steps)))
        def moves_to(self, step: str) -> None:
            self.go_to(step)

        @stateful.rule(choice=numbers)
        def follows_the_advice(self, choice: int) -> None:
            self.follow(choice)

        @stateful.precondition(lambda self: bool(self.record))
        @stateful.rule(number=numbers)
        def knows_less(self, number: int) -> None:
            self.know_less(self.recorded(number))

        @stateful.invariant()
        def what_must_hold_holds(self) -> None:
            self.re_assess()

        @stateful.invariant()
        def the_advice_comes_to_rest(self) -> None:
            self.come_to_rest()

    Machine.guideline, Machine.pathway, Machine.start, Machine.engine = guideline, pathway, day, engine
    Machine.__name__ = Machine.__qualname__ = f"PatientOverTime_{pathway}"
    return Machine


def _days(guideline: Guideline, at: dt.date) -> list[int]:
    """How many days may go by: few, and just as many as values stay current, and one more."""
    parameters = guideline.parameter_values(at)
    windows = {int(parameters[one.currency]) for one in guideline.findings.values() if one.currency is not None}
    return sorted({*_DAYS, *windows, *(window + 1 for window in windows)})


def _date(fact: FactData) -> str:
    return str(fact["date"])
