"""Parts of made-up patients of the shipped guideline that tests of several folders share."""

from __future__ import annotations

from carepath import load_guideline

#: A whole screening without a red flag: each is recorded, and absent.
NO_RED_FLAG: dict[str, object] = {
    name: False if one.type.kind == "bool" else 0 for name, one in load_guideline().findings.items() if one.red_flag
}
#: Stepped care is exhausted as the insurers read it.
EXHAUSTED: dict[str, object] = {
    "pain_in_musculoskeletal_system": True,
    "wpn_class": 3,
    "step1_selfcare_done": True,
    "step1_selfcare_sufficient": False,
    "step2_mono_done": True,
    "step2_mono_sufficient": False,
    "step3_multi_done": True,
    "step3_multi_sufficient": False,
    "step3_second_line_involved": True,
    "bps_diagnosis_treatment_without_result": True,
}
