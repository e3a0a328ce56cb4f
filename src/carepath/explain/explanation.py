"""An answer about an assessment as a value: a sentence, a tree, JSON and a text, each in English and Dutch."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.content.guideline import Ground, Guideline, Text
from carepath.display.words import Words, both
from carepath.record.canonical import plain

if TYPE_CHECKING:
    from carepath.record.facts import FactValue

#: The version of the JSON form.
SCHEMA = "carepath.explanation/1"

Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class Read:
    """A finding as it was read: its value with date and source, or why it is unknown.

    ``said`` is the value in words (of a value that does not count too); ``before`` is the value that a change was
    counted from, and ``before_date`` its date.
    """

    finding: str
    label: Text
    value: FactValue | None = None
    said: Text | None = None
    date: dt.date | None = None
    source: str | None = None
    reason: str | None = None
    reason_text: Text | None = None
    before: Text | None = None
    before_date: dt.date | None = None

    def to_dict(self) -> Data:
        """The reading as plain types; what does not apply is left out."""
        return _without_none(
            {
                "finding": self.finding,
                "label": text_data(self.label),
                "value": plain(self.value),
                "said": text_data(self.said),
                "date": _iso(self.date),
                "source": self.source,
                "reason": self.reason,
                "reason_text": text_data(self.reason_text),
                "before": text_data(self.before),
                "before_date": _iso(self.before_date),
            }
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """A parameter that a condition compares with: its value on the date, and from when that value holds."""

    parameter: str
    text: Text
    said: Text
    since: dt.date | None = None

    def to_dict(self) -> Data:
        """The limit as plain types."""
        return _without_none(
            {
                "parameter": self.parameter,
                "text": text_data(self.text),
                "said": text_data(self.said),
                "from": _iso(self.since),
            }
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """A ground with its owner, its quote and what kind of ground it is."""

    kind: str
    kind_text: Text
    role: str
    source: str | None = None
    owner: Text | None = None
    section: str | None = None
    quote: str | None = None
    note: Text | None = None

    def to_dict(self) -> Data:
        """The ground as plain types."""
        return _without_none(
            {
                "kind": self.kind,
                "kind_text": text_data(self.kind_text),
                "role": self.role,
                "source": self.source,
                "owner": text_data(self.owner),
                "section": self.section,
                "quote": self.quote,
                "note": text_data(self.note),
            }
        )


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an answer. ``role`` says what it is, ``name`` which rule, term, step or entry it stands for.

    A node of a condition has ``truth`` (``true``, ``false`` or ``unknown``) and the ``condition`` as it is written;
    ``gap`` says by how much a number missed its limit.
    """

    role: str
    text: Text
    name: str | None = None
    truth: str | None = None
    condition: str | None = None
    reads: tuple[Read, ...] = ()
    limits: tuple[Limit, ...] = ()
    gap: Text | None = None
    grounds: tuple[Standing, ...] = ()
    children: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_dict(self) -> Data:
        """The node and those below it as plain types; lists are always there."""
        data = _without_none(
            {
                "role": self.role,
                "name": self.name,
                "text": text_data(self.text),
                "truth": self.truth,
                "condition": self.condition,
                "gap": text_data(self.gap),
            }
        )
        data["findings"] = [one.to_dict() for one in self.reads]
        data["parameters"] = [one.to_dict() for one in self.limits]
        data["grounds"] = [one.to_dict() for one in self.grounds]
        data["children"] = [one.to_dict() for one in self.children]
        return data


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """An answer about an assessment; the sentence and the tree are worked out when they are asked for.

    ``answer`` says which question was answered (``why``, ``why_not``, ``missing``, ``change`` or ``comparison``),
    ``subject`` what was asked about; ``sentence`` answers in one or two sentences, ``nodes`` as a tree. ``lang`` is the
    language in which it prints itself.
    """

    answer: str
    subject: str
    say: Callable[[], Text] = field(compare=False)
    grow: Callable[[], tuple[Node, ...]] = field(compare=False)
    guideline: Guideline = field(compare=False)
    lang: str = field(default="en", kw_only=True, compare=False)

    @functools.cached_property
    def sentence(self) -> Text:
        """The answer in one or two sentences."""
        return self.say()

    @functools.cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The answer as trees."""
        return self.grow()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment] # equal answers are made of dicts and lists

    def __repr__(self) -> str:
        answer = f"{self.answer} " if type(self) is Explanation else ""
        return f"<{type(self).__name__} {answer}{self.subject}>"

    def __str__(self) -> str:
        return self.report()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows: the sentence, the tree and its drawing."""
        from carepath.display.answers import answer_forms  # noqa: PLC0415 - only a notebook pays for it
        from carepath.display.notebook import bundle  # noqa: PLC0415 - likewise

        return bundle(answer_forms(self, self.lang), include, exclude)

    def walk(self) -> Iterator[Node]:
        """Every node of the tree, from the top."""
        for node in self.nodes:
            yield from node.walk()

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings that the answer names, in their order."""
        return tuple(dict.fromkeys(read.finding for node in self.walk() for read in node.reads))

    def to_dict(self) -> Data:
        """The answer as plain dicts and lists, with texts in both languages and a versioned ``schema``."""
        return {
            "schema": SCHEMA,
            "answer": self.answer,
            "subject": self.subject,
            "sentence": text_data(self.sentence),
            "nodes": [node.to_dict() for node in self.nodes],
        }

    def report(self, lang: str | None = None) -> str:
        """The answer for people: the sentence, then the tree, as text of at most 100 columns.

        Args:
            lang: ``en`` or ``nl``; by default the language that was asked for when assessing.
        """
        from carepath.explain.text import explanation_text  # noqa: PLC0415 - built on first use

        return explanation_text(self, lang or self.lang)


def standing(ground: Ground, guideline: Guideline) -> Standing:
    """A ground with its owner in words."""
    source = guideline.sources.get(ground.source or "")
    return Standing(
        kind=ground.kind,
        kind_text=both(lambda lang: Words(guideline, lang).vocabulary("tag", ground.kind)),
        role=ground.role,
        source=ground.source,
        owner=both(lambda lang: Words(guideline, lang).owner(source)) if source is not None else None,
        section=ground.section,
        quote=ground.quote,
        note=ground.note,
    )


def standings(grounds: tuple[Ground, ...], guideline: Guideline) -> tuple[Standing, ...]:
    """Grounds with their owners, each once."""
    return tuple(standing(one, guideline) for one in dict.fromkeys(grounds))


def phrase(guideline: Guideline, name: str, **values: Text) -> Text:
    """A phrase of the content in both languages, its placeholders filled with texts.

    A text that ends with a full stop loses it where the phrase goes on behind it with a mark of its own; a question
    keeps its mark alone; inside quotes the quotes of a text are single.
    """

    def written(lang: str) -> str:
        words = Words(guideline, lang)
        template = words.phrase(name)
        filled = {}
        for key, one in values.items():
            value = one.in_language(lang)
            behind = template.partition("{" + key + "}")[2][:1]
            value = value.removesuffix(".") if behind and not behind.isspace() else value
            filled[key] = value.replace('"', "'") if f'"{{{key}}}"' in template else value
        return words.phrase(name, **filled).replace("?.", "?")

    return both(written)


def text_data(text: Text | None) -> dict[str, str] | None:
    """A text in both languages as a mapping, or None."""
    return {"en": text.en, "nl": text.nl} if text is not None else None


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date is not None else None


def _without_none(data: Data) -> Data:
    return {key: value for key, value in data.items() if value is not None}
