"""The pytest plugin: each scenario of the chosen files is one test, named by its sentence.

Nothing is collected unless asked for, in pytest's configuration (folders, files or patterns, from the root) or on
the command line (from the present folder; may be repeated; these paths are added to what pytest collects)::

    [tool.pytest.ini_options]
    carepath_scenarios = ["tests/scenarios"]

    pytest --carepath-scenarios ../more/scenarios

``carepath_guideline`` names the folder with ``rules/`` and ``pathways/``, where it is not the shipped guideline.
``--carepath-coverage`` says at the end what the scenarios exercised, ``--carepath-fail-under FIGURE`` fails the run
when that is under so many percent; ``carepath_unreachable`` names the file with the points that are out of reach.
"""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carepath.content.guideline import Guideline
    from carepath.testing.runner import ScenarioResult
    from carepath.testing.scenario import Scenario

OPTION = "carepath_scenarios"
GUIDELINE = "carepath_guideline"
COVERAGE = "carepath_coverage"
FAIL_UNDER = "carepath_fail_under"
UNREACHABLE = "carepath_unreachable"
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_MAGIC = frozenset("*?[")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option of the command line and those of the configuration."""
    parser.addini(OPTION, "folders, files or patterns of carepath scenarios", type="args", default=[])
    parser.addini(GUIDELINE, "folder with rules/ and pathways/ for carepath scenarios", default="")
    parser.addini(UNREACHABLE, "file with the points that no carepath scenario can exercise", default="")
    group = parser.getgroup("carepath")
    group.addoption(
        "--carepath-scenarios",
        action="append",
        default=[],
        metavar="PATH",
        dest=OPTION,
        help="collect the carepath scenarios of a file or folder (may be repeated)",
    )
    group.addoption(
        "--carepath-coverage",
        action="store_true",
        dest=COVERAGE,
        help="say at the end what the carepath scenarios exercised of the guideline",
    )
    group.addoption(
        "--carepath-fail-under",
        type=float,
        metavar="FIGURE",
        dest=FAIL_UNDER,
        help="measure carepath coverage; fail when it is under so many percent",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the paths of the command line to what pytest collects."""
    given = (str(_absolute(config.invocation_params.dir, path)) for path in config.getoption(OPTION))
    config.args.extend(path for path in given if path not in config.args)
    _check_paths(config)
    figure = config.getoption(FAIL_UNDER)
    if figure is not None and not 0 <= figure / 100 <= 1:
        message = f"--carepath-fail-under: {figure:g} is no figure from 0 to 100"
        raise pytest.UsageError(message)
    if config.getoption(COVERAGE) or figure is not None:
        from carepath.testing.plugin_coverage import CoverageReport  # noqa: PLC0415 - heavy, and only needed here

        guideline, unreachable = _configured(config, GUIDELINE), _configured(config, UNREACHABLE)
        report = CoverageReport(config, guideline, fail_under=figure, unreachable=unreachable)
        config.pluginmanager.register(report, COVERAGE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """A collector for a file of scenarios that was asked for."""
    if file_path.suffix not in SUFFIXES or not _is_chosen(file_path, parent.config):
        return None
    file: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return file


def _absolute(base: Path, path: str) -> Path:
    return Path(os.path.abspath(base / path))  # noqa: PTH100 - resolve() would follow links


def _is_chosen(file: Path, config: pytest.Config) -> bool:
    root = config.inipath.parent if config.inipath is not None else config.rootpath
    chosen = [_absolute(root, path) for path in config.getini(OPTION)]
    chosen += [_absolute(config.invocation_params.dir, path) for path in config.getoption(OPTION)]
    return any(
        fnmatch.fnmatch(str(file), str(path)) if _MAGIC & set(path.name) else file.is_relative_to(path)
        for path in chosen
    )


def _check_paths(config: pytest.Config) -> None:
    """That what the configuration names is there: a name that is wrong would be no test, and no failure either.

    Raises:
        UsageError: it is not.
    """
    root = config.inipath.parent if config.inipath is not None else config.rootpath
    for given in config.getini(OPTION):
        path = _absolute(root, given)
        if _MAGIC & set(path.name):
            found = any(fnmatch.fnmatch(str(one), str(path)) for one in path.parent.rglob("*"))
        else:
            found = path.exists()
        if not found:
            message = f"{OPTION}: there is nothing under {given!r}, seen from {root}"
            raise pytest.UsageError(message)
    guideline = _configured(config, GUIDELINE)
    if guideline is not None and not guideline.is_dir():
        message = f"{GUIDELINE}: there is no folder {config.getini(GUIDELINE)!r}, seen from {root}"
        raise pytest.UsageError(message)


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator[ScenarioItem]:
        """One test for each scenario; a name that stands twice is numbered.

        Raises:
            CollectError: the file, or the guideline, cannot be used.
        """
        from carepath.content.load import load_guideline  # noqa: PLC0415 - heavy, and only needed here
        from carepath.errors import CarepathError  # noqa: PLC0415 - likewise
        from carepath.testing.scenario import read_scenarios  # noqa: PLC0415 - likewise

        try:
            guideline = load_guideline(_configured(self.config, GUIDELINE))
            scenarios = read_scenarios(self.path, guideline)
        except CarepathError as error:
            raise self.CollectError(str(error)) from error
        seen: dict[str, int] = {}
        for scenario in scenarios:
            seen[scenario.name] = number = seen.get(scenario.name, 0) + 1
            name = scenario.name if number == 1 else f"{scenario.name} ({number})"
            item: ScenarioItem = ScenarioItem.from_parent(self, name=name, scenario=scenario, guideline=guideline)
            yield item


def _configured(config: pytest.Config, option: str) -> Path | None:
    """A path of the configuration, from the folder where that is written."""
    given = config.getini(option)
    root = config.inipath.parent if config.inipath is not None else config.rootpath
    return root / given if given else None


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, name: str, parent: ScenarioFile, *, scenario: Scenario, guideline: Guideline) -> None:
        super().__init__(name, parent)
        self.scenario = scenario
        self.guideline = guideline

    def runtest(self) -> None:
        """Runs the scenario.

        Raises:
            ScenarioFailedError: it did not come out as expected.
        """
        from carepath.testing.runner import run_scenario  # noqa: PLC0415 - heavy, and only needed here

        result = run_scenario(self.scenario, self.guideline)
        report = self.config.pluginmanager.get_plugin(COVERAGE)
        if report is not None:
            report.add(result, self.guideline)
        if not result.passed:
            raise ScenarioFailedError(result)

    def repr_failure(  # type: ignore[override]  # pytest narrows the types of its own method
        self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None
    ) -> object:
        """What was expected, what came, and why."""
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)  # type: ignore[arg-type]  # the same

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line and the sentence."""
        return self.path, self.scenario.place.line - 1, self.name


class ScenarioFailedError(Exception):
    """A scenario did not come out as expected."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(str(result))
