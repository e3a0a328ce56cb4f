"""What resolving is about: the outputs of the rules, and what it needs to know of a patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from carepath.content.guideline import Guideline, Output, Rule, Selector
from carepath.inference.clauses import output_id
from carepath.inference.drafts import Draft, Matcher, matcher
from carepath.language.truth import Truth
from carepath.pathway import Pathway
from carepath.recommendation import Contribution, Settlement

STEP_KINDS = frozenset({"escalate", "deescalate"})
SCREENED = frozenset({"not_applicable"})


@dataclass(frozen=True, slots=True)
class Possible:
    """An output of a rule, the clause that it stands on, and its outline: what selectors look at."""

    rule: Rule
    output: Output
    clause: str
    outline: Draft


def possible_outputs(guideline: Guideline) -> tuple[Possible, ...]:
    """The outputs of all rules, in an order that no file decides."""
    return tuple(
        Possible(rule, output, output_id(rule.id, output), outline_of(rule, output))
        for _, rule in sorted(guideline.rules.items())
        for output in rule.outputs
    )


def matchers(guideline: Guideline, pathway: Pathway | None) -> dict[int, Matcher]:
    """What tells which drafts a selector means, by the identity of the selectors of a guideline."""
    return {id(selector): matcher(selector, pathway) for selector in _selectors(guideline)}


def _selectors(guideline: Guideline) -> Iterator[Selector]:
    for entry in guideline.resolve:
        yield from (entry.selects, *entry.given, *entry.absent)
    yield from (ask.suspends for ask in guideline.asks if ask.suspends is not None)


def outline_of(rule: Rule, output: Output) -> Draft:
    """What an output gives before a patient is looked at."""
    return Draft(
        kind=output.kind,
        contributions=[Contribution(rule, output)],
        target=output.target,
        urgency=output.urgency,
        level=output.level,
        group=output.group,
        topic=output.topic,
        internal_step=output.internal_step,
        conditional=output.conditional,
        measurements=output.measurements,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What resolving needs to know of the patient: verdicts, position, and what is unknown and why.

    ``outputs`` are those of all rules; ``matchers`` stand by the identity of their selectors; ``open_findings`` gives
    the unknown findings that keep a clause undetermined; ``reason`` gives why a finding is unknown, or None when it is
    known; ``is_true`` tells a finding known to be true; ``settlements`` splits a term into what is unmet and what is
    unknown; ``urgency`` gives the urgency that a finding says, if any; ``unknown_start`` names what would tell when the
    step began, for a clause whose trends count from the first value for want of it. ``candidates`` are the steps that
    the present one can be where it is not known.
    """

    guideline: Guideline
    outputs: tuple[Possible, ...]
    matchers: Mapping[int, Matcher]
    pathway: Pathway | None
    step: str | None
    candidates: tuple[str, ...]
    verdicts: Mapping[str, Truth]
    open_findings: Callable[[str], tuple[str, ...]]
    reason: Callable[[str], str | None]
    is_true: Callable[[str], bool]
    settlements: Callable[[str], tuple[Settlement, ...]]
    urgency: Callable[[str], str | None]
    unknown_start: Callable[[str], tuple[str, ...]]
