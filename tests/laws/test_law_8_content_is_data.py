"""Law 8: content is data. No clinical fact, threshold, name of a step or sentence for a clinician is in Python."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import carepath
from carepath.content.guideline import Guideline, Text
from tests.laws.helpers import GUIDELINE, broken, must_fail

SOURCE = Path(carepath.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
#: Findings and names that the machinery itself knows: where the patient is, since when, and what a birth date gives.
STRUCTURE = frozenset(
    {
        "age_years",
        "current_line",
        "current_node",
        "days_in_current_step",
        "last_step_change",
        "last_step_change_date",
        "pathway",
    }
)
#: Numbers that are compared with and are no threshold of content: bits of a C long, a place in a drawing, a percentage.
NUMBERS = frozenset({("durable.py", 64), ("drawing_routes.py", 2), ("fills_changes.py", 100)})
#: Modules whose sentences developers and authors read, not clinicians: errors, the command line, checks of content.
FOR_DEVELOPERS = ("errors.py", "cli.py", "commands/", "content/", "record/schema.py", "testing/", "drawing")
NAMES = (
    {*GUIDELINE.findings, *GUIDELINE.rules, *GUIDELINE.terms, *GUIDELINE.parameters, *GUIDELINE.pathways}
    | {step for pathway in GUIDELINE.pathways.values() for step in pathway.steps}
    | {*GUIDELINE.vocabulary["topic"], *GUIDELINE.vocabulary["target"], *(module.id for module in GUIDELINE.modules)}
    | {entry.id for entry in GUIDELINE.resolve}
) - STRUCTURE
DUTCH = re.compile(r"\b(?:de|het|een|van|niet|wordt|voor|bij|naar|zijn|geen|onbekend|patiënt)\b")
CLINICAL = re.compile(
    r"\b(?:pain|pijn|opioid|fracture|malignan|rehabilit|revalid|surgery|drug|physician|huisarts|wpn|imsr|mdo|dn4)",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-zë]{2,}")
SENTENCE_OF_WORDS = 4


@functools.lru_cache(maxsize=1)
def nodes_of(code: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(code)))


def literals(code: str) -> Iterator[ast.Constant]:
    """The texts of a module that are no docstrings and no part of an error's message."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    skipped = {
        id(node.body[0].value)
        for node in nodes_of(code)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes_of(code):
        if isinstance(node, ast.Raise) or (
            isinstance(node, ast.Call) and _name(node.func).endswith(("Problem", "Error", "_problem"))
        ):
            skipped |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Assign) and any(_name(one) in {"message", "advice"} for one in node.targets):
            skipped |= {id(part) for part in ast.walk(node.value)}
    for node in nodes_of(code):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def check_no_sentence_for_a_clinician(name: str, code: str) -> None:
    for node in literals(code):
        text = str(node.value)
        if " " not in text:
            continue
        assert not DUTCH.search(text), (name, node.lineno, text)
        if not any(part in name for part in FOR_DEVELOPERS):
            assert not CLINICAL.search(text), (name, node.lineno, text)
            words = WORD.findall(text) if text.strip()[:1].isupper() else []
            assert len(words) < SENTENCE_OF_WORDS, (name, node.lineno, text)


def check_no_name_of_the_content(name: str, code: str) -> None:
    for node in literals(code):
        assert node.value not in NAMES, (name, node.lineno, node.value)


def check_no_threshold(name: str, code: str) -> None:
    """No number but 0 and 1 is compared with, outside tests of sizes that are named."""
    for node in nodes_of(code):
        if not isinstance(node, ast.Compare):
            continue
        for part in (node.left, *node.comparators):
            if isinstance(part, ast.Constant) and isinstance(part.value, int | float) and part.value not in {0, 1}:
                assert (Path(name).name, part.value) in NUMBERS, (name, node.lineno, ast.unparse(node))


def texts(guideline: Guideline) -> Iterator[tuple[str, Text | None]]:
    """Every text of the content that an assessment shows."""
    for rule in guideline.rules.values():
        yield rule.id, rule.text
        yield from ((f"{rule.id} against", argument.text) for argument in rule.against)
        yield from ((f"{rule.id}:{output.index}", output.text or rule.text) for output in rule.outputs)
    yield from ((ask.id, ask.text) for ask in guideline.asks)
    yield from ((entry.id, entry.text) for entry in guideline.resolve)
    yield from ((name, finding.label) for name, finding in guideline.findings.items())
    yield from ((name, finding.question) for name, finding in guideline.findings.items())
    yield from ((name, term.text) for name, term in guideline.terms.items())
    yield from ((name, parameter.text) for name, parameter in guideline.parameters.items())
    yield from ((topic, conflict.text) for topic, conflict in guideline.conflicts.items())
    for pathway in guideline.pathways.values():
        yield from ((step.id, step.text) for step in pathway.steps.values())
    for words in guideline.vocabulary.values():
        yield from words.items()


def check_every_text_is_in_the_content(guideline: Guideline) -> None:
    for name, text in texts(guideline):
        assert text is not None, name
        assert text.en.strip(), name
        assert text.nl.strip(), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_holds_no_clinical_sentence_name_or_threshold(path: Path) -> None:
    name, code = path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")
    check_no_sentence_for_a_clinician(name, code)
    check_no_name_of_the_content(name, code)
    check_no_threshold(name, code)


def test_every_text_that_an_assessment_shows_is_in_the_content_in_both_languages() -> None:
    check_every_text_is_in_the_content(GUIDELINE)


# --- the checks can fail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "text = 'Verwijs naar de revalidatiearts.'",
        "text = f'{name} is niet bekend'",
        "def f():\n    return 'Refer to the rehabilitation physician'",
        "TITLES = {'a': 'Continue in the present step for now'}",
    ],
)
def test_the_check_finds_a_sentence(code: str) -> None:
    must_fail(check_no_sentence_for_a_clinician, "display/text.py", code)


@pytest.mark.parametrize("code", ["if rule == 'IM-1': pass", "STEPS = ['SP15']", "x = values['wpn_class']"])
def test_the_check_finds_a_name_of_the_content(code: str) -> None:
    must_fail(check_no_name_of_the_content, "basis.py", code)


@pytest.mark.parametrize("code", ["x = age >= 18", "x = 3 <= months", "ok = share < 0.3"])
def test_the_check_finds_a_threshold(code: str) -> None:
    must_fail(check_no_threshold, "inference/resolve.py", code)


def test_the_check_finds_a_text_that_is_missing_in_one_language() -> None:
    rules = dict(GUIDELINE.rules)
    rules["IM-1"] = rules["IM-1"].__class__(
        **{name: getattr(rules["IM-1"], name) for name in rules["IM-1"].__slots__} | {"text": Text("Last resort", " ")}
    )
    must_fail(check_every_text_is_in_the_content, broken(rules=rules))
