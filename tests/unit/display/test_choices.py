from __future__ import annotations

import re

import pytest

from carepath.content.load import load_guideline
from carepath.display.choices import choices_markdown, own_choices

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
