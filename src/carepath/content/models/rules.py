"""The forms of rules, of what is asked, and of what becomes of outputs that stand beside each other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from carepath.content.models.base import FileForm, Form, GroundForm, Grounds, Id, IsoDate, Name, TextForm


class OutputForm(Form):
    kind: str
    target: str | None = None
    urgency: str | None = None
    urgency_by: Name | None = None
    level: str | None = None
    group: str | None = None
    topic: str | None = None
    internal_step: str | None = None
    conditional: bool = False
    only_if: TextForm | None = None
    when: Any = None
    settle: Name | None = None
    measurements: Name | None = None
    names_step: str | None = None
    text: TextForm | None = None
    grounds: list[GroundForm] = []


class ArgumentForm(Form):
    text: TextForm
    grounds: Grounds


class RuleForm(Form):
    id: Id
    text: TextForm
    pathways: Literal["all"] | list[str] = "all"
    from_: IsoDate | None = Field(default=None, alias="from")
    until: IsoDate | None = None
    when: Any = None
    recommend: Annotated[list[OutputForm], Field(min_length=1)]
    against: list[ArgumentForm] = []
    grounds: Grounds


class RulesFile(FileForm):
    rules: list[RuleForm]


class SelectorForm(Form):
    kinds: list[str] = []
    rules: list[str] = []
    urgencies: list[str] = []
    groups: list[str] = []
    levels: list[str] = []
    topics: list[str] = []
    internal_steps: list[str] = []
    target_lines: list[str] = []
    outputs: list[int] = []
    not_kinds: list[str] = []
    not_topics: list[str] = []
    conditional: bool | None = None


class AskForm(Form):
    id: Id
    findings: list[Name] = []
    screening: bool = False
    asked: Literal["always", "while_open", "when_given"]
    kinds: list[str] = []
    when: Any = None
    until_true: bool = False
    suspends: SelectorForm | None = None
    text: TextForm
    grounds: Grounds


class InformationFile(FileForm):
    asks: list[AskForm]


class ResolveForm(Form):
    id: Id
    operation: Literal[
        "removes",
        "suspends",
        "suspends_while_missing",
        "makes_conditional",
        "adds_attention",
        "only_with",
        "only_without",
        "adds_judgement",
        "continues",
    ]
    selects: SelectorForm = SelectorForm()
    when: Any = None
    given: list[SelectorForm] = []
    absent: list[SelectorForm] = []
    attention: list[Name] = []
    adds_topic: str | None = None
    text: TextForm
    grounds: Grounds


class ResolveFile(FileForm):
    resolve: list[ResolveForm]
