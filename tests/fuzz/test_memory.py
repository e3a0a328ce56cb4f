"""Hostile input takes no more memory than the page of limits states, is refused with codes, and names few problems."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carepath.errors import CODES, MAX_PROBLEMS
from docs.generating.limits import MEMORY
from tests.fuzz.worst_inputs import WORST

ROOT = Path(__file__).resolve().parents[2]
#: The share of the limits that the ordinary run tries, and what is just within and just beyond them.
SMALL, WHOLE, BEYOND = 0.003, 0.999, 1.03
#: MiB that reading takes whatever the size: a file is read into a place as large as its limit.
SLACK, SLACK_OF_FILES = 1.0, 7.0
FILES = frozenset({"content", "codes", "json", "patient", "audit", "scenarios"})
MOST_TEXT = 500_000
LIMIT_CODES = {"CP009", "CP020", "CP066"}
SOME = tuple({one.reader: name for name, one in reversed(WORST.items())}.values())

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process held at most")


def measured(names: tuple[str, ...], share: float) -> dict[str, dict[str, Any]]:
    """What came of each input, by name."""
    command = [sys.executable, "-m", "tests.fuzz.measured", str(share), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}


def check(name: str, found: dict[str, Any], share: float, *, refused: bool) -> None:
    """Whether an input was read or refused as it must be, in no more memory than is stated for that share."""
    assert "failed" not in found, found
    reader = WORST[name].reader
    assert found["mib"] < MEMORY[reader][0] * share + (SLACK_OF_FILES if reader in FILES else SLACK)
    assert set(found["codes"]) <= set(CODES)
    assert bool(found["codes"]) is refused
    assert found["problems"] <= 3 * (MAX_PROBLEMS + 1)
    assert found["length"] < MOST_TEXT


def test_every_reader_with_stated_memory_is_given_its_worst() -> None:
    assert {one.reader for one in WORST.values()} == set(MEMORY)


def test_a_bad_input_takes_no_more_than_its_share_of_the_stated_memory() -> None:
    found = measured(SOME, SMALL)
    for name in SOME:
        check(name, found[name], SMALL, refused=WORST[name].refused)


@pytest.mark.slow
@pytest.mark.parametrize("name", WORST)
def test_the_worst_input_that_is_let_in_takes_no_more_than_the_stated_memory(name: str) -> None:
    check(name, measured((name,), WHOLE)[name], 1, refused=WORST[name].refused)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, one in WORST.items() if one.grows])
def test_an_input_just_beyond_the_limits_is_refused_within_the_stated_memory(name: str) -> None:
    found = measured((name,), BEYOND)[name]
    check(name, found, 1, refused=True)
    assert WORST[name].refused or set(found["codes"]) & LIMIT_CODES
