"""Loading a guideline: the shipped one, copies of it, and what changes its hash and its parameters."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from carepath.content.guideline import DatedValue, Guideline, Parameter, Text, tags_of
from carepath.content.load import load_guideline, read_guideline
from carepath.content.location import shipped_content
from carepath.errors import ArgumentError, ContentError
from carepath.language.symbols import ParameterType

TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped content that a test may change."""
    for folder in ("rules", "pathways"):
        shutil.copytree(shipped_content() / folder, tmp_path / folder)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- the shipped guideline ----------------------------------------------------------------------------------------


def test_the_shipped_guideline_has_no_problems() -> None:
    guideline, problems = read_guideline(shipped_content())
    assert problems == []
    assert guideline is not None
    assert set(guideline.pathways) == {"spine", "other_msk", "neuropathic"}
    assert len(guideline.rules) > 40


def test_the_shipped_guideline_is_loaded_once() -> None:
    assert load_guideline() is load_guideline()


def test_every_parameter_of_the_shipped_guideline_has_a_value_today() -> None:
    guideline = load_guideline()
    assert set(guideline.parameter_values(TODAY)) == set(guideline.parameters)


def test_every_rule_and_every_threshold_of_the_shipped_guideline_stands_on_a_ground() -> None:
    guideline = load_guideline()
    assert all(tags_of(rule.grounds) for rule in guideline.rules.values())
    assert all(tags_of(term.grounds) for term in guideline.terms.values())
    assert all(tags_of(parameter.grounds) for parameter in guideline.parameters.values())


def test_a_guideline_cannot_be_changed() -> None:
    guideline = load_guideline()
    with pytest.raises(FrozenInstanceError):
        guideline.edition = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        guideline.rules["RF-1"].id = "other"  # type: ignore[misc]


def test_the_representation_names_the_edition() -> None:
    guideline = load_guideline()
    assert repr(guideline) == f"<Guideline {guideline.edition}: {len(guideline.rules)} rules, 3 pathways>"


# --- copies -------------------------------------------------------------------------------------------------------


def test_the_same_files_in_another_folder_are_the_same_edition(copy: Path) -> None:
    loaded = load_guideline(copy)
    assert loaded.content_hash == load_guideline().content_hash
    assert load_guideline(str(copy)).content_hash == loaded.content_hash
    assert loaded.origin == str(copy)


@pytest.mark.parametrize("name", ["pathways/spine.yaml", "rules/edition.yaml", "rules/red_flags.yaml"])
def test_editing_one_file_changes_the_hash_even_by_a_comment(copy: Path, name: str) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes() + b"# one more line\n")
    assert load_guideline(copy).content_hash != load_guideline().content_hash


def test_renaming_a_file_of_rules_changes_the_hash_and_nothing_else(copy: Path) -> None:
    (copy / "rules" / "mdo.yaml").rename(copy / "rules" / "mdp.yaml")
    loaded, shipped = load_guideline(copy), load_guideline()
    assert loaded.content_hash != shipped.content_hash
    assert set(loaded.rules) == set(shipped.rules)


def test_windows_line_ends_do_not_change_the_hash(copy: Path) -> None:
    path = copy / "rules" / "edition.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_guideline(copy).content_hash == load_guideline().content_hash


def test_the_edition_is_read_from_its_file(copy: Path) -> None:
    edit(copy / "rules" / "edition.yaml", f'"{load_guideline().edition}"', '"my own"')
    assert load_guideline(copy).edition == "my own"


def test_a_threshold_is_changed_in_one_file(copy: Path) -> None:
    edit(copy / "rules" / "parameters.yaml", "values: [{from: null, value: 42}]", "values: [{from: null, value: 28}]")
    assert load_guideline(copy).parameter_values(TODAY)["currency_red_flag_false"] == 28


def test_problems_of_several_files_are_listed_in_the_order_of_their_places(copy: Path) -> None:
    edit(copy / "rules" / "edition.yaml", "format: 1\n", "format: 1\nformat: 1\n")
    edit(copy / "rules" / "red_flags.yaml", "when: rf_cauda_equina\n", "when: rf_cauda_equin = true\n")
    edit(copy / "pathways" / "spine.yaml", "pathway: spine\n", "pathway: spine\npathwy: spine\n")
    with pytest.raises(ContentError) as caught:
        load_guideline(copy)
    assert [(problem.code, str(problem.place)) for problem in caught.value.problems] == [
        ("CP006", "pathways/spine.yaml:4:1"),
        ("CP003", "rules/edition.yaml:3:1"),
    ]


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there is no YAML file here") as caught:
        load_guideline(tmp_path / "nowhere")
    assert {problem.code for problem in caught.value.problems} == {"CP001"}


