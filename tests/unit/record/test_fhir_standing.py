"""What the report says of a resource that does not count: the reason, and the status or the day that it stands on."""

from __future__ import annotations

from typing import Any

import pytest

from carepath.record.facts import Record
from carepath.record.fhir_kinds import Standing, standing_of
from tests.unit.record.test_fhir import FIBROMYALGIA, LOCAL, PEG, concept, condition, observation, read, values

Json = dict[str, Any]
OPIOID = concept((LOCAL, "opioid_use"))
PRESCRIBED: Json = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "authoredOn": "2023-02-03",
    "medicationCodeableConcept": OPIOID,
}
REQUESTED: Json = {
    "resourceType": "ServiceRequest",
    "id": "s1",
    "status": "active",
    "authoredOn": "2023-02-03",
    "code": concept((LOCAL, "imaging_requested")),
}


def left(record: Record) -> tuple[object, object, object]:
    """The place, the reason and the detail of the one row of what was left; nothing else was taken."""
    (row,) = [row for row in record.unused if row["path"] != "Patient"]
    assert not record.used
    return row["path"], row["reason"], row["detail"]


# --- status -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "reason", "detail"),
    [
        ({"status": "cancelled"}, "not_present", "status:cancelled"),
        ({"status": "preliminary"}, "not_final", "status:preliminary"),
        ({"status": None}, "not_final", "status:none"),
        ({"status": "as good as done"}, "not_final", "status:?"),
        ({"status": 7}, "not_final", "status:?"),
    ],
)
def test_the_report_names_the_status_of_an_observation_and_no_sentence_in_its_place(
    elements: Json, reason: str, detail: str
) -> None:
    assert left(read(observation(PEG, valueInteger=5, **elements))) == ("Observation", reason, detail)


@pytest.mark.parametrize(
    ("resource", "elements", "reason", "detail"),
    [
        (PRESCRIBED, {"status": "completed"}, "not_present", "status:completed"),
        (PRESCRIBED, {"status": "stopped"}, "not_present", "status:stopped"),
        (PRESCRIBED, {"status": "on-hold"}, "not_final", "status:on-hold"),
        (PRESCRIBED, {"doNotPerform": True}, "not_present", "doNotPerform"),
        (REQUESTED, {"doNotPerform": True}, "not_present", "doNotPerform"),
        (REQUESTED, {"doNotPerform": True, "status": "draft"}, "not_present", "doNotPerform"),
        (REQUESTED, {"doNotPerform": True, "status": "revoked"}, "not_present", "status:revoked"),
        (REQUESTED, {"intent": "proposal"}, "not_final", "intent:proposal"),
        (REQUESTED, {"intent": "option", "status": "draft"}, "not_final", "intent:option"),
        (REQUESTED, {"intent": "proposal", "status": "revoked"}, "not_present", "status:revoked"),
    ],
)
def test_the_report_names_what_takes_a_request_back(resource: Json, elements: Json, reason: str, detail: str) -> None:
    assert left(read({**resource, **elements})) == (resource["resourceType"], reason, detail)


@pytest.mark.parametrize("said", [{"doNotPerform": False}, {"intent": "order"}, {}])
def test_a_request_that_is_not_taken_back_counts(said: Json) -> None:
    assert values(read({**REQUESTED, **said}), "imaging_requested") == [(True, "2023-02-03")]


# --- conditions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "reason", "detail"),
    [
        ({"verificationStatus": concept(("v", "refuted"))}, "not_present", "verificationStatus:refuted"),
        ({"verificationStatus": "refuted"}, "not_present", "verificationStatus:refuted"),
        ({"verificationStatus": concept(("v", "provisional"))}, "not_final", "verificationStatus:provisional"),
        (
            {"verificationStatus": concept(("v", "unconfirmed"), ("w", "differential"))},
            "not_final",
            "verificationStatus:differential+unconfirmed",
        ),
        (
            {"verificationStatus": concept(("v", "confirmed"), ("w", "as good as sure"))},
            "not_final",
            "verificationStatus:?+confirmed",
        ),
        ({"verificationStatus": {}}, "not_final", "verificationStatus:"),
        ({"clinicalStatus": concept(("c", "inactive"))}, "not_present", "clinicalStatus:inactive"),
        ({"clinicalStatus": concept(("c", "remission"))}, "not_present", "clinicalStatus:remission"),
        ({"clinicalStatus": concept(("c", "resolved"))}, "not_present", "clinicalStatus:resolved"),
        ({"clinicalStatus": concept(("c", "dormant"))}, "not_final", "clinicalStatus:dormant"),
        ({"clinicalStatus": concept(("c", "much better now"))}, "not_final", "clinicalStatus:?"),
        ({"clinicalStatus": concept(("c", "active"), ("d", "resolved"))}, "not_final", "clinicalStatus:?"),
        ({"abatementDateTime": "2021-01-01"}, "not_present", "abatement"),
        ({"abatementBoolean": True}, "not_present", "abatement"),
    ],
)
def test_the_report_names_what_speaks_against_a_condition(elements: Json, reason: str, detail: str) -> None:
    assert left(read(condition(FIBROMYALGIA, **elements))) == ("Condition", reason, detail)


