"""What a command gives back. A command prints nothing itself: the command line does."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from carepath.content.guideline import Guideline
from carepath.content.load import load_guideline

#: The exit statuses.
DONE = 0
FAILED = 1
UNREADABLE = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """An exit status, what goes to standard output, and what goes to standard error; both end with a new line."""

    status: int = DONE
    out: str = ""
    err: str = ""


def lines(*texts: str) -> str:
    """The texts one under the other, with a new line at the end; nothing for no text."""
    return "".join(text.rstrip("\n") + "\n" for text in texts)


def chosen_guideline(arguments: argparse.Namespace) -> Guideline:
    """The guideline of ``--guideline``, or the shipped one, with the tables of ``--codes``.

    Raises:
        ContentError: with every problem of its files.
    """
    return load_guideline(arguments.guideline, codes=getattr(arguments, "codes", ()))
