"""Pieces of Markdown: texts that mean nothing in it, tables, conditions, grounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from carepath.language.write import write_structure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.content.guideline import Ground, Text
    from carepath.language.nodes import Condition


def plain(text: str) -> str:
    """The text on one line, without a meaning in Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", " ".join(text.split()))


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table with an empty line below; nothing without rows."""
    columns = list(heads)
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *lines, ""] if lines else []


def two(text: Text) -> list[str]:
    """A text in both languages."""
    return [f"* en: {plain(text.en)}", f"* nl: {plain(text.nl)}", ""]


def code(names: Iterable[str], between: str = ", ") -> str:
    """Names as code, in one line."""
    return between.join(f"`{name}`" for name in names)


def condition_block(condition: Condition) -> list[str]:
    """A condition as it stands in YAML."""
    dumped = yaml.safe_dump([write_structure(condition)], sort_keys=False, width=1000, allow_unicode=True)
    return ["```yaml", *(line[2:] for line in dumped.rstrip("\n").split("\n")), "```", ""]


def grounds_list(grounds: Iterable[Ground], head: str = "Grounds:") -> list[str]:
    """Grounds, each with its source, its quote and its note."""
    lines = [f"* {ground_line(ground)}" for ground in grounds]
    return [head, "", *lines, ""] if lines else []


def ground_line(ground: Ground) -> str:
    """A ground on one line."""
    role = "" if ground.role == "ground" else f" ({ground.role})"
    parts = [f"{ground.kind.replace('_', ' ')}{role}"]
    if ground.source is not None:
        section = f", {plain(ground.section)}" if ground.section is not None else ""
        parts.append(f"[{ground.source}](sources.md#{ground.source.lower()}){section}")
    if ground.quote is not None:
        parts.append(f'"{plain(ground.quote)}"')
    if ground.note is not None:
        parts.append(f"{plain(ground.note.en)} / {plain(ground.note.nl)}")
    return "; ".join(parts)
