"""``carepath schema NAME``: the JSON Schema of the input, the assessment, the audit record or the error."""

from __future__ import annotations

import argparse
import json

from carepath.commands.answer import Answer, chosen_guideline, lines
from carepath.exchange.schemas import INPUT, json_schema


def run(arguments: argparse.Namespace) -> Answer:
    """Prints a schema.

    Raises:
        CarepathError: there is no such schema, or the guideline cannot be used.
    """
    guideline = chosen_guideline(arguments) if arguments.name == INPUT else None
    return Answer(out=lines(json.dumps(json_schema(arguments.name, guideline=guideline), indent=2, ensure_ascii=False)))
