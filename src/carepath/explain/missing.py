"""What is missing: for each recommendation that could still come the smallest sets of findings that settle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.content.guideline import Guideline, Text
from carepath.explain.explanation import Data, Explanation, Node, phrase
from carepath.explain.settling import FREE, Settling
from carepath.explain.smallest_sets import Sets, smallest_sets
from carepath.explain.statements import listed
from carepath.explain.subjects import headline
from carepath.explain.tree import read_of
from carepath.explain.why_not import alone_of
from carepath.explain.workshop import Workshop
from carepath.recommendation import Contribution, Recommendation, Undetermined

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.basis import Basis


@dataclass(frozen=True, eq=False, repr=False)
class Missing(Explanation):
    """What settles one recommendation that could still come.

    ``first`` must be known whatever else is: red flags and what holds the recommendation up. ``sets`` are all
    smallest sets of findings that settle it, each with ``first`` in it. They are exact, unless ``exact`` is False:
    then there were too many ways to try and ``sets`` is empty. ``sets`` is empty too where nothing that can be asked
    settles it. Where a set rules the recommendation out whatever its values, there is nothing to hold up and ``first``
    is empty. ``undetermined`` says which recommendation it is.
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
            "target": one.target,
            "topic": one.topic,
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
    wanted = [one for one in assessment.undetermined if not closed or one.kind in FREE]
    return _missing_for(wanted, basis) if wanted else ()


def missing_for(one: Undetermined, basis: Basis) -> Missing:
    """The smallest sets that settle one undetermined recommendation."""
    return _missing_for([one], basis)[0]


def _missing_for(wanted: Sequence[Undetermined], basis: Basis) -> tuple[Missing, ...]:
    """The smallest sets that settle each; what they share is worked out once."""
    workshop = Workshop(basis)
    settling = Settling(basis, workshop.forest)
    order = {name: index for index, name in enumerate(basis.guideline.findings)}
    found = []
    for one in wanted:
        tree, first = settling.tree(one)
        found.append(_explained(one, first, smallest_sets(tree, workshop), order, basis))
    return tuple(found)


# --- in words --------------------------------------------------------------------------------------------------------


def _explained(
    one: Undetermined, first: tuple[str, ...], sets: Sets | None, order: Mapping[str, int], basis: Basis
) -> Missing:
    guideline = basis.guideline
    output = guideline.rules[one.rule].outputs[one.output]
    # What would hold it up is not asked for where other findings rule it out, whatever their values.
    first = tuple(name for name in first if all(name in names for names in sets or ()))
    ordered = tuple(tuple(sorted(names, key=lambda name: (name not in first, order[name]))) for names in (sets or ()))

    def sentence() -> Text:
        what = headline(_recommendation(one, guideline), basis)
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


def _recommendation(one: Undetermined, guideline: Guideline) -> Recommendation:
    rule = guideline.rules[one.rule]
    output = rule.outputs[one.output]
    return Recommendation(
        output.kind,
        (Contribution(rule, output),),
        target=one.target,
        urgency=output.urgency,
        level=output.level,
        group=output.group,
        topic=output.topic,
        internal_step=output.internal_step,
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
