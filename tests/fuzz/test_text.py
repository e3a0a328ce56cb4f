"""Content, conditions and patients that came from anywhere: read, or refused with a code; nothing else, and soon."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import carepath
from carepath.content.load import read_guideline
from carepath.errors import CODES, MAX_PROBLEMS, CarepathError, Problem
from carepath.input_file import read_input, read_json
from carepath.language.check import check
from carepath.language.evaluate import Compiler, Scope
from carepath.language.parse import ConditionSyntaxError, parse_node, parse_text
from carepath.language.write import write_line
from carepath.text_file import text_in
from carepath.yaml_reader import read_text

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "broken" / "base"
SHIPPED = [path for name in ("rules", "pathways") for path in sorted((ROOT / name).glob("*.yaml"))]
SMALL = [path for name in ("rules", "pathways") for path in sorted((BASE / name).glob("*.yaml"))]
SCENARIOS = sorted((ROOT / "tests" / "scenarios").rglob("*.yaml"))[:3]

#: Pieces that mean something to a reader of YAML or JSON, or to the parser of conditions.
PIECES = (
    *(
        b"",
        b"\n",
        b" ",
        b"  ",
        b"\t",
        b"\r",
        b"\0",
        b"\x07",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
    ),
    *(
        b"- ",
        b": ",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"'",
        b'"',
        b"|",
        b">",
        b"&a ",
        b"*a",
        b"!t ",
        b"#",
        b"?",
        b"%YAML 9\n",
    ),
    *(b"---\n", b"...\n", b"<<: ", b"null", b"true", b"NO", b"0123", b"1e999", b"9" * 40, b"-0.0", b"2026-02-30"),
    *(b"{en: x, nl: x}", b"grounds", b"when", b"{all: []}", b"not ", b" in [", b" >= ", b" is known", b"{a: " * 70),
)

QUICK = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@functools.cache
def original(path: Path) -> bytes:
    return path.read_bytes()


@st.composite
def mutated_bytes(draw: st.DrawFn, paths: list[Path]) -> tuple[Path, bytes]:
    """A file with up to four pieces cut out, doubled or put in."""
    path = draw(st.sampled_from(paths))
    data = original(path)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        until = min(len(data), at + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=4) | st.just(data[at:until] * 2))
        data = data[:at] + piece + data[until:]
    return path, data


def assert_said(problems: list[Problem] | tuple[Problem, ...], *, placed: bool = True) -> None:
    """Whether problems say what is wrong, and where."""
    assert 0 < len(problems) <= 3 * (MAX_PROBLEMS + 1)
    for problem in problems:
        assert problem.code in CODES
        assert problem.message
        assert problem.place is not None or not placed
        assert len(str(problem)) < 10_000


@settings(QUICK, max_examples=60)
@given(mutated_bytes(SHIPPED))
def test_a_mutated_file_of_content_is_read_or_refused(case: tuple[Path, bytes]) -> None:
    path, data = case
    problems: tuple[Problem, ...] = ()
    try:
        assert read_text(text_in(data, path.name), name=path.name)
    except CarepathError as error:
        problems = error.problems
    if problems:
        assert_said(problems)


@settings(QUICK, max_examples=25)
@given(mutated_bytes(SMALL))
def test_a_guideline_with_a_mutated_file_is_used_or_every_problem_is_named(case: tuple[Path, bytes]) -> None:
    path, data = case
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "content"
        shutil.copytree(BASE, root)
        (root / path.relative_to(BASE)).write_bytes(data)
        guideline, problems = read_guideline(root)
    if problems or guideline is None:
        assert_said(problems)
        return
    code = ""
    try:
        made = carepath.assess({"rf_paresis": True}, pathway="base", at="2026-03-02", guideline=guideline)
        assert made.recommendations
    except CarepathError as error:
        code = error.problems[0].code
    assert code in {"", "CP035", "CP080", "CP093"}


@pytest.mark.slow
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated_bytes(SHIPPED))
def test_the_shipped_guideline_with_a_mutated_file_is_used_or_every_problem_is_named(case: tuple[Path, bytes]) -> None:
    path, data = case
    with tempfile.TemporaryDirectory() as folder:
        for name in ("rules", "pathways"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        (Path(folder) / path.relative_to(ROOT)).write_bytes(data)
        guideline, problems = read_guideline(Path(folder))
    if problems or guideline is None:
        assert_said(problems)


WORDS = (
    *("not", "true", "false", "unknown", "in", "is", "known", "days", "since", "percent", "improvement", "worsening"),
    *("of", "step", "start", "last", "change", "first", "value", "<", "<=", ">", ">=", "==", "!=", "=", "[", "]", ","),
    *("wpn_class", "age_years", "rmdq_total", "adult", "3", "-1", "1.5", "'x'", "'", "2026-03-02", "2026-02-30", "é"),
    *("(", ")", "and", "or", "1e5", "\0", "\ud800", " ", "\n", "x" * 301, "9" * 40),
)
LEAVES = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=30)


@settings(QUICK, max_examples=200)
@given(LEAVES)
@example("not " * 75)
@example("wpn_class in [" + "3, " * 95)
def test_any_line_is_a_condition_or_is_refused(text: str) -> None:
    problems: list[Problem] = []
    try:
        condition = parse_text(text)
    except ConditionSyntaxError as error:
        problems = error.problems
    if problems:
        assert_said(problems)
        return
    assert parse_text(write_line(condition)) == condition
    symbols = carepath.load_guideline().symbols
    if not check(condition, symbols):
        scope = Scope(symbols.terms, symbols.findings, dict.fromkeys(symbols.parameters, 1))
        assert Compiler(scope).compile(condition)({}) is not None


QUOTED = LEAVES.map(lambda text: '"' + text.replace("\\", "").replace('"', "") + '"')
STRUCTURES = st.recursive(
    QUOTED | st.sampled_from(["true", "3", "null", "[]", "{}", "{al: [x]}"]),
    lambda inner: (
        st.tuples(st.sampled_from(["all", "any", "not", "alll"]), st.lists(inner, max_size=3)).map(
            lambda made: f"{{{made[0]}: [{', '.join(made[1])}]}}"
        )
        | inner.map(lambda one: f"{{not: {one}}}")
        | st.tuples(st.sampled_from(["some", "every", "count"]), inner, QUOTED).map(
            lambda made: f"{{{made[0]}: {{of: treatments, where: {made[1]}, is: {made[2]}}}}}"
        )
    ),
    max_leaves=8,
)


@settings(QUICK, max_examples=100)
@given(STRUCTURES)
def test_any_structure_is_a_condition_or_is_refused(text: str) -> None:
    problems: list[Problem] | tuple[Problem, ...] = ()
    try:
        condition = parse_node(read_text(text))
        assert isinstance(check(condition, carepath.load_guideline().symbols), list)
    except ConditionSyntaxError as error:
        problems = error.problems
    except CarepathError as error:
        problems = error.problems
    if problems:
        assert_said(problems)


@settings(QUICK, max_examples=50)
@given(mutated_bytes(SCENARIOS), st.sampled_from(["yaml", "json"]))
@example((Path("x"), b'{"patient": {"age_years": 1, "age_years": 2}}'), "json")
@example((Path("x"), b'[{"scenario": "\\ud800", "patient": {}}]'), "json")
def test_a_mutated_file_of_patients_is_read_or_refused(case: tuple[Path, bytes], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"patients.{suffix}"
        path.write_bytes(case[1][:20_000])
        for read in (read_input, read_json):
            problems: tuple[Problem, ...] = ()
            try:
                read(path)
            except CarepathError as error:
                problems = error.problems
            if problems:
                assert_said(problems)
