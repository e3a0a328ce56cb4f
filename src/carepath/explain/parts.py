"""What stands behind a recommendation, as nodes: rules with conditions, ways, asks, entries, counter-arguments."""

from __future__ import annotations

from collections.abc import Iterator

from carepath.basis import Basis
from carepath.content.guideline import Ask, Ground, ResolveEntry, Text
from carepath.display.wording import argument_text, contribution_text, recommendation_text
from carepath.explain.explanation import Node, phrase, standings
from carepath.explain.once import standings_of
from carepath.explain.statements import listed
from carepath.explain.subjects import headline
from carepath.explain.tree import LEAVES, read_of, tree_of
from carepath.inference.clauses import output_id, rule_id
from carepath.inference.drafts import Draft, matches
from carepath.language.nodes import Condition
from carepath.pathway import Transition
from carepath.recommendation import Contribution, Recommendation


def contribution_node(contribution: Contribution, rec: Recommendation, basis: Basis) -> Node:
    """What gives a recommendation: the rule with its condition, or the ask or entry."""
    if contribution.ask is not None:
        return _ask_node(contribution.ask, rec, basis)
    if contribution.entry is not None:
        return entry_node(contribution.entry, basis)
    return _rule_node(contribution, rec, basis)


def clause_of(contribution: Contribution, basis: Basis) -> Condition | None:
    """The condition that a rule's output stands on."""
    if contribution.rule is None:
        return None
    rule, output = contribution.rule, contribution.output
    clause = output_id(rule.id, output) if output is not None else rule_id(rule.id)
    return basis.prepared.clauses[clause]


def _rule_node(contribution: Contribution, rec: Recommendation, basis: Basis) -> Node:
    rule, output, condition = contribution.rule, contribution.output, clause_of(contribution, basis)
    if rule is None or condition is None:
        return Node("rule", headline(rec, basis))
    tree = tree_of(condition, basis)
    text = _said(contribution, rec, basis)
    parts = [*(tree.children if tree.role == "all" else (tree,))]
    if contribution.transition is not None:
        parts.append(way_node(contribution.transition, basis))
    parts += _against(contribution, rec, basis)
    shown = standings_of(basis, rule.grounds, *((output.grounds,) if output is not None else ()))
    return Node("rule", text, rule.id, tree.truth, tree.condition, grounds=shown, children=tuple(parts))


def _said(contribution: Contribution, rec: Recommendation, basis: Basis) -> Text:
    if contribution_text(contribution) is None:
        return headline(rec, basis)
    alone = Recommendation(
        rec.kind,
        (contribution,),
        target=rec.target,
        missing=rec.missing,
        conditions=rec.conditions,
    )
    return recommendation_text(alone, basis)


def draft_of(rec: Recommendation) -> Draft:
    """A recommendation as the resolve table looks at it."""
    fields = (rec.target, rec.urgency, rec.level, rec.group, rec.topic, rec.internal_step, rec.conditional)
    return Draft(rec.kind, list(rec.contributions), *fields)


def entries_for(rec: Recommendation, basis: Basis) -> tuple[ResolveEntry, ...]:
    """The entries of the resolve table that select a recommendation, in their order."""
    draft = draft_of(rec)
    return tuple(entry for entry in basis.guideline.resolve if matches(entry.selects, draft, basis.pathway))


def rules_beside(entry: ResolveEntry, basis: Basis) -> Iterator[Condition]:
    """The conditions of the rules whose recommendations an entry looks for beside what it selects."""
    kinds = {kind for selector in (*entry.given, *entry.absent) for kind in selector.kinds}
    for rule in basis.guideline.rules.values():
        for output in rule.outputs:
            if output.kind in kinds:
                yield basis.prepared.clauses[output_id(rule.id, output)]


def way_node(transition: Transition, basis: Basis) -> Node:
    """A way from one step to another, with the conditions that open and close it."""
    guideline = basis.guideline
    names = {name: Text(step, step) for name, step in (("source", transition.source), ("target", transition.target))}
    text = transition.text or phrase(guideline, "tree_way", **names)
    parts = []
    if transition.when is not None:
        parts.append(tree_of(transition.when, basis))
    if transition.unless is not None:
        closed = tree_of(transition.unless, basis)
        parts.append(Node("unless", phrase(guideline, "tree_unless"), None, closed.truth, None, children=(closed,)))
    shown = standings_of(basis, transition.grounds)
    return Node("way", text, transition.id, grounds=shown, children=tuple(parts))


def _against(contribution: Contribution, rec: Recommendation, basis: Basis) -> Iterator[Node]:
    """The counter-arguments of a rule, and the grounds that speak against it."""
    rule = contribution.rule
    if rule is None:
        return
    for argument in rule.against:
        text = argument_text(argument.text, rec, basis)
        yield Node("against", text, grounds=standings_of(basis, argument.grounds))
    for ground in rule.grounds:
        said = _words_of(ground)
        if ground.role == "counter" and said is not None:
            yield Node("against", said, grounds=standings((ground,), basis.guideline))


def _words_of(ground: Ground) -> Text | None:
    if ground.note is not None:
        return ground.note
    return Text(ground.quote, ground.quote) if ground.quote is not None else None


def _ask_node(ask: Ask, rec: Recommendation, basis: Basis) -> Node:
    text = _said(Contribution(ask=ask), rec, basis)
    parts = [tree_of(ask.when, basis)] if ask.when is not None else []
    reads = tuple(read_of(name, basis) for name in rec.missing if ask.screening or name in ask.findings)
    grounds = standings_of(basis, ask.grounds)
    return Node("ask", text, ask.id, reads=reads, grounds=grounds, children=tuple(parts))


def entry_node(entry: ResolveEntry, basis: Basis, *, text: Text | None = None) -> Node:
    """An entry of the resolve table with its condition."""
    parts = (tree_of(entry.when, basis),) if entry.when is not None else ()
    shown = standings_of(basis, entry.grounds)
    target = Recommendation("continue", (Contribution(entry=entry),), target=basis.position.step)
    said = text if text is not None else recommendation_text(target, basis)
    return Node("entry", said, entry.id, parts[0].truth if parts else None, grounds=shown, children=parts)


# --- in a few words --------------------------------------------------------------------------------------------------


def reasons(node: Node) -> Iterator[Node]:
    """The parts of a true condition that make it true: terms and single conditions, from the top."""
    if node.role == "any" or node.role in {"all", "rule"}:
        for child in node.children:
            if child.truth == "true":
                yield from reasons(child)
    elif node.role in LEAVES or node.role == "term":
        yield node


def reasons_text(nodes: Iterator[Node], basis: Basis) -> Text:
    """What makes something so, on one line."""
    return listed((node.text for node in nodes), basis.guideline)
