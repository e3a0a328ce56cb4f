"""Content that is read, made ready and asked anew, so that nothing kept by the process answers for it."""

import dataclasses
import itertools
from pathlib import Path

import pytest

from carepath.content.load import read_guideline
from carepath.testing.runner import run_paths

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = ROOT / "tests" / "scenarios"
NAMES = ("whole_patients_*.yaml", "red_flag*.yaml", "conflicts.yaml", "mutants_*.yaml", "not_automatic.yaml")
#: Engines are kept by the hash of the content: a number that was never used makes them anew, in a forked process too.
NUMBERS = itertools.count()


def test_the_shipped_guideline_read_and_made_ready_anew_gives_what_the_scenarios_expect() -> None:
    guideline, problems = read_guideline(ROOT)
    assert problems == []
    assert guideline is not None
    anew = dataclasses.replace(guideline, content_hash=f"anew-{next(NUMBERS)}")
    run = run_paths([path for name in NAMES for path in sorted(SCENARIOS.glob(name))], anew)
    shown = "\n".join([*map(str, run.problems), *map(str, run.failed)])
    if shown or not run.results:
        pytest.fail(shown or "there is no scenario", pytrace=False)
