"""The patients of the scenarios, each assessed once, for tests of what carepath gives to other systems."""

from __future__ import annotations

import functools
from pathlib import Path

from carepath import Assessment, assess, load_guideline
from carepath.testing.scenario import Scenario, read_scenarios

ROOT = Path(__file__).resolve().parents[3]
GUIDELINE = load_guideline()
PATIENT = "Patient/example-1"
FILES = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))


@functools.cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios of the repository, in the order of their files."""
    return tuple(one for path in FILES for one in read_scenarios(path, GUIDELINE))


@functools.cache
def assessed(number: int, lang: str = "en") -> Assessment:
    """The assessment of a scenario, by its number."""
    one = scenarios()[number]
    return assess(one.patient, pathway=one.pathway, at=one.at, guideline=GUIDELINE, engine="direct", lang=lang)


def sample(step: int) -> range:
    """The numbers of the scenarios at equal distances, so that each file gives some."""
    return range(0, len(scenarios()), step)
