"""Writes what programs of others are asked about: the plans, patients with what carepath says of them, and bundles.

Usage: ``python -m tests.repo.fhir.material > material.json``. The patients are the same each time.
"""

from __future__ import annotations

import json
import sys

from hypothesis import Phase, given, settings

from carepath.exchange.fhir import bundle
from carepath.exchange.fhir_findings import findings_bundle
from carepath.exchange.plan_definition import findings_parameters
from carepath.record.read import read_record
from tests.laws.helpers import Case, cases, law
from tests.unit.exchange.patients import GUIDELINE, PATIENT, assessed, sample, scenarios
from tests.unit.exchange.plans import Expected, conditions, plan

PATIENTS = 1_000
EVERY = 40


def generated(number: int) -> list[Case]:
    """So many patients, each on a pathway."""
    found: list[Case] = []

    @settings(law(100), max_examples=2 * number, phases=[Phase.generate])
    @given(cases())
    def collect(case: Case) -> None:
        if case.pathway is not None and len(found) < number:
            found.append(case)

    collect()
    return found


def patient(case: Case) -> dict[str, object]:
    """A patient's parameters, and of each action what carepath says of its conditions."""
    assessment = case.assess()
    truths = {name: [one.value for one in of_action] for name, of_action in Expected(assessment).truths().items()}
    return {"pathway": case.pathway, "parameters": findings_parameters(assessment), "expected": truths}


def material() -> dict[str, object]:
    """Everything, as JSON has it."""
    bundles = [bundle(assessed(number), patient=PATIENT) for number in sample(EVERY)]
    for number in sample(EVERY):
        one = scenarios()[number]
        record = read_record(one.patient, GUIDELINE.findings, one.at)
        bundles.append(findings_bundle(record, GUIDELINE, patient=PATIENT).bundle)
    plans = {name: plan(name).bundle for name in GUIDELINE.pathways}
    return {
        "bundles": [*bundles, *plans.values()],
        "plans": plans,
        "conditions": {name: dict(conditions(name)) for name in plans},
        "patients": [patient(case) for case in generated(PATIENTS)],
    }


if __name__ == "__main__":
    json.dump(material(), sys.stdout)
