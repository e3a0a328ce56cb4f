"""Reads the registers: conflicts, modules, schedules of measuring, and entitlement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from carepath.content import models
from carepath.content.build import Builder, form_of, grounds, optional_text, text
from carepath.content.files import ContentFile, child
from carepath.content.findings import Parameter
from carepath.content.registers import Conflict, Entitlement, Measurement, Module, Position
from carepath.errors import Problem, nearest
from carepath.yaml_reader import place_at


def read_conflicts(file: ContentFile) -> dict[str, Conflict]:
    """The register of conflicts by topic."""
    form = form_of(file, models.ConflictsFile)
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


def read_modules(builder: Builder, file: ContentFile) -> tuple[Module, ...]:
    """The treatment modules, as hints."""
    form = form_of(file, models.ModulesFile)
    return tuple(
        Module(
            name,
            text(one.text),
            one.part,
            builder.condition(child(file.node, "modules", name, "when")),
            grounds(one.grounds),
            place_at(file.node, ("modules", name)),
        )
        for name, one in form.modules.items()
    )


def read_schedules(file: ContentFile) -> dict[str, tuple[Measurement, ...]]:
    """The measurement schedules by name."""
    form = form_of(file, models.ModulesFile)
    return {
        name: tuple(
            Measurement(one.moment, one.weight, grounds(one.grounds), place_at(file.node, ("schedules", name, index)))
            for index, one in enumerate(moments)
        )
        for name, moments in form.schedules.items()
    }


def read_entitlements(
    builder: Builder, file: ContentFile, parameters: Mapping[str, Parameter]
) -> tuple[Entitlement, ...]:
    """The entitlement by group and date; a date may be the name of a parameter."""
    form = form_of(file, models.EntitlementFile)
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
            builder.problems.append(Problem("CP039", message, place, advice))
            start = None
        else:
            start = builder.date(one.from_, place)
        found.append(
            Entitlement(one.group, start, one.value, one.under_review, text(one.text), grounds(one.grounds), place)
        )
    return tuple(found)
