"""Asks scenarios about the mutants of a guideline: which mistakes would they notice, and which not.

A scenario notices a mutant when it passes on the guideline and fails on the mutant. Only those scenarios are assessed
again in which the changed condition comes out differently, or that touch the changed step.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carepath.assessing import assess, engine_values
from carepath.assessment import Assessment
from carepath.basis import Basis
from carepath.content.guideline import Guideline
from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, CarepathError, Problem, ScenarioError, nearest, shown_name
from carepath.inference.agreement import Prepared, made_ready
from carepath.inference.clauses import derived_leaves
from carepath.language.evaluate import Compiler
from carepath.language.nodes import Condition
from carepath.language.truth import FALSE, TRUE, UNKNOWN
from carepath.language.write import write_line
from carepath.record.derived import Situation, settler
from carepath.record.snapshot import take_snapshot
from carepath.testing.mutants import OPERATORS, Mutant, mutants
from carepath.testing.runner import compare
from carepath.testing.scenario import Scenario, read_scenarios, scenario_files
from carepath.yaml_reader import read_file, to_python


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: the scenario that notices it, or the reason why none can, or neither."""

    mutant: Mutant
    killed_by: str | None = None
    equivalent: str | None = None

    @property
    def survives(self) -> bool:
        """Whether nothing noticed it and nothing says that nothing can."""
        return self.killed_by is None and self.equivalent is None


@dataclass(frozen=True, slots=True)
class MutationRun:
    """The fates of all mutants, in their order."""

    fates: tuple[Fate, ...]
    #: Scenarios that do not pass on the guideline itself, and so notice nothing.
    not_passing: tuple[Scenario, ...] = ()

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """The mutants that no scenario notices and that are not listed as equivalent."""
        return tuple(fate.mutant for fate in self.fates if fate.survives)

    @property
    def score(self) -> float:
        """The part that scenarios notice, from 0 to 1, of the mutants that are not equivalent."""
        able = [fate for fate in self.fates if fate.equivalent is None]
        return sum(fate.killed_by is not None for fate in able) / len(able) if able else 1.0

    def table(self) -> str:
        """By kind of mistake: mutants, killed by scenarios, equivalent, survivors."""
        rows: list[tuple[str, ...]] = [("mistake", "mutants", "killed", "equivalent", "survivors")]
        for name in (*OPERATORS, "all"):
            mine = [fate for fate in self.fates if name in {"all", fate.mutant.operator}]
            killed = sum(fate.killed_by is not None for fate in mine)
            equivalent = sum(fate.equivalent is not None for fate in mine)
            rows.append((name, *map(str, (len(mine), killed, equivalent, len(mine) - killed - equivalent))))
        return "\n".join("  ".join(cell.rjust(10) for cell in row) for row in rows)

    def __str__(self) -> str:
        lines = [self.table(), f"score {self.score:.1%}"]
        lines += [f"survives: {one.sentence} ({one.place}) [{one.id}]" for one in self.survivors]
        if self.not_passing:
            number = len(self.not_passing)
            lines.append(f"scenarios that do not pass on the guideline itself, and so notice nothing: {number}")
            lines += [f"does not pass: {one.place} {shown_name(one.name)}" for one in self.not_passing]
        return "\n".join(lines)


