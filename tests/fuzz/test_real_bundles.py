"""Real bundles, and mutations of them: an answer, with what was not used and why; never a traceback.

The files are no part of the repository: where they are not there the tests are skipped.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import carepath
from carepath.cli import main
from carepath.errors import CODES, CarepathError, RecordError
from carepath.record.fhir import read_bundle
from carepath.record.snapshot import take_snapshot
from tests.fuzz.mutations import Path as Place
from tests.fuzz.mutations import mutated, places

if TYPE_CHECKING:
    from carepath.content.guideline import Guideline

SHARED = Path(__file__).parents[3] / "shared" / "data"
AT = dt.date(2023, 11, 1)
FILES = sorted((SHARED / "fhir").glob("*.json"))
REQUESTS = sorted((SHARED / "cds-hooks").glob("*.json"))
#: How many mutations of each file the ordinary run reads; all of them are read by the slow one.
FEW, ALL = 10, 200
STATUSES = ("entered-in-error", "cancelled")

Json = dict[str, Any]

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the example files are not there: {SHARED}")


@functools.cache
def guideline() -> Guideline:
    return carepath.load_guideline()


def said(finding: str, **value: object) -> Json:
    """An observation that certainly counts, so that there is something to be lost or kept."""
    code = {"coding": [{"system": "urn:carepath:finding", "code": finding}]}
    made = {"resourceType": "Observation", "id": f"known-{finding}".replace("_", "-"), "status": "final", "code": code}
    return {**made, "effectiveDateTime": "2023-10-01", **value}


KNOWN = (
    said("wpn_class", valueInteger=3),
    said("rf_cauda_equina", valueBoolean=True),
    said("start_back_total", valueInteger=7),
    said("start_back_distress", valueInteger=4),
    said("rmdq_total", valueInteger=12),
    said("rmdq_total", id="known-second", valueInteger=13),
    {
        "resourceType": "QuestionnaireResponse",
        "id": "known-items",
        "status": "completed",
        "authored": "2023-10-01",
        "item": [
            {"linkId": name, "code": [{"system": "urn:carepath:item", "code": f"dn4.{name}"}], "answer": [answer]}
            for name, answer in (
                ("i1", {"valueBoolean": True}),
                ("i2", {"valueInteger": 1}),
                ("e1", {"valueDecimal": 0}),
            )
        ],
    },
    {
        "resourceType": "MedicationStatement",
        "id": "known-drug",
        "status": "active",
        "medicationCodeableConcept": {"coding": [{"system": "urn:carepath:drug-class", "code": "TCA"}]},
        "effectivePeriod": {"start": "2023-10-01"},
    },
)


@functools.cache
def bundle(path: Path) -> Json:
    """What a file holds, as one bundle, with what certainly counts beside it."""
    loaded, _ = json.JSONDecoder().raw_decode(path.read_text("utf-8"))  # some files close one brace too many
    found: list[Any] = []
    todo: list[Any] = [loaded]
    while todo:
        one = todo.pop(0)
        if isinstance(one, dict) and "resourceType" in one and one["resourceType"] != "Bundle":
            found.append(one)
        elif isinstance(one, dict | list):
            todo.extend(one.values() if isinstance(one, dict) else one)
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in (*found, *KNOWN)]}


@functools.cache
def places_in(path: Path) -> list[Place]:
    return sorted(places(bundle(path)), key=repr)


def answers(content: Any) -> bool:  # noqa: ANN401 - parsed JSON with anything wrong in it
    """Reads a bundle; whether there was an answer. It may be refused, with a code; nothing else may happen."""
    try:
        record = read_bundle(content, guideline(), AT)
    except CarepathError as error:
        problems = error.problems
    else:
        problems = ()
    if problems:
        assert {problem.code for problem in problems} <= {"CP009", "CP066", "CP069"}
        assert all(problem.code in CODES and problem.advice for problem in problems)
        return False
    assert record.used or record.unused
    assert {row["reason"] for row in record.unused} <= set(guideline().fhir_reasons)
    assert all(isinstance(value, str) for row in (*record.used, *record.unused) for value in row.values())
    take_snapshot(record, guideline().findings, guideline().parameter_values(AT), AT)
    return True


@pytest.mark.parametrize("path", [*FILES, *REQUESTS], ids=lambda path: path.stem)
@pytest.mark.parametrize("number", [FEW, pytest.param(ALL, marks=pytest.mark.slow)])
def test_a_mutation_of_a_real_bundle_is_answered_or_refused(path: Path, number: int) -> None:
    given = bundle(path)
    before = json.dumps(given)
    answered = 0
    for seed in range(number):
        draw = random.Random(f"{path.stem} {seed}")  # noqa: S311 - the same choices in each run
        answered += answers(mutated(given, places_in(path), draw))
    assert answered >= number // 3
    assert json.dumps(given) == before


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutation_of_a_real_bundle_is_assessed_by_both_evaluators_and_shown(path: Path) -> None:
    for seed in range(ALL // 10):
        draw = random.Random(f"{path.stem} {seed}")  # noqa: S311 - the same choices in each run
        content = mutated(bundle(path), places_in(path), draw)
        try:
            made = carepath.assess(content, pathway="spine", at=AT)
        except RecordError:
            continue
        shown = json.loads(made.to_json())["record"]
        assert shown["used"] or shown["unused"]
        assert made.report("en")
        assert made.report("nl")


@pytest.mark.parametrize("path", [*FILES, *REQUESTS], ids=lambda path: path.stem)
@pytest.mark.parametrize("number", [6, pytest.param(10_000, marks=pytest.mark.slow)])
def test_what_was_entered_in_error_counts_as_if_it_were_not_there(path: Path, number: int) -> None:
    entries = bundle(path)["entry"]
    kinds = ("Observation", "Condition", "Procedure", "ServiceRequest", "MedicationRequest", "Encounter", "CarePlan")
    chosen = [index for index, one in enumerate(entries) if one["resource"]["resourceType"] in kinds]
    for index in chosen[-number:]:
        resource = entries[index]["resource"]
        without = [one for other, one in enumerate(entries) if other != index]
        expected = read_bundle({"resourceType": "Bundle", "entry": without}, guideline(), AT)
        wrong = {"coding": [{"code": "entered-in-error"}]}
        takes_back = "verificationStatus" if resource["resourceType"] == "Condition" else "status"
        for status in STATUSES if takes_back == "status" else STATUSES[:1]:
            given = {**resource, takes_back: wrong if takes_back == "verificationStatus" else status}
            changed = [*entries[:index], {"resource": given}, *entries[index + 1 :]]
            record = read_bundle({"resourceType": "Bundle", "entry": changed}, guideline(), AT)
            assert record.series == expected.series
            assert record.used == expected.used
            named = {(row["resource"], row["reason"]) for row in record.unused if row["id"] in {resource.get("id"), ""}}
            reason = "entered_in_error" if status == "entered-in-error" else "not_present"
            assert (resource["resourceType"], reason) in named


def test_a_red_flag_that_was_entered_in_error_or_cancelled_is_no_red_flag() -> None:
    for status in STATUSES:
        flag = {**said("rf_cauda_equina", valueBoolean=True), "status": status}
        made = carepath.assess({"resourceType": "Bundle", "entry": [{"resource": flag}]}, at=AT)
        assert "red_flag_exit" not in {one.kind for one in made.recommendations}
        (row,) = [row for row in made.basis.situation.record.unused if row["id"] == flag["id"]]
        assert row["reason"] == ("entered_in_error" if status == "entered-in-error" else "not_present")
        assert guideline().fhir_reasons[row["reason"]].nl


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_real_file_is_answered_on_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(path), "--at", AT.isoformat(), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)["record"]
    assert record["used"] or record["unused"]


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_request_of_cds_hooks_is_no_patient_and_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request, _ = json.JSONDecoder().raw_decode(path.read_text("utf-8"))
    with pytest.raises(RecordError) as caught:
        carepath.assess(request, at=AT)
    assert {problem.code for problem in caught.value.problems} == {"CP060"}
    assert main(["assess", str(path), "--at", AT.isoformat()]) == 2
    shown = capsys.readouterr().err
    assert f"{path}:" in shown
    assert "CP002" in shown or "CP069" in shown
