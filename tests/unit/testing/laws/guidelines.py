"""Guidelines that the laws are tried on: the shipped one, a small one of three rules, and both with a thing changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest

from carepath import Guideline, load_guideline
from carepath.testing import laws

SHIPPED = load_guideline()
AT = dt.date(2026, 3, 2)
SMALL = Path(__file__).parent / "small"
_PHRASES = Path(__file__).parents[4] / "rules" / "phrases.yaml"
_NUMBERS = itertools.count()

#: A file of the small guideline, what stands in it, and what stands there instead; nothing puts it at the end.
Change = tuple[str, str, str]

#: The small guideline with a questionnaire, and a fourth rule that refers.
REFERS: tuple[Change, ...] = (
    (
        "rules/findings.yaml",
        "",
        """\
  rmdq_total:
    type: int
    range: [0, 24]
    instrument: "RMDQ"
    better: lower
    group: instruments
    label: {en: "RMDQ", nl: "RMDQ"}
    question: {en: "What is the RMDQ?", nl: "Wat is de RMDQ?"}
    grounds: [{kind: source, source: G1}]
""",
    ),
    (
        "rules/parameters.yaml",
        "",
        """\
  high_score:
    text: {en: "a high score", nl: "een hoge score"}
    values: [{from: null, value: 12}]
    grounds: [{kind: design_choice}]
""",
    ),
    (
        "rules/outputs.yaml",
        "  continue: {",
        """\
  imsr_assessment: {text: {en: IMSR, nl: MSR}, fields: [target, group, entitlement], step_change: true}
  continue: {""",
    ),
    (
        "rules/small.yaml",
        "",
        """\
  - id: IM-1
    text: {en: "Long pain.", nl: "Lange pijn."}
    when: lasts
    recommend: [{kind: imsr_assessment, group: everyone}]
    grounds: [{kind: source, source: G1}]
""",
    ),
    ("rules/information.yaml", "kinds: [escalate,", "kinds: [imsr_assessment, escalate,"),
    (
        "rules/entitlement.yaml",
        "entitlement: []",
        """\
entitlement:
  - {group: everyone, from: null, value: entitled, text: {en: yes, nl: ja}, grounds: [{kind: source, source: G1}]}""",
    ),
)


def small(folder: Path, *changes: Change) -> Guideline:
    """The small guideline, loaded from files in which some text is another one."""
    root = folder / f"small-{next(_NUMBERS)}"
    shutil.copytree(SMALL, root)
    shutil.copy(_PHRASES, root / "rules")
    for name, old, new in changes:
        path = root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    return load_guideline(root)


def changed(guideline: Guideline = SHIPPED, **changes: Any) -> Guideline:  # noqa: ANN401 - any field of a guideline
    """A guideline with parts replaced, under a hash of its own so that nothing prepared is taken for it."""
    return dataclasses.replace(guideline, content_hash=f"changed-{next(_NUMBERS)}", **changes)


def with_rule(name: str, guideline: Guideline = SHIPPED, **changes: Any) -> Guideline:  # noqa: ANN401 - likewise
    """A guideline in which a rule has other parts."""
    rule = dataclasses.replace(guideline.rules[name], **changes)
    return changed(guideline, rules={**guideline.rules, name: rule})


def without_entries(*ids: str) -> Guideline:
    """The shipped guideline without entries of the resolve table."""
    return changed(resolve=tuple(entry for entry in SHIPPED.resolve if entry.id not in ids))


def refused(law: laws.Law, guideline: Guideline, *, examples: int = 100, **options: Any) -> laws.LawBroken:  # noqa: ANN401
    """What a law says of a guideline for which it does not hold."""
    with pytest.raises(laws.LawBroken) as caught:
        law(guideline, at=AT, examples=examples, **options)
    assert caught.value.law == law.__name__
    return caught.value


def broken_laws(guideline: Guideline, *, examples: int = 8) -> list[str]:
    """The names of the laws that do not hold."""
    try:
        laws.check_all(guideline, at=AT, examples=examples)
    except laws.LawsBroken as error:
        return [one.law for one in error.broken]
    return []
