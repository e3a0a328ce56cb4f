"""The test file of docs/how-to/check-the-laws.md, run by pytest in a project of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.unit.testing.laws.guidelines import small

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "check-the-laws.md"


@pytest.mark.slow
def test_the_test_file_of_the_how_to_finds_what_is_wrong_with_content_and_shows_it(tmp_path: Path) -> None:
    block = re.search(r"^ *```python\n(.*?)^ *```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    (tmp_path / "test_laws.py").write_text(textwrap.dedent(block[1]), encoding="utf-8")
    change = ("rules/resolve.yaml", "selects: {not_kinds: [red_flag_exit]}", "selects: {kinds: [escalate]}")
    shutil.move(small(tmp_path, change).origin, tmp_path / "region")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_laws.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 11 passed" in done.stdout
    assert "FAILED test_laws.py::test_a_law_holds[red_flags_dominate]" in done.stdout
    assert "E       carepath.testing.laws.frame.LawBroken: red_flags_dominate does not hold" in done.stdout
    assert "E         - scenario: red_flags_dominate" in done.stdout
    # What is shown is the call in the project's own test, not the inside of the laws.
    assert "population" not in done.stdout
    assert "Falsifying example" not in done.stdout
