from __future__ import annotations

import html
import itertools
import re
import xml.etree.ElementTree as ET
from typing import NamedTuple

import pytest

import carepath
from carepath.display.answer_svg import ANSWER as DRAWN
from carepath.display.answer_svg import answer_svg
from carepath.display.answers import ANSWER, answer_forms
from carepath.display.drawing_grid import text_width
from carepath.display.drawing_style import PALETTE
from carepath.display.words import Words
from carepath.explain.explanation import Explanation
from tests.unit.display.patients import AT, BETTER_AFTER_STEP_3, STEP_3_NOT_DONE, assessed
from tests.unit.display.test_html import Reader

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ("en", "nl")
TYPES = {"text/plain", "text/html", "text/markdown", "image/svg+xml"}


def answers() -> dict[str, Explanation]:
    better, before = assessed("better after step 3"), assessed("step 3 not done")
    changed = {**STEP_3_NOT_DONE, "step3_multi_done": True, "step3_multi_sufficient": False}
    after = carepath.assess(changed, pathway="spine", at="2026-03-09", engine="direct")
    found: dict[str, Explanation] = {
        "why": before.why("guideline_conflict"),
        "why of a note": better.why("note"),
        "why not": better.why_not("deescalate"),
        "why not an mdo": before.why_not("mdo"),
        "why not, set aside": assessed("cauda equina").why_not("guideline_conflict"),
        "not available": assessed("empty").why_not("the leidraad"),
        "change": before.what_would_change("imsr_assessment"),
        "comparison": carepath.compare(before, after),
        "the same": carepath.compare(before, before),
    }
    return found | {f"missing {number}": one for number, one in enumerate(better.missing[:3], start=1)}


ANSWERS = answers()
each = pytest.mark.parametrize("name", ANSWERS)
language = pytest.mark.parametrize("lang", LANGUAGES)


@each
@language
def test_a_notebook_is_given_text_html_markdown_and_the_tree_as_a_drawing(name: str, lang: str) -> None:
    one = ANSWERS[name]
    forms = {kind: make() for kind, make in answer_forms(one, lang).items()}
    assert set(forms) == (TYPES if one.nodes else TYPES - {"image/svg+xml"})
    for text in forms.values():
        assert text.strip()
        assert not re.search(r"\{[a-z:_]+\}", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))
    assert forms["text/plain"] == one.report(lang)


@each
def test_a_repr_is_one_line_of_a_bearable_length(name: str) -> None:
    written = repr(ANSWERS[name])
    assert re.fullmatch(r"<(Explanation|Comparison|Missing|WouldChange) [^\n]+>", written)
    assert len(written) <= 120


