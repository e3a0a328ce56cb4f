"""The same patient with other values: assessed again from the record, so that nothing is assumed about the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from carepath.content.guideline import PATHWAY
from carepath.explain.tries import Series
from carepath.record.facts import Fact, FactValue, Record

if TYPE_CHECKING:
    from carepath.assessment import Assessment


def assessed_with(assessment: Assessment, series: Mapping[str, Series]) -> Assessment:
    """The assessment of the same patient on the same date when the facts about some findings are others.

    Args:
        assessment: the assessment as it is; it does not change.
        series: by finding, all facts about it. A changed ``pathway`` is the one that is followed.
    """
    from carepath.assessing import assess  # noqa: PLC0415 - it imports the assessment that imports this

    basis = assessment.basis
    record = basis.situation.record
    return assess(
        Record({**record.series, **series}, record.used, record.unused),
        pathway=assessment.pathway if PATHWAY not in series else None,
        at=assessment.at,
        guideline=assessment.guideline,
        engine="direct",
        lang=basis.lang,
    )


def corrected(assessment: Assessment, finding: str, value: FactValue) -> Series:
    """The facts about a known finding with another value in place of the one that counts, of the same day."""
    reading = assessment.basis.reading(finding)
    record = assessment.basis.situation.record
    if not reading.facts:
        return (*record.facts(finding), Fact(finding, value, assessment.at))
    counts = reading.facts[0]
    kept = [fact for fact in record.facts(finding) if fact.date != counts.date]
    made = Fact(finding, value, counts.date, version=counts.version)
    return tuple(sorted([*kept, made], key=lambda fact: fact.date))
