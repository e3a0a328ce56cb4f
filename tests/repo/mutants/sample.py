"""Tries a sample of small mistakes in the code that ``make mutants`` leaves alone: does mypy or a test notice them?

Usage: ``python -m tests.repo.mutants.sample [FOLDER]``, with mutmut in the environment. The sample is the same as long
as the code is. Works on a copy of the checkout in FOLDER, build/mutants if none is given.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = Path(__file__).with_name("elsewhere.toml")
SIZE = 200
MUTMUT = (sys.executable, "-m", "mutmut")
MYPY = (sys.executable, "-m", "mypy", "src")
#: What mutmut calls a mutant that a test noticed.
NOTICED = {"killed", "timeout"}


def copy_checkout(folder: Path) -> None:
    """Puts the files of the checkout into an empty folder, with the settings of this sample."""
    for name in output(ROOT, "git", "ls-files").splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    project = folder / "pyproject.toml"
    before, _, _ = project.read_text(encoding="utf-8").partition("\n[tool.mutmut]\n")
    project.write_text(before + SETTINGS.read_text(encoding="utf-8"), encoding="utf-8")


def output(folder: Path, *command: str) -> str:
    """What a command writes that is run in a folder."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def outcomes(folder: Path) -> dict[str, str]:
    """What became of each mutant, by its name."""
    lines = output(folder, *MUTMUT, "results", "--all", "true").splitlines()
    return dict(sorted(re.findall(r"^ +(\S+): (.+)$", line)[0] for line in lines))


def mypy_notices(folder: Path, mutant: str) -> bool:
    """Whether mypy finds a fault in the code with this mistake in it."""
    (path,) = re.findall(r"^--- (\S+)", shown(folder, mutant), re.MULTILINE)
    source = (folder / path).read_bytes()
    output(folder, *MUTMUT, "apply", mutant)
    try:
        return subprocess.run(MYPY, cwd=folder, check=False, capture_output=True).returncode != 0
    finally:
        (folder / path).write_bytes(source)


def shown(folder: Path, mutant: str) -> str:
    """The mistake, as a difference between two texts."""
    return output(folder, *MUTMUT, "show", mutant)


def report(folder: Path, sample: list[str], found: dict[str, str]) -> Iterator[str]:
    """The figures, and each mistake that nothing noticed."""
    unnoticed = [name for name in sample if found[name] not in NOTICED]
    survivors = [name for name in unnoticed if not mypy_notices(folder, name)]
    yield f"{len(found)} mutants, {len(sample)} tried"
    for outcome, number in sorted(Counter(found[name] for name in sample).items()):
        yield f"{outcome}: {number}"
    yield f"of those that no test noticed mypy notices {len(unnoticed) - len(survivors)}"
    yield f"score {1 - len(survivors) / len(sample):.1%}"
    yield from (shown(folder, name) for name in survivors)


def main() -> None:
    """Tries the sample, and prints what became of it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "mutants"
    shutil.rmtree(folder, ignore_errors=True)
    copy_checkout(folder)
    # Names are known once the mutants are made: this call makes them, and ends where it finds nothing of this name.
    subprocess.run([*MUTMUT, "run", "no_such_mutant"], cwd=folder, check=False, capture_output=True)
    sample = sorted(random.Random(SIZE).sample(list(outcomes(folder)), SIZE))  # noqa: S311 - no secret
    subprocess.run([*MUTMUT, "run", *sample], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    sys.stdout.writelines(f"{line}\n" for line in report(folder, sample, outcomes(folder)))


if __name__ == "__main__":
    main()
