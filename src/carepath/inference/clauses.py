"""The conditions that engines evaluate for one guideline on one date, each under a stable id.

``rule:IM-1`` is a rule, ``output:E-2:1`` an output with a condition of its own, ``transition:...`` a way between
steps, ``ask:``, ``resolve:``, ``module:`` and ``screen:`` the conditions of those entries. A rule that belongs to
some pathways only, or is in force from or until a date, carries that as part of its condition.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from carepath.content.guideline import EVALUATION_DATE, PATHWAY, Guideline, Output, Rule
from carepath.language.nodes import (
    All,
    Among,
    Compare,
    Condition,
    Day,
    FindingRef,
    IsKnown,
    Named,
    Word,
    children,
    is_derived,
)
from carepath.pathway import Transition


def clauses_of(guideline: Guideline) -> dict[str, Condition]:
    """Every condition of a guideline that is evaluated for a patient, by its id."""
    found: dict[str, Condition] = {}
    for rule in guideline.rules.values():
        found.update(_rule_clauses(rule, tuple(guideline.pathways)))
    for pathway in guideline.pathways.values():
        for transition in pathway.transitions:
            found.update(_transition_clauses(transition))
    entries = (
        *((f"screen:{pathway.name}", pathway.screen_more_when) for pathway in guideline.pathways.values()),
        *((f"ask:{ask.index}", ask.when) for ask in guideline.asks),
        *((f"resolve:{entry.id}", entry.when) for entry in guideline.resolve),
        *((f"module:{module.id}", module.when) for module in guideline.modules),
    )
    found.update({name: condition for name, condition in entries if condition is not None})
    return found


def _rule_clauses(rule: Rule, every_pathway: tuple[str, ...]) -> Iterator[tuple[str, Condition]]:
    frame = _frame(rule, every_pathway)
    yield rule_id(rule.id), _all(*frame, rule.when)
    for output in rule.outputs:
        if output.when is not None:
            of_rule = () if rule.by_output else (rule.when,)
            yield output_id(rule.id, output), _all(*frame, *of_rule, output.when)


def rule_id(rule: str) -> str:
    """The id of a rule's clause."""
    return f"rule:{rule}"


def output_id(rule: str, output: Output) -> str:
    """The id of the clause that an output stands on: its own, or its rule's."""
    return rule_id(rule) if output.when is None else f"output:{rule}:{output.index}"


def transition_ids(transition: Transition) -> tuple[str, str]:
    """The ids of a transition's ``when`` and ``unless``."""
    return f"transition:{transition.id}:when", f"transition:{transition.id}:unless"


def _transition_clauses(transition: Transition) -> Iterator[tuple[str, Condition]]:
    when, unless = transition_ids(transition)
    if transition.when is not None:
        yield when, transition.when
    if transition.unless is not None:
        yield unless, transition.unless


def _frame(rule: Rule, every_pathway: tuple[str, ...]) -> tuple[Condition, ...]:
    """The conditions that a rule's pathways and dates stand for."""
    parts: list[Condition] = []
    if set(rule.pathways) != set(every_pathway):
        parts.append(Among(FindingRef(PATHWAY), tuple(Word(name) for name in rule.pathways)))
    for op, day in ((">=", rule.start), ("<=", rule.end)):
        if isinstance(day, dt.date):
            parts.append(Compare(FindingRef(EVALUATION_DATE), op, Day(day)))
    return tuple(parts)


def _all(*conditions: Condition) -> Condition:
    return conditions[0] if len(conditions) == 1 else All(conditions)


def derived_leaves(clauses: Mapping[str, Condition], terms: Mapping[str, Condition]) -> tuple[Condition, ...]:
    """The leaves that the record settles before an engine runs, each once."""
    found: dict[Condition, None] = {}
    seen: set[str] = set()
    stack = list(clauses.values())
    while stack:
        condition = stack.pop()
        if isinstance(condition, IsKnown) or is_derived(condition):
            found[condition] = None
        elif isinstance(condition, Named) and condition.name in terms and condition.name not in seen:
            seen.add(condition.name)
            stack.append(terms[condition.name])
        stack.extend(children(condition))
    return tuple(found)


def comparisons(
    clauses: Mapping[str, Condition], terms: Mapping[str, Condition], names: frozenset[str]
) -> dict[str, tuple[Compare | Among, ...]]:
    """By finding the comparisons of clauses and terms that read one of the findings named, each once."""
    found: dict[str, dict[Compare | Among, None]] = {}
    for leaf in leaves_of((*clauses.values(), *terms.values())):
        if isinstance(leaf, Compare | Among) and isinstance(leaf.operand, FindingRef) and leaf.operand.name in names:
            found.setdefault(leaf.operand.name, {})[leaf] = None
    return {name: tuple(leaves) for name, leaves in found.items()}


def leaves_of(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The leaves of conditions, perhaps repeated; a term that stands in one is a leaf."""
    stack = list(conditions)
    while stack:
        condition = stack.pop()
        below = children(condition)
        stack.extend(below)
        if not below:
            yield condition
