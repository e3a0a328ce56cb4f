"""Hypothesis strategies: FHIR R4 bundles about one patient, as a record system sends them, and as some send them.

A bundle is made from a history of the patient, by the code table of the guideline: with a code where the table has
one that says this value, and else with carepath's own code; of a list each part of each item is a component.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from carepath.content.guideline import FhirCode, Finding, Guideline
from carepath.language.symbols import ValueType
from carepath.record.fhir_quantities import METHOD, UCUM
from carepath.record.fhir_values import LOCAL
from carepath.record.fhir_whole_lists import PART, SINGLE, part_type
from carepath.testing.arguments import Arguments
from carepath.testing.bundle_dirt import BundleData, dirtied
from carepath.testing.courses import FactData, histories
from carepath.testing.extra import st

_ABSENT = {"refused": "asked-declined", "not_applicable": "not-applicable", "unknown": "unknown"}
_ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_FINAL = ("final", "amended", "corrected")
_AGE = "age_years"
_SUBJECT = {"reference": "Patient/patient"}
_AT = "https://example.org/fhir"


@dataclass(frozen=True)
class _Form:
    """How a resource says that something is there: where its code and its day stand, and what else it must have."""

    code: str
    day: str
    parts: Mapping[str, object]


def _coded(system: str, code: str) -> Mapping[str, object]:
    return {"coding": [{"system": system, "code": code}]}


#: The resources that say that something is there, as FHIR R4 has them.
_PRESENT: Mapping[str, _Form] = {
    "Condition": _Form(
        "code",
        "recordedDate",
        {"clinicalStatus": _coded(_CLINICAL, "active"), "verificationStatus": _coded(_VERIFIED, "confirmed")},
    ),
    "Procedure": _Form("code", "performedDateTime", {"status": "completed"}),
    "ServiceRequest": _Form("code", "authoredOn", {"status": "active", "intent": "order"}),
    "MedicationRequest": _Form("medicationCodeableConcept", "authoredOn", {"status": "active", "intent": "order"}),
}


def fhir_bundles(
    guideline: Guideline,
    *,
    at: dt.date | str,
    pathway: str | None = None,
    later: bool = True,
    dirty: bool = False,
) -> st.SearchStrategy[BundleData]:
    """FHIR R4 bundles about one patient, in the form that ``assess`` reads.

    A bundle holds a Patient, and what was recorded over time as Observations, Conditions, Procedures, ServiceRequests
    and MedicationRequests, with the codes of the guideline's table and carepath's own. All of a valid bundle is used,
    except what is dated after ``at``. A dirty one has up to six faults: missing parts, wrong types, unknown codes and
    units, half dates, templates, resources entered in error, of another patient, twice in two versions, or none at
    all. It is read as far as it goes, or refused with a ``CarepathError``. A failing bundle shrinks to few resources
    and few faults.

    Args:
        guideline: the content; its findings, code table and rules shape the bundles.
        at: the evaluation date, or ISO text.
        pathway: the pathway on which they will be assessed; present steps are then steps of that pathway.
        later: whether resources dated after ``at`` may be there.
        dirty: whether the bundles have faults, at least one each.

    Raises:
        ArgumentError: an argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    look.flag("later", later)
    look.flag("dirty", dirty)
    look.done()
    past = histories(
        guideline, pathway=pathway, at=day, later=later, unknown=[_AGE] if _AGE in guideline.findings else []
    )
    table = _table(guideline)
    ages = _ages(guideline)

    @st.composite
    def bundle(draw: st.DrawFn) -> BundleData:
        resources = [_patient(draw(ages), day)]
        for name, facts in draw(past).items():
            finding = guideline.findings[name]
            for fact in facts:
                made = _resource(draw, finding, fact, table.get(name, []))
                resources.append({**made, "id": f"r{len(resources)}"})
        return {"resourceType": "Bundle", "type": "collection", "entry": [_entry(one) for one in resources]}

    return dirtied(bundle()) if dirty else bundle()


def _table(guideline: Guideline) -> dict[str, list[FhirCode]]:
    """By finding the codes that say something of it."""
    found: dict[str, list[FhirCode]] = {}
    for code in guideline.fhir_codes:
        if code.finding is not None and (code.resource in _PRESENT or code.resource == "Observation"):
            found.setdefault(code.finding, []).append(code)
    return found


def _ages(guideline: Guideline) -> st.SearchStrategy[int]:
    finding = guideline.findings.get(_AGE)
    low, high = (finding.type.minimum, finding.type.maximum) if finding is not None else (None, None)
    return st.integers(int(low or 0), int(high if high is not None else 110))


