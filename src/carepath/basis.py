"""What an assessment was made from, and what can be asked of it: traces, open findings, reasons."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from carepath.content.guideline import CURRENT_NODE, PATHWAY, PRESENT_STEP, Guideline, Text
from carepath.inference.agreement import Prepared
from carepath.inference.case import Case
from carepath.inference.resolve import resolve
from carepath.inference.sheet import Resolved
from carepath.language.evaluate import Evaluation, Known, Trace
from carepath.language.nodes import Condition, Named
from carepath.language.truth import Truth
from carepath.language.write import write_line
from carepath.pathway import Pathway
from carepath.position import PathwayPosition
from carepath.recommendation import Settlement
from carepath.record.derived import FIRST_VALUE, STEP_STARTS, Situation, leaf_findings, trend_of
from carepath.record.facts import PARTIAL
from carepath.record.snapshot import CONTRADICTORY, Reading, not_seen

__all__ = ["Basis", "leaf_findings"]


@dataclass(frozen=True)
class Basis:
    """Everything that an assessment was made from; what is shown of it is built when it is asked for."""

    prepared: Prepared
    situation: Situation
    pathway: Pathway | None
    position: PathwayPosition
    values: Mapping[str, Known]
    verdicts: Mapping[str, Truth]
    engine: str
    lang: str

    @property
    def guideline(self) -> Guideline:
        """The content."""
        return self.prepared.guideline

    @property
    def at(self) -> dt.date:
        """The evaluation date."""
        return self.situation.at

    def resolved(self) -> Resolved:
        """The recommendations that the verdicts lead to."""
        case = Case(
            guideline=self.guideline,
            outputs=self.prepared.outputs,
            matchers=self.prepared.matchers[self.pathway.name if self.pathway is not None else None],
            pathway=self.pathway,
            step=self.position.step,
            candidates=self.position.candidates,
            verdicts=self.verdicts,
            open_findings=self.open_findings,
            reason=self.reason,
            is_true=lambda name: self.values.get(name) is True,
            settlements=self.settlements,
            urgency=self.urgency,
            unknown_start=self.unknown_start,
        )
        return resolve(case)

    def trace(self, clause: str) -> Trace:
        """The truth of a clause and of each of its parts."""
        return self.evaluation.trace(self.prepared.clauses[clause])

    @functools.cached_property
    def evaluation(self) -> Evaluation:
        """The truths of all conditions and their parts, each worked out once."""
        return Evaluation(self.values, self.prepared.scope, self.prepared.looks)

    @functools.cached_property
    def kept(self) -> dict[str, dict[Hashable, Any]]:
        """What explanations worked out of it, by what it is; nothing in it refers to this."""
        return {}

    def open_findings(self, clause: str) -> tuple[str, ...]:
        """The unknown findings that keep a clause undetermined, in the order in which they stand."""
        return self._open(self.prepared.clauses[clause])

    def _open(self, condition: Condition) -> tuple[str, ...]:
        found: dict[str, None] = {}
        names = self.prepared.leaf_names
        for leaf in self.evaluation.open_leaves(condition):
            first, *others = names.get(id(leaf)) or leaf_findings(leaf)
            found[CURRENT_NODE if first == PRESENT_STEP else first] = None
            for name in others:
                if self.reason(name) is not None:
                    found[name] = None
        return tuple(found)

    @functools.cached_property
    def placed_by(self) -> tuple[str, ...]:
        """The unknown findings, beside the present step itself, that could tell at which step the patient is.

        The line of care, and for each step that belongs to several lines what tells it apart.
        """
        if self.pathway is None:
            return ()
        line = "current_line"
        found = [line] if line in self.guideline.findings and self.reason(line) is not None else []
        for step in self.pathway.steps.values():
            if step.placed_when is not None:
                open_leaves = self.evaluation.open_leaves(step.placed_when)
                found += [name for leaf in open_leaves for name in leaf_findings(leaf)]
        return tuple(found)

    def reason(self, finding: str) -> str | None:
        """Why a finding is unknown; None when it is known, or known in part and no condition needs more."""
        if finding == PATHWAY and self.pathway is not None:
            return None
        if finding == CURRENT_NODE and self.position.step is not None:
            return None
        reason = self.situation.reading(finding).reason
        if reason == PARTIAL and self.prepared.suffices(finding, self.situation):
            return None
        return reason or "not_recorded" if finding == PATHWAY else reason

    def settlements(self, term: str) -> tuple[Settlement, ...]:
        """The parts of a term that are unmet or unknown, each with its text and the findings that it waits for."""
        node = self.evaluation.trace(self.prepared.scope.terms[term])
        found = []
        for part in node.parts:
            if part.truth is Truth.TRUE:
                continue
            text = self.guideline.terms[part.term].text if part.term is not None else self._leaf_text(part.condition)
            found.append(Settlement(text, part.truth.value, self._open(part.condition)))
        return tuple(found)

    def _leaf_text(self, condition: Condition) -> Text:
        if isinstance(condition, Named) and condition.name in self.guideline.findings:
            finding = self.guideline.findings[condition.name]
            return finding.statement or finding.label
        line = write_line(condition)
        return Text(line, line)

    def urgency(self, finding: str) -> str | None:
        """The urgency that a finding says; of contradicting ones the most urgent."""
        reading = self.situation.reading(finding)
        if reading.known:
            return str(reading.value)
        if reading.reason != CONTRADICTORY:
            return None
        said = {str(fact.value) for fact in reading.facts}
        return next((urgency for urgency in self.guideline.vocabulary["urgency"] if urgency in said), None)

    def unknown_start(self, clause: str) -> tuple[str, ...]:
        """What would tell when the step began, where a trend of a clause counts from the first value for want of it."""
        trends = (trend_of(change, self.situation) for change in self.prepared.changes.get(clause, ()))
        if not any(trend is not None and trend.since == FIRST_VALUE for trend in trends):
            return ()
        return tuple(one for one in STEP_STARTS if one in self.guideline.findings and self.reason(one) is not None)

    @functools.cached_property
    def not_seen(self) -> tuple[str, ...]:
        """The findings with values dated after the evaluation date."""
        return tuple(dict.fromkeys(fact.finding for fact in not_seen(self.situation.record, self.at)))

    def reading(self, finding: str) -> Reading:
        """What is known of a finding."""
        return self.situation.reading(finding)
