"""The resources of a bundle, each once: copies are dropped, and of several versions the one that holds counts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from carepath.record.fhir_elements import FhirObject, child, codes_of, objects
from carepath.record.fhir_kinds import ENTERED
from carepath.record.fhir_report import DUPLICATE, ENTERED_IN_ERROR, FhirReport, Origin

#: The statuses of what was set right after it had been final.
CORRECTED = ("amended", "corrected")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with its place, the address of its entry, and a text that is the same for equal content."""

    content: FhirObject
    origin: Origin
    full_url: str
    text: str

    @property
    def entered_in_error(self) -> bool:
        """Whether the resource takes itself back."""
        return self.content.get("status") == ENTERED or ENTERED in codes_of(self.content.get("verificationStatus"))

    @property
    def corrected(self) -> bool:
        """Whether the resource says that it sets an earlier one right."""
        return self.content.get("status") in CORRECTED


def current(resources: Iterable[Resource], report: FhirReport) -> Iterator[Resource]:
    """Each resource once: of several versions the newest counts, and a corrected one before what it corrects.

    The versions of a resource have its id. Where the newest of them cannot be told, all count, unless one of them was
    entered in error: then none does.
    """
    kept = []
    for versions in _by_identity(resources, report):
        standing = _newest(versions, report)
        if any(one.entered_in_error for one in standing):
            for one in standing:
                report.leave(one.origin, ENTERED_IN_ERROR)
        else:
            kept += standing
    yield from _without_corrected(kept, report)


def _by_identity(resources: Iterable[Resource], report: FhirReport) -> list[list[Resource]]:
    groups: dict[tuple[str, str, str], dict[str, Resource]] = {}
    for one in resources:
        key = (one.origin.resource, one.origin.id or one.text, one.full_url)
        versions = groups.setdefault(key, {})
        if one.text in versions:
            report.leave(one.origin, DUPLICATE, "copy")
        versions[one.text] = one
    return [list(versions.values()) for versions in groups.values()]


def _newest(versions: list[Resource], report: FhirReport) -> list[Resource]:
    """The newest by ``meta.lastUpdated`` where all have it; else those that correct, where some do."""
    dated = [(one, moment) for one in versions if (moment := _updated(one)) is not None]
    if len(dated) == len(versions):
        newest = max(moment for _, moment in dated)
        for one, moment in dated:
            if moment < newest:
                report.leave(one.origin, DUPLICATE, "older version")
        versions = [one for one, moment in dated if moment == newest]
    corrected = [one for one in versions if one.corrected]
    if not corrected or any(one.entered_in_error for one in versions):
        return versions
    for one in versions:
        if not one.corrected:
            report.leave(one.origin, DUPLICATE, "corrected")
    return corrected


def _without_corrected(resources: list[Resource], report: FhirReport) -> Iterator[Resource]:
    """What another resource corrects is left out: it is known by a business identifier and the codes they share."""
    corrected: set[tuple[str, str, str]] = set()
    for one in resources:
        if one.corrected:
            corrected.update(_identities(one))
    for one in resources:
        if corrected and not one.corrected and not corrected.isdisjoint(_identities(one)):
            report.leave(one.origin, DUPLICATE, "corrected")
        else:
            yield one


def _identities(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """The business identifiers of a resource, each with its type and codes: panels share an order's number."""
    codes = canonical(resource.content.get("code"))
    for one in objects(resource.content.get("identifier")):
        system, value = one.get("system"), one.get("value")
        if isinstance(value, str) and value:
            yield (f"{resource.origin.resource} {codes}", system if isinstance(system, str) else "", value)


def _updated(resource: Resource) -> dt.datetime | None:
    written = child(resource.content, "meta").get("lastUpdated")
    try:
        moment = dt.datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def canonical(content: object) -> str:
    """A text that is the same for equal content, whatever the order of its keys."""
    try:
        return json.dumps(content, sort_keys=True, default=_as_json)
    except ValueError:  # a whole number of more digits than Python writes out
        return json.dumps(_without_numbers(content), sort_keys=True, default=_as_json)


def _as_json(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else repr(value)


def _without_numbers(value: object) -> object:
    """The same with whole numbers in hexadecimal."""
    if isinstance(value, Mapping):
        return {key: _without_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_numbers(inner) for inner in value]
    return hex(value) if isinstance(value, int) and not isinstance(value, bool) else value
