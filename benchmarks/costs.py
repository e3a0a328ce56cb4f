"""What loading, assessing and explaining cost, split into their parts."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from benchmarks.options import Options
from benchmarks.patients import Patient, typical_patients
from benchmarks.tables import Table, Target, table_of
from benchmarks.timing import MICRO, Work, interleaved
from carepath import Assessment, assess, load_guideline
from carepath.basis import Basis
from carepath.content.load import read_guideline
from carepath.content.location import shipped_content
from carepath.explain.smallest_sets import forget
from carepath.inference.durable import availability
from carepath.record.read import read_record
from carepath.record.snapshot import take_snapshot

ASSESS = "assess, both engines"
#: Why not of every kind, and the smallest sets of a patient of whom nothing was explained before, may each cost so many
#: assessments.
MOST_FOR_EXPLAINING = 20.0
#: Of so many other patients the smallest sets were worked out before, where a row says so.
OTHERS = 5

#: What is built when it is asked for, each from an assessment of which nothing is built yet.
LAZY: dict[str, Callable[[Assessment], object]] = {
    "recommendations, with texts and grounds": lambda one: (one.recommendations, one.notes, one.set_aside),
    "undetermined": lambda one: one.undetermined,
    "next questions": lambda one: one.next_questions,
    "traces of all clauses": lambda one: [one.basis.trace(clause) for clause in one.basis.prepared.clauses],
    "audit": lambda one: one.audit,
    "JSON, all of the above but traces": Assessment.to_json,
    "report as text": Assessment.report,
    "why, of each recommendation": lambda one: [str(one.why(rec)) for rec in one.recommendations],
}


def load(options: Options) -> list[Table]:
    """Reading and checking the shipped guideline, and making it ready."""
    guideline = load_guideline()
    patient = typical_patients(1)[0]
    works = {
        "read and check the shipped guideline": Work(lambda _patient: read_guideline(shipped_content())),
        ASSESS: Work(Patient.assess),
    }
    table = table_of("Load", interleaved(works, [patient], options.rounds), ASSESS)
    # Under another hash nothing that is ready is taken for it.
    other = dataclasses.replace(guideline, content_hash="made ready anew")
    start = time.perf_counter()
    assess(patient.record, pathway=patient.pathway, at=patient.at, guideline=other)
    milliseconds = (time.perf_counter() - start) * 1e3
    table.notes.append(f"The first assessment with a guideline, which makes it ready: {milliseconds:,.1f} ms.")
    return [table]


def stages(options: Options) -> list[Table]:
    """The parts of an assessment before what is lazy; what is left over settles derived leaves and the position."""
    guideline = load_guideline()
    patients = typical_patients(options.patients)

    def basis_of(patient: Patient) -> Basis:
        return patient.assess().basis

    def unresolved(patient: Patient) -> Basis:
        return dataclasses.replace(basis_of(patient))

    def snapshot(basis: Basis) -> object:
        findings, parameters = basis.guideline.findings, basis.prepared.scope.parameters
        return take_snapshot(basis.situation.record, findings, parameters, basis.at)

    works = {
        ASSESS: Work(Patient.assess),
        "assess, direct evaluator alone": Work(lambda patient: patient.assess("direct")),
        "- read the record": Work(lambda patient: read_record(patient.record, guideline.findings, patient.at)),
        "- snapshot": Work(snapshot, basis_of),
        "- direct evaluator": Work(lambda basis: basis.prepared.direct.verdicts(basis.values), basis_of),
        "- resolve": Work(Basis.resolved, unresolved),
    }
    if availability() is None:
        works["- durable-rules"] = Work(lambda basis: basis.prepared.durable().true_clauses(basis.values), basis_of)
    found = interleaved(works, patients, options.rounds)
    return [table_of(f"Assess: {len(patients)} typical patients", found, ASSESS)]


def lazy_parts(options: Options) -> list[Table]:
    """What is built when it is asked for."""
    patients = typical_patients(options.patients)
    works = {ASSESS: Work(Patient.assess)} | {name: Work(build, Patient.assess) for name, build in LAZY.items()}
    found = interleaved(works, patients, options.rounds)
    return [table_of(f"Lazy parts: {len(patients)} typical patients, each part alone", found, ASSESS)]


def explanations(options: Options) -> list[Table]:
    """What explaining costs: why not of every kind that is not given, and the smallest sets of what is undetermined."""
    patients = typical_patients(options.explained)

    def after_others(patient: Patient) -> Assessment:
        forget()
        at = patients.index(patient)
        for step in range(1, OTHERS + 1):
            _missing(patients[(at + step * len(patients) // (OTHERS + 1)) % len(patients)].assess())
        return patient.assess()

    def remembered(patient: Patient) -> Assessment:
        _missing(patient.assess())
        return patient.assess()

    not_given, cold = "why not, of every kind not given", "missing, nothing remembered"
    works = {
        ASSESS: Work(Patient.assess),
        not_given: Work(_why_not, Patient.assess),
        cold: Work(_missing, _forgotten),
        f"missing, {OTHERS} other patients before": Work(_missing, after_others),
        "missing, same patient before": Work(_missing, remembered),
    }
    found = interleaved(works, patients, max(1, options.rounds // 2))
    table = table_of(f"Explanations: {len(patients)} typical patients", found, ASSESS)
    slowest = patients[found[cold].slowest]
    table.notes.append(f"The slowest took {found[cold].worst / MICRO * 1e3:,.1f} ms for missing: {slowest.name!r}.")
    table.notes.append(first_explanations(patients[0]))
    table.targets += [
        Target(f"{name}, in assessments (median)", found[name].times(found[ASSESS]), MOST_FOR_EXPLAINING)
        for name in (not_given, cold)
    ]
    return [table, worst_explained(options), worst_case(options)]


def _forgotten(patient: Patient) -> Assessment:
    forget()
    return patient.assess()


def _why_not(assessment: Assessment) -> object:
    given = {one.kind for one in assessment.recommendations}
    return [str(assessment.why_not(kind)) for kind in assessment.guideline.kinds if kind not in given]


def _missing(assessment: Assessment) -> object:
    return assessment.missing


def first_explanations(patient: Patient) -> str:
    """What the first explanations with a guideline cost, which also work out what holds for every patient."""
    other = dataclasses.replace(patient.guideline, content_hash="explained anew")
    took = []
    for explain in (_why_not, _missing):
        assessment = assess(patient.record, pathway=patient.pathway, at=patient.at, guideline=other)
        start = time.process_time()
        explain(assessment)
        took.append((time.process_time() - start) * 1e3)
    return "The first with a guideline: why not of every kind {:,.1f} ms, missing {:,.1f} ms.".format(*took)


def worst_explained(options: Options) -> Table:
    """The scenarios whose smallest sets, with nothing remembered, take longest."""
    patients = typical_patients(None if options.patients > options.explained else options.explained)
    table = Table(f"Missing, nothing remembered: worst of {len(patients)} scenarios", ("", "us", "assessments"))
    works = {ASSESS: Work(Patient.assess), "missing": Work(_missing, _forgotten)}
    found = interleaved(works, patients, 1)
    ordered = sorted(range(len(patients)), key=lambda index: -found["missing"].seconds[index])
    for index in ordered[:5]:
        seconds, unit = found["missing"].seconds[index], found[ASSESS].seconds[index]
        table.add(patients[index].name[:80], f"{seconds * MICRO:,.1f}", f"{seconds / unit:.1f}")
    return table


def worst_case(options: Options) -> Table:
    """The scenarios whose assessment takes longest."""
    patients = typical_patients(None if options.patients > options.explained else options.explained)
    found = interleaved({ASSESS: Work(Patient.assess)}, patients, 1)[ASSESS]
    table = Table(f"Assess: worst of {len(patients)} scenarios", ("", "us", "x median"))
    for seconds, index in sorted(((s, i) for i, s in enumerate(found.seconds)), reverse=True)[:5]:
        table.add(patients[index].name[:80], f"{seconds * MICRO:,.1f}", f"{seconds * MICRO / found.p50:.2f}")
    return table
