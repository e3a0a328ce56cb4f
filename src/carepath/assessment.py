"""What comes out: the assessment of one patient on one date.

Recommendations are made at once; texts, traces, questions and the audit record are built when they are asked for.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from carepath.basis import Basis
from carepath.content.guideline import Conflict, Guideline
from carepath.finish import finished, order_key
from carepath.inference.sheet import Resolved
from carepath.position import PathwayPosition
from carepath.questions import next_questions
from carepath.recommendation import Question, Recommendation, SetAside, Undetermined
from carepath.version import __version__

if TYPE_CHECKING:
    from carepath.explain.change import WouldChange
    from carepath.explain.explanation import Explanation
    from carepath.explain.missing import Missing

#: The version of the JSON form; it changes when a field changes its meaning or disappears.
SCHEMA = "carepath.assessment/1"
AUDIT_SCHEMA = "carepath.audit/1"


class Assessment:
    """The assessment of one patient on one date. It advises a professional; it never decides.

    It prints itself as a report (``str``), and goes to JSON with ``to_dict`` and ``to_json``.
    """

    def __init__(self, basis: Basis, resolved: Resolved) -> None:
        self.basis = basis
        self._resolved = resolved

    def __repr__(self) -> str:
        kinds = ", ".join(recommendation.kind for recommendation in self.recommendations) or "no recommendation"
        return f"<Assessment {self.pathway or 'no pathway'} {self.at.isoformat()}: {kinds}>"

    def __str__(self) -> str:
        return self.report()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: the report and the patient's own drawing."""
        from carepath.display.notebook import assessment_forms, bundle  # noqa: PLC0415 - only a notebook pays for it

        return bundle(assessment_forms(self, self.basis.lang), include, exclude)

    @property
    def guideline(self) -> Guideline:
        """The content that was used."""
        return self.basis.guideline

    @property
    def at(self) -> dt.date:
        """The evaluation date."""
        return self.basis.at

    @property
    def pathway(self) -> str | None:
        """The pathway, or None while none is chosen."""
        return self.basis.pathway.name if self.basis.pathway is not None else None

    @property
    def position(self) -> PathwayPosition:
        """Where the patient is on the pathway."""
        return self.basis.position

    @property
    def engine(self) -> str:
        """How the rules were evaluated."""
        return self.basis.engine

    @functools.cached_property
    def _finished(self) -> tuple[Recommendation, ...]:
        done = (finished(draft, self.basis) for draft in self._resolved.drafts)
        return tuple(sorted(done, key=lambda one: order_key(one, self.basis)))

    @property
    def recommendations(self) -> tuple[Recommendation, ...]:
        """What the pathway says now; the most urgent first."""
        return tuple(one for one in self._finished if one.kind != "note")

    @property
    def notes(self) -> tuple[Recommendation, ...]:
        """Notes beside the recommendations."""
        return tuple(one for one in self._finished if one.kind == "note")

    @functools.cached_property
    def set_aside(self) -> tuple[SetAside, ...]:
        """What would stand but for a red flag, a missing screening or an entry of the resolve table."""
        found = [
            SetAside(finished(put.draft, self.basis), put.how, put.by, put.text, put.until_known)
            for put in self._resolved.set_aside
        ]
        return tuple(sorted(found, key=lambda one: (order_key(one.recommendation, self.basis), one.by)))

    @functools.cached_property
    def undetermined(self) -> tuple[Undetermined, ...]:
        """What could still apply, with the unknown findings that it waits for."""
        kinds = self.guideline.kinds
        return tuple(sorted(self._resolved.undetermined, key=lambda one: (kinds[one.kind].order, one.rule, one.output)))

    @functools.cached_property
    def next_questions(self) -> tuple[Question, ...]:
        """The unknown findings worth asking for: safety first, then by how many outcomes wait for them.

        What the patient refused to tell, or what does not apply, is not asked again.
        """
        return next_questions(self._resolved, self._finished, self.basis)

    @functools.cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The conflicts between sources that this patient touches: all positions, none chosen."""
        topics = [one.topic for one in self.recommendations if one.kind == "guideline_conflict" and one.topic]
        return tuple(self.guideline.conflicts[topic] for topic in topics)

    def why(self, asked: str | Recommendation) -> Explanation:
        """Why something is in the advice: its rules, what they read, the grounds, what speaks against it.

        Args:
            asked: a kind, an id of a rule, a step, a topic, a target; or one of the recommendations.

        Raises:
            ArgumentError: nothing has that name.
        """
        from carepath.explain.why import why  # noqa: PLC0415 - built on first use

        return why(self, asked)

    def why_not(self, asked: str | Recommendation) -> Explanation:
        """Why something is not in the advice, the nearest rule first: what is not met, not known, or above it.

        Args:
            asked: as for ``why``; or words for something that is not available to carepath.

        Raises:
            ArgumentError: nothing has that name.
        """
        from carepath.explain.why_not import why_not  # noqa: PLC0415 - built on first use

        return why_not(self, asked)

    @functools.cached_property
    def missing(self) -> tuple[Missing, ...]:
        """For each undetermined recommendation the smallest sets of unknown findings that settle it."""
        from carepath.explain.missing import missing_of  # noqa: PLC0415 - built on first use

        return missing_of(self)

    def what_would_change(self, asked: str | Recommendation) -> WouldChange:
        """The smallest changes of known findings that make something appear or disappear; never for a red flag.

        Args:
            asked: as for ``why``.

        Raises:
            ArgumentError: nothing has that name.
        """
        from carepath.explain.change import what_would_change  # noqa: PLC0415 - built on first use

        return what_would_change(self, asked)

    @property
    def not_seen(self) -> tuple[str, ...]:
        """The findings with values dated after the evaluation date; nothing read them."""
        return self.basis.not_seen

    @functools.cached_property
    def audit(self) -> Mapping[str, object]:
        """Enough to replay this assessment to the same bytes: edition, hash, version, date, canonical input."""
        from carepath.record.canonical import canonical_record  # noqa: PLC0415 - only the audit needs it

        record = self.basis.situation.record
        reader = {"used": [dict(one) for one in record.used], "unused": [dict(one) for one in record.unused]}
        return {
            "schema": AUDIT_SCHEMA,
            "carepath": __version__,
            "edition": self.guideline.edition,
            "content_hash": self.guideline.content_hash,
            "engine": self.engine,
            "at": self.at.isoformat(),
            "pathway": self.pathway,
            "lang": self.basis.lang,
            "input": canonical_record(record),
            "reader": reader if record.used or record.unused else None,
        }

    def to_dict(self) -> dict[str, object]:
        """The assessment as plain dicts and lists, with texts in both languages and a versioned ``schema``."""
        from carepath.display.data import assessment_data  # noqa: PLC0415 - built on first use

        return assessment_data(self)

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, UTF-8 characters as they are, one line; the same input gives the same bytes."""
        return canonical_json(self.to_dict())

    def digest(self) -> str:
        """The SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def report(self, lang: str | None = None) -> str:
        """A report for people, as text of at most 100 columns.

        Args:
            lang: ``en`` or ``nl``; by default the language that was asked for when assessing.
        """
        from carepath.display.text import report_text  # noqa: PLC0415 - built on first use

        return report_text(self, lang or self.basis.lang)


def canonical_json(data: object) -> str:
    """JSON with sorted keys and without NaN; equal data give equal bytes."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
