"""The forms of the registers: conflicts between sources, modules, entitlement, and what is not encoded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from carepath.content.models.base import FileForm, Form, Grounds, Name, TextForm


class PositionForm(Form):
    owner: TextForm
    text: TextForm
    grounds: Grounds


class ConflictForm(Form):
    text: TextForm
    shown: Literal["patient", "step", "register"]
    positions: Annotated[list[PositionForm], Field(min_length=2)]
    note: TextForm | None = None


class ConflictsFile(FileForm):
    conflicts: dict[Name, ConflictForm]


class ModuleForm(Form):
    text: TextForm
    part: Literal["fixed", "option", "hint"]
    when: Any = None
    grounds: Grounds


class MeasurementForm(Form):
    moment: str
    weight: str
    grounds: Grounds


class ModulesFile(FileForm):
    modules: dict[Name, ModuleForm]
    schedules: dict[Name, list[MeasurementForm]]


class EntitlementForm(Form):
    group: str
    from_: str | None = Field(default=None, alias="from")
    value: str
    under_review: bool = False
    text: TextForm
    grounds: Grounds


class EntitlementFile(FileForm):
    entitlement: list[EntitlementForm]


class UnavailableForm(Form):
    text: TextForm
    keywords: list[str] = []


class UnavailableFile(FileForm):
    unavailable: dict[Name, UnavailableForm]


class CoverageForm(Form):
    encoded: str | None = None
    reason: TextForm | None = None


class CoverageFile(FileForm):
    coverage: dict[str, CoverageForm]
