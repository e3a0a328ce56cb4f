"""What a reader of FHIR took and what it left, and why: rows of texts, in an order that the rows themselves give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carepath.record.facts import KNOWN, PARTIAL, value_text

if TYPE_CHECKING:
    from carepath.record.facts import Fact

#: The reasons: keys of ``reasons:`` in ``rules/fhir_codes.yaml``, which has their texts.
AMBIGUOUS_CODE = "ambiguous_code"
BAD_TYPE = "bad_type"
DECEASED = "deceased"
DUPLICATE = "duplicate"
ENTERED_IN_ERROR = "entered_in_error"
EXPRESSION = "expression"
KNOWN_NOT_USED = "known_not_used"
LATER = "later"
LIST_NOT_USED = "list_not_used"
NO_BIRTH_DATE = "no_birth_date"
NO_DATE = "no_date"
NO_VALUE = "no_value"
NOT_A_RESOURCE = "not_a_resource"
NOT_FINAL = "not_final"
NOT_PRESENT = "not_present"
NOT_UNDERSTOOD = "not_understood"
OTHER_PATIENT = "other_patient"
OUT_OF_RANGE = "out_of_range"
PART_TWICE = "part_twice"
UNKNOWN_CODE = "unknown_code"
UNKNOWN_PART = "unknown_part"
UNSUPPORTED_RESOURCE = "unsupported_resource"
WRONG_UNIT = "wrong_unit"

Row = Mapping[str, object]
#: So many parts of the input a report may name.
MAX_ROWS = 250_000


@dataclass(frozen=True, slots=True)
class Origin:
    """The resource, or the part of it, that a row is about; ``path`` never holds a place in the bundle."""

    resource: str
    id: str
    path: str
    code: str = ""

    def at(self, element: str, code: str | None = None) -> Origin:
        """The element below this one, with a code of its own where it has one."""
        path = f"{self.path}.{element}" if element else self.path
        return Origin(self.resource, self.id, path, self.code if code is None else code)

    @property
    def source(self) -> str:
        """How a fact names the resource that it came from."""
        return f"{self.resource}/{self.id}" if self.id else self.resource


@dataclass(slots=True)
class FhirReport:
    """Collects rows; a row that is there already changes nothing. ``full`` is true when there were more than may be."""

    used: dict[str, dict[str, str]] = field(default_factory=dict)
    unused: dict[str, dict[str, str]] = field(default_factory=dict)
    full: bool = False

    def use(self, origin: Origin, fact: Fact, date_from: str, transform: str) -> None:
        """Reports a fact that was taken, from which date, and what was done to its value."""
        value = _shown(fact) if fact.status in {KNOWN, PARTIAL} else fact.status
        self._add(
            self.used,
            {
                "resource": origin.resource,
                "id": origin.id,
                "path": origin.path,
                "code": origin.code,
                "finding": fact.finding,
                "value": value,
                "date": fact.date.isoformat(),
                "date_from": date_from,
                "transform": transform,
            },
        )

    def leave(self, origin: Origin, reason: str, detail: str = "") -> None:
        """Reports what was not taken; the reason is a key of ``Guideline.fhir_reasons``."""
        self._add(
            self.unused,
            {
                "resource": origin.resource,
                "id": origin.id,
                "path": origin.path,
                "code": origin.code,
                "reason": reason,
                "detail": detail,
            },
        )

    def _add(self, rows: dict[str, dict[str, str]], row: dict[str, str]) -> None:
        key = json.dumps(list(row.values()))
        if key not in rows and len(self.used) + len(self.unused) >= MAX_ROWS:
            self.full = True
        else:
            rows[key] = row

    def rows(self) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        """What was used and what was not, each in the order of the rows' own text."""
        return (
            tuple(self.used[key] for key in sorted(self.used)),
            tuple(self.unused[key] for key in sorted(self.unused)),
        )


def _shown(fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return str(fact.value).lower()
    return fact.value if isinstance(fact.value, str) else value_text(fact.value)
