"""What no content can bring about, a fault in the code can: each is planted here, and the law about it finds it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carepath import Assessment, Guideline
from carepath.inference.durable import DurableEngine, availability
from carepath.language.evaluate import Evaluator, Values
from carepath.language.truth import Truth
from carepath.record.read import read_record
from carepath.testing import laws
from tests.unit.testing.laws.guidelines import AT, REFERS, SHIPPED, changed, refused, small


@pytest.fixture
def own(tmp_path: Path) -> Guideline:
    return small(tmp_path)


def unknown_flag_is_false(name: str) -> Evaluator:
    """A leaf as those write it who forget the third value."""
    return lambda values: Truth.TRUE if values.get(name) is True else Truth.FALSE


def unknown_in_any_is_false(parts: tuple[Evaluator, ...]) -> Evaluator:
    """An `any` as those write it who forget the third value, over parts that have it."""

    def some(values: Values) -> Truth:
        return Truth.TRUE if any(part(values) is Truth.TRUE for part in parts) else Truth.FALSE

    return some


def test_a_leaf_that_takes_unknown_for_false_is_found(own: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_flag_is_false)
    error = refused(laws.unknown_is_never_taken_for_false, changed(own))
    assert "is unknown (not_recorded), and in" in error.seen
    assert error.patient == {}
    refused(laws.verdicts_are_monotone, changed(own))


def test_a_condition_that_turns_round_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_any", unknown_in_any_is_false)
    guideline = changed()
    error = refused(laws.verdicts_are_monotone, guideline, pathways=["other_msk"])
    assert "was false and became true" in error.seen
    assert len(set(error.trial.second.patient) - set(error.patient)) == 1
    laws.unknown_is_never_taken_for_false(guideline, at=AT, pathways=["spine"], examples=5)


def test_an_explanation_that_says_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_any", unknown_in_any_is_false)
    assert "its explanation says unknown" in refused(laws.engines_agree, changed(), pathways=["spine"]).seen


@pytest.mark.skipif(availability() is not None, reason=str(availability()))
def test_engines_that_differ_are_found(own: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    real = DurableEngine.true_clauses
    monkeypatch.setattr(DurableEngine, "true_clauses", lambda self, values: real(self, values) - {"rule:UP-1"})
    error = refused(laws.engines_agree, own)
    assert "CP090 rule:UP-1: direct says true, durable-rules fires: False" in error.seen
    assert set(error.patient) == {"pain_weeks", "copes"}


def test_rules_whose_order_shows_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.inference.case.sorted", lambda items, **_: list(items), raising=False)
    own = small(tmp_path)
    twice = dataclasses.replace(own.rules["RF-1"], id="RF-2")
    error = refused(laws.order_never_matters, changed(own, rules={**own.rules, "RF-2": twice}))
    assert error.patient == {"fever": True}
    assert "another order of the rules" in error.seen


def test_findings_whose_order_shows_are_found(own: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    def reads_one(patient: dict[str, object], *rest: Any, **options: Any) -> object:  # noqa: ANN401 - as read_record
        return read_record(dict([*patient.items()][:1]), *rest, **options)

    monkeypatch.setattr("carepath.assessing.read_record", reads_one)
    error = refused(laws.order_never_matters, own)
    assert "of the findings, or of their observations" in error.seen
    assert len(error.patient) == 2


@pytest.mark.parametrize("law", [laws.same_input_same_bytes, laws.order_never_matters, laws.replay_gives_the_same])
def test_an_assessment_that_says_something_else_each_time_is_found(
    law: laws.Law, own: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[int] = []
    real = Assessment.to_json

    def counted(assessment: Assessment) -> str:
        said.append(1)
        return f"{real(assessment)} {len(said)}"

    monkeypatch.setattr(Assessment, "to_json", counted)
    assert refused(law, own, examples=5).patient == {}


def test_an_audit_record_that_forgets_is_found(own: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    from carepath.record import canonical  # noqa: PLC0415 - what is patched

    real: Callable[[Any], dict[str, object]] = canonical._fact  # noqa: SLF001 - likewise
    forgets = lambda fact: {key: value for key, value in real(fact).items() if key != "date"}  # noqa: E731 - short
    monkeypatch.setattr(canonical, "_fact", forgets)
    error = refused(laws.replay_gives_the_same, own)
    assert "the recorded input gives" in error.seen
    assert "date:" in str(error)
    laws.same_input_same_bytes(own, at=AT, examples=5)


def test_an_entitlement_that_depends_on_the_patient_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = vars(Assessment)["recommendations"]

    def odd(assessment: Assessment) -> tuple[Any, ...]:
        given: tuple[Any, ...] = real.fget(assessment)
        if assessment.basis.values.get("copes") is not True:
            return given
        return tuple(dataclasses.replace(one, entitlement="none") if one.group else one for one in given)

    monkeypatch.setattr(Assessment, "recommendations", property(odd))
    error = refused(laws.entitlement_depends_on_group_and_date, small(tmp_path, *REFERS), pathways=["small"])
    assert "imsr_assessment for group everyone says none; on 2026-03-02 the guideline says entitled" in error.seen
    assert set(error.patient) == {"copes", "pain_weeks", "fever"}


def test_a_recommendation_that_hides_what_it_stands_on_is_found(
    own: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carepath.finish.tags_for", lambda *_: frozenset({"source"}))
    error = refused(laws.every_recommendation_has_grounds, own)
    assert "insufficient_information by IN-1 stands on design_choice and does not say so" in error.seen


def test_an_error_is_shown_with_its_patient(own: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(assessment: Assessment) -> tuple[Any, ...]:
        if assessment.basis.values.get("copes") is True:
            message = "something else"
            raise KeyError(message)
        return ()

    monkeypatch.setattr(Assessment, "notes", property(fails))
    for law in (laws.red_flags_dominate, laws.every_recommendation_has_grounds):
        with pytest.raises(KeyError, match="something else") as caught:
            law(own, at=AT, examples=100)
        (note,) = caught.value.__notes__
        assert note.startswith(f"while {law.__name__} was tried on:")
        assert "copes: " in note


def test_a_fault_that_is_seen_once_and_not_again_is_reported_all_the_same(
    own: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = Assessment.to_json

    def once(assessment: Assessment) -> str:
        seen.append(1)
        return f"{real(assessment)}{'!' if len(seen) == 4 else ''}"

    monkeypatch.setattr(Assessment, "to_json", once)
    error = refused(laws.same_input_same_bytes, own)
    assert "!" in error.seen or "once and not again" in error.seen


def test_the_same_fault_is_shown_with_the_same_patient_each_time() -> None:
    guideline = changed(resolve=tuple(entry for entry in SHIPPED.resolve if entry.id != "RS-RED"))
    messages = {str(refused(laws.red_flags_dominate, guideline, pathways=["spine"])) for _ in range(2)}
    assert len(messages) == 1
