"""An answer in words: the sentence, then the tree with marks for what is met, not met and not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.display.layout import Page
from carepath.display.words import Words

if TYPE_CHECKING:
    from carepath.explain.explanation import Explanation, Limit, Node, Read, Standing

#: Of more trees than this only the first line is shown; the JSON form holds all.
MAX_TREES = {"why_not": 3}
MANY = 30
STEP = 2
OWN_CHOICE = "design_choice"


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of an answer in the words of one language.

    ``truth`` is that of the node and ``mark`` says it in words; ``label`` says what the node is. ``reads`` are the
    findings that were read, ``limits`` what they were compared with and by how much they missed it; ``chosen`` says
    that a choice of our own is among the grounds.
    """

    text: str
    label: str = ""
    truth: str = ""
    mark: str = ""
    reads: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    chosen: str = ""
    below: tuple[Entry, ...] = ()

    @property
    def line(self) -> str:
        """The node on one line: its mark, its label, its text."""
        return " ".join(part for part in (f"[{self.mark}]" if self.mark else "", self.label, self.text) if part)


def explanation_text(explanation: Explanation, lang: str) -> str:
    """The answer as text of at most 100 columns.

    Args:
        explanation: what is shown.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
    """
    words, page = Words(explanation.guideline, lang), Page()
    page.paragraph(words.of(explanation.sentence))
    before = None
    for entry in entries_of(explanation, words):
        if before is None or before.below or before.reads or entry.below or entry.reads:
            page.blank()
        _write(entry, page, 0)
        before = entry
    page.blank()
    page.paragraph(words.phrase("professional_use"))
    return page.text()


def _write(entry: Entry, page: Page, depth: int) -> None:
    if depth == 0:
        page.paragraph(entry.line)
    else:
        page.bullet(entry.line, (depth - 1) * STEP)
    for detail in (*entry.reads, *entry.limits, *entry.grounds):
        page.bullet(detail, (depth + 1) * STEP)
    for below in entry.below:
        _write(below, page, depth + 1)


def entries_of(explanation: Explanation, words: Words) -> tuple[Entry, ...]:
    """The trees of an answer in words; of more trees than are shown only the first line, each line once."""
    most = MAX_TREES.get(explanation.answer, MANY)
    writer = _Writer(words)
    found = []
    for node in explanation.nodes[:most]:
        found.append(writer.entry(node))
        writer.grounds = explanation.answer == "why"
    return (*found, *dict.fromkeys(writer.alone(node) for node in explanation.nodes[most:]))


class _Writer:
    """Puts nodes in words. ``grounds`` says whether they are shown: of what is further off they are not."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.grounds = True

    def alone(self, node: Node) -> Entry:
        """A node without what is below it."""
        label = f"label_node_{node.role}"
        if label in self.words.guideline.phrases:
            name = f" {node.name}" if node.name is not None and node.role in {"rule", "ask", "entry"} else ""
            label = f"{self.words.phrase(label)}{name}:"
        else:
            label = ""
        mark = self.words.phrase(f"mark_{node.truth}") if node.truth is not None else ""
        return Entry(self.words.of(node.text), label, node.truth or "", mark)

    def entry(self, node: Node) -> Entry:
        """A node with everything below it."""
        one = self.alone(node)
        limits = [self._limit(limit) for limit in node.limits]
        if node.gap is not None:
            limits.append(self.words.of(node.gap))
        grounds = tuple(self._shown(node))
        chosen = next((self.words.of(one.kind_text) for one in grounds if one.kind == OWN_CHOICE), "")
        return Entry(
            one.text,
            one.label,
            one.truth,
            one.mark,
            reads=tuple(self._reads(node)),
            limits=tuple(limits),
            grounds=tuple(self._ground(ground) for ground in grounds),
            chosen=chosen,
            below=tuple(self.entry(child) for child in node.children),
        )

    def _shown(self, node: Node) -> Iterator[Standing]:
        """The grounds of a node; of terms and ways only those with a quote, of what is further off none."""
        for ground in node.grounds if self.grounds else ():
            if node.role not in {"term", "way"} or ground.quote is not None:
                yield ground

    def _reads(self, node: Node) -> Iterator[str]:
        """The findings of a node; one that a comparison is about as it was before and as it is after."""
        when = ("compare_before", "compare_after") if node.role == "finding" else ()
        for index, read in enumerate(node.reads):
            yield self.words.phrase(when[index], value=self._value(read)) if when else self._read(read)

    def _value(self, read: Read) -> str:
        """The value of a finding with its date and source, or why it is unknown."""
        words = self.words
        value = words.of(read.said) if read.said is not None else ""
        if read.reason_text is not None:
            why = words.of(read.reason_text)
            value = f"{why} ({value})" if value else why
        details = [read.date.isoformat()] if read.date is not None else []
        details += [read.source] if read.source is not None else []
        return value + (f" ({', '.join(details)})" if details else "")

    def _read(self, read: Read) -> str:
        words = self.words
        shown = f"{words.of(read.label)}: {self._value(read)}"
        if read.before is not None and read.before_date is not None:
            date = read.before_date.isoformat()
            return words.phrase("was", now=shown, before=words.of(read.before), date=date)
        return shown

    def _limit(self, limit: Limit) -> str:
        value = self.words.of(limit.said)
        if limit.since is not None:
            value = self.words.phrase("from_date", value=value, date=limit.since.isoformat())
        return self.words.phrase("tree_limit", what=self.words.of(limit.text), value=value)

    def _ground(self, ground: Standing) -> str:
        parts = [self.words.of(ground.kind_text)]
        if ground.source is not None:
            owner = f"{self.words.of(ground.owner)} " if ground.owner is not None else ""
            section = f", {ground.section}" if ground.section is not None else ""
            parts.append(f"{owner}[{ground.source}{section}]")
        if ground.quote is not None:
            parts.append(f'"{ground.quote}"')
        if ground.note is not None:
            parts.append(self.words.of(ground.note))
        return ": ".join(parts)
