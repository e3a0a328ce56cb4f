"""A request of CDS Hooks 2.0 or 3.0: who is asked about, and what the record system sent along.

What makes no request of it is refused, with every problem at once and no word of what was sent. What a tolerant reader
can live with is kept and reported: keys of other queries, failed queries, single pages, parts in a wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.errors import CODES, Problem, RecordError, RequestError
from carepath.input_file import json_in
from carepath.record.fhir_limits import check_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The hooks that are answered, each with the version of its definition.
HOOKS: Mapping[str, str] = {"patient-view": "1.0", "order-select": "1.0", "order-sign": "1.0"}
MAX_BYTES = 20_000_000
#: Values of a request that comes as text.
MAX_VALUES = 1_000_000
MAX_KEYS = 200
MAX_INSTANCE = 200

_FIELDS = frozenset({"hook", "hookInstance", "fhirServer", "fhirAuthorization", "context", "prefetch", "extension"})
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_CLOSING = re.compile(r"[\s}\]]+\Z")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the record system sent and did not: keys of our own queries by name, everything else by number."""

    missing: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    paged: tuple[str, ...] = ()
    other_failed: int = 0
    other_paged: int = 0
    orders: int = 0
    outside: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request that can be answered: the hook, the patient, everything sent in one bundle, and a report of it."""

    hook: str
    instance: str
    patient: str
    encounter: str | None
    bundle: Json
    patients: frozenset[str]
    sent: Sent


def read_request(request: Json | str | bytes, queries: Iterable[str]) -> HookRequest:
    """The request in a mapping, or in JSON text.

    Args:
        request: the parsed body of the call, or its text. After the end of a text closing brackets may stand that
            close nothing: they are reported, and so is what they left outside.
        queries: the keys of the prefetch queries of the service.

    Raises:
        RequestError: it is no request of CDS Hooks; with every problem, none of which repeats what was sent.
    """
    value, cut = parsed(request) if isinstance(request, str | bytes) else (request, False)
    if not isinstance(value, Mapping):
        raise RequestError([Problem("CP100", "the request is no JSON object", None, "send one object")])
    try:
        check_size(value)
    except RecordError as error:
        raise RequestError([_without_input(problem) for problem in error.problems]) from None
    problems: list[Problem] = []
    hook = _text(value, "hook", problems)
    if hook is not None and hook not in HOOKS:
        problems.append(Problem("CP101", "hook: not offered here", None, f"valid: {', '.join(HOOKS)}"))
    instance = _text(value, "hookInstance", problems)
    if instance is not None and len(instance) > MAX_INSTANCE:
        problems.append(Problem("CP009", f"hookInstance: more than {MAX_INSTANCE} characters", None, "send a UUID"))
    context = _object(value, "context", problems, needed=True)
    patient = _text(context, "patientId", problems, "context.") if context is not None else None
    patient_id = (patient or "").removeprefix("Patient/")
    if patient is not None and not _ID.match(patient_id):
        problems.append(Problem("CP008", "context.patientId: no FHIR id", None, "send the id of the Patient"))
    orders = _object(context or {}, "draftOrders", problems, "context.")
    prefetch = _object(value, "prefetch", problems) or {}
    if len(prefetch) > MAX_KEYS:
        problems.append(Problem("CP009", f"prefetch: more than {MAX_KEYS} keys", None, "send what discovery asks for"))
    if problems or hook is None or instance is None or context is None:
        raise RequestError(problems)
    encounter = context.get("encounterId")
    encounter_id = encounter.removeprefix("Encounter/") if isinstance(encounter, str) else ""
    entries = [{"resource": one} for one in prefetch.values() if one is not None]
    entries += [{"resource": orders}] if orders else []
    patients = frozenset(_patients(entries))
    if not any(_holds_patient(entries)):
        entries.append({"resource": {"resourceType": "Patient", "id": patient_id}})
    return HookRequest(
        hook,
        instance,
        patient_id,
        encounter_id if _ID.match(encounter_id) else None,
        {"resourceType": "Bundle", "type": "collection", "entry": entries},
        patients,
        _sent(prefetch, tuple(queries), orders or {}, len(value.keys() - _FIELDS), cut=cut),
    )


# --- form -------------------------------------------------------------------------------------------------------


def parsed(text: str | bytes) -> tuple[object, bool]:
    """The value of a JSON text, and whether closing brackets after its end were left out."""
    if len(text) > MAX_BYTES:
        raise RequestError([Problem("CP009", f"more than {MAX_BYTES} bytes", None, "leave old resources out")])
    try:
        written = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise RequestError([Problem("CP002", "the request is not UTF-8 text", None, "send UTF-8")]) from None
    try:
        return json_in(written, max_values=MAX_VALUES), False
    except RecordError as error:
        malformed = any(problem.code == "CP002" for problem in error.problems)
        whole = _without_closing(written) if malformed else None
        if whole is None:
            raise RequestError([_without_input(problem) for problem in error.problems]) from None
    try:
        return json_in(whole, max_values=MAX_VALUES), True
    except RecordError as error:
        raise RequestError([_without_input(problem) for problem in error.problems]) from None


def _without_closing(text: str) -> str | None:
    """The text without the closing brackets after its end; None where something else is wrong with it."""
    start = len(text) - len(text.lstrip())
    try:
        end = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None
    return text[:end] if _CLOSING.match(text, end) else None


def _without_input(problem: Problem) -> Problem:
    """The same problem without what its message shows of the input."""
    return Problem(problem.code, CODES[problem.code], None, "correct the request")


def _text(of: Json, name: str, problems: list[Problem], path: str = "") -> str | None:
    value = of.get(name)
    if isinstance(value, str) and value:
        return value
    if name not in of:
        problems.append(Problem("CP007", f"{path}{name} is missing", None, "add it"))
    else:
        problems.append(Problem("CP008", f"{path}{name}: no text", None, "write a text that is not empty"))
    return None


def _object(of: Json, name: str, problems: list[Problem], path: str = "", *, needed: bool = False) -> Json | None:
    value = of.get(name)
    if isinstance(value, Mapping):
        return value
    if value is not None:
        problems.append(Problem("CP008", f"{path}{name}: no object", None, "write an object"))
    elif needed:
        problems.append(Problem("CP007", f"{path}{name} is missing", None, "add it"))
    return None


# --- what was sent ----------------------------------------------------------------------------------------------


def _resources(entries: Iterable[object]) -> Iterator[Json]:
    """The resources of entries, also those of bundles inside them."""
    todo = list(entries)
    while todo:
        entry = todo.pop()
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping):
            continue
        yield resource
        inside = resource.get("entry")
        if resource.get("resourceType") == "Bundle" and isinstance(inside, list | tuple):
            todo.extend(inside)


def _patients(entries: Iterable[object]) -> Iterator[str]:
    for resource in _resources(entries):
        identity = resource.get("id")
        if resource.get("resourceType") == "Patient" and isinstance(identity, str):
            yield identity


def _holds_patient(entries: Iterable[object]) -> Iterator[bool]:
    return (resource.get("resourceType") == "Patient" for resource in _resources(entries))


def _sent(prefetch: Json, queries: tuple[str, ...], orders: Json, outside: int, *, cut: bool) -> Sent:
    failed = {key for key, value in prefetch.items() if _is_failure(value)}
    paged = {key for key, value in prefetch.items() if _has_next_page(value)}
    return Sent(
        missing=tuple(key for key in queries if key not in prefetch),
        failed=tuple(key for key in queries if key in failed),
        paged=tuple(key for key in queries if key in paged),
        other_failed=len(failed - set(queries)),
        other_paged=len(paged - set(queries)),
        orders=sum(
            resource.get("resourceType") != "Bundle" for resource in _resources([{"resource": orders}]) if resource
        ),
        outside=outside,
        cut=cut,
    )


def _is_failure(value: object) -> bool:
    """Whether a query brought an OperationOutcome instead of data, or beside it."""
    return any(one.get("resourceType") == "OperationOutcome" for one in _resources([{"resource": value}]))


def _has_next_page(value: object) -> bool:
    links = value.get("link") if isinstance(value, Mapping) else None
    listed = links if isinstance(links, list | tuple) else ()
    return any(isinstance(link, Mapping) and link.get("relation") == "next" for link in listed)
