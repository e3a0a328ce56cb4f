"""What record systems rely on: the invariants of CDS Hooks, and the ids and fields that carepath promises."""

from __future__ import annotations

import copy
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carepath import load_guideline
from carepath.exchange.cds_hooks import discovery, respond
from carepath.record.fhir_kinds import KINDS
from tests.contracts import invariants
from tests.contracts.requests import AT, REAL, example, request_of

GUIDELINE = load_guideline()
HOOKS = ("patient-view", "order-select", "order-sign")
#: Patients whose answers differ in kind: nothing known, a red flag of each urgency, a referral, what is out of scope.
PATIENTS: list[dict[str, object]] = [
    {},
    {"rf_cauda_equina": True},
    {"rf_malignancy_suspected": True},
    {"active_suicidal_intent": True, "wpn_class": 4},
    {"wpn_class": 2, "current_node": "SP1", "conflicting_advice": True, "imaging_requested": True},
]
REQUESTS = [example(), *(request_of(patient, hook=hook) for patient in PATIENTS for hook in HOOKS)]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_discovery_keeps_the_invariants(lang: str) -> None:
    invariants.check_discovery(discovery(lang=lang))


def test_each_pathway_is_one_service_on_three_hooks() -> None:
    offered = {(service["id"], service["hook"]) for service in services()}
    assert offered == {(f"carepath-{name}", hook) for name in GUIDELINE.pathways for hook in HOOKS}


def test_the_first_entry_of_each_service_is_that_for_the_opening_of_a_record() -> None:
    first = {service["id"]: service["hook"] for service in reversed(services())}
    assert set(first.values()) == {"patient-view"}


def test_discovery_asks_for_every_type_of_resource_that_the_reader_reads_and_for_no_other() -> None:
    templates = (invariants.TEMPLATE.match(one) for one in services()[0]["prefetch"].values())
    asked = {found["type"] for found in templates if found is not None}
    assert asked == {"Patient", *KINDS}


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("number", range(len(REQUESTS)))
def test_a_response_keeps_the_invariants(number: int, lang: str) -> None:
    found = respond(REQUESTS[number], at=AT, lang=lang, report_url="https://ehr.example.org/reports")
    invariants.check_response(found)
    assert json.loads(json.dumps(found)) == found
    assert len(found["cards"]) >= 1, "silence could be read as: no advice"


@pytest.mark.parametrize("service", sorted({one["id"] for one in discovery()["services"]}))
def test_every_service_answers_every_hook(service: str) -> None:
    for hook in HOOKS:
        found = respond(request_of({"rf_cauda_equina": True}, hook=hook), service=service, at=AT)
        invariants.check_response(found)
        assert found["extension"]["carepath.assessment"]["pathway"] == service.removeprefix("carepath-")


@pytest.mark.skipif(not REAL, reason="the real requests are not there")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_request_gives_cards_that_say_what_was_not_used(path: Path) -> None:
    found = respond(path.read_bytes(), at="2023-06-01")
    invariants.check_response(found)
    detail = found["cards"][-1]["detail"]
    assert "From the FHIR bundle" in detail
    assert "What the record system sent" in detail


def test_the_ids_of_cards_and_drafts_are_the_same_for_the_same_call_and_others_for_another() -> None:
    first, again = (respond(example(), at=AT) for _ in range(2))
    assert first == again
    other = respond(example() | {"hookInstance": "5b1d3c5a-0d3e-4c6b-9f3b-6a1f6f1c2b3d"}, at=AT)
    assert not ids(first) & ids(other)


def test_an_answer_states_with_what_it_was_made_and_nothing_of_the_patient() -> None:
    made = respond(example(), at=AT)["extension"]["carepath.assessment"]
    assert {name: made[name] for name in ("at", "pathway", "edition", "content_hash")} == {
        "at": AT,
        "pathway": "spine",
        "edition": GUIDELINE.edition,
        "content_hash": GUIDELINE.content_hash,
    }
    assert set(made) == {"at", "pathway", "edition", "content_hash", "engine", "call"}


def test_the_systems_of_codes_are_those_that_were_promised() -> None:
    found = respond(example(), at=AT)
    systems = {one["system"] for one in walk(found) if isinstance(one, dict) and "system" in one}
    assert systems == {f"urn:carepath:{one}" for one in ("finding", "kind", "override-reason", "target")}


def test_every_draft_is_valid_for_the_models_of_fhir_resources() -> None:
    pytest.importorskip("fhir.resources", reason="fhir.resources is not installed: nobody asked its R4B models")
    drafts = [
        one
        for request in REQUESTS
        for one in walk(respond(request, at=AT))
        if isinstance(one, dict) and "resourceType" in one
    ]
    assert {one["resourceType"] for one in drafts} == {"ServiceRequest", "Task"}
    for one in drafts:
        module = importlib.import_module(f"fhir.resources.R4B.{one['resourceType'].lower()}")
        getattr(module, one["resourceType"]).model_validate(one)


def test_the_pure_functions_need_no_package_of_the_service() -> None:
    code = (
        "import sys\n"
        "for name in ('fastapi', 'starlette', 'uvicorn', 'jwt'):\n    sys.modules[name] = None\n"
        "from carepath.exchange.cds_hooks import discovery, respond\n"
        "print(len(discovery()['services']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "9\n"


# --- the checks can fail ------------------------------------------------------------------------------------------

BREAKS: list[tuple[str, Any]] = [
    ("summary", "x" * 140),
    ("summary", ""),
    ("indicator", "hard-stop"),
    ("source", {"url": "https://example.org"}),
    ("source", {"label": "x", "url": "example.org"}),
    ("selectionBehavior", "all"),
    ("overrideReasons", [{"system": "s", "code": "c"}]),
    ("links", []),
    ("links", [{"label": "x", "url": "https://example.org", "type": "absolute", "appContext": "y"}]),
    ("detail", "<b>bold</b>"),
    ("uuid", "1"),
    ("colour", "red"),
]


@pytest.mark.parametrize(("field", "value"), BREAKS, ids=range(len(BREAKS)))
def test_the_invariants_find_a_card_that_breaks_them(field: str, value: object) -> None:
    found: Any = copy.deepcopy(respond(example(), at=AT))
    found["cards"][0][field] = value
    with pytest.raises((AssertionError, KeyError, ValueError)):
        invariants.check_response(found)


def test_the_invariants_find_suggestions_without_a_behaviour_and_an_id_given_twice() -> None:
    found: Any = copy.deepcopy(respond(example(), at=AT))
    del found["cards"][0]["selectionBehavior"]
    with pytest.raises(AssertionError, match="cds-resp-6"):
        invariants.check_response(found)
    twice: Any = copy.deepcopy(respond(example(), at=AT))
    twice["cards"][1]["uuid"] = twice["cards"][0]["uuid"]
    with pytest.raises(AssertionError, match="names one card"):
        invariants.check_response(twice)


@pytest.mark.parametrize(
    "template", ["Observation", "Observation?patient={{patientId}}", "observation?patient=1", "GET x"]
)
def test_the_invariants_find_a_prefetch_template_that_no_client_can_fill(template: str) -> None:
    found: Any = copy.deepcopy(discovery())
    found["services"][0]["prefetch"]["patient"] = template
    with pytest.raises(AssertionError):
        invariants.check_discovery(found)


def services() -> list[dict[str, Any]]:
    found: Any = discovery()
    return list(found["services"])


def ids(found: object) -> set[str]:
    return {one["uuid"] for one in walk(found) if isinstance(one, dict) and "uuid" in one}


def walk(value: object) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(one for inner in inside for one in walk(inner))]
