from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `service` is not installed")
pytest.importorskip("jwt", reason="the extra `service` is not installed")
pytest.importorskip("httpx2", reason="httpx2 is not installed")

from starlette.requests import Request
from starlette.testclient import TestClient

from carepath import ArgumentError, Assessment, load_guideline
from carepath.errors import CarepathError
from carepath.exchange import service as module
from carepath.exchange.authentication import Authentication
from carepath.exchange.cds_hooks import discovery, respond
from carepath.exchange.feedback import Feedback
from carepath.exchange.service import NO_AUTHENTICATION, Limits, create_app, today_in
from carepath.exchange.service_edge import Refused, Work, read_body
from carepath.exchange.service_log import LOGGER, JsonLines
from tests.contracts import invariants
from tests.contracts.requests import AT, example, request_of
from tests.unit.exchange.test_feedback import OVERRIDDEN
from tests.unit.exchange.tokens import BASE, ISSUER, NOW, client, token

SPINE = "/cds-services/carepath-spine"
PRIVATE = "Jansen-1976"
#: Filled by the handler of the log.
Lines = list[dict[str, Any]]


def day() -> dt.date:
    return dt.date.fromisoformat(AT)


def calling(**options: Any) -> TestClient:  # noqa: ANN401 - options of every kind
    given: dict[str, Any] = {"authentication": NO_AUTHENTICATION, "today": day, **options}
    return TestClient(create_app(**given), raise_server_exceptions=False)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the service writes in its log."""
    found: Lines = []
    formatter = JsonLines()

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(formatter.format(record)))

    keeper = Keeper()
    LOGGER.addHandler(keeper)
    LOGGER.setLevel(logging.INFO)
    yield found
    LOGGER.removeHandler(keeper)


def test_discovery_and_cards_are_those_of_the_pure_functions() -> None:
    with calling() as service:
        assert service.get("/cds-services").json() == discovery()
        answer = service.post(SPINE, json=example())
    assert answer.status_code == 200
    assert answer.json() == respond(example(), at=AT)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("nl", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de, en;q=0.3, nl;q=0.2", "en"),
        ("fr", "en"),
        ("en;q=0, nl;q=x,,;;", "en"),
        (None, "en"),
    ],
)
def test_the_language_is_the_one_that_the_call_asks_for_most(wanted: str | None, language: str) -> None:
    headers = {"Accept-Language": wanted} if wanted is not None else {"Accept-Language": ""}
    answer = calling().post(SPINE, json=request_of({}), headers=headers)
    assert answer.headers["content-language"] == language
    assert answer.json() == respond(request_of({}), at=AT, lang=language)


def test_the_date_comes_from_the_clock_of_the_service() -> None:
    assert today_in("Pacific/Kiritimati")() >= today_in("Pacific/Pago_Pago")()
    with pytest.raises(ArgumentError, match="no time zone"):
        today_in("Europe/Amstelveen")
    late = calling(today=lambda: dt.date(2026, 12, 31)).post(SPINE, json=request_of({}))
    assert late.json()["extension"]["carepath.assessment"]["at"] == "2026-12-31"


# --- refusals ------------------------------------------------------------------------------------------------------


def refused(answer: Any, status: int, lines: Lines) -> None:  # noqa: ANN401 - the answer of a client
    assert answer.status_code == status
    found = answer.json()
    assert found["resourceType"] == "OperationOutcome"
    assert found["issue"][0]["severity"] == "error"
    assert PRIVATE not in answer.text
    assert PRIVATE not in json.dumps(lines)
    assert lines[-1]["status"] == status


#: The status, the path, the body and the type of a call that is refused.
CALLS: list[tuple[int, str, object, str]] = [
    (400, SPINE, f'{{"hook": "{PRIVATE}"}}', "application/json"),
    (400, SPINE, f'["{PRIVATE}"', "application/json"),
    (400, SPINE, "", "application/json"),
    (400, f"{SPINE}/feedback", f'{{"feedback": ["{PRIVATE}"]}}', "application/json"),
    (404, f"/cds-services/{PRIVATE}", "{}", "application/json"),
    (404, f"/cds-services/{PRIVATE}/feedback", "{}", "application/json"),
    (404, f"/{PRIVATE}?patient={PRIVATE}", "{}", "application/json"),
    (405, f"/cds-services?patient={PRIVATE}", "{}", "application/json"),
    (413, SPINE, PRIVATE * 100, "application/json"),
    (415, SPINE, f'{{"a": "{PRIVATE}"}}', "text/plain"),
    (415, SPINE, f"a={PRIVATE}", ""),
]


@pytest.mark.parametrize(("status", "path", "body", "kind"), CALLS, ids=range(len(CALLS)))
def test_a_call_that_cannot_be_answered_gets_an_outcome_that_repeats_nothing(
    status: int, path: str, body: str, kind: str, lines: Lines
) -> None:
    service = calling(limits=Limits(bytes=1_000))
    refused(service.post(path, content=body, headers={"Content-Type": kind}), status, lines)


def test_a_body_without_a_length_is_cut_off_at_the_limit(lines: Lines) -> None:
    parts = (PRIVATE.encode() for _ in range(1_000))
    answer = calling(limits=Limits(bytes=1_000)).post(
        SPINE, content=parts, headers={"Content-Type": "application/json"}
    )
    refused(answer, 413, lines)


def test_a_failure_inside_gives_no_message_to_the_caller_or_the_log(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> dict[str, Any]:
        raise KeyError(PRIVATE)

    service = calling()
    monkeypatch.setattr(module._Service, "_known", fail)  # noqa: SLF001 - the failure has to come from inside
    refused(service.post(SPINE, json=example()), 500, lines)
    assert lines[-1]["error"] == "KeyError"
    assert lines[-1]["level"] == "error"


# --- who may call --------------------------------------------------------------------------------------------------


def test_every_call_needs_a_token_for_its_own_address(lines: Lines) -> None:
    service = calling(authentication=Authentication([client()], BASE, now=lambda: NOW))
    header = {"Authorization": f"Bearer {token(jti='1')}"}
    assert service.post(SPINE, json=example(), headers=header).status_code == 200
    assert lines[-1]["client"] == ISSUER
    again = service.post(SPINE, json=example(), headers=header)
    refused(again, 401, lines)
    assert lines[-1]["reason"] == "used before"
    assert again.headers["www-authenticate"] == "Bearer"
    for method, path in (("GET", "/cds-services"), ("POST", SPINE), ("POST", f"{SPINE}/feedback")):
        refused(service.request(method, path, json={}), 401, lines)
    of_discovery = {"Authorization": f"Bearer {token(jti='2', aud=f'{BASE}/cds-services')}"}
    assert service.get("/cds-services", headers=of_discovery).status_code == 200


def test_who_may_call_must_be_said() -> None:
    with pytest.raises(ArgumentError, match="authentication"):
        calling(authentication="none")


def test_only_the_origins_that_were_named_may_call_from_a_browser() -> None:
    service = calling(origins=["https://ehr.example.org"])
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = service.options(SPINE, headers=ask | {"Origin": "https://ehr.example.org"})
    assert allowed.headers["access-control-allow-origin"] == "https://ehr.example.org"
    other = service.options(SPINE, headers=ask | {"Origin": "https://attacker.example"})
    assert "access-control-allow-origin" not in other.headers
    assert (
        "access-control-allow-origin" not in calling().get("/health", headers={"Origin": "https://x.example"}).headers
    )


# --- what is handed on ---------------------------------------------------------------------------------------------


def test_feedback_is_handed_to_the_integrator_and_kept_nowhere_else(lines: Lines) -> None:
    kept: list[tuple[str, tuple[Feedback, ...]]] = []
    service = calling(on_feedback=lambda name, items: kept.append((name, items)))
    answer = service.post(f"{SPINE}/feedback", json={"feedback": [OVERRIDDEN]})
    assert answer.status_code == 200
    ((name, (item,)),) = kept
    assert name == "carepath-spine"
    assert item.reason_code == "patient_declines"
    assert item.comment == PRIVATE
    assert PRIVATE not in json.dumps(lines) + answer.text


def test_feedback_that_nobody_keeps_says_so() -> None:
    answer = calling().post(f"{SPINE}/feedback", json={"feedback": [OVERRIDDEN]})
    assert answer.status_code == 200
    assert "is not kept" in answer.text


def test_a_keeper_of_feedback_that_fails_asks_to_send_it_again(lines: Lines) -> None:
    def fail(_: str, __: object) -> None:
        raise ValueError(PRIVATE)

    answer = calling(on_feedback=fail).post(f"{SPINE}/feedback", json={"feedback": [OVERRIDDEN]})
    refused(answer, 503, lines)
    assert lines[-1]["error"] == "ValueError"


def test_assessments_are_handed_on_and_a_keeper_that_fails_takes_no_card_away(lines: Lines) -> None:
    calls: list[str] = []

    def keep(made: Assessment, call: str) -> None:
        calls.append(call)
        raise ValueError(made.to_json())

    answer = calling(on_assessment=keep).post(SPINE, json=example())
    assert answer.status_code == 200
    assert calls == [answer.json()["extension"]["carepath.assessment"]["call"]]
    assert next(line for line in lines if line["event"] == "assessment not kept")["error"] == "ValueError"


# --- health, limits, log -------------------------------------------------------------------------------------------


def test_health_and_readiness_need_no_token_and_name_the_content() -> None:
    service = calling(authentication=Authentication([client()], BASE, now=lambda: NOW))
    assert service.get("/health").json() == {"status": "alive"}
    ready = service.get("/ready").json()
    assert ready["content_hash"] == load_guideline().content_hash


def test_a_call_leaves_one_line_with_names_and_numbers_only(lines: Lines) -> None:
    answer = calling().post(SPINE, json=example())
    (line,) = lines
    assert line["call"] == answer.headers["x-call-id"]
    assert (line["route"], line["service"], line["status"]) == ("/cds-services/{service}", "carepath-spine", 200)
    assert set(line) == {
        "time",
        "level",
        "event",
        "call",
        "route",
        "service",
        "status",
        "milliseconds",
        "bytes",
        "cards",
    }


def test_a_call_without_advice_leaves_its_code_in_the_log(lines: Lines) -> None:
    sent = request_of({})
    sent["prefetch"]["other"] = {"resourceType": "Patient", "id": "p2"}
    assert calling().post(SPINE, json=sent).status_code == 200
    assert lines[-1]["codes"] == ["CP069"]


def test_work_that_takes_too_long_or_finds_no_place_is_refused_and_keeps_its_place_until_it_is_done() -> None:
    async def try_it() -> None:
        done, work = threading.Event(), Work(workers=1, waiting=0, seconds=0.05)
        with pytest.raises(Refused) as late:
            await work.run(done.wait)
        assert late.value.status == 503
        assert work.is_full
        with pytest.raises(Refused) as full:
            await work.run(day)
        assert full.value.status == 503
        done.set()
        while work.is_full:  # noqa: ASYNC110 - the place is given back by a callback, which nothing announces
            await asyncio.sleep(0)
        assert await work.run(day) == day()
        work.close()

    asyncio.run(try_it())


def test_a_body_that_does_not_arrive_in_time_is_refused() -> None:
    async def never() -> Any:  # noqa: ANN401 - a message of ASGI
        await asyncio.Event().wait()

    async def try_it() -> None:
        scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
        with pytest.raises(Refused) as late:
            await read_body(Request(scope, never), 1_000, 0.01)
        assert late.value.status == 408

    asyncio.run(try_it())


def test_a_service_that_is_full_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "is_full", True)
    service = calling()
    assert service.get("/ready").status_code == 503
    assert service.post(SPINE, json=example()).headers["retry-after"] == "2"


def test_the_log_writes_no_message_of_an_exception_and_none_of_other_programs() -> None:
    formatter = JsonLines()
    with pytest.raises(ValueError, match=PRIVATE) as caught:
        int(PRIVATE)
    info = (caught.type, caught.value, caught.tb)
    line = json.loads(formatter.format(logging.LogRecord("carepath.service", logging.ERROR, "", 0, PRIVATE, (), info)))
    assert (line["event"], line["error"]) == ("carepath.service", "ValueError")
    assert line["raised"].startswith("test_service.py:")
    other = logging.LogRecord("asyncio", logging.ERROR, "", 0, PRIVATE, (), None)
    assert PRIVATE not in formatter.format(other)


def test_half_a_character_in_a_request_does_no_harm() -> None:
    sent = json.dumps(request_of({}) | {"hookInstance": "\ud800"})
    answer = calling().post(SPINE, content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    invariants.check_response(answer.json())


def test_the_openapi_document_describes_every_endpoint() -> None:
    paths = calling().get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/cds-services",
        "/cds-services/{service}",
        "/cds-services/{service}/feedback",
        "/health",
        "/ready",
    }
    body = paths["/cds-services/{service}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {"hook", "hookInstance", "context"}


def test_a_service_that_could_not_answer_says_so_at_the_start() -> None:
    with pytest.raises(CarepathError, match="engine: unknown option"):
        calling(engine="clips")
