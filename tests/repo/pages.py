"""The blocks of code on a page of the documentation, and what is shown as their output."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

_FENCE = re.compile(
    r"(?:^(?P<indent> *)<!-- (?P<note>[a-z]+)(?:: (?P<file>\S+))? -->\n)?"
    r"^(?P<margin> *)```(?P<kind>\w+)\n(?P<text>.*?)^(?P=margin)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of code: its kind, its text, its line, and what the note above it says to do with it.

    ``output`` is the block of text that follows at once, if there is one.
    """

    kind: str
    text: str
    line: int
    note: str
    file: str
    output: str | None = None


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = -1
    for match in _FENCE.finditer(text):
        body = re.sub(rf"^{match['margin']}", "", match["text"], flags=re.MULTILINE)
        line = text[: match.start("kind")].count("\n") + 1
        if match["kind"] == "text" and found and end >= 0 and not text[end : match.start()].strip():
            found[-1] = dataclasses.replace(found[-1], output=body)
        else:
            found.append(Block(match["kind"], body, line, match["note"] or "", match["file"] or ""))
        end = match.end() if match["kind"] in {"python", "sh"} else -1
    return found


def compare(came: str, expected: str | None, where: str) -> None:
    """Whether what came is what the page shows; ``...`` is any text, and on a line of its own any number of lines."""
    if expected is not None:
        lines = (
            r"(?:.*\n)*" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", "(?s:.*)") + r"\n"
            for line in expected.strip("\n").split("\n")
        )
        shown = f"{where}: the page shows\n{expected}\nbut this comes\n{came}"
        assert re.fullmatch("".join(lines), came.strip("\n") + "\n"), shown
