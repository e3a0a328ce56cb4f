"""Reads a condition: structure from YAML, leaves from a line of text each.

::

    condition := leaf-text | {all: [condition, ...]} | {any: [...]} | {not: condition}
               | {some: {of: LIST, where: condition}} | {every: {of: LIST, where: condition}}
               | {count: {of: LIST, distinct: PART, where: condition, is: OP VALUE}}
    leaf      := "not" leaf | "true" | "false" | "unknown" | NAME | NAME "is known"
               | operand OP VALUE | NAME "in" "[" VALUE, ... "]"
    operand   := NAME | "days since" NAME
               | ["percent"] ("improvement" | "worsening") "of" NAME "since" MOMENT
    MOMENT    := "step start" | "last step change" | "first value"
    OP        := "<" | "<=" | ">" | ">=" | "==" | "!="
    VALUE     := a parameter or a value of an enumeration | number | YYYY-MM-DD | 'text'
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import NoReturn

from carepath.errors import MAX_PROBLEMS, Place, Problem, first_problems, nearest
from carepath.language.nodes import (
    COMPARISONS,
    All,
    Among,
    AnyOf,
    Change,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
    DaysSince,
    Every,
    FindingRef,
    IsKnown,
    Named,
    Not,
    Number,
    Operand,
    Quoted,
    Some,
    Value,
    Word,
)
from carepath.language.truth import Truth
from carepath.yaml_reader import Mapping, Scalar, Sequence, YamlNode

MAX_LEAF = 300
STRUCTURES = ("all", "any", "not", "some", "every", "count")
MOMENTS = ("step start", "last step change", "first value")

_TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|==|!=|<|>|=)|(?P<mark>[\[\],])|(?P<quoted>'[^']*')|(?P<word>[A-Za-z0-9_.+\-]+)|(?P<other>\S))"
)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_RESERVED = {"not", "true", "false", "unknown", "in", "is", "days", "percent", "improvement", "worsening"}


class ConditionSyntaxError(Exception):
    """A condition cannot be read; carries the problems."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse_text(text: str, *, place: Place | None = None) -> Condition:
    """The condition that one line of text says.

    Args:
        text: a leaf, such as ``wpn_class in [3, 4]``.
        place: where the text begins; problems and nodes get places from it.

    Raises:
        ConditionSyntaxError: the line cannot be read.
    """
    return _LeafParser(text, place or Place("condition", 1, 1)).parse()


def parse_node(node: YamlNode) -> Condition:
    """The condition under a key of a content file.

    Raises:
        ConditionSyntaxError: with every problem of the whole structure.
    """
    problems: list[Problem] = []
    condition = _parse(node, problems)
    if problems or condition is None:
        raise ConditionSyntaxError(first_problems(problems, node.place))
    return condition


def _parse(node: YamlNode, problems: list[Problem]) -> Condition | None:
    if len(problems) > MAX_PROBLEMS:
        return None  # no more are named
    if isinstance(node, Scalar):
        return _parse_scalar(node, problems)
    if isinstance(node, Sequence):
        problems.append(Problem("CP020", "a list is no condition", node.place, "write `all:` or `any:` above the list"))
        return None
    keys = list(node.keys())
    if len(keys) != 1 or keys[0] not in STRUCTURES:
        named = ", ".join(repr(key[:60]) for key in keys[: len(STRUCTURES)]) or "nothing"
        advice = nearest(keys[0], STRUCTURES) if len(keys) == 1 else "write one of " + ", ".join(STRUCTURES)
        problems.append(Problem("CP020", f"a condition has exactly one key; this has {named}", node.place, advice))
        return None
    key, child = keys[0], node.entries[0].node
    if key == "not":
        inner = _parse(child, problems)
        return Not(inner, place=node.place) if inner is not None else None
    if key in {"all", "any"}:
        return _parse_group(key, child, node.place, problems)
    return _parse_list_operator(key, child, node.place, problems)


