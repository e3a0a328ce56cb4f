"""``carepath why FILE X`` and ``carepath why-not FILE X``: why something is in the advice, or does not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from carepath.assessment import canonical_json
from carepath.commands.answer import UNREADABLE, Answer, chosen_guideline, lines
from carepath.commands.assess import assess_input, chosen_patients
from carepath.errors import CarepathError, shown_name

if TYPE_CHECKING:
    from carepath.explain.explanation import Explanation

Done = list[tuple[str | None, "Explanation"]]


def run(arguments: argparse.Namespace) -> Answer:
    """Answers for the patient of the file or, in a scenario file, for each in turn.

    Raises:
        CarepathError: the file, the guideline, an option or what is asked about cannot be used.
    """
    patients = chosen_patients(Path(arguments.file), arguments.scenario)
    guideline = chosen_guideline(arguments)
    done: Done = []
    errors: list[str] = []
    for patient in patients:
        try:
            assessment = assess_input(patient, guideline, arguments)
            answer = assessment.why if arguments.question == "why" else assessment.why_not
            done.append((patient.name, answer(arguments.asked)))
        except CarepathError as error:
            errors.append(str(error) if patient.name is None else f"{shown_name(patient.name)}\n{error}")
    if errors:
        return Answer(UNREADABLE, "" if arguments.json else _text(done, arguments.lang), lines(*errors))
    return Answer(out=_json(done) if arguments.json else _text(done, arguments.lang))


def _json(done: Done) -> str:
    if len(done) == 1 and done[0][0] is None:
        return lines(canonical_json(done[0][1].to_dict()))
    return lines(canonical_json([{"scenario": name, "explanation": one.to_dict()} for name, one in done]))


def _text(done: Done, lang: str) -> str:
    parts = []
    for name, one in done:
        heading = [shown_name(name), "=" * len(name)] if name is not None else []
        parts.append(lines(*heading, one.report(lang)))
    return "\n".join(parts)
