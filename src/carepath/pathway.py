"""A pathway: steps and transitions, as frozen content and as a ``networkx.DiGraph``."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

    from carepath.content.guideline import Ground, Printer, Text
    from carepath.errors import Place
    from carepath.language.nodes import Condition


@dataclass(frozen=True, slots=True)
class Described:
    """A text with the grounds that it stands on."""

    text: Text
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a pathway: where it stands, who works there, what they do, when it is evaluated."""

    id: str
    pathway: str
    text: Text
    line: str
    step: int | None
    rank: float
    kind: str
    placed_when: Condition | None
    disciplines: tuple[Text, ...]
    interventions: tuple[Described, ...]
    review: str
    grounds: tuple[Ground, ...]
    measurements: str | None = None
    notes: tuple[Described, ...] = ()
    conflicts: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from one step to another, and the rules that open it.

    ``when`` must be true; ``unless``, when true, closes it (while it is unknown the way stays open).
    """

    source: str
    target: str
    kind: str
    rules: tuple[str, ...]
    when: Condition | None
    unless: Condition | None
    grounds: tuple[Ground, ...]
    text: Text | None = None
    place: Place | None = None

    @property
    def id(self) -> str:
        """A stable name: ``SP0>SP1:escalate``."""
        return f"{self.source}>{self.target}:{self.kind}"


@dataclass(frozen=True)
class Pathway:
    """Steps in the order of their rank, transitions, and what must be screened."""

    name: str
    text: Text
    scope: Text
    line_2_step: str
    screen: tuple[str, ...]
    screen_more: tuple[str, ...]
    screen_more_when: Condition | None
    steps: Mapping[str, Step]
    transitions: tuple[Transition, ...]
    grounds: tuple[Ground, ...]
    place: Place | None = None

    def __repr__(self) -> str:
        return f"<Pathway {self.name}: {len(self.steps)} steps, {len(self.transitions)} transitions>"

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001 - printers call it so
        """The same for printers that would write out every field of a dataclass, as Hypothesis does."""
        printer.text(repr(self))

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: the drawing, the steps and the transitions."""
        from carepath.display.notebook import bundle, pathway_forms  # noqa: PLC0415 - only a notebook pays for it

        return bundle(pathway_forms(self), include, exclude)

    def transitions_from(self, step: str) -> tuple[Transition, ...]:
        """The transitions that leave a step, lower target first."""
        found = [transition for transition in self.transitions if transition.source == step]
        return tuple(sorted(found, key=lambda t: (self.steps[t.target].rank, t.target, t.kind)))

    @functools.cached_property
    def graph(self) -> nx.DiGraph[str]:
        """The pathway as a directed graph.

        Node attributes: ``line``, ``step``, ``rank``, ``kind``, ``text``. Edge attributes: ``transitions`` (all
        between the two steps), ``kinds`` and ``rules`` (both sorted tuples).
        """
        import networkx as nx  # noqa: PLC0415 - networkx is heavy and only the graph needs it

        graph: nx.DiGraph[str] = nx.DiGraph(name=self.name)
        for step in self.steps.values():
            graph.add_node(step.id, line=step.line, step=step.step, rank=step.rank, kind=step.kind, text=step.text)
        for transition in self.transitions:
            known = graph.edges.get((transition.source, transition.target), {})
            both = (*known.get("transitions", ()), transition)
            graph.add_edge(
                transition.source,
                transition.target,
                transitions=both,
                kinds=tuple(sorted({t.kind for t in both})),
                rules=tuple(sorted({rule for t in both for rule in t.rules})),
            )
        nx.freeze(graph)
        return graph
