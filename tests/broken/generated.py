"""Input that is broken on a large scale, made when a test needs it: content, patients, scenarios, audit records."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASE = HERE / "base"
HUGE = 100_000_000
DEEP = 10_000
NOBODY = 65_534

#: A text that would be ten thousand million times its length if its aliases were followed.
LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 11)
)

#: By name the bytes of a file that nobody can use, and the code that it is refused with.
BROKEN: dict[str, tuple[bytes, str]] = {
    "laughs": (LAUGHS.encode(), "CP004"),
    "flow": (b"[" * DEEP + b"]" * DEEP, "CP009"),
    "flow_of_mappings": (b"{a: " * DEEP + b"1" + b"}" * DEEP, "CP009"),
    "block": (b"- " * DEEP + b"1\n", "CP009"),
    "block_of_mappings": (b"".join(b" " * level + b"a:\n" for level in range(1_000)), "CP009"),
    "latin_1": ("a: één\n".encode("latin-1"), "CP002"),
    "utf_16": ("a: 1\n".encode("utf-16"), "CP002"),
    "half_a_character": (b"a: \xed\xa0\x80\n", "CP002"),
    "control_characters": (b"a: 1\x07\n", "CP002"),
    "nothing": (b"", "CP002"),
    "many_problems_on_a_line": (b"{" + b"a: 1, " * 100_000 + b"}", "CP003"),
}
#: The same for JSON; ``%`` stands where a patient stands.
BROKEN_JSON: dict[str, tuple[bytes, str]] = {
    "lists": (b"[" * DEEP + b"]" * DEEP, "CP009"),
    "objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "CP009"),
    "lists_a_little_too_deep": (b'{"patient":' + b"[" * 100 + b"]" * 100 + b"}", "CP009"),
    "latin_1": ('{"a": "één"}'.encode("latin-1"), "CP002"),
    "left_open": (b'{"a": 1', "CP002"),
    "not_a_number": (b'{"a": NaN}', "CP065"),
    "infinite": (b'{"a": -Infinity}', "CP065"),
    "too_large_for_a_decimal": (b'{"a": 1e400}', "CP065"),
    "five_thousand_digits": (b'{"a": ' + b"9" * 5_000 + b"}", "CP065"),
    "twice": (b'{"a": 1, "a": 2}', "CP003"),
    "nothing": (b"", "CP002"),
}


def content_with(folder: Path, name: str, data: bytes) -> Path:
    """The small guideline with one more file, or another one in its place."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


def huge_file(path: Path) -> Path:
    """A file of 100 MB that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(HUGE)
    return path


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """As a user with no rights to what belongs to another; root takes another user's place for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
