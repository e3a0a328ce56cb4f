"""Hypothesis strategies: patients made from the findings of a guideline, for properties that hold for every patient.

Needs ``carepath[testing]``. Values gather around what rules compare with: of a threshold ``v`` also ``v - 1`` and
``v + 1``, and dates just inside and outside a finding's currency. A failing patient shrinks to few findings: absence
comes first, then a plain value, then what is dated, refused or a series.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

from carepath.content.guideline import Guideline
from carepath.testing.arguments import Arguments
from carepath.testing.extra import st
from carepath.testing.finding_values import values_of
from carepath.testing.leads import Aim, leads_of

#: A patient in the form that ``assess`` reads.
PatientData = dict[str, object]

#: How many findings may stand there that nothing leads to.
_MOST_EXTRAS = 32
#: How much of what is screened first is there, where it is not all of it.
_PARTS = (1, 2, 4, 8)


def patients(
    guideline: Guideline,
    *,
    pathway: str | None = None,
    at: dt.date | str,
    known: Iterable[str] = (),
    unknown: Iterable[str] = (),
) -> st.SearchStrategy[PatientData]:
    """Patients in the form that ``assess`` reads; every one of them is accepted.

    Findings stand in them at random, and beside these what leads towards some conditions of rules and what is
    screened first, so that step changes and referrals come out too.

    Args:
        guideline: the content; its findings, thresholds and rules shape the patients.
        pathway: the pathway on which they will be assessed; present steps are then steps of that pathway.
        at: the evaluation date, or ISO text. Dates of facts lie before, on, and sometimes after it.
        known: names of findings that have a plain value in every patient.
        unknown: names of findings that no patient has.

    Raises:
        ArgumentError: an argument cannot be used: there is no such pathway or finding, or one is known and unknown.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    wanted, left_out = look.known_and_unknown(known, unknown, guideline)
    look.done()
    source = values_of(guideline, pathway, day)
    findings = guideline.findings
    plain = {name: source.plain(findings[name]) for name in findings if name in wanted}
    lead = leads_of(source)
    ready, towards, moves = lead.ready, [*lead.aims.values()], lead.ways
    nothing: st.SearchStrategy[Aim] = st.just({})
    leads = st.lists(st.sampled_from(towards).flatmap(st.sampled_from), max_size=2) if towards else st.just([])
    ways = st.one_of(nothing, st.sampled_from(moves).flatmap(st.sampled_from)) if moves else nothing
    # Some of it now and then, so that a failing patient shrinks to the part that makes it fail.
    some: list[Aim] = [dict(itertools.islice(ready.items(), n)) for n in _PARTS]
    basis = st.sampled_from([{}] * 8 + some + [ready] * 28)
    anything = [name for name, finding in findings.items() if not finding.red_flag and name not in left_out]
    flags = [name for name, finding in findings.items() if finding.red_flag and name not in left_out]
    names = st.sampled_from(anything) if anything else st.nothing()
    count = st.integers(0, min(_MOST_EXTRAS, len(anything)))
    flagged = st.lists(st.sampled_from(flags), max_size=1) if flags else st.just([])

    @st.composite
    def patient(draw: st.DrawFn) -> PatientData:
        # What leads somewhere is drawn before what stands beside it: a failing patient shrinks by losing the rest.
        raised = {name: source.recorded(findings[name]) for name in draw(flagged)}
        chosen = raised | plain | dict(draw(basis))
        for aim in (*draw(leads), draw(ways), raised):
            chosen |= aim
        made: PatientData = {name: draw(value) for name, value in chosen.items() if name not in left_out}
        for _ in range(draw(count)):
            name = draw(names)
            value = draw(source.recorded(findings[name]))
            made.setdefault(name, value)
        return _consistent({name: made[name] for name in findings if name in made}, guideline, wanted)

    return patient()


def values(
    guideline: Guideline, finding: str, *, pathway: str | None = None, at: dt.date | str
) -> st.SearchStrategy[object]:
    """Values of one finding as they stand in a record, gathered around what rules compare with.

    Raises:
        ArgumentError: there is no such pathway or finding, or another argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    look.findings("finding", [finding], guideline)
    look.done()
    return values_of(guideline, pathway, day).plain(guideline.findings[finding])


def _consistent(patient: PatientData, guideline: Guideline, wanted: frozenset[str]) -> PatientData:
    """The patient without what may never stand together: the part goes, or becomes as small as its whole."""
    for name, finding in guideline.findings.items():
        if finding.never_above is None or name not in patient or finding.never_above not in patient:
            continue
        part, whole = patient[name], patient[finding.never_above]
        if isinstance(part, int | float) and isinstance(whole, int | float):
            patient[name] = min(part, whole)
        elif name in wanted:
            del patient[finding.never_above]
        else:
            del patient[name]
    return patient
