"""Parts of the JSON form that stand in several places: texts, grounds, steps, recorded values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from carepath.content.guideline import Ground, Guideline, Text
from carepath.record.canonical import plain

if TYPE_CHECKING:
    from carepath.record.facts import Fact

Data = dict[str, object]
_PLAIN = (str, bool, int, float)


def step_data(step: str, guideline: Guideline) -> Data | None:
    """A step by its id, or None where there is none."""
    for pathway in guideline.pathways.values():
        if step in pathway.steps:
            found = pathway.steps[step]
            return {"id": found.id, "text": text_data(found.text), "line": found.line}
    return None


def ground_data(ground: Ground, guideline: Guideline) -> Data:
    """A ground with what its source is called and whose words it holds."""
    data: Data = {"kind": ground.kind, "role": ground.role}
    source = guideline.sources.get(ground.source or "")
    if source is not None:
        data["source"] = source.key
        data["title"] = source.title
        if source.party is not None:
            data["owner"] = text_data(source.party)
    if ground.section is not None:
        data["section"] = ground.section
    if ground.quote is not None:
        data["quote"] = ground.quote
    if ground.note is not None:
        data["note"] = text_data(ground.note)
    return data


def text_data(text: Text) -> Data:
    """A text in both languages."""
    return {"en": text.en, "nl": text.nl}


def json_types(value: object) -> object:
    """The value in the types that JSON has; a mapping's keys are sorted, a set's items too."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Text):
        return text_data(value)
    if isinstance(value, Mapping):
        return {str(key): json_types(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, Iterable):
        return [json_types(item) for item in value]
    return value


def fact_data(fact: Fact) -> Data:
    """A recorded value with its date, source and version."""
    data: Data = {"value": plain(fact.value), "date": fact.date.isoformat()}
    if fact.source is not None:
        data["source"] = fact.source
    if fact.version is not None:
        data["version"] = fact.version
    return data
