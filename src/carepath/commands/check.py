"""``carepath check [PATH]``: every problem of a guideline's files."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from carepath.commands.answer import FAILED, UNREADABLE, Answer, lines
from carepath.content.code_tables import with_tables
from carepath.content.load import read_guideline
from carepath.content.location import shipped_content
from carepath.errors import ContentError, Place, Problem


def run(arguments: argparse.Namespace) -> Answer:
    """Reads and checks a guideline.

    Raises:
        ContentError: there is no guideline at the path, or a table of ``--codes`` cannot be used.
    """
    root = Path(arguments.path) if arguments.path is not None else shipped_content()
    if not any(os.path.isdir(root / name) for name in ("rules", "pathways")):  # noqa: PTH112 - is_dir raises at times
        message = "there is no folder rules/ or pathways/ here, or it may not be looked at"
        advice = "give the folder that holds both"
        raise ContentError([Problem("CP001", message, Place(str(root), 1, 1), advice)])
    guideline, problems = read_guideline(root)
    if problems or guideline is None:
        unreadable = any(problem.code == "CP001" for problem in problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        return Answer(UNREADABLE if unreadable else FAILED, lines(*map(str, problems), count))
    tables = [Path(one) for one in arguments.codes]
    if tables:
        with_tables(guideline, tables)
    counts = {
        "rules": len(guideline.rules),
        "terms": len(guideline.terms),
        "parameters": len(guideline.parameters),
        "findings": len(guideline.findings),
        "sources": len(guideline.sources),
        "conflicts": len(guideline.conflicts),
        "resolve entries": len(guideline.resolve),
        "pathways": len(guideline.pathways),
        "steps": sum(len(pathway.steps) for pathway in guideline.pathways.values()),
        "transitions": sum(len(pathway.transitions) for pathway in guideline.pathways.values()),
    }
    shown = ", ".join(f"{count} {what}" for what, count in counts.items())
    return Answer(out=lines(f"no problems: edition {guideline.edition}, {shown}"))
