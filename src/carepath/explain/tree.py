"""The tree of a condition for one patient: each part with its truth, the values read, the limits and the grounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from carepath.basis import Basis, leaf_findings
from carepath.content.guideline import CURRENT_NODE, EVALUATION_DATE, PATHWAY, PRESENT_STEP, Text
from carepath.display.words import Words, both
from carepath.explain.explanation import Limit, Node, Read, phrase
from carepath.explain.once import said_of, standings_of
from carepath.explain.statements import label_of
from carepath.language.check import parameters_of
from carepath.language.nodes import (
    GROUPS,
    All,
    Change,
    Compare,
    Condition,
    DaysSince,
    FindingRef,
    Named,
    Not,
    children,
)
from carepath.language.truth import Truth
from carepath.record.derived import trend_of

#: The roles of nodes that stand for one condition and not for a group of them.
LEAVES = frozenset({"condition", "not"})


def tree_of(condition: Condition, basis: Basis) -> Node:
    """The tree of a condition; its truth values are those of the evaluator. Each part is made once."""
    return _Grower(basis).node(condition)


def read_of(finding: str, basis: Basis) -> Read:
    """A finding as it was read: as the engines saw it, or the reason why it is unknown."""
    kept = basis.kept.setdefault("reads", {})
    if finding not in kept:
        kept[finding] = _read(finding, basis)
    read: Read = kept[finding]
    return read


def _read(finding: str, basis: Basis) -> Read:
    guideline, reading = basis.guideline, basis.reading(finding)
    label = label_of(finding, guideline)
    if finding == PATHWAY and basis.pathway is not None:
        return Read(finding, label, basis.pathway.name, basis.pathway.text)
    if finding == CURRENT_NODE and basis.position.step is not None and reading.value != basis.position.step:
        step = basis.position.step
        return Read(finding, label, step, both(lambda lang: Words(guideline, lang).step(step)))
    reason = basis.reason(finding)
    reason_text = guideline.vocabulary.get("reason", {}).get(reason or "")
    values = [fact.value for fact in reading.facts if fact.value is not None]
    if reading.known:
        values = values[:1]
    if not values:
        return Read(finding, label, None, None, reading.date, None, reason, reason_text)

    def said(lang: str) -> str:
        words = Words(guideline, lang)
        if finding == CURRENT_NODE:
            return words.listed(words.step(str(value)) for value in values)
        return words.listed(words.value(finding, value) for value in values)

    return Read(finding, label, reading.value, both(said), reading.date, reading.source, reason, reason_text)


def limits_of(condition: Condition, basis: Basis) -> tuple[Limit, ...]:
    """The parameters that a condition itself compares with, each with its value on the date."""
    guideline, found = basis.guideline, []
    for name in dict.fromkeys(parameters_of(condition, guideline.symbols)):
        parameter = guideline.parameters[name]
        dated = parameter.at(basis.at)
        said = both(lambda lang, name=name: Words(guideline, lang).parameter(name, basis.at) or "")  # type: ignore[misc]  # mypy does not infer its type
        found.append(Limit(name, parameter.text, said, dated.start if dated is not None else None))
    return tuple(found)


class _Grower:
    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.guideline = basis.guideline
        #: By the identity of a condition; it is kept, so that no other one can get its identity.
        self.kept = basis.kept.setdefault("nodes", {})

    def node(self, condition: Condition) -> Node:
        """The node of a part of a condition; a term shows the parts that it stands for."""
        if id(condition) not in self.kept:
            self.kept[id(condition)] = condition, self._node(condition)
        node: Node = self.kept[id(condition)][1]
        return node

    def _node(self, condition: Condition) -> Node:
        line, text = said_of(condition, self.basis)
        truth = self.basis.evaluation.truth(condition).value
        terms = self.basis.prepared.scope.terms
        if isinstance(condition, Named) and condition.name in terms:
            term = self.guideline.terms[condition.name]
            grounds = standings_of(self.basis, term.grounds)
            parts = tuple(self._parts(terms[condition.name]))
            return Node("term", term.text, term.name, truth, line, grounds=grounds, children=parts)
        if isinstance(condition, GROUPS):
            role = "all" if isinstance(condition, All) else "any"
            parts = tuple(map(self.node, condition.children))
            return Node(role, phrase(self.guideline, f"tree_{role}"), None, truth, line, children=parts)
        if isinstance(condition, Not) and (self._is_term(condition.child) or children(condition.child)):
            return Node("not", text, None, truth, line, children=(self.node(condition.child),))
        leaf = condition.child if isinstance(condition, Not) else condition
        gap = self._gap(leaf) if truth == Truth.FALSE.value else None
        reads, limits = tuple(self._reads(leaf)), limits_of(leaf, self.basis)
        return Node("condition", text, None, truth, line, reads=reads, limits=limits, gap=gap)

    def _is_term(self, condition: Condition) -> bool:
        return isinstance(condition, Named) and condition.name in self.basis.prepared.scope.terms

    def _parts(self, inner: Condition) -> Iterator[Node]:
        if isinstance(inner, All):
            yield from map(self.node, inner.children)
        else:
            yield self.node(inner)

    # --- values ------------------------------------------------------------------------------------------------------

    def _reads(self, leaf: Condition) -> Iterator[Read]:
        for name in leaf_findings(leaf):
            if name == EVALUATION_DATE:
                continue
            read = read_of(CURRENT_NODE if name == PRESENT_STEP else name, self.basis)
            if isinstance(leaf, Compare) and isinstance(leaf.operand, Change) and leaf.operand.finding == name:
                read = self._with_before(read, leaf.operand)
            yield read

    def _with_before(self, read: Read, change: Change) -> Read:
        trend = trend_of(change, self.basis.situation)
        if trend is None or trend.baseline.value is None:
            return read
        value = trend.baseline.value
        before = both(lambda lang: Words(self.guideline, lang).value(read.finding, value))
        return Read(
            read.finding,
            read.label,
            read.value,
            read.said,
            read.date,
            read.source,
            read.reason,
            read.reason_text,
            before,
            trend.baseline.date,
        )

    # --- by how much -------------------------------------------------------------------------------------------------

    def _gap(self, leaf: Condition) -> Text | None:
        """By how much a number missed its limit, in words; None where nothing can be counted."""
        distance = distance_of(leaf, self.basis)
        if distance is None or not distance or not isinstance(leaf, Compare) or leaf.op in {"==", "!="}:
            return None
        amount, unit = abs(distance), self._unit(leaf)
        written = both(lambda lang: Words(self.guideline, lang).quantity(_number(amount), unit))
        return phrase(self.guideline, "gap_below" if distance < 0 else "gap_above", amount=written)

    def _unit(self, leaf: Compare) -> str | None:
        operand = leaf.operand
        if isinstance(operand, DaysSince) or (isinstance(operand, FindingRef) and operand.name == EVALUATION_DATE):
            return "d"
        if isinstance(operand, Change):
            return "%" if operand.percent else self.guideline.findings[operand.finding].type.unit
        return self.guideline.symbols.findings[operand.name].unit


def distance_of(leaf: Condition, basis: Basis) -> Fraction | None:
    """The number that a comparison read less the number it compares with; None where it compares no known numbers."""
    if not isinstance(leaf, Compare):
        return None
    operand, scope = leaf.operand, basis.prepared.scope
    read: object
    if isinstance(operand, FindingRef):
        read = basis.values.get(operand.name)
        limit: object = scope.constant(operand, leaf.value)
    else:
        limit = scope.constant(None, leaf.value)
        if isinstance(operand, DaysSince):
            since = basis.reading(operand.finding).value
            read = (basis.at - since).days if isinstance(since, dt.date) else None
        else:
            trend = trend_of(operand, basis.situation)
            read = None if trend is None else trend.percent if operand.percent else trend.change
    if isinstance(read, bool | str) or isinstance(limit, bool | str) or read is None:
        return None
    return Fraction(str(read)) - Fraction(str(limit))


def _number(amount: Fraction) -> float:
    """The amount to one decimal more than is read at a glance."""
    return round(float(amount), 2)


def leaves_below(condition: Condition, basis: Basis) -> Iterator[Condition]:
    """The leaves of a condition, those of its terms too."""
    terms = basis.prepared.scope.terms
    if isinstance(condition, Named) and condition.name in terms:
        yield from leaves_below(terms[condition.name], basis)
        return
    below = children(condition)
    if not below:
        yield condition
    for child in below:
        yield from leaves_below(child, basis)
