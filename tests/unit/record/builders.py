"""A small vocabulary of findings, and shorthand to make records, readings and situations from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from carepath.content.guideline import Finding, Text
from carepath.language.evaluate import Scope
from carepath.language.parse import parse_node
from carepath.language.symbols import ValueType
from carepath.language.truth import Truth
from carepath.record.derived import Situation, settle
from carepath.record.facts import Record
from carepath.record.read import read_record
from carepath.record.snapshot import Reading, take_snapshot
from carepath.yaml_reader import read_text

#: The evaluation date of all these tests.
AT = dt.date(2026, 3, 2)

PARAMETERS: dict[str, int | float] = {
    "red_flag_days": 42,
    "score_days": 92,
    "class_days": 183,
    "two": 2,
    "three": 3,
    "half": 0.5,
    "thirty_percent": 30,
    "mic_rmdq": 5,
    "mic_odi": 10,
    "mic_copm": 2,
    "window": 92,
}
_WORD = Text("text", "tekst")
_DISCIPLINES = ("GP", "physiotherapist", "psychologist", "other")


def finding(
    name: str,
    kind: ValueType,
    *,
    better: str | None = None,
    currency: str | None = None,
    red_flag: bool = False,
    empty_is_known: bool = True,
    never_above: str | None = None,
) -> Finding:
    """A finding with texts that do not matter."""
    return Finding(
        name,
        kind,
        _WORD,
        _WORD,
        "pain",
        (),
        better=better,
        currency=currency,
        red_flag=red_flag,
        empty_is_known=empty_is_known,
        never_above=never_above,
    )


def _score(name: str, top: float, *, better: str = "lower", kind: str = "int") -> Finding:
    value_type = ValueType(kind, minimum=0, maximum=top, is_instrument=True)
    return finding(name, value_type, better=better, currency="score_days")


_LIST = (
    finding("age_years", ValueType("int", minimum=0, maximum=120, unit="a")),
    finding("months", ValueType("decimal", minimum=0)),
    finding("agrees", ValueType("bool")),
    finding("fear", ValueType("enum", values=("none", "moderate", "high"))),
    finding("remark", ValueType("text")),
    finding("end_date", ValueType("date")),
    finding("wpn_class", ValueType("int", minimum=1, maximum=4, enumerated=True), currency="class_days"),
    finding("rf_fracture", ValueType("bool"), red_flag=True, currency="red_flag_days"),
    finding("rf_paresis", ValueType("bool"), red_flag=True, currency="red_flag_days"),
    _score("rmdq_total", 24),
    _score("odi_total", 100, kind="decimal"),
    _score("copm", 10, better="higher", kind="decimal"),
    finding("start_total", ValueType("int", minimum=0, maximum=9)),
    finding("start_distress", ValueType("int", minimum=0, maximum=5), never_above="start_total"),
    finding("places", ValueType("list", parts={"value": ValueType("text")})),
    finding("disciplines", ValueType("list", parts={"value": ValueType("enum", values=_DISCIPLINES)})),
    finding(
        "tried",
        ValueType(
            "list",
            parts={
                "discipline": ValueType("enum", values=_DISCIPLINES),
                "weeks": ValueType("int", minimum=0),
                "response": ValueType("enum", values=("sufficient", "insufficient")),
                "tolerated": ValueType("bool"),
            },
        ),
    ),
    finding("goals", ValueType("list", parts={"value": ValueType("text")}), empty_is_known=False),
    finding("days_in_current_step", ValueType("int", minimum=0, unit="d")),
    finding("last_step_change_date", ValueType("date")),
)
FINDINGS: dict[str, Finding] = {one.name: one for one in _LIST}
SCOPE = Scope({}, {name: one.type for name, one in FINDINGS.items()}, PARAMETERS)


def days_ago(days: int) -> str:
    """The date that lies so many days before the evaluation date."""
    return (AT - dt.timedelta(days=days)).isoformat()


def record(patient: Mapping[str, object]) -> Record:
    """The record of a patient."""
    return read_record(patient, FINDINGS, AT)


def reading(name: str, given: object, *, at: dt.date = AT) -> Reading:
    """What is known of one finding."""
    return take_snapshot(read_record({name: given}, FINDINGS, at), FINDINGS, PARAMETERS, at)[name]


def situation(patient: Mapping[str, object]) -> Situation:
    """The record of a patient with what is known on the evaluation date."""
    made = record(patient)
    return Situation(made, take_snapshot(made, FINDINGS, PARAMETERS, AT), FINDINGS, AT)


def settled(text: str, patient: Mapping[str, object]) -> Truth:
    """The truth of a derived leaf about a patient."""
    return settle(parse_node(read_text(text)), situation(patient), SCOPE)
