"""The worst inputs that the limits of each reader let in: as large, as many, as wide and as wrong as they may be.

Each is made for a share of its limits: 1 is what is just let in, a little more is refused, a twentieth is made quickly.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carepath
from carepath.cli import main
from carepath.content import code_tables
from carepath.content.files import MAX_TOTAL_VALUES
from carepath.content.guideline import Finding
from carepath.content.load import read_guideline
from carepath.errors import CarepathError, ContentError, RecordError, ScenarioError
from carepath.exchange import request
from carepath.exchange.cds_hooks import respond
from carepath.exchange.feedback import read_feedback
from carepath.input_file import MAX_JSON_BYTES, MAX_JSON_VALUES, read_input, read_json
from carepath.language.parse import MAX_LEAF, ConditionSyntaxError, parse_node, parse_text
from carepath.language.symbols import ValueType
from carepath.record.fhir import read_bundle
from carepath.record.fhir_limits import MAX_VALUES
from carepath.record.fhir_report import MAX_ROWS
from carepath.record.read import MAX_SERIES, MAX_TEXT, read_record
from carepath.record.read import MAX_VALUES as MAX_RECORD_VALUES
from carepath.testing.scenario import read_scenarios
from carepath.yaml_reader import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_text

BASE = Path(__file__).resolve().parents[1] / "broken" / "base"
AT = dt.date(2026, 3, 2)
TEXT = "    text: {en: x, nl: x}\n"
GROUNDS = "    grounds: [{kind: design_choice}]\n"
DAY = dt.date(1000, 1, 1)
#: A letter for which Python keeps all letters of a text in four bytes each.
WIDE = "\U0001f600"

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Worst:
    """An input: which reader reads it, how it is made, and whether it is refused for what stands in it."""

    reader: str
    make: Callable[[float, Path], Call]
    refused: bool = False
    grows: bool = True


def some(limit: int, share: float, each: int = 1) -> range:
    """Numbers for as many parts of a size as a share of a limit has room for."""
    return range(int(limit * share) // each)


# --- YAML ---------------------------------------------------------------------------------------------------------


def yaml_values(part: Callable[[int], str], each: int) -> Callable[[float, Path], Call]:
    """A list of as many parts as there may be values."""

    def make(share: float, _: Path) -> Call:
        text = "[" + ",".join(part(index) for index in some(MAX_NODES - 1, share, each)) + "]"
        return lambda: read_text(text)

    return make


def yaml_bytes(before: str, part: str, after: str = "") -> Callable[[float, Path], Call]:
    """A text of as many bytes as there may be."""

    def make(share: float, _: Path) -> Call:
        room = int(MAX_BYTES * share) - len((before + after).encode())
        text = before + part * (room // len(part.encode())) + after
        return lambda: read_text(text)

    return make


def yaml_wide(share: float, _: Path) -> Call:
    """As many keys as there may be, each kept in wide letters, in as long a text as there may be."""
    text = "".join(f"{WIDE * 8}{index:05x}: {WIDE * 8}\n" for index in some(MAX_NODES - 1, share, 2))
    text += "#" + WIDE * (int(MAX_BYTES * share) - len(text) - 1)
    return lambda: read_text(text)


def yaml_block(share: float, _: Path) -> Call:
    text = "".join(f"k{index:07d}: {index}\n" for index in some(MAX_NODES - 1, share, 2))
    return lambda: read_text(text)


def yaml_deep(share: float, _: Path) -> Call:
    part = "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)
    text = "[" + ",".join(part for _ in some(MAX_NODES, share, MAX_DEPTH + 1)) + "]"
    return lambda: read_text(text)


# --- content ------------------------------------------------------------------------------------------------------


def content(name: str, more: Callable[[range], str], each: int, *, anew: bool = False) -> Callable[[float, Path], Call]:
    """The small guideline with as much more in one file as there is room for."""

    def make(share: float, folder: Path) -> Call:
        shutil.copytree(BASE, folder, dirs_exist_ok=True)
        path = folder / name
        before = path.read_text("utf-8") if path.exists() and not anew else ""
        path.write_text(before + more(some(MAX_TOTAL_VALUES - 3_000, share, each)), "utf-8")
        return lambda: refusing(read_guideline(folder)[1])

    return make


def refusing(problems: list[carepath.Problem]) -> None:
    """Raises what is wrong, as ``load_guideline`` does."""
    if problems:
        raise ContentError(problems)


def rules(when: Callable[[int], str]) -> Callable[[range], str]:
    recommend = "    recommend: [{kind: red_flag_exit, urgency: urgent, target: neurologist}]\n"
    return lambda numbers: (
        "format: 1\nrules:\n"
        + "".join(f"  - id: Z-{number}\n{TEXT}{GROUNDS}{recommend}    when: {when(number)}\n" for number in numbers)
    )


def terms(when: Callable[[int], str]) -> Callable[[range], str]:
    return lambda numbers: "".join(f"  t{number}:\n{TEXT}{GROUNDS}    when: {when(number)}\n" for number in numbers)


def in_a_circle(numbers: range) -> str:
    return terms(lambda number: f"t{(number + 1) % len(numbers)}")(numbers)


def entries_of_resolve(numbers: range) -> str:
    selects = "    operation: only_with\n    selects: {kinds: [escalate]}\n    given: [{kinds: [escalate]}]\n"
    return "".join(f"  - id: R-{number}\n{selects}{TEXT}{GROUNDS}" for number in numbers)


def many_files(share: float, folder: Path) -> Call:
    """As many values as there may be, in as many files."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for number in range(100):
        values = "1," * (int((MAX_TOTAL_VALUES - 3_000) * share) // 100 - 6)
        (folder / "rules" / f"more_{number}.yaml").write_text(f"format: 1\nrules: [{values}]\n", "utf-8")
    return lambda: refusing(read_guideline(folder)[1])


def tables(entry: Callable[[int], str]) -> Callable[[float, Path], Call]:
    def make(share: float, folder: Path) -> Call:
        size = len(entry(10**6).encode())
        numbers = some(code_tables.MAX_TABLE_BYTES, share * 0.98, size)
        paths = [folder / f"codes_{number}.yaml" for number in range(4)]
        for number, path in enumerate(paths):
            text = "format: 1\ncodes:\n" + "".join(entry(10**6 + one) for one in numbers if one % 4 == number)
            path.write_text(text, "utf-8")
        guideline = carepath.load_guideline(BASE)
        return lambda: code_tables.with_tables(guideline, paths)

    return make


def code(number: int, finding: str = "rf_paresis") -> str:
    entry = f"  - {{system: s, code: c{number}, display: x, resource: Condition, finding: {finding}"
    return f"{entry}, value: true, grounds: [{{kind: design_choice}}]}}\n"


# --- conditions ---------------------------------------------------------------------------------------------------


def line(text: str) -> Callable[[float, Path], Call]:
    def make(share: float, _: Path) -> Call:
        given = text * (int(MAX_LEAF * share) // len(text))
        return lambda: parse_text(given)

    return make


def structure(leaf: str, each: int = 1) -> Callable[[float, Path], Call]:
    def make(share: float, _: Path) -> Call:
        text = "{any: [" + ",".join(leaf for _ in some(MAX_NODES - 3, share, each)) + "]}"
        node = read_text(text)
        return lambda: parse_node(node)

    return make


# --- records ------------------------------------------------------------------------------------------------------


def record(value: Callable[[int], Any], each: int = 1) -> Callable[[float, Path], Call]:
    """As many values of five findings as there may be."""

    def make(share: float, _: Path) -> Call:
        findings = carepath.load_guideline().findings
        names = [name for name, one in findings.items() if one.type.kind == "bool"][:5]
        patient = {name: [value(number) for number in some(MAX_SERIES, share, each)] for name in names}
        return lambda: read_record(patient, findings, AT)

    return make


def lists(items: int) -> Callable[[float, Path], Call]:
    """As many lists of so many items as there may be values, an item counted as one; they are one list in memory."""

    def make(share: float, _: Path) -> Call:
        findings = carepath.load_guideline().findings
        texts = {"value": ValueType("text")}
        name = next(name for name, one in findings.items() if one.type.parts == texts)
        one = {"value": ["x"] * items, "date": "2026-01-01"}
        patient = {name: [one for _ in some(MAX_RECORD_VALUES, share, items + 1)]}
        return lambda: read_record(patient, findings, AT)

    return make


def red_flags(share: float, _: Path) -> Call:
    """Far more values of a red flag than are read."""
    patient = {"rf_cauda_equina": [True] * int(25 * MAX_SERIES * share)}
    return lambda: read_record(patient, carepath.load_guideline().findings, AT)


def names_like(share: float, _: Path) -> Call:
    patient = {f"pain_mnths_{number}": 1 for number in some(1_000, share)}
    return lambda: read_record(patient, carepath.load_guideline().findings, AT)


def json_file(part: Callable[[int], bytes], each: int, *, of_input: bool = True) -> Callable[[float, Path], Call]:
    """A list of as many parts as there may be values: the values of a part are told by its commas and brackets."""

    def make(share: float, folder: Path) -> Call:
        path = folder / "patient.json"
        with path.open("wb") as file:
            file.write(b'{"patient":{"x":[1')
            for number in some(MAX_JSON_VALUES - 3, share, each):
                file.write(b"," + part(number))
            file.write(b"]}}")
        return (lambda: read_input(path)) if of_input else (lambda: read_json(path))

    return make


def json_bytes(part: bytes) -> Callable[[float, Path], Call]:
    def make(share: float, folder: Path) -> Call:
        path = folder / "patient.json"
        path.write_bytes(b'{"patient":{"x":"' + part * (int((MAX_JSON_BYTES - 20) * share) // len(part)) + b'"}}')
        return lambda: read_input(path)

    return make


def json_beside_a_wide_letter(share: float, folder: Path) -> Call:
    """As many values as there may be, and text up to the most bytes, of which one letter makes all take more."""
    path = folder / "patient.json"
    with path.open("wb") as file:
        size = file.write(b'{"patient":{"x":[1')
        size += sum(file.write(b',{"":1}') for _ in some(MAX_JSON_VALUES - 9, share, 2))
        start, end = b'],"y":"', f'{WIDE}"}}}}'.encode()
        file.write(start + b"a" * (int(MAX_JSON_BYTES * share) - size - len(start + end)) + end)
    return lambda: read_input(path)


def no_patients(share: float, folder: Path) -> Call:
    path = folder / "patients.json"
    path.write_bytes(b"[" + b"{}," * (int(MAX_JSON_VALUES * share) // 2 - 2) + b"{}]")
    return lambda: read_input(path)


def series_in(suffix: str) -> Callable[[float, Path], Call]:
    """A file of one patient whose values are as many as there may be, read and taken into a record."""

    def make(share: float, folder: Path) -> Call:
        path = folder / f"patient.{suffix}"
        most = MAX_NODES if suffix == "yaml" else MAX_JSON_VALUES
        values = [{"value": number % 25, "date": f"{DAY + dt.timedelta(number % 300_000)}"} for number in range(2)]
        room = some(min(MAX_SERIES, most // 6), share)
        items = ",".join(json.dumps({**values[0], "date": f"{DAY + dt.timedelta(number)}"}) for number in room)
        path.write_text(f'{{"at": "2026-03-02", "patient": {{"rmdq_total": [{items}]}}}}', "utf-8")

        return taken(path, carepath.load_guideline().findings)

    return make


def with_sources(share: float, folder: Path) -> Call:
    """A file of one patient with as many values of several findings, each with a source, as there may be."""
    findings = carepath.load_guideline().findings
    names = [name for name, one in findings.items() if one.type.kind == "bool"][:5]
    path = folder / "patient.json"
    values = [
        f'{{"value":true,"date":"{DAY + dt.timedelta(number)}","source":"s{number}"}}'
        for number in some(MAX_JSON_VALUES - 20, share, 4 * len(names))
    ]
    series = ",".join(f'"{name}":[{",".join(values)}]' for name in names)
    path.write_text(f'{{"at":"2026-03-02","patient":{{{series}}}}}', "utf-8")
    return taken(path, findings)


def lists_in_a_file(share: float, folder: Path) -> Call:
    """A file of one patient with lists of as many items as a record may hold."""
    path = folder / "patient.json"
    items = ",".join(['"low back"'] * 999)
    values = ",".join([f'{{"value":[{items}]}}' for _ in some(MAX_RECORD_VALUES, share, 1_000)])
    path.write_text(f'{{"at":"2026-03-02","patient":{{"pain_location":[{values}]}}}}', "utf-8")
    return taken(path, carepath.load_guideline().findings)


def taken(path: Path, findings: Mapping[str, Finding]) -> Call:
    def call() -> object:
        (given,) = read_input(path)
        return read_record(given.patient, findings, AT, locate=given.locate)

    return call


def audit(share: float, folder: Path, letter: str = "") -> Call:
    """An audit record with a very long report of a reader, replayed on the command line."""
    made = carepath.assess({"age_years": 47}, pathway="spine", at=AT, engine="direct").audit
    row = {"resource": "Encounter", "id": "", "path": "Encounter", "code": "", "reason": "unsupported_resource"}
    rows = [{**row, "detail": f"{letter}{number:07d}".ljust(95, "x")} for number in some(MAX_ROWS - 1, share)]
    path = folder / "audit.json"
    path.write_text(json.dumps({**made, "reader": {"used": [], "unused": rows}}, ensure_ascii=False), "utf-8")
    del rows

    def call() -> object:
        if main(["replay", str(path)]) not in {0, 1}:
            message = "refused"
            raise AssertionError(message)
        return None

    return call


# --- FHIR ---------------------------------------------------------------------------------------------------------


def bundle(resources: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def fhir(resource: Callable[[range], Iterator[dict[str, Any]]], each: int) -> Callable[[float, Path], Call]:
    def make(share: float, _: Path) -> Call:
        guideline = carepath.load_guideline()
        given = bundle(resource(some(min(MAX_VALUES, MAX_ROWS * each) - 10, share, each)))
        return lambda: read_bundle(given, guideline, AT)

    return make


def observation(name: str, **more: object) -> dict[str, Any]:
    coding = [{"system": "urn:carepath:finding", "code": name}]
    made = {"resourceType": "Observation", "status": "final", "code": {"coding": coding}}
    return {**made, "effectiveDateTime": "2026-01-01", **more}


def observations(numbers: range) -> Iterator[dict[str, Any]]:
    return (observation("rmdq_total", id=f"o{number}", valueInteger=number % 25) for number in numbers)


def almost_names(numbers: range) -> Iterator[dict[str, Any]]:
    return (observation(f"rmdq_totl{number}", id=f"o{number}") for number in numbers)


def components(numbers: range) -> Iterator[dict[str, Any]]:
    coding = ({"coding": [{"system": "urn:carepath:finding", "code": f"x{number}"}]} for number in numbers)
    yield observation("rmdq_total", component=[{"code": one} for one in coding])


def expressions(numbers: range) -> Iterator[dict[str, Any]]:
    yield {"resourceType": "Encounter", "x": [{"valueExpression": 0} for _ in numbers]}


def deep_expressions(numbers: range) -> Iterator[dict[str, Any]]:
    inner: object = [{"valueExpression": 0} for _ in numbers]
    for _ in range(50):
        inner = {"x" * 61: inner}
    yield {"resourceType": "Encounter", "x": inner}


def answers(numbers: range) -> Iterator[dict[str, Any]]:
    items = [{"linkId": "a", "answer": [{"valueInteger": 1}]} for _ in numbers]
    yield {"resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-01-01", "item": items}


# --- scenarios and calls ------------------------------------------------------------------------------------------


def scenarios(must: str, each: int) -> Callable[[float, Path], Call]:
    """One scenario that expects as much as there is room for."""

    def make(share: float, folder: Path) -> Call:
        path = folder / "scenarios.yaml"
        expected = ",".join(must for _ in some(MAX_NODES - 30, share, each))
        start = "scenario: x\nat: '2026-03-02'\npatient: {age_years: 47}\n"
        path.write_text(f"{start}expect: {{must: [{expected}]}}\n", "utf-8")
        guideline = carepath.load_guideline()
        return lambda: read_scenarios(path, guideline)

    return make


def many_scenarios(share: float, folder: Path) -> Call:
    path = folder / "scenarios.yaml"
    one = "- {scenario: x, at: '2026-03-02', patient: {age_years: 47}, expect: {must: [{kind: continue}]}}\n"
    path.write_text(one * (int((MAX_NODES - 1) * share) // 16), "utf-8")
    guideline = carepath.load_guideline()
    return lambda: read_scenarios(path, guideline)


def call_of(part: bytes, each: int, read: Callable[[bytes], object]) -> Callable[[float, Path], Call]:
    """The text of a call with as many values, or as many bytes, as it may have."""

    def make(share: float, _: Path) -> Call:
        start = b'{"hook":"patient-view","hookInstance":"1","context":{"patientId":"p"},"feedback":[],"prefetch":{"k":'
        start += b'{"resourceType":"Encounter","x":[1'
        values = (int(request.MAX_VALUES * share) - 20) // each
        bytes_ = (int(request.MAX_BYTES * share) - 200) // (len(part) + 1)
        text = start + (b"," + part) * min(values, bytes_) + b"]}}}"
        return lambda: read(text)

    return make


def cards(text: bytes) -> object:
    return respond(text, at=AT, engine="direct")


#: By name; the first of each reader is one of its worst.
WORST: dict[str, Worst] = {
    "yaml: keys and numbers": Worst("yaml", yaml_block),
    "yaml: texts": Worst("yaml", yaml_values(lambda number: f"t{number:07d}", 1)),
    "yaml: empty mappings": Worst("yaml", yaml_values(lambda _: "{}", 1)),
    "yaml: small mappings": Worst("yaml", yaml_values(lambda number: f"{{a: {number}}}", 3)),
    "yaml: deep": Worst("yaml", yaml_deep),
    "yaml: digits": Worst("yaml", yaml_values(lambda _: "9" * 11, 1)),
    "yaml: wide letters": Worst("yaml", yaml_bytes("a: '", "\U0001f600", "'"), grows=False),
    "yaml: wide letters in every key": Worst("yaml", yaml_wide),
    "yaml: short lines": Worst("yaml", yaml_bytes("a: 1\n", "#\u03b1\n"), grows=False),
    "yaml: empty lines": Worst("yaml", yaml_bytes("a: '", "\n", "'")),
    "yaml: a problem after short lines": Worst("yaml", yaml_bytes("", "#\u03b1\n", "a: &b 1"), refused=True),
    "yaml: long keys that stand twice": Worst(
        "yaml", yaml_bytes("{", "? " + "\ue000" * 100_000 + "\n: 1,", "}"), refused=True
    ),
    "yaml: a key again and again": Worst("yaml", yaml_bytes("{", "a: 1,", "}"), refused=True),
    "content: what are no rules": Worst(
        "content",
        content("rules/more.yaml", lambda numbers: f"format: 1\nrules: [{'1,' * len(numbers)}]", 1),
        refused=True,
    ),
    "content: many files": Worst("content", many_files, refused=True),
    "content: unknown keys": Worst(
        "content",
        content("rules/more.yaml", lambda numbers: "format: 1\n" + "".join(f"k{one}: 1\n" for one in numbers), 2),
        refused=True,
    ),
    "content: rules": Worst("content", content("rules/more.yaml", rules(lambda _: "rf_paresis"), 24), refused=True),
    "content: rules with unknown names": Worst(
        "content", content("rules/more.yaml", rules(lambda number: f"rf_pare{number}"), 24), refused=True
    ),
    "content: terms": Worst("content", content("rules/terms.yaml", terms(lambda _: "rf_paresis"), 15)),
    "content: terms in a circle": Worst("content", content("rules/terms.yaml", in_a_circle, 15), refused=True),
    "content: entries of the resolve table": Worst("content", content("rules/resolve.yaml", entries_of_resolve, 27)),
    "content: a condition that is none": Worst(
        "content",
        content(
            "rules/more.yaml", lambda numbers: rules(lambda _: "{any: [" + "[]," * len(numbers) + "]}")(range(1)), 1
        ),
        refused=True,
    ),
    "condition: a line": Worst("condition", line("not "), refused=True),
    "condition: a line of digits": Worst("condition", line("9"), refused=True),
    "conditions: leaves": Worst("conditions", structure("x >= 3"), grows=False),
    "conditions: no leaves": Worst("conditions", structure("[]"), refused=True, grows=False),
    "conditions: wrong keys": Worst("conditions", structure("{al: x}", 3), refused=True, grows=False),
    "codes: entries": Worst("codes", tables(code)),
    "codes: of no finding": Worst("codes", tables(lambda number: code(number, f"rf_{number}")), refused=True),
    "record: dated values": Worst(
        "record", record(lambda n: {"value": True, "date": f"{DAY + dt.timedelta(n)}", "source": f"s{n}"})
    ),
    "record: plain values": Worst("record", record(lambda _: True)),
    "record: wrong values": Worst("record", record(lambda _: 7), refused=True),
    "record: long texts": Worst(
        "record", record(lambda n: {"value": True, "source": f"{n:07d}".ljust(MAX_TEXT, "é")}, each=200), grows=False
    ),
    "record: lists of many items": Worst("record", lists(1_000)),
    "record: lists of few items": Worst("record", lists(5)),
    "record: red flags far beyond the limit": Worst("record", red_flags, refused=True, grows=False),
    "record: names that are almost right": Worst("record", names_like, refused=True, grows=False),
    "json: small objects": Worst("json", json_file(lambda _: b'{"":1}', 2)),
    "json: wide texts": Worst("json", json_file(lambda _: '"😀😀"'.encode(), 1)),
    "json: keys": Worst("json", json_file(lambda number: b'{"%x":1.5}' % number, 2, of_input=False)),
    "json: wide letters": Worst("json", json_bytes("😀".encode())),
    "json: small objects beside a wide letter": Worst("json", json_beside_a_wide_letter),
    "json: no patients": Worst("json", no_patients, refused=True),
    "patient: a series in YAML": Worst("patient", series_in("yaml"), grows=False),
    "patient: a series in JSON": Worst("patient", series_in("json")),
    "patient: values with sources": Worst("patient", with_sources),
    "patient: lists": Worst("patient", lists_in_a_file),
    "audit: a long report": Worst("audit", audit, grows=False),
    "audit: a long report in wide letters": Worst("audit", functools.partial(audit, letter=WIDE), grows=False),
    "fhir: observations": Worst("fhir", fhir(observations, 15)),
    "fhir: components": Worst("fhir", fhir(components, 7)),
    "fhir: expressions": Worst("fhir", fhir(expressions, 2), grows=False),
    "fhir: expressions far down": Worst("fhir", fhir(deep_expressions, 2), grows=False),
    "fhir: answers": Worst("fhir", fhir(answers, 5)),
    "fhir: codes that are almost right": Worst("fhir", fhir(almost_names, 120), grows=False),
    "scenarios: many": Worst("scenarios", many_scenarios),
    "scenarios: expectations": Worst("scenarios", scenarios("{kind: continue}", 3)),
    "scenarios: unknown fields": Worst("scenarios", scenarios("{kinds: x}", 3), refused=True),
    "scenarios: unknown values": Worst("scenarios", scenarios("{target: almost}", 3), refused=True),
    "call: small objects": Worst("call", call_of(b'{"":1}', 2, cards)),
    "call: wide texts": Worst("call", call_of('"😀😀"'.encode(), 1, cards)),
    "call: expressions": Worst("call", call_of(b'{"valueExpression":0}', 2, cards)),
    "call: feedback": Worst("call", call_of(b"[]", 2, read_feedback)),
}

#: What each reader may raise.
REFUSALS = (CarepathError, ConditionSyntaxError)
__all__ = ["REFUSALS", "WORST", "ContentError", "RecordError", "ScenarioError", "Worst"]
