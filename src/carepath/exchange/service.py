"""CDS Hooks over HTTP: a FastAPI application around the pure functions of ``carepath.exchange.cds_hooks``.

The clock, the log, the check of who calls and the limits are here, at the edge. Nothing of a call is kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from carepath.assessing import LANGUAGES
from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, ContentError, MissingExtra, Problem, RequestError
from carepath.exchange.cds_hooks import EXTENSION, PREFIX, discovery, respond
from carepath.exchange.feedback import Feedback, read_feedback
from carepath.exchange.service_forms import FEEDBACK, REQUEST, RESPONSE, SERVICES, answers, body, outcome
from carepath.exchange.service_log import log, where_raised
from carepath.version import __version__

try:
    from fastapi import FastAPI, Request, Response
    from fastapi.middleware.cors import CORSMiddleware
    from starlette.exceptions import HTTPException
except ModuleNotFoundError as error:
    message = "the service needs packages that are missing"
    advice = "pip install 'carepath[service]'"
    raise MissingExtra([Problem("CP092", message, None, advice)]) from error

from carepath.exchange.authentication import Authentication, NotAuthenticated
from carepath.exchange.service_edge import BUSY, NO_TOKEN, Edge, Refused, Work, json_response, read_body

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline

#: Dutch care has its days in this zone, whatever that of the machine is.
TIME_ZONE = "Europe/Amsterdam"
#: Given in place of an ``Authentication`` it lets everyone call: for trials on one machine, and behind mutual TLS.
NO_AUTHENTICATION = "no authentication"

_WANTED = re.compile(
    r"\s*(?P<language>[A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.\d{0,3})?))?\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take: bytes of its body, seconds until it has arrived and until it is answered, calls at once."""

    bytes: int = 5_000_000
    seconds_to_arrive: float = 10
    seconds_to_answer: float = 20
    workers: int = 4
    waiting: int = 60


def today_in(zone: str = TIME_ZONE) -> Callable[[], dt.date]:
    """A clock that gives the day in a time zone.

    Raises:
        ArgumentError: there is no such zone.
    """
    try:
        found = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        text = f"there is no time zone {zone[:60]!r}"
        raise ArgumentError([Problem("CP082", text, None, "write it as Europe/Amsterdam")]) from error
    return lambda: dt.datetime.now(tz=found).date()


