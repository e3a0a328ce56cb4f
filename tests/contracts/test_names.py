"""The names, signatures and fields that callers rely on. A change here is a change of the promise: see stability.md."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import Any

import pytest

import carepath
from carepath import errors
from carepath.recommendation import FIELDS, Question, Recommendation, SetAside, Undetermined

NAMES = {
    "ArgumentError", "Assessment", "CarepathError", "ContentError", "EngineDisagreement", "EngineError", "Guideline",
    "MissingExtra", "Problem", "Recommendation", "RecordError", "RequestError", "ScenarioError", "__version__",
    "assess", "assess_many", "compare", "load_guideline",
}  # fmt: skip
#: Of each function: the parameters as they may be given, with what they are when left out.
SIGNATURES = {
    "carepath:assess": "patient, *, pathway=None, at, guideline=None, engine='both', lang='en', locate_value=None",
    "carepath:assess_many": (
        "patients, *, pathway=None, at, guideline=None, engine='both', lang='en', processes=1, then=None"
    ),
    "carepath:load_guideline": "path=None, *, codes=()",
    "carepath.exchange.cds_hooks:discovery": "guideline=None, *, lang='en'",
    "carepath.exchange.cds_hooks:respond": (
        "request, *, service='carepath-spine', at=None, guideline=None, lang='en', engine='both', report_url=None, "
        "on_assessment=None"
    ),
    "carepath:compare": "before, after",
    "carepath.exchange.fhir:bundle": "assessment, *, patient, lang=None",
    "carepath.exchange.plan_definition:findings_parameters": "assessment",
    "carepath.exchange.plan_definition:plan_definition": "guideline, pathway, *, at, jurisdiction='NL'",
    "carepath.exchange.fhir_findings:findings_bundle": "record, guideline, *, patient, lang='en'",
    "carepath.exchange.schemas:json_schema": "name, *, guideline=None",
    "carepath.record.schema:input_schema": "guideline",
    "carepath.testing.strategies:patients": "guideline, *, pathway=None, at, known=(), unknown=()",
    "carepath.testing.strategies:values": "guideline, finding, *, pathway=None, at",
}
ASSESSMENT = {
    "at", "audit", "conflicts", "digest", "engine", "guideline", "missing", "next_questions", "not_seen", "notes",
    "pathway", "position", "recommendations", "report", "set_aside", "to_dict", "to_json", "undetermined",
    "what_would_change", "why", "why_not",
}  # fmt: skip
TREE = {
    "CarepathError": Exception,
    "ContentError": errors.CarepathError,
    "RecordError": errors.CarepathError,
    "RequestError": errors.CarepathError,
    "ScenarioError": errors.CarepathError,
    "ArgumentError": errors.CarepathError,
    "EngineError": errors.CarepathError,
    "EngineDisagreement": errors.EngineError,
    "MissingExtra": errors.CarepathError,
}


def test_the_public_names_are_these() -> None:
    assert set(carepath.__all__) == NAMES
    for name in NAMES:
        assert getattr(carepath, name) is not None


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_a_function_can_be_called_as_promised(name: str) -> None:
    module, _, function = name.partition(":")
    signature = inspect.signature(getattr(importlib.import_module(module), function))
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    shown = str(inspect.Signature(bare)).removeprefix("(").removesuffix(")")
    promised = SIGNATURES[name]
    # New optional parameters, by keyword only, may be added at the end.
    assert shown == promised or shown.startswith(f"{promised}, "), shown
    for added in bare[len(promised.replace("*, ", "").split(", ")) :]:
        assert added.kind is inspect.Parameter.KEYWORD_ONLY
        assert added.default is not inspect.Parameter.empty


def test_an_assessment_has_what_is_promised() -> None:
    assert {name for name in ASSESSMENT if hasattr(carepath.Assessment, name)} == ASSESSMENT


def test_a_recommendation_has_the_fields_of_the_json_form() -> None:
    fields = {one.name for one in dataclasses.fields(Recommendation)}
    assert {*FIELDS} - {"rules"} <= fields
    assert {"contributions", "conditions", "could_change"} <= fields
    assert isinstance(inspect.getattr_static(Recommendation, "rules"), property)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (SetAside, {"recommendation", "how", "by", "text", "until_known"}),
        (Undetermined, {"kind", "rule", "output", "target", "topic", "waits_for"}),
        (Question, {"finding", "safety", "outcomes", "asked_by"}),
        (errors.Problem, {"code", "message", "place", "advice", "excerpt"}),
    ],
)
def test_a_part_of_an_assessment_has_the_fields_that_are_promised(kind: Any, fields: set[str]) -> None:  # noqa: ANN401 - any dataclass
    assert fields <= {one.name for one in dataclasses.fields(kind)}


def test_the_tree_of_errors_is_as_promised() -> None:
    for name, parent in TREE.items():
        assert getattr(carepath, name).__mro__[1] is parent
    assert issubclass(carepath.ArgumentError, ValueError)
    assert issubclass(carepath.MissingExtra, ImportError)


def test_no_code_of_an_error_that_was_promised_is_gone() -> None:
    promised = {
        *range(1, 10), *range(20, 27), *range(30, 44), 45, 46, 47, *range(50, 53), *range(60, 73), *range(80, 83),
        *range(90, 94),
    }  # fmt: skip
    assert {f"CP{number:03}" for number in promised} <= set(errors.CODES)
