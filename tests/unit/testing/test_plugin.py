import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

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


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder, with the plugin, whether carepath is installed or only importable."""
    entry_points = importlib.metadata.entry_points(group="pytest11")
    given = [] if any(entry.value == PLUGIN for entry in entry_points) else ["-p", PLUGIN]
    paths = os.pathsep.join([str(SOURCES), *sys.path])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *given, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_each_scenario_of_the_configured_folder_is_a_test_named_by_its_sentence(tmp_path: Path) -> None:
    write(tmp_path, "pytest.ini", "[pytest]\ncarepath_scenarios = cases\n")
    good = SCENARIO.format(name="numbness leaves the pathway", kind="red_flag_exit")
    write(tmp_path, "cases/a.yaml", good + SCENARIO.format(name="numbness steps up", kind="escalate"))
    write(tmp_path, "other/b.yaml", "not: a scenario")
    done = pytest_in(tmp_path, "-v")
    assert "numbness leaves the pathway PASSED" in done.stdout
    assert "numbness steps up FAILED" in done.stdout
    assert "must: {kind: escalate}" in done.stdout
    assert "Traceback" not in done.stdout
    assert done.returncode == 1


def test_paths_of_the_command_line_are_collected_too(tmp_path: Path) -> None:
    write(tmp_path, "more/a.yaml", SCENARIO.format(name="numbness leaves the pathway", kind="red_flag_exit"))
    write(tmp_path, "project/test_own.py", "def test_own(): pass\n")
    done = pytest_in(tmp_path / "project", "--carepath-scenarios", "../more")
    assert "2 passed" in done.stdout


def test_a_pattern_chooses_files(tmp_path: Path) -> None:
    write(tmp_path, "pytest.ini", "[pytest]\ncarepath_scenarios = cases/*.case.yaml\n")
    write(tmp_path, "cases/a.case.yaml", SCENARIO.format(name="one", kind="red_flag_exit"))
    write(tmp_path, "cases/b.yaml", SCENARIO.format(name="two", kind="escalate"))
    assert "1 passed" in pytest_in(tmp_path).stdout


def test_a_file_that_cannot_be_read_is_an_error_with_places(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", SCENARIO.format(name="one", kind="red_flag_exitt"))
    done = pytest_in(tmp_path, "--carepath-scenarios", "a.yaml")
    assert "a.yaml:6:19: CP071" in done.stdout
    assert "did you mean 'red_flag_exit'?" in done.stdout
    assert "Traceback" not in done.stdout


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
