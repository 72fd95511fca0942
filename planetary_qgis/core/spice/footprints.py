"""Footprints of an instrument: from kernels and times to rows with polygons."""

from __future__ import annotations

import os
import platform
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing

import numpy as np

from planetary_qgis.core.errors import CoverageError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Answer, Products
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.footprint_rows import names_of, rows_of
from planetary_qgis.core.spice.gaps import (
    nothing_covered,
    tell_gaps,
    tell_shipped,
    warn_of_mean_moon,
)
from planetary_qgis.core.spice.jobs import Job, job_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.parts import parts_of
from planetary_qgis.core.spice.running import Computed, in_order, products_of
from planetary_qgis.core.spice.seen import OFF_TARGET, seen_by
from planetary_qgis.core.spice.session import furnished, furnished_and_kept
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc


def compute_footprints(
    observation: Observation,
    times: Times,
    *,
    chunk_rows: int = 5_000,
    executor: Executor | None = None,
) -> Answer:
    """The footprints of an instrument at these times.

    Frames are taken at the middle of their exposure, lines swept from start to stop. Angles,
    distances and light are those where the boresight meets the target, at the same middle; where it
    misses, those of a point within the footprint.

    Without an executor the chunks hold CSPICE while they are read: read them to the end or close
    them. A run leaves out what saw nothing; named products keep their rows.

    Args:
        executor: Whose workers compute the chunks, each with the kernels furnished on its own;
            the rows are the same. They read kernels by the same paths.

    Raises:
        KernelError: The kernels lack something that no observation can do without.
        CoverageError: While reading, when they tell of none of the times.
        WorkersLostError: While reading, when a worker dies.
    """
    job = footprint_job(observation, times)
    report = Report()
    warn_of_mean_moon(job.scene, report)
    tell_shipped(job.files, report)
    return Answer(
        schema=job.schema,
        chunks=_chunks(job, times, chunk_rows, report, executor),
        total=len(times),
        provenance=job.provenance,
        report=report,
    )


def footprint_job(observation: Observation, times: Times) -> Job:
    """The observation as its kernels resolve it; of the times only their columns matter.

    Raises:
        KernelError: The kernels lack something that no observation can do without.
    """
    kernels = completed(observation.kernels).files
    with furnished(kernels):
        return job_of(observation, times, kernels)


def computed_parts(
    job: Job,
    parts: Iterable[Times],
    executor: Executor | None = None,
    *,
    under_way: int | None = None,
) -> Generator[Computed, None, None]:
    """What the job makes of each part of the times, in their order.

    Args:
        under_way: How many parts an executor gets at once.
    """
    if executor is None:
        with furnished(job.files):
            yield from (_computed(job, part) for part in parts)
        return
    tasks = ((job, part, _this_process()) for part in parts)
    yield from in_order(executor, _computed_by_worker, tasks, under_way=under_way)


def nothing_known(job: Job, times: Times, gaps: Gaps) -> CoverageError:
    """The error for times of which the job's kernels tell nothing at all."""
    with furnished(job.files):
        return nothing_covered(job.scene, job.files, times.start, times.stop, gaps)


def _chunks(
    job: Job, times: Times, chunk_rows: int, report: Report, executor: Executor | None
) -> Iterator[Products]:
    parts = parts_of(job, times, chunk_rows)
    with closing(computed_parts(job, parts, executor)) as results:
        yield from products_of(results, report, lambda gaps: nothing_known(job, times, gaps))


def _computed_by_worker(task: tuple[Job, Times, tuple[str, int]]) -> Computed:
    job, part, asking = task
    # Threads share the asking process's pool, which must be clean once its chunks are read.
    furnish = furnished if asking == _this_process() else furnished_and_kept
    with furnish(job.files):
        return _computed(job, part)


def _this_process() -> tuple[str, int]:
    return platform.node(), os.getpid()


def _computed(job: Job, times: Times) -> Computed:
    """The products of these times; the job's kernels are furnished."""
    gaps, report, rows = Gaps(), Report(), np.arange(len(times))
    start, stop = et_from_utc(times.start), et_from_utc(times.stop)
    stop = np.where(np.isfinite(stop), stop, start)
    names = names_of(job, times, rows)
    seen = seen_by(job, start, stop, names, gaps, report)
    table = rows_of(job, times, rows, names, seen, gaps)
    for name in names[seen.view == OFF_TARGET]:
        report.add("The field of view misses the target", name)
    tell_gaps(gaps, report)
    keep = ~shapely.is_missing(seen.shapes) | (times.product_ids is not None)
    products = Products(table, seen.shapes).where(keep)
    any_known = bool(seen.known.any())
    return Computed(products, any_known, report, Gaps() if any_known else gaps)
