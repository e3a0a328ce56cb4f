"""The items of a list that a condition over their parts tells apart."""

from __future__ import annotations

from collections.abc import Mapping

from carepath.content.guideline import Guideline
from carepath.language.evaluate import Compiler, Scope
from carepath.language.nodes import Condition, IsKnown
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.record.derived import leaf_findings
from carepath.testing.boundary_values import BoundaryValues, ItemsOf, scalars
from carepath.testing.condition_search import FALSE, TRUE, UNKNOWN, Demand, Search, deciding_choices, written_out
from carepath.testing.recorded import Option, plain


def items_of(guideline: Guideline, scope: Scope) -> ItemsOf:
    """What gives the items of a list for a condition over their parts, with the parameters of a scope."""
    return lambda where, parts: _items(guideline, scope.parameters, where, parts)


def _items(
    guideline: Guideline, parameters: Mapping[str, int | float], where: Condition, parts: Mapping[str, ValueType]
) -> list[Mapping[str, object]]:
    """The items of a list that a condition over their parts tells apart; the first satisfies it, if any does."""
    scope = Scope({}, parts, parameters)
    tree = written_out(where, scope, lambda leaf: tuple(name for name in leaf_findings(leaf) if name in parts))
    marks = BoundaryValues(guideline, scope, [leaf.condition for leaf in tree.leaves()], items_of(guideline, scope))
    options: dict[str, tuple[Option, ...]] = {
        name: (*(plain(value) for value in scalars(kind, marks.marks(name))), None) for name, kind in parts.items()
    }
    compiler = Compiler(scope)

    def truth_of(leaf: Condition, recorded: Mapping[str, Option]) -> Truth:
        item = {name: one.facts[0].value for name, one in recorded.items() if one is not None}
        known = {write_line(IsKnown(name)): True for name in item}
        return compiler.compile(leaf)({**item, **known})  # type: ignore[dict-item]  # no part of an item is a list

    search = Search(options, truth_of, tuple(tree.leaves()))
    choices = [choice for bit in (TRUE, FALSE, UNKNOWN) if (choice := search.find([Demand(tree, bit)])) is not None]
    choices += [choice for _, _, choice in deciding_choices(tree, tree.leaves(), search, search.find)]
    found: dict[str, Mapping[str, object]] = {}
    for choice in choices:
        chosen = {name: options[name][index] for name, index in choice.items()}
        item = {name: one.facts[0].value for name, one in sorted(chosen.items()) if one is not None}
        found.setdefault(repr(item), item)
    return list(found.values())