def _patient(age: int, at: dt.date) -> dict[str, object]:
    """A patient who is so many whole years old on the evaluation date, or as old as the calendar allows."""
    born = dt.date(max(at.year - age, 1), at.month, min(at.day, 28))
    return {"resourceType": "Patient", "id": "patient", "birthDate": born.isoformat()}


def _entry(resource: dict[str, object]) -> dict[str, object]:
    return {"fullUrl": f"{_AT}/{resource['resourceType']}/{resource['id']}", "resource": resource}


# --- resources --------------------------------------------------------------------------------------------------


def _resource(draw: st.DrawFn, finding: Finding, fact: FactData, codes: list[FhirCode]) -> dict[str, object]:
    """A resource that says a fact."""
    date = str(fact["date"])
    if "status" in fact:
        reason = _coded(_ABSENT_REASONS, _ABSENT[str(fact["status"])])
        return _observation(draw, _coded(LOCAL, finding.name), date, {"dataAbsentReason": reason})
    value = fact["value"]
    ways = [None, *(code for code in codes if _says(code, finding, value))]
    code = draw(st.sampled_from(ways))
    kinds = ["Observation", *_PRESENT] if value is True else ["Observation"]
    if code is None and (kind := draw(st.sampled_from(kinds))) != "Observation":
        return _present(kind, _coded(LOCAL, finding.name), date)
    if code is None:
        own = _own_list(finding, value) if isinstance(value, list) else _own_value(finding.type, value)
        return _observation(draw, _coded(LOCAL, finding.name), date, own)
    concept = {"coding": [{"system": code.system, "code": code.code, "display": code.display}]}
    if code.resource in _PRESENT:
        return _present(code.resource, concept, date)
    if code.value is not None:
        return _observation(draw, concept, date, {"valueBoolean": True})
    return _observation(draw, concept, date, _measured(draw, code, value))


def _present(kind: str, concept: Mapping[str, object], date: str) -> dict[str, object]:
    """A resource that says that something is or was so."""
    form = _PRESENT[kind]
    return {"resourceType": kind, **form.parts, form.code: concept, "subject": _SUBJECT, form.day: date}


def _says(code: FhirCode, finding: Finding, value: object) -> bool:
    """Whether a code of the table says this value of its finding, or of a list one of its items."""
    if code.adds:
        return code.resource in _PRESENT and isinstance(value, list) and any(map(_holds(code.adds), value))
    if code.resource != "Observation" or code.value is not None:
        said = True if code.value is None else code.value
        return type(said) is type(value) and said == value
    if finding.type.kind in {"int", "decimal"}:
        return bool(_plain_units(code))
    return finding.type.kind == "bool"


def _holds(parts: Mapping[str, object]) -> Callable[[object], bool]:
    """What tells whether an item of a list has these parts."""
    return lambda item: isinstance(item, Mapping) and parts.items() <= item.items()


def _plain_units(code: FhirCode) -> list[str]:
    """The units in which a number stands as it is recorded."""
    return [unit for unit in code.units if not unit.startswith(METHOD) and "=" not in unit]


def _measured(draw: st.DrawFn, code: FhirCode, value: object) -> dict[str, object]:
    """The value of an Observation with a code of the table, in one of its units and by one of its methods."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    unit = draw(st.sampled_from(_plain_units(code)))
    methods = [one.removeprefix(METHOD) for one in code.units if one.startswith(METHOD) and "=" not in one]
    made: dict[str, object] = {"valueQuantity": _quantity(value, unit)}
    if methods:
        made["method"] = {"coding": [{"code": draw(st.sampled_from(methods))}]}
    return made


def _own_value(kind: ValueType, value: object) -> dict[str, object]:
    """The value of an Observation or a component with carepath's own code."""
    if kind.kind == "bool":
        return {"valueBoolean": value}
    if kind.kind in {"int", "decimal"}:
        return {"valueQuantity": _quantity(value, kind.unit or "")}
    if kind.kind == "date":
        return {"valueDateTime": value}
    return {"valueString": value}


def _own_list(finding: Finding, items: Sequence[object]) -> dict[str, object]:
    """The number of items, and a component for each part that is known."""
    components = []
    for number, item in enumerate(items, 1):
        for name, value in (item if isinstance(item, Mapping) else {SINGLE: item}).items():
            if value not in {None, "unknown"}:
                code = _coded(PART, f"{number}.{name}")
                components.append({"code": code, **_own_value(part_type(finding, name), value)})
    return {"valueInteger": len(items), **({"component": components} if components else {})}


def _quantity(value: object, unit: str) -> dict[str, object]:
    coded = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    return {"value": value, **coded}


def _observation(
    draw: st.DrawFn, code: Mapping[str, object], date: str, value: Mapping[str, object]
) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": draw(st.sampled_from(_FINAL)),
        "code": code,
        "subject": _SUBJECT,
        "effectiveDateTime": date,
        **value,
    }
