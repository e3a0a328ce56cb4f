"""Made-up patients for the tests of the displays."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from carepath.assessing import assess

if TYPE_CHECKING:
    from carepath.assessment import Assessment

AT = "2026-03-02"

NO_RED_FLAGS: dict[str, object] = {
    "active_suicidal_intent": False,
    "rf_cauda_equina": False,
    "rf_severe_paresis": False,
    "rf_progressive_paresis": False,
    "rf_malignancy_suspected": False,
    "rf_infection_suspected": False,
    "rf_fracture_suspected": False,
    "rf_inflammatory_suspected": False,
}

#: WPN 4 after two disciplines in step 2; step 3 was not done: the readings of the sources differ.
STEP_3_NOT_DONE: dict[str, object] = {
    **NO_RED_FLAGS,
    "age_years": 49,
    "current_node": "SP1",
    "mer_available": True,
    "pain_in_musculoskeletal_system": True,
    "pain_duration_months": 72,
    "wpn_class": {"value": 4, "date": "2026-02-20"},
    "step1_selfcare_done": True,
    "step1_selfcare_sufficient": False,
    "step2_mono_done": True,
    "step2_mono_sufficient": False,
    "step2_mono_disciplines": ["physiotherapist", "psychologist"],
    "step3_multi_done": False,
    "legal_claim_running": True,
}

#: RMDQ from 14 to 6 in step 3; one red flag is stale, one refused, one score contradicts itself, one fact is later.
BETTER_AFTER_STEP_3: dict[str, object] = {
    **NO_RED_FLAGS,
    "age_years": 40,
    "current_node": "SP15",
    "days_in_current_step": 100,
    "pain_duration_months": 7,
    "wpn_class": 2,
    "rmdq_total": [{"value": 14, "date": "2025-12-01"}, {"value": 6, "date": "2026-03-01"}],
    "odi_total": [{"value": 20.5, "date": "2026-02-01"}, {"value": 30, "date": "2026-02-01"}],
    "participation_change": "better",
    "patient_agrees_to_step_down": True,
    "treatment_goals": [{"text": "back to \x1b[31mwork", "attained": "yes"}, {"text": "sleep"}],
    "rf_cauda_equina": {"value": False, "date": "2025-09-01"},
    "rf_severe_paresis": {"status": "refused"},
    "legal_claim_running": {"value": True, "date": "2026-05-01"},
}

CAUDA_EQUINA: dict[str, object] = {"age_years": 47, "rf_cauda_equina": True, "imaging_requested": True}

#: By name: the pathway and the record.
PATIENTS: dict[str, tuple[str | None, dict[str, object]]] = {
    "step 3 not done": ("spine", STEP_3_NOT_DONE),
    "better after step 3": ("spine", BETTER_AFTER_STEP_3),
    "cauda equina": ("spine", CAUDA_EQUINA),
    "empty": (None, {}),
}


@functools.cache
def assessed(name: str) -> Assessment:
    """The assessment of a patient by name."""
    pathway, patient = PATIENTS[name]
    return assess(patient, pathway=pathway, at=AT, engine="direct")
