"""Reads the file that a person hands to the command line: one patient, a scenario file, or a FHIR resource.

YAML goes through the strict reader. JSON is read as JSON, as strictly: a key that stands twice, NaN and numbers
that no decimal can hold are refused. Nothing here knows the guideline; names are checked when assessing.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from carepath.errors import (
    CODES,
    MAX_PROBLEMS,
    ContentError,
    Place,
    Problem,
    RecordError,
    excerpt,
    first_problems,
    nearest,
)
from carepath.text_file import bytes_of, day_in, text_in
from carepath.yaml_reader import MAX_BYTES, YamlNode, place_at, read_text, to_python

MAX_JSON_BYTES = 60_000_000
MAX_JSON_DEPTH = 100
#: Values of a JSON text, told by its commas and opening brackets before anything is made of it.
MAX_JSON_VALUES = 3_000_000
MAX_DIGITS = 40
KEYS = ("pathway", "at", "patient")
SCENARIO_KEYS = ("scenario", "pathway", "at", "patient", "expect")
FHIR_KEYS = ("resourceType", "resource")

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PatientInput:
    """A patient from a file; ``name`` is the sentence of a scenario, None for any other file.

    ``locate`` gives the place in the file for a path of keys that begins with ``patient``, ``at`` or ``pathway``.
    """

    name: str | None
    pathway: str | None
    at: str | None
    patient: AnyMapping[str, object]
    locate: Callable[[Keys], Place | None]


def read_input(path: Path) -> list[PatientInput]:
    """The patients that a file holds: one, or those of its scenarios in their order.

    Args:
        path: a mapping with ``patient`` and perhaps ``pathway`` and ``at``; scenarios; or a FHIR bundle, entry or
            resource; in YAML or JSON.

    Raises:
        RecordError: with every problem of the file.
    """
    text = _text(path)
    problems: list[Problem] = []
    source = _source(path, text)
    found = _inputs(source, problems)
    if problems:
        raise RecordError(first_problems(problems, source.place(())))
    return found


def read_json(path: Path) -> object:
    """The value that a JSON file holds, read strictly.

    Raises:
        RecordError: the file cannot be read, or is not the JSON allowed here.
    """
    return _json_value(str(path), _text(path))


def json_in(text: str, *, max_values: int = MAX_JSON_VALUES) -> object:
    """The value of a JSON text, read as strictly as a file.

    Args:
        text: the JSON.
        max_values: how many commas and opening brackets it may hold, those inside its texts counted.

    Raises:
        RecordError: with the one problem, which repeats nothing of the text.
    """
    try:
        return _loads(text, max_values)
    except _Refused as error:
        code = error.problem.code
    except json.JSONDecodeError:
        code = "CP002"
    except RecursionError:
        code = "CP009"
    raise RecordError([Problem(code, CODES[code], None, "correct the text")])


# --- text to values -----------------------------------------------------------------------------------------------


class _Source:
    """What a file holds as plain values, and the places of what stands in it."""

    def __init__(self, name: str, value: object, node: Callable[[], YamlNode | None]) -> None:
        self.name = name
        self.value = value
        self._node = node

    def place(self, path: Keys) -> Place:
        """The place of what stands under a path, or the beginning of a file that has no places."""
        node = self._node()
        return place_at(node, path) if node is not None else Place(self.name, 1, 1)


def _text(path: Path) -> str:
    name = str(path)
    try:
        return text_in(bytes_of(path, name, MAX_JSON_BYTES), name, "utf-8-sig")
    except ContentError as error:
        raise RecordError(error.problems) from error


def _source(path: Path, text: str) -> _Source:
    name = str(path)
    if path.suffix.lower() == ".json" or text.lstrip()[:1] in {"{", "["}:
        try:
            value = _json_value(name, text)
        except RecordError:
            if path.suffix.lower() == ".json" or len(text) > MAX_BYTES:
                raise
        else:
            return _Source(name, value, functools.cache(lambda: _node_or_none(name, text)))
    try:
        node = read_text(text, name=name)
    except ContentError as error:
        raise RecordError(error.problems) from error
    return _Source(name, to_python(node), lambda: node)


def _node_or_none(name: str, text: str) -> YamlNode | None:
    """The places of a JSON file: most JSON is YAML too; where it is not, or is too large, there are none."""
    try:
        return read_text(text, name=name)
    except ContentError:
        return None


class _Refused(ValueError):
    """Something that JSON allows and carepath does not; the problem has no place yet."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def _json_value(name: str, text: str) -> object:
    start = Place(name, 1, 1)
    try:
        return _loads(text, MAX_JSON_VALUES)
    except _Refused as error:
        placed = _duplicates(name, text) if error.problem.code == "CP003" else []
        raise RecordError(placed or [replace(error.problem, place=start)]) from error
    except json.JSONDecodeError as error:
        start_of_line = error.pos - error.colno + 1
        line = excerpt(text[start_of_line : start_of_line + error.colno + 200].partition("\n")[0], error.colno)
        place = Place(name, error.lineno, error.colno)
        problem = Problem("CP002", f"not well-formed JSON: {error.msg}", place, "correct it at this place", line)
        raise RecordError([problem]) from error
    except RecursionError:
        message = f"nested deeper than {MAX_JSON_DEPTH} levels"
        raise RecordError([Problem("CP009", message, start, "nest less deeply")]) from None


