"""Where conditions stand in a guideline, and how another condition is put in such a place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from carepath.content.guideline import Ask, Guideline, Module, Output, ResolveEntry, Rule
from carepath.errors import Place
from carepath.language.nodes import AnyOf, Condition
from carepath.language.symbols import Symbols, ValueType
from carepath.pathway import Pathway, Transition

#: Gives a guideline with another condition in one place.
Put = Callable[[Guideline, Condition], Guideline]


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a condition stands, and how another one is put there."""

    name: str
    condition: Condition
    place: Place | None
    put: Put
    #: The findings, or the parts of the items of a list, that its names stand for.
    types: Mapping[str, ValueType]


def sites(guideline: Guideline) -> Iterator[Site]:
    """Every place of a guideline where a condition stands, in an order that no run changes."""
    types = guideline.symbols.findings
    for name, term in guideline.terms.items():
        yield Site(f"term {name}", term.when, term.place, _put_term(name), types)
    for rule in guideline.rules.values():
        if not rule.by_output:
            yield Site(f"rule {rule.id}", rule.when, rule.place, _put_rule(rule.id), types)
        for output in rule.outputs:
            if output.when is not None:
                name = f"rule {rule.id}, output {output.index}"
                yield Site(name, output.when, output.place, _put_output(rule.id, output.index), types)
    for pathway in guideline.pathways.values():
        yield from _sites_of_pathway(pathway, types)
    entries: list[tuple[str, Ask | ResolveEntry | Module, Put]] = [
        *((f"ask {ask.id}, {ask.index}", ask, _put_ask(index)) for index, ask in enumerate(guideline.asks)),
        *((f"resolve {entry.id}", entry, _put_entry(index)) for index, entry in enumerate(guideline.resolve)),
        *((f"module {module.id}", module, _put_module(index)) for index, module in enumerate(guideline.modules)),
    ]
    for name, one, put in entries:
        if one.when is not None:
            yield Site(name, one.when, one.place, put, types)


def _sites_of_pathway(pathway: Pathway, types: Mapping[str, ValueType]) -> Iterator[Site]:
    name = pathway.name
    if pathway.screen_more_when is not None:
        yield Site(
            f"screen of {name}",
            pathway.screen_more_when,
            pathway.place,
            lambda guideline, after: with_pathway(guideline, replace(guideline.pathways[name], screen_more_when=after)),
            types,
        )
    for step in pathway.steps.values():
        if step.placed_when is not None:
            yield Site(f"step {step.id}", step.placed_when, step.place, _put_step(name, step.id), types)
    for index, way in enumerate(pathway.transitions):
        for key, condition in (("when", way.when), ("unless", way.unless)):
            if condition is not None:
                yield Site(f"transition {way.id}, {key}", condition, way.place, _put_way(name, index, key), types)


def _put_term(name: str) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        symbols = Symbols(
            guideline.symbols.findings, {**guideline.symbols.terms, name: after}, guideline.symbols.parameters
        )
        terms = {**guideline.terms, name: replace(guideline.terms[name], when=after)}
        return replace(guideline, terms=terms, symbols=symbols)

    return put


def _put_rule(rule: str) -> Put:
    return lambda guideline, after: with_rule(guideline, replace(guideline.rules[rule], when=after))


def _put_output(rule: str, index: int) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        return with_output(guideline, rule, index, lambda output: replace(output, when=after))

    return put


def _put_ask(index: int) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        asks = guideline.asks
        return replace(guideline, asks=(*asks[:index], replace(asks[index], when=after), *asks[index + 1 :]))

    return put


def _put_entry(index: int) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        table = guideline.resolve
        return replace(guideline, resolve=(*table[:index], replace(table[index], when=after), *table[index + 1 :]))

    return put


def _put_module(index: int) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        modules = guideline.modules
        changed = replace(modules[index], when=after)
        return replace(guideline, modules=(*modules[:index], changed, *modules[index + 1 :]))

    return put


def _put_step(pathway: str, step: str) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        one = guideline.pathways[pathway]
        steps = {**one.steps, step: replace(one.steps[step], placed_when=after)}
        return with_pathway(guideline, replace(one, steps=steps))

    return put


def _put_way(pathway: str, index: int, key: str) -> Put:
    def put(guideline: Guideline, after: Condition) -> Guideline:
        way = guideline.pathways[pathway].transitions[index]
        changed = replace(way, when=after) if key == "when" else replace(way, unless=after)
        return with_way(guideline, pathway, index, changed)

    return put


def with_rule(guideline: Guideline, rule: Rule) -> Guideline:
    """The guideline with another rule of that id."""
    return replace(guideline, rules={**guideline.rules, rule.id: rule})


def with_output(guideline: Guideline, rule: str, index: int, change: Callable[[Output], Output]) -> Guideline:
    """The guideline with one output of a rule changed."""
    one = guideline.rules[rule]
    outputs = tuple(change(output) if output.index == index else output for output in one.outputs)
    if not one.by_output:
        return with_rule(guideline, replace(one, outputs=outputs))
    whens = tuple(output.when for output in outputs if output.when is not None)
    return with_rule(guideline, replace(one, outputs=outputs, when=whens[0] if len(whens) == 1 else AnyOf(whens)))


def with_pathway(guideline: Guideline, pathway: Pathway) -> Guideline:
    """The guideline with another pathway of that name."""
    return replace(guideline, pathways={**guideline.pathways, pathway.name: pathway})


def with_way(guideline: Guideline, pathway: str, index: int, way: Transition) -> Guideline:
    """The guideline with another transition in its place."""
    one = guideline.pathways[pathway]
    ways = (*one.transitions[:index], way, *one.transitions[index + 1 :])
    return with_pathway(guideline, replace(one, transitions=ways))
