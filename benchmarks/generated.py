"""Generated rules and patients, always the same: what the engines are compared on, and how cost grows with rules.

A rule has two to five conditions, one in eight of them a choice between two; they read 40 findings (12 integers, 10
decimals, 10 flags, 8 enumerations), of which a patient leaves 15 % unknown.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import (
    All,
    AnyOf,
    Compare,
    Condition,
    FindingRef,
    Named,
    Not,
    Number,
    Quoted,
)
from carepath.language.symbols import ValueType

SEED = 20_260_101
SHARE_UNKNOWN = 0.15
SHARE_CHOICE = 0.12
INTEGERS, DECIMALS, FLAGS, ENUMS = 12, 10, 10, 8
LARGEST = 100


@dataclass(frozen=True, slots=True)
class Work:
    """Rules and the patients that they are run for: the values that are known of each."""

    clauses: dict[str, Condition]
    scope: Scope
    patients: list[dict[str, Known]]


def findings() -> dict[str, ValueType]:
    """The findings that generated rules read, with their types."""
    types = {f"whole_{n}": ValueType("int", minimum=0, maximum=LARGEST) for n in range(INTEGERS)}
    types |= {f"measure_{n}": ValueType("decimal", minimum=0, maximum=LARGEST) for n in range(DECIMALS)}
    types |= {f"flag_{n}": ValueType("bool") for n in range(FLAGS)}
    texts = {n: tuple(f"value_{n}_{v}" for v in range(3 + n % 4)) for n in range(ENUMS)}
    return types | {f"choice_{n}": ValueType("enum", values=texts[n]) for n in range(ENUMS)}


def work(rules: int, patients: int) -> Work:
    """So many generated rules and patients; the first 200 of 1,000 rules are the 200."""
    types = findings()
    draw = random.Random(SEED)  # noqa: S311 - the same rules each time, no secret
    clauses = {f"rule:G-{n}": _rule(draw, types) for n in range(rules)}
    draw = random.Random(SEED + 1)  # noqa: S311
    return Work(clauses, Scope({}, types, {}), [_patient(draw, types) for _ in range(patients)])


def _rule(draw: random.Random, types: dict[str, ValueType]) -> Condition:
    names = draw.sample(list(types), draw.randint(2, 5))
    parts: list[Condition] = []
    for name in names:
        leaf = _leaf(draw, name, types[name])
        if draw.random() < SHARE_CHOICE:
            other = draw.choice([one for one in types if one not in names])
            leaf = AnyOf((leaf, _leaf(draw, other, types[other])))
        parts.append(leaf)
    return All(tuple(parts))


def _leaf(draw: random.Random, name: str, kind: ValueType) -> Condition:
    if kind.kind == "bool":
        return Named(name) if draw.random() < 0.6 else Not(Named(name))  # noqa: PLR2004 - as often as in content
    if kind.kind == "enum":
        return Compare(FindingRef(name), draw.choice(["==", "==", "==", "!="]), Quoted(draw.choice(kind.values)))
    number = draw.randint(1, LARGEST // 2)
    op = draw.choice(["<", "<=", ">", ">="])
    threshold = number if op.startswith("<") else LARGEST - number
    return Compare(FindingRef(name), op, Number(threshold if kind.kind == "int" else threshold + 0.5))


def _patient(draw: random.Random, types: dict[str, ValueType]) -> dict[str, Known]:
    return {name: _value(draw, kind) for name, kind in types.items() if draw.random() >= SHARE_UNKNOWN}


def _value(draw: random.Random, kind: ValueType) -> Known:
    if kind.kind == "bool":
        return draw.random() < 0.5  # noqa: PLR2004
    if kind.kind == "enum":
        return draw.choice(kind.values)
    return draw.randint(0, LARGEST) if kind.kind == "int" else round(draw.uniform(0, LARGEST), 1)
