import datetime as dt
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from carepath.content.guideline import Guideline
from carepath.content.load import load_guideline
from carepath.errors import ArgumentError, ContentError
from carepath.testing.coverage import Coverage, CoverageCounter, coverage, read_unreachable
from carepath.testing.coverage_points import points_of
from carepath.testing.runner import run_scenario
from carepath.testing.scenario import scenarios_of
from carepath.testing.thresholds import thresholds_of
from carepath.yaml_reader import read_text

BASE = Path(__file__).resolve().parents[2] / "broken" / "base"
AT = dt.date(2026, 3, 2)
#: A small guideline with what the small one lacks: days since, a limit inside a list, an operator of each kind.
MORE_RULES = """\
  - id: T-1
    text: {en: "Judge.", nl: "Beoordeel."}
    when:
      any:
        - days since end_date <= window
        - start_total > two_classes
        - start_distress != two_classes
    recommend: [{kind: clinician_judgement, topic: step_too_burdensome}]
    grounds: [{kind: design_choice}]
  - id: T-2
    text: {en: "Judge.", nl: "Beoordeel."}
    when: {some: {of: drugs, where: weeks >= long_trial}}
    until: 2026-06-30
    recommend: [{kind: mdo, level: regional}]
    grounds: [{kind: design_choice}]
  - id: T-3
    text: {en: "Sources differ.", nl: "Bronnen verschillen."}
    when: {any: [days since end_date >= window, start_distress >= none_at_all]}
    recommend: [{kind: guideline_conflict, topic: imaging}]
    grounds: [{kind: design_choice}]
  - id: T-4
    text: {en: "A note.", nl: "Een opmerking."}
    from: 2024-01-01
    when: 'true'
    recommend: [{kind: note}]
    grounds: [{kind: design_choice}]
"""
MORE_WAY = """\
  - {from: B2, to: B1, kind: deescalate, rules: [D-1], when: complex_patient, grounds: [{kind: design_choice}]}
"""
MORE_PARAMETERS = """\
  none_at_all:
    text: {en: "none", nl: "geen"}
    values: [{from: null, value: 0}]
    grounds: [{kind: design_choice}]
  window:
    text: {en: "window", nl: "termijn"}
    unit: d
    values: [{from: null, value: 30}]
    grounds: [{kind: design_choice}]
  long_trial:
    text: {en: "long trial", nl: "lange proef"}
    values: [{from: null, value: 6}]
    grounds: [{kind: design_choice}]
"""


#: What the small guideline lacks to give advice.
KINDS = """\
  insufficient_information: {text: {en: "Not known", nl: "Niet bekend"}, fields: [missing]}
  note: {text: {en: "Note", nl: "Opmerking"}, fields: []}
"""
TAGS = """\
  tag:
    source: {en: "source", nl: "bron"}
    inferred: {en: "inferred", nl: "afgeleid"}
    design_choice: {en: "design choice", nl: "ontwerpkeuze"}
    unverified: {en: "unverified", nl: "niet nagezocht"}
"""


WAITS = """\
  - id: RS-MISSING
    operation: suspends_while_missing
    text: {en: "Waits.", nl: "Wacht."}
    grounds: [{kind: design_choice}]
"""


