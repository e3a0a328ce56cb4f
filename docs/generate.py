"""Writes the pages of the documentation that say what code and content hold.

``python -m docs.generate`` in the root of the checkout writes them; ``make docs`` runs it first. A test makes them
again and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carepath import Guideline, load_guideline
from carepath.display.choices import choices_markdown
from docs.generating.codes import fhir_codes
from docs.generating.content_format import content_format
from docs.generating.limits import limits
from docs.generating.names import conflict_register, findings, parameters, sources, terms, vocabulary
from docs.generating.pathways import pathways
from docs.generating.rules import resolve_table, rules

DOCS = Path(__file__).resolve().parent
GENERATED = "<!-- Written by docs/generate.py: changes here are lost. -->"


def _content_format(_guideline: Guideline) -> list[str]:
    return content_format()


def _limits(_guideline: Guideline) -> list[str]:
    return limits()


#: What writes each page, by its path below ``docs/``.
WRITERS: dict[str, Callable[[Guideline], list[str]]] = {
    "reference/content-format.md": _content_format,
    "reference/findings.md": findings,
    "reference/terms.md": terms,
    "reference/parameters.md": parameters,
    "reference/rules.md": rules,
    "reference/resolve-table.md": resolve_table,
    "reference/pathways.md": pathways,
    "reference/conflict-register.md": conflict_register,
    "reference/sources.md": sources,
    "reference/vocabulary.md": vocabulary,
    "reference/fhir-codes.md": fhir_codes,
    "reference/limits.md": _limits,
}
#: The pages that `carepath show choices` prints, with their language.
CHOICES = {"what-we-chose.md": "en", "wat-we-kozen.md": "nl"}
#: The paths of all generated pages.
NAMES = (*WRITERS, *CHOICES)


def main() -> None:
    """Writes every page that changed."""
    for name, text in pages(load_guideline()).items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: docs/{name}")


def pages(guideline: Guideline) -> dict[str, str]:
    """The text of each generated page, by its path below ``docs/``."""
    written = {name: "\n".join((GENERATED, "", *write(guideline))) for name, write in WRITERS.items()}
    shown = {name: choices_markdown(guideline, lang) for name, lang in CHOICES.items()}
    return {name: text.rstrip("\n") + "\n" for name, text in (written | shown).items()}


if __name__ == "__main__":
    main()
