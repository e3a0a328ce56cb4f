"""The words of a card: a summary of one line, and the detail in Markdown that stands below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carepath.display.evidence import choices_behind
from carepath.display.markdown import MarkdownPage, plain
from carepath.display.text import ReportPrinter
from carepath.display.text_advice import AdvicePrinter, headline, headline_details

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carepath.assessment import Assessment
    from carepath.display.layout import Page
    from carepath.display.words import Words
    from carepath.exchange.request import Sent
    from carepath.recommendation import Recommendation

#: The specification asks for less than 140 characters.
MAX_SUMMARY = 139
#: Findings that a summary names before it says how many more there are.
NAMED = 3
MISSING = "insufficient_information"
#: The kinds whose headline is a question or a dispute and does not say the kind.
_ASKING = frozenset({"guideline_conflict", "clinician_judgement"})
_CUT = "…"


def summary_of(rec: Recommendation, words: Words) -> str:
    """A recommendation in one line of less than 140 characters, its kind first; what is too long is cut at a word."""
    kind = words.kind(rec.kind)
    given = f" ({words.phrase('conditional')})" if rec.conditional else ""
    details = headline(rec, words) if rec.kind in _ASKING else ", ".join(headline_details(rec, words))
    return short(f"{kind}{given} - {details}" if details else f"{kind}{given}")


def short(text: str) -> str:
    """The text on one line, cut at a word where it is longer than a summary may be."""
    line = " ".join(text.split())
    if len(line) <= MAX_SUMMARY:
        return line
    cut = line[: MAX_SUMMARY - len(_CUT) + 1]
    return (cut.rpartition(" ")[0] or cut[:-1]).rstrip(" ,;:-(") + _CUT


class _HeadPage(MarkdownPage):
    """A page on which the one numbered item is what the card says, and stands out."""

    def numbered(self, number: int, text: str) -> None:
        """What the card says, in bold."""
        del number
        self.lines.append(f"**{plain(text)}**")


class AdviceDetail(ReportPrinter):
    """Writes the detail of one recommendation: why, what is not known, conflicts, design choices, whom it advises."""

    def __init__(self, assessment: Assessment, lang: str) -> None:
        super().__init__(assessment, lang)
        self.page = _HeadPage()
        self.advice = AdvicePrinter(self.page, self.words, self.basis)

    def of(self, rec: Recommendation) -> str:
        """The detail, in Markdown."""
        self.advice.write(1, rec)
        beside = [one for one in self.assessment.conflicts if one.topic != rec.topic]
        if beside and rec.kind not in _ASKING:
            self.page.heading(self.words.phrase("heading_conflicts"))
            for conflict in beside:
                self.page.bullet(self.words.of(conflict.text))
        self._choices(choices_behind((rec,), self.basis))
        self._foot()
        return self.page.text()


class OverviewDetail(ReportPrinter):
    """Writes what is missing, what to ask, what was set aside, and what was read of the request and what was not."""

    def __init__(self, assessment: Assessment, lang: str) -> None:
        super().__init__(assessment, lang)
        self.page = MarkdownPage()
        self.advice = AdvicePrinter(self.page, self.words, self.basis)

    def of(self, sent: Sent) -> str:
        """The detail, in Markdown."""
        made = self.assessment
        missing = [one for one in made.recommendations if one.kind == MISSING]
        if missing:
            self.page.heading(self.words.phrase("heading_missing"))
            self._numbered(missing, 1)
        if made.notes:
            self.page.heading(self.words.phrase("heading_notes"))
            self._numbered(made.notes, len(missing) + 1)
        self._questions()
        self._undetermined()
        self._set_aside()
        self._unknown()
        write_sent(self.page, sent, self.words)
        self._record()
        self._choices(choices_behind((*missing, *made.notes), self.basis))
        self._foot()
        return self.page.text()


def write_sent(page: Page, sent: Sent, words: Words) -> None:
    """Writes what the record system sent otherwise than was asked, or in a wrong place; nothing where all is well."""

    def keys(named: tuple[str, ...], others: int = 0) -> str:
        more = [words.phrase("sent_other_keys", number=str(others))] if others else []
        return words.listed([*named, *more])

    values: Mapping[str, dict[str, str]] = {
        "sent_not": {"keys": keys(sent.missing)},
        "sent_failed": {"keys": keys(sent.failed, sent.other_failed)},
        "sent_first_page": {"keys": keys(sent.paged, sent.other_paged)},
        "sent_orders": {"number": str(sent.orders or "")},
        "sent_outside": {"number": str(sent.outside or "")},
        "sent_after_end": {"cut": str(sent.cut or "")},
    }
    said = {name: given for name, given in values.items() if any(text not in {"", "False"} for text in given.values())}
    if said:
        page.heading(words.phrase("heading_sent"))
        for name, given in said.items():
            page.bullet(words.phrase(name, **given))
