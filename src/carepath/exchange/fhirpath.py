"""Conditions as FHIRPath (standard: HL7 FHIRPath N1) over a Parameters resource that holds a patient's findings.

An expression gives true, false, or an empty collection: empty means unknown. FHIRPath's ``and``, ``or`` and ``not()``
over empty collections are Kleene's, as carepath's are, so the three values keep their meaning. The one place where
that is not so, an engine that takes empty for false, is the reader's: it must not.

A finding stands as ``parameter.where(name = '...').value``. What has no form in FHIRPath (a trend, a condition over the
items of a list) stands as a parameter too, under the text of the condition, with its truth as carepath settled it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.content.guideline import EVALUATION_DATE
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Compare,
    Condition,
    Constant,
    DaysSince,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Value,
)
from carepath.language.truth import FALSE, TRUE
from carepath.language.write import write_line

if TYPE_CHECKING:
    from carepath.language.evaluate import Known, Scope

LANGUAGE = "text/fhirpath"
UNKNOWN = "{}"
_OPERATORS = {"==": "=", "!=": "!="}
#: An expression that was read before a comparison in days is turned round: later dates are fewer days ago.
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=", "!=": "!="}


@dataclass(slots=True)
class Writer:
    """Writes conditions of one scope as FHIRPath, and notes which parameters they read.

    ``inputs`` holds by name the findings that were read; ``settled`` the conditions that have no form in FHIRPath.
    """

    scope: Scope
    inputs: dict[str, None] = field(default_factory=dict)
    settled: dict[str, Condition] = field(default_factory=dict)

    def write(self, condition: Condition) -> str:
        """The expression of a condition; terms are written out."""
        if isinstance(condition, Constant):
            return {TRUE: "true", FALSE: "false"}.get(condition.truth, UNKNOWN)
        if isinstance(condition, Named) and condition.name in self.scope.terms:
            return self.write(self.scope.terms[condition.name])
        if isinstance(condition, Not):
            return f"({self.write(condition.child)}).not()"
        if isinstance(condition, All | AnyOf):
            word = " and " if isinstance(condition, All) else " or "
            return f"({word.join(self.write(child) for child in condition.children)})"
        return self._leaf(condition)

    def _leaf(self, condition: Condition) -> str:
        if isinstance(condition, Named):
            return self._finding(condition.name)
        if isinstance(condition, IsKnown) and self.scope.types[condition.finding].kind != "list":
            return f"({self._finding(condition.finding)}.exists() or {UNKNOWN})"
        if isinstance(condition, Among):
            name = condition.operand.name
            same = (f"{self._finding(name)} = {self._constant(condition.operand, one)}" for one in condition.values)
            return self._or_settled(condition, condition.operand, f"({' or '.join(same)})")
        if isinstance(condition, Compare) and isinstance(condition.operand, FindingRef):
            op = _OPERATORS.get(condition.op, condition.op)
            right = self._constant(condition.operand, condition.value)
            compared = f"{self._finding(condition.operand.name)} {op} {right}"
            return self._or_settled(condition, condition.operand, compared)
        if isinstance(condition, Compare) and isinstance(condition.operand, DaysSince):
            days = self.scope.constant(None, condition.value)
            day = f"{self._finding(EVALUATION_DATE)} - {_number(days)} days"
            return f"{self._finding(condition.operand.finding)} {_TURNED[condition.op]} ({day})"
        return self._settled(condition)

    def _or_settled(self, condition: Condition, operand: FindingRef, expression: str) -> str:
        """A comparison that the record may have settled by what it knows in part of the finding."""
        if not self.scope.may_be_partial(operand):
            return expression
        return f"iif({self._finding(operand.name)}.exists(), {expression}, {self._settled(condition)})"

    def _settled(self, condition: Condition) -> str:
        name = write_line(condition)
        self.settled[name] = condition
        return lookup(name)

    def _finding(self, name: str) -> str:
        self.inputs[name] = None
        return lookup(name)

    def _constant(self, operand: FindingRef, value: Value) -> str:
        """The literal of a value; the ordinal of a day becomes that day again."""
        constant: Known = self.scope.constant(operand, value)
        if isinstance(constant, bool):
            return str(constant).lower()
        if isinstance(constant, str):
            return quoted(constant)
        if self.scope.types[operand.name].kind == "date":
            return f"@{dt.date.fromordinal(int(constant)).isoformat()}"
        return _number(constant)


def lookup(name: str) -> str:
    """The value of the parameter of a name; empty where there is none."""
    return f"parameter.where(name = {quoted(name)}).value"


def quoted(text: str) -> str:
    """A text as a literal of FHIRPath."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _number(number: Known) -> str:
    """A number as a literal; a negative one in parentheses, for a sign is an operation."""
    text = format(number, "f") if isinstance(number, float) else str(number)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"({text})" if text.startswith("-") else text
