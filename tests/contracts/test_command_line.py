"""The commands, their options and their exit status: what scripts rely on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from carepath.cli import main
from tests.unit.exchange.patients import ROOT

EXAMPLE = str(ROOT / "examples" / "low_back_pain_wpn4.yaml")
SCENARIOS = str(ROOT / "tests" / "scenarios" / "requests.yaml")
WRONG = """\
scenario: A patient of whom too little is known for a meeting
at: 2026-03-02
pathway: spine
patient: {age_years: 45}
expect: {must: [{kind: mdo}]}
"""
#: {example}, {scenarios}, {wrong}, {nothing}, {faulty} and {folder} stand for files.
STATUS: list[tuple[int, str]] = [
    (0, "assess {example}"),
    (0, "assess {example} --json --lang nl --engine direct --at 2026-03-02 --pathway spine"),
    (0, "assess {example} --fhir Patient/1 --engine direct"),
    (0, "assess {scenarios} --scenario 1 --engine direct"),
    (0, "why {example} imsr_assessment --engine direct --json"),
    (0, "why-not {example} escalate --engine direct"),
    (0, "report {example} -o {folder}/report.html --engine direct"),
    (0, "test {scenarios} --engine direct"),
    (0, "check"),
    (0, "show spine"),
    (0, "show spine --mermaid --lang nl"),
    (0, "show spine --fhir 2026-03-02"),
    (0, "show choices"),
    (0, "lookup wpn_class"),
    (0, "schema audit"),
    (1, "test {wrong} --engine direct"),
    (1, "lookup qqqqqq"),
    (1, "check {faulty}"),
    (2, "assess {nothing}"),
    (2, "assess {example} --at yesterday"),
    (2, "assess {example} --pathway spin"),
    (2, "assess {example} --fhir nobody"),
    (2, "assess {scenarios} --scenario 0"),
    (2, "assess {example} --guideline {folder}"),
    (2, "why {example} nothing_of_that_name"),
    (2, "test {nothing}"),
    (2, "show spin"),
    (2, "show spine --fhir soon"),
    (2, "schema something"),
    (2, "replay {example}"),
]


@pytest.mark.parametrize(("status", "line"), STATUS, ids=[line for _, line in STATUS])
def test_a_command_ends_with_its_status_and_says_why(
    status: int, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(WRONG, "utf-8")
    if "{faulty}" in line:
        for name in ("rules", "pathways"):
            shutil.copytree(ROOT / name, tmp_path / "faulty" / name)
        edition = tmp_path / "faulty" / "rules" / "edition.yaml"
        edition.write_text(edition.read_text("utf-8") + "no_such_key: 1\n", "utf-8")
    files = {
        "example": EXAMPLE,
        "scenarios": SCENARIOS,
        "wrong": str(wrong),
        "nothing": str(tmp_path / "nothing.yaml"),
        "faulty": str(tmp_path / "faulty"),
        "folder": str(tmp_path),
    }
    assert main([part.format(**files) for part in line.split()]) == status
    answer = capsys.readouterr()
    if status == 0:
        assert answer.out
        assert not answer.err
    elif status == 2:
        assert answer.out in {"", "0 passed, 0 failed\n"}
        assert answer.err
    else:
        assert answer.out or answer.err


@pytest.mark.parametrize(
    "line", ["", "nothing", "assess", "assess {example} --no-such-option", "assess {example} --json --fhir P"]
)
def test_a_line_that_is_no_command_ends_with_2(line: str) -> None:
    with pytest.raises(SystemExit) as left:
        main([part.format(example=EXAMPLE) for part in line.split()])
    assert left.value.code == 2


def test_the_json_of_one_patient_is_an_object_and_of_a_scenario_file_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["assess", EXAMPLE, "--json"], ["why", EXAMPLE, "imsr_assessment", "--json"]):
        main([*command, "--engine", "direct"])
        assert isinstance(json.loads(capsys.readouterr().out), dict)
    for option, key in ((["--json"], "assessment"), (["--fhir", "Patient/1"], "bundle")):
        main(["assess", SCENARIOS, *option, "--engine", "direct"])
        made = json.loads(capsys.readouterr().out)
        assert [tuple(sorted(one)) for one in made] == [tuple(sorted((key, "scenario")))] * len(made)
