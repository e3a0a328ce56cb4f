"""Made-up patients for the tests of explanations."""

from __future__ import annotations

import functools
from pathlib import Path

from carepath import Assessment, assess
from carepath.input_file import PatientInput, read_input

AT = "2026-03-02"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "scenarios"

SCREENED: dict[str, object] = {
    "age_years": 49,
    "active_suicidal_intent": False,
    "rf_cauda_equina": False,
    "rf_severe_paresis": False,
    "rf_progressive_paresis": False,
    "rf_malignancy_suspected": False,
    "rf_infection_suspected": False,
    "rf_fracture_suspected": False,
    "rf_inflammatory_suspected": False,
}
SELF_CARE_FAILED: dict[str, object] = {
    **SCREENED,
    "current_node": "SP0",
    "lrs_suspected": False,
    "pain_duration_months": {"value": 1.2, "date": "2026-02-20", "source": "GP record"},
    "step1_selfcare_done": True,
    "step1_selfcare_sufficient": False,
    "wpn_class": 1,
}
LAST_RESORT: dict[str, object] = {
    **SCREENED,
    "current_node": "SP2",
    "pain_in_musculoskeletal_system": True,
    "pain_duration_months": 72,
    "wpn_class": {"value": 4, "date": "2026-02-20"},
    "step1_selfcare_done": True,
    "step1_selfcare_sufficient": False,
    "step2_mono_done": True,
    "step2_mono_sufficient": False,
    "step3_multi_done": True,
    "step3_multi_sufficient": False,
    "step3_second_line_involved": True,
    "bps_diagnosis_treatment_without_result": True,
}
BETTER: dict[str, object] = {
    **SCREENED,
    "current_node": "SP15",
    "days_in_current_step": 100,
    "rmdq_total": [{"value": 14, "date": "2025-12-01"}, {"value": 12, "date": "2026-03-01"}],
    "participation_change": "better",
    "patient_agrees_to_step_down": True,
    "rf_fracture_suspected": {"value": False, "date": "2025-09-01"},
    "goals_attained": {"status": "refused"},
}
CAUDA_EQUINA: dict[str, object] = {"age_years": 47, "rf_cauda_equina": True, "imaging_requested": True}

#: By name: the pathway and the record.
PATIENTS: dict[str, tuple[str | None, dict[str, object]]] = {
    "self-care failed": ("spine", SELF_CARE_FAILED),
    "last resort": ("spine", LAST_RESORT),
    "better": ("spine", BETTER),
    "cauda equina": ("spine", CAUDA_EQUINA),
    "on medication": ("neuropathic", {**SCREENED, "current_node": "NP1", "opioid_effective": False}),
    "empty": (None, {}),
}


@functools.cache
def assessed(name: str) -> Assessment:
    """The assessment of a patient by name."""
    pathway, patient = PATIENTS[name]
    return assess(patient, pathway=pathway, at=AT, engine="direct")


def assessed_as(name: str, **changes: object) -> Assessment:
    """The assessment of a patient by name with some findings changed."""
    pathway, patient = PATIENTS[name]
    return assess({**patient, **changes}, pathway=pathway, at=AT, engine="direct")


def shared_patients() -> dict[str, PatientInput]:
    """The patients of the scenarios beside the checkout, by file and number."""
    files = sorted(SHARED.glob("*.yaml")) if SHARED.is_dir() else []
    return {f"{path.stem}-{number}": one for path in files for number, one in enumerate(read_input(path), start=1)}


def assessed_input(one: PatientInput) -> Assessment:
    """The assessment of a patient as a file names it."""
    return assess(one.patient, pathway=one.pathway, at=one.at or AT, engine="direct")
