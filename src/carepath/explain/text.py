"""An answer as text for a terminal: the sentence, then the tree with marks for what is met, not met and not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from carepath.display.layout import Page
from carepath.display.words import Words

if TYPE_CHECKING:
    from carepath.explain.explanation import Explanation, Limit, Node, Read, Standing

#: Of more trees than this only the first line is shown; the JSON form holds all.
MAX_TREES = {"why_not": 3}
MANY = 30
STEP = 2


def explanation_text(explanation: Explanation, lang: str) -> str:
    """The answer as text of at most 100 columns.

    Args:
        explanation: what is shown.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
    """
    return _Printer(Words(explanation.guideline, lang)).written(explanation)


class _Printer:
    def __init__(self, words: Words) -> None:
        self.words = words
        self.page = Page()
        self.grounds = True

    def written(self, explanation: Explanation) -> str:
        """The whole answer."""
        self.page.paragraph(self.words.of(explanation.sentence))
        most = MAX_TREES.get(explanation.answer, MANY)
        for node in explanation.nodes[:most]:
            self.page.blank()
            self._node(node, 0)
            self.grounds = explanation.answer == "why"
        if len(explanation.nodes) > most:
            self.page.blank()
            for node in explanation.nodes[most:]:
                self._line(node, 0)
        self.page.blank()
        self.page.paragraph(self.words.phrase("professional_use"))
        return self.page.text()

    def _node(self, node: Node, depth: int) -> None:
        self._line(node, depth)
        indent = (depth + 1) * STEP
        for read in node.reads:
            self.page.bullet(self._read(read), indent)
        for limit in node.limits:
            self.page.bullet(self._limit(limit), indent)
        if node.gap is not None:
            self.page.bullet(self.words.of(node.gap), indent)
        for ground in self._shown(node):
            self.page.bullet(self._ground(ground), indent)
        for child in node.children:
            self._node(child, depth + 1)

    def _line(self, node: Node, depth: int) -> None:
        """A node on one line: its mark, its label, its name, its text."""
        marks = []
        if node.truth is not None:
            marks.append(f"[{self.words.phrase(f'mark_{node.truth}')}]")
        label = f"label_node_{node.role}"
        if label in self.words.guideline.phrases:
            name = f" {node.name}" if node.name is not None and node.role in {"rule", "ask", "entry"} else ""
            marks.append(f"{self.words.phrase(label)}{name}:")
        text = " ".join((*marks, self.words.of(node.text)))
        if depth == 0:
            self.page.paragraph(text)
        else:
            self.page.bullet(text, (depth - 1) * STEP)

    def _shown(self, node: Node) -> Iterator[Standing]:
        """The grounds of a node; of terms and ways only those with a quote, of what is further off none."""
        for ground in node.grounds if self.grounds else ():
            if node.role not in {"term", "way"} or ground.quote is not None:
                yield ground

    def _read(self, read: Read) -> str:
        words = self.words
        value = words.of(read.said) if read.said is not None else ""
        if read.reason_text is not None:
            why = words.of(read.reason_text)
            value = f"{why} ({value})" if value else why
        details = [read.date.isoformat()] if read.date is not None else []
        details += [read.source] if read.source is not None else []
        shown = f"{words.of(read.label)}: {value}" + (f" ({', '.join(details)})" if details else "")
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
