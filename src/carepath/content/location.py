"""Where the shipped content stands: inside an installed package, or beside ``src`` in a checkout."""

from __future__ import annotations

from pathlib import Path

from carepath.errors import ContentError, Place, Problem

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_content() -> Path:
    """The folder that holds ``rules/`` and ``pathways/`` of the shipped guideline.

    Raises:
        ContentError: neither an installed copy nor a checkout is there.
    """
    for folder in (_PACKAGE / "_content", _PACKAGE.parent.parent):
        if (folder / "rules").is_dir() and (folder / "pathways").is_dir():
            return folder
    message = "the shipped rules/ and pathways/ were not found beside the package"
    advice = "reinstall carepath, or give load_guideline() the folder that holds them"
    raise ContentError([Problem("CP001", message, Place(str(_PACKAGE), 1, 1), advice)])
