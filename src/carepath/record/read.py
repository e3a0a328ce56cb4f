"""Reads a patient's record from a mapping: checked against the findings, all problems at once, nothing converted.

The form is that of ``patient:`` in a scenario: a plain value; ``{value, date, status, source, version}``; or a list
of such mappings, oldest or newest first. For a finding that is itself a list a plain list is one value. What is known
in part has the status ``partial``: of a number its bounds (``{at_least, at_most}``), of a list items among others.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from carepath.content.guideline import Finding
from carepath.errors import MAX_PROBLEMS, Place, Problem, RecordError, more_problems, nearest
from carepath.language.symbols import NUMERIC, ValueType
from carepath.record.facts import KNOWN, PARTIAL, STATUSES, Bounds, Fact, FactValue, Item, Part, Record, RecordBuilder
from carepath.record.foreign import key_text, short, shown
from carepath.text_file import day_in

MAX_NAMES = 1_000
MAX_VALUES = 1_000_000
MAX_SERIES = 200_000
MAX_ITEMS = 1_000
MAX_TEXT = 4_000
MAX_INTEGER = 2**53
PARTS_OF_A_FACT = ("value", "date", "status", "source", "version")
ENDS = ("at_least", "at_most")

Path = tuple[str | int, ...]
Locate = Callable[[Path], Place | None]


class Unreadable(Exception):
    """One value cannot be read; carries the code, the message and the advice."""

    def __init__(self, code: str, message: str, advice: str) -> None:
        self.code, self.message, self.advice = code, message, advice
        super().__init__(message)


def read_record(
    patient: Mapping[str, object], findings: Mapping[str, Finding], at: dt.date, *, locate: Locate | None = None
) -> Record:
    """The record that a mapping holds.

    Args:
        patient: finding -> value, as under ``patient:`` in a scenario.
        findings: the findings of the guideline.
        at: the evaluation date; a plain value is dated on it.
        locate: gives the place in a file for a path of keys, where the mapping was read from one.

    Raises:
        RecordError: with every problem; its ``red_flags`` name the red flags that are recorded as true all the same.
    """
    if not isinstance(patient, Mapping):
        problem = Problem("CP069", f"a patient is a mapping, not {type(patient).__name__}", None, "give finding: value")
        raise RecordError([problem])
    reader = _Reader(findings, at, locate)
    if len(patient) > MAX_NAMES:
        known = sum(isinstance(name, str) and name in findings for name in patient)
        message = f"{len(patient)} findings are named, of which the guideline has {known}; the limit is {MAX_NAMES}"
        reader.problem("CP066", message, (), "leave out what is no finding")
    for name, given in patient.items():
        if len(patient) <= MAX_NAMES or (isinstance(name, str) and name in findings):
            reader.take(name, given)
    reader.check_relations()
    if reader.problems:
        flags = {
            fact.finding
            for facts in reader.builder.facts.values()
            for fact in facts
            if findings[fact.finding].raises_alarm(fact.value)
        }
        raise RecordError(reader.problems, red_flags=sorted(flags))
    return reader.builder.build()


@dataclass(slots=True)
class _Reader:
    findings: Mapping[str, Finding]
    at: dt.date
    locate: Locate | None
    builder: RecordBuilder = field(default_factory=RecordBuilder)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def take(self, name: object, given: object) -> None:
        """Reads everything that stands under one name."""
        finding = self.findings.get(name) if isinstance(name, str) else None
        if finding is None:
            named = key_text(name)
            self.problem("CP060", f"there is no finding {short(named)!r}", (named,), nearest(named, self.findings))
            return
        if given is None:
            return
        series, paths = _series_of(finding, given)
        room = self._has_room(sum(_values_in(one) for one in series))
        if len(series) > MAX_SERIES:
            self.problem("CP066", f"{name}: more than {MAX_SERIES} values", (finding.name,), "leave old values out")
            room = False
        if not room and not finding.red_flag:
            return
        for path, one in zip(paths, series, strict=False):
            fact = self._read(finding, one, path)
            # Of a record that is refused, no more is kept than what names its red flags.
            if fact is not None and (room or finding.raises_alarm(fact.value)):
                self.builder.add(fact)
                if not room:
                    return

    def _has_room(self, more: int) -> bool:
        """Whether the record may hold so many values more; says once that it may not."""
        before, self.values = self.values, self.values + more
        if before <= MAX_VALUES < self.values:
            self.problem("CP066", f"more than {MAX_VALUES} values in one record", (), "leave old values out")
        return self.values <= MAX_VALUES

    def _read(self, finding: Finding, given: object, path: Path) -> Fact | None:
        """The fact that one value is; None where it says nothing, or cannot be read: then that is a problem."""
        try:
            return self._fact(finding, given, path) if isinstance(given, Mapping) else self._plain(finding, given)
        except Unreadable as problem:
            self.problem(problem.code, f"{finding.name}: {problem.message}", path, problem.advice)
            return None

    def _plain(self, finding: Finding, value: object) -> Fact | None:
        """A value with nothing beside it: known, and dated on the evaluation date."""
        if value is None:
            return None
        read = read_value(finding.type, value, finding.name)
        if read == () and not finding.empty_is_known:
            return Fact(finding.name, None, self.at, "unknown", undated=True)
        return Fact(finding.name, read, self.at, undated=True)

    def _fact(self, finding: Finding, parts: Mapping[object, object], path: Path) -> Fact | None:
        for key in parts:
            if not isinstance(key, str) or key not in PARTS_OF_A_FACT:
                named = key_text(key)
                advice = nearest(named, PARTS_OF_A_FACT)
                self.problem("CP068", f"{finding.name}: unknown part {short(named)!r}", (*path, named), advice)
                return None
        value = parts.get("value")
        usual = (
            "unknown"
            if value is None
            else PARTIAL
            if isinstance(value, Mapping) and finding.type.kind in NUMERIC
            else KNOWN
        )
        status = parts.get("status", usual)
        if not isinstance(status, str) or status not in STATUSES:
            raise Unreadable("CP064", f"unknown status {shown(status)}", nearest(key_text(status), STATUSES))
        if (status in {KNOWN, PARTIAL}) is (value is None):
            message = f"a {status} value is missing" if value is None else f"a value stands beside status {status}"
            raise Unreadable("CP064", message, "give either a value or a status other than known and partial")
        given = parts.get("date")
        date = self.at if given is None else read_date(given)
        read = None
        if value is not None:
            if status == KNOWN:
                given_value = read_value(finding.type, value, finding.name)
            else:
                given_value = read_part(finding.type, value, finding.name, red_flag=finding.red_flag)
            read, status = settled(given_value, status, finding)
        if value is None and status == "unknown" and given is None and parts.get("status") is None:
            return None
        return Fact(
            finding.name,
            read,
            date,
            status,
            _optional_text(parts, "source"),
            _optional_text(parts, "version"),
            undated=given is None,
        )

    def check_relations(self) -> None:
        """Values that can never stand together on one day."""
        for finding in self.findings.values():
            if finding.never_above is None:
                continue
            limits: dict[dt.date, int | float] = {}
            for other in self.builder.facts.get(finding.never_above, []):
                most = other.value.high if isinstance(other.value, Bounds) else other.value
                if isinstance(most, int | float):
                    limits[other.date] = max(most, limits.get(other.date, most))
            for fact in self.builder.facts.get(finding.name, []):
                limit = limits.get(fact.date)
                least = fact.value.low if isinstance(fact.value, Bounds) else fact.value
                if isinstance(least, int | float) and limit is not None and least > limit:
                    message = f"{finding.name} is {least}, above {finding.never_above} of that day ({limit})"
                    self.problem("CP067", message, (finding.name,), "correct one of the two")

    def problem(self, code: str, message: str, path: Path, advice: str) -> None:
        """Adds a problem with its place; of very many the last one says that there are more."""
        if len(self.problems) >= MAX_PROBLEMS:
            if len(self.problems) == MAX_PROBLEMS:
                self.problems.append(more_problems(self.locate(("patient",)) if self.locate is not None else None))
            return
        place = self.locate(("patient", *path)) if self.locate is not None else None
        if place is None and len(path) > 1:
            message += f" (at {'.'.join(short(str(part)) for part in path)})"
        self.problems.append(Problem(code, message, place, advice))


def _series_of(finding: Finding, given: object) -> tuple[Sequence[object], Iterator[Path]]:
    """The values that stand under a name, one or a series, and the path of each."""
    if isinstance(given, list | tuple) and _is_series(finding, given):
        return given, ((finding.name, index) for index in itertools.count())
    return (given,), iter([(finding.name,)])


def _is_series(finding: Finding, given: list[object] | tuple[object, ...]) -> bool:
    """For a list finding, a series is a list of mappings that hold a ``value`` or ``status`` of their own."""
    if finding.type.kind != "list":
        return True
    return bool(given) and all(
        isinstance(one, Mapping) and ("status" in one or isinstance(one.get("value"), list | tuple)) for one in given
    )


def _values_in(given: object) -> int:
    """How many values a fact holds: of a list its items too."""
    value = given.get("value") if isinstance(given, Mapping) else given
    return 1 + len(value) if isinstance(value, list | tuple) else 1


def _optional_text(parts: Mapping[object, object], key: str) -> str | None:
    value = parts.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable("CP061", f"{key} must be text", "put it in quotes")
    return _text(value)


def read_date(given: object) -> dt.date:
    """A calendar date from a date, a datetime or ISO text (``YYYY-MM-DD``)."""
    if isinstance(given, dt.datetime):
        return given.date()
    if isinstance(given, dt.date):
        return given
    day = day_in(given)
    if day is not None:
        return day
    raise Unreadable("CP063", f"{shown(given)} is no date", "write YYYY-MM-DD")


def read_value(kind: ValueType, value: object, name: str) -> FactValue:
    """A value of the type that a finding has; nothing is converted except an integral decimal to an integer."""
    if kind.kind == "list":
        return _list(kind, value, name)
    if kind.kind == "date":
        return read_date(value)
    return _scalar(kind, value)


def read_part(kind: ValueType, value: object, name: str, *, red_flag: bool = False) -> FactValue:
    """What is known in part of a number or of a list; of a count of red flags it need not be said how many at most.

    Raises:
        Unreadable: it is neither, or its bounds do not fit.
    """
    if kind.kind == "list":
        return _list(kind, value, name)
    if kind.kind not in NUMERIC:
        raise Unreadable("CP064", "only a number or a list can be known in part", "give the value, or another status")
    if not isinstance(value, Mapping) or not value or not set(value) <= set(ENDS):
        raise Unreadable("CP061", f"{name}: no bounds", "write {at_least: 1, at_most: 2}, or one of the two")
    low, high = (value.get(end, usual) for end, usual in zip(ENDS, (kind.minimum, kind.maximum), strict=True))
    if high is None and red_flag:
        high = MAX_INTEGER  # only what is certain is recorded of it
    if low is None or high is None:
        raise Unreadable("CP061", f"{name} has a range without an end", "write both at_least and at_most")
    least, most = _number(kind, low), _number(kind, high)
    if least > most:
        raise Unreadable("CP062", f"at_least {least} is above at_most {most}", "swap them")
    return Bounds(least, most)


def settled(value: FactValue, status: str, finding: Finding) -> tuple[FactValue | None, str]:
    """A value and its status as they are recorded: bounds that meet are a value, and an empty list may say nothing.

    Of a count of red flags the number that is certain is recorded, so that what is known in part hides none.
    """
    if isinstance(value, Bounds) and value.low == value.high:
        return value.low, KNOWN
    if isinstance(value, Bounds) and finding.red_flag:
        return (value.low, KNOWN) if value.low > 0 else (None, "unknown")
    if value == () and (status == PARTIAL or not finding.empty_is_known):
        return None, "unknown"
    return value, status


def _scalar(kind: ValueType, value: object) -> Part:
    if kind.kind == "bool":
        if not isinstance(value, bool):
            raise Unreadable("CP061", f"{shown(value)} is neither true nor false", "write true or false")
        return value
    if kind.kind in {"int", "decimal"}:
        return _number(kind, value)
    if not isinstance(value, str):
        advice = "put it in quotes" if isinstance(value, int | float) else ""
        raise Unreadable("CP061", f"{shown(value)} is no text", advice)
    if kind.kind == "enum" and value not in kind.values:
        raise Unreadable("CP061", f"{short(value)!r} is no value of it", nearest(value, kind.values))
    return _text(value)


def _number(kind: ValueType, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("CP061", f"{shown(value)} is no number", "write a number without quotes")
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("CP065", f"{value} is not finite", "leave it out, or give a status")
    if abs(value) > MAX_INTEGER:
        raise Unreadable("CP062", "the number is beyond any range", "correct it")
    number: int | float = value
    if isinstance(value, float) and value.is_integer():
        number = int(value)
    if kind.kind == "int" and not isinstance(number, int):
        raise Unreadable("CP061", f"{value!r} is no whole number", "write a whole number")
    low, high = kind.minimum, kind.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = f"{'' if low is None else format(low, 'g')}..{'' if high is None else format(high, 'g')}"
        raise Unreadable("CP062", f"{number!r} is out of the range {bounds}", "correct it; nothing is cut off")
    return number


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise Unreadable("CP066", f"a text of {len(value)} characters; the limit is {MAX_TEXT}", "shorten it")
    if not value:
        raise Unreadable("CP061", "the text is empty", "leave the finding out when it is unknown")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("CP061", "the text holds half a character (a lone surrogate)", "correct the text") from None
    return value


def _list(kind: ValueType, value: object, name: str) -> tuple[Item, ...]:
    if not isinstance(value, list | tuple):
        raise Unreadable("CP061", f"{name} is a list, not {type(value).__name__}", "write [..]")
    if len(value) > MAX_ITEMS:
        raise Unreadable("CP066", f"more than {MAX_ITEMS} items", "leave old items out")
    return tuple(_item(kind, item) for item in value)


def _item(kind: ValueType, item: object) -> Item:
    if set(kind.parts) == {"value"}:
        return {"value": _scalar(kind.parts["value"], item)}
    if not isinstance(item, Mapping):
        raise Unreadable("CP061", f"an item is a mapping of {', '.join(kind.parts)}", "write {part: value}")
    parts: dict[str, Part] = {}
    for key, value in item.items():
        if not isinstance(key, str) or key not in kind.parts:
            raise Unreadable(
                "CP068", f"unknown part {short(key_text(key))!r} of an item", nearest(key_text(key), kind.parts)
            )
        unknown = isinstance(value, str) and value == "unknown" and "unknown" not in kind.parts[key].values
        if value is None or unknown:
            continue
        parts[key] = _scalar(kind.parts[key], value)
    return parts
