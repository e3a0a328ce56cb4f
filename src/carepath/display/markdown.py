"""A page in Markdown, as notebooks and cards show it: no text on it has a meaning of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from carepath.display.layout import Page, printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_NUMBER = re.compile(r"^(\d+)([.)])")
#: What programs make links of without being told to; a text from a record makes none.
_ADDRESS = re.compile(r"(?i)(?<=\bwww)(?=\.)|(?<=[a-z])(?=://)|(?=@)")


@dataclass(slots=True)
class MarkdownPage(Page):
    """A page in Markdown; no text on it has a meaning of its own."""

    def text(self) -> str:
        """Everything, with one empty line between blocks."""
        written: list[str] = []
        for line in self.lines:
            if written and not (_item(line) and _item(line) == _item(written[-1])):
                written.append("")
            written.append(line)
        return "\n".join(written) + "\n"

    def title(self, text: str) -> None:
        """The title."""
        self.lines.append(f"# {plain(text)}")

    def heading(self, text: str) -> None:
        """A heading."""
        self.lines.append(f"## {plain(text)}")

    def blank(self) -> None:
        """Nothing: blocks stand apart anyway."""

    def paragraph(self, text: str, indent: int = 0) -> None:
        """A paragraph; there is no indent."""
        del indent
        self.lines.append(plain(text))

    def numbered(self, number: int, text: str) -> None:
        """An item of a numbered list."""
        self.lines.append(f"{number}. {plain(text)}")

    def bullet(self, text: str, indent: int = 0) -> None:
        """An item of a list; there is no indent."""
        del indent
        self.lines.append(f"* {plain(text)}")

    def field(self, label: str, text: str, indent: int = 0) -> None:
        """An item with a label; nothing when the text is empty."""
        del indent
        if text:
            name = plain(label)
            self.lines.append(f"* {f'*{name}*: ' if name else ''}{plain(text)}")


def plain(text: str) -> str:
    """The text on one line, without a meaning in Markdown."""
    escaped = _SPECIAL.sub(r"\\\1", printable(text))
    if "://" in escaped or "@" in escaped or "www" in escaped.lower():  # rarely, and looking for it takes long
        escaped = _ADDRESS.sub(r"\\", escaped)
    if escaped.startswith(("-", "+")):
        return f"\\{escaped}"
    return _NUMBER.sub(r"\1\\\2", escaped) if escaped[:1].isdigit() else escaped


def _item(line: str) -> str:
    """What kind of list a line is an item of; nothing when it is none."""
    if line.startswith("* "):
        return "*"
    return "1" if re.match(r"\d+\. ", line) else ""