def run_mutants(
    guideline: Guideline,
    scenarios: Iterable[Scenario],
    *,
    equivalent: Mapping[str, str] | None = None,
    only: Iterable[Mutant] | None = None,
) -> MutationRun:
    """What scenarios notice of the mutants of a guideline.

    Args:
        guideline: the content; it may be your own.
        scenarios: those of ``read_scenarios``; one that does not pass on the guideline itself notices nothing.
        equivalent: by the id of a mutant the reason why no patient can tell it from the guideline; such a one is
            tried all the same, and counts as killed when a scenario does notice it.
        only: these mutants; None for all.

    Raises:
        ContentError: a parameter has no value on the date of a scenario.
    """
    reasons = equivalent or {}
    tried = [(one, _case(one, guideline)) for one in scenarios]
    cases = [case for _, case in tried if case is not None]
    fates = []
    for mutant in only if only is not None else mutants(guideline):
        killer = next(noticing(mutant, cases, guideline), None)
        if killer is not None:
            # What noticed one mistake often notices the next one.
            cases.remove(killer)
            cases.insert(0, killer)
        name = f"{killer.scenario.place.file}: {killer.scenario.name}" if killer is not None else None
        fates.append(Fate(mutant, name, reasons.get(mutant.id) if killer is None else None))
    return MutationRun(tuple(fates), tuple(one for one, case in tried if case is None))


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A scenario that passes, with what its assessment was made from."""

    scenario: Scenario
    basis: Basis


def _case(scenario: Scenario, guideline: Guideline) -> Case | None:
    try:
        assessment = assess(
            scenario.patient, pathway=scenario.pathway, at=scenario.at, guideline=guideline, engine="direct"
        )
    except CarepathError:
        return None
    return None if any(compare(scenario, assessment)) else Case(scenario, assessment.basis)


def noticing(mutant: Mutant, cases: Iterable[Case], guideline: Guideline) -> Iterator[Case]:
    """The scenarios that notice a mutant; first those among them in which a verdict changes."""
    changed = Changed(mutant, guideline)
    touched = [(case, changed.basis(case.basis)) for case in cases if changed.touches(case.basis)]
    told = [(case, basis) for case, basis in touched if basis.verdicts != case.basis.verdicts]
    rest = [(case, basis) for case, basis in touched if basis.verdicts == case.basis.verdicts]
    for case, basis in (*told, *rest):
        if any(compare(case.scenario, Assessment(basis, basis.resolved()))):
            yield case


@dataclass
class Changed:
    """A mutant of a guideline, ready to assess what was assessed with the guideline before."""

    mutant: Mutant
    original: Guideline
    _ready: dict[tuple[tuple[str, int | float], ...], Prepared] = field(default_factory=dict)
    _compared: dict[int, _Comparison] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.guideline = self.mutant.apply(self.original)

    def touches(self, basis: Basis) -> bool:
        """Whether the mutant can make a difference for a patient."""
        before, after, steps = self.mutant.before, self.mutant.after, self.mutant.steps
        if before is not None and after is not None:
            prepared = basis.prepared
            if id(prepared) not in self._compared:
                self._compared[id(prepared)] = _Comparison(before, after, prepared)
            return self._compared[id(prepared)].differs(basis)
        if self.mutant.clause is not None:
            return basis.verdicts[self.mutant.clause] is not FALSE
        if steps:
            here = (basis.position.step, *basis.position.candidates)
            return basis.position.step is None or any(step in steps for step in here)
        return True

    def assess(self, basis: Basis) -> Assessment:
        """The assessment with the mutant of the patient of an earlier assessment."""
        changed = self.basis(basis)
        return Assessment(changed, changed.resolved())

    def basis(self, basis: Basis) -> Basis:
        """What the assessment with the mutant is made from."""
        situation = basis.situation
        prepared = self._prepared(situation.at)
        if prepared.scope.parameters != basis.prepared.scope.parameters:
            readings = take_snapshot(situation.record, self.guideline.findings, prepared.scope.parameters, situation.at)
            situation = Situation(situation.record, readings, self.guideline.findings, situation.at)
        pathway = self.guideline.pathways[basis.pathway.name] if basis.pathway is not None else None
        values, position = engine_values(situation, pathway, prepared)
        found = prepared.direct.verdicts(values)
        return Basis(prepared, situation, pathway, position, values, found, "direct", basis.lang)

    def _prepared(self, at: dt.date) -> Prepared:
        parameters = self.guideline.parameter_values(at)
        key = tuple(sorted(parameters.items()))
        if key not in self._ready:
            self._ready[key] = made_ready(self.guideline, parameters)
        return self._ready[key]


class _Comparison:
    """A condition beside its mutant, for one set of parameter values."""

    def __init__(self, before: Condition, after: Condition, prepared: Prepared) -> None:
        scope, findings = prepared.scope, prepared.guideline.findings
        self.before, self.after = Compiler(scope).compile(before), Compiler(scope).compile(after)
        settled = {name for name, _ in prepared.settlers}
        leaves = derived_leaves({"before": before, "after": after}, scope.terms)
        named = ((write_line(leaf), leaf) for leaf in leaves)
        self.new = [(name, settler(leaf, findings, scope)) for name, leaf in named if name not in settled]

    def differs(self, basis: Basis) -> bool:
        values = basis.values
        if self.new:
            truths = {name: settle(basis.situation) for name, settle in self.new}
            values = {**values, **{name: truth is TRUE for name, truth in truths.items() if truth is not UNKNOWN}}
        return self.before(values) is not self.after(values)


def read_equivalent(path: Path) -> dict[str, str]:
    """By the id of a mutant the reason why it counts as equivalent, from a file.

    Args:
        path: a YAML file with a list of ``{reason: ..., mutants: [id, ...]}``.

    Raises:
        ContentError: the file cannot be read.
        ArgumentError: it has another form.
    """
    found: dict[str, str] = {}
    groups = to_python(read_file(path))
    for group in groups if isinstance(groups, list) else [groups]:
        ids, reason = (group.get("mutants"), group.get("reason")) if isinstance(group, dict) else (None, None)
        if not isinstance(ids, list) or not isinstance(reason, str):
            advice = "write a list of {reason: ..., mutants: [...]}"
            raise ArgumentError([Problem("CP082", f"{path} lists no equivalent mutants", None, advice)])
        found |= {str(name): reason for name in ids}
    return found


def _check_ids(reasons: Iterable[str], guideline: Guideline, path: Path) -> None:
    """That there are mutants of the ids in a list of equivalent ones.

    Raises:
        ArgumentError: there are not.
    """
    known = {one.id for one in mutants(guideline)}
    problems = [
        Problem("CP082", f"{path}: there is no mutant {name[:100]!r}", None, nearest(name, known))
        for name in reasons
        if name not in known
    ]
    if problems:
        raise ArgumentError(problems)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what scenarios notice; 0 when no mutant survives, 1 when some do, 2 when something cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m carepath.testing.mutation_run",
        description="Tells which small mistakes in a guideline its scenarios would not notice.",
    )
    parser.add_argument("paths", nargs="+", type=Path, help="scenario files, and folders of them")
    parser.add_argument("--guideline", help="the folder of the content; by default the one that ships with carepath")
    parser.add_argument("--equivalent", type=Path, help="a file that lists equivalent mutants, each with its reason")
    given = parser.parse_args(arguments)
    try:
        guideline = load_guideline(given.guideline)
        files, problems = scenario_files(given.paths)
        if problems:
            raise ScenarioError(problems)
        scenarios = [one for file in files for one in read_scenarios(file, guideline)]
        reasons = read_equivalent(given.equivalent) if given.equivalent is not None else {}
        _check_ids(reasons, guideline, given.equivalent)
    except CarepathError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command prints
        return 2
    run = run_mutants(guideline, scenarios, equivalent=reasons)
    print(run)  # noqa: T201 - a command prints
    return 1 if run.survivors else 0


if __name__ == "__main__":
    sys.exit(main())
