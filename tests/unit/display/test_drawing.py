from __future__ import annotations

import dataclasses
import itertools
import re
import xml.etree.ElementTree as ET
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carepath.assessing import assess
from carepath.content.load import load_guideline
from carepath.display.drawing_grid import text_width, wrapped
from carepath.display.drawing_layout import CardText, layout_of
from carepath.display.drawing_state import CLOSED, ELSEWHERE, HELD, UNDETERMINED, exits_of, marks_of, ways_of
from carepath.display.drawing_style import DRAWING, PAIRS, PALETTE
from carepath.display.drawing_svg import pathway_svg
from carepath.errors import ArgumentError
from carepath.pathway import Pathway
from tests.unit.display.patients import AT, NO_RED_FLAGS, PATIENTS, assessed

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = ("en", "nl")
NAMES = ("spine", "other_msk", "neuropathic")
PLACED = tuple(name for name, (pathway, _) in PATIENTS.items() if pathway is not None)
#: The sizes of letters, by class; of other texts it is 11.
SIZES = {"cp-title": (15, True), "cp-tagtext": (10, True)}


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: Area) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


class Drawing:
    """What a drawing holds, read back from its SVG."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)  # noqa: S314 - the text was made here
        (self.pathway,) = self.root.findall(f"{SVG}g[@class='cp-pathway']")
        self.down = float(re.findall(r"translate\(0 (\d+)\)", self.pathway.attrib["transform"])[0])
        self.cards = {one.attrib["data-step"]: _area(_by_class(one, "cp-card")) for one in self.groups("cp-step")}
        self.lines = {one.attrib["data-way"]: _points(_by_class(one, "cp-line")) for one in self.groups("cp-way")}
        self.tags = [_area(_by_class(one, "cp-tag")) for one in self.groups("cp-label")]

    def groups(self, name: str) -> list[ET.Element]:
        return [one for one in self.pathway.findall(f"{SVG}g") if name in one.attrib["class"].split()]

    def texts(self) -> list[tuple[str, Area]]:
        """All texts with the room that they take at most, in the coordinates of the sheet."""
        below = {id(one) for one in self.pathway.iter()}
        return [
            ("".join(one.itertext()), _text_area(one, self.down if id(one) in below else 0))
            for one in self.root.iter(f"{SVG}text")
        ]


def _by_class(group: ET.Element, name: str) -> ET.Element:
    return next(one for one in group.iter() if name in one.attrib.get("class", "").split())


def _area(rect: ET.Element) -> Area:
    x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return Area(x, y, x + width, y + height)


def _points(path: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.attrib["d"])]


def _text_area(text: ET.Element, down: float) -> Area:
    classes = text.attrib.get("class", "").split()
    size, bold = next((SIZES[name] for name in classes if name in SIZES), (11, "cp-bold" in classes))
    width = text_width("".join(text.itertext()), size, bold=bold)
    x, y = float(text.attrib["x"]), float(text.attrib["y"]) + down
    middle = text.attrib.get("text-anchor") == "middle" or "cp-tagtext" in classes
    left = x - width / 2 if middle else x
    return Area(left, y - 0.8 * size, left + width, y + 0.25 * size)


def _parts(points: list[tuple[float, float]]) -> list[Area]:
    return [
        Area(min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
        for (x, y), (to_x, to_y) in itertools.pairwise(points)
    ]


def drawings() -> dict[str, Drawing]:
    guideline = load_guideline()
    found = {
        f"{name}-{lang}": Drawing(pathway_svg(guideline.pathways[name], guideline, lang))
        for name in NAMES
        for lang in LANGUAGES
    }
    for name in PLACED:
        assessment = assessed(name)
        pathway = assessment.basis.pathway
        assert pathway is not None
        for lang in LANGUAGES:
            svg = pathway_svg(pathway, guideline, lang, assessment=assessment)
            found[f"{name}-{lang}"] = Drawing(svg)
    return found


CASES = [f"{name}-{lang}" for name in (*NAMES, *PLACED) for lang in LANGUAGES]


@pytest.fixture(scope="module")
def drawn() -> dict[str, Drawing]:
    return drawings()


# --- the drawing as a whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_step_and_each_transition_is_drawn_and_listed_once(
    name: str, lang: str, drawn: dict[str, Drawing]
) -> None:
    pathway, drawing = load_guideline().pathways[name], drawn[f"{name}-{lang}"]
    assert sorted(drawing.cards) == sorted(pathway.steps)
    assert sorted(drawing.lines) == sorted(one.id for one in pathway.transitions)
    assert len(drawing.groups("cp-way")) == len(drawing.groups("cp-label")) == len(pathway.transitions)
    keys = [int(one.attrib["data-key"]) for one in drawing.root.iter() if "data-key" in one.attrib]
    assert sorted(keys) == list(range(1, len(pathway.transitions) + 1))
    said = {group.attrib["data-step"]: _words_on(group) for group in drawing.groups("cp-step")}
    for step in pathway.steps.values():
        text = step.text.in_language(lang).replace("-", "").replace(" ", "")
        assert text in said[step.id].replace("-", "").replace(" ", "")


def _words_on(group: ET.Element) -> str:
    return " ".join("".join(one.itertext()) for one in group.iter(f"{SVG}text"))


@pytest.mark.parametrize("case", CASES)
def test_a_drawing_fits_the_width_of_a_notebook_and_nothing_leaves_it(case: str, drawn: dict[str, Drawing]) -> None:
    root = drawn[case].root
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert width <= 960
    assert root.attrib["viewBox"] == f"0 0 {width:g} {height:g}"
    for text, area in drawn[case].texts():
        assert area.within(Area(0, 0, width, height)), text


@pytest.mark.parametrize("case", CASES)
def test_every_line_is_horizontal_or_vertical_and_crosses_no_card(case: str, drawn: dict[str, Drawing]) -> None:
    for name, points in drawn[case].lines.items():
        for part in _parts(points):
            assert part.left == part.right or part.top == part.bottom, name
            for step, card in drawn[case].cards.items():
                assert not part.meets(card), (name, step)


@pytest.mark.parametrize("case", CASES)
def test_a_line_begins_and_ends_at_the_cards_of_its_transition(case: str, drawn: dict[str, Drawing]) -> None:
    for name, points in drawn[case].lines.items():
        source, target = name.rpartition(":")[0].split(">")
        for step, (x, y) in ((source, points[0]), (target, points[-1])):
            card = drawn[case].cards[step]
            assert card.left - 9 <= x <= card.right + 9, name
            assert card.top - 9 <= y <= card.bottom + 9, name


@pytest.mark.parametrize("case", CASES)
def test_no_two_lines_run_over_each_other(case: str, drawn: dict[str, Drawing]) -> None:
    for (name, one), (other_name, other) in itertools.combinations(drawn[case].lines.items(), 2):
        assert not _run_together(one, other), (name, other_name)


def _run_together(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> bool:
    return any(
        (a.top == a.bottom == b.top == b.bottom and a.left < b.right and b.left < a.right)
        or (a.left == a.right == b.left == b.right and a.top < b.bottom and b.top < a.bottom)
        for a, b in itertools.product(_parts(one), _parts(other))
    )


@pytest.mark.parametrize("case", CASES)
def test_tags_cover_no_card_no_other_tag_and_no_other_line(case: str, drawn: dict[str, Drawing]) -> None:
    drawing = drawn[case]
    names = list(drawing.lines)
    assert len(drawing.tags) == len(names)
    for name, tag in zip(names, drawing.tags, strict=True):
        assert not any(tag.meets(card) for card in drawing.cards.values()), name
        others = [part for other in names if other != name for part in _parts(drawing.lines[other])]
        assert not any(tag.meets(part) or part.meets(tag) for part in others), name
    assert not any(one.meets(other) for one, other in itertools.combinations(drawing.tags, 2))


@pytest.mark.parametrize("case", CASES)
def test_cards_do_not_overlap_and_no_text_overlaps_another(case: str, drawn: dict[str, Drawing]) -> None:
    cards = drawn[case].cards.values()
    assert not any(one.meets(other) for one, other in itertools.combinations(cards, 2))
    for (text, one), (other_text, other) in itertools.combinations(drawn[case].texts(), 2):
        assert not one.meets(other), (text, other_text)


@pytest.mark.parametrize("case", CASES)
def test_the_text_of_a_card_stays_on_it(case: str, drawn: dict[str, Drawing]) -> None:
    for group in drawn[case].groups("cp-step"):
        card = drawn[case].cards[group.attrib["data-step"]]
        for text in group.iter(f"{SVG}text"):
            assert _text_area(text, 0).within(card), "".join(text.itertext())


@pytest.mark.parametrize("case", CASES)
def test_a_tag_holds_its_text(case: str, drawn: dict[str, Drawing]) -> None:
    for group in drawn[case].groups("cp-label"):
        text = _by_class(group, "cp-tagtext")
        assert _text_area(text, 0).within(_area(_by_class(group, "cp-tag"))), "".join(text.itertext())


def test_up_and_down_differ_in_form_not_in_colour_alone(drawn: dict[str, Drawing]) -> None:
    heads: dict[str, set[str]] = {}
    for group in drawn["spine-en"].groups("cp-way"):
        kind = group.attrib["data-way"].rpartition(":")[2]
        heads.setdefault(kind, set()).update(
            name for one in group for name in one.attrib.get("class", "").split() if name in {"cp-head", "cp-hollow"}
        )
    assert heads["escalate"] == heads["imsr_assessment"] == heads["matched_care_referral"] == {"cp-head"}
    assert heads["deescalate"] == heads["re_entry"] == {"cp-hollow"}
    lines = dict(re.findall(r"\.cp-(\w+) \.cp-line\{([^}]*)\}", DRAWING))
    forms = [lines.get(kind, "") for kind in heads]
    assert len(set(forms)) == len(forms)


def test_the_same_pathway_gives_the_same_bytes() -> None:
    guideline = load_guideline()
    for name in NAMES:
        assert pathway_svg(guideline.pathways[name], guideline, "nl") == pathway_svg(
            guideline.pathways[name], guideline, "nl"
        )


def test_a_drawing_needs_nothing_from_outside_and_names_itself() -> None:
    guideline = load_guideline()
    for name, lang in itertools.product(NAMES, LANGUAGES):
        svg = pathway_svg(guideline.pathways[name], guideline, lang)
        assert not re.search(r"<script|<image|<foreignObject|href=|url\(|@import|\son\w+=", svg)
        assert re.findall(r"https?://[^\"'\s]+", svg) == ["http://www.w3.org/2000/svg"]
        root = ET.fromstring(svg)  # noqa: S314 - the text was made here
        ids = {one.attrib["id"]: one.tag for one in root.iter() if "id" in one.attrib}
        assert [ids[one] for one in root.attrib["aria-labelledby"].split()] == [f"{SVG}title", f"{SVG}desc"]
        assert root.attrib["lang"] == lang


# --- any pathway -------------------------------------------------------------------------------------------------

LINES = ("0", "0/1", "1", "1.5", "2", "2/3", "3")
KINDS = ("escalate", "deescalate", "mdo", "imsr_assessment", "matched_care_referral", "re_entry")


@st.composite
def pathways(draw: st.DrawFn) -> Pathway:
    """Pathways as an author may write them: some lines, up to three steps on each, any transitions between them."""
    shipped = load_guideline().pathways["spine"]
    step, transition = next(iter(shipped.steps.values())), shipped.transitions[0]
    lines = draw(st.lists(st.sampled_from(LINES), min_size=2, max_size=7, unique=True))
    counts = [draw(st.integers(1, 3)) for _ in lines]
    places = [(f"X{line}.{number}", line) for line, count in zip(lines, counts, strict=True) for number in range(count)]
    steps = {name: dataclasses.replace(step, id=name, line=line) for name, line in places}
    pairs = list(itertools.permutations(steps, 2))
    ways = draw(
        st.lists(st.tuples(st.sampled_from(pairs), st.sampled_from(KINDS)), min_size=1, max_size=22, unique=True)
    )
    transitions = tuple(dataclasses.replace(transition, source=a, target=b, kind=kind) for (a, b), kind in ways)
    return dataclasses.replace(shipped, steps=steps, transitions=transitions)


@settings(max_examples=40, deadline=None)
@given(pathways())
def test_in_no_pathway_an_arrow_crosses_a_card_or_runs_over_another(pathway: Pathway) -> None:
    texts = {step: CardText("Multidisciplinary primary-care rehabilitation", "line 1") for step in pathway.steps}
    tags = {one.id: (str(number),) for number, one in enumerate(pathway.transitions, start=1)}
    layout = layout_of(pathway, texts, tags)
    cards = [Area(one.box.x, one.box.y, one.box.right, one.box.bottom) for one in layout.cards]
    assert not any(one.meets(other) for one, other in itertools.combinations(cards, 2))
    lines = [[(float(x), float(y)) for x, y in arrow.points] for arrow in layout.arrows]
    for part in (part for line in lines for part in _parts(line)):
        assert part.left == part.right or part.top == part.bottom
        assert not any(part.meets(card) for card in cards)
    assert not any(_run_together(one, other) for one, other in itertools.combinations(lines, 2))


# --- colours -----------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("pair", PAIRS)
def test_colours_that_stand_on_each_other_can_be_told_apart(pair: tuple[str, str], theme: int) -> None:
    front, back = (PALETTE[name][theme] for name in pair)
    assert contrast(front, back) >= 4.5


def test_the_style_names_no_colour_beside_the_palette() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}|rgb|hsl", DRAWING)
    assert set(re.findall(r"--cp-([a-z-]+)", DRAWING)) <= set(PALETTE)


# --- the patient's own drawing -----------------------------------------------------------------------------------


def test_the_present_step_has_a_frame_and_a_word(drawn: dict[str, Drawing]) -> None:
    for lang, word in (("en", "patient is here"), ("nl", "patiënt is hier")):
        here = drawn[f"better after step 3-{lang}"].groups("cp-here")
        assert [one.attrib["data-step"] for one in here] == ["SP15"]
        assert word in _words_on(here[0])


def test_steps_that_the_patient_may_be_at_are_marked() -> None:
    assessment = assess({**NO_RED_FLAGS, "current_line": "1"}, pathway="spine", at=AT, engine="direct")
    assert assessment.position.step is None
    pathway = load_guideline().pathways["spine"]
    marks = marks_of(pathway, assessment)
    assert {step for step, mark in marks.items() if mark == "possible"} == set(assessment.position.candidates)
    assert "patient may be here" in pathway_svg(pathway, load_guideline(), "en", assessment=assessment)


def test_each_way_from_here_is_open_closed_held_or_undetermined_for_want_of_findings() -> None:
    pathway = load_guideline().pathways["spine"]
    ways = ways_of(pathway, assessed("better after step 3"))
    from_here = {one.id for one in pathway.transitions if one.source == "SP15"}
    assert {name for name, way in ways.items() if way.state != ELSEWHERE} == from_here
    held = ways["SP15>SP1:deescalate"]
    assert (held.state, set(held.waits_for)) == (HELD, {"rf_cauda_equina", "rf_severe_paresis"})
    up = ways["SP15>SP2:escalate"]
    assert up.state == UNDETERMINED
    assert up.waits_for
    assert ways["SP15>SP-IMSR:imsr_assessment"].state == CLOSED


def test_what_stands_in_the_advice_is_open_on_the_drawing() -> None:
    pathway = load_guideline().pathways["spine"]
    for name in PLACED:
        assessment = assessed(name)
        ways = ways_of(pathway, assessment)
        for rec in assessment.recommendations:
            for one in rec.contributions:
                if one.transition is not None:
                    assert ways[one.transition.id].state in {"open", "open_if"}
        steps = {one.target for one in assessment.recommendations if one.target in pathway.steps}
        marks = marks_of(pathway, assessment)
        assert steps <= {step for step, mark in marks.items() if mark in {"here", "advised"}}


def test_a_red_flag_stands_apart_and_says_what_is_advised() -> None:
    guideline = load_guideline()
    assessment = assessed("cauda equina")
    pathway = guideline.pathways["spine"]
    exits = exits_of(pathway, guideline, assessment)
    assert exits["red_flag_exit"].state == "open"
    assert exits["mdo"].state == CLOSED
    svg = pathway_svg(pathway, guideline, "en", assessment=assessment)
    assert "now: emergency, neurologist" in svg
    assert 'class="cp-alarm cp-now"' in svg


def test_an_assessment_of_another_pathway_is_refused() -> None:
    guideline = load_guideline()
    with pytest.raises(ArgumentError, match="neuropathic"):
        pathway_svg(guideline.pathways["neuropathic"], guideline, "en", assessment=assessed("cauda equina"))


def test_another_language_is_refused() -> None:
    guideline = load_guideline()
    with pytest.raises(ArgumentError, match="lang"):
        pathway_svg(guideline.pathways["spine"], guideline, "fr")


# --- text --------------------------------------------------------------------------------------------------------


def test_a_word_that_fits_on_no_line_is_cut_with_a_hyphen() -> None:
    lines = wrapped("wervelkolomchirurgie bij LRS", 60, 11)
    assert all(text_width(line, 11) <= 60 for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == "wervelkolomchirurgiebijLRS"
    assert wrapped("medisch-specialistisch", 90, 11) == ("medisch-", "specialistisch")
    assert wrapped("", 60, 11) == ()
