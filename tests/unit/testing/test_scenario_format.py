from pathlib import Path

import pytest

from carepath import Problem, ScenarioError, load_guideline
from carepath.testing.scenario import Scenario, read_scenarios, scenario_files

GOOD = """\
- scenario: saddle numbness leaves the pathway at once
  pathway: spine
  at: 2026-03-02
  patient:
    age_years: 47
    rf_cauda_equina: true
  expect:
    must:
      - {kind: red_flag_exit, urgency: emergency}
    must_not:
      - {kind: escalate}
    alone: true
"""


def written(folder: Path, text: str, name: str = "one.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> tuple[Scenario, ...]:
    return read_scenarios(written(folder, text), load_guideline(), name="one.yaml")


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as raised:
        read(folder, text)
    return list(raised.value.problems)


def expecting(text: str) -> str:
    """A scenario whose `expect` is the text given, on one line that is the fifth of the file."""
    return f"scenario: a sentence\nat: 2026-03-02\npatient: {{}}\nexpect:\n  {text}\n"


def test_a_scenario_is_read_with_its_places(tmp_path: Path) -> None:
    (scenario,) = read(tmp_path, GOOD)
    assert scenario.name == "saddle numbness leaves the pathway at once"
    assert (scenario.pathway, scenario.at.isoformat(), scenario.alone) == ("spine", "2026-03-02", True)
    assert scenario.patient == {"age_years": 47, "rf_cauda_equina": True}
    assert str(scenario.must[0]) == "{kind: red_flag_exit, urgency: emergency}"
    assert str(scenario.must[0].place) == "one.yaml:9:9"
    assert str(scenario.locate(("patient", "age_years"))) == "one.yaml:5:5"


def test_one_mapping_is_one_scenario_and_the_pathway_may_be_absent(tmp_path: Path) -> None:
    (scenario,) = read(tmp_path, expecting("must_not: [{kind: escalate}]"))
    assert scenario.pathway is None
    assert scenario.must == ()


def test_json_is_read_too(tmp_path: Path) -> None:
    text = '[{"scenario": "s", "at": "2026-03-02", "patient": {}, "expect": {"must_not": [{"kind": "mdo"}]}}]'
    path = written(tmp_path, text, "one.json")
    assert len(read_scenarios(path, load_guideline())) == 1


@pytest.mark.parametrize(
    ("text", "code", "words", "place"),
    [
        ("must: []", "CP070", "expects nothing", "5:3"),
        ("alone: false", "CP070", "expects nothing", "5:3"),
        ("alone: true", "CP070", "without must", "5:10"),
        ("must: [{}]", "CP070", "matches everything", "5:10"),
        ("musst: [{kind: mdo}]", "CP072", "did you mean 'must'?", "5:3"),
        ("must: {kind: mdo}", "CP072", "list of expectations", "5:9"),
        ("must: [mdo]", "CP072", "mapping of fields", "5:10"),
        ("must: [{kind: mddo}]", "CP071", "did you mean 'mdo'?", "5:17"),
        ("must: [{knid: mdo}]", "CP071", "did you mean 'kind'?", "5:11"),
        ("must: [{target: SP-IMRS}]", "CP071", "did you mean 'SP-IMSR'?", "5:19"),
        ("must: [{topic: imaging_primary_car}]", "CP071", "did you mean 'imaging_primary_care'?", "5:18"),
        ("must: [{rules: [IM-1, XX-99]}]", "CP071", "'XX-99'", "5:25"),
        ("must: [{missing: [wpn_clas]}]", "CP071", "did you mean 'wpn_class'?", "5:21"),
        ("must: [{attention: [wpn_clas]}]", "CP071", "did you mean 'wpn_class'?", "5:23"),
        ("must: [{tags: [sauce]}]", "CP071", "did you mean 'source'?", "5:18"),
        ("must: [{tags: []}]", "CP071", "names nothing", "5:17"),
        ("must: [{target: [SP1, SP0]}]", "CP071", "{any: [a, b]}", "5:19"),
        ("must: [{target: {any: SP1}}]", "CP071", "any needs a list", "5:19"),
        ("must: [{target: {any: []}}]", "CP071", "names nothing", "5:19"),
        ("must: [{target: {any: [SP1], all: [SP0]}}]", "CP071", "'all'", "5:32"),
        ("must: [{conditional: 'false'}]", "CP071", "neither true nor false", "5:24"),
        ("must: [{under_review: null}]", "CP071", "neither true nor false", "5:25"),
        ("must: [{target: null}]", "CP071", "a name is expected", "5:19"),
        ("must: [{measurements: [{moment: strat}]}]", "CP071", "did you mean 'start'?", "5:35"),
        ("must: [{measurements: [{when: start}]}]", "CP071", "'when'", "5:27"),
        ("must: [{measurements: [start]}]", "CP071", "moment", "5:26"),
        ("must: [{review: soon}]", "CP071", "no date or interval", "5:19"),
        ("must: [{kind: mdo}], alone: maybe", "CP002", "", ""),
    ],
)
def test_what_is_wrong_in_an_expectation_is_named_with_its_place(
    tmp_path: Path, text: str, code: str, words: str, place: str
) -> None:
    found = problems(tmp_path, expecting(text))
    assert [problem.code for problem in found] == [code]
    assert words in str(found[0])
    assert str(found[0].place).startswith(f"one.yaml:{place}")


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("  pathway: spine", "  pathway: spin", "CP080", "did you mean 'spine'?"),
        ("  at: 2026-03-02", "  at: 2026-02-30", "CP081", "no evaluation date"),
        ("  at: 2026-03-02\n", "", "CP081", "'at' is missing"),
        ("age_years", "age_year", "CP060", "did you mean 'age_years'?"),
        ("47", "470", "CP062", "out of the range"),
        ("  expect:", "  expcet:", "CP072", "did you mean 'expect'?"),
        ("scenario: saddle", "scenario: 12 #", "CP072", "sentence"),
        ("alone: true", "alone: yes", "CP071", "neither true nor false"),
        ("    age_years: 47\n    rf_cauda_equina: true", "    - 47", "CP072", "mapping of findings"),
    ],
)
def test_what_is_wrong_in_a_scenario_is_named(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert code in {problem.code for problem in found}
    assert any(words in str(problem) and problem.place is not None for problem in found)


def test_all_problems_of_a_file_are_named_at_once_in_the_order_of_their_places(tmp_path: Path) -> None:
    second = GOOD.replace("spine", "spin").replace("escalate", "esclate")
    found = problems(tmp_path, GOOD.replace("age_years", "age_year") + second)
    assert [(problem.code, problem.place.line) for problem in found if problem.place] == [
        ("CP060", 5),
        ("CP080", 14),
        ("CP071", 23),
    ]


@pytest.mark.parametrize("text", ["", "[]", "- 3", "just words", "- &a {}\n- *a"])
def test_a_file_without_scenarios_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_a_missing_file_is_a_scenario_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="CP001"):
        read_scenarios(tmp_path / "no.yaml", load_guideline())


def test_a_review_may_be_an_interval_from_the_evaluation_date(tmp_path: Path) -> None:
    (scenario,) = read(tmp_path, expecting("must: [{review: 12 wk}, {review: 84 d}, {review: 2026-05-25}]"))
    assert {expected.named("review") for expected in scenario.must} == {("2026-05-25",)}


def test_files_of_folders_come_in_order_and_each_once(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    second = written(tmp_path / "below", GOOD, "a.yaml")
    first = written(tmp_path, GOOD, "b.yaml")
    written(tmp_path, "no scenario", "notes.txt")
    files, found = scenario_files([first, tmp_path])
    assert (files, found) == ([first, second], [])


def test_a_folder_without_scenarios_is_a_problem(tmp_path: Path) -> None:
    files, found = scenario_files([tmp_path])
    assert files == []
    assert [problem.code for problem in found] == ["CP072"]
