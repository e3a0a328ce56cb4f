"""Why something is in the advice: its rules, each condition with what was read, the grounds, counter-arguments."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from carepath.content.guideline import Text
from carepath.display.text_advice import UNTITLED
from carepath.display.wording import condition_text, conditions_of, recommendation_text, set_aside_text
from carepath.explain.explanation import Explanation, Node, phrase
from carepath.explain.parts import contribution_node, reasons, reasons_text
from carepath.explain.statements import listed
from carepath.explain.subjects import Subject, headline, subject_of
from carepath.explain.tree import read_of
from carepath.recommendation import Recommendation

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.basis import Basis


def why(assessment: Assessment, asked: str | Recommendation) -> Explanation:
    """Why something is in the advice; where it does not, why not.

    Args:
        assessment: what is explained.
        asked: a kind, an id of a rule, a step, a topic, a target; or a recommendation of the assessment.

    Raises:
        ArgumentError: nothing has that name.
    """
    basis = assessment.basis
    subject = subject_of(asked, basis)
    given = given_of(assessment, asked, subject)
    if not given:
        from carepath.explain.why_not import why_not  # noqa: PLC0415 - each of the two falls back on the other

        return why_not(assessment, asked)

    @functools.cache
    def nodes() -> tuple[Node, ...]:
        return tuple(given_node(one, assessment) for one in given)

    def sentence() -> Text:
        return _joined([_sentence(one, node, basis) for one, node in zip(given, nodes(), strict=True)])

    return Explanation("why", subject.asked, sentence, nodes, basis.guideline, lang=basis.lang)


def given_of(assessment: Assessment, asked: str | Recommendation, subject: Subject) -> tuple[Recommendation, ...]:
    """The recommendations and notes of an assessment that are what is asked about."""
    if isinstance(asked, Recommendation):
        return (asked,)
    return tuple(one for one in (*assessment.recommendations, *assessment.notes) if subject.means(one))


def given_node(rec: Recommendation, assessment: Assessment) -> Node:
    """A recommendation with everything behind it, what it waits for, and what it set aside."""
    basis = assessment.basis
    parts = [contribution_node(one, rec, basis) for one in rec.contributions]
    if rec.could_change:
        reads = tuple(read_of(name, basis) for name in rec.could_change)
        parts.append(Node("open", phrase(basis.guideline, "tree_could_change"), reads=reads))
    parts += _sets_aside(rec, assessment)
    return Node("recommendation", headline(rec, basis), rec.kind, children=tuple(parts))


def _sets_aside(rec: Recommendation, assessment: Assessment) -> list[Node]:
    """What does not stand because of a recommendation."""
    found: dict[Text, Node] = {}
    for put in assessment.set_aside:
        if set(put.by) & set(rec.rules):
            what = headline(put.recommendation, assessment.basis)
            why_aside = Node("entry", set_aside_text(put, assessment.basis), put.by[0])
            found.setdefault(what, Node("sets_aside", what, put.recommendation.kind, children=(why_aside,)))
    return list(found.values())


def _sentence(rec: Recommendation, node: Node, basis: Basis) -> Text:
    guideline = basis.guideline
    if rec.kind in UNTITLED:
        return recommendation_text(rec, basis)
    found = (one for part in node.children if part.role == "rule" for one in reasons(part))
    because = reasons_text(found, basis)
    if not because.en and any(
        one.entry is not None and one.entry.operation == "continues" for one in rec.contributions
    ):
        because = phrase(guideline, "because_continues")
    elif not because.en:
        because = recommendation_text(rec, basis)
        because = Text(because.en.rstrip("."), because.nl.rstrip("."))
    rules = ", ".join(rec.rules)
    values = {"what": node.text, "because": because, "rules": Text(rules, rules)}
    settle = [condition_text(one, rec, basis) for one in conditions_of(rec, basis)] if rec.conditional else []
    if not settle:
        return phrase(guideline, "why_given", **values)
    return phrase(guideline, "why_given_if", conditions=listed(settle, guideline), **values)


def _joined(sentences: list[Text]) -> Text:
    found = dict.fromkeys(sentences)
    return Text(" ".join(one.en for one in found), " ".join(one.nl for one in found))
