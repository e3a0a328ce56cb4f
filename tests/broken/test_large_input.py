"""Input that is broken on a large scale is refused with a code and a place, by the library and the command line."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import carepath
from carepath import yaml_reader
from carepath.cli import main
from carepath.content.load import read_guideline
from carepath.errors import (
    MAX_COMPARED,
    MAX_PROBLEMS,
    CarepathError,
    ContentError,
    Place,
    Problem,
    RecordError,
    ScenarioError,
    nearest,
)
from carepath.input_file import read_input, read_json
from carepath.testing.runner import run_paths
from carepath.testing.scenario import read_scenarios
from tests.broken.generated import BASE, BROKEN, BROKEN_JSON, as_nobody, content_with, huge_file

PATIENT = "at: 2026-03-02\npatient: {age_years: 47}\n"
#: The commands that read a file of a patient, of scenarios, or an audit record.
READING = (
    ("assess",),
    ("assess", "--json"),
    ("report",),
    ("why", "RF-1"),
    ("why-not", "RF-1"),
    ("test",),
    ("replay",),
)

Capture = pytest.CaptureFixture[str]


def words(command: tuple[str, ...], path: Path, guideline: Path = BASE) -> list[str]:
    """The words of a command about a file."""
    name, *more = command
    options = [one for one in more if one.startswith("-")]
    return [name, *options, "--guideline", str(guideline), str(path), *(one for one in more if one not in options)]


def refused(capture: Capture, arguments: list[str], code: str, place: str) -> None:
    """Runs a command that refuses its input: with status 2 or 1, a code and a place, and nothing half-done."""
    status = main(arguments)
    said = capture.readouterr()
    shown = said.out + said.err
    assert status in {1, 2}
    assert code in shown
    assert place in shown
    assert "Traceback" not in shown
    assert len(shown) < 500_000


# --- content ------------------------------------------------------------------------------------------------------


def test_that_there_are_too_many_values_in_all_files_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_with(tmp_path, "rules/more.yaml", b"format: 1\nrules: []\n")
    monkeypatch.setattr("carepath.content.files.MAX_TOTAL_VALUES", 100)
    assert [problem.code for problem in read_guideline(tmp_path)[1]].count("CP009") == 1


@pytest.mark.parametrize(
    ("name", "advice"), [("finding_0999x", "did you mean 'finding_0999'?"), ("agenda", ""), ("zzz", "")]
)
def test_of_very_many_names_the_nearest_is_offered_and_no_one_is_called_the_valid_one(name: str, advice: str) -> None:
    names = [f"finding_{number:04}" for number in range(MAX_COMPARED)]
    assert nearest(name, [*names, "age_of_the_patient_in_years"]) == advice


def test_names_of_files_are_shown_without_what_steers_a_terminal() -> None:
    assert str(Place("a\x1b[31m.yaml", 1, 2)) == "a [31m.yaml:1:2"


def test_of_very_many_problems_in_many_files_the_first_are_named(tmp_path: Path) -> None:
    content_with(tmp_path, "rules/more.yaml", b"format: 1\nrules: []\n")
    for number in range(4):
        items = "1," * (MAX_PROBLEMS // 2)
        (tmp_path / "rules" / f"more_{number}.yaml").write_text(f"format: 1\nrules: [{items}]\n", encoding="utf-8")
    _, problems = read_guideline(tmp_path)
    assert len(problems) == MAX_PROBLEMS + 1
    assert sum("the rest is not named" in problem.message for problem in problems) == 1
    (tmp_path / "rules" / "findings.yaml").unlink()
    assert [problem.code for problem in read_guideline(tmp_path)[1]].count("CP001") == 1


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("file", ["rules/more.yaml", "rules/findings.yaml", "pathways/base.yaml"])
def test_broken_content_is_refused_with_a_code_and_a_place(name: str, file: str, tmp_path: Path) -> None:
    data, code = BROKEN[name]
    guideline, problems = read_guideline(content_with(tmp_path, file, data))
    assert {problem.code for problem in problems if problem.place and problem.place.file == file} >= {code}
    assert len(problems) <= MAX_PROBLEMS + 1
    assert sum(len(str(problem)) for problem in problems) < 500_000
    assert guideline is None or file == "rules/more.yaml" or file.startswith("pathways")
    with pytest.raises(ContentError):
        carepath.load_guideline(tmp_path)


@pytest.mark.parametrize("name", ["laughs", "block", "latin_1"])
def test_check_and_show_refuse_broken_content(name: str, tmp_path: Path, capsys: Capture) -> None:
    data, code = BROKEN[name]
    folder = content_with(tmp_path / "content", "rules/more.yaml", data)
    patient = tmp_path / "patient.yaml"
    patient.write_text(PATIENT, "utf-8")
    refused(capsys, ["check", str(folder)], code, "rules/more.yaml:1:")
    refused(capsys, ["show", "base", "--guideline", str(folder)], code, "rules/more.yaml:1:")
    refused(capsys, words(("assess",), patient, folder), code, "rules/more.yaml:1:")


def test_a_file_of_content_of_100_mb_is_refused_without_being_read(tmp_path: Path, capsys: Capture) -> None:
    content_with(tmp_path, "rules/more.yaml", b"")
    huge_file(tmp_path / "rules" / "more.yaml")
    _, problems = read_guideline(tmp_path)
    assert [(problem.code, problem.place) for problem in problems] == [("CP009", Place("rules/more.yaml", 1, 1))]
    assert "100000000 bytes; the limit is 5000000" in problems[0].message
    refused(capsys, ["check", str(tmp_path)], "CP009", "rules/more.yaml:1:1")


def test_a_folder_in_place_of_a_file_of_content_is_refused(tmp_path: Path, capsys: Capture) -> None:
    content_with(tmp_path, "rules/more.yaml", b"").joinpath("rules", "more.yaml").unlink()
    (tmp_path / "rules" / "more.yaml").mkdir()
    _, problems = read_guideline(tmp_path)
    assert [(problem.code, str(problem.place)) for problem in problems] == [("CP001", "rules/more.yaml:1:1")]
    refused(capsys, ["check", str(tmp_path)], "CP001", "rules/more.yaml:1:1")


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    content_with(tmp_path, "rules/more.yaml", b"").joinpath("rules", "more.yaml").unlink()
    (tmp_path / "rules" / "more.yaml").symlink_to("more.yaml")
    _, problems = read_guideline(tmp_path)
    assert [problem.code for problem in problems] == ["CP001"]
    (tmp_path / "scenario.yaml").symlink_to("scenario.yaml")
    assert [problem.code for problem in run_paths([tmp_path / "scenario.yaml"]).problems] == ["CP001"]


@pytest.mark.parametrize("path", ["", "x" * 5_000, "a\0b", "/dev/null"], ids=["none", "long", "null", "device"])
def test_what_is_no_folder_of_content_is_refused(path: str, capsys: Capture) -> None:
    _, problems = read_guideline(Path(path) / "nowhere")
    assert {problem.code for problem in problems} == {"CP001"}
    refused(capsys, ["check", f"{path}/nowhere"], "CP001", "nowhere:1:1")


@pytest.mark.parametrize("levels", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_terms_of_thousands_of_levels_are_refused_where_they_become_too_deep(levels: int, tmp_path: Path) -> None:
    term = "    text: {en: x, nl: x}\n    grounds: [{kind: design_choice}]\n"
    names = ["rf_paresis", *(f"level_{level}" for level in range(levels))]
    more = "".join(f"  {name}:\n    when: {below}\n{term}" for below, name in itertools.pairwise(names))
    text = (BASE / "rules" / "terms.yaml").read_bytes() + more.encode()
    _, problems = read_guideline(content_with(tmp_path, "rules/terms.yaml", text))
    assert {problem.code for problem in problems} == {"CP009"}
    assert "101 levels deep; the limit is 100" in problems[0].message


def test_terms_that_double_at_every_level_are_refused_and_not_written_out(tmp_path: Path) -> None:
    term = "    text: {en: x, nl: x}\n    grounds: [{kind: design_choice}]\n"
    names = ["rf_paresis", *(f"laugh_{level}" for level in range(60))]
    for joined in ("all", "any"):
        more = "".join(
            f"  {name}:\n    when: {{{joined}: [{below}, {below}]}}\n{term}"
            for below, name in itertools.pairwise(names)
        )
        text = (BASE / "rules" / "terms.yaml").read_bytes() + more.encode()
        _, problems = read_guideline(content_with(tmp_path / joined, "rules/terms.yaml", text))
        assert {problem.code for problem in problems} == {"CP009"}
        assert "more than 20000 parts" in problems[0].message


# --- patients, scenarios and audit records ------------------------------------------------------------------------


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_of_a_patient_is_refused_with_a_code_and_a_place(name: str, tmp_path: Path) -> None:
    data, code = BROKEN[name]
    path = tmp_path / "patient.yaml"
    path.write_bytes(data)
    for read in (lambda: read_input(path), lambda: read_scenarios(path, carepath.load_guideline(BASE))):
        with pytest.raises((RecordError, ScenarioError)) as caught:
            read()
        assert code in {problem.code for problem in caught.value.problems}
        assert all(problem.place and problem.place.file == str(path) for problem in caught.value.problems)
        assert len(str(caught.value)) < 500_000


@pytest.mark.parametrize("name", BROKEN_JSON)
def test_a_broken_file_of_json_is_refused_with_a_code_and_a_place(name: str, tmp_path: Path) -> None:
    data, code = BROKEN_JSON[name]
    path = tmp_path / "patient.json"
    path.write_bytes(data)
    for read in (read_input, read_json):
        with pytest.raises(RecordError) as caught:
            read(path)
        assert [problem.code for problem in caught.value.problems] == [code]
        assert caught.value.problems[0].place is not None


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("name", ["laughs", "flow", "latin_1", "many_problems_on_a_line"])
def test_every_command_refuses_a_broken_file(
    command: tuple[str, ...], name: str, tmp_path: Path, capsys: Capture
) -> None:
    data, code = BROKEN[name]
    path = tmp_path / "patient.yaml"
    path.write_bytes(data)
    code = "CP002" if command == ("replay",) and name in {"laughs", "many_problems_on_a_line"} else code
    refused(capsys, words(command, path), code, f"{path}:1:")


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_every_command_refuses_a_file_of_100_mb(
    command: tuple[str, ...], suffix: str, tmp_path: Path, capsys: Capture
) -> None:
    path = huge_file(tmp_path / f"patient.{suffix}")
    refused(capsys, words(command, path), "CP009 100000000 bytes; the limit is", f"{path}:1:1")


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_every_command_refuses_a_folder_and_what_is_not_there(
    command: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    code = "CP072" if command == ("test",) else "CP001"
    refused(capsys, words(command, tmp_path), code, f"{tmp_path}:1:1")
    refused(capsys, words(command, tmp_path / "nowhere.yaml"), "CP001", "nowhere.yaml:1:1")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without an end here")
def test_a_file_without_an_end_is_refused(capsys: Capture) -> None:
    with pytest.raises(CarepathError, match="CP009"):
        yaml_reader.read_file(Path("/dev/zero"))
    refused(capsys, words(("assess",), Path("/dev/zero")), "CP009", "/dev/zero:1:1")


def test_a_report_is_not_begun_when_a_patient_cannot_be_assessed(tmp_path: Path, capsys: Capture) -> None:
    path, page = tmp_path / "patients.json", tmp_path / "report.html"
    path.write_text('[{"scenario": "a", "at": "2026-03-02", "patient": {"age_years": 470}}]', "utf-8")
    refused(capsys, [*words(("report",), path), "-o", str(page)], "CP062", f"{path}:1:")
    assert not page.exists()
    path.write_text('[{"scenario": "\\ud800", "at": "2026-03-02", "patient": {}}]', "utf-8")
    refused(capsys, [*words(("report",), path), "-o", str(page)], "CP008", f"{path}:1:")
    assert not page.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_told(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "patient.yaml"
    path.write_text(PATIENT, "utf-8")
    refused(capsys, ["report", str(path), "-o", "/dev/full"], "CP082", "cannot write /dev/full")
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - standard output is made like this
        monkeypatch.setattr("sys.stdout", full)
        assert main(["assess", str(path)]) == 2
    assert "cannot write the output: No space left" in capsys.readouterr().err


# --- rights -------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder into which everybody may look, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are another matter here")
def test_what_may_not_be_read_is_refused_by_the_system_and_told(open_folder: Path, capsys: Capture) -> None:
    content = content_with(open_folder / "content", "rules/more.yaml", b"format: 1\nrules: []\n")
    patient = open_folder / "patient.yaml"
    patient.write_text(PATIENT, "utf-8")
    for command in READING:  # what is loaded on first use is loaded with full rights
        main(words(command, open_folder / "nowhere.yaml"))
    main(["check", str(BASE)])
    capsys.readouterr()
    patient.chmod(0)
    (content / "rules" / "more.yaml").chmod(0)
    with as_nobody():
        for command in READING:
            refused(capsys, words(command, patient), "CP001 cannot read the file: Permission denied", f"{patient}:1:1")
        refused(capsys, ["check", str(content)], "CP001 cannot read the file: Permission denied", "rules/more.yaml:1:1")
    (content / "rules").chmod(0)
    with as_nobody():
        refused(capsys, ["check", str(content)], "CP001 cannot read the folder: Permission denied", "rules:1:1")
        refused(capsys, ["test", str(content / "rules"), "--guideline", str(BASE)], "CP001", "Permission denied")
    content.chmod(0)
    with as_nobody():
        refused(capsys, ["check", str(content)], "CP001", "may not be looked at")
        refused(capsys, ["test", str(content / "rules"), "--guideline", str(BASE)], "CP001", "Permission denied")
        refused(capsys, ["show", "base", "--guideline", str(content)], "CP001", "rules:1:1")
    content.chmod(0o755)
    (content / "rules").chmod(0o755)


def test_what_the_system_refuses_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    content = content_with(tmp_path, "rules/more.yaml", b"format: 1\nrules: []\n")
    monkeypatch.setattr(Path, "open", refuse)
    _, problems = read_guideline(content)
    assert {problem.code for problem in problems} == {"CP001"}
    assert (
        Problem(
            "CP001",
            "cannot read the file: Permission denied",
            Place("rules/more.yaml", 1, 1),
            "give a file that is there and may be read",
        )
        in problems
    )
    with pytest.raises(RecordError, match="CP001 cannot read the file: Permission denied"):
        read_input(tmp_path / "patient.yaml")
