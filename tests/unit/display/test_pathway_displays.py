from __future__ import annotations

import re

import pytest

from carepath.content.load import load_guideline
from carepath.display.drawing_state import ELSEWHERE, SIGNS, ways_of
from carepath.display.mermaid import ARROWS, escaped, pathway_mermaid
from carepath.display.pathway_text import pathway_text
from carepath.display.words import Words
from carepath.errors import ArgumentError
from tests.unit.display.patients import assessed

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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_patients_own_mermaid_says_where_the_patient_is_and_how_each_way_from_there_stands(lang: str) -> None:
    assessment = assessed("better after step 3")
    pathway = assessment.basis.pathway
    assert pathway is not None
    drawing = pathway_mermaid(pathway, lang, assessment=assessment)
    words = Words(assessment.guideline, lang)
    assert re.findall(rf"(\w+)\[\"[^\"]*<br/>{words.phrase('mark_here')}\"\]", drawing) == ["step_SP15"]
    assert "  style step_SP15 stroke-width:4px" in drawing
    ways = ways_of(pathway, assessment)
    said = re.findall(r"\|\"([^\"]*)\"\|", drawing)
    for one, label in zip(pathway.transitions, said, strict=True):
        state = ways[one.id].state
        assert ("(" in label) is (state != ELSEWHERE)
        assert state == ELSEWHERE or label.endswith(f"({words.phrase(SIGNS[state])})")


def test_an_assessment_on_another_pathway_has_no_drawing() -> None:
    with pytest.raises(ArgumentError, match="not of pathway"):
        pathway_mermaid(load_guideline().pathways["neuropathic"], assessment=assessed("cauda equina"))


def test_markdown_holds_the_drawing_in_mermaid() -> None:
    pathway = load_guideline().pathways["spine"]
    assert f"\n```mermaid\n{pathway_mermaid(pathway)}```\n" in pathway._repr_mimebundle_()["text/markdown"]
    own = pathway_mermaid(pathway, assessment=assessed("cauda equina"))
    assert f"\n```mermaid\n{own}```\n" in assessed("cauda equina")._repr_mimebundle_()["text/markdown"]
