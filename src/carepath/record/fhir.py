"""Reads FHIR R4 into a patient's record: as far as it goes, with a report of what was used and what was not.

Tolerant of what stands in real files (missing parts, odd entries, unknown codes), strict about meaning: no value is
converted that the code table does not say how to convert, no expression is evaluated, and resources about another
patient are left out. The order of the resources never matters.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.errors import Problem, RecordError
from carepath.record.fhir_limits import check_size
from carepath.record.fhir_report import (
    DUPLICATE,
    ENTERED_IN_ERROR,
    EXPRESSION,
    NO_BIRTH_DATE,
    NOT_A_RESOURCE,
    NOT_PRESENT,
    OTHER_PATIENT,
    UNSUPPORTED_RESOURCE,
    FhirReport,
    Origin,
)
from carepath.record.fhir_resources import ResourceReader
from carepath.record.fhir_statements import ENTERED, KINDS, coded
from carepath.record.fhir_values import FhirObject, child, codes_of, is_template, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carepath.content.guideline import Guideline
    from carepath.record.facts import Record

MAX_ENTRIES = 200_000
NOBODY = "?"

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,60}\Z")
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,60}\Z")
#: What stands in the text of every resource that holds an expression or a template.
_MAY_HOLD_EXPRESSION = re.compile(r"xpression|\{\{|\$\{|<%")
_VERSION = re.compile(r"/_history/[^/]*\Z")


@dataclass(frozen=True, slots=True)
class _Resource:
    content: FhirObject
    origin: Origin
    full_url: str
    text: str

    @property
    def entered_in_error(self) -> bool:
        """Whether the resource takes itself back."""
        return self.content.get("status") == ENTERED or ENTERED in codes_of(self.content.get("verificationStatus"))


def read_bundle(bundle: Mapping[str, object], guideline: Guideline, at: dt.date) -> Record:
    """The record that a FHIR bundle, a lone resource or a lone entry holds.

    Args:
        bundle: the parsed JSON; bundles inside bundles are read too.
        guideline: its findings, code table and reasons.
        at: the evaluation date, on which the age is taken; values of a later date are reported and not seen.

    Returns:
        The record; ``used`` and ``unused`` say, in texts, what was taken from where and what was not and why.

    Raises:
        RecordError: the input is no FHIR, is above the limits, or is about several patients; ``red_flags`` names the
            red flags that it holds all the same.
    """
    if not isinstance(bundle, Mapping) or not (isinstance(bundle.get("resourceType"), str) or "resource" in bundle):
        advice = "give a Bundle, a resource, or an entry with a resource"
        raise RecordError([Problem("CP069", "the input is no FHIR bundle, resource or entry", None, advice)])
    check_size(bundle)
    reader = ResourceReader(guideline, at)
    resources = list(_collect(bundle, reader.report))
    about = _tokens(resources)
    strangers = _other_subjects(resources, about)
    for one in _current(resources, reader.report):
        if _MAY_HOLD_EXPRESSION.search(one.text):
            for where in _expressions(one.content, one.origin):
                reader.report.leave(where, EXPRESSION)
        for index in range(len(objects(one.content.get("contained")))):
            reader.report.leave(one.origin.at(f"contained[{index}]"), UNSUPPORTED_RESOURCE)
        if one.origin.resource not in KINDS and one.origin.resource != "Patient":
            reader.report.leave(one.origin, UNSUPPORTED_RESOURCE)
        elif _is_about_another(one, about):
            reader.report.leave(one.origin, OTHER_PATIENT)
        else:
            reader.take(one.content, one.origin)
    if not any(one.origin.resource == "Patient" for one in resources):
        reader.report.leave(Origin("Patient", "", "Patient"), NO_BIRTH_DATE)
    built = reader.builder()
    if _patients(resources) > 1 or (not about and len(strangers) > 1):
        flags = {f.finding for f, *_ in reader.facts if guideline.findings[f.finding].raises_alarm(f.value)}
        advice = "give the resources of one patient at a time"
        problem = Problem("CP069", "the input holds resources about several patients", None, advice)
        raise RecordError([problem], red_flags=sorted(flags))
    return built.build(*reader.report.rows())


# --- resources --------------------------------------------------------------------------------------------------


def _collect(bundle: FhirObject, report: FhirReport) -> Iterator[_Resource]:
    """The resources in a bundle, and in the bundles in it; what is none is reported."""
    todo: list[tuple[object, str]] = [(bundle, "")]
    count = 0
    while todo:
        one, full_url = todo.pop()
        kind = one.get("resourceType") if isinstance(one, Mapping) else None
        if not isinstance(one, Mapping) or (kind is None and "resource" not in one):
            report.leave(Origin("Bundle", "", "Bundle.entry"), NOT_A_RESOURCE)
        elif kind is None:
            method = child(one, "request").get("method")
            if method == "DELETE":
                report.leave(_origin(child(one, "resource")), NOT_PRESENT, "request.method:DELETE")
            else:
                url = one.get("fullUrl")
                todo.append((one["resource"], url if isinstance(url, str) else ""))
        elif kind == "Bundle":
            entries = one.get("entry")
            listed = entries if isinstance(entries, list | tuple) else [entries] if entries is not None else []
            count += len(listed)
            if count > MAX_ENTRIES:
                message = f"more than {MAX_ENTRIES} entries"
                raise RecordError([Problem("CP066", message, None, "leave old resources out")])
            todo.extend((entry, "") for entry in listed)
        elif isinstance(kind, str) and _TYPE.match(kind):
            yield _Resource(one, _origin(one), full_url, _canonical(one))
        else:
            report.leave(Origin("Bundle", "", "Bundle.entry.resource"), NOT_A_RESOURCE, "resourceType")


def _origin(content: FhirObject) -> Origin:
    kind, identity = content.get("resourceType"), content.get("id")
    name = kind if isinstance(kind, str) and _TYPE.match(kind) else "Resource"
    origin = Origin(name, identity if isinstance(identity, str) and _ID.match(identity) else "", name)
    return coded(content, origin) if name in KINDS else origin


def _current(resources: Iterable[_Resource], report: FhirReport) -> Iterator[_Resource]:
    """Each resource once: copies are dropped, and of several versions the newest counts.

    Where the newest cannot be told, all versions count, unless one of them was entered in error: then none does.
    """
    groups: dict[tuple[str, str, str], dict[str, _Resource]] = {}
    for one in resources:
        key = (one.origin.resource, one.origin.id or one.text, one.full_url)
        versions = groups.setdefault(key, {})
        if one.text in versions:
            report.leave(one.origin, DUPLICATE, "copy")
        versions[one.text] = one
    for versions in groups.values():
        kept = list(versions.values())
        updated = [_updated(one) for one in kept]
        moments = [moment for moment in updated if moment is not None]
        if len(kept) > 1 and len(moments) == len(kept):
            for one, moment in zip(kept, moments, strict=True):
                if moment < max(moments):
                    report.leave(one.origin, DUPLICATE, "older version")
            kept = [one for one, moment in zip(kept, moments, strict=True) if moment == max(moments)]
        if any(one.entered_in_error for one in kept):
            for one in kept:
                report.leave(one.origin, ENTERED_IN_ERROR)
        else:
            yield from kept


def _updated(resource: _Resource) -> dt.datetime | None:
    written = child(resource.content, "meta").get("lastUpdated")
    try:
        moment = dt.datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _canonical(content: FhirObject) -> str:
    """A text that is the same for equal content, whatever the order of its keys."""
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), default=_as_json)
    except ValueError:  # a whole number of more digits than Python writes out
        return json.dumps(_without_numbers(content), sort_keys=True, separators=(",", ":"), default=_as_json)


def _as_json(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else {type(value).__name__: str(value)}


def _without_numbers(value: object) -> object:
    """The same with whole numbers in hexadecimal."""
    if isinstance(value, Mapping):
        return {key: _without_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_numbers(inner) for inner in value]
    return {"int": hex(value)} if isinstance(value, int) and not isinstance(value, bool) else value


def _expressions(content: FhirObject, origin: Origin) -> Iterator[Origin]:
    """The elements that hold an expression or a template that was never filled in; nothing evaluates them."""
    todo: list[tuple[object, str]] = [(content, "")]
    while todo:
        value, path = todo.pop()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                name = key if isinstance(key, str) and _ELEMENT.match(key) else "?"
                below = f"{path}.{name}" if path else name
                if name == "valueExpression" or (name == "expression" and "language" in value):
                    yield origin.at(below)
                else:
                    todo.append((inner, below))
        elif isinstance(value, list | tuple):
            todo.extend((inner, f"{path}[{index}]") for index, inner in enumerate(value))
        elif is_template(value):
            yield origin.at(path)


# --- whose ------------------------------------------------------------------------------------------------------


def _patients(resources: Iterable[_Resource]) -> int:
    """How many patients the Patient resources are about; copies and versions of one count once."""
    patients = [one for one in resources if one.origin.resource == "Patient"]
    return len({one.origin.id or one.text for one in patients})


def _tokens(resources: Iterable[_Resource]) -> frozenset[str]:
    """The ids by which resources may refer to the patient."""
    patients = [one for one in resources if one.origin.resource == "Patient"]
    found = {token for one in patients for token in (one.origin.id, _last(one.full_url)) if token}
    return frozenset(found)


def _other_subjects(resources: Iterable[_Resource], about: frozenset[str]) -> set[str]:
    """Whom resources are about that is not the patient; what was entered in error is about nobody."""
    subjects = {_subject(one) for one in resources if one.origin.resource in KINDS and not one.entered_in_error}
    return subjects - about - {"", NOBODY}


def _is_about_another(resource: _Resource, about: frozenset[str]) -> bool:
    subject = _subject(resource)
    return subject == NOBODY or bool(about and subject and subject not in about)


def _subject(resource: _Resource) -> str:
    """The id of whom a resource is about; empty when it names none, ``NOBODY`` when it is about no patient."""
    if resource.content.get("focus"):
        return NOBODY
    for element in ("subject", "patient"):
        reference = child(resource.content, element).get("reference")
        if isinstance(reference, str) and reference and not reference.startswith("#"):
            plain = _VERSION.sub("", reference)
            owner = plain.rpartition("/")[0].rpartition("/")[2] if "/" in plain else "Patient"
            return _last(plain) if owner == "Patient" or plain.startswith("urn:") else NOBODY
    return ""


def _last(reference: str) -> str:
    return re.split(r"[:/]", _VERSION.sub("", reference))[-1]
