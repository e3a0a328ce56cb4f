"""Hypothesis strategies: what was recorded about a patient over time, with corrections and with what was taken back.

The record has no mark for a correction. Where one was made, the wrong value is gone, or stands beside the right one
on the same day, or a later value follows; what was taken back is followed by a later ``{status: unknown}``.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from carepath.content.guideline import Finding, Guideline
from carepath.testing.arguments import Arguments
from carepath.testing.extra import st
from carepath.testing.finding_values import FindingValues, values_of
from carepath.testing.strategies import patients

#: A fact as it stands in a series: ``value`` or ``status``, ``date``, and sometimes ``version``.
FactData = dict[str, object]
#: A patient whose findings are all series of dated facts, oldest first.
HistoryData = dict[str, list[FactData]]

MOST_DAYS = 36_500
MOST_VISITS = 50
#: Of how many findings more than their present value may be recorded.
_MOST_COURSES = 8


def histories(
    guideline: Guideline,
    *,
    pathway: str | None = None,
    at: dt.date | str,
    days: int = 730,
    visits: int = 6,
    known: Iterable[str] = (),
    unknown: Iterable[str] = (),
    later: bool = True,
) -> st.SearchStrategy[HistoryData]:
    """What was recorded about patients over time, in the form that ``assess`` reads; it is accepted on every date.

    What stands on the evaluation date is that of ``patients``, so that step changes and referrals come out too. Before
    it lie earlier values: several on one day, corrected ones, refusals, and what was taken back. Every finding is a
    list of facts with a date each, oldest first. A failing history shrinks to few findings with one fact each.

    Args:
        guideline: the content; its findings, thresholds and rules shape the patients.
        pathway: the pathway on which they will be assessed; present steps are then steps of that pathway.
        at: the evaluation date, or ISO text.
        days: how many days before ``at`` the first fact may lie, 1 to 36,500.
        visits: on how many days before ``at`` something is recorded at most, 1 to 50.
        known: names of findings that are known on ``at`` in every history.
        unknown: names of findings of which nothing is ever recorded.
        later: whether facts dated after ``at`` may stand there too; no assessment on ``at`` sees them.

    Raises:
        ArgumentError: an argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    look = Arguments()
    look.guideline(guideline)
    look.pathway(pathway, guideline)
    day = look.day(at)
    before = look.number("days", days, 1, MOST_DAYS)
    most = look.number("visits", visits, 1, MOST_VISITS)
    wanted, left_out = look.known_and_unknown(known, unknown, guideline)
    look.flag("later", later)
    look.done()
    source = values_of(guideline, pathway, day)
    now = patients(guideline, pathway=pathway, at=day, known=wanted, unknown=left_out)
    visited = st.lists(st.integers(1, before), max_size=most, unique=True)
    names = sorted(name for name in guideline.findings if name not in left_out)

    @functools.cache  # few of them are drawn
    def course(name: str) -> st.SearchStrategy[tuple[str, list[_Event]]]:
        return st.tuples(st.just(name), _course(source, guideline.findings[name]))

    # A finding and its course are drawn together, so that a failing history shrinks by losing both.
    followed = st.lists(
        st.sampled_from(names).flatmap(course), max_size=_MOST_COURSES, unique_by=operator.itemgetter(0)
    )

    @st.composite
    def history(draw: st.DrawFn) -> HistoryData:
        made: HistoryData = {}
        for name, value in draw(now).items():
            if name in wanted:
                made[name] = [{"value": value, "date": day.isoformat()}]
            else:
                made[name] = dated_facts(guideline.findings[name], value, day)
        past = draw(visited)
        for name, events in draw(followed):
            for event in events:
                made.setdefault(name, []).extend(event.facts(past, source))
        for name, facts in made.items():
            seen = facts if later else [fact for fact in facts if str(fact["date"]) <= day.isoformat()]
            if name in wanted:
                # Nothing contradicts it: on the first day of the calendar an earlier visit falls on the day itself.
                seen = facts[:1] + [fact for fact in seen[1:] if fact["date"] != day.isoformat()]
            made[name] = sorted(seen, key=lambda fact: str(fact["date"]))
        return without_clashes({name: facts for name, facts in made.items() if facts}, guideline)

    return history()


@dataclass(frozen=True)
class _Event:
    """Something recorded at a visit, and what became of it; without a visit to stand at it is of a later date."""

    visit: int
    what: str
    value: object
    second: object
    status: str
    wait: int
    version: str | None

    def facts(self, visits: Sequence[int], source: FindingValues) -> list[FactData]:
        """The facts that stand in the record."""
        if self.what == "later" or not visits:
            return [self._known(self.value, source.day(-1 - self.wait))] if self.what == "later" else []
        before = visits[self.visit % len(visits)]
        day = source.day(before)
        stated: FactData = {"status": self.status, "date": day}
        known = self._known(self.value, day)
        if self.what == "corrected":
            return [known, self._known(self.second, day)]
        if self.what == "taken back":
            # Before the evaluation date: what stands on it is that of the patient.
            return [known, {"status": self.status, "date": source.day(max(before - self.wait, 1))}]
        return [known] if self.what == "recorded" else [stated]

    def _known(self, value: object, day: str) -> FactData:
        version = {"version": self.version} if self.version is not None else {}
        return {"value": value, "date": day, **version}


def _course(source: FindingValues, finding: Finding) -> st.SearchStrategy[list[_Event]]:
    """What else may be recorded of a finding."""
    value = source.plain(finding)
    event = st.builds(
        _Event,
        visit=st.integers(0, MOST_VISITS - 1),
        what=st.sampled_from(("recorded", "recorded", "corrected", "stated", "taken back", "later")),
        value=value,
        second=value,
        status=st.sampled_from(("unknown", "refused", "not_applicable")),
        wait=st.sampled_from((0, 1, 7, 30)),
        version=st.sampled_from((None, "1", "2")) if finding.type.is_instrument else st.none(),
    )
    return st.lists(event, min_size=1, max_size=4)


def dated_facts(finding: Finding, given: object, at: dt.date) -> list[FactData]:
    """What stands under a name in a record as a series in which every fact has its date."""
    if isinstance(given, Mapping):
        listed: list[object] = [given]
    elif isinstance(given, list) and (finding.type.kind != "list" or _is_series(given)):
        listed = given
    else:
        listed = [{"value": given}]
    return [{**fact, "date": fact.get("date") or at.isoformat()} for fact in listed if isinstance(fact, Mapping)]


def _is_series(given: list[object]) -> bool:
    """Whether a list that stands under a list finding holds facts, not items; as the record is read."""
    return bool(given) and all(isinstance(one, Mapping) and ("status" in one or "date" in one) for one in given)


def without_clashes(history: HistoryData, guideline: Guideline) -> HistoryData:
    """The same history in which no part of a score is above its whole of the same day: it is made as small."""
    for name, finding in guideline.findings.items():
        whole = history.get(finding.never_above or "", [])
        bounds: dict[object, int | float] = {}
        for fact in whole:
            value = fact.get("value")
            if isinstance(value, int | float):
                bounds[fact["date"]] = min(value, bounds.get(fact["date"], value))
        for fact in history.get(name, []):
            value, bound = fact.get("value"), bounds.get(fact["date"])
            if isinstance(value, int | float) and bound is not None:
                fact["value"] = min(value, bound)
    return history
