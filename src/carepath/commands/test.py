"""``carepath test PATH...``: runs scenarios; the last line says how many passed and failed."""

from __future__ import annotations

import argparse
from pathlib import Path

from carepath.assessment import canonical_json
from carepath.commands.answer import DONE, FAILED, UNREADABLE, Answer, chosen_guideline, lines
from carepath.testing.coverage import Coverage, CoverageCounter, read_unreachable
from carepath.testing.runner import ScenarioRun, run_paths


def run(arguments: argparse.Namespace) -> Answer:
    """Runs the scenarios of the files and folders; a file that cannot be read does not stop the others.

    Raises:
        ContentError: the guideline, or the list of what is out of reach, cannot be used.
    """
    guideline = chosen_guideline(arguments)
    listed = read_unreachable(Path(arguments.unreachable), guideline) if arguments.unreachable else None
    done = run_paths(arguments.paths, guideline, arguments.engine)
    measured: Coverage | None = None
    if arguments.coverage or listed is not None or arguments.fail_under is not None:
        counter = CoverageCounter(guideline)
        for result in done.results:
            counter.add(result)
        measured = counter.coverage(listed)
    out = _json(done, measured) if arguments.json else _text(done, measured, arguments.fail_under)
    return Answer(_status(done, measured, arguments.fail_under), out, lines(*map(str, done.problems)))


def _status(done: ScenarioRun, measured: Coverage | None, figure: float | None) -> int:
    if done.problems:
        return UNREADABLE
    under = measured is not None and figure is not None and measured.is_under(figure)
    return FAILED if done.failed or under else DONE


def _text(done: ScenarioRun, measured: Coverage | None, figure: float | None) -> str:
    failures = (f"{result}\n" for result in done.failed)
    shown = [*failures]
    if measured is not None:
        shown.append(f"{measured}\n")
        if figure is not None and measured.percent < figure:
            shown.append(f"coverage is under {figure:g} %\n")
    return "\n".join([*shown, lines(str(done))])


def _json(done: ScenarioRun, measured: Coverage | None) -> str:
    found: dict[str, object] = {
        "passed": len(done.results) - len(done.failed),
        "failed": [
            {"scenario": one.scenario.name, "place": str(one.scenario.place), "failures": list(one.failures)}
            for one in done.failed
        ],
        "problems": [str(problem) for problem in done.problems],
    }
    if measured is not None:
        found["coverage"] = measured.to_dict()
    return lines(canonical_json(found))
