"""What became of a card: accepted, or overridden with a coded reason. Nothing is kept here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.errors import Problem, RequestError, first_problems
from carepath.exchange.request import Json, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FEEDBACK = 500
MAX_COMMENT = 10_000
MAX_CODE = 500

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user did with one card.

    ``outcome`` is ``accepted`` or ``overridden``. ``reason_code`` is a code of the card's ``overrideReasons``, or one
    of the record system's own; ``comment`` is free text of a user and may hold anything.
    """

    card: str
    outcome: str
    at: dt.datetime
    accepted: tuple[str, ...] = ()
    reason_system: str | None = None
    reason_code: str | None = None
    comment: str | None = None

    def __repr__(self) -> str:
        """Without the comment."""
        return f"<Feedback {self.outcome}>"


def read_feedback(body: Json | str | bytes) -> tuple[Feedback, ...]:
    """The feedback in the body of a call, parsed or as JSON text.

    Raises:
        RequestError: it is no feedback as CDS Hooks has it; with every problem, none of which repeats what was sent.
    """
    value = parsed(body)[0] if isinstance(body, str | bytes) else body
    listed = value.get("feedback") if isinstance(value, Mapping) else None
    if not isinstance(listed, list | tuple):
        raise RequestError([Problem("CP100", "the body has no list `feedback`", None, "send {feedback: [...]}")])
    if len(listed) > MAX_FEEDBACK:
        raise RequestError([Problem("CP009", f"more than {MAX_FEEDBACK} items", None, "send them in parts")])
    problems = [problem for number, one in enumerate(listed) for problem in _problems(one, f"feedback[{number}]")]
    if problems:
        raise RequestError(first_problems(problems, None))
    return tuple(_feedback(one) for one in listed)


def _problems(one: object, where: str) -> Iterator[Problem]:
    if not isinstance(one, Mapping):
        yield Problem("CP008", f"{where}: no object", None, "write an object")
        return
    if not _is_id(one.get("card")):
        yield Problem("CP008", f"{where}.card: no UUID", None, "send the `uuid` of the card")
    accepted, outcome = one.get("acceptedSuggestions"), one.get("outcome")
    if outcome not in ("accepted", "overridden"):
        yield Problem("CP008", f"{where}.outcome: neither accepted nor overridden", None, "send one of the two")
    if accepted is not None or outcome == "accepted":
        items = accepted if isinstance(accepted, list | tuple) else ()
        if not items or not all(isinstance(item, Mapping) and _is_id(item.get("id")) for item in items):
            yield Problem("CP008", f"{where}.acceptedSuggestions: no list of UUIDs", None, "send the ids")
    if _moment(one.get("outcomeTimestamp")) is None:
        yield Problem("CP063", f"{where}.outcomeTimestamp: no moment", None, "write 2026-03-02T09:30:00Z")
    if one.get("overrideReason") is not None:
        yield from _reason_problems(one["overrideReason"], f"{where}.overrideReason")


def _reason_problems(given: object, where: str) -> Iterator[Problem]:
    if not isinstance(given, Mapping):
        yield Problem("CP008", f"{where}: no object", None, "write an object")
        return
    reason, comment = given.get("reason"), given.get("userComment")
    if reason is None and comment is None:
        yield Problem("CP007", f"{where}: neither reason nor userComment", None, "send one of the two")
    if reason is not None:
        codes = [reason.get(name) for name in ("code", "system")] if isinstance(reason, Mapping) else [None]
        if not all(isinstance(code, str) and 0 < len(code) <= MAX_CODE for code in codes):
            yield Problem("CP008", f"{where}.reason: no coding", None, "send its code and system")
    if comment is not None and not (isinstance(comment, str) and len(comment) <= MAX_COMMENT):
        yield Problem("CP008", f"{where}.userComment: no text of at most {MAX_COMMENT} characters", None, "shorten it")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _UUID.match(value) is not None


def _moment(value: object) -> dt.datetime | None:
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _feedback(one: Json) -> Feedback:
    """The feedback of an item without problems."""
    given = one.get("overrideReason")
    reason = given.get("reason") if isinstance(given, Mapping) else None
    coding = reason if isinstance(reason, Mapping) else {}
    comment = given.get("userComment") if isinstance(given, Mapping) else None
    accepted = one.get("acceptedSuggestions")
    return Feedback(
        card=str(one["card"]),
        outcome=str(one["outcome"]),
        at=_moment(one["outcomeTimestamp"]) or dt.datetime.min.replace(tzinfo=dt.UTC),
        accepted=tuple(str(item["id"]) for item in accepted) if isinstance(accepted, list | tuple) else (),
        reason_system=str(coding["system"]) if coding else None,
        reason_code=str(coding["code"]) if coding else None,
        comment=comment if isinstance(comment, str) else None,
    )
