"""A run of footprints into an output: begun, gone on with, finished."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from planetary_qgis.core.batch.outputs import Output
from planetary_qgis.core.batch.records import Problems, Record
from planetary_qgis.core.batch.workers import Workers
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.footprints import computed_parts, footprint_job, nothing_known
from planetary_qgis.core.spice.gaps import tell_shipped, warn_of_mean_moon
from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.parts import parts_of
from planetary_qgis.core.spice.running import Computed, WorkersLostError
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.times import utc_text

TRIES = 3
"""How often in a row workers may be lost before the run gives up."""


class TimesSource(Protocol):
    """When the observations were, and what else is known of them.

    Attributes:
        times: Of all of them; other columns by name and kind alone.
        report: What was wrong with single ones.
    """

    @property
    def times(self) -> Times: ...

    @property
    def report(self) -> Report: ...

    @property
    def facts(self) -> Mapping[str, str]:
        """What tells this source from others, by name."""

    def parts(self, size: int) -> Iterator[Times]:
        """All that is known, so many observations at once."""


@dataclass(frozen=True)
class RunOfTimes:
    """Times that need no table."""

    times: Times
    report: Report = field(default_factory=Report)

    @property
    def facts(self) -> dict[str, str]:
        digest = hashlib.sha256(self.times.start.tobytes() + self.times.stop.tobytes())
        ends = [f"{utc_text(self.times.start[at])}" for at in (0, -1)]
        return {
            "Times": f"{len(self.times)} from {ends[0]} to {ends[1]}",
            "Times SHA-256": digest.hexdigest(),
        }

    def parts(self, size: int) -> Iterator[Times]:
        for begin in range(0, len(self.times), size):
            some = slice(begin, begin + size)
            yield Times(self.times.start[some], self.times.stop[some])


@dataclass(frozen=True)
class Asked:
    """What a run is to compute.

    Attributes:
        chunk_rows: How many footprints are computed, and made durable, at once.
        made_by: Program and version, which tell runs apart too.
    """

    observation: Observation
    source: TimesSource
    chunk_rows: int
    made_by: str


class Listener(Protocol):
    """Who is told how the run goes."""

    def works(self, who: str) -> None:
        """Workers are open."""

    def lost(self, error: WorkersLostError) -> None:
        """Workers were lost and will be opened anew."""

    def done(self, record: Record) -> None:
        """One more chunk is in the output; also told once before the first."""


def run(asked: Asked, output: Output, workers: Workers, listener: Listener) -> Record:
    """Fill an output with footprints, or go on where a run of the same ended.

    Raises:
        PlanetaryError: What the kernels lack; the output holds another run, or cannot be written;
            workers were lost too often. What was done stays done, unless nothing was known at all.
    """
    job = footprint_job(asked.observation, asked.source.times)
    question = _question(asked, job)
    record = _old_record(output, question)
    if record is None:
        record = _first_record(asked, job, question)
        output.begin(job.schema, record)
    elif record.finished:
        return record
    else:
        output.resume(job.schema)
    record = _fill(asked, job, output, workers, record, listener).completed()
    output.finish(record)
    return record


def _fill(
    asked: Asked, job: Job, output: Output, workers: Workers, record: Record, listener: Listener
) -> Record:
    """The record once all chunks are in the output."""
    gaps = Gaps()
    listener.done(record)
    with closing(_results(asked, job, workers, record.chunks, listener)) as results:
        for observations, computed in results:
            gaps = computed.gaps
            before, record = (
                record,
                record.after(
                    observations=observations,
                    rows=len(computed.products),
                    any_known=computed.any_known,
                    report=computed.report,
                ),
            )
            output.add(computed.products, before, record)
            listener.done(record)
    if record.chunks and not record.any_known:
        output.discard()
        raise nothing_known(job, asked.source.times, gaps)
    return record


def _results(
    asked: Asked, job: Job, workers: Workers, done: int, listener: Listener
) -> Generator[tuple[int, Computed], None, None]:
    """Every part from a number on: how many observations it holds, and what they came to."""
    losses, all_done = 0, False
    while not all_done:
        counts: deque[int] = deque()
        parts = _counted(islice(_parts(asked, job), done, None), counts)
        try:
            with workers.open() as crew:
                listener.works(crew.title)
                computed = computed_parts(job, parts, crew.executor, under_way=crew.under_way)
                with closing(computed):
                    for result in computed:
                        yield counts.popleft(), result
                        done, losses = done + 1, 0
            all_done = True
        except WorkersLostError as error:
            losses += 1
            if losses == TRIES:
                raise
            listener.lost(error)


def _parts(asked: Asked, job: Job) -> Iterator[Times]:
    for portion in asked.source.parts(asked.chunk_rows):
        yield from parts_of(job, portion, asked.chunk_rows)


def _counted(parts: Iterable[Times], counts: deque[int]) -> Iterator[Times]:
    for part in parts:
        counts.append(len(part))
        yield part


def _old_record(output: Output, question: Mapping[str, str]) -> Record | None:
    """The record of the same run; None where the output is to be begun."""
    record = output.record()
    if record is None:
        return None
    record.check_goes_on(question, output.where)
    if record.any_known or record.finished:
        return record
    output.discard()  # so far nothing was known: whoever ends it must see the gaps again
    return None


def _first_record(asked: Asked, job: Job, question: Mapping[str, str]) -> Record:
    report = Report()
    warn_of_mean_moon(job.scene, report)
    tell_shipped(job.files, report)
    report.merge(asked.source.report)
    provenance = {**job.provenance, **asked.source.facts, "Made by": asked.made_by}
    return Record(question, provenance, problems=Problems().with_those_of(report))


def _question(asked: Asked, job: Job) -> dict[str, str]:
    """All that the rows depend on, by name."""
    return {
        **{name: value for name, value in job.provenance.items() if name != "Kernels"},
        **asked.source.facts,
        "Kernels": job.provenance["Kernels"],
        "Names of the kernels": ", ".join(job.kernels),
        "Columns": ", ".join(f"{name} ({kind})" for name, kind in job.schema.columns.items()),
        "Footprints a chunk": str(asked.chunk_rows),
        "Made by": asked.made_by,
    }
