"""The list of points that no scenario can exercise, each with the reason: a YAML file beside the scenarios."""

from __future__ import annotations

from pathlib import Path

from carepath import yaml_reader
from carepath.content.guideline import Guideline
from carepath.errors import ContentError, Problem, nearest
from carepath.testing.coverage_points import points_of
from carepath.yaml_reader import Scalar, YamlNode, read_file

KEYS = ("point", "reason")


def read_unreachable(path: Path, guideline: Guideline) -> dict[str, str]:
    """The points that a file lists as out of reach of every scenario, with the reasons.

    Args:
        path: a YAML file: a list of ``{point: ..., reason: ...}``; a point is written as coverage names it.
        guideline: the content that holds the points.

    Raises:
        ContentError: with every problem of the file; a point that the guideline does not have is one.
    """
    node = read_file(path)
    items = node.items if isinstance(node, yaml_reader.Sequence) else (node,)
    known = {point.key for point in points_of(guideline)}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for item in items:
        texts = _texts(item, problems)
        if texts is None:
            continue
        point, reason = texts
        if point not in known:
            message = f"the guideline has no point {point!r}"
            problems.append(Problem("CP093", message, item.place, nearest(point, known)))
        elif point in found:
            problems.append(Problem("CP030", f"{point!r} stands twice", item.place, "leave one of the two out"))
        else:
            found[point] = reason
    if problems:
        raise ContentError(problems)
    return found


def _texts(node: YamlNode, problems: list[Problem]) -> tuple[str, str] | None:
    before = len(problems)
    if not isinstance(node, yaml_reader.Mapping):
        problems.append(Problem("CP008", "an entry is a mapping", node.place, "write {point: ..., reason: ...}"))
        return None
    problems.extend(
        Problem("CP006", f"unknown key {entry.key!r}", entry.place, nearest(entry.key, KEYS))
        for entry in node.entries
        if entry.key not in KEYS
    )
    texts: list[str] = []
    for key in KEYS:
        held = node.get(key)
        if held is None:
            problems.append(Problem("CP007", f"the key {key!r} is missing", node.place, "add it"))
        elif not isinstance(held, Scalar) or not isinstance(held.value, str) or not held.value.strip():
            problems.append(Problem("CP008", f"{key} is a text", held.place, "write it in words"))
        else:
            texts.append(held.value.strip())
    return (texts[0], texts[1]) if len(problems) == before else None
