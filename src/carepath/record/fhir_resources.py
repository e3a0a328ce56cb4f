"""Takes what FHIR resources say into facts about findings, by the code table of the guideline.

A resource counts when its status says that it was established. One exception: a red flag that is recorded as true is
never lost for want of a confirmation or of a whole date; it counts and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.errors import nearest
from carepath.record.facts import PARTIAL, Bounds, Fact, RecordBuilder
from carepath.record.fhir_days import Day, day, whole_years
from carepath.record.fhir_elements import Coding, FhirObject, Unusable, keys_of, safe
from carepath.record.fhir_kinds import day_of
from carepath.record.fhir_lists import Addition, Lists, merged
from carepath.record.fhir_report import (
    AMBIGUOUS_CODE,
    BAD_TYPE,
    DECEASED,
    KNOWN_NOT_USED,
    LATER,
    NO_BIRTH_DATE,
    NO_DATE,
    NO_VALUE,
    NOT_FINAL,
    NOT_PRESENT,
    NOT_UNDERSTOOD,
    OUT_OF_RANGE,
    UNKNOWN_CODE,
    FhirReport,
    Origin,
)
from carepath.record.fhir_scores import ITEM, Answers, item_origin
from carepath.record.fhir_statements import Medications, Statement, statements
from carepath.record.fhir_values import LOCAL, Given, checked, read_given
from carepath.record.fhir_whole_lists import read_list
from carepath.record.read import settled
from carepath.record.snapshot import bounds_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from carepath.content.guideline import FhirCode, Finding, Guideline

AGE = "age_years"
OBSERVATION = "Observation"
EVALUATION_DATE = "evaluation_date"


@dataclass(slots=True)
class ResourceReader:
    """Takes resources and keeps the facts, and a report of what was used and what was not."""

    guideline: Guideline
    at: dt.date
    report: FhirReport = field(default_factory=FhirReport)
    facts: list[tuple[Fact, Origin, str, str]] = field(default_factory=list)
    medications: Medications = field(default_factory=Medications)
    lists: Lists = field(default_factory=Lists)
    _answers: Answers = field(init=False)
    _table: dict[tuple[str, str, str], FhirCode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._answers = Answers(self.guideline)
        self._table = {(one.resource, one.system, one.code): one for one in self.guideline.fhir_codes}

    def take(self, content: FhirObject, origin: Origin) -> None:
        """Reads a resource of a type that is known here."""
        if keys_of(content, "modifierExtension") or keys_of(content, "implicitRules"):
            self.report.leave(origin, NOT_UNDERSTOOD)
        elif origin.resource == "Patient":
            self._take_patient(content, origin)
        else:
            self._answers = Answers(self.guideline)
            try:
                said = list(statements(content, origin, self._is_known, self.medications))
                if origin.resource == OBSERVATION and said[0].content is content and self._says_list(said[0]):
                    said = self._take_list(said[0], said[1:])
                for statement in said:
                    self._take_statement(statement)
                if self._answers.numbers:
                    self._take_totals(origin, day_of(content, origin.resource))
            except Unusable as problem:
                self.report.leave(origin, problem.reason, problem.detail)

    def builder(self) -> RecordBuilder:
        """The facts; those that can never stand together are reported and left out."""
        built = RecordBuilder()
        for fact in self.lists.facts():
            built.add(fact)
        for one in self.lists.rows():
            if one.date > self.at:
                self.report.leave(one.origin, LATER)
            else:
                self.report.use(one.origin, one.fact, one.date_from, one.transform)
        bounds: dict[tuple[str, dt.date], float] = {}
        for fact, *_ in self.facts:
            if isinstance(fact.value, int | float | Bounds):
                key, most = (fact.finding, fact.date), bounds_of(fact.value).high
                bounds[key] = min(bounds.get(key, most), most)
        for fact, origin, date_from, transform in self.facts:
            limit = self.guideline.findings[fact.finding].never_above
            bound = bounds.get((limit, fact.date)) if limit is not None else None
            numeric = isinstance(fact.value, int | float | Bounds)
            if bound is not None and numeric and bounds_of(fact.value).low > bound:
                self.report.leave(origin, OUT_OF_RANGE, f"above:{limit}")
                continue
            built.add(fact)
            if fact.date > self.at:
                self.report.leave(origin, LATER)
            else:
                self.report.use(origin, fact, date_from, transform)
        return built

    # --- patient ------------------------------------------------------------------------------------------------

    def _take_patient(self, content: FhirObject, origin: Origin) -> None:
        for element in keys_of(content, "deceased"):
            if content[element] is not False:
                self.report.leave(origin.at(safe(element)), DECEASED)
        finding = self.guideline.findings.get(AGE)
        if finding is None:
            return
        where = origin.at("birthDate")
        born = day(content.get("birthDate"), "birthDate")
        first, last = (born.date, born.date) if born.date is not None else (born.first, born.last)
        if first is None or last is None:
            self.report.leave(where, NO_BIRTH_DATE, born.problem if content.get("birthDate") is not None else "")
            return
        if first > self.at:
            self.report.leave(where, LATER)
            return
        ages = Bounds(max(0, whole_years(last, self.at)), whole_years(first, self.at))
        try:
            checked(ages.high, finding)
        except Unusable as problem:
            self.report.leave(where, problem.reason)
            return
        value, status = settled(ages, PARTIAL, finding)
        fact = Fact(AGE, value, self.at, status, origin.source)
        self.facts.append((fact, where, EVALUATION_DATE, "whole_years_at_date"))

    # --- statements ---------------------------------------------------------------------------------------------

    def _is_known(self, resource: str, coding: Coding) -> bool:
        return coding[0] in {LOCAL, ITEM} or (resource, *coding) in self._table

    def _take_statement(self, said: Statement, parts: list[Statement] | None = None) -> None:
        """Takes a statement; of a whole list with the components that are its parts."""
        try:
            entries = self._entries(said)
            item = self._item(said, entries)
            if item is not None:
                self._take_item(said, *item)
                return
            if any(one.adds is not None for one in entries):
                self._take_addition(said, entries)
                return
            finding, entry = self._finding(said, entries)
            given = _given(said, finding, entry) if parts is None else read_list(said, parts, finding, self.report)
            date, date_from, transforms = self._dated(said, finding, given)
        except Unusable as problem:
            self.report.leave(said.origin.at(problem.element), problem.reason, problem.detail)
            return
        origin = said.origin.at(given.element)
        fact = Fact(
            finding.name, given.value, date, given.status, said.origin.source, given.version, undated=date_from == ""
        )
        transform = " ".join(one for one in (given.transform, *transforms) if one)
        self.facts.append((fact, origin, date_from or EVALUATION_DATE, transform))

    def _says_list(self, said: Statement) -> bool:
        """Whether carepath's own code names a list, and no code of the table one item of it."""
        named = [self.guideline.findings.get(name) for name in self._own(said)]
        adds = (self._table.get((said.origin.resource, *code)) for code in said.codes)
        is_list = any(one is not None and one.type.kind == "list" for one in named)
        return is_list and not any(one is not None and one.adds is not None for one in adds)

    def _take_list(self, said: Statement, components: list[Statement]) -> list[Statement]:
        """Reads a whole list; gives back the components that have a code of their own, which are no parts of it."""
        own: list[Statement] = []
        parts: list[Statement] = []
        for one in components:
            is_known = any(self._is_known(OBSERVATION, code) for code in one.codes)
            (own if is_known else parts).append(one)
        self._take_statement(said, parts)
        return own

    def _entries(self, said: Statement) -> list[FhirCode]:
        """What the table has for the codes of a statement that its status does not deny."""
        found = [self._table.get((said.origin.resource, system, code)) for system, code in said.codes]
        known = [one for one in found if one is not None]
        counts = said.past and any(one.adds is not None for one in known)
        if said.denied or (said.past and not counts):
            raise Unusable(said.denied or NOT_PRESENT, said.status)
        if any(one.reason is not None for one in known):
            raise Unusable(KNOWN_NOT_USED)
        names = {name for one in known for name in (one.finding, one.item) if name is not None} | {*self._own(said)}
        if len(names) > 1:
            raise Unusable(AMBIGUOUS_CODE, "+".join(sorted(safe(name) for name in names)))
        return known

    @staticmethod
    def _own(said: Statement) -> list[str]:
        """The findings and items that carepath's own codes name."""
        return [code for system, code in said.codes if system in {LOCAL, ITEM}]

    def _item(self, said: Statement, entries: list[FhirCode]) -> tuple[str, Mapping[str, int]] | None:
        """The item of an instrument that the codes stand for, and what its coded answers mean."""
        own = [code for system, code in said.codes if system == ITEM]
        of_table = [one for one in entries if one.item is not None]
        names = [*own, *(one.item for one in of_table if one.item is not None)]
        if not names:
            return None
        return names[0], {answer: number for one in of_table for answer, number in one.answers.items()}

    def _take_item(self, said: Statement, item: str, answers: Mapping[str, int]) -> None:
        if self._answers.span(item) is None:
            raise Unusable(UNKNOWN_CODE)
        if said.doubt:
            raise Unusable(NOT_FINAL, said.doubt)
        self._answers.add(item, said.content, answers)

    def _take_totals(self, origin: Origin, when: Day) -> None:
        """The totals of the items that the resource answered."""
        for item in self._answers.twice():
            self.report.leave(item_origin(origin, item), BAD_TYPE, "answered in two ways")
        for total in self._answers.totals():
            where = item_origin(origin, total.finding)
            if when.date is None:
                self.report.leave(where, NO_DATE, when.problem)
                continue
            fact = Fact(total.finding, total.value, when.date, total.status, origin.source)
            transform = " ".join(one for one in (total.transform, when.transform) if one)
            self.facts.append((fact, where, when.taken_from, transform))

    def _take_addition(self, said: Statement, entries: list[FhirCode]) -> None:
        """An item that the codes add to a list; what was so once is part of a history too."""
        name = entries[0].finding
        item = merged([one.adds for one in entries if one.adds is not None])
        if item is None or name is None:
            raise Unusable(AMBIGUOUS_CODE, safe(name))
        if said.doubt:
            raise Unusable(NOT_FINAL, said.doubt)
        if said.day.date is None:
            raise Unusable(NO_DATE, said.day.problem)
        transform = " ".join(one for one in ("adds_item", said.day.transform) if one)
        self.lists.add(Addition(name, item, said.day.date, said.origin, said.day.taken_from, transform))

    def _finding(self, said: Statement, entries: list[FhirCode]) -> tuple[Finding, FhirCode | None]:
        """The finding that the codes stand for."""
        names: dict[str, FhirCode | None] = {code: None for system, code in said.codes if system == LOCAL}
        names |= {one.finding: one for one in entries if one.finding is not None}
        for name, entry in names.items():
            if name in self.guideline.findings:
                return self.guideline.findings[name], entry
            raise Unusable(UNKNOWN_CODE, self._like(name))
        raise Unusable(UNKNOWN_CODE)

    def _like(self, name: str) -> str:
        """The finding most like a name, among those that begin alike: a bundle may hold very many names."""
        said = nearest(name, [one for one in self.guideline.findings if one[:2] == name[:2]])
        return said if said.startswith("did you mean") else ""

    def _dated(self, said: Statement, finding: Finding, given: Given) -> tuple[dt.date, str, list[str]]:
        """The date, the element that it stood in (empty when the evaluation date was taken), and what was done."""
        keep = finding.raises_alarm(given.value)
        transforms = [said.day.transform]
        if said.doubt:
            if not keep:
                raise Unusable(NOT_FINAL, said.doubt)
            transforms.append("red_flag_kept:not_final")
        if said.day.date is not None:
            return said.day.date, said.day.taken_from, transforms
        if not keep:
            raise Unusable(NO_DATE, said.day.problem)
        transforms.append("red_flag_kept:no_date")
        if said.day.first is not None and said.day.last is not None:
            last = said.day.last if said.day.first > self.at else min(said.day.last, self.at)
            return last, said.day.taken_from, transforms
        return self.at, "", transforms


def _given(said: Statement, finding: Finding, entry: FhirCode | None) -> Given:
    value = entry.value if entry is not None else None
    if said.present:
        if value is None and finding.type.kind != "bool":
            raise Unusable(BAD_TYPE, "no value beside the code")
        return Given(checked(True if value is None else value, finding), "", "present")
    if value is not None:
        if said.content.get("valueBoolean") is not True:
            raise Unusable(NO_VALUE)
        return Given(checked(value, finding), "valueBoolean", "present")
    return read_given(said.content, finding, (entry.units or None) if entry is not None else None)
