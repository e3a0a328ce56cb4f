"""Why something is not advised: the nearest rule first, what is not met, what is not known, what stands above it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.guideline import CURRENT_NODE, PATHWAY, ResolveEntry, Text
from carepath.display.wording import set_aside_text
from carepath.display.words import Words, both
from carepath.explain.explanation import Explanation, Node, phrase
from carepath.explain.parts import clause_of, contribution_node, draft_of, entries_for, entry_node
from carepath.explain.shortfall import Shortfall, parts_named, shortfall_of
from carepath.explain.statements import listed
from carepath.explain.subjects import Subject, headline, subject_of
from carepath.explain.tree import read_of
from carepath.inference.case import STEP_KINDS
from carepath.inference.drafts import matches
from carepath.recommendation import Recommendation, SetAside

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.basis import Basis

#: What stands between a candidate and the advice, the nearest first.
_ORDER = ("beside", "position", "continue", "condition", "way", "nothing", "pathway")


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A candidate with what stands between it and the advice."""

    rec: Recommendation
    how: str
    shortfall: Shortfall
    entry: ResolveEntry | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What is nearer comes first."""
        return (_ORDER.index(self.how), *self.shortfall.order)

    def node(self, basis: Basis) -> Node:
        """The rule of the candidate with its conditions, and the entry that keeps it from being shown."""
        node = contribution_node(self.rec.contributions[0], self.rec, basis)
        if self.entry is None:
            return node
        shown = entry_node(self.entry, basis, text=self.entry.text)
        return dataclasses.replace(node, children=(*node.children, shown))


def why_not(assessment: Assessment, asked: str | Recommendation) -> Explanation:
    """Why something is not in the advice, the nearest rule first; where it does, why.

    Args:
        assessment: what is explained.
        asked: a kind, an id of a rule, a step, a topic, a target; or words for something that is not available.

    Raises:
        ArgumentError: nothing has that name.
    """
    from carepath.explain.why import given_of, why  # noqa: PLC0415 - each of the two falls back on the other

    basis = assessment.basis
    subject = subject_of(asked, basis)
    if given_of(assessment, asked, subject):
        return why(assessment, asked)
    aside = [put for put in assessment.set_aside if subject.means(put.recommendation)]
    blocked = _nearest_first(subject, aside, basis)
    above = alone_of(assessment) if blocked and not aside and not subject.is_red_flag else ()

    @functools.cache
    def nearest() -> Node:
        return blocked[0].node(basis)

    def sentence() -> Text:
        said = _sentence(subject, aside, blocked, nearest, basis)
        if not above:
            return said
        first = listed((headline(one, basis) for one in above), basis.guideline)
        more = phrase(basis.guideline, "why_not_above", above=first)
        return Text(f"{said.en} {more.en}", f"{said.nl} {more.nl}")

    def nodes() -> tuple[Node, ...]:
        found = [_above_node(one, basis) for one in above]
        found += [_aside_node(put, assessment) for put in aside]
        found += [nearest(), *(one.node(basis) for one in blocked[1:])] if blocked else []
        found += [Node("unavailable", text, subject.asked) for text in subject.unavailable]
        if subject.reason is not None:
            found.append(Node("reason", subject.reason, subject.asked))
        return tuple(found)

    return Explanation("why_not", subject.asked, sentence, nodes, basis.guideline, lang=basis.lang)


def _nearest_first(subject: Subject, aside: list[SetAside], basis: Basis) -> list[_Blocked]:
    """What could give it and does not: without what was set aside, and of other pathways only where nothing else is."""
    known = {_key(put.recommendation) for put in aside}
    found = [_blocked(one, basis) for one in subject.candidates if _key(one) not in known]
    own = [one for one in found if one.how != "pathway"]
    return sorted(own or found, key=lambda one: one.order)


def _key(rec: Recommendation) -> tuple[object, ...]:
    return (rec.kind, rec.target, rec.topic, rec.internal_step, rec.rules)


# --- one candidate ---------------------------------------------------------------------------------------------------


def _blocked(rec: Recommendation, basis: Basis) -> _Blocked:
    one = rec.contributions[0]
    condition = clause_of(one, basis)
    if condition is None:
        stays = one.entry is not None and one.entry.operation == "continues"
        how = "nothing" if not stays else "position" if basis.position.step is None else "continue"
        return _Blocked(rec, how, Shortfall())
    short = shortfall_of(condition, basis)
    if _of_other_pathway(rec, basis):
        return _Blocked(rec, "pathway", short)
    step, way = basis.position.step, one.transition
    if rec.kind in STEP_KINDS and step is not None and (way is None or way.source != step):
        return _Blocked(rec, "way", short)
    if short.unmet or short.unknown:
        return _Blocked(rec, "condition", short)
    return _met_but_not_given(rec, basis)


def _of_other_pathway(rec: Recommendation, basis: Basis) -> bool:
    rule = rec.contributions[0].rule
    return rule is not None and basis.pathway is not None and basis.pathway.name not in rule.pathways


def _met_but_not_given(rec: Recommendation, basis: Basis) -> _Blocked:
    """A candidate whose rule applies: the way is missing or closed, or it is shown only beside or without others."""
    one = rec.contributions[0]
    if rec.kind in STEP_KINDS:
        if basis.position.step is None:
            return _Blocked(rec, "position", Shortfall())
        opens = one.transition.when if one.transition is not None else None
        short = shortfall_of(opens, basis) if opens is not None else Shortfall()
        return _Blocked(rec, "condition" if short.unmet or short.unknown else "way", short)
    if one.rule is None or one.output is None:
        return _Blocked(rec, "nothing", Shortfall())
    for entry in entries_for(rec, basis):
        if entry.operation in {"only_with", "only_without"}:
            return _Blocked(rec, "beside", Shortfall(), entry)
    return _Blocked(rec, "nothing", Shortfall())


def _aside_node(put: SetAside, assessment: Assessment) -> Node:
    """A recommendation that was set aside: by which entries and rules, and what gave it."""
    basis, rec = assessment.basis, put.recommendation
    said = set_aside_text(put, basis)
    parts = [entry_node(entry, basis, text=said) for entry in basis.guideline.resolve if entry.id in put.by]
    parts += [_above_node(one, basis) for one in assessment.recommendations if set(one.rules) & set(put.by)]
    if put.until_known:
        reads = tuple(read_of(name, basis) for name in put.until_known)
        parts.append(Node("open", phrase(basis.guideline, "tree_first"), reads=reads))
    parts += [contribution_node(one, rec, basis) for one in rec.contributions]
    return Node("set_aside", headline(rec, basis), rec.kind, children=tuple(parts))


def _above_node(rec: Recommendation, basis: Basis) -> Node:
    """What stands above something else, with what gave it."""
    below = tuple(contribution_node(one, rec, basis) for one in rec.contributions)
    return Node("above", headline(rec, basis), rec.kind, children=below)


def alone_of(assessment: Assessment) -> tuple[Recommendation, ...]:
    """The recommendations that leave no room for others: an urgent red flag, the limit of scope."""
    basis = assessment.basis
    found = []
    for rec in assessment.recommendations:
        draft = draft_of(rec)
        for entry in basis.guideline.resolve:
            beside = entry.given if entry.selects.not_kinds else ()
            selectors = (entry.selects,) if entry.operation == "stands_alone" else beside
            if rec not in found and any(matches(one, draft, basis.pathway) for one in selectors):
                found.append(rec)
    return tuple(found)


# --- the sentence ----------------------------------------------------------------------------------------------------


def _sentence(
    subject: Subject, aside: list[SetAside], blocked: list[_Blocked], nearest: Callable[[], Node], basis: Basis
) -> Text:
    guideline, what = basis.guideline, subject.what
    if subject.unavailable:
        return listed(subject.unavailable, guideline, between=" ")
    if aside:
        return _aside_sentence(what, aside, basis)
    if subject.reason is not None:
        return phrase(guideline, "why_not_reason", what=what, reason=subject.reason)
    if not blocked or blocked[0].how == "pathway":
        return _elsewhere(subject, basis)
    first = blocked[0]
    rule = Text(first.rec.rules[0], first.rec.rules[0])
    if first.how == "condition":
        return _condition_sentence(subject, first, nearest(), basis)
    if first.how == "position":
        return phrase(guideline, "why_not_open", what=what, rule=rule, unknown=_position_unknown(basis))
    if first.how == "way":
        step = basis.position.step or ""
        here = both(lambda lang: Words(guideline, lang).step(step))
        met = not first.shortfall.unmet and not first.shortfall.unknown
        return phrase(guideline, "why_not_way" if met else "why_not_no_way", what=what, rule=rule, step=here)
    if first.how == "beside" and first.entry is not None:
        return phrase(guideline, "why_not_beside", what=what, rule=rule, reason=first.entry.text)
    name = "why_not_continue" if first.how == "continue" else "why_not_nothing"
    return phrase(guideline, name, what=what, rule=rule)


def _aside_sentence(what: Text, aside: list[SetAside], basis: Basis) -> Text:
    reasons = listed((set_aside_text(put, basis) for put in aside), basis.guideline, between=" ")
    by = ", ".join(dict.fromkeys(name for put in aside for name in put.by))
    name = "why_not_held" if all(put.until_known for put in aside) else "why_not_aside"
    return phrase(basis.guideline, name, what=what, reason=reasons, by=Text(by, by))


def _condition_sentence(subject: Subject, first: _Blocked, node: Node, basis: Basis) -> Text:
    guideline, short = basis.guideline, first.shortfall
    rule = Text(first.rec.rules[0], first.rec.rules[0])
    unmet = listed((unmet_text(one, basis) for one in parts_named(node, short.unmet)), guideline)
    unknown = listed((unknown_text(one, basis) for one in parts_named(node, short.unknown)), guideline)
    how = "both" if short.unmet and short.unknown else "unmet" if short.unmet else "open"
    name = f"rule_not_{how}" if subject.asked == rule.en else f"why_not_{how}"
    return phrase(guideline, name, what=subject.what, rule=rule, unmet=unmet, unknown=unknown)


def unmet_text(node: Node, basis: Basis) -> Text:
    """A condition that is not met, with the value that was read and by how much it missed."""
    said = next((read.said for read in node.reads if read.said is not None), None)
    if said is None:
        return node.text
    if node.gap is not None:
        return phrase(basis.guideline, "part_unmet_by", text=node.text, value=said, gap=node.gap)
    return phrase(basis.guideline, "part_unmet", text=node.text, value=said)


def unknown_text(node: Node, basis: Basis) -> Text:
    """A condition that is not known, with the reason."""
    reason = next((read.reason_text for read in node.reads if read.reason_text is not None), None)
    if reason is None:
        return node.text
    return phrase(basis.guideline, "part_unknown", text=node.text, reason=reason)


def _position_unknown(basis: Basis) -> Text:
    finding = PATHWAY if basis.pathway is None else CURRENT_NODE
    return basis.guideline.findings[finding].label


def _elsewhere(subject: Subject, basis: Basis) -> Text:
    """No rule in this pathway gives it; where it is a step of another pathway, of which."""
    guideline = basis.guideline
    if basis.pathway is None:
        return phrase(guideline, "why_not_no_rule", what=subject.what)
    here = basis.pathway.text
    for pathway in guideline.pathways.values():
        if subject.asked in pathway.steps and pathway is not basis.pathway:
            return phrase(guideline, "why_not_elsewhere", what=subject.what, other=pathway.text, pathway=here)
    return phrase(guideline, "why_not_pathway", what=subject.what, pathway=here)
