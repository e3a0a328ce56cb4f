import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCENARIO = """\
- scenario: {name}
  pathway: spine
  at: 2026-03-02
  patient: {{rf_cauda_equina: true}}
  expect:
    must: [{{kind: {kind}}}]
"""
SOURCES = Path(__file__).resolve().parents[3] / "src"
PLUGIN = "carepath.testing.plugin"
Run = Callable[..., tuple[int, str]]


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder with the plugin and no other: whatever else is installed takes seconds to import."""
    given = ["-p", PLUGIN]
    paths = os.pathsep.join([str(SOURCES), *sys.path])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *given, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs pytest in this process, which has the plugin and the guideline in memory already; with no other plugin.

    Pytest would look five times through the whole memory for what was left behind: that is for the run outside.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*arguments: str) -> tuple[int, str]:
        without = ("-p", "no:cacheprovider", "-p", "no:unraisableexception")
        status = pytest.main([*without, "-p", PLUGIN, "--rootdir", str(tmp_path), *arguments])
        captured = capsys.readouterr()
        return int(status), captured.out + captured.err

    return run


def test_each_scenario_of_the_configured_folder_is_a_test_named_by_its_sentence(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "pytest.ini", "[pytest]\ncarepath_scenarios = cases\n")
    good = SCENARIO.format(name="numbness leaves the pathway", kind="red_flag_exit")
    write(tmp_path, "cases/a.yaml", good + SCENARIO.format(name="numbness steps up", kind="escalate"))
    write(tmp_path, "other/b.yaml", "not: a scenario")
    status, out = run_here("-v")
    assert "numbness leaves the pathway PASSED" in out
    assert "numbness steps up FAILED" in out
    assert "must: {kind: escalate}" in out
    assert "Traceback" not in out
    assert status == 1


def test_paths_of_the_command_line_are_collected_too(tmp_path: Path) -> None:
    write(tmp_path, "more/a.yaml", SCENARIO.format(name="numbness leaves the pathway", kind="red_flag_exit"))
    write(tmp_path, "project/test_own.py", "def test_own(): pass\n")
    done = pytest_in(tmp_path / "project", "--carepath-scenarios", "../more")
    assert "2 passed" in done.stdout


def test_a_pattern_chooses_files(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "pytest.ini", "[pytest]\ncarepath_scenarios = cases/*.case.yaml\n")
    write(tmp_path, "cases/a.case.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    write(tmp_path, "cases/b.yaml", SCENARIO.format(name="two", kind="escalate"))
    assert "1 passed" in run_here()[1]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("carepath_scenarios = case", "carepath_scenarios: there is nothing under 'case'"),
        ("carepath_scenarios = cases/*.yml", "carepath_scenarios: there is nothing under 'cases/*.yml'"),
        ("carepath_guideline = guidline", "carepath_guideline: there is no folder 'guidline'"),
    ],
)
def test_a_setting_that_names_nothing_is_refused(tmp_path: Path, run_here: Run, setting: str, said: str) -> None:
    write(tmp_path, "pytest.ini", f"[pytest]\n{setting}\n")
    write(tmp_path, "cases/a.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    write(tmp_path, "test_own.py", "def test_own(): pass\n")
    status, out = run_here()
    assert status == 4
    assert said in out


def test_a_file_that_cannot_be_read_is_an_error_with_places(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="red_flag_exitt"))
    _, out = run_here("--carepath-scenarios", "a.yaml")
    assert "a.yaml:6:19: CP071" in out
    assert "did you mean 'red_flag_exit'?" in out
    assert "Traceback" not in out


def test_nothing_is_collected_and_nothing_heavy_imported_unless_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="escalate"))
    write(
        tmp_path,
        "test_own.py",
        "import sys\n\ndef test_own():\n"
        "    heavy = {'carepath.assessing', 'carepath.content.guideline', 'yaml', 'pydantic', 'networkx', 'durable'}\n"
        "    assert not heavy & set(sys.modules)\n",
    )
    assert "1 passed" in pytest_in(tmp_path).stdout


# --- coverage -----------------------------------------------------------------------------------------------------


def test_coverage_is_reported_at_the_end(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    status, out = run_here("--carepath-scenarios", "a.yaml", "--carepath-coverage")
    assert status == 0
    assert "carepath coverage" in out
    assert " by 1 scenario" in out


def test_coverage_under_the_figure_fails_a_run_that_passed(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    status, out = run_here("--carepath-scenarios", "a.yaml", "--carepath-fail-under", "99")
    assert status == 1
    assert "coverage is under 99 %" in out
    assert "1 passed" in out


def test_the_configured_list_of_what_is_out_of_reach_is_used(tmp_path: Path, run_here: Run) -> None:
    write(tmp_path, "pytest.ini", "[pytest]\ncarepath_scenarios = cases\ncarepath_unreachable = list.yaml\n")
    write(tmp_path, "cases/a.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    write(tmp_path, "list.yaml", "- {point: 'rule SC-1: applies', reason: adults only}\n")
    _, told = run_here("--carepath-coverage")
    assert "rule SC-1: applies. Reason: adults only" in told
    write(tmp_path, "list.yaml", "- {point: 'rule SC-9: applies', reason: adults only}\n")
    status, refused = run_here("--carepath-coverage")
    assert status == 1
    assert "CP093" in refused
    assert "Traceback" not in refused


def test_a_figure_that_is_no_percentage_is_refused(run_here: Run) -> None:
    status, out = run_here("--carepath-fail-under", "101")
    assert status == 4
    assert "101 is no figure from 0 to 100" in out


@pytest.mark.slow
def test_coverage_adds_up_over_processes(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    write(tmp_path, "b.yaml", SCENARIO.format(name="two", kind="red_flag_exit"))
    told = pytest_in(tmp_path, "--carepath-scenarios", ".", "--carepath-coverage", "-p", "xdist", "-n", "2")
    assert " by 2 scenarios" in told.stdout
