"""Takes what FHIR resources say into facts about findings, by the code table of the guideline.

A resource counts when its status says that it was established. One exception: a red flag that is recorded as true is
never lost for want of a confirmation or of a whole date; it counts and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.errors import nearest
from carepath.record.facts import Fact, RecordBuilder
from carepath.record.fhir_days import day, whole_years
from carepath.record.fhir_elements import Coding, FhirObject, Unusable, keys_of, safe
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
from carepath.record.fhir_statements import Medications, Statement, statements
from carepath.record.fhir_values import LOCAL, Given, checked, read_given

if TYPE_CHECKING:
    import datetime as dt

    from carepath.content.guideline import FhirCode, Finding, Guideline

AGE = "age_years"
EVALUATION_DATE = "evaluation_date"


@dataclass(slots=True)
class ResourceReader:
    """Takes resources and keeps the facts, and a report of what was used and what was not."""

    guideline: Guideline
    at: dt.date
    report: FhirReport = field(default_factory=FhirReport)
    facts: list[tuple[Fact, Origin, str, str]] = field(default_factory=list)
    medications: Medications = field(default_factory=Medications)
    _table: dict[tuple[str, str, str], FhirCode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._table = {(one.resource, one.system, one.code): one for one in self.guideline.fhir_codes}

    def take(self, content: FhirObject, origin: Origin) -> None:
        """Reads a resource of a type that is known here."""
        if keys_of(content, "modifierExtension") or keys_of(content, "implicitRules"):
            self.report.leave(origin, NOT_UNDERSTOOD)
        elif origin.resource == "Patient":
            self._take_patient(content, origin)
        else:
            try:
                for statement in statements(content, origin, self._is_known, self.medications):
                    self._take_statement(statement)
            except Unusable as problem:
                self.report.leave(origin, problem.reason, problem.detail)

    def builder(self) -> RecordBuilder:
        """The facts; those that can never stand together are reported and left out."""
        built = RecordBuilder()
        bounds: dict[tuple[str, dt.date], float] = {}
        for fact, *_ in self.facts:
            if isinstance(fact.value, int | float):
                key = (fact.finding, fact.date)
                bounds[key] = min(bounds.get(key, fact.value), fact.value)
        for fact, origin, date_from, transform in self.facts:
            limit = self.guideline.findings[fact.finding].never_above
            bound = bounds.get((limit, fact.date)) if limit is not None else None
            if bound is not None and isinstance(fact.value, int | float) and fact.value > bound:
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
        ages = set()
        if born.date is not None:
            ages = {whole_years(born.date, self.at)}
        elif born.first is not None and born.last is not None:
            ages = {whole_years(born.first, self.at), whole_years(born.last, self.at)}
        if len(ages) != 1:
            self.report.leave(where, NO_BIRTH_DATE, born.problem if content.get("birthDate") is not None else "")
            return
        age = ages.pop()
        if age < 0:
            self.report.leave(where, LATER)
            return
        try:
            value = checked(age, finding)
        except Unusable as problem:
            self.report.leave(where, problem.reason)
            return
        fact = Fact(AGE, value, self.at, source=origin.source)
        self.facts.append((fact, where, EVALUATION_DATE, "whole_years_at_date"))

    # --- statements ---------------------------------------------------------------------------------------------

    def _is_known(self, resource: str, coding: Coding) -> bool:
        return coding[0] == LOCAL or (resource, *coding) in self._table

    def _take_statement(self, said: Statement) -> None:
        try:
            finding, entry = self._finding(said)
            given = _given(said, finding, entry)
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

    def _finding(self, said: Statement) -> tuple[Finding, FhirCode | None]:
        """The finding that the codes stand for; all codes of a concept must agree."""
        if said.denied or said.past:
            raise Unusable(said.denied or NOT_PRESENT, said.status)
        entries = [self._table.get((said.origin.resource, system, code)) for system, code in said.codes]
        known = [one for one in entries if one is not None]
        if any(one.finding is None for one in known):
            raise Unusable(KNOWN_NOT_USED)
        names: dict[str, FhirCode | None] = {code: None for system, code in said.codes if system == LOCAL}
        names |= {one.finding: one for one in known if one.finding is not None}
        if len(names) > 1:
            raise Unusable(AMBIGUOUS_CODE, "+".join(sorted(safe(name) for name in names)))
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
    return read_given(said.content, finding, entry.units if entry is not None else None)