@pytest.mark.parametrize(
    "elements",
    [
        {"abatementBoolean": False},
        {"verificationStatus": None},
        {"clinicalStatus": None},
        {"clinicalStatus": "recurrence"},
        {"clinicalStatus": concept(("c", "relapse"))},
    ],
)
def test_a_condition_that_nothing_speaks_against_counts(elements: Json) -> None:
    assert values(read(condition(FIBROMYALGIA, **elements)), "fibromyalgia") == [(True, "2020-01-02")]


@pytest.mark.parametrize(
    ("content", "resource", "detail"),
    [
        (
            {"verificationStatus": concept(("v", "entered-in-error"))},
            "Condition",
            "verificationStatus:entered-in-error",
        ),
        ({"status": "entered-in-error", "doNotPerform": True}, "ServiceRequest", "status:entered-in-error"),
        ({"status": "entered-in-error", "intent": "proposal"}, "CarePlan", "status:entered-in-error"),
    ],
)
def test_what_was_entered_in_error_is_that_before_all_else(content: Json, resource: str, detail: str) -> None:
    found = standing_of(content, resource)
    assert found == Standing("entered_in_error", detail)
    assert not found.doubt


# --- days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "date", "taken_from"),
    [
        ({"onsetPeriod": {"start": "2020-02-03", "end": "2020-09-09"}}, "2020-02-03", "onsetPeriod.start"),
        (
            {"onsetPeriod": {"start": "2020-02-03"}, "recordedDate": "2020-02-02"},
            "2020-02-03",
            "onsetPeriod.start",
        ),
        ({"onsetPeriod": {"start": "2020-02-03"}, "recordedDate": "2020-02-04"}, "2020-02-04", "recordedDate"),
        ({"onsetPeriod": {"end": "2020-09-09"}, "recordedDate": "2020-02-04"}, "2020-02-04", "recordedDate"),
        ({"onsetDateTime": "2020-02-03", "recordedDate": "2020-02-03"}, "2020-02-03", "onsetDateTime"),
        ({"onsetDateTime": "2020-02", "recordedDate": "2020-02-04"}, "2020-02-04", "recordedDate"),
        ({"onsetDateTime": "2020-02-03", "recordedDate": "2020"}, "2020-02-03", "onsetDateTime"),
        ({"onsetString": "as a child", "recordedDate": "2020-02-04"}, "2020-02-04", "recordedDate"),
    ],
)
def test_a_condition_counts_from_the_later_of_its_onset_and_its_recording(
    elements: Json, date: str, taken_from: str
) -> None:
    record = read(condition(FIBROMYALGIA, **{"onsetDateTime": None, **elements}))
    assert values(record, "fibromyalgia") == [(True, date)]
    (row,) = record.used
    assert (row["date_from"], row["transform"]) == (taken_from, "present")


@pytest.mark.parametrize(
    ("elements", "detail"),
    [
        ({}, "missing"),
        ({"onsetDateTime": "2020"}, "onsetDateTime:year"),
        ({"onsetDateTime": "2020", "recordedDate": "2021-02"}, "onsetDateTime:year"),
        ({"onsetDateTime": "long ago", "recordedDate": "2021-02"}, "onsetDateTime:unreadable"),
        ({"recordedDate": "2021-02"}, "recordedDate:month"),
        ({"onsetPeriod": {"end": "2020-09-09"}}, "onsetPeriod.start:unreadable"),
        ({"onsetPeriod": {"start": "2020-09"}, "recordedDate": "2021"}, "onsetPeriod.start:month"),
    ],
)
def test_a_condition_without_a_whole_day_says_which_element_has_none(elements: Json, detail: str) -> None:
    record = read(condition(FIBROMYALGIA, **{"onsetDateTime": None, **elements}))
    assert left(record) == ("Condition", "no_date", detail)


@pytest.mark.parametrize(
    ("elements", "detail"),
    [
        ({}, "missing"),
        ({"issued": "2023-10"}, "issued:month"),
        ({"effectiveDateTime": "2023", "issued": "2023-10-02T10:00:00Z"}, "effectiveDateTime:year"),
        ({"_effectiveDateTime": {"extension": []}, "issued": "2023-10-02T10:00:00Z"}, "missing"),
    ],
)
def test_an_observation_without_a_whole_day_says_which_element_has_none(elements: Json, detail: str) -> None:
    record = read(observation(PEG, valueInteger=5, **{"effectiveDateTime": None, **elements}))
    assert left(record) == ("Observation", "no_date", detail)
