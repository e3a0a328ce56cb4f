"""Conditions in words: what a condition asks for, in one language. Every word stands in the content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from carepath.content.guideline import CURRENT_NODE, EVALUATION_DATE, PRESENT_STEP, Guideline, Text
from carepath.display.words import Words, both
from carepath.language.nodes import (
    All,
    Among,
    AnyOf,
    Change,
    Compare,
    Condition,
    Constant,
    Count,
    Day,
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
)
from carepath.language.write import write_line

#: The phrase for each comparison, and the comparison that says the opposite.
_COMPARISONS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least", "==": "is", "!=": "is_not"}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MOMENTS = {"step start": "step_start", "last step change": "last_step_change", "first value": "first_value"}


def condition_text(condition: Condition, guideline: Guideline, at: dt.date) -> Text:
    """What a condition asks for, in both languages.

    Args:
        condition: a checked condition.
        guideline: the content that its names belong to.
        at: the date whose parameter values are shown.
    """
    return both(lambda lang: _Speaker(Words(guideline, lang), at).said(condition))


class _Speaker:
    def __init__(self, words: Words, at: dt.date) -> None:
        self.words = words
        self.at = at
        self.list_finding: str | None = None

    def said(self, condition: Condition) -> str:
        """The condition in words."""
        if isinstance(condition, Not):
            return self._denied(condition.child)
        if isinstance(condition, All):
            return self.words.phrase("join_and").join(self.said(child) for child in condition.children)
        if isinstance(condition, AnyOf):
            return self.words.phrase("join_or").join(self.said(child) for child in condition.children)
        if isinstance(condition, Constant):
            return self.words.phrase(f"always_{condition.truth.value}")
        if isinstance(condition, Named):
            return self._named(condition.name)
        if isinstance(condition, IsKnown):
            return self.words.phrase("condition_known", what=self._label(condition.finding))
        if isinstance(condition, Among):
            return self._among("condition_one_of", condition)
        if isinstance(condition, Compare):
            return self._compared(condition.operand, condition.op, condition.value)
        return self._listed(condition)

    def _denied(self, child: Condition) -> str:
        if isinstance(child, Compare):
            return self._compared(child.operand, _OPPOSITE[child.op], child.value)
        if isinstance(child, Among):
            return self._among("condition_none_of", child)
        name = "not_so" if self.list_finding is None else "not_so_of_item"
        return self.words.phrase(name, statement=self.said(child))

    def _named(self, name: str) -> str:
        guideline = self.words.guideline
        term, finding = guideline.terms.get(name), guideline.findings.get(name)
        if term is not None:
            return self.words.of(term.text)
        if finding is not None:
            return self.words.of(finding.statement or finding.label)
        return self._label(name)

    def _compared(self, operand: Operand, op: str, value: Value) -> str:
        if isinstance(operand, FindingRef):
            name, what = operand.name, self._label(operand.name)
        elif isinstance(operand, Change):
            name, what = operand.finding, self._change(operand)
        else:
            name = operand.finding
            what = self.words.phrase("days_since", what=self._label(name))
        dated = "of_date" if name == EVALUATION_DATE or isinstance(value, Day) else ""
        return self._phrase(f"condition_{_COMPARISONS[op]}", dated, what=what, value=self.value(name, value))

    def _phrase(self, name: str, suffix: str = "", **values: str) -> str:
        """A phrase; of a date or of an item in a list the one that fits it, where there is one."""
        special = f"{name}_{suffix or 'of_item'}" if suffix or self.list_finding is not None else name
        return self.words.phrase(special if special in self.words.guideline.phrases else name, **values)

    def _change(self, change: Change) -> str:
        since = self.words.phrase(f"since_{_MOMENTS[change.since]}")
        percent = "_percent" if change.percent else ""
        return self.words.phrase(f"change_{change.direction}{percent}", what=self._label(change.finding), since=since)

    def _among(self, phrase: str, condition: Among) -> str:
        name = condition.operand.name
        values = self.words.phrase("join_or").join(dict.fromkeys(self.value(name, one) for one in condition.values))
        return self._phrase(phrase, what=self._label(name), value=values)

    def _listed(self, condition: Some | Every | Count) -> str:
        what = self._label(condition.of)
        where = self._where(condition.of, condition.where)
        if not isinstance(condition, Count):
            name = "list_some" if isinstance(condition, Some) else "list_every"
            return self.words.phrase(name, what=what, where=where)
        name = "list_count" if condition.distinct in {None, "value"} else "list_count_distinct"
        many = self.words.guideline.phrases.get(f"many_{condition.distinct}")
        part = self.words.of(many) if many is not None else condition.distinct or ""
        counted = self.words.phrase(name, what=what, part=part)
        if where:
            counted = self.words.phrase("list_where", counted=counted, where=where)
        said = self.value(condition.of, condition.value)
        return self.words.phrase(f"condition_{_COMPARISONS[condition.op]}", what=counted, value=said)

    def _where(self, finding: str, where: Condition | None) -> str:
        if where is None:
            return ""
        inner = _Speaker(self.words, self.at)
        inner.list_finding = finding
        return inner.said(where)

    def _label(self, name: str) -> str:
        if self.list_finding is not None or name not in self.words.guideline.findings:
            phrase = f"of_{name}"
            if name == PRESENT_STEP:
                return self.words.finding(CURRENT_NODE)
            if phrase in self.words.guideline.phrases:
                return self.words.phrase(phrase)
        return self.words.finding(name)

    def value(self, name: str, value: Value) -> str:
        """A value of a condition in words: a parameter by its value on the date."""
        guideline = self.words.guideline
        if isinstance(value, Day):
            return value.value.isoformat()
        texts = guideline.findings[name].value_texts if name in guideline.findings else {}
        if self.list_finding is not None:
            texts = guideline.findings[self.list_finding].value_texts
        if isinstance(value, Number):
            return self.words.quantity(value.value, guideline.symbols.findings[name].unit)
        text = value.text if isinstance(value, Quoted) else value.name
        if name in {PRESENT_STEP, CURRENT_NODE}:
            return self.words.step(text)
        if text in texts:
            return self.words.of(texts[text])
        if text in {"true", "false"}:
            return self.words.phrase("yes" if text == "true" else "no")
        return self.words.parameter(text, self.at) or text


def listed(texts: Iterable[Text], guideline: Guideline, *, between: str = "; ") -> Text:
    """Distinct texts in one line."""
    found = tuple(dict.fromkeys(texts))
    return both(lambda lang: Words(guideline, lang).listed((one.in_language(lang) for one in found), between=between))


def label_of(finding: str, guideline: Guideline) -> Text:
    """The label of a finding; of what carepath settles itself, the words for it."""
    known = guideline.findings.get(CURRENT_NODE if finding == PRESENT_STEP else finding)
    if known is not None:
        return known.label
    if finding == EVALUATION_DATE:
        return guideline.phrases["of_evaluation_date"]
    return Text(finding, finding)


def line_of(condition: Condition) -> str:
    """The condition as it is written, on one line."""
    return write_line(condition)
