from __future__ import annotations

import html
import html.parser
import re
from pathlib import Path

import pytest

from carepath.assessing import assess
from carepath.cli import main
from carepath.content.load import load_guideline
from carepath.display.drawing_style import PALETTE
from carepath.display.evidence import design_choices
from carepath.display.html import assessment_fragment_html, report_html, reports_html
from carepath.display.html_parts import PAGE, STYLE
from carepath.display.text import report_text
from carepath.display.words import Words
from carepath.errors import ArgumentError
from tests.unit.display.patients import AT, BETTER_AFTER_STEP_3, NO_RED_FLAGS, PATIENTS, assessed

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = str(ROOT / "examples" / "low_back_pain_wpn4.yaml")
LANGUAGES = ("en", "nl")
#: Tags without an end.
VOID = frozenset({"meta", "br", "hr", "img", "link", "rect", "path"})
#: In the order in which a reader needs them.
ORDER = ("advice", "guideline_conflict", "clinician_judgement", "notes", "place", "why", "not_known", "grounds")
HOSTILE = "</dd><script>alert('x')</script>\"' onload=\"x\" & \u202eneddih\u202c \u2066\x1b[31m\x00 <img src=http://x>"


class Reader(html.parser.HTMLParser):
    """Reads a page strictly: every tag ends where it must; keeps ids, links, headings and texts."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_a_page_is_well_formed_and_every_link_leads_somewhere(name: str, lang: str) -> None:
    for page in (report_html(assessed(name), lang), assessment_fragment_html(assessed(name), lang)):
        read = Reader(page)
        assert len(set(read.ids)) == len(read.ids)
        assert all(link.startswith("#") and link[1:] in read.ids for link in read.links)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_a_page_loads_nothing_and_runs_nothing(name: str, lang: str) -> None:
    page = report_html(assessed(name), lang)
    read = Reader(page)
    assert not {"script", "img", "link", "iframe", "object", "embed", "form"} & set(read.tags)
    assert not [one for one in read.attributes if one[1].startswith("on") or one[1] in {"src", "srcset", "action"}]
    assert set(re.findall(r"https?://[^\"'\s<]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import|javascript:", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_advice_comes_first_then_why_then_what_is_not_known_then_grounds(name: str, lang: str) -> None:
    assessment = assessed(name)
    page = report_html(assessment, lang)
    words = Words(assessment.guideline, lang)
    found = re.findall(r'<section class="[^"]*" id="[^"]*-([a-z_]+)"><h2>([^<]*)</h2>', page)
    names = [name for name, _ in found]
    assert names == [one for one in ORDER if one in names]
    assert {"advice", "not_known", "grounds"} <= set(names)
    assert ("place" in names) is (assessment.pathway is not None)
    headings = dict(found)
    assert html.unescape(headings["advice"]) == words.phrase("heading_advice")
    assert html.unescape(headings["not_known"]) == words.phrase("heading_not_known")
    assert html.unescape(headings["grounds"]) == words.phrase("heading_grounds")
    if "why" in headings:
        assert html.unescape(headings["why"]) == words.phrase("heading_why")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_the_page_says_everything_that_the_report_in_text_says(name: str, lang: str) -> None:
    assessment = assessed(name)
    said = flat(Reader(report_html(assessment, lang)).text)
    words = re.findall(r"[^\W_]{4,}", report_text(assessment, lang))
    assert not [word for word in words if word not in said]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_professional_use_stands_on_top_and_the_medical_device_line_at_the_foot(name: str, lang: str) -> None:
    assessment = assessed(name)
    words = Words(assessment.guideline, lang)
    page = report_html(assessment, lang)
    text = flat(Reader(page).text)
    use = flat(words.phrase("professional_use"))
    assert page.index(html.escape(use)) < page.index("<h2>")
    assert text.count(use) == 2
    assert text.endswith(flat(words.phrase("medical_device")))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PATIENTS)
def test_design_choices_and_conflicts_are_marked_in_words(name: str, lang: str) -> None:
    assessment = assessed(name)
    words = Words(assessment.guideline, lang)
    page = report_html(assessment, lang)
    articles = re.findall(r'<article class="(?!cp-why)[^"]*" id="[^"]*">.*?</article>', page, re.DOTALL)
    recs = [*assessment.recommendations, *assessment.notes]
    assert len(articles) == len(recs)
    choice = {html.escape(words.phrase(one)) for one in ("mark_choice", "mark_choice_partly")}
    marked = [one for one in articles if any(mark in one for mark in choice)]
    assert len(marked) == sum("design_choice" in one.tags for one in recs)
    assert all('-choices">' in one for one in marked)
    conflicts = [one for one in articles if html.escape(words.phrase("mark_conflict")) in one]
    assert len(conflicts) == len(assessment.conflicts)
    if design_choices(assessment):
        section = flat(Reader(page[page.index('<div class="cp-choices"') : page.index("</section>\n<footer>")]).text)
        assert words.phrase("choices_title") in section
        for one in design_choices(assessment):
            assert flat(words.of(one.note)) in section


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_patients_own_drawing_is_on_the_page_with_its_transitions_in_words(lang: str) -> None:
    assessment = assessed("better after step 3")
    page = report_html(assessment, lang)
    assert page.count("<svg ") == 1
    assert 'class="cp-step cp-here" data-step="SP15"' in page
    assert len(re.findall(r'<span class="cp-number">\d+</span>', page)) == 21
    words = Words(assessment.guideline, lang)
    assert words.phrase("heading_from_here") in Reader(page).text


def test_hostile_text_of_a_record_stays_text() -> None:
    patient = {**BETTER_AFTER_STEP_3, **NO_RED_FLAGS, "treatment_goals": [{"text": HOSTILE, "attained": "yes"}]}
    patient["rmdq_total"] = [
        {"value": 14, "date": "2025-12-01", "source": HOSTILE},
        {"value": 6, "date": "2026-03-01", "source": HOSTILE},
    ]
    assessment = assess(patient, pathway="spine", at=AT, engine="direct")
    harmless = report_html(assessed("better after step 3"), "en")
    for page in (report_html(assessment, "en"), reports_html([(HOSTILE, assessment)], "nl")):
        read = Reader(page)
        assert set(read.tags) - {"p", "strong"} <= set(Reader(harmless).tags)
        assert not [one for one in read.attributes if one[1].startswith("on") or one[1] == "src"]
        assert not [letter for letter in page if not (letter.isprintable() or letter == "\n")]
        assert "<script" not in page
        assert "alert('x')" in read.text


def test_several_patients_stand_on_one_page_under_their_names() -> None:
    page = reports_html([("first & <one>", assessed("empty")), ("second", assessed("empty"))], "en")
    read = Reader(page)
    assert len(set(read.ids)) == len(read.ids)
    assert page.count('<div class="cp-report"') == 2
    assert "first &amp; &lt;one&gt;" in page


def test_the_same_assessment_gives_the_same_bytes() -> None:
    for name, (pathway, patient) in PATIENTS.items():
        again = assess(dict(reversed(patient.items())), pathway=pathway, at=AT, engine="direct")
        assert report_html(again, "nl") == report_html(assessed(name), "nl")


def test_a_page_prints_on_a4_and_has_dark_colours_on_a_screen_only() -> None:
    page = report_html(assessed("empty"), "en")
    assert re.search(r"@page\{size:A4;", page)
    assert "@media print" in page
    assert all(
        one.startswith("@media screen") for one in re.findall(r"@media[^{]*", page) if "prefers-color-scheme" in one
    )
    assert "width=device-width" in page


def test_the_style_names_no_colour_beside_the_palette() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", STYLE)
    assert set(re.findall(r"--cp-([a-z-]+)", STYLE)) <= set(PALETTE)
    assert set(re.findall(r"#[0-9a-f]{6}", PAGE)) == set(PALETTE["paper"])


def test_a_fragment_is_no_page_and_folds_reasons_and_grounds() -> None:
    fragment = assessment_fragment_html(assessed("step 3 not done"), "nl")
    tags = Reader(fragment).tags
    assert not {"html", "head", "body", "main"} & set(tags)
    assert tags.count("details") == tags.count("summary") == 2
    folded = re.findall(r'<details [^>]*id="[^"]*-([a-z_]+)"', fragment)
    assert folded == ["why", "grounds"]


def test_another_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="lang"):
        report_html(assessed("empty"), "fr")


# --- the commands ------------------------------------------------------------------------------------------------

Capture = pytest.CaptureFixture[str]


def test_report_writes_one_page(tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "report.html"
    assert main(["report", EXAMPLE, "-o", str(target), "--lang", "nl", "--engine", "direct"]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    page = target.read_text(encoding="utf-8")
    Reader(page)
    assert '<html lang="nl">' in page


def test_report_prints_the_page_where_no_file_is_named(capsys: Capture) -> None:
    assert main(["report", EXAMPLE, "--at", "2026-03-03", "--pathway", "spine", "--engine", "direct"]) == 0
    page = capsys.readouterr().out
    Reader(page)
    assert "2026-03-03" in page


def test_report_of_a_scenario_file_shows_each_or_the_one_that_is_picked(tmp_path: Path, capsys: Capture) -> None:
    scenario = "- {{scenario: {}, pathway: spine, at: 2026-03-02, patient: {{}}, expect: {{must_not: []}}}}\n"
    path = tmp_path / "scenarios.yaml"
    path.write_text("".join(scenario.format(name) for name in ("first", "second")), encoding="utf-8")
    assert main(["report", str(path), "--engine", "direct"]) == 0
    assert capsys.readouterr().out.count('<div class="cp-report"') == 2
    assert main(["report", str(path), "--scenario", "2", "--engine", "direct"]) == 0
    page = capsys.readouterr().out
    assert "<strong>second</strong>" in page
    assert "first</strong>" not in page


def test_report_into_a_folder_that_is_not_there_is_an_error_and_nothing_is_written(
    tmp_path: Path, capsys: Capture
) -> None:
    target = tmp_path / "nowhere" / "report.html"
    assert main(["report", EXAMPLE, "-o", str(target), "--engine", "direct"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "cannot write" in captured.err
    assert not target.parent.exists()


def test_show_prints_a_drawing_in_svg(capsys: Capture) -> None:
    assert main(["show", "spine", "--svg", "--lang", "nl"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("<svg ")
    assert load_guideline().pathways["spine"].text.nl in out
