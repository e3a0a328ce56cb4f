"""What the adapter of durable_rules finds true, and what it refuses."""

from __future__ import annotations

import importlib
import locale
import operator
import random
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepath.errors import EngineError
from carepath.inference.durable import DurableEngine, availability
from carepath.inference.normal_form import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from carepath.inference.durable_lint import Known
    from carepath.inference.normal_form import Branch

    Clauses = Mapping[str, Sequence[Branch]]

needs_engine = pytest.mark.skipif(availability() is not None, reason=str(availability()))

HOLDS: dict[str, Callable[[Known, Known], bool]] = {
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
    "==": operator.eq,
    "!=": operator.ne,
}

# Names and values that durable_rules itself would mix up, read wrongly or fail on.
INTS = (-(2**63), -3, -1, 0, 1, 2, 3, 10, 2**53 + 1, 2**63 - 1)
SMALL_INTS = (-1, 0, 1, 2, 3)
DECIMALS = (-1e300, -2.5, -5e-324, -0.0, 0.0, 5e-324, 1e-05, 0.1, 0.30000000000000004, 0.3, 2.5, 3.0, 1e16, 1.7e308)
TEXTS = ("", "5", "a", "ab", "ab c", "x", "x" * 65_537, "é", "\ud800", '"}', "0", "true")
POOLS: dict[str, tuple[str, tuple[Known, ...], tuple[Known, ...]]] = {
    "sid": ("int", INTS, INTS),
    "days since step start <= 84": ("bool", (True, False), (True, False)),
    "costarring": ("int", INTS, INTS),
    "liquid": ("int", INTS, INTS),
    "compared with decimals": ("int", SMALL_INTS, (*SMALL_INTS, 0.5, 2.0)),
    "present": ("decimal", (*DECIMALS, *SMALL_INTS), (*DECIMALS, *SMALL_INTS)),
    "a.b": ("decimal", (*DECIMALS, *SMALL_INTS), (*DECIMALS, *SMALL_INTS)),
    "id": ("text", TEXTS, TEXTS),
    "$s": ("text", (*TEXTS, "never compared"), TEXTS),
    "": ("bool", (True, False), (True, False)),
}
TYPES = {attribute: kind for attribute, (kind, _, _) in POOLS.items()}


def plainly_true(clauses: Clauses, values: Mapping[str, Known]) -> frozenset[str]:
    def holds(literal: Literal) -> bool:
        known = literal.attribute in values
        return known and HOLDS[literal.op](values[literal.attribute], literal.constant)

    return frozenset(
        clause for clause, branches in clauses.items() if any(all(map(holds, branch)) for branch in branches)
    )


def operators_of(kind: str) -> list[str]:
    return ["==", "!="] if kind in {"bool", "text"} else list(HOLDS)


LITERALS = [
    Literal(attribute, op, constant)
    for attribute, (kind, _, constants) in POOLS.items()
    for op in operators_of(kind)
    for constant in constants
]
BRANCHES = st.lists(st.sampled_from(LITERALS), max_size=4).map(tuple)
CLAUSES = st.lists(st.lists(BRANCHES, max_size=3), max_size=5).map(
    lambda clauses: {f"clause {number}": branches for number, branches in enumerate(clauses)}
)
VALUES = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, (_, values, _) in POOLS.items()})


def random_values(chance: random.Random) -> dict[str, Known]:
    return {name: chance.choice(values) for name, (_, values, _) in POOLS.items() if chance.random() < 0.85}


def pain_at_least(number: int) -> Branch:
    return (Literal("pain", ">=", number),)


def check_engine(clauses: Clauses, patients: list[dict[str, Known]]) -> None:
    engine = DurableEngine(clauses, TYPES)
    for values in patients:
        assert engine.true_clauses(values) == plainly_true(clauses, values)


@needs_engine
@settings(max_examples=150, deadline=None, derandomize=True)
@given(clauses=CLAUSES, patients=st.lists(VALUES, min_size=1, max_size=2))
def test_the_engine_finds_what_the_clauses_plainly_say(clauses: Clauses, patients: list[dict[str, Known]]) -> None:
    check_engine(clauses, patients)


