"""The canonical form of a record: what is kept for an audit reads back to the same record, in the same bytes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from carepath.language.symbols import ValueType
from carepath.record.canonical import canonical_record
from carepath.record.facts import Record
from carepath.record.read import read_record
from tests.unit.record.builders import AT, FINDINGS, days_ago, record

_DATES = st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1))
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def _scalars(kind: ValueType) -> st.SearchStrategy[object]:
    low, high = kind.minimum, kind.maximum
    strategies: dict[str, st.SearchStrategy[object]] = {
        "bool": st.booleans(),
        "int": st.integers(int(low or 0), int(high) if high is not None else 10**6),
        "decimal": st.floats(low, high if high is not None else 1e9) | st.integers(int(low or 0), 9),
        "text": _TEXTS,
        "date": _DATES.map(dt.date.isoformat) | _DATES,
    }
    return strategies[kind.kind] if kind.kind != "enum" else st.sampled_from(kind.values)


def _values(kind: ValueType) -> st.SearchStrategy[object]:
    if kind.kind != "list":
        return _scalars(kind)
    if set(kind.parts) == {"value"}:
        return st.lists(_scalars(kind.parts["value"]), max_size=3)
    parts = {name: _scalars(part) for name, part in kind.parts.items()}
    return st.lists(st.fixed_dictionaries({}, optional=parts), max_size=3)


def _facts(kind: ValueType) -> st.SearchStrategy[object]:
    more = {"date": _DATES.map(dt.date.isoformat), "source": _TEXTS, "version": _TEXTS}
    known = st.fixed_dictionaries({"value": _values(kind)}, optional=more)
    unknown = st.fixed_dictionaries(
        {"status": st.sampled_from(["unknown", "refused", "not_applicable"])}, optional=more
    )
    return known | unknown


_RELATED = {"start_total", "start_distress"}
patients: st.SearchStrategy[Mapping[str, object]] = st.fixed_dictionaries(
    {},
    optional={
        name: _values(one.type) | _facts(one.type) | st.lists(_facts(one.type), min_size=1, max_size=3)
        for name, one in FINDINGS.items()
        if name not in _RELATED
    },
)


def dates_given(made: Record) -> Record:
    """The record without the trace that a date was taken from the evaluation date."""
    return Record({name: tuple(replace(fact, undated=False) for fact in facts) for name, facts in made.series.items()})


@settings(deadline=None)
@given(patients)
def test_the_canonical_form_reads_back_to_the_same_record_on_any_date(patient: Mapping[str, object]) -> None:
    made = record(patient)
    form = canonical_record(made)
    for later in (0, 1, 400):
        assert dates_given(read_record(form, FINDINGS, AT + dt.timedelta(days=later))) == dates_given(made)


@settings(deadline=None)
@given(patients)
def test_the_canonical_form_survives_json_and_is_its_own_canonical_form(patient: Mapping[str, object]) -> None:
    form = canonical_record(record(patient))
    again = json.loads(json.dumps(form, sort_keys=True, allow_nan=False))
    assert again == form
    assert canonical_record(record(again)) == form


@settings(deadline=None)
@given(patients)
def test_the_order_of_findings_and_of_values_does_not_show(patient: Mapping[str, object]) -> None:
    turned = {
        name: given_value[::-1] if isinstance(given_value, list) and _is_series(name, given_value) else given_value
        for name, given_value in reversed(list(patient.items()))
    }
    assert json.dumps(canonical_record(record(turned))) == json.dumps(canonical_record(record(patient)))


def _is_series(name: str, given_value: list[object]) -> bool:
    dated = all(isinstance(one, dict) and ("value" in one or "status" in one) for one in given_value)
    return dated if FINDINGS[name].type.kind == "list" else True


def test_every_fact_is_written_with_its_date_and_nothing_that_was_not_given() -> None:
    patient = {
        "agrees": False,
        "rmdq_total": [
            {"value": 9, "date": days_ago(0), "source": "GP", "version": "24 items"},
            {"status": "refused", "date": days_ago(1)},
        ],
        "places": ["back"],
        "tried": [{"weeks": 6, "discipline": "GP"}],
        "end_date": "2025-06-01",
        "fear": None,
    }
    assert canonical_record(record(patient)) == {
        "agrees": [{"date": "2026-03-02", "value": False}],
        "end_date": [{"date": "2026-03-02", "value": "2025-06-01"}],
        "places": [{"date": "2026-03-02", "value": ["back"]}],
        "rmdq_total": [
            {"date": "2026-03-01", "status": "refused"},
            {"date": "2026-03-02", "value": 9, "source": "GP", "version": "24 items"},
        ],
        "tried": [{"date": "2026-03-02", "value": [{"discipline": "GP", "weeks": 6}]}],
    }


def test_findings_stand_in_the_order_of_their_names() -> None:
    form = canonical_record(record({"remark": "x", "agrees": True, "months": 3}))
    assert list(form) == ["agrees", "months", "remark"]


def test_a_whole_number_is_written_the_same_whether_given_as_a_decimal_or_not() -> None:
    for given_value in (3, 3.0):
        assert json.dumps(canonical_record(record({"months": given_value}))["months"][0]["value"]) == "3"
