"""Faults of FHIR bundles as they stand in real files: each is put into a copy of a valid bundle at a place drawn."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from carepath.testing.extra import st

#: A FHIR bundle as parsed JSON.
BundleData = dict[str, object]

#: JSON as parsed: what stands in it is looked at before it is changed.
_Json = Any
_Fault = Callable[[st.DrawFn, list[_Json], _Json], None]

_MOST = 6
_WRONG: tuple[object, ...] = (None, True, 0, -1, 10**400, 1.5, "", "x", "2026-13-45", [], [None], {}, {"value": {}})
_DATES = ("2026", "2026-02", "2026-02-30", "2026-03-02T10:00", "2026-03-02T10:00:00+25:00", "0000-01-01", "yesterday")
_TEMPLATES = ("{{value}}", "${value}", "<%= value %>")
_STATUSES = ("entered-in-error", "unknown", "preliminary", "cancelled", "not-done", "draft", "Final", "")
_KEYS = ("modifierExtension", "implicitRules", "contained", "extension", "focus", "component", "dataAbsentReason")


def dirtied(bundles: st.SearchStrategy[BundleData]) -> st.SearchStrategy[BundleData]:
    """The same bundles with one to six faults each."""

    @st.composite
    def dirty(draw: st.DrawFn) -> BundleData:
        bundle: _Json = copy.deepcopy(draw(bundles))
        entries: list[_Json] = bundle["entry"]
        for fault in draw(st.lists(st.sampled_from(_FAULTS), min_size=1, max_size=_MOST)):
            whole = [one for one in entries if isinstance(one, dict) and isinstance(one.get("resource"), dict)]
            if whole:
                # From the last entry on: what is about the patient comes first, and shrinking begins at the end.
                fault(draw, entries, whole[-1 - draw(st.integers(0, len(whole) - 1))])
        found: BundleData = bundle
        return found

    return dirty()


def _places(value: _Json) -> list[tuple[_Json, _Json]]:
    """Every object or list below a value with each of its keys or indexes."""
    found: list[tuple[_Json, _Json]] = []
    todo: list[_Json] = [value]
    while todo:
        one = todo.pop()
        keys = list(one) if isinstance(one, dict) else list(range(len(one))) if isinstance(one, list) else []
        found += [(one, key) for key in keys]
        todo += [one[key] for key in keys]
    return found


def _place(draw: st.DrawFn, entry: _Json) -> tuple[_Json, _Json] | None:
    places = _places(entry["resource"])
    return draw(st.sampled_from(places)) if places else None


def _without_a_part(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    place = _place(draw, entry)
    if place is not None:
        del place[0][place[1]]


def _of_a_wrong_type(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    place = _place(draw, entry)
    if place is not None:
        place[0][place[1]] = copy.deepcopy(draw(st.sampled_from(_WRONG)))


def _with_a_template(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    place = _place(draw, entry)
    if place is not None:
        place[0][place[1]] = draw(st.sampled_from(_TEMPLATES))


def _with_a_part_more(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    entry["resource"][draw(st.sampled_from(_KEYS))] = [{"url": "https://example.org/x", "code": {}, "value": 1}]


def _not_established(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    status = draw(st.sampled_from(_STATUSES))
    if entry["resource"].get("resourceType") == "Condition":
        entry["resource"]["verificationStatus"] = {"coding": [{"code": status}]}
    else:
        entry["resource"]["status"] = status


def _with_an_unknown_code(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    system = draw(st.sampled_from(("http://snomed.info/sct", "urn:carepath:finding", "urn:oid:2.16.840", "")))
    code = {"system": system, "code": draw(st.sampled_from(("0", "no_such_finding", "x" * 300)))}
    known = entry["resource"].get("code")
    listed = known.get("coding") if isinstance(known, dict) else None
    if isinstance(listed, list) and draw(st.booleans()):
        listed.append(code)
    else:
        entry["resource"]["code"] = {"coding": [code]}


def _in_another_unit(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    unit = draw(st.sampled_from(("mg", "%", "{score}", "points", "")))
    quantity = {"value": 5, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}
    entry["resource"]["valueQuantity"] = quantity | draw(st.sampled_from(({}, {"comparator": "<"})))


def _with_another_date(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    resource = entry["resource"]
    dated = [key for key in resource if isinstance(key, str) and ("Date" in key or key == "authoredOn")]
    for key in dated:
        resource[key] = draw(st.sampled_from(_DATES))


def _about_somebody_else(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    other = draw(st.sampled_from(("Patient/other", "Group/1", "urn:uuid:0", "#here", "")))
    entry["resource"]["subject"] = {"reference": other}


def _in_two_versions(draw: st.DrawFn, entries: list[_Json], entry: _Json) -> None:
    again = copy.deepcopy(entry)
    if draw(st.booleans()):
        entry["resource"]["meta"] = {"lastUpdated": "2026-01-01T00:00:00Z"}
        again["resource"]["meta"] = {"lastUpdated": "2026-02-01T00:00:00Z"}
    if draw(st.booleans()):
        again["resource"]["status"] = "entered-in-error"
    entries.append(again)


def _in_a_bundle(draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    listed = [{"resource": entry["resource"]}]
    entry["resource"] = {"resourceType": "Bundle", "entry": draw(st.sampled_from((listed, listed[0])))}


def _deleted(_draw: st.DrawFn, _entries: list[_Json], entry: _Json) -> None:
    entry["request"] = {"method": "DELETE", "url": "Observation/1"}


def _no_resource(draw: st.DrawFn, entries: list[_Json], _entry: _Json) -> None:
    odd: list[object] = [None, "x", [], {}, {"resource": None}, {"resource": {"resourceType": "Unheard"}}]
    odd += [{"resource": {"resourceType": "Patient", "id": "other"}}, {"resource": {"resourceType": 5}}]
    entries.insert(draw(st.integers(0, len(entries))), copy.deepcopy(draw(st.sampled_from(odd))))


_FAULTS: tuple[_Fault, ...] = (
    _without_a_part,
    _of_a_wrong_type,
    _not_established,
    _with_an_unknown_code,
    _in_another_unit,
    _with_another_date,
    _about_somebody_else,
    _in_two_versions,
    _with_a_part_more,
    _with_a_template,
    _in_a_bundle,
    _deleted,
    _no_resource,
)
