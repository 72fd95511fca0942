"""Footprints of an instrument: from kernels and times to rows with polygons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.polygons import Shapes
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice import carried
from planetary_qgis.core.spice.gaps import nothing_covered, tell_gaps, warn_of_mean_moon
from planetary_qgis.core.spice.illumination import conditions_at_boresight
from planetary_qgis.core.spice.instruments import Instrument, imaging_of, instrument_of
from planetary_qgis.core.spice.kernels import expand, provenance_of
from planetary_qgis.core.spice.observations import Imaging, Observation, Times
from planetary_qgis.core.spice.outlines import frame_footprints
from planetary_qgis.core.spice.scene import Scene, naif_id, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.swaths import swaths
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import Views, views_of

FloatArray = NDArray[np.float64]
Rows = NDArray[np.intp]

OWN_COLUMNS: dict[str, ColumnKind] = {
    "range_km": "real",
    "sub_spacecraft_lon_e": "real",
    "sub_spacecraft_lat": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
    "imaging": "text",
    "view": "text",
}
SCANS_A_CHUNK = 200
_ON_SURFACE, _OVER_LIMB, _OFF_TARGET, _IN_GAP = "surface", "over the limb", "off target", "unknown"


@dataclass(frozen=True)
class _Job:
    """An observation with everything that the kernels resolved of it."""

    kernels: tuple[str, ...]
    files: tuple[Path, ...]
    scene: Scene
    instrument: Instrument
    imaging: Imaging
    schema: Schema


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
        job = _job(observation, times, kernels)
    report = Report()
    warn_of_mean_moon(job.scene, report)
    return Answer(
        schema=job.schema,
        chunks=_chunks(job, times, chunk_rows, report),
        total=len(times),
        provenance=_provenance(job),
        report=report,
    )


def _job(observation: Observation, times: Times, kernels: tuple[Path, ...]) -> _Job:
    scene = scene_of(
        observation.target, observation.observer, observation.abcorr, observation.body_fixed_frame
    )
    instrument = instrument_of(naif_id(observation.instrument, "instrument"))
    own = {**OWN_COLUMNS, **carried.own_columns(times, OWN_COLUMNS)}
    return _Job(
        kernels=tuple(path.name for path in observation.kernels),
        files=kernels,
        scene=replace(scene, instrument_frame=instrument.frame),
        instrument=instrument,
        imaging=imaging_of(instrument, observation.imaging),
        schema=Schema(scene.body, "polygon", own),
    )


def _chunks(job: _Job, times: Times, chunk_rows: int, report: Report) -> Iterator[Products]:
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


def _portions(job: _Job, times: Times, size: int) -> Iterator[Rows]:
    """Row numbers, at most so many at once, and scans apart from what has no duration."""
    for begin in range(0, len(times), size):
        rows = np.arange(begin, min(begin + size, len(times)))
        swept = times.stop[rows] > times.start[rows]
        if job.imaging == "frame" or swept.all():
            yield rows
        else:
            yield from (part for part in (rows[swept], rows[~swept]) if len(part))


@dataclass(frozen=True)
class _Seen:
    """What some observations cover.

    Attributes:
        known: (n,) where the kernels tell of place and attitude, of a scan at least in part.
        views: Of the moment that speaks for each observation.
        middles: (n, 3) km, a point in each shape, or NaN.
    """

    shapes: Shapes
    over_limb: NDArray[np.bool_]
    known: NDArray[np.bool_]
    views: Views
    middles: FloatArray

    @property
    def view(self) -> NDArray[np.object_]:
        """(n,) how the target was seen, in a word or two."""
        words = np.where(self.over_limb, _OVER_LIMB, _ON_SURFACE).astype(object)
        words[shapely.is_missing(self.shapes)] = _OFF_TARGET
        words[~self.known] = _IN_GAP
        return words


@dataclass(frozen=True)
class _Computed:
    """Some rows, and whether the kernels told of any of them."""

    products: Products
    any_known: bool


def _computed(job: _Job, times: Times, rows: Rows, gaps: Gaps, report: Report) -> _Computed:
    """The products of these rows."""
    start, stop = et_from_utc(times.start[rows]), et_from_utc(times.stop[rows])
    stop = np.where(np.isfinite(stop), stop, start)
    names = _names(job, times, rows)
    if job.imaging == "line scan" and (stop > start).any():
        seen = _scanned(job, start, stop, names, gaps, report)
    else:
        seen = _framed(job, (start + stop) / 2.0, gaps)
    table = table_of(job.schema, _columns(job, times, rows, names, seen, gaps), len(names))
    for name in names[seen.view == _OFF_TARGET]:
        report.add("The field of view misses the target", name)
    keep = ~shapely.is_missing(seen.shapes) | (times.product_ids is not None)
    products = Products(table[keep].reset_index(drop=True), seen.shapes[keep])
    return _Computed(products, bool(seen.known.any()))


def _framed(job: _Job, et: FloatArray, gaps: Gaps) -> _Seen:
    views = views_of(job.scene, et, gaps)
    frames = frame_footprints(views, job.instrument.outline())
    return _Seen(frames.shapes, frames.over_limb, views.known, views, frames.middles)


def _scanned(
    job: _Job,
    start: FloatArray,
    stop: FloatArray,
    names: NDArray[np.object_],
    gaps: Gaps,
    report: Report,
) -> _Seen:
    found = swaths(job.scene, job.instrument, start, stop, gaps)
    covered = np.array([swath.covered for swath in found])
    for name in names[(covered > 0.0) & (covered < 1.0 - 1e-6)]:
        report.add("The kernels tell of only a part of the scan", name)
    shapes = np.full(len(found), None, dtype=object)
    shapes[:] = [swath.shape for swath in found]
    return _Seen(
        shapes=shapes,
        over_limb=np.array([swath.over_limb for swath in found]),
        known=covered > 0.0,
        views=views_of(job.scene, np.array([swath.moment for swath in found]), gaps),
        middles=np.array([swath.middle for swath in found]),
    )


def _names(job: _Job, times: Times, rows: Rows) -> NDArray[np.object_]:
    """(n,) the products' own names, or instrument and epoch."""
    if times.product_ids is not None:
        return np.array([times.product_ids[row] for row in rows], dtype=object)
    stamps = np.datetime_as_string(times.start[rows], unit="ms")
    return np.array([f"{job.instrument.name}_{stamp}" for stamp in stamps], dtype=object)


