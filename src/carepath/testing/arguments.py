"""Looks at the arguments of a call before anything is drawn: all that is wrong is said at once, each with its cure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from carepath.assessing import evaluation_date
from carepath.content.guideline import Guideline
from carepath.errors import ArgumentError, CarepathError, Problem, nearest
from carepath.record.foreign import shown

_T = TypeVar("_T")


@dataclass(slots=True)
class Arguments:
    """Collects what is wrong with arguments. What is wrong gets a stand-in, until ``done`` raises."""

    problems: list[Problem] = field(default_factory=list)

    def done(self) -> None:
        """Ends the look.

        Raises:
            ArgumentError: with everything that was wrong.
        """
        if self.problems:
            raise ArgumentError(self.problems)

    def add(self, message: str, advice: str, code: str = "CP082") -> None:
        """Adds a problem."""
        self.problems.append(Problem(code, message, None, advice))

    def guideline(self, given: object) -> None:
        """Looks at a guideline; without one nothing else can be looked at.

        Raises:
            ArgumentError: it is none.
        """
        if not isinstance(given, Guideline):
            self.add(f"guideline: {shown(given)} is no Guideline", "give what carepath.load_guideline() returns")
            self.done()

    def day(self, given: object) -> dt.date:
        """The evaluation date."""
        try:
            return evaluation_date(given)
        except CarepathError as error:
            self.problems.extend(error.problems)
            return dt.date.min

    def pathway(self, given: object, guideline: Guideline) -> None:
        """Looks at the name of a pathway; None is none."""
        try:
            if given is not None:
                guideline.pathway(given if isinstance(given, str) else shown(given))
        except ArgumentError as error:
            self.problems.extend(error.problems)

    def findings(self, name: str, given: object, guideline: Guideline) -> tuple[str, ...]:
        """Names of findings, each once."""
        found = self.words(name, given)
        for one in found:
            if one not in guideline.findings:
                self.add(f"{name}: there is no finding {one[:60]!r}", nearest(one, guideline.findings), "CP047")
        return found

    def known_and_unknown(
        self, known: object, unknown: object, guideline: Guideline
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The findings that are always, and those that are never known; none is both."""
        wanted = frozenset(self.findings("known", known, guideline))
        left_out = frozenset(self.findings("unknown", unknown, guideline))
        for name in sorted(wanted & left_out):
            self.add(f"{name} is both known and unknown", "leave one out")
        return wanted, left_out

    def choices(self, name: str, given: object, valid: Collection[str]) -> tuple[str, ...]:
        """Some of the valid words, at least one."""
        found = self.words(name, given)
        for one in found:
            if one not in valid:
                self.add(f"{name}: unknown option {one[:60]!r}", nearest(one, valid))
        if not found and not any(problem.message.startswith(f"{name}:") for problem in self.problems):
            self.add(f"{name}: nothing is named", "valid: " + ", ".join(valid))
        return found

    def words(self, name: str, given: object) -> tuple[str, ...]:
        """Texts in a list, a tuple, a set or another iterable: not one text."""
        if isinstance(given, str | bytes) or not isinstance(given, Iterable):
            self.add(f"{name}: {shown(given)} is no list of names", f"write {name}=[...]")
            return ()
        found = []
        for one in given:
            if isinstance(one, str):
                found.append(one)
            else:
                self.add(f"{name}: {shown(one)} is no name", "give names as text")
        return tuple(dict.fromkeys(found))

    def all_of(self, name: str, given: object, kind: type[_T]) -> tuple[_T, ...]:
        """What an iterable holds, all of one class."""
        if isinstance(given, str | bytes) or not isinstance(given, Iterable):
            self.add(f"{name}: {shown(given)} is no list", f"give a list of {kind.__name__}")
            return ()
        found: list[_T] = []
        for one in given:
            if isinstance(one, kind):
                found.append(one)
            else:
                self.add(f"{name}: {shown(one)} is no {kind.__name__}", f"give a list of {kind.__name__}")
                break
        return tuple(found)

    def number(self, name: str, given: object, low: int, high: int) -> int:
        """A whole number within limits, both included."""
        if isinstance(given, bool) or not isinstance(given, int):
            self.add(f"{name}: {shown(given)} is no whole number", f"give a number from {low} to {high}")
            return low
        if not low <= given <= high:
            self.add(f"{name}: {given} is not from {low} to {high}", "give a number between these")
            return low
        return given

    def flag(self, name: str, given: object) -> None:
        """Looks at what is true or false."""
        if not isinstance(given, bool):
            self.add(f"{name}: {shown(given)} is neither true nor false", f"write {name}=True or {name}=False")
