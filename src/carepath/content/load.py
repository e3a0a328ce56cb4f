"""Loads a guideline: the shipped one, or one from a folder with ``rules/`` and ``pathways/``."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from carepath.content import models
from carepath.content.build import Builder, optional_text, text
from carepath.content.cards import read_cards
from carepath.content.checks import check_guideline
from carepath.content.code_tables import read_codes, read_instruments, with_sums, with_tables
from carepath.content.files import ContentFile, ContentFiles, read_files
from carepath.content.findings_file import read_findings, read_parameters, read_sources, read_terms
from carepath.content.guideline import (
    EVALUATION_DATE,
    PRESENT_STEP,
    Coverage,
    Finding,
    Guideline,
    KindInfo,
    Parameter,
    Rule,
    Term,
    Text,
    Unavailable,
)
from carepath.content.held import Held
from carepath.content.location import shipped_content
from carepath.content.pathway_checks import check_pathway_file
from carepath.content.pathway_file import read_pathway
from carepath.content.registers_file import read_conflicts, read_entitlements, read_modules, read_schedules
from carepath.content.rules_file import read_asks, read_resolve, read_rules
from carepath.errors import ContentError, Place, Problem, first_problems
from carepath.language.symbols import Symbols, ValueType
from carepath.pathway import Pathway
from carepath.yaml_reader import place_at

_T = TypeVar("_T")


def load_guideline(path: str | Path | None = None, *, codes: str | Path | Iterable[str | Path] = ()) -> Guideline:
    """The guideline in a folder, read and checked.

    Args:
        path: a folder that holds ``rules/`` and ``pathways/``; None for the guideline that ships with carepath.
        codes: a file, or several, with a site's own table of FHIR codes, which stands over the guideline's.

    Returns:
        The guideline. The shipped one is loaded once for the process.

    Raises:
        ContentError: with every problem of every file.
    """
    tables = [codes] if isinstance(codes, str | Path) else list(codes)
    guideline = _load_shipped() if path is None else _load(Path(path))
    return with_tables(guideline, [Path(one) for one in tables]) if tables else guideline


def _load(root: Path) -> Guideline:
    guideline, problems = read_guideline(root)
    if problems or guideline is None:
        raise ContentError(problems)
    return guideline


@functools.cache
def _load_shipped() -> Guideline:
    return _load(shipped_content())


def read_guideline(root: Path) -> tuple[Guideline | None, list[Problem]]:
    """The guideline in a folder as far as it can be built, and every problem found, in the order of their places.

    Nothing is raised for bad content: a guideline author wants the list.
    """
    return guideline_of(read_files(root), str(root))


def guideline_of(files: ContentFiles, origin: str) -> tuple[Guideline | None, list[Problem]]:
    """The guideline that files hold as far as it can be built, and every problem found; ``origin`` names the folder."""
    # A limit and a missing file are named before what is wrong inside files.
    problems = first_problems(sorted(files.problems, key=lambda one: one.code not in {"CP001", "CP009"}), None)
    guideline = None
    complete = all(name in files.fixed for name in ("edition.yaml", "sources.yaml", "findings.yaml", "outputs.yaml"))
    if complete and not any(problem.code == "CP001" for problem in files.problems):
        builder = Builder()
        guideline = _build(files, builder, origin)
        problems += first_problems(builder.problems, None)
        if not problems:
            problems += check_guideline(guideline)
            problems += first_problems(
                (problem for file in files.pathways for problem in check_pathway_file(file, guideline)), None
            )
    unplaced = Place("", 0, 0)
    problems = sorted(dict.fromkeys(problems), key=lambda p: (p.place or unplaced, p.code, p.message))
    return guideline, problems


def _build(files: ContentFiles, builder: Builder, origin: str) -> Guideline:
    fixed = files.fixed
    edition = fixed["edition.yaml"].form
    outputs = fixed["outputs.yaml"].form
    if not isinstance(edition, models.EditionFile) or not isinstance(outputs, models.OutputsFile):
        message = "the files were read with other forms"
        raise TypeError(message)
    read = ((read_pathway(builder, file), place_at(file.node, ("pathway",))) for file in files.pathways)
    pathways = _unique(builder, ((one.name, one, place) for one, place in read), "pathway")
    instruments = read_instruments(fixed["instruments.yaml"]) if "instruments.yaml" in fixed else {}
    findings = with_sums(read_findings(builder, fixed["findings.yaml"]), instruments.values())
    terms = read_terms(builder, fixed["terms.yaml"]) if "terms.yaml" in fixed else {}
    parameters = read_parameters(builder, fixed["parameters.yaml"]) if "parameters.yaml" in fixed else {}
    rules = _rules(files, builder, pathways)
    modules_file = fixed.get("modules.yaml")
    return Guideline(
        edition=edition.edition,
        date=edition.date,
        content_hash=files.content_hash,
        text=text(edition.text),
        sources=read_sources(fixed["sources.yaml"]),
        findings=findings,
        terms=terms,
        parameters=parameters,
        rules=rules,
        asks=read_asks(builder, fixed["information.yaml"]) if "information.yaml" in fixed else (),
        resolve=read_resolve(builder, fixed["resolve.yaml"]) if "resolve.yaml" in fixed else (),
        conflicts=read_conflicts(fixed["conflicts.yaml"]) if "conflicts.yaml" in fixed else {},
        modules=read_modules(builder, modules_file) if modules_file else (),
        schedules=read_schedules(modules_file) if modules_file else {},
        entitlements=(
            read_entitlements(builder, fixed["entitlement.yaml"], parameters)
            if {"entitlement.yaml", "parameters.yaml"} <= fixed.keys()
            else ()
        ),
        kinds=Held(
            "kind",
            {
                name: KindInfo(name, text(one.text), order, tuple(one.fields_), one.step_change)
                for order, (name, one) in enumerate(outputs.kinds.items())
            },
        ),
        vocabulary=Held("vocabulary", {name: _texts(values) for name, values in outputs.vocabulary.items()}),
        phrases=_phrases(fixed.get("phrases.yaml")),
        unavailable=_unavailable(fixed.get("unavailable.yaml")),
        coverage=_coverage(fixed.get("coverage.yaml")),
        pathways=pathways,
        symbols=_symbols(findings, pathways, terms, parameters),
        instruments=instruments,
        fhir_codes=read_codes(fixed["fhir_codes.yaml"]) if "fhir_codes.yaml" in fixed else (),
        fhir_reasons=_fhir_reasons(fixed.get("fhir_codes.yaml")),
        cards=read_cards(fixed.get("cards.yaml")),
        origin=origin,
    )


def _rules(files: ContentFiles, builder: Builder, pathways: Iterable[str]) -> dict[str, Rule]:
    every = tuple(pathways)
    read = [rule for file in files.rules for rule in read_rules(builder, file, every)]
    return _unique(builder, ((rule.id, rule, rule.place) for rule in read), "rule")


def _unique(builder: Builder, named: Iterable[tuple[str, _T, Place | None]], what: str) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for name, one, place in named:
        if name in found:
            builder.problems.append(Problem("CP030", f"{what} {name} stands twice", place, "give it another id"))
        found[name] = one
    return found


def _symbols(
    findings: dict[str, Finding],
    pathways: dict[str, Pathway],
    terms: dict[str, Term],
    parameters: dict[str, Parameter],
) -> Symbols:
    steps = tuple(step for pathway in pathways.values() for step in pathway.steps)
    types = {name: finding.type for name, finding in findings.items()}
    types[PRESENT_STEP] = ValueType("enum", values=steps)
    types[EVALUATION_DATE] = ValueType("date")
    return Symbols(
        types,
        {name: term.when for name, term in terms.items()},
        {name: parameter.type for name, parameter in parameters.items()},
    )


def _texts(given: Mapping[str, models.TextForm]) -> dict[str, Text]:
    return {name: text(one) for name, one in given.items()}


def _phrases(file: ContentFile | None) -> dict[str, Text]:
    if file is None or not isinstance(file.form, models.PhrasesFile):
        return {}
    return _texts(file.form.phrases)


def _unavailable(file: ContentFile | None) -> dict[str, Unavailable]:
    if file is None or not isinstance(file.form, models.UnavailableFile):
        return {}
    return {name: Unavailable(name, text(one.text), tuple(one.keywords)) for name, one in file.form.unavailable.items()}


def _coverage(file: ContentFile | None) -> dict[str, Coverage]:
    if file is None or not isinstance(file.form, models.CoverageFile):
        return {}
    return {
        name: Coverage(name, one.encoded, optional_text(one.reason), place_at(file.node, ("coverage", name)))
        for name, one in file.form.coverage.items()
    }


def _fhir_reasons(file: ContentFile | None) -> dict[str, Text]:
    if file is None or not isinstance(file.form, models.FhirCodesFile):
        return {}
    return _texts(file.form.reasons)
