"""What explanations say of the content alone: worked out once for a guideline, whoever the patient is."""

from __future__ import annotations

from carepath.basis import Basis
from carepath.content.guideline import Ground, Text
from carepath.explain.explanation import Standing, standings
from carepath.explain.statements import condition_text
from carepath.language.nodes import Condition
from carepath.language.write import write_line

# Conditions and grounds of the content stand under their identity, and are kept beside it: so nothing else gets it.


def said_of(condition: Condition, basis: Basis) -> tuple[str, Text]:
    """A condition as it is written, on one line, and what it asks for, with the values of its parameters."""
    kept = basis.prepared.kept.setdefault("said", {})
    if id(condition) not in kept:
        kept[id(condition)] = condition, (write_line(condition), condition_text(condition, basis.guideline, basis.at))
    said: tuple[str, Text] = kept[id(condition)][1]
    return said


def standings_of(basis: Basis, *grounds: tuple[Ground, ...]) -> tuple[Standing, ...]:
    """The grounds of one or more parts of the content with their owners, each once."""
    kept = basis.prepared.kept.setdefault("grounds", {})
    key = tuple(map(id, grounds))
    if key not in kept:
        together = tuple(one for several in grounds for one in several)
        kept[key] = grounds, standings(together, basis.guideline)
    found: tuple[Standing, ...] = kept[key][1]
    return found
