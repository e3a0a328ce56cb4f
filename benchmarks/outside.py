"""What is measured in whole processes: import time, memory, and two processes beside one."""

from __future__ import annotations

import gc
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.options import Options
from benchmarks.patients import Patient, typical_patients
from benchmarks.tables import Table, Target
from carepath import Assessment, assess_many, load_guideline

#: A page of memory, and a mebibyte, in bytes.
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
MEBIBYTE = 2**20
RUNS_PER_ROUND = 4


def imports(options: Options) -> list[Table]:
    """What ``import carepath`` takes beside ``import pydantic``, each in processes of their own, in turns."""
    statements = ("pass", "import pydantic", "import carepath", "import carepath; carepath.assess")
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(options.rounds * RUNS_PER_ROUND):
        for statement in statements:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", statement], check=True)  # noqa: S603 - this interpreter
            taken[statement].append(time.perf_counter() - start)
    bare = statistics.median(taken["pass"])
    own = {statement: statistics.median(seconds) - bare for statement, seconds in taken.items()}
    pydantic = own["import pydantic"]
    table = Table("Import, without the start of Python", ("", "ms", "x pydantic"))
    for statement in statements[1:]:
        table.add(statement, f"{own[statement] * 1e3:.1f}", f"{own[statement] / pydantic:.2f}")
    table.targets.append(Target("import carepath beside import pydantic", own["import carepath"] / pydantic, 1.5))
    return [table]


def processes(options: Options) -> list[Table]:
    """``assess_many`` on two processes beside one, in turns, with the JSON of each assessment as the result."""
    guideline = load_guideline()
    patients = typical_patients(options.patients)
    at, pathway = patients[0].at, "spine"
    chosen = [one.record for one in patients if (one.at, one.pathway) == (at, pathway)]
    columns = ("", "s", "patients/s", "x one process", "processor s")
    table = Table(f"assess_many: {options.cohort:,} patients", columns)
    makers: dict[str, Callable[[Assessment], object]] = {"recommendations": kinds_of, "JSON": Assessment.to_json}
    for name, then in makers.items():
        taken: dict[int, list[float]] = {1: [], 2: []}
        used: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(max(1, options.rounds // 2)):
            for number, measured in taken.items():
                cohort = itertools.islice(itertools.cycle(chosen), options.cohort)
                start, before = time.perf_counter(), _processor_seconds()
                made = assess_many(cohort, pathway=pathway, at=at, guideline=guideline, processes=number, then=then)
                count = sum(1 for _ in made)
                measured.append(time.perf_counter() - start)
                used[number].append(_processor_seconds() - before)
                if count != options.cohort:
                    message = f"{count} results for {options.cohort} patients"
                    raise RuntimeError(message)
        one, two = statistics.median(taken[1]), statistics.median(taken[2])
        for number, seconds in ((1, one), (2, two)):
            speed = f"{options.cohort / seconds:,.0f}"
            processor = f"{statistics.median(used[number]):.2f}"
            table.add(f"{name}, processes: {number}", f"{seconds:.2f}", speed, f"{one / seconds:.2f}", processor)
        table.targets.append(Target(f"two processes beside one, {name}", one / two, 1.8, at_least=True))
    table.notes += [
        "Processor time is that of all processes together: where it is the same for one process and for two, two free",
        "cores would halve the time. The time itself says so only on a machine that does nothing else.",
    ]
    return [table]


def _processor_seconds() -> float:
    """The processor's time of this process and of those that it started and that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def kinds_of(assessment: Assessment) -> tuple[str, ...]:
    """The kinds of the recommendations: the least that is made of an assessment."""
    return tuple(one.kind for one in assessment.recommendations)


def memory(options: Options) -> list[Table]:
    """By how much the memory that is resident grows while assessments are made and dropped."""
    patients = typical_patients(options.patients)
    title = f"Memory: {options.assessments:,} assessments after {options.warm_up:,}"
    table = Table(title, ("assessments", "MiB", "grown"))
    if _resident() is None:
        table.notes.append("The memory that is resident can be read from /proc only; it is not there.")
        return [table]
    endless = itertools.cycle(patients)
    _assess(endless, options.warm_up)
    start = _resident() or 0.0
    table.add("0", f"{start:.1f}", "0.00")
    grown = 0.0
    for step in range(1, 5):
        _assess(endless, options.assessments // 4)
        grown = (_resident() or 0.0) - start
        table.add(f"{options.assessments * step // 4:,}", f"{start + grown:.1f}", f"{grown:.2f}")
    table.targets.append(Target("memory grown, in MiB", grown, 2.0))
    return [table]


def _assess(patients: itertools.cycle[Patient], count: int) -> None:
    for patient in itertools.islice(patients, count):
        kinds_of(patient.assess())


def _resident() -> float | None:
    """The resident memory of this process in MiB, after what is not used any more was collected."""
    gc.collect()
    statm = Path("/proc/self/statm")
    return int(statm.read_text(encoding="ascii").split()[1]) * PAGE / MEBIBYTE if statm.exists() else None
