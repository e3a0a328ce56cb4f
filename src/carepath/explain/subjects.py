"""What a question is about: a kind, a rule, a step, a topic; and everything in the content that could give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from carepath.basis import Basis
from carepath.content.guideline import Guideline, Output, Rule, Text
from carepath.content.rules import RED_FLAG
from carepath.display.layout import Page
from carepath.display.text_advice import UNTITLED, AdvicePrinter
from carepath.display.wording import named_step, recommendation_text
from carepath.display.words import Words, both
from carepath.errors import ArgumentError, Problem, nearest
from carepath.explain.explanation import phrase
from carepath.inference.case import STEP_KINDS
from carepath.pathway import Transition
from carepath.recommendation import Contribution, Recommendation

#: Fields of a recommendation whose values may be asked about.
_NAMED_FIELDS = ("target", "internal_step")


@dataclass(frozen=True)
class Subject:
    """What was asked about: its name in words, and each way in which the content could give it.

    A candidate is a recommendation that was not made: one rule with one output (and a transition), one ask or entry.
    ``unavailable`` and ``reason`` hold what the content says of what it does not hold or does not give.
    """

    asked: str
    what: Text
    candidates: tuple[Recommendation, ...]
    unavailable: tuple[Text, ...] = ()
    reason: Text | None = None

    def means(self, rec: Recommendation) -> bool:
        """Whether a recommendation is what was asked about."""
        fields = (rec.kind, rec.target, rec.topic, rec.internal_step, named_step(rec))
        return self.asked in fields or self.asked in rec.rules

    @property
    def is_red_flag(self) -> bool:
        """Whether a red flag was asked about."""
        return any(one.kind == RED_FLAG for one in self.candidates)


def subject_of(asked: str | Recommendation, basis: Basis) -> Subject:
    """What a question is about.

    Args:
        asked: a kind, an id of a rule or entry, a step, a topic, a target; words for what is not available; or a
            recommendation of the assessment.
        basis: what the assessment was made from.

    Raises:
        ArgumentError: nothing has that name.
    """
    if isinstance(asked, Recommendation):
        asked = asked.topic or asked.kind
    guideline = basis.guideline
    kept = basis.prepared.kept.setdefault("names", {})
    if not kept:
        kept.update(dict.fromkeys(known_names(guideline)))
    if asked in kept:
        candidates = tuple(_candidates(asked, basis))
        covered = guideline.coverage.get(asked)
        reason = covered.reason if covered is not None and not candidates else None
        return Subject(asked, _what(asked, guideline), candidates, _unavailable_id(asked, guideline), reason)
    unavailable = unavailable_in(asked, guideline)
    if unavailable:
        return Subject(asked, Text(asked, asked), (), unavailable)
    message = f"there is no kind, rule, step or topic {asked[:60]!r}"
    raise ArgumentError([Problem("CP082", message, None, nearest(asked, known_names(guideline)))])


def unavailable_in(text: str, guideline: Guideline) -> tuple[Text, ...]:
    """What the content says of the things that it does not hold, where a text names one of them."""
    asked = " ".join(text.replace("_", " ").casefold().split())

    def names(keyword: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(keyword.casefold())}(?!\w)", asked) is not None

    return tuple(
        one.text
        for one in guideline.unavailable.values()
        if any(names(keyword) for keyword in (*one.keywords, one.id.replace("_", " ")))
    )


def _unavailable_id(asked: str, guideline: Guideline) -> tuple[Text, ...]:
    found = guideline.unavailable.get(asked)
    return (found.text,) if found is not None else ()


# --- names -----------------------------------------------------------------------------------------------------------


def known_names(guideline: Guideline) -> frozenset[str]:
    """Every name that may be asked about."""
    vocabulary = guideline.vocabulary
    steps = (step for pathway in guideline.pathways.values() for step in pathway.steps)
    topics = (*guideline.conflicts, *vocabulary.get("topic", {}))
    values = (value for field in _NAMED_FIELDS for value in vocabulary.get(field, {}))
    entries = (*(ask.id for ask in guideline.asks), *(entry.id for entry in guideline.resolve))
    found = (
        *guideline.kinds,
        *guideline.rules,
        *entries,
        *steps,
        *topics,
        *values,
        *guideline.coverage,
        *guideline.unavailable,
    )
    return frozenset(found)


def _what(asked: str, guideline: Guideline) -> Text:
    """What was asked about, in words."""
    if asked in guideline.kinds:
        return guideline.kinds[asked].text
    step = guideline.step_text(asked)
    if step is not None:
        return both(lambda lang: Words(guideline, lang).step(asked))
    if asked in guideline.conflicts:
        return guideline.conflicts[asked].text
    for field in ("topic", *_NAMED_FIELDS):
        if asked in guideline.vocabulary.get(field, {}):
            return guideline.vocabulary[field][asked]
    return phrase(guideline, "the_rule", rule=Text(asked, asked))


# --- candidates ------------------------------------------------------------------------------------------------------


def _candidates(asked: str, basis: Basis) -> Iterator[Recommendation]:
    guideline = basis.guideline
    is_step = guideline.step_text(asked) is not None
    for rule in guideline.rules.values():
        for output in rule.outputs:
            names = (rule.id, output.kind, output.target, output.topic, output.internal_step, output.names_step)
            if asked in names:
                yield from _of_output(rule, output, basis)
            elif is_step:
                yield from _to_step(asked, rule, output, basis)
    yield from _without_rule(asked, basis)


def _to_step(step: str, rule: Rule, output: Output, basis: Basis) -> Iterator[Recommendation]:
    """An output that leads to a step, or opens it as a referral."""
    if any(way.target == step for way in transitions_of(rule, output, basis)):
        yield from (one for one in _of_output(rule, output, basis) if one.target in {step, output.target})


def _without_rule(asked: str, basis: Basis) -> Iterator[Recommendation]:
    """What asks and entries of the resolve table give."""
    for ask in basis.guideline.asks:
        if asked in {ask.id, "insufficient_information"}:
            yield Recommendation("insufficient_information", (Contribution(ask=ask),), missing=ask.findings)
    for entry in basis.guideline.resolve:
        given = Contribution(entry=entry)
        if entry.adds_topic is not None and asked in {entry.id, entry.adds_topic, "clinician_judgement"}:
            yield Recommendation("clinician_judgement", (given,), topic=entry.adds_topic)
        if entry.operation == "continues" and asked in {entry.id, "continue", basis.position.step}:
            yield Recommendation("continue", (given,), target=basis.position.step)


def _of_output(rule: Rule, output: Output, basis: Basis) -> Iterator[Recommendation]:
    """An output as a recommendation: for a step change once for each way that leads on from the present step."""
    ways = transitions_of(rule, output, basis) if output.kind in STEP_KINDS else ()
    here = tuple(way for way in ways if way.source == basis.position.step)
    for way in here or ways or (None,):
        yield Recommendation(
            kind=output.kind,
            contributions=(Contribution(rule, output, way),),
            conditional=output.conditional,
            target=way.target if way is not None else output.target,
            urgency=output.urgency,
            level=output.level,
            group=output.group,
            topic=output.topic,
            internal_step=output.internal_step,
        )


def transitions_of(rule: Rule, output: Output, basis: Basis) -> tuple[Transition, ...]:
    """The ways that an output can open, in the chosen pathway or, while none is chosen, in any."""
    pathways = (basis.pathway,) if basis.pathway is not None else tuple(basis.guideline.pathways.values())
    ways = (way for one in pathways for way in one.transitions)
    return tuple(way for way in ways if way.kind == output.kind and rule.id in way.rules)


def headline(rec: Recommendation, basis: Basis) -> Text:
    """What is recommended, in one line, in both languages; a note and what is missing in full."""
    if rec.kind in UNTITLED:
        return recommendation_text(rec, basis)
    return both(lambda lang: AdvicePrinter(Page(), Words(basis.guideline, lang), basis).headline(rec))
