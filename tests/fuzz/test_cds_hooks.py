"""Malformed requests of CDS Hooks: an answer or a refusal; never a failure, never a word of what was sent in a refusal.

Mutations of requests with a fixed seed, their text cut and spoilt, and what schemathesis makes of the OpenAPI document.
The ordinary run sends some to the pure function; the slow one 10,000 to the service:
``pytest -m slow tests/fuzz/test_cds_hooks.py``.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from carepath import RequestError
from carepath.exchange.cds_hooks import respond
from tests.contracts import invariants
from tests.contracts.requests import AT, REAL, example, request_of
from tests.fuzz.mutations import mutated, places

#: Written into every request; a refusal that holds it has repeated what was sent.
CANARY = "Canary-4711"
FEW, MUTATIONS, TEXTS, GENERATED = 120, 6_000, 3_200, 1_200
#: No call may take longer, also on a slow machine.
SECONDS = 20
JSON = {"Content-Type": "application/json"}
SPINE = "/cds-services/carepath-spine"


@functools.cache
def seeds() -> tuple[dict[str, Any], ...]:
    """Requests to start from: the example, one with little, one with a red flag, and real ones where they are."""
    orders = request_of({"wpn_class": 3}, hook="order-sign")
    orders["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": CANARY}}]}
    real = (json.JSONDecoder().raw_decode(path.read_text(encoding="utf-8"))[0] for path in REAL)
    return (example(), request_of({}), request_of({"rf_cauda_equina": True}), orders, *real)


def mutations(number: int) -> Iterator[dict[str, Any]]:
    """Requests with one to five places changed, and a canary somewhere."""
    draw = random.Random(4711)  # noqa: S311 - choices of a test
    marked = [{**one, "extension": {CANARY: CANARY}} for one in seeds()]
    every = [list(places(one)) for one in marked]
    for count in range(number):
        which = count % len(marked)
        made = mutated(marked[which], every[which], draw)
        if draw.random() < 0.5:
            name = draw.choice(("hook", "hookInstance", "context", "prefetch", "fhirServer"))
            made = {**made, name: draw.choice((CANARY, [CANARY], {CANARY: CANARY}, {"patientId": f"{CANARY}/"}))}
        yield made


def texts(number: int) -> Iterator[bytes]:
    """Texts of requests, cut, doubled, and with bytes changed."""
    draw = random.Random(4712)  # noqa: S311 - choices of a test
    whole = [json.dumps({**one, "extension": {CANARY: CANARY}}).encode() for one in seeds()]
    for count in range(number):
        data = bytearray(whole[count % len(whole)])
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data) + 1)
            match draw.randrange(5):
                case 0:
                    data = data[:at]
                case 1:
                    data[at:at] = draw.choice(
                        (b"}", b"]", b"{", b'"', b",", b"\x00", b"\xff", b"1e999", b"NaN", b"[" * 99)
                    )
                case 2:
                    data = data + data[at:]
                case 3:
                    data[at : at + 1] = bytes([draw.randrange(256)])
                case _:
                    data[at : at + draw.randint(1, 400)] = b""
        yield bytes(data)


# --- the pure function ---------------------------------------------------------------------------------------------


def check_answer(body: object) -> None:
    """Cards that keep the invariants, or a refusal that repeats nothing."""
    try:
        found = respond(body, at=AT, engine="direct")  # type: ignore[arg-type]
    except RequestError as error:
        said = str(error)
        assert CANARY not in said
    else:
        invariants.check_response(found)
        assert found["cards"]


@pytest.mark.parametrize("part", range(4))
def test_a_mutated_request_gives_cards_or_a_refusal(part: int) -> None:
    for number, request in enumerate(mutations(FEW)):
        if number % 4 == part:
            check_answer(request)


@pytest.mark.parametrize("part", range(4))
def test_a_spoilt_text_gives_cards_or_a_refusal(part: int) -> None:
    for number, text in enumerate(texts(FEW)):
        if number % 4 == part:
            check_answer(text)


# --- the service ---------------------------------------------------------------------------------------------------

Send = Callable[..., Any]


@pytest.fixture
def send(caplog: pytest.LogCaptureFixture) -> Iterator[Send]:
    """Sends a request to the service and looks at status, time, answer and log."""
    for needed in ("fastapi", "jwt", "httpx2"):
        pytest.importorskip(needed, reason="the extra `service` or the client of its tests is not installed")
    from starlette.testclient import TestClient  # noqa: PLC0415 - only where it is installed

    from carepath.exchange.service import NO_AUTHENTICATION, create_app  # noqa: PLC0415 - likewise
    from carepath.exchange.service_log import LOGGER, JsonLines  # noqa: PLC0415 - likewise

    formatter, written = JsonLines(), list[str]()
    keeper = logging.Handler()
    keeper.emit = lambda record: written.append(formatter.format(record))  # type: ignore[method-assign]
    LOGGER.addHandler(keeper)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    del caplog
    app = create_app(authentication=NO_AUTHENTICATION, today=lambda: dt.date.fromisoformat(AT), engine="direct")
    with TestClient(app, raise_server_exceptions=False) as client:

        def sent(method: str, path: str, private: tuple[str, ...] = (CANARY,), **how: Any) -> Any:  # noqa: ANN401
            start = time.monotonic()
            answer = client.request(method, path, **how)
            assert time.monotonic() - start < SECONDS
            assert answer.status_code < 500, answer.text
            assert json.loads(answer.content) is not None
            if answer.status_code != 200:
                assert answer.json()["resourceType"] == "OperationOutcome"
                assert not [text for text in private if text in answer.text]
            assert not [text for text in private if any(text in line for line in written)]
            written.clear()
            return answer

        sent.app = app  # type: ignore[attr-defined]
        yield sent
    LOGGER.removeHandler(keeper)
    LOGGER.propagate = True


@pytest.mark.slow
def test_ten_thousand_malformed_requests_bring_no_failure_no_hang_and_no_leak(send: Send) -> None:
    statuses: dict[int, int] = {}

    def count(answer: Any) -> None:  # noqa: ANN401 - the answer of a client
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

    for request in mutations(MUTATIONS):
        count(send("POST", SPINE, content=written(request), headers=JSON))
    for data in texts(TEXTS):
        count(send("POST", SPINE, content=data, headers=JSON))
    for method, path, how in generated(send.app, GENERATED):  # type: ignore[attr-defined]
        count(send(method, path, private_in(how["content"]), **how))
    assert sum(statuses.values()) >= 10_000
    assert {200, 400, 404} <= set(statuses)


def written(value: object) -> bytes:
    """The text of a value; what no JSON has is written as texts and as numbers that are too long."""
    endless = "@endless@"

    def plain(one: object) -> object:
        if isinstance(one, dict):
            return {str(key): plain(inner) for key, inner in one.items()}
        if isinstance(one, list):
            return [plain(inner) for inner in one]
        if isinstance(one, int) and not isinstance(one, bool) and one.bit_length() > 10_000:
            return endless
        return one

    try:
        text = json.dumps(plain(value), default=str)
    except RecursionError:
        text = "[" * 5_000
    return text.replace(f'"{endless}"', "9" * 5_000).encode()


def private_in(body: bytes) -> tuple[str, ...]:
    """Texts of a generated body that cannot be words of the service, which are English."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    found: list[str] = []
    todo: list[Any] = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            todo += [*one, *one.values()]
        elif isinstance(one, list):
            todo += one
        elif isinstance(one, str) and len(one) > 3 and not one.isascii():
            found += [one, json.dumps(one)[1:-1]]
    return tuple(found)


def generated(app: Any, number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:  # noqa: ANN401 - an application
    """What schemathesis makes of the OpenAPI document: valid and invalid bodies for each endpoint that reads one."""
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415 - only where it is installed

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [one.ok() for one in schema.get_all_operations()]
    modes = (schemathesis.GenerationMode.NEGATIVE, schemathesis.GenerationMode.POSITIVE)
    posts = [one for one in operations if one.method.lower() == "post"]
    each = number // (len(posts) * len(modes) * 2)
    made: list[tuple[str, str, dict[str, Any]]] = []
    for operation in posts:
        for mode in modes:
            for named in ({"service": "carepath-spine"}, None):

                @seed(4711)
                @settings(
                    max_examples=each,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode, path_parameters=named))
                def collect(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
                    body = case.body
                    data = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
                    kind = {"Content-Type": case.media_type or "application/json"}
                    made.append((case.method, case.formatted_path, {"content": data, "headers": kind}))

                collect()
    yield from made
