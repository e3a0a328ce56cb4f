"""What a FHIR resource says: one statement for itself, for each of its parts or for each of its items.

A statement has codes, the place of its value, a day, and a doubt where its status does not say that it was
established. A resource whose status denies it says nothing; the report names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from carepath.record.fhir_days import Day
from carepath.record.fhir_elements import Coding, FhirObject, Unusable, child, codings, keys_of, objects, safe
from carepath.record.fhir_kinds import ACTIVITY, KINDS, Standing, day_of, standing, standing_of
from carepath.record.fhir_report import NO_VALUE, NOT_FINAL
from carepath.record.fhir_values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepath.record.fhir_report import Origin

_MEDICATION = ("MedicationRequest", "MedicationStatement")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a resource, or a part of it, says: codes, the place of the value, the day, and a doubt if any.

    ``present`` is true where the code itself says that something is so; ``past`` where it was so and no longer is.
    ``denied`` is the reason where its own status denies it. ``status`` is what says so.
    """

    origin: Origin
    content: FhirObject
    codes: tuple[Coding, ...]
    day: Day
    doubt: str = ""
    present: bool = False
    past: bool = False
    denied: str = ""
    status: str = ""


IsKnown = Callable[[str, Coding], bool]


@dataclass(slots=True)
class Medications:
    """The Medication resources of a bundle by what references may call them; ``read`` are the texts of those in use."""

    by_name: dict[str, tuple[str, FhirObject]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def codes(self, content: FhirObject) -> tuple[Coding, ...]:
        """The codes of the medication that a resource refers to, inside itself or inside the bundle."""
        reference = child(content, "medicationReference").get("reference")
        if not isinstance(reference, str):
            return ()
        if reference.startswith("#"):
            inside = (one for one in objects(content.get("contained")) if one.get("id") == reference[1:])
            return next((codings(one.get("code")) for one in inside if one.get("resourceType") == "Medication"), ())
        found = self.by_name.get(reference) or self.by_name.get(reference.rpartition("/")[2])
        if found is None:
            return ()
        text, medication = found
        self.read.add(text)
        return codings(medication.get("code"))


def coded(content: FhirObject, origin: Origin) -> Origin:
    """The origin with the codes of the resource, as far as they are safe to show."""
    concepts = KINDS[origin.resource].concepts
    return replace(origin, code=_shown(codings(content.get(concepts[0])))) if concepts else origin


def statements(content: FhirObject, origin: Origin, is_known: IsKnown, medications: Medications) -> Iterator[Statement]:
    """What a resource says: itself, its parts, or the items of a questionnaire.

    Raises:
        Unusable: its status denies it, or nothing is there.
    """
    found = standing_of(content, origin.resource)
    if found.reason and found.reason != NOT_FINAL:
        raise Unusable(found.reason, found.detail)
    when = day_of(content, origin.resource)
    if origin.resource == "QuestionnaireResponse":
        if not objects(content.get("item")):
            raise Unusable(NO_VALUE)
        yield from _items(content, origin, when, found.doubt)
    elif origin.resource == "Observation":
        yield from _observation(content, origin, when, found.doubt, is_known)
    else:
        yield from _present(content, origin, when, found, is_known, medications)
    if origin.resource == "CarePlan":
        yield from _activities(content, origin, when)


def _observation(content: FhirObject, origin: Origin, when: Day, doubt: str, is_known: IsKnown) -> Iterator[Statement]:
    codes, parts = codings(content.get("code")), objects(content.get("component"))
    has_value = bool(keys_of(content, "value") or keys_of(content, "_value")) or content.get(ABSENT) is not None
    if has_value or not parts or any(is_known("Observation", one) for one in codes):
        yield Statement(origin, content, codes, when, doubt)
    for index, part in enumerate(parts):
        of_part = codings(part.get("code"))
        yield Statement(origin.at(f"component[{index}]", _shown(of_part)), part, of_part, when, doubt)


def _present(  # noqa: PLR0917 - what one resource says, and what its codes and references mean
    content: FhirObject, origin: Origin, when: Day, found: Standing, is_known: IsKnown, medications: Medications
) -> Iterator[Statement]:
    """That something is so, or was: for each of its concepts that the table has; once, with all codes, for none."""
    concepts = list(_concepts(content, origin))
    if origin.resource in _MEDICATION and not any(codes for _, codes in concepts):
        codes = medications.codes(content)
        concepts = [(replace(origin, code=_shown(codes)).at("medicationReference"), codes)] if codes else concepts
    known = [one for one in concepts if any(is_known(origin.resource, code) for code in one[1])]
    every = tuple(dict.fromkeys(code for _, codes in concepts for code in codes))
    alone = concepts if len(concepts) == 1 else [(replace(origin, code=_shown(every)), every)]
    for where, codes in known or alone:
        yield Statement(where, content, codes, when, found.doubt, present=True, past=found.past, status=found.detail)


def _concepts(content: FhirObject, origin: Origin) -> Iterator[tuple[Origin, tuple[Coding, ...]]]:
    """The codes of each concept of a resource, with its place; a lone first concept stands for the resource."""
    first, *_ = KINDS[origin.resource].concepts
    for element in KINDS[origin.resource].concepts:
        value = content.get(element)
        if isinstance(value, list | tuple):
            found = [(f"{element}[{index}]", codings(one)) for index, one in enumerate(value)]
        else:
            found = [(element, codings({"coding": value}) or codings(value))] if value is not None else []
        for path, codes in found:
            yield (origin if path == first else origin.at(path, _shown(codes))), codes


def _activities(content: FhirObject, origin: Origin, when: Day) -> Iterator[Statement]:
    """The activities of a care plan that have a code; what is only planned leaves a doubt."""
    for index, activity in enumerate(objects(content.get("activity"))):
        detail = child(activity, "detail")
        codes = codings(detail.get("code"))
        if codes:
            found = standing(detail, ACTIVITY)
            where = origin.at(f"activity[{index}].detail", _shown(codes))
            denied = "" if found.doubt else found.reason
            yield Statement(where, detail, codes, when, found.doubt, present=True, denied=denied, status=found.detail)


def _shown(codes: tuple[Coding, ...]) -> str:
    return " ".join(f"{safe(system) if system else ''}|{safe(code)}" for system, code in codes[:5])


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
