"""The notebooks of `examples/`: valid, without outputs, and each runs from a clean kernel, away from the checkout."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
READERS = {"integrator", "guideline_author", "researcher"}
#: A cell that takes longer than this is not a cell to wait for.
SECONDS = 60

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert isinstance(found, list)
    return found


def test_there_is_one_for_each_reader() -> None:
    assert {path.stem for path in NOTEBOOKS} == READERS


@each
def test_a_notebook_is_valid_and_holds_no_output_and_nothing_of_a_machine(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.read(path, as_version=4))
    data = json.loads(path.read_text(encoding="utf-8"))
    assert set(data["metadata"]) == {"kernelspec", "language_info"}
    assert data["metadata"]["language_info"] == {"name": "python"}
    for cell in data["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


@each
def test_a_notebook_says_that_carepath_advises_and_that_the_patients_are_made_up(path: Path) -> None:
    first = "".join(cells(path)[0]["source"])
    assert "advises a professional; it never decides" in first
    assert "made up" in first


@each
def test_a_notebook_depends_on_no_clock_no_network_and_no_file_of_the_checkout(path: Path) -> None:
    code = "\n".join("".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code")
    assert not re.search(r"\btoday\(|\bnow\(|import (time|requests|urllib|subprocess)\b|^[!%]", code, re.MULTILINE)
    assert not re.search(r"tests/|\.\./|examples/", code)
    assert "random.Random(" in code or "random" not in code


@pytest.mark.slow
@each
def test_a_notebook_runs_from_a_clean_kernel(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(displayed for _, displayed in outputs(path, tmp_path / "only", monkeypatch))


@pytest.mark.slow
@each
def test_a_notebook_shows_the_same_each_time(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outputs(path, tmp_path / "first", monkeypatch) == outputs(path, tmp_path / "second", monkeypatch)


def outputs(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each cell of code shows, run in an empty folder with the settings of nobody."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    folder.mkdir()
    for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(folder / name))
        (folder / name).mkdir()
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    shutil.copy(path, folder)
    notebook = nbformat.read(folder / path.name, as_version=4)
    place = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=place).execute()
    return [shown(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def shown(found: list[Any]) -> tuple[str, list[Any]]:
    """What was printed, in one piece however it came, and what was displayed."""
    printed = "".join(one["text"] for one in found if one["output_type"] == "stream")
    return printed, [one["data"] for one in found if one["output_type"] != "stream"]
