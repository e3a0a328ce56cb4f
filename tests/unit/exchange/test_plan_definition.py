"""A pathway as a FHIR plan: what it holds, what it says that it cannot hold, and that its conditions mean the same."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from carepath import ArgumentError, Assessment
from carepath.assessment import canonical_json
from carepath.exchange.fhirpath import Writer, lookup
from carepath.exchange.plan_definition import findings_parameters, plan_definition
from carepath.inference.agreement import prepare
from carepath.inference.clauses import clauses_of, derived_leaves
from carepath.language.parse import parse_node
from carepath.language.truth import FALSE, TRUE, UNKNOWN, Truth
from carepath.language.write import write_line
from carepath.testing.strategies import PatientData, patients
from carepath.yaml_reader import read_text
from tests.laws.helpers import AT, LAST_RESORT, SCREENED, STEP_DOWN, Case, cases, law
from tests.unit.exchange.fhirpath_engine import evaluate, names_in
from tests.unit.exchange.patients import GUIDELINE
from tests.unit.exchange.plans import Expected, actions, conditions, of_type, plan, together

Json = dict[str, Any]
PATHWAYS = tuple(GUIDELINE.pathways)


def parameters(assessment: Assessment) -> list[Json]:
    made: Any = findings_parameters(assessment)["parameter"]
    return list(made)


def check_conditions(case: Case, *, apart: int = 1) -> Counter[Truth]:
    """Every so many-th condition of the plan gives in fhirpathpy what carepath says; how often each truth came out."""
    assessment = case.assess()
    seen: Counter[Truth] = Counter()
    assert assessment.pathway is not None
    given_values, expected = parameters(assessment), Expected(assessment).truths()
    found = dict(conditions(assessment.pathway))
    assert set(found) == set(expected)
    for name, expressions in [*found.items()][::apart]:
        came = [evaluate(one, given_values) for one in expressions]
        assert came == expected[name], (name, expressions, came, expected[name])
        seen.update(came)
    return seen


# --- the conditions -----------------------------------------------------------------------------------------------


def check_known_patients(pathway: str) -> None:
    trend: PatientData = {"rmdq_total": [{"value": 20, "date": "2025-11-01"}, {"value": 5, "date": "2026-02-20"}]}
    dated: PatientData = {"mdo_last_date": "2025-01-31", "opioid_omeq_mg_day": 90.5, "pain_duration_months": 2.5}
    known: list[PatientData] = [{}, SCREENED, {**LAST_RESORT, **dated}, {**STEP_DOWN, **trend}, {"current_node": "SP1"}]
    seen: Counter[Truth] = Counter()
    for patient in known:
        seen += check_conditions(Case(patient, pathway))
    assert min(seen[TRUE], seen[FALSE], seen[UNKNOWN]) > 20


@pytest.mark.slow
@pytest.mark.parametrize("pathway", PATHWAYS)
def test_for_known_patients_the_conditions_give_the_verdicts_of_carepath(pathway: str) -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    check_known_patients(pathway)


@law(5)
@given(patients(GUIDELINE, pathway="spine", at=AT))
def test_for_any_patient_some_conditions_give_the_verdicts_of_carepath(patient: PatientData) -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    check_conditions(Case(patient, "spine"), apart=10)  # fhirpathpy takes long to read one


@pytest.mark.slow
def test_for_a_thousand_patients_the_conditions_give_the_verdicts_of_carepath() -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    seen: Counter[Truth] = Counter()

    @law(1_000)
    @given(cases())
    def check(case: Case) -> None:
        seen.update(check_conditions(case if case.pathway is not None else replace(case, pathway="spine")))

    check()
    assert min(seen[TRUE], seen[FALSE], seen[UNKNOWN]) > 5_000


@pytest.mark.parametrize(
    ("text", "values", "truth"),
    [
        ("rf_cauda_equina", {"rf_cauda_equina": True}, TRUE),
        ("rf_cauda_equina", {}, UNKNOWN),
        ("not rf_cauda_equina", {}, UNKNOWN),
        ("not rf_cauda_equina", {"rf_cauda_equina": True}, FALSE),
        ("any: [rf_cauda_equina, crps1]", {"crps1": True}, TRUE),
        ("any: [rf_cauda_equina, crps1]", {"crps1": False}, UNKNOWN),
        ("all: [rf_cauda_equina, crps1]", {"crps1": False}, FALSE),
        ("all: [rf_cauda_equina, crps1]", {"crps1": True}, UNKNOWN),
        ("age_years >= adult_age", {"age_years": 18}, TRUE),
        ("age_years >= adult_age", {"age_years": 17}, FALSE),
        ("age_years >= adult_age", {}, UNKNOWN),
        ("wpn_class in [3, 4]", {"wpn_class": 2}, FALSE),
        ("wpn_class in [3, 4]", {"wpn_class": 4}, TRUE),
        ("wpn_class in [3, 4]", {}, UNKNOWN),
        ("pain_type != neuropathic", {"pain_type": "neuropathic"}, FALSE),
        ("pain_type != neuropathic", {}, UNKNOWN),
        ("dn4_total is known", {"dn4_total": 0}, TRUE),
        ("dn4_total is known", {}, UNKNOWN),
        ("days since mdo_last_date <= mdo_repeat_days", {"mdo_last_date": AT.isoformat()}, TRUE),
        ("days since mdo_last_date <= mdo_repeat_days", {"mdo_last_date": "1999-12-31"}, FALSE),
        ("days since mdo_last_date <= mdo_repeat_days", {}, UNKNOWN),
    ],
)
def test_a_condition_keeps_its_three_values(text: str, values: Json, truth: Truth) -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    expression = Writer(prepare(GUIDELINE, AT).scope).write(parse_node(read_text(text)))
    assert evaluate(expression, parameters(Case(values).assess())) is truth


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_days_since_a_date_are_counted_to_the_day_with_every_comparison(op: str) -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    scope = prepare(GUIDELINE, AT).scope
    window = int(scope.parameters["mdo_repeat_days"])
    expression = Writer(scope).write(parse_node(read_text(f"days since mdo_last_date {op} mdo_repeat_days")))
    for days in (window - 1, window, window + 1):
        day = (AT - dt.timedelta(days=days)).isoformat()
        right = {"<": days < window, "<=": days <= window, ">": days > window, ">=": days >= window}
        right |= {"==": days == window, "!=": days != window}
        came = evaluate(expression, parameters(Case({"mdo_last_date": day}).assess()))
        assert came is (TRUE if right[op] else FALSE), (op, days)


def test_the_check_finds_a_condition_that_takes_unknown_for_false() -> None:
    pytest.importorskip("fhirpathpy", reason="fhirpathpy is not installed: no other engine ran the conditions")
    values = parameters(Case({}).assess())
    assert evaluate(lookup("rf_cauda_equina"), values) is UNKNOWN
    assert evaluate(f"{lookup('rf_cauda_equina')} = true and true", values) is UNKNOWN
    assert evaluate(f"({lookup('rf_cauda_equina')} = true).exists()", values) is FALSE


# --- what the plan holds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_every_rule_step_and_way_of_a_pathway_stands_in_its_plan(pathway: str) -> None:
    found = {one["id"]: one for one in actions(pathway)}
    content = GUIDELINE.pathways[pathway]
    for step in content.steps:
        related = {one["actionId"] for one in found[step].get("relatedAction", [])}
        assert related == {way.target for way in content.transitions if way.source == step and way.target != step}
        assert found[f"{step}.review"]["timingDuration"]["value"] > 0
    ways = [one for one in found.values() if one.get("definitionCanonical", "").startswith("urn:carepath:Act")]
    for way in content.transitions:
        if way.kind in {"escalate", "deescalate"}:
            assert [one for one in ways if f":{way.kind}:{way.target}|" in one["definitionCanonical"]]
    in_plan = {one["code"][0]["coding"][0]["code"] for one in found.values() if one["id"] in map(_id, GUIDELINE.rules)}
    step_changes = {rule for way in content.transitions for rule in way.rules}
    for rule in GUIDELINE.rules.values():
        only_steps = {output.kind for output in rule.outputs} <= {"escalate", "deescalate"}
        stands = pathway in rule.pathways and (not only_steps or rule.id in step_changes)
        assert (rule.id in in_plan) == stands, rule.id


def _id(name: str) -> str:
    return name.replace("_", "-")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_every_rule_has_an_action_that_shows_while_it_is_open(pathway: str) -> None:
    for group in of_type(pathway, "PlanDefinition")[0]["action"]:
        if group["code"][0]["coding"][0]["system"] == "urn:carepath:rule":
            *given_actions, opened = group["action"]
            assert opened["id"] == f"{group['id']}.open"
            (condition,) = opened["condition"]
            for action in given_actions:
                for one in action["condition"]:
                    assert one["expression"]["expression"] in condition["expression"]["expression"]


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_ids_are_unique_and_as_fhir_wants_them_and_every_definition_is_there(pathway: str) -> None:
    ids = [one["id"] for one in actions(pathway)]
    assert len(ids) == len(set(ids))
    assert not [one for one in ids if not re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one)]
    known = {
        f"{one['url']}|{one['version']}" for kind in ("Library", "ActivityDefinition") for one in of_type(pathway, kind)
    }
    named = {one["definitionCanonical"] for one in actions(pathway) if "definitionCanonical" in one}
    plan_resource = of_type(pathway, "PlanDefinition")[0]
    assert {*named, *plan_resource["library"]} == known
    related = {one["actionId"] for action in actions(pathway) for one in action.get("relatedAction", [])}
    assert related <= set(ids)


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_the_library_names_every_input_of_every_condition_and_no_other(pathway: str) -> None:
    (library,) = of_type(pathway, "Library")
    declared = {one["name"]: one["type"] for one in library["parameter"]}
    read = {name for _, expressions in conditions(pathway) for one in expressions for name in names_in(one)}
    assert set(declared) == read
    types = {"bool": "boolean", "int": "integer", "decimal": "decimal", "date": "date"}
    for name, kind in declared.items():
        finding = GUIDELINE.findings.get(name)
        if finding is not None:
            assert kind == types.get(finding.type.kind, "string")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_everything_is_a_draft_for_one_jurisdiction_with_its_grounds_in_both_languages(pathway: str) -> None:
    entries: Any = plan(pathway).bundle["entry"]
    for entry in entries:
        resource = entry["resource"]
        assert resource["status"] == "draft"
        assert resource["jurisdiction"][0]["coding"][0]["code"] == "NL"
        assert resource["useContext"][0]["valueCodeableConcept"]["text"] == GUIDELINE.pathways[pathway].text.en
        assert resource.get("intent", "proposal") == "proposal"
        assert translation(resource, "title")
    for action in actions(pathway):
        assert translation(action, "title")
        for one in action.get("condition", []):
            assert one["expression"]["language"] == "text/fhirpath"
            assert translation(one["expression"], "description")
        if action["code"][0]["coding"][0]["system"] in {"urn:carepath:rule", "urn:carepath:step"}:
            assert action["documentation"]


def translation(element: Json, name: str) -> str:
    assert element[name]
    (extension,) = element[f"_{name}"]["extension"]
    assert extension["url"] == "http://hl7.org/fhir/StructureDefinition/translation"
    lang, content = extension["extension"]
    assert lang["valueCode"] == "nl"
    return str(content["valueString"])


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_what_could_not_be_expressed_is_listed_and_stands_in_the_plan(pathway: str) -> None:
    rows = plan(pathway).not_expressed
    assert {one.id for one in rows if one.part == "entry"} == {one.id for one in GUIDELINE.resolve}
    usage = of_type(pathway, "PlanDefinition")[0]["usage"]
    for one in rows:
        assert one.why.en in usage
    of_plan = {name for _, expressions in conditions(pathway) for one in expressions for name in names_in(one)}
    clauses = clauses_of(GUIDELINE)
    leaves = {write_line(one) for one in derived_leaves(clauses, GUIDELINE.symbols.terms)}
    settled = {one.id for one in rows if one.part == "condition"}
    # What a plan reads is a finding, the present step, or a condition that carepath settles.
    assert settled == {name for name in of_plan if name not in prepare(GUIDELINE, AT).scope.types}
    assert {"improvement of rmdq_total since step start >= mic_rmdq"} <= leaves & of_plan <= settled


def test_the_plan_is_the_same_each_time_and_another_one_where_a_parameter_has_another_value() -> None:
    again = plan_definition(GUIDELINE, "spine", at=AT)
    assert canonical_json(again.bundle) == canonical_json(plan("spine").bundle)
    name, day = "adult_age", dt.date(2027, 1, 1)
    parameter = GUIDELINE.parameters[name]
    later = replace(parameter.values[-1], start=day, value=21)
    changed = replace(
        GUIDELINE,
        parameters={**GUIDELINE.parameters, name: replace(parameter, values=(*parameter.values, later))},
        content_hash="another value",
    )
    before, after = (plan_definition(changed, "spine", at=one) for one in (AT, day))
    assert list(periods(before.bundle)) == [{"end": "2026-12-31"}] * len(list(periods(before.bundle)))
    assert next(periods(after.bundle)) == {"start": "2027-01-01"}
    assert "'age_years').value >= 21" in json.dumps(after.bundle)
    assert "'age_years').value >= 21" not in json.dumps(before.bundle)


def periods(bundle: Json) -> Iterator[Json]:
    yield from (one["resource"]["effectivePeriod"] for one in bundle["entry"])


def test_an_unknown_pathway_or_date_is_refused() -> None:
    with pytest.raises(ArgumentError, match="did you mean 'spine'"):
        plan_definition(GUIDELINE, "spin", at=AT)
    with pytest.raises(ArgumentError, match="CP081"):
        plan_definition(GUIDELINE, "spine", at="soon")


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_the_plan_is_valid_for_the_models_of_fhir_resources(pathway: str) -> None:
    pytest.importorskip("fhir.resources", reason="fhir.resources is not installed: nobody asked its R4B models")
    entries: Any = plan(pathway).bundle["entry"]
    found = [one["resource"] for one in entries]
    found.append(findings_parameters(Case({**LAST_RESORT, "mdo_last_date": "2026-01-31"}, pathway).assess()))
    for resource in found:
        kind = resource["resourceType"]
        model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
        model.model_validate(resource)


# --- the parameters -----------------------------------------------------------------------------------------------


def test_the_parameters_hold_what_counts_on_the_date_and_nothing_that_is_unknown() -> None:
    patient: Json = {
        "age_years": 45,
        "crps1": {"status": "refused"},
        "rmdq_total": {"value": 3, "date": "2019-01-01"},
        "peg_score": 6.5,
        "mdo_last_date": "2026-01-31",
        "help_request": "a question",
    }
    made = {one["name"]: one for one in parameters(Case(patient).assess())}
    assert made["age_years"] == {"name": "age_years", "valueInteger": 45}
    assert made["peg_score"] == {"name": "peg_score", "valueDecimal": 6.5}
    assert made["mdo_last_date"] == {"name": "mdo_last_date", "valueDate": "2026-01-31"}
    assert made["evaluation_date"] == {"name": "evaluation_date", "valueDate": AT.isoformat()}
    assert made["help_request"] == {"name": "help_request", "valueString": "a question"}
    assert "crps1" not in made
    assert "rmdq_total" not in made


def test_a_whole_number_that_is_no_integer_of_fhir_is_a_decimal() -> None:
    made = {one["name"]: one for one in parameters(Case({"weeks_absent": 2**40}).assess())}
    assert made["weeks_absent"] == {"name": "weeks_absent", "valueDecimal": 2**40}


def test_all_conditions_of_an_action_hold_together() -> None:
    assert together([TRUE, UNKNOWN]) is UNKNOWN
    assert together([FALSE, UNKNOWN]) is FALSE
    assert together([TRUE, TRUE]) is TRUE


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_the_screening_asks_for_an_observation_of_each_red_flag_of_the_pathway(pathway: str) -> None:
    (screening,) = [one for one in actions(pathway) if one["id"] == "screening"]
    wanted = [(one["type"], one["codeFilter"][0]["code"][0]["code"]) for one in screening["input"]]
    assert wanted == [("Observation", name) for name in GUIDELINE.pathways[pathway].screen]
