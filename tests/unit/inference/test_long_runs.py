"""Both evaluators in the long run, as a program meets them: threads, a clock that jumps, many guidelines, the end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from carepath import Assessment, Guideline, assess, load_guideline
from carepath.inference.durable import availability
from tests.unit.inference.test_durable_hazards import needs_proc, resident_kib

pytestmark = pytest.mark.skipif(availability() is not None, reason=str(availability()))

AT = "2026-03-02"
ROOT = Path(__file__).resolve().parents[3]
GUIDELINE = load_guideline()
PATHWAYS = tuple(GUIDELINE.pathways)
KINDS = 60


def patient(number: int) -> dict[str, object]:
    """One of ``KINDS`` patients, no two of whom are alike."""
    return {
        "age_years": 17 + number % 5,
        "wpn_class": 1 + number % 4,
        "pain_duration_months": 2 + number % 3,
        "rf_cauda_equina": number % 6 == 0,
        "imsr_in_progress": number % 2 == 0,
    }


def assessed(number: int, guideline: Guideline = GUIDELINE) -> Assessment:
    return assess(patient(number), pathway=PATHWAYS[number % 3], at=AT, guideline=guideline, engine="both")


def test_the_same_patient_twice_gets_the_same_answer_whoever_came_between() -> None:
    first = assessed(1).to_json()
    for number in (0, 2, 1, 6):
        assessed(number)
    assert assessed(1).to_json() == first


@pytest.mark.slow
def test_eight_threads_on_one_guideline_mix_no_patients_up() -> None:
    expected = [assessed(number).digest() for number in range(KINDS)]
    assert len(set(expected)) == KINDS
    start = threading.Barrier(8)

    def work(thread: int) -> int:
        start.wait()
        return sum(assessed(turn % KINDS).digest() != expected[turn % KINDS] for turn in range(thread, 1_000 + thread))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [0] * 8


@needs_proc
@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_patients() -> None:
    def work(times: int) -> None:
        for turn in range(times):
            assessed(turn % KINDS)

    work(2_000)
    before = resident_kib()
    work(20_000)
    assert resident_kib() - before < 1024


@pytest.mark.slow
def test_many_guidelines_in_one_process_each_give_their_own_advice(tmp_path: Path) -> None:
    limits = range(14, 24)
    guidelines = {years: adult_from(years, tmp_path / str(years)) for years in limits}
    for age in (13, 14, 18, 19, 23):
        out_of_scope = [
            years
            for years, guideline in guidelines.items()
            if "not_in_scope" in kinds_of(assess({"age_years": age}, pathway="spine", at=AT, guideline=guideline))
        ]
        assert out_of_scope == [years for years in limits if age < years]


def kinds_of(assessment: Assessment) -> set[str]:
    return {one.kind for one in assessment.recommendations}


def adult_from(years: int, folder: Path) -> Guideline:
    """The shipped guideline, but one is an adult from another age."""
    for name in ("rules", "pathways"):
        shutil.copytree(ROOT / name, folder / name)
    parameters = folder / "rules" / "parameters.yaml"
    head, name, rest = parameters.read_text(encoding="utf-8").partition("\n  adult_age:")
    assert name
    parameters.write_text(head + name + rest.replace("value: 18}", f"value: {years}}}", 1), encoding="utf-8")
    return load_guideline(folder)


CLOCK = """
#include <stddef.h>
#include <time.h>
static long calls;
long asked_the_time(void) { return calls; }
time_t time(time_t *where)
{
    time_t now = 1700000000 + 3600 * ++calls;
    if (where != NULL) *where = now;
    return now;
}
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler")
def test_a_clock_that_jumps_an_hour_at_each_look_loses_no_rule(tmp_path: Path) -> None:
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK, encoding="ascii")
    subprocess.run([str(shutil.which("cc")), "-shared", "-fPIC", "-o", library, source], check=True)
    digests = """
from tests.unit.inference.test_long_runs import KINDS, assessed
print(*(assessed(number).digest() for number in range(KINDS)))
"""
    looked = """
import ctypes
assert ctypes.CDLL(None).asked_the_time() > KINDS
"""
    assert output_of(digests) == output_of(digests + looked, LD_PRELOAD=str(library))


def output_of(script: str, **environment: str) -> str:
    """What a program prints that ends with status 0 and says nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(sys.path), **environment},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_program_ends_cleanly_while_its_threads_still_assess() -> None:
    script = """
import threading
from tests.unit.inference.test_long_runs import assessed

def work():
    while True:
        assessed(1)
        ready.set()

ready = threading.Event()
threading.Thread(target=work, daemon=True).start()
assert ready.wait(60)
"""
    output_of(script)
