"""``carepath report FILE -o report.html``: the assessment of each patient in a file as one page of HTML."""

from __future__ import annotations

import argparse
from pathlib import Path

from carepath.commands.answer import Answer, chosen_guideline, lines
from carepath.commands.assess import assess_input, chosen_patients
from carepath.display.html import reports_html
from carepath.errors import ArgumentError, Problem


def run(arguments: argparse.Namespace) -> Answer:
    """Writes the page, or prints it where no file is named. Nothing is written when one patient cannot be assessed.

    Raises:
        CarepathError: a file, the guideline or an option cannot be used.
    """
    patients = chosen_patients(Path(arguments.file), arguments.scenario)
    guideline = chosen_guideline(arguments)
    made = [(patient.name, assess_input(patient, guideline, arguments)) for patient in patients]
    page = reports_html(made, arguments.lang)
    if arguments.output is None:
        return Answer(out=page)
    try:
        Path(arguments.output).write_bytes(page.encode("utf-8", errors="backslashreplace"))
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        message = f"cannot write {arguments.output}: {getattr(error, 'strerror', None) or error}"
        raise ArgumentError([Problem("CP082", message, None, "name a file in a folder that can be written")]) from error
    return Answer(out=lines(arguments.output))
