"""What a statement of the content is called in each language, and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from carepath.errors import Place


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English and Dutch."""

    en: str
    nl: str

    def in_language(self, lang: str) -> str:
        """The text in ``en`` or ``nl``."""
        return self.nl if lang == "nl" else self.en


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement stands on.

    ``kind`` is source, inferred, design_choice or unverified; ``role`` is ground, counter (speaks against) or context.
    """

    kind: str
    source: str | None = None
    section: str | None = None
    quote: str | None = None
    note: Text | None = None
    role: str = "ground"


def tags_of(grounds: tuple[Ground, ...]) -> frozenset[str]:
    """The kinds of ground as the reader sees them: what is inferred is also a design choice."""
    kinds = {ground.kind for ground in grounds if ground.role == "ground"}
    return frozenset(kinds | {"design_choice"} if "inferred" in kinds else kinds)


@dataclass(frozen=True, slots=True)
class Source:
    """A document that grounds refer to."""

    key: str
    title: str
    nature: str
    document: str | None = None
    party: Text | None = None
    publisher: str | None = None
    date: str | None = None
    address: str | None = None
    weight: Text | None = None
    quotable: bool = True
    file: str | None = None
    place: Place | None = None
