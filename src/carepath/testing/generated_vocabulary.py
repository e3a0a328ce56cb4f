"""The vocabulary of a generated guideline: findings of every type, parameters, and the conditions over them.

What is made is data in the form of the content files. It means nothing: names and texts are numbered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from carepath.testing.extra import st

#: A part of a content file: what YAML holds.
Form = dict[str, object]
#: A condition as it stands in a content file: a line, or a mapping with one key.
ConditionData = str | Form

GROUND: Form = {"kind": "design_choice"}
SOURCE = "SOURCE1"
REVIEW = "review_interval"
CURRENCY = "currency"

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_CLASSES = (1, 4)
_SCALE = (0, 10)
_VALUES = ("low", "middle", "high")
_LATER = "2026-01-01"


def text(words: str) -> Form:
    """A text in both languages: the same words, for they mean nothing."""
    return {"en": words, "nl": words}


@dataclass
class Vocabulary:
    """Findings and parameters by name, and the lines that may stand in a condition."""

    findings: dict[str, Form] = field(default_factory=dict)
    parameters: dict[str, Form] = field(default_factory=dict)
    lines: list[ConditionData] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def finding(self, name: str, kind: str, more: Form, *, group: str = "pain") -> None:
        """Adds a finding; ``more`` is what only its type has."""
        label = text(name.replace("_", " "))
        self.findings[name] = {"type": kind, "group": group, "label": label, "question": label, "grounds": [GROUND]}
        self.findings[name] |= more

    def parameter(self, name: str, values: Sequence[object], unit: str | None = None) -> str:
        """Adds a parameter with one value, or with another from a date on; gives its name."""
        starts = (None, _LATER)
        dated = [{"from": start, "value": value} for start, value in zip(starts, values, strict=False)]
        self.parameters[name] = {"text": text(name.replace("_", " ")), "values": dated, "grounds": [GROUND]}
        self.parameters[name] |= {"unit": unit} if unit is not None else {}
        return name


def make_vocabulary(draw: st.DrawFn, most_findings: int) -> Vocabulary:
    """Draws red flags, other findings of any type, and the parameters that conditions compare them with."""
    made = Vocabulary()
    made.parameter(REVIEW, [draw(st.integers(1, 26))], "wk")
    made.parameter(CURRENCY, [draw(st.sampled_from((42, 1, 365)))], "d")
    for number in range(1, 1 + draw(st.integers(1, 2))):
        name = f"red_flag_{number}"
        made.finding(name, "bool", {"red_flag": True, **_currency(draw)}, group="red_flags")
        made.flags.append(name)
    kinds = draw(st.lists(st.sampled_from(sorted(_MAKERS)), min_size=1, max_size=most_findings))
    for number, kind in enumerate(kinds, 1):
        _MAKERS[kind](draw, made, f"{kind}_{number}")
    made.lines += [f"{name} is known" for name in made.findings]
    return made


def conditions(lines: Sequence[ConditionData]) -> st.SearchStrategy[ConditionData]:
    """Conditions over the lines of a vocabulary and the names of terms; the first line is the simplest."""
    line: st.SearchStrategy[ConditionData] = st.sampled_from(lines)
    part = st.one_of(line, line, line, _groups(line), _negated(line))
    return st.one_of(line, _groups(part), _negated(part))


def _groups(parts: st.SearchStrategy[ConditionData]) -> st.SearchStrategy[ConditionData]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.tuples(st.sampled_from(("all", "any")), several).map(lambda group: {group[0]: group[1]})


def _negated(parts: st.SearchStrategy[ConditionData]) -> st.SearchStrategy[ConditionData]:
    return parts.map(lambda one: {"not": one})


# --- findings ---------------------------------------------------------------------------------------------------


def _currency(draw: st.DrawFn) -> Form:
    return {"currency": CURRENCY} if draw(st.booleans()) else {}


def _limits(draw: st.DrawFn, low: int, high: int) -> list[int]:
    """A threshold; sometimes it becomes another one."""
    return draw(st.lists(st.integers(low, high), min_size=1, max_size=2))


def _compared(draw: st.DrawFn, made: Vocabulary, name: str, limit: str) -> None:
    made.lines.append(f"{name} {draw(st.sampled_from(_COMPARISONS))} {limit}")


def _yes_or_no(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    made.finding(name, "bool", _currency(draw))
    made.lines += [name, f"not {name}"]


def _number(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    low, high = _SCALE
    made.finding(name, "int", {"range": [low, high], **_currency(draw)})
    _compared(draw, made, name, made.parameter(f"limit_of_{name}", _limits(draw, low, high)))


def _decimal(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    low, high = _SCALE
    made.finding(name, "decimal", {"range": [low, high], "unit": "mg"})
    limits = [limit / 2 for limit in _limits(draw, low, high)]
    _compared(draw, made, name, made.parameter(f"limit_of_{name}", limits, "mg"))


def _class(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    low, high = _CLASSES
    made.finding(name, "int", {"range": [low, high], "enumerated": True})
    made.lines.append(f"{name} in [{low + 1}, {high}]")
    _compared(draw, made, name, str(draw(st.integers(low, high))))


def _choice(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    made.finding(name, "enum", {"values": {value: text(value) for value in _VALUES}, **_currency(draw)})
    chosen = draw(st.lists(st.sampled_from(_VALUES), min_size=1, max_size=2, unique=True))
    made.lines += [f"{name} in [{', '.join(chosen)}]", f"{name} {draw(st.sampled_from(('==', '!=')))} {chosen[0]}"]


def _date(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    made.finding(name, "date", {})
    limit = made.parameter(f"limit_of_{name}", _limits(draw, 0, 400), "d")
    _compared(draw, made, f"days since {name}", limit)


def _instrument(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    low, high = _SCALE
    better = draw(st.sampled_from(("lower", "higher")))
    scale: Form = {"range": [low, high], "instrument": name, "better": better, **_currency(draw)}
    made.finding(name, "int", scale, group="instruments")
    _compared(draw, made, name, made.parameter(f"limit_of_{name}", _limits(draw, low, high)))
    direction = draw(st.sampled_from(("improvement", "worsening")))
    change = made.parameter(f"change_of_{name}", _limits(draw, 1, high))
    _compared(draw, made, f"{direction} of {name} since first value", change)


def _list(draw: st.DrawFn, made: Vocabulary, name: str) -> None:
    values = {value: text(value) for value in _VALUES}
    parts: Form = {"what": {"type": "enum", "values": values}, "done": {"type": "bool"}}
    empty = draw(st.sampled_from(("none", "unknown")))
    made.finding(name, "list", {"fields": parts, "empty_means": empty}, group="history")
    number = made.parameter(f"number_of_{name}", _limits(draw, 0, 3))
    op = draw(st.sampled_from(_COMPARISONS))
    made.lines += [
        {"some": {"of": name, "where": "done"}},
        {"every": {"of": name, "where": f"what == {_VALUES[0]}"}},
        {"count": {"of": name, "where": "done", "is": f"{op} {number}"}},
    ]


_MAKERS = {
    "choice": _choice,
    "class": _class,
    "date": _date,
    "decimal": _decimal,
    "instrument": _instrument,
    "list": _list,
    "number": _number,
    "yes_or_no": _yes_or_no,
}
