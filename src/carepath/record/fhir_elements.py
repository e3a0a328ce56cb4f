"""Looks into parsed FHIR: objects, lists, codings, and what of them is safe to show.

Nothing here raises for odd input: where an object or a list is expected and something else stands, there is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FhirObject = Mapping[str, object]
Coding = tuple[str, str]

_SAFE = re.compile(r"[A-Za-z0-9:/._|{}%\[\]+#^*()-]{1,120}\Z")
_TEMPLATE = re.compile(r"\{\{|\$\{|<%")


class Unusable(Exception):
    """An element cannot be used: the reason, a safe detail, and the element below the one that was read."""

    def __init__(self, reason: str, detail: str = "", element: str = "") -> None:
        self.reason, self.detail, self.element = reason, detail, element


def safe(text: object) -> str:
    """A code or name as text when it can hold no sentence about the patient, else a question mark."""
    return text if isinstance(text, str) and _SAFE.match(text) else "?"


def is_template(value: object) -> bool:
    """Whether a text is a template that somebody forgot to fill in."""
    return isinstance(value, str) and _TEMPLATE.search(value) is not None


def child(content: FhirObject, key: str) -> FhirObject:
    """The object under a key; empty where none stands."""
    found = content.get(key)
    return found if isinstance(found, (dict, Mapping)) else {}


def objects(value: object) -> list[FhirObject]:
    """The objects of a list, or a lone object as a list of one."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, (dict, Mapping))]


def keys_of(content: FhirObject, prefix: str) -> list[str]:
    """The names of the elements with a value that begin with a prefix, in the order of the alphabet."""
    found = [key for key in content if isinstance(key, str) and key.startswith(prefix) and content[key] is not None]
    return sorted(found)


def codings(concept: object) -> tuple[Coding, ...]:
    """The systems and codes of a CodeableConcept, in the order of the alphabet."""
    found = set()
    for one in objects(concept):
        for coding in objects(one.get("coding")):
            system, code = coding.get("system"), coding.get("code")
            if isinstance(code, str):
                found.add((system if isinstance(system, str) else "", code))
    return tuple(sorted(found))


def codes_of(concept: object) -> set[str]:
    """The codes of a status: of a CodeableConcept, or a plain text where older files have one."""
    return {concept} if isinstance(concept, str) else {code for _, code in codings(concept)}


def code_of(concept: object) -> str | None:
    """The one code of a status; None where there is none or more than one."""
    found = codes_of(concept)
    return found.pop() if len(found) == 1 else None
