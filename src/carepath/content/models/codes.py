"""The forms of the tables that records of other systems are read with: codes and the items of instruments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from carepath.content.models.base import FileForm, Form, Grounds, Name, ShortText, TextForm


class CodeForm(Form):
    system: ShortText
    code: ShortText
    display: ShortText
    resource: Literal[
        "CarePlan",
        "Condition",
        "Encounter",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
        "QuestionnaireResponse",
        "ServiceRequest",
    ]
    finding: Name | None = None
    value: bool | int | str | None = None
    adds: dict[Name, bool | int | float | str] | None = None
    item: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,60}\.[a-z0-9]{1,20}$")] | None = None
    answers: dict[ShortText, int] = {}
    units: list[str] = []
    reason: TextForm | None = None
    grounds: Grounds


class SiteCodeForm(CodeForm):
    replaces: bool = False


class SiteCodesFile(FileForm):
    codes: Annotated[list[SiteCodeForm], Field(min_length=1, max_length=20_000)]


class FhirCodesFile(FileForm):
    codes: list[CodeForm]
    reasons: dict[Name, TextForm]


class ItemForm(Form):
    range: tuple[int, int] = Field(strict=False)


class InstrumentForm(Form):
    text: TextForm
    items: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9]{1,20}$")], ItemForm], Field(min_length=1)]
    sums: Annotated[dict[Name, list[str] | Literal["all"]], Field(min_length=1)]
    grounds: Grounds


class InstrumentsFile(FileForm):
    instruments: dict[Name, InstrumentForm]
