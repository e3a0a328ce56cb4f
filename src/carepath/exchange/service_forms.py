"""What the OpenAPI document says of the service, and the form of its errors: FHIR's OperationOutcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carepath.exchange.fhir_parts import coding
from carepath.exchange.request import HOOKS, MAX_INSTANCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.errors import Problem

Schema = dict[str, Any]

_OBJECT: Schema = {"type": "object"}
_UUID: Schema = {"type": "string", "format": "uuid"}

REQUEST: Schema = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": {"type": "string", "enum": list(HOOKS)},
        "hookInstance": {"type": "string", "minLength": 1, "maxLength": MAX_INSTANCE},
        "fhirServer": {"type": "string"},
        "fhirAuthorization": _OBJECT,
        "context": {
            "type": "object",
            "required": ["patientId"],
            "properties": {
                "userId": {"type": "string"},
                "patientId": {"type": "string", "pattern": "^(Patient/)?[A-Za-z0-9.-]{1,64}$"},
                "encounterId": {"type": "string"},
                "selections": {"type": "array", "items": {"type": "string"}},
                "draftOrders": _OBJECT,
            },
        },
        "prefetch": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
        "extension": _OBJECT,
    },
}

FEEDBACK: Schema = {
    "type": "object",
    "required": ["feedback"],
    "properties": {
        "feedback": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": _UUID,
                    "outcome": {"type": "string", "enum": ["accepted", "overridden"]},
                    "acceptedSuggestions": {
                        "type": "array",
                        "items": {"type": "object", "required": ["id"], "properties": {"id": _UUID}},
                    },
                    "overrideReason": {
                        "type": "object",
                        "properties": {
                            "reason": {
                                "type": "object",
                                "required": ["code", "system"],
                                "properties": {"code": {"type": "string"}, "system": {"type": "string"}},
                            },
                            "userComment": {"type": "string"},
                        },
                    },
                    "outcomeTimestamp": {"type": "string", "format": "date-time"},
                },
            },
        }
    },
}

RESPONSE: Schema = {
    "type": "object",
    "required": ["cards"],
    "properties": {
        "cards": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["uuid", "summary", "indicator", "source"],
                "properties": {
                    "uuid": _UUID,
                    "summary": {"type": "string", "maxLength": 139},
                    "indicator": {"type": "string", "enum": ["info", "warning", "critical"]},
                    "source": {"type": "object", "required": ["label"]},
                },
            },
        },
        "extension": _OBJECT,
    },
}

SERVICES: Schema = {
    "type": "object",
    "required": ["services"],
    "properties": {
        "services": {"type": "array", "items": {"type": "object", "required": ["hook", "id", "description"]}}
    },
}

OUTCOME: Schema = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "minItems": 1}},
}

#: What each status means, and the code of FHIR that goes with it.
STATUSES: dict[int, tuple[str, str]] = {
    400: ("invalid", "the request cannot be answered"),
    401: ("login", "the caller is not authenticated"),
    404: ("not-found", "there is nothing here"),
    405: ("not-supported", "this method is not offered here"),
    406: ("not-supported", "only application/json is given"),
    408: ("timeout", "the request did not arrive in time"),
    413: ("too-long", "the request is larger than the limit"),
    415: ("not-supported", "only application/json is read"),
    500: ("exception", "the service failed; the number of the call is in the log"),
    503: ("throttled", "the service is busy, or could not answer in time: try again"),
}


def answers(statuses: Iterable[int], schema: Schema) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer, for the OpenAPI document.

    Args:
        statuses: those of errors.
        schema: that of the answer when all is well.
    """
    found: dict[int | str, dict[str, Any]] = {200: _content("the answer", schema)}
    return found | {status: _content(STATUSES[status][1], OUTCOME) for status in statuses}


def _content(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def body(schema: Schema) -> dict[str, Any]:
    """What an endpoint reads, for the OpenAPI document."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def outcome(status: int, problems: Iterable[Problem] = (), *, severity: str = "error", text: str = "") -> Schema:
    """An OperationOutcome. Its words are those of the service; nothing of what was sent is among them.

    Args:
        status: the status of the answer.
        problems: what is wrong, where the problems repeat nothing that was sent.
        severity: ``error`` or ``information``.
        text: words in place of those of the status.
    """
    code, meaning = STATUSES.get(status, ("informational", ""))
    issues = [
        {
            "severity": severity,
            "code": code,
            "details": {"coding": [coding("error", one.code)], "text": one.message},
            **({"diagnostics": one.advice} if one.advice else {}),
        }
        for one in problems
    ]
    return {
        "resourceType": "OperationOutcome",
        "issue": issues or [{"severity": severity, "code": code, "details": {"text": text or meaning}}],
    }
