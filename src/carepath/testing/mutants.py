"""Mutants of a guideline: the same content with one small mistake in it, each with a name, a place and a sentence.

The mistakes are those that people make in content: a threshold one off, all for any, a condition forgotten, a
condition the wrong way round, one step for another, a date one day off. A set of scenarios that no longer agrees
with a mutant would have found that mistake; the mutants that it agrees with show where it does not look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from carepath.content.guideline import DatedValue, Guideline, Output, Parameter, Rule
from carepath.errors import Place
from carepath.inference.clauses import output_id
from carepath.language.nodes import Condition
from carepath.pathway import Pathway, Transition
from carepath.testing.condition_mutations import mutations
from carepath.testing.condition_sites import Site, sites, with_output, with_rule, with_way

#: What is done, in the order in which reports show it.
OPERATORS = ("shift", "flip", "drop", "negate", "swap", "move")

Change = Callable[[Guideline], Guideline]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake in a guideline.

    ``site`` says in which part of the content it stands, ``operator`` which kind of mistake it is. Where it stands in
    a condition, ``before`` and ``after`` are that condition without and with it. Where it touches steps or the output
    of one clause alone, ``steps`` and ``clause`` name them: only patients there can tell the difference.
    """

    id: str
    site: str
    operator: str
    sentence: str
    place: Place | None
    change: Change = field(repr=False, compare=False)
    before: Condition | None = None
    after: Condition | None = None
    steps: tuple[str, ...] = ()
    clause: str | None = None

    def apply(self, guideline: Guideline) -> Guideline:
        """The guideline with the mistake; its edition and hash say that it is a mutant."""
        changed = self.change(guideline)
        return replace(
            changed, content_hash=f"{guideline.content_hash} {self.id}", edition=f"{guideline.edition} mutant"
        )


def mutants(guideline: Guideline) -> Iterator[Mutant]:
    """Every mutant of a guideline, always in the same order.

    Args:
        guideline: the content; it may be your own.
    """
    for site in sites(guideline):
        counts: dict[str, int] = {}
        for operator, after, words in mutations(site.condition, site.types):
            counts[operator] = counts.get(operator, 0) + 1
            yield Mutant(
                id=f"{site.name}: {operator} {counts[operator]}",
                site=site.name,
                operator=operator,
                sentence=f"{site.name}: {words}",
                place=site.place,
                change=_putting(site, after),
                before=site.condition,
                after=after,
            )
    yield from _of_parameters(guideline)
    yield from _of_transitions(guideline)
    yield from _of_outputs(guideline)
    yield from _of_dates(guideline)


def _putting(site: Site, after: Condition) -> Change:
    return lambda guideline: site.put(guideline, after)


# --- parameters, ways, targets, dates -------------------------------------------------------------------------------


def _of_parameters(guideline: Guideline) -> Iterator[Mutant]:
    for parameter in guideline.parameters.values():
        for index, dated in enumerate(parameter.values):
            for by in (-1, 1):
                yield from _of_value(parameter, index, dated, by)


def _of_value(parameter: Parameter, index: int, dated: DatedValue, by: int) -> Iterator[Mutant]:
    def changed(value: DatedValue) -> Change:
        def change(guideline: Guideline) -> Guideline:
            one = guideline.parameters[parameter.name]
            values = (*one.values[:index], value, *one.values[index + 1 :])
            return replace(guideline, parameters={**guideline.parameters, parameter.name: replace(one, values=values)})

        return change

    site, sign = f"parameter {parameter.name}", "+1" if by > 0 else "-1"
    if isinstance(dated.value, dt.date):
        moved = dated.value + dt.timedelta(days=by)
        words = f"{site}: {dated.value} becomes {moved}"
        yield Mutant(f"{site}: move {sign}", site, "move", words, parameter.place, changed(replace(dated, value=moved)))
    elif dated.value is not None:
        words = f"{site}: {dated.value} becomes {dated.value + by}"
        change = changed(replace(dated, value=dated.value + by))
        yield Mutant(f"{site}: shift {sign} of {dated.value}", site, "shift", words, parameter.place, change)
    if dated.start is not None:
        start = dated.start + dt.timedelta(days=by)
        words = f"{site}: the value from {dated.start} counts from {start}"
        change = changed(replace(dated, start=start))
        yield Mutant(f"{site}: move {sign} of {dated.start}", site, "move", words, parameter.place, change)


