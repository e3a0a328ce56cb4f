"""The errors that carepath raises, and the problems that they carry.

::

    CarepathError
    |-- ContentError          the guideline's files cannot be used        .problems
    |-- RecordError           the patient's record cannot be used         .problems .red_flags
    |-- ScenarioError         a scenario file cannot be used              .problems
    |-- ArgumentError         a call's arguments cannot be used           .problems
    |-- RequestError          a request of CDS Hooks cannot be answered   .problems
    |-- EngineError           a rule engine failed                        .red_flags
    |   `-- EngineDisagreement  the two evaluations differ                .red_flags
    `-- MissingExtra          an optional package is not installed

An error lists all problems that were found, not the first one. A caller that shows an error in place of
advice must show its ``red_flags`` too. The message of an error may repeat what a record holds, so that it can be
corrected; its ``repr``, which programs write in logs, names codes only.
"""

from __future__ import annotations

import bisect
import difflib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

#: What each problem code means, in a few words. A page in ``docs/reference/errors`` explains each.
CODES: dict[str, str] = {
    "CP001": "the file cannot be read",
    "CP002": "the text is not well-formed",
    "CP003": "a key stands twice in one mapping",
    "CP004": "anchors and aliases are not allowed",
    "CP005": "tags are not allowed",
    "CP006": "unknown key",
    "CP007": "a required key is missing",
    "CP008": "a value has the wrong type or form",
    "CP009": "the input is larger or deeper than the limit",
    "CP020": "the condition cannot be read",
    "CP021": "unknown name in a condition",
    "CP022": "the types in a condition do not fit",
    "CP023": "a value in a condition can never occur",
    "CP024": "the units in a condition do not fit",
    "CP025": "a number stands where a parameter must",
    "CP026": "terms refer to each other in a circle",
    "CP030": "an id is used twice",
    "CP031": "a ground is missing",
    "CP032": "a text is missing in one language",
    "CP033": "unknown source",
    "CP034": "the source may not be quoted",
    "CP035": "a parameter has no value on the date",
    "CP036": "unverified grounds alone carry only a red flag",
    "CP037": "unknown value of an output field",
    "CP038": "unknown placeholder in a text",
    "CP039": "unknown parameter",
    "CP040": "unknown step",
    "CP041": "a step cannot be reached",
    "CP042": "a step has no way on",
    "CP043": "the direction of a transition contradicts the rank of its steps",
    "CP045": "steps lead up in a circle",
    "CP046": "a transition names a rule that cannot open it",
    "CP047": "unknown finding",
    "CP050": "a resolve entry selects what no rule gives",
    "CP051": "resolve entries contradict each other",
    "CP052": "a rule or topic is missing from the coverage list",
    "CP060": "unknown finding in the record",
    "CP061": "a recorded value has the wrong type",
    "CP062": "a recorded value is out of range",
    "CP063": "a date cannot be used",
    "CP064": "unknown status",
    "CP065": "a number is not finite",
    "CP066": "the record is larger than the limit",
    "CP067": "two recorded values contradict each other",
    "CP068": "unknown part of a recorded value",
    "CP069": "the input is not a patient record",
    "CP070": "a scenario expects nothing",
    "CP071": "unknown field or value in an expectation",
    "CP072": "the scenario cannot be read",
    "CP080": "unknown pathway",
    "CP081": "the evaluation date is missing or cannot be used",
    "CP082": "unknown option",
    "CP090": "the two engines disagree",
    "CP091": "a rule engine failed",
    "CP092": "an optional package is not installed",
    "CP093": "the content does not hold what was asked for",
    "CP100": "the request is not one of CDS Hooks",
    "CP101": "the service or the hook is not offered",
}

#: The version of the JSON form of an error.
ERROR_SCHEMA = "carepath.error/1"
#: More problems than this are not named of one file, one check or one record.
MAX_PROBLEMS = 500
#: Of more names than this the ``MAX_ALIKE`` beside it when sorted are compared with one that is not among them.
MAX_COMPARED = 1_000
MAX_ALIKE = 100
#: A message or an advice is cut off beyond so many characters.
MAX_MESSAGE = 2_000


