"""What is written as FHIR is valid for the R4B models of fhir.resources, which know nothing of carepath."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from carepath import Assessment, assess
from carepath.exchange.fhir import bundle
from carepath.exchange.fhir_findings import findings_bundle
from carepath.record.read import read_record
from tests.laws.helpers import AT
from tests.unit.exchange.patients import GUIDELINE, PATIENT, assessed, sample, scenarios

pytest.importorskip("fhir.resources", reason="fhir.resources is not installed: nobody asked its R4B models")


def check(made: Mapping[str, Any]) -> None:
    """Each resource by the model of its type, then the bundle around them."""
    for entry in made.get("entry", []):
        resource = entry["resource"]
        model(resource["resourceType"]).model_validate(resource)
    bare = {**made, "entry": [{"fullUrl": one["fullUrl"]} for one in made.get("entry", [])]}
    model("Bundle").model_validate(bare if bare["entry"] else {k: v for k, v in bare.items() if k != "entry"})


def model(kind: str) -> Any:  # noqa: ANN401 - a model of whichever type
    return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def check_assessment(assessment: Assessment) -> None:
    check(bundle(assessment, patient=PATIENT))


@pytest.mark.parametrize("number", sample(100))
def test_the_bundle_of_an_assessment_is_valid(number: int) -> None:
    check_assessment(assessed(number))


@pytest.mark.parametrize("number", sample(100))
def test_the_bundle_of_findings_is_valid(number: int) -> None:
    one = scenarios()[number]
    check(findings_bundle(read_record(one.patient, GUIDELINE.findings, one.at), GUIDELINE, patient=PATIENT).bundle)


def test_the_bundle_of_lists_and_of_what_is_known_in_part_is_valid() -> None:
    patient = {
        "neuropathic_drugs": [{"class": "TCA", "agent": "x", "tolerated": True}, {}],
        "primary_care_disciplines_tried": {"value": [{"weeks": 6, "discipline": "GP"}], "status": "partial"},
        "psk_items": [12.5],
        "prior_imaging": [],
        "odi_total": {"value": {"at_least": 20, "at_most": 40}},
    }
    written = findings_bundle(read_record(patient, GUIDELINE.findings, AT), GUIDELINE, patient=PATIENT)
    assert str(written.bundle).count("fullUrl") == len(patient)
    check(written.bundle)


def test_the_bundle_of_an_empty_record_is_valid() -> None:
    check_assessment(assess({}, at="2026-03-02", engine="direct"))
    check(findings_bundle(read_record({}, GUIDELINE.findings, scenarios()[0].at), GUIDELINE, patient=PATIENT).bundle)


def test_the_models_refuse_what_is_no_fhir() -> None:
    made: Any = bundle(assessed(0), patient=PATIENT)
    made["entry"][0]["resource"]["status"] = ""
    with pytest.raises(ValueError, match="status"):
        check(made)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_bundles_of_all_scenarios_are_valid(lang: str) -> None:
    for number in range(len(scenarios())):
        check_assessment(assessed(number, lang))
