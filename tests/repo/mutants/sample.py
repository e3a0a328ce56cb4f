"""Tries a sample of small mistakes in the code that ``make mutants`` leaves alone: does mypy or a test notice them?

Usage: ``python -m tests.repo.mutants.sample [FOLDER]``, with mutmut in the environment. The sample is the same as long
as the code is. Works on copies of the checkout in FOLDER, build/mutants if none is given. mutmut makes the mistakes;
each is put into the code, mypy is asked, and then the tests of its package.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = Path(__file__).with_name("elsewhere.toml")
SIZE = 200
MUTMUT = (sys.executable, "-m", "mutmut")
MYPY = (sys.executable, "-m", "mypy", "src")
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-x",
    "-q",
    "--tb=no",
    "-p",
    "no:cacheprovider",
    "--hypothesis-profile=mutants",
)
#: By package the tests that are asked; the tests of ``""`` for what lies in no package.
TESTS = {
    "commands": ("tests/unit/test_cli.py", "tests/unit/exchange/test_serve.py", "tests/contracts/test_command_line.py"),
    "content": ("tests/unit/content", "tests/broken", "tests/scenarios", "tests/unit/explain"),
    "display": ("tests/unit/display", "tests/unit/explain", "tests/unit/test_cli.py"),
    "exchange": ("tests/unit/exchange", "tests/contracts"),
    "explain": ("tests/unit/explain", "tests/unit/display"),
    "testing": ("tests/unit/testing", "tests/laws/test_strategies.py", "tests/laws/test_patient_over_time.py"),
    "": (
        "tests/unit/test_cli.py",
        "tests/unit/test_input_file.py",
        "tests/unit/content",
        "tests/broken",
        "tests/contracts",
    ),
}
#: Seconds after which a test that does not end is given up.
MOST = 900


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


def fails(folder: Path, *command: str) -> bool:
    """Whether a command finds a fault in the code of a folder, or does not end."""
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, timeout=MOST)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def noticed(folder: Path, mutant: str) -> str:
    """What notices a mistake: mypy, a test, or nothing; then with the mistake, as a difference between two texts."""
    shown = output(folder, *MUTMUT, "show", mutant)
    (path,) = re.findall(r"^--- (\S+)", shown, re.MULTILINE)
    source = (folder / path).read_bytes()
    output(folder, *MUTMUT, "apply", mutant)
    try:
        if fails(folder, *MYPY):
            return "mypy"
        package = Path(path).parts[2] if len(Path(path).parts) > len(("src", "carepath", "module")) else ""
        return "a test" if fails(folder, *PYTEST, *TESTS[package]) else f"nothing\n{shown}"
    finally:
        (folder / path).write_bytes(source)


def main() -> None:
    """Tries the sample, and prints what became of it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "mutants"
    shutil.rmtree(folder, ignore_errors=True)
    first = folder / "0"
    copy_checkout(first)
    # Names are known once the mutants are made: this call makes them, and ends where it finds nothing of this name.
    subprocess.run([*MUTMUT, "run", "no_such_mutant"], cwd=first, check=False, capture_output=True)
    names = sorted(re.findall(r"^ +(\S+): ", output(first, *MUTMUT, "results", "--all", "true"), re.MULTILINE))
    sample = random.Random(SIZE).sample(names, SIZE)  # noqa: S311 - the same sample each time, no secret
    free: SimpleQueue[Path] = SimpleQueue()
    for number in range(os.cpu_count() or 1):
        if number:
            shutil.copytree(first, folder / str(number))
        free.put(folder / str(number))

    def tried(mutant: str) -> str:
        mine = free.get()
        try:
            found = noticed(mine, mutant)
        finally:
            free.put(mine)
        sys.stdout.write(f"{mutant}: {found}\n")
        sys.stdout.flush()
        return found.partition("\n")[0]

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        fates = Counter(pool.map(tried, sample))
    sys.stdout.write(f"{len(names)} mutants, of these tried {dict(sorted(fates.items()))}\n")
    sys.stdout.write(f"score {1 - fates['nothing'] / SIZE:.1%}\n")


if __name__ == "__main__":
    main()
