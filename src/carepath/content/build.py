"""Turns checked forms into the frozen objects of a guideline; conditions are read here, with their places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from carepath.content import models
from carepath.content.files import ContentFile, child
from carepath.content.guideline import (
    Argument,
    Ask,
    Conflict,
    DatedValue,
    Entitlement,
    Finding,
    Ground,
    Measurement,
    Module,
    Output,
    Parameter,
    Position,
    ResolveEntry,
    Rule,
    Selector,
    Source,
    Term,
    Text,
)
from carepath.errors import Place, Problem, nearest
from carepath.language.nodes import AnyOf, Condition, Constant
from carepath.language.parse import ConditionSyntaxError, parse_node
from carepath.language.symbols import NUMERIC, ParameterType, ValueType
from carepath.language.truth import Truth
from carepath.pathway import Described, Pathway, Step, Transition
from carepath.text_file import day_in
from carepath.yaml_reader import YamlNode, place_at

_File = TypeVar("_File", bound=models.FileForm)

NEVER = Constant(Truth.UNKNOWN)


def text(form: models.TextForm) -> Text:
    """A text in both languages."""
    return Text(form.en, form.nl)


def optional_text(form: models.TextForm | None) -> Text | None:
    """A text in both languages, or None."""
    return Text(form.en, form.nl) if form is not None else None


def grounds(forms: Iterable[models.GroundForm]) -> tuple[Ground, ...]:
    """The grounds in the order of the file."""
    return tuple(
        Ground(form.kind, form.source, form.section, form.quote, optional_text(form.note), form.role) for form in forms
    )


@dataclass(slots=True)
class Builder:
    """Builds the objects of one file after another and collects problems."""

    problems: list[Problem] = field(default_factory=list)

    def condition(self, node: YamlNode | None) -> Condition | None:
        """The condition under a node; None where nothing stands."""
        if node is None:
            return None
        try:
            return parse_node(node)
        except ConditionSyntaxError as error:
            self.problems.extend(error.problems)
            return NEVER

    def required_condition(self, node: YamlNode | None) -> Condition:
        """The condition under a node that must be there."""
        return self.condition(node) or NEVER

    def date(self, value: str | None, place: Place) -> dt.date | None:
        """A date written as ISO text."""
        if value is None:
            return None
        day = day_in(value)
        if day is None:
            self.problems.append(Problem("CP063", f"{value[:60]!r} is no date", place, "write YYYY-MM-DD"))
        return day

    # --- vocabulary ---------------------------------------------------------------------------------------------

    def sources(self, file: ContentFile) -> dict[str, Source]:
        """The sources by key."""
        form = _form(file, models.SourcesFile)
        return {
            key: Source(
                key,
                one.title,
                one.nature,
                one.document,
                optional_text(one.party),
                one.publisher,
                one.date,
                one.address,
                optional_text(one.weight),
                one.quotable,
                one.file,
                place_at(file.node, ("sources", key)),
            )
            for key, one in form.sources.items()
        }

    def findings(self, file: ContentFile) -> dict[str, Finding]:
        """The findings by name, in the order of the file."""
        form = _form(file, models.FindingsFile)
        found = {}
        for name, one in form.findings.items():
            place = place_at(file.node, ("findings", name))
            found[name] = Finding(
                name=name,
                type=self._value_type(one, place),
                label=text(one.label),
                question=text(one.question),
                group=one.group,
                grounds=grounds(one.grounds),
                statement=optional_text(one.statement),
                value_texts=_texts(one),
                instrument=one.instrument,
                better=one.better,
                currency=one.currency,
                red_flag=one.red_flag,
                changeable=one.changeable,
                empty_is_known=one.empty_means == "none",
                never_above=one.never_above,
                place=place,
            )
        return found

    def _value_type(self, form: models.FindingForm, place: Place) -> ValueType:
        parts: dict[str, ValueType] = {}
        if form.fields_ is not None:
            parts = {name: _part_type(part) for name, part in form.fields_.items()}
        elif form.item is not None:
            parts = {"value": _part_type(form.item)}
        if (form.type == "list") is not bool(parts):
            self.problems.append(Problem("CP008", "a list has `item:` or `fields:`, nothing else has", place))
        if (form.type == "enum") is not bool(form.values):
            self.problems.append(Problem("CP008", "an enum has `values:`, nothing else has", place))
        if form.partial and (form.type not in NUMERIC or form.enumerated or form.red_flag):
            message = "only a number that counts or measures has `partial:`; of a red flag what is certain is recorded"
            self.problems.append(Problem("CP008", message, place, "leave it out"))
        low, high = form.range or (None, None)
        if low is not None and high is not None and low > high:
            self.problems.append(Problem("CP008", f"the range {low:g}..{high:g} is empty", place, "swap its ends"))
        return ValueType(
            form.type,
            low,
            high,
            tuple(form.values or ()),
            form.unit,
            form.enumerated,
            form.type in NUMERIC and form.instrument is not None and form.better is not None,
            parts,
            partial=form.partial and form.type in NUMERIC,
        )

    def terms(self, file: ContentFile) -> dict[str, Term]:
        """The terms by name."""
        form = _form(file, models.TermsFile)
        found = {}
        for name, one in form.terms.items():
            when = self.required_condition(child(file.node, "terms", name, "when"))
            place = place_at(file.node, ("terms", name))
            found[name] = Term(name, text(one.text), when, grounds(one.grounds), place)
        return found

    def parameters(self, file: ContentFile) -> dict[str, Parameter]:
        """The parameters by name."""
        form = _form(file, models.ParametersFile)
        found = {}
        for name, one in form.parameters.items():
            place = place_at(file.node, ("parameters", name))
            dated = []
            for index, item in enumerate(one.values):
                here = place_at(file.node, ("parameters", name, "values", index))
                value = self.date(item.value, here) if isinstance(item.value, str) else item.value
                dated.append(DatedValue(self.date(item.from_, here), value))
            starts = [value.start or dt.date.min for value in dated]
            if starts != sorted(set(starts)):
                self.problems.append(Problem("CP008", f"{name}: the dates do not ascend", place, "sort by `from:`"))
            numbers = [float(v.value) for v in dated if isinstance(v.value, int | float)]
            kind = "date" if any(isinstance(v.value, dt.date) for v in dated) else "number"
            if kind == "date" and numbers:
                message = f"{name} has both numbers and dates as values"
                self.problems.append(Problem("CP008", message, place, "make two parameters of it"))
            bounds = (min(numbers), max(numbers)) if numbers else (None, None)
            found[name] = Parameter(
                name,
                text(one.text),
                ParameterType(kind, one.unit, *bounds),
                tuple(dated),
                grounds(one.grounds),
                optional_text(one.range),
                optional_text(one.changed_by),
                place,
            )
        return found

    # --- rules --------------------------------------------------------------------------------------------------

    def rules(self, file: ContentFile, pathways: Iterable[str]) -> list[Rule]:
        """The rules of one file."""
        form = _form(file, models.RulesFile)
        every = tuple(pathways)
        found = []
        for index, one in enumerate(form.rules):
            path = ("rules", index)
            place = place_at(file.node, path)
            outputs = tuple(self._output(file, (*path, "recommend", i), o, i) for i, o in enumerate(one.recommend))
            found.append(
                Rule(
                    one.id,
                    text(one.text),
                    every if isinstance(one.pathways, str) else tuple(one.pathways),
                    self._rule_condition(one.id, outputs, child(file.node, *path, "when"), place),
                    outputs,
                    grounds(one.grounds),
                    tuple(Argument(text(a.text), grounds(a.grounds)) for a in one.against),
                    self.date(one.from_, place),
                    self.date(one.until, place),
                    child(file.node, *path, "when") is None,
                    place,
                )
            )
        return found

    def _rule_condition(self, name: str, outputs: tuple[Output, ...], node: YamlNode | None, place: Place) -> Condition:
        if node is not None:
            return self.required_condition(node)
        own = tuple(output.when for output in outputs if output.when is not None)
        if len(own) < len(outputs):
            message = f"{name} has no `when:`, so each of its outputs needs one"
            self.problems.append(Problem("CP007", message, place, "add `when:` to the rule or to every output"))
        return AnyOf(own) if own else NEVER

    def _output(self, file: ContentFile, path: tuple[str | int, ...], form: models.OutputForm, index: int) -> Output:
        return Output(
            kind=form.kind,
            index=index,
            target=form.target,
            urgency=form.urgency,
            urgency_by=form.urgency_by,
            level=form.level,
            group=form.group,
            topic=form.topic,
            internal_step=form.internal_step,
            conditional=form.conditional,
            only_if=optional_text(form.only_if),
            when=self.condition(child(file.node, *path, "when")),
            settle=form.settle,
            measurements=form.measurements,
            names_step=form.names_step,
            text=optional_text(form.text),
            grounds=grounds(form.grounds),
            place=place_at(file.node, path),
        )

    def asks(self, file: ContentFile) -> tuple[Ask, ...]:
        """What must be known, and what it holds up."""
        form = _form(file, models.InformationFile)
        found = []
        for index, one in enumerate(form.asks):
            when = self.condition(child(file.node, "asks", index, "when"))
            found.append(
                Ask(
                    one.id,
                    index,
                    tuple(one.findings),
                    one.screening,
                    one.asked,
                    tuple(one.kinds),
                    when,
                    one.until_true,
                    _selector(one.suspends) if one.suspends else None,
                    text(one.text),
                    grounds(one.grounds),
                    place_at(file.node, ("asks", index)),
                )
            )
        return tuple(found)

    def resolve(self, file: ContentFile) -> tuple[ResolveEntry, ...]:
        """The resolve table in its order."""
        form = _form(file, models.ResolveFile)
        return tuple(
            ResolveEntry(
                one.id,
                index,
                one.operation,
                _selector(one.selects),
                self.condition(child(file.node, "resolve", index, "when")),
                tuple(_selector(other) for other in one.given),
                tuple(_selector(other) for other in one.absent),
                text(one.text),
                grounds(one.grounds),
                tuple(one.attention),
                one.adds_topic,
                place_at(file.node, ("resolve", index)),
            )
            for index, one in enumerate(form.resolve)
        )

    # --- register, modules, entitlement -------------------------------------------------------------------------

    def conflicts(self, file: ContentFile) -> dict[str, Conflict]:
        """The register of conflicts by topic."""
        form = _form(file, models.ConflictsFile)
        return {
            topic: Conflict(
                topic,
                text(one.text),
                one.shown,
                tuple(Position(text(p.owner), text(p.text), grounds(p.grounds)) for p in one.positions),
                optional_text(one.note),
                place_at(file.node, ("conflicts", topic)),
            )
            for topic, one in form.conflicts.items()
        }

    def modules(self, file: ContentFile) -> tuple[Module, ...]:
        """The treatment modules, as hints."""
        form = _form(file, models.ModulesFile)
        return tuple(
            Module(
                name,
                text(one.text),
                one.part,
                self.condition(child(file.node, "modules", name, "when")),
                grounds(one.grounds),
                place_at(file.node, ("modules", name)),
            )
            for name, one in form.modules.items()
        )

    def entitlements(self, file: ContentFile, parameters: Mapping[str, Parameter]) -> tuple[Entitlement, ...]:
        """The entitlement by group and date; a date may be the name of a parameter."""
        form = _form(file, models.EntitlementFile)
        found = []
        for index, one in enumerate(form.entitlement):
            place = place_at(file.node, ("entitlement", index))
            start: dt.date | None
            parameter = parameters.get(one.from_ or "")
            if parameter is not None and isinstance(parameter.values[-1].value, dt.date):
                start = parameter.values[-1].value
            elif one.from_ is not None and one.from_.isidentifier():
                advice = nearest(one.from_, (name for name, other in parameters.items() if other.type.kind == "date"))
                message = f"there is no parameter {one.from_!r} that is a date"
                self.problems.append(Problem("CP039", message, place, advice))
                start = None
            else:
                start = self.date(one.from_, place)
            found.append(
                Entitlement(one.group, start, one.value, one.under_review, text(one.text), grounds(one.grounds), place)
            )
        return tuple(found)

    # --- pathways -----------------------------------------------------------------------------------------------

    def pathway(self, file: ContentFile) -> Pathway:
        """The pathway of one file."""
        form = _form(file, models.PathwayFile)
        steps = {}
        for index, one in enumerate(form.steps):
            place = place_at(file.node, ("steps", index))
            if one.id in steps:
                self.problems.append(Problem("CP030", f"step {one.id} stands twice", place))
            steps[one.id] = self._step(file, form.pathway, index, one, place)
        more = form.screen_more
        return Pathway(
            form.pathway,
            text(form.text),
            text(form.scope),
            form.line_2_step,
            tuple(form.screen),
            tuple(more.findings) if more else (),
            self.condition(child(file.node, "screen_more", "when")) if more else None,
            dict(sorted(steps.items(), key=lambda item: item[1].rank)),
            tuple(self._transition(file, i, one) for i, one in enumerate(form.transitions)),
            grounds(form.grounds),
            place_at(file.node, ("grounds",)),
        )

    def _step(self, file: ContentFile, pathway: str, index: int, form: models.StepForm, place: Place) -> Step:
        return Step(
            id=form.id,
            pathway=pathway,
            text=text(form.text),
            line=form.line,
            step=form.step,
            rank=float(form.rank),
            kind=form.kind,
            placed_when=self.condition(child(file.node, "steps", index, "placed_when")),
            disciplines=tuple(text(one) for one in form.disciplines),
            interventions=tuple(_described(one) for one in form.interventions),
            review=form.review.parameter,
            grounds=grounds(form.grounds),
            measurements=form.measurements,
            notes=tuple(_described(one) for one in form.notes),
            conflicts=tuple(form.conflicts),
            place=place,
        )

    def _transition(self, file: ContentFile, index: int, form: models.TransitionForm) -> Transition:
        path = ("transitions", index)
        return Transition(
            form.from_,
            form.to,
            form.kind,
            tuple(form.rules),
            self.condition(child(file.node, *path, "when")),
            self.condition(child(file.node, *path, "unless")),
            grounds(form.grounds),
            optional_text(form.text),
            place_at(file.node, path),
        )


def schedules(file: ContentFile) -> dict[str, tuple[Measurement, ...]]:
    """The measurement schedules by name."""
    form = _form(file, models.ModulesFile)
    return {
        name: tuple(
            Measurement(one.moment, one.weight, grounds(one.grounds), place_at(file.node, ("schedules", name, index)))
            for index, one in enumerate(moments)
        )
        for name, moments in form.schedules.items()
    }


def _form(file: ContentFile, kind: type[_File]) -> _File:
    if not isinstance(file.form, kind):
        message = f"{file.name} was read as {type(file.form).__name__}"
        raise TypeError(message)
    return file.form


def _described(form: models.DescribedForm) -> Described:
    return Described(text(form.text), grounds(form.grounds))


def _selector(form: models.SelectorForm) -> Selector:
    return Selector(
        tuple(form.kinds),
        tuple(form.rules),
        tuple(form.urgencies),
        tuple(form.groups),
        tuple(form.levels),
        tuple(form.topics),
        tuple(form.internal_steps),
        tuple(form.target_lines),
        tuple(form.outputs),
        tuple(form.not_kinds),
        tuple(form.not_topics),
        form.conditional,
    )


def _part_type(form: models.PartForm) -> ValueType:
    low, high = form.range or (None, None)
    return ValueType(form.type, low, high, tuple(form.values or ()), form.unit)


def _texts(form: models.FindingForm) -> dict[str, Text]:
    found = {value: text(one) for value, one in (form.values or {}).items()}
    parts = list((form.fields_ or {}).values()) + ([form.item] if form.item else [])
    for part in parts:
        found.update({value: text(one) for value, one in (part.values or {}).items()})
    return found
