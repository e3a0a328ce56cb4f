"""A patient over time: the machine of ``carepath.testing``, on the shipped guideline and on broken ones."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.stateful import invariant, run_state_machine_as_test

from carepath import ArgumentError, Guideline, assess
from carepath.content.guideline import Selector
from carepath.testing import PatientOverTime, follow_advice, patient_over_time, patients, read_guideline_files
from carepath.testing.content_texts import GuidelineFiles
from carepath.testing.invariants import broken_by_knowledge, broken_by_order
from tests.laws.helpers import AT, GUIDELINE, SCREENED, STEP_DOWN, Case, law, renamed
from tests.laws.test_law_1_unknown import unknown_is_false
from tests.unit.testing.tiny import DOWN_AGAIN, TABLE, WAYS, tiny, way


def run(machine: type[PatientOverTime], examples: int, steps: int) -> None:
    phases = [Phase.generate, Phase.shrink]
    how = settings(law(examples), stateful_step_count=steps, suppress_health_check=list(HealthCheck), phases=phases)
    run_state_machine_as_test(machine, settings=how)


def failure(files: GuidelineFiles) -> str:
    """What the machine says of a guideline that breaks something."""
    machine = patient_over_time(read_guideline_files(files), pathway="path", start=AT)
    with pytest.raises(AssertionError) as caught:
        run(machine, 300, 10)
    return str(caught.value)


@pytest.mark.parametrize("pathway", sorted(GUIDELINE.pathways))
def test_what_must_hold_holds_for_patients_over_time(pathway: str) -> None:
    run(patient_over_time(GUIDELINE, pathway=pathway, start=AT), 5, 8)


@pytest.mark.slow
@pytest.mark.parametrize("pathway", sorted(GUIDELINE.pathways))
def test_what_must_hold_holds_for_many_patients_over_a_long_time(pathway: str) -> None:
    run(patient_over_time(GUIDELINE, pathway=pathway, start=AT, engine="both"), 30, 30)


def test_a_small_guideline_without_a_defect_passes_with_both_engines() -> None:
    run(patient_over_time(read_guideline_files(tiny()), pathway="path", start="2026-03-02", engine="both"), 25, 8)


# --- no ping-pong -------------------------------------------------------------------------------------------------


PATIENTS = {name: patients(GUIDELINE, pathway=name, at=AT) for name in GUIDELINE.pathways}


@st.composite
def on_a_step(draw: st.DrawFn) -> tuple[dict[str, object], str]:
    """A patient at one of the steps of a pathway, and the pathway."""
    pathway = draw(st.sampled_from(sorted(PATIENTS)))
    patient = draw(PATIENTS[pathway])
    return {**patient, "current_node": draw(st.sampled_from(list(GUIDELINE.pathways[pathway].steps)))}, pathway


def check_comes_to_rest(patient: dict[str, object], pathway: str) -> None:
    found = follow_advice(GUIDELINE, patient, pathway=pathway, at=AT)
    assert found.finished
    assert not found.cycle, f"{found}\n{patient}"


@law(21, thorough=600)
@for_all(on_a_step())
def test_a_patient_who_follows_the_advice_comes_to_rest(case: tuple[dict[str, object], str]) -> None:
    check_comes_to_rest(*case)


@pytest.mark.slow
@law(800)
@for_all(on_a_step())
def test_thousands_of_patients_who_follow_the_advice_come_to_rest(case: tuple[dict[str, object], str]) -> None:
    check_comes_to_rest(*case)


def test_who_goes_down_to_self_care_that_was_insufficient_before_rests_there() -> None:
    patient: dict[str, object] = {
        "current_node": "NP1",
        "age_years": 19,
        "participation_change": "better",
        "goals_attained": "all",
        "patient_agrees_to_step_down": True,
        "step1_selfcare_done": True,
        "step1_selfcare_sufficient": False,
        "rf_malignancy_suspected": False,
        "rf_infection_suspected": False,
        "rf_cord_or_rapid_weakness": False,
    }
    check_comes_to_rest(patient, "neuropathic")


@pytest.mark.parametrize("step", list(GUIDELINE.pathways["spine"].steps))
def test_who_attained_all_goals_goes_down_and_rests(step: str) -> None:
    found = follow_advice(GUIDELINE, {**STEP_DOWN, "current_node": step}, pathway="spine", at=AT)
    assert not found.cycle
    assert {move.kind for move in found.moves} <= {"deescalate"}


# --- the machine finds what is broken -----------------------------------------------------------------------------


def test_a_ping_pong_is_shown_in_sentences_with_the_patient() -> None:
    said = failure(tiny(down=DOWN_AGAIN))
    assert "a patient who follows the advice goes round in a circle:" in said
    assert "A1 (step A1): UP advises escalate to A2 (step A2)" in said
    assert "A2 (step A2): DOWN advises deescalate to A1 (step A1)" in said
    assert re.search(r"so the patient never comes to rest: A(1 -> A2 -> A1|2 -> A1 -> A2)", said)
    assert "pathway: path\nat: '2026-03-02'\npatient:\n" in said
    assert re.search(r"score:\n  - \{value: \d+, date: '2026-03-02'\}", said)


def test_what_a_failure_shows_is_the_patient_who_fails() -> None:
    files = tiny(down=DOWN_AGAIN)
    said = failure(files)
    node = re.search(r"current_node:\n  - \{value: (A\d)", said)
    score = re.search(r"score:\n  - \{value: (\d+)", said)
    assert node is not None
    assert score is not None
    patient = {"flag": False, "score": int(score[1]), "current_node": node[1]}
    assert follow_advice(read_guideline_files(files), patient, pathway="path", at=AT).cycle


def machine_of(content: GuidelineFiles | Guideline, patient: dict[str, object]) -> PatientOverTime:
    """The machine of a small guideline, begun with a patient."""
    guideline = content if isinstance(content, Guideline) else read_guideline_files(content)
    machine = patient_over_time(guideline, pathway="path", start=AT)()
    machine.begin(patient)
    return machine


def test_up_and_down_at_once_without_a_condition_is_found() -> None:
    machine = machine_of(tiny(down="score >= high"), {"flag": False, "score": 8, "current_node": "A1"})
    with pytest.raises(AssertionError, match="escalate to A2 by UP and deescalate to A0 by DOWN both stand without"):
        machine.re_assess()


def test_advice_beside_an_emergency_is_found() -> None:
    machine = machine_of(tiny(table=TABLE[1:]), {"flag": True, "score": 8, "current_node": "A1"})
    with pytest.raises(AssertionError, match=r"beside the red flag of FLAG \(emergency\) stands escalate \(UP\)"):
        machine.re_assess()


def test_a_red_flag_that_is_hidden_is_found() -> None:
    whole = read_guideline_files(tiny())
    red = Selector(kinds=("red_flag_exit",))
    hide = dataclasses.replace(whole.resolve[0], id="HIDE", selects=Selector(not_kinds=("escalate",)), given=(red,))
    # No file may say so: loading it is refused.
    machine = machine_of(dataclasses.replace(whole, content_hash="hide", resolve=(hide,)), {"flag": True})
    with pytest.raises(AssertionError, match="the red flag of FLAG holds and is not shown"):
        machine.re_assess()


def test_advice_without_a_ground_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.finish.tags_for", lambda *_: frozenset())
    with pytest.raises(AssertionError, match="red_flag_exit by FLAG stands on design_choice and does not say so"):
        machine_of(tiny(), {"flag": True}).re_assess()


def test_bytes_that_differ_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = machine_of(tiny(), {"flag": True})
    machine.re_assess()
    numbers = itertools.count()
    monkeypatch.setattr("carepath.assessment.Assessment.digest", lambda _: str(next(numbers)))
    with pytest.raises(AssertionError, match="the same record gives other bytes"):
        machine.teardown()


def test_a_record_that_is_refused_is_a_failure_of_the_machine() -> None:
    machine = machine_of(tiny(), {"score": 5})
    machine.record["score"][0]["value"] = 11
    with pytest.raises(AssertionError, match=r"the assessment is refused: CP062 score(.|\n)*value: 11"):
        machine.re_assess()


def test_unknown_that_is_taken_for_false_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_is_false)
    guideline = renamed()
    machine = patient_over_time(guideline, pathway="spine", start=AT)()
    machine.begin({"rf_cauda_equina": True})
    with pytest.raises(AssertionError, match="is false while rf_cauda_equina is unknown, and true once it is recorded"):
        machine.know_less("rf_cauda_equina")


def test_advice_that_depends_on_the_order_is_found() -> None:
    one, other = Case(SCREENED).assess(), Case(STEP_DOWN).assess()
    assert list(broken_by_order(one, other)) == ["the same record in another order gives other advice"]
    assert not list(broken_by_order(one, Case(SCREENED).assess()))


def test_where_the_patient_is_may_be_known_in_another_way() -> None:
    """Without the recorded step the line of care tells one."""
    one, other = Case({**SCREENED, "current_line": "1.5"}), Case({**SCREENED, "current_line": "1.5"})
    less = other.without("current_node").assess()
    assert less.position.step != one.assess().position.step
    assert not list(broken_by_knowledge(less, one.assess(), "current_node"))


# --- what the machine does ----------------------------------------------------------------------------------------


def test_what_happens_to_the_patient_stands_in_the_record() -> None:
    machine = patient_over_time(read_guideline_files(tiny()), pathway="path", start="2026-03-02")()
    machine.begin({"flag": False, "score": {"value": 4, "date": "2026-01-01"}})
    machine.put_right("score", 5)
    machine.pass_time(10)
    machine.add({"score": {"status": "refused"}})
    assert machine.record["score"] == [
        {"value": 5, "date": "2026-01-01"},
        {"status": "refused", "date": "2026-03-12"},
    ]
    machine.take_out("score")
    machine.add({"score": 8})
    machine.go_to("A0")
    machine.follow(0)
    assert machine.record["current_node"] == [{"value": "A1", "date": "2026-03-12"}]
    machine.take_out("flag")
    assert "flag" not in machine.record
    assert machine.at == dt.date(2026, 3, 12)
    assert assess(machine.record, pathway="path", at=machine.at, guideline=machine.guideline).position.step == "A1"


def test_what_a_subclass_looks_at_is_the_advice_for_what_is_recorded_now() -> None:
    seen = []

    class Mine(patient_over_time(read_guideline_files(tiny()), pathway="path", start=AT)):  # type: ignore[misc]
        @invariant()
        def an_invariant_of_which_the_name_comes_first(self) -> None:
            now = assess(self.record, pathway="path", at=self.at, guideline=self.guideline, engine="direct")
            assert self.assessment.digest() == now.digest()
            seen.append(len(self.assessment.recommendations))

    run(Mine, 20, 8)
    assert len(set(seen)) > 1


def test_time_ends_with_the_calendar() -> None:
    machine = patient_over_time(read_guideline_files(tiny()), pathway="path", start="9999-12-30")()
    machine.pass_time(400)
    assert machine.at == dt.date.max
    machine.re_assess()


def test_a_machine_is_a_test_case_that_shows_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    ways = (*WAYS[:3], way("A1", "A0", "deescalate", "DOWN"))
    machine = patient_over_time(read_guideline_files(tiny(down=DOWN_AGAIN, ways=ways)), pathway="path", start=AT)
    machine.TestCase.settings = settings(law(300), stateful_step_count=10, phases=[Phase.generate, Phase.shrink])
    with pytest.raises(AssertionError) as caught:
        machine.TestCase().runTest()
    shown = "\n".join((capsys.readouterr().out, str(caught.value), *getattr(caught.value, "__notes__", ())))
    assert "state.begins(patient=" in shown
    assert "state.teardown()" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"guideline": None}, "give what carepath.load_guideline"),
        ({"pathway": "pat"}, "did you mean 'path'"),
        ({"pathway": None}, "name one of path"),
        ({"start": "2026-02-30"}, "CP081"),
        ({"engine": "durable"}, "valid: both, direct"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_with_the_cure(arguments: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"guideline": read_guideline_files(tiny()), "pathway": "path", "start": AT} | arguments
    with pytest.raises(ArgumentError, match=words):
        patient_over_time(given.pop("guideline"), **given)  # type: ignore[arg-type]
