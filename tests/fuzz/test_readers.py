"""Records, FHIR, scenarios, tables of codes and feedback from anywhere: read, or refused with codes; nothing else.

What once went wrong stands as an example beside each property.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import carepath
from carepath.content.code_tables import with_tables
from carepath.content.load import read_guideline
from carepath.errors import CODES, MAX_PROBLEMS, CarepathError, ContentError, RecordError, RequestError, ScenarioError
from carepath.exchange.feedback import read_feedback
from carepath.input_file import json_in, read_input
from carepath.record.fhir import read_bundle
from carepath.record.read import read_record
from carepath.record.snapshot import take_snapshot
from carepath.testing.scenario import read_scenarios, scenario_files
from tests.broken.generated import BASE, content_with
from tests.fuzz.mutations import DATES, STATUSES, UNITS, VALUES

QUICK = settings(
    derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
DAY = dt.date(2026, 3, 2)
#: The ends of the calendar too: no difference of days may leave it.
DAYS = st.sampled_from([DAY, dt.date.min, dt.date.max])
GUIDELINE = carepath.load_guideline()


def refused(error: CarepathError) -> None:
    """Whether a refusal says what is wrong, and not without end."""
    assert 0 < len(error.problems) <= MAX_PROBLEMS + 1
    for problem in error.problems:
        assert problem.code in CODES
        assert problem.message
        assert len(str(problem)) < 10_000


# --- records ------------------------------------------------------------------------------------------------------

ODDITIES = [*VALUES, *DATES, *STATUSES, *UNITS]
#: By their number: hypothesis writes out what it samples from, and Python does not write out the largest.
ODD = st.integers(0, len(ODDITIES) - 1).map(lambda number: ODDITIES[number])
PLAIN = ODD | st.integers() | st.floats() | st.text(max_size=8) | st.booleans() | st.dates().map(str)
PARTS = st.sampled_from(
    ["value", "date", "status", "source", "version", "at_least", "at_most", "class", "response", "x"]
)
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=4),
    max_leaves=6,
)
NAMES = st.sampled_from([*GUIDELINE.findings, "rf_cauda_equin", "", "\ud800", "x" * 5_000])


@settings(QUICK, max_examples=60)
@given(st.dictionaries(NAMES, NESTED, max_size=4), DAYS)
@example({"rmdq_total": [{"value": 3, "date": "0001-01-01"}]}, dt.date.max)
@example({"mdo_last_date": "9999-12-31"}, dt.date.min)
@example({"age_years": 10**5_000}, DAY)
@example({"rf_cauda_equina": {"value": True, "source": "\ud800"}}, DAY)
def test_any_record_is_read_or_refused(patient: dict[str, Any], at: dt.date) -> None:
    try:
        record = read_record(patient, GUIDELINE.findings, at)
    except RecordError as error:
        return refused(error)
    snapshot = take_snapshot(record, GUIDELINE.findings, GUIDELINE.parameter_values(DAY), at)
    assert snapshot is not None
    return None


@settings(QUICK, max_examples=80)
@given(st.text(alphabet='[]{}",:0123456789eE+-.ntrufalsNI \\\n\r\ufeff\x00é\U0001f600', max_size=60))
@example('{"a": NaN}')
@example('{"a": -Infinity}')
@example('{"a": 1, "a": 2}')
@example('\ufeff{"patient": {}}')
@example("[" * 100_000)
@example('{"a":' * 100_000)
@example("9" * 5_000)
@example('"\\ud800"')
def test_any_text_is_json_or_is_refused(text: str) -> None:
    try:
        value = json_in(text)
    except RecordError as error:
        return refused(error)
    assert json.dumps(value, allow_nan=False)
    return None


# --- FHIR ---------------------------------------------------------------------------------------------------------

KINDS = st.sampled_from(
    ["Observation", "Condition", "Patient", "MedicationStatement", "QuestionnaireResponse", "Procedure", "Encounter"]
)
ELEMENTS = st.sampled_from(
    [
        *("id", "status", "code", "coding", "system", "value", "valueInteger", "valueBoolean", "valueQuantity"),
        *("effectiveDateTime", "effectivePeriod", "start", "birthDate", "component", "item", "linkId", "answer"),
        *("subject", "reference", "meta", "lastUpdated", "contained", "valueExpression", "expression", "language"),
        *("medicationCodeableConcept", "authored", "recordedDate", "onsetDateTime", "identifier", "focus", "entry"),
    ]
)
CODINGS = st.builds(
    lambda system, code: {"coding": [{"system": system, "code": code}]},
    st.sampled_from(["urn:carepath:finding", "urn:carepath:item", "http://loinc.org"]),
    st.sampled_from([*list(GUIDELINE.findings), "dn4.i1", "x"]),
)
ELEMENT = st.recursive(
    PLAIN | CODINGS, lambda one: st.lists(one, max_size=3) | st.dictionaries(ELEMENTS, one, max_size=4), max_leaves=8
)


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    """A resource that says something, with anything in any element."""
    made: dict[str, Any] = {"resourceType": draw(KINDS), "status": "final", "effectiveDateTime": "2026-01-01"}
    made["code"] = draw(CODINGS)
    return {**made, **draw(st.dictionaries(ELEMENTS, ELEMENT, max_size=5))}


BUNDLES = st.lists(resources() | ELEMENT, max_size=4).map(
    lambda found: {"resourceType": "Bundle", "entry": [{"resource": one} for one in found]}
)


@settings(QUICK, max_examples=60)
@given(BUNDLES | resources(), DAYS)
@example({"resourceType": "Patient", "birthDate": "0001-01-01"}, dt.date.max)
@example({"resourceType": "Patient", "birthDate": "9999-12-31"}, dt.date.min)
@example({"resourceType": "Encounter", "x": {"y" * 61: [{"valueExpression": 10**5_000}]}}, DAY)
def test_any_fhir_is_read_or_refused(bundle: dict[str, Any], at: dt.date) -> None:
    try:
        record = read_bundle(bundle, GUIDELINE, at)
    except RecordError as error:
        return refused(error)
    assert record.used or record.unused
    take_snapshot(record, GUIDELINE.findings, GUIDELINE.parameter_values(DAY), at)
    return None


# --- scenarios, tables of codes, feedback -------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("", "\n", "  ", "- ", ": ", "{", "}", "[", "]", "'", '"', "&a ", "*a", "!t ", "<<: ", "null", "NO", "0123"),
        *("2026-02-30", "9" * 40, "\x00", "\ufeff", "\u2028", "\U0001f600", "kind: x", "must:", "any:", "patient:"),
        *("code: ", "replaces: true", "finding: rf_paresis", "? ", "%YAML 9\n", "---\n", "x" * 2_000, "\r\n"),
    ]
)
SCENARIO = """- scenario: A sentence
  pathway: spine
  at: 2026-03-02
  patient: {age_years: 47, rmdq_total: [{value: 9, date: 2026-01-01}]}
  expect: {must: [{kind: continue, target: [ZB-0], review: 12 wk}], must_not: [{kind: {any: [escalate, imsr]}}]}
