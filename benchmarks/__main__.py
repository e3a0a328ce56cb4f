"""Measures carepath: ``python -m benchmarks``, or ``make bench``.

Everything is timed in interleaved loops and compared within one run, so that ratios mean something on a machine
that is shared; absolute times are those of the machine. Without arguments all sections run but ``memory`` and
``service``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import beside, costs, growth, outside, service
from benchmarks.options import Options
from benchmarks.tables import Table

#: By name what measures a section.
SECTIONS: dict[str, Callable[[Options], list[Table]]] = {
    "load": costs.load,
    "assess": costs.stages,
    "lazy": costs.lazy_parts,
    "explain": costs.explanations,
    "engines": beside.generated,
    "shipped": beside.shipped,
    "growth": growth.growth,
    "import": outside.imports,
    "processes": outside.processes,
    "memory": outside.memory,
    "service": service.service,
}
LONG = frozenset({"memory", "service"})
PACKAGES = ("carepath", "durable_rules", "clipspy", "zen-engine", "pydantic", "fastapi", "uvicorn")


def main(arguments: list[str] | None = None) -> int:
    """Runs the sections that are asked for and prints what was found; targets that are missed are no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", help=f"{', '.join(SECTIONS)}; all but memory and service by default; or: all"
    )
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds; medians are of these (default: 5)")
    parser.add_argument("--patients", type=int, default=200, help="typical patients, and generated ones (default: 200)")
    parser.add_argument("--explained", type=int, default=40, help="patients that are explained (default: 40)")
    parser.add_argument("--rules", type=int, nargs="+", default=[200, 1_000, 5_000], help="sizes in growth")
    parser.add_argument("--cohort", type=int, default=10_000, help="patients for two processes (default: 10000)")
    parser.add_argument("--assessments", type=int, default=200_000, help="assessments in memory (default: 200000)")
    parser.add_argument("--warm-up", type=int, default=5_000, help="assessments before them (default: 5000)")
    parser.add_argument("--service-seconds", type=float, default=60, help="load on the service (default: 60)")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.sections if name not in {*SECTIONS, "all"}]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}: there are {', '.join(SECTIONS)}")
    chosen = [name for name in SECTIONS if name not in LONG] if not given.sections else given.sections
    chosen = list(SECTIONS) if "all" in chosen else chosen
    options = Options(
        rounds=given.rounds,
        patients=given.patients,
        explained=given.explained,
        rules=tuple(given.rules),
        cohort=given.cohort,
        assessments=given.assessments,
        warm_up=given.warm_up,
        service_seconds=given.service_seconds,
    )
    print("\n".join(_machine()), end="\n\n", flush=True)
    for name in chosen:
        for table in SECTIONS[name](options):
            print(table, flush=True)
    return 0


def _machine() -> list[str]:
    """What the figures hold for: the date, the machine and the versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return [
        f"{dt.datetime.now(tz=dt.UTC).date().isoformat()}  {_processor()}, {cores} cores, {platform.system()}",
        f"{platform.python_implementation()} {platform.python_version()}, {versions}",
    ]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        for line in cpus.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
