"""The words of a guideline in one language: phrases, labels, values with their units. No word stands in Python."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carepath.content.guideline import Finding, Guideline, Source, Text
from carepath.errors import ArgumentError, ContentError, Place, Problem, nearest
from carepath.record.facts import Bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from carepath.record.facts import FactValue, Part

LANGUAGES = ("en", "nl")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9]+")


def both(write: Callable[[str], str]) -> Text:
    """A text in both languages, written once for each."""
    return Text(write("en"), write("nl"))


def fill(text: str, value_of: Callable[[str], str | None]) -> str:
    """The text with each ``{name}`` replaced by its value; what has none stays as it is. Values are not filled again.

    A value that stands inside a sentence begins with a small letter, unless it begins with an abbreviation.
    """

    def put(match: re.Match[str]) -> str:
        value = value_of(match.group(1))
        if value is None:
            return match.group(0)
        before = match.string[: match.start()].rstrip()
        return value if not before or before[-1] in ".!?" else in_sentence(value)

    return _PLACEHOLDER.sub(put, text)


def placeholders(text: str) -> tuple[str, ...]:
    """The names of the placeholders in a text."""
    return tuple(_PLACEHOLDER.findall(text))


def in_sentence(text: str) -> str:
    """The text as it stands inside a sentence: a first letter that is followed by a small one becomes small."""
    return text[0].lower() + text[1:] if text[1:2].islower() else text


@dataclass(frozen=True, slots=True)
class Words:
    """What a guideline calls things, in one language.

    Raises:
        ArgumentError: the language is not ``en`` or ``nl``.
    """

    guideline: Guideline
    lang: str

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            problem = Problem("CP082", f"lang: unknown option {self.lang!r}", None, nearest(self.lang, LANGUAGES))
            raise ArgumentError([problem])

    def of(self, text: Text) -> str:
        """A text in this language."""
        return text.in_language(self.lang)

    def phrase(self, name: str, **values: str) -> str:
        """A phrase of ``rules/phrases.yaml`` with its placeholders filled.

        Raises:
            ContentError: the guideline has no such phrase.
        """
        text = self.guideline.phrases.get(name)
        if text is None:
            place = Place("rules/phrases.yaml", 1, 1)
            advice = "copy it from the shipped content"
            raise ContentError([Problem("CP093", f"there is no phrase {name!r}", place, advice)])
        return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), self.of(text))

    def listed(self, items: Iterable[str], *, limit: int | None = None, between: str = ", ") -> str:
        """Distinct items in one line; beyond the limit only their number."""
        found = list(dict.fromkeys(items))
        shown = found if limit is None or len(found) <= limit + 1 else found[:limit]
        line = between.join(shown)
        if len(shown) < len(found):
            return self.phrase("and_more", shown=line, more=str(len(found) - len(shown)))
        return line

    # --- names ---------------------------------------------------------------------------------------------------

    def kind(self, kind: str) -> str:
        """What a kind of recommendation is called."""
        return self.of(self.guideline.kinds[kind].text)

    def vocabulary(self, field: str, value: str) -> str:
        """What a value of a field is called; the value itself where content has no text for it."""
        text = self.guideline.vocabulary.get(field, {}).get(value)
        return self.of(text) if text is not None else value

    def finding(self, name: str) -> str:
        """The label of a finding."""
        finding = self.guideline.findings.get(name)
        return self.of(finding.label) if finding is not None else name

    def findings(self, names: Iterable[str], *, limit: int | None = None) -> str:
        """The labels of findings in one line."""
        return self.listed((self.finding(name) for name in names), limit=limit)

    def target(self, target: str) -> str:
        """The name of a step, or what a person or team is called."""
        step = self.guideline.step_text(target)
        return self.of(step) if step is not None else self.vocabulary("target", target)

    def step(self, step: str) -> str:
        """A step with its name, its id and its line."""
        for pathway in self.guideline.pathways.values():
            if step in pathway.steps:
                line = self.vocabulary("line", pathway.steps[step].line)
                return f"{self.of(pathway.steps[step].text)} [{step}, {line}]"
        return self.target(step)

    def owner(self, source: Source) -> str:
        """Whose words a source holds: the party, else the publisher, else the title."""
        if source.party is not None:
            return self.of(source.party)
        return source.publisher or source.title

    def cited(self, key: str) -> str:
        """A source by its owner and its key."""
        source = self.guideline.sources.get(key)
        return f"{self.owner(source)} [{key}]" if source is not None else f"[{key}]"

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, name: str, value: FactValue) -> str:
        """A recorded value in words."""
        finding = self.guideline.findings[name]
        if isinstance(value, tuple):
            items = [self._item(finding, item) for item in value]
            apart = len(finding.type.parts) > 1 and len(items) > 1
            return ", ".join(f"({item})" if apart else item for item in items) or self.phrase("none")
        if isinstance(value, Bounds):
            low, high = self.quantity(value.low), self.quantity(value.high, finding.type.unit)
            return self.phrase("bounds", low=low, high=high)
        return self._part(value, finding.value_texts, finding.type.unit)

    def statement(self, name: str, value: FactValue) -> str:
        """A finding with its value: what is said of it, and whether it is so; else its label and value."""
        finding = self.guideline.findings[name]
        said = finding.statement if isinstance(value, bool) and finding.statement is not None else finding.label
        return f"{self.of(said)}: {self.value(name, value)}"

    def _item(self, finding: Finding, item: Mapping[str, Part]) -> str:
        words = []
        for name, kind in finding.type.parts.items():
            if name in item:
                said = self._part(item[name], finding.value_texts, kind.unit)
                label = self.guideline.phrases.get(f"part_{name}")
                words.append(f"{self.of(label)} {said}" if label is not None else said)
        return ", ".join(words)

    def _part(self, value: Part | dt.date, texts: Mapping[str, Text], unit: str | None) -> str:
        if isinstance(value, bool):
            return self.phrase("yes" if value else "no")
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, str):
            return self.of(texts[value]) if value in texts else value
        return self.quantity(value, unit)

    def quantity(self, number: float, unit: str | None = None) -> str:
        """A number with its unit in words; a Dutch number has a decimal comma."""
        written = repr(int(number)) if float(number).is_integer() else repr(number)
        if self.lang == "nl":
            written = written.replace(".", ",")
        if unit is None:
            return written
        return f"{written}{unit}" if unit == "%" else f"{written} {self.unit(unit, number)}"

    def unit(self, unit: str, number: float = 2) -> str:
        """What a unit is called, for one or for more; the unit itself where content has no word for it."""
        name = "unit_" + _NOT_A_NAME.sub("_", unit)
        phrases = self.guideline.phrases
        text = phrases.get(f"{name}_one" if number == 1 else name) or phrases.get(name)
        return self.of(text) if text is not None else unit

    def parameter(self, name: str, day: dt.date) -> str | None:
        """The value of a parameter on a day with its unit, or None while it has none."""
        parameter = self.guideline.parameters.get(name)
        dated = parameter.at(day) if parameter is not None else None
        if parameter is None or dated is None or dated.value is None:
            return None
        if isinstance(dated.value, dt.date):
            return dated.value.isoformat()
        return self.quantity(dated.value, parameter.type.unit)
