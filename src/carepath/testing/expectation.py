"""An expectation of a scenario: some fields of a recommendation, checked against the guideline, and matched.

It matches a recommendation when every field that it names is equal; where the field holds a list every named element
is contained in it. ``{any: [a, b]}`` is equal to one of them or, where the field is a list, contains one of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from carepath import yaml_reader
from carepath.content.guideline import Guideline
from carepath.errors import MAX_PROBLEMS, Place, Problem, nearest
from carepath.recommendation import FIELDS, LIST_FIELDS, Recommendation
from carepath.text_file import day_in
from carepath.yaml_reader import Scalar, YamlNode

#: A named value: a text, a truth value, or the named keys of an item of ``measurements``.
Element = str | bool | Mapping[str, str]

FLAGS = frozenset({"conditional", "under_review"})
ITEM_KEYS = ("moment", "weight")
_INTERVAL = re.compile(r"([1-9][0-9]{0,3}) ?(d|wk)\Z")
_DAYS = {"d": 1, "wk": 7}
_LIKE_ANOTHER_TYPE = re.compile(r"(true|false|null|-?[0-9][0-9.]*|[0-9]{4}-[0-9]{2}-[0-9]{2})\Z")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one field must hold: every one of the elements or, as alternatives, one of them."""

    elements: tuple[Element, ...]
    alternatives: bool = False
    is_list: bool = False

    def is_met_by(self, held: object) -> bool:
        """Whether a field that holds ``held`` is as wanted; a field that is not there (None) never is."""
        found = (_is_held(element, held) for element in self.elements)
        return any(found) if self.alternatives else all(found)

    def __str__(self) -> str:
        shown = ", ".join(flow(element) for element in self.elements)
        if self.alternatives:
            return f"{{any: [{shown}]}}"
        return f"[{shown}]" if self.is_list else shown


def _is_held(element: Element, held: object) -> bool:
    if isinstance(held, tuple | list):
        return any(_equal(element, item) for item in held)
    return _equal(element, held)


def _equal(element: Element, held: object) -> bool:
    if isinstance(element, Mapping):
        return isinstance(held, Mapping) and all(held.get(key) == value for key, value in element.items())
    return type(held) is type(element) and held == element


@dataclass(frozen=True, slots=True)
class Expectation:
    """Some fields of a recommendation, and where they are written."""

    fields: Mapping[str, Wanted]
    place: Place

    def matches(self, recommendation: Recommendation) -> bool:
        """Whether every named field of the recommendation is as wanted."""
        return all(wanted.is_met_by(getattr(recommendation, name)) for name, wanted in self.fields.items())

    def named(self, name: str) -> tuple[Element, ...]:
        """The elements that are named for a field; empty when the field is not named."""
        wanted = self.fields.get(name)
        return wanted.elements if wanted is not None else ()

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {wanted}" for name, wanted in self.fields.items()) + "}"


