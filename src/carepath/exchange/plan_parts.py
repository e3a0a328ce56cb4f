"""Parts of plans in both languages: elements with a translation, texts without a patient, effective periods."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from carepath.content.guideline import Text
from carepath.display.words import Words, both, fill
from carepath.exchange.fhir_parts import Resource, artifact, canonical
from carepath.exchange.fhirpath import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carepath.content.guideline import Ground, Guideline

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_REGION = "urn:iso:std:iso:3166"
_USAGE = "http://terminology.hl7.org/CodeSystem/usage-context-type"


class Wording:
    """Texts of a guideline as they stand on one date, without a patient, in English with the Dutch translation."""

    def __init__(self, guideline: Guideline, at: dt.date) -> None:
        self.guideline, self.at = guideline, at
        self.words = {lang: Words(guideline, lang) for lang in ("en", "nl")}

    def element(self, name: str, text: Text) -> Resource:
        """A primitive element with its English text, and beside it the extension with the Dutch one."""
        content = [{"url": "lang", "valueCode": "nl"}, {"url": "content", "valueString": text.nl}]
        return {name: text.en, f"_{name}": {"extension": [{"url": _TRANSLATION, "extension": content}]}}

    def phrase(self, name: str) -> Text:
        """A phrase of the content."""
        return both(lambda lang: self.words[lang].phrase(name))

    def joined(self, *texts: Text, between: str = " - ") -> Text:
        """Texts in one, in each language."""
        return both(lambda lang: between.join(self.words[lang].of(one) for one in texts))

    def target(self, target: str) -> Text:
        """What a step, a person or a team is called."""
        return both(lambda lang: self.words[lang].target(target))

    def filled(self, text: Text, *, target: str | None = None, step: str | None = None) -> Text:
        """A text with the values of the parameters on the date; what only a patient gives is an ellipsis."""

        def write(lang: str) -> str:
            words = self.words[lang]

            def value_of(name: str) -> str | None:
                if name.startswith("p:"):
                    return words.parameter(name[2:], self.at)
                named = target if name == "target" else (step or target) if name == "step" else None
                return words.target(named) if named is not None else "(...)"

            return fill(words.of(text), value_of)

        return both(write)

    def artifacts(self, grounds: Iterable[Ground]) -> Resource:
        """What something stands on, each ground once; an empty element where nothing is named."""
        found = [artifact(one, self.words["en"]) for one in dict.fromkeys(grounds)]
        return {"documentation": found} if found else {}

    def condition(self, expression: str, text: Text) -> Resource:
        """An applicability condition in FHIRPath, and what it asks."""
        said = self.element("description", text)
        return {"kind": "applicability", "expression": {**said, "language": LANGUAGE, "expression": expression}}

    def definition(self, kind: str, name: str, title: Text, *, period: Resource, region: str, focus: Text) -> Resource:
        """What every definition begins with: address, version, title, for whom, where, and from when until when."""
        guideline = self.guideline
        url, _, version = canonical(guideline, kind, name).partition("|")
        code = {"system": _USAGE, "code": "focus"}
        return {
            "resourceType": kind,
            "language": "en",
            "url": url,
            "version": version,
            "name": "".join(part.capitalize() for part in name.replace(":", "-").replace("_", "-").split("-")),
            **self.element("title", title),
            "status": "draft",
            "date": guideline.date,
            "publisher": "carepath",
            "useContext": [{"code": code, "valueCodeableConcept": self.element("text", focus)}],
            "jurisdiction": [{"coding": [{"system": _REGION, "code": region}]}],
            **({"effectivePeriod": period} if period else {}),
        }


def effective_period(guideline: Guideline, at: dt.date) -> Resource:
    """The days around a date on which no parameter changes and no rule begins or ends; open where nothing does."""
    changes = {dated.start for parameter in guideline.parameters.values() for dated in parameter.values}
    changes |= {rule.start for rule in guideline.rules.values()}
    changes |= {rule.end + dt.timedelta(days=1) for rule in guideline.rules.values() if rule.end is not None}
    days = sorted(day for day in changes if day is not None)
    before = [day for day in days if day <= at]
    after = [day for day in days if day > at]
    start = {"start": before[-1].isoformat()} if before else {}
    return {**start, **({"end": (after[0] - dt.timedelta(days=1)).isoformat()} if after else {})}
