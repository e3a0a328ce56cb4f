"""What all content files are built with: texts, grounds, dates, and conditions with their places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from carepath.content import models
from carepath.content.files import ContentFile
from carepath.content.grounds import Ground, Text
from carepath.errors import Place, Problem
from carepath.language.nodes import Condition, Constant
from carepath.language.parse import ConditionSyntaxError, parse_node
from carepath.language.truth import Truth
from carepath.text_file import day_in
from carepath.yaml_reader import YamlNode

_File = TypeVar("_File", bound=models.FileForm)

#: What stands for a condition that cannot be read: no patient is assessed with it.
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


def form_of(file: ContentFile, kind: type[_File]) -> _File:
    """The form of a file, which was read as what it is wanted to be."""
    if not isinstance(file.form, kind):
        message = f"{file.name} was read as {type(file.form).__name__}"
        raise TypeError(message)
    return file.form


@dataclass(slots=True)
class Builder:
    """Reads conditions and dates for one file after another, and collects problems."""

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
