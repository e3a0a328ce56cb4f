"""Drafts of FHIR R4 resources that a clinician may take over: a request for what is advised, a task for what to ask.

Every one is a draft and a proposal, never active: nothing happens until a person decides. Codes are carepath's own, of
systems that begin with ``urn:carepath:``; each has its words beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.text_advice import headline
from carepath.display.wording import recommendation_text
from carepath.display.words import Words
from carepath.exchange.fhir_parts import Resource, coding, draft, rule_address

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.recommendation import Question, Recommendation


def service_request(
    recommendation: Recommendation,
    assessment: Assessment,
    *,
    patient: str,
    priority: str,
    encounter: str | None = None,
    lang: str | None = None,
) -> Resource:
    """A draft ServiceRequest for what is recommended.

    Args:
        recommendation: one of the assessment; a step or a person that it names stands in the request.
        assessment: what it belongs to.
        patient: the id of the FHIR Patient.
        priority: ``routine``, ``urgent``, ``asap`` or ``stat``.
        encounter: the id of the FHIR Encounter.
        lang: ``en`` or ``nl``; by default the language of the assessment.

    Returns:
        The resource as plain dicts and lists, without an id.
    """
    words = Words(assessment.guideline, lang or assessment.basis.lang)
    kind = coding("kind", recommendation.kind, words.kind(recommendation.kind))
    resource: Resource = {
        **_draft("ServiceRequest", assessment, patient, encounter),
        "instantiatesUri": [rule_address(rule) for rule in recommendation.rules],
        "priority": priority,
        "code": {"coding": [kind], "text": headline(recommendation, words)},
    }
    target = recommendation.target
    if target is not None:
        is_step = assessment.guideline.step_text(target) is not None
        said = coding("step" if is_step else "target", target, words.target(target))
        concept = {"coding": [said], "text": words.target(target)}
        resource |= {"orderDetail": [concept]} if is_step else {"performerType": concept}
    text = words.of(recommendation_text(recommendation, assessment.basis))
    resource["note"] = [{"text": one} for one in (text, words.phrase("professional_use")) if one]
    return resource


def question_task(
    question: Question,
    assessment: Assessment,
    *,
    patient: str,
    encounter: str | None = None,
    lang: str | None = None,
) -> Resource:
    """A draft Task to ask for a finding and record it.

    Args:
        question: one of the assessment's next questions.
        assessment: what it belongs to.
        patient: the id of the FHIR Patient.
        encounter: the id of the FHIR Encounter.
        lang: ``en`` or ``nl``; by default the language of the assessment.

    Returns:
        The resource as plain dicts and lists, without an id.
    """
    words = Words(assessment.guideline, lang or assessment.basis.lang)
    label = words.finding(question.finding)
    return {
        **_draft("Task", assessment, patient, encounter),
        "code": {"coding": [coding("finding", question.finding, label)], "text": label},
        "description": words.of(assessment.guideline.findings[question.finding].question),
    }


def _draft(kind: str, assessment: Assessment, patient: str, encounter: str | None) -> Resource:
    made = draft(kind, f"Patient/{patient}", assessment.at)
    return made if encounter is None else {**made, "encounter": {"reference": f"Encounter/{encounter}"}}
