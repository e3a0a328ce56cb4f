"""The types of FHIR resource that are read: where their codes and days stand, and which statuses count.

A status that says that something was established counts. One that denies it, or takes it back, gives nothing. Every
other one leaves a doubt: then only a red flag that is recorded as true is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from carepath.record.fhir_days import Day, day, first_day, has
from carepath.record.fhir_elements import FhirObject, child, code_of, codes_of, keys_of, safe
from carepath.record.fhir_report import ENTERED_IN_ERROR, NOT_FINAL, NOT_PRESENT

ENTERED = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of resource is read.

    ``concepts`` are the elements with its codes; in a list of them each one is said for itself. ``past`` are the
    statuses that say that something was so and no longer is: it counts for a history, not as present. ``proposals``
    are the intents that ask for nothing yet. ``of_period`` tells which day of a period counts.
    """

    concepts: tuple[str, ...]
    days: tuple[str, ...]
    counts: tuple[str, ...]
    denies: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    says_present: bool = True
    proposals: tuple[str, ...] = ("proposal", "plan", "option")
    of_period: str = "end"


KINDS: Mapping[str, Kind] = {
    "Observation": Kind(
        ("code",),
        ("effectiveDateTime", "effectivePeriod", "effectiveTiming", "effectiveInstant"),
        ("final", "amended", "corrected"),
        says_present=False,
    ),
    "Condition": Kind(("code",), ("onsetDateTime", "recordedDate"), ()),
    "Procedure": Kind(("code",), ("performedDateTime", "performedPeriod"), ("completed",), ("not-done",)),
    "ServiceRequest": Kind(("code",), ("authoredOn",), ("active", "completed"), ("revoked",)),
    "MedicationRequest": Kind(
        ("medicationCodeableConcept",), ("authoredOn",), ("active",), past=("completed", "stopped")
    ),
    "MedicationStatement": Kind(
        ("medicationCodeableConcept",),
        ("dateAsserted", "effectiveDateTime", "effectivePeriod"),
        ("active",),
        ("not-taken",),
        past=("completed", "stopped"),
        of_period="start",
    ),
    "Encounter": Kind(("type", "serviceType", "class"), ("period",), ("in-progress", "onleave", "finished")),
    "CarePlan": Kind(
        ("category",),
        ("period", "created"),
        ("active", "completed"),
        ("revoked",),
        proposals=("proposal", "option"),
        of_period="start",
    ),
    "QuestionnaireResponse": Kind((), ("authored",), ("completed", "amended"), says_present=False),
}
#: The statuses of an activity of a care plan.
ACTIVITY = Kind(("code",), (), ("in-progress", "completed"), ("stopped",))

_CLINICAL = ("active", "recurrence", "relapse")
_NO_LONGER = ("inactive", "remission", "resolved")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the status of a resource comes to: a reason when it gives nothing, a doubt, or that it is past."""

    reason: str = ""
    detail: str = ""
    past: bool = False

    @property
    def doubt(self) -> str:
        """The status that does not say that it was established; empty when there is no doubt."""
        return self.detail if self.reason == NOT_FINAL else ""


_ESTABLISHED = Standing()


def standing_of(content: FhirObject, resource: str) -> Standing:
    """What the status of a resource of a known type comes to."""
    return _of_condition(content) if resource == "Condition" else standing(content, KINDS[resource])


def standing(content: FhirObject, kind: Kind) -> Standing:
    """The same for anything with a ``status`` and perhaps an ``intent``."""
    status = content.get("status")
    shown = f"status:{safe(status) if status is not None else 'none'}"
    if status == ENTERED:
        return Standing(ENTERED_IN_ERROR, shown)
    if status in kind.denies or status == "cancelled":
        return Standing(NOT_PRESENT, shown)
    if content.get("doNotPerform") is True:
        return Standing(NOT_PRESENT, "doNotPerform")
    if content.get("intent") in kind.proposals:
        return Standing(NOT_FINAL, f"intent:{safe(content.get('intent'))}")
    if status in kind.past:
        return Standing("", shown, past=True)
    return _ESTABLISHED if status in kind.counts else Standing(NOT_FINAL, shown)


def _of_condition(content: FhirObject) -> Standing:
    verification = codes_of(content.get("verificationStatus"))
    clinical = code_of(content.get("clinicalStatus"))
    if ENTERED in verification:
        return Standing(ENTERED_IN_ERROR, f"verificationStatus:{ENTERED}")
    if "refuted" in verification:
        return Standing(NOT_PRESENT, "verificationStatus:refuted")
    if clinical in _NO_LONGER:
        return Standing(NOT_PRESENT, f"clinicalStatus:{clinical}")
    if keys_of(content, "abatement") and content.get("abatementBoolean") is not False:
        return Standing(NOT_PRESENT, "abatement")
    if content.get("verificationStatus") is not None and verification != {"confirmed"}:
        return Standing(NOT_FINAL, f"verificationStatus:{'+'.join(sorted(safe(one) for one in verification))}")
    if content.get("clinicalStatus") is not None and clinical not in _CLINICAL:
        return Standing(NOT_FINAL, f"clinicalStatus:{safe(clinical)}")
    return _ESTABLISHED


def day_of(content: FhirObject, resource: str) -> Day:
    """The day that a resource of a known type is about."""
    kind = KINDS[resource]
    if resource == "Condition":
        return _condition_day(content, kind)
    ended = resource != "Encounter" or content.get("status") == "finished"
    found = first_day(content, kind.days, of_period=kind.of_period if ended else "start")
    if resource == "Observation" and not has(content, "effective"):
        issued = day(content.get("issued"), "issued") if content.get("issued") is not None else found
        return replace(issued, transform="issued_as_date")
    return found


def _condition_day(content: FhirObject, kind: Kind) -> Day:
    """The later of onset and recording: before it, it was not there or nobody had written it down."""
    period = child(content, "onsetPeriod")
    onset = day(period.get("start"), "onsetPeriod.start") if period else first_day(content, kind.days)
    dated = [one for one in (onset, first_day(content, kind.days[1:])) if one.date is not None]
    return max(dated, key=lambda one: one.date or dt.date.min, default=onset)
