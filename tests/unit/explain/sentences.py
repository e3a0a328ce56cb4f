"""What is said about some patients of the scenarios, for every kind: written to be read, and compared in the tests.

After a change of texts: ``python -m tests.unit.explain.sentences`` writes ``sentences.yaml`` again. Read what
changed, as the clinician who gets it would.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from carepath import Assessment, assess
from carepath.input_file import PatientInput, read_input

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = ROOT / "tests" / "scenarios"
WRITTEN = Path(__file__).with_name("sentences.yaml")
#: One steps up, one leaves for a red flag, one is referred on a condition, one by the matched route, one steps down,
#: and one waits for what nobody asked.
CHOSEN = (
    ("whole_patients_spine.yaml", "back pain, January 2024: seven weeks of self-care were not enough"),
    ("whole_patients_spine.yaml", "radicular pain, the next day: the leg grows weaker, and nothing else is said"),
    ("imsr_conditional.yaml", "two disciplines in vain without step 3 give a conditional referral that names step 3"),
    (
        "whole_patients_msk.yaml",
        "fibromyalgia, March 2026: the same route, with the entitlement open and a language barrier",
    ),
    (
        "whole_patients_neuropathic.yaml",
        "polyneuropathy, August 2026: goals attained in line 2, one line down, and the drugs are for the clinician",
    ),
    ("red_flag_record.yaml", "a negative screening of 43 days ago is unknown and holds back the step up"),
)


def patients(*files: Path) -> Iterator[tuple[str, PatientInput]]:
    """The patients of scenario files, by file and number."""
    for path in files:
        for number, one in enumerate(read_input(path), start=1):
            yield f"{path.stem}-{number}", one


def assessed_patient(one: PatientInput) -> Assessment:
    """The assessment of a patient of a scenario."""
    assert one.at is not None
    return assess(one.patient, pathway=one.pathway, at=one.at, engine="direct")


def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """By patient and kind: which question was answered, and the sentence in both languages."""
    found = {}
    for file, name in CHOSEN:
        (one,) = (patient for patient in read_input(SCENARIOS / file) if patient.name == name)
        assessment = assessed_patient(one)
        answers = {kind: assessment.why(kind) for kind in assessment.guideline.kinds}
        found[f"{file}: {name}"] = {
            kind: {"answer": answer.answer, "en": answer.sentence.en, "nl": answer.sentence.nl}
            for kind, answer in answers.items()
        }
    return found


if __name__ == "__main__":
    text = yaml.safe_dump(sentences(), allow_unicode=True, sort_keys=False, width=120)
    WRITTEN.write_text(text, encoding="utf-8")
