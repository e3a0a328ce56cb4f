"""Law 5: conflicts stay visible. Both positions with their owners; none is chosen and none disappears."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given as for_all

from carepath import Assessment
from carepath.content.guideline import ResolveEntry, Selector
from tests.laws.helpers import GUIDELINE, LEAVES_AT_ONCE, REFERRALS, Case, broken, cases, given, law, must_fail, of_kind

Values = Mapping[str, Any]
DN4 = ("dn4_total", "dn4_interview")

#: When a topic is shown, and the judgement beside it: the table of decisions.md, section 4, written again.
SHOWN: dict[str, tuple[Callable[[Values], bool], str | None]] = {
    "imaging_primary_care": (lambda v: v.get("imaging_requested") is True, "imaging_or_not"),
    "epidural_injection": (lambda v: v.get("injection_considered") is True, "injection_or_not"),
    "lrs_guidelines_lines_1_2": (
        lambda v: (
            v.get("lrs_suspected") is True
            and any(
                v.get(name) is True for name in ("injection_considered", "surgery_considered", "conflicting_advice")
            )
        ),
        None,
    ),
    "neuropathic_first_line": (
        lambda v: (
            v.get("neuropathic_drug_choice_open") is True
            and (v.get("diabetic_neuropathy") is True or v.get("polyneuropathy") is True)
        ),
        "drug_choice",
    ),
    "dn4_cutoff": (
        lambda v: (
            v.get("dn4_total") == 4
            or ("dn4_total" not in v and v.get("dn4_interview") in {3, 4})
            or (v.get("lrs_suspected") is True and any(name in v for name in DN4))
        ),
        None,
    ),
}


def check_all_positions_are_given(assessment: Assessment) -> None:
    shown = {one.topic: one for one in assessment.conflicts}
    data = assessment.to_dict()["conflicts"]
    assert isinstance(data, list)
    written = {conflict["topic"]: conflict["positions"] for conflict in data}
    for topic in (one.topic for one in of_kind(assessment, "guideline_conflict")):
        assert topic is not None
        positions = GUIDELINE.conflicts[topic].positions
        assert shown[topic].positions == positions, topic
        assert len({position.owner.en for position in positions}) > 1, topic
        assert [one["text"]["nl"] for one in written[topic]] == [one.text.nl for one in positions], topic
        assert all(one["owner"]["nl"] and one["grounds"] for one in written[topic]), topic


def check_conflicts_are_shown_when_they_hold(assessment: Assessment) -> None:
    """A topic of the table stands exactly when its condition is true: nothing but an emergency or age takes it away."""
    kinds = {one.kind for one in assessment.recommendations}
    if "not_in_scope" in kinds or any(one.urgency in LEAVES_AT_ONCE for one in assessment.recommendations):
        return
    conflicts = {one.topic for one in of_kind(assessment, "guideline_conflict")}
    judgements = {one.topic for one in of_kind(assessment, "clinician_judgement")}
    for topic, (holds, judgement) in SHOWN.items():
        assert (topic in conflicts) is holds(assessment.basis.values), topic
        assert judgement is None or topic not in conflicts or judgement in judgements, topic
    weighed = any(assessment.basis.values.get(name) is True for name in ("language_barrier", "legal_claim_running"))
    assert ("trial_vs_care_exclusion" in conflicts) is (weighed and bool(kinds & REFERRALS))
    if "matched_care_referral" in kinds:
        assert "matched_care_entitlement" in conflicts
        assert "matched_route" in judgements


def check_nothing_but_an_emergency_takes_a_conflict_away(assessment: Assessment) -> None:
    allowed = {"RS-RED", "RS-SCOPE", "RS-DN4", "RS-E-2b", "RS-PLACE", "RS-BEYOND", "RS-PROGRAMME"}
    for one in assessment.set_aside:
        if one.recommendation.kind == "guideline_conflict":
            assert set(one.by) & allowed, one
    given_away = {one.recommendation.kind for one in assessment.set_aside if one.how == "suspended"}
    assert not given_away & {"guideline_conflict", "clinician_judgement", "mdo", "coordination"}, given_away


@law(18, thorough=700)
@for_all(cases())
def test_a_conflict_gives_all_positions_and_stands_whenever_its_condition_is_true(case: Case) -> None:
    assessment = case.assess()
    check_all_positions_are_given(assessment)
    check_conflicts_are_shown_when_they_hold(assessment)
    check_nothing_but_an_emergency_takes_a_conflict_away(assessment)


@pytest.mark.parametrize("topic", sorted(GUIDELINE.conflicts))
def test_every_conflict_has_two_or_more_owners_with_grounds(topic: str) -> None:
    conflict = GUIDELINE.conflicts[topic]
    assert len({position.owner.en for position in conflict.positions}) > 1
    assert all(position.grounds for position in conflict.positions)


# --- the checks can fail ------------------------------------------------------------------------------------------


def test_the_check_finds_a_conflict_with_one_position_left(monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = dict(GUIDELINE.conflicts)
    one = conflicts["imaging_primary_care"]
    conflicts["imaging_primary_care"] = dataclasses.replace(one, positions=one.positions[:1])
    case = Case({"imaging_requested": True}, guideline=broken(conflicts=conflicts))
    must_fail(check_all_positions_are_given, case.assess())
    monkeypatch.setattr(Assessment, "conflicts", ())
    with pytest.raises(KeyError):
        check_all_positions_are_given(Case({"imaging_requested": True}).assess())


def test_the_check_finds_a_table_that_chooses() -> None:
    entry = next(entry for entry in GUIDELINE.resolve if entry.id == "RS-COORDINATOR")
    chooses: ResolveEntry = dataclasses.replace(
        entry, id="RS-CHOOSES", when=None, selects=Selector(topics=("imaging_primary_care",))
    )
    case = Case({"imaging_requested": True}, guideline=broken(resolve=(chooses, *GUIDELINE.resolve)))
    assessment = case.assess()
    assert any(one.kind == "guideline_conflict" for one in given(assessment))
    must_fail(check_conflicts_are_shown_when_they_hold, assessment)
    must_fail(check_nothing_but_an_emergency_takes_a_conflict_away, assessment)
