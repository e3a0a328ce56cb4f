from __future__ import annotations

from carepath import assess, load_guideline
from carepath.explain.explanation import Explanation
from tests.unit.explain.patients import AT, SCREENED, assessed, assessed_as


def rules(explanation: Explanation) -> list[str | None]:
    return [node.name for node in explanation.nodes if node.role == "rule"]


def test_what_is_not_met_stands_with_what_was_read_and_by_how_much() -> None:
    sentence = assessed("self-care failed").why_not("WK-1").sentence
    assert "duration of the pain: 3 months or more (recorded: 1.2 months, 1.8 months below the limit)" in sentence.en
    assert "duur van de pijn: 3 maanden of meer (vastgelegd: 1,2 maanden, 1,8 maanden onder de grens)" in sentence.nl


def test_what_is_not_known_stands_with_the_reason() -> None:
    sentence = assessed_as("self-care failed", complexity_triage={"status": "refused"}).why_not("MD-1").sentence
    assert sentence.en.endswith("Not known: complexity in GP triage: high (refused by the patient).")
    assert sentence.nl.endswith("hoog (door de patiënt geweigerd).")


def test_the_nearest_rule_comes_first() -> None:
    explanation = assessed("self-care failed").why_not("mdo")
    assert rules(explanation)[0] in {"MD-1", "MD-4"}
    misses = [
        sum(1 for one in node.walk() if one.role == "condition" and one.truth == "false") for node in explanation.nodes
    ]
    assert misses[0] == min(misses)


def test_what_was_set_aside_names_the_rule_that_stands_above_it() -> None:
    explanation = assessed("cauda equina").why_not("guideline_conflict")
    assert explanation.answer == "why_not"
    assert "an emergency or urgent red flag comes first" in explanation.sentence.en
    assert "RF-1" in explanation.sentence.en
    above = next(node for node in explanation.walk() if node.role == "above")
    assert above.name == "red_flag_exit"


def test_what_could_still_come_says_that_the_red_flag_comes_first() -> None:
    explanation = assessed("cauda equina").why_not("mdo")
    assert "Whatever becomes known, this comes first: Red flag" in explanation.sentence.en
    assert explanation.nodes[0].role == "above"


def test_what_waits_for_screening_names_the_red_flags_that_are_not_known() -> None:
    explanation = assessed_as("last resort", rf_cauda_equina=None).why_not("imsr_assessment")
    assert "suspected cauda equina syndrome" in explanation.sentence.en
    first = next(node for node in explanation.walk() if node.role == "open")
    assert [read.finding for read in first.reads] == ["rf_cauda_equina"]


def test_a_rule_of_another_pathway_is_not_given_in_this_one() -> None:
    sentence = assessed("self-care failed").why_not("NP-D2").sentence
    assert "no rule of this pathway (Spine-related pain) gives it" in sentence.en


def test_a_step_of_another_pathway_is_named_as_such() -> None:
    sentence = assessed("self-care failed").why_not("MS2").sentence
    assert "belongs to another pathway (" in sentence.en


def test_where_no_such_step_leads_on_it_says_so() -> None:
    sentence = assessed("self-care failed").why_not("deescalate").sentence
    assert sentence.en.endswith("no such step leads on from Self-care and prevention [SP0, line 0].")


def test_an_unknown_present_step_is_what_a_step_change_waits_for() -> None:
    patient = {**SCREENED, "step1_selfcare_done": True, "step1_selfcare_sufficient": False}
    sentence = assess(patient, pathway="spine", at=AT, engine="direct").why_not("escalate").sentence
    assert "present step of the pathway" in sentence.en


def test_what_is_not_available_is_said_not_to_be_by_id_or_by_words() -> None:
    assessment = assessed("empty")
    for asked in ("leidraad_module_iii", "the leidraad", "spinal cord stimulation"):
        assert assessment.why_not(asked).sentence.en.startswith("Not available to carepath")
        assert assessment.why(asked).sentence.nl.startswith("Niet beschikbaar voor carepath")


def test_a_property_without_output_says_where_it_went() -> None:
    sentence = assessed("empty").why_not("IM-5").sentence
    assert "gives no advice by itself" in sentence.en


def test_continuing_is_not_given_where_a_step_leads_on() -> None:
    sentence = assessed("self-care failed").why_not("continue").sentence
    assert "something else leads on from the present step (CT-1)" in sentence.en


def test_a_rule_that_was_asked_about_is_not_said_to_come_nearest_to_itself() -> None:
    assessment = assessed("self-care failed")
    assert assessment.why_not("E-5").sentence.en.startswith("Rule E-5 does not apply to this patient. Not met: ")
    assert assessment.why_not("MD-4").sentence.nl.startswith("Of regel MD-4 bij deze patiënt van toepassing is, staat")


def test_what_was_set_aside_and_rules_of_other_pathways_are_not_listed_again() -> None:
    explanation = assessed_as("self-care failed", rf_cauda_equina=None).why_not("escalate")
    assert explanation.nodes[0].role == "set_aside"
    to_line_1 = "step up to monodisciplinary primary care"
    assert not [node for node in explanation.nodes[1:] if node.name == "E-1" and to_line_1 in node.text.en]
    spine = {rule.id for rule in load_guideline().rules.values() if "spine" in rule.pathways}
    assert set(rules(explanation)) <= spine
