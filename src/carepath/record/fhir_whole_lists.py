"""Reads a list that stands whole in one Observation: how many items it has, and each part of each item.

The value of the Observation is the number of items; a ``valueRange`` with a low end says that there are others. The
components have codes of ``urn:carepath:part``: ``NUMBER.PART``, such as ``2.agent``; in a list of single values the
part is called ``value``. A part that is not there is not known. All of the list is read, or nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from carepath.errors import nearest
from carepath.language.symbols import ValueType
from carepath.record.facts import PARTIAL, Bounds
from carepath.record.fhir_elements import Unusable, keys_of, objects
from carepath.record.fhir_report import (
    AMBIGUOUS_CODE,
    BAD_TYPE,
    LIST_NOT_USED,
    NO_VALUE,
    NOT_UNDERSTOOD,
    OUT_OF_RANGE,
    PART_TWICE,
    UNKNOWN_PART,
    FhirReport,
)
from carepath.record.fhir_values import ABSENT, Given, checked, read_given
from carepath.record.read import MAX_ITEMS, settled

if TYPE_CHECKING:
    from carepath.content.guideline import Finding
    from carepath.record.fhir_statements import Statement

#: The system of the parts of list items: the code is ``NUMBER.PART``.
PART = "urn:carepath:part"
#: What the one part of an item is called in a list of single values.
SINGLE = "value"

_CODE = re.compile(r"([1-9][0-9]{0,5})\.(.{1,100})\Z")
#: One more than a list may hold: with ``MAX_ITEMS`` itself "at least so many" would be "exactly so many".
_COUNT = ValueType("int", minimum=0, maximum=MAX_ITEMS + 1)


def part_type(finding: Finding, part: str) -> ValueType:
    """The type of a part of an item; the unit of a list of single values is that of its items."""
    kind = finding.type.parts[part]
    return kind if kind.unit is not None or part != SINGLE else replace(kind, unit=finding.type.unit)


def read_list(said: Statement, parts: Sequence[Statement], finding: Finding, report: FhirReport) -> Given:
    """The list that an Observation and its components say.

    Args:
        said: the Observation.
        parts: its components.
        finding: the list.
        report: gets a row for each component that cannot be read.

    Raises:
        Unusable: the number of items is missing or does not fit, or a component cannot be read.
    """
    listed = said.content.get("component")
    if listed is not None and len(objects(listed)) < (len(listed) if isinstance(listed, list | tuple) else 1):
        raise Unusable(BAD_TYPE, "component", "component")
    given = read_given(said.content, replace(finding, type=_COUNT, red_flag=False), None)
    if given.value is None and not parts:
        return given
    count = given.value.low if isinstance(given.value, Bounds) else given.value
    if not isinstance(count, int):
        raise Unusable(BAD_TYPE, f"{ABSENT}+component", ABSENT)
    if count > MAX_ITEMS:
        raise Unusable(OUT_OF_RANGE, f"more than {MAX_ITEMS} items", given.element)
    items = _items(parts, finding, count, report)
    single = set(finding.type.parts) == {SINGLE}
    for number, item in enumerate(items, 1):
        if single and not item:
            raise Unusable(NO_VALUE, f"{number}.{SINGLE}")
    whole = checked([item[SINGLE] for item in items] if single else items, finding)
    value, status = settled(whole, given.status, finding)
    return Given(value, given.element, status=status)


def _items(parts: Sequence[Statement], finding: Finding, count: int, report: FhirReport) -> list[dict[str, object]]:
    """The parts of each item; every component that cannot be read is reported before the list is left."""
    items: list[dict[str, object]] = [{} for _ in range(count)]
    seen: set[tuple[int, str]] = set()
    broken = False
    for one in parts:
        try:
            number, part = _place(one, finding, count)
            if (number, part) in seen:
                raise Unusable(PART_TWICE)  # noqa: TRY301 - reported as what reading a part raises
            seen.add((number, part))
            value = _value(one, finding, part)
        except Unusable as problem:
            report.leave(one.origin.at(problem.element), problem.reason, problem.detail)
            broken = True
            continue
        if value is not None:
            items[number - 1][part] = value
    if broken:
        raise Unusable(LIST_NOT_USED)
    return items


def _place(one: Statement, finding: Finding, count: int) -> tuple[int, str]:
    """The number of the item and the name of the part that a component stands for."""
    codes = [code for system, code in one.codes if system == PART]
    if len(codes) > 1:
        raise Unusable(AMBIGUOUS_CODE)
    found = _CODE.match(codes[0]) if codes else None
    if found is None:
        raise Unusable(UNKNOWN_PART)
    number, part = int(found[1]), found[2]
    if part not in finding.type.parts:
        raise Unusable(UNKNOWN_PART, nearest(part, finding.type.parts))
    if number > count:
        raise Unusable(OUT_OF_RANGE, f"items:{count}")
    return number, part


def _value(one: Statement, finding: Finding, part: str) -> object:
    """The value of a part; None where a reason says that there is none."""
    if keys_of(one.content, "modifierExtension"):
        raise Unusable(NOT_UNDERSTOOD)
    given = read_given(one.content, replace(finding, type=part_type(finding, part), red_flag=False), None)
    if given.status == PARTIAL:
        raise Unusable(BAD_TYPE, given.element, given.element)
    return given.value
