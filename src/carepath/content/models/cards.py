"""The forms of what stands beside advice in the cards of CDS Hooks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from carepath.content.models.base import FileForm, Form, Grounds, Name, ShortText, TextForm


class IndicatorForm(Form):
    kinds: Annotated[list[str], Field(min_length=1)]
    urgencies: list[str] = []
    indicator: Literal["info", "warning", "critical"]
    grounds: Grounds


class DraftRequestForm(Form):
    kinds: Annotated[list[str], Field(min_length=1)]
    urgencies: list[str] = []
    priority: Literal["routine", "urgent", "asap", "stat"]
    grounds: Grounds


class OverrideReasonForm(Form):
    text: TextForm
    kinds: list[str] = []
    grounds: Grounds


class CardsFile(FileForm):
    indicators: Annotated[list[IndicatorForm], Field(min_length=1)]
    requests: list[DraftRequestForm] = []
    override_reasons: dict[Name, OverrideReasonForm] = {}
    prefetch: dict[Name, ShortText] = {}
