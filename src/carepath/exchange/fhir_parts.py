"""Parts of FHIR R4 resources: codings, notes, narratives, identities. Plain dicts; nothing here knows a patient.

Codes of carepath itself have systems that begin with ``urn:carepath:``; another code is written only where the code
table of the content names a source for it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from carepath.assessment import canonical_json
from carepath.errors import ArgumentError, Problem
from carepath.record.fhir_values import LOCAL

if TYPE_CHECKING:
    import datetime as dt

    from carepath.content.guideline import FhirCode, Ground, Guideline
    from carepath.display.words import Words

Resource = dict[str, object]

#: Where carepath's own systems and canonical addresses begin.
URN = "urn:carepath:"
_PATIENT = re.compile(r"(?:Patient/|https?://[^\s/][^\s]{0,200}/Patient/|urn:uuid:)[A-Za-z0-9.-]{1,64}\Z")
#: What XHTML can hold of a text: control characters other than these have no place in XML.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def checked_patient(patient: str) -> str:
    """A reference to a patient, as it stands in resources.

    Raises:
        ArgumentError: it is no reference to a patient. The message does not hold what was given.
    """
    if isinstance(patient, str) and _PATIENT.match(patient):
        return patient
    advice = "give Patient/ID, an address that ends so, or urn:uuid:UUID"
    raise ArgumentError([Problem("CP082", "patient: this is no reference to a patient", None, advice)])


def coding(system: str, code: str, display: str | None = None) -> Resource:
    """A coding of a system of carepath's own, named by what follows ``urn:carepath:``."""
    found: Resource = {"system": f"{URN}{system}", "code": code}
    return found if display is None else {**found, "display": display}


def concept(system: str, code: str, text: str) -> Resource:
    """A concept with one code of carepath's own and its text."""
    return {"coding": [coding(system, code)], "text": text}


def finding_concept(name: str, words: Words, code: FhirCode | None = None) -> Resource:
    """The concept of a finding: a confirmed code where one is given, and always carepath's own."""
    confirmed = [{"system": code.system, "code": code.code, "display": code.display}] if code is not None else []
    return {"coding": [*confirmed, {"system": LOCAL, "code": name}], "text": words.finding(name)}


def confirmed_codes(guideline: Guideline, finding: str, resource: str) -> tuple[FhirCode, ...]:
    """The codes of a finding for which the content names a source, in the order of the code table."""
    return tuple(
        one
        for one in guideline.fhir_codes
        if one.finding == finding
        and one.resource == resource
        and any(ground.kind == "source" and ground.role == "ground" for ground in one.grounds)
    )


def canonical(guideline: Guideline, kind: str, name: str) -> str:
    """The address of a definition that carepath writes, with the edition as its version."""
    return f"{URN}{kind}:{name}|{'-'.join(guideline.edition.split())}"


def midnight(day: dt.date) -> str:
    """The instant that stands for a day where FHIR wants an instant: its beginning in UTC."""
    return f"{day.isoformat()}T00:00:00Z"


def draft(kind: str, patient: str, day: dt.date) -> Resource:
    """A request or a task about a patient that nobody has decided on yet: a proposal, and never active."""
    whom = "for" if kind == "Task" else "subject"
    return {
        "resourceType": kind,
        "status": "draft",
        "intent": "proposal",
        whom: {"reference": patient},
        "authoredOn": day.isoformat(),
    }


def rule_address(rule: str) -> str:
    """The address of a rule, for what follows from it."""
    return f"{URN}rule:{rule}"


def note(text: str) -> Resource:
    """An annotation."""
    return {"text": text}


def narrative(*lines: str) -> Resource:
    """The text of a resource for people; what the texts hold is escaped."""
    paragraphs = "".join(f"<p>{escape(_NOT_IN_XML.sub(' ', line))}</p>" for line in lines if line.strip())
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'}


def artifact(ground: Ground, words: Words) -> Resource:
    """A ground as a related artifact: what its source is called, where in it, and its words."""
    source = words.guideline.sources.get(ground.source or "")
    kind = words.vocabulary("tag", ground.kind)
    found: Resource = {"type": "citation" if source is not None else "justification", "label": ground.kind}
    title = words.cited(source.key) if source is not None else kind
    found["display"] = f"{title} {ground.section}" if ground.section is not None else title
    said = [f'"{ground.quote}"'] if ground.quote is not None else []
    if source is not None:
        said.insert(0, source.title)
    if ground.note is not None:
        said.append(words.of(ground.note))
    if said:
        found["citation"] = " - ".join(said)
    if source is not None and source.address is not None and source.address.startswith(("http://", "https://")):
        found["url"] = source.address
    return found


def identified(resource: Mapping[str, object]) -> Resource:
    """The resource with an id that its canonical content gives: the same content has the same id, everywhere."""
    digest = hashlib.sha256(canonical_json(resource).encode()).digest()
    identity = str(uuid.UUID(bytes=digest[:16], version=5))
    return {"resourceType": resource["resourceType"], "id": identity, **resource}


def reference(resource: Mapping[str, object]) -> Resource:
    """A reference to a resource of the same bundle."""
    return {"reference": f"urn:uuid:{resource['id']}", "type": resource["resourceType"]}


def collection(resources: Iterable[Mapping[str, object]]) -> Resource:
    """A bundle of resources, each once, in their order."""
    by_id = {str(one["id"]): one for one in resources}
    entries = [{"fullUrl": f"urn:uuid:{identity}", "resource": one} for identity, one in by_id.items()]
    found: Resource = {"resourceType": "Bundle", "type": "collection"}
    return {**found, "entry": entries} if entries else found
