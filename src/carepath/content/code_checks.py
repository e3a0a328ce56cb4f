"""Checks of the tables of codes and of the instruments: that every entry says one thing, and one that can be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from carepath.content.guideline import FhirCode, Finding, Guideline, Instrument
from carepath.errors import Problem, nearest
from carepath.language.symbols import NUMERIC, ValueType

#: The resources whose code alone says that something is so.
_WITH_VALUES = frozenset({"Observation", "QuestionnaireResponse"})


def check_codes(guideline: Guideline) -> Iterator[Problem]:
    """What is wrong with the table of codes, apart from its grounds."""
    seen: set[tuple[str, str, str]] = set()
    for code in guideline.fhir_codes:
        key = (code.resource, code.system, code.code)
        if key in seen:
            message = f"code {code.code} of {code.resource} stands twice"
            yield Problem("CP030", message, code.place, "keep one of the two")
        seen.add(key)
        yield from _check_code(guideline, code)


def check_instruments(guideline: Guideline) -> Iterator[Problem]:
    """What is wrong with the instruments: sums of what is there, inside the range of their finding."""
    for instrument in guideline.instruments.values():
        for low, high in instrument.items.values():
            if low > high:
                yield Problem("CP008", f"{instrument.name}: the range {low}..{high} is empty", instrument.place, "swap")
        for total, items in instrument.sums.items():
            yield from _check_sum(guideline, instrument, total, items)


def _check_sum(guideline: Guideline, instrument: Instrument, total: str, items: tuple[str, ...]) -> Iterator[Problem]:
    place, finding = instrument.place, guideline.findings.get(total)
    unknown = [item for item in items if item not in instrument.items]
    for item in unknown:
        advice = nearest(item, instrument.items)
        yield Problem("CP047", f"{instrument.name}: there is no item {item!r}", place, advice)
    if len(set(items)) < len(items) or not items:
        yield Problem("CP008", f"{instrument.name}: {total} is a sum of each item once", place, "name each once")
    if finding is None:
        advice = nearest(total, guideline.findings)
        yield Problem("CP047", f"{instrument.name}: there is no finding {total!r}", place, advice)
    elif not unknown:
        low = sum(instrument.items[item][0] for item in items)
        high = sum(instrument.items[item][1] for item in items)
        kind = finding.type
        if kind.kind not in NUMERIC or kind.enumerated or finding.red_flag:
            yield Problem("CP008", f"{instrument.name}: {total} is no number that can be a sum", place, "name another")
        elif (kind.minimum, kind.maximum) != (low, high):
            message = f"{instrument.name}: the items sum to {low}..{high}, which is not the range of {total}"
            yield Problem("CP008", message, place, "correct the items or the range")


def _check_code(guideline: Guideline, code: FhirCode) -> Iterator[Problem]:
    said = [one for one in (code.finding, code.item, code.reason) if one is not None]
    if len(said) != 1:
        advice = "give one of `finding:`, `item:` and `reason:`"
        yield Problem(
            "CP008", f"code {code.code} says {'nothing' if not said else 'several things'}", code.place, advice
        )
    finding = guideline.findings.get(code.finding) if code.finding is not None else None
    if code.finding is not None and finding is None:
        advice = nearest(code.finding, guideline.findings)
        yield Problem("CP047", f"code {code.code}: there is no finding {code.finding!r}", code.place, advice)
    if finding is not None:
        yield from _check_value(code, finding)
    if code.item is not None:
        yield from _check_item(guideline, code, code.item)
    elif code.answers:
        yield Problem("CP008", f"code {code.code}: `answers:` are those of an item", code.place, "leave them out")
    for unit in code.units:
        yield from _check_unit(code, unit)


def _check_item(guideline: Guideline, code: FhirCode, item: str) -> Iterator[Problem]:
    known = {f"{one.name}.{name}": span for one in guideline.instruments.values() for name, span in one.items.items()}
    if item not in known:
        yield Problem("CP047", f"code {code.code}: there is no item {item!r}", code.place, nearest(item, known))
        return
    if code.resource not in _WITH_VALUES:
        message = f"code {code.code}: a {code.resource} has no answer to an item"
        yield Problem("CP008", message, code.place, "name Observation or QuestionnaireResponse")
    low, high = known[item]
    for answer, number in code.answers.items():
        if not low <= number <= high:
            message = f"code {code.code}: answer {answer!r} is outside the range {low}..{high} of {item}"
            yield Problem("CP008", message, code.place, "correct it; nothing is cut off")


def _check_value(code: FhirCode, finding: Finding) -> Iterator[Problem]:
    kind = finding.type
    if (kind.kind == "list") is not (code.adds is not None):
        message = f"code {code.code}: {finding.name} is {'a' if kind.kind == 'list' else 'no'} list"
        yield Problem("CP008", message, code.place, "`adds:` gives the parts of an item of a list, and of nothing else")
        return
    if code.adds is not None:
        if not code.adds:
            yield Problem("CP008", f"code {code.code} adds an item without parts", code.place, "name a part")
        for part, value in code.adds.items():
            if part not in kind.parts:
                advice = nearest(part, kind.parts)
                yield Problem("CP008", f"code {code.code}: there is no part {part!r}", code.place, advice)
            else:
                yield from _check_scalar(code, part, kind.parts[part], value)
    elif code.value is not None:
        yield from _check_scalar(code, finding.name, kind, code.value)
    elif code.resource not in _WITH_VALUES and kind.kind != "bool":
        message = f"code {code.code}: a {code.resource} has no value for {finding.name}"
        yield Problem("CP008", message, code.place, "write `value:`")


def _check_scalar(code: FhirCode, name: str, kind: ValueType, value: object) -> Iterator[Problem]:
    types: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "decimal": (int, float)}
    fits = isinstance(value, types.get(kind.kind, (str,))) and (kind.kind == "bool" or not isinstance(value, bool))
    low = kind.minimum if kind.minimum is not None else float("-inf")
    high = kind.maximum if kind.maximum is not None else float("inf")
    if fits and isinstance(value, int | float) and kind.kind in NUMERIC:
        fits = low <= value <= high
    if not fits or (kind.kind == "enum" and value not in kind.values):
        advice = nearest(value, kind.values) if isinstance(value, str) and kind.values else f"a value of {kind.kind}"
        yield Problem("CP008", f"code {code.code}: {str(value)[:60]!r} is no value of {name}", code.place, advice)


def _check_unit(code: FhirCode, unit: str) -> Iterator[Problem]:
    _, has_factor, factor = unit.partition("=")
    try:
        number = Decimal(factor) if has_factor else Decimal(1)
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        message = f"code {code.code}: {factor[:40]!r} is no factor"
        yield Problem("CP008", message, code.place, "write UNIT=FACTOR with a decimal above 0")
