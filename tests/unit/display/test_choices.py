from __future__ import annotations

import re

import pytest

from carepath.content.load import load_guideline
from carepath.display.choices import choices_markdown, own_choices
from carepath.display.evidence import design_choices
from carepath.display.html import report_html
from tests.unit.display.patients import assessed

LANGUAGES = ("en", "nl")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_lists_every_parameter_with_a_design_choice(lang: str) -> None:
    guideline = load_guideline()
    page = choices_markdown(guideline, lang)
    chosen = [
        one for one in guideline.parameters.values() if any(ground.kind == "design_choice" for ground in one.grounds)
    ]
    assert chosen
    for parameter in chosen:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{parameter.name}` |"))
        assert parameter.text.in_language(lang) in row
        if parameter.changed_by is not None:
            assert parameter.changed_by.in_language(lang) in row


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_lists_every_choice_of_rules_terms_steps_and_the_table(lang: str) -> None:
    guideline = load_guideline()
    page = choices_markdown(guideline, lang).replace("\\", "")
    choices = own_choices(guideline)
    assert {one.used.part for one in choices} >= {"parameter", "rule", "term", "step", "transition", "entry", "ask"}
    for one in choices:
        assert one.used.id in page
        if one.note is not None:
            assert " ".join(one.note.in_language(lang).rstrip(".").split()) in page


def test_rows_of_the_table_have_as_many_cells_as_the_head() -> None:
    table = [line for line in choices_markdown(load_guideline(), "nl").splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_and_the_choices_of_an_advice_are_one_click_or_call_from_each_other(lang: str) -> None:
    assessment = assessed("step 3 not done")
    assert design_choices(assessment)
    assert "carepath show choices" in " ".join(assessment.report(lang).split())
    page = report_html(assessment, lang)
    (target,) = re.findall(r'<div class="cp-choices" id="([^"]+)">', page)
    marked = [one for one in (*assessment.recommendations, *assessment.notes) if "design_choice" in one.tags]
    assert page.count(f'<a class="cp-mark cp-choice" href="#{target}">') == len(marked)
    assert "carepath show choices" in page
    assert "carepath why" in choices_markdown(assessment.guideline, lang)
    for choice in design_choices(assessment):
        if choice.part in {"rule", "ask", "entry", "step"}:
            assert assessment.why(choice.id).sentence.in_language(lang)


def test_an_explanation_shows_the_choices_that_an_advice_stands_on() -> None:
    assessment = assessed("step 3 not done")
    advice = next(one for one in assessment.recommendations if "design_choice" in one.tags)
    kinds = {ground.kind for node in assessment.why(advice).walk() for ground in node.grounds}
    assert "design_choice" in kinds
