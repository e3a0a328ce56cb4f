"""The law about red flags: they dominate."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.assessment import Assessment
from carepath.content.guideline import Guideline, Selector
from carepath.content.rules import RED_FLAG
from carepath.language.truth import Truth
from carepath.testing.extra import st
from carepath.testing.laws.frame import law
from carepath.testing.laws.population import Case, Population, Trial


def _one_more_red_flag(draw: st.DrawFn, case: Case, population: Population) -> Case:
    """The patient with one more red flag raised; the same patient where there is none to raise."""
    basis = case.assessment.basis
    quiet = [
        name
        for name, finding in case.guideline.findings.items()
        if finding.red_flag and not finding.raises_alarm(basis.reading(name).value)
    ]
    if not quiet:
        return case
    name = draw(st.sampled_from(quiet))
    finding = case.guideline.findings[name]
    if finding.type.kind == "bool":
        return case.having({name: True})
    raised = case.having({name: draw(population.values(name, case.pathway).filter(finding.raises_alarm))})
    return raised if raised.is_possible else case


@law(
    second=_one_more_red_flag,
    cure="let no entry of the resolve table take a red flag away, and let an entry `removes` with `selects: "
    "{not_kinds: [red_flag_exit]}` set everything else aside beside the urgent ones (rules/resolve.yaml)",
)
def red_flags_dominate(trial: Trial) -> str | None:
    """A red flag that holds is shown, beside an urgent one stands nothing else, and one more takes none away.

    Urgent is what the vocabulary of ``urgency``, the most urgent first, names before its last, and what an entry of the
    resolve table lets stand alone. Where it names one urgency only, that one is.
    """
    before, after = trial.first.assessment, trial.second.assessment
    return suppressed(before) or suppressed(after) or lost(before, after)


def suppressed(assessment: Assessment) -> str | None:
    """A red flag that holds and is not shown, or what stands beside an urgent one; None where all is well."""
    exits = [one for one in assessment.recommendations if one.kind == RED_FLAG]
    shown = {rule for one in exits for rule in one.rules}
    for possible in assessment.basis.prepared.outputs:
        holds = assessment.basis.verdicts[possible.clause] is Truth.TRUE
        if possible.output.kind == RED_FLAG and holds and possible.rule.id not in shown:
            return f"the red flag of {possible.rule.id} holds and is not shown"
    alone = alone_urgencies(assessment.guideline)
    first = next((one for one in exits if one.urgency in alone), None)
    others = [one for one in (*assessment.recommendations, *assessment.notes) if one.kind != RED_FLAG]
    if first is None or not others:
        return None
    beside = ", ".join(f"{one.kind} ({', '.join(one.rules)})" for one in others)
    return f"beside the red flag of {', '.join(first.rules)} ({first.urgency}) stands {beside}"


def lost(before: Assessment, after: Assessment) -> str | None:
    """A red flag that was there before one more was raised, and is gone; None where none is."""
    gone = sorted(_raised(before) - _raised(after))
    return f"the red flag of {gone[0][0]} ({gone[0][1]}) went when another was raised" if gone else None


def _raised(assessment: Assessment) -> set[tuple[str, str]]:
    exits = (one for one in assessment.recommendations if one.kind == RED_FLAG)
    return {(rule, one.urgency or "no urgency") for one in exits for rule in one.rules}


def alone_urgencies(guideline: Guideline) -> frozenset[str]:
    """The urgencies of a red flag beside which nothing else may stand."""
    named = tuple(guideline.vocabulary.get("urgency", ()))
    return frozenset(named[:-1] or named) | frozenset(_let_alone(guideline))


def _let_alone(guideline: Guideline) -> Iterator[str]:
    """The urgencies that entries of the resolve table let stand alone."""
    for entry in guideline.resolve:
        if entry.operation == "removes" and entry.selects == Selector(not_kinds=(RED_FLAG,)):
            for given in entry.given:
                if RED_FLAG in given.kinds:
                    yield from given.urgencies
