"""Requests of CDS Hooks for tests: made up from findings, the shipped example, and real ones where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REAL = sorted((ROOT.parent / "shared" / "data" / "cds-hooks").glob("*.json"))
AT = "2026-03-02"
INSTANCE = "0f1d3c5a-0d3e-4c6b-9f3b-6a1f6f1c2b3d"
CODES = "urn:carepath:finding"


def example() -> dict[str, Any]:
    """The request that ships with the documentation."""
    found: dict[str, Any] = json.loads((ROOT / "examples" / "cds_request.json").read_text(encoding="utf-8"))
    return found


def observation(finding: str, value: object, *, day: str = AT, patient: str = "p1") -> dict[str, Any]:
    """A final Observation of a finding by carepath's own code."""
    element = {bool: "valueBoolean", int: "valueInteger", str: "valueString"}[type(value)]
    return {
        "resourceType": "Observation",
        "id": f"o-{finding.replace('_', '-')}",
        "status": "final",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": CODES, "code": finding}]},
        "effectiveDateTime": day,
        element: value,
    }


def request_of(findings: Mapping[str, object], *, hook: str = "patient-view", patient: str = "p1") -> dict[str, Any]:
    """A request about a patient born in 1976 with these findings."""
    entries = [{"resource": observation(name, value, patient=patient)} for name, value in findings.items()]
    return {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/gp1", "patientId": patient},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient, "birthDate": "1976-09-14"},
            "observations": {"resourceType": "Bundle", "type": "searchset", "entry": entries},
        },
    }
