"""A patient on the drawing of a pathway: which ways are open from here, and what the others wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.pathway_checks import OPENED_BY
from carepath.display.drawing_layout import CardText
from carepath.display.layout import printable
from carepath.display.wording import named_step
from carepath.inference.clauses import transition_ids
from carepath.language.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline
    from carepath.display.words import Words
    from carepath.pathway import Pathway, Transition
    from carepath.recommendation import Recommendation, SetAside, Undetermined

OPEN = "open"
OPEN_IF = "open_if"
HELD = "held"
UNDETERMINED = "undetermined"
CLOSED = "closed"
ELSEWHERE = "elsewhere"
SUSPENDED = "suspended"

#: What a state is called, and the sign for it beside a number.
STATE_PHRASES = {
    OPEN: "state_open",
    OPEN_IF: "state_open_if",
    HELD: "state_held",
    UNDETERMINED: "state_undetermined",
    CLOSED: "state_closed",
}
SIGNS = {OPEN: "sign_open", OPEN_IF: "sign_open_if", HELD: "sign_held", UNDETERMINED: "sign_unknown", CLOSED: "sign_no"}
#: What a step is to the patient, the strongest first.
MARKS = {"here": "mark_here", "possible": "mark_possible", "advised": "mark_advised"}
#: The kinds that have a word beside their number.
WORDS_ON_TAGS = {
    "mdo": "tag_mdo",
    "imsr_assessment": "tag_imsr_assessment",
    "matched_care_referral": "tag_matched_care_referral",
}
#: The kinds that no step has a way to: they can come from any step.
EXITS = ("red_flag_exit", "mdo")
MAX_NAMES = 5


@dataclass(frozen=True, slots=True)
class Way:
    """Whether a transition, or an exit, is open for the patient; what it waits for; what closed or holds it."""

    state: str
    waits_for: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    given: tuple[Recommendation, ...] = ()


def ways_of(pathway: Pathway, assessment: Assessment) -> dict[str, Way]:
    """The state of each transition, by its id; those that do not start at the present step are elsewhere."""
    here = assessment.position.step
    return {
        one.id: _way(one, pathway, assessment) if one.source == here else Way(ELSEWHERE) for one in pathway.transitions
    }


def exits_of(pathway: Pathway, guideline: Guideline, assessment: Assessment | None) -> dict[str, Way]:
    """The kinds of advice that can come from any step of a pathway, and how they stand for the patient."""
    given = {
        output.kind for rule in guideline.rules.values() if pathway.name in rule.pathways for output in rule.outputs
    }
    kinds = [kind for kind in EXITS if kind in given]
    if assessment is None:
        return {kind: Way(ELSEWHERE) for kind in kinds}
    found, open_ones = {}, _undetermined(assessment)
    for kind in kinds:
        found[kind] = _standing(
            [one for one in assessment.recommendations if one.kind == kind],
            [put for put in assessment.set_aside if put.recommendation.kind == kind],
            _waits(one for one in open_ones if one.kind == kind),
        )
    return found


def marks_of(pathway: Pathway, assessment: Assessment) -> dict[str, str]:
    """What each step is to the patient: where the patient is or may be, or where an advice leads."""
    position = assessment.position
    advised = {
        step
        for rec in assessment.recommendations
        for step in (rec.target, named_step(rec))
        if rec.kind not in {"continue", "note"} and step is not None
    }
    ways = ways_of(pathway, assessment)
    advised |= {one.target for one in pathway.transitions if ways[one.id].state in {OPEN, OPEN_IF}}
    for kind in {rec.kind for rec in assessment.recommendations if rec.group is not None}:
        ends = {one.target for one in pathway.transitions if one.kind == kind}
        advised |= ends if len(ends) == 1 else set()  # a referral that always leads to one step, also from elsewhere
    possible = position.candidates if position.step is None else ()
    found: dict[str, str] = {}
    for step in pathway.steps:
        if step == position.step:
            found[step] = "here"
        elif step in possible:
            found[step] = "possible"
        elif step in advised:
            found[step] = "advised"
    return found


def way_words(transition: Transition, words: Words) -> str:
    """A transition in words: from where to where, of what kind, and the rules that open it."""
    return words.phrase(
        "way",
        source=transition.source,
        target=transition.target,
        kind=words.phrase(f"edge_{transition.kind}"),
        rules=words.listed(transition.rules),
    )


def state_words(way: Way, words: Words, *, limit: int | None = MAX_NAMES) -> str:
    """Whether a way is open, and for want of what not."""
    if way.state == ELSEWHERE:
        return ""
    parts = [words.phrase(STATE_PHRASES[way.state])]
    if way.by:
        parts.append(words.phrase("way_by", rules=words.listed(way.by)))
    if way.waits_for:
        name = "way_ask" if way.state in {OPEN, OPEN_IF} else "way_waits"
        parts.append(words.phrase(name, findings=words.findings(way.waits_for, limit=limit)))
    return "; ".join(parts)


def exit_words(way: Way, words: Words) -> str:
    """How an exit stands: what is advised now, or what it waits for."""
    if way.state == CLOSED:
        return words.phrase("exit_not_now")
    if not way.given:
        return state_words(way, words)
    details = (
        words.listed(
            [
                *(words.vocabulary(name, value) for name in ("urgency", "level") if (value := getattr(one, name))),
                *([words.target(one.target)] if one.target is not None else []),
            ]
        )
        for one in way.given
    )
    return words.phrase("exit_now", details=words.listed(details, between="; "))


def card_texts(pathway: Pathway, words: Words, marks: Mapping[str, str]) -> dict[str, CardText]:
    """What stands on the card of each step."""
    return {
        step.id: CardText(
            printable(words.of(step.text)),
            words.vocabulary("line", step.line),
            words.phrase(MARKS[marks[step.id]]) if step.id in marks else "",
        )
        for step in pathway.steps.values()
    }


def tag_texts(pathway: Pathway, words: Words, ways: Mapping[str, Way]) -> dict[str, tuple[str, ...]]:
    """The number of each transition, with its word and the sign of its state where they have room."""
    found = {}
    for number, one in enumerate(pathway.transitions, start=1):
        way = ways.get(one.id)
        sign = words.phrase(SIGNS[way.state]) if way is not None and way.state in SIGNS else ""
        word = words.phrase(WORDS_ON_TAGS[one.kind]) if one.kind in WORDS_ON_TAGS else ""
        texts = (f"{number} {word} {sign}", f"{number} {sign}", str(number))
        found[one.id] = tuple(dict.fromkeys(" ".join(text.split()) for text in texts))
    return found


def where_words(assessment: Assessment, words: Words) -> str:
    """Where the patient is, or why that is not known."""
    position = assessment.position
    if position.step is not None:
        return words.phrase("drawing_here", step=words.step(position.step))
    where = words.phrase("drawing_nowhere", why=words.phrase(f"position_{position.how}"))
    if len(position.candidates) > 1:
        steps = words.listed(map(words.step, position.candidates), between="; ")
        where += " " + words.phrase("could_be", steps=steps)
    return where


# --- how a way stands --------------------------------------------------------------------------------------------


def _way(transition: Transition, pathway: Pathway, assessment: Assessment) -> Way:
    basis = assessment.basis
    when, unless = transition_ids(transition)
    opened, closed = basis.verdicts.get(when, Truth.TRUE), basis.verdicts.get(unless, Truth.FALSE)
    if opened is Truth.FALSE or closed is Truth.TRUE:
        return Way(CLOSED)
    kind, rules = OPENED_BY.get(transition.kind, transition.kind), _rules(transition, assessment.guideline)

    def gives(rec: Recommendation) -> bool:
        ways = [one.transition for one in rec.contributions if one.rule is not None and one.rule.id in rules]
        return rec.kind == kind and any(way is None or way.id == transition.id for way in ways)

    def waits(one: Undetermined) -> bool:
        elsewhere = one.target in pathway.steps and one.target != transition.target
        return one.kind == kind and one.rule in rules and not elsewhere

    open_findings = _waits(one for one in _undetermined(assessment) if waits(one))
    if open_findings is not None and opened is Truth.UNKNOWN:
        open_findings = tuple(dict.fromkeys((*open_findings, *basis.open_findings(when))))
    return _standing(
        [one for one in assessment.recommendations if gives(one)],
        [put for put in assessment.set_aside if gives(put.recommendation)],
        open_findings,
    )


def _rules(transition: Transition, guideline: Guideline) -> frozenset[str]:
    """The rules that open a way; where some name its target themselves, only these."""
    naming = {
        name
        for name in transition.rules
        if name in guideline.rules and any(one.names_step == transition.target for one in guideline.rules[name].outputs)
    }
    return frozenset(naming or transition.rules)


def _standing(given: list[Recommendation], aside: list[SetAside], waits: tuple[str, ...] | None) -> Way:
    """Given wins over held up, held up over undetermined; the rest is closed."""
    if given:
        ask = tuple(dict.fromkeys(name for one in given for name in (*one.missing, *one.could_change)))
        state = OPEN_IF if all(one.conditional for one in given) else OPEN
        return Way(state, ask, given=tuple(given))
    held = [put for put in aside if put.how == SUSPENDED]
    by = tuple(dict.fromkeys(rule for put in held or aside for rule in put.by))
    if held:
        return Way(HELD, tuple(dict.fromkeys(name for put in held for name in put.until_known)), by)
    if aside or waits is None:
        return Way(CLOSED, by=by)
    return Way(UNDETERMINED, waits)


def _waits(undetermined: Iterable[Undetermined]) -> tuple[str, ...] | None:
    """The findings that something waits for; None when nothing is undetermined."""
    found = list(undetermined)
    return tuple(dict.fromkeys(name for one in found for name in one.waits_for)) if found else None


def _undetermined(assessment: Assessment) -> list[Undetermined]:
    """What could still apply; beside a red flag that comes first, nothing but that."""
    standing = {rec.kind for rec in assessment.recommendations}
    return [one for one in assessment.undetermined if assessment.next_questions or one.kind in standing]