def _of_transitions(guideline: Guideline) -> Iterator[Mutant]:
    for pathway in guideline.pathways.values():
        for index, way in enumerate(pathway.transitions):
            site = f"transition {way.id} by {' '.join(way.rules)}"
            for end, step in (("from", way.source), ("to", way.target)):
                other = _next_step(pathway, step, {way.source, way.target})
                if other is not None:
                    changed = replace(way, source=other) if end == "from" else replace(way, target=other)
                    words = f"{site}: it leads {end} {other} in place of {step}"
                    yield Mutant(
                        f"{site}: swap {end}",
                        site,
                        "swap",
                        words,
                        way.place,
                        _way_change(pathway.name, index, changed),
                        steps=(way.source, changed.source),
                    )
            for rule in way.rules:
                kept = tuple(one for one in way.rules if one != rule)
                words = f"{site}: {rule} does not open it"
                change = _way_change(pathway.name, index, replace(way, rules=kept))
                yield Mutant(f"{site}: drop {rule}", site, "drop", words, way.place, change, steps=(way.source,))


def _way_change(pathway: str, index: int, way: Transition) -> Change:
    return lambda guideline: with_way(guideline, pathway, index, way)


def _next_step(pathway: Pathway, step: str, but: set[str]) -> str | None:
    """The step that stands after one in its pathway, the first after the last, leaving some out."""
    names = list(pathway.steps)
    start = names.index(step)
    return next((name for name in (*names[start + 1 :], *names[:start]) if name not in but), None)


def _of_outputs(guideline: Guideline) -> Iterator[Mutant]:
    for rule in guideline.rules.values():
        for output in rule.outputs:
            for name, word in (("target", output.target), ("internal_step", output.internal_step)):
                other = _next_word(word, tuple(guideline.vocabulary.get(name, ()))) if word is not None else None
                if other is not None:
                    site = f"rule {rule.id}, output {output.index}"
                    yield Mutant(
                        f"{site}: swap {name}",
                        site,
                        "swap",
                        f"{site}: its {name.replace('_', ' ')} is {other} in place of {word}",
                        output.place or rule.place,
                        _output_change(rule.id, output.index, name, other),
                        clause=output_id(rule.id, output),
                    )


def _output_change(rule: str, index: int, name: str, word: str) -> Change:
    def changed(output: Output) -> Output:
        return replace(output, target=word) if name == "target" else replace(output, internal_step=word)

    return lambda guideline: with_output(guideline, rule, index, changed)


def _next_word(word: str, words: Sequence[str]) -> str | None:
    others = [*words[words.index(word) + 1 :], *words[: words.index(word)]] if word in words else list(words)
    return next(iter(others), None)


def _of_dates(guideline: Guideline) -> Iterator[Mutant]:
    for rule in guideline.rules.values():
        for name, day in (("from", rule.start), ("until", rule.end)):
            for by, moved in _moved(day):
                changed = replace(rule, start=moved) if name == "from" else replace(rule, end=moved)
                site = f"rule {rule.id}"
                words = f"{site}: in force {name} {moved} in place of {day}"
                yield Mutant(f"{site}: move {name} {by:+d}", site, "move", words, rule.place, _rule_change(changed))
    for index, entry in enumerate(guideline.entitlements):
        site = f"entitlement of {entry.group} from {entry.start}"
        for by, moved in _moved(entry.start):
            words, change = f"{site}: it counts from {moved}", _entitlement_change(index, moved)
            yield Mutant(f"{site}: move {by:+d}", site, "move", words, entry.place, change)


def _moved(day: dt.date | None) -> Iterator[tuple[int, dt.date]]:
    """The day before a date and the day after it."""
    for by in (-1, 1):
        if day is not None and 1 <= day.toordinal() + by <= dt.date.max.toordinal():
            yield by, day + dt.timedelta(days=by)


def _rule_change(rule: Rule) -> Change:
    return lambda guideline: with_rule(guideline, rule)


def _entitlement_change(index: int, start: dt.date) -> Change:
    def change(guideline: Guideline) -> Guideline:
        entries = guideline.entitlements
        changed = replace(entries[index], start=start)
        return replace(guideline, entitlements=(*entries[:index], changed, *entries[index + 1 :]))

    return change
