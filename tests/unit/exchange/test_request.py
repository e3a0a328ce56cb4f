from __future__ import annotations

import json
from typing import Any

import pytest

from carepath import ContentError, RequestError, load_guideline
from carepath.errors import ArgumentError
from carepath.exchange import request as reading
from carepath.exchange.cds_hooks import discovery, respond
from carepath.exchange.request import read_request
from tests.broken.generated import BASE
from tests.contracts.requests import AT, INSTANCE, example, observation, request_of

#: What must never come back in an error.
PRIVATE = "Jansen-1976"


def refused(request: Any) -> RequestError:  # noqa: ANN401 - anything may be sent
    with pytest.raises(RequestError) as caught:
        respond(request, at=AT)
    assert PRIVATE not in str(caught.value)
    assert PRIVATE not in repr(caught.value)
    return caught.value


def changed(**fields: object) -> dict[str, Any]:
    return {**request_of({}), **fields}


#: What is sent, the codes of the problems, and words of the first one.
FAULTY: list[tuple[Any, list[str], str]] = [
    ([PRIVATE], ["CP100"], "no JSON object"),
    (None, ["CP100"], "no JSON object"),
    (PRIVATE, ["CP002"], "not well-formed"),
    (b"\xff\xfe{}", ["CP002"], "UTF-8"),
    ('{"a": 1, "a": "' + PRIVATE + '"}', ["CP003"], "twice"),
    ('{"a": NaN}', ["CP065"], "finite"),
    ("[" * 100_000, ["CP009"], "limit"),
    (json.dumps({"a": 1}) + PRIVATE, ["CP002"], "not well-formed"),
    (json.dumps({"a": 1}) + "}" + json.dumps({}), ["CP002"], "not well-formed"),
    ({}, ["CP007", "CP007", "CP007"], "hook is missing"),
    (changed(hook=[PRIVATE]), ["CP008"], "hook: no text"),
    (changed(hook=PRIVATE), ["CP101"], "not offered"),
    (changed(hook="order-review"), ["CP101"], "not offered"),
    (changed(hookInstance=""), ["CP008"], "hookInstance: no text"),
    (changed(hookInstance=PRIVATE * 100), ["CP009"], "more than 200"),
    (changed(context=None), ["CP007"], "context is missing"),
    (changed(context=PRIVATE), ["CP008"], "context: no object"),
    (changed(context={}), ["CP007"], "context.patientId is missing"),
    (changed(context={"patientId": f"{PRIVATE}/../x"}), ["CP008"], "no FHIR id"),
    (changed(context={"patientId": "p1", "draftOrders": [PRIVATE]}), ["CP008"], "context.draftOrders: no object"),
    (changed(prefetch=[PRIVATE]), ["CP008"], "prefetch: no object"),
    (changed(prefetch={f"{PRIVATE}{n}": None for n in range(201)}), ["CP009"], "more than 200 keys"),
    (changed(prefetch={"x": {1: PRIVATE}}), ["CP069"], "wrong"),
    (changed(hook=1, hookInstance=2, context=3, prefetch=4), ["CP008"] * 4, "hook: no text"),
]


@pytest.mark.parametrize(("request_", "codes", "words"), FAULTY, ids=range(len(FAULTY)))
def test_what_is_no_request_is_refused_with_every_problem_and_no_word_of_it(
    request_: object, codes: list[str], words: str
) -> None:
    error = refused(request_)
    assert [problem.code for problem in error.problems] == codes
    assert words in error.problems[0].message or codes == ["CP069"]
    assert all(problem.advice for problem in error.problems)


def test_a_text_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert [problem.code for problem in refused("x" * 101).problems] == ["CP009"]
    assert [problem.code for problem in refused(b"x" * 101).problems] == ["CP009"]


def test_a_service_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RequestError, match="CP101") as caught:
        respond(example(), service="carepath-spin", at=AT)
    assert caught.value.problems[0].advice == "did you mean 'carepath-spine'?"
    with pytest.raises(RequestError, match="CP101"):
        respond(example(), service="spine", at=AT)


@pytest.mark.parametrize(
    "option", [{"lang": "de"}, {"at": "yesterday"}, {"engine": "clips"}, {"report_url": "ehr?x=1"}]
)
def test_an_option_that_cannot_be_used_is_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        respond(example(), **({"at": AT} | option))


