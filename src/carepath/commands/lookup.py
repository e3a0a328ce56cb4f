"""``carepath lookup WORDS...``: what the guideline holds under a name or words, or that it is not available."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from carepath.commands.answer import FAILED, Answer, chosen_guideline, lines
from carepath.content.guideline import DatedValue, Guideline, Text, Unavailable
from carepath.errors import Place, nearest

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a guideline holds: what it is, its id, its texts, and where it is written."""

    what: str
    id: str
    texts: tuple[Text, ...]
    place: Place | None = None
    detail: str = ""

    def line(self, lang: str) -> str:
        """The entry on one line."""
        detail = f" ({self.detail})" if self.detail else ""
        place = f" [{self.place}]" if self.place is not None else ""
        return f"{self.what} {self.id}{detail}: {self.texts[0].in_language(lang)}{place}"


def run(arguments: argparse.Namespace) -> Answer:
    """Finds what the words name; an exact id goes before texts that hold all words.

    Raises:
        ContentError: the guideline cannot be used.
    """
    guideline = chosen_guideline(arguments)
    wanted = " ".join(arguments.words)
    unavailable = [one.text.in_language(arguments.lang) for one in unavailable_in(wanted, guideline)]
    entries = list(entries_of(guideline))
    found = [one for one in entries if one.id.casefold() == wanted.casefold()] or _with_all_words(wanted, entries)
    shown = [one.line(arguments.lang) for one in found[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        shown.append(f"... and {len(found) - MAX_SHOWN} more: give more words")
    if not shown and not unavailable:
        advice = nearest(wanted, (one.id for one in entries))
        return Answer(FAILED, lines(f"the guideline holds nothing under {wanted!r}", *([advice] if advice else [])))
    return Answer(out=lines(*unavailable, *shown))


def unavailable_in(text: str, guideline: Guideline) -> tuple[Unavailable, ...]:
    """What a text asks for that carepath must not pretend to have: each with a keyword in it, as whole words."""
    asked = " ".join(text.replace("_", " ").casefold().split())
    return tuple(
        one
        for one in guideline.unavailable.values()
        if any(_holds(asked, keyword.casefold()) for keyword in (*one.keywords, one.id.replace("_", " ")))
    )


def _holds(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _with_all_words(wanted: str, entries: list[Entry]) -> list[Entry]:
    """Those with all words in the id, then those with all words in the texts; a word may be the beginning of one."""
    words = wanted.casefold().split()

    def held(text: str) -> bool:
        return all(re.search(rf"(?<![^\W_]){re.escape(word)}", text) is not None for word in words)

    by_id = [one for one in entries if held(one.id.casefold())]
    by_text = [
        one
        for one in entries
        if one not in by_id and held(" ".join([one.id, *(f"{text.en} {text.nl}" for text in one.texts)]).casefold())
    ]
    return [*by_id, *by_text]


def entries_of(guideline: Guideline) -> Iterator[Entry]:
    """Everything in a guideline that has a name and a text."""
    yield from _pathways(guideline)
    yield from _rules(guideline)
    yield from _findings(guideline)
    yield from _words(guideline)


def _pathways(guideline: Guideline) -> Iterator[Entry]:
    for pathway in guideline.pathways.values():
        yield Entry("pathway", pathway.name, (pathway.text, pathway.scope))
        for step in pathway.steps.values():
            yield Entry("step", step.id, (step.text,), step.place, f"pathway {pathway.name}, line {step.line}")


def _rules(guideline: Guideline) -> Iterator[Entry]:
    for rule in guideline.rules.values():
        yield Entry("rule", rule.id, (rule.text,), rule.place)
    for ask in guideline.asks:
        yield Entry("question rule", ask.id, (ask.text,), ask.place)
    for entry in guideline.resolve:
        yield Entry("resolve entry", entry.id, (entry.text,), entry.place)
    for term in guideline.terms.values():
        yield Entry("term", term.name, (term.text,), term.place)


def _findings(guideline: Guideline) -> Iterator[Entry]:
    for finding in guideline.findings.values():
        statement = (finding.statement,) if finding.statement is not None else ()
        texts = (finding.label, finding.question, *statement, *finding.value_texts.values())
        yield Entry("finding", finding.name, texts, finding.place, finding.type.kind)
    for parameter in guideline.parameters.values():
        unit = f" {parameter.type.unit}" if parameter.type.unit else ""
        values = ", ".join(_dated(dated) + unit for dated in parameter.values)
        yield Entry("parameter", parameter.name, (parameter.text,), parameter.place, values)


def _dated(dated: DatedValue) -> str:
    value = "withdrawn" if dated.value is None else str(dated.value)
    return value if dated.start is None else f"from {dated.start.isoformat()}: {value}"


def _words(guideline: Guideline) -> Iterator[Entry]:
    for conflict in guideline.conflicts.values():
        positions = (text for one in conflict.positions for text in (one.owner, one.text))
        yield Entry("conflict", conflict.topic, (conflict.text, *positions), conflict.place)
    for topic, text in guideline.vocabulary.get("topic", {}).items():
        yield Entry("judgement topic", topic, (text,))
    for kind in guideline.kinds.values():
        yield Entry("kind", kind.kind, (kind.text,))
    for module in guideline.modules:
        yield Entry("module", module.id, (module.text,))
    for source in guideline.sources.values():
        yield Entry("source", source.key, (Text(source.title, source.title),), None, source.nature.replace("_", " "))
