"""What a recommendation stands on: the grounds of everything that it used, and the findings that it read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from carepath.content.guideline import CURRENT_NODE, EVALUATION_DATE, PRESENT_STEP, Ground, Guideline, tags_of
from carepath.inference.agreement import Prepared
from carepath.language.check import names_of, parameters_of
from carepath.language.nodes import Condition, Named, children
from carepath.recommendation import Contribution


def grounds_of(contribution: Contribution, prepared: Prepared) -> tuple[Ground, ...]:
    """The grounds of a rule (or entry), its terms and parameters, its transition, target step and review interval."""
    return tuple(dict.fromkeys(_grounds(contribution, prepared.guideline)))


def tags_for(contribution: Contribution, prepared: Prepared) -> frozenset[str]:
    """The kinds of ground that a contribution stands on."""
    return tags_of(tuple(_grounds(contribution, prepared.guideline)))


def _grounds(contribution: Contribution, guideline: Guideline) -> Iterator[Ground]:
    if contribution.rule is not None:
        yield from contribution.rule.grounds
    if contribution.output is not None:
        yield from contribution.output.grounds
    if contribution.ask is not None:
        yield from contribution.ask.grounds
    if contribution.entry is not None:
        yield from contribution.entry.grounds
    for condition in conditions_of(contribution):
        for term in terms_of(condition, guideline):
            yield from guideline.terms[term].grounds
        for parameter in all_parameters_of(condition, guideline):
            yield from guideline.parameters[parameter].grounds
    if contribution.transition is not None:
        yield from contribution.transition.grounds
        yield from step_grounds(contribution.transition.target, guideline)


def step_grounds(step: str, guideline: Guideline) -> Iterator[Ground]:
    """The grounds of a step and of its review interval."""
    for pathway in guideline.pathways.values():
        if step in pathway.steps:
            yield from pathway.steps[step].grounds
            yield from guideline.parameters[pathway.steps[step].review].grounds


def conditions_of(contribution: Contribution) -> tuple[Condition, ...]:
    """The conditions that had to be true for a contribution."""
    found = [
        contribution.rule.when if contribution.rule is not None and not _by_output(contribution) else None,
        contribution.output.when if contribution.output is not None else None,
        contribution.ask.when if contribution.ask is not None else None,
        contribution.entry.when if contribution.entry is not None else None,
        contribution.transition.when if contribution.transition is not None else None,
    ]
    return tuple(condition for condition in found if condition is not None)


def _by_output(contribution: Contribution) -> bool:
    return contribution.rule is not None and contribution.rule.by_output and contribution.output is not None


_Names = Callable[[Condition, Guideline], tuple[str, ...]]


def _once(work: _Names) -> _Names:
    """The same function that works out a condition of one content once; at most so many conditions are kept."""
    most = 20_000
    #: The condition is kept too, so that no other one can get its identity.
    kept: dict[tuple[int, str], tuple[Condition, tuple[str, ...]]] = {}

    @functools.wraps(work)
    def remembered(condition: Condition, guideline: Guideline) -> tuple[str, ...]:
        key = (id(condition), guideline.content_hash)
        found = kept.get(key)
        if found is None:
            if len(kept) >= most:
                kept.clear()
            found = kept[key] = (condition, work(condition, guideline))
        return found[1]

    return remembered


@_once
def terms_of(condition: Condition, guideline: Guideline) -> tuple[str, ...]:
    """The terms that a condition uses, also through other terms, each once."""
    found: dict[str, None] = {}
    stack = [condition]
    while stack:
        node = stack.pop()
        if isinstance(node, Named) and node.name in guideline.terms and node.name not in found:
            found[node.name] = None
            stack.append(guideline.terms[node.name].when)
        stack.extend(children(node))
    return tuple(found)


@_once
def all_parameters_of(condition: Condition, guideline: Guideline) -> tuple[str, ...]:
    """The parameters that a condition uses, also through terms, each once."""
    conditions = [condition, *(guideline.terms[term].when for term in terms_of(condition, guideline))]
    return tuple(dict.fromkeys(name for one in conditions for name in parameters_of(one, guideline.symbols)))


def findings_read(contribution: Contribution, guideline: Guideline) -> tuple[str, ...]:
    """The findings that the conditions of a contribution read, in the order in which they stand."""
    return tuple(dict.fromkeys(name for one in conditions_of(contribution) for name in _findings_of(one, guideline)))


@_once
def _findings_of(condition: Condition, guideline: Guideline) -> tuple[str, ...]:
    """The findings that a condition reads, also through terms."""
    found: dict[str, None] = {}
    for one in (condition, *(guideline.terms[term].when for term in terms_of(condition, guideline))):
        for name in names_of(one):
            if name == PRESENT_STEP:
                found[CURRENT_NODE] = None
            elif name in guideline.findings and name != EVALUATION_DATE:
                found[name] = None
    return tuple(found)
