"""Makes the patient for whom a law does not hold small: leaves out what does not matter, in a bounded number of tries.

Hypothesis shrinks choices, one by one, and an assessment takes milliseconds: that is half a minute for one patient.
A patient is a mapping of findings, of which most can go at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from carepath.testing.laws.population import Trial

#: How often a smaller patient is tried, for one law.
_MAX_TRIES = 200

#: What was seen where a law does not hold; None where it does.
Check = Callable[[Trial], str | None]


def smallest(trial: Trial, check: Check) -> Trial:
    """The trial with as few findings, and these as plain, as still shows what is wrong.

    No single finding can be left out of what it gives, unless the tries run out before that is known.

    Args:
        trial: one that the check finds wrong.
        check: says what is wrong, or None. An error that it raises counts as nothing wrong.
    """
    return _Smaller(check).made_of(trial)


class _Smaller:
    def __init__(self, check: Check) -> None:
        self.check = check
        self.tries = 0

    def made_of(self, trial: Trial) -> Trial:
        """What is left when nothing more can go."""
        for one in (trial.second, trial.first):
            if self._is_wrong(Trial(one, one)):
                trial = Trial(one, one)
                break
        size = max(1, len(trial.findings) // 2)
        while self.tries < _MAX_TRIES:
            before = len(trial.findings)
            trial = self._without(trial, size)
            if size > 1:
                size //= 2
            elif len(trial.findings) == before:
                break
        return self._plain(trial)

    def _without(self, trial: Trial, size: int) -> Trial:
        """The trial without each so many findings that can go together."""
        names = trial.findings
        for start in range(0, len(names), size):
            less = trial.without(names[start : start + size])
            if self._is_wrong(less):
                trial = less
        return trial

    def _plain(self, trial: Trial) -> Trial:
        """The trial with plain values in place of series and dated facts, where that does not matter."""
        for name in trial.findings:
            given = trial.first.patient.get(name, trial.second.patient.get(name))
            for value in _plainer(given):
                simple = trial.having(name, value)
                if self._is_wrong(simple):
                    trial = simple
                    break
        return trial

    def _is_wrong(self, trial: Trial) -> bool:
        self.tries += 1
        if self.tries > _MAX_TRIES:
            return False
        try:
            return self.check(trial) is not None
        except Exception:  # noqa: BLE001 - another fault is not the one that is looked for
            return False


def _plainer(value: object) -> Iterator[object]:
    """What might stand in the place of a value and be easier to read, the plainest first."""
    facts = value if isinstance(value, list) else [value]
    for fact in reversed(facts):
        if isinstance(fact, dict) and "value" in fact:
            yield fact["value"]
        elif fact == {"status": "not_applicable"}:
            yield False
    if isinstance(value, list):
        yield from ([one] for one in value if len(value) > 1)