def _columns(
    job: _Job,
    times: Times,
    rows: Rows,
    names: NDArray[np.object_],
    seen: _Seen,
    gaps: Gaps,
) -> dict[str, Any]:
    """The values of the schema's columns that SPICE, or the table of times, knows."""
    lit = conditions_at_boresight(
        job.scene, seen.views, job.instrument.boresight, seen.middles, gaps
    )
    count = len(names)
    found = ~shapely.is_missing(seen.shapes)
    pixel_m = np.nan if job.instrument.pixel_angle is None else job.instrument.pixel_angle * 1000.0
    return {
        "product_id": names,
        "target": np.full(count, job.scene.body.name, dtype=object),
        "instrument_host": np.full(count, job.scene.observer_name, dtype=object),
        "instrument_id": np.full(count, job.instrument.name, dtype=object),
        "start_time": times.start[rows],
        "stop_time": times.stop[rows],
        "center_lon_e": wrap_180(lit.lon_e),
        "center_lat": lit.lat,
        "incidence_angle": lit.incidence_angle,
        "emission_angle": lit.emission_angle,
        "phase_angle": lit.phase_angle,
        "resolution": lit.range_km * pixel_m,
        "solar_longitude": lit.solar_longitude,
        "local_time": lit.local_time,
        "subsolar_azimuth": lit.subsolar_azimuth,
        "subspacecraft_azimuth": lit.subspacecraft_azimuth,
        "geometry_source": np.array(["SPICE" if shape else None for shape in found], dtype=object),
        "source": np.full(count, _source(job.kernels), dtype=object),
        "range_km": lit.range_km,
        "sub_spacecraft_lon_e": wrap_180(lit.sub_spacecraft_lon_e),
        "sub_spacecraft_lat": lit.sub_spacecraft_lat,
        "subsolar_lon_e": wrap_180(lit.subsolar_lon_e),
        "subsolar_lat": lit.subsolar_lat,
        "imaging": np.full(count, job.imaging, dtype=object),
        "view": seen.view,
        **carried.values(times, rows, OWN_COLUMNS),
    }


def _source(names: tuple[str, ...]) -> str:
    return f"SPICE: {', '.join(names)}"


def _provenance(job: _Job) -> dict[str, str]:
    return {
        **job.scene.facts,
        "Instrument": f"{job.instrument.name} ({job.instrument.naif_id}), {job.imaging}",
        "Surface": "ellipsoid of {} x {} x {} km".format(*job.scene.radii),
        "Kernels": provenance_of(job.files),
    }
