"""What to ask next: the unknown findings in the order in which their answers matter."""

from __future__ import annotations

from collections.abc import Iterable

from carepath.basis import Basis
from carepath.inference.sheet import Resolved
from carepath.recommendation import Question, Recommendation

#: A finding that the patient refused to tell, or that does not apply, is not asked again.
NOT_ASKED = frozenset({"refused", "not_applicable"})


def next_questions(resolved: Resolved, finished: Iterable[Recommendation], basis: Basis) -> tuple[Question, ...]:
    """The unknown findings worth asking for, safety first.

    First what must be screened before anything moves, and the other red flags that are open; then what the rules of
    missing information ask for; then the rest, by how many step changes and referrals wait for it, and by how many
    other outcomes.
    Nothing is asked while something stands that leaves no room for anything else.
    """
    if resolved.closed:
        return ()
    steps: dict[str, int] = {}
    others: dict[str, int] = {}
    for one in resolved.undetermined:
        counts = steps if basis.guideline.kinds[one.kind].step_change else others
        for name in one.waits_for:
            counts[name] = counts.get(name, 0) + 1
    for recommendation in finished:
        for name in recommendation.could_change:
            others[name] = others.get(name, 0) + 1
    safety = list(dict.fromkeys(resolved.missing_for_safety))
    asked = resolved.asked_by
    order = {name: index for index, name in enumerate(basis.guideline.findings)}
    red_flags = {name for name, finding in basis.guideline.findings.items() if finding.red_flag}

    def place(question: Question) -> tuple[int, int, int, int]:
        name = question.finding
        if name in safety:
            return (0, safety.index(name), 0, 0)
        group = 1 if name in red_flags else 2 if name in asked else 3
        return (group, -steps.get(name, 0), -others.get(name, 0), order[name])

    found = [
        Question(
            name,
            name in safety or name in red_flags,
            steps.get(name, 0) + others.get(name, 0),
            tuple(dict.fromkeys(asked.get(name, ()))),
        )
        for name in dict.fromkeys([*safety, *asked, *steps, *others])
        if basis.reason(name) not in NOT_ASKED
    ]
    return tuple(sorted(found, key=place))
