"""Reads FHIR R4 into a patient's record: as far as it goes, with a report of what was used and what was not.

Tolerant of what stands in real files (missing parts, odd entries, unknown codes), strict about meaning: no value is
converted that the code table does not say how to convert, no expression is evaluated, and resources about another
patient are left out. The order of the resources never matters.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from carepath.errors import Problem, RecordError
from carepath.record.fhir_elements import FhirObject, child, is_template, objects
from carepath.record.fhir_kinds import KINDS
from carepath.record.fhir_limits import check_size
from carepath.record.fhir_report import (
    EXPRESSION,
    MAX_ROWS,
    NO_BIRTH_DATE,
    NOT_A_RESOURCE,
    NOT_PRESENT,
    OTHER_PATIENT,
    UNSUPPORTED_RESOURCE,
    FhirReport,
    Origin,
)
from carepath.record.fhir_resources import ResourceReader
from carepath.record.fhir_statements import Medications, coded
from carepath.record.fhir_versions import Resource, canonical, current

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carepath.content.guideline import Guideline
    from carepath.record.facts import Record

MAX_ENTRIES = 200_000
#: An element is named by the beginning of its path where that is longer than this.
LONG_PATH = 300
NOBODY = "?"
MEDICATION = "Medication"
PATIENT = "Patient"

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,60}\Z")
_ELEMENT = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,60}\Z")
#: What stands in the text of every resource that holds an expression or a template.
_MAY_HOLD_EXPRESSION = re.compile(r"xpression|\{\{|\$\{|<%")
_VERSION = re.compile(r"/_history/[^/]*\Z")


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
    reader.medications = _medications(resources)
    about = _tokens(resources)
    strangers = _other_subjects(resources, about)
    for one in current(resources, reader.report):
        _take(one, about, reader)
    _report_missing(resources, reader)
    built = reader.builder()
    if _patients(resources) > 1 or (not about and len(strangers) > 1):
        advice = "give the resources of one patient at a time"
        problem = Problem("CP069", "the input holds resources about several patients", None, advice)
        raise RecordError([problem], red_flags=_red_flags(reader))
    if reader.report.full:
        message = f"more than {MAX_ROWS} parts, each used or not used"
        problem = Problem("CP066", message, None, "leave old resources out")
        raise RecordError([problem], red_flags=_red_flags(reader))
    return built.build(*reader.report.rows())


def _red_flags(reader: ResourceReader) -> list[str]:
    """The red flags that were read."""
    findings = reader.guideline.findings
    return sorted({fact.finding for fact, *_ in reader.facts if findings[fact.finding].raises_alarm(fact.value)})


def _take(one: Resource, about: frozenset[str], reader: ResourceReader) -> None:
    """Reads a resource of the patient; says of any other why it is left."""
    if _MAY_HOLD_EXPRESSION.search(one.text):
        for where in _expressions(one.content, one.origin):
            reader.report.leave(where, EXPRESSION)
    for index, inside in enumerate(objects(one.content.get("contained"))):
        if inside.get("resourceType") != MEDICATION:
            reader.report.leave(one.origin.at(f"contained[{index}]"), UNSUPPORTED_RESOURCE)
    if one.origin.resource == MEDICATION:
        return
    if one.origin.resource not in KINDS and one.origin.resource != PATIENT:
        reader.report.leave(one.origin, UNSUPPORTED_RESOURCE)
    elif _is_about_another(one, about):
        reader.report.leave(one.origin, OTHER_PATIENT)
    else:
        reader.take(one.content, one.origin)


def _report_missing(resources: list[Resource], reader: ResourceReader) -> None:
    """Says that the Patient is missing, and which medications nothing refers to."""
    if not any(one.origin.resource == PATIENT for one in resources):
        reader.report.leave(Origin(PATIENT, "", PATIENT), NO_BIRTH_DATE)
    for one in resources:
        if one.origin.resource == MEDICATION and one.text not in reader.medications.read:
            reader.report.leave(one.origin, UNSUPPORTED_RESOURCE)


# --- resources --------------------------------------------------------------------------------------------------


def _collect(bundle: FhirObject, report: FhirReport) -> Iterator[Resource]:
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
            yield Resource(one, _origin(one), full_url, canonical(one))
        else:
            report.leave(Origin("Bundle", "", "Bundle.entry.resource"), NOT_A_RESOURCE, "resourceType")


def _medications(resources: Iterable[Resource]) -> Medications:
    """The Medication resources by what references may call them; of different ones with one name none."""
    found: dict[str, dict[str, FhirObject]] = {}
    for one in resources:
        if one.origin.resource == MEDICATION and not one.entered_in_error:
            for name in {one.origin.id, one.full_url, _last(one.full_url)} - {""}:
                found.setdefault(name, {})[one.text] = one.content
    return Medications({name: next(iter(same.items())) for name, same in found.items() if len(same) == 1})


def _origin(content: FhirObject) -> Origin:
    kind, identity = content.get("resourceType"), content.get("id")
    name = kind if isinstance(kind, str) and _TYPE.match(kind) else "Resource"
    origin = Origin(name, identity if isinstance(identity, str) and _ID.match(identity) else "", name)
    return coded(content, origin) if name in KINDS else origin


def _expressions(content: FhirObject, origin: Origin) -> Iterator[Origin]:
    """The elements that hold an expression or a template that was never filled in; nothing evaluates them."""
    todo = [_inside(content, "")]
    while todo:
        value, path, is_expression = next(todo[-1], (None, None, False))
        if path is None:
            todo.pop()
        elif is_expression:
            yield origin.at(path)
        else:
            todo.append(_inside(value, path))


def _inside(value: object, path: str) -> Iterator[tuple[object, str, bool]]:
    """What a value holds, with its path, and whether it is an expression or a template; made as it is asked for."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = key if isinstance(key, str) and _ELEMENT.match(key) else "?"
            is_expression = name == "valueExpression" or (name == "expression" and "language" in value)
            yield inner, _longer(path, f".{name}" if path else name), is_expression or is_template(inner)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield inner, _longer(path, f"[{index}]"), is_template(inner)


def _longer(path: str, more: str) -> str:
    return path if len(path) > LONG_PATH else path + more


# --- whose ------------------------------------------------------------------------------------------------------


def _patients(resources: Iterable[Resource]) -> int:
    """How many patients the Patient resources are about; copies and versions of one count once."""
    patients = [one for one in resources if one.origin.resource == PATIENT]
    return len({one.origin.id or one.text for one in patients})


def _tokens(resources: Iterable[Resource]) -> frozenset[str]:
    """The ids by which resources may refer to the patient."""
    patients = [one for one in resources if one.origin.resource == PATIENT]
    found = {token for one in patients for token in (one.origin.id, _last(one.full_url)) if token}
    return frozenset(found)


def _other_subjects(resources: Iterable[Resource], about: frozenset[str]) -> set[str]:
    """Whom resources are about that is not the patient; what was entered in error is about nobody."""
    subjects = {_subject(one) for one in resources if one.origin.resource in KINDS and not one.entered_in_error}
    return subjects - about - {"", NOBODY}


def _is_about_another(resource: Resource, about: frozenset[str]) -> bool:
    subject = _subject(resource)
    return subject == NOBODY or bool(about and subject and subject not in about)


def _subject(resource: Resource) -> str:
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
