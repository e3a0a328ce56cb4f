"""The JSON Schema of what an assessment is made from: pathway, evaluation date, and the patient's findings.

It is generated from the findings, so that forms and other programs can check a record before they send it. What it
accepts ``read_record`` reads, but for two things that a schema cannot say: values that can never stand together on
one day, and text with half a character.
"""

from __future__ import annotations

from carepath.content.guideline import Finding, Guideline
from carepath.language.symbols import NUMERIC, ValueType
from carepath.record.facts import KNOWN, PARTIAL, STATUSES
from carepath.record.read import ENDS, MAX_INTEGER, MAX_ITEMS, MAX_SERIES, MAX_TEXT

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]

_DATE: Schema = {"$ref": "#/$defs/date"}
_TEXT: Schema = {"$ref": "#/$defs/text"}
_NOT_KNOWN: Schema = {"$ref": "#/$defs/not_known"}
_NULL: Schema = {"type": "null"}
#: What may stand in a fact beside its value or status.
_CIRCUMSTANCES: Schema = {"date": _DATE, "source": _TEXT, "version": _TEXT}


def input_schema(guideline: Guideline) -> Schema:
    """The JSON Schema (draft 2020-12) of the mapping ``{pathway, at, patient}``.

    Args:
        guideline: the content whose findings and pathways may be named.

    Returns:
        Plain dicts and lists, in an order that depends on nothing but the guideline.
    """
    findings = {name: _finding(finding) for name, finding in guideline.findings.items()}
    return {
        "$schema": DIALECT,
        "title": "carepath input",
        "description": "A patient's dated findings. What is not written is unknown; null means not recorded.",
        "x-guideline": {"edition": guideline.edition, "content_hash": guideline.content_hash},
        "type": "object",
        "properties": {
            "pathway": {"enum": [*guideline.pathways, None], "description": "null or absent: not chosen yet"},
            "at": {**_DATE, "description": "The evaluation date: nothing dated later is seen."},
            "patient": {"type": "object", "properties": findings, "additionalProperties": False},
        },
        "required": ["at", "patient"],
        "additionalProperties": False,
        "$defs": {
            "date": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "text": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
            "not_known": {
                "description": "The finding is unknown, refused or not applicable.",
                "type": "object",
                "properties": {
                    "value": _NULL,
                    "status": {"enum": [status for status in STATUSES if status not in {KNOWN, PARTIAL}]},
                    **_CIRCUMSTANCES,
                },
                "required": ["status"],
                "additionalProperties": False,
            },
        },
    }


def _finding(finding: Finding) -> Schema:
    """A value, a fact with its date, a series of either, or null."""
    value = _list(finding.type) if finding.type.kind == "list" else _scalar(finding.type)
    fact: Schema = {
        "type": "object",
        "properties": {"value": value, "status": {"const": KNOWN}, **_CIRCUMSTANCES},
        "required": ["value"],
        "additionalProperties": False,
    }
    forms: list[Schema] = [fact, _NOT_KNOWN]
    part = _part(finding.type, value)
    if part is not None:
        forms.append({**fact, "properties": {"value": part, "status": {"const": PARTIAL}, **_CIRCUMSTANCES}})
        if finding.type.kind == "list":
            forms[-1]["required"] = ["value", "status"]
    # A list of plain values is one value of a list finding, and several values of any other.
    element = forms if finding.type.kind == "list" else [value, *forms, _NULL]
    series: Schema = {"type": "array", "items": {"anyOf": element}, "maxItems": MAX_SERIES}
    described: Schema = {"title": finding.label.en, "description": finding.question.en}
    if finding.type.unit is not None:
        described["x-unit"] = finding.type.unit
    return {**described, "anyOf": [value, *forms, series, _NULL]}


def _part(kind: ValueType, value: Schema) -> Schema | None:
    """What is known in part: the bounds of a number, or items of a list."""
    if kind.kind == "list":
        return value
    if kind.kind not in NUMERIC:
        return None
    unbounded = [end for end, limit in zip(ENDS, (kind.minimum, kind.maximum), strict=True) if limit is None]
    return {
        "type": "object",
        "description": "at least and at most so much",
        "properties": dict.fromkeys(ENDS, value),
        "required": unbounded,
        "minProperties": 1,
        "additionalProperties": False,
    }


def _scalar(kind: ValueType) -> Schema:
    if kind.kind == "bool":
        return {"type": "boolean"}
    if kind.kind == "enum":
        return {"enum": list(kind.values)}
    if kind.kind == "date":
        return _DATE
    if kind.kind == "text":
        return _TEXT
    return {
        "type": "integer" if kind.kind == "int" else "number",
        "minimum": -MAX_INTEGER if kind.minimum is None else kind.minimum,
        "maximum": MAX_INTEGER if kind.maximum is None else kind.maximum,
    }


def _list(kind: ValueType) -> Schema:
    if set(kind.parts) == {"value"}:
        item = _scalar(kind.parts["value"])
    else:
        unknown: Schema = {"enum": ["unknown", None], "description": "not known; the part may also be absent"}
        parts = {name: {"anyOf": [_scalar(part), unknown]} for name, part in kind.parts.items()}
        item = {"type": "object", "properties": parts, "additionalProperties": False}
    return {"type": "array", "items": item, "maxItems": MAX_ITEMS}
