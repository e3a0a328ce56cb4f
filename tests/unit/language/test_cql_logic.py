"""Three-valued logic as HL7's tests for the Clinical Quality Language have it.

The files stand beside the checkout and are not part of it (cqframework/cql-tests, Apache-2.0). Of the logical
operators ``implies`` and ``xor`` are not in our language; they are written here with those that are. Of the
nullological ones ours has ``is known`` and the truth values, so ``IsNull``, ``IsTrue`` and ``IsFalse`` are put as
questions to the evaluator. ``Coalesce`` is not in our language at all and its cases are about texts, lists, dates and
times; the adapter answers it by ``is known`` of each argument in turn. The cases of ``IsNull`` about texts and
numbers put the value into a finding of that type.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from carepath.content.guideline import Finding, Text
from carepath.language.evaluate import Compiler, Scope, trace
from carepath.language.nodes import All, AnyOf, Condition, Constant, IsKnown, Not
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.record.derived import Situation, settle
from carepath.record.facts import Fact, Record
from carepath.record.snapshot import take_snapshot
from tests.unit.record.builders import AT

LOGIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "logic"
NAMESPACE = "{http://hl7.org/fhirpath/tests}"

needs_files = pytest.mark.skipif(not LOGIC.is_dir(), reason=f"the test files of CQL are not at {LOGIC}")

TRUTHS = {"true": Truth.TRUE, "false": Truth.FALSE, "null": Truth.UNKNOWN}
NO_SCOPE = Scope({}, {}, {})


def cases(name: str) -> dict[str, tuple[str, str]]:
    """Name of a case -> expression and expected output."""
    path = LOGIC / name
    if not path.is_file():
        return {}
    root = ET.parse(path).getroot()  # noqa: S314 - a file that we placed there ourselves
    found = {}
    for test in root.iter(f"{NAMESPACE}test"):
        expression, output = test.find(f"{NAMESPACE}expression"), test.find(f"{NAMESPACE}output")
        assert expression is not None
        assert output is not None
        found[test.attrib["name"]] = (str(expression.text).strip(), str(output.text).strip())
    return found


LOGICAL = cases("CqlLogicalOperatorsTest.xml")
NULLOLOGICAL = cases("CqlNullologicalOperatorsTest.xml")


def evaluate(condition: Condition) -> Truth:
    result = Compiler(NO_SCOPE).compile(condition)({})
    assert trace(condition, {}, NO_SCOPE).truth is result
    return result


def logical(expression: str) -> Condition:
    """The condition that says what an expression of CQL says."""
    words = expression.split()
    if len(words) == 2:
        assert words[0] == "not"
        return Not(Constant(TRUTHS[words[1]]))
    left, op, right = Constant(TRUTHS[words[0]]), words[1], Constant(TRUTHS[words[2]])
    if op == "and":
        return All((left, right))
    if op == "or":
        return AnyOf((left, right))
    if op == "implies":
        return AnyOf((Not(left), right))
    assert op == "xor"
    return AnyOf((All((left, Not(right))), All((Not(left), right))))


@needs_files
@pytest.mark.parametrize("name", LOGICAL)
def test_a_logical_operator_answers_as_cql_does(name: str) -> None:
    expression, output = LOGICAL[name]
    assert evaluate(logical(expression)) is TRUTHS[output]


@needs_files
def test_all_thirty_nine_logical_cases_are_there() -> None:
    assert len(LOGICAL) == 39
    operators = Counter(one if one == "not" else two for one, two in (line.split()[:2] for line, _ in LOGICAL.values()))
    assert operators == {"and": 9, "or": 9, "implies": 9, "xor": 9, "not": 3}


# --- nullological -------------------------------------------------------------------------------------------------

#: Cases about texts, numbers, lists, dates and times: not truth values, so the adapter makes findings of them.
ABOUT_VALUES = {
    "CoalesceANull",
    "CoalesceNullA",
    "CoalesceEmptyList",
    "CoalesceListFirstA",
    "CoalesceListLastA",
    "CoalesceFirstList",
    "CoalesceLastList",
    "DateTimeCoalesce",
    "DateTimeListCoalesce",
    "TimeCoalesce",
    "TimeListCoalesce",
    "IsNullFalseEmptyString",
    "IsNullAlsoFalseAbcString",
    "IsNullAlsoFalseNumber1",
    "IsNullAlsoFalseNumberZero",
}
ABOUT_TRUTH = {
    "IsNullTrue",
    "IsFalseFalse",
    "IsFalseTrue",
    "IsFalseNull",
    "IsTrueTrue",
    "IsTrueFalse",
    "IsTrueNull",
}
_CALL = re.compile(r"(\w+)\((.*)\)\Z")
_ARGUMENT = re.compile(r"\{[^{}]*\}|\w+\([^()]*\)|'[^']*'|@[\w:.]+|[^,\s]+")


def is_known(argument: str) -> bool:
    """Whether a finding that holds the argument, if it is not null, is known; asked of the record."""
    text = Text("x", "x")
    numeric = argument.isdigit()
    finding = Finding("x", ValueType("int" if numeric else "text"), text, text, "pain", ())
    value = int(argument) if numeric else argument
    series = {} if argument == "null" else {"x": (Fact("x", value, AT),)}
    record = Record(series)
    situation = Situation(record, take_snapshot(record, {"x": finding}, {}, AT), {"x": finding}, AT)
    return settle(IsKnown("x"), situation, NO_SCOPE) is Truth.TRUE


def coalesce(arguments: list[str]) -> str:
    """The first argument that is known; a list as the only argument stands for its items."""
    if len(arguments) == 1 and arguments[0].startswith("{"):
        arguments = _ARGUMENT.findall(arguments[0][1:-1])
    return next((argument for argument in arguments if is_known(argument)), "null")


def same_value(found: str, output: str) -> bool:
    """Whether an argument and an output name the same value; a date is a call there and a literal here."""
    call = re.match(r"DateTime\((\d+), (\d+), (\d+)\)", found)
    if call:
        year, month, day = (int(part) for part in call.groups())
        found = f"@{year:04}-{month:02}-{day:02}T"
    return found == output


@needs_files
@pytest.mark.parametrize("name", [name for name in NULLOLOGICAL if name in ABOUT_TRUTH])
def test_a_question_about_null_is_answered_as_cql_does(name: str) -> None:
    expression, output = NULLOLOGICAL[name]
    call = _CALL.match(expression)
    assert call is not None
    truth = evaluate(Constant(TRUTHS[call[2]]))
    wanted = {"IsNull": Truth.UNKNOWN, "IsTrue": Truth.TRUE, "IsFalse": Truth.FALSE}[call[1]]
    assert (truth is wanted) is (output == "true")


@needs_files
@pytest.mark.parametrize("name", [name for name in NULLOLOGICAL if name in ABOUT_VALUES])
def test_what_is_known_is_known_whatever_its_type_as_in_cql(name: str) -> None:
    expression, output = NULLOLOGICAL[name]
    call = _CALL.match(expression)
    assert call is not None
    arguments = _ARGUMENT.findall(call[2])
    if call[1] == "IsNull":
        assert is_known(arguments[0]) is (output == "false")
    else:
        assert call[1] == "Coalesce"
        assert same_value(coalesce(arguments), output)


@needs_files
def test_every_nullological_case_is_about_truth_or_about_values() -> None:
    assert set(NULLOLOGICAL) == ABOUT_TRUTH | ABOUT_VALUES
    assert (len(ABOUT_TRUTH), len(ABOUT_VALUES)) == (7, 15)
