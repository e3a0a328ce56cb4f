"""The adapter of durable_rules: which clauses are true, by its rule engine, for one patient at a time.

durable_rules 2.0.28 answers rightly inside a narrow subset and crashes, hangs or answers wrongly outside it; each
line here that looks like caution stands for such a case.

* Its C module is called directly and ``durable`` is never imported: no timer threads beside the caller's, no rules
  lost because the clock was set, no exception swallowed, no use of what Python 3.12 deprecates. And it is faster:
  200 rules in 5 rulesets took 0.20 ms per patient, 1.08 ms through ``durable.engine.Host`` (CPython 3.11, one core,
  the same rules and patients, all answers equal).
* One flat fact per patient, which holds integers only (see ``durable_lint``); asserted, never posted; always with the
  same session and id, for the engine knows both by a 32-bit hash; retracted after each evaluation.
* A rule per branch, at most 60 in a ruleset, for 65 that are true at once are an error and 513 a hang. Attributes
  that are absent make no comparison true, ``!=`` neither: only what is definitely true fires.
* In each ruleset one rule that is always true and fires last. Without it the answer is thrown away.
* After any failure the rulesets are deleted and built anew before the next evaluation; the caller gets an error.

An engine is safe to share between threads (it has one lock) and to use after a fork. For 200 rules it takes 10 ms to
build and 8 MB to keep, and not all of that is ever freed: engines are to be used again, one per edition of the content.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import json
import os
import struct
import sys
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.errors import EngineError, Problem
from carepath.inference.durable_lint import MAX_ATTRIBUTES, PRESENT, Attribute, Comparison, Known, attributes_of, lint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from carepath.inference.normal_form import Branch

#: Branches in one ruleset: with 65 true at once the engine gives up (error 303).
SHARD_BRANCHES = 60

_SENTINEL = "sentinel"
_SESSION = "1"
_FACT_HEAD = f'{{"sid":{_SESSION},"id":1,"{PRESENT}":1'
_ALWAYS: Comparison = (PRESENT, "==", 1)
_LAST = 65_535  # the largest priority, which is the last one
_DONE = 0
_KEYS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "!=": "$neq"}

_numbers = itertools.count(1)


@functools.cache
def availability() -> str | None:
    """Why durable_rules cannot be used here, or ``None`` when it can; looked up once for a process."""
    if struct.calcsize("l") * 8 < 64:  # noqa: PLR2004  # the constants of rules are read as a C long
        return "durable_rules needs a C long of 64 bits, which this platform does not have"
    try:
        importlib.import_module("durable_rules_engine")
    except ModuleNotFoundError:
        return "durable_rules is not installed"
    except ImportError:
        # The error itself names a file, which has no place in the answer about a patient.
        return f"durable_rules cannot be loaded by Python {sys.version_info.major}.{sys.version_info.minor}"
    return None


class DurableEngine:
    """Finds the clauses that are true of known values.

    Args:
        clauses: by the id of a clause its branches; a clause is true when all literals of some branch hold. A clause
            without branches is never true, an empty branch always.
        types: by attribute ``bool``, ``int``, ``decimal`` or ``text``.

    Raises:
        EngineError: durable_rules cannot be used here, or the clauses lie outside what it evaluates correctly.
    """

    def __init__(self, clauses: Mapping[str, Sequence[Branch]], types: Mapping[str, str]) -> None:
        reason = availability()
        faults = [reason] if reason else lint(clauses, types)
        if faults:
            raise _error(faults)
        self._module = importlib.import_module("durable_rules_engine")
        self._attributes = attributes_of(clauses, types)
        self._plans = list(_plans(_branches(clauses, self._attributes)))
        self._shards: list[_Shard] = []
        self._clean = False
        self._lock = threading.Lock()
        weakref.finalize(self, _delete, self._shards).atexit = False
        _engines.add(self)
        try:
            self._build()
        except Exception as error:
            raise _error([f"durable_rules could not read the rules: {error}"]) from error

    def true_clauses(self, values: Mapping[str, Known]) -> frozenset[str]:
        """The ids of the clauses that are definitely true.

        Args:
            values: by attribute the known value; what is unknown is absent. Values that no clause reads are ignored.

        Raises:
            EngineError: a value has the wrong type or cannot be held, or the engine failed. The next call is not
                affected.
        """
        known = self._known(values)
        with self._lock:
            try:
                # The evaluation before this one failed, or was ended from outside, say by KeyboardInterrupt.
                if not self._clean:
                    self._build()
                self._clean = False
                found = frozenset(itertools.chain.from_iterable(shard.run(known) for shard in self._shards))
                self._clean = True
            except Exception as error:
                raise _error([f"durable_rules failed: {error}"]) from error
        return found

    def _known(self, values: Mapping[str, Known]) -> dict[str, str]:
        """By internal name the entry of the fact, for the values that some clause reads."""
        known: dict[str, str] = {}
        faults: list[str] = []
        for name, value in values.items():
            attribute = self._attributes.get(name)
            if attribute is not None:
                try:
                    known[attribute.name] = f',"{attribute.name}":{attribute.code(value)}'
                except ValueError as error:
                    faults.append(f"value of {name!r}: {error}")
        if faults:
            raise _error(faults)
        return known

    def _build(self) -> None:
        _delete(self._shards)
        for plan in self._plans:
            self._shards.append(_Shard(self._module, plan))
        self._clean = True

    def renew_lock(self) -> None:
        """For the child after a fork: a thread of the parent may have held the lock, and is not there to free it."""
        self._lock = threading.Lock()


_engines: weakref.WeakSet[DurableEngine] = weakref.WeakSet()


def _renew_locks() -> None:
    for engine in _engines:
        engine.renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One ruleset: by the name of a rule its comparisons and the ids of the clauses that are true when it fires."""

    rules: Mapping[str, tuple[tuple[Comparison, ...], frozenset[str]]]
    attributes: tuple[str, ...]

    def definition(self) -> str:
        rules: dict[str, object] = {name: _rule(comparisons) for name, (comparisons, _) in self.rules.items()}
        return json.dumps(rules | {_SENTINEL: _rule((_ALWAYS,)) | {"pri": _LAST}})


