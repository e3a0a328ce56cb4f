"""The adapter of durable_rules when the engine fails, when threads and forks meet, and in the long run."""

from __future__ import annotations

import importlib
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carepath.errors import EngineError
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import Branch, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))

CLAUSES: dict[str, list[Branch]] = {
    **{
        f"pain {level}": [(Literal("pain", ">=", level), Literal("adult", "==", constant=True))] for level in range(150)
    },
    "either": [(Literal("pain", "<", 0),), (Literal("sex", "!=", "female"),)],
}
TYPES = {"pain": "int", "adult": "bool", "sex": "text"}
VALUES: Mapping[str, bool | int | float | str] = {"pain": 99, "adult": True, "sex": "male"}
EXPECTED = {"either", *(f"pain {level}" for level in range(100))}

CALLS = ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact"]


class Fault(Exception):
    pass


@contextmanager
def failing(name: str, kind: BaseException, *, at: int, after: bool) -> Iterator[None]:
    """The engine's function fails once, when ``at`` calls went well, before or after it has done its work."""
    module = importlib.import_module("durable_rules_engine")
    real: Callable[..., object] = getattr(module, name)
    calls = itertools.count()

    def call(*arguments: object) -> object:
        if next(calls) != at:
            return real(*arguments)
        if after:
            real(*arguments)
        raise kind

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, call)
        yield


