"""What could still come is named with whom it goes to, what it is about and what it waits for."""

from __future__ import annotations

import pytest

import carepath

AT_SP2 = {"current_node": "SP2", "wpn_class": 3, "age_years": 40, "pain_duration_months": 12}


@pytest.mark.parametrize(
    ("output", "kind", "target", "topic", "first"),
    [
        (("RF-1", 0), "red_flag_exit", "neurologist", None, "rf_cauda_equina"),
        (("RF-7", 0), "red_flag_exit", None, None, "rf_hot_joint"),
        (("IM-1", 0), "imsr_assessment", "rehabilitation_physician", None, "pain_in_musculoskeletal_system"),
        (("DE-3", 0), "deescalate", None, None, "step_too_burdensome"),
        (("DE-3", 1), "clinician_judgement", None, "step_too_burdensome", "step_too_burdensome"),
        (("MD-1", 0), "mdo", None, None, "complexity_triage"),
        (("GC-1", 0), "guideline_conflict", None, "imaging_primary_care", "imaging_requested"),
        (("IM-8", 1), "clinician_judgement", None, "diagnostics_first", "ongoing_diagnostics_for_pain"),
    ],
)
def test_an_output_that_could_still_come_is_named_whole(
    output: tuple[str, int], kind: str, target: str | None, topic: str | None, first: str
) -> None:
    assessment = carepath.assess(AT_SP2, pathway="spine", at="2026-03-02", engine="direct")
    (found,) = [one for one in assessment.undetermined if (one.rule, one.output) == output]
    assert (found.kind, found.target, found.topic, found.waits_for[0]) == (kind, target, topic, first)


def test_a_way_that_is_not_known_to_be_open_is_named_with_the_step_that_it_leads_to() -> None:
    patient = AT_SP2 | {"current_node": "SP0", "wpn_class": 2}
    patient |= {"step1_selfcare_done": True, "step1_selfcare_sufficient": False}
    found = carepath.assess(patient, pathway="spine", at="2026-03-02", engine="direct").undetermined
    (way,) = [one for one in found if one.rule == "E-1"]
    assert (way.kind, way.target, way.topic) == ("escalate", "SP1-LRS", None)
    assert "lrs_suspected" in way.waits_for
