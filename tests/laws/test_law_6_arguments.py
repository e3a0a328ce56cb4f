"""Law 6: nothing but the arguments. Same input, same bytes; no order matters; nothing outside is looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import itertools
import json
import os
import random
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from carepath import Assessment
from carepath.testing.laws.sameness import content
from carepath.testing.strategies import PatientData
from tests.laws.helpers import GUIDELINE, LAST_RESORT, Case, broken, cases, law, must_fail, renamed

#: Modules of clocks, environment, network, files, processes and randomness, in Python and in C.
OUTSIDE = frozenset(
    {"time", "os", "posix", "random", "_random", "secrets", "uuid", "socket", "_socket", "select", "io", "_io"}
)
CLOCKS = frozenset({"today", "now", "utcnow"})


def check_same_content(first: Assessment, second: Assessment) -> None:
    assert content(first) == content(second)


def outside(call: Callable[[], object]) -> set[str]:
    """What a call used that is neither its arguments nor computed from them."""
    found: set[str] = set()

    def watch(frame: FrameType, event: str, function: object) -> None:
        if event == "call" and frame.f_globals.get("__name__") in OUTSIDE:
            found.add(f"{frame.f_globals['__name__']}.{frame.f_code.co_name}")
        elif event == "c_call":
            module, name = getattr(function, "__module__", None), getattr(function, "__name__", "")
            owner = getattr(function, "__self__", None)
            clock = name in CLOCKS and isinstance(owner, type) and issubclass(owner, dt.date)
            if clock or module in OUTSIDE or type(owner).__module__ in OUTSIDE:
                found.add(f"{module or type(owner).__name__}.{name}")

    before = sys.getprofile()
    gc.disable()  # Hypothesis measures the time that collecting takes
    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(before)
        gc.enable()
    return found


def check_looks_at_nothing_outside(call: Callable[[], object]) -> None:
    found = outside(call)
    assert not found, found


@law(15, thorough=400)
@for_all(cases())
def test_the_same_input_gives_the_same_bytes(case: Case) -> None:
    first, second = case.assess(), case.assess()
    assert first.to_json().encode() == second.to_json().encode()
    assert first.digest() == second.digest()


@law(15, thorough=400)
@for_all(cases())
def test_the_audit_record_replays_to_the_same_advice(case: Case) -> None:
    first = case.assess()
    recorded = json.loads(json.dumps(first.audit["input"]))
    second = dataclasses.replace(case, patient=recorded, pathway=first.pathway).assess()
    assert second.audit == first.audit
    assert second.recommendations == first.recommendations
    assert second.set_aside == first.set_aside


def _shuffled(patient: Mapping[str, object], chance: random.Random) -> PatientData:
    names = list(patient)
    chance.shuffle(names)
    made: PatientData = {}
    for name in names:
        value = patient[name]
        if isinstance(value, dict):
            value = dict(chance.sample(list(value.items()), len(value)))
        elif isinstance(value, list) and all(isinstance(one, dict) and {"value", "status"} & set(one) for one in value):
            value = chance.sample(value, len(value))
        made[name] = value
    return made


@law(18, thorough=500)
@for_all(cases(), st.randoms(use_true_random=False))
def test_the_order_of_keys_and_of_observations_does_not_matter(case: Case, chance: random.Random) -> None:
    shuffled = dataclasses.replace(case, patient=_shuffled(case.patient, chance))
    check_same_content(case.assess(), shuffled.assess())


_SHUFFLED = [random.Random(seed) for seed in range(4)]  # noqa: S311 - any order will do, always the same one
REORDERED = [
    broken(
        rules=dict(chance.sample(list(GUIDELINE.rules.items()), len(GUIDELINE.rules))),
        terms=dict(chance.sample(list(GUIDELINE.terms.items()), len(GUIDELINE.terms))),
        parameters=dict(chance.sample(list(GUIDELINE.parameters.items()), len(GUIDELINE.parameters))),
    )
    for chance in _SHUFFLED
]


@law(15, thorough=600)
@for_all(cases(), st.sampled_from(REORDERED))
def test_the_order_of_rules_terms_and_parameters_does_not_matter(case: Case, reordered: object) -> None:
    other = dataclasses.replace(case, guideline=reordered)  # type: ignore[arg-type]
    check_same_content(case.assess(), other.assess())


@law(15, thorough=400)
@for_all(cases())
def test_no_clock_environment_network_file_or_chance_is_looked_at(case: Case) -> None:
    case.assess("both").to_json()
    check_looks_at_nothing_outside(lambda: case.assess("both").to_json())


@law(12, thorough=300)
@for_all(cases(), st.integers(min_value=1, max_value=400))
def test_what_is_dated_later_is_not_seen(case: Case, days: int) -> None:
    """The date is an argument: facts after it change nothing but the list of what was not seen."""
    later = (case.at + dt.timedelta(days=days)).isoformat()
    assume("wpn_class" not in case.patient)
    with_future = case.with_finding("wpn_class", [{"value": 4, "date": later}])
    assert with_future.assess().basis.verdicts == case.assess().basis.verdicts
    assert "wpn_class" in with_future.assess().not_seen


# --- the checks can fail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "look",
    [
        time.time,
        time.monotonic,
        dt.date.today,
        lambda: dt.datetime.now(tz=dt.UTC),
        lambda: os.environ.get("HOME"),
        lambda: os.getenv("HOME"),
        lambda: random.random(),  # noqa: PLW0108, S311 - seen from outside
        lambda: random.Random(1).random(),  # noqa: S311 - likewise
        lambda: socket.socket().close(),
        lambda: Path("/").iterdir().__next__(),
        lambda: Path(__file__).read_text(),
    ],
)
def test_the_check_finds_who_looks_outside(look: Callable[[], object]) -> None:
    must_fail(check_looks_at_nothing_outside, look)


def test_the_check_finds_a_resolver_that_keeps_the_order_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.inference.case.sorted", lambda items, **_: list(items), raising=False)
    case = Case({"rf_fracture_suspected": True, "rf_nonspecific_features_count": 2}, guideline=renamed())
    backwards = broken(rules=dict(reversed([*GUIDELINE.rules.items()])))
    must_fail(check_same_content, case.assess(), dataclasses.replace(case, guideline=backwards).assess())


def test_the_check_finds_an_assessment_that_knows_the_last_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = itertools.count()
    monkeypatch.setattr(Assessment, "notes", property(lambda self: self.recommendations[: next(asked)]))
    must_fail(check_same_content, Case(LAST_RESORT).assess(), Case(LAST_RESORT).assess())