def test_a_guideline_that_says_nothing_about_cards_names_the_file() -> None:
    guideline = load_guideline(BASE)
    with pytest.raises(ContentError, match="CP093"):
        discovery(guideline.__class__(**{n: getattr(guideline, n) for n in guideline.__slots__} | {"cards": None}))


# --- what is read --------------------------------------------------------------------------------------------------


def test_resources_bundles_null_and_missing_keys_are_joined_and_reported() -> None:
    prefetch = {
        "patient": {"resourceType": "Patient", "id": "p1"},
        "conditions": None,
        "mine": {"resourceType": "Bundle"},
    }
    found = read_request(changed(prefetch=prefetch), ["patient", "conditions", "observations"])
    entries: Any = found.bundle["entry"]
    assert [one["resource"]["resourceType"] for one in entries] == ["Patient", "Bundle"]
    assert found.sent.missing == ("observations",)


def test_a_patient_who_was_not_sent_along_is_known_by_the_context_so_that_others_are_left_out() -> None:
    sent = changed(prefetch={"observations": observation("rf_cauda_equina", value=True, patient="other")})
    made: Any = respond(sent, at=AT)
    assert [card["indicator"] for card in made["cards"]] == ["info"]
    assert "It is about another patient" in made["cards"][0]["detail"]


@pytest.mark.parametrize("identity", ["Patient/p1", "p1"])
def test_the_patient_is_named_with_or_without_the_type(identity: str) -> None:
    made: Any = respond(request_of({"rf_cauda_equina": True}) | {"context": {"patientId": identity}}, at=AT)
    assert made["cards"][0]["indicator"] == "critical"


def test_data_of_another_patient_alone_are_not_assessed() -> None:
    sent = request_of({"rf_cauda_equina": True}) | {"context": {"patientId": "p2"}}
    made = respond(sent, at=AT)
    (card,) = made["cards"]
    assert card["summary"] == "No assessment: the data are not of this patient alone"
    assert card["indicator"] == "warning"
    assert "extension" not in made


def test_data_of_two_patients_give_no_advice_and_show_the_red_flag_that_was_seen() -> None:
    sent = request_of({"rf_cauda_equina": True})
    sent["prefetch"]["other"] = {"resourceType": "Patient", "id": "p2"}
    cards: Any = respond(sent, at=AT)["cards"]
    assert [card["indicator"] for card in cards] == ["critical", "warning"]
    assert "suspected cauda equina syndrome" in cards[0]["summary"]
    assert "CP069" in cards[1]["summary"]


def test_closing_brackets_too_many_are_reported_with_what_they_closed_too_early() -> None:
    outside = {"resourceType": "Observation", "id": "late"}
    text = json.dumps(changed(item2=outside)) + "\n}\n"
    detail = overview(text)
    assert "in a place that CDS Hooks does not have, not used: 1" in detail
    assert "closing brackets too many" in detail
    assert "late" not in detail


def test_failed_queries_single_pages_and_unsigned_orders_are_reported() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": []}
    page = {"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://ehr.example.org/x"}], "entry": []}
    order = {"resourceType": "ServiceRequest", "id": "d1", "status": "draft", "subject": {"reference": "Patient/p1"}}
    sent = request_of({}, hook="order-sign")
    sent["prefetch"] |= {"conditions": outcome, "procedures": page, "mine": page}
    sent["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    detail = overview(sent).replace("\\", "")
    assert "Not sent: service_requests, medication_requests, medication_statements, encounters" in detail
    assert "Could not be fetched: conditions." in detail
    assert "Only one page was sent: procedures, other queries: 1." in detail
    assert "Unsigned orders sent along: 1." in detail


def test_a_draft_order_is_not_taken_for_care_that_was_asked_for() -> None:
    order = observation("imaging_requested", value=True) | {"resourceType": "ServiceRequest", "status": "draft"}
    sent = request_of({}, hook="order-sign")
    sent["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    cards: Any = respond(sent, at=AT)["cards"]
    assert [card["indicator"] for card in cards] == ["info"]


def test_what_was_sent_to_say_nothing_says_nothing() -> None:
    sent = request_of({}) | {
        "fhirServer": "https://ehr.example.org/fhir",
        "fhirAuthorization": {"access_token": PRIVATE},
    }
    assert PRIVATE not in json.dumps(respond(sent, at=AT))
    assert INSTANCE not in json.dumps(respond(sent, at=AT))


def overview(sent: Any) -> str:  # noqa: ANN401 - a request or its text
    cards: Any = respond(sent, at=AT)["cards"]
    detail: str = cards[-1]["detail"]
    return detail