def shown_name(name: str) -> str:
    """A name that others gave to a file or a scenario, without characters that would steer a terminal."""
    return name if name.isprintable() else "".join(one if one.isprintable() else " " for one in name)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: its name, and line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{shown_name(self.file)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, what and where it is, and what to do about it."""

    code: str
    message: str
    place: Place | None = None
    advice: str = ""
    excerpt: str = ""

    def __post_init__(self) -> None:
        for name, text in (("message", self.message), ("advice", self.advice)):
            if len(text) > MAX_MESSAGE:
                object.__setattr__(self, name, f"{text[:MAX_MESSAGE]}...")

    def to_dict(self) -> dict[str, object]:
        """The problem as plain dicts, without the excerpt."""
        at = self.place
        place = {"file": at.file, "line": at.line, "column": at.column} if at is not None else None
        return {"code": self.code, "message": self.message, "place": place, "advice": self.advice}

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        lines = [f"{where}{self.code} {self.message}"]
        if self.excerpt and self.place:
            lines.append(f"    {self.excerpt}")
            if self.place.column <= len(self.excerpt) + 1:
                lines.append("    " + " " * (self.place.column - 1) + "^")
        if self.advice:
            lines.append(f"    {self.advice}")
        return "\n".join(lines)


class CarepathError(Exception):
    """The base of every error that carepath raises on purpose.

    Args:
        problems: all problems found, in the order of their places.
        red_flags: ids of the red-flag rules or findings that were seen before the error; a caller shows them.
    """

    def __init__(self, problems: Iterable[Problem] | str, *, red_flags: Iterable[str] = ()) -> None:
        if isinstance(problems, str):
            problems = (Problem(code=self.default_code, message=problems),)
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.red_flags: tuple[str, ...] = tuple(red_flags)
        super().__init__(self._render())

    default_code = "CP082"

    def __repr__(self) -> str:
        """The kind of error and its codes: nothing that a record held."""
        return f"<{type(self).__name__} {', '.join(dict.fromkeys(problem.code for problem in self.problems))}>"

    def __reduce__(self) -> tuple[object, ...]:
        """An error that comes from another process says what it said there."""
        return _again, (type(self), self.problems, self.red_flags)

    def to_dict(self) -> dict[str, object]:
        """The error as plain dicts and lists, with a versioned ``schema``; excerpts of files are left out."""
        return {
            "schema": ERROR_SCHEMA,
            "error": type(self).__name__,
            "problems": [problem.to_dict() for problem in self.problems],
            "red_flags": list(self.red_flags),
        }

    def _render(self) -> str:
        lines = [str(problem) for problem in self.problems]
        if self.red_flags:
            lines.append("red flags seen before the error, to be shown to the clinician: " + ", ".join(self.red_flags))
        return "\n".join(lines)


def _again(kind: type[CarepathError], problems: tuple[Problem, ...], red_flags: tuple[str, ...]) -> CarepathError:
    return kind(problems, red_flags=red_flags)


class ContentError(CarepathError):
    """The files of a guideline cannot be used; ``problems`` lists everything that is wrong with them."""

    default_code = "CP001"


class RecordError(CarepathError):
    """A patient's record cannot be used; ``red_flags`` names the red flags that it holds all the same."""

    default_code = "CP069"


class ScenarioError(CarepathError):
    """A scenario file cannot be used."""

    default_code = "CP072"


class ArgumentError(CarepathError, ValueError):
    """An argument of a call cannot be used."""

    default_code = "CP082"


class RequestError(CarepathError):
    """A request of CDS Hooks cannot be answered; no problem repeats what was sent."""

    default_code = "CP100"


class EngineError(CarepathError):
    """A rule engine failed: there is no advice; ``red_flags`` lists the red-flag rules that any engine saw."""

    default_code = "CP091"


class EngineDisagreement(EngineError):
    """The two evaluations differ: there is no advice; ``red_flags`` lists what either engine saw."""

    default_code = "CP090"


class MissingExtra(CarepathError, ImportError):
    """An optional package is not installed; the message says which extra brings it."""

    default_code = "CP092"


def excerpt(text: str, column: int) -> str:
    """The beginning of a line as it can be shown; nothing where the column lies beyond it."""
    longest = 160
    return shown_name(text[:longest]) if column <= longest else ""


def first_problems(problems: Iterable[Problem], place: Place | None) -> list[Problem]:
    """The problems, up to ``MAX_PROBLEMS``; the last one then says that there are more.

    Args:
        problems: what was found; it is not asked for more than are named.
        place: where they were found.
    """
    found = list(itertools.islice(problems, MAX_PROBLEMS + 1))
    if len(found) > MAX_PROBLEMS:
        found[MAX_PROBLEMS:] = [more_problems(place)]
    return found


def more_problems(place: Place | None) -> Problem:
    """The problem that stands for all beyond ``MAX_PROBLEMS``."""
    message = f"more than {MAX_PROBLEMS} problems; the rest is not named"
    return Problem("CP009", message, place, "mend these first")


def nearest(name: str, valid: Iterable[str]) -> str:
    """The sentence that offers the valid name most like ``name``, or lists the valid ones when few.

    Args:
        name: what was written.
        valid: the names that would have been right.

    Returns:
        ``"did you mean 'x'?"``, or ``"valid: a, b, c"``, or an empty text.
    """
    names = sorted(set(valid))
    compared = names
    if len(names) > MAX_COMPARED:
        at = bisect.bisect(names, name)
        compared = names[max(at - MAX_ALIKE // 2, 0) : at + MAX_ALIKE // 2]
    close = difflib.get_close_matches(name[:100], compared, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    few = 12
    if 0 < len(names) <= few:
        return "valid: " + ", ".join(names)
    return ""
