"""Hypothesis strategies: small guidelines with everything that a guideline has, and each without a problem.

The content is drawn as the text of its files and read through the same door as any other, so that what is generated
is checked by the same checks. It means nothing clinically.
"""

from __future__ import annotations

import json

import yaml

from carepath.content.guideline import CURRENT_NODE, Guideline
from carepath.pathway import Pathway
from carepath.testing.arguments import Arguments
from carepath.testing.content_texts import WORDS, GuidelineFiles, read_guideline_files, shipped_words
from carepath.testing.extra import note, st
from carepath.testing.generated_rules import RuleMaker, asks, make_pathway, make_table, make_terms
from carepath.testing.generated_vocabulary import SOURCE, Form, make_vocabulary, text

MOST_FINDINGS = 12
MOST_RULES = 12
MOST_STEPS = 8
_PATHWAYS = ("a", "b")


_Dumper: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def guideline_files(*, findings: int = 5, rules: int = 3, steps: int = 4) -> st.SearchStrategy[GuidelineFiles]:
    """The files of small valid guidelines: by path below the folder the text.

    Each has one or two red flags and their rules, further findings of any type, parameters with one or two dated
    values, terms, rules that step up, that step down and that give something else, what must be screened, a resolve
    table, and one or two pathways. What carepath itself says in reports is that of the shipped content. A failing
    example shrinks towards one finding, one rule of each sort and a pathway of two steps.

    Args:
        findings: how many findings there are at most beside the red flags, 1 to 12.
        rules: how many rules there are at most beside those of red flags and step changes, 0 to 12.
        steps: how many steps a pathway has at most, 2 to 8.

    Raises:
        ArgumentError: an argument cannot be used.
    """
    look = Arguments()
    most_findings = look.number("findings", findings, 1, MOST_FINDINGS)
    most_rules = look.number("rules", rules, 0, MOST_RULES)
    most_steps = look.number("steps", steps, 2, MOST_STEPS)
    look.done()

    @st.composite
    def files(draw: st.DrawFn) -> GuidelineFiles:
        return _written(_content(draw, most_findings, most_rules, most_steps))

    return files()


def guidelines(*, findings: int = 5, rules: int = 3, steps: int = 4) -> st.SearchStrategy[Guideline]:
    """Small valid guidelines: generated files, read and checked. What fails shows the files.

    Args:
        findings: as for ``guideline_files``.
        rules: as for ``guideline_files``.
        steps: as for ``guideline_files``.

    Raises:
        ArgumentError: an argument cannot be used.
    """
    texts = guideline_files(findings=findings, rules=rules, steps=steps)

    @st.composite
    def guideline(draw: st.DrawFn) -> Guideline:
        files = draw(texts)
        note("\n".join(f"# {name}\n{content}" for name, content in files.items() if name not in WORDS))
        return read_guideline_files(files)

    return guideline()


def pathways(*, steps: int = 4) -> st.SearchStrategy[Pathway]:
    """Small valid pathways: each is one of a generated guideline. What fails shows the files.

    Args:
        steps: how many steps a pathway has at most, 2 to 8.

    Raises:
        ArgumentError: an argument cannot be used.
    """
    return guidelines(findings=2, rules=0, steps=steps).flatmap(
        lambda guideline: st.sampled_from(list(guideline.pathways.values()))
    )


def _content(draw: st.DrawFn, most_findings: int, most_rules: int, most_steps: int) -> dict[str, Form]:
    """Every file but those of carepath's own words, as data."""
    made = make_vocabulary(draw, most_findings)
    terms = make_terms(draw, made)
    names = draw(st.sampled_from((_PATHWAYS[:1], _PATHWAYS)))
    rules = RuleMaker(draw, made, names, most_rules)
    table = make_table(draw, rules.when)
    paths = {name: make_pathway(draw, name, made.flags, rules, most_steps) for name in names}
    steps = [str(step["id"]) for path in paths.values() for step in _listed(path["steps"])]
    made.finding("pathway", "enum", {"values": {name: text(f"pathway {name}") for name in names}}, group="identity")
    made.finding(CURRENT_NODE, "enum", {"values": {step: text(f"step {step}") for step in steps}}, group="identity")
    source = {"title": "A made-up source", "nature": "general_knowledge"}
    content: dict[str, Form] = {
        "rules/conflicts.yaml": {"conflicts": rules.conflicts},
        "rules/edition.yaml": {"edition": "generated", "date": "2026-01-01", "text": text("generated")},
        "rules/entitlement.yaml": {"entitlement": []},
        "rules/findings.yaml": {"findings": made.findings},
        "rules/information.yaml": {"asks": asks()},
        "rules/modules.yaml": {"modules": {}, "schedules": {}},
        "rules/parameters.yaml": {"parameters": made.parameters},
        "rules/resolve.yaml": {"resolve": table},
        "rules/rules.yaml": {"rules": rules.rules},
        "rules/sources.yaml": {"sources": {SOURCE: source}},
        "rules/terms.yaml": {"terms": terms},
    }
    return {name: {"format": 1, **form} for name, form in content.items()} | {
        f"pathways/{name}.yaml": form for name, form in paths.items()
    }


def _listed(forms: object) -> list[Form]:
    return forms if isinstance(forms, list) else []


def _written(content: dict[str, Form]) -> GuidelineFiles:
    return {name: _yaml(form) for name, form in content.items()} | shipped_words()


def _yaml(form: Form) -> str:
    """A file as text. What stands in two places is made two first: content files have no anchors."""
    apart = json.loads(json.dumps(form))
    return yaml.dump(apart, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
