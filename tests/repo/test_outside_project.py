"""The page on a guideline of your own, followed to the letter in an empty folder with nothing but the wheel.

Then mistakes are planted in the guideline that it makes, one at a time: each is found by the part that the page names.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.repo.pages import blocks, compare
from tests.repo.releases import ROOT, Built, finished, fresh_environment, run

PAGE = ROOT / "docs" / "how-to" / "begin-a-guideline.md"
TESTS = 8 + 12 + 1 + 1
_FAILED = re.compile(r"^FAILED (?:\w+/)?\w+\.\w+::(.+?)(?: - .*)?$", re.MULTILINE)


class Project(NamedTuple):
    """A project that somebody else made: where it is, the programs of its environment, and how its tests are run."""

    folder: Path
    programs: Path
    command: list[str]

    def pytest(self) -> tuple[int, str]:
        """The exit status of its tests, and what was printed."""
        done = finished(self.programs / self.command[0], *self.command[1:], cwd=self.folder)
        return done.returncode, done.stdout


class Mistake(NamedTuple):
    """A mistake in a file of the guideline, which tests find it, and what is said of it."""

    file: str
    right: str
    wrong: str
    found_by: set[str]
    said: list[str]


MISTAKES = {
    "a threshold one too high": Mistake(
        "rules/parameters.yaml",
        "values: [{from: null, value: 7}]",
        "values: [{from: null, value: 8}]",
        {"a burden of 7 in one who does not cope leads to the clinic"},
        ["UP-1 does not apply: false is `burden >= high_burden` (burden is 7)"],
    ),
    "advice beside a red flag": Mistake(
        "rules/resolve.yaml",
        "selects: {not_kinds: [red_flag_exit]}",
        "selects: {kinds: [escalate]}",
        {"test_a_law_holds[red_flags_dominate]", "TestOverTime::runTest"},
        [
            "LawBroken: red_flags_dominate does not hold for guideline ours 1",
            "seen: beside the red flag of OUT-1 (emergency) stands ",
            "AssertionError: beside the red flag of OUT-1 (emergency) stands ",
        ],
    ),
    "a part of a condition forgotten": Mistake(
        "rules/ours.yaml",
        "when: {all: [burden >= high_burden, not copes]}",
        "when: burden >= high_burden",
        {"test_nobody_who_copes_is_sent_to_the_clinic", "TestOverTime::runTest"},
        [
            "a patient who follows the advice goes round in a circle:",
            "HOME (At home): UP-1 advises escalate to CLINIC (At the clinic)",
            "CLINIC (At the clinic): DOWN-1 advises deescalate to HOME (At home)",
            "and so the patient never comes to rest: ",
        ],
    ),
    "a new value of which no scenario speaks": Mistake(
        "rules/parameters.yaml",
        "values: [{from: null, value: 7}]",
        "values: [{from: null, value: 7}, {from: 2026-07-01, value: 8}]",
        set(),
        [
            "rules/parameters.yaml:3: high_burden from 2026-07-01: on the day. Needed: a scenario on 2026-07-01",
            "coverage is under 100 %",
        ],
    ),
}


@pytest.fixture(scope="module")
def project(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """What comes of the page: its files are written, its programs are run, what it shows is compared."""
    folder = tmp_path_factory.mktemp("project")
    programs = tmp_path_factory.mktemp("environment") / "venv"
    command: list[str] = []
    for block in blocks(PAGE):
        where = f"{PAGE.name}:{block.line}"
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "python":
            compare(run(programs / "python", "-c", block.text, cwd=folder), block.output, where)
        else:
            assert block.kind == "sh", f"{where}: nobody knows what to do with this"
            for line in block.text.splitlines():
                name, *rest = shlex.split(line)
                if name == "pip":
                    assert rest == ["install", "carepath[testing]"]
                    programs = fresh_environment(programs, f"{built.wheel}[testing]")
                elif name == "mkdir":
                    run(name, *rest, cwd=folder)
                elif name == "pytest":
                    command = [name, *rest]
                else:
                    compare(run(programs / name, *rest, cwd=folder), block.output, where)
    assert command, f"{PAGE.name} never runs pytest"
    return Project(folder, programs, command)


@pytest.mark.slow
def test_what_the_page_makes_passes_its_own_tests(project: Project) -> None:
    status, printed = project.pytest()
    assert status == 0, printed
    assert f"{TESTS} passed" in printed
    assert "coverage 100.0 %: 17 of 17 points by 8 scenarios" in printed
    assert f"rootdir: {project.folder}" in printed


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_that_is_planted_is_found_and_named_by_the_part_that_should(
    name: str, project: Project, tmp_path: Path
) -> None:
    mistake = MISTAKES[name]
    spoilt = project._replace(folder=Path(shutil.copytree(project.folder, tmp_path / "project")))
    file = spoilt.folder / "guideline" / mistake.file
    text = file.read_text(encoding="utf-8")
    assert text.count(mistake.right) == 1
    file.write_text(text.replace(mistake.right, mistake.wrong), encoding="utf-8")
    run(spoilt.programs / "carepath", "check", "guideline", cwd=spoilt.folder)
    status, printed = spoilt.pytest()
    assert status == 1, printed
    assert set(_FAILED.findall(printed)) == mistake.found_by, printed
    assert f"{TESTS - len(mistake.found_by)} passed" in printed
    assert not [said for said in mistake.said if said not in printed], printed
