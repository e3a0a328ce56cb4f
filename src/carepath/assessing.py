"""Assesses a patient: record, snapshot, both evaluations, resolve, recommendations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar, overload

from carepath.assessment import Assessment
from carepath.basis import Basis
from carepath.content.guideline import EVALUATION_DATE, PATHWAY, PRESENT_STEP, Guideline
from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, Problem, RecordError, nearest
from carepath.inference.agreement import ENGINES, Prepared, engine_name, prepare, verdicts
from carepath.language.evaluate import Known
from carepath.language.truth import TRUE, UNKNOWN
from carepath.pathway import Pathway
from carepath.position import PathwayPosition, locate
from carepath.record.derived import Settler, Situation
from carepath.record.facts import Bounds, Record
from carepath.record.read import Locate, read_record
from carepath.record.snapshot import Reading, take_snapshot
from carepath.text_file import day_in

LANGUAGES = ("en", "nl")
T = TypeVar("T")

#: A patient as callers give it: a mapping of findings, a FHIR bundle, or a record that was read before.
Patient = Mapping[str, object] | Record


def assess(
    patient: Patient,
    *,
    pathway: str | None = None,
    at: dt.date | str,
    guideline: Guideline | None = None,
    engine: str = "both",
    lang: str = "en",
    locate_value: Locate | None = None,
) -> Assessment:
    """The assessment of a patient on a date: what the pathway says, why, and what is not known.

    Args:
        patient: finding -> value as under ``patient:`` in a scenario, a FHIR R4 bundle or resource, or a ``Record``.
        pathway: ``spine``, ``other_msk`` or ``neuropathic``; None when not chosen (a recorded ``pathway`` then counts).
        at: the evaluation date, as a date or as ISO text. Nothing dated later is seen.
        guideline: the content; None for the guideline that ships with carepath.
        engine: ``both`` (durable-rules and the direct evaluator, which must agree) or ``direct``.
        lang: ``en`` or ``nl``: the language in which the assessment prints itself.
        locate_value: gives the place in a file for a path of keys, for the problems of a record read from a file.

    Returns:
        The assessment. It advises a professional; it never decides.

    Raises:
        ArgumentError: an argument cannot be used.
        RecordError: the record cannot be used; ``red_flags`` names the red flags that it holds all the same.
        ContentError: the guideline has no value for a parameter on the date.
        EngineDisagreement: the two evaluations differ; ``red_flags`` lists what either saw.
    """
    day = evaluation_date(at)
    _check_choice("engine", engine, ENGINES)
    _check_choice("lang", lang, LANGUAGES)
    content = guideline if guideline is not None else load_guideline()
    prepared = prepare(content, day)
    record = _record(patient, content, day, locate_value)
    readings = take_snapshot(record, content.findings, prepared.scope.parameters, day)
    chosen = _chosen_pathway(pathway, readings, content)
    situation = Situation(record, readings, content.findings, day)
    values, position = engine_values(situation, chosen, prepared)
    found = verdicts(prepared, values, engine=engine)
    basis = Basis(prepared, situation, chosen, position, values, found, engine_name(engine), lang)
    return Assessment(basis, basis.resolved())


@overload
def assess_many(
    patients: Iterable[Patient],
    *,
    pathway: str | None = None,
    at: dt.date | str,
    guideline: Guideline | None = None,
    engine: str = "both",
    lang: str = "en",
) -> Iterator[Assessment]: ...


@overload
def assess_many(
    patients: Iterable[Patient],
    *,
    pathway: str | None = None,
    at: dt.date | str,
    guideline: Guideline | None = None,
    engine: str = "both",
    lang: str = "en",
    processes: int = 1,
    then: Callable[[Assessment], T],
) -> Iterator[T]: ...


def assess_many(
    patients: Iterable[Patient],
    *,
    pathway: str | None = None,
    at: dt.date | str,
    guideline: Guideline | None = None,
    engine: str = "both",
    lang: str = "en",
    processes: int = 1,
    then: Callable[[Assessment], T] | None = None,
) -> Iterator[Assessment] | Iterator[T]:
    """The assessments of many patients, one at a time and in their order.

    Args:
        patients: as for ``assess``, each; they are taken as they are needed.
        pathway: as for ``assess``.
        at: as for ``assess``.
        guideline: as for ``assess``.
        engine: as for ``assess``.
        lang: as for ``assess``.
        processes: how many processes assess; with more than one ``then`` is needed, for an assessment stays in the
            process that made it, and the guideline must have been loaded from files.
        then: what is made of each assessment and given in its place, say ``Assessment.to_json``. With more than one
            process it is a function at the top level of a module, and what it gives can be pickled.

    Returns:
        An iterator over the assessments, or over what ``then`` makes of them.

    Raises:
        ArgumentError: more than one process without ``then``; and as for ``assess``, in the place of a patient.
    """
    if processes < 1 or (processes > 1 and then is None):
        message = f"{processes} processes without `then`" if processes > 1 else f"{processes} processes"
        advice = "say with `then` what each process makes of an assessment: then=Assessment.to_json"
        raise ArgumentError([Problem("CP082", message, None, advice if processes > 1 else "give 1 or more")])
    content = guideline if guideline is not None else load_guideline()
    if processes > 1 and then is not None:
        from carepath.processes import in_processes, task_for  # noqa: PLC0415 - only several processes need it

        task = task_for(content, pathway=pathway, at=at, engine=engine, lang=lang, then=then)
        return in_processes(patients, task, content, processes)
    made = (assess(one, pathway=pathway, at=at, guideline=content, engine=engine, lang=lang) for one in patients)
    return map(then, made) if then is not None else made


def evaluation_date(at: object) -> dt.date:
    """The evaluation date from a date or ISO text.

    Raises:
        ArgumentError: it is missing, or neither.
    """
    if isinstance(at, dt.datetime):
        return at.date()
    if isinstance(at, dt.date):
        return at
    day = day_in(at)
    if day is not None:
        return day
    shown = repr(at[:40]) if isinstance(at, str) else f"a value of type {type(at).__name__}"
    message = "the evaluation date is missing" if at is None else f"{shown} is no date"
    raise ArgumentError([Problem("CP081", message, None, "give `at` as a date or as YYYY-MM-DD")])


def _check_choice(name: str, value: str, valid: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in valid:
        shown = repr(value[:60]) if isinstance(value, str) else f"of type {type(value).__name__}"
        advice = nearest(value if isinstance(value, str) else "", valid)
        raise ArgumentError([Problem("CP082", f"{name}: unknown option {shown}", None, advice)])


def _record(patient: Patient, guideline: Guideline, at: dt.date, locate_value: Locate | None) -> Record:
    if isinstance(patient, Record):
        return patient
    if isinstance(patient, Mapping) and ("resourceType" in patient or "resource" in patient):
        from carepath.record.fhir import read_bundle  # noqa: PLC0415 - only a FHIR caller pays for the reader

        return read_bundle(patient, guideline, at)
    if not isinstance(patient, Mapping):
        advice = "give a mapping of findings or a FHIR bundle"
        raise RecordError([Problem("CP069", f"a patient is no {type(patient).__name__}", None, advice)])
    return read_record(patient, guideline.findings, at, locate=locate_value)


def _chosen_pathway(given: str | None, readings: Mapping[str, Reading], guideline: Guideline) -> Pathway | None:
    if given is not None:
        return guideline.pathway(given)
    recorded = readings.get(PATHWAY)
    return guideline.pathways.get(str(recorded.value)) if recorded is not None and recorded.known else None


def _of_parts(situation: Situation, prepared: Prepared) -> Iterator[tuple[str, Settler]]:
    """The comparisons that what is known in part of a finding may settle."""
    for name, settlers in prepared.partial_settlers.items():
        reading = situation.readings.get(name)
        if reading is not None and reading.part is not None:
            yield from settlers


def engine_values(
    situation: Situation, pathway: Pathway | None, prepared: Prepared
) -> tuple[dict[str, Known], PathwayPosition]:
    """The known values that engines see: scalars as they are, dates as days, derived leaves as true or false."""
    values: dict[str, Known] = {EVALUATION_DATE: situation.at.toordinal()}
    for name, reading in situation.readings.items():
        value = reading.value
        if isinstance(value, dt.date):
            values[name] = value.toordinal()
        elif value is not None and not isinstance(value, tuple | Bounds):
            values[name] = value
    values.pop(PATHWAY, None)
    if pathway is not None:
        values[PATHWAY] = pathway.name
    for name, settle in (*prepared.settlers, *_of_parts(situation, prepared)):
        truth = settle(situation)
        if truth is not UNKNOWN:
            values[name] = truth is TRUE
    position = locate(pathway, values, prepared.scope)
    if position.step is not None:
        values[PRESENT_STEP] = position.step
    return values, position
