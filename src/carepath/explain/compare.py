"""What differs between two assessments, and because of which findings: two dates, or before and after a correction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.basis import leaf_findings
from carepath.content.guideline import CURRENT_NODE, PRESENT_STEP, Text
from carepath.explain.explanation import Data, Explanation, Node, phrase, text_data
from carepath.explain.parts import clause_of, entries_for, rules_beside
from carepath.explain.statements import label_of, listed
from carepath.explain.subjects import headline
from carepath.explain.tree import leaves_below, read_of
from carepath.recommendation import Contribution, Recommendation

if TYPE_CHECKING:
    from carepath.assessment import Assessment
    from carepath.language.nodes import Condition

#: What may differ between two recommendations that are else the same.
_DETAILS = ("conditional", "entitlement", "under_review", "missing", "attention", "modules")


@dataclass(frozen=True, slots=True)
class Difference:
    """A recommendation that came (``added``), went (``gone``) or changed, and the findings that made it so."""

    how: str
    kind: str
    what: Text
    findings: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Explanation):
    """What differs between two assessments; empty ``differences`` say that the advice is the same."""

    differences: tuple[Difference, ...] = field(kw_only=True)

    def __repr__(self) -> str:
        return f"<Comparison {self.subject}: {len(self.differences)} differences>"

    def to_dict(self) -> Data:
        """The comparison as plain dicts and lists, with the differences beside the sentence and the tree."""
        found = [
            {"how": one.how, "kind": one.kind, "what": text_data(one.what), "findings": list(one.findings)}
            for one in self.differences
        ]
        return {**super().to_dict(), "differences": found}


def compare(before: Assessment, after: Assessment) -> Comparison:
    """What changed between two assessments and because of which finding.

    Args:
        before: an assessment of a patient.
        after: the same patient on another date, or after a correction of the record.
    """
    comparer = _Comparer(before, after)
    differences = tuple(comparer.differences())

    def sentence() -> Text:
        return comparer.sentence(differences)

    def nodes() -> tuple[Node, ...]:
        return tuple(comparer.node(one) for one in differences)

    subject = f"{before.at.isoformat()} - {after.at.isoformat()}"
    return Comparison(
        "comparison",
        subject,
        sentence,
        nodes,
        after.guideline,
        lang=after.basis.lang,
        differences=differences,
    )


class _Comparer:
    def __init__(self, before: Assessment, after: Assessment) -> None:
        self.before = before
        self.after = after
        self.guideline = after.guideline

    def differences(self) -> Iterator[Difference]:
        """The recommendations and notes that came, went or changed."""
        old = {_key(one): one for one in (*self.before.recommendations, *self.before.notes)}
        new = {_key(one): one for one in (*self.after.recommendations, *self.after.notes)}
        for key, one in new.items():
            if key not in old:
                yield self._difference("added", one)
            elif any(getattr(one, name) != getattr(old[key], name) for name in _DETAILS) or set(one.rules) != set(
                old[key].rules
            ):
                yield self._difference("changed", one, old[key])
        for key, one in old.items():
            if key not in new:
                yield self._difference("gone", one)

    def _difference(self, how: str, *recs: Recommendation) -> Difference:
        basis = (self.before if how == "gone" else self.after).basis
        causes = tuple(dict.fromkeys(name for rec in recs for name in self._causes(rec)))
        return Difference(how, recs[0].kind, headline(recs[0], basis), causes)

    # --- causes ------------------------------------------------------------------------------------------------------

    def _causes(self, rec: Recommendation) -> Iterator[str]:
        """The findings that differ and that make some condition behind a recommendation differ."""
        for one in rec.contributions:
            yield from self._of_contribution(one, rec)
        yield from (name for name in rec.missing if self._differs(name))
        for assessment in (self.before, self.after):
            for put in assessment.set_aside:
                if _key(put.recommendation) == _key(rec):
                    yield from (name for name in put.until_known if self._differs(name))
                    for above in assessment.recommendations:
                        if set(above.rules) & set(put.by):
                            for one in above.contributions:
                                yield from self._of_contribution(one, above)

    def _of_contribution(self, one: Contribution, rec: Recommendation) -> Iterator[str]:
        if one.ask is not None:
            yield from (name for name in one.ask.findings if name in rec.missing and self._differs(name))
        moves = one.transition is not None or one.entry is not None
        if moves and self._differs(CURRENT_NODE):
            yield CURRENT_NODE
        for condition in self._conditions(one, rec):
            if condition is not None:
                yield from self._of_condition(condition)

    def _conditions(self, one: Contribution, rec: Recommendation) -> Iterator[Condition | None]:
        """The conditions that decide about a recommendation: of its rule, its way, its ask and of entries."""
        basis = self.after.basis
        if one.rule is not None and one.rule.id in self.guideline.rules:
            yield clause_of(one, basis)
        if one.ask is not None:
            yield one.ask.when
        if one.transition is not None:
            yield one.transition.when
            yield one.transition.unless
        if one.output is not None and one.output.settle is not None:
            yield basis.prepared.scope.terms[one.output.settle]
        for entry in entries_for(rec, basis):
            yield entry.when
            if entry.operation in {"only_with", "only_without"}:
                yield from rules_beside(entry, basis)
        if one.entry is not None:
            yield from rules_beside(one.entry, basis)

    def _of_condition(self, condition: Condition) -> Iterator[str]:
        for leaf in leaves_below(condition, self.after.basis):
            truths = [one.basis.evaluation.trace(leaf).truth for one in (self.before, self.after)]
            if truths[0] is not truths[1]:
                names = (CURRENT_NODE if name == PRESENT_STEP else name for name in leaf_findings(leaf))
                yield from (name for name in names if self._differs(name))

    def _differs(self, name: str) -> bool:
        """Whether a finding was read otherwise: its value, its series, or the reason why it is unknown."""
        old, new = (read_of(name, one.basis) for one in (self.before, self.after))
        if (old.value, old.reason) != (new.value, new.reason):
            return True
        facts = [one.basis.situation.record.facts(name) for one in (self.before, self.after)]
        return facts[0] != facts[1]

    # --- in words ----------------------------------------------------------------------------------------------------

    def node(self, one: Difference) -> Node:
        """A difference with how each finding was read before and after."""
        parts = []
        for name in one.findings:
            reads = tuple(read_of(name, assessment.basis) for assessment in (self.before, self.after))
            parts.append(Node("finding", label_of(name, self.guideline), name, reads=reads))
        if not parts:
            parts.append(Node("date", self._else()))
        return Node(one.how, one.what, one.kind, children=tuple(parts))

    def _else(self) -> Text:
        """What differs where no finding does: the content, the pathway, the date, or other advice."""
        name = "compare_other"
        if self.before.guideline.content_hash != self.after.guideline.content_hash:
            name = "compare_content"
        elif self.before.pathway != self.after.pathway:
            name = "compare_pathway"
        elif self.before.at != self.after.at:
            name = "compare_date"
        return phrase(self.guideline, name)

    def sentence(self, differences: tuple[Difference, ...]) -> Text:
        """What came, went and changed, and because of what."""
        if not differences:
            return phrase(self.guideline, "compare_same")
        parts = []
        for how in ("added", "gone", "changed"):
            what = [one.what for one in differences if one.how == how]
            if what:
                ended = [Text(one.en.rstrip("."), one.nl.rstrip(".")) for one in what]
                parts.append(phrase(self.guideline, f"compare_{how}", what=listed(ended, self.guideline)))
        names = dict.fromkeys(name for one in differences for name in one.findings)
        because = listed((label_of(name, self.guideline) for name in names), self.guideline, between=", ")
        parts.append(phrase(self.guideline, "compare_because", findings=because) if names else self._else())
        return listed(parts, self.guideline, between=" ")


def _key(rec: Recommendation) -> tuple[object, ...]:
    fields = (rec.kind, rec.target, rec.urgency, rec.level, rec.group, rec.topic, rec.internal_step)
    alone = rec.rules if rec.kind in {"insufficient_information", "note"} else ()
    return (*fields, alone)