def small(folder: Path) -> Path:
    """The small guideline, with the kinds and words that it needs to give advice."""
    shutil.copytree(BASE, folder)
    (folder / "rules" / "cards.yaml").unlink()  # it says how the kinds of the base look, and there are more here
    outputs = folder / "rules" / "outputs.yaml"
    text = outputs.read_text(encoding="utf-8").replace("vocabulary:\n", f"{KINDS}vocabulary:\n{TAGS}")
    referral = "fields: [target, group, measurements]"
    assert referral in text
    text = text.replace(referral, "fields: [target, group, measurements, entitlement, under_review]")
    outputs.write_text(text, encoding="utf-8")
    resolve = folder / "rules" / "resolve.yaml"
    resolve.write_text(resolve.read_text(encoding="utf-8") + WAITS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Guideline:
    return load_guideline(small(tmp_path_factory.mktemp("base") / "guideline"))


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Guideline:
    folder = small(tmp_path_factory.mktemp("more") / "guideline")
    for name, text in (("base", MORE_RULES), ("parameters", MORE_PARAMETERS)):
        path = folder / "rules" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    pathway = folder / "pathways" / "base.yaml"
    pathway.write_text(pathway.read_text(encoding="utf-8") + MORE_WAY, encoding="utf-8")
    listed = folder / "rules" / "coverage.yaml"
    lines = "".join(f'  {name}: {{encoded: "rules/base.yaml"}}\n' for name in ("T-1", "T-2", "T-3", "T-4"))
    listed.write_text(listed.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return load_guideline(folder)


Measured = Callable[..., set[str]]


def measured(guideline: Guideline, *texts: str) -> Coverage:
    scenarios = [one for text in texts for one in scenarios_of(read_text(text), guideline)]
    return coverage(guideline, scenarios)


def exercised(guideline: Guideline, *texts: str) -> set[str]:
    found = measured(guideline, *texts)
    assert found.left_out == 0, "a scenario of the test did not come out as expected"
    return {point.key for point in found.exercised}


def scenario(patient: str, *, must: Sequence[str] = (), must_not: Sequence[str] = (), at: dt.date = AT) -> str:
    expect = f"must: [{', '.join(must)}], must_not: [{', '.join(must_not)}]"
    return f"- scenario: a test\n  pathway: base\n  at: {at}\n  patient: {{{patient}}}\n  expect: {{{expect}}}\n"


NOTHING = "{kind: mdo}"
JUDGEMENT = "{kind: clinician_judgement, topic: step_too_burdensome}"
UP = "age_years: 40, pain_months: 8, care_insufficient: true, wpn_class: 3, fear: none"


# --- what there is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["scenarios", None, [1], ["a.yaml"]])
def test_what_are_no_scenarios_is_refused(base: Guideline, given: Any) -> None:  # noqa: ANN401 - anything may be given
    with pytest.raises(ArgumentError, match=r"scenarios: .* give a list of Scenario|scenarios:(.|\n)*Scenario"):
        coverage(base, given)


def test_without_scenarios_every_point_is_missing(base: Guideline) -> None:
    found = coverage(base, [])
    assert found.exercised == ()
    assert found.percent == 0
    assert len(found.missing) == len(points_of(base)) > 70


def test_each_point_has_a_name_of_its_own_and_a_place(more: Guideline) -> None:
    points = points_of(more)
    assert len({point.key for point in points}) == len(points)
    assert all(point.place is not None for point in points)


def test_what_is_missing_names_the_rule_its_place_and_what_a_scenario_needs(base: Guideline) -> None:
    sentences = coverage(base, []).sentences()
    needed = "rules/base.yaml:3: rule RF-1: applies. Needed: a patient for whom `rf_paresis` is true."
    assert needed in sentences


def test_a_verdict_that_no_patient_can_have_is_no_point(base: Guideline) -> None:
    sides = {point.side for point in points_of(base) if point.subject == "rule GC-1"}
    assert sides == {"applies", "undetermined"}


def test_a_rule_that_only_a_date_decides_is_never_undetermined(more: Guideline) -> None:
    sides = {point.side for point in points_of(more) if point.subject == "rule T-4"}
    assert sides == {"applies", "does not apply"}


def test_a_side_that_no_value_is_on_is_no_point(more: Guideline) -> None:
    sides = [one.sides for one in thresholds_of(more) if "none_at_all" in one.subject]
    assert sides == [("on",)]


def test_sides_are_those_that_the_operator_tells_apart(more: Guideline) -> None:
    sides = {str(one.leaf.op): one.sides for one in thresholds_of(more) if one.holder == "rule T-1"}
    assert sides == {"<=": ("on", "over"), ">": ("on", "over"), "!=": ("under", "on", "over")}


def test_classes_are_no_thresholds(base: Guideline) -> None:
    assert not any("wpn_class" in one.subject for one in thresholds_of(base))


# --- verdicts -----------------------------------------------------------------------------------------------------


def test_each_verdict_is_exercised_by_a_patient_that_has_it(base: Guideline) -> None:
    red = "{kind: red_flag_exit}"
    assert "rule RF-1: applies" in exercised(base, scenario("rf_paresis: true", must=[red]))
    assert "rule RF-1: does not apply" in exercised(base, scenario("rf_paresis: false", must_not=[red]))
    assert "rule RF-1: undetermined" in exercised(base, scenario("age_years: 40", must_not=[red]))


def test_an_output_with_a_condition_of_its_own_has_verdicts_of_its_own(base: Guideline) -> None:
    found = exercised(base, scenario("fear: high, age_years: 40", must=[JUDGEMENT]))
    assert "rule J-1, output 1 (clinician_judgement step_too_burdensome): applies" in found
    assert "rule J-1, output 2 (clinician_judgement drug_choice): does not apply" in found


def test_a_scenario_that_does_not_come_out_as_expected_exercises_nothing(base: Guideline) -> None:
    found = measured(base, scenario("rf_paresis: true", must=[NOTHING]))
    assert found.exercised == ()
    assert (found.scenarios, found.left_out) == (0, 1)
    assert "1 scenario that did not come out as expected" in found.text()


# --- sides of thresholds ------------------------------------------------------------------------------------------

ADULT = "`age_years >= adult_age` of term adult"


def test_a_side_counts_only_when_an_expectation_depends_on_it(base: Guideline) -> None:
    without = measured(base, scenario("age_years: 18, fear: high", must=[JUDGEMENT]))
    assert f"{ADULT}: on" in without.on_the_way
    assert any("no expectation depends on it" in text for text in without.sentences() if f"{ADULT}: on" in text)
    referral = "{kind: matched_care_referral}"
    patient = "age_years: {}, wpn_class: 4"
    assert f"{ADULT}: on" in exercised(base, scenario(patient.format(18), must=[referral]))
    assert f"{ADULT}: under" in exercised(base, scenario(patient.format(17), must_not=[referral]))


def test_further_than_the_limit_is_not_on_it(base: Guideline) -> None:
    found = exercised(base, scenario("age_years: 40, wpn_class: 4", must=["{kind: matched_care_referral}"]))
    assert not any(key.startswith(ADULT) for key in found)


def test_a_count_and_a_trend_have_sides(base: Guideline) -> None:
    drugs = "drugs: [{{class: TCA, tolerated: true}}, {{class: SNRI, tolerated: {}}}]"
    here = "current_node: B1, rf_paresis: false, fear: none, wpn_class: 1"
    up = "{kind: escalate}"
    count = "`count of distinct class in drugs where tolerated >= two_classes` of rule E-2"
    assert f"{count}: on" in exercised(base, scenario(f"{here}, {drugs.format('true')}", must=[up]))
    assert f"{count}: under" in exercised(base, scenario(f"{here}, {drugs.format('false')}", must_not=[up]))
    unknown = f"{here}, drugs: [{{class: TCA}}, {{class: SNRI}}]"
    assert not any(key.startswith(count) for key in exercised(base, scenario(unknown, must_not=[up])))
    series = "rmdq_total: [{{value: 15, date: 2026-01-01}}, {{value: {}, date: 2026-03-01}}], agrees_to_step_down: true"
    trend = "`improvement of rmdq_total since step start >= mic_rmdq` of rule D-1"
    down = "{kind: deescalate}"
    assert f"{trend}: on" in exercised(base, scenario(f"{here}, {series.format(10)}", must=[down]))
    assert f"{trend}: under" in exercised(base, scenario(f"{here}, {series.format(11)}", must_not=[down]))


def test_days_since_a_date_have_sides(more: Guideline) -> None:
    window = "`days since end_date <= window` of rule T-1"
    rest = "start_total: 2, start_distress: 2"
    ago = {days: AT - dt.timedelta(days=days) for days in (30, 31)}
    assert f"{window}: on" in exercised(more, scenario(f"end_date: {ago[30]}", must=[JUDGEMENT]))
    assert f"{window}: over" in exercised(more, scenario(f"end_date: {ago[31]}, {rest}", must_not=[JUDGEMENT]))


def test_a_date_that_is_still_to_come_is_on_no_side(more: Guideline) -> None:
    under = "`days since end_date >= window` of rule T-3: under"
    dates = {days: AT - dt.timedelta(days=days) for days in (29, -1)}
    conflict = "{kind: guideline_conflict}"
    assert under in exercised(more, scenario(f"end_date: {dates[29]}", must_not=[conflict]))
    assert under not in exercised(more, scenario(f"end_date: {dates[-1]}", must_not=[conflict]))


def test_a_limit_inside_a_list_has_sides(more: Guideline) -> None:
    weeks = "`weeks >= long_trial` in the items of drugs of rule T-2"
    meeting = "{kind: mdo, level: regional}"
    assert f"{weeks}: on" in exercised(more, scenario("drugs: [{weeks: 6}]", must=[meeting]))
    assert f"{weeks}: under" in exercised(more, scenario("drugs: [{weeks: 5}]", must_not=[meeting]))


# --- transitions --------------------------------------------------------------------------------------------------


def test_a_transition_is_opened_by_a_recommendation_that_stands_and_is_expected(base: Guideline) -> None:
    way = "transition B0>B1:escalate"
    patient = f"current_node: B0, rf_paresis: false, {UP}"
    opened = exercised(base, scenario(patient, must=["{kind: escalate, target: B1}"]))
    assert f"{way}: opened by E-1" in opened
    assert not {f"{way}: not opened", f"{way}: undetermined"} & opened
    assert f"{way}: opened by E-1" not in exercised(base, scenario(patient, must_not=[NOTHING]))
    unscreened = scenario(f"current_node: B0, {UP}", must_not=["{kind: escalate}"])
    assert f"{way}: opened by E-1" not in exercised(base, unscreened)


def test_a_transition_is_closed_or_undetermined_where_the_patient_stands(base: Guideline) -> None:
    way = "transition B0>B1:escalate"
    closed = scenario("current_node: B0, care_insufficient: false", must_not=["{kind: escalate}"])
    unknown = scenario("current_node: B0", must_not=["{kind: escalate}"])
    assert f"{way}: not opened" in exercised(base, closed)
    assert f"{way}: undetermined" in exercised(base, unknown)
    assert not any(key.startswith("transition B1>") for key in exercised(base, closed, unknown))


def test_what_closes_a_transition_counts_while_a_rule_would_open_it(base: Guideline) -> None:
    way = "transition B1>B2:escalate"
    unknown = scenario(f"current_node: B1, {UP}", must_not=["{kind: escalate}"])
    closed = scenario(f"current_node: B1, rf_paresis: true, {UP}", must=["{kind: red_flag_exit}"])
    assert f"{way}: `unless` undetermined" in exercised(base, unknown)
    assert {f"{way}: `unless` applies", f"{way}: not opened"} <= exercised(base, closed)


def test_a_rule_that_opens_two_ways_opens_the_one_that_is_given(more: Guideline) -> None:
    series = "rmdq_total: [{value: 15, date: 2026-01-01}, {value: 5, date: 2026-03-01}], agrees_to_step_down: true"
    patient = f"current_node: B2, rf_paresis: false, wpn_class: 1, {series}"
    found = exercised(more, scenario(patient, must=["{kind: deescalate, target: B-AFT}"]))
    assert "transition B2>B-AFT:deescalate: opened by D-1" in found
    assert "transition B2>B1:deescalate: opened by D-1" not in found
    assert "transition B2>B1:deescalate: `when` does not apply" in found


def test_what_closes_a_transition_counts_for_nothing_while_no_rule_would_open_it(base: Guideline) -> None:
    patient = "current_node: B1, care_insufficient: false, drugs: [], wpn_class: 1"
    found = exercised(base, scenario(patient, must_not=["{kind: escalate}"]))
    assert "transition B1>B2:escalate: not opened" in found
    assert "transition B1>B2:escalate: `unless` undetermined" not in found


def test_a_way_back_is_opened_by_any_output_of_its_rule(base: Guideline) -> None:
    way = "transition B-AFT>B1:re_entry"
    patient = "current_node: B-AFT, rf_paresis: false, fear: high, wpn_class: {}"
    assert f"{way}: opened by J-1" in exercised(base, scenario(patient.format(4), must=[JUDGEMENT]))
    assert f"{way}: `when` does not apply" in exercised(base, scenario(patient.format(1), must=[JUDGEMENT]))


# --- dates --------------------------------------------------------------------------------------------------------


def test_the_day_from_which_a_rule_is_in_force_has_sides(base: Guideline) -> None:
    day = "`evaluation_date >= 2024-01-01` of rule E-2"
    patient = (
        "current_node: B1, rf_paresis: false, drugs: [{class: TCA, tolerated: true}, {class: SNRI, tolerated: true}]"
    )
    on, before = dt.date(2024, 1, 1), dt.date(2023, 12, 31)
    assert f"{day}: on" in exercised(base, scenario(patient, must=["{kind: escalate}"], at=on))
    assert f"{day}: under" in exercised(base, scenario(patient, must_not=["{kind: escalate}"], at=before))


def test_the_last_day_of_a_rule_has_sides(more: Guideline) -> None:
    day = "`evaluation_date <= 2026-06-30` of rule T-2"
    patient, meeting = "drugs: [{weeks: 7}]", "{kind: mdo}"
    assert f"{day}: on" in exercised(more, scenario(patient, must=[meeting], at=dt.date(2026, 6, 30)))
    assert f"{day}: over" in exercised(more, scenario(patient, must_not=[meeting], at=dt.date(2026, 7, 1)))


def test_a_dated_value_counts_where_an_expectation_depends_on_it(base: Guideline) -> None:
    dated = "review_weeks from 2025-01-01"
    patient = f"current_node: B0, rf_paresis: false, {UP}"
    day = dt.date(2025, 1, 1)
    for at, weeks, side in ((day, 6, "on the day"), (day - dt.timedelta(days=1), 8, "before")):
        expected = scenario(patient, must=[f"{{kind: escalate, review: {weeks} wk}}"], at=at)
        assert f"{dated}: {side}" in exercised(base, expected)
        other = scenario(patient, must=["{kind: escalate}"], at=at)
        assert f"{dated}: {side}" not in exercised(base, other)


def test_entitlement_counts_where_it_is_expected(base: Guideline) -> None:
    dated = "entitlement of matched_care from 2026-01-23"
    patient = "age_years: 40, wpn_class: 4"
    day = dt.date(2026, 1, 23)
    for at, value, side in ((day, "entitled", "on the day"), (day - dt.timedelta(days=1), "not_assessed", "before")):
        expected = f"{{kind: matched_care_referral, entitlement: {value}}}"
        assert f"{dated}: {side}" in exercised(base, scenario(patient, must=[expected], at=at))
        other = scenario(patient, must=["{kind: matched_care_referral}"], at=at)
        assert f"{dated}: {side}" not in exercised(base, other)


def test_a_currency_counts_on_its_last_day_and_a_day_later(base: Guideline) -> None:
    missing = "{kind: insufficient_information, missing: [rf_paresis]}"
    here = f"current_node: B0, {UP}"
    for days, side, must, must_not in (
        (42, "on the last day", ["{kind: escalate}"], []),
        (43, "a day later or more", [], ["{kind: escalate}"]),
    ):
        date = AT - dt.timedelta(days=days)
        text = scenario(
            f"{here}, rf_paresis: {{value: false, date: {date}}}", must=must, must_not=must_not or [missing]
        )
        assert f"currency of rf_paresis: {side}" in exercised(base, text)


def test_a_red_flag_that_holds_does_not_age(base: Guideline) -> None:
    date = AT - dt.timedelta(days=42)
    text = scenario(f"rf_paresis: {{value: true, date: {date}}}", must=["{kind: red_flag_exit}"])
    found = measured(base, text)
    assert found.scenarios == 1
    key = "currency of rf_paresis: on the last day"
    assert key in {point.key for point in found.missing}
    assert key not in found.on_the_way


# --- what comes out -----------------------------------------------------------------------------------------------


def test_the_counts_by_file_add_up(base: Guideline) -> None:
    found = measured(base, scenario("rf_paresis: true", must=["{kind: red_flag_exit}"]))
    assert sum(one.points for one in found.files) == found.points
    assert sum(one.exercised for one in found.files) == len(found.exercised) > 0
    assert found.text().splitlines()[-1] == found.total()


def test_each_rule_is_named_with_the_verdicts_that_were_exercised(base: Guideline) -> None:
    found = measured(base, scenario("rf_paresis: true", must=["{kind: red_flag_exit}"]))
    assert set(found.rules) == set(base.rules)
    assert found.rules["RF-1"] == ("applies",)
    assert found.rules["GC-1"] == ("undetermined",)
    assert coverage(base, []).rules["RF-1"] == ()


def test_a_share_is_rounded_down_never_up_to_100(base: Guideline) -> None:
    points = points_of(base)
    almost = Coverage("base", 1, 0, points * 100, points[:1])
    assert almost.percent > 99.95
    assert "99.9 %" in almost.total()
    assert almost.is_under(100)
    assert not Coverage("base", 1, 0, points, ()).is_under(100)


def test_it_goes_to_json(base: Guideline) -> None:
    found = measured(base, scenario("rf_paresis: true", must=["{kind: red_flag_exit}"]))
    data = json.loads(json.dumps(found.to_dict()))
    assert data["schema"] == "carepath.coverage/1"
    assert data["points"] == data["exercised"] + len(data["missing"])
    first = data["missing"][0]
    assert set(first) == {"kind", "subject", "side", "need", "place", "on_the_way"}


def test_counters_add_up_to_one(base: Guideline) -> None:
    texts = [scenario("rf_paresis: true", must=["{kind: red_flag_exit}"]), scenario("fear: high", must=[JUDGEMENT])]
    scenarios = [one for text in texts for one in scenarios_of(read_text(text), base)]
    counters = [CoverageCounter(base) for _ in scenarios]
    for counter, one in zip(counters, scenarios, strict=True):
        counter.add(run_scenario(one, base, engine="direct"))
    whole = CoverageCounter(base)
    for counter in counters:
        whole.add_tally(counter.tally())
    assert whole.coverage() == coverage(base, scenarios)


def test_the_order_of_the_scenarios_does_not_matter(base: Guideline) -> None:
    texts = [scenario("rf_paresis: true", must=["{kind: red_flag_exit}"]), scenario("fear: high", must=[JUDGEMENT])]
    scenarios = [one for text in texts for one in scenarios_of(read_text(text), base)]
    assert coverage(base, scenarios) == coverage(base, scenarios[::-1])


# --- the list of what is out of reach -------------------------------------------------------------------------------


def test_a_listed_point_is_not_counted_and_stays_visible(base: Guideline) -> None:
    listed = {"rule RF-1: applies": "no patient has it"}
    found = coverage(base, [], unreachable=listed)
    assert found.points == len(points_of(base)) - 1
    assert "rule RF-1: applies. Reason: no patient has it" in found.text()


def test_a_listed_point_that_is_exercised_makes_the_list_wrong(base: Guideline) -> None:
    scenarios = scenarios_of(read_text(scenario("rf_paresis: true", must=["{kind: red_flag_exit}"])), base)
    found = coverage(base, scenarios, unreachable={"rule RF-1: applies": "no patient has it"})
    assert [point.key for point in found.reached] == ["rule RF-1: applies"]
    assert found.is_under(0)
    assert "listed as out of reach, but exercised" in found.text()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("- {point: 'rule RF-9: applies', reason: it}", "CP093", "no point"),
        ("- {point: 'rule RF-1: applies'}", "CP007", "'reason' is missing"),
        ("- {point: 'rule RF-1: applies', reason: it, why: it}", "CP006", "'why'"),
        ("- {point: 3, reason: it}", "CP008", "point is a text"),
        ("- rule RF-1", "CP008", "an entry is a mapping"),
        ("- {point: 'rule RF-1: applies', reason: a}\n- {point: 'rule RF-1: applies', reason: b}", "CP030", "twice"),
    ],
)
def test_a_list_with_a_fault_is_refused(base: Guideline, tmp_path: Path, text: str, code: str, words: str) -> None:
    path = tmp_path / "unreachable.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_unreachable(path, base)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message
    assert problem.place is not None
