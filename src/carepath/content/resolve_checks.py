"""Checks the resolve table: selectors that select something, entries that do not contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from carepath.content.guideline import Guideline, ResolveEntry, Selector
from carepath.errors import Place, Problem, nearest

BESIDE = frozenset({"only_with", "only_without"})


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
        if entry.operation in {"removes", "suspends"} and "red_flag_exit" in entry.selects.kinds:
            yield Problem("CP051", f"{entry.id}: nothing may remove a red flag", entry.place, "take it out")
    for ask in guideline.asks:
        for kind in ask.kinds:
            if kind not in guideline.kinds:
                advice = nearest(kind, guideline.kinds)
                yield Problem("CP050", f"{ask.id}: there is no kind {kind!r}", ask.place, advice)
        if ask.suspends is not None:
            yield from _check_selector(guideline, ask.suspends, ask.place)


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
