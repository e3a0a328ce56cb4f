from __future__ import annotations

import json
from typing import Any

import pytest

from carepath import RequestError
from carepath.exchange.feedback import MAX_COMMENT, MAX_FEEDBACK, read_feedback
from tests.contracts import invariants

CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
PRIVATE = "Jansen-1976"
ACCEPTED = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
    "outcomeTimestamp": "2026-03-02T10:05:31.5+01:00",
}
OVERRIDDEN = {
    "card": CARD,
    "outcome": "overridden",
    "overrideReason": {
        "reason": {"system": "urn:carepath:override-reason", "code": "patient_declines"},
        "userComment": PRIVATE,
    },
    "outcomeTimestamp": "2026-03-02T09:05:31Z",
}


def test_feedback_is_read_with_its_reason_its_comment_and_its_moment_in_utc() -> None:
    sent = {"feedback": [ACCEPTED, OVERRIDDEN]}
    invariants.check_feedback(sent)
    for body in (sent, json.dumps(sent), json.dumps(sent).encode()):
        accepted, overridden = read_feedback(body)
        assert accepted.accepted == ("e56e1945-20b3-4393-8503-a1a20fd73152",)
        assert accepted.at.isoformat() == "2026-03-02T09:05:31.500000+00:00"
        assert (overridden.reason_code, overridden.comment) == ("patient_declines", PRIVATE)
        assert PRIVATE not in repr(overridden)


def test_no_feedback_is_feedback_too() -> None:
    assert read_feedback({"feedback": []}) == ()


def changed(**fields: object) -> dict[str, Any]:
    found = {**OVERRIDDEN, **fields}
    return {"feedback": [{name: value for name, value in found.items() if value is not None}]}


#: What is sent, and words of the problem.
FAULTY: list[tuple[Any, str]] = [
    ([], "no list"),
    ({}, "no list"),
    ({"feedback": {}}, "no list"),
    ("{", "not well-formed"),
    ({"feedback": [OVERRIDDEN] * (MAX_FEEDBACK + 1)}, "more than"),
    ({"feedback": [PRIVATE]}, "no object"),
    (changed(card=PRIVATE), "card: no UUID"),
    (changed(outcome=PRIVATE), "neither accepted nor overridden"),
    (changed(outcome="accepted"), "acceptedSuggestions"),
    (changed(outcome="accepted", acceptedSuggestions=[]), "acceptedSuggestions"),
    (changed(acceptedSuggestions=[{"id": PRIVATE}]), "acceptedSuggestions"),
    (changed(outcomeTimestamp="yesterday"), "no moment"),
    (changed(outcomeTimestamp="2026-03-02"), "no moment"),
    (changed(outcomeTimestamp="2026-13-02T09:05:31Z"), "no moment"),
    (changed(outcomeTimestamp="0001-01-01T00:00:00+23:59"), "no moment"),
    (changed(outcomeTimestamp=None), "no moment"),
    (changed(overrideReason=PRIVATE), "overrideReason: no object"),
    (changed(overrideReason={}), "neither reason nor userComment"),
    (changed(overrideReason={"reason": PRIVATE}), "no coding"),
    (changed(overrideReason={"reason": {"code": PRIVATE}}), "no coding"),
    (changed(overrideReason={"userComment": "x" * (MAX_COMMENT + 1)}), "no text of at most"),
]


@pytest.mark.parametrize(("sent", "words"), FAULTY, ids=range(len(FAULTY)))
def test_what_is_no_feedback_is_refused_without_a_word_of_it(sent: object, words: str) -> None:
    with pytest.raises(RequestError, match=words) as caught:
        read_feedback(sent)  # type: ignore[arg-type]
    assert PRIVATE not in str(caught.value)
