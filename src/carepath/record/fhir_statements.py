"""What a FHIR resource says: one statement for itself, for each of its components or for each of its items.

A statement has codes, the place of its value, a day, and a doubt where its status does not say that it was
established. A resource whose status denies it says nothing; the report names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from carepath.record.fhir_report import ENTERED_IN_ERROR, NO_VALUE, NOT_FINAL, NOT_PRESENT
from carepath.record.fhir_values import (
    ABSENT,
    Coding,
    Day,
    FhirObject,
    Unusable,
    child,
    code_of,
    codes_of,
    codings,
    day,
    first_day,
    keys_of,
    objects,
    safe,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepath.record.fhir_report import Origin

ENTERED = "entered-in-error"
_PROPOSALS = ("proposal", "plan", "option")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of resource is read: where its code and its day stand, and which statuses count or deny."""

    concept: str
    days: tuple[str, ...]
    counts: tuple[str, ...]
    denies: tuple[str, ...] = ()
    says_present: bool = True


KINDS: Mapping[str, Kind] = {
    "Observation": Kind(
        "code",
        ("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
        ("final", "amended", "corrected"),
        says_present=False,
    ),
    "Condition": Kind("code", ("onsetDateTime", "recordedDate"), ()),
    "Procedure": Kind("code", ("performedDateTime", "performedPeriod"), ("completed",), ("not-done",)),
    "ServiceRequest": Kind("code", ("authoredOn",), ("active", "completed"), ("revoked",)),
    "MedicationRequest": Kind(
        "medicationCodeableConcept", ("authoredOn",), ("active",), ("completed", "stopped", "cancelled")
    ),
    "QuestionnaireResponse": Kind("", ("authored",), ("completed", "amended"), says_present=False),
}
_CLINICAL = ("active", "recurrence", "relapse")
_NO_LONGER = ("inactive", "remission", "resolved")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a resource, or a part of it, says: codes, the place of the value, the day, and a doubt if any."""

    origin: Origin
    content: FhirObject
    codes: tuple[Coding, ...]
    day: Day
    doubt: str = ""
    present: bool = False


IsKnown = Callable[[str, Coding], bool]


def coded(content: FhirObject, origin: Origin) -> Origin:
    """The origin with the codes of the resource, as far as they are safe to show."""
    concept = KINDS[origin.resource].concept
    return replace(origin, code=_shown(codings(content.get(concept)))) if concept else origin


def statements(content: FhirObject, origin: Origin, is_known: IsKnown) -> Iterator[Statement]:
    """What a resource says: itself, its components, or the items of a questionnaire.

    Raises:
        Unusable: its status denies it, or nothing is there.
    """
    kind = KINDS[origin.resource]
    standing = _condition_standing(content) if origin.resource == "Condition" else _standing(content, kind)
    if standing is not None and standing[0] != NOT_FINAL:
        raise Unusable(*standing)
    doubt = standing[1] if standing is not None else ""
    when = _day(content, kind, origin.resource)
    if origin.resource == "QuestionnaireResponse":
        if not objects(content.get("item")):
            raise Unusable(NO_VALUE)
        yield from _items(content, origin, when, doubt)
        return
    codes = codings(content.get(kind.concept))
    parts = objects(content.get("component")) if origin.resource == "Observation" else []
    has_value = bool(keys_of(content, "value") or keys_of(content, "_value")) or content.get(ABSENT) is not None
    if has_value or not parts or any(is_known(origin.resource, one) for one in codes):
        yield Statement(origin, content, codes, when, doubt, kind.says_present)
    for index, part in enumerate(parts):
        of_part = codings(part.get("code"))
        yield Statement(origin.at(f"component[{index}]", _shown(of_part)), part, of_part, when, doubt)


def _shown(codes: tuple[Coding, ...]) -> str:
    return " ".join(f"{safe(system) if system else ''}|{safe(code)}" for system, code in codes[:5])


# --- status and day ---------------------------------------------------------------------------------------------


def _standing(content: FhirObject, kind: Kind) -> tuple[str, str] | None:
    """None when the status says that it was established; else the reason and the status."""
    status = content.get("status")
    shown = f"status:{safe(status) if status is not None else 'none'}"
    if status == ENTERED:
        return ENTERED_IN_ERROR, shown
    if status in kind.denies or status == "cancelled":
        return NOT_PRESENT, shown
    if content.get("doNotPerform") is True:
        return NOT_PRESENT, "doNotPerform"
    if content.get("intent") in _PROPOSALS:
        return NOT_FINAL, f"intent:{safe(content.get('intent'))}"
    return None if status in kind.counts else (NOT_FINAL, shown)


def _condition_standing(content: FhirObject) -> tuple[str, str] | None:
    verification = codes_of(content.get("verificationStatus"))
    clinical = code_of(content.get("clinicalStatus"))
    if ENTERED in verification:
        return ENTERED_IN_ERROR, f"verificationStatus:{ENTERED}"
    if "refuted" in verification:
        return NOT_PRESENT, "verificationStatus:refuted"
    if clinical in _NO_LONGER:
        return NOT_PRESENT, f"clinicalStatus:{clinical}"
    if keys_of(content, "abatement") and content.get("abatementBoolean") is not False:
        return NOT_PRESENT, "abatement"
    if content.get("verificationStatus") is not None and verification != {"confirmed"}:
        return NOT_FINAL, f"verificationStatus:{'+'.join(sorted(safe(one) for one in verification))}"
    if content.get("clinicalStatus") is not None and clinical not in _CLINICAL:
        return NOT_FINAL, f"clinicalStatus:{safe(clinical)}"
    return None


def _day(content: FhirObject, kind: Kind, resource: str) -> Day:
    if resource == "Condition":
        return _condition_day(content, kind)
    found = first_day(content, kind.days)
    if resource == "Observation" and not keys_of(content, "effective") and not keys_of(content, "_effective"):
        issued = day(content.get("issued"), "issued") if content.get("issued") is not None else found
        return replace(issued, transform="issued_as_date")
    return found


def _condition_day(content: FhirObject, kind: Kind) -> Day:
    """The later of onset and recording: before it, it was not there or nobody had written it down."""
    period = child(content, "onsetPeriod")
    onset = day(period.get("start"), "onsetPeriod.start") if period else first_day(content, kind.days[:1])
    recorded = first_day(content, kind.days[-1:])
    dated = [one for one in (onset, recorded) if one.date is not None]
    if dated:
        return max(dated, key=lambda one: one.date or dt.date.min)
    return onset if onset.problem != "missing" else recorded


# --- questionnaires ---------------------------------------------------------------------------------------------


def _items(content: FhirObject, origin: Origin, when: Day, doubt: str) -> Iterator[Statement]:
    """The items of a questionnaire, at any depth: an item's code is its own, or the questionnaire with its link id."""
    questionnaire = content.get("questionnaire")
    system = questionnaire.partition("|")[0] if isinstance(questionnaire, str) else ""
    todo = [(f"item[{index}]", item) for index, item in enumerate(objects(content.get("item")))]
    while todo:
        path, item = todo.pop()
        answers = objects(item.get("answer"))
        inner = [(path, item), *((f"{path}.answer[{index}]", one) for index, one in enumerate(answers))]
        below = [(f"{p}.item[{i}]", one) for p, holder in inner for i, one in enumerate(objects(holder.get("item")))]
        todo.extend(below)
        link = item.get("linkId")
        codes = (*codings({"coding": item.get("code")}), *(((system, link),) if isinstance(link, str) else ()))
        if answers or not below:
            where = origin.at(path, _shown(codes))
            one_or_all = (
                answers[0] if len(answers) == 1 else {f"value[{index}]": one for index, one in enumerate(answers)}
            )
            yield Statement(where, one_or_all, codes, when, doubt)
