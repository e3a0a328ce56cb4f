"""The same rules in CLIPS (clipspy) and in zen-engine, with what is unknown guarded by hand.

Neither knows unknown: a slot without a value is ``nil`` in CLIPS, a missing field ``null`` in zen, and each condition
asks first whether there is a value. So they say which rules are surely true, and nothing of what is undetermined.
Both are given a rule per branch or expression as suits them best: what is measured is the faster of the ways tried.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping

from carepath.inference.normal_form import Branch, Literal, branches
from carepath.language.evaluate import Known, Scope
from carepath.language.nodes import All, Among, AnyOf, Condition, Named, Not

#: Gives the ids of the rules that are surely true of known values.
Peer = Callable[[Mapping[str, Known]], frozenset[str]]

_CLIPS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}


def clips_engine(clauses: Mapping[str, Condition], scope: Scope) -> Peer:
    """CLIPS: a fact per patient, a rule per branch, the agenda is the answer; nothing is run.

    Raises:
        ModuleNotFoundError: clipspy is not installed.
    """
    clips = importlib.import_module("clips")
    environment = clips.Environment()
    found = {name: branches(condition, scope) for name, condition in clauses.items()}
    attributes = sorted({literal.attribute for one in found.values() for branch in one for literal in branch})
    slots = {name: f"s{number}" for number, name in enumerate(attributes)}
    environment.build("(deftemplate patient (slot here) " + " ".join(f"(slot {s})" for s in slots.values()) + ")")
    ids: dict[str, str] = {}
    for name, one in found.items():
        for branch in one:
            rule = f"r{len(ids)}"
            ids[rule] = name
            environment.build(f"(defrule {rule} (patient {_clips_pattern(branch, slots)}) =>)")
    template = environment.find_template("patient")
    symbol = clips.Symbol
    true, false = symbol("TRUE"), symbol("FALSE")

    def fired(values: Mapping[str, Known]) -> frozenset[str]:
        given = {
            slots[name]: value if value is not True and value is not False else true if value else false
            for name, value in values.items()
            if name in slots
        }
        fact = template.assert_fact(here=1, **given)
        result = frozenset(ids[activation.name] for activation in environment.activations())
        fact.retract()
        return result

    return fired


def _clips_pattern(branch: Branch, slots: Mapping[str, str]) -> str:
    by_slot: dict[str, list[Literal]] = {}
    for literal in branch:
        by_slot.setdefault(slots[literal.attribute], []).append(literal)
    parts = [f"({slot} {_clips_slot(slot, literals)})" for slot, literals in by_slot.items()]
    return " ".join(parts) or "(here 1)"


def _clips_slot(slot: str, literals: Iterable[Literal]) -> str:
    tests = [f"?{slot}", "~nil"]
    for literal in literals:
        constant = literal.constant
        if isinstance(constant, bool | str):
            text = json.dumps(constant, ensure_ascii=False) if isinstance(constant, str) else str(constant).upper()
            tests.append(text if literal.op == "==" else f"~{text}")
        else:
            tests.append(f":({_CLIPS[literal.op]} ?{slot} {constant})")
    return "&".join(tests)


def zen_engine(clauses: Mapping[str, Condition], scope: Scope) -> Peer:
    """zen-engine: one decision with an expression per rule.

    Raises:
        ModuleNotFoundError: zen-engine is not installed.
    """
    zen = importlib.import_module("zen")
    fields = _Fields()
    ids = {f"r{number}": name for number, name in enumerate(clauses)}
    expressions = [
        {"id": key, "key": key, "value": _zen(clauses[name], scope, fields, positive=True)} for key, name in ids.items()
    ]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "rules",
            "name": "rules",
            "type": "expressionNode",
            "position": {"x": 1, "y": 0},
            "content": {"expressions": expressions},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "e2", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def fired(values: Mapping[str, Known]) -> frozenset[str]:
        given = {fields[name]: value for name, value in values.items() if name in fields}
        result = decision.evaluate(given)["result"]
        return frozenset(ids[key] for key, true in result.items() if true is True)

    return fired


class _Fields(dict[str, str]):
    """The names under which zen knows findings: no name of ours is a word of its language."""

    def __missing__(self, name: str) -> str:
        self[name] = f"f{len(self)}"
        return self[name]


def _zen(condition: Condition, scope: Scope, fields: _Fields, *, positive: bool) -> str:
    """The expression that is true exactly when a condition is surely true, or (``positive=False``) surely false."""
    if isinstance(condition, Not):
        return _zen(condition.child, scope, fields, positive=not positive)
    if isinstance(condition, All | AnyOf):
        parts = [_zen(child, scope, fields, positive=positive) for child in condition.children]
        return "(" + (" and " if isinstance(condition, All) is positive else " or ").join(parts) + ")"
    if isinstance(condition, Named) and condition.name in scope.terms:
        return _zen(scope.terms[condition.name], scope, fields, positive=positive)
    if isinstance(condition, Among):
        name = fields[condition.operand.name]
        constants = [_zen_constant(scope.constant(condition.operand, value)) for value in condition.values]
        among = f"{name} in [{', '.join(constants)}]"
        return among if positive else f"({name} != null and not ({among}))"
    alternatives = branches(condition if positive else Not(condition), scope)
    texts = [" and ".join(_zen_literal(literal, fields) for literal in branch) or "true" for branch in alternatives]
    return " or ".join(texts) or "false"


def _zen_literal(literal: Literal, fields: _Fields) -> str:
    name, constant = fields[literal.attribute], _zen_constant(literal.constant)
    if literal.op == "==":
        return f"{name} == {constant}"
    return f"({name} != null and {name} {literal.op} {constant})"


def _zen_constant(constant: Known) -> str:
    return json.dumps(constant, ensure_ascii=False)
