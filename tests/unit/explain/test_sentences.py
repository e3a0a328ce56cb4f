from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from carepath import Assessment, load_guideline
from tests.unit.explain.sentences import SCENARIOS, WRITTEN, assessed_patient, patients, sentences

KINDS = tuple(load_guideline().kinds)
FILES = sorted(SCENARIOS.glob("*.yaml"))
#: Every so many-th file, and of it every so many-th patient, is asked about in an ordinary run.
FILES_APART, PATIENTS_APART = 8, 8


def test_the_sentences_for_clinicians_are_those_that_were_read() -> None:
    read = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))
    said = sentences()
    assert list(said) == list(read)
    for name, kinds in said.items():
        for kind, answer in kinds.items():
            assert answer == read[name][kind], f"{name}, {kind}: read it, then write sentences.yaml again"


def test_the_patients_whose_sentences_were_read_show_different_things() -> None:
    given = [{kind for kind, answer in kinds.items() if answer["answer"] == "why"} for kinds in sentences().values()]
    assert len(given) >= 5
    shown = {"escalate", "deescalate", "imsr_assessment", "matched_care_referral", "red_flag_exit", "continue"}
    assert shown <= set[str]().union(*given)


def answered(assessment: Assessment) -> None:
    """Every kind has an answer to both questions, a sentence in both languages."""
    given = {one.kind for one in (*assessment.recommendations, *assessment.notes)}
    for kind in KINDS:
        for one in (assessment.why(kind), assessment.why_not(kind)):
            assert one.answer == ("why" if kind in given else "why_not")
            assert one.nodes
            for sentence in (one.sentence.en, one.sentence.nl):
                assert re.search(r"[.?)]$", sentence), sentence
                assert not re.search(r"[{}]|\.\.|\. ?;|_|: ?[;.]|\b(True|False|None)\b|  ", sentence), sentence


def test_every_kind_has_both_answers_for_some_patients_of_the_scenarios() -> None:
    for path in FILES[::FILES_APART]:
        for _, one in list(patients(path))[::PATIENTS_APART]:
            answered(assessed_patient(one))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_kind_has_both_answers_for_every_patient_of_the_scenarios(path: Path) -> None:
    for _, one in patients(path):
        answered(assessed_patient(one))
