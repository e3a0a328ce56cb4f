"""Laws that hold for every patient, as functions to call on a guideline of one's own.

Each assesses generated patients on a guideline and raises ``LawBroken`` with a small patient for whom the law does not
hold. Needs ``carepath[testing]``::

    import pytest
    from carepath import load_guideline
    from carepath.testing import laws

    GUIDELINE = load_guideline("my_guideline")

    @pytest.mark.parametrize("law", laws.ALL)
    def test_a_law_holds(law: laws.Law) -> None:
        law(GUIDELINE, at="2026-03-02")

or, in one line, ``laws.check_all(GUIDELINE, at="2026-03-02")``, which reports all laws that do not hold. The same
examples are tried each time; give more ``examples`` to look further.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from carepath.content.guideline import Guideline
from carepath.errors import ArgumentError, Problem, nearest
from carepath.testing.laws.advice import (
    entitlement_depends_on_group_and_date,
    every_recommendation_has_grounds,
    scores_never_decide_referral,
    up_and_down_are_never_both_unconditional,
)
from carepath.testing.laws.frame import Law, LawBroken, LawsBroken
from carepath.testing.laws.knowledge import (
    nothing_moves_unscreened,
    unknown_is_never_taken_for_false,
    verdicts_are_monotone,
)
from carepath.testing.laws.population import population_of
from carepath.testing.laws.red_flags import red_flags_dominate
from carepath.testing.laws.sameness import (
    engines_agree,
    order_never_matters,
    replay_gives_the_same,
    same_input_same_bytes,
)

__all__ = [
    "ALL",
    "NAMES",
    "Law",
    "LawBroken",
    "LawsBroken",
    "check_all",
    "engines_agree",
    "entitlement_depends_on_group_and_date",
    "every_recommendation_has_grounds",
    "nothing_moves_unscreened",
    "order_never_matters",
    "red_flags_dominate",
    "replay_gives_the_same",
    "same_input_same_bytes",
    "scores_never_decide_referral",
    "unknown_is_never_taken_for_false",
    "up_and_down_are_never_both_unconditional",
    "verdicts_are_monotone",
]

#: Every law.
ALL: tuple[Law, ...] = (
    verdicts_are_monotone,
    unknown_is_never_taken_for_false,
    nothing_moves_unscreened,
    red_flags_dominate,
    scores_never_decide_referral,
    entitlement_depends_on_group_and_date,
    up_and_down_are_never_both_unconditional,
    every_recommendation_has_grounds,
    order_never_matters,
    engines_agree,
    same_input_same_bytes,
    replay_gives_the_same,
)
#: Their names, in the same order.
NAMES: tuple[str, ...] = tuple(law.__name__ for law in ALL)


def check_all(
    guideline: Guideline,
    *,
    at: dt.date | str,
    pathways: Iterable[str | None] | None = None,
    examples: int = 50,
    without: Iterable[str] = (),
) -> None:
    """Tries every law on a guideline, and reports all that do not hold.

    Args:
        guideline: the content, say ``carepath.load_guideline("my_guideline")``.
        at: the evaluation date, a date or ``YYYY-MM-DD``.
        pathways: names of pathways on which patients are assessed, None among them for no pathway chosen; all of them
            and none chosen, unless named.
        examples: on how many patients each law is tried, 1 or more.
        without: names of laws that are left out.

    Raises:
        LawsBroken: some laws do not hold; ``broken`` has each, and the message a small patient for each.
        ArgumentError: an argument cannot be used.
        ContentError: a parameter has no value on the date.
    """
    __tracebackhide__ = True
    left_out = _left_out(without)
    population = population_of(guideline, at=at, pathways=pathways, examples=examples)
    broken: list[LawBroken] = []
    chosen = [law for law in ALL if law.__name__ not in left_out]
    for law in chosen:
        try:
            law(guideline, at=at, pathways=population.pathways, examples=examples)
        except LawBroken as error:
            broken.append(error)
    if broken:
        raise LawsBroken(broken, tried=len(chosen))


def _left_out(without: object) -> frozenset[str]:
    """The names of laws that are left out.

    Raises:
        ArgumentError: there is no such law.
    """
    if isinstance(without, str) or not isinstance(without, Iterable):
        message = f"without: a value of type {type(without).__name__} is no list of names of laws"
        raise ArgumentError([Problem("CP082", message, None, 'write without=["name"]')])
    given = tuple(without)
    problems = []
    for name in given:
        if name not in NAMES:
            shown = repr(name[:60]) if isinstance(name, str) else f"of type {type(name).__name__}"
            advice = nearest(name if isinstance(name, str) else "", NAMES)
            problems.append(Problem("CP082", f"there is no law {shown}", None, advice))
    if problems:
        raise ArgumentError(problems)
    return frozenset(given)
