"""Law 2: what is settled stays settled; a recommendation changes by new knowledge only as was announced."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment, RecordError
from carepath.language.truth import Truth
from carepath.record.derived import STEP_STARTS, _interval, _items
from carepath.testing.laws.knowledge import changed_verdict
from tests.laws.helpers import (
    AT,
    GUIDELINE,
    LAST_RESORT,
    SCREENED,
    STEP_DOWN,
    Case,
    cases,
    identity,
    law,
    must_fail,
    renamed,
    value_of,
)
from tests.laws.test_law_1_unknown import unknown_is_false

#: They move the moment from which a trend counts: decisions.md, section 3, takes the first value while it is unknown.
MOMENTS = frozenset(STEP_STARTS)


def check_settled_verdicts_stay(before: Assessment, after: Assessment) -> None:
    assert changed_verdict(before, after) is None


def check_changes_were_announced(before: Assessment, after: Assessment, learned: str) -> None:
    """A recommendation that is gone or weaker was announced, or a red flag took it away.

    Announced: the finding was named beside it, or asked for.
    """
    if any(one.kind == "red_flag_exit" for one in after.recommendations):
        return
    asked = {name for one in before.recommendations if one.kind == "insufficient_information" for name in one.missing}
    later = {identity(one): one for one in after.recommendations}
    for one in before.recommendations:
        new = later.get(identity(one))
        weaker = new is None or (new.conditional and not one.conditional) or set(one.attention) - set(new.attention)
        if weaker and one.kind != "insufficient_information":
            beside = {*one.could_change, *one.missing, *asked}
            assert learned in beside, (identity(one), learned)


def check_changes_were_named_beside(before: Assessment, after: Assessment, learned: str) -> None:
    """The letter of law 2: the finding was named beside the recommendation that changes."""
    later = {identity(one): one for one in after.recommendations}
    for one in before.recommendations:
        new = later.get(identity(one))
        if new is None or new.conditional != one.conditional:
            assert learned in {*one.could_change, *one.missing}, (identity(one), learned)


@st.composite
def lessons(draw: st.DrawFn) -> tuple[Case, Case, str]:
    """A patient, the same patient with one more finding known, and its name; often one that was asked for."""
    case = draw(cases())
    assessment = case.assess()
    unknown = [name for name in GUIDELINE.findings if assessment.basis.reason(name) is not None]
    asked = [one.finding for one in assessment.next_questions]
    asked += [name for one in assessment.recommendations for name in one.could_change]
    often_asked: bool = draw(st.booleans())
    name = draw(st.sampled_from(asked if asked and often_asked else unknown))
    assume(name in unknown and name not in MOMENTS)
    after = case.with_finding(name, draw(value_of(name, case.pathway)))
    assume(is_possible(after))
    return case, after, name


def is_possible(case: Case) -> bool:
    """Whether no part of a questionnaire is above its total."""
    distress, total = case.patient.get("start_back_distress"), case.patient.get("start_back_total")
    return not isinstance(distress, int) or not isinstance(total, int) or distress <= total


@law(45, thorough=2_000)
@for_all(lessons())
def test_new_knowledge_changes_no_settled_verdict_and_no_recommendation_unannounced(
    lesson: tuple[Case, Case, str],
) -> None:
    before, after, learned = lesson[0].assess(), lesson[1].assess(), lesson[2]
    assume(after.basis.reason(learned) is None)
    check_settled_verdicts_stay(before, after)
    check_changes_were_announced(before, after, learned)


LISTS = [name for name, finding in GUIDELINE.findings.items() if set(finding.type.parts) - {"value"}]


@st.composite
def filled_items(draw: st.DrawFn) -> tuple[Case, Case]:
    """A patient with parts of a list's items absent, and the same patient with these parts known."""
    case, name = draw(cases()), draw(st.sampled_from(LISTS))
    parts = GUIDELINE.findings[name].type.parts
    of_kind: dict[str, tuple[object, ...]] = {"bool": (False, True), "int": (1,), "decimal": (1.5,), "text": ("x",)}
    known = st.fixed_dictionaries(
        {part: st.sampled_from(of_kind.get(kind.kind, kind.values)) for part, kind in parts.items()}
    )
    items = draw(st.lists(known, min_size=1, max_size=4))
    less: list[Mapping[str, object]] = []
    for item in items:
        gone = draw(st.sets(st.sampled_from(sorted(parts))))
        less.append({part: value for part, value in item.items() if part not in gone})
    return case.with_finding(name, less), case.with_finding(name, items)


@law(18, thorough=500)
@for_all(filled_items())
def test_filling_in_the_parts_of_an_item_changes_no_settled_verdict(pair: tuple[Case, Case]) -> None:
    check_settled_verdicts_stay(pair[0].assess(), pair[1].assess())


PARTIAL = [name for name, finding in GUIDELINE.findings.items() if finding.type.partial]


@st.composite
def completed_bounds(draw: st.DrawFn) -> tuple[Case, Case, Case]:
    """A patient with bounds of a number known, with narrower bounds inside them, and with the number itself."""
    case, name = draw(cases()), draw(st.sampled_from(PARTIAL))
    kind = GUIDELINE.findings[name].type
    ends = st.integers(int(kind.minimum or 0), int(kind.maximum or 0))
    low, least, value, most, high = sorted(draw(st.tuples(ends, ends, ends, ends, ends)))
    wide, narrow = ({"value": {"at_least": a, "at_most": b}} for a, b in ((low, high), (least, most)))
    return tuple(case.with_finding(name, one) for one in (wide, narrow, value))  # type: ignore[return-value]


