import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from carepath import EngineDisagreement, Problem, assess, load_guideline
from carepath.cli import main
from carepath.commands import assess as assess_command

ROOT = Path(__file__).resolve().parents[2]
PATIENT = """\
pathway: spine
at: 2026-03-02
patient:
  age_years: 47
  pain_location: [low back]
  wpn_class: {value: 3, date: 2025-11-30}
  rf_cauda_equina: false
"""
SCENARIOS = """\
- scenario: numbness leaves the pathway at once
  pathway: spine
  at: 2026-03-02
  patient: {rf_cauda_equina: true}
  expect:
    must: [{kind: red_flag_exit}]
- scenario: numbness steps up
  pathway: spine
  at: 2026-03-02
  patient: {rf_cauda_equina: true}
  expect:
    must: [{kind: escalate}]
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def patient(tmp_path: Path) -> str:
    return written(tmp_path, PATIENT, "patient.yaml")


@pytest.fixture
def scenarios(tmp_path: Path) -> str:
    return written(tmp_path, SCENARIOS, "scenarios.yaml")


def written(folder: Path, text: str, name: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def content_in(folder: Path) -> Path:
    for name in ("rules", "pathways"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


# --- assess -------------------------------------------------------------------------------------------------------


def test_assess_prints_the_report(capsys: Capture, patient: str) -> None:
    status, out, err = run(capsys, "assess", patient)
    assert (status, err) == (0, "")
    assert "2026-03-02" in out


def test_assess_prints_in_dutch(capsys: Capture, patient: str) -> None:
    assert run(capsys, "assess", patient, "--lang", "nl")[1] != run(capsys, "assess", patient)[1]


def test_json_is_the_canonical_json_of_the_assessment_and_a_new_line(capsys: Capture, patient: str) -> None:
    status, out, _ = run(capsys, "assess", patient, "--json")
    record = {
        "age_years": 47,
        "pain_location": ["low back"],
        "wpn_class": {"value": 3, "date": "2025-11-30"},
        "rf_cauda_equina": False,
    }
    assert status == 0
    assert out == assess(record, pathway="spine", at="2026-03-02").to_json() + "\n"


def test_the_direct_engine_says_so(capsys: Capture, patient: str) -> None:
    _, out, _ = run(capsys, "assess", patient, "--json", "--engine", "direct")
    assert json.loads(out)["audit"]["engine"] == "direct"


def test_options_win_over_the_file(capsys: Capture, patient: str) -> None:
    _, out, _ = run(capsys, "assess", patient, "--json", "--pathway", "other_msk", "--at", "2026-04-01")
    audit = json.loads(out)["audit"]
    assert (audit["pathway"], audit["at"]) == ("other_msk", "2026-04-01")


def test_each_scenario_of_a_file_is_assessed_in_turn(capsys: Capture, scenarios: str) -> None:
    status, out, _ = run(capsys, "assess", scenarios)
    assert status == 0
    assert out.index("numbness leaves the pathway at once") < out.index("numbness steps up")


def test_json_of_a_scenario_file_is_a_list(capsys: Capture, scenarios: str) -> None:
    _, out, _ = run(capsys, "assess", scenarios, "--json")
    found = json.loads(out)
    assert [one["scenario"] for one in found] == ["numbness leaves the pathway at once", "numbness steps up"]
    assert all(one["assessment"]["recommendations"][0]["kind"] == "red_flag_exit" for one in found)


def test_one_scenario_is_picked_by_its_number(capsys: Capture, scenarios: str) -> None:
    _, out, _ = run(capsys, "assess", scenarios, "--json", "--scenario", "2")
    assert [one["scenario"] for one in json.loads(out)] == ["numbness steps up"]


@pytest.mark.parametrize("number", ["0", "3", "-1"])
def test_a_scenario_that_is_not_there_is_refused(capsys: Capture, scenarios: str, number: str) -> None:
    status, out, err = run(capsys, "assess", scenarios, "--scenario", number)
    assert (status, out) == (2, "")
    assert "from 1 to 2" in err


def test_scenario_is_refused_for_a_file_without_scenarios(capsys: Capture, patient: str) -> None:
    status, _, err = run(capsys, "assess", patient, "--scenario", "1")
    assert status == 2
    assert "no scenario file" in err


def test_problems_of_a_record_are_named_with_their_places_and_its_red_flags(capsys: Capture, tmp_path: Path) -> None:
    text = PATIENT.replace("age_years: 47", "age_years: 470").replace("false", "true")
    path = written(tmp_path, text, "bad.yaml")
    status, out, err = run(capsys, "assess", path, "--json")
    assert (status, out) == (2, "")
    assert f"{path}:4:3: CP062" in err
    assert "rf_cauda_equina" in err


def test_the_red_flags_of_engines_that_disagree_are_shown(
    capsys: Capture, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disagree(*_given: object, **_options: object) -> None:
        raise EngineDisagreement([Problem("CP090", "they differ")], red_flags=["RF-1"])

    monkeypatch.setattr(assess_command, "assess", disagree)
    status, out, err = run(capsys, "assess", patient)
    assert (status, out) == (2, "")
    assert "CP090" in err
    assert "RF-1" in err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("at: 2026-03-02\n", "", "evaluation date is missing"),
        ("at: 2026-03-02", "at: 2026-13-02", "patient.yaml:2:1: CP081"),
        ("pathway: spine", "pathway: spin", "patient.yaml:1:1: CP080"),
        ("patient:", "patien:", "did you mean 'patient'?"),
        ("  age_years", "\tage_years", "tabs"),
    ],
)
def test_a_file_that_cannot_be_used_has_status_2(
    capsys: Capture, tmp_path: Path, old: str, new: str, words: str
) -> None:
    status, out, err = run(capsys, "assess", written(tmp_path, PATIENT.replace(old, new), "patient.yaml"))
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_missing_file_has_status_2(capsys: Capture, tmp_path: Path) -> None:
    status, _, err = run(capsys, "assess", str(tmp_path / "no.yaml"))
    assert status == 2
    assert "CP001" in err


def test_a_fhir_bundle_needs_only_the_date(capsys: Capture, tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": []}
    path = written(tmp_path, json.dumps(bundle), "bundle.json")
    assert run(capsys, "assess", path)[0] == 2
    pytest.importorskip("carepath.record.fhir", reason="the reader of FHIR is not there yet")
    assert run(capsys, "assess", path, "--at", "2026-03-02")[0] == 0


# --- test ---------------------------------------------------------------------------------------------------------


def test_the_last_line_of_test_says_how_many_passed(capsys: Capture, scenarios: str) -> None:
    status, out, _ = run(capsys, "test", scenarios)
    assert status == 1
    assert out.splitlines()[-1] == "1 passed, 1 failed"
    assert "FAILED" in out
    assert "must: {kind: escalate}" in out


def test_test_has_status_0_when_all_pass(capsys: Capture, tmp_path: Path) -> None:
    written(tmp_path, SCENARIOS.split("- scenario: numbness steps up", maxsplit=1)[0], "below/one.yaml")
    assert run(capsys, "test", str(tmp_path), "--engine", "direct") == (0, "1 passed, 0 failed\n", "")


def test_a_scenario_file_that_cannot_be_read_has_status_2(capsys: Capture, tmp_path: Path) -> None:
    path = written(tmp_path, SCENARIOS.replace("escalate", "esclate"), "bad.yaml")
    status, out, err = run(capsys, "test", path)
    assert (status, out) == (2, "0 passed, 0 failed\n")
    assert f"{path}:12:19: CP071" in err


def one_scenario(folder: Path) -> str:
    return written(folder, SCENARIOS.split("- scenario: numbness steps up", maxsplit=1)[0], "one.yaml")


def test_coverage_says_what_was_exercised_before_the_last_line(capsys: Capture, tmp_path: Path) -> None:
    status, out, _ = run(capsys, "test", one_scenario(tmp_path), "--coverage")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["file", "rules", "entries", "thresholds", "transitions", "dates", "all"]
    assert any(line.startswith("  rules/steps.yaml:") and ": rule E-1: applies. Needed: " in line for line in lines)
    assert any(line.startswith("coverage ") and line.endswith(" by 1 scenario") for line in lines)
    assert lines[-1] == "1 passed, 0 failed"


@pytest.mark.parametrize(("figure", "status"), [("0", 0), ("0.5", 0), ("99.5", 1), ("100", 1)])
def test_coverage_under_the_figure_has_status_1(capsys: Capture, tmp_path: Path, figure: str, status: int) -> None:
    got, out, _ = run(capsys, "test", one_scenario(tmp_path), "--fail-under", figure)
    assert got == status
    assert (f"coverage is under {figure} %" in out) is bool(status)


@pytest.mark.parametrize("command", [("assess",), ("why",), ("test",)])
def test_the_name_of_a_scenario_does_not_steer_the_terminal(
    capsys: Capture, tmp_path: Path, command: tuple[str, ...]
) -> None:
    path = tmp_path / "a.yaml"
    named = SCENARIOS
    for plain, steering in (("numbness", '"numb\\e[31m'), ("at once", 'at once"'), ("steps up", 'steps up"')):
        named = named.replace(plain, steering)
    path.write_text(named, "utf-8")
    asked = ("red_flag_exit",) if command == ("why",) else ()
    _, out, _ = run(capsys, *command, str(path), *asked)
    assert "numb [31m steps up" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("figure", ["-1", "101", "nan", "much"])
def test_a_figure_that_is_no_percentage_has_status_2(capsys: Capture, tmp_path: Path, figure: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["test", one_scenario(tmp_path), "--fail-under", figure])
    assert left.value.code == 2
    assert f"--fail-under: {figure!r} is no figure from 0 to 100" in capsys.readouterr().err


def test_a_list_that_names_what_is_exercised_has_status_1_under_any_figure(capsys: Capture, tmp_path: Path) -> None:
    listed = written(tmp_path, "- {point: 'rule RF-1: applies', reason: never}\n", "list/unreachable.yaml")
    scenario = one_scenario(tmp_path)
    status, out, _ = run(capsys, "test", scenario, "--fail-under", "0", "--unreachable", listed)
    assert status == 1
    assert "listed as out of reach, but exercised (1):\n  rule RF-1: applies\n" in out


def test_a_list_that_names_what_is_not_there_has_status_2(capsys: Capture, tmp_path: Path) -> None:
    listed = written(tmp_path, "- {point: 'rule RF-1: aplies', reason: never}\n", "list/unreachable.yaml")
    status, out, err = run(capsys, "test", one_scenario(tmp_path), "--unreachable", listed)
    assert (status, out) == (2, "")
    assert f"{listed}:1:3: CP093" in err
    assert "did you mean 'rule RF-1: applies'?" in err


def test_test_gives_json(capsys: Capture, scenarios: str) -> None:
    status, out, _ = run(capsys, "test", scenarios, "--coverage", "--json")
    data = json.loads(out)
    assert status == 1
    assert data["passed"] == 1
    assert data["failed"][0]["scenario"] == "numbness steps up"
    assert data["coverage"]["scenarios"] == 1
    assert data["coverage"]["left_out"] == 1
    plain = json.loads(run(capsys, "test", scenarios, "--json")[1])
    assert "coverage" not in plain


# --- check, show, lookup ------------------------------------------------------------------------------------------


def test_check_counts_what_is_there(capsys: Capture) -> None:
    status, out, err = run(capsys, "check")
    assert (status, err) == (0, "")
    assert out.startswith("no problems: ")
    assert f"{len(load_guideline().rules)} rules" in out


def test_check_names_every_problem_with_its_place(capsys: Capture, tmp_path: Path) -> None:
    folder = content_in(tmp_path)
    rules = folder / "rules" / "red_flags.yaml"
    rules.write_text(rules.read_text("utf-8").replace("when: rf_cauda_equina", "when: rf_cauda_equin"), "utf-8")
    status, out, _ = run(capsys, "check", str(folder))
    assert status == 1
    assert "rules/red_flags.yaml:" in out
    assert "did you mean 'rf_cauda_equina'?" in out
    assert out.splitlines()[-1].endswith("problem") or out.splitlines()[-1].endswith("problems")


def test_check_of_a_folder_without_a_guideline_has_status_2(capsys: Capture, tmp_path: Path) -> None:
    assert run(capsys, "check", str(tmp_path))[0] == 2


def test_another_guideline_is_used_when_asked_for(capsys: Capture, tmp_path: Path, patient: str) -> None:
    folder = content_in(tmp_path)
    edition = folder / "rules" / "edition.yaml"
    edition.write_text(edition.read_text("utf-8") + "# changed\n", "utf-8")
    _, out, _ = run(capsys, "assess", patient, "--json", "--guideline", str(folder))
    assert json.loads(out)["audit"]["content_hash"] == load_guideline(folder).content_hash
    assert load_guideline(folder).content_hash != load_guideline().content_hash


@pytest.mark.parametrize("option", [[], ["--mermaid"], ["--lang", "nl"]])
def test_show_prints_a_pathway(capsys: Capture, option: list[str]) -> None:
    status, out, _ = run(capsys, "show", "spine", *option)
    assert status == 0
    assert "SP-IMSR" in out


def test_show_offers_the_nearest_name(capsys: Capture) -> None:
    status, out, err = run(capsys, "show", "spnie")
    assert (status, out) == (2, "")
    assert "did you mean 'spine'?" in err


def test_show_says_what_is_not_available(capsys: Capture) -> None:
    _, _, err = run(capsys, "show", "shoulder")
    assert load_guideline().unavailable["other_msk_guidelines"].text.en in err


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["wpn_class"], "finding wpn_class"),
        (["IM-1"], "rule IM-1"),
        (["im-1"], "rule IM-1"),
        (["SP-IMSR"], "step SP-IMSR"),
        (["imaging_primary_care"], "conflict imaging_primary_care"),
        (["P16"], "source P16"),
        (["cauda", "equina"], "finding rf_cauda_equina"),
        (["paardenstaart", "MCID"], "MCID"),
    ],
)
def test_lookup_says_what_a_name_is(capsys: Capture, words: list[str], shown: str) -> None:
    status, out, _ = run(capsys, "lookup", *words)
    assert status == 0
    assert shown in out


def test_lookup_says_what_is_not_available_to_carepath(capsys: Capture) -> None:
    text = load_guideline().unavailable["spinal_cord_stimulation"].text
    assert text.en in run(capsys, "lookup", "Spinal", "cord", "stimulation")[1]
    assert text.nl in run(capsys, "lookup", "ruggenmergstimulatie", "bij", "LRS", "--lang", "nl")[1]


def test_lookup_takes_keywords_as_whole_words_only(capsys: Capture) -> None:
    text = load_guideline().unavailable["fms_epidural_recommendation"].text.en
    assert text in run(capsys, "lookup", "ESI")[1]
    assert text not in run(capsys, "lookup", "anaesthesia")[1]


def test_lookup_of_nothing_has_status_1(capsys: Capture) -> None:
    status, out, _ = run(capsys, "lookup", "wnp_class")
    assert status == 1
    assert "did you mean 'wpn_class'?" in out


# --- replay -------------------------------------------------------------------------------------------------------


def test_replay_gives_the_same_bytes(capsys: Capture, tmp_path: Path, patient: str) -> None:
    _, first, _ = run(capsys, "assess", patient, "--json", "--lang", "nl")
    whole = written(tmp_path, first, "assessment.json")
    audit = written(tmp_path, json.dumps(json.loads(first)["audit"]), "audit.json")
    assert run(capsys, "replay", whole) == (0, first, "")
    assert run(capsys, "replay", audit) == (0, first, "")


def test_replay_says_when_the_content_is_another(capsys: Capture, tmp_path: Path, patient: str) -> None:
    audit = json.loads(run(capsys, "assess", patient, "--json")[1])["audit"]
    path = written(tmp_path, json.dumps({**audit, "edition": "1999.1", "content_hash": "0" * 64}), "audit.json")
    status, out, err = run(capsys, "replay", path)
    assert status == 1
    assert "1999.1" in err
    assert load_guideline().content_hash in err
    assert json.loads(out)["audit"]["edition"] == load_guideline().edition


def test_replay_says_when_the_assessment_was_changed(capsys: Capture, tmp_path: Path, patient: str) -> None:
    made = json.loads(run(capsys, "assess", patient, "--json")[1])
    path = written(tmp_path, json.dumps({**made, "recommendations": []}), "assessment.json")
    status, _, err = run(capsys, "replay", path)
    assert status == 1
    assert "not what its audit record leads to" in err


def test_an_assessment_from_fhir_replays_to_the_same_bytes(capsys: Capture, tmp_path: Path) -> None:
    condition = {"resourceType": "Condition", "id": "c", "code": {"text": "low back pain"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": condition}]}
    path = written(tmp_path, json.dumps(bundle), "bundle.json")
    made = run(capsys, "assess", path, "--at", "2026-03-02", "--json")[1]
    status, out, err = run(capsys, "replay", written(tmp_path, made, "assessment.json"))
    assert (status, out, err) == (0, made, "")
    assert "record" in json.loads(made)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"schema": "carepath.audit/1"}', '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000]
)
def test_replay_of_something_else_has_status_2(capsys: Capture, tmp_path: Path, text: str) -> None:
    status, out, err = run(capsys, "replay", written(tmp_path, text, "audit.json"))
    assert (status, out) == (2, "")
    assert "audit.json:1:" in err


# --- the whole ----------------------------------------------------------------------------------------------------


def test_version_is_that_of_the_package(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == "carepath 0.1.0\n"


@pytest.mark.parametrize("arguments", [[], ["asses"], ["assess"], ["assess", "x", "--lang", "de"]])
def test_arguments_that_cannot_be_used_have_status_2(capsys: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: carepath" in capsys.readouterr().err


def test_output_is_utf_8_whatever_the_locale(patient: str) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), *sys.path])
    command = [sys.executable, "-m", "carepath.cli", "assess", patient, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout.endswith(b"\n")
    assert any(ord(character) > 127 for character in done.stdout.decode("utf-8"))


def test_a_reader_that_goes_away_is_no_error(patient: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["assess", patient]) == 0
