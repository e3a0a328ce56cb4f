"""``carepath serve``: the service of CDS Hooks, until it is stopped."""

from __future__ import annotations

import argparse
import importlib
import logging.config
from typing import TYPE_CHECKING, Any

from carepath.assessing import evaluation_date
from carepath.commands.answer import Answer, chosen_guideline
from carepath.errors import ArgumentError, ContentError, MissingExtra, Problem
from carepath.exchange.service_log import log, log_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from carepath.content.guideline import Guideline
    from carepath.exchange.authentication import Authentication

#: Addresses that only programs on this machine reach.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def run(arguments: argparse.Namespace) -> Answer:
    """Serves until it is stopped.

    Raises:
        CarepathError: the guideline or an option cannot be used, or the packages of the extra are missing.
    """
    from carepath.exchange.service import NO_AUTHENTICATION, create_app, today_in  # noqa: PLC0415 - needs the extra

    uvicorn = _uvicorn()
    guideline = _pinned(chosen_guideline(arguments), arguments.content_hash)
    day = evaluation_date(arguments.at) if arguments.at is not None else None
    authentication = NO_AUTHENTICATION if arguments.no_authentication else _authentication(arguments)
    app = create_app(
        authentication=authentication,
        guideline=guideline,
        today=(lambda: day) if day is not None else today_in(arguments.time_zone),
        lang=arguments.lang,
        engine=arguments.engine,
        report_url=arguments.report_url,
        on_feedback=_function(arguments.on_feedback, "--on-feedback"),
        on_assessment=_function(arguments.on_assessment, "--on-assessment"),
        origins=arguments.origin,
    )
    logging.config.dictConfig(log_settings())
    _say(arguments, guideline)
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        ssl_certfile=arguments.certificate,
        ssl_keyfile=arguments.key,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=5,
        h11_max_incomplete_event_size=32_768,
        limit_concurrency=200,
    )
    return Answer()


def _uvicorn() -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module("uvicorn")
    except ModuleNotFoundError as error:
        advice = "pip install 'carepath[service]'"
        raise MissingExtra([Problem("CP092", "the service needs uvicorn, which is missing", None, advice)]) from error


def _pinned(guideline: Guideline, content_hash: str | None) -> Guideline:
    """The guideline, when it is the one that was pinned."""
    if content_hash is not None and content_hash != guideline.content_hash:
        text = f"the content is not the pinned one: its hash is {guideline.content_hash}"
        raise ContentError([Problem("CP093", text, None, "serve the pinned content, or pin this one")])
    return guideline


def _authentication(arguments: argparse.Namespace) -> Authentication:
    from carepath.exchange.authentication import Authentication, read_clients  # noqa: PLC0415 - needs the extra

    if arguments.clients is None or arguments.base_url is None:
        text = "who may call is not said"
        hint = "give --clients FILE and --base-url URL; for a trial on this machine: --no-authentication"
        raise ArgumentError([Problem("CP082", text, None, hint)])
    return Authentication(read_clients(arguments.clients), arguments.base_url)


def _function(name: str | None, option: str) -> Callable[..., None] | None:
    """The function that MODULE:FUNCTION names."""
    if name is None:
        return None
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        text = f"{option}: there is no {name[:100]!r}"
        raise ArgumentError(
            [Problem("CP082", text, None, "write MODULE:FUNCTION, of a module on PYTHONPATH")]
        ) from error
    if not callable(found):
        raise ArgumentError([Problem("CP082", f"{option}: {name[:100]!r} cannot be called", None, "name a function")])
    return found  # type: ignore[no-any-return]  # whatever a module holds


def _say(arguments: argparse.Namespace, guideline: Guideline) -> None:
    """What whoever starts the service must see in its log."""
    warning = logging.WARNING
    if arguments.no_authentication:
        log("NO AUTHENTICATION: everyone who reaches this address may call", level=warning)
    if arguments.at is not None:
        log("FIXED DATE: every patient is assessed as of this day, not of today", level=warning, at=arguments.at)
    if arguments.host not in LOOPBACK and arguments.certificate is None:
        log("NO TLS: put a proxy with TLS before it, or give --certificate and --key", level=warning)
    address = f"{arguments.host}:{arguments.port}"
    log("serving", address=address, edition=guideline.edition, content_hash=guideline.content_hash)
