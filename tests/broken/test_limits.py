"""Every limit: at it input is read, one beyond it is refused with the code that the page of limits names."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import carepath
from carepath.content import sizes
from carepath.content.load import load_guideline, read_guideline
from carepath.errors import CODES, CarepathError, Problem
from carepath.exchange.cds_hooks import respond
from carepath.exchange.feedback import read_feedback
from carepath.inference import durable_lint, normal_form
from carepath.inference.normal_form import Literal, TooManyBranches, branches
from carepath.input_file import read_input
from carepath.language.evaluate import Scope
from carepath.language.nodes import All, AnyOf, Named
from carepath.language.parse import ConditionSyntaxError, parse_text
from carepath.record import read as record_reader
from carepath.record.fhir import read_bundle
from carepath.record.read import read_record
from carepath.yaml_reader import read_file, read_text, values_in
from docs.generating.limits import LIMITS, OTHERS, SHOWN, TOKENS, WORK
from tests.broken.generated import BASE, content_with

AT = "2026-03-02"
DAY = dt.date(2026, 3, 2)
RULE = (
    "format: 1\nrules:\n  - id: Z-1\n    text: {{en: x, nl: x}}\n"
    "    recommend: [{{kind: red_flag_exit, urgency: urgent, target: neurologist}}]\n"
    "    grounds: [{{kind: source, source: G1}}]\n    when: {}\n"
)

CALL = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "p"}}
FEEDBACK = {
    "card": "f6b95768-b1c8-40dc-8385-bf3504b82ffb",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-03-02T10:05:31Z",
    "overrideReason": {"userComment": "no"},
}

Problems = tuple[Problem, ...] | list[Problem]


def problems_of(call: Callable[[], object]) -> Problems:
    """What a call is refused for."""
    try:
        call()
    except (CarepathError, ConditionSyntaxError) as error:
        return error.problems
    return ()


def of_file(data: bytes, read: Callable[[Path], object], name: str = "x.yaml") -> Problems:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return problems_of(lambda: read(path))


def of_content(name: str, more: str) -> Problems:
    """What is wrong with the small guideline and more at the end of a file."""
    before = (BASE / name).read_text("utf-8") if (BASE / name).exists() else ""
    with tempfile.TemporaryDirectory() as folder:
        return read_guideline(content_with(Path(folder), name, (before + more).encode()))[1]


def of_rule(when: str, term: str = "true") -> Problems:
    """What is wrong with a rule of that condition, which may use ``a_term``."""
    with tempfile.TemporaryDirectory() as folder:
        root = content_with(Path(folder), "rules/more.yaml", RULE.format(when).encode())
        terms = root / "rules" / "terms.yaml"
        more = f"  a_term:\n    text: {{en: x, nl: x}}\n    when: {term}\n    grounds: [{{kind: design_choice}}]\n"
        terms.write_text(terms.read_text("utf-8") + more, "utf-8")
        return read_guideline(root)[1]


def of_record(**patient: object) -> Problems:
    guideline = load_guideline(BASE)
    return problems_of(lambda: read_record(patient, guideline.findings, DAY))


def of_fhir(*resources: object) -> Problems:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
    return problems_of(lambda: read_bundle(bundle, load_guideline(BASE), DAY))


def any_of(leaf: str, times: int) -> str:
    return f"{{any: [{', '.join([leaf] * times)}]}}"


def with_alternatives(number: int) -> All:
    """A condition of exactly so many alternatives, by its prime factors."""
    factors, rest = [], number
    for factor in range(2, number + 1):
        while rest % factor == 0:
            factors.append(factor)
            rest //= factor
    names = iter(range(10**6))
    return All(tuple(AnyOf(tuple(Named(f"x{next(names)}") for _ in range(factor))) for factor in factors))


def too_many_branches(number: int) -> Problems:
    try:
        branches(with_alternatives(number), Scope({}, {}, {}))
    except TooManyBranches as error:
        return [Problem("CP091", str(error))]
    return ()


def too_many_attributes(number: int) -> Problems:
    branch = tuple(Literal(f"x{index}", "==", constant=True) for index in range(number))
    faults = durable_lint.lint({"rule": [branch]}, {one.attribute: "bool" for one in branch})
    return [Problem("CP091", fault) for fault in faults]


def nested(levels: int, inner: object = 1) -> object:
    for _ in range(levels):
        inner = [inner]
    return inner


def encounters(number: int) -> list[object]:
    return [{"resourceType": "Encounter", "id": f"e{index}"} for index in range(number)]


def of_number_of_tables(number: int) -> Problems:
    """What is wrong with the small guideline and so many tables of a site."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "codes.yaml"
        table.write_text("format: 1\ncodes: []\n", "utf-8")
        return problems_of(lambda: load_guideline(BASE, codes=[table] * number))


