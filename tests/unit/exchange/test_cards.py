from __future__ import annotations

import json
from typing import Any

import pytest

from carepath import Assessment, EngineDisagreement, Problem, load_guideline
from carepath.content.cards import Cards
from carepath.exchange import cards as cards_module
from carepath.exchange import cds_hooks
from carepath.exchange.card_text import MAX_SUMMARY, short
from carepath.exchange.cds_hooks import respond
from tests.contracts.requests import AT, example, observation, request_of

GUIDELINE = load_guideline()
RED_FLAG: dict[str, object] = {"rf_cauda_equina": True, "wpn_class": 4}


def cards_of(request: Any, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - options of every kind
    found: Any = respond(request, **({"at": AT} | options))
    return list(found["cards"])


def test_without_a_date_one_card_says_so_and_what_is_missing() -> None:
    (card,) = cards_of(request_of(RED_FLAG), at=None)
    assert card["summary"] == "No assessment: the evaluation date was not given"
    assert card["indicator"] == "info"
    assert "red flags neither" in card["detail"]
    assert "Not sent: conditions" in card["detail"]


def test_a_red_flag_comes_first_is_critical_and_stands_alone_but_for_the_overview() -> None:
    first, last = cards_of(request_of(RED_FLAG))
    assert first["indicator"] == "critical"
    assert first["summary"].startswith("Red flag: takes precedence over the pathway - emergency, neurologist")
    assert last["summary"] == "Red flag first: what was set aside, and what was read"


def test_every_red_flag_is_critical_whatever_its_urgency() -> None:
    (card, *_) = cards_of(request_of({"rf_malignancy_suspected": True}))
    assert card["indicator"] == "critical"
    assert "prompt assessment" in card["summary"]


def test_missing_data_give_a_card_that_says_what_to_record_with_draft_tasks() -> None:
    (card,) = cards_of(request_of({}))
    assert card["summary"].startswith("Insufficient information: ")
    assert card["indicator"] == "info"
    safety = card["suggestions"][0]
    tasks = [action["resource"] for action in safety["actions"]]
    assert {task["resourceType"] for task in tasks} == {"Task"}
    assert tasks[0]["code"]["coding"][0]["code"] == "rf_cauda_equina"
    assert safety["label"].endswith(str(len(tasks)))


def test_no_draft_is_ever_active() -> None:
    requests = [example(), request_of({}), request_of(RED_FLAG), request_of({"conflicting_advice": True})]
    drafts = [
        action["resource"]
        for request in requests
        for card in cards_of(request)
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
    ]
    assert {draft["resourceType"] for draft in drafts} == {"ServiceRequest", "Task"}
    assert {(draft["status"], draft["intent"]) for draft in drafts} == {("draft", "proposal")}
    assert all("id" not in draft for draft in drafts)


def test_a_referral_offers_a_draft_request_to_whom_it_names() -> None:
    (card, *_) = cards_of(example())
    (suggestion,) = card["suggestions"]
    resource = suggestion["actions"][0]["resource"]
    assert resource["performerType"]["coding"][0]["code"] == "rehabilitation_physician"
    assert resource["subject"] == {"reference": "Patient/p1"}
    assert resource["instantiatesUri"] == ["urn:carepath:rule:IM-1"]
    assert resource["priority"] == "routine"


def test_the_priority_of_a_draft_follows_the_urgency() -> None:
    for findings, priority in ((RED_FLAG, "stat"), ({"rf_malignancy_suspected": True}, "urgent")):
        (card, *_) = cards_of(request_of(findings))
        assert card["suggestions"][0]["actions"][0]["resource"]["priority"] == priority


def test_what_holds_only_if_something_is_settled_first_says_so_and_offers_no_draft() -> None:
    request = example()
    doubt = {"resource": observation("ongoing_diagnostics_for_pain", value=True)}
    request["prefetch"]["observations"]["entry"].append(doubt)
    (card,) = [card for card in cards_of(request) if card["source"].get("topic", {}).get("code") == "imsr_assessment"]
    assert "(only if settled first)" in card["summary"]
    assert "suggestions" not in card


def test_a_card_says_why_what_is_not_known_conflicts_choices_and_whom_it_advises() -> None:
    detail = cards_of(example())[0]["detail"]
    for part in (
        "*Findings*: ",
        "*Rules*: IM-1",
        "*Still to ask*: ",
        "## Where the sources contradict each other",
        "## Design choices behind this advice",
        "Advice to a professional; the indication is made by the responsible professional.",
        "medical device",
    ):
        assert part in detail


def test_the_overview_says_what_was_read_and_what_was_not_and_why() -> None:
    detail = cards_of(example())[-1]["detail"]
    assert "Used: 29. Not used: 1." in detail
    assert "The code is known and is not used on purpose" in detail


def test_the_source_is_that_of_the_rule_and_links_only_to_what_is_an_address() -> None:
    sources = [card["source"] for card in cards_of(example())]
    assert sources[0]["label"].endswith("[S3-VRA])")
    assert "url" not in sources[0]
    assert sources[1]["url"] == "https://pijnalliantieinnederland.nl/voor-patienten/zorgstandaard/"


def test_the_reasons_for_not_following_a_card_are_coded_and_fit_its_kind() -> None:
    referral, *_, overview = cards_of(example())
    codes = [{reason["code"] for reason in card["overrideReasons"]} for card in (referral, overview)]
    assert "patient_declines" in codes[0] - codes[1]
    assert "cannot_be_known" in codes[1] - codes[0]


def test_a_link_stands_there_only_with_a_base_address_and_names_no_patient() -> None:
    assert all("links" not in card for card in cards_of(example()))
    kept: list[tuple[Assessment, str]] = []
    cards = cards_of(
        example(),
        report_url="https://ehr.example.org/reports/",
        on_assessment=lambda made, call: kept.append((made, call)),
    )
    ((made, call),) = kept
    assert {link["url"] for card in cards for link in card["links"]} == {f"https://ehr.example.org/reports/{call}"}
    assert "p1" not in call
    assert made.at.isoformat() == AT


def test_the_language_is_that_which_was_asked_for() -> None:
    assert cards_of(request_of({}), lang="nl")[0]["summary"].startswith("Onvoldoende gegevens: ")


def test_text_from_a_record_has_no_meaning_in_a_card() -> None:
    written = "<script>alert(1)</script> [x](https://evil.example) www.evil.example **a**"
    request = request_of({"rf_cauda_equina": True})
    request["prefetch"]["observations"]["entry"][0]["resource"]["note"] = [{"text": written}]
    request["prefetch"]["goals"] = observation("pain_nrs_mean_24h", written)
    text = json.dumps(cards_of(request))
    assert "<script" not in text
    assert "evil.example" not in text


# --- errors --------------------------------------------------------------------------------------------------------


def test_engines_that_disagree_give_a_card_and_the_red_flags_that_either_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_: object, **__: object) -> None:
        raise EngineDisagreement([Problem("CP090", "they differ")], red_flags=["RF-1"])

    monkeypatch.setattr(cds_hooks, "assess", disagree)
    made = respond(example(), at=AT)
    first, second = made["cards"]
    assert made["extension"]["carepath.assessment"]["codes"] == ["CP090"]
    assert first["indicator"] == "critical"
    assert "Cauda equina syndrome is suspected" in first["detail"]
    assert second["summary"] == "No assessment: the evaluation failed (CP090)"


