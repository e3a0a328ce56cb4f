"""Assesses many patients on several processes, in their order, with a bounded number of them on the way."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from carepath.content.load import load_guideline
from carepath.content.location import shipped_content
from carepath.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from carepath.assessing import Patient
    from carepath.assessment import Assessment
    from carepath.content.guideline import Guideline

T = TypeVar("T")

#: Patients that a process takes at a time.
CHUNK = 50
#: Chunks on the way for each process: one in work, one waiting, one that is read.
AHEAD = 3


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """What every process does with each patient; it can be sent to a process that starts from nothing.

    ``origin`` is the folder of the content, None for the shipped one; ``codes`` are the site's tables of codes;
    ``content_hash`` says what must stand there.
    """

    origin: str | None
    codes: tuple[str, ...]
    content_hash: str
    pathway: str | None
    at: dt.date | str
    engine: str
    lang: str
    then: Callable[[Assessment], T]

    def guideline(self) -> Guideline:
        """The content, as it is in this process: inherited or read again.

        Raises:
            ArgumentError: other content stands in the folder now.
        """
        found = _inherited.get(self.content_hash)
        if found is None:
            found = load_guideline(self.origin, codes=self.codes)
            if found.content_hash != self.content_hash:
                message = "the files of the guideline are not those that were loaded"
                raise ArgumentError([Problem("CP082", message, None, "load the guideline again")])
            _inherited[self.content_hash] = found
        return found


#: By hash the content that a forked process need not read again.
_inherited: dict[str, Guideline] = {}


def task_for(
    guideline: Guideline,
    *,
    pathway: str | None,
    at: dt.date | str,
    engine: str,
    lang: str,
    then: Callable[[Assessment], T],
) -> Task[T]:
    """The task of assessing with a guideline that was loaded from files."""
    origin = None if Path(guideline.origin) == shipped_content() else guideline.origin
    return Task(origin, guideline.site_codes, guideline.content_hash, pathway, at, engine, lang, then)


def in_processes(patients: Iterable[Patient], task: Task[T], guideline: Guideline, processes: int) -> Iterator[T]:
    """What ``task.then`` makes of each assessment, in the order of the patients.

    An error is raised in the place of the patient whom it is about, after what came before: that of an assessment,
    of ``task.then``, and of ``patients`` itself.
    """
    _inherited[guideline.content_hash] = guideline
    waiting: deque[concurrent.futures.Future[tuple[list[T], Exception | None]]] = deque()
    pool = concurrent.futures.ProcessPoolExecutor(processes)
    try:
        chunks = _chunks(patients)
        ended: Exception | None = None
        while True:
            for chunk, last in itertools.islice(chunks, processes * AHEAD - len(waiting)):
                waiting.append(pool.submit(_work, task, chunk))
                ended = last
            if not waiting:
                break
            made, error = waiting.popleft().result()
            yield from made
            if error is not None:
                raise error
        if ended is not None:
            raise ended
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(patients: Iterable[Patient]) -> Iterator[tuple[list[Patient], Exception | None]]:
    """The patients, so many at a time; with the last of them the error that ended them, if one did."""
    rest = iter(patients)
    error: Exception | None = None
    chunk: list[Patient] = []
    while error is None:
        chunk = []
        try:
            for patient in itertools.islice(rest, CHUNK):
                chunk.append(patient)
        except Exception as raised:  # noqa: BLE001 - raised again in its place
            error = raised
        if not chunk and error is None:
            return
        yield chunk, error


def _work(task: Task[T], patients: list[Patient]) -> tuple[list[T], Exception | None]:
    """What a chunk gives: as far as it went, and the error that ended it."""
    from carepath.assessing import assess  # noqa: PLC0415 - assessing imports this module

    made: list[T] = []
    try:
        guideline = task.guideline()
        for patient in patients:
            assessment = assess(
                patient, pathway=task.pathway, at=task.at, guideline=guideline, engine=task.engine, lang=task.lang
            )
            made.append(task.then(assessment))
    except Exception as error:  # noqa: BLE001 - raised again in its place, in the process that asked
        return made, error
    return made, None
