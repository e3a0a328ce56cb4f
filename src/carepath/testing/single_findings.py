"""Hypothesis strategies: single findings with their names, in every form in which they stand in a record."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from carepath.content.guideline import Finding, Guideline
from carepath.testing.arguments import Arguments
from carepath.testing.extra import st
from carepath.testing.finding_values import FindingValues, values_of

if TYPE_CHECKING:
    from carepath.testing.strategies import PatientData

#: How a finding may stand in a record: a plain value; a value with its date; a list of facts; or a status.
FORMS = ("plain", "dated", "series", "unknown", "refused", "not_applicable")


def findings(
    guideline: Guideline,
    *,
    at: dt.date | str,
    pathway: str | None = None,
    names: Iterable[str] | None = None,
    forms: Iterable[str] = FORMS,
) -> st.SearchStrategy[PatientData]:
    """Single findings as they stand in a record, each under its name: a patient of whom one thing is recorded.

    ``patient | finding`` records it about another patient. Values gather around what rules compare with, and dates
    around the currency of the finding. A failing finding shrinks towards the first name and a plain value.

    Args:
        guideline: the content; its findings and thresholds shape the values.
        at: the evaluation date, or ISO text. Dates of facts lie before, on, and sometimes one day after it.
        pathway: the pathway on which they will be assessed; present steps are then steps of that pathway.
        names: the findings that are drawn from; None for all.
        forms: how they may stand there, some of ``plain``, ``dated``, ``series`` (a list of facts), ``unknown``,
            ``refused`` and ``not_applicable``.

    Raises:
        ArgumentError: an argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    chosen = look.findings("names", names, guideline) if names is not None else tuple(guideline.findings)
    if not chosen and not look.problems:
        look.add("names: no finding is named", "leave `names` out to draw from all findings")
    wanted = look.choices("forms", forms, FORMS)
    look.done()
    source = values_of(guideline, pathway, day)

    @functools.cache
    def named(name: str) -> st.SearchStrategy[PatientData]:
        return _in_forms(source, guideline.findings[name], wanted).map(lambda value: {name: value})

    return st.sampled_from(chosen).flatmap(named)


def _in_forms(source: FindingValues, finding: Finding, wanted: tuple[str, ...]) -> st.SearchStrategy[object]:
    """The wanted forms of a finding; the simplest stands first, so that it is what others shrink to."""
    made: Mapping[str, st.SearchStrategy[object]] = {
        "plain": source.plain(finding),
        "dated": source.dated(finding),
        "series": source.series(finding),
    }
    return st.one_of(
        [made[form] if form in made else source.without(finding, (form,)) for form in FORMS if form in wanted]
    )
