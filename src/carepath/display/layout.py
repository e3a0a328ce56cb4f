"""The page of a terminal report: headings, fields and lists, wrapped to a width."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from carepath.errors import shown_name

WIDTH = 100
#: Where the text of a field begins, counted from the indent.
FIELD = 15


def printable(text: str) -> str:
    """The text without line breaks and control characters; a record may hold any."""
    return " ".join(shown_name(text).split())


@dataclass(slots=True)
class Page:
    """Lines of text of at most ``width`` columns."""

    width: int = WIDTH
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The page as one text that ends with a line break."""
        return "\n".join(self.lines) + "\n"

    def title(self, text: str) -> None:
        """A line that is underlined twice."""
        self._wrapped(text, "", "")
        self.lines.append("=" * min(self.width, max(len(line) for line in self.lines)))

    def heading(self, text: str) -> None:
        """An underlined line after an empty one."""
        self.blank()
        self._wrapped(text, "", "")
        self.lines.append("-" * len(self.lines[-1]))

    def blank(self) -> None:
        """One empty line, never two."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def paragraph(self, text: str, indent: int = 0) -> None:
        """A paragraph."""
        self._wrapped(text, " " * indent, " " * indent)

    def numbered(self, number: int, text: str) -> None:
        """A paragraph behind its number; what belongs to it is indented by 4."""
        self._wrapped(text, f"{number:>2}. ", " " * 4)

    def bullet(self, text: str, indent: int = 0) -> None:
        """A paragraph behind a dash."""
        self._wrapped(text, " " * indent + "- ", " " * (indent + 2))

    def field(self, label: str, text: str, indent: int = 0) -> None:
        """A label and a text beside it; nothing when the text is empty."""
        if text:
            begin = " " * indent + printable(label).ljust(FIELD - 1) + " "
            hang = 2 if text.startswith("- ") else 0
            self._wrapped(text, begin, " " * (indent + FIELD + hang))

    def _wrapped(self, text: str, first: str, rest: str) -> None:
        words = printable(text).split(" ")
        if len(max(words, key=len)) > self.width - max(len(first), len(rest)):
            self.lines += textwrap.wrap(
                " ".join(words),
                self.width,
                initial_indent=first,
                subsequent_indent=rest,
                break_on_hyphens=False,
            )
            return
        line = first + words[0]
        for word in words[1:]:
            if len(line) + 1 + len(word) > self.width:
                self.lines.append(line)
                line = rest + word
            else:
                line += " " + word
        self.lines.append(line.rstrip())
