"""Scenario files: a patient on a date, and what must and must not come out. Read with places, all problems at once.

A file holds a list of scenarios, or one. The form is fixed: ``docs/reference`` describes it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from carepath import yaml_reader
from carepath.content.guideline import Guideline
from carepath.errors import (
    MAX_PROBLEMS,
    ContentError,
    Place,
    Problem,
    RecordError,
    ScenarioError,
    first_problems,
    nearest,
)
from carepath.record.read import read_record
from carepath.testing.expectation import Expectation, ExpectationReader, TooManyProblems, valid_names
from carepath.text_file import day_in, is_special, special_file
from carepath.yaml_reader import Scalar, YamlNode, place_at, read_file, to_python

KEYS = ("scenario", "pathway", "at", "patient", "expect")
REQUIRED = ("scenario", "at", "patient", "expect")
EXPECT_KEYS = ("must", "must_not", "alone")
SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A patient on a date, with what must and must not come out. ``name`` is a sentence."""

    name: str
    pathway: str | None
    at: dt.date
    patient: Mapping[str, object]
    must: tuple[Expectation, ...]
    must_not: tuple[Expectation, ...]
    alone: bool
    node: yaml_reader.Mapping

    @property
    def place(self) -> Place:
        """Where the scenario begins."""
        return self.node.place

    def locate(self, path: tuple[str | int, ...]) -> Place:
        """The place of what stands under a path of keys, such as ``("patient", "age_years")``."""
        return place_at(self.node, path)

    def __str__(self) -> str:
        return self.name


def read_scenarios(path: Path | str, guideline: Guideline, *, name: str | None = None) -> tuple[Scenario, ...]:
    """The scenarios of a file, in their order.

    Args:
        path: a YAML or JSON file that holds a list of scenarios, or one; a text names it too.
        guideline: the content whose names they use.
        name: how the file is called in places; its path by default.

    Raises:
        ScenarioError: with every problem of the file.
    """
    try:
        node = read_file(Path(path), name=name)
    except ContentError as error:
        raise ScenarioError(error.problems) from error
    return scenarios_of(node, guideline)


def scenarios_of(node: YamlNode, guideline: Guideline) -> tuple[Scenario, ...]:
    """The scenarios that stand at a node.

    Raises:
        ScenarioError: with every problem.
    """
    reader = _Reader(guideline)
    items = node.items if isinstance(node, yaml_reader.Sequence) else (node,)
    if not items:
        reader.problem("CP072", "there is no scenario in the file", node.place, "write `- scenario: ...`")
    found: list[Scenario | None] = []
    with contextlib.suppress(TooManyProblems):
        found.extend(reader.scenario(item) for item in items)
    if reader.problems:
        unplaced = Place("", 0, 0)
        named = first_problems(reader.problems, node.place)
        raise ScenarioError(sorted(dict.fromkeys(named), key=lambda one: (one.place or unplaced, one.code)))
    return tuple(one for one in found if one is not None)


def scenario_files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """The files that are named, and in folders all ``*.yaml`` files below them, each once and in order."""
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        below = [path]
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
            refused: list[OSError] = []
            found = ((folder, name) for folder, _, names in os.walk(path, onerror=refused.append) for name in names)
            below = sorted(Path(folder, name) for folder, name in found if name.endswith(SUFFIX))
            special = [one for one in below if is_special(one)]
            below = [one for one in below if one not in special]
            problems.extend(special_file(str(one)) for one in special)
            for error in refused:
                place = Place(str(error.filename), 1, 1)
                problems.append(
                    Problem("CP001", f"cannot read the folder: {error.strerror}", place, "look at its rights")
                )
            if not below and not refused and not special:
                advice = "give a folder that holds scenarios"
                problems.append(Problem("CP072", f"there is no *{SUFFIX} file here", Place(str(path), 1, 1), advice))
        for one in below:
            files.setdefault(os.path.realpath(str(one).replace("\0", "")), one)
    return list(files.values()), problems


