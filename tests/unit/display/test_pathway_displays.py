from __future__ import annotations

import re

import pytest

from carepath.content.load import load_guideline
from carepath.display.mermaid import ARROWS, escaped, pathway_mermaid
from carepath.display.pathway_text import pathway_text

NAMES = ("spine", "other_msk", "neuropathic")
LANGUAGES = ("en", "nl")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_has_each_step_and_each_transition(name: str, lang: str) -> None:
    pathway = load_guideline().pathways[name]
    drawing = pathway_mermaid(pathway, lang)
    ids = {}
    for step in pathway.steps.values():
        label = re.escape(f'["{escaped(step.id)}<br/>{escaped(step.text.in_language(lang))}"]')
        found = re.findall(rf"^ +(\w+){label}$", drawing, re.MULTILINE)
        assert len(found) == 1
        ids[step.id] = found[0]
    assert len(set(ids.values())) == len(pathway.steps)
    for transition in pathway.transitions:
        arrow = re.escape(ARROWS[transition.kind])
        rule, source, target = re.escape(transition.rules[-1]), ids[transition.source], ids[transition.target]
        edge = rf'^  {source} {arrow}\|"[^"]*{rule}"\| {target}$'
        assert re.search(edge, drawing, re.MULTILINE)
    assert len(re.findall(r'\|"', drawing)) == len(pathway.transitions)
    assert drawing.count("subgraph") == len({step.line for step in pathway.steps.values()})


def test_what_mermaid_would_read_as_its_own_is_escaped() -> None:
    assert escaped('a "b" <c> & #d\n|e`') == "a #quot;b#quot; #lt;c#gt; #amp; #35;d #124;e#96;"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_text_has_each_step_and_transition_within_100_columns(name: str, lang: str) -> None:
    guideline = load_guideline()
    pathway = guideline.pathways[name]
    text = pathway_text(pathway, guideline, lang)
    flat = " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not re.search(r"\{[a-z:_]+\}", text)
    for step in pathway.steps.values():
        assert f"{step.id}: {step.text.in_language(lang)}" in flat
        for intervention in step.interventions:
            assert " ".join(intervention.text.in_language(lang).split()) in flat
    for transition in pathway.transitions:
        assert f"{transition.source} > {transition.target}: " in flat
