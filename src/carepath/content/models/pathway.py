"""The form of a pathway: its steps, and the transitions between them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from carepath.content.models.base import DescribedForm, FileForm, Form, Grounds, Id, Name, TextForm


class ReviewForm(Form):
    parameter: Name


class StepForm(Form):
    id: Id
    text: TextForm
    line: Literal["0", "0/1", "1", "1.5", "2", "2/3", "3"]
    step: int | None
    rank: float | int
    kind: Literal["step", "programme", "aftercare"]
    placed_when: Any = None
    disciplines: Annotated[list[TextForm], Field(min_length=1)]
    interventions: Annotated[list[DescribedForm], Field(min_length=1)]
    review: ReviewForm
    measurements: Name | None = None
    notes: list[DescribedForm] = []
    conflicts: list[str] = []
    grounds: Grounds


class TransitionForm(Form):
    from_: Id = Field(alias="from")
    to: Id
    kind: Literal["escalate", "deescalate", "imsr_assessment", "matched_care_referral", "mdo", "re_entry"]
    rules: Annotated[list[str], Field(min_length=1)]
    when: Any = None
    unless: Any = None
    text: TextForm | None = None
    grounds: Grounds


class ScreenMoreForm(Form):
    when: Any
    findings: list[Name]


class PathwayFile(FileForm):
    pathway: Name
    text: TextForm
    scope: TextForm
    line_2_step: str
    screen: list[Name]
    screen_more: ScreenMoreForm | None = None
    grounds: Grounds
    steps: Annotated[list[StepForm], Field(min_length=1)]
    transitions: list[TransitionForm]
