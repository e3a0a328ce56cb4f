"""Prints every Mermaid drawing as JSON: of pathways, of patients of each scenario file, and in the documentation."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from carepath import assess, load_guideline
from carepath.content.guideline import Text
from carepath.display.mermaid import pathway_mermaid
from carepath.input_file import read_input

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = ("en", "nl")
#: What Mermaid would read as its own.
HOSTILE = "end \"a\" 'b' <c> & #d; `e` | [f](g) {h} %% --> subgraph\n---\nclick x callback"
#: So many patients of each scenario file are drawn.
PATIENTS = 3


def drawings() -> Iterator[tuple[str, str]]:
    """Each drawing under a name."""
    guideline = load_guideline()
    for pathway in guideline.pathways.values():
        for lang in LANGUAGES:
            yield f"{pathway.name} ({lang})", pathway_mermaid(pathway, lang)
    spine = guideline.pathways["spine"]
    steps = {name: replace(step, text=Text(HOSTILE, HOSTILE)) for name, step in spine.steps.items()}
    yield "signs of Mermaid in texts", pathway_mermaid(replace(spine, steps=steps))
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.yaml")):
        for number, patient in enumerate(read_input(path)[:PATIENTS], start=1):
            made = assess(patient.patient, pathway=patient.pathway, at=patient.at or guideline.date, engine="direct")
            own = made.basis.pathway
            for lang in LANGUAGES if own is not None else ():
                assert own is not None
                yield f"{path.name} {number} ({lang})", pathway_mermaid(own, lang, assessment=made)
    for path in (*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))):
        for number, found in enumerate(_fenced(path.read_text(encoding="utf-8")), start=1):
            yield f"{path.relative_to(ROOT)} {number}", found


def _fenced(text: str) -> list[str]:
    return re.findall(r"^ *```mermaid\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    json.dump([{"name": name, "text": text} for name, text in drawings()], sys.stdout)
