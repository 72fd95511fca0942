"""Light and angles around footprints: a point where each ray at the edge meets the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.polygons import points_from
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.footprint_rows import names_of
from planetary_qgis.core.spice.footprints import footprint_job, nothing_known
from planetary_qgis.core.spice.gaps import tell_gaps, tell_shipped, warn_of_mean_moon
from planetary_qgis.core.spice.illumination import Conditions, conditions_along
from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc, utc_from_et
from planetary_qgis.core.spice.views import views_of

FloatArray = NDArray[np.float64]

OWN_COLUMNS: dict[str, ColumnKind] = {
    "vertex": "integer",
    "range_km": "real",
    "sub_spacecraft_lon_e": "real",
    "sub_spacecraft_lat": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
}
OBSERVATIONS_A_CHUNK = 200
MOMENTS_OF_A_SWEEP = 21


def compute_vertices(observation: Observation, times: Times) -> Answer:
    """The angles where rays around the field of view meet the target, a point each.

    Of what is swept from start to stop: where the ends of its line meet the target, at 21 moments.
    Rays that miss have no point; the vertices are numbered around the field of view all the same.

    Raises:
        KernelError: The kernels lack something that no observation can do without.
        CoverageError: While reading, when they tell of none of the times.
    """
    job = footprint_job(observation, times)
    schema = Schema(job.scene.body, "point", OWN_COLUMNS)
    report = Report()
    warn_of_mean_moon(job.scene, report)
    tell_shipped(job.files, report)
    return Answer(
        schema=schema,
        chunks=_chunks(job, schema, times, report),
        provenance=job.provenance,
        report=report,
    )


def vertex_conditions(job: Job, et: FloatArray, gaps: Gaps) -> Conditions:
    """(n * k,) conditions where the k rays around the field of view meet the target; NaN elsewhere.

    Args:
        et: (n,) epochs; the job's kernels are furnished.
    """
    return _conditions(job, et, job.instrument.outline(), gaps)


def _conditions(job: Job, et: FloatArray, rays: FloatArray, gaps: Gaps) -> Conditions:
    return conditions_along(job.scene, views_of(job.scene, et, gaps), rays, gaps)


def _chunks(job: Job, schema: Schema, times: Times, report: Report) -> Iterator[Products]:
    known, gaps = False, Gaps()
    with furnished(job.files):
        for begin in range(0, len(times), OBSERVATIONS_A_CHUNK):
            rows = np.arange(begin, min(begin + OBSERVATIONS_A_CHUNK, len(times)))
            gaps = Gaps()
            products = _products(job, schema, times, rows, gaps)
            tell_gaps(gaps, report)
            known |= len(products) > 0 or not gaps.epochs
            if len(products):
                yield products
    if not known and len(times):
        raise nothing_known(job, times, gaps)


def _products(
    job: Job, schema: Schema, times: Times, rows: NDArray[np.intp], gaps: Gaps
) -> Products:
    """The points of these observations."""
    start, stop = et_from_utc(times.start[rows]), et_from_utc(times.stop[rows])
    lasts = stop > start
    if job.imaging in ("line scan", "push frame") and lasts.any():
        shares = np.linspace(0.0, 1.0, MOMENTS_OF_A_SWEEP)
        et = start[:, None] + shares * np.where(lasts, stop - start, 0.0)[:, None]
        rays = job.instrument.scanning().rays_on_line(np.array([0.0, 1.0]))
    else:
        et = np.where(lasts, (start + stop) / 2.0, start)[:, None]
        rays = job.instrument.outline()
    found = _conditions(job, et.ravel(), rays, gaps)
    each = et.shape[1] * len(rays)
    hit = np.flatnonzero(np.isfinite(found.lon_e))
    columns = _columns(job, schema, found, hit)
    moments = utc_from_et(np.repeat(et.ravel(), len(rays))[hit])
    columns["product_id"] = np.repeat(names_of(job, times, rows), each)[hit]
    columns["start_time"] = columns["stop_time"] = moments
    columns["vertex"] = hit % each + 1
    table = table_of(schema, columns, len(hit))
    return Products(table, points_from(found.lon_e[hit], found.lat[hit]))


def _columns(job: Job, schema: Schema, found: Conditions, hit: NDArray[np.intp]) -> dict[str, Any]:
    """The values that are the same for all, and those of the points that were hit."""
    count = len(hit)
    of_points = {name: getattr(found, name)[hit] for name in schema.columns if hasattr(found, name)}
    for name in of_points:
        if name.endswith("lon_e"):
            of_points[name] = wrap_180(of_points[name])
    pixel_m = np.nan if job.instrument.pixel_angle is None else job.instrument.pixel_angle * 1000.0
    return {
        **of_points,
        "target": np.full(count, job.scene.body.name, dtype=object),
        "instrument_host": np.full(count, job.scene.observer_name, dtype=object),
        "instrument_id": np.full(count, job.instrument.name, dtype=object),
        "center_lon_e": wrap_180(found.lon_e[hit]),
        "center_lat": found.lat[hit],
        "resolution": found.range_km[hit] * pixel_m,
        "geometry_source": np.full(count, job.scene.geometry_source, dtype=object),
        "source": np.full(count, job.source, dtype=object),
    }
