"""Content in which one thing is wrong breaks the law about it, and no other."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from carepath.content.guideline import Selector
from carepath.language.nodes import All, AnyOf, Compare, FindingRef, Number
from carepath.testing import laws
from tests.unit.testing.laws.guidelines import (
    REFERS,
    SHIPPED,
    Change,
    broken_laws,
    changed,
    refused,
    small,
    with_rule,
    without_entries,
)

#: By law the change of the small guideline that breaks it, and words of the message.
SMALL_CHANGES: dict[str, tuple[tuple[Change, ...], str]] = {
    "red_flags_dominate": (
        (("rules/resolve.yaml", "selects: {not_kinds: [red_flag_exit]}", "selects: {kinds: [escalate]}"),),
        "beside the red flag of RF-1 (urgent) stands",
    ),
    "nothing_moves_unscreened": (
        (("rules/information.yaml", "kinds: [escalate, deescalate]", "kinds: [deescalate]"),),
        "escalate stands while fever is unknown",
    ),
    "up_and_down_are_never_both_unconditional": (
        (("rules/small.yaml", "when: {all: [lasts, not copes]}", "when: lasts"),),
        "escalate to S2 by UP-1 and deescalate to S0 by DOWN-1 both stand without a condition",
    ),
    "scores_never_decide_referral": (
        (*REFERS, ("rules/small.yaml", "when: lasts", "when: {all: [lasts, rmdq_total >= high_score]}")),
        "imsr_assessment by IM-1",
    ),
}


@pytest.mark.parametrize("name", SMALL_CHANGES)
def test_a_change_of_the_small_guideline_breaks_just_the_law_about_it(name: str, tmp_path: Path) -> None:
    changes, words = SMALL_CHANGES[name]
    guideline = small(tmp_path, *changes)
    error = refused(getattr(laws, name), guideline)
    assert words in error.seen
    assert len(error.patient) <= 4
    assert set(broken_laws(guideline)) <= {name}


def test_with_a_referral_that_no_score_decides_every_law_holds(tmp_path: Path) -> None:
    assert not broken_laws(small(tmp_path, *REFERS))


def test_a_score_that_only_gives_or_only_weakens_a_referral_is_found(tmp_path: Path) -> None:
    gives = ("rules/small.yaml", "when: lasts", "when: {any: [lasts, rmdq_total >= high_score]}")
    weakens = (
        "rules/resolve.yaml",
        "",
        """\
  - id: RS-SCORE
    operation: makes_conditional
    selects: {kinds: [imsr_assessment]}
    when: rmdq_total >= high_score
    text: {en: "Look again.", nl: "Kijk nog eens."}
    grounds: [{kind: design_choice}]
""",
    )
    for change in (gives, weakens):
        error = refused(laws.scores_never_decide_referral, small(tmp_path, *REFERS, change))
        assert "rmdq_total" in str(error)
    assert "IM-1, conditional" in error.seen


def test_a_red_flag_that_hides_another_is_found(tmp_path: Path) -> None:
    hides = (
        (
            "rules/findings.yaml",
            "",
            """\
  rash:
    type: bool
    red_flag: true
    currency: currency_flag
    group: red_flags
    label: {en: "rash", nl: "uitslag"}
    question: {en: "Is there a rash?", nl: "Is er uitslag?"}
    statement: {en: "there is a rash", nl: "er is uitslag"}
    grounds: [{kind: source, source: G1}]
""",
        ),
        ("rules/small.yaml", "when: fever", "when: {all: [fever, not rash]}"),
        ("pathways/small.yaml", "screen: [fever]", "screen: [fever, rash]"),
    )
    error = refused(laws.red_flags_dominate, small(tmp_path, *hides))
    assert error.seen == "the red flag of RF-1 (urgent) went when another was raised"
    assert "and then with:\n    patient:\n      rash: true" in str(error)


def test_an_entry_that_takes_a_red_flag_away_is_found() -> None:
    red = next(entry for entry in SHIPPED.resolve if entry.id == "RS-RED")
    removes = dataclasses.replace(red, id="RS-NEW", selects=Selector(rules=("RF-3",)), given=())
    error = refused(laws.red_flags_dominate, changed(resolve=(removes, *SHIPPED.resolve)), pathways=["spine"])
    assert "the red flag of RF-3 holds and is not shown" in str(error)


@pytest.mark.parametrize("urgency", ["emergency", "urgent"])
def test_an_urgency_that_no_longer_stands_alone_is_found(urgency: str) -> None:
    (other,) = {"emergency", "urgent"} - {urgency}
    table = tuple(
        dataclasses.replace(entry, given=(Selector(kinds=("red_flag_exit",), urgencies=(other,)),))
        if entry.id == "RS-RED"
        else entry
        for entry in SHIPPED.resolve
    )
    assert f"({urgency}) stands" in refused(laws.red_flags_dominate, changed(resolve=table), pathways=["spine"]).seen


def test_screening_that_holds_nothing_up_is_found() -> None:
    asks = tuple(ask for ask in SHIPPED.asks if not ask.screening)
    error = refused(laws.nothing_moves_unscreened, changed(asks=asks), pathways=["spine"])
    assert "is unknown (not_recorded)" in error.seen
    assert "screening: true" in str(error)


@pytest.mark.parametrize("rule", ["RQ-1", "RF-1"])
def test_a_rule_without_a_ground_is_found(rule: str) -> None:
    error = refused(laws.every_recommendation_has_grounds, with_rule(rule, grounds=()), examples=1, pathways=[None])
    assert f"by {rule} would stand on no ground" in error.seen


def test_an_ask_without_a_ground_is_found() -> None:
    asks = tuple(dataclasses.replace(ask, grounds=()) for ask in SHIPPED.asks)
    error = refused(laws.every_recommendation_has_grounds, changed(asks=asks), examples=1, pathways=[None])
    assert "insufficient_information by IN-1 stands on no ground" in error.seen


def test_entitlements_in_the_wrong_order_are_found(tmp_path: Path) -> None:
    guideline = small(tmp_path, *REFERS)
    (one,) = guideline.entitlements
    later = dataclasses.replace(one, start=dt.date(2020, 1, 1), value="not_assessed")
    error = refused(laws.entitlement_depends_on_group_and_date, changed(guideline, entitlements=(later, one)))
    assert "says entitled; on 2026-03-02 the guideline says not_assessed" in error.seen
    laws.entitlement_depends_on_group_and_date(changed(guideline, entitlements=(one, later)), at="2026-03-02")


@pytest.mark.slow
@pytest.mark.parametrize("wanted", ["IM-1", "IM-2"])
def test_a_shipped_referral_that_a_score_decides_is_found(wanted: str) -> None:
    high = Compare(FindingRef("pcs_total"), ">=", Number(30))
    needs = with_rule(wanted, when=All((SHIPPED.rules[wanted].when, high)))
    assert "pcs_total" in str(refused(laws.scores_never_decide_referral, needs, examples=2_000))


@pytest.mark.slow
def test_a_shipped_referral_that_a_score_alone_gives_is_found() -> None:
    high = Compare(FindingRef("pcs_total"), ">=", Number(30))
    gives = with_rule("E-4", when=AnyOf((SHIPPED.rules["E-4"].when, high)))
    assert "pcs_total" in str(refused(laws.scores_never_decide_referral, gives, examples=500))


@pytest.mark.slow
def test_shipped_content_that_leads_up_and_down_at_once_is_found() -> None:
    guideline = without_entries("RS-DOWN-BESIDE-UP", "RS-UP-BESIDE-DOWN")
    refused(laws.up_and_down_are_never_both_unconditional, guideline, examples=2_000)