# --- content -------------------------------------------------------------------------------------------------------


def test_a_kind_without_a_line_looks_critical_rather_than_quiet() -> None:
    assert Cards((), (), (), {}).indicator("escalate") == "critical"
    assert Cards((), (), (), {}).priority("escalate") is None


def test_every_kind_and_urgency_of_the_content_has_its_indicator() -> None:
    cards = GUIDELINE.cards
    assert cards is not None
    assert {kind: cards.indicator(kind) for kind in GUIDELINE.kinds if cards.indicator(kind) == "critical"} == {
        "red_flag_exit": "critical"
    }
    for urgency in GUIDELINE.vocabulary["urgency"]:
        assert cards.indicator("red_flag_exit", urgency) == "critical"


def test_a_more_urgent_red_flag_has_a_request_of_higher_priority() -> None:
    cards = GUIDELINE.cards
    assert cards is not None
    found = [cards.priority("red_flag_exit", urgency) for urgency in GUIDELINE.vocabulary["urgency"]]
    assert found == ["stat", "asap", "urgent"]


# --- one line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_summary_begins_with_the_whole_kind_however_long_the_rest_is(lang: str) -> None:
    for card in cards_of(example(), lang=lang)[:-1]:
        kind = card["source"]["topic"]
        assert card["summary"].startswith(kind["display"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a short line", "a short line"),
        ("two\nlines", "two lines"),
        ("x" * MAX_SUMMARY, "x" * MAX_SUMMARY),
        ("x" * 200, "x" * (MAX_SUMMARY - 1) + "…"),
        ("word " * 40, "word " * 26 + "word…"),
        ("a" * 130 + " bbbbbbbbbbbb", "a" * 130 + "…"),
        ("a" * 130 + ", bbbbbbbbbbbb", "a" * 130 + "…"),
    ],
)
def test_a_long_line_is_cut_at_a_word(text: str, expected: str) -> None:
    assert short(text) == expected
    assert len(short(text)) <= MAX_SUMMARY


def test_the_ids_of_a_call_are_valid_for_any_text_of_an_instance() -> None:
    assert cards_module.identity("s", "\ud800") != cards_module.identity("s", "?")
