"""A site's own tables of codes and the instruments of the content: what they say, and what may be wrong with them."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

import carepath
from carepath.content.code_checks import check_instruments
from carepath.content.code_tables import entries_for
from carepath.content.guideline import Instrument, Text
from carepath.content.load import read_guideline
from carepath.content.location import shipped_content
from carepath.errors import ContentError, Place, Problem

HEAD = "format: 1\ncodes:\n"
GROUNDS = "    grounds: [{kind: design_choice}]\n"
SITE = "urn:site"


def entry(code: str = "A", resource: str = "Observation", **keys: str) -> str:
    lines = {"system": SITE, "code": code, "display": "made up", "resource": resource, **keys}
    first, *rest = (f"{key}: {value}" for key, value in lines.items())
    return f"  - {first}\n" + "".join(f"    {line}\n" for line in rest) + GROUNDS


def table(folder: Path, *entries: str, name: str = "codes.yaml") -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(entries), encoding="utf-8")
    return path


def problems(folder: Path, *entries: str) -> list[Problem]:
    with pytest.raises(ContentError) as caught:
        carepath.load_guideline(codes=table(folder, *entries))
    return list(caught.value.problems)


def observation(code: str, **value: object) -> dict[str, object]:
    concept = {"coding": [{"system": SITE, "code": code}]}
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": concept,
        "effectiveDateTime": "2026-02-01",
        **value,
    }


# --- a table that is used ---------------------------------------------------------------------------------------


def test_a_site_gives_its_own_codes_to_findings(tmp_path: Path) -> None:
    guideline = carepath.load_guideline(codes=table(tmp_path, entry(finding="rmdq_total")))
    made = carepath.assess(observation("A", valueInteger=7), at="2026-03-02", guideline=guideline)
    (fact,) = made.basis.situation.record.facts("rmdq_total")
    assert fact.value == 7
    plain = carepath.assess(observation("A", valueInteger=7), at="2026-03-02")
    assert not plain.basis.situation.record.series


def test_a_guideline_with_a_table_has_a_hash_of_its_own_and_the_same_findings(tmp_path: Path) -> None:
    plain = carepath.load_guideline()
    first = carepath.load_guideline(codes=table(tmp_path, entry(finding="rmdq_total")))
    again = carepath.load_guideline(codes=[str(table(tmp_path, entry(finding="rmdq_total")))])
    other = carepath.load_guideline(codes=table(tmp_path, entry(finding="odi_total")))
    assert first.content_hash == again.content_hash
    assert len({plain.content_hash, first.content_hash, other.content_hash}) == 3
    assert first.findings == plain.findings
    assert first.site_codes == (str(tmp_path / "codes.yaml"),)
    assert plain.site_codes == ()
    assert len(first.fhir_codes) == len(plain.fhir_codes) + 1


def test_a_table_takes_the_place_of_an_entry_where_it_says_so(tmp_path: Path) -> None:
    loinc = {"system": '"http://loinc.org"', "code": '"72514-3"'}
    text = entry(finding="pain_nrs_worst").replace(f"system: {SITE}", f"system: {loinc['system']}")
    text = text.replace("code: A", f"code: {loinc['code']}")
    (problem,) = problems(tmp_path, text)
    assert problem.code == "CP030"
    assert "replaces: true" in problem.advice
    replaced = text.replace(GROUNDS, f"    replaces: true\n{GROUNDS}")
    guideline = carepath.load_guideline(codes=table(tmp_path, replaced))
    (one,) = [one for one in guideline.fhir_codes if (one.system, one.code) == ("http://loinc.org", "72514-3")]
    assert one.finding == "pain_nrs_worst"


def test_a_later_table_may_take_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    first = table(tmp_path, entry(finding="rmdq_total"))
    second = table(tmp_path, entry(finding="odi_total", replaces="true"), name="more.yaml")
    guideline = carepath.load_guideline(codes=[first, second])
    assert [one.finding for one in guideline.fhir_codes if one.system == SITE] == ["odi_total"]


def test_the_answers_of_a_site_to_the_items_of_its_questionnaire_are_scored(tmp_path: Path) -> None:
    form = "https://site.example/dn4"
    entries = [
        entry(f"q{number}", "QuestionnaireResponse", item=f"dn4.i{number}", answers="{ja: 1, nee: 0}").replace(
            f"system: {SITE}", f'system: "{form}"'
        )
        for number in range(1, 5)
    ]
    guideline = carepath.load_guideline(codes=table(tmp_path, *entries))
    items = [{"linkId": f"q{number}", "answer": [{"valueCoding": {"code": "ja"}}]} for number in range(1, 5)]
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
        "authored": "2026-02-01",
        "questionnaire": f"{form}|2",
        "item": items,
    }
    made = carepath.assess(response, at="2026-03-02", guideline=guideline)
    (row,) = [row for row in made.basis.situation.record.used if row["finding"] == "dn4_total"]
    assert (row["value"], row["transform"]) == ("4..10", "sum_of_items:4/10")


def test_several_processes_know_the_table_too(tmp_path: Path) -> None:
    guideline = carepath.load_guideline(codes=table(tmp_path, entry(finding="rmdq_total")))
    made = carepath.assess_many(
        [observation("A", valueInteger=7)],
        at="2026-03-02",
        guideline=guideline,
        engine="direct",
        processes=2,
        then=carepath.Assessment.to_json,
    )
    (shown,) = (json.loads(one)["record"]["used"] for one in made)
    assert [(row["finding"], row["value"]) for row in shown] == [("rmdq_total", "7")]


def test_the_codes_of_a_finding_are_those_that_record_it() -> None:
    guideline = carepath.load_guideline()
    assert [(one.system, one.code) for one in entries_for(guideline, "odi_total")] == [("http://loinc.org", "97909-6")]
    assert entries_for(guideline, "wpn_class") == ()


# --- a table with something wrong in it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (entry(), "CP008", "says nothing"),
        (entry(finding="rmdq_total", item="dn4.i1"), "CP008", "says several things"),
        (entry(finding="rmdq_totl"), "CP047", "there is no finding 'rmdq_totl'"),
        (entry(item="dn4.i99"), "CP047", "there is no item 'dn4.i99'"),
        (entry(resource="Condition", item="dn4.i1"), "CP008", "has no answer to an item"),
        (entry(item="dn4.i1", answers="{ja: 2}"), "CP008", "outside the range 0..1"),
        (entry(finding="rmdq_total", answers="{ja: 1}"), "CP008", "are those of an item"),
        (entry(finding="rmdq_total", units='["mm=0"]'), "CP008", "'0' is no factor"),
        (entry(finding="rmdq_total", units='["mm=1/3"]'), "CP008", "'1/3' is no factor"),
        (entry(finding="neuropathic_drugs"), "CP008", "neuropathic_drugs is a list"),
        (entry(finding="rmdq_total", adds="{class: TCA}"), "CP008", "rmdq_total is no list"),
        (entry(finding="neuropathic_drugs", adds="{}"), "CP008", "an item without parts"),
        (entry(finding="neuropathic_drugs", adds="{clas: TCA}"), "CP008", "there is no part 'clas'"),
        (entry(finding="neuropathic_drugs", adds="{class: TCAs}"), "CP008", "'TCAs' is no value of class"),
        (entry(finding="wpn_class", value="5", resource="Condition"), "CP008", "'5' is no value of wpn_class"),
        (
            entry(finding="pain_type", value="neural", resource="Condition"),
            "CP008",
            "'neural' is no value of pain_type",
        ),
        (entry(finding="rmdq_total", resource="Condition"), "CP008", "a Condition has no value for rmdq_total"),
        (entry(finding="rmdq_total") * 2, "CP030", "stands twice"),
        (entry(finding="rmdq_total", replaces="true"), "CP008", "takes the place of nothing"),
        (entry(finding="rmdq_total").replace(GROUNDS, ""), "CP031", "a ground is missing"),
        (entry(finding="rmdq_total", resource="Patient"), "CP008", "resource:"),
        (entry(finding="rmdq_total", unit="mm"), "CP006", "unknown key 'unit'"),
    ],
)
def test_a_defect_of_a_table_is_named_with_its_file_line_and_cure(
    given: str, code: str, words: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, given)
    assert problem.code == code
    assert words in problem.message
    assert problem.advice
    assert problem.place is not None
    assert problem.place.file == str(tmp_path / "codes.yaml")
    assert problem.place.line > 2


def test_every_defect_of_every_table_is_named_at_once(tmp_path: Path) -> None:
    first = table(tmp_path, entry(finding="a"), entry("B", finding="b"))
    with pytest.raises(ContentError) as caught:
        carepath.load_guideline(codes=[first, tmp_path / "nowhere.yaml"])
    assert [problem.code for problem in caught.value.problems] == ["CP001"]
    with pytest.raises(ContentError) as caught:
        carepath.load_guideline(codes=first)
    assert [problem.code for problem in caught.value.problems] == ["CP047", "CP047"]


def test_too_many_tables_are_refused(tmp_path: Path) -> None:
    tables = [table(tmp_path, entry(f"c{number}", finding="rmdq_total"), name=f"{number}.yaml") for number in range(21)]
    carepath.load_guideline(codes=tables[:20])
    with pytest.raises(ContentError) as caught:
        carepath.load_guideline(codes=tables)
    assert {problem.code for problem in caught.value.problems} == {"CP009"}


# --- instruments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "sums", "words"),
    [
        ({"a": (0, 10)}, {"dn4_totl": ("a",)}, "there is no finding 'dn4_totl'"),
        ({"a": (0, 1), "b": (0, 1)}, {"dn4_total": ("a", "b")}, "sum to 0..2, which is not the range of dn4_total"),
        ({"a": (0, 10)}, {"dn4_total": ("a", "b")}, "there is no item 'b'"),
        ({"a": (0, 5)}, {"dn4_total": ("a", "a")}, "a sum of each item once"),
        ({"a": (0, 5)}, {"dn4_total": ()}, "a sum of each item once"),
        ({"a": (1, 4)}, {"wpn_class": ("a",)}, "is no number that can be a sum"),
        ({"a": (0, 9)}, {"rf_nonspecific_features_count": ("a",)}, "is no number that can be a sum"),
        ({"a": (0, 9)}, {"pain_type": ("a",)}, "is no number that can be a sum"),
        ({"a": (1, 0)}, {}, "the range 1..0 is empty"),
    ],
)
def test_an_instrument_that_cannot_be_scored_so_is_refused(
    items: dict[str, tuple[int, int]], sums: dict[str, tuple[str, ...]], words: str
) -> None:
    made = Instrument("made", Text("made up", "verzonnen"), items, sums, (), Place("rules/instruments.yaml", 5, 3))
    found = list(check_instruments(dataclasses.replace(carepath.load_guideline(), instruments={"made": made})))
    assert [problem for problem in found if words in problem.message], found
    assert all(problem.place == made.place and problem.advice for problem in found if words in problem.message)


def test_a_defect_of_an_instrument_is_found_when_the_guideline_is_read(tmp_path: Path) -> None:
    for folder in ("rules", "pathways"):
        shutil.copytree(shipped_content() / folder, tmp_path / folder)
    path = tmp_path / "rules" / "instruments.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("dn4_total: all", "dn4_totl: all"), encoding="utf-8")
    _, found = read_guideline(tmp_path)
    (problem,) = found
    assert (problem.code, problem.place and problem.place.file) == ("CP047", "rules/instruments.yaml")
    assert "dn4_total" in problem.advice


def test_sums_of_items_may_be_known_in_part() -> None:
    guideline = carepath.load_guideline()
    assert {name for name, one in guideline.findings.items() if one.type.partial} == {
        "age_years",
        *(total for instrument in guideline.instruments.values() for total in instrument.sums),
    }