def of_bytes_of_tables(number: int) -> Problems:
    """What is wrong with the small guideline and two tables of a site of so many bytes together."""
    with tempfile.TemporaryDirectory() as folder:
        tables = [Path(folder) / "some.yaml", Path(folder) / "more.yaml"]
        for table, size in zip(tables, (number // 2, number - number // 2), strict=True):
            table.write_text("format: 1\ncodes: [] #".ljust(size, "x"), "utf-8")
        return problems_of(lambda: load_guideline(BASE, codes=tables))


def of_bytes_of_files(number: int) -> Problems:
    """What is wrong with the small guideline when its files have so many bytes."""
    with tempfile.TemporaryDirectory() as folder:
        root = content_with(Path(folder), "rules/more.yaml", b"")
        room = number - sum(path.stat().st_size for path in root.rglob("*.yaml"))
        (root / "rules" / "more.yaml").write_text("format: 1\nrules: [] #".ljust(room, "x"), "utf-8")
        return read_guideline(root)[1]


def of_values_of_files(number: int) -> Problems:
    """What is wrong with the small guideline when its files have so many values; those of ``rules`` are no rules."""
    with tempfile.TemporaryDirectory() as folder:
        root = content_with(Path(folder), "rules/more.yaml", b"format: 1\nrules: []\n")
        count = sum(values_in(read_file(path)) for path in root.rglob("*.yaml"))
        (root / "rules" / "more.yaml").write_text(f"format: 1\nrules: [{'1, ' * (number - count)}]\n", "utf-8")
        return read_guideline(root)[1]


def text_of(call: object) -> str:
    return json.dumps(call, separators=(",", ":"))


def feedback_with(**reason: object) -> dict[str, object]:
    return {"feedback": [{**FEEDBACK, "overrideReason": reason}]}


def of_number_of_files(number: int) -> Problems:
    """What is wrong with the small guideline when ``rules/`` holds so many files."""
    with tempfile.TemporaryDirectory() as folder:
        root = content_with(Path(folder), "rules/more.yaml", b"format: 1\nrules: []\n")
        for index in range(number - len(list((root / "rules").glob("*.yaml")))):
            (root / "rules" / f"more_{index}.yaml").write_bytes(b"format: 1\nrules: []\n")
        return read_guideline(root)[1]


#: By limit: what is wrong with input of a size, a word of the message, and a smaller limit where the true one is slow.
CASES: dict[tuple[str, str], tuple[Callable[[int], Problems], str, int | None]] = {
    ("carepath.yaml_reader", "MAX_BYTES"): (lambda n: of_file(b"a: 1 #" + b"x" * (n - 6), read_file), "bytes", None),
    ("carepath.yaml_reader", "MAX_DEPTH"): (
        lambda n: problems_of(lambda: read_text("[" * n + "1" + "]" * n)),
        "levels",
        None,
    ),
    ("carepath.yaml_reader", "MAX_NODES"): (
        lambda n: problems_of(lambda: read_text("[" + "1," * (n - 1) + "]")),
        "values",
        1_000,
    ),
    ("carepath.errors", "MAX_PROBLEMS"): (
        lambda n: of_content("rules/more.yaml", "format: 1\nrules: []\n" + "".join(f"k{i}: 1\n" for i in range(n))),
        "the rest is not named",
        None,
    ),
    ("carepath.content.files", "MAX_FILES"): (
        of_number_of_files,
        "files",
        None,
    ),
    ("carepath.language.parse", "MAX_LEAF"): (lambda n: problems_of(lambda: parse_text("x" * n)), "longer", None),
    ("carepath.content.sizes", "MAX_LEVELS"): (
        lambda n: of_rule("not " * (n - 52) + "a_term", "not " * 50 + "rf_paresis"),
        "levels deep",
        None,
    ),
    ("carepath.content.sizes", "MAX_PARTS"): (
        lambda n: of_rule(
            f"{{any: [{', '.join(['a_term'] * (n // 200))}{', rf_paresis' * (n % 200)}]}}",
            f"{{some: {{of: drugs, where: {{all: [{', '.join(['tolerated'] * 200)}]}}}}}}",
        ),
        "parts",
        None,
    ),
    ("carepath.content.sizes", "MAX_ALTERNATIVES"): (lambda n: of_rule(any_of("rf_paresis", n)), "alternatives", None),
    ("carepath.content.sizes", "MAX_COMPARISONS"): (
        lambda n: of_rule(f"{{all: [{', '.join(['rf_paresis'] * n)}]}}"),
        "comparisons",
        None,
    ),
    ("carepath.content.sizes", "MAX_NUMBER"): (
        lambda n: of_content(
            "rules/parameters.yaml",
            f"  more:\n    text: {{en: x, nl: x}}\n    values: [{{from: null, value: -{n}}}]\n"
            "    grounds: [{kind: design_choice}]\n",
        ),
        "a number beyond",
        None,
    ),
    ("carepath.content.files", "MAX_TOTAL_BYTES"): (of_bytes_of_files, "bytes in all files", 200_000),
    ("carepath.content.files", "MAX_TOTAL_VALUES"): (of_values_of_files, "values in all files", 10_000),
    ("carepath.content.code_tables", "MAX_TABLES"): (of_number_of_tables, "tables of codes", None),
    ("carepath.content.code_tables", "MAX_TABLE_BYTES"): (of_bytes_of_tables, "bytes in all tables", None),
    ("carepath.inference.normal_form", "MAX_BRANCHES"): (too_many_branches, "alternatives", None),
    ("carepath.inference.durable_lint", "MAX_ATTRIBUTES"): (too_many_attributes, "attributes", None),
    ("carepath.input_file", "MAX_JSON_BYTES"): (
        lambda n: of_file(b'{"patient": {}}'.ljust(n), read_input, "x.json"),
        "bytes",
        None,
    ),
    ("carepath.input_file", "MAX_JSON_DEPTH"): (
        lambda n: of_file(json.dumps({"patient": {"a": nested(n - 2)}}).encode(), read_input, "x.json"),
        "levels",
        None,
    ),
    ("carepath.input_file", "MAX_JSON_VALUES"): (
        lambda n: of_file(b'{"patient": [' + b"1," * (n - 2) + b"1]}", read_input, "x.json"),
        "values",
        1_000,
    ),
    ("carepath.input_file", "MAX_DIGITS"): (
        lambda n: of_file(b'{"patient": {"a": -' + b"9" * n + b"}}", read_input, "x.json"),
        "digits",
        None,
    ),
    ("carepath.record.read", "MAX_NAMES"): (
        lambda n: of_record(**{f"unknown_{index}": 1 for index in range(n)}),
        "findings are named",
        None,
    ),
    ("carepath.record.read", "MAX_VALUES"): (
        lambda n: of_record(rmdq_total=[1] * (n // 2), age_years=[47] * (n - n // 2)),
        "values in one record",
        1_000,
    ),
    ("carepath.record.read", "MAX_SERIES"): (lambda n: of_record(rmdq_total=[1] * n), "values", 1_000),
    ("carepath.record.read", "MAX_ITEMS"): (lambda n: of_record(drugs=[{}] * n), "items", None),
    ("carepath.record.read", "MAX_TEXT"): (lambda n: of_record(remark="x" * n), "characters", None),
    ("carepath.record.read", "MAX_INTEGER"): (lambda n: of_record(pain_months=n), "beyond any range", None),
    ("carepath.record.fhir", "MAX_ENTRIES"): (lambda n: of_fhir(*encounters(n)), "entries", 1_000),
    ("carepath.record.fhir_limits", "MAX_DEPTH"): (
        lambda n: of_fhir({"resourceType": "Encounter", "x": nested(n - 5)}),
        "levels",
        None,
    ),
    ("carepath.record.fhir_limits", "MAX_VALUES"): (
        lambda n: of_fhir({"resourceType": "Encounter", "x": [1] * (n - 7)}),
        "values",
        1_000,
    ),
    ("carepath.record.fhir_report", "MAX_ROWS"): (lambda n: of_fhir(*encounters(n - 1)), "parts", 1_000),
    ("carepath.exchange.request", "MAX_BYTES"): (
        lambda n: problems_of(lambda: respond(text_of(CALL).ljust(n))),
        "bytes",
        100_000,
    ),
    ("carepath.exchange.request", "MAX_VALUES"): (
        lambda n: problems_of(lambda: respond(text_of({**CALL, "extension": [1] * (n - 5)}))),
        CODES["CP009"],
        1_000,
    ),
    ("carepath.exchange.request", "MAX_KEYS"): (
        lambda n: problems_of(lambda: respond({**CALL, "prefetch": {f"k{index}": None for index in range(n)}})),
        "keys",
        None,
    ),
    ("carepath.exchange.request", "MAX_INSTANCE"): (
        lambda n: problems_of(lambda: respond({**CALL, "hookInstance": "x" * n})),
        "characters",
        None,
    ),
    ("carepath.exchange.feedback", "MAX_FEEDBACK"): (
        lambda n: problems_of(lambda: read_feedback({"feedback": [FEEDBACK] * n})),
        "items",
        None,
    ),
    ("carepath.exchange.feedback", "MAX_COMMENT"): (
        lambda n: problems_of(lambda: read_feedback(feedback_with(userComment="x" * n))),
        "characters",
        None,
    ),
    ("carepath.exchange.feedback", "MAX_CODE"): (
        lambda n: problems_of(lambda: read_feedback(feedback_with(reason={"code": "x" * n, "system": "y" * n}))),
        "no coding",
        None,
    ),
}


@pytest.mark.parametrize(("module", "name", "code"), [(one[0], one[1], one[3]) for one in LIMITS])
def test_input_is_read_at_a_limit_and_refused_one_beyond_it(
    module: str, name: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, words, smaller = CASES[module, name]
    limit: int = getattr(importlib.import_module(module), name)
    if smaller is not None:
        monkeypatch.setattr(f"{module}.{name}", smaller)
        limit = smaller
    at_it = [problem for problem in wrong(limit) if words in problem.message]
    assert not at_it
    beyond = [problem for problem in wrong(limit + 1) if words in problem.message]
    assert beyond
    assert {problem.code for problem in beyond} == {code}
    assert all(problem.advice for problem in beyond) or code == "CP091"


def test_every_limit_of_the_page_is_tried() -> None:
    assert set(CASES) == {(module, name) for module, name, *_ in LIMITS}


def test_every_limit_in_the_code_stands_on_the_page_or_is_said_to_be_none() -> None:
    source = Path(carepath.__file__).parent
    found = {
        (".".join(("carepath", *path.relative_to(source).with_suffix("").parts)), name)
        for path in source.rglob("*.py")
        for name in re.findall(r"^(MAX_[A-Z_]+)\b.* = ", path.read_text("utf-8"), re.MULTILINE)
    }
    assert found == {(module, name) for module, name, *_ in (*LIMITS, *TOKENS, *WORK, *SHOWN, *OTHERS)}


def test_check_knows_the_limits_of_the_rule_engine_and_of_records() -> None:
    assert sizes.MAX_ALTERNATIVES == normal_form.MAX_BRANCHES
    assert sizes.MAX_COMPARISONS <= durable_lint.MAX_ATTRIBUTES
    assert sizes.MAX_NUMBER <= record_reader.MAX_INTEGER


@pytest.mark.parametrize(
    "when",
    [
        any_of("rf_paresis", 2_000),
        f"{{all: [{', '.join(['rf_paresis'] * 200)}]}}",
        "{all: [" + ", ".join([any_of("rf_paresis", 40), any_of("agrees_to_step_down", 50)]) + "]}",
        "not " * 72 + "rf_paresis",
    ],
)
def test_what_check_takes_both_evaluators_take(when: str, tmp_path: Path) -> None:
    content_with(tmp_path, "rules/more.yaml", RULE.format(when).encode())
    (tmp_path / "rules" / "coverage.yaml").unlink()
    guideline = load_guideline(tmp_path)
    patient = {"rf_paresis": True, "agrees_to_step_down": True}
    made = carepath.assess(patient, pathway="base", at=AT, guideline=guideline)
    assert made.basis.verdicts["rule:Z-1"].value == "true"
