from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from carepath import ArgumentError, Guideline, load_guideline
from carepath.record.read import read_record
from carepath.testing import Way, follow_advice, read_guideline_files
from tests.patients import EXHAUSTED, NO_RED_FLAG
from tests.unit.testing.tiny import DOWN_AGAIN, WAYS, tiny, way

AT = dt.date(2026, 3, 2)
LOW: dict[str, object] = {"flag": False, "score": 2}
HIGH: dict[str, object] = {"flag": False, "score": 8}


def follow(patient: dict[str, object], guideline: Guideline | None = None, limit: int = 1_000) -> Way:
    return follow_advice(guideline or read_guideline_files(tiny()), patient, pathway="path", at=AT, limit=limit)


def test_a_patient_who_follows_the_advice_goes_up_step_by_step_and_rests_at_the_top() -> None:
    found = follow({**HIGH, "current_node": "A0"})
    assert found.steps == ("A0", "A1", "A2")
    assert [move.rules for move in found.moves] == [("UP",), ("UP",)]
    assert not found.cycle
    assert found.finished
    assert str(found) == (
        "A0 (step A0): UP advises escalate to A1 (step A1)\n"
        "A1 (step A1): UP advises escalate to A2 (step A2)\n"
        "A2 (step A2): nothing leads on without a condition, so the patient rests here"
    )


def test_a_patient_without_unconditional_advice_rests_where_they_are() -> None:
    assert follow({**LOW, "current_node": "A0"}).steps == ("A0",)
    assert follow({"score": 8, "current_node": "A0"}).steps == ("A0",), "screening comes first"
    assert follow({"flag": True, "score": 8, "current_node": "A0"}).steps == ("A0",)


def test_a_patient_whose_step_is_not_known_has_no_way() -> None:
    found = follow(HIGH)
    assert found.steps == ()
    assert str(found) == "it is not known at which step the patient is"


def test_a_circle_is_shown_with_its_moves_and_in_sentences() -> None:
    found = follow({**HIGH, "current_node": "A0"}, read_guideline_files(tiny(down=DOWN_AGAIN)))
    assert found.steps == ("A0", "A1", "A2", "A1")
    assert [(move.source, move.target) for move in found.cycle] == [("A1", "A2"), ("A2", "A1")]
    assert found.sentences[-1] == "and so the patient never comes to rest: A1 -> A2 -> A1"
    assert "A2 (step A2): DOWN advises deescalate to A1 (step A1)" in found.sentences


def test_a_circle_behind_a_second_choice_is_found() -> None:
    """From A0 two ways lead up, the lower first; only from the higher one the advice leads back."""
    ways = (WAYS[0], way("A0", "A2", "escalate", "UP"), way("A2", "A0", "deescalate", "DOWN"), WAYS[3])
    found = follow({**HIGH, "current_node": "A0"}, read_guideline_files(tiny(down=DOWN_AGAIN, ways=ways)))
    assert found.steps == ("A0", "A2", "A0")
    assert [(move.source, move.target) for move in found.cycle] == [("A0", "A2"), ("A2", "A0")]


def test_a_limit_ends_the_way_and_says_so() -> None:
    found = follow({**HIGH, "current_node": "A0"}, limit=1)
    assert not found.finished
    assert found.steps == ("A0", "A1")
    assert found.sentences[-1] == "A1 (step A1): not followed further, 1 steps were assessed"


def test_what_was_recorded_before_and_after_the_date_stays_as_it_is() -> None:
    node = [{"value": "A2", "date": "2025-01-01"}, {"value": "A0", "date": "2026-03-02"}]
    patient: dict[str, object] = {**HIGH, "current_node": [*node, {"value": "A2", "date": "2026-06-01"}]}
    assert follow(patient).steps == ("A0", "A1", "A2")
    assert patient["current_node"] == [*node, {"value": "A2", "date": "2026-06-01"}]


def test_a_record_that_was_read_before_can_be_followed() -> None:
    guideline = read_guideline_files(tiny())
    record = read_record({**HIGH, "current_node": "A1"}, guideline.findings, AT)
    assert follow_advice(guideline, record, pathway="path", at="2026-03-02").steps == ("A1", "A2")


def test_a_referral_moves_to_the_step_of_its_transition() -> None:
    guideline = load_guideline()
    patient = {**NO_RED_FLAG, **EXHAUSTED, "age_years": 45, "current_node": "SP2", "pain_duration_months": 12}
    found = follow_advice(guideline, patient, pathway="spine", at=AT)
    assert found.moves[0].kind == "imsr_assessment"
    assert found.moves[0].target == "SP-IMSR"
    assert not found.cycle


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"guideline": "spine"}, "give what carepath.load_guideline"),
        ({"pathway": "pat"}, "did you mean 'path'"),
        ({"pathway": None}, "name one of path"),
        ({"at": "yesterday"}, "CP081"),
        ({"limit": 0}, "not from 1 to 100000"),
        ({"limit": True}, "no whole number"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_with_the_cure(arguments: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"guideline": read_guideline_files(tiny()), "pathway": "path", "at": AT} | arguments
    with pytest.raises(ArgumentError, match=words):
        follow_advice(given.pop("guideline"), {}, **given)  # type: ignore[arg-type]


def test_a_guideline_in_which_no_step_can_be_recorded_is_refused() -> None:
    whole = read_guideline_files(tiny())
    findings = {name: finding for name, finding in whole.findings.items() if name != "current_node"}
    with pytest.raises(ArgumentError, match=r"add it to rules/findings\.yaml"):
        follow({}, dataclasses.replace(whole, findings=findings))
