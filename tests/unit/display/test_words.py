from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import carepath.display
import carepath.exchange
import carepath.explain
from carepath.content.load import load_guideline
from carepath.display.layout import Page, printable
from carepath.display.words import Words, fill, in_sentence
from carepath.errors import ContentError

if TYPE_CHECKING:
    from carepath.record.facts import Item

#: The names of phrases that are put together from a value.
FAMILIES = (
    "position_",
    "label_",
    "unit_",
    "part_",
    "parts_",
    "column_",
    "edge_",
    "how_",
    "heading_",
    "engine_",
    "condition_",
)


def code() -> str:
    """The source of the displays, explanations and exchanges that print phrases."""
    packages = (carepath.display, carepath.exchange, carepath.explain)
    folders = [Path(str(path)) for package in packages for path in package.__path__]
    return "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.py")))


def test_every_phrase_that_the_displays_name_is_in_the_content() -> None:
    named = set(re.findall(r"""phrase\(\s*["']([a-z0-9_]+)["']""", code()))
    assert named <= set(load_guideline().phrases)


def test_every_phrase_of_the_content_is_used() -> None:
    text = code()
    families = (*FAMILIES, *re.findall(r"""f["']([a-z_]+_)\{""", text))
    for name in load_guideline().phrases:
        assert re.search(rf"""["']{name}["']""", text) or name.startswith(families), name


def test_both_languages_of_a_phrase_have_the_same_placeholders() -> None:
    for name, text in load_guideline().phrases.items():
        assert sorted(re.findall(r"\{\w+\}", text.en)) == sorted(re.findall(r"\{\w+\}", text.nl)), name


def test_a_phrase_that_the_content_lacks_is_an_error_that_names_it() -> None:
    poorer = dataclasses.replace(load_guideline(), phrases={})
    with pytest.raises(ContentError, match="professional_use"):
        Words(poorer, "en").phrase("professional_use")


def test_numbers_dates_and_truths_are_written_in_the_language() -> None:
    english, dutch = Words(load_guideline(), "en"), Words(load_guideline(), "nl")
    assert dutch.quantity(4.5, "wk") == "4,5 weken"
    assert english.quantity(1, "mo") == "1 month"
    assert english.quantity(30, "%") == "30%"
    assert dutch.value("rf_cauda_equina", value=True) == "ja"
    assert english.value("last_step_change_date", dt.date(2026, 1, 2)) == "2026-01-02"
    assert english.value("wpn_class", 4) == "4"


def test_items_of_a_list_are_told_apart() -> None:
    words = Words(load_guideline(), "en")
    drugs: tuple[Item, ...] = ({"class": "TCA", "adequate_trial": True}, {"class": "SNRI", "response": "insufficient"})
    assert words.value("neuropathic_drugs", drugs) == "(TCA, adequate trial: yes), (SNRI, effect: insufficient)"
    assert words.value("neuropathic_drugs", ()) == "none"


def test_a_long_list_tells_how_many_are_left_out() -> None:
    words = Words(load_guideline(), "nl")
    assert words.listed(["a", "b", "a", "c", "d"], limit=2) == "a, b en nog 2"
    assert words.listed(["a", "b", "c"], limit=2) == "a, b, c"


def test_a_filled_value_is_not_filled_again_and_begins_small_inside_a_sentence() -> None:
    assert fill("Go to {target}. {target}!", lambda _name: "Self-{target}") == "Go to self-{target}. Self-{target}!"
    assert fill("{other}", lambda _name: None) == "{other}"
    assert in_sentence("IMSR") == "IMSR"


def test_a_page_wraps_words_of_any_length_and_shows_no_control_characters() -> None:
    page = Page(width=20)
    page.numbered(1, "x" * 50)
    page.field("label", "y" * 50, 4)
    assert max(len(line) for line in page.lines) == 20
    assert printable("a\x1b[0m\nb") == "a [0m b"
