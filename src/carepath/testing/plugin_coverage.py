"""Coverage in pytest: what the collected scenarios exercised, at the end of the run, also over several processes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carepath.content.load import load_guideline
from carepath.errors import CarepathError
from carepath.testing.coverage import Coverage, CoverageCounter, Tally, read_unreachable

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline
    from carepath.testing.runner import ScenarioResult

#: Under what name a process of pytest-xdist hands over what it counted.
OUTPUT = "carepath_coverage"


class CoverageReport:
    """Counts the scenarios of a run and reports what they exercised.

    Args:
        config: pytest's.
        guideline: the folder of the guideline; None for the shipped one.
        fail_under: the figure in percent under which the run fails; None for no figure.
        unreachable: the file with the points that no scenario can exercise; None for none.
    """

    def __init__(
        self, config: pytest.Config, guideline: Path | None, *, fail_under: float | None, unreachable: Path | None
    ) -> None:
        self._config = config
        self._folder = guideline
        self._fail_under = fail_under
        self._unreachable = unreachable
        self._counter: CoverageCounter | None = None
        self._others: list[Tally] = []
        self._problem = ""

    def add(self, result: ScenarioResult, guideline: Guideline) -> None:
        """Counts one scenario."""
        if self._counter is None:
            self._counter = CoverageCounter(guideline)
        self._counter.add(result)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object) -> None:  # noqa: ARG002 - the hook of pytest-xdist
        """Takes over what another process counted."""
        counted = getattr(node, "workeroutput", {}).get(OUTPUT)
        if counted is not None:
            self._others.append(Tally(*counted))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hands over what this process counted, or fails the run when it is too little."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            if self._counter is not None:
                output[OUTPUT] = dataclasses.astuple(self._counter.tally())
            return
        measured = self._measured()
        figure = self._fail_under
        under = measured is not None and figure is not None and measured.is_under(figure)
        if (under or self._problem) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Prints the counts, what is missing, and the total."""
        measured = self._measured()
        terminalreporter.section("carepath coverage")
        if measured is None:
            terminalreporter.write_line(self._problem)
            return
        terminalreporter.write_line(str(measured))
        if self._fail_under is not None and measured.percent < self._fail_under:
            terminalreporter.write_line(f"coverage is under {self._fail_under:g} %")

    def _measured(self) -> Coverage | None:
        """The coverage over all processes; None where the guideline or the list cannot be used."""
        try:
            guideline = load_guideline(self._folder)
            listed = read_unreachable(self._unreachable, guideline) if self._unreachable is not None else None
        except CarepathError as error:
            self._problem = str(error)
            return None
        whole = CoverageCounter(guideline)
        for tally in (*([self._counter.tally()] if self._counter is not None else []), *self._others):
            whole.add_tally(tally)
        return whole.coverage(listed)
