"""``carepath replay AUDIT.json``: assesses again from an audit record; says when the bytes cannot be the same."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from carepath.assessing import assess, evaluation_date
from carepath.assessment import AUDIT_SCHEMA, Assessment, canonical_json
from carepath.commands.answer import DONE, FAILED, Answer, chosen_guideline, lines
from carepath.content.guideline import Guideline
from carepath.errors import CarepathError, Place, Problem, RecordError
from carepath.input_file import read_json
from carepath.record.read import read_record

TEXTS = ("carepath", "edition", "content_hash", "engine", "at", "lang")
DIRECT = "direct"
DIFFERENT = "this is not the same assessment:"


def run(arguments: argparse.Namespace) -> Answer:
    """Prints the assessment that an audit record leads to now.

    The file holds an audit record, or an assessment with its audit record; an assessment is compared with what comes
    out. Where content, version or engine differ from the record, that is said and the status is 1.

    Raises:
        CarepathError: the file, the guideline or the record cannot be used.
    """
    path = Path(arguments.file)
    given = read_json(path)
    audit, whole = audit_in(given, path)
    guideline = chosen_guideline(arguments)
    missing = _missing_edition(audit, guideline)
    try:
        made = _again(audit, guideline)
    except CarepathError as error:
        if not missing:
            raise
        # What another edition holds may be unknown here: then it is the edition that is missing.
        return Answer(FAILED, err=lines(DIFFERENT, *(f"  {one}" for one in missing), str(error)))
    differences = [*missing, *_differences(audit, made)]
    if whole and not differences and canonical_json(given) != made.to_json():
        differences.append("the assessment in the file is not what its audit record leads to")
    err = lines(DIFFERENT, *(f"  {one}" for one in differences)) if differences else ""
    return Answer(FAILED if differences else DONE, lines(made.to_json()), err)


def _again(audit: Mapping[str, object], guideline: Guideline) -> Assessment:
    """The assessment that an audit record leads to with a guideline."""
    at = evaluation_date(audit["at"])
    reader = _mapping(audit.get("reader"))
    record = replace(
        read_record(_mapping(audit["input"]), guideline.findings, at),
        used=_listed(reader.get("used")),
        unused=_listed(reader.get("unused")),
    )
    return assess(
        record,
        pathway=str(audit["pathway"]) if audit["pathway"] is not None else None,
        at=at,
        guideline=guideline,
        engine="direct" if audit["engine"] == DIRECT else "both",
        lang=str(audit["lang"]),
    )


def audit_in(given: object, path: Path) -> tuple[Mapping[str, object], bool]:
    """The audit record in a file's value, and whether the value is a whole assessment.

    Raises:
        RecordError: with everything that is missing from it.
    """
    start = Place(str(path), 1, 1)
    whole = isinstance(given, dict) and "audit" in given
    audit = given["audit"] if isinstance(given, dict) and whole else given
    if not isinstance(audit, dict) or audit.get("schema") != AUDIT_SCHEMA:
        advice = f"give the `audit` of an assessment: its schema is {AUDIT_SCHEMA}"
        raise RecordError([Problem("CP069", "this is no audit record", start, advice)])
    problems = [
        Problem("CP069", f"the audit record has no text under {key!r}", start, "give it as it was made")
        for key in TEXTS
        if not isinstance(audit.get(key), str)
    ]
    if not isinstance(audit.get("pathway", 0), str | None):
        problems.append(Problem("CP069", "the audit record has no pathway, not even null", start))
    if not isinstance(audit.get("input"), dict):
        problems.append(Problem("CP069", "the audit record has no input", start, "give it as it was made"))
    if problems:
        raise RecordError(problems)
    return audit, whole


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> tuple[Mapping[str, object], ...]:
    """What a reader of FHIR said of each part of the bundle."""
    return tuple(_mapping(one) for one in value) if isinstance(value, list) else ()


def _missing_edition(audit: Mapping[str, object], guideline: Guideline) -> list[str]:
    """Which edition the record was made with, where it is not the one that is here."""
    here = {"edition": guideline.edition, "content_hash": guideline.content_hash}
    shown = {"edition": "the edition of the guideline", "content_hash": "the hash of the guideline's files"}
    found = [_differs(what, audit[key], here[key]) for key, what in shown.items() if audit[key] != here[key]]
    if found:
        needed = f"edition {audit['edition']} with the hash {audit['content_hash']}"
        found.append(f"missing is {needed}: give the folder that holds it with --guideline")
    return found


def _differences(audit: Mapping[str, object], made: Assessment) -> list[str]:
    """What the record names beside the edition that is not so here, in words."""
    shown = {"carepath": "the version of carepath", "engine": "the engine"}
    here = made.audit
    found = [_differs(what, audit[key], here[key]) for key, what in shown.items() if audit[key] != here[key]]
    return found + (["the input reads back differently"] if audit["input"] != made.audit["input"] else [])


def _differs(what: str, recorded: object, here: object) -> str:
    return f"{what}: the audit record says {recorded}, here it is {here}"
