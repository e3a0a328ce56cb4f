"""An assessment as a FHIR R4 bundle: what is proposed, what is in dispute, what is missing, and where it comes from.

The bundle is a collection of plain dicts (standard: HL7 FHIR R4, 4.0.1). It holds no order: every request is a proposal
in draft, for a professional to take up or to leave. Ids come from the content, dates from the evaluation date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.layout import printable
from carepath.display.wording import recommendation_text, set_aside_text
from carepath.display.words import Words
from carepath.exchange.fhir_advice import JUDGEMENT, MISSING, Advice
from carepath.exchange.fhir_parts import (
    URN,
    Resource,
    checked_patient,
    collection,
    identified,
    midnight,
    narrative,
    note,
    reference,
)
from carepath.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carepath.assessment import Assessment

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def bundle(assessment: Assessment, *, patient: str, lang: str | None = None) -> Resource:
    """The FHIR R4 bundle of an assessment.

    It holds a GuidanceResponse; a RequestGroup with the recommendations in their order; for each of these a
    ServiceRequest (draft, proposal), a DetectedIssue (sources that contradict each other, insufficient information) or
    a Task (a clinician's judgement); a DetectedIssue for each thing that could still apply, a Task for each finding to
    ask for, and a Provenance with the edition and the hashes.

    Args:
        assessment: what is written.
        patient: the reference to the patient: ``Patient/ID``, an address that ends so, or ``urn:uuid:UUID``.
        lang: ``en`` or ``nl``; by default the language that was asked for when assessing.

    Returns:
        Plain dicts and lists; the same assessment, patient and language give the same bundle.

    Raises:
        ArgumentError: the reference or the language cannot be used.
    """
    advice = Advice(assessment, Words(assessment.guideline, lang or assessment.basis.lang), checked_patient(patient))
    made = [(rec, advice.resource(rec)) for rec in assessment.recommendations]
    questions = [advice.question(one) for one in assessment.next_questions]
    issues = advice.open_issues()
    groups = [advice.group(made)] if made else []
    response = _response(advice, groups)
    resources = [response, *groups, *(one for _, one in made), *issues, *questions]
    whole = collection([*resources, _provenance(advice, resources)])
    identity = {"system": f"{URN}assessment-sha256", "value": assessment.digest()}
    head: Resource = {"resourceType": "Bundle", "language": advice.words.lang, "identifier": identity}
    return {**head, "type": whole["type"], "timestamp": midnight(assessment.at), "entry": whole["entry"]}


def _response(advice: Advice, groups: Sequence[Resource]) -> Resource:
    """The answer: what was evaluated, whether more data would settle more, and what stands beside the advice."""
    assessment, words = advice.assessment, advice.words
    kinds = {rec.kind for rec in assessment.recommendations}
    more = assessment.next_questions or assessment.undetermined or JUDGEMENT in kinds
    status = "data-required" if MISSING in kinds else "data-requested" if more else "success"
    texts = [words.phrase("professional_use"), words.phrase("medical_device")]
    if not assessment.recommendations:
        texts.append(words.phrase("no_advice"))
    said = (words.of(recommendation_text(one, assessment.basis)) for one in assessment.notes)
    texts += [_labelled(words, "heading_notes", one) for one in said]
    for put in assessment.set_aside:
        why = words.of(set_aside_text(put, assessment.basis))
        texts.append(_labelled(words, "heading_set_aside", f"{advice.said(put.recommendation)[0]} - {why}"))
    found: Resource = {
        "resourceType": "GuidanceResponse",
        "language": words.lang,
        "text": narrative(*texts),
        "moduleCanonical": advice.module,
        "status": status,
        "subject": {"reference": advice.patient},
        "occurrenceDateTime": assessment.at.isoformat(),
        "performer": {"display": f"carepath {__version__}"},
        "note": [note(one) for one in texts],
    }
    if groups:
        found["result"] = reference(groups[0])
    needed = [_requirement(advice, one.finding) for one in assessment.next_questions]
    return identified({**found, "dataRequirement": needed} if needed else found)


def _labelled(words: Words, heading: str, text: str) -> str:
    return printable(f"{words.phrase(heading)}: {text}")


def _requirement(advice: Advice, finding: str) -> Resource:
    """What to record, by its codes."""
    codes = advice.finding(finding)["coding"]
    return {"type": "Observation", "codeFilter": [{"path": "code", "code": codes}]}


def _provenance(advice: Advice, resources: Sequence[Resource]) -> Resource:
    """Where the resources come from: carepath, the edition with the hash of its files, and the assessment."""
    assessment, guideline, words = advice.assessment, advice.guideline, advice.words
    maker: Resource = {"identifier": {"system": f"{URN}version", "value": __version__}, "display": "carepath"}
    sources = (
        ("edition", guideline.edition, words.of(guideline.text)),
        ("content-sha256", guideline.content_hash, words.phrase("label_guideline")),
        ("assessment-sha256", assessment.digest(), words.phrase("label_engine") + f": {assessment.engine}"),
    )
    found: Resource = {
        "resourceType": "Provenance",
        "language": words.lang,
        "target": [reference(one) for one in resources],
        "occurredDateTime": assessment.at.isoformat(),
        "recorded": midnight(assessment.at),
        "agent": [{"type": {"coding": [{"system": _PARTICIPANT, "code": "assembler"}]}, "who": maker}],
        "entity": [
            {"role": "source", "what": {"identifier": {"system": URN + name, "value": value}, "display": text}}
            for name, value, text in sources
        ],
    }
    return identified(found)
