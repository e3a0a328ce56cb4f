"""How an assessment becomes cards: how urgent a card looks, its drafts, the reasons for not following it, prefetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from carepath.content import models
from carepath.content.build import grounds, text
from carepath.content.rules import RED_FLAG
from carepath.errors import Place, Problem, nearest
from carepath.yaml_reader import place_at

if TYPE_CHECKING:
    from carepath.content.files import ContentFile
    from carepath.content.guideline import Ground, Guideline, Text

CRITICAL = "critical"
#: The priorities of FHIR R4 (request-priority), the lowest first.
PRIORITIES = ("routine", "urgent", "asap", "stat")


class _Selects(Protocol):
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def urgencies(self) -> tuple[str, ...]: ...


_Line = TypeVar("_Line", bound=_Selects)


@dataclass(frozen=True, slots=True)
class CardIndicator:
    """How urgent the card of a recommendation looks: ``info``, ``warning`` or ``critical``."""

    kinds: tuple[str, ...]
    urgencies: tuple[str, ...]
    indicator: str
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """Recommendations for which the draft of a request is offered, and its priority in FHIR."""

    kinds: tuple[str, ...]
    urgencies: tuple[str, ...]
    priority: str
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """A reason for not following a card; without kinds it stands on every card."""

    id: str
    text: Text
    kinds: tuple[str, ...]
    grounds: tuple[Ground, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Cards:
    """What content says about cards."""

    indicators: tuple[CardIndicator, ...]
    requests: tuple[DraftRequest, ...]
    override_reasons: tuple[OverrideReason, ...]
    prefetch: Mapping[str, str]

    def indicator(self, kind: str, urgency: str | None = None) -> str:
        """How urgent the card of a recommendation looks."""
        line = _first(self.indicators, kind, urgency)
        return line.indicator if line is not None else CRITICAL

    def priority(self, kind: str, urgency: str | None = None) -> str | None:
        """The priority of a draft request; None where no draft is offered."""
        line = _first(self.requests, kind, urgency)
        return line.priority if line is not None else None

    def reasons(self, kind: str) -> tuple[OverrideReason, ...]:
        """The reasons that stand on the card of a recommendation."""
        return tuple(one for one in self.override_reasons if not one.kinds or kind in one.kinds)


def _first(lines: tuple[_Line, ...], kind: str, urgency: str | None) -> _Line | None:
    fits = (one for one in lines if kind in one.kinds and (not one.urgencies or urgency in one.urgencies))
    return next(fits, None)


def read_cards(file: ContentFile | None) -> Cards | None:
    """What the file says; None where there is none."""
    if file is None or not isinstance(file.form, models.CardsFile):
        return None
    form, node = file.form, file.node
    return Cards(
        tuple(
            CardIndicator(
                tuple(one.kinds),
                tuple(one.urgencies),
                one.indicator,
                grounds(one.grounds),
                place_at(node, ("indicators", index)),
            )
            for index, one in enumerate(form.indicators)
        ),
        tuple(
            DraftRequest(
                tuple(one.kinds),
                tuple(one.urgencies),
                one.priority,
                grounds(one.grounds),
                place_at(node, ("requests", index)),
            )
            for index, one in enumerate(form.requests)
        ),
        tuple(
            OverrideReason(
                name, text(one.text), tuple(one.kinds), grounds(one.grounds), place_at(node, ("override_reasons", name))
            )
            for name, one in form.override_reasons.items()
        ),
        dict(form.prefetch),
    )


def check_cards(guideline: Guideline) -> Iterator[Problem]:
    """Everything that is wrong with the cards: unknown kinds and urgencies, a kind without a line, a quiet red flag."""
    cards = guideline.cards
    if cards is None:
        return
    lines: tuple[CardIndicator | DraftRequest, ...] = (*cards.indicators, *cards.requests)
    named = [
        *(("kind", kind, one.place) for one in lines for kind in one.kinds),
        *(("kind", kind, one.place) for one in cards.override_reasons for kind in one.kinds),
        *(("urgency", urgency, one.place) for one in lines for urgency in one.urgencies),
    ]
    for field, value, place in named:
        valid = guideline.kinds if field == "kind" else guideline.vocabulary.get("urgency", {})
        if value not in valid:
            yield Problem("CP037", f"unknown {field} {value!r}", place, nearest(value, valid))
    for line in cards.indicators:
        if RED_FLAG in line.kinds and line.indicator != CRITICAL:
            yield Problem("CP037", f"the card of a red flag is {line.indicator!r}", line.place, "make it critical")
    yield from _ranks(cards, guideline)
    place = cards.indicators[0].place
    for kind in guideline.kinds:
        if not any(kind in line.kinds and not line.urgencies for line in cards.indicators):
            advice = "add it to a line without urgencies"
            yield Problem("CP093", f"no line gives the card of {kind!r} an indicator", place, advice)


def _ranks(cards: Cards, guideline: Guideline) -> Iterator[Problem]:
    """Kinds of which a less urgent recommendation would have a request of higher priority than a more urgent one."""
    for kind in dict.fromkeys(kind for line in cards.requests for kind in line.kinds):
        lowest: DraftRequest | None = None
        for urgency in guideline.vocabulary.get("urgency", {}):
            line = _first(cards.requests, kind, urgency)
            if line is None:
                continue
            if lowest is not None and PRIORITIES.index(line.priority) > PRIORITIES.index(lowest.priority):
                message = f"{urgency!r} of {kind!r} has priority {line.priority!r}, above what is more urgent"
                advice = f"from low to high they are {', '.join(PRIORITIES)} in FHIR"
                yield Problem("CP037", message, line.place, advice)
            lowest = line