"""
TABLE = """format: 1
codes:
  - system: urn:x
    code: a
    display: A
    resource: Condition
    finding: rf_paresis
    value: true
    grounds: [{kind: design_choice}]
"""
FEEDBACK = json.dumps(
    {
        "feedback": [
            {
                "card": "f6b95768-b1c8-40dc-8385-bf3504b82ffb",
                "outcome": "overridden",
                "outcomeTimestamp": "2026-03-02T10:05:31Z",
                "overrideReason": {"reason": {"code": "a", "system": "b"}, "userComment": "no"},
            }
        ]
    }
)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A text with up to four pieces cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        until = min(len(text), at + draw(st.integers(0, 30)))
        text = text[:at] + draw(PIECES | st.just(text[at:until] * 2)) + text[until:]
    return text


def of_file(name: str, text: str, read: Callable[[Path], object], kind: type[CarepathError]) -> None:
    """Reads a file of that text; it may be refused with one kind of error only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        try:
            read(path)
        except kind as error:
            refused(error)


@functools.cache
def small() -> carepath.Guideline:
    return carepath.load_guideline(BASE)


@settings(QUICK, max_examples=40)
@given(mutated(SCENARIO))
@example(SCENARIO.replace("kind: continue", ", ".join(f"k{number}: 1" for number in range(2_000))))
@example("[" + "1, " * 2_000 + "]")
def test_a_mutated_file_of_scenarios_is_read_or_refused(text: str) -> None:
    of_file("scenarios.yaml", text, lambda path: read_scenarios(path, GUIDELINE), ScenarioError)


