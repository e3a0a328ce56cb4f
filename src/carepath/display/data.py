"""The versioned JSON form of an assessment: plain types, a fixed order, every text in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.assessment import SCHEMA, Assessment
from carepath.display.data_parts import Data, fact_data, ground_data, json_types, step_data, text_data
from carepath.display.evidence import design_choices, evidence_of, grounds_behind, unknown_findings
from carepath.display.wording import (
    argument_text,
    condition_text,
    conditions_of,
    named_step,
    recommendation_text,
    set_aside_text,
)
from carepath.display.words import Words, both
from carepath.finish import entitlement_on
from carepath.recommendation import FIELDS, LIST_FIELDS, Question, Recommendation, SetAside, Undetermined
from carepath.record.canonical import plain
from carepath.record.facts import PARTIAL
from carepath.record.snapshot import CONTRADICTORY, STALE, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.basis import Basis
    from carepath.content.guideline import Conflict, Guideline
    from carepath.record.facts import Fact

#: Reasons for which an unknown finding shows the values that were found all the same.
_WITH_VALUES = frozenset({STALE, CONTRADICTORY, PARTIAL})


def assessment_data(assessment: Assessment) -> Data:
    """The assessment as plain dicts and lists.

    Fields that do not apply are left out of a recommendation; lists are always there, and so is ``conditional``.
    Every text is a mapping with ``en`` and ``nl``. The order depends on nothing but the assessment.
    """
    basis, guideline = assessment.basis, assessment.guideline
    data: Data = {
        "schema": SCHEMA,
        "at": assessment.at.isoformat(),
        "pathway": assessment.pathway,
        "position": _position(assessment),
        "engine": assessment.engine,
        "guideline": {
            "edition": guideline.edition,
            "date": guideline.date,
            "content_hash": guideline.content_hash,
            "text": text_data(guideline.text),
        },
        "recommendations": [recommendation_data(one, basis) for one in assessment.recommendations],
        "notes": [recommendation_data(one, basis) for one in assessment.notes],
        "conflicts": [_conflict(one, guideline) for one in assessment.conflicts],
        "set_aside": [_set_aside(one, basis) for one in assessment.set_aside],
        "undetermined": [_undetermined(one) for one in assessment.undetermined],
        "next_questions": [_question(one, basis) for one in assessment.next_questions],
        "unknown": [_unknown(one, guideline) for one in unknown_findings(assessment)],
        "not_seen": [_not_seen(name, basis) for name in assessment.not_seen],
        "design_choices": [
            {"of": {"part": one.part, "id": one.id}, "note": text_data(one.note)} for one in design_choices(assessment)
        ],
        "audit": json_types(assessment.audit),
        "professional_use": _phrase("professional_use", guideline),
        "medical_device": _phrase("medical_device", guideline),
    }
    record = basis.situation.record
    if record.used or record.unused:
        data["record"] = {"used": json_types(record.used), "unused": json_types(record.unused)}
    return data


def recommendation_data(rec: Recommendation, basis: Basis) -> Data:
    """A recommendation with its fields, its text, what it stands on and what it read."""
    guideline = basis.guideline
    data: Data = {}
    for name in FIELDS:
        value = getattr(rec, name)
        if name in LIST_FIELDS or value is not None:
            data[name] = json_types(value)
    data["kind_text"] = text_data(guideline.kinds[rec.kind].text)
    data["text"] = text_data(recommendation_text(rec, basis))
    data["grounds"] = [ground_data(ground, guideline) for ground in grounds_behind(rec, basis)]
    data["against"] = [
        {
            "text": text_data(argument_text(argument.text, rec, basis)),
            "grounds": [ground_data(ground, guideline) for ground in argument.grounds],
        }
        for argument in dict.fromkeys(a for one in rec.contributions if one.rule for a in one.rule.against)
    ]
    data["conditions"] = [
        {"text": text_data(condition_text(one, rec, basis)), "truth": one.truth, "findings": list(one.findings)}
        for one in conditions_of(rec, basis)
    ]
    data["could_change"] = list(rec.could_change)
    data["findings"] = _findings(rec, basis)
    data.update(_names(rec, basis))
    return data


def _names(rec: Recommendation, basis: Basis) -> Data:
    """What the fields of a recommendation refer to, with their texts."""
    guideline = basis.guideline
    data: Data = _target(rec, guideline)
    for field in ("urgency", "level", "group", "internal_step"):
        text = guideline.vocabulary.get(field, {}).get(getattr(rec, field) or "")
        if text is not None:
            data[f"{field}_text"] = text_data(text)
    data.update(_topic(rec, guideline))
    entitlement = entitlement_on(guideline, rec.group, basis.at) if rec.entitlement is not None else None
    if entitlement is not None:
        data["entitlement_text"] = text_data(entitlement.text)
    if rec.modules:
        data["module_texts"] = [
            {"id": one.id, "part": one.part, "text": text_data(one.text)}
            for one in guideline.modules
            if one.id in rec.modules
        ]
    return data


def _target(rec: Recommendation, guideline: Guideline) -> Data:
    """The step that is the target, or what the person is called; and the step that an output names."""
    data: Data = {}
    step = step_data(rec.target or "", guideline)
    person = guideline.vocabulary.get("target", {}).get(rec.target or "")
    if step is not None:
        data["step"] = step
    elif person is not None:
        data["target_text"] = text_data(person)
    named = step_data(named_step(rec) or "", guideline)
    if named is not None:
        data["names_step"] = named
    return data


def _topic(rec: Recommendation, guideline: Guideline) -> Data:
    """The question of a judgement, or the dispute with all its positions."""
    if rec.topic is None:
        return {}
    conflict = guideline.conflicts.get(rec.topic) if rec.kind == "guideline_conflict" else None
    if conflict is not None:
        return {"topic_text": text_data(conflict.text), "positions": _positions(conflict, guideline)}
    topic = guideline.vocabulary.get("topic", {}).get(rec.topic)
    return {"topic_text": text_data(topic)} if topic is not None else {}


def _findings(rec: Recommendation, basis: Basis) -> list[Data]:
    found = []
    for one in evidence_of(rec, basis):
        data: Data = {
            "finding": one.finding,
            "label": text_data(basis.guideline.findings[one.finding].label),
            "value": plain(one.value),
        }
        if one.fact is not None:
            data["date"] = one.fact.date.isoformat()
            if one.fact.source is not None:
                data["source"] = one.fact.source
        if one.trend is not None:
            data["baseline"] = {**fact_data(one.trend.baseline), "since": one.trend.since}
        found.append(data)
    return found


# --- beside the recommendations ----------------------------------------------------------------------------------


def _phrase(name: str, guideline: Guideline) -> Data:
    return text_data(both(lambda lang: Words(guideline, lang).phrase(name)))


def _position(assessment: Assessment) -> Data:
    position = assessment.position
    data: Data = {
        "pathway": position.pathway,
        "step": position.step,
        "how": position.how,
        "candidates": list(position.candidates),
    }
    pathway = assessment.basis.pathway
    if pathway is not None:
        data["pathway_text"] = text_data(pathway.text)
    step = step_data(position.step, assessment.guideline) if position.step is not None else None
    if step is not None:
        data["step_text"] = step["text"]
        data["line"] = step["line"]
    return data


def _positions(conflict: Conflict, guideline: Guideline) -> list[Data]:
    return [
        {
            "owner": text_data(one.owner),
            "text": text_data(one.text),
            "grounds": [ground_data(ground, guideline) for ground in one.grounds],
        }
        for one in conflict.positions
    ]


def _conflict(conflict: Conflict, guideline: Guideline) -> Data:
    data: Data = {
        "topic": conflict.topic,
        "text": text_data(conflict.text),
        "positions": _positions(conflict, guideline),
    }
    if conflict.note is not None:
        data["note"] = text_data(conflict.note)
    return data


def _set_aside(put: SetAside, basis: Basis) -> Data:
    return {
        "recommendation": recommendation_data(put.recommendation, basis),
        "how": put.how,
        "by": list(put.by),
        "text": text_data(set_aside_text(put, basis)),
        "until_known": list(put.until_known),
    }


def _undetermined(one: Undetermined) -> Data:
    data: Data = {"kind": one.kind, "rule": one.rule, "output": one.output, "waits_for": list(one.waits_for)}
    if one.target is not None:
        data["target"] = one.target
    if one.topic is not None:
        data["topic"] = one.topic
    return data


def _question(question: Question, basis: Basis) -> Data:
    guideline, reason = basis.guideline, basis.reason(question.finding)
    data: Data = {
        "finding": question.finding,
        "label": text_data(guideline.findings[question.finding].label),
        "question": text_data(guideline.findings[question.finding].question),
        "safety": question.safety,
        "outcomes": question.outcomes,
        "asked_by": list(question.asked_by),
        **_reason(reason, basis.reading(question.finding).facts, guideline),
    }
    return data


def _unknown(reading: Reading, guideline: Guideline) -> Data:
    return {
        "finding": reading.finding,
        "label": text_data(guideline.findings[reading.finding].label),
        **_reason(reading.reason, reading.facts, guideline),
    }


def _reason(reason: str | None, facts: Iterable[Fact], guideline: Guideline) -> Data:
    data: Data = {"reason": reason}
    text = guideline.vocabulary.get("reason", {}).get(reason or "")
    if text is not None:
        data["reason_text"] = text_data(text)
    if reason in _WITH_VALUES:
        data["values"] = [fact_data(fact) for fact in facts]
    return data


def _not_seen(name: str, basis: Basis) -> Data:
    facts = (fact for fact in basis.situation.record.facts(name) if fact.date > basis.at)
    return {
        "finding": name,
        "label": text_data(basis.guideline.findings[name].label),
        "values": [fact_data(fact) for fact in facts],
    }
