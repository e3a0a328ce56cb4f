"""What all forms of content share: names, texts in two languages, and grounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ShortText = Annotated[str, Field(min_length=1, max_length=2_000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,60}$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,60}$")]
IsoDate = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Form(BaseModel):
    """The base: strict, closed, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class TextForm(Form):
    en: ShortText
    nl: ShortText


class GroundForm(Form):
    kind: Literal["source", "inferred", "design_choice", "unverified"]
    source: str | None = None
    section: ShortText | None = None
    quote: ShortText | None = None
    note: TextForm | None = None
    role: Literal["ground", "counter", "context"] = "ground"


Grounds = Annotated[list[GroundForm], Field(min_length=1)]


class DescribedForm(Form):
    text: TextForm
    grounds: list[GroundForm] = []


class FileForm(Form):
    format: Literal[1]
