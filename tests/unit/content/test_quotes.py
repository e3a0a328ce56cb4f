"""Every quote stands word for word in the document of its source, which is beside the checkout and not in it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from carepath.content.guideline import Source
from carepath.content.load import load_guideline
from carepath.content.walk import grounds_of

SHARED = Path(__file__).resolve().parents[4] / "shared"
needs_documents = pytest.mark.skipif(not (SHARED / "sources").is_dir(), reason=f"no documents at {SHARED}/sources")
needs_bank = pytest.mark.skipif(not (SHARED / "quotes.md").is_file(), reason=f"no quote bank at {SHARED}/quotes.md")

_PAGE_BREAK = re.compile(r"^\s*-{3,}\s*$", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|_|</?su[bp]>")


@functools.cache
def quotes() -> list[tuple[str, str]]:
    """Every quote of the guideline with the key of its source."""
    found = {
        (ground.source, ground.quote)
        for _, grounds in grounds_of(load_guideline())
        for ground in grounds
        if ground.source is not None and ground.quote is not None
    }
    return sorted(found)


@functools.cache
def plain(text: str) -> str:
    """The words of a text without markup, line breaks and page breaks."""
    text = _PAGE_BREAK.sub(" ", text)
    text = _MARKUP.sub("", text)
    return re.sub(r"\s+", " ", text).strip()


def source_of(key: str) -> Source:
    return load_guideline().sources[key]


def document_of(source: Source) -> str | None:
    """The number of the file that holds a source, its own or that of the document it stands in."""
    if source.file is None and source.document is not None:
        return source_of(source.document).file
    return source.file


@functools.cache
def words_of_document(number: str) -> str:
    (path,) = (SHARED / "sources").glob(f"{number}_*.txt")
    return plain(path.read_text(encoding="utf-8"))


@functools.cache
def words_of_bank() -> str:
    return plain((SHARED / "quotes.md").read_text(encoding="utf-8"))


def test_there_are_quotes_to_check() -> None:
    assert len(quotes()) > 50


@needs_documents
def test_every_quote_stands_in_the_document_of_its_source() -> None:
    wrong = []
    for source, quote in quotes():
        number = document_of(source_of(source))
        if number is None or plain(quote) not in words_of_document(number):
            wrong.append((source, quote))
    assert wrong == []


@needs_bank
def test_every_quote_stands_in_the_quote_bank() -> None:
    assert [(source, quote) for source, quote in quotes() if plain(quote) not in words_of_bank()] == []


def test_nothing_is_quoted_from_the_confidential_text() -> None:
    assert source_of("S3-IASP").quotable is False
    assert all(source != "S3-IASP" for source, _ in quotes())


def test_a_quote_of_the_collection_of_reactions_is_always_one_partys() -> None:
    for source, _ in quotes():
        found = source_of(source)
        if document_of(found) == "003":
            assert found.document == "S3"
            assert found.party is not None


def test_a_quote_is_short() -> None:
    assert max(len(quote) for _, quote in quotes()) < 400