class _Shard:
    """One ruleset in the engine."""

    def __init__(self, module: ModuleType, plan: _Plan) -> None:
        self._module = module
        self._attributes = plan.attributes
        self._clauses = {name: clauses for name, (_, clauses) in plan.rules.items()}
        self._started = False
        self._handle: int = module.create_ruleset(f"carepath-{next(_numbers)}", plan.definition())

    def run(self, known: Mapping[str, str]) -> Iterator[str]:
        """The clauses whose rules fire, perhaps repeated."""
        fact = _FACT_HEAD + "".join([known[name] for name in self._attributes if name in known]) + "}"
        fired = self._fire(fact)
        if not fired or fired.pop() != _SENTINEL:
            message = "it did not run all rules"
            raise RuntimeError(message)
        return itertools.chain.from_iterable(self._clauses[name] for name in fired)

    def _fire(self, fact: str) -> list[str]:
        module, handle = self._module, self._handle
        outcome, state = module.assert_fact(handle, fact)
        if outcome != _DONE:
            message = f"it answered {outcome} to a fact"
            raise RuntimeError(message)
        started = module.start_action_for_state(handle, state)
        self._started = self._started or started is not None
        fired: list[str] = []
        firing: str | None = started[1] if started else None
        # Each rule fires once; more than that is no answer, and might never end.
        while firing is not None and len(fired) <= len(self._clauses):
            fired.append(firing[2 : firing.index('"', 2)])  # of {"rule":{"m":{...}}}
            firing = module.complete_and_start_action(handle, state)
        outcome, _ = module.retract_fact(handle, fact)
        if outcome != _DONE or firing is not None:
            message = "it could not take back a fact"
            raise RuntimeError(message)
        return fired

    def delete(self) -> None:
        """Free what can be freed."""
        # Until an action was started in the session, delete_state frees a pointer that was never set, and crashes.
        if self._started:
            with suppress(Exception):
                self._module.delete_state(self._handle, _SESSION)
        with suppress(Exception):
            self._module.delete_ruleset(self._handle)


def _delete(shards: list[_Shard]) -> None:
    while shards:
        shards.pop().delete()


def _branches(
    clauses: Mapping[str, Sequence[Branch]], attributes: Mapping[str, Attribute]
) -> dict[tuple[Comparison, ...], set[str]]:
    """The different branches in the engine's terms, each with the clauses that it makes true, in a fixed order."""
    found: dict[tuple[Comparison, ...], set[str]] = {}
    for clause, branches in clauses.items():
        for branch in branches:
            comparisons: set[Comparison] = set()
            for literal in branch:
                attribute = attributes[literal.attribute]
                comparisons.add((attribute.name, literal.op, attribute.code(literal.constant)))
            found.setdefault(tuple(sorted(comparisons)) or (_ALWAYS,), set()).add(clause)
    return dict(sorted(found.items()))


def _plans(branches: Mapping[tuple[Comparison, ...], Iterable[str]]) -> Iterator[_Plan]:
    """The branches dealt out over rulesets that are small enough for the engine."""
    rules: dict[str, tuple[tuple[Comparison, ...], frozenset[str]]] = {}
    names: set[str] = set()
    for comparisons, clauses in branches.items():
        read = {name for name, _, _ in comparisons} - {PRESENT}
        if len(rules) == SHARD_BRANCHES or len(names | read) > MAX_ATTRIBUTES:
            yield _Plan(rules, tuple(sorted(names)))
            rules, names = {}, set()
        rules[f"b{len(rules)}"] = (comparisons, frozenset(clauses))
        names |= read
    if rules:
        yield _Plan(rules, tuple(sorted(names)))


def _rule(comparisons: Sequence[Comparison]) -> dict[str, object]:
    conditions: list[dict[str, object]] = [
        {name: code} if op == "==" else {_KEYS[op]: {name: code}} for name, op, code in comparisons
    ]
    # Of a condition with two keys the engine reads the first only: each has one.
    return {"all": [{"m": conditions[0] if len(conditions) == 1 else {"$and": conditions}}]}


def _error(faults: Iterable[str]) -> EngineError:
    return EngineError(Problem(EngineError.default_code, fault) for fault in faults)
