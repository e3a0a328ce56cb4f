"""Generated guidelines: each is valid, and what holds of the shipped one holds of every one of them."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import Phase, find, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from carepath import ArgumentError, Assessment, ContentError, Guideline, assess, load_guideline
from carepath.content.load import read_guideline
from carepath.inference.agreement import verdicts
from carepath.language.nodes import Among, Change, Compare, Condition, Count, DaysSince, Every, IsKnown, Some, children
from carepath.pathway import Pathway
from carepath.testing import (
    guideline_files,
    guidelines,
    pathways,
    patients,
    read_guideline_files,
    write_guideline_files,
)
from carepath.testing.content_texts import GuidelineFiles
from carepath.testing.invariants import broken_by, broken_by_knowledge, broken_by_order
from tests.laws.helpers import AT, law, must_fail
from tests.laws.reference import kleene
from tests.laws.test_law_1_unknown import unknown_is_false
from tests.unit.testing.tiny import tiny

QUICK = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, phases=[Phase.generate, Phase.shrink]
)
SEARCH = settings(QUICK, phases=[Phase.generate])


@dataclasses.dataclass(frozen=True)
class Visit:
    """A patient of a generated guideline."""

    guideline: Guideline
    patient: dict[str, object]
    pathway: str | None

    def assess(self, *, without: str | None = None, backwards: bool = False) -> Assessment:
        given = {name: value for name, value in self.patient.items() if name != without}
        if backwards:
            given = dict(reversed(given.items()))
        return assess(given, pathway=self.pathway, at=AT, guideline=self.guideline, engine="direct")


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    """Some patients of one generated guideline."""
    guideline = draw(guidelines())
    pathway = draw(st.sampled_from((*guideline.pathways, None)))
    coming = st.lists(patients(guideline, pathway=pathway, at=AT), min_size=1, max_size=8)
    return [Visit(guideline, patient, pathway) for patient in draw(coming)]


def check_what_must_hold(visit: Visit) -> None:
    made = visit.assess()
    assert not list(broken_by(made))
    assert not list(broken_by_order(made, visit.assess(backwards=True)))
    for name in visit.patient:
        assert not list(broken_by_knowledge(visit.assess(without=name), made, name))


def check_bytes(visit: Visit) -> None:
    assert visit.assess().to_json() == visit.assess(backwards=True).to_json()
    assert str(visit.assess())


def check_evaluators_agree(visit: Visit) -> None:
    """durable-rules, the direct evaluator and the definition of the logic."""
    basis = visit.assess().basis
    found = verdicts(basis.prepared, basis.values, engine="both")
    reference = kleene(visit.guideline, AT)
    for name, condition in basis.prepared.clauses.items():
        assert found[name] is reference(condition, basis.values), name


@law(8)
@for_all(visits())
def test_what_holds_of_every_assessment_holds_under_every_guideline(coming: list[Visit]) -> None:
    for visit in coming:
        check_what_must_hold(visit)
    check_bytes(coming[0])


@law(6)
@for_all(visits())
def test_the_evaluators_agree_under_every_guideline(coming: list[Visit]) -> None:
    for visit in coming:
        check_evaluators_agree(visit)


@pytest.mark.slow
@law(150)
@for_all(visits())
def test_the_evaluators_agree_and_all_holds_under_many_guidelines(coming: list[Visit]) -> None:
    for visit in coming:
        check_what_must_hold(visit)
        check_evaluators_agree(visit)
        check_bytes(visit)


def test_the_check_finds_a_guideline_whose_evaluator_takes_unknown_for_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_is_false)
    files = tiny() | {"rules/edition.yaml": tiny()["rules/edition.yaml"] + "# another hash\n"}
    must_fail(check_evaluators_agree, Visit(read_guideline_files(files), {"score": 8}, "path"))


@law(6)
@for_all(guideline_files())
def test_generated_files_in_a_folder_are_read_without_a_problem_and_as_they_are_in_memory(
    tmp_path_factory: pytest.TempPathFactory, files: GuidelineFiles
) -> None:
    folder = write_guideline_files(files, tmp_path_factory.mktemp("guideline"))
    read, problems = read_guideline(folder)
    in_memory = read_guideline_files(files)
    assert not problems
    assert read is not None
    assert read.content_hash == in_memory.content_hash
    assert dataclasses.replace(read, origin="") == in_memory


@law(8)
@for_all(pathways(steps=6))
def test_a_generated_pathway_is_reached_and_led_on_from_everywhere(pathway: Pathway) -> None:
    graph = pathway.graph
    assert 2 <= len(pathway.steps) <= 6
    assert all(graph.out_degree(step) for step in graph)
    assert set(nx.descendants(graph, next(iter(pathway.steps)))) | {next(iter(pathway.steps))} == set(graph)


@law(8)
@for_all(guidelines(findings=1, rules=0, steps=2))
def test_a_generated_guideline_is_no_larger_than_was_asked_for(guideline: Guideline) -> None:
    flags = [name for name, one in guideline.findings.items() if one.red_flag]
    assert len(guideline.findings) - len(flags) == 3, "one, the pathway and the step"
    assert {rule.outputs[0].kind for rule in guideline.rules.values()} == {"red_flag_exit", "escalate", "deescalate"}
    assert all(len(pathway.steps) == 2 for pathway in guideline.pathways.values())


# --- what comes, and how it shrinks -------------------------------------------------------------------------------


def leaves(guideline: Guideline) -> list[Condition]:
    stack = [rule.when for rule in guideline.rules.values()]
    found = []
    while stack:
        one = stack.pop()
        stack += children(one)
        found.append(one)
    return found


def test_every_kind_of_condition_comes_and_so_do_dates_and_trends() -> None:
    missing: set[type] = {Among, IsKnown, Some, Every, Count, DaysSince, Change}

    def was_the_last(made: Guideline) -> bool:
        for one in leaves(made):
            missing.difference_update({type(one), type(one.operand)} if isinstance(one, Compare) else {type(one)})
        return not missing

    with contextlib.suppress(NoSuchExample):
        find(guidelines(), was_the_last, settings=SEARCH)
    assert not missing


def kinds_of_advice(examples: int) -> set[str]:
    kinds: set[str] = set()

    @law(examples)
    @for_all(visits())
    def collects(coming: list[Visit]) -> None:
        kinds.update(one.kind for visit in coming for one in visit.assess().recommendations)

    collects()
    return kinds


USUAL = {"red_flag_exit", "escalate", "continue", "insufficient_information"}


@pytest.mark.slow
def test_every_kind_of_advice_comes_out() -> None:
    others = {"deescalate", "coordination", "mdo", "clinician_judgement", "guideline_conflict"}
    assert kinds_of_advice(300) >= USUAL | others


@pytest.mark.slow
def test_a_failing_guideline_shrinks_to_one_finding_and_one_rule_of_each_sort() -> None:
    made = find(guidelines(), lambda _: True, settings=QUICK)
    assert sorted(made.rules) == ["DOWN-1", "FLAG-1", "UP-1"]
    assert len(made.findings) == 4
    assert not made.terms
    assert [len(pathway.steps) for pathway in made.pathways.values()] == [2]


@pytest.mark.slow
def test_a_failing_guideline_keeps_what_makes_it_fail() -> None:
    small = guidelines(findings=2, rules=1, steps=3)
    made = find(small, lambda made: any(isinstance(one, Some) for one in leaves(made)), settings=QUICK)
    assert sorted(made.rules) == ["DOWN-1", "FLAG-1", "UP-1"]
    assert len(made.findings) == 4
    assert len(leaves(made)) == 3


def test_what_fails_shows_its_files() -> None:
    @settings(SEARCH, max_examples=2)
    @for_all(guidelines())
    def fails(_made: Guideline) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        fails()
    shown = "\n".join(getattr(caught.value, "__notes__", ()))
    assert "# rules/rules.yaml\n" in shown
    assert "id: UP-1" in shown
    assert "phrases.yaml" not in shown


# --- files --------------------------------------------------------------------------------------------------------


def test_files_in_memory_have_the_problems_of_files_in_a_folder(tmp_path: Path) -> None:
    files = tiny() | {"rules/terms.yaml": "format: 1\nterms: {x: 5}\n"}
    del files["rules/modules.yaml"]
    with pytest.raises(ContentError) as in_memory:
        read_guideline_files(files)
    with pytest.raises(ContentError) as in_folder:
        load_guideline(write_guideline_files(files, tmp_path / "new" / "folder"))
    assert in_memory.value.problems == in_folder.value.problems
    assert {problem.code for problem in in_memory.value.problems} == {"CP001", "CP008"}


def test_words_that_were_changed_are_read_again() -> None:
    files = tiny()
    files["rules/phrases.yaml"] = files["rules/phrases.yaml"].replace("format: 1", "format: 2")
    with pytest.raises(ContentError, match=r"rules/phrases\.yaml"):
        read_guideline_files(files)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ("rules", "no mapping of texts by path"),
        ({"../rules/x.yaml": ""}, "no path of a content file"),
        ({"rules/../../x.yaml": ""}, "no path of a content file"),
        ({"rules/x.txt": ""}, "no path of a content file"),
        ({5: ""}, "no path of a content file"),
        ({"rules/x.yaml": b""}, "no text"),
    ],
)
def test_files_that_are_none_are_refused_and_nothing_is_written(files: object, words: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=words):
        read_guideline_files(files)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=words):
        write_guideline_files(files, tmp_path)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"findings": 0}, "findings: 0 is not from 1 to 12"),
        ({"rules": 13}, "rules: 13 is not from 0 to 12"),
        ({"steps": 1}, "steps: 1 is not from 2 to 8"),
        ({"steps": 2.0}, "steps: 2.0 is no whole number"),
        ({"findings": "5", "rules": True}, r"findings: '5' is no whole number(.|\n)*rules: True is no whole number"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused_with_the_cure(arguments: dict[str, object], words: str) -> None:
    for strategy in (guideline_files, guidelines, *([pathways] if "steps" in arguments else [])):
        with pytest.raises(ArgumentError, match=words):
            strategy(**arguments)  # type: ignore[operator]
