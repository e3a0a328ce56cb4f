"""A pathway as a FHIR R4 plan: PlanDefinition, ActivityDefinitions and a Library, and what they cannot say.

Standard: HL7 FHIR R4 (4.0.1), Clinical Reasoning; conditions in FHIRPath. The plan holds what the rules give before the
resolve table acts on it: it describes the pathway to other systems and does not replace an assessment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.assessing import evaluation_date
from carepath.content.guideline import Text
from carepath.exchange.fhir_advice import CONFLICT, JUDGEMENT, MISSING
from carepath.exchange.fhir_parts import Resource, canonical, coding, collection, identified
from carepath.exchange.fhirpath import Writer
from carepath.exchange.plan_actions import Actions, Activity, activity_title
from carepath.exchange.plan_parts import Wording, effective_period
from carepath.exchange.plan_report import NotExpressed, not_expressed
from carepath.inference.agreement import prepare

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline

_PLAN_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
_LIBRARY_TYPE = "http://terminology.hl7.org/CodeSystem/library-type"
_TYPES = {"bool": "boolean", "int": "integer", "decimal": "decimal", "date": "date"}
#: Beyond this a whole number is no integer of FHIR.
MAX_FHIR_INTEGER = 2**31 - 1
#: What asks nobody to act: an ActivityDefinition makes requests only, so it is a request to tell it.
_TOLD = frozenset({CONFLICT, MISSING, "note"})


@dataclass(frozen=True, slots=True)
class PlanExport:
    """The bundle of a plan, and everything that it leaves to carepath."""

    bundle: Resource
    not_expressed: tuple[NotExpressed, ...]


def plan_definition(guideline: Guideline, pathway: str, *, at: dt.date | str, jurisdiction: str = "NL") -> PlanExport:
    """A pathway of a guideline as a FHIR R4 plan, in English with Dutch translations.

    Args:
        guideline: the content.
        pathway: the name of the pathway.
        at: a date: the values of the parameters on it stand in the conditions, and ``effectivePeriod`` says from when
            until when they hold.
        jurisdiction: the country or region for which the content was written, in ISO 3166 (``NL``, ``NL-FR``).

    Returns:
        A bundle of one PlanDefinition, its Library and ActivityDefinitions, all in draft, and what they cannot say.
        A condition that gives an empty collection is unknown, never false.

    Raises:
        ArgumentError: there is no such pathway, or the date cannot be used.
        ContentError: a parameter has no value on the date, or a phrase is missing.
    """
    day = evaluation_date(at)
    chosen, prepared, wording = guideline.pathway(pathway), prepare(guideline, day), Wording(guideline, day)
    writer = Writer(prepared.scope)
    actions = Actions(prepared, chosen, wording, writer)
    made = actions.all()
    report = not_expressed(guideline, chosen, writer.settled)
    period = effective_period(guideline, day)

    def begun(kind: str, name: str, title: Text) -> Resource:
        return wording.definition(kind, name, title, period=period, region=jurisdiction, focus=chosen.text)

    limits = dict.fromkeys(one.why for one in report)
    plan = {
        **begun("PlanDefinition", pathway, chosen.text),
        "type": {"coding": [{"system": _PLAN_TYPE, "code": "clinical-protocol"}]},
        **wording.element("description", chosen.scope),
        **wording.element("purpose", guideline.text),
        **wording.element("usage", wording.joined(wording.phrase("plan_usage"), *limits, between="\n")),
        "relatedArtifact": wording.artifacts(chosen.grounds).get("documentation", []),
        "library": [canonical(guideline, "Library", pathway)],
        "action": made,
    }
    library = {
        **begun("Library", pathway, chosen.text),
        "type": {"coding": [{"system": _LIBRARY_TYPE, "code": "logic-library"}]},
        **wording.element("description", wording.phrase("plan_inputs")),
        "parameter": _parameters(wording, writer),
    }
    activities = [
        {**begun("ActivityDefinition", one.name, activity_title(one, wording)), **_activity(one)}
        for one in actions.activities
    ]
    return PlanExport(collection(identified(one) for one in (plan, library, *activities)), report)


def _activity(activity: Activity) -> Resource:
    """The request that an activity makes: a proposal, never an order."""
    other = "CommunicationRequest" if activity.kind in _TOLD else "ServiceRequest"
    kind = "Task" if activity.kind == JUDGEMENT else other
    code = [coding("kind", activity.kind)]
    code += [coding("target", activity.target)] if activity.target is not None else []
    return {"kind": kind, "intent": "proposal", "code": {"coding": code}}


def _parameters(wording: Wording, writer: Writer) -> list[Resource]:
    """The inputs of the conditions: findings, and conditions that carepath settles."""
    guideline = wording.guideline
    found: list[Resource] = []
    for name in sorted(writer.inputs):
        finding = guideline.findings.get(name)
        text = finding.question if finding is not None else wording.phrase("plan_position")
        kind = _TYPES.get(writer.scope.types[name].kind, "string")
        found.append(_parameter(name, wording.element("documentation", text), kind))
    settled = wording.element("documentation", wording.phrase("plan_condition"))
    return found + [_parameter(name, settled, "boolean") for name in sorted(writer.settled)]


def _parameter(name: str, documentation: Resource, kind: str) -> Resource:
    return {"name": name, "use": "in", "min": 0, "max": "1", **documentation, "type": kind}


def findings_parameters(assessment: Assessment) -> Resource:
    """The Parameters resource on which the conditions of a plan are evaluated for one patient.

    Args:
        assessment: gives the findings as they count on its date: a value that is stale, contradicted or refused is not
            in it; and the conditions over lists and over time as carepath settled them.

    Returns:
        A Parameters resource, with each known input once, in the order of their names.
    """
    basis = assessment.basis
    types = basis.prepared.scope.types
    found: list[Resource] = []
    for name, value in sorted(basis.values.items()):
        kind = types[name].kind if name in types else "bool"
        if kind == "date":
            found.append({"name": name, "valueDate": dt.date.fromordinal(int(value)).isoformat()})
        elif isinstance(value, bool):
            found.append({"name": name, "valueBoolean": value})
        elif isinstance(value, str):
            found.append({"name": name, "valueString": value})
        elif isinstance(value, int) and abs(value) <= MAX_FHIR_INTEGER:
            found.append({"name": name, "valueInteger": value})
        else:
            found.append({"name": name, "valueDecimal": value})
    return {"resourceType": "Parameters", "parameter": found}