@contextmanager
def answering(name: str, answer: object) -> Iterator[None]:
    """The engine's function does nothing and gives this answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"durable_rules_engine.{name}", lambda *_arguments: answer)
        yield


@pytest.fixture
def engine() -> DurableEngine:
    return DurableEngine(CLAUSES, TYPES)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("name", CALLS)
def test_a_fault_in_the_engine_is_an_error_and_the_next_call_is_right(
    engine: DurableEngine, name: str, at: int, *, after: bool
) -> None:
    for warm in (False, True):
        if warm:
            assert engine.true_clauses(VALUES) == EXPECTED
        with (
            failing(name, Fault("injected"), at=at, after=after),
            pytest.raises(EngineError, match="CP091 durable_rules failed: injected") as caught,
        ):
            engine.true_clauses(VALUES)
        assert isinstance(caught.value.__cause__, Fault)
        assert engine.true_clauses({"pain": -1}) == {"either"}
        assert engine.true_clauses(VALUES) == EXPECTED


@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("name", CALLS)
def test_an_evaluation_that_was_interrupted_leaves_nothing_behind(engine: DurableEngine, name: str, at: int) -> None:
    with failing(name, KeyboardInterrupt(), at=at, after=True), pytest.raises(KeyboardInterrupt):
        engine.true_clauses(VALUES)
    assert engine.true_clauses({"pain": -1}) == {"either"}
    assert engine.true_clauses(VALUES) == EXPECTED


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("assert_fact", (1, 1), "answered 1 to a fact"),
        ("assert_fact", (2, 1), "answered 2 to a fact"),
        ("start_action_for_state", None, "did not run all rules"),
        ("complete_and_start_action", None, "did not run all rules"),
        ("complete_and_start_action", '{"b0":{"m":{}}}', "could not take back a fact"),
        ("retract_fact", (1, 1), "could not take back a fact"),
    ],
)
def test_an_answer_that_is_not_whole_is_thrown_away(
    engine: DurableEngine, name: str, answer: object, words: str
) -> None:
    with answering(name, answer), pytest.raises(EngineError, match=words):
        engine.true_clauses(VALUES)
    assert engine.true_clauses(VALUES) == EXPECTED


def test_rules_that_cannot_be_built_again_are_an_error_until_they_can(engine: DurableEngine) -> None:
    with answering("retract_fact", (1, 1)), pytest.raises(EngineError, match="could not take back a fact"):
        engine.true_clauses(VALUES)
    with failing("create_ruleset", Fault("no room"), at=1, after=False), pytest.raises(EngineError, match="no room"):
        engine.true_clauses(VALUES)
    assert engine.true_clauses(VALUES) == EXPECTED


def test_rules_that_the_engine_cannot_read_are_an_error() -> None:
    with (
        failing("create_ruleset", Fault("error 204"), at=0, after=False),
        pytest.raises(EngineError, match="could not read the rules: error 204"),
    ):
        DurableEngine(CLAUSES, TYPES)


def test_eight_threads_share_one_engine(engine: DurableEngine) -> None:
    start = threading.Barrier(8)

    def evaluate(thread: int) -> list[bool]:
        start.wait()
        return [
            engine.true_clauses({"pain": pain, "adult": True}) == {f"pain {level}" for level in range(pain + 1)}
            for pain in ((thread * 17 + turn * 5) % 150 for turn in range(150))
        ]

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answers in pool.map(evaluate, range(8)) for answer in answers]
    assert len(answers) == 8 * 150
    assert all(answers)


def test_many_engines_live_side_by_side() -> None:
    engines = [DurableEngine({"high": [(Literal("pain", ">=", limit),)]}, {"pain": "int"}) for limit in range(200)]
    for pain in (0, 100, 199):
        high = [bool(engine.true_clauses({"pain": pain})) for engine in engines]
        assert high == [limit <= pain for limit in range(200)]


def test_no_thread_runs_beside_an_engine() -> None:
    before = threading.enumerate()
    DurableEngine(CLAUSES, TYPES).true_clauses(VALUES)
    assert threading.enumerate() == before


def answers_in_a_child(engine: DurableEngine) -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            right = engine.true_clauses({"pain": -1}) == {"either"} and engine.true_clauses(VALUES) == EXPECTED
            status = 0 if right else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")


@needs_fork
def test_an_engine_works_in_a_child_forked_before_or_after_its_first_call(engine: DurableEngine) -> None:
    assert answers_in_a_child(engine)
    assert engine.true_clauses(VALUES) == EXPECTED
    assert answers_in_a_child(engine)
    assert engine.true_clauses(VALUES) == EXPECTED


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_an_engine_works_in_a_child_forked_while_another_thread_was_using_it(
    engine: DurableEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("durable_rules_engine")
    inside, forked, real = threading.Event(), threading.Event(), module.complete_and_start_action

    def pause(*arguments: object) -> object:
        if threading.current_thread() is not threading.main_thread():
            inside.set()
            forked.wait(60)
        return real(*arguments)

    monkeypatch.setattr(module, "complete_and_start_action", pause)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(engine.true_clauses, VALUES)
        assert inside.wait(60)
        try:
            assert answers_in_a_child(engine)
        finally:
            forked.set()
        assert answer.result() == EXPECTED


def resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the platform does not show its memory")


@needs_proc
@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_evaluations(engine: DurableEngine) -> None:
    def evaluate(times: int) -> None:
        for turn in range(times):
            engine.true_clauses({"pain": turn % 150, "adult": turn % 3 > 0})

    evaluate(2_000)
    before = resident_kib()
    evaluate(100_000)
    assert resident_kib() - before < 1024


@needs_proc
@pytest.mark.slow
def test_an_engine_that_is_dropped_gives_most_of_its_memory_back() -> None:
    def make(times: int) -> None:
        for _ in range(times):
            assert DurableEngine(CLAUSES, TYPES).true_clauses(VALUES) == EXPECTED

    make(50)
    before = resident_kib()
    make(200)
    assert resident_kib() - before < 200 * 200


@needs_proc
@pytest.mark.slow
def test_a_thousand_faults_do_not_crash_and_give_most_of_the_memory_back(engine: DurableEngine) -> None:
    before = resident_kib()
    for turn in range(1_000):
        with (
            failing(CALLS[turn % 4], Fault("injected"), at=turn % 3, after=turn % 8 > 3),
            pytest.raises(EngineError, match="injected"),
        ):
            engine.true_clauses(VALUES)
        assert engine.true_clauses(VALUES) == EXPECTED
    assert resident_kib() - before < 1_000 * 1024
