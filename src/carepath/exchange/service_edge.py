"""The edge of the service: the body of a call up to its limits, work in threads up to theirs, the log, and failures."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from starlette.responses import Response

from carepath.exchange.service_forms import outcome
from carepath.exchange.service_log import log, where_raised

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from carepath.errors import Problem

P = ParamSpec("P")
T = TypeVar("T")

#: Answers may hold what was read of a patient: nobody on the way keeps them, and nobody guesses what they are.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_SERVER_ERROR = 500
#: The status that asks for a token, and the one that asks to come back.
NO_TOKEN, BUSY = 401, 503


class Refused(Exception):
    """A call that is answered with an error; the problems repeat nothing that was sent."""

    def __init__(self, status: int, problems: Iterable[Problem] = ()) -> None:
        self.status = status
        self.problems = tuple(problems)
        super().__init__(status)


def json_response(
    status: int, content: object, language: str | None = None, *, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON. Half a character of a caller is written as an escape."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    own = {**_HEADERS, **(headers or {})}
    if language is not None:
        own |= {"Content-Language": language, "Vary": "Accept-Language"}
    if status == NO_TOKEN:
        own["WWW-Authenticate"] = "Bearer"
    if status == BUSY:
        own["Retry-After"] = "2"
    data = text.encode("utf-8", errors="backslashreplace")
    return Response(data, status, own, media_type="application/json")


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The body of a call.

    Raises:
        Refused: it is no JSON by its type, is larger than the limit, or does not arrive in time.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "application/fhir+json"}:
        raise Refused(415)
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > len(str(most)) or int(length) > most):
        raise Refused(413)
    found = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                found += chunk
                if len(found) > most:
                    raise Refused(413)
    except TimeoutError:
        raise Refused(408) from None
    request.state.fields["bytes"] = len(found)
    return bytes(found)


class Work:
    """Runs functions in threads, so many at once; when too many wait, a call is refused at once.

    Args:
        workers: threads.
        waiting: calls that may wait beside those that are worked on.
        seconds: how long a call waits for its answer; the thread goes on and keeps its place until it is done.
    """

    def __init__(self, workers: int, waiting: int, seconds: float) -> None:
        self._threads = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="carepath")
        self._most = workers + waiting
        self._seconds = seconds
        self._under_way = 0

    @property
    def is_full(self) -> bool:
        """Whether a further call would be refused."""
        return self._under_way >= self._most

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the function gives.

        Raises:
            Refused: too many calls wait, or the function takes too long.
        """
        if self.is_full:
            raise Refused(BUSY)
        self._under_way += 1
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, lambda: function(*args, **kwargs))
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._seconds)
        except TimeoutError:
            raise Refused(BUSY) from None

    def _done(self, future: asyncio.Future[Any]) -> None:
        self._under_way -= 1
        if not future.cancelled():
            future.exception()  # looked at, so that nobody writes it in a log

    def close(self) -> None:
        """Lets the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Edge:
    """Gives each call a number and a line in the log, and turns a failure into an answer without its message."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one call."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields: dict[str, object] = {}
        scope.setdefault("state", {})["fields"] = fields
        call, start, status = uuid.uuid4().hex, time.monotonic(), 0

        async def with_number(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-call-id", call.encode())]
            await send(message)

        try:
            await self.app(scope, receive, with_number)
        except Exception as error:  # noqa: BLE001 - nothing of a failure may reach the caller or another log
            fields |= where_raised(error)
            if status == 0:
                await json_response(_SERVER_ERROR, outcome(_SERVER_ERROR))(scope, receive, with_number)
        route = getattr(scope.get("route"), "path", None)
        took = round((time.monotonic() - start) * 1_000, 1)
        level = logging.ERROR if status >= _SERVER_ERROR else logging.INFO
        log("call", level=level, call=call, route=route, status=status, milliseconds=took, **fields)
