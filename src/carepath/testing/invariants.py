"""What holds of every assessment of a patient over time: each check gives sentences for what does not.

What an assessment breaks is what the laws say of it; here they are asked of one patient, whatever was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from carepath.assessment import Assessment
from carepath.content.guideline import CURRENT_NODE, PATHWAY
from carepath.record.derived import STEP_STARTS
from carepath.testing.laws.advice import groundless, up_and_down
from carepath.testing.laws.knowledge import changed_verdicts
from carepath.testing.laws.red_flags import suppressed

#: Findings that say where the patient is, or since when: without one of them another one speaks.
PLACES = frozenset({PATHWAY, CURRENT_NODE, "current_line", *STEP_STARTS})


def broken_by(assessment: Assessment) -> Iterator[str]:
    """What one assessment breaks: red flags dominate, up and down are never both sure, all stands on grounds."""
    for seen in (suppressed(assessment), up_and_down(assessment), groundless(assessment)):
        if seen is not None:
            yield seen


def broken_by_order(assessment: Assessment, again: Assessment) -> Iterator[str]:
    """What differs when the same record is assessed again, in another order."""
    if assessment.recommendations != again.recommendations or assessment.set_aside != again.set_aside:
        yield "the same record in another order gives other advice"


def broken_by_knowledge(less: Assessment, more: Assessment, finding: str) -> Iterator[str]:
    """What was settled while a finding was unknown and is another way now that it is recorded: unknown is not false."""
    if finding in PLACES:
        return
    for clause, was, now in changed_verdicts(less, more):
        yield f"{clause} is {was.value} while {finding} is unknown, and {now.value} once it is recorded"