@needs_engine
@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, derandomize=True)
@given(clauses=CLAUSES, patients=st.lists(VALUES, min_size=1, max_size=2))
def test_the_engine_finds_what_thousands_of_clauses_plainly_say(
    clauses: Clauses, patients: list[dict[str, Known]]
) -> None:
    check_engine(clauses, patients)


@needs_engine
@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_the_engine_finds_what_the_clauses_plainly_say_in_100_000_evaluations(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a patient of chance is no secret
    clauses = {
        f"clause {number}": [
            tuple(chance.choice(LITERALS) for _ in range(chance.randint(0 if number == 0 else 1, 5)))
            for _ in range(chance.randint(0, 3))
        ]
        for number in range(chance.randint(1, 120))
    }
    engine = DurableEngine(clauses, TYPES)
    for _ in range(500):
        values = random_values(chance)
        assert engine.true_clauses(values) == plainly_true(clauses, values)


@needs_engine
@pytest.mark.parametrize("op", list(HOLDS))
def test_a_missing_value_makes_no_comparison_true(op: str) -> None:
    engine = DurableEngine({"rule": [(Literal("pain", op, 5),)]}, {"pain": "int"})
    assert engine.true_clauses({}) == frozenset()
    assert engine.true_clauses({"not read by any clause": 5}) == frozenset()


@needs_engine
def test_an_empty_branch_is_always_true_and_a_clause_without_branches_never() -> None:
    engine = DurableEngine({"always": [()], "never": [], "high": [pain_at_least(7)]}, {"pain": "int"})
    assert engine.true_clauses({}) == {"always"}
    assert engine.true_clauses({"pain": 7}) == {"always", "high"}
    assert DurableEngine({}, {}).true_clauses({"pain": 7}) == frozenset()


@needs_engine
@pytest.mark.parametrize("number", [59, 60, 61, 65, 120, 121, 600])
def test_any_number_of_clauses_may_be_true_at_once(number: int) -> None:
    clauses = {f"at least {level}": [pain_at_least(level)] for level in range(number)}
    engine = DurableEngine(clauses, {"pain": "int"})
    assert engine.true_clauses({"pain": number}) == set(clauses)
    assert engine.true_clauses({"pain": 0}) == {"at least 0"}
    assert engine.true_clauses({"pain": -1}) == frozenset()


@needs_engine
@pytest.mark.parametrize(("number", "rulesets"), [(1, 1), (60, 1), (61, 2), (120, 2), (121, 3)])
def test_a_ruleset_holds_sixty_branches(number: int, rulesets: int) -> None:
    clauses = {f"at least {level}": [pain_at_least(level)] for level in range(number)}
    assert len(DurableEngine(clauses, {"pain": "int"})._shards) == rulesets  # noqa: SLF001 - no answer shows it


@needs_engine
@pytest.mark.parametrize(("number", "rulesets"), [(199, 1), (200, 1), (201, 2)])
def test_a_ruleset_reads_two_hundred_attributes(number: int, rulesets: int) -> None:
    names = [f"finding {index}" for index in range(number)]
    clauses = {"half": [tuple(Literal(name, "==", 1) for name in part) for part in (names[:100], names[100:])]}
    engine = DurableEngine(clauses, dict.fromkeys(names, "int"))
    assert len(engine._shards) == rulesets  # noqa: SLF001 - no answer shows it


@needs_engine
def test_a_clause_with_many_true_branches_is_found_once() -> None:
    clauses = {"any": [pain_at_least(level) for level in range(300)], "same": [pain_at_least(3)] * 300}
    assert sorted(DurableEngine(clauses, {"pain": "int"}).true_clauses({"pain": 299})) == ["any", "same"]


@needs_engine
def test_branches_may_together_read_more_attributes_than_one_fact_can_hold() -> None:
    names = [f"finding {number}" for number in range(1_000)]
    wide = [tuple(Literal(name, "==", 1) for name in names[start : start + 200]) for start in range(0, 1_000, 200)]
    clauses = {f"clause {number}": [branch] for number, branch in enumerate(wide)}
    engine = DurableEngine(clauses, dict.fromkeys(names, "int"))
    assert engine.true_clauses(dict.fromkeys(names, 1)) == set(clauses)
    assert engine.true_clauses(dict.fromkeys(names[:-1], 1)) == set(clauses) - {"clause 4"}


@needs_engine
def test_one_patient_leaves_nothing_behind_for_the_next() -> None:
    engine = DurableEngine(
        {"high": [pain_at_least(7)], "adult": [(Literal("age", ">=", 18),)]}, {"pain": "int", "age": "int"}
    )
    for _ in range(3):
        assert engine.true_clauses({"pain": 8, "age": 40}) == {"high", "adult"}
        assert engine.true_clauses({"pain": 8, "age": 40}) == {"high", "adult"}
        assert engine.true_clauses({"age": 17}) == frozenset()
        assert engine.true_clauses({}) == frozenset()


def recorded(
    calls: list[tuple[str, tuple[object, ...]]], name: str, real: Callable[..., object], *given: object
) -> object:
    """Calls the engine's own function, and notes it."""
    calls.append((name, given))
    return real(*given)


@needs_engine
@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("assert_fact", (1, None), "it answered 1 to a fact"),
        ("start_action_for_state", None, "it did not run all rules"),
        ("complete_and_start_action", None, "it did not run all rules"),
        ("retract_fact", (1, None), "it could not take back a fact"),
    ],
)
def test_an_answer_that_is_none_is_an_error_that_says_what_failed(
    name: str, answer: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DurableEngine({"high": [pain_at_least(7)]}, {"pain": "int"})
    with monkeypatch.context() as patch:
        patch.setattr(f"durable_rules_engine.{name}", lambda *_given: answer)
        with pytest.raises(EngineError) as caught:
            engine.true_clauses({"pain": 7})
    assert [problem.message for problem in caught.value.problems] == [f"durable_rules failed: {message}"]
    assert engine.true_clauses({"pain": 7}) == {"high"}


@needs_engine
def test_rulesets_are_made_once_and_again_after_a_failure_only(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("durable_rules_engine")
    made: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(module, "create_ruleset", partial(recorded, made, "", module.create_ruleset))
    engine = DurableEngine({"high": [pain_at_least(7)]}, {"pain": "int"})
    for pain in (7, 6, 7):
        engine.true_clauses({"pain": pain})
    assert len(made) == 1
    with monkeypatch.context() as patch:
        patch.setattr(module, "assert_fact", lambda *_given: (1, None))
        with pytest.raises(EngineError):
            engine.true_clauses({"pain": 7})
    assert engine.true_clauses({"pain": 7}) == {"high"}
    assert len(made) == 2
    engine.true_clauses({"pain": 7})
    assert len(made) == 2


@needs_engine
@pytest.mark.parametrize("used", [True, False])
def test_a_ruleset_is_freed_with_its_engine_and_its_session_once_it_has_one(
    used: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("durable_rules_engine")
    freed: list[tuple[str, tuple[object, ...]]] = []
    for name in ("delete_state", "delete_ruleset"):
        monkeypatch.setattr(module, name, partial(recorded, freed, name, getattr(module, name)))
    engine = DurableEngine({"high": [pain_at_least(7)]}, {"pain": "int"})
    (handle,) = [shard._handle for shard in engine._shards]  # noqa: SLF001 - the engine's own number
    if used:
        engine.true_clauses({"pain": 7})
    del engine
    expected = [("delete_state", (handle, "1")), ("delete_ruleset", (handle,))]
    assert [one for one in freed if one[1][0] == handle] == (expected if used else expected[1:])


@needs_engine
def test_a_lock_that_another_holds_is_made_anew_for_the_child_of_a_fork() -> None:
    engine = DurableEngine({"high": [pain_at_least(7)]}, {"pain": "int"})
    engine._lock.acquire()  # noqa: SLF001 - as a thread that is not there in the child
    engine.renew_lock()
    assert engine.true_clauses({"pain": 7}) == {"high"}


@needs_engine
@pytest.mark.parametrize(
    ("kind", "constant", "value", "words"),
    [
        ("int", 5, "5", "type int is needed, not str"),
        ("int", 5, 5.0, "type int is needed, not float"),
        ("int", 1, True, "type int is needed, not bool"),
        ("int", 5, None, "type int is needed, not NoneType"),
        ("int", 5, 2**63, "more than 64 bits"),
        ("int", 5, -(2**63) - 1, "more than 64 bits"),
        ("decimal", 0.5, "5", "type decimal is needed, not str"),
        ("decimal", 0.5, False, "type decimal is needed, not bool"),
        ("decimal", 0.5, float("nan"), "not finite"),
        ("decimal", 0.5, float("inf"), "not finite"),
        ("decimal", 0.5, float("-inf"), "not finite"),
        ("decimal", 0.5, 2**53 + 1, "more digits"),
        ("decimal", 0.5, 10**400, "more than 64 bits"),
        ("bool", True, 1, "type bool is needed, not int"),
        ("bool", True, "true", "type bool is needed, not str"),
        ("text", "5", 5, "type text is needed, not int"),
        ("text", "5", ["5"], "type text is needed, not list"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_the_next_call_is_right(
    kind: str, constant: Known, value: Known, words: str
) -> None:
    engine = DurableEngine({"rule": [(Literal("finding", "==", constant),)]}, {"finding": kind})
    with pytest.raises(EngineError, match=f"CP091 value of 'finding': .*{words}"):
        engine.true_clauses({"finding": value})
    assert engine.true_clauses({"finding": constant}) == {"rule"}


@needs_engine
def test_all_values_that_cannot_be_used_are_named_and_their_content_is_not_shown() -> None:
    clauses = {"rule": [(Literal("pain", "==", 1), Literal("age", "==", 1))]}
    with pytest.raises(EngineError) as caught:
        DurableEngine(clauses, {"pain": "int", "age": "int"}).true_clauses({"pain": "secret", "age": "secret"})
    assert [problem.code for problem in caught.value.problems] == ["CP091", "CP091"]
    assert "secret" not in str(caught.value)


@needs_engine
def test_decimals_are_compared_rightly_where_a_comma_is_the_decimal_sign() -> None:
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        use_a_locale_with_decimal_comma()
        engine = DurableEngine({"high": [(Literal("ratio", ">", 3.2),)]}, {"ratio": "decimal"})
        assert engine.true_clauses({"ratio": 3.5}) == {"high"}
        assert engine.true_clauses({"ratio": 3.1}) == frozenset()
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


def use_a_locale_with_decimal_comma() -> None:
    for name in ("nl_NL.UTF-8", "nl_NL.utf8", "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL", "Dutch"):
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
        except locale.Error:
            continue
        return
    pytest.skip("no locale with a decimal comma is installed")


@needs_engine
def test_nothing_of_durable_rules_is_loaded_before_an_engine_is_made_and_durable_itself_never() -> None:
    script = """
import sys, threading
from carepath.inference import durable
assert not {"durable", "durable_rules_engine"} & set(sys.modules)
durable.DurableEngine({"always": [()]}, {}).true_clauses({})
assert "durable" not in sys.modules and "durable_rules_engine" in sys.modules
assert threading.active_count() == 1
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


@pytest.fixture
def looked_up_anew() -> Iterator[None]:
    """What a process knows of durable_rules is forgotten before a test and after it."""
    availability.cache_clear()
    yield
    availability.cache_clear()


@pytest.mark.usefixtures("looked_up_anew")
def test_where_durable_rules_is_not_installed_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert availability() == "durable_rules is not installed"
    with pytest.raises(EngineError, match="CP091 durable_rules is not installed"):
        DurableEngine({}, {})


@pytest.mark.usefixtures("looked_up_anew")
def test_where_durable_rules_cannot_be_loaded_the_reason_names_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "durable_rules_engine.py").write_text("raise ImportError('/somewhere: undefined symbol')")
    monkeypatch.delitem(sys.modules, "durable_rules_engine", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(availability()).startswith("durable_rules cannot be loaded by Python 3.")


@pytest.mark.usefixtures("looked_up_anew")
def test_where_a_c_long_is_short_the_reason_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.inference.durable.struct.calcsize", lambda _format: 4)
    assert "64 bits" in str(availability())


@needs_engine
def test_an_engine_is_refused_with_all_faults_of_its_clauses() -> None:
    branch = (Literal("pian", "==", 1), Literal("pain", "=", 1))
    with pytest.raises(EngineError) as caught:
        DurableEngine({"R-1": [branch], "R-2": [branch]}, {"pain": "int"})
    assert [problem.code for problem in caught.value.problems] == ["CP091"] * 4
