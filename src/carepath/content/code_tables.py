"""The tables from codes to findings: the one of the content, the instruments that are scored, and a site's own.

A site's table is a file of the same form. It adds codes, and takes the place of an entry only where it says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from carepath.content import models
from carepath.content.build import grounds, optional_text, text
from carepath.content.code_checks import check_codes
from carepath.content.files import ContentFile, validate
from carepath.content.guideline import FhirCode, Finding, Guideline, Instrument
from carepath.errors import ContentError, Place, Problem, first_problems
from carepath.text_file import bytes_of, text_in
from carepath.yaml_reader import MAX_BYTES, YamlNode, place_at, read_text

#: So many tables of a site may be given at once.
MAX_TABLES = 20
#: The size of all of them together.
MAX_TABLE_BYTES = 5_000_000


def read_codes(file: ContentFile) -> tuple[FhirCode, ...]:
    """The table from codes of FHIR resources to findings."""
    form = file.form
    if not isinstance(form, models.FhirCodesFile):
        message = "the file was read with another form"
        raise TypeError(message)
    return tuple(_codes(form.codes, file.node))


def _codes(forms: Sequence[models.CodeForm], node: YamlNode) -> Iterator[FhirCode]:
    for index, one in enumerate(forms):
        yield FhirCode(
            one.system,
            one.code,
            one.display,
            one.resource,
            one.finding,
            one.value,
            tuple(one.units),
            optional_text(one.reason),
            grounds(one.grounds),
            place_at(node, ("codes", index)),
            adds=one.adds,
            item=one.item,
            answers=one.answers,
        )


def read_instruments(file: ContentFile) -> dict[str, Instrument]:
    """The instruments whose items are scored, by name."""
    form = file.form
    if not isinstance(form, models.InstrumentsFile):
        message = "the file was read with another form"
        raise TypeError(message)
    return {
        name: Instrument(
            name,
            text(one.text),
            {item: found.range for item, found in one.items.items()},
            {total: tuple(one.items) if items == "all" else tuple(items) for total, items in one.sums.items()},
            grounds(one.grounds),
            place_at(file.node, ("instruments", name)),
        )
        for name, one in form.instruments.items()
    }


def with_sums(findings: dict[str, Finding], instruments: Iterable[Instrument]) -> dict[str, Finding]:
    """The findings, of which those that are sums of items may be known in part."""
    totals = {total for instrument in instruments for total in instrument.sums}
    return {
        name: replace(one, type=replace(one.type, partial=True)) if name in totals else one
        for name, one in findings.items()
    }


def entries_for(guideline: Guideline, finding: str) -> tuple[FhirCode, ...]:
    """The entries that record a finding, in the order of the table.

    Beside them every finding has the code of its own name in the system ``urn:carepath:finding``.

    Args:
        guideline: the content, with or without a site's tables.
        finding: the name of a finding.
    """
    return tuple(one for one in guideline.fhir_codes if one.finding == finding)


# --- a site's own tables ----------------------------------------------------------------------------------------


def with_tables(guideline: Guideline, paths: Sequence[Path]) -> Guideline:
    """The guideline with the codes of a site's tables, under a hash of its own.

    Args:
        guideline: the content.
        paths: the files, in the order in which a later one may take the place of an earlier one's entries.

    Raises:
        ContentError: with every problem of every file.
    """
    problems: list[Problem] = []
    if len(paths) > MAX_TABLES:
        problems.append(Problem("CP009", f"more than {MAX_TABLES} tables of codes", None, "join some of them"))
    digest = hashlib.sha256(guideline.content_hash.encode())
    codes = {_key(one): one for one in guideline.fhir_codes}
    for name, data in _bytes_of_tables(paths[:MAX_TABLES], problems):
        for one, replaces in _read_table(name, data, digest, problems):
            known = codes.get(_key(one))
            if known is not None and not replaces:
                advice = "write `replaces: true` beside it where the site decides otherwise"
                problems.append(Problem("CP030", f"code {one.code} of {one.resource} stands twice", one.place, advice))
            elif known is None and replaces:
                advice = "leave `replaces` out, or correct the code"
                problems.append(Problem("CP008", f"code {one.code} takes the place of nothing", one.place, advice))
            codes[_key(one)] = one
    made = replace(
        guideline,
        content_hash=digest.hexdigest(),
        fhir_codes=tuple(codes.values()),
        site_codes=tuple(str(path) for path in paths),
    )
    problems = problems or list(check_codes(made))
    if problems:
        raise ContentError(first_problems(problems, problems[0].place))
    return made


def _bytes_of_tables(paths: Iterable[Path], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each file, as far as all together are within the limit; problems are added."""
    size = 0
    for path in paths:
        name = str(path)
        try:
            data = bytes_of(path, name, MAX_BYTES)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        size += len(data)
        if size > MAX_TABLE_BYTES:
            message = f"more than {MAX_TABLE_BYTES} bytes in all tables of codes"
            problems.append(Problem("CP009", message, Place(name, 1, 1), "leave out what is not needed"))
            return
        yield name, data


def _read_table(
    name: str, data: bytes, digest: hashlib._Hash, problems: list[Problem]
) -> Iterator[tuple[FhirCode, bool]]:
    """The entries of a file, each with whether it takes the place of another; problems are added."""
    try:
        node = read_text(text_in(data, name), name=name)
    except ContentError as error:
        problems.extend(error.problems)
        return
    digest.update(data.replace(b"\r\n", b"\n") + b"\0")
    form = validate(models.SiteCodesFile, node, problems)
    if form is not None:
        yield from zip(_codes(form.codes, node), (one.replaces for one in form.codes), strict=True)


def _key(code: FhirCode) -> tuple[str, str, str]:
    return (code.resource, code.system, code.code)
