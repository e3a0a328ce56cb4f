from __future__ import annotations

import carepath
from tests.unit.explain.patients import BETTER, assessed, assessed_as


def test_the_same_assessment_twice_differs_in_nothing() -> None:
    found = carepath.compare(assessed("last resort"), assessed("last resort"))
    assert found.differences == ()
    assert found.sentence.en == "The advice is the same."


def test_a_correction_says_what_came_what_went_and_because_of_which_finding() -> None:
    before = assessed("self-care failed")
    found = carepath.compare(before, assessed_as("self-care failed", step1_selfcare_sufficient=True))
    assert {(one.how, one.kind) for one in found.differences} == {
        ("added", "continue"),
        ("gone", "escalate"),
        ("gone", "note"),
    }
    gone = next(one for one in found.differences if one.kind == "escalate")
    assert gone.findings == ("step1_selfcare_sufficient",)
    assert "Because of: effect of self-care and prevention (step 1)." in found.sentence.en
    assert "Door: effect van zelfzorg en preventie (stap 1)." in found.sentence.nl


def test_a_finding_is_shown_as_it_was_read_before_and_after() -> None:
    found = carepath.compare(
        assessed("self-care failed"), assessed_as("self-care failed", step1_selfcare_sufficient=True)
    )
    node = next(one for one in found.walk() if one.name == "step1_selfcare_sufficient")
    assert [read.value for read in node.reads] == [False, True]


def test_a_red_flag_that_became_stale_between_two_dates_is_the_cause() -> None:
    patient = {name: value for name, value in BETTER.items() if name != "rf_fracture_suspected"}
    patient |= {name: {"value": False, "date": "2026-02-25"} for name in patient if name.startswith("rf_")}
    patient["rf_fracture_suspected"] = {"value": False, "date": "2026-01-20"}
    early, late = (
        carepath.assess(patient, pathway="spine", at=at, engine="direct") for at in ("2026-03-02", "2026-03-05")
    )
    found = carepath.compare(early, late)
    asked = [one for one in found.differences if one.kind == "insufficient_information"]
    assert [one.findings for one in asked if "rf_fracture_suspected" in one.findings]


def test_a_red_flag_is_the_cause_of_what_it_set_aside() -> None:
    found = carepath.compare(assessed("last resort"), assessed_as("last resort", rf_cauda_equina=True))
    gone = next(one for one in found.differences if one.kind == "imsr_assessment")
    assert gone.how == "gone"
    assert "rf_cauda_equina" in gone.findings


def test_where_only_the_date_differs_it_says_so() -> None:
    patient = {
        "age_years": 49,
        "pain_in_musculoskeletal_system": True,
        "substantial_chance_earlier_steps_fail": True,
        "substantial_chance_reason": "earlier programme failed",
        "pain_duration_months": 72,
        "wpn_class": 4,
    }
    days = ("2026-01-22", "2026-01-23")
    before, after = (carepath.assess(patient, pathway="spine", at=at, engine="direct") for at in days)
    assert "The date differs." in carepath.compare(before, after).sentence.en


def test_the_report_says_what_was_read_before_and_after() -> None:
    found = carepath.compare(assessed("last resort"), assessed_as("last resort", rf_cauda_equina=True))
    assert "- before: no (2026-03-02)" in found.report("en")
    assert "- daarna: ja (2026-03-02)" in found.report("nl")


def test_what_goes_with_other_advice_has_the_findings_of_that_advice_as_its_cause() -> None:
    found = carepath.compare(assessed("last resort"), assessed_as("last resort", rf_cauda_equina=True))
    gone = next(one for one in found.differences if one.kind == "note")
    assert gone.findings == ("rf_cauda_equina",)
