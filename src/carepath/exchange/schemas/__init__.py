"""The JSON Schemas (draft 2020-12) of what goes in and what comes out, for programs in any language.

Each has a versioned ``$id``. The schemas of the assessment, the audit record and the error ship as files and say
nothing of a guideline; that of the input is made from a guideline's findings.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, Problem, nearest
from carepath.record.schema import DIALECT, Schema, input_schema

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline

INPUT = "input"
#: The version of the input's form; what it says of a guideline changes with the guideline.
INPUT_ID = "urn:carepath:schema:input:1.0"
SCHEMAS = (INPUT, "assessment", "audit", "error")


def json_schema(name: str, *, guideline: Guideline | None = None) -> Schema:
    """The JSON Schema of a form that carepath reads or writes.

    Args:
        name: ``input`` (what is assessed), ``assessment`` (``Assessment.to_dict``), ``audit`` (``Assessment.audit``) or
            ``error`` (``CarepathError.to_dict``).
        guideline: for ``input``: the content whose findings may be named; None for the one that ships with carepath.

    Returns:
        Plain dicts and lists. ``$id`` ends in the version of the schema: a minor version accepts what an earlier one of
        the same major version accepted.

    Raises:
        ArgumentError: there is no schema of that name.
    """
    if not isinstance(name, str) or name not in SCHEMAS:
        shown = repr(name[:60]) if isinstance(name, str) else f"of type {type(name).__name__}"
        advice = nearest(name if isinstance(name, str) else "", SCHEMAS)
        raise ArgumentError([Problem("CP082", f"there is no schema {shown}", None, advice)])
    if name == INPUT:
        made = input_schema(guideline if guideline is not None else load_guideline())
        return {"$schema": DIALECT, "$id": INPUT_ID, **{key: made[key] for key in made if key != "$schema"}}
    found: Schema = json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return found
