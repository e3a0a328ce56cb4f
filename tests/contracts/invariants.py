"""What CDS Hooks 2.0 and 3.0 demand of discovery, of a response and of feedback, restated as checks.

Named after the section or the invariant of the specification (cds-resp-1 to cds-resp-7, cds-fb-1 to cds-fb-3).
"""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

INDICATORS = {"info", "warning", "critical"}
ACTIONS = {"create", "update", "delete"}
BEHAVIOURS = {"at-most-one", "any"}
SERVICE = {"hook", "title", "description", "id", "prefetch", "usageRequirements", "version", "hookVersion", "extension"}
CARD = {
    "uuid",
    "summary",
    "detail",
    "indicator",
    "source",
    "suggestions",
    "selectionBehavior",
    "overrideReasons",
    "links",
    "extension",
}
#: Reads by id, or searches with widely supported parameters; tokens name fields of the context.
TEMPLATE = re.compile(
    r"(?P<type>[A-Z][A-Za-z]+)(?:/\{\{context\.\w+\}\}|\?[A-Za-z_-]+=(?:\{\{context\.\w+\}\}|[^{}&=]+)"
    r"(?:&[A-Za-z_-]+=(?:\{\{context\.\w+\}\}|[^{}&=]+))*)\Z"
)


def check_discovery(found: Any) -> None:  # noqa: ANN401 - any JSON may have come
    assert set(found) <= {"services", "extension"}
    seen = set()
    for service in found["services"]:
        check_no_empty_values(service)
        assert set(service) <= SERVICE
        for name in ("hook", "id", "description"):
            assert_text(service[name])
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)+", service["hook"]), "a hook is a noun and a verb"
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", service["id"]), "the id is a segment of an address"
        assert (service["id"], service["hook"]) not in seen, "one id stands once for each hook"
        seen.add((service["id"], service["hook"]))
        assert re.fullmatch(r"\d+\.\d+\.\d+", service["version"])
        assert re.fullmatch(r"\d+\.\d+(?:\.\d+)?", service["hookVersion"])
        for key, template in service.get("prefetch", {}).items():
            assert_text(key)
            assert TEMPLATE.match(template), template


def check_response(found: Any) -> None:  # noqa: ANN401 - any JSON may have come
    assert set(found) <= {"cards", "systemActions", "extension"}
    assert isinstance(found["cards"], list)
    assert isinstance(found.get("extension", {}), dict)
    ids = [card["uuid"] for card in found["cards"] if "uuid" in card]
    ids += [one["uuid"] for card in found["cards"] for one in card.get("suggestions", ()) if "uuid" in one]
    assert len(ids) == len(set(ids)), "an id names one card or suggestion"
    for card in found["cards"]:
        check_card(card)


def check_card(card: dict[str, Any]) -> None:
    check_no_empty_values(card)
    assert set(card) <= CARD
    uuid.UUID(card["uuid"])
    assert_text(card["summary"])
    assert len(card["summary"]) < 140
    assert "\n" not in card["summary"]
    assert card["indicator"] in INDICATORS
    assert_text(card["detail"])
    assert "<" not in card["detail"].replace("\\<", ""), "no HTML in Markdown"
    check_source(card["source"])
    suggestions = card.get("suggestions", [])
    assert ("selectionBehavior" in card) or not suggestions, "cds-resp-6"
    if suggestions:
        assert card["selectionBehavior"] in BEHAVIOURS
    if card.get("selectionBehavior") == "at-most-one":
        assert sum(bool(one.get("isRecommended")) for one in suggestions) <= 1, "cds-resp-1"
    for suggestion in suggestions:
        check_suggestion(suggestion)
    for reason in card.get("overrideReasons", []):
        assert_coding(reason)
        assert_text(reason["display"])  # cds-resp-4
    for link in card.get("links", []):
        assert set(link) <= {"label", "url", "type", "appContext", "autolaunchable"}
        assert_text(link["label"])
        assert_address(link["url"])
        assert link["type"] in {"absolute", "smart"}
        assert "appContext" not in link or link["type"] == "smart", "cds-resp-3"


def check_source(source: dict[str, Any]) -> None:
    assert set(source) <= {"label", "url", "icon", "topic"}
    assert_text(source["label"])
    if "url" in source:
        assert_address(source["url"])
    if "topic" in source:
        assert_coding(source["topic"])


def check_suggestion(suggestion: dict[str, Any]) -> None:
    assert set(suggestion) <= {"label", "uuid", "isRecommended", "actions", "actionSelectionBehavior"}
    assert_text(suggestion["label"])
    uuid.UUID(suggestion["uuid"])
    assert suggestion.get("actionSelectionBehavior", "all") in {"all", "any", "at-most-one"}, "cds-resp-7"
    for action in suggestion.get("actions", []):
        assert set(action) <= {"type", "description", "resource", "resourceId"}
        assert action["type"] in ACTIONS
        assert_text(action["description"])  # cds-resp-5
        if action["type"] == "delete":
            assert "resourceId" in action, "cds-resp-2"
            assert "resource" not in action, "cds-resp-2"
        else:
            assert_text(action["resource"]["resourceType"])


def check_feedback(found: Any) -> None:  # noqa: ANN401 - any JSON may have come
    assert set(found) == {"feedback"}
    for one in found["feedback"]:
        uuid.UUID(one["card"])
        assert one["outcome"] in {"accepted", "overridden"}, "cds-fb-1"
        assert one["outcome"] != "accepted" or one["acceptedSuggestions"], "cds-fb-2"
        reason = one.get("overrideReason", {"userComment": "-"})
        assert {"reason", "userComment"} & set(reason), "cds-fb-3"
        assert one["outcomeTimestamp"]


def check_no_empty_values(value: object, path: str = "$") -> None:
    """No null and nothing empty, but where the specification says so."""
    assert value is not None, path
    assert value not in ("", [], {}), path
    if isinstance(value, dict):
        for key, inner in value.items():
            check_no_empty_values(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            check_no_empty_values(inner, f"{path}[{index}]")


def assert_text(value: object) -> None:
    assert isinstance(value, str)
    assert value.strip()


def assert_coding(value: dict[str, Any]) -> None:
    assert set(value) <= {"code", "system", "display"}
    assert_text(value["code"])
    assert_text(value["system"])


def assert_address(value: str) -> None:
    parts = urlsplit(value)
    assert parts.scheme in {"https", "http"}
    assert parts.hostname
    assert " " not in value
