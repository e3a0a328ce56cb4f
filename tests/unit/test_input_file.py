import json
from pathlib import Path

import pytest

from carepath import RecordError
from carepath.input_file import PatientInput, read_input


def read(folder: Path, text: str, name: str = "file.yaml") -> list[PatientInput]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_input(path)


def codes(folder: Path, text: str, name: str = "file.yaml") -> list[str]:
    with pytest.raises(RecordError) as raised:
        read(folder, text, name)
    assert all(problem.place is not None for problem in raised.value.problems)
    return [problem.code for problem in raised.value.problems]


@pytest.mark.parametrize("name", ["file.yaml", "file.json"])
def test_a_mapping_with_a_patient_is_read_with_its_places(tmp_path: Path, name: str) -> None:
    text = '{"pathway": "spine",\n "at": "2026-03-02",\n "patient": {"age_years": 47}}'
    (one,) = read(tmp_path, text, name)
    assert (one.name, one.pathway, one.at) == (None, "spine", "2026-03-02")
    assert one.patient == {"age_years": 47}
    assert str(one.locate(("patient", "age_years"))).endswith(f"{name}:3:14")


def test_pathway_and_date_may_be_absent(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "patient: {}\n")
    assert (one.pathway, one.at, one.patient) == (None, None, {})


def test_scenarios_keep_their_sentences_and_need_no_expectation(tmp_path: Path) -> None:
    found = read(tmp_path, "- {scenario: one, patient: {}}\n- {scenario: two, patient: {}, expect: {}}\n")
    assert [one.name for one in found] == ["one", "two"]


@pytest.mark.parametrize("value", [{"resourceType": "Bundle", "entry": []}, {"resource": {"resourceType": "Patient"}}])
def test_a_fhir_resource_is_the_patient(tmp_path: Path, value: dict[str, object]) -> None:
    (one,) = read(tmp_path, json.dumps(value, indent="\t"), "bundle.json")
    assert one.patient == value
    assert read(tmp_path, json.dumps(value, indent="\t"))[0].patient == value


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert len(read(tmp_path, '\ufeff{"patient": {}}', "file.json")) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["CP002"]),
        ("[]", ["CP072"]),
        ("null", ["CP069"]),
        ("3", ["CP069"]),
        ("age_years: 47", ["CP006", "CP069"]),
        ("patient: [1]", ["CP069"]),
        ("patient: {}\nat: 12", ["CP081"]),
        ("patient: {}\npathway: 12", ["CP008"]),
        ("patient: {}\npathwy: spine", ["CP006"]),
        ("- {patient: {}}\n- 3", ["CP072", "CP069"]),
        ("patient: {}\npatient: {}", ["CP003"]),
        ("patient: &a {}", ["CP004"]),
    ],
)
def test_yaml_that_holds_no_patient_is_refused(tmp_path: Path, text: str, found: list[str]) -> None:
    assert codes(tmp_path, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"patient": {"a": 1, "a": 2}}', ["CP003"]),
        ('{\t"patient": {"a": 1,\n\t"a": 2}}', ["CP003"]),
        ('{"patient": {"a": NaN}}', ["CP065"]),
        ('{"patient": {"a": -Infinity}}', ["CP065"]),
        ('{"patient": {"a": 1e999}}', ["CP065"]),
        ('{"patient": {"a": ' + "9" * 5000 + "}}", ["CP065"]),
        ('{"patient": {"a": 1,}}', ["CP002"]),
        ('{"patient": ' + "[" * 200 + "]" * 200 + "}", ["CP009"]),
        ('{"patient": ' + "[" * 100_000 + "]" * 100_000 + "}", ["CP009"]),
        ("", ["CP002"]),
    ],
)
def test_json_that_is_not_allowed_is_refused(tmp_path: Path, text: str, found: list[str]) -> None:
    assert codes(tmp_path, text, "file.json") == found


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b"\n\xff\xfe")
    with pytest.raises(RecordError, match=":2:1: CP002"):
        read_input(path)


@pytest.mark.parametrize("name", ["no.yaml", ".", "a\0b"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError, match="CP001"):
        read_input(tmp_path / name)