def test_only_what_is_asked_for_is_made() -> None:
    assert set(ANSWERS["why"]._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(ANSWERS["why"]._repr_mimebundle_(exclude=["image/svg+xml"])) == TYPES - {"image/svg+xml"}


def test_an_answer_shows_itself_in_the_language_of_its_assessment() -> None:
    made = carepath.assess(BETTER_AFTER_STEP_3, pathway="spine", at=AT, engine="direct", lang="nl")
    for one in (made.why("note"), made.why_not("mdo"), made.missing[0], carepath.compare(made, made)):
        assert str(one) == one.report("nl")
        assert 'lang="nl"' in one._repr_mimebundle_(include=["text/html"])["text/html"]


@each
@language
def test_the_html_is_well_formed_loads_nothing_and_says_what_the_text_says(name: str, lang: str) -> None:
    one = ANSWERS[name]
    page = answer_forms(one, lang)["text/html"]()
    read = Reader(page)
    assert not {"script", "img", "link", "iframe", "html", "body"} & set(read.tags)
    assert not [item for item in read.attributes if item[1].startswith("on") or item[1] in {"src", "href"}]
    said = " ".join(read.text.split())
    missing = [word for word in re.findall(r"[^\W_]{4,}", one.report(lang)) if word not in said]
    assert not missing
    sentence = Words(one.guideline, lang).of(one.sentence)
    assert html.escape(" ".join(sentence.split()), quote=True) in page


@each
@language
def test_markdown_nests_the_tree_and_gives_no_text_a_meaning(name: str, lang: str) -> None:
    lines = answer_forms(ANSWERS[name], lang)["text/markdown"]().splitlines()
    depths = [(len(line) - len(line.lstrip(" "))) // 2 for line in lines if line.lstrip().startswith("* ")]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(depths))
    assert not [line for line in lines[1:] if re.search(r"(?<!\\)[_`<>]", line)]


def test_a_choice_of_our_own_is_marked_where_the_grounds_are_folded() -> None:
    one = assessed("step 3 not done").why("imsr_assessment")
    chosen = [node for node in one.walk() if any(ground.kind == "design_choice" for ground in node.grounds)]
    assert chosen
    page = answer_forms(one, "en")["text/html"]()
    marked = re.findall(r"<summary>[^<]*<span class=\"cp-mark cp-choice\">([^<]*)</span></summary>", page)
    assert marked
    assert set(marked) == {Words(one.guideline, "en").vocabulary("tag", "design_choice")}


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Area) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def box(rect: ET.Element) -> Area:
    x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return Area(x, y, x + width, y + height)


def room(text: ET.Element) -> Area:
    tag = "cp-tagtext" in text.attrib.get("class", "")
    size, bold = (10 if tag else 11), tag or "cp-bold" in text.attrib.get("class", "")
    width = text_width("".join(text.itertext()), size, bold=bold)
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    left = x - width / 2 if tag else x
    return Area(left, y - 0.8 * size, left + width, y + 0.25 * size)


def drawn(name: str, lang: str) -> ET.Element:
    return ET.fromstring(answer_svg(ANSWERS[name], lang))  # noqa: S314 - the text was made here


WITH_TREE = [name for name in ANSWERS if ANSWERS[name].nodes]


@pytest.mark.parametrize("name", WITH_TREE)
@language
def test_in_a_drawing_nothing_overlaps_and_nothing_leaves_the_sheet(name: str, lang: str) -> None:
    root = drawn(name, lang)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width <= 960
    texts = [room(one) for one in root.iter(f"{SVG}text")]
    assert all(one.within(Area(0, 0, width, height)) for one in texts)
    assert not any(one.meets(other) for one, other in itertools.combinations(texts, 2))
    cards = [one for one in root.iter(f"{SVG}rect") if one.attrib["class"] == "cp-card"]
    assert not any(one.meets(other) for one, other in itertools.combinations(map(box, cards), 2))
    for group in root.iter(f"{SVG}g"):
        card = next(box(one) for one in group.iter(f"{SVG}rect") if one.attrib["class"] == "cp-card")
        assert all(room(one).within(card) for one in group.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", WITH_TREE)
def test_in_a_drawing_a_truth_stands_in_words_and_no_line_crosses_a_card(name: str) -> None:
    root = drawn(name, "nl")
    words = Words(ANSWERS[name].guideline, "nl")
    for group in root.iter(f"{SVG}g"):
        truth = next((one for one in ("true", "false", "unknown") if f"cp-{one}" in group.attrib["class"]), None)
        tags = ["".join(one.itertext()) for one in group.iter(f"{SVG}text") if one.attrib.get("class") == "cp-tagtext"]
        assert tags == ([words.phrase(f"mark_{truth}")] if truth else [])
    cards = [box(one) for one in root.iter(f"{SVG}rect") if one.attrib["class"] == "cp-card"]
    for path in root.iter(f"{SVG}path"):
        x, top, bottom = map(float, re.findall(r"^M(\d+) (\d+)V(\d+)", path.attrib["d"])[0])
        assert not any(Area(x, top, x, bottom).meets(card) for card in cards)


def test_a_drawing_needs_nothing_from_outside_and_gives_the_same_bytes() -> None:
    for name, again in zip(ANSWERS, answers().values(), strict=True):
        svg = answer_svg(ANSWERS[name], "en")
        assert svg == answer_svg(again, "en")
        assert not re.search(r"<script|<image|<foreignObject|href=|url\(|@import|\son\w+=", svg)


def test_the_styles_name_no_colour_beside_the_palette() -> None:
    for style in (ANSWER, DRAWN):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", style)
        assert set(re.findall(r"--cp-([a-z-]+)", style)) <= set(PALETTE)
