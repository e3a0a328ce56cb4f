"""``carepath assess FILE``: the assessment of each patient in a file."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from carepath.assessing import assess
from carepath.assessment import Assessment, canonical_json
from carepath.commands.answer import UNREADABLE, Answer, chosen_guideline, lines
from carepath.content.guideline import Guideline
from carepath.errors import ArgumentError, CarepathError, Problem, RecordError, nearest, shown_name
from carepath.input_file import PatientInput, read_input


def run(arguments: argparse.Namespace) -> Answer:
    """Assesses the patient of the file or, in a scenario file, each in turn.

    Raises:
        CarepathError: the file, the guideline or an option cannot be used.
    """
    patients = chosen_patients(Path(arguments.file), arguments.scenario)
    guideline = chosen_guideline(arguments)
    done: list[tuple[PatientInput, Assessment]] = []
    errors: list[str] = []
    for patient in patients:
        try:
            done.append((patient, assess_input(patient, guideline, arguments)))
        except CarepathError as error:
            errors.append(str(error) if patient.name is None else f"{shown_name(patient.name)}\n{error}")
    if errors:
        shown = "" if arguments.json or arguments.fhir is not None else _text(done, arguments.lang)
        return Answer(UNREADABLE, shown, lines(*errors))
    if arguments.fhir is not None:
        return Answer(out=_fhir(done, arguments.fhir))
    return Answer(out=_json(done) if arguments.json else _text(done, arguments.lang))


def chosen_patients(path: Path, number: int | None) -> list[PatientInput]:
    """The patients of a file, or the one that ``--scenario`` picks.

    Args:
        path: the file.
        number: counted from 1; None for all.

    Raises:
        RecordError: the file cannot be used.
        ArgumentError: there is no scenario of that number.
    """
    patients = read_input(path)
    if number is None:
        return patients
    if patients[0].name is None:
        problem = Problem("CP082", f"{path} is no scenario file", None, "leave --scenario out")
        raise ArgumentError([problem])
    if not 1 <= number <= len(patients):
        message = f"there is no scenario {number} in {path}"
        raise ArgumentError([Problem("CP082", message, None, f"give a number from 1 to {len(patients)}")])
    return [patients[number - 1]]


def assess_input(patient: PatientInput, guideline: Guideline, arguments: argparse.Namespace) -> Assessment:
    """The assessment of a patient from a file; ``--pathway`` and ``--at`` win over what stands there.

    Raises:
        CarepathError: the record, the date or the pathway cannot be used, or the engines disagree.
    """
    if arguments.pathway is None and patient.pathway is not None and patient.pathway not in guideline.pathways:
        advice = nearest(patient.pathway, guideline.pathways)
        message = f"there is no pathway {patient.pathway[:60]!r}"
        raise ArgumentError([Problem("CP080", message, patient.locate(("pathway",)), advice)])
    at = arguments.at or patient.at
    if at is None:
        advice = "give --at YYYY-MM-DD, or write `at` in the file"
        raise ArgumentError([Problem("CP081", "the evaluation date is missing", patient.locate(()), advice)])
    try:
        return assess(
            patient.patient,
            pathway=arguments.pathway or patient.pathway,
            at=at,
            guideline=guideline,
            engine=arguments.engine,
            lang=arguments.lang,
            locate_value=patient.locate,
        )
    except RecordError as error:  # the reader of FHIR knows of no file
        start = patient.locate(())
        placed = [replace(problem, place=problem.place or start) for problem in error.problems]
        raise RecordError(placed, red_flags=error.red_flags) from error


def _json(done: list[tuple[PatientInput, Assessment]]) -> str:
    if len(done) == 1 and done[0][0].name is None:
        return lines(done[0][1].to_json())
    return lines(canonical_json([{"scenario": one.name, "assessment": made.to_dict()} for one, made in done]))


def _fhir(done: list[tuple[PatientInput, Assessment]], patient: str) -> str:
    from carepath.exchange.fhir import bundle  # noqa: PLC0415 - only for FHIR

    if len(done) == 1 and done[0][0].name is None:
        return lines(canonical_json(bundle(done[0][1], patient=patient)))
    return lines(
        canonical_json([{"scenario": one.name, "bundle": bundle(made, patient=patient)} for one, made in done])
    )


def _text(done: list[tuple[PatientInput, Assessment]], lang: str) -> str:
    parts = []
    for patient, made in done:
        heading = [shown_name(patient.name), "=" * len(patient.name)] if patient.name is not None else []
        parts.append(lines(*heading, made.report(lang)))
    return "\n".join(parts)
