"""CDS Hooks 2.0 and 3.0 as pure functions: what is offered, and the answer to a request. Plain dicts in and out.

There is no clock, no network and no state here: the date is an argument, and what the record system did not send along
is unknown. ``carepath.exchange.service`` puts these functions behind HTTP.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from carepath.assessing import LANGUAGES, assess, evaluation_date
from carepath.content.load import load_guideline
from carepath.display.words import Words
from carepath.errors import ArgumentError, EngineError, Problem, RecordError, RequestError, nearest
from carepath.exchange.cards import CardWriter, cards_content, identity
from carepath.exchange.request import HOOKS, read_request

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.pathway import Pathway

#: The version of the specification that discovery states; answers keep to 2.0 as well.
VERSION = "3.0.0"
PREFIX = "carepath-"
EXTENSION = "carepath.assessment"

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?\Z")


def discovery(guideline: Guideline | None = None, *, lang: str = "en") -> dict[str, Any]:
    """What a record system is told on ``GET /cds-services``: a service for each pathway, on three hooks each.

    A service has the same id on every hook, so that its newer cards take the place of older ones.

    Args:
        guideline: the content; None for the guideline that ships with carepath.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
        ContentError: the guideline says nothing about cards.
    """
    content = guideline if guideline is not None else load_guideline()
    words = Words(content, _language(lang))
    prefetch = cards_content(content).prefetch
    services = [
        {
            "hook": hook,
            "id": f"{PREFIX}{pathway.name}",
            "title": words.phrase("service_title", pathway=words.of(pathway.text)),
            "description": words.phrase("service_description", pathway=words.of(pathway.text)),
            **({"prefetch": dict(prefetch)} if prefetch else {}),
            "usageRequirements": words.phrase("service_requirements"),
            "version": VERSION,
            "hookVersion": version,
        }
        for hook, version in HOOKS.items()
        for pathway in content.pathways.values()
    ]
    return {"services": services}


def respond(
    request: Mapping[str, object] | str | bytes,
    *,
    service: str = "carepath-spine",
    at: dt.date | str | None = None,
    guideline: Guideline | None = None,
    lang: str = "en",
    engine: str = "both",
    report_url: str | None = None,
    on_assessment: Callable[[Assessment, str], None] | None = None,
) -> dict[str, Any]:
    """The cards for a request of CDS Hooks: advice, red flags first, and always one card on what is missing.

    A record that cannot be used, and engines that disagree, give cards too: what was seen of red flags may not be lost.

    Args:
        request: the body of ``POST /cds-services/{id}``, parsed or as JSON text. Nothing is fetched beyond it.
        service: the id of a service of ``discovery``.
        at: the evaluation date, as a date or as ISO text; without it one card says that nothing was assessed.
        guideline: the content; None for the guideline that ships with carepath.
        lang: ``en`` or ``nl``: the language of the cards.
        engine: as for ``carepath.assess``.
        report_url: the address below which the integrator shows full reports; cards then link to
            ``{report_url}/{call}``, where ``call`` is an id that says nothing of the patient.
        on_assessment: called with the assessment and the id of the call, so that the integrator can keep the audit
            record, or the report. What it raises goes to the caller.

    Returns:
        ``{"cards": [...]}``, and under ``extension`` the edition, hash and date that they were made with; the codes of
        errors where there is no advice.

    Raises:
        RequestError: it is no request of CDS Hooks, or of another hook; no problem repeats what was sent.
        ArgumentError: an argument cannot be used.
        ContentError: the guideline says nothing about cards, or has no value for a parameter on the date.
    """
    content = guideline if guideline is not None else load_guideline()
    day = evaluation_date(at) if at is not None else None
    pathway = _pathway(service, content)
    address = _address(report_url)
    asked = read_request(request, cards_content(content).prefetch)
    writer = CardWriter(content, asked, service, _language(lang), address)
    words = writer.words
    if day is None:
        return {"cards": [writer.without_assessment(words.phrase("card_no_date"), words.phrase("card_no_date_means"))]}
    if asked.patients and asked.patient not in asked.patients:
        summary, means = words.phrase("card_other_patient"), words.phrase("card_other_patient_means")
        return {"cards": [writer.without_assessment(summary, means, indicator="warning")]}
    made_with = {
        "at": day.isoformat(),
        "pathway": pathway.name,
        "edition": content.edition,
        "content_hash": content.content_hash,
        "call": identity(service, asked.instance),
    }
    try:
        made = assess(asked.bundle, pathway=pathway.name, at=day, guideline=content, engine=engine, lang=lang)
        cards = writer.of(made)
    except (RecordError, EngineError) as error:
        codes = list(dict.fromkeys(problem.code for problem in error.problems))
        phrase = "card_unreadable" if isinstance(error, RecordError) else "card_failed"
        summary = words.phrase(phrase, code=", ".join(codes))
        failed = writer.without_assessment(summary, words.phrase("card_without_advice"), indicator="warning")
        cards = [*writer.red_flags_seen(error.red_flags), failed]
        return {"cards": cards, "extension": {EXTENSION: {**made_with, "codes": codes}}}
    if on_assessment is not None:
        on_assessment(made, identity(service, asked.instance))
    return {"cards": cards, "extension": {EXTENSION: {**made_with, "engine": made.engine}}}


def _language(lang: object) -> str:
    if isinstance(lang, str) and lang in LANGUAGES:
        return lang
    raise ArgumentError([Problem("CP082", "lang: unknown option", None, f"valid: {', '.join(LANGUAGES)}")])


def _pathway(service: object, guideline: Guideline) -> Pathway:
    found = None
    if isinstance(service, str) and service.startswith(PREFIX):
        found = guideline.pathways.get(service.removeprefix(PREFIX))
    if found is None:
        services = [f"{PREFIX}{name}" for name in guideline.pathways]
        advice = nearest(service if isinstance(service, str) else "", services)
        raise RequestError([Problem("CP101", "there is no such service", None, advice)])
    return found


def _address(report_url: object) -> str | None:
    if report_url is None or (isinstance(report_url, str) and _ADDRESS.match(report_url)):
        return report_url
    advice = "give an address such as https://ehr.example.org/reports"
    raise ArgumentError([Problem("CP082", "report_url: no plain address", None, advice)])
