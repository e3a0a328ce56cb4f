"""Law 1: unknown is a value. It is never false, never 0, never dropped, and it carries its reason."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all

from carepath import Assessment
from carepath.basis import leaf_findings
from carepath.content.guideline import EVALUATION_DATE, PATHWAY, PRESENT_STEP
from carepath.language.evaluate import Evaluator, Trace, Values
from carepath.language.truth import Truth
from carepath.testing.laws.knowledge import finding_read, leaves_of
from tests.laws.helpers import AT, GUIDELINE, PATHWAYS, Case, cases, law, must_fail, renamed
from tests.laws.reference import kleene

YES_OR_NO = [name for name, finding in GUIDELINE.findings.items() if finding.type.kind == "bool"]


def leaves(assessment: Assessment) -> dict[tuple[str, int], Trace]:
    """Every leaf of every condition, by the condition's id and the leaf's number among all."""
    return {(clause, index): leaf for index, (clause, leaf) in enumerate(leaves_of(assessment))}


def check_unknown_findings_make_unknown_leaves(assessment: Assessment) -> None:
    basis = assessment.basis
    for (clause, _), leaf in leaves(assessment).items():
        name = finding_read(leaf)
        if name != EVALUATION_DATE and basis.reason(name) is not None:
            assert leaf.truth is Truth.UNKNOWN, (clause, name)
    for clause, verdict in basis.verdicts.items():
        assert basis.trace(clause).truth is verdict, clause


def check_unknown_findings_have_no_value(assessment: Assessment) -> None:
    basis = assessment.basis
    for name in (*GUIDELINE.findings, PRESENT_STEP):
        unknown = basis.reason("current_node" if name == PRESENT_STEP else name) is not None
        assert not (unknown and name in basis.values), name


def check_unknown_findings_have_a_reason(assessment: Assessment) -> None:
    basis = assessment.basis
    for name in GUIDELINE.findings:
        reason = basis.reason(name)
        value = basis.situation.reading(name).value
        assert reason is None or reason in GUIDELINE.vocabulary["reason"], (name, reason)
        assert reason is None or value is None, (name, value)


def check_nothing_is_settled_for_an_empty_patient(case: Case) -> None:
    """A condition over nothing is unknown, unless it is settled by the pathway, the date or a constant alone."""
    assert not case.patient
    assessment = case.assess()
    truth = kleene(GUIDELINE, AT)
    values: dict[str, str | int] = {EVALUATION_DATE: AT.toordinal()}
    if case.pathway is not None:
        values[PATHWAY] = case.pathway
    for clause, verdict in assessment.basis.verdicts.items():
        assert verdict is truth(assessment.basis.prepared.clauses[clause], values), (clause, verdict)


def check_absence_differs_from_false(finding: str, case: Case) -> None:
    """Each leaf that reads the finding is unknown while it is absent, and settled once it is false."""
    absent, false = leaves(case.without(finding).assess()), leaves(case.with_finding(finding, value=False).assess())
    for place, leaf in absent.items():
        if leaf_findings(leaf.condition) == (finding,):
            assert leaf.truth is Truth.UNKNOWN, (place, leaf.truth)
            assert false[place].truth is not Truth.UNKNOWN, place


@law(15, thorough=600)
@for_all(cases())
def test_a_leaf_that_reads_an_unknown_finding_is_unknown(case: Case) -> None:
    check_unknown_findings_make_unknown_leaves(case.assess())


@law(15, thorough=600)
@for_all(cases())
def test_an_unknown_finding_has_a_reason_and_no_value(case: Case) -> None:
    assessment = case.assess()
    check_unknown_findings_have_no_value(assessment)
    check_unknown_findings_have_a_reason(assessment)


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_an_empty_patient_settles_nothing(pathway: str | None) -> None:
    check_nothing_is_settled_for_an_empty_patient(Case({}, pathway))


@pytest.mark.parametrize("finding", YES_OR_NO)
def test_an_absent_finding_differs_from_a_false_one(finding: str) -> None:
    check_absence_differs_from_false(finding, Case({}))


def unknown_is_false(name: str) -> Evaluator:
    """A leaf as those write it who forget the third value."""

    def flag(values: Values) -> Truth:
        return Truth.TRUE if values.get(name) is True else Truth.FALSE

    return flag


def test_the_checks_find_an_evaluator_that_takes_unknown_for_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.language.evaluate._compile_flag", unknown_is_false)
    case = Case({}, guideline=renamed())
    must_fail(check_unknown_findings_make_unknown_leaves, case.assess())
    must_fail(check_nothing_is_settled_for_an_empty_patient, case)
    must_fail(check_absence_differs_from_false, "opioid_effective", case)


def test_the_checks_find_a_record_in_which_unknown_is_zero() -> None:
    assessment = Case({}).assess()
    assessment.basis.values["pain_duration_months"] = 0  # type: ignore[index]
    must_fail(check_unknown_findings_have_no_value, assessment)


def test_the_checks_find_an_unknown_without_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carepath.record.snapshot.NOT_RECORDED", "nobody knows")
    must_fail(check_unknown_findings_have_a_reason, Case({}).assess())
