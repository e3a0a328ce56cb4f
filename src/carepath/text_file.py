"""What every reader of files needs: bytes up to a limit, the text that they are, and the one way to write a day."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
import stat
from array import array
from pathlib import Path

from carepath.errors import ContentError, Place, Problem

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
#: What ends a line of YAML.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def bytes_of(path: Path, name: str, max_bytes: int, *, in_folder: bool = False) -> bytes:
    """The bytes of a file. Of one that is too large no more is read than tells so; it may be a pipe or a device.

    Args:
        path: the file.
        name: how it is called in places.
        max_bytes: its largest size.
        in_folder: it was found in a folder and not named by anyone: then nothing is waited for that may never come.

    Raises:
        ContentError: it is missing, is a folder, may not be read, or is larger than ``max_bytes``.
    """
    place = Place(name, 1, 1)
    try:
        if in_folder and is_special(path):
            raise ContentError([special_file(name)])
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            size = about.st_size if stat.S_ISREG(about.st_mode) else 0
            data = file.read(max_bytes + 1) if size <= max_bytes else b""
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        reason = getattr(error, "strerror", None) or type(error).__name__
        advice = "give a file that is there and may be read"
        raise ContentError([Problem("CP001", f"cannot read the file: {reason}", place, advice)]) from error
    if max(size, len(data)) > max_bytes:
        message = f"{max(size, len(data))} bytes; the limit is {max_bytes}"
        raise ContentError([Problem("CP009", message, place, "split the file, or leave out what is not needed")])
    return data


def is_special(path: Path) -> bool:
    """Whether a path is a pipe or a device, from which nothing may ever come; what may not be looked at is none."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # a name with a null character is a ValueError
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def special_file(name: str) -> Problem:
    """The problem of a pipe or a device in a folder of which the files are read."""
    message = "cannot read the file: it is a pipe or a device"
    return Problem("CP001", message, Place(name, 1, 1), "leave only files and folders there")


def text_in(data: bytes, name: str, encoding: str = "utf-8") -> str:
    """The text that bytes are.

    Raises:
        ContentError: they are not UTF-8.
    """
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        place = Place(name, data.count(b"\n", 0, error.start) + 1, 1)
        raise ContentError([Problem("CP002", "not UTF-8 text", place, "save it as UTF-8")]) from error


class Lines:
    """The lines of a text, found when the first is asked for: where they begin is kept, which is less than they are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("I")

    def line(self, number: int) -> str:
        """The line of a number, counted from 1, without its end; empty where there is none."""
        if not self._starts:
            breaks = (found.end() for found in _BREAK.finditer(self._text))
            self._starts.extend(itertools.chain((0,), breaks, (len(self._text),)))
        if not 0 < number < len(self._starts):
            return ""
        return self._text[self._starts[number - 1] : self._starts[number]].rstrip("\n\r\x85\u2028\u2029")


def day_in(value: object) -> dt.date | None:
    """The calendar day that a text names as YYYY-MM-DD; None for every other text, other forms of ISO 8601 too."""
    if not isinstance(value, str) or _DAY.match(value) is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None
