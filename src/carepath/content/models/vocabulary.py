"""The forms of what rules speak of: sources, findings, terms, parameters, and the kinds of recommendations."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from carepath.content.models.base import FileForm, Form, Grounds, IsoDate, Name, ShortText, TextForm


class EditionFile(FileForm):
    edition: ShortText
    date: IsoDate
    text: TextForm


class SourceForm(Form):
    title: ShortText
    nature: Literal[
        "guideline",
        "position",
        "minutes",
        "letter",
        "reaction",
        "trial",
        "review",
        "website",
        "report",
        "code_system",
        "general_knowledge",
    ]
    document: str | None = None
    party: TextForm | None = None
    publisher: ShortText | None = None
    date: str | None = None
    address: ShortText | None = None
    weight: TextForm | None = None
    quotable: bool = True
    file: str | None = None


class SourcesFile(FileForm):
    sources: dict[str, SourceForm]


class PartForm(Form):
    type: Literal["bool", "int", "decimal", "enum", "text"]
    range: tuple[float | int | None, float | int | None] | None = Field(default=None, strict=False)
    values: dict[str, TextForm] | None = None
    unit: str | None = None
    label: TextForm | None = None


class FindingForm(Form):
    type: Literal["bool", "int", "decimal", "enum", "text", "date", "list"]
    range: tuple[float | int | None, float | int | None] | None = Field(default=None, strict=False)
    enumerated: bool = False
    values: dict[str, TextForm] | None = None
    item: PartForm | None = None
    fields_: dict[Name, PartForm] | None = Field(default=None, alias="fields")
    empty_means: Literal["none", "unknown"] = "none"
    unit: str | None = None
    instrument: str | None = None
    better: Literal["lower", "higher"] | None = None
    currency: Name | None = None
    red_flag: bool = False
    never_above: Name | None = None
    changeable: bool = False
    partial: bool = False
    group: Literal[
        "identity",
        "pain",
        "classification",
        "instruments",
        "history",
        "patient_factors",
        "work",
        "medication",
        "diagnosis",
        "red_flags",
        "organisation",
    ]
    label: TextForm
    question: TextForm
    statement: TextForm | None = None
    grounds: Grounds


class FindingsFile(FileForm):
    findings: dict[Name, FindingForm]


class TermForm(Form):
    text: TextForm
    when: Any
    grounds: Grounds


class TermsFile(FileForm):
    terms: dict[Name, TermForm]


class DatedForm(Form):
    from_: IsoDate | None = Field(default=None, alias="from")
    value: int | float | str | None


class ParameterForm(Form):
    text: TextForm
    unit: str | None = None
    values: Annotated[list[DatedForm], Field(min_length=1)]
    range: TextForm | None = None
    changed_by: TextForm | None = None
    grounds: Grounds


class ParametersFile(FileForm):
    parameters: dict[Name, ParameterForm]


class KindForm(Form):
    text: TextForm
    fields_: list[str] = Field(default=[], alias="fields")
    step_change: bool = False


class OutputsFile(FileForm):
    kinds: dict[Name, KindForm]
    vocabulary: dict[Name, dict[str, TextForm]]


class PhrasesFile(FileForm):
    phrases: dict[Name, TextForm]
