from __future__ import annotations

import json

import carepath
from carepath import Assessment, assess
from carepath.explain.missing import Missing
from carepath.testing import read_guideline_files
from tests.patients import NO_RED_FLAG
from tests.unit.explain.patients import SCREENED, assessed, assessed_as
from tests.unit.testing.tiny import tiny


def missing_for(assessment: Assessment, rule: str, output: int = 0) -> Missing:
    found = [one for one in assessment.missing if (one.undetermined.rule, one.undetermined.output) == (rule, output)]
    return found[0]


def test_each_undetermined_recommendation_has_its_sets() -> None:
    assessment = assessed("self-care failed")
    assert [one.undetermined for one in assessment.missing] == list(assessment.undetermined)
    assert all(one.exact and one.sets for one in assessment.missing)


def test_a_rule_that_waits_for_one_finding_is_settled_by_it_and_by_what_the_table_reads_beside_it() -> None:
    one = missing_for(assessed("self-care failed"), "MD-4")
    assert one.undetermined.waits_for == ("conflicting_advice",)
    assert one.first == ()
    assert one.sets == (("complexity_triage", "conflicting_advice", "information_exchange_consent"),)
    assert one.sentence.en.endswith(
        "It is settled by: complexity in GP triage, conflicting advice, consent to exchange information."
    )


def test_red_flags_that_are_not_known_stand_in_every_set_of_a_step_change_and_first() -> None:
    assessment = assessed("better")
    moves = [one for one in assessment.missing if assessment.guideline.kinds[one.undetermined.kind].step_change]
    assert moves
    for one in moves:
        assert one.first[0] == "rf_fracture_suspected"
        assert all(names[0] == "rf_fracture_suspected" for names in one.sets)


def test_an_entry_that_takes_a_recommendation_away_settles_it_alone() -> None:
    one = missing_for(assessed("self-care failed"), "GC-1", 8)
    assert one.undetermined.topic == "dn4_cutoff"
    assert one.sets == (("dn4_total",),)


def test_what_the_resolve_table_reads_beside_a_referral_stands_in_its_sets() -> None:
    one = missing_for(assessed_as("last resort", bps_diagnosis_treatment_without_result=None), "IM-1")
    assert {"bps_diagnosis_treatment_without_result", "motivation_to_change", "imsr_previous"} <= set(one.sets[0])


def test_a_change_of_one_instrument_waits_for_every_other_one() -> None:
    one = missing_for(assessed("better"), "DE-2", 1)
    assert {"odi_total", "qbpds_total"} <= set(one.sets[0])
    assert "rmdq_total" not in one.sets[0]


def test_the_present_step_is_settled_by_itself_or_by_the_line_of_care() -> None:
    one = missing_for(assessed_as("self-care failed", current_node=None, step1_selfcare_sufficient=None), "E-1")
    assert {"current_node", "current_line"} <= {name for names in one.sets for name in names}
    assert not any({"current_node", "current_line"} <= set(names) for names in one.sets)


def test_beside_an_emergency_only_other_red_flags_are_listed() -> None:
    assert {one.undetermined.kind for one in assessed("cauda equina").missing} == {"red_flag_exit"}


def test_without_a_pathway_the_pathway_is_among_what_comes_first() -> None:
    one = missing_for(assessed("empty"), "MD-4")
    assert {"pathway", "age_years", *(name for name in SCREENED if name.startswith("rf_"))} <= set(one.first)


def test_content_without_a_line_of_care_has_sets_too() -> None:
    guideline = read_guideline_files(tiny())
    assert "current_line" not in guideline.findings
    made = assess({}, pathway="path", at="2026-03-02", guideline=guideline, engine="direct")
    assert {name for one in made.missing for names in one.sets for name in names} == {"flag", "score", "current_node"}


def test_the_json_form_holds_the_sets() -> None:
    data = json.loads(json.dumps(missing_for(assessed("self-care failed"), "GC-1", 8).to_dict()))
    assert (data["answer"], data["sets"], data["exact"]) == ("missing", [["dn4_total"]], True)


def test_a_change_inside_the_step_is_settled_only_when_the_step_is_known() -> None:
    # While it is not, the change is shown as a note.
    weeks = "insufficient_improvement_weeks"
    for step, expected in (({}, ("current_node", weeks)), ({"current_node": "SP1"}, (weeks,))):
        made = carepath.assess(NO_RED_FLAG | {"age_years": 40} | step, pathway="spine", at="2026-03-02")
        (one,) = [missing for missing in made.missing if missing.undetermined.rule == "E-6"]
        assert one.sets == (expected,)


def test_red_flags_are_not_asked_for_first_where_a_finding_rules_the_recommendation_out_whatever_its_value() -> None:
    # From 66 points no whole score reaches 20 points without 30 percent, nor 30 percent without 20 points.
    ruled_out = missing_for(improving_from(66), "DE-6")
    assert (ruled_out.first, ruled_out.sets) == ((), (("qbpds_total",),))
    assert ruled_out.sentence.en.endswith("It is settled by: QBPDS total score.")


def test_red_flags_are_asked_for_first_where_some_value_leads_to_the_recommendation() -> None:
    possible = missing_for(improving_from(67), "DE-6")
    assert possible.first == ("rf_fracture_suspected",)
    assert {"rf_fracture_suspected", "qbpds_total"} <= set(possible.sets[0])


def improving_from(score: int) -> Assessment:
    """Somebody without a change on two instruments, with an earlier score on the third."""
    unchanged = {
        name: [{"value": value, "date": "2025-12-01"}, {"value": value, "date": "2026-03-01"}]
        for name, value in (("rmdq_total", 12), ("odi_total", 50))
    }
    return assessed_as("better", **unchanged, qbpds_total={"value": score, "date": "2025-12-01"})
