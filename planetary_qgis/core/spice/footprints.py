"""Footprints of an instrument: from kernels and times to rows with polygons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Answer, Products
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.footprint_rows import names_of, rows_of
from planetary_qgis.core.spice.gaps import nothing_covered, tell_gaps, warn_of_mean_moon
from planetary_qgis.core.spice.jobs import Job, job_of
from planetary_qgis.core.spice.kernels import expand
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.seen import OFF_TARGET, seen_by
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc

Rows = NDArray[np.intp]

SCANS_A_CHUNK = 200


def compute_footprints(
    observation: Observation, times: Times, *, chunk_rows: int = 5_000
) -> Answer:
    """The footprints of an instrument at these times.

    Frames are taken at the middle of their exposure, lines swept from start to stop. Angles,
    distances and light are those where the boresight meets the target, at the same middle; where it
    misses, those of a point within the footprint.

    The chunks hold CSPICE while they are read: read them to the end or close them. A run leaves out
    what saw nothing; named products keep their rows.

    Raises:
        KernelError: The kernels lack something that no observation can do without.
        CoverageError: While reading, when they tell of none of the times.
    """
    kernels = expand(observation.kernels)
    with furnished(kernels):
        job = job_of(observation, times, kernels)
    report = Report()
    warn_of_mean_moon(job.scene, report)
    return Answer(
        schema=job.schema,
        chunks=_chunks(job, times, chunk_rows, report),
        total=len(times),
        provenance=job.provenance,
        report=report,
    )


def _chunks(job: Job, times: Times, chunk_rows: int, report: Report) -> Iterator[Products]:
    size = min(chunk_rows, SCANS_A_CHUNK) if job.imaging == "line scan" else chunk_rows
    seen_any = False
    with furnished(job.files):
        for rows in _portions(job, times, size):
            gaps = Gaps()
            computed = _computed(job, times, rows, gaps, report)
            seen_any |= computed.any_known
            tell_gaps(gaps, report)
            if len(computed.products):
                yield computed.products
        if not seen_any and len(times):
            raise nothing_covered(job.scene, job.files, times.start, times.stop, gaps)


def _portions(job: Job, times: Times, size: int) -> Iterator[Rows]:
    """Row numbers, at most so many at once, and scans apart from what has no duration."""
    for begin in range(0, len(times), size):
        rows = np.arange(begin, min(begin + size, len(times)))
        swept = times.stop[rows] > times.start[rows]
        if job.imaging == "frame" or swept.all():
            yield rows
        else:
            yield from (part for part in (rows[swept], rows[~swept]) if len(part))


@dataclass(frozen=True)
class _Computed:
    """Some rows, and whether the kernels told of any of them."""

    products: Products
    any_known: bool


def _computed(job: Job, times: Times, rows: Rows, gaps: Gaps, report: Report) -> _Computed:
    """The products of these rows."""
    start, stop = et_from_utc(times.start[rows]), et_from_utc(times.stop[rows])
    stop = np.where(np.isfinite(stop), stop, start)
    names = names_of(job, times, rows)
    seen = seen_by(job, start, stop, names, gaps, report)
    table = rows_of(job, times, rows, names, seen, gaps)
    for name in names[seen.view == OFF_TARGET]:
        report.add("The field of view misses the target", name)
    keep = ~shapely.is_missing(seen.shapes) | (times.product_ids is not None)
    products = Products(table[keep].reset_index(drop=True), seen.shapes[keep])
    return _Computed(products, bool(seen.known.any()))
