"""The patients that are assessed: those of the scenarios in ``tests/scenarios``, a few findings or a whole record."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carepath import Assessment, Guideline, assess, load_guideline
from carepath.testing.scenario import read_scenarios

SCENARIOS = Path(__file__).resolve().parents[1] / "tests" / "scenarios"


@dataclass(frozen=True)
class Patient:
    """A patient of a scenario, with the pathway and the date."""

    name: str
    pathway: str | None
    at: dt.date
    record: Mapping[str, object]
    guideline: Guideline

    def assess(self, engine: str = "both") -> Assessment:
        """A new assessment: nothing of it is built yet that is built when it is asked for."""
        return assess(self.record, pathway=self.pathway, at=self.at, guideline=self.guideline, engine=engine)


def typical_patients(most: int | None = None) -> list[Patient]:
    """The patients of all scenarios; with ``most`` so many of them, evenly spread over the files."""
    found = _patients_in(SCENARIOS)
    if most is None or most >= len(found):
        return list(found)
    return [found[index * len(found) // most] for index in range(most)]


@functools.cache
def _patients_in(folder: Path) -> tuple[Patient, ...]:
    guideline = load_guideline()
    return tuple(
        Patient(one.name, one.pathway, one.at, one.patient, guideline)
        for path in sorted(folder.glob("*.yaml"))
        for one in read_scenarios(path, guideline)
    )