def _parse_scalar(node: Scalar, problems: list[Problem]) -> Condition | None:
    if isinstance(node.value, bool):
        return Constant(Truth.of(node.value), place=node.place)
    if not isinstance(node.value, str):
        problems.append(Problem("CP020", f"{node.value!r} is no condition", node.place, "write a line of text"))
        return None
    try:
        return parse_text(node.value, place=_start_of(node))
    except ConditionSyntaxError as error:
        problems.extend(error.problems)
        return None


def _start_of(node: Scalar) -> Place:
    """Where the text itself begins: after the quote, if there is one."""
    place = node.place
    return place if node.plain else Place(place.file, place.line, place.column + 1)


def _parse_group(key: str, child: YamlNode, place: Place, problems: list[Problem]) -> Condition | None:
    if not isinstance(child, Sequence) or not child.items:
        problems.append(Problem("CP020", f"`{key}:` needs a list of conditions", place, "start each with `- `"))
        return None
    parsed = [_parse(item, problems) for item in child.items]
    found = tuple(item for item in parsed if item is not None)
    return All(found, place=place) if key == "all" else AnyOf(found, place=place)


def _parse_list_operator(key: str, child: YamlNode, place: Place, problems: list[Problem]) -> Condition | None:
    allowed = {"count": ("of", "distinct", "where", "is")}.get(key, ("of", "where"))
    if not isinstance(child, Mapping):
        problems.append(Problem("CP020", f"`{key}:` needs `of:` and `where:`", place))
        return None
    problems.extend(
        Problem("CP020", f"unknown key {entry.key!r}", entry.place, nearest(entry.key, allowed))
        for entry in child.entries[: MAX_PROBLEMS + len(allowed) + 1]
        if entry.key not in allowed
    )
    of, distinct = _text_of(child, "of"), _text_of(child, "distinct")
    where_node = child.get("where")
    where = _parse(where_node, problems) if where_node is not None else None
    if of is None or (where_node is None and key != "count"):
        problems.append(Problem("CP020", f"`{key}:` needs `of:` and `where:`", place))
        return None
    if distinct is None and child.get("distinct") is not None:
        problems.append(Problem("CP020", "`distinct:` names one part of an item", place, "write its name"))
    if where is None and where_node is not None:
        return None
    if key == "some" and where is not None:
        return Some(of, where, place=place)
    if key == "every" and where is not None:
        return Every(of, where, place=place)
    comparison = child.get("is")
    if not isinstance(comparison, Scalar) or not isinstance(comparison.value, str):
        problems.append(Problem("CP020", "`count:` needs `is:`, such as `is: '>= two_classes'`", place))
        return None
    try:
        op, value = _LeafParser(comparison.value, _start_of(comparison)).parse_comparison()
    except ConditionSyntaxError as error:
        problems.extend(error.problems)
        return None
    return Count(of, distinct, where, op, value, place=place)


def _text_of(node: Mapping, key: str) -> str | None:
    child = node.get(key)
    return child.value if isinstance(child, Scalar) and isinstance(child.value, str) else None


