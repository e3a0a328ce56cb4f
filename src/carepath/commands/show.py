"""``carepath show PATHWAY``: a pathway as text, drawing or FHIR plan; ``carepath show choices``: what we chose."""

from __future__ import annotations

import argparse

from carepath.assessment import canonical_json
from carepath.commands.answer import UNREADABLE, Answer, chosen_guideline, lines
from carepath.commands.lookup import unavailable_in
from carepath.errors import ArgumentError

#: What stands in a pathway's place to see the page "What we chose ourselves".
CHOICES = "choices"


def run(arguments: argparse.Namespace) -> Answer:
    """Shows a pathway; for what carepath must not pretend to have it says so.

    Raises:
        ContentError: the guideline cannot be used.
        ArgumentError: the date of a plan is no date.
    """
    guideline = chosen_guideline(arguments)
    if arguments.pathway == CHOICES:
        from carepath.display.choices import choices_markdown  # noqa: PLC0415 - only for that page

        return Answer(out=choices_markdown(guideline, arguments.lang))
    try:
        pathway = guideline.pathway(arguments.pathway)
    except ArgumentError as error:
        texts = (one.text.in_language(arguments.lang) for one in unavailable_in(arguments.pathway, guideline))
        return Answer(UNREADABLE, err=lines(str(error), *texts))
    if arguments.fhir is not None:
        from carepath.exchange.plan_definition import plan_definition  # noqa: PLC0415 - only for a plan

        return Answer(out=lines(canonical_json(plan_definition(guideline, pathway.name, at=arguments.fhir).bundle)))
    if arguments.mermaid:
        from carepath.display.mermaid import pathway_mermaid  # noqa: PLC0415 - only for a drawing

        return Answer(out=lines(pathway_mermaid(pathway, arguments.lang, guideline=guideline)))
    if arguments.svg:
        from carepath.display.drawing_svg import pathway_svg  # noqa: PLC0415 - only for a drawing

        return Answer(out=lines(pathway_svg(pathway, guideline, arguments.lang)))
    from carepath.display.pathway_text import pathway_text  # noqa: PLC0415 - only for the text

    return Answer(out=lines(pathway_text(pathway, guideline, arguments.lang)))
