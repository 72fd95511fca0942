"""What the kernels that a user gave are and know; done in tasks, plain data in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planetary_qgis.core.errors import PlanetaryError

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernels.kernel_sets import KernelSummary
    from planetary_qgis.core.spice.kernels.kernel_spans import Span
    from planetary_qgis.core.spice.kernels.requirements import Missing


@dataclass(frozen=True)
class ReadFile:
    """A kernel file and, where it says so, the UTC texts between which it knows something."""

    path: Path
    kind: str
    size_bytes: int
    span: tuple[str, str] | None = None


@dataclass(frozen=True)
class Entry:
    """What the user gave as one kernel.

    Attributes:
        files: Itself; of a metakernel what it lists, in load order.
        problem: Why it cannot be used, as a sentence; "" where it can.
        details: More of that.
    """

    path: Path
    kind: str
    files: tuple[ReadFile, ...] = ()
    problem: str = ""
    details: str = ""


@dataclass(frozen=True)
class Reading:
    """Entries in the user's order, and what those without problems know together.

    Attributes:
        error: Why nothing is known, as where a clock kernel is missing.
    """

    entries: tuple[Entry, ...]
    summary: KernelSummary | None
    error: PlanetaryError | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        bad = tuple(entry.problem for entry in self.entries if entry.problem)
        return (*bad, str(self.error)) if self.error is not None else bad


@dataclass(frozen=True)
class Question:
    """An observation whose kernels are to be looked at; times as typed."""

    kernels: tuple[Path, ...]
    target: str
    observer: str
    instrument: str
    start: str
    stop: str
    abcorr: str


@dataclass(frozen=True)
class Verdict:
    """What is missing for an observation.

    Attributes:
        times: UTC of its start and stop, as far as they are given.
        error: Why that cannot be told.
    """

    question: Question
    missing: tuple[Missing, ...] = ()
    times: tuple[np.datetime64, ...] = ()
    error: PlanetaryError | None = None

    @property
    def lacks(self) -> tuple[Missing, ...]:
        """What of it footprints cannot be had without."""
        return tuple(each for each in self.missing if each.is_needed)


def read_kernels(kernels: Sequence[Path]) -> Reading:
    """The kernels one by one, and what the usable ones know together."""
    from planetary_qgis.core.spice.kernels.kernel_sets import summarise

    entries = [_entry(path) for path in kernels]
    usable = [entry.path for entry in entries if not entry.problem]
    if not usable:
        return Reading(tuple(entries), None)
    try:
        summary = summarise(usable)
        texts = _span_texts(_spans(summary))
    except PlanetaryError as error:
        return Reading(tuple(entries), None, error)
    return Reading(tuple(_with_spans(entry, texts) for entry in entries), summary)


def judge(question: Question) -> Verdict:
    """What is missing for an observation; what cannot even be asked is told as an error."""
    from planetary_qgis.core.spice.epochs import read_run
    from planetary_qgis.core.spice.kernels.requirements import missing_for

    asked = question
    try:
        times: list[np.datetime64] = []
        if asked.start:
            run = read_run(asked.start, asked.stop, None, asked.kernels, asked.observer)
            times = [time for time in (run.start[0], run.stop[0]) if not np.isnat(time)]
        missing = missing_for(
            asked.kernels,
            asked.target,
            asked.observer,
            asked.instrument,
            times[0] if times else None,
            times[-1] if times else None,
            asked.abcorr,
        )
    except PlanetaryError as error:
        return Verdict(question, error=error)
    return Verdict(question, missing, tuple(times))


def _entry(path: Path) -> Entry:
    from planetary_qgis.core.spice.kernels.kernel_files import kernel_file
    from planetary_qgis.core.spice.kernels.kernel_sets import expand

    try:
        files = tuple(_read_file(file) for file in expand([path]))
        return Entry(path, "" if path.is_dir() else kernel_file(path).kind, files)
    except PlanetaryError as error:
        return Entry(path, "", problem=str(error), details=error.details)


def _read_file(path: Path) -> ReadFile:
    from planetary_qgis.core.spice.kernels.kernel_files import kernel_file

    file = kernel_file(path)
    return ReadFile(path, file.kind, file.size_bytes)


def _spans(summary: KernelSummary) -> dict[Path, Span]:
    from planetary_qgis.core.spice.kernels.kernel_spans import spans_of
    from planetary_qgis.core.spice.session import furnished

    with furnished(summary.kernels):
        return spans_of(summary.kernels)


def _span_texts(spans: dict[Path, Span]) -> dict[Path, tuple[str, str]]:
    from planetary_qgis.core.times import utc_texts

    texts = utc_texts(np.array(list(spans.values()), dtype="datetime64[us]").ravel())
    return dict(zip(spans, zip(texts[::2], texts[1::2])))


def _with_spans(entry: Entry, texts: dict[Path, tuple[str, str]]) -> Entry:
    files = (replace(file, span=texts.get(file.path)) for file in entry.files)
    return replace(entry, files=tuple(files))
