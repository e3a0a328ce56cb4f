"""Checks the resolve table: selectors that select something, entries that do not contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from carepath.content.guideline import Guideline, Output, ResolveEntry, Rule, Selector
from carepath.content.rules import RED_FLAG
from carepath.errors import Place, Problem, nearest

BESIDE = frozenset({"only_with", "only_without"})
#: What no operation may do with a red flag; by operation, of those that would.
REMOVE = "remove a red flag"
HARM = dict.fromkeys((*BESIDE, "removes", "suspends"), REMOVE) | {"makes_conditional": "make a red flag conditional"}


def check_resolve(guideline: Guideline) -> Iterator[Problem]:
    """Everything that is wrong with the resolve table."""
    seen: set[str] = set()
    beside: dict[tuple[Selector, Selector], str] = {}
    for entry in guideline.resolve:
        if entry.id in seen:
            yield Problem("CP030", f"resolve entry {entry.id} stands twice", entry.place, "give it another id")
        seen.add(entry.id)
        for selector in (entry.selects, *entry.given, *entry.absent):
            yield from _check_selector(guideline, selector, entry.place)
        if entry.operation in BESIDE:
            yield from _check_beside(entry, beside)
        yield from _check_additions(guideline, entry)
        harm = HARM.get(entry.operation)
        if harm is not None:
            yield from _check_red_flags(guideline, entry.id, harm, entry.selects, entry.place)
    for ask in guideline.asks:
        for kind in ask.kinds:
            if kind not in guideline.kinds:
                advice = nearest(kind, guideline.kinds)
                yield Problem("CP050", f"{ask.id}: there is no kind {kind!r}", ask.place, advice)
        if ask.suspends is not None:
            yield from _check_selector(guideline, ask.suspends, ask.place)
            yield from _check_red_flags(guideline, ask.id, REMOVE, ask.suspends, ask.place)


def _check_red_flags(
    guideline: Guideline, name: str, harm: str, selector: Selector, place: Place | None
) -> Iterator[Problem]:
    """That what would harm one selects no red flag: not by its kind, not by its rule, and not among a rest."""
    message = f"{name}: nothing may {harm}"
    if RED_FLAG in selector.kinds:
        yield Problem("CP051", message, place, f"take it out: {RED_FLAG} of `kinds:`")
        return
    lines = {step.id: step.line for pathway in guideline.pathways.values() for step in pathway.steps.values()}
    found = [
        rule.id
        for rule in guideline.rules.values()
        if any(output.kind == RED_FLAG and _may_select(selector, rule, output, lines) for output in rule.outputs)
    ]
    if not found:
        return
    named = [rule for rule in found if rule in selector.rules]
    advice = f"take it out of `rules:`: {', '.join(named)}" if named else f"add {RED_FLAG} to `not_kinds:`"
    yield Problem("CP051", f"{message}; it selects that of {', '.join(found)}", place, advice)


def _may_select(selector: Selector, rule: Rule, output: Output, lines: Mapping[str, str]) -> bool:
    """Whether a selector can mean an output, for some patient: a finding may give its urgency, an entry a condition."""

    def fits(wanted: Collection[object], value: object) -> bool:
        return not wanted or value in wanted

    return (
        output.kind not in selector.not_kinds
        and output.topic not in selector.not_topics
        and fits(selector.kinds, output.kind)
        and fits(selector.rules, rule.id)
        and fits(selector.outputs, output.index)
        and (output.urgency_by is not None or fits(selector.urgencies, output.urgency))
        and fits(selector.groups, output.group)
        and fits(selector.levels, output.level)
        and fits(selector.topics, output.topic)
        and fits(selector.internal_steps, output.internal_step)
        and fits(selector.target_lines, lines.get(output.target or ""))
    )


def _check_beside(entry: ResolveEntry, beside: dict[tuple[Selector, Selector], str]) -> Iterator[Problem]:
    others = entry.given if entry.operation == "only_with" else entry.absent
    if not others and (entry.when is None or entry.operation == "only_with"):
        message = f"{entry.id}: {entry.operation} needs `given:` or `absent:`"
        yield Problem("CP007", message, entry.place, "name what it stands beside")
    for other in others:
        if beside.setdefault((entry.selects, other), entry.operation) != entry.operation:
            message = f"{entry.id} shows only beside what another entry shows only without"
            yield Problem("CP051", message, entry.place, "keep one of the two")


def _check_additions(guideline: Guideline, entry: ResolveEntry) -> Iterator[Problem]:
    for name in entry.attention:
        if name not in guideline.findings:
            advice = nearest(name, guideline.findings)
            yield Problem("CP047", f"{entry.id}: there is no finding {name!r}", entry.place, advice)
    topics = guideline.vocabulary.get("topic", {})
    if entry.adds_topic is not None and entry.adds_topic not in topics:
        advice = nearest(entry.adds_topic, topics)
        yield Problem("CP037", f"{entry.id}: unknown topic {entry.adds_topic!r}", entry.place, advice)


def _check_selector(guideline: Guideline, selector: Selector, place: Place | None) -> Iterator[Problem]:
    words = guideline.vocabulary
    given: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("kind", (*selector.kinds, *selector.not_kinds), guideline.kinds),
        ("rule", selector.rules, [*guideline.rules, *(ask.id for ask in guideline.asks)]),
        ("topic", (*selector.topics, *selector.not_topics), [*words.get("topic", {}), *guideline.conflicts]),
        ("urgency", selector.urgencies, words.get("urgency", {})),
        ("group", selector.groups, words.get("group", {})),
        ("level", selector.levels, words.get("level", {})),
        ("internal step", selector.internal_steps, words.get("internal_step", {})),
        ("line", selector.target_lines, {s.line for p in guideline.pathways.values() for s in p.steps.values()}),
    ]
    for what, names, valid in given:
        known = list(valid)
        for name in names:
            if name not in known:
                yield Problem("CP050", f"there is no {what} {name!r}", place, nearest(name, known))
