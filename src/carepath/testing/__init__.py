"""Scenarios, strategies and laws for those who test a guideline.

What needs Hypothesis raises ``MissingExtra`` on its first use where ``carepath[testing]`` is not installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carepath.testing.advice_followed import Way, follow_advice
    from carepath.testing.boundary_grid import BoundaryPatient
    from carepath.testing.boundary_strategies import boundary_patients, patients_for
    from carepath.testing.bundles import fhir_bundles
    from carepath.testing.content_texts import read_guideline_files, write_guideline_files
    from carepath.testing.courses import histories
    from carepath.testing.decision_coverage import ConditionCoverage, condition_coverage
    from carepath.testing.generated import guideline_files, guidelines, pathways
    from carepath.testing.patient_machine import PatientOverTime, patient_over_time
    from carepath.testing.rule_boundaries import boundaries
    from carepath.testing.single_findings import findings
    from carepath.testing.strategies import patients, values

__all__ = [
    "BoundaryPatient",
    "ConditionCoverage",
    "PatientOverTime",
    "Way",
    "boundaries",
    "boundary_patients",
    "condition_coverage",
    "fhir_bundles",
    "findings",
    "follow_advice",
    "guideline_files",
    "guidelines",
    "histories",
    "pathways",
    "patient_over_time",
    "patients",
    "patients_for",
    "read_guideline_files",
    "values",
    "write_guideline_files",
]

#: In which module a name is; no module has the name of a function, and each is imported on its first use.
_LAZY = {
    "BoundaryPatient": "carepath.testing.boundary_grid",
    "ConditionCoverage": "carepath.testing.decision_coverage",
    "PatientOverTime": "carepath.testing.patient_machine",
    "Way": "carepath.testing.advice_followed",
    "boundaries": "carepath.testing.rule_boundaries",
    "boundary_patients": "carepath.testing.boundary_strategies",
    "condition_coverage": "carepath.testing.decision_coverage",
    "fhir_bundles": "carepath.testing.bundles",
    "findings": "carepath.testing.single_findings",
    "follow_advice": "carepath.testing.advice_followed",
    "guideline_files": "carepath.testing.generated",
    "guidelines": "carepath.testing.generated",
    "histories": "carepath.testing.courses",
    "pathways": "carepath.testing.generated",
    "patient_over_time": "carepath.testing.patient_machine",
    "patients": "carepath.testing.strategies",
    "patients_for": "carepath.testing.boundary_strategies",
    "read_guideline_files": "carepath.testing.content_texts",
    "values": "carepath.testing.strategies",
    "write_guideline_files": "carepath.testing.content_texts",
}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        message = f"module 'carepath.testing' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415 - only needed on the first use of a lazy name

    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
