"""The syntax tree of a condition: frozen, comparable, each node with its place in the file.

A tree says what is written and nothing about patients. Places do not count in comparisons, so that a condition
that was printed and read again equals the first one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from carepath.errors import Place
from carepath.language.truth import Truth


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a condition; ``place`` is where it was read."""

    place: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


# --- values: the right-hand side of a comparison ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written; allowed only where a finding's values are classes (WPN 3)."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Day(Node):
    """A calendar date as written."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A bare word: the name of a parameter, or a value of an enumeration."""

    name: str


@dataclass(frozen=True, slots=True)
class Quoted(Node):
    """A text in quotes: always a value, never a name."""

    text: str


Value = Number | Day | Word | Quoted

# --- operands: the left-hand side ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingRef(Node):
    """A finding by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class DaysSince(Node):
    """Whole days from the date that a finding holds to the evaluation date."""

    finding: str


@dataclass(frozen=True, slots=True)
class Change(Node):
    """By how much an instrument improved or worsened since a moment, in points or in percent of the baseline.

    ``direction`` is ``improvement`` or ``worsening``; ``since`` is ``step start``, ``last step change`` or
    ``first value``.
    """

    direction: str
    percent: bool
    finding: str
    since: str


Operand = FindingRef | DaysSince | Change

#: The finding that tells a moment, where it is one finding that does.
MOMENT_FINDINGS = {"last step change": "last_step_change_date"}

# --- conditions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """``true``, ``false`` or ``unknown``."""

    truth: Truth


@dataclass(frozen=True, slots=True)
class Named(Node):
    """A finding of type bool, or a term."""

    name: str


@dataclass(frozen=True, slots=True)
class IsKnown(Node):
    """True when the finding is known; unknown (not false) while it is not: it may become known."""

    finding: str


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``operand op value``; ``op`` is one of ``< <= > >= == !=``."""

    operand: Operand
    op: str
    value: Value


@dataclass(frozen=True, slots=True)
class Among(Node):
    """``operand in [value, ...]``."""

    operand: FindingRef
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The negation of a condition."""

    child: Condition


@dataclass(frozen=True, slots=True)
class All(Node):
    """All of the conditions hold."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Node):
    """At least one of the conditions holds."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Every(Node):
    """A list has items and each satisfies ``where`` (over the parts of an item)."""

    of: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Some(Node):
    """A list has an item that satisfies ``where``."""

    of: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Count(Node):
    """The number of items (or of distinct values of one part) that satisfy ``where``, compared with a value."""

    of: str
    distinct: str | None
    where: Condition | None
    op: str
    value: Value


Condition = Constant | Named | IsKnown | Compare | Among | Not | All | AnyOf | Every | Some | Count

# Asked of every node over and over: a union written in the call would be made anew each time.
GROUPS = (All, AnyOf)
_OF_LISTS = (Every, Some, Count)

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def children(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly below; those over list items (``where``) are not among them."""
    if isinstance(condition, GROUPS):
        return condition.children
    if isinstance(condition, Not):
        return (condition.child,)
    return ()


def is_derived(condition: Condition) -> bool:
    """Whether a leaf is settled by the record (lists, dates, trends) before any engine runs."""
    if isinstance(condition, _OF_LISTS):
        return True
    return isinstance(condition, Compare) and not isinstance(condition.operand, FindingRef)
