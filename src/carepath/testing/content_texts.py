"""The files of a guideline as texts by their path: read without a folder, and written into one."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from carepath.content.files import REQUIRED, ContentFiles, hash_of
from carepath.content.guideline import Guideline
from carepath.content.load import guideline_of
from carepath.content.location import shipped_content
from carepath.errors import ArgumentError, ContentError, Place, Problem
from carepath.record.foreign import shown

#: The files of a guideline: by path, such as ``rules/terms.yaml``, their text.
GuidelineFiles = dict[str, str]

#: The files that hold what carepath itself says in reports, whatever the rules: taken from the shipped content.
WORDS = ("rules/outputs.yaml", "rules/phrases.yaml")


def read_guideline_files(files: Mapping[str, str]) -> Guideline:
    """The guideline that texts hold: read and checked as ``load_guideline`` reads and checks a folder.

    Args:
        files: by path below the folder, such as ``rules/terms.yaml`` or ``pathways/spine.yaml``, the text.

    Returns:
        The guideline. It stands in no folder, so it cannot be sent to another process.

    Raises:
        ArgumentError: it is no mapping of texts, or a path is not that of a content file.
        ContentError: with every problem of every file.
    """
    _check(files)
    contents = {name: files[name].encode() for name in sorted(files, key=lambda name: (name[0] != "r", name))}
    read = ContentFiles()
    for name, data in contents.items():
        known = _shipped_words().get(name)
        if known is not None and known[0] == data:
            read.fixed[name.partition("/")[2]] = known[1].fixed[name.partition("/")[2]]
        else:
            read.take(name, data)
    read.problems += (
        Problem("CP001", "the file is missing", Place(f"rules/{one}", 1, 1), "copy it from the shipped content")
        for one in REQUIRED
        if f"rules/{one}" not in contents
    )
    read.content_hash = hash_of(contents)
    guideline, problems = guideline_of(read, "")
    if problems or guideline is None:
        raise ContentError(problems)
    return guideline


def write_guideline_files(files: Mapping[str, str], folder: str | Path) -> Path:
    """Writes the files of a guideline into a folder, which is made if it is not there: it can then be loaded.

    Args:
        files: by path below the folder the text.
        folder: where ``rules/`` and ``pathways/`` will stand; files of the same name are replaced.

    Returns:
        The folder.

    Raises:
        ArgumentError: it is no mapping of texts, or a path is not that of a content file.
    """
    _check(files)
    root = Path(folder)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


def shipped_words() -> GuidelineFiles:
    """The texts of the files that hold what carepath itself says in reports."""
    return {name: data.decode() for name, (data, _) in _shipped_words().items()}


@functools.cache
def _shipped_words() -> Mapping[str, tuple[bytes, ContentFiles]]:
    """Each of these files with what was read from it: most of the time of reading a small guideline goes to them."""
    found = {}
    for name in WORDS:
        data, read = (shipped_content() / name).read_bytes(), ContentFiles()
        read.take(name, data)
        found[name] = (data, read)
    return found


def _check(files: object) -> None:
    problems: list[Problem] = []
    advice = "name files as they stand below the folder: rules/NAME.yaml, pathways/NAME.yaml"
    if not isinstance(files, Mapping):
        raise ArgumentError([Problem("CP082", f"files: {shown(files)} is no mapping of texts by path", None, advice)])
    for name, text in files.items():
        folder, _, plain = name.partition("/") if isinstance(name, str) else ("", "", "")
        if folder not in {"rules", "pathways"} or not plain.endswith(".yaml") or "/" in plain or "\\" in plain:
            problems.append(Problem("CP082", f"files: {shown(name)} is no path of a content file", None, advice))
        elif not isinstance(text, str):
            problems.append(Problem("CP082", f"files: {name} holds {shown(text)}, no text", None, "give its text"))
    if problems:
        raise ArgumentError(problems)
