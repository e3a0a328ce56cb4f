"""``carepath test PATH...``: runs scenarios; the last line says how many passed and failed."""

from __future__ import annotations

import argparse

from carepath.commands.answer import DONE, FAILED, UNREADABLE, Answer, chosen_guideline, lines
from carepath.testing.runner import run_paths


def run(arguments: argparse.Namespace) -> Answer:
    """Runs the scenarios of the files and folders; a file that cannot be read does not stop the others.

    Raises:
        ContentError: the guideline cannot be used.
    """
    done = run_paths(arguments.paths, chosen_guideline(arguments), arguments.engine)
    status = FAILED if done.failed else DONE
    if done.problems:
        status = UNREADABLE
    failures = (f"{result}\n" for result in done.failed)
    out = "\n".join([*failures, lines(str(done))])
    return Answer(status, out, lines(*map(str, done.problems)))
