"""The ways between steps that no recommendation reads: they are as the tables of the pathways have them.

Transitions of the kinds ``escalate`` and ``deescalate`` show in what is recommended, so scenarios hold them. Referrals,
meetings and the way back from aftercare do not depend on the present step: they are drawn and explained only.
"""

from __future__ import annotations

import pytest

from carepath import load_guideline

GUIDELINE = load_guideline()
#: Matched care is a referral from line 1 to line 2 (E-4), for CRPS type 1 to its own step (CRPS-1); IM-1 and IM-2 lead
#: from line 1.5 and line 2 to the programme; MD-2 leads from line 2 to line 3; DE-5 evaluates again after aftercare.
TABLE = {
    "spine": {
        ("SP1", "SP2", "matched_care_referral", "E-4"),
        ("SP15", "SP-IMSR", "imsr_assessment", "IM-1"),
        ("SP15", "SP-IMSR", "imsr_assessment", "IM-2"),
        ("SP2", "SP-IMSR", "imsr_assessment", "IM-1"),
        ("SP2", "SP-IMSR", "imsr_assessment", "IM-2"),
        ("SP2", "SP3", "mdo", "MD-2"),
        ("SP-AFT", "SP1", "re_entry", "DE-5"),
    },
    "other_msk": {
        ("MS1", "MS2", "matched_care_referral", "E-4"),
        ("MS1", "MS-CRPS", "matched_care_referral", "E-4"),
        ("MS1", "MS-CRPS", "matched_care_referral", "CRPS-1"),
        ("MS15", "MS-IMSR", "imsr_assessment", "IM-1"),
        ("MS15", "MS-IMSR", "imsr_assessment", "IM-2"),
        ("MS2", "MS-IMSR", "imsr_assessment", "IM-1"),
        ("MS2", "MS-IMSR", "imsr_assessment", "IM-2"),
        ("MS2", "MS3", "mdo", "MD-2"),
        ("MS-AFT", "MS1", "re_entry", "DE-5"),
    },
    "neuropathic": {
        ("NP1", "NP2", "matched_care_referral", "E-4"),
        ("NP2", "NP-REH", "imsr_assessment", "IM-1"),
        ("NP2", "NP-REH", "imsr_assessment", "IM-2"),
        ("NP2", "NP3", "mdo", "MD-2"),
        ("NP-AFT", "NP1", "re_entry", "DE-5"),
    },
}


@pytest.mark.parametrize("pathway", sorted(TABLE))
def test_referrals_meetings_and_re_entry_stand_in_a_pathway_as_in_its_table(pathway: str) -> None:
    ways = [way for way in GUIDELINE.pathways[pathway].transitions if way.kind not in {"escalate", "deescalate"}]
    assert {(way.source, way.target, way.kind, rule) for way in ways for rule in way.rules} == TABLE[pathway]
