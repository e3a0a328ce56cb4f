"""Reads sources, findings, terms and parameters: checked forms to frozen objects, each with its place."""

from __future__ import annotations

import datetime as dt

from carepath.content import models
from carepath.content.build import Builder, form_of, grounds, optional_text, text
from carepath.content.files import ContentFile, child
from carepath.content.findings import DatedValue, Finding, Parameter, Term
from carepath.content.grounds import Source, Text
from carepath.errors import Place, Problem
from carepath.language.symbols import NUMERIC, ParameterType, ValueType
from carepath.yaml_reader import place_at


def read_sources(file: ContentFile) -> dict[str, Source]:
    """The sources by key."""
    form = form_of(file, models.SourcesFile)
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


def read_findings(builder: Builder, file: ContentFile) -> dict[str, Finding]:
    """The findings by name, in the order of the file."""
    form = form_of(file, models.FindingsFile)
    found = {}
    for name, one in form.findings.items():
        place = place_at(file.node, ("findings", name))
        found[name] = Finding(
            name=name,
            type=_value_type(builder, one, place),
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


def _value_type(builder: Builder, form: models.FindingForm, place: Place) -> ValueType:
    parts: dict[str, ValueType] = {}
    if form.fields_ is not None:
        parts = {name: _part_type(part) for name, part in form.fields_.items()}
    elif form.item is not None:
        parts = {"value": _part_type(form.item)}
    if (form.type == "list") is not bool(parts):
        builder.problems.append(Problem("CP008", "a list has `item:` or `fields:`, nothing else has", place))
    if (form.type == "enum") is not bool(form.values):
        builder.problems.append(Problem("CP008", "an enum has `values:`, nothing else has", place))
    if form.partial and (form.type not in NUMERIC or form.enumerated or form.red_flag):
        message = "only a number that counts or measures has `partial:`; of a red flag what is certain is recorded"
        builder.problems.append(Problem("CP008", message, place, "leave it out"))
    low, high = form.range or (None, None)
    if low is not None and high is not None and low > high:
        builder.problems.append(Problem("CP008", f"the range {low:g}..{high:g} is empty", place, "swap its ends"))
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


def _part_type(form: models.PartForm) -> ValueType:
    low, high = form.range or (None, None)
    return ValueType(form.type, low, high, tuple(form.values or ()), form.unit)


def _texts(form: models.FindingForm) -> dict[str, Text]:
    found = {value: text(one) for value, one in (form.values or {}).items()}
    parts = list((form.fields_ or {}).values()) + ([form.item] if form.item else [])
    for part in parts:
        found.update({value: text(one) for value, one in (part.values or {}).items()})
    return found


def read_terms(builder: Builder, file: ContentFile) -> dict[str, Term]:
    """The terms by name."""
    form = form_of(file, models.TermsFile)
    found = {}
    for name, one in form.terms.items():
        when = builder.required_condition(child(file.node, "terms", name, "when"))
        place = place_at(file.node, ("terms", name))
        found[name] = Term(name, text(one.text), when, grounds(one.grounds), place)
    return found


def read_parameters(builder: Builder, file: ContentFile) -> dict[str, Parameter]:
    """The parameters by name."""
    form = form_of(file, models.ParametersFile)
    found = {}
    for name, one in form.parameters.items():
        place = place_at(file.node, ("parameters", name))
        dated = []
        for index, item in enumerate(one.values):
            here = place_at(file.node, ("parameters", name, "values", index))
            value = builder.date(item.value, here) if isinstance(item.value, str) else item.value
            dated.append(DatedValue(builder.date(item.from_, here), value))
        starts = [value.start or dt.date.min for value in dated]
        if starts != sorted(set(starts)):
            builder.problems.append(Problem("CP008", f"{name}: the dates do not ascend", place, "sort by `from:`"))
        numbers = [float(v.value) for v in dated if isinstance(v.value, int | float)]
        kind = "date" if any(isinstance(v.value, dt.date) for v in dated) else "number"
        if kind == "date" and numbers:
            message = f"{name} has both numbers and dates as values"
            builder.problems.append(Problem("CP008", message, place, "make two parameters of it"))
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