class _Reader:
    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline
        self.problems: list[Problem] = []
        self.expectations = ExpectationReader(valid_names(guideline), self.problems)

    def problem(self, code: str, message: str, place: Place, advice: str = "") -> None:
        self.problems.append(Problem(code, message, place, advice))
        if len(self.problems) > MAX_PROBLEMS:
            raise TooManyProblems

    def scenario(self, node: YamlNode) -> Scenario | None:
        """One scenario, or None when something is wrong with it."""
        before = len(self.problems)
        if not isinstance(node, yaml_reader.Mapping):
            self.problem("CP072", "a scenario is a mapping", node.place, f"its keys: {', '.join(KEYS)}")
            return None
        self._keys(node, KEYS, "a scenario")
        for key in REQUIRED:
            if node.get(key) is None:
                code = "CP081" if key == "at" else "CP072"
                self.problem(code, f"the key {key!r} is missing", node.place, "add it")
        name = self._name(node.get("scenario"))
        pathway = self._pathway(node.get("pathway"))
        at = self._date(node.get("at"))
        patient = self._patient(node, at)
        must, must_not, alone = self._expect(node.get("expect"), at)
        if len(self.problems) > before or name is None or at is None or patient is None:
            return None
        return Scenario(name, pathway, at, patient, must, must_not, alone, node)

    def _keys(self, node: yaml_reader.Mapping, valid: tuple[str, ...], what: str) -> None:
        for entry in node.entries:
            if entry.key not in valid:
                self.problem("CP072", f"{what} has no key {entry.key!r}", entry.place, nearest(entry.key, valid))

    def _name(self, node: YamlNode | None) -> str | None:
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str) or not value.strip():
            self.problem("CP072", "the name of a scenario is a sentence", node.place, "say what holds, in words")
            return None
        return value.strip()

    def _pathway(self, node: YamlNode | None) -> str | None:
        value = to_python(node) if node is not None else None
        if node is None or value is None:
            return None
        if not isinstance(value, str) or value not in self.guideline.pathways:
            other = f"if it is not meant for edition {self.guideline.edition}, give its own guideline"
            advice = "; ".join(filter(None, (nearest(str(value), self.guideline.pathways), other)))
            self.problem("CP080", f"there is no pathway {str(value)[:60]!r}", node.place, advice)
            return None
        return value

    def _date(self, node: YamlNode | None) -> dt.date | None:
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        day = day_in(value)
        if day is None:
            self.problem("CP081", f"{str(value)[:40]!r} is no evaluation date", node.place, "write YYYY-MM-DD")
        return day

    def _patient(self, scenario: yaml_reader.Mapping, at: dt.date | None) -> Mapping[str, object] | None:
        node = scenario.get("patient")
        if node is None:
            return None
        if isinstance(node, Scalar) and node.value is None:
            return {}
        patient = to_python(node)
        if not isinstance(patient, dict):
            self.problem("CP072", "a patient is a mapping of findings", node.place, "write finding: value")
            return None
        if at is not None and not ("resourceType" in patient or "resource" in patient):
            try:
                read_record(patient, self.guideline.findings, at, locate=lambda path: place_at(scenario, path))
            except RecordError as error:
                self.problems.extend(error.problems)
        return patient

    def _expect(
        self, node: YamlNode | None, at: dt.date | None
    ) -> tuple[tuple[Expectation, ...], tuple[Expectation, ...], bool]:
        if node is None:
            return (), (), False
        before = len(self.problems)
        must: list[Expectation] = []
        must_not: list[Expectation] = []
        alone = False
        if isinstance(node, yaml_reader.Mapping):
            self._keys(node, EXPECT_KEYS, "expect")
            must = self._list("must", node.get("must"), at)
            must_not = self._list("must_not", node.get("must_not"), at)
            alone = self._alone(node.get("alone"), named=bool(must) or len(self.problems) > before)
        elif not (isinstance(node, Scalar) and node.value is None):
            self.problem("CP072", "expect is a mapping", node.place, f"its keys: {', '.join(EXPECT_KEYS)}")
        if not must and not must_not and len(self.problems) == before:
            self.problem("CP070", "the scenario expects nothing", node.place, "name something under must or must_not")
        return tuple(must), tuple(must_not), alone

    def _list(self, key: str, node: YamlNode | None, at: dt.date | None) -> list[Expectation]:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return []
        if not isinstance(node, yaml_reader.Sequence):
            self.problem("CP072", f"{key} is a list of expectations", node.place, "write `- {kind: ...}`")
            return []
        found = [self.expectations.read(item, at) for item in node.items]
        return [one for one in found if one is not None]

    def _alone(self, node: YamlNode | None, *, named: bool) -> bool:
        if node is None:
            return False
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, bool):
            self.problem("CP071", "alone is neither true nor false", node.place, "write true or false")
            return False
        if value and not named:
            self.problem("CP070", "alone says nothing without must", node.place, "name under must what stands alone")
        return value
