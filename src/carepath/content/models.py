"""The form of the content files, checked by pydantic: unknown keys are refused and nothing is converted.

Conditions are ``Any`` here: they are read from the positioned nodes by ``language.parse``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

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


class TermForm(Form):
    text: TextForm
    when: Any
    grounds: Grounds


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


class PositionForm(Form):
    owner: TextForm
    text: TextForm
    grounds: Grounds


class ConflictForm(Form):
    text: TextForm
    shown: Literal["patient", "step", "register"]
    positions: Annotated[list[PositionForm], Field(min_length=2)]
    note: TextForm | None = None


class ModuleForm(Form):
    text: TextForm
    part: Literal["fixed", "option", "hint"]
    when: Any = None
    grounds: Grounds


class MeasurementForm(Form):
    moment: str
    weight: str
    grounds: Grounds


class EntitlementForm(Form):
    group: str
    from_: str | None = Field(default=None, alias="from")
    value: str
    under_review: bool = False
    text: TextForm
    grounds: Grounds


class KindForm(Form):
    text: TextForm
    fields_: list[str] = Field(default=[], alias="fields")
    step_change: bool = False


class UnavailableForm(Form):
    text: TextForm
    keywords: list[str] = []


class CoverageForm(Form):
    encoded: str | None = None
    reason: TextForm | None = None


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


class ReviewForm(Form):
    parameter: Name


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


# --- one model a file -------------------------------------------------------------------------------------------


class FileForm(Form):
    format: Literal[1]


class EditionFile(FileForm):
    edition: ShortText
    date: IsoDate
    text: TextForm


class SourcesFile(FileForm):
    sources: dict[str, SourceForm]


class FindingsFile(FileForm):
    findings: dict[Name, FindingForm]


class TermsFile(FileForm):
    terms: dict[Name, TermForm]


class ParametersFile(FileForm):
    parameters: dict[Name, ParameterForm]


class OutputsFile(FileForm):
    kinds: dict[Name, KindForm]
    vocabulary: dict[Name, dict[str, TextForm]]


class PhrasesFile(FileForm):
    phrases: dict[Name, TextForm]


class RulesFile(FileForm):
    rules: list[RuleForm]


class InformationFile(FileForm):
    asks: list[AskForm]


class ResolveFile(FileForm):
    resolve: list[ResolveForm]


class ConflictsFile(FileForm):
    conflicts: dict[Name, ConflictForm]


class ModulesFile(FileForm):
    modules: dict[Name, ModuleForm]
    schedules: dict[Name, list[MeasurementForm]]


class EntitlementFile(FileForm):
    entitlement: list[EntitlementForm]


class UnavailableFile(FileForm):
    unavailable: dict[Name, UnavailableForm]


class CoverageFile(FileForm):
    coverage: dict[str, CoverageForm]


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


class ItemForm(Form):
    range: tuple[int, int] = Field(strict=False)


class InstrumentForm(Form):
    text: TextForm
    items: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9]{1,20}$")], ItemForm], Field(min_length=1)]
    sums: Annotated[dict[Name, list[str] | Literal["all"]], Field(min_length=1)]
    grounds: Grounds


class InstrumentsFile(FileForm):
    instruments: dict[Name, InstrumentForm]


class FhirCodesFile(FileForm):
    codes: list[CodeForm]
    reasons: dict[Name, TextForm]


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
