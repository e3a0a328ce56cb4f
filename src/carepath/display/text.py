"""The report of an assessment for people: text of at most 100 columns, in Dutch or English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.evidence import Choice, design_choices, sources_named, unknown_findings
from carepath.display.layout import Page
from carepath.display.text_advice import AdvicePrinter
from carepath.display.wording import set_aside_text
from carepath.display.words import Words, placeholders
from carepath.recommendation import Recommendation, SetAside
from carepath.record.snapshot import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carepath.assessment import Assessment
    from carepath.record.facts import Fact

#: The kinds that stand in a section of their own, after the advice.
SECTIONS = {
    "guideline_conflict": "heading_conflicts",
    "clinician_judgement": "heading_judgements",
    "insufficient_information": "heading_missing",
}
#: So many questions at least are shown, and all that are about safety with some more.
MAX_QUESTIONS = 12
MORE_QUESTIONS = 6
MAX_RECORD_LINES = 20
MAX_NAMES = 8


def report_text(assessment: Assessment, lang: str) -> str:
    """The report: advice first, then conflicts, judgements, what is missing, what was set aside, what to ask.

    Args:
        assessment: what is reported.
        lang: ``en`` or ``nl``.

    Raises:
        ArgumentError: another language.
        ContentError: the guideline lacks a phrase of the report.
    """
    return ReportPrinter(assessment, lang).written()


class ReportPrinter:
    """Writes an assessment on a page, part by part; another page and another order make another form of it."""

    def __init__(self, assessment: Assessment, lang: str) -> None:
        self.assessment = assessment
        self.basis = assessment.basis
        self.words = Words(assessment.guideline, lang)
        self.page = Page()
        self._aside: set[str] = set()
        self.advice = AdvicePrinter(self.page, self.words, self.basis)

    def written(self) -> str:
        """The whole report."""
        self._head()
        self._recommendations()
        self._set_aside()
        self._undetermined()
        self._questions()
        self._unknown()
        self._record()
        self._sources()
        self._design_choices()
        self._foot()
        return self.page.text()

    # --- head and foot -------------------------------------------------------------------------------------------

    def _head(self) -> None:
        words, page, assessment = self.words, self.page, self.assessment
        pathway = self.basis.pathway
        name = words.of(pathway.text) if pathway is not None else words.phrase("no_pathway")
        page.title(words.phrase("report_title", pathway=name, date=assessment.at.isoformat()))
        position = assessment.position
        how = words.phrase(f"position_{position.how}")
        if position.step is not None:
            page.field(words.phrase("label_position"), f"{words.step(position.step)} ({how})")
        else:
            page.field(words.phrase("label_position"), how)
        if len(position.candidates) > 1:
            steps = words.listed((words.step(step) for step in position.candidates), between="; ")
            page.field("", words.phrase("could_be", steps=steps))
        guideline = assessment.guideline
        edition = words.phrase("edition", edition=guideline.edition, date=guideline.date)
        page.field(words.phrase("label_guideline"), edition)
        engine = "engine_direct" if assessment.engine == "direct" else "engine_both"
        page.field(words.phrase("label_engine"), words.phrase(engine))

    def _foot(self) -> None:
        self.page.heading(self.words.phrase("heading_use"))
        self.page.paragraph(self.words.phrase("professional_use"))
        self.page.paragraph(self.words.phrase("medical_device"))

    # --- advice --------------------------------------------------------------------------------------------------

    def _recommendations(self) -> None:
        recs = self.assessment.recommendations
        first = [one for one in recs if one.kind not in SECTIONS]
        self.page.heading(self.words.phrase("heading_advice"))
        if not first:
            self.page.paragraph(self.words.phrase("no_advice"))
        number = self._numbered(first, 1)
        for kind, heading in SECTIONS.items():
            of_kind = [one for one in recs if one.kind == kind]
            if of_kind:
                self.page.heading(self.words.phrase(heading))
                number = self._numbered(of_kind, number)
        if self.assessment.notes:
            self.page.heading(self.words.phrase("heading_notes"))
            self._numbered(self.assessment.notes, number)

    def _numbered(self, recs: list[Recommendation] | tuple[Recommendation, ...], number: int) -> int:
        for index, rec in enumerate(recs, start=number):
            if index > number:
                self.page.blank()
            self.advice.write(index, rec)
        return number + len(recs)

    def _set_aside(self) -> None:
        words, grouped = self.words, dict[tuple[str, str, tuple[str, ...]], list[SetAside]]()
        for put in self.assessment.set_aside:
            text = words.of(set_aside_text(put, self.basis))
            until = () if "missing" in placeholders(put.text.en) else put.until_known
            grouped.setdefault((put.how, text, until), []).append(put)
        if not grouped:
            return
        self.page.heading(words.phrase("heading_set_aside"))
        for (how, text, until), puts in grouped.items():
            by = words.listed(rule for put in puts for rule in put.by)
            self.page.paragraph(f"{text} [{words.phrase(f'how_{how}')}: {by}]")
            if until:
                self.page.paragraph(words.phrase("until_known", findings=words.findings(until)))
            for put in puts:
                self._put_aside(put)

    def _put_aside(self, put: SetAside) -> None:
        line = f"{self.advice.headline(put.recommendation)} [{self.words.listed(put.recommendation.rules)}]"
        if line not in self._aside:
            self._aside.add(line)
            self.page.bullet(line, 2)
            self.advice.entitlement(put.recommendation, 4)

    # --- what is not known ---------------------------------------------------------------------------------------

    def _undetermined(self) -> None:
        grouped: dict[tuple[str, str | None], tuple[dict[str, None], dict[str, None]]] = {}
        standing = {rec.kind for rec in self.assessment.recommendations}
        for one in self.assessment.undetermined:
            if not self.assessment.next_questions and one.kind not in standing:
                continue  # nothing is asked beside a red flag that comes first: the rest was set aside
            key = (one.kind, one.target if one.kind not in {"guideline_conflict", "clinician_judgement"} else None)
            rules, waits = grouped.setdefault(key, ({}, {}))
            rules[one.rule] = None
            waits.update(dict.fromkeys(one.waits_for))
        if not grouped:
            return
        self.page.heading(self.words.phrase("heading_undetermined"))
        self.page.paragraph(self.words.phrase("undetermined_means"))
        for (kind, target), (rules, waits) in grouped.items():
            what = self.words.kind(kind) + (f" - {self.words.target(target)}" if target is not None else "")
            line = f"{what} [{self.words.listed(rules)}]"
            names = self.words.findings(waits, limit=MAX_NAMES)
            self.page.bullet(self.words.phrase("waits_for", what=line, findings=names) if names else line)

    def _questions(self) -> None:
        questions = self.assessment.next_questions
        if not questions:
            return
        words, page = self.words, self.page
        page.heading(words.phrase("heading_questions"))
        shown = max(MAX_QUESTIONS, sum(one.safety for one in questions) + MORE_QUESTIONS)
        for number, one in enumerate(questions[:shown], start=1):
            safety = f" [{words.phrase('safety')}]" if one.safety else ""
            reason = self.basis.reason(one.finding)
            known = reason is None or reason == NOT_RECORDED
            why = "" if known else f" ({words.vocabulary('reason', reason or '')})"
            page.numbered(number, words.of(self.assessment.guideline.findings[one.finding].question) + safety + why)
        if len(questions) > shown:
            page.paragraph(words.phrase("more_lines", more=str(len(questions) - shown)), 4)

    def _unknown(self) -> None:
        """Values that are there but do not count: stale, contradicting, refused, of a later date."""
        words, record = self.words, self.basis.situation.record
        lines = []
        for one in unknown_findings(self.assessment):
            if one.reason not in {None, NOT_RECORDED, "later"}:
                values = words.listed(self._said(fact) for fact in one.facts if fact.value is not None)
                reason = words.vocabulary("reason", one.reason or "")
                lines.append(f"{words.finding(one.finding)}: {reason}" + (f": {values}" if values else ""))
        for name in self.assessment.not_seen:
            later = (self._said(fact) for fact in record.facts(name) if fact.date > self.assessment.at)
            lines.append(f"{words.finding(name)}: {words.vocabulary('reason', 'later')}: {words.listed(later)}")
        if lines:
            self.page.heading(words.phrase("heading_not_used"))
            for line in lines:
                self.page.bullet(line)

    def _said(self, fact: Fact) -> str:
        value = self.words.value(fact.finding, fact.value) if fact.value is not None else self.words.phrase("none")
        return f"{value} ({fact.date.isoformat()})"

    # --- where it comes from -------------------------------------------------------------------------------------

    def _record(self) -> None:
        record = self.basis.situation.record
        if not record.used and not record.unused:
            return
        words, page = self.words, self.page
        page.heading(words.phrase("heading_record"))
        page.paragraph(words.phrase("record_counts", used=str(len(record.used)), unused=str(len(record.unused))))
        rows = [*map(self._unused_row, record.unused), *map(self._used_row, record.used)]
        for row in rows[:MAX_RECORD_LINES]:
            page.bullet(row)
        if len(rows) > MAX_RECORD_LINES:
            page.paragraph(words.phrase("more_lines", more=str(len(rows) - MAX_RECORD_LINES)), 2)

    def _unused_row(self, row: Mapping[str, object]) -> str:
        key = str(row.get("reason", ""))
        text = self.assessment.guideline.fhir_reasons.get(key)
        said = self.words.of(text) if text is not None else key
        why = " - ".join(part for part in (said, str(row.get("detail", "")), self._why_not_used(row)) if part)
        return self.words.phrase("record_unused", what=_origin(row), why=why)

    def _why_not_used(self, row: Mapping[str, object]) -> str:
        """What the table of codes says of a code that is known and not used."""
        for code in self.assessment.guideline.fhir_codes:
            named = f"{code.system}|{code.code}" in str(row.get("code", "")).split()
            if named and code.reason is not None and code.resource == row.get("resource"):
                return self.words.of(code.reason)
        return ""

    def _used_row(self, row: Mapping[str, object]) -> str:
        name = self.words.finding(str(row.get("finding", "")))
        return self.words.phrase("record_used", what=_origin(row), finding=name, date=str(row.get("date", "")))

    def _sources(self) -> None:
        keys = sources_named(self.assessment)
        if not keys:
            return
        self.page.heading(self.words.phrase("heading_sources"))
        for key in keys:
            source = self.assessment.guideline.sources[key]
            parts = [source.title, source.date or "", self.words.of(source.weight) if source.weight else ""]
            self.page.field(key, ". ".join(part.rstrip(".") for part in parts if part) + ".")

    def _design_choices(self) -> None:
        self._choices(design_choices(self.assessment))

    def _choices(self, choices: Iterable[Choice]) -> None:
        owners: dict[str, dict[str, None]] = {}
        for choice in choices:
            owners.setdefault(self.words.of(choice.note), {})[self._owner(choice)] = None
        if not owners:
            return
        self.page.heading(self.words.phrase("heading_choices"))
        self.page.paragraph(self.words.phrase("choices_mean"))
        for note, ids in owners.items():
            self.page.bullet(f"{self.words.listed(ids)}: {note}")

    def _owner(self, choice: Choice) -> str:
        """What a choice belongs to: in words where it has no id that the report shows elsewhere."""
        if choice.part == "entitlement":
            return f"{self.words.phrase('label_entitlement')} ({self.words.vocabulary('group', choice.id)})"
        return self.words.of(choice.text) if choice.part in {"term", "parameter"} else choice.id


def _origin(row: Mapping[str, object]) -> str:
    """The resource of a FHIR bundle that a row is about, and its code."""
    return " ".join(str(row[key]) for key in ("resource", "id", "code") if row.get(key))
