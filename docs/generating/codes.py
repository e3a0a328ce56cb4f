"""The page on codes of FHIR: what is read, what is known and not used, carepath's own systems, the instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generating.markdown import code, ground_line, plain, table

if TYPE_CHECKING:
    from carepath.content.guideline import FhirCode, Guideline, Instrument


def fhir_codes(guideline: Guideline) -> list[str]:
    """Every code that the reader of FHIR knows."""
    read = [one for one in guideline.fhir_codes if one.reason is None]
    left = [one for one in guideline.fhir_codes if one.reason is not None]
    grounded = dict.fromkeys(ground_line(ground) for one in guideline.fhir_codes for ground in one.grounds)
    return [
        "# FHIR codes",
        "",
        "Which codes become findings, from `rules/fhir_codes.yaml` and `rules/instruments.yaml`. A code that nobody",
        "confirmed is not here; a site adds [its own](../how-to/read-a-bundle.md#your-own-codes).",
        "",
        "## carepath's own systems",
        "",
        *table(
            ("system", "code", "where"),
            (
                ("`urn:carepath:finding`", "the name of a [finding](findings.md)", "in every resource that is read"),
                ("`urn:carepath:item`", "`instrument.item`, see below", "Observation, QuestionnaireResponse"),
                ("`urn:carepath:part`", "`number.part` of an item of a list", "components of an Observation"),
            ),
        ),
        "## Read",
        "",
        *table(("resource", "system and code", "what it is called", "becomes", "units"), map(_read, read)),
        "A number has one of the units; `UNIT=FACTOR` and `method:NAME=FACTOR` multiply exactly and never round.",
        "",
        "## Known and not used",
        "",
        *table(("resource", "system and code", "what it is called", "why not"), map(_left, left)),
        "## Instruments",
        "",
        "Questionnaires whose totals are sums of items. With some answers missing a total is known in part. The words",
        "of the items belong to the owners of the questionnaire and are not here.",
        "",
        *[line for one in guideline.instruments.values() for line in _instrument(one)],
        "## Grounds",
        "",
        "What the codes stand on; the file says which on which.",
        "",
        *(f"* {line}" for line in grounded),
        "",
    ]


def _called(one: FhirCode) -> tuple[str, str, str]:
    return (one.resource, f"`{one.system}` `{one.code}`", plain(one.display))


def _read(one: FhirCode) -> tuple[str, ...]:
    becomes = f"`{one.finding or one.item}`"
    if one.adds is not None:
        becomes += ": an item with " + ", ".join(f"{part} {plain(str(value))}" for part, value in one.adds.items())
    elif one.value is not None:
        becomes += f": {plain(str(one.value).lower() if isinstance(one.value, bool) else str(one.value))}"
    return (*_called(one), becomes, code(unit or "none" for unit in one.units))


def _left(one: FhirCode) -> tuple[str, ...]:
    return (*_called(one), plain(one.reason.en) if one.reason is not None else "")


def _instrument(one: Instrument) -> list[str]:
    spans = "; ".join(f"`{one.name}.{item}` {low} to {high}" for item, (low, high) in one.items.items())
    sums = "; ".join(f"`{total}` of {len(items)} items" for total, items in one.sums.items())
    return [
        f"### {one.name}",
        "",
        f"{plain(one.text.en)}. Items: {spans}. Sums: {sums}.",
        "",
        *(f"* {ground_line(ground)}" for ground in one.grounds),
        "",
    ]
