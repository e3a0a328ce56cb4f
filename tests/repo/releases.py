"""A release as a user gets it: built from the checkout, installed in an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


class Built(NamedTuple):
    """The files that a release consists of."""

    sdist: Path
    wheel: Path


def finished(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What came of a command, run away from the caller's PYTHON* settings; both of its outputs are in ``stdout``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command, or a failed test that shows it."""
    done = finished(*command, cwd=cwd)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def fresh_environment(folder: Path, *pip_arguments: str | Path) -> Path:
    """A new virtual environment with what pip installs from the arguments; the folder of its programs."""
    run(sys.executable, "-m", "venv", folder, cwd=ROOT)
    programs = folder / SCRIPTS
    run(programs / "python", "-m", "pip", "install", "--quiet", *pip_arguments, cwd=folder)
    return programs
