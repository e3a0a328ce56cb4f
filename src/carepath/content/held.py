"""A mapping of what a guideline holds that says, of what it does not hold, where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from carepath.errors import ContentError, Place, Problem

T = TypeVar("T")


class Held(dict[str, T]):
    """What ``rules/outputs.yaml`` has under a key. Asked for a name that is not there it raises ``ContentError``.

    Args:
        what: what a name stands for, in a word.
        held: by name.
    """

    def __init__(self, what: str, held: Mapping[str, T]) -> None:
        super().__init__(held)
        self.what = what

    def __missing__(self, name: str) -> T:
        message = f"there is no {self.what} {name!r}, which carepath needs"
        place = Place("rules/outputs.yaml", 1, 1)
        raise ContentError([Problem("CP093", message, place, "copy it from the shipped content")])

    def __reduce__(self) -> tuple[object, ...]:
        """A copy in another process is the same."""
        return Held, (self.what, dict(self))
