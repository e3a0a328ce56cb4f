"""The properties of domain.md, b.3, that no other module here holds.

P-A is in ``test_law_3_red_flags``, P-B and P-I in ``test_law_4_certainty``, P-G in ``test_law_6_arguments``. P-E
(equivalent scales) has nothing to hold for: no finding is recorded on two scales, and nothing is converted.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

import networkx as nx
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment, Guideline
from carepath.language.nodes import Constant
from carepath.language.truth import Truth
from carepath.pathway import Pathway
from tests.laws.helpers import (
    GUIDELINE,
    LAST_RESORT,
    MOVES,
    REFERRALS,
    STEP_DOWN,
    Case,
    broken,
    cases,
    identity,
    law,
    must_fail,
    of_kind,
)

#: What a group is entitled to from a day on: domain.md, 5.1, written again.
ENTITLEMENT: dict[str, list[tuple[dt.date, str, bool]]] = {
    "last_resort": [
        (dt.date.min, "not_assessed", False),
        (dt.date(2020, 12, 1), "entitled", False),
        (dt.date(2024, 11, 1), "entitled", True),
        (dt.date(2026, 1, 23), "entitled_pending_new_position", False),
    ],
    "matched_care": [
        (dt.date.min, "not_assessed", False),
        (dt.date(2020, 12, 1), "entitled", False),
        (dt.date(2024, 11, 1), "entitled", True),
        (dt.date(2026, 1, 23), "unknown_check_current_position", False),
    ],
}
#: Ways back up that are declared: re-entry from aftercare.
RE_ENTRY = "AFT"


def check_less_knowledge_gives_no_stronger_advice(before: Assessment, after: Assessment, forgotten: str) -> None:
    """P-C: a step change or referral that was not there comes only with the forgotten finding named beside it.

    The finding held an entry of the table up; a red flag that is forgotten is asked for, or was not applicable.
    """
    if of_kind(before, "red_flag_exit"):
        return
    earlier = {identity(one): one for one in before.recommendations}
    for one in of_kind(after, *MOVES):
        old = earlier.get(identity(one))
        if old is None or (old.conditional and not one.conditional):
            assert forgotten in {*one.could_change, *one.missing}, (identity(one), forgotten)


def check_population(assessment: Assessment) -> None:
    """P-D: no IMSR assessment, and no matched referral, for WPN 1 or 2, for an unknown class, or under 18."""
    values = assessment.basis.values
    if of_kind(assessment, *REFERRALS):
        assert values.get("wpn_class") in {3, 4}, values.get("wpn_class")
        age = values.get("age_years")
        assert isinstance(age, int), age
        assert age >= 18, age


def entitled(group: str, at: dt.date) -> tuple[str, bool]:
    return [(value, review) for start, value, review in ENTITLEMENT[group] if start <= at][-1]


def check_entitlement(assessment: Assessment) -> None:
    """P-F: the entitlement is that of the group on the date, whatever else is known."""
    for one in of_kind(assessment, *REFERRALS):
        assert one.group is not None
        assert (one.entitlement, one.under_review) == entitled(one.group, assessment.at), (one.group, assessment.at)


def check_up_and_down(assessment: Assessment) -> None:
    """P-H: never both unconditional; a referral is not weakened by a step down beside it, the step down is."""
    up = [one for one in of_kind(assessment, "escalate") if not one.conditional]
    down = [one for one in of_kind(assessment, "deescalate") if not one.conditional]
    assert not (up and down)
    assert not (down and of_kind(assessment, *REFERRALS))


def check_acyclic(pathway: Pathway) -> None:
    """P-J: leading up there is no circle, and a way down leads to a lower rank; aftercare may be left again."""
    steps = pathway.steps
    up: nx.DiGraph[str] = nx.DiGraph()
    for one in pathway.transitions:
        source, target = steps[one.source], steps[one.target]
        if one.kind == "deescalate":
            assert target.rank < source.rank or target.kind == "aftercare" or RE_ENTRY in target.id, one.id
        elif RE_ENTRY not in one.source:
            up.add_edge(one.source, one.target)
            assert target.rank > source.rank, one.id
    assert nx.is_directed_acyclic_graph(up)
    assert set(pathway.graph.nodes) == set(steps)
    assert set(pathway.graph.edges) == {(one.source, one.target) for one in pathway.transitions}


@st.composite
def forgotten(draw: st.DrawFn) -> tuple[Case, str]:
    """A patient of whom something is known, and the name of it."""
    case = draw(cases().filter(lambda case: bool(case.patient)))
    return case, draw(st.sampled_from(sorted(case.patient)))


@law(18, thorough=800)
@for_all(forgotten())
def test_less_knowledge_gives_no_stronger_advice(pair: tuple[Case, str]) -> None:
    case, name = pair
    check_less_knowledge_gives_no_stronger_advice(case.assess(), case.without(name).assess(), name)


@pytest.mark.parametrize("patient", [LAST_RESORT, STEP_DOWN], ids=["last resort", "step down"])
@pytest.mark.parametrize("name", sorted({*LAST_RESORT, *STEP_DOWN}))
def test_each_condition_of_a_move_is_needed(patient: dict[str, object], name: str) -> None:
    case = Case(patient)
    assert of_kind(case.assess(), *MOVES)
    check_less_knowledge_gives_no_stronger_advice(case.assess(), case.without(name).assess(), name)


@law(21, thorough=1_000)
@for_all(cases())
def test_a_referral_is_for_adults_of_wpn_3_or_4_and_up_and_down_are_never_both_unconditional(case: Case) -> None:
    assessment = case.assess()
    check_population(assessment)
    check_entitlement(assessment)
    check_up_and_down(assessment)


DATES = st.one_of(
    st.sampled_from(
        [start + dt.timedelta(days=days) for start, _, _ in ENTITLEMENT["last_resort"][1:] for days in (-1, 0, 1)]
    ),
    st.dates(min_value=dt.date(2015, 1, 1), max_value=dt.date(2035, 1, 1)),
)


@law(21, thorough=600)
@for_all(DATES, st.booleans())
def test_entitlement_depends_on_nothing_but_the_group_and_the_date(at: dt.date, matched: bool) -> None:  # noqa: FBT001
    patient = dict(LAST_RESORT)
    if matched:
        patient |= {
            "substantial_chance_earlier_steps_fail": True,
            "substantial_chance_reason": "x",
            "step1_selfcare_done": False,
        }
    assessment = Case(patient, at=at).assess()
    assert of_kind(assessment, "matched_care_referral" if matched else "imsr_assessment")
    check_entitlement(assessment)


@pytest.mark.parametrize("name", sorted(GUIDELINE.pathways))
def test_a_pathway_has_no_circle_but_its_declared_ways_back(name: str) -> None:
    check_acyclic(GUIDELINE.pathways[name])


# --- the checks can fail ------------------------------------------------------------------------------------------


def _changed(*ids: str, **changes: object) -> Guideline:
    rules = dict(GUIDELINE.rules)
    for name in ids:
        rules[name] = dataclasses.replace(rules[name], **changes)  # type: ignore[arg-type]
    return broken(rules=rules)


def _table(without: Iterable[str]) -> Guideline:
    return broken(resolve=tuple(entry for entry in GUIDELINE.resolve if entry.id not in without))


def test_the_check_finds_advice_that_grows_by_forgetting(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case({**LAST_RESORT, "imsr_in_progress": True})
    check_less_knowledge_gives_no_stronger_advice(
        case.assess(), case.without("imsr_in_progress").assess(), "imsr_in_progress"
    )
    monkeypatch.setattr("carepath.inference.resolve._Table._name_open", lambda *_: None)
    after = case.without("imsr_in_progress").assess()
    must_fail(check_less_knowledge_gives_no_stronger_advice, case.assess(), after, "imsr_in_progress")


@pytest.mark.parametrize(("name", "value"), [("wpn_class", 2), ("age_years", 17)])
def test_the_check_finds_a_referral_outside_the_population(name: str, value: int) -> None:
    loose = _changed("IM-1", when=Constant(Truth.TRUE))
    table = tuple(entry for entry in GUIDELINE.resolve if entry.id not in {"RS-SCOPE", "RS-MINOR"})
    guideline = dataclasses.replace(loose, resolve=table, content_hash=loose.content_hash + name)
    must_fail(check_population, Case({**LAST_RESORT, name: value}, guideline=guideline).assess())


def test_the_check_finds_an_entitlement_of_another_day() -> None:
    first = tuple(one for one in GUIDELINE.entitlements if one.start is None)
    must_fail(check_entitlement, Case(LAST_RESORT, guideline=broken(entitlements=first)).assess())


def test_the_check_finds_up_and_down_at_once() -> None:
    both = {**STEP_DOWN, "adl_limitation_high": True}
    check_up_and_down(Case(both).assess())
    guideline = _table({"RS-DOWN-BESIDE-UP", "RS-UP-BESIDE-DOWN"})
    must_fail(check_up_and_down, Case(both, guideline=guideline).assess())


def test_the_check_finds_a_circle() -> None:
    pathway = GUIDELINE.pathways["spine"]
    down = next(one for one in pathway.transitions if one.kind == "deescalate")
    circle = dataclasses.replace(down, kind="escalate")
    must_fail(check_acyclic, dataclasses.replace(pathway, transitions=(*pathway.transitions, circle)))
    up = next(one for one in pathway.transitions if one.kind == "escalate")
    lifted = dataclasses.replace(up, kind="deescalate")
    must_fail(check_acyclic, dataclasses.replace(pathway, transitions=(*pathway.transitions, lifted)))
