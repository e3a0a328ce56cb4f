"""Runs scenarios: assesses the patient, compares with what is expected, and says why where it differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from carepath.assessing import assess
from carepath.assessment import Assessment
from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import Guideline, Output, Rule
from carepath.content.load import load_guideline
from carepath.errors import CarepathError, Problem, ScenarioError, shown_name
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import output_id, transition_ids
from carepath.language.evaluate import Trace
from carepath.language.nodes import Condition, Not
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.recommendation import FIELDS, Recommendation
from carepath.testing.expectation import Expectation, flow
from carepath.testing.scenario import Scenario, read_scenarios, scenario_files

MAX_LEAVES = 6
MAX_RULES = 12
#: The fields of an output that an expectation on a recommendation may name too.
OUTPUT_FIELDS = ("target", "urgency", "level", "group", "topic", "internal_step")
VERDICTS = {Truth.TRUE: "applies", Truth.FALSE: "does not apply", Truth.UNKNOWN: "undetermined"}


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What came of a scenario.

    ``failures`` says in words what was expected and why it is not so, ``came`` holds the recommendations, one a line.
    """

    scenario: Scenario
    failures: tuple[str, ...]
    came: tuple[str, ...] = ()
    assessment: Assessment | None = None

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.failures

    def __str__(self) -> str:
        if self.passed:
            return f"passed {self.scenario.place} {shown_name(self.scenario.name)}"
        lines = [
            f"FAILED {self.scenario.place} {shown_name(self.scenario.name)}",
            *(_indented(text, 2) for text in self.failures),
        ]
        if self.assessment is not None:
            lines += ["  came:", *(_indented(line, 4) for line in self.came or ("no recommendation",))]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """The results of all scenarios that could be read, and what was wrong with the rest."""

    results: tuple[ScenarioResult, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> tuple[ScenarioResult, ...]:
        """The results that did not pass."""
        return tuple(result for result in self.results if not result.passed)

    def __str__(self) -> str:
        return f"{len(self.results) - len(self.failed)} passed, {len(self.failed)} failed"


def run_scenario(scenario: Scenario, guideline: Guideline, engine: str = "both") -> ScenarioResult:
    """The result of one scenario.

    Args:
        scenario: what ``read_scenarios`` gave.
        guideline: the content to assess with.
        engine: ``both`` or ``direct``, as for ``carepath.assess``.
    """
    try:
        assessment = assess(
            scenario.patient,
            pathway=scenario.pathway,
            at=scenario.at,
            guideline=guideline,
            engine=engine,
            locate_value=scenario.locate,
        )
    except CarepathError as error:
        return ScenarioResult(scenario, (f"{type(error).__name__}: {error}",))
    whole = next((one for one in (*scenario.must, *scenario.must_not) if "measurements" in one.fields), None)
    came = tuple(recommendation_line(one, whole) for one in assessment.recommendations)
    return ScenarioResult(scenario, tuple(compare(scenario, assessment)), came, assessment)


def run_paths(paths: Iterable[str | Path], guideline: Guideline | None = None, engine: str = "both") -> ScenarioRun:
    """The results of all scenarios in files and folders.

    Args:
        paths: files, and folders that are searched for ``*.yaml`` with all folders below them, in order.
        guideline: the content to assess with; None for the guideline that ships with carepath.
        engine: ``both`` or ``direct``.
    """
    content = guideline if guideline is not None else load_guideline()
    files, problems = scenario_files(Path(path) for path in paths)
    results: list[ScenarioResult] = []
    for file in files:
        try:
            scenarios = read_scenarios(file, content)
        except ScenarioError as error:
            problems.extend(error.problems)
        else:
            results.extend(run_scenario(scenario, content, engine) for scenario in scenarios)
    return ScenarioRun(tuple(results), tuple(problems))


def compare(scenario: Scenario, assessment: Assessment) -> Iterator[str]:
    """Where an assessment differs from what a scenario expects, one text for each difference."""
    came = assessment.recommendations
    for expected in scenario.must:
        if not any(expected.matches(one) for one in _meant(expected, assessment)):
            head = f"must: {expected} ({expected.place}) matches no recommendation"
            yield "\n".join([head, *_why_not(expected, assessment)])
    for unwanted in scenario.must_not:
        for one in _meant(unwanted, assessment):
            if unwanted.matches(one):
                head = f"must_not: {unwanted} ({unwanted.place}) matches {recommendation_line(one, unwanted)}"
                yield "\n".join([head, *_why(one, assessment)])
    if scenario.alone:
        kinds = {kind for expected in scenario.must for kind in expected.named("kind")}
        unnamed = [expected for expected in scenario.must if "kind" not in expected.fields]
        kinds |= {one.kind for one in came if any(expected.matches(one) for expected in unnamed)}
        for one in came:
            if one.kind not in kinds:
                head = f"alone: a recommendation of another kind came: {recommendation_line(one)}"
                yield "\n".join([head, *_why(one, assessment)])


def _meant(expected: Expectation, assessment: Assessment) -> tuple[Recommendation, ...]:
    """The recommendations; notes are among them only for an expectation that names their kind."""
    notes = assessment.notes if "note" in expected.named("kind") else ()
    return (*assessment.recommendations, *notes)


def recommendation_line(one: Recommendation, expected: Expectation | None = None) -> str:
    """A recommendation on one line, as it could stand in a scenario.

    Args:
        one: the recommendation.
        expected: the fields that it names are shown; of the others measurements and modules are left out.
    """
    named = expected.fields if expected is not None else {}
    hidden = {"measurements", "modules"} - set(named)
    held = {name: getattr(one, name) for name in FIELDS if name not in hidden}
    return flow({name: value for name, value in held.items() if value is not None and value != ()})


def _indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


# --- why ----------------------------------------------------------------------------------------------------------


def _why(came: Recommendation, assessment: Assessment) -> list[str]:
    """The rules that gave what should not have come."""
    clauses: dict[str, str] = {}
    for one in came.contributions:
        if one.rule is not None and one.output is not None:
            clauses[output_id(one.rule.id, one.output)] = one.rule.id
        elif one.ask is not None:
            clauses[f"ask:{one.ask.index}"] = one.ask.id
        elif one.entry is not None:
            clauses[f"resolve:{one.entry.id}"] = one.entry.id
    return _section("given by:", (_verdict(name, clause, assessment.basis) for clause, name in clauses.items()))


def _why_not(expected: Expectation, assessment: Assessment) -> list[str]:
    """What was set aside, the rules that could have given it, and what is known of the findings named."""
    basis = assessment.basis
    aside = (
        f"{recommendation_line(one.recommendation, expected)} {one.how} by {', '.join(one.by)}"
        for one in assessment.set_aside
        if expected.matches(one.recommendation)
    )
    findings = (_finding_line(str(name), basis) for field in ("missing", "attention") for name in expected.named(field))
    return [
        *_section("set aside:", aside),
        *_section("could be given by:", _possible(expected, basis)),
        *_section("findings:", findings),
    ]


def _section(head: str, lines: Iterable[str]) -> list[str]:
    found = [f"    {line}" for line in dict.fromkeys(lines)]
    return [f"  {head}", *found] if found else []


def _possible(expected: Expectation, basis: Basis) -> Iterator[str]:
    """The verdicts of the rules and entries that could give what is expected: true ones first, false ones last."""
    if not {"kind", "topic", "rules"} & set(expected.fields):
        return
    guideline = basis.guideline
    found = [
        (basis.verdicts[output_id(rule.id, output)], rule, output)
        for rule in guideline.rules.values()
        for output in rule.outputs
        if _could_give(expected, rule, output)
    ]
    order = [Truth.TRUE, Truth.UNKNOWN, Truth.FALSE]
    found.sort(key=lambda one: order.index(one[0]))
    for truth, rule, output in found[:MAX_RULES]:
        yield _verdict(rule.id, output_id(rule.id, output), basis)
        if truth is Truth.TRUE and output.kind in STEP_KINDS:
            yield from _ways(rule, output, basis)
    if len(found) > MAX_RULES:
        yield f"... and {len(found) - MAX_RULES} more"
    kinds, rules, topics = (set(expected.named(field)) for field in ("kind", "rules", "topic"))
    missing = set(expected.named("missing"))
    for ask in guideline.asks:
        asked = missing & set(ask.findings) if missing else not rules
        if ask.id in rules or ("insufficient_information" in kinds and asked):
            yield _verdict(ask.id, f"ask:{ask.index}", basis)
    for entry in guideline.resolve:
        gives = entry.operation == "continues" and "continue" in kinds
        if entry.id in rules or entry.adds_topic in topics or (gives and not rules):
            yield _verdict(entry.id, f"resolve:{entry.id}", basis)


def _could_give(expected: Expectation, rule: Rule, output: Output) -> bool:
    named: Callable[[str], set[object]] = lambda field: set(expected.named(field))  # noqa: E731 - used once, below
    if (named("rules") and rule.id not in named("rules")) or (named("kind") and output.kind not in named("kind")):
        return False
    held = {field: getattr(output, field) for field in OUTPUT_FIELDS if field in expected.fields}
    if output.kind in STEP_KINDS or output.kind == "continue":
        held.pop("target", None)  # the pathway says where to
    if output.urgency_by is not None:
        held.pop("urgency", None)  # a finding says how urgent
    return all(value in named(field) for field, value in held.items())


def _ways(rule: Rule, output: Output, basis: Basis) -> Iterator[str]:
    """Where a step change leads that applies, and what closes the way."""
    step = basis.position.step
    if basis.pathway is None or step is None:
        yield f"  the present step is not known ({basis.position.how})"
        return
    ways = [way for way in basis.pathway.transitions_from(step) if way.kind == output.kind and rule.id in way.rules]
    if not ways:
        yield f"  it opens no way from {step}"
    for way in ways:
        when, unless = transition_ids(way)
        for clause, role in ((when, "when"), (unless, "unless")):
            if clause in basis.verdicts:
                yield "  " + _verdict(f"{way.id} {role}", clause, basis)


def _verdict(name: str, clause: str, basis: Basis) -> str:
    """A rule's verdict on one line, with the leaves that decide it or the findings that it waits for."""
    if clause not in basis.verdicts:
        return f"{name} has no condition"
    truth = basis.verdicts[clause]
    head = f"{name} {VERDICTS[truth]}"
    if truth is Truth.UNKNOWN:
        waits = [f"{finding} ({basis.reason(finding) or 'known'})" for finding in basis.open_findings(clause)]
        return f"{head}: waits for {_listed(waits)}"
    because = _listed(_leaf_line(leaf, basis) for leaf in _decisive(basis.trace(clause)))
    return f"{head}: {because}" if truth is Truth.TRUE else f"{head}: false is {because}"


def _listed(lines: Iterable[str]) -> str:
    every = list(dict.fromkeys(lines))
    more = f", ... and {len(every) - MAX_LEAVES} more" if len(every) > MAX_LEAVES else ""
    return ", ".join(every[:MAX_LEAVES]) + more


def _decisive(node: Trace) -> Iterator[Condition]:
    """The leaves that have the truth of the whole and so decide it."""
    if not node.parts or isinstance(node.condition, Not):
        yield node.condition
        return
    for part in node.parts:
        if part.truth is node.truth:
            yield from _decisive(part)


def _leaf_line(leaf: Condition, basis: Basis) -> str:
    held = [name for name in leaf_findings(leaf) if name in basis.guideline.findings and basis.reading(name).known]
    values = ", ".join(f"{name} is {flow(basis.reading(name).value)}" for name in held)
    text = write_line(leaf)
    return f"`{text}` ({values})" if values and text not in held else f"`{text}`"


def _finding_line(name: str, basis: Basis) -> str:
    reading = basis.reading(name)
    return f"{name} is {flow(reading.value)}" if reading.known else f"{name} is unknown ({reading.reason})"
