"""The laws about what is advised: referrals, entitlement, up and down, and what all of it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from carepath.assessment import Assessment
from carepath.content.guideline import Guideline
from carepath.inference.case import STEP_KINDS
from carepath.recommendation import Contribution, Recommendation
from carepath.standing import findings_read, grounds_of
from carepath.testing.extra import assume, st
from carepath.testing.laws.frame import law
from carepath.testing.laws.population import Case, Population, Trial

#: Few patients are referred, or moved both up and down.
_FEW = 4
_MOST_SCORES = 3


def referral_kinds(guideline: Guideline) -> frozenset[str]:
    """The kinds of recommendation that refer: they move a patient, and lead to no step of the own pathway."""
    return frozenset(kind for kind, one in guideline.kinds.items() if one.step_change) - STEP_KINDS


def scores_of(guideline: Guideline) -> tuple[str, ...]:
    """The findings that are scores of a questionnaire or scale."""
    return tuple(name for name, finding in guideline.findings.items() if finding.instrument is not None)


def _other_scores(draw: st.DrawFn, case: Case, population: Population) -> Case:
    """The patient with none of the scores, and some others instead."""
    scores = scores_of(case.guideline)
    other = case.without(scores)
    read = [name for name in scores if name in _read_for_referrals(case.assessment)]
    some = draw(st.lists(st.sampled_from(scores), unique=True, max_size=_MOST_SCORES))
    for name in dict.fromkeys([*some, *(one for one in read if draw(st.booleans()))]):
        other = other.having({name: draw(population.values(name, case.pathway))})
    assume(other.is_possible)
    return other


def _read_for_referrals(assessment: Assessment) -> frozenset[str]:
    """The findings that the rules of referrals and the resolve table read."""
    prepared, kinds = assessment.basis.prepared, referral_kinds(assessment.guideline)
    outputs = [Contribution(one.rule, one.output) for one in prepared.outputs if one.output.kind in kinds]
    entries = [Contribution(entry=entry) for entry in assessment.guideline.resolve]
    return frozenset(name for one in (*outputs, *entries) for name in findings_read(one, assessment.guideline))


@law(
    second=_other_scores,
    concerns=lambda guideline: bool(scores_of(guideline) and referral_kinds(guideline)),
    times=_FEW,
    cure="take the score out of what leads to the referral, in the rule, its terms or the resolve table; let it stand "
    "as attention or as an argument beside it",
)
def scores_never_decide_referral(trial: Trial) -> str | None:
    """No questionnaire score gives, takes away, weakens or changes a referral, such as one for IMSR.

    A referral is of a kind with ``step_change: true`` that is neither escalate nor deescalate; a score is a finding
    with an ``instrument``. Content without either is not concerned.
    """
    return changed_referral(trial.first.assessment, trial.second.assessment)


def changed_referral(before: Assessment, after: Assessment) -> str | None:
    """A referral that is in one of two assessments only; None where both have the same."""
    was, is_now = (referrals(one) for one in (before, after))
    if was == is_now:
        return None
    return f"the referrals were: {_listed(was)}; with other scores they are: {_listed(is_now)}"


class Referral(NamedTuple):
    """What matters of a recommendation that refers."""

    kind: str
    target: str | None
    group: str | None
    entitlement: str | None
    conditional: bool
    rules: tuple[str, ...]

    def __str__(self) -> str:
        weak = ", conditional" if self.conditional else ""
        return f"{self.kind} by {' and '.join(self.rules)}{weak}"


def referrals(assessment: Assessment) -> list[Referral]:
    """The recommendations that refer, in their order."""
    kinds = referral_kinds(assessment.guideline)
    return [
        Referral(one.kind, one.target, one.group, one.entitlement, one.conditional, one.rules)
        for one in assessment.recommendations
        if one.kind in kinds
    ]


def _listed(found: list[Referral]) -> str:
    return "; ".join(map(str, found)) if found else "none"


def entitled_kinds(guideline: Guideline) -> frozenset[str]:
    """The kinds of recommendation that say something about entitlement."""
    return frozenset(kind for kind, one in guideline.kinds.items() if "entitlement" in one.fields)


@law(
    concerns=lambda guideline: bool(entitled_kinds(guideline)),
    times=_FEW,
    cure="say in rules/entitlement.yaml, and nowhere else, what applies to each group from each date on, and put the "
    "dates of a group in their order",
)
def entitlement_depends_on_group_and_date(trial: Trial) -> str | None:
    """What is said of entitlement is what the guideline says for the group on the date, whoever the patient is.

    Content without entitlement is not concerned. One date is looked at: call the law on a day of each period.
    """
    return other_entitlement(trial.first.assessment)


def other_entitlement(assessment: Assessment) -> str | None:
    """An entitlement that is not that of the group on the date; None where there is none."""
    guideline = assessment.guideline
    for one in assessment.recommendations:
        if one.kind not in entitled_kinds(guideline):
            continue
        begun = [
            entry
            for entry in guideline.entitlements
            if entry.group == one.group and (entry.start is None or entry.start <= assessment.at)
        ]
        latest = max(begun, key=lambda entry: entry.start.toordinal() if entry.start else 0, default=None)
        meant = (latest.value, latest.under_review) if latest is not None else (None, None)
        if (one.entitlement, one.under_review) != meant:
            said = f"{one.entitlement}{' (under review)' if one.under_review else ''}"
            return f"{one.kind} for group {one.group} says {said}; on {assessment.at} the guideline says {meant[0]}"
    return None


@law(
    concerns=lambda guideline: guideline.kinds.keys() >= STEP_KINDS,
    times=_FEW,
    cure="let an entry of the resolve table suspend one of the two beside the other, or make it conditional "
    "(rules/resolve.yaml)",
)
def up_and_down_are_never_both_unconditional(trial: Trial) -> str | None:
    """Escalate and deescalate never stand side by side without a condition.

    Content that knows only one of the two is not concerned.
    """
    return up_and_down(trial.first.assessment)


def up_and_down(assessment: Assessment) -> str | None:
    """The rules that lead up and down at once without a condition, and where to; None where none do."""
    found: dict[str, list[str]] = {kind: [] for kind in sorted(STEP_KINDS, reverse=True)}
    for one in assessment.recommendations:
        if one.kind in found and not one.conditional:
            found[one.kind].append(f"to {one.target} by {', '.join(one.rules)}")
    if not all(found.values()):
        return None
    said = " and ".join(f"{kind} {', '.join(ways)}" for kind, ways in found.items())
    return f"{said} both stand without a condition"


@law(cure="name a ground with the role `ground` for the rule, ask or entry that is named")
def every_recommendation_has_grounds(trial: Trial) -> str | None:
    """Whatever is shown, noted or set aside names its rules, and each of these the grounds on which it stands.

    That holds for each output of each rule, whether a patient gets it or not.
    """
    assessment = trial.first.assessment
    return groundless(assessment) or _without_ground(assessment)


def groundless(assessment: Assessment) -> str | None:
    """A recommendation that stands on nothing, or does not say on what; None where there is none."""
    aside = (one.recommendation for one in assessment.set_aside)
    given = (*assessment.recommendations, *assessment.notes, *aside)
    return next((fault for one in given for fault in _faults(one, assessment)), None)


def _faults(one: Recommendation, assessment: Assessment) -> Iterator[str]:
    if not one.rules or not all(one.rules):
        yield f"{one.kind} names no rule"
    for contribution in one.contributions:
        kinds = _grounds(contribution, assessment)
        if not kinds:
            yield f"{one.kind} by {contribution.rule_id} stands on no ground"
        for hidden in sorted(kinds - set(one.tags)):
            yield f"{one.kind} by {contribution.rule_id} stands on {hidden} and does not say so"


def _without_ground(assessment: Assessment) -> str | None:
    """An output of a rule that would stand on nothing."""
    for one in assessment.basis.prepared.outputs:
        if not _grounds(Contribution(one.rule, one.output), assessment):
            return f"{one.output.kind} by {one.rule.id} would stand on no ground; this patient does not get it"
    return None


def _grounds(contribution: Contribution, assessment: Assessment) -> set[str]:
    """The kinds of ground that speak for something."""
    return {one.kind for one in grounds_of(contribution, assessment.basis.prepared) if one.role == "ground"}
