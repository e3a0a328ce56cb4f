"""The benchmarks run: what they measure is compared by people, never by a test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import patients
from benchmarks.timing import Times, Work, interleaved

TINY = ("--rounds", "1", "--patients", "3", "--explained", "1", "--rules", "4", "20", "--warm-up", "2")


@pytest.mark.slow
def test_every_section_runs_and_says_which_targets_were_met(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copy(patients.SCENARIOS / "whole_patients_spine.yaml", tmp_path)
    monkeypatch.setattr(patients, "SCENARIOS", tmp_path)
    quick = [name for name in benchmarks.SECTIONS if name not in {"load", "import"}]
    assert benchmarks.main([*quick, *TINY, "--cohort", "6", "--assessments", "8", "--service-seconds", "1"]) == 0
    shown = capsys.readouterr().out
    assert "missed" in shown.lower() or "met" in shown
    for title in ("Assess: ", "Lazy parts: ", "Explanations: ", "Engines: ", "Shipped: ", "Growth ", "Memory: "):
        assert f"\n{title}" in shown


def test_a_section_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmarks.main(["speed"])
    assert "no section speed" in capsys.readouterr().err


def test_works_take_turns_in_each_round_and_what_is_prepared_is_given_to_them() -> None:
    seen: list[str] = []
    works = {"first": Work(seen.append), "second": Work(seen.append, lambda item: f"{item}!")}
    found = interleaved(works, ["a", "b"], 1)
    assert seen == ["a", "b", "a!", "b!"] * 2  # one round goes before
    assert [len(one.seconds) for one in found.values()] == [2, 2]


def test_a_ratio_is_the_median_of_the_ratios_of_each_item() -> None:
    assert Times((1.0, 2.0, 30.0)).times(Times((1.0, 1.0, 10.0))) == 2.0