def flow(value: object) -> str:
    """A value as it is written in a scenario, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    text = str(value)
    return f"'{text}'" if isinstance(value, str) and _LIKE_ANOTHER_TYPE.match(text) else text


def valid_names(guideline: Guideline) -> dict[str, Collection[str]]:
    """For each field of texts, and for the keys of a measurement, the values that exist in a guideline."""
    steps = [step for pathway in guideline.pathways.values() for step in pathway.steps]
    words = {name: tuple(values) for name, values in guideline.vocabulary.items()}
    rules = [*guideline.rules, *(ask.id for ask in guideline.asks), *(entry.id for entry in guideline.resolve)]
    return {
        "kind": tuple(guideline.kinds),
        "target": (*steps, *words.get("target", ())),
        "urgency": words.get("urgency", ()),
        "level": words.get("level", ()),
        "group": words.get("group", ()),
        "entitlement": words.get("entitlement", ()),
        "topic": (*words.get("topic", ()), *guideline.conflicts),
        "internal_step": words.get("internal_step", ()),
        "moment": words.get("moment", ()),
        "weight": words.get("weight", ()),
        "missing": tuple(guideline.findings),
        "attention": tuple(guideline.findings),
        "modules": tuple(module.id for module in guideline.modules),
        "tags": words.get("tag", ()),
        "rules": (*rules, *guideline.coverage),
    }


class TooManyProblems(Exception):
    """There are more problems than are named."""


@dataclass(slots=True)
class ExpectationReader:
    """Reads expectations; what is wrong with them is added to ``problems``."""

    names: Mapping[str, Collection[str]]
    problems: list[Problem]

    def read(self, node: YamlNode, at: dt.date | None) -> Expectation | None:
        """The expectation that stands at a node, or None when something is wrong with it.

        Args:
            node: a mapping of fields.
            at: the evaluation date; a ``review`` that is written as an interval counts from it.
        """
        if not isinstance(node, yaml_reader.Mapping):
            self._problem("an expectation is a mapping of fields", node.place, "write {kind: ...}", code="CP072")
            return None
        if not node.entries:
            self._problem(
                "an expectation without any field matches everything", node.place, "name a field", code="CP070"
            )
            return None
        before = len(self.problems)
        fields: dict[str, Wanted] = {}
        for entry in node.entries:
            if entry.key not in FIELDS:
                self._problem(f"there is no field {entry.key!r}", entry.place, nearest(entry.key, FIELDS))
                continue
            wanted = self._wanted(entry.key, entry.node, at)
            if wanted is not None:
                fields[entry.key] = wanted
        return Expectation(fields, node.place) if len(self.problems) == before else None

    def _problem(self, message: str, place: Place, advice: str = "", *, code: str = "CP071") -> None:
        self.problems.append(Problem(code, message, place, advice))
        if len(self.problems) > MAX_PROBLEMS:
            raise TooManyProblems

    def _wanted(self, field: str, node: YamlNode, at: dt.date | None) -> Wanted | None:
        is_list = field in LIST_FIELDS
        alternatives = isinstance(node, yaml_reader.Mapping) and "any" in node.keys()  # noqa: SIM118 - no dict
        if isinstance(node, yaml_reader.Mapping) and alternatives:
            for entry in node.entries:
                if entry.key != "any":
                    self._problem(f"{field}: unknown key {entry.key!r} beside any", entry.place, "write {any: [a, b]}")
            inner = node.get("any")
            if not isinstance(inner, yaml_reader.Sequence):
                self._problem(f"{field}: any needs a list", node.place, "write {any: [a, b]}")
                return None
            items = inner.items
        elif isinstance(node, yaml_reader.Sequence):
            if not is_list:
                self._problem(f"{field} holds one value, not a list", node.place, "write alternatives as {any: [a, b]}")
                return None
            items = node.items
        else:
            items = (node,)
        if not items:
            self._problem(f"{field}: the list names nothing", node.place, "name an element, or leave the field out")
            return None
        elements = [self._element(field, item, at) for item in items]
        found = tuple(element for element in elements if element is not None)
        return Wanted(found, alternatives, is_list) if len(found) == len(elements) else None

    def _element(self, field: str, node: YamlNode, at: dt.date | None) -> Element | None:
        if field == "measurements":
            return self._measurement(node)
        if not isinstance(node, Scalar):
            self._problem(f"{field}: a single value is expected here", node.place)
            return None
        if field in FLAGS:
            if not isinstance(node.value, bool):
                self._problem(f"{field}: {node.value!r} is neither true nor false", node.place, "write true or false")
                return None
            return node.value
        return self._review(node, at) if field == "review" else self._name(field, field, node)

    def _measurement(self, node: YamlNode) -> Element | None:
        if not isinstance(node, yaml_reader.Mapping) or not node.entries:
            advice = "write {moment: ..., weight: ...}"
            self._problem("measurements: an element names a moment, a weight or both", node.place, advice)
            return None
        found: dict[str, str] = {}
        for entry in node.entries:
            if entry.key not in ITEM_KEYS:
                advice = nearest(entry.key, ITEM_KEYS)
                self._problem(f"measurements: there is no key {entry.key!r}", entry.place, advice)
                continue
            name = self._name(entry.key, f"measurements: {entry.key}", entry.node)
            if name is not None:
                found[entry.key] = name
        return found if len(found) == len(node.entries) else None

    def _name(self, kind: str, shown: str, node: YamlNode) -> str | None:
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str):
            self._problem(
                f"{shown}: a name is expected, not {value!r}", node.place, "leave out a field that is not named"
            )
            return None
        if value not in self.names[kind]:
            self._problem(f"{shown}: there is no {value[:60]!r}", node.place, nearest(value, self.names[kind]))
            return None
        return value

    def _review(self, node: Scalar, at: dt.date | None) -> str | None:
        text = node.value if isinstance(node.value, str) else ""
        interval = _INTERVAL.match(text)
        day = day_in(text)
        if interval is not None:
            days = int(interval[1]) * _DAYS[interval[2]]
            with contextlib.suppress(OverflowError):
                day = (at or dt.date.min) + dt.timedelta(days=days)
        if day is None:
            advice = "write YYYY-MM-DD, or an interval such as `84 d` or `12 wk`"
            self._problem(f"review: {node.value!r} is no date or interval", node.place, advice)
            return None
        return day.isoformat()