def _loads(text: str, max_values: int) -> object:
    if sum(map(text.count, ",[{")) > max_values:
        message = f"more than {max_values} values, by its commas and opening brackets"
        raise _Refused(Problem("CP009", message, None, "leave out what is not needed"))
    value = json.loads(
        text,
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=_decimal,
        parse_constant=_constant,
    )
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused(
                    Problem("CP003", f"key {key[:60]!r} stands twice in one object", None, "keep one of the two")
                )
            seen.add(key)
    return found


def _duplicates(name: str, text: str) -> list[Problem]:
    """The same problem with its place, which only the reader of YAML knows."""
    try:
        read_text(text, name=name)
    except ContentError as error:
        return [problem for problem in error.problems if problem.code == "CP003"]
    return []


def _integer(digits: str) -> int:
    size = len(digits.lstrip("-"))
    if size > MAX_DIGITS:
        raise _Refused(Problem("CP065", f"a whole number of {size} digits", None, "correct it"))
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _Refused(Problem("CP065", f"the number {digits[:40]} is too large", None, "correct it"))
    return value


def _constant(name: str) -> NoReturn:
    raise _Refused(Problem("CP065", f"{name} is no number", None, "leave the value out when it is unknown"))


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_JSON_DEPTH):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(item for item in one.values() if isinstance(item, dict | list))
            elif isinstance(one, list):
                below.extend(item for item in one if isinstance(item, dict | list))
        if not below:
            return
        level = below
    raise _Refused(Problem("CP009", f"nested deeper than {MAX_JSON_DEPTH} levels", None, "nest less deeply"))


# --- values to patients -------------------------------------------------------------------------------------------


def _inputs(source: _Source, problems: list[Problem]) -> list[PatientInput]:
    value = source.value
    if isinstance(value, list):
        if not value:
            problems.append(Problem("CP072", "there is no scenario in the file", source.place(())))
        read: list[PatientInput] = []
        for index, one in enumerate(value):
            patient = _one(one, (index,), source, problems, scenario=True)
            if patient is not None and not problems:
                read.append(patient)
            if len(problems) > MAX_PROBLEMS:
                break  # the rest is not named
        return read
    if isinstance(value, dict) and any(key in value for key in FHIR_KEYS):
        return [PatientInput(None, None, None, value, lambda _path: Place(source.name, 1, 1))]
    scenario = isinstance(value, dict) and ("scenario" in value or "expect" in value)
    one = _one(value, (), source, problems, scenario=scenario)
    return [one] if one is not None else []


def _one(
    value: object, at_path: Keys, source: _Source, problems: list[Problem], *, scenario: bool
) -> PatientInput | None:
    place = source.place(at_path)
    if not isinstance(value, dict):
        advice = "give a mapping with patient, at and pathway; a list of scenarios; or a FHIR resource"
        problems.append(Problem("CP069", "this is no patient", place, advice))
        return None
    before = len(problems)
    valid = SCENARIO_KEYS if scenario else KEYS
    for key in value:
        if len(problems) > MAX_PROBLEMS:
            break
        if key not in valid:
            advice = nearest(str(key), valid)
            problems.append(Problem("CP006", f"unknown key {str(key)[:60]!r}", source.place((*at_path, key)), advice))
    patient = value.get("patient")
    if "patient" in value and patient is None:
        patient = {}
    if not isinstance(patient, dict):
        message = "the key 'patient' is missing" if patient is None else "a patient is a mapping of findings"
        problems.append(
            Problem("CP069", message, source.place((*at_path, "patient")), "write patient: {finding: value}")
        )
    texts = {key: _text_under(key, value, at_path, source, problems) for key in ("scenario", "pathway")}
    if scenario and not texts["scenario"]:
        problems.append(Problem("CP072", "the scenario has no name", place, "write `scenario: ` and a sentence"))
    at = _date_under(value, at_path, source, problems)
    if len(problems) > before or not isinstance(patient, dict):
        return None

    def locate(path: Iterable[str | int]) -> Place:
        return source.place((*at_path, *path))

    return PatientInput(texts["scenario"], texts["pathway"], at, patient, locate)


def _text_under(
    key: str, value: dict[str, object], at_path: Keys, source: _Source, problems: list[Problem]
) -> str | None:
    given = value.get(key)
    if given is None:
        return None
    if not isinstance(given, str):
        problems.append(Problem("CP008", f"{key} is a text", source.place((*at_path, key)), "put it in quotes"))
        return None
    if not given.isascii() and any("\ud800" <= one <= "\udfff" for one in given):
        message = f"{key} holds half a character (a lone surrogate)"
        problems.append(Problem("CP008", message, source.place((*at_path, key)), "correct the text"))
        return None
    return given.strip()


def _date_under(value: dict[str, object], at_path: Keys, source: _Source, problems: list[Problem]) -> str | None:
    given = value.get("at")
    if given is None:
        return None
    day = day_in(given)
    if day is None:
        place = source.place((*at_path, "at"))
        problems.append(Problem("CP081", f"{str(given)[:40]!r} is no evaluation date", place, "write YYYY-MM-DD"))
        return None
    return day.isoformat()
