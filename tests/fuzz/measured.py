"""Reads the worst inputs, each in a process of its own, and tells for each how much memory it took.

``python -m tests.fuzz.measured SHARE NAME...`` writes a line of JSON for each name. It runs on Linux, which tells the
most memory that a process ever held. For a small share of a limit that is too coarse, since a process takes memory in
large pieces: there Python's own account of what it holds is taken.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import sys
import tempfile
import tracemalloc
from pathlib import Path

import carepath
from carepath import input_file
from docs.generating.limits import MEMORY
from tests.fuzz.worst_inputs import BASE, REFUSALS, WORST, Worst

MIB = 2**20
#: Seconds of the processor that one input may take, on any machine: an input that never ends is told from a slow one.
SECONDS = 240
#: Below this share of its limits the memory of an input is taken from Python's account.
SMALL = 0.3


def told(name: str) -> int:
    """A size that the system tells of this process, in KiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def measured(worst: Worst, share: float) -> dict[str, object]:
    """What came of reading an input, and how many MiB more than before were held at most."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        call = worst.make(share, Path(folder))
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most begins anew with what is held now
        before = told("VmRSS")
        guard = told("VmSize") * 1024 + 2 * MEMORY[worst.reader][0] * MIB + 128 * MIB
        resource.setrlimit(resource.RLIMIT_AS, (guard, guard))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        problems: list[carepath.Problem] = []
        length = 0
        if share < SMALL:
            # A file is read into a place as large as its limit, of which the system gives only what is filled.
            input_file.MAX_JSON_BYTES = int(input_file.MAX_JSON_BYTES * share)
            tracemalloc.start()
        try:
            call()
        except REFUSALS as error:
            problems = list(error.problems)
            length = len(str(error))
        most = (told("VmHWM") - before) * 1024
        if share < SMALL:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    return {
        "mib": round(most / MIB, 2),
        "codes": sorted({problem.code for problem in problems}),
        "problems": len(problems),
        "length": length,
    }


def main() -> None:
    """Measures the inputs that are named; what fails is told in place of figures."""
    share, names = float(sys.argv[1]), sys.argv[2:]
    carepath.assess({}, pathway="spine", at="2026-03-02", engine="direct").to_json()  # what is made once is made now
    carepath.load_guideline(BASE)
    for name in names:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            try:
                found = measured(WORST[name], share)
            except BaseException as error:  # noqa: BLE001 - told to the test
                found = {"failed": f"{type(error).__name__}: {error}"[:500]}
            print(json.dumps({"name": name, **found}))  # noqa: T201 - read by the test
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"name": name, "failed": f"ended with status {status}"}))  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
