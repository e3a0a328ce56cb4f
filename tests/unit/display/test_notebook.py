from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from carepath.content.load import load_guideline
from carepath.display.markdown import MarkdownPage, plain
from tests.unit.display.patients import PATIENTS, assessed

TYPES = {"text/plain", "text/html", "text/markdown"}


def shown() -> dict[str, Any]:
    guideline = load_guideline()
    found: dict[str, Any] = {"guideline": guideline}
    found |= {f"pathway {name}": one for name, one in guideline.pathways.items()}
    found |= {f"rule {name}": one for name, one in guideline.rules.items()}
    return found | {f"assessment {name}": assessed(name) for name in PATIENTS}


@pytest.mark.parametrize("name", shown())
def test_a_notebook_is_given_text_html_and_markdown(name: str) -> None:
    forms = shown()[name]._repr_mimebundle_()
    drawn = name.startswith(("pathway", "assessment")) and name != "assessment empty"
    assert set(forms) == TYPES | ({"image/svg+xml"} if drawn else set())
    for text in forms.values():
        assert text.strip()
        assert not re.search(r"\{[a-z:_]+\}", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))
    assert "<script" not in forms["text/html"]
    assert max(map(len, forms["text/plain"].splitlines())) <= 100
    if drawn:
        ET.fromstring(forms["image/svg+xml"])  # noqa: S314 - the text was made here
        assert "<svg " in forms["text/html"]


@pytest.mark.parametrize("name", shown())
def test_a_repr_is_one_line_of_a_bearable_length(name: str) -> None:
    written = repr(shown()[name])
    assert re.fullmatch(r"<(Guideline|Pathway|Rule|Assessment) [^\n]+>", written)
    assert len(written) <= 250


def test_only_what_is_asked_for_is_made() -> None:
    pathway = load_guideline().pathways["spine"]
    assert set(pathway._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert set(pathway._repr_mimebundle_(exclude=["image/svg+xml"])) == TYPES
    both = pathway._repr_mimebundle_(include=["text/plain", "text/html"], exclude=["text/html"])
    assert set(both) == {"text/plain"}


def test_an_assessment_shows_itself_in_its_own_language() -> None:
    forms = assessed("cauda equina")._repr_mimebundle_()
    assert forms["text/plain"] == assessed("cauda equina").report()
    assert 'lang="en"' in forms["text/html"]


def test_a_pathway_shows_each_step_and_each_transition() -> None:
    for pathway in load_guideline().pathways.values():
        forms = pathway._repr_mimebundle_()
        for step in pathway.steps.values():
            assert step.id in forms["text/plain"]
            assert plain(step.text.en) in forms["text/markdown"]
        numbers = re.findall(r"^(\d+)\. ", forms["text/markdown"], re.MULTILINE)
        assert numbers == [str(number) for number in range(1, len(pathway.transitions) + 1)]


def test_a_rule_shows_what_it_stands_on() -> None:
    rule = load_guideline().rules["IM-1"]
    text = " ".join(rule._repr_mimebundle_()["text/plain"].split())
    for ground in rule.grounds:
        if ground.quote is not None:
            assert " ".join(ground.quote.split()) in text


def test_text_has_no_meaning_in_markdown() -> None:
    page = MarkdownPage()
    page.paragraph("# *a* <b> [c](d) `e`\nf")
    page.paragraph("- g")
    page.paragraph("1. h")
    page.bullet("i")
    page.bullet("j_k")
    assert page.text() == "\\# \\*a\\* \\<b\\> \\[c\\](d) \\`e\\` f\n\n\\- g\n\n1\\. h\n\n* i\n* j\\_k\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://evil.example", "see http\\://evil.example"),
        ("WWW.evil.example", "WWW\\.evil.example"),
        ("a@evil.example", "a\\@evil.example"),
        ("~~gone~~", "\\~\\~gone\\~\\~"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("1.5 lines", "1\\.5 lines"),
        ("a plain text", "a plain text"),
        ("", ""),
    ],
)
def test_no_text_becomes_a_link_a_list_or_a_line_through_a_word(text: str, expected: str) -> None:
    assert plain(text) == expected
