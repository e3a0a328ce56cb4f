"""The same rules and patients in CLIPS and in zen-engine; all engines must hold the same rules to be surely true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.costs import ASSESS, LAZY
from benchmarks.generated import work
from benchmarks.options import Options
from benchmarks.patients import Patient, typical_patients
from benchmarks.peers import Peer, clips_engine, zen_engine
from benchmarks.tables import Table, Target, table_of
from benchmarks.timing import Work, interleaved
from carepath import Assessment, load_guideline
from carepath.inference.agreement import prepare
from carepath.inference.direct import DirectEngine
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import branches
from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import Condition
from carepath.language.truth import TRUE

DIRECT, DURABLE, CLIPS, ZEN = "direct, three-valued", "durable-rules", "CLIPS", "zen-engine"
RULES = 200


def generated(options: Options) -> list[Table]:
    """200 generated rules in four engines."""
    made = work(RULES, options.patients)
    direct = DirectEngine(made.clauses, made.scope)
    engines: dict[str, Peer] = {DIRECT: lambda values: _sure(direct, values)}
    if availability() is None:
        engines[DURABLE] = durable_engine(made.clauses, made.scope).true_clauses
    absent = _add_peers(engines, made.clauses, made.scope)
    _check_agreement(engines, made.patients)
    works = {name: Work(fired) for name, fired in engines.items()} | {DIRECT: Work(direct.verdicts)}
    found = interleaved(works, made.patients, options.rounds)
    table = table_of(f"Engines: {RULES} generated rules, {len(made.patients)} patients", found, DIRECT)
    table.notes += [*absent, "All engines hold the same rules to be surely true, of every patient."]
    if CLIPS in found:
        table.targets.append(Target(f"direct beside CLIPS, {RULES} rules", found[DIRECT].times(found[CLIPS]), 0.8))
    return [table]


def shipped(options: Options) -> list[Table]:
    """The conditions of the shipped guideline in four engines, beside whole assessments of the same patients."""
    guideline = load_guideline()
    patients = typical_patients(options.patients)
    prepared = prepare(guideline, patients[0].at)
    patients = [one for one in patients if prepare(guideline, one.at) is prepared]
    values = {id(one): one.assess().basis.values for one in patients}

    engines: dict[str, Peer] = {DIRECT: lambda known: _sure(prepared.direct, known)}
    if availability() is None:
        engines[DURABLE] = prepared.durable().true_clauses
    absent = _add_peers(engines, prepared.clauses, prepared.scope)
    _check_agreement(engines, list(values.values()))

    def known_of(patient: Patient) -> Mapping[str, Known]:
        return values[id(patient)]

    works = {name: Work(fired, known_of) for name, fired in engines.items()}
    works |= {DIRECT: Work(prepared.direct.verdicts, known_of)}
    everything = f"{ASSESS}, with all lazy parts"
    works |= {
        ASSESS: Work(Patient.assess),
        f"{ASSESS}, with JSON": Work(lambda patient: patient.assess().to_json()),
        everything: Work(lambda patient: _build_all(patient.assess())),
    }
    found = interleaved(works, patients, options.rounds)
    title = f"Shipped: {len(prepared.clauses)} conditions, {len(patients)} typical patients"
    table = table_of(title, found, ASSESS)
    table.notes += [
        *absent,
        "All engines hold the same conditions to be surely true, of every patient. The engines get values that were",
        "worked out before; an assessment begins with the record.",
    ]
    if ZEN in found:
        bare, built = found[ASSESS].times(found[ZEN]), found[everything].times(found[ZEN])
        table.targets.append(Target("assess beside zen-engine's bare answer", bare, 1.0))
        table.targets.append(Target("assess with all lazy parts beside zen-engine's bare answer", built, 2.5))
    return [table]


def durable_engine(clauses: Mapping[str, Condition], scope: Scope) -> DurableEngine:
    """durable-rules with clauses of a scope."""
    found = {name: branches(condition, scope) for name, condition in clauses.items()}
    attributes = {literal.attribute for one in found.values() for branch in one for literal in branch}
    return DurableEngine(found, {name: scope.types[name].engine_kind for name in attributes})


def _build_all(assessment: Assessment) -> None:
    for build in LAZY.values():
        build(assessment)


def _sure(direct: DirectEngine, values: Mapping[str, Known]) -> frozenset[str]:
    return frozenset(name for name, truth in direct.verdicts(values).items() if truth is TRUE)


def _add_peers(engines: dict[str, Peer], clauses: Mapping[str, Condition], scope: Scope) -> list[str]:
    """Adds the peers that are installed; gives a note for each that is not."""
    makers: dict[str, Callable[[Mapping[str, Condition], Scope], Peer]] = {CLIPS: clips_engine, ZEN: zen_engine}
    absent = []
    for name, make in makers.items():
        try:
            engines[name] = make(clauses, scope)
        except ModuleNotFoundError:
            absent.append(f"{name} is not installed: pip install 'carepath[dev]'.")
    return absent


def _check_agreement(engines: Mapping[str, Peer], patients: Sequence[Mapping[str, Known]]) -> None:
    """Stops where an engine holds other rules to be sure than the direct evaluator: then times mean nothing."""
    for number, values in enumerate(patients):
        answers = {name: fired(values) for name, fired in engines.items()}
        for name, answer in answers.items():
            if answer != answers[DIRECT]:
                message = f"{name} and direct differ for patient {number}: {sorted(answer ^ answers[DIRECT])}"
                raise RuntimeError(message)
