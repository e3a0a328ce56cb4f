"""What holds of every assessment of a patient, whatever was recorded: each check gives sentences for what does not."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.assessment import Assessment
from carepath.content.guideline import PATHWAY
from carepath.inference.case import RED_FLAG
from carepath.inference.clauses import output_id
from carepath.language.truth import TRUE, UNKNOWN
from carepath.record.derived import STEP_STARTS

#: The urgencies beside which nothing else stands.
LEAVES_AT_ONCE = frozenset({"emergency", "urgent"})
#: Findings that say where the patient is, or since when: without one of them another one speaks.
PLACES = frozenset({PATHWAY, "current_node", "current_line", *STEP_STARTS})


def broken_by(assessment: Assessment) -> Iterator[str]:
    """What one assessment breaks: red flags dominate, up and down are never both sure, all stands on grounds."""
    yield from _red_flags(assessment)
    sure = {one.kind: one for one in assessment.recommendations if not one.conditional}
    if "escalate" in sure and "deescalate" in sure:
        up, down = sure["escalate"], sure["deescalate"]
        yield (
            f"escalate to {up.target} by {', '.join(up.rules)} and deescalate to {down.target} by "
            f"{', '.join(down.rules)} both stand without a condition"
        )
    for one in (*assessment.recommendations, *assessment.notes):
        if not one.tags or not one.rules:
            yield f"{one.kind} by {', '.join(one.rules) or 'no rule'} stands on no ground"


def _red_flags(assessment: Assessment) -> Iterator[str]:
    given = [one for one in assessment.recommendations if one.kind == RED_FLAG]
    shown = {rule for one in given for rule in one.rules}
    for rule in assessment.guideline.rules.values():
        for output in rule.outputs:
            holds = assessment.basis.verdicts[output_id(rule.id, output)] is TRUE
            if output.kind == RED_FLAG and holds and rule.id not in shown:
                yield f"the red flag of {rule.id} holds and is not shown"
    at_once = [one for one in given if one.urgency in LEAVES_AT_ONCE]
    beside = [one.kind for one in assessment.recommendations if one.kind != RED_FLAG]
    if at_once and beside:
        yield f"beside the red flag of {', '.join(at_once[0].rules)} stands {', '.join(beside)}"


def broken_by_order(assessment: Assessment, again: Assessment) -> Iterator[str]:
    """What differs when the same record is assessed again, in another order."""
    if assessment.recommendations != again.recommendations or assessment.set_aside != again.set_aside:
        yield "the same record in another order gives other advice"


def broken_by_knowledge(less: Assessment, more: Assessment, finding: str) -> Iterator[str]:
    """What was settled while a finding was unknown and is another way now that it is recorded: unknown is not false."""
    if finding in PLACES:
        return
    for clause, verdict in less.basis.verdicts.items():
        after = more.basis.verdicts[clause]
        if verdict is not UNKNOWN and after is not verdict:
            yield f"{clause} is {verdict.value} while {finding} is unknown, and {after.value} once it is recorded"
