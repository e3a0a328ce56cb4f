"""The pages on findings, terms, parameters, conflicts, sources and words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from docs.generating.markdown import code, condition_block, grounds_list, plain, table, two

if TYPE_CHECKING:
    from carepath.content.guideline import DatedValue, Finding, Guideline
    from carepath.language.symbols import ValueType


def findings(guideline: Guideline) -> list[str]:
    """Every finding, by group."""
    lines = [
        "# Findings",
        "",
        "What a record may hold about a patient, from `rules/findings.yaml`. What is not recorded is unknown.",
        "",
    ]
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in guideline.findings.values():
        groups[finding.group].append(finding)
    for group, members in groups.items():
        lines += [f"## {group.replace('_', ' ').capitalize()}", ""]
        for finding in members:
            lines += _finding(finding)
    return lines


def _finding(finding: Finding) -> list[str]:
    facts = [_value_type(finding.type)]
    facts += [f"instrument {plain(finding.instrument)}"] if finding.instrument is not None else []
    facts += [f"{finding.better} is better"] if finding.better is not None else []
    current = f"current for [{finding.currency}](parameters.md#{finding.currency})" if finding.currency else ""
    facts += [current] if current else []
    facts += ["red flag"] if finding.red_flag else []
    facts += [f"never above `{finding.never_above}` of the same day"] if finding.never_above else []
    facts += [] if finding.empty_is_known else ["an empty list is unknown"]
    rows = [("label", finding.label), ("question", finding.question)]
    rows += [("statement", finding.statement)] if finding.statement is not None else []
    rows += [(f"`{value}`", text) for value, text in finding.value_texts.items()]
    return [
        f"### {finding.name}",
        "",
        f"{'; '.join(facts)}.",
        "",
        *table(("", "en", "nl"), ((name, plain(text.en), plain(text.nl)) for name, text in rows)),
        *grounds_list(finding.grounds),
    ]


def _value_type(kind: ValueType) -> str:
    if kind.kind == "list":
        if set(kind.parts) == {"value"}:
            return f"List of {_value_type(kind.parts['value'])}"
        return "List of items with " + ", ".join(f"`{name}` ({_value_type(part)})" for name, part in kind.parts.items())
    unit = f" {kind.unit}" if kind.unit is not None else ""
    bounded = kind.minimum is not None or kind.maximum is not None
    low = "" if kind.minimum is None else f"{kind.minimum:g}"
    high = "" if kind.maximum is None else f"{kind.maximum:g}"
    return f"{kind.kind}{f' {low}..{high}' if bounded else ''}{plain(unit)}"


def terms(guideline: Guideline) -> list[str]:
    """Every term with its condition."""
    lines = ["# Terms", "", "Conditions with a name, from `rules/terms.yaml`. Rules and other terms use them.", ""]
    for term in guideline.terms.values():
        lines += [f"## {term.name}", "", *two(term.text), *condition_block(term.when), *grounds_list(term.grounds)]
    return lines


def parameters(guideline: Guideline) -> list[str]:
    """Every parameter with its values over time."""
    lines = [
        "# Parameters",
        "",
        "Thresholds, windows and intervals, from `rules/parameters.yaml`. On an evaluation date the last value counts",
        "whose date has come.",
        "",
    ]
    for one in guideline.parameters.values():
        unit = f" {plain(one.type.unit)}" if one.type.unit is not None else ""
        lines += [f"## {one.name}", "", *two(one.text), f"Value: {'; '.join(_dated(v, unit) for v in one.values)}.", ""]
        for head, text in (("Range", one.range), ("Changed by", one.changed_by)):
            lines += [f"{head}: {plain(text.en)} / {plain(text.nl)}.", ""] if text is not None else []
        lines += grounds_list(one.grounds)
    return lines


def _dated(dated: DatedValue, unit: str) -> str:
    value = "withdrawn" if dated.value is None else f"{dated.value}{unit}"
    return value if dated.start is None else f"from {dated.start.isoformat()}: {value}"


def conflict_register(guideline: Guideline) -> list[str]:
    """Every conflict with its positions."""
    lines = [
        "# Register of conflicts",
        "",
        "Where sources disagree, from `rules/conflicts.yaml`: each position with its owner. None is chosen. Why:",
        "[Conflicts](../explanation/conflicts.md).",
        "",
    ]
    shown = {"patient": "in an assessment", "step": "on a step", "register": "in this register only"}
    for conflict in guideline.conflicts.values():
        lines += [f"## {conflict.topic}", "", *two(conflict.text), f"Shown {shown[conflict.shown]}.", ""]
        for position in conflict.positions:
            owner = f"{plain(position.owner.en)} / {plain(position.owner.nl)}"
            lines += [f"{owner}:", "", *two(position.text), *grounds_list(position.grounds)]
        lines += ["All positions:", "", *two(conflict.note)] if conflict.note is not None else []
    return lines


def sources(guideline: Guideline) -> list[str]:
    """Every source."""
    lines = ["# Sources", "", "What grounds refer to, from `rules/sources.yaml`.", ""]
    for source in guideline.sources.values():
        facts = (source.title, source.publisher, source.date, source.nature.replace("_", " "))
        lines += [f"## {source.key}", "", f"{'. '.join(plain(fact).rstrip('.') for fact in facts if fact)}.", ""]
        if source.party is not None:
            lines += [f"Words of: {plain(source.party.en)} / {plain(source.party.nl)}.", ""]
        lines += [f"Address: {plain(source.address)}", ""] if source.address is not None else []
        lines += two(source.weight) if source.weight is not None else []
        lines += [] if source.quotable else ["Not to be quoted.", ""]
    return lines


def vocabulary(guideline: Guideline) -> list[str]:
    """The kinds of recommendation and the values of their fields."""
    lines = ["# Vocabulary", "", "The words of recommendations and reports, from `rules/outputs.yaml`.", ""]
    kinds = guideline.kinds.values()
    rows = [(f"`{kind.kind}`", plain(kind.text.en), plain(kind.text.nl), code(kind.fields)) for kind in kinds]
    lines += ["## Kinds", "", *table(("kind", "en", "nl", "fields of its own"), rows)]
    for field, values in guideline.vocabulary.items():
        words = ((f"`{value}`", plain(text.en), plain(text.nl)) for value, text in values.items())
        lines += [f"## {field.replace('_', ' ').capitalize()}", "", *table(("value", "en", "nl"), words)]
    return lines
