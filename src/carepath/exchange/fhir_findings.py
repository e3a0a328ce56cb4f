"""A patient's findings as FHIR R4 resources, such that ``read_bundle`` reads the same findings back.

Each fact is an Observation, or a Condition where the content has a confirmed code that says just this. The code is a
confirmed one, where there is one, beside carepath's own (``urn:carepath:finding``), so that nothing is lost on the way.
The value of a list is the number of its items; each part of each item is a component (``urn:carepath:part``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.display.words import Words
from carepath.exchange.fhir_parts import (
    URN,
    Resource,
    checked_patient,
    collection,
    confirmed_codes,
    finding_concept,
    identified,
)
from carepath.record.facts import KNOWN, PARTIAL, Bounds
from carepath.record.fhir_elements import is_template
from carepath.record.fhir_quantities import METHOD, UCUM
from carepath.record.fhir_whole_lists import PART, SINGLE, part_type

if TYPE_CHECKING:
    from carepath.content.guideline import FhirCode, Finding, Guideline
    from carepath.language.symbols import ValueType
    from carepath.record.facts import Fact, Item, Part, Record

_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_REASONS = {"unknown": "unknown", "refused": "asked-declined", "not_applicable": "not-applicable"}
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
#: Why a fact is not written: no confirmed code names its version; a text that looks like a template is left by every
#: reader; FHIR has no reason for its status.
VERSION, TEMPLATE, STATUS = "version", "template", "status"


@dataclass(frozen=True, slots=True)
class NotWritten:
    """A fact that has no form in FHIR: its finding, its date, and why: version, template or status."""

    finding: str
    date: dt.date
    why: str


@dataclass(frozen=True, slots=True)
class WrittenFindings:
    """The bundle of a record, and the facts that it does not hold."""

    bundle: Resource
    not_written: tuple[NotWritten, ...]


def findings_bundle(record: Record, guideline: Guideline, *, patient: str, lang: str = "en") -> WrittenFindings:
    """The facts of a record as a FHIR R4 bundle of Observations and Conditions.

    Args:
        record: the facts; those dated after an evaluation date too. The source of a fact is not written.
        guideline: its findings and its code table.
        patient: the reference to the patient, as for ``carepath.exchange.fhir.bundle``.
        lang: ``en`` or ``nl``: the language of the texts beside the codes.

    Returns:
        The bundle (a collection, without a Patient), and what could not be written. ``read_bundle`` gives the same
        findings, values, dates, statuses and versions back, each with its resource as the source.

    Raises:
        ArgumentError: the reference or the language cannot be used.
    """
    writer = _Writer(guideline, Words(guideline, lang), {"reference": checked_patient(patient)})
    facts = [fact for series in record.series.values() for fact in series]
    resources, left = [], []
    for fact in facts:
        try:
            resources.append(writer.written(fact))
        except _NoForm as reason:
            left.append(NotWritten(fact.finding, fact.date, str(reason)))
    return WrittenFindings(collection(resources), tuple(left))


class _NoForm(Exception):
    """A fact has no form in FHIR."""


@dataclass(frozen=True, slots=True)
class _Writer:
    guideline: Guideline
    words: Words
    patient: Resource

    def written(self, fact: Fact) -> Resource:
        if fact.status not in {KNOWN, PARTIAL, *_REASONS}:
            raise _NoForm(STATUS)
        condition = self._condition_code(fact)
        return self._condition(fact, condition) if condition is not None else self._observation(fact)

    # --- conditions ----------------------------------------------------------------------------------------------

    def _condition_code(self, fact: Fact) -> FhirCode | None:
        """The confirmed code that says this finding with this value."""
        if fact.status != KNOWN or fact.version is not None:
            return None
        codes = confirmed_codes(self.guideline, fact.finding, "Condition")
        return next((one for one in codes if _says(one, fact.value)), None)

    def _condition(self, fact: Fact, code: FhirCode) -> Resource:
        """A diagnosis as it was recorded. Its code alone says the value, so carepath's own code is not beside it."""
        return identified(
            {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"system": _CLINICAL, "code": "active"}]},
                "verificationStatus": {"coding": [{"system": _VERIFICATION, "code": "confirmed"}]},
                "code": {
                    "coding": [{"system": code.system, "code": code.code, "display": code.display}],
                    "text": self.words.finding(fact.finding),
                },
                "subject": self.patient,
                "recordedDate": fact.date.isoformat(),
            }
        )

    # --- observations --------------------------------------------------------------------------------------------

    def _observation(self, fact: Fact) -> Resource:
        code, method = self._observation_code(fact)
        found: Resource = {
            "resourceType": "Observation",
            "status": "final",
            "code": finding_concept(fact.finding, self.words, code),
            "subject": self.patient,
            "effectiveDateTime": fact.date.isoformat(),
        }
        if method is not None:
            found["method"] = {"coding": [{"system": f"{URN}method", "code": method}]}
        return identified({**found, **self._value(fact)})

    def _observation_code(self, fact: Fact) -> tuple[FhirCode | None, str | None]:
        """The confirmed code of a fact, and the measuring method that says its version."""
        confirmed = confirmed_codes(self.guideline, fact.finding, "Observation")
        # One that stands for a value, or for an item of a list, is no code of the finding itself.
        codes = [one for one in confirmed if one.value is None and one.adds is None]
        if fact.version is None:
            return next((one for one in codes if not _methods(one)), None), None
        for one in codes:
            # The first method is the finding's own: another one is the version of the value.
            if fact.version in _methods(one)[1:]:
                return one, fact.version
        raise _NoForm(VERSION)

    def _value(self, fact: Fact) -> Resource:
        """The value[x] of a fact, or why there is none."""
        value, finding = fact.value, self.guideline.findings[fact.finding]
        if value is None:
            return {"dataAbsentReason": {"coding": [{"system": _ABSENT, "code": _REASONS[fact.status]}]}}
        if isinstance(value, Bounds):
            ends = {"low": value.low, "high": value.high}
            return {"valueRange": {end: _quantity(number, finding, finding.type) for end, number in ends.items()}}
        if isinstance(value, tuple):
            return self._list(value, fact, finding)
        if isinstance(value, dt.date):
            return {"valueDateTime": value.isoformat()}
        return self._single(value, finding, finding.type, fact.finding)

    def _list(self, items: tuple[Item, ...], fact: Fact, finding: Finding) -> Resource:
        """How many items a list has, or has at least, and their parts as components; an unknown part has none."""
        count = len(items)
        found: Resource = {"valueInteger": count} if fact.status == KNOWN else {"valueRange": {"low": {"value": count}}}
        components = []
        for number, item in enumerate(items, 1):
            for part in (one for one in finding.type.parts if one in item):
                name = fact.finding if part == SINGLE else f"{fact.finding}.{part}"
                value = self._single(item[part], finding, part_type(finding, part), name)
                components.append({"code": {"coding": [{"system": PART, "code": f"{number}.{part}"}]}, **value})
        return {**found, "component": components} if components else found

    def _single(self, value: Part, finding: Finding, kind: ValueType, name: str) -> Resource:
        """The value[x] of a finding or of a part of an item; ``name`` is where its values have their codes."""
        if isinstance(value, bool):
            return {"valueBoolean": value}
        if isinstance(value, int | float):
            return {"valueQuantity": _quantity(value, finding, kind)}
        if is_template(value):
            raise _NoForm(TEMPLATE)
        if kind.kind == "enum":
            text = finding.value_texts.get(value)
            coded: Resource = {"coding": [{"system": f"{URN}value:{name}", "code": value}]}
            return {"valueCodeableConcept": {**coded, "text": self.words.of(text)} if text is not None else coded}
        return {"valueString": value}


def _quantity(number: float, finding: Finding, kind: ValueType) -> Resource:
    """A number with its unit in UCUM; a score of an instrument has none but its own points."""
    unit = kind.unit or ("{score}" if finding.instrument is not None else "1")
    return {"value": number, "unit": unit, "system": UCUM, "code": unit}


def _says(code: FhirCode, value: object) -> bool:
    """Whether the code alone says the value; a bool says it when it is present."""
    return type(code.value) is type(value) and code.value == value


def _methods(code: FhirCode) -> tuple[str, ...]:
    """The measuring methods that a code wants to be told; with a scale to convert from it is not written."""
    named = (one.removeprefix(METHOD) for one in code.units if one.startswith(METHOD))
    return tuple(one for one in named if "=" not in one)