def create_app(
    *,
    authentication: Authentication | str,
    guideline: Guideline | None = None,
    today: Callable[[], dt.date] | None = None,
    lang: str = "en",
    engine: str = "both",
    report_url: str | None = None,
    on_feedback: Callable[[str, tuple[Feedback, ...]], None] | None = None,
    on_assessment: Callable[[Assessment, str], None] | None = None,
    origins: Sequence[str] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The application that answers CDS Hooks clients.

    Args:
        authentication: verifies the token of each call; ``NO_AUTHENTICATION`` lets everyone call.
        guideline: the content; None for the guideline that ships with carepath.
        today: gives the evaluation date of a call; None for the day in the Netherlands.
        lang: ``en`` or ``nl``: the language of the cards where a call asks for neither.
        engine: as for ``carepath.assess``.
        report_url: as for ``respond``.
        on_feedback: is given the id of the service and the feedback on its cards, and keeps it; without it feedback is
            read and forgotten. It is called in a thread.
        on_assessment: as for ``respond``; called in a thread. What it raises is logged, and the cards are given.
        origins: the origins of browsers that may call, such as ``https://ehr.example.org``.
        limits: what a call may take.

    Raises:
        ArgumentError: an argument cannot be used.
        ContentError: the guideline says nothing about cards, or has no value for a parameter today.
    """
    if not isinstance(authentication, Authentication) and authentication != NO_AUTHENTICATION:
        text = "authentication: neither an Authentication nor NO_AUTHENTICATION"
        raise ArgumentError([Problem("CP082", text, None, "say who may call")])
    content = guideline if guideline is not None else load_guideline()
    bounds = limits if limits is not None else Limits()
    keep = functools.partial(_kept, on_assessment) if on_assessment is not None else None
    answer = functools.partial(respond, guideline=content, engine=engine, report_url=report_url)
    service = _Service(
        authentication if isinstance(authentication, Authentication) else None,
        content,
        today if today is not None else today_in(),
        lang,
        functools.partial(answer, on_assessment=keep),
        on_feedback,
        bounds,
        Work(bounds.workers, bounds.waiting, bounds.seconds_to_answer),
        {one: discovery(content, lang=one) for one in LANGUAGES},
    )
    _try(answer, content, service.today(), lang)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.work.close()

    app = FastAPI(title="carepath", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(Edge)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Accept-Language"],
            expose_headers=["X-Call-Id"],
        )
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _no_route)
    _add_routes(app, service)
    return app


def _add_routes(app: FastAPI, service: _Service) -> None:
    thing: dict[str, object] = {"type": "object"}
    errors = (400, 401, 404, 408, 413, 415, 500, 503)
    app.get("/cds-services", responses=answers((401,), SERVICES), summary="Discovery")(service.offered)
    app.post(
        "/cds-services/{service}",
        responses=answers(errors, RESPONSE),
        openapi_extra=body(REQUEST),
        summary="Cards",
    )(service.cards)
    app.post(
        "/cds-services/{service}/feedback",
        responses=answers(errors, thing),
        openapi_extra=body(FEEDBACK),
        summary="Feedback",
    )(service.feedback)
    app.get("/health", responses=answers((), thing), summary="Health")(service.health)
    app.get("/ready", responses=answers((503,), thing), summary="Readiness")(service.ready)


@dataclass(frozen=True, slots=True)
class _Service:
    """What the endpoints share, and the endpoints."""

    authentication: Authentication | None
    guideline: Guideline
    today: Callable[[], dt.date]
    lang: str
    answer: Callable[..., dict[str, Any]]
    on_feedback: Callable[[str, tuple[Feedback, ...]], None] | None
    limits: Limits
    work: Work
    discovered: Mapping[str, dict[str, Any]]

    async def offered(self, request: Request) -> Response:
        """Discovery."""
        await self._caller(request)
        language = _language(request, self.lang)
        return json_response(200, self.discovered[language], language)

    async def cards(self, service: str, request: Request) -> Response:
        """The cards for a request."""
        await self._caller(request)
        self._known(service, request)
        sent = await read_body(request, self.limits.bytes, self.limits.seconds_to_arrive)
        language = _language(request, self.lang)
        try:
            made = await self.work.run(self.answer, sent, service=service, at=self.today(), lang=language)
        except RequestError as error:
            raise Refused(400, error.problems) from None
        made_with = made.get("extension", {}).get(EXTENSION, {})
        request.state.fields.update({"cards": len(made["cards"]), "codes": made_with.get("codes")})
        return json_response(200, made, language)

    async def feedback(self, service: str, request: Request) -> Response:
        """Feedback, handed on to the integrator."""
        await self._caller(request)
        self._known(service, request)
        sent = await read_body(request, self.limits.bytes, self.limits.seconds_to_arrive)
        try:
            given = await self.work.run(read_feedback, sent)
        except RequestError as error:
            raise Refused(400, error.problems) from None
        request.state.fields["items"] = len(given)
        if self.on_feedback is None:
            text = "the feedback was read and is not kept: no one was appointed to keep it"
            return json_response(200, outcome(200, severity="information", text=text))
        try:
            await self.work.run(self.on_feedback, service, given)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - the integrator's function may raise anything
            request.state.fields.update(where_raised(error))
            raise Refused(BUSY) from None
        return json_response(200, outcome(200, severity="information", text="the feedback was handed on"))

    async def health(self) -> Response:
        """Whether the process answers."""
        return json_response(200, {"status": "alive"})

    async def ready(self) -> Response:
        """Whether a call would be taken, and which content answers it."""
        if self.work.is_full:
            raise Refused(BUSY)
        made_with = {"edition": self.guideline.edition, "content_hash": self.guideline.content_hash}
        return json_response(200, {"status": "ready", **made_with})

    async def _caller(self, request: Request) -> None:
        """Lets a call in whose token is valid."""
        if self.authentication is None:
            return
        header = request.headers.get("authorization")
        try:
            client = await self.work.run(self.authentication.verify, header, request.url.path)
        except NotAuthenticated as error:
            request.state.fields["reason"] = error.reason
            raise Refused(NO_TOKEN) from None
        request.state.fields["client"] = client

    def _known(self, service: str, request: Request) -> None:
        """Refuses a service that there is not; only the id of one that there is stands in the log."""
        if service.removeprefix(PREFIX) not in self.guideline.pathways or not service.startswith(PREFIX):
            raise Refused(404, [Problem("CP101", "there is no such service", None, "take the id from discovery")])
        request.state.fields["service"] = service


# --- one call -----------------------------------------------------------------------------------------------------


def _kept(on_assessment: Callable[[Assessment, str], None], made: Assessment, call: str) -> None:
    """Hands an assessment to the integrator; what goes wrong there takes no advice from the clinician."""
    try:
        on_assessment(made, call)
    except Exception as error:  # noqa: BLE001 - the integrator's function may raise anything
        log("assessment not kept", level=40, **where_raised(error))


def _try(answer: Callable[..., dict[str, Any]], guideline: Guideline, day: dt.date, lang: str) -> None:
    """Answers once for nobody: what cannot work says so at the start, and what is slow the first time is done."""
    if not guideline.pathways:
        raise ContentError([Problem("CP093", "the guideline has no pathway", None, "add one")])
    nobody = {"hook": "patient-view", "hookInstance": "start", "context": {"patientId": "nobody"}}
    answer(nobody, service=f"{PREFIX}{next(iter(guideline.pathways))}", at=day, lang=lang)


def _language(request: Request, default: str) -> str:
    """The language that a call asks for most, of those that there are."""
    best, most = default, 0.0
    for part in request.headers.get("accept-language", "")[:500].split(","):
        match = _WANTED.match(part)
        if match is None:
            continue
        weight = float(match["weight"]) if match["weight"] else 1.0
        if match["language"].lower() in LANGUAGES and weight > most:
            best, most = match["language"].lower(), weight
    return best


async def _refused(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, Refused) else Refused(500)
    request.state.fields["codes"] = list(dict.fromkeys(problem.code for problem in refused.problems)) or None
    return json_response(refused.status, outcome(refused.status, refused.problems))


async def _no_route(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return json_response(status, outcome(status), headers=headers)
