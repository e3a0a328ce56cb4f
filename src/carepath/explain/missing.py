"""What is missing: for each recommendation that could still come the smallest sets of findings that settle it.

Settled means, after the resolve table: its rule has a verdict; where the rule applies, nothing that holds it up is
unknown and no entry of the table that reads a finding beside it waits for one. What is shown only beside, or only
without, another recommendation is settled beside it: that other one has sets of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.basis import leaf_findings
from carepath.content.guideline import PATHWAY, PRESENT_STEP, Ask, ResolveEntry, Text
from carepath.explain.explanation import Data, Explanation, Node, phrase
from carepath.explain.open_parts import Leaf, Tree, all_of, any_of, findings_in, opposite, sure, tree_for
from carepath.explain.smallest_sets import Sets, Workshop, smallest_sets
from carepath.explain.statements import listed
from carepath.explain.subjects import RED_FLAG, headline, transitions_of
from carepath.explain.tree import read_of
from carepath.explain.why_not import alone_of
from carepath.inference.case import SCREENED, STEP_KINDS
from carepath.inference.clauses import output_id
from carepath.inference.drafts import Draft, matches
from carepath.language.nodes import All, AnyOf, Compare, Condition, FindingRef, Named, Not, Word, children
from carepath.language.truth import Truth
from carepath.recommendation import Contribution, Recommendation, Undetermined

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.basis import Basis
    from carepath.pathway import Transition

#: Kinds that nothing holds up and nothing sets aside.
_FREE = frozenset({RED_FLAG, "not_in_scope"})
#: Entries that take away what they select, and entries that change it.
_TAKES_AWAY = frozenset({"removes", "only_without"})
_CHANGES = frozenset({"makes_conditional", "adds_attention"})


@dataclass(frozen=True, eq=False, repr=False)
class Missing(Explanation):
    """What settles one recommendation that could still come.

    ``first`` must be known whatever else is: red flags and what holds the recommendation up. ``sets`` are all
    smallest sets of findings that settle it, each with ``first`` in it. They are exact, unless ``exact`` is False:
    then there were too many ways to try and ``sets`` is empty. ``sets`` is empty too where nothing that can be asked
    settles it. ``rule``, ``output``, ``kind``, ``target``, ``topic`` and ``waits_for`` are those of the undetermined
    recommendation.
    """

    undetermined: Undetermined = field(kw_only=True)
    first: tuple[str, ...] = field(kw_only=True)
    sets: tuple[tuple[str, ...], ...] = field(kw_only=True)
    exact: bool = field(kw_only=True)

    def to_dict(self) -> Data:
        """The answer as plain dicts and lists, with the sets beside the sentence and the tree."""
        one = self.undetermined
        return {
            **super().to_dict(),
            "kind": one.kind,
            "rule": one.rule,
            "output": one.output,
            "waits_for": list(one.waits_for),
            "first": list(self.first),
            "sets": [list(names) for names in self.sets],
            "exact": self.exact,
        }


def missing_of(assessment: Assessment) -> tuple[Missing, ...]:
    """For each undetermined recommendation the smallest sets that settle it, in the order of ``undetermined``.

    Where a red flag or the limit of scope leaves no room for anything else, only other red flags are listed.
    """
    basis = assessment.basis
    closed = bool(alone_of(assessment))
    workshop = Workshop(basis)
    wanted = [one for one in assessment.undetermined if not closed or one.kind in _FREE]
    return tuple(missing_for(one, workshop) for one in wanted)


def missing_for(one: Undetermined, workshop: Workshop) -> Missing:
    """The smallest sets that settle one undetermined recommendation."""
    basis = workshop.basis
    tree, first = settling_tree(one, basis)
    return _explained(one, first, smallest_sets(tree, workshop), basis)


# --- what has to be settled ------------------------------------------------------------------------------------------


def settling_tree(one: Undetermined, basis: Basis) -> tuple[Tree, tuple[str, ...]]:
    """What is open of an undetermined recommendation, and the findings that must be known in any case."""
    guideline = basis.guideline
    rule = guideline.rules[one.rule]
    output = rule.outputs[one.output]
    draft = Draft(
        output.kind,
        [Contribution(rule, output)],
        output.target,
        output.urgency,
        output.level,
        output.group,
        output.topic,
        output.internal_step,
        output.conditional,
    )
    parts = [tree_for(basis.prepared.clauses[output_id(rule.id, output)], basis)]
    if output.kind in STEP_KINDS:
        ways = [way for way in transitions_of(rule, output, basis) if one.target in {None, output.target, way.target}]
        opened = [_way(way, basis) for way in ways]
        parts += [any_of(opened), *(sure(way) for way in opened if len(opened) > 1)]
    if output.settle is not None:
        parts.append(sure(tree_for(basis.prepared.scope.terms[output.settle], basis)))
    for entry in guideline.resolve:
        alone = entry.when is not None and not entry.given and not entry.absent
        if alone and matches(entry.selects, draft, basis.pathway):
            parts.append(_entry(entry, basis))
    first = tuple(dict.fromkeys(_held_up(draft, basis)))
    parts += [Leaf(None, (name,)) for name in first]
    parts += _screened_more(all_of(parts), draft, basis)
    return all_of(parts), first


def _way(way: Transition, basis: Basis) -> Tree:
    """A way from the present step: it starts there, is opened and is not closed."""
    here: Condition = Compare(FindingRef(PRESENT_STEP), "==", Word(way.source))
    parts = [tree_for(here, basis)]
    if way.when is not None:
        parts.append(tree_for(way.when, basis))
    if way.unless is not None:
        parts.append(opposite(tree_for(way.unless, basis)))
    return all_of(parts)


def _entry(entry: ResolveEntry, basis: Basis) -> Tree:
    """What is open of an entry; nothing asks for what does not apply to the patient, so that is left out."""
    when = _asked(entry.when, basis) if entry.when is not None else None
    if when is None:
        return Truth.TRUE
    tree = tree_for(when, basis)
    if entry.operation in _TAKES_AWAY:
        return opposite(tree)
    return sure(tree) if entry.operation in _CHANGES else Truth.TRUE


def _asked(condition: Condition, basis: Basis) -> Condition | None:
    """A condition without the leaves that read only what does not apply; None where nothing is left."""
    terms = basis.prepared.scope.terms
    if isinstance(condition, Named) and condition.name in terms:
        return _asked(terms[condition.name], basis)
    below = children(condition)
    if not below:
        open_names = [name for leaf in basis.evaluation.open_leaves(condition) for name in leaf_findings(leaf)]
        hopeless = bool(open_names) and all(basis.reason(name) in SCREENED for name in open_names)
        return None if hopeless else condition
    kept = [one for one in (_asked(child, basis) for child in below) if one is not None]
    if len(kept) == len(below) and all(one is child for one, child in zip(kept, below, strict=True)):
        return condition
    if not kept:
        return None
    if isinstance(condition, Not):
        return Not(kept[0])
    return All(tuple(kept)) if isinstance(condition, All) else AnyOf(tuple(kept))


def _held_up(draft: Draft, basis: Basis) -> Iterator[str]:
    """The unknown findings that hold a recommendation up: those that it waits for, and what is screened before all."""
    if draft.kind in _FREE:
        return
    for ask in basis.guideline.asks:
        if ask.suspends is None or (ask.when is not None and basis.verdicts[f"ask:{ask.index}"] is not Truth.TRUE):
            continue
        before_all = ask.asked == "always" and ask.when is None
        if before_all or matches(ask.suspends, draft, basis.pathway):
            yield from (name for name in _asked_for(ask, basis) if basis.reason(name) not in {None, *SCREENED})


def _screened_more(tree: Tree, draft: Draft, basis: Basis) -> Iterator[Tree]:
    """What more must be screened once a finding that a tree reads turns out so."""
    pathway = basis.pathway
    if pathway is None or pathway.screen_more_when is None or draft.kind in _FREE:
        return
    when = tree_for(pathway.screen_more_when, basis)
    if set(findings_in(when)) & set(findings_in(tree)):
        for name in pathway.screen_more:
            if basis.reason(name) not in {None, *SCREENED}:
                yield any_of([opposite(when), Leaf(None, (name,))])


def _asked_for(ask: Ask, basis: Basis) -> Iterator[str]:
    yield from ask.findings
    if not ask.screening:
        return
    if basis.pathway is None:
        yield PATHWAY
        for pathway in basis.guideline.pathways.values():
            yield from pathway.screen
        return
    yield from basis.pathway.screen
    if basis.verdicts.get(f"screen:{basis.pathway.name}") is Truth.TRUE:
        yield from basis.pathway.screen_more


# --- in words --------------------------------------------------------------------------------------------------------


def _explained(one: Undetermined, first: tuple[str, ...], sets: Sets | None, basis: Basis) -> Missing:
    guideline = basis.guideline
    rule = guideline.rules[one.rule]
    output = rule.outputs[one.output]
    rec = Recommendation(
        output.kind,
        (Contribution(rule, output),),
        target=one.target,
        urgency=output.urgency,
        level=output.level,
        group=output.group,
        topic=output.topic,
        internal_step=output.internal_step,
    )
    order = {name: index for index, name in enumerate(guideline.findings)}
    ordered = tuple(tuple(sorted(names, key=lambda name: (name not in first, order[name]))) for names in (sets or ()))

    def sentence() -> Text:
        what = headline(rec, basis)
        return _sentence(what, one, first, ordered, basis) if sets else _open(what, one, sets, basis)

    def nodes() -> tuple[Node, ...]:
        found = [_node("first", first, basis)]
        found += [_node("set", tuple(name for name in names if name not in first), basis) for names in ordered]
        return tuple(node for node in found if node.reads)

    return Missing(
        "missing",
        output.topic or output.kind,
        sentence,
        nodes,
        guideline,
        lang=basis.lang,
        undetermined=one,
        first=first,
        sets=ordered,
        exact=sets is not None,
    )


def _node(role: str, names: tuple[str, ...], basis: Basis) -> Node:
    reads = tuple(read_of(name, basis) for name in names)
    return Node(role, phrase(basis.guideline, f"missing_{role}"), reads=reads)


def _named(names: tuple[str, ...], basis: Basis) -> Text:
    return listed((basis.guideline.findings[name].label for name in names), basis.guideline, between=", ")


def _sentence(
    what: Text, one: Undetermined, first: tuple[str, ...], sets: tuple[tuple[str, ...], ...], basis: Basis
) -> Text:
    guideline = basis.guideline
    rest = [tuple(name for name in names if name not in first) for names in sets]
    said = [_named(names, basis) for names in rest if names]
    joined = Text(
        guideline.phrases["missing_or"].en.join(dict.fromkeys(text.en for text in said)),
        guideline.phrases["missing_or"].nl.join(dict.fromkeys(text.nl for text in said)),
    )
    values = {"what": what, "rule": Text(one.rule, one.rule), "first": _named(first, basis), "sets": joined}
    name = "missing_both" if first and said else "missing_only_first" if first else "missing_sets"
    return phrase(guideline, name, **values)


def _open(what: Text, one: Undetermined, sets: Sets | None, basis: Basis) -> Text:
    name = "missing_large" if sets is None else "missing_never"
    values = {"what": what, "rule": Text(one.rule, one.rule), "names": _named(one.waits_for, basis)}
    return phrase(basis.guideline, name, **values)
