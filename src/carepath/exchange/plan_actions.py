"""The actions of a plan: what is screened, the steps with the ways between them, and what each rule gives.

A rule is a group of actions: one for each output (a step change: one for each way that it opens), and one that applies
while a condition of these is unknown. So a system that takes an empty condition for false still shows that it is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.content.guideline import PRESENT_STEP, Output, Rule, Text
from carepath.display.pathway_text import condition_words
from carepath.display.words import both
from carepath.exchange.fhir_parts import Resource, canonical, coding
from carepath.exchange.fhirpath import Writer, lookup, quoted
from carepath.inference.case import STEP_KINDS
from carepath.inference.clauses import output_id, transition_ids
from carepath.record.fhir_quantities import UCUM
from carepath.record.fhir_values import LOCAL

if TYPE_CHECKING:
    from carepath.exchange.plan_parts import Wording
    from carepath.inference.agreement import Prepared
    from carepath.language.nodes import Condition
    from carepath.pathway import Pathway, Step, Transition

_ACTION = "http://terminology.hl7.org/CodeSystem/action-type"


@dataclass(frozen=True, slots=True)
class Activity:
    """What an action asks for: the kind of recommendation, and whom or which step it names."""

    kind: str
    target: str | None

    @property
    def name(self) -> str:
        """The name of its definition."""
        return self.kind if self.target is None else f"{self.kind}:{self.target}"


@dataclass(slots=True)
class Actions:
    """Makes the actions of one pathway, and notes the activities that they ask for."""

    prepared: Prepared
    pathway: Pathway
    wording: Wording
    writer: Writer
    activities: dict[Activity, None] = field(default_factory=dict)

    def all(self) -> list[Resource]:
        """All actions, in the order in which they are read: screening, rules by kind, steps."""
        guideline = self.prepared.guideline
        order = {kind: info.order for kind, info in guideline.kinds.items()}
        rules = [rule for rule in guideline.rules.values() if self.pathway.name in rule.pathways]
        rules.sort(key=lambda rule: min(order[output.kind] for output in rule.outputs))
        made = [group for rule in rules if (group := self._rule(rule)) is not None]
        return [self._screening(), *made, *(self._step(step) for step in self.pathway.steps.values())]

    # --- screening -----------------------------------------------------------------------------------------------

    def _screening(self) -> Resource:
        """What must be known on this pathway; it applies while anything of it is unknown."""
        names = self.pathway.screen
        for name in names:
            self.writer.inputs[name] = None
        expression = " or ".join(f"{lookup(name)}.empty()" for name in names)
        return {
            "id": "screening",
            **self.wording.element("title", self.wording.phrase("heading_screening")),
            "code": [{"coding": [coding("action", "screening")]}],
            **self.wording.artifacts(self.pathway.grounds),
            "condition": [self.wording.condition(expression, self.wording.phrase("heading_missing"))],
            "input": [self._input(name) for name in names],
        }

    def _input(self, finding: str) -> Resource:
        codes = [{"system": LOCAL, "code": finding}]
        return {"type": "Observation", "codeFilter": [{"path": "code", "code": codes}]}

    # --- rules ---------------------------------------------------------------------------------------------------

    def _rule(self, rule: Rule) -> Resource | None:
        actions = [action for output in rule.outputs for action in self._output(rule, output)]
        if not actions:
            return None
        return {
            "id": action_id(rule.id),
            **self.wording.element("title", self.wording.filled(rule.text)),
            "code": [{"coding": [coding("rule", rule.id)]}],
            **self.wording.artifacts(rule.grounds),
            "groupingBehavior": "logical-group",
            "action": [*actions, self._open(rule, actions)],
        }

    def _output(self, rule: Rule, output: Output) -> Iterator[Resource]:
        """An action for an output; for a step change one for each way from a step that it opens."""
        if output.kind not in STEP_KINDS:
            yield self._given(rule, output, f"{rule.id}.{output.index}")
            return
        ways = [way for way in self.pathway.transitions if way.kind == output.kind and rule.id in way.rules]
        for number, way in enumerate(ways):
            yield self._given(rule, output, f"{rule.id}.{output.index}.{number}", way)

    def _given(self, rule: Rule, output: Output, name: str, way: Transition | None = None) -> Resource:
        target = way.target if way is not None else output.target
        activity = Activity(output.kind, target)
        self.activities[activity] = None
        fields = ("urgency", "level", "group", "topic", "internal_step")
        named = [coding(field, value) for field in fields if (value := getattr(output, field))]
        text = self.wording.filled(output.text or rule.text, target=target, step=output.names_step)
        clause = self.prepared.clauses[output_id(rule.id, output)]
        return {
            "id": action_id(name),
            **self.wording.element("title", activity_title(activity, self.wording)),
            **self.wording.element("description", text),
            "code": [{"coding": [coding("kind", output.kind), *named]}],
            **self.wording.artifacts((*output.grounds, *(way.grounds if way is not None else ()))),
            "condition": [self._condition(clause), *(self._way(way) if way is not None else ())],
            "type": {"coding": [{"system": _ACTION, "code": "create"}]},
            "definitionCanonical": canonical(self.prepared.guideline, "ActivityDefinition", activity.name),
        }

    def _open(self, rule: Rule, actions: list[Resource]) -> Resource:
        """It applies while what a rule gives is unknown."""
        whole = dict.fromkeys(_together(action) for action in actions)
        expression = " or ".join(f"({one}).empty()" for one in whole)
        title = self.wording.joined(self.wording.phrase("heading_undetermined"), self.wording.filled(rule.text))
        return {
            "id": action_id(f"{rule.id}.open"),
            **self.wording.element("title", title),
            "code": [{"coding": [coding("action", "open")]}],
            "condition": [self.wording.condition(expression, self.wording.phrase("undetermined_means"))],
        }

    def _way(self, way: Transition) -> Iterator[Resource]:
        """A way is open from its step, when its condition is true, and unless another one is true."""
        when, unless = transition_ids(way)
        self.writer.inputs[PRESENT_STEP] = None
        here = self.wording.joined(self.wording.phrase("label_position"), self.wording.target(way.source), between=": ")
        yield self.wording.condition(f"{lookup(PRESENT_STEP)} = {quoted(way.source)}", here)
        if way.when is not None:
            yield self._condition(self.prepared.clauses[when])
        if way.unless is not None:
            closed = self.prepared.clauses[unless]
            text = self.wording.joined(self.wording.phrase("label_unless"), self._said(closed), between=": ")
            yield self.wording.condition(f"iif({self.writer.write(closed)}, false, true)", text)

    def _condition(self, condition: Condition) -> Resource:
        return self.wording.condition(self.writer.write(condition), self._said(condition))

    def _said(self, condition: Condition) -> Text:
        return both(lambda lang: condition_words(condition, self.wording.words[lang]))

    # --- steps ---------------------------------------------------------------------------------------------------

    def _step(self, step: Step) -> Resource:
        """A step: it applies where the patient is; it stands before the steps to which a way leads."""
        self.writer.inputs[PRESENT_STEP] = None
        targets = dict.fromkeys(way.target for way in self.pathway.transitions_from(step.id) if way.target != step.id)
        related = [{"actionId": action_id(one), "relationship": "before-start"} for one in targets]
        here = self.wording.joined(self.wording.phrase("label_position"), step.text, between=": ")
        grounds = (*step.grounds, *(ground for one in step.interventions for ground in one.grounds))
        care = self.wording.joined(*step.disciplines, *(one.text for one in step.interventions), between="; ")
        return {
            "id": action_id(step.id),
            **self.wording.element("title", step.text),
            **self.wording.element("description", care),
            "code": [{"coding": [coding("step", step.id), coding("line", step.line)]}],
            **self.wording.artifacts(grounds),
            "condition": [self.wording.condition(f"{lookup(PRESENT_STEP)} = {quoted(step.id)}", here)],
            **({"relatedAction": related} if related else {}),
            "action": [self._review(step)],
        }

    def _review(self, step: Step) -> Resource:
        """When the step is evaluated, as its interval stands on the date."""
        parameter = self.prepared.guideline.parameters[step.review]
        unit = parameter.type.unit or "d"
        interval = {"value": self.prepared.scope.parameters[step.review], "unit": unit, "system": UCUM, "code": unit}
        return {
            "id": action_id(f"{step.id}.review"),
            **self.wording.element("title", self.wording.phrase("label_interval")),
            "code": [{"coding": [coding("action", "review")]}],
            **self.wording.artifacts(parameter.grounds),
            "timingDuration": interval,
        }


def activity_title(activity: Activity, wording: Wording) -> Text:
    """What an activity is called."""
    kind = wording.guideline.kinds[activity.kind].text
    return kind if activity.target is None else wording.joined(kind, wording.target(activity.target))


def action_id(name: str) -> str:
    """An id as FHIR allows it."""
    return name.replace("_", "-")


def _together(action: Resource) -> str:
    """All conditions of an action in one expression."""
    conditions = action["condition"]
    expressions = [one["expression"]["expression"] for one in conditions] if isinstance(conditions, list) else []
    return " and ".join(f"({one})" for one in expressions)