# --- parameters by date -------------------------------------------------------------------------------------------


def parameter(*values: DatedValue) -> Parameter:
    return Parameter("x", Text("x", "x"), ParameterType("number"), values, ())


STARTING = DatedValue(dt.date(2024, 1, 1), 6)
CHANGED = DatedValue(dt.date(2025, 7, 1), 8)
WITHDRAWN = DatedValue(dt.date(2026, 1, 1), None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-12-31", None),
        ("2024-01-01", STARTING),
        ("2025-06-30", STARTING),
        ("2025-07-01", CHANGED),
        ("2025-12-31", CHANGED),
        ("2026-01-01", WITHDRAWN),
        ("2030-01-01", WITHDRAWN),
    ],
)
def test_a_parameter_has_the_value_that_was_in_force_on_the_day(day: str, expected: DatedValue | None) -> None:
    assert parameter(STARTING, CHANGED, WITHDRAWN).at(dt.date.fromisoformat(day)) is expected


def test_a_value_without_a_start_holds_from_the_beginning() -> None:
    always = DatedValue(None, 3)
    assert parameter(always).at(dt.date.min) is always


@pytest.fixture
def dated(copy: Path) -> Guideline:
    """A guideline whose ``mic_percent`` begins in 2020, changes in 2025 and is withdrawn in 2027."""
    path = copy / "rules" / "parameters.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("\n  mic_percent:")
    old = "values: [{from: null, value: 30}]"
    new = "values: [{from: 2020-01-01, value: 20}, {from: 2025-01-01, value: 30}, {from: 2027-01-01, value: null}]"
    head, tail = text[:start], text[start:]
    assert old in tail
    path.write_text(head + tail.replace(old, new, 1), encoding="utf-8")
    return load_guideline(copy)


@pytest.mark.parametrize(("day", "value"), [("2020-01-01", 20), ("2024-12-31", 20), ("2025-01-01", 30)])
def test_the_values_on_a_day_are_those_in_force(dated: Guideline, day: str, value: float) -> None:
    assert dated.parameter_values(dt.date.fromisoformat(day))["mic_percent"] == value


@pytest.mark.parametrize("day", ["2019-12-31", "2027-01-01"])
def test_a_day_without_a_value_is_an_error_that_names_the_parameter_and_its_place(dated: Guideline, day: str) -> None:
    with pytest.raises(ContentError) as caught:
        dated.parameter_values(dt.date.fromisoformat(day))
    (problem,) = caught.value.problems
    assert problem.code == "CP035"
    assert f"parameter mic_percent has no value on {day}" in problem.message
    assert problem.place is not None
    assert problem.place.file == "rules/parameters.yaml"


def test_a_parameter_that_is_a_date_counts_as_its_day() -> None:
    guideline = load_guideline()
    dates = {name: one for name, one in guideline.parameters.items() if one.type.kind == "date"}
    values = guideline.parameter_values(TODAY)
    for name, one in dates.items():
        in_force = one.at(TODAY)
        assert in_force is not None
        assert isinstance(in_force.value, dt.date)
        assert values[name] == in_force.value.toordinal()


# --- names --------------------------------------------------------------------------------------------------------


def test_an_unknown_pathway_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="did you mean 'spine'") as caught:
        load_guideline().pathway("spin")
    assert [problem.code for problem in caught.value.problems] == ["CP080"]


def test_a_step_has_its_text_whatever_its_pathway() -> None:
    guideline = load_guideline()
    for pathway in guideline.pathways.values():
        for step in pathway.steps.values():
            assert guideline.step_text(step.id) == step.text
    assert guideline.step_text("SP99") is None


def test_a_text_is_english_unless_dutch_is_asked_for() -> None:
    text = Text("pain", "pijn")
    assert (text.in_language("en"), text.in_language("nl")) == ("pain", "pijn")
