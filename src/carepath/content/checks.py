"""Checks across files: conditions, grounds, names, texts and the coverage list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from carepath.content.cards import check_cards
from carepath.content.code_checks import check_codes, check_instruments
from carepath.content.guideline import EVALUATION_DATE, PRESENT_STEP, Finding, Ground, Guideline
from carepath.content.output_checks import check_outputs
from carepath.content.pathway_checks import check_pathways
from carepath.content.resolve_checks import check_resolve
from carepath.content.sizes import check_sizes
from carepath.content.walk import conditions_of, grounds_of, texts_of
from carepath.errors import Place, Problem, first_problems, nearest
from carepath.language.check import check as check_condition
from carepath.language.check import cycles

PLACEHOLDERS = frozenset({"target", "missing", "unmet", "unknown", "step"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_guideline(guideline: Guideline) -> list[Problem]:
    """Everything that is wrong with a guideline as a whole."""
    circles = cycles({name: term.when for name, term in guideline.terms.items()})
    problems: list[Problem] = list(circles)
    for one in (
        _check_conditions,
        _check_grounds,
        check_outputs,
        _check_names,
        check_sizes,
        _check_words,
        _check_texts,
        check_resolve,
        _check_coverage,
        check_pathways,
        check_cards,
        check_codes,
        check_instruments,
    ):
        if one is not check_sizes or not circles:
            problems.extend(first_problems(one(guideline), None))
    return problems


def _check_conditions(guideline: Guideline) -> Iterator[Problem]:
    for _, condition in conditions_of(guideline):
        yield from check_condition(condition, guideline.symbols)


def _check_grounds(guideline: Guideline) -> Iterator[Problem]:
    for place, grounds in grounds_of(guideline):
        for ground in grounds:
            yield from _check_ground(guideline, ground, place)


def _check_ground(guideline: Guideline, ground: Ground, place: Place | None) -> Iterator[Problem]:
    if ground.kind == "source" and ground.source is None:
        yield Problem("CP031", "a ground of kind source names no source", place, "add `source:`")
    if ground.source is None:
        if ground.quote is not None:
            yield Problem("CP034", "a quote stands without its source", place, "add `source:`")
        return
    source = guideline.sources.get(ground.source)
    if source is None:
        yield Problem(
            "CP033", f"there is no source {ground.source!r}", place, nearest(ground.source, guideline.sources)
        )
    elif ground.quote is not None and not source.quotable:
        yield Problem("CP034", f"{ground.source} may not be quoted", place, "name the section only")
    elif ground.quote is not None and source.document == "S3" and source.party is None:
        yield Problem("CP034", f"a quote of {ground.source} needs its party", place, "add it to the source")


def _check_names(guideline: Guideline) -> Iterator[Problem]:
    for finding in guideline.findings.values():
        yield from _check_finding(guideline, finding)
    for name, term in guideline.terms.items():
        if name in guideline.parameters:
            yield Problem("CP030", f"{name} names a term and a parameter", term.place, "rename one of the two")
    named: list[tuple[str, str, Place | None]] = [
        *((name, "ask", ask.place) for ask in guideline.asks for name in ask.findings),
    ]
    for name, where, place in named:
        if name not in guideline.findings:
            advice = nearest(name, guideline.findings)
            yield Problem("CP047", f"{where}: there is no finding {name!r}", place, advice)
    for source in guideline.sources.values():
        if source.document is not None and source.document not in guideline.sources:
            advice = nearest(source.document, guideline.sources)
            yield Problem("CP033", f"{source.key}: there is no source {source.document!r}", source.place, advice)


def _check_words(guideline: Guideline) -> Iterator[Problem]:
    """The words of the vocabulary that stand outside rules and the resolve table."""
    words: list[tuple[str, str, Place | None]] = []
    for entitlement in guideline.entitlements:
        words.append(("group", entitlement.group, entitlement.place))
        words.append(("entitlement", entitlement.value, entitlement.place))
    for schedule in guideline.schedules.values():
        for measurement in schedule:
            words.append(("moment", measurement.moment, measurement.place))
            words.append(("weight", measurement.weight, measurement.place))
    for field, value, place in words:
        valid = guideline.vocabulary.get(field, {})
        if value not in valid:
            yield Problem("CP037", f"unknown {field} {value!r}", place, nearest(value, valid))


def _check_finding(guideline: Guideline, finding: Finding) -> Iterator[Problem]:
    if finding.currency is not None and finding.currency not in guideline.parameters:
        advice = nearest(finding.currency, guideline.parameters)
        yield Problem("CP039", f"there is no parameter {finding.currency!r}", finding.place, advice)
    elif finding.currency is not None and guideline.parameters[finding.currency].type.unit != "d":
        message = f"{finding.name}: the currency {finding.currency} is not in days"
        yield Problem("CP024", message, finding.place, "name a parameter with the unit d")
    if finding.never_above is not None and finding.never_above not in guideline.findings:
        advice = nearest(finding.never_above, guideline.findings)
        yield Problem("CP047", f"there is no finding {finding.never_above!r}", finding.place, advice)
    if finding.name in {PRESENT_STEP, EVALUATION_DATE}:
        yield Problem("CP030", f"the name {finding.name} is settled by carepath itself", finding.place, "rename it")
    if finding.name in guideline.terms or finding.name in guideline.parameters:
        message = f"{finding.name} names a finding and a term or parameter"
        yield Problem("CP030", message, finding.place, "rename one of the two")


def _check_texts(guideline: Guideline) -> Iterator[Problem]:
    for place, text in texts_of(guideline):
        used = {lang: _PLACEHOLDER.findall(text.in_language(lang)) for lang in ("en", "nl")}
        for name in {*used["en"], *used["nl"]}:
            is_parameter = name.startswith("p:") and name[2:] in guideline.parameters
            if name not in PLACEHOLDERS and not is_parameter:
                valid = [*PLACEHOLDERS, *(f"p:{parameter}" for parameter in guideline.parameters)]
                yield Problem("CP038", f"unknown placeholder {{{name}}}", place, nearest(name, valid))
        if sorted(used["en"]) != sorted(used["nl"]):
            yield Problem("CP038", "the placeholders differ between en and nl", place, "use the same in both")


def _check_coverage(guideline: Guideline) -> Iterator[Problem]:
    if not guideline.coverage:
        return
    wanted: dict[str, Place | None] = {ask.id: ask.place for ask in guideline.asks}
    wanted |= {topic: conflict.place for topic, conflict in guideline.conflicts.items()}
    wanted |= {rule.id: rule.place for rule in guideline.rules.values()}
    for name, place in wanted.items():
        if name not in guideline.coverage:
            advice = "say where it is encoded: add it to rules/coverage.yaml"
            yield Problem("CP052", f"{name} is missing from the coverage list", place, advice)
    for one in guideline.coverage.values():
        if (one.encoded is None) is (one.reason is None):
            yield Problem("CP052", f"{one.id}: give either `encoded:` or `reason:`", one.place, "keep one of the two")
