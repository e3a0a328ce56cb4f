"""The laws about nothing but the arguments: no order matters, both engines agree, and the same gives the same."""

from __future__ import annotations

import json

from carepath.assessment import Assessment
from carepath.errors import EngineError
from carepath.language.truth import Truth
from carepath.record.read import PARTS_OF_A_FACT
from carepath.testing.extra import st
from carepath.testing.laws.frame import law
from carepath.testing.laws.population import ORDERS, Case, Population, Trial

_NOTHING_OF_THE_CONTENT = (
    "the content cannot bring this about; report it with the patient and the guideline, and do not use the advice"
)


def _in_another_order(draw: st.DrawFn, case: Case, population: Population) -> Case:
    """The patient with findings and observations, and the guideline with rules, in another order."""
    names: list[str] = draw(st.permutations(list(case.patient)))
    reordered = population.reordered[draw(st.integers(0, ORDERS - 1))]
    patient = {name: _shuffled(draw, case.patient[name]) for name in names}
    return Case(reordered, case.pathway, case.at, patient)


def _shuffled(draw: st.DrawFn, value: object) -> object:
    """The facts of a series, and the parts of a fact, in another order."""
    if _is_fact(value) and isinstance(value, dict):
        return dict(reversed(value.items()))
    if isinstance(value, list) and all(map(_is_fact, value)):
        return draw(st.permutations(value))
    return value


def _is_fact(value: object) -> bool:
    """Whether it is a fact with its date or status; an item of a list has other parts."""
    return isinstance(value, dict) and {"value", "status"} & set(value) != set() and set(value) <= set(PARTS_OF_A_FACT)


@law(second=_in_another_order, cure=_NOTHING_OF_THE_CONTENT)
def order_never_matters(trial: Trial) -> str | None:
    """The order of a patient's findings and observations, and of the rules, terms and parameters, changes nothing.

    The resolve table and the asks are left as they are: their order is what they say.
    """
    first, second = trial.first, trial.second
    said = content(first.assessment)
    turned = Case(first.guideline, first.pathway, first.at, second.patient)
    if content(turned.assessment) != said:
        return (
            f"the order {', '.join(turned.patient)} of the findings, or of their observations, changes the assessment"
        )
    other = Case(second.guideline, first.pathway, first.at, first.patient)
    if content(other.assessment) != said:
        return "another order of the rules, terms and parameters changes the assessment"
    return None


def content(assessment: Assessment) -> str:
    """Everything that an assessment says, but for the hash that tells one guideline from another."""
    return assessment.to_json().replace(assessment.guideline.content_hash, "")


@law(cure=_NOTHING_OF_THE_CONTENT)
def engines_agree(trial: Trial) -> str | None:
    """What durable-rules concludes, what the direct evaluator concludes, and how that is explained are the same.

    Where durable-rules cannot be used, only the evaluator and the explanation are compared.
    """
    try:
        both = trial.first.assess("both")
    except EngineError as error:
        return str(error)
    direct = trial.first.assessment
    if both.recommendations != direct.recommendations or both.set_aside != direct.set_aside:
        return "the engines find the same true, and the advice differs"
    return unexplained(both)


def unexplained(assessment: Assessment) -> str | None:
    """A condition of which the explanation says something else than the verdict; None where there is none."""
    for clause, verdict in assessment.basis.verdicts.items():
        truth: Truth = assessment.basis.trace(clause).truth
        if truth is not verdict:
            return f"{clause} is {verdict.value}, and its explanation says {truth.value}"
    return None


@law(cure=_NOTHING_OF_THE_CONTENT)
def same_input_same_bytes(trial: Trial) -> str | None:
    """Assessing the same patient twice gives the same bytes."""
    first, second = (trial.first.assess().to_json() for _ in range(2))
    return None if first == second else f"twice the same patient gives {_difference(first, second)}"


@law(cure=_NOTHING_OF_THE_CONTENT)
def replay_gives_the_same(trial: Trial) -> str | None:
    """The input that an audit record holds gives the same assessment again."""
    first = trial.first.assessment
    recorded = json.loads(json.dumps(first.audit["input"]))
    case = trial.first
    again = Case(case.guideline, first.pathway, case.at, recorded).assessment
    said, now = first.to_json(), again.to_json()
    return None if said == now else f"the recorded input gives {_difference(said, now)}"


def _difference(first: str, second: str) -> str:
    """Where two texts begin to differ, with a little around it."""
    start = next((n for n, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), len(first))
    around = slice(max(0, start - 40), start + 40)
    return f"...{first[around]}... and ...{second[around]}..."