@law(15, thorough=600)
@for_all(completed_bounds())
def test_completing_what_is_known_in_part_of_a_number_changes_no_settled_verdict(
    found: tuple[Case, Case, Case],
) -> None:
    try:
        wide, narrow, known = (one.assess() for one in found)
    except RecordError:  # a part of a questionnaire above its total
        assume(False)  # noqa: FBT003 - as Hypothesis has it
    check_settled_verdicts_stay(wide, narrow)
    check_settled_verdicts_stay(narrow, known)
    check_settled_verdicts_stay(wide, known)


@st.composite
def completed_lists(draw: st.DrawFn) -> tuple[Case, Case]:
    """A patient of whom some items of a list are known, and the same patient with the whole list."""
    case, name = draw(cases()), draw(st.sampled_from(LISTS))
    parts = GUIDELINE.findings[name].type.parts
    of_kind: dict[str, tuple[object, ...]] = {"bool": (False, True), "int": (1,), "decimal": (1.5,), "text": ("x",)}
    item = st.fixed_dictionaries(
        {part: st.sampled_from(of_kind.get(kind.kind, kind.values)) for part, kind in parts.items()}
    )
    items = draw(st.lists(item, min_size=1, max_size=4))
    some = items[: draw(st.integers(1, len(items)))]
    return case.with_finding(name, {"value": some, "status": "partial"}), case.with_finding(name, items)


@law(15, thorough=400)
@for_all(completed_lists())
def test_completing_a_list_that_is_known_in_part_changes_no_settled_verdict(pair: tuple[Case, Case]) -> None:
    check_settled_verdicts_stay(pair[0].assess(), pair[1].assess())


def test_the_check_finds_bounds_that_are_taken_for_their_least(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Case({"age_years": {"value": {"at_least": 17, "at_most": 18}}})
    after = before.with_finding("age_years", 18).assess()
    check_settled_verdicts_stay(before.assess(), after)
    monkeypatch.setattr("carepath.record.derived._within_bounds", lambda *_: lambda _part: Truth.FALSE)
    must_fail(check_settled_verdicts_stay, Case(before.patient, guideline=renamed()).assess(), after)


def test_the_check_finds_a_list_in_part_that_is_taken_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    drug = {"class": "TCA", "adequate_trial": True, "response": "insufficient", "tolerated": True}
    before = Case({"neuropathic_drugs": {"value": [drug], "status": "partial"}}, "neuropathic")
    after = Case({"neuropathic_drugs": [drug, {**drug, "class": "SNRI"}]}, "neuropathic").assess()
    check_settled_verdicts_stay(before.assess(), after)
    real = _items
    monkeypatch.setattr("carepath.record.derived._items", lambda *given: ((real(*given) or ((), True))[0], False))
    must_fail(check_settled_verdicts_stay, before.assess(), after)


def test_the_check_finds_an_evaluator_that_takes_unknown_for_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_is_false)
    before = Case({}, guideline=renamed())
    must_fail(
        check_settled_verdicts_stay, before.assess(), before.with_finding("opioid_effective", value=True).assess()
    )


def test_the_check_finds_a_count_that_takes_an_unknown_item_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Case({"neuropathic_drugs": [{"class": "TCA"}]}, "neuropathic")
    after = Case({"neuropathic_drugs": [{"class": "TCA", "tolerated": False}]}, "neuropathic").assess()
    check_settled_verdicts_stay(before.assess(), after)
    real = _interval
    monkeypatch.setattr("carepath.record.derived._interval", lambda *given: (real(*given)[0],) * 2)
    must_fail(check_settled_verdicts_stay, before.assess(), after)


def test_the_check_finds_a_weakening_that_was_not_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(LAST_RESORT)
    refuses = case.with_finding("motivation_to_change", "refuses").assess()
    check_changes_were_announced(case.assess(), refuses, "motivation_to_change")
    monkeypatch.setattr("carepath.inference.resolve._Table._name_open", lambda *_: None)
    must_fail(check_changes_were_announced, case.assess(), refuses, "motivation_to_change")


def test_the_check_finds_a_recommendation_that_vanishes() -> None:
    before, after = Case(LAST_RESORT).assess(), Case(SCREENED).assess()
    must_fail(check_changes_were_announced, before, after, "region_id")


# --- where the law does not hold to the letter ------------------------------------------------------------------


@pytest.mark.xfail(
    strict=True, reason="decisions.md, section 3: while the step's start is unknown the first value counts"
)
@pytest.mark.parametrize(("moment", "value"), [("days_in_current_step", 0), ("last_step_change_date", AT.isoformat())])
def test_knowing_when_the_step_began_changes_no_settled_verdict(moment: str, value: object) -> None:
    course = [{"value": 20, "date": "2026-01-31"}, {"value": 5, "date": AT.isoformat()}]
    case = Case({"rmdq_total": course})
    check_settled_verdicts_stay(case.assess(), case.with_finding(moment, value).assess())


@pytest.mark.parametrize("patient", [STEP_DOWN, SCREENED], ids=["step down", "continue"])
def test_a_step_up_that_may_come_is_named_beside_what_it_would_change(patient: dict[str, object]) -> None:
    case, learned = Case(patient), "adl_limitation_high"
    check_changes_were_named_beside(case.assess(), case.with_finding(learned, value=True).assess(), learned)
