"""How the cost of both evaluators grows with the number of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.beside import DIRECT, DURABLE, durable_engine
from benchmarks.generated import work
from benchmarks.options import Options
from benchmarks.patients import typical_patients
from benchmarks.tables import Table, Target
from benchmarks.timing import Times, Work, interleaved
from carepath import load_guideline
from carepath.inference.agreement import prepare
from carepath.inference.direct import DirectEngine
from carepath.inference.durable import availability
from carepath.language.evaluate import Known

#: By evaluator: five times as many rules may cost so many times as much.
MOST = {DIRECT: 5.5, DURABLE: 7.0}
FIVE = 5


def growth(options: Options) -> list[Table]:
    """The shipped conditions, and generated rules in growing numbers; all sizes in the same loop."""
    found = {**_shipped(options), **_generated(options)}
    table = Table("Growth with rules", ("", "p50 us", "p99 us", "us per rule"))
    for (name, size), one in found.items():
        table.add(f"{name}, {size:,} {'rules' if size in options.rules else 'conditions, shipped'}", *_cells(one, size))
    most = max(options.rules)
    for name, limit in MOST.items():
        large, small = found.get((name, most)), found.get((name, most // FIVE))
        if large is not None and small is not None:
            what = f"{name}: {most:,} rules beside {most // FIVE:,}"
            table.targets.append(Target(what, large.times(small), limit))
    return [table]


def _cells(one: Times, size: int) -> tuple[str, str, str]:
    return f"{one.p50:,.1f}", f"{one.p99:,.1f}", f"{one.p50 / size:.3f}"


def _shipped(options: Options) -> dict[tuple[str, int], Times]:
    patients = typical_patients(options.patients)
    prepared = prepare(load_guideline(), patients[0].at)
    works = {DIRECT: Work(prepared.direct.verdicts)}
    if availability() is None:
        works[DURABLE] = Work(prepared.durable().true_clauses)
    values = [one.assess().basis.values for one in patients]
    times = interleaved(works, values, options.rounds)
    return {(name, len(prepared.clauses)): one for name, one in times.items()}


def _generated(options: Options) -> dict[tuple[str, int], Times]:
    works: dict[str, Work] = {}
    keys: dict[str, tuple[str, int]] = {}
    for size in sorted(options.rules):
        made = work(size, 0)
        engines: dict[str, Callable[[Mapping[str, Known]], object]]
        engines = {DIRECT: DirectEngine(made.clauses, made.scope).verdicts}
        if availability() is None:
            engines[DURABLE] = durable_engine(made.clauses, made.scope).true_clauses
        for name, verdicts in engines.items():
            keys[f"{name} {size}"] = (name, size)
            works[f"{name} {size}"] = Work(verdicts)
    patients = work(0, options.patients).patients
    found = interleaved(works, patients, options.rounds)
    return {key: found[name] for name, key in sorted(keys.items(), key=lambda pair: pair[1])}