class _LeafParser:
    """Reads one line, token by token."""

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self.place = place
        self.tokens: list[_Token] = []
        self.at = 0
        if len(text) > MAX_LEAF:
            self._fail(0, f"longer than {MAX_LEAF} characters", "split it with `all:` or `any:`")
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            token = _Token(kind, match.group(kind), match.start(kind))
            if kind == "other":
                self._fail(token.column, f"unexpected {token.text!r}", "a text value stands in single quotes")
            self.tokens.append(token)

    def parse(self) -> Condition:
        condition = self._leaf()
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            self._fail(
                token.column, f"unexpected {token.text!r}", "one comparison a line; join lines with `all:` or `any:`"
            )
        return condition

    def parse_comparison(self) -> tuple[str, Value]:
        """The ``OP VALUE`` of a count."""
        op = self._op()
        value = self._value()
        if self.at < len(self.tokens):
            self._fail(self.tokens[self.at].column, f"unexpected {self.tokens[self.at].text!r}", "write OP VALUE")
        return op, value

    def _fail(self, column: int, message: str, advice: str = "") -> NoReturn:
        place = self._place(column)
        problem = Problem("CP020", f"cannot read {self.text[:80]!r}: {message}", place, advice)
        raise ConditionSyntaxError([problem])

    def _place(self, column: int) -> Place:
        return Place(self.place.file, self.place.line, self.place.column + column)

    def _column(self) -> int:
        """Where the next token begins, or the text ends."""
        return self.tokens[self.at].column if self.at < len(self.tokens) else len(self.text)

    def _peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index].text if index < len(self.tokens) else ""

    def _take(self) -> _Token:
        if self.at >= len(self.tokens):
            self._fail(len(self.text), "it ends too early", "a name, a comparison or a value is missing")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def _expect(self, *words: str) -> None:
        for word in words:
            token = self._take()
            if token.text != word:
                self._fail(token.column, f"expected {word!r}, found {token.text!r}")

    def _leaf(self) -> Condition:
        """An iterative reading of ``not not ... leaf``: a long chain of negations cannot exhaust the stack."""
        negations: list[Place] = []
        while self._peek() == "not":
            negations.append(self._place(self._take().column))
        condition = self._positive()
        for place in reversed(negations):
            condition = Not(condition, place=place)
        return condition

    def _positive(self) -> Condition:
        start = self._place(self._column())
        if self._peek() in {"true", "false", "unknown"} and not self._peek(1):
            return Constant(Truth(self._take().text), place=start)
        operand = self._operand()
        following = self._peek()
        if following in COMPARISONS or following == "=":
            op = self._op()
            return Compare(operand, op, self._value(), place=start)
        if not isinstance(operand, FindingRef):
            self._fail(len(self.text), "a comparison is missing", "compare it with a parameter")
        if following == "in":
            return Among(operand, self._values(), place=start)
        if following == "is":
            self._expect("is", "known")
            return IsKnown(operand.name, place=start)
        return Named(operand.name, place=start)

    def _operand(self) -> Operand:
        start = self._place(self._column())
        if self._peek() == "days" and self._peek(1) == "since":
            self._expect("days", "since")
            return DaysSince(self._name(), place=start)
        percent = self._peek() == "percent"
        if percent or self._peek() in {"improvement", "worsening"}:
            if percent:
                self._expect("percent")
            direction = self._take()
            if direction.text not in {"improvement", "worsening"}:
                self._fail(direction.column, f"expected improvement or worsening, found {direction.text!r}")
            self._expect("of")
            finding = self._name()
            self._expect("since")
            return Change(direction.text, percent, finding, self._moment(), place=start)
        return FindingRef(self._name(), place=start)

    def _moment(self) -> str:
        length = max(len(moment.split()) for moment in MOMENTS)
        ahead = [self._peek(i) for i in range(length)]
        found = [moment for moment in MOMENTS if ahead[: len(moment.split())] == moment.split()]
        if not found:
            self._fail(self._column(), "unknown moment", "write " + ", ".join(MOMENTS))
        self._expect(*found[0].split())
        return found[0]

    def _name(self) -> str:
        token = self._take()
        if token.kind != "word" or not _NAME.match(token.text) or token.text in _RESERVED:
            self._fail(token.column, f"expected a name, found {token.text!r}")
        return token.text

    def _op(self) -> str:
        token = self._take()
        if token.text not in COMPARISONS:
            advice = "write == for equality" if token.text == "=" else "write one of " + " ".join(COMPARISONS)
            self._fail(token.column, f"unknown comparison {token.text!r}", advice)
        return token.text

    def _values(self) -> tuple[Value, ...]:
        self._expect("in", "[")
        values = [self._value()]
        while self._peek() == ",":
            self._expect(",")
            values.append(self._value())
        self._expect("]")
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        place = self._place(token.column)
        if token.kind == "quoted":
            return Quoted(token.text[1:-1], place=place)
        if token.kind != "word":
            self._fail(token.column, f"expected a value, found {token.text!r}")
        if _NUMBER.match(token.text):
            text = token.text
            return Number(float(text) if "." in text else int(text), place=place)
        if _DATE.match(token.text):
            try:
                return Day(dt.date.fromisoformat(token.text), place=place)
            except ValueError:
                self._fail(token.column, f"{token.text} is no date")
        return Word(token.text, place=place)
