"""The laws about what is not known: nothing that is settled turns round, and unknown is never taken for no."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.assessment import Assessment
from carepath.basis import leaf_findings
from carepath.content.guideline import CURRENT_NODE, EVALUATION_DATE, PATHWAY, PRESENT_STEP
from carepath.inference.case import SCREENED
from carepath.language.evaluate import Trace
from carepath.language.nodes import Constant
from carepath.language.truth import Truth
from carepath.record.derived import STEP_STARTS
from carepath.testing.extra import assume, st
from carepath.testing.laws.frame import law
from carepath.testing.laws.population import Case, Population, Trial

#: The finding that tells the present step, which may be known by other findings too.


def _one_more_is_known(draw: st.DrawFn, case: Case, population: Population) -> Case:
    """The patient with one more finding known, often one that was asked for."""
    basis = case.assessment.basis
    unknown = [name for name in case.guideline.findings if _may_be_learned(name) and basis.reason(name) is not None]
    assume(unknown)
    asked = [one.finding for one in case.assessment.next_questions if one.finding in unknown]
    often: bool = draw(st.booleans())
    name = draw(st.sampled_from(asked if asked and often else unknown))
    learned = case.having({name: draw(population.values(name, case.pathway))})
    assume(learned.is_possible)
    return learned


def _may_be_learned(finding: str) -> bool:
    """Whether a finding is knowledge about the patient.

    Another pathway is another question. A trend counts from the day on which the step began, and from the first value
    while that day is unknown: what tells that day moves it.
    """
    return finding != PATHWAY and finding not in STEP_STARTS


@law(
    second=_one_more_is_known,
    cure="look how the condition reads what became known: nothing that is true or false while a finding is unknown may "
    "turn round when it is known",
)
def verdicts_are_monotone(trial: Trial) -> str | None:
    """What a condition settles, true or false, stays settled when an unknown finding becomes known.

    Left out: the finding of the pathway, and what tells when the present step began.
    """
    return changed_verdict(trial.first.assessment, trial.second.assessment)


def changed_verdict(before: Assessment, after: Assessment) -> str | None:
    """A condition that was settled before, and is something else after; None where there is none."""
    found = next(changed_verdicts(before, after), None)
    return f"{found[0]} was {found[1].value} and became {found[2].value}" if found is not None else None


def changed_verdicts(before: Assessment, after: Assessment) -> Iterator[tuple[str, Truth, Truth]]:
    """The conditions that were settled before and are something else after, with what they were and are."""
    for clause, verdict in before.basis.verdicts.items():
        later = after.basis.verdicts[clause]
        if verdict is not Truth.UNKNOWN and later is not verdict:
            yield clause, verdict, later


@law(
    cure="the content cannot bring this about; report it with the patient and the guideline, and do not use the advice"
)
def unknown_is_never_taken_for_false(trial: Trial) -> str | None:
    """A finding that is unknown has a reason and no value, and whatever reads it is unknown, never false or true."""
    assessment = trial.first.assessment
    return next(_settled_without_knowledge(assessment), None)


def _settled_without_knowledge(assessment: Assessment) -> Iterator[str]:
    basis = assessment.basis
    for name in assessment.guideline.findings:
        reason, value = basis.reason(name), basis.situation.reading(name).value
        if reason is not None and (value is not None or name in basis.values):
            yield f"{name} is unknown ({reason}) and has the value {basis.values.get(name, value)!r}"
    for clause, leaf in leaves_of(assessment):
        name = finding_read(leaf)
        if name != EVALUATION_DATE and leaf.truth is not Truth.UNKNOWN and basis.reason(name) is not None:
            yield f"{name} is unknown ({basis.reason(name)}), and in {clause} what reads it is {leaf.truth.value}"


def leaves_of(assessment: Assessment) -> Iterator[tuple[str, Trace]]:
    """Every leaf of every condition with its truth, and the name of the condition."""
    basis = assessment.basis
    for clause in basis.prepared.clauses:
        for node in basis.trace(clause).walk():
            if not node.parts and not isinstance(node.condition, Constant):
                yield clause, node


def finding_read(leaf: Trace) -> str:
    """The finding that a leaf reads before any other."""
    first = leaf_findings(leaf.condition)[0]
    return CURRENT_NODE if first == PRESENT_STEP else first


def _one_red_flag_is_unknown(draw: st.DrawFn, case: Case, _population: Population) -> Case:
    """The patient of whom one red flag that the pathway screens is not known."""
    screened = [name for name in _screened(case.assessment) if name in case.patient]
    return case.without([draw(st.sampled_from(screened))]) if screened else case


@law(
    second=_one_red_flag_is_unknown,
    cure="let an ask with `screening: true` suspend every kind that moves the patient (rules/information.yaml), and "
    "let an entry `suspends_while_missing` carry that out (rules/resolve.yaml)",
)
def nothing_moves_unscreened(trial: Trial) -> str | None:
    """No step change and no referral stands while a red flag that the pathway screens is unknown.

    What moves a patient are the kinds with ``step_change: true``. A pathway without ``screen`` asks for nothing, and
    while no pathway is chosen the red flags of every pathway are asked for.
    """
    return moved_unscreened(trial.first.assessment) or moved_unscreened(trial.second.assessment)


def moved_unscreened(assessment: Assessment) -> str | None:
    """What moves a patient while a red flag is unknown; None where nothing does."""
    kinds = assessment.guideline.kinds
    moves = [one.kind for one in assessment.recommendations if kinds[one.kind].step_change]
    if not moves:
        return None
    for name in _screened(assessment):
        reason = assessment.basis.reason(name)
        if reason is not None and reason not in SCREENED:
            return f"{moves[0]} stands while {name} is unknown ({reason})"
    return None


def _screened(assessment: Assessment) -> tuple[str, ...]:
    """The red flags that must be known before anything moves the patient."""
    pathway = assessment.basis.pathway
    if pathway is None:
        return tuple(name for one in assessment.guideline.pathways.values() for name in one.screen)
    more = assessment.basis.verdicts.get(f"screen:{pathway.name}") is Truth.TRUE
    return (*pathway.screen, *(pathway.screen_more if more else ()))
