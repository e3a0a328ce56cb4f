"""What the laws share: how a law is tried on patients, and what it says where it does not hold."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from carepath.content.guideline import Guideline
from carepath.testing.expectation import flow
from carepath.testing.extra import HealthCheck, HypothesisException, Phase, Unsatisfiable, given, settings, st
from carepath.testing.laws.population import Case, Population, Trial, population_of
from carepath.testing.laws.smallest import Check, smallest

ARGUMENTS = """

Args:
    guideline: the content, say ``carepath.load_guideline("my_guideline")``.
    at: the evaluation date, a date or ``YYYY-MM-DD``.
    pathways: names of pathways on which patients are assessed, None among them for no pathway chosen; all of them
        and none chosen, unless named.
    examples: on how many patients the law is tried, 1 or more.{more}

Raises:
    LawBroken: the law does not hold; the message shows a small patient for whom it does not.
    ArgumentError: an argument cannot be used.
    ContentError: a parameter has no value on the date.
"""
_WIDTH = 118


class Law(Protocol):
    """A law, to be called on a guideline."""

    __name__: str
    __doc__: str | None

    def __call__(
        self,
        guideline: Guideline,
        *,
        at: dt.date | str,
        pathways: Iterable[str | None] | None = None,
        examples: int = 50,
    ) -> None:
        """Raises ``LawBroken`` where the law does not hold."""


class LawBroken(AssertionError):
    """A law does not hold for a guideline.

    The message says which law, shows the patient as YAML for a scenario, what was seen, and what to do.

    Args:
        law: the name of the law.
        promise: what the law promises, in a sentence.
        seen: what was seen.
        trial: the patients with whom it was seen.
        cure: what to do.
    """

    def __init__(self, law: str, *, promise: str, seen: str, trial: Trial, cure: str) -> None:
        self.law = law
        self.promise = promise
        self.seen = seen
        self.trial = trial
        self.cure = cure
        super().__init__(law)

    @property
    def patient(self) -> dict[str, object]:
        """The patient, in the form that ``assess`` reads."""
        return self.trial.first.patient

    def __str__(self) -> str:
        guideline = self.trial.first.guideline
        where = f" ({guideline.origin})" if guideline.origin else ""
        lines = [
            f"{self.law} does not hold for guideline {guideline.edition}{where}",
            *_wrapped("law", self.promise),
            *_wrapped("seen", self.seen),
            "patient, as it stands in a scenario:",
            *shown(self.law, self.trial),
            *_wrapped("to do", self.cure),
        ]
        return "\n".join(lines)


class LawsBroken(AssertionError):
    """Some of the laws that ``check_all`` tried do not hold; ``broken`` has a ``LawBroken`` for each."""

    def __init__(self, broken: Iterable[LawBroken], tried: int) -> None:
        self.broken = tuple(broken)
        self.tried = tried
        super().__init__(", ".join(one.law for one in self.broken))

    def __str__(self) -> str:
        names = ", ".join(one.law for one in self.broken)
        head = f"{len(self.broken)} of {self.tried} laws do not hold: {names}"
        return "\n\n".join([head, *map(str, self.broken)])


def _wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(f"{head}: {text}", _WIDTH, subsequent_indent="  ", break_long_words=False)


def shown(name: str, trial: Trial) -> list[str]:
    """The lines of a scenario with the first patient, and what is different in the second."""
    first, second = trial.first, trial.second
    lines = [f"  - scenario: {name}", f"    pathway: {flow(first.pathway) if first.pathway else 'null'}"]
    lines += [f"    at: {first.at.isoformat()}", *_findings(first, first.patient, "    ")]
    other = {name: value for name, value in second.patient.items() if first.patient.get(name) != value}
    gone = [name for name in first.patient if name not in second.patient]
    if first.pathway != second.pathway:
        lines.append(f"and on pathway {second.pathway or 'null'}")
    if other:
        lines += ["and then with:", *_findings(second, other, "    ")]
    if gone:
        lines.append(f"and then without: {', '.join(gone)}")
    return lines


def _findings(case: Case, patient: dict[str, object], margin: str) -> list[str]:
    names = [name for name in case.guideline.findings if name in patient]
    if not names:
        return [f"{margin}patient: {{}}"]
    return [f"{margin}patient:", *(f"{margin}  {name}: {flow(patient[name])}" for name in names)]


#: Draws the second patient of a trial: gets what draws, the first patient, and the population that both are from.
Second = Callable[[st.DrawFn, Case, Population], Case]


@dataclass(frozen=True)
class _Promise:
    """What a law promises, how it is checked, and what to do where it is broken."""

    name: str
    text: str
    check: Check
    second: Second | None
    concerns: Callable[[Guideline], bool]
    cure: str
    times: int

    @property
    def trials(self) -> Callable[[Population], st.SearchStrategy[Trial]]:
        """Gives, for a population, the trials of the law."""

        @st.composite
        def trial(draw: st.DrawFn, population: Population) -> Trial:
            first = draw(population.cases)
            try:
                return Trial(first, self.second(draw, first, population) if self.second is not None else first)
            except HypothesisException:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown with its patient
                raise _Stop(Trial(first, first), error) from None

        return trial


class _Stop(BaseException):
    """Ends the search at the first trial that counts.

    It is no ``Exception``, so that Hypothesis lets it pass as it does an interruption, and tries nothing again: code
    that answers differently each time is what some laws look for.
    """

    def __init__(self, trial: Trial, error: Exception | None = None) -> None:
        self.trial = trial
        self.error = error
        super().__init__()


def _every_guideline(_guideline: Guideline) -> bool:
    return True


def law(
    *,
    cure: str,
    second: Second | None = None,
    concerns: Callable[[Guideline], bool] = _every_guideline,
    times: int = 1,
) -> Callable[[Check], Law]:
    """Makes a law of a check.

    The docstring of the check says what the law promises: its first paragraph stands in the message.

    Args:
        cure: what to do where it is broken.
        second: draws the second patient of a trial; without it there is one.
        concerns: whether a guideline has what the law is about; if not, it holds.
        times: on how many times as many patients it is tried, because it concerns few of them.
    """

    def made(check: Check) -> Law:
        text = textwrap.dedent(check.__doc__ or "")
        sentence = " ".join(text.split("\n\n")[0].split())
        promise = _Promise(check.__name__, sentence, check, second, concerns, cure, times)

        def law(
            guideline: Guideline,
            *,
            at: dt.date | str,
            pathways: Iterable[str | None] | None = None,
            examples: int = 50,
        ) -> None:
            __tracebackhide__ = True
            population = population_of(guideline, at=at, pathways=pathways, examples=examples)
            if promise.concerns(guideline):
                _try(promise, population, examples * promise.times)

        law.__name__ = law.__qualname__ = check.__name__
        law.__module__ = check.__module__
        more = f" It concerns few patients and is tried on {times} times as many." if times > 1 else ""
        law.__doc__ = f"{text.rstrip()}{ARGUMENTS.format(more=more)}"
        return law

    return made


def _try(promise: _Promise, population: Population, examples: int) -> None:
    """Looks for a patient for whom a law does not hold.

    Raises:
        LawBroken: there is one.
    """
    __tracebackhide__ = True
    try:
        _search(promise, population, examples)
    except _Stop as stopped:
        found, error = stopped.trial, stopped.error
    else:
        return
    if error is not None:
        error.add_note("\n".join([f"while {promise.name} was tried on:", *shown(promise.name, found)]))
        raise error
    seen = promise.check(found)
    small = smallest(found, promise.check)
    seen = promise.check(small) or seen or "it was seen once and not again"
    raise LawBroken(promise.name, promise=promise.text, seen=seen, trial=small, cure=promise.cure)


def _search(promise: _Promise, population: Population, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        # They speak of tests whose author can make them faster; here the content decides.
        suppress_health_check=list(HealthCheck),
    )
    @given(promise.trials(population))
    def search(trial: Trial) -> None:
        try:
            seen = promise.check(trial)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown with its patient
            raise _Stop(trial, error) from None
        if seen is not None:
            raise _Stop(trial)

    try:
        search()
    except Unsatisfiable:
        return  # the law concerns no patient of this guideline
