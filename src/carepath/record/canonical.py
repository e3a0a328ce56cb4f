"""The canonical form of a record: what an audit record keeps, and what reads back to the same record."""

from __future__ import annotations

import datetime as dt

from carepath.record.facts import KNOWN, PARTIAL, Bounds, Fact, FactValue, Record


def canonical_record(record: Record) -> dict[str, list[dict[str, object]]]:
    """Every fact of a record, by finding and date, in the form that ``read_record`` reads."""
    return {name: [_fact(fact) for fact in facts] for name, facts in sorted(record.series.items())}


def _fact(fact: Fact) -> dict[str, object]:
    given: dict[str, object] = {"date": fact.date.isoformat()}
    if fact.status != KNOWN:
        given["status"] = fact.status
    if fact.status in {KNOWN, PARTIAL}:
        given["value"] = plain(fact.value)
    if fact.source is not None:
        given["source"] = fact.source
    if fact.version is not None:
        given["version"] = fact.version
    return given


def plain(value: FactValue | None) -> object:
    """A value as JSON has it; items of single values stand without their part's name."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Bounds):
        return {"at_least": value.low, "at_most": value.high}
    if isinstance(value, tuple):
        return [item["value"] if set(item) == {"value"} else dict(sorted(item.items())) for item in value]
    return value