@settings(QUICK, max_examples=40)
@given(mutated(TABLE))
@example(TABLE + TABLE.split("codes:\n")[1] * 2_000)
@example(TABLE.replace("rf_paresis", "rf_" * 400))
def test_a_mutated_table_of_codes_is_read_or_refused(text: str) -> None:
    of_file("codes.yaml", text, lambda path: with_tables(small(), [path]), ContentError)


@settings(QUICK, max_examples=40)
@given(mutated(FEEDBACK))
@example('{"feedback": [{"outcomeTimestamp": "0001-01-01T00:00:00+14:00"}]}')
@example('{"feedback": [' + "1," * 499 + "1]}")
def test_mutated_feedback_is_read_or_refused(text: str) -> None:
    try:
        read_feedback(text)
    except RequestError as error:
        refused(error)


# --- seeds: what once took without end, or all memory ---------------------------------------------------------------


def test_a_list_of_what_are_no_patients_names_the_first_only(tmp_path: Path) -> None:
    path = tmp_path / "patients.json"
    path.write_text("[" + "[]," * 20_000 + "[]]", "utf-8")
    with pytest.raises(RecordError) as caught:
        read_input(path)
    refused(caught.value)
    assert caught.value.problems[-1].message.startswith("more than 500 problems")


def test_a_name_among_very_many_is_compared_with_few(tmp_path: Path) -> None:
    term = "    text: {en: x, nl: x}\n    grounds: [{kind: design_choice}]\n"
    more = "".join(f"  t{number}:\n    when: s{number}\n{term}" for number in range(1_010))
    text = (BASE / "rules" / "terms.yaml").read_text("utf-8") + more
    _, problems = read_guideline(content_with(tmp_path, "rules/terms.yaml", text.encode()))
    assert {problem.code for problem in problems} == {"CP009", "CP021"}
    assert len(problems) == MAX_PROBLEMS + 1


def test_a_condition_with_very_many_faults_names_the_first_only(tmp_path: Path) -> None:
    when = "{any: [" + "[], " * 3_000 + "{" + ", ".join(f"k{number}: 1" for number in range(3_000)) + "}]}"
    rule = f"format: 1\nrules:\n  - {{id: Z-1, text: {{en: x, nl: x}}, when: {when}, recommend: [], grounds: []}}\n"
    _, problems = read_guideline(content_with(tmp_path, "rules/more.yaml", rule.encode()))
    assert 0 < len(problems) <= 2 * (MAX_PROBLEMS + 1)
    assert all(len(str(problem)) < 10_000 for problem in problems)


def test_so_many_wrong_values_that_listing_them_would_cost_more_than_reading_are_counted(tmp_path: Path) -> None:
    text = "format: 1\nrules: [" + "1," * 20_001 + "]"
    _, problems = read_guideline(content_with(tmp_path, "rules/more.yaml", text.encode()))
    assert [problem.message for problem in problems if problem.code == "CP008"] == [
        "20001 values are not as they must be"
    ]


def test_a_message_never_repeats_a_text_without_end() -> None:
    problem = carepath.Problem("CP008", "x" * 1_000_000, None, "y" * 1_000_000)
    assert (len(problem.message), len(problem.advice)) == (2_003, 2_003)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_in_a_folder_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    root = content_with(tmp_path / "content", "rules/more.yaml", b"")
    (root / "rules" / "more.yaml").unlink()
    os.mkfifo(root / "rules" / "more.yaml")
    _, problems = read_guideline(root)
    assert [(problem.code, str(problem.place)) for problem in problems] == [("CP001", "rules/more.yaml:1:1")]
    assert "it is a pipe" in problems[0].message
    files, refusals = scenario_files([root / "rules"])
    assert "more.yaml" not in {file.name for file in files}
    assert [problem.code for problem in refusals] == ["CP001"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no device without an end here")
def test_a_device_among_scenarios_is_refused_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "endless.yaml").symlink_to("/dev/zero")
    files, refusals = scenario_files([tmp_path])
    assert (files, [problem.code for problem in refusals]) == ([], ["CP001"])
    assert "a device" in refusals[0].message


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf{}", b"a: 1\r\nb: 2\r\n", b"a: 1\x00", b"<<: {a: 1}", b"a: &a [*a]"])
def test_bytes_that_readers_of_yaml_differ_about_are_read_or_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    path.write_bytes(data)
    with pytest.raises(RecordError) as caught:
        read_input(path)
    refused(caught.value)
