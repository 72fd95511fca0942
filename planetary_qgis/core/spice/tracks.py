"""Ground tracks: where an observer passed over a target, a line for every step of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.polygons import lines_from_tracks
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice import ellipsoid
from planetary_qgis.core.spice.gaps import nothing_covered, tell_gaps, warn_of_mean_moon
from planetary_qgis.core.spice.illumination import conditions_below
from planetary_qgis.core.spice.kernels import expand, provenance_of
from planetary_qgis.core.spice.observations import Times, checked_abcorr, times_of_run
from planetary_qgis.core.spice.scene import Scene, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import places_of, sub_spacecraft_points

FloatArray = NDArray[np.float64]

OWN_COLUMNS: dict[str, ColumnKind] = {
    "altitude_km": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
}
STEPS_A_CHUNK = 2_000
ARC_BETWEEN_VERTICES_DEG = 1.0
_MOST_VERTICES_A_STEP = 90


def compute_ground_track(
    kernels: Sequence[Path],
    target: str,
    observer: str,
    start: np.datetime64,
    stop: np.datetime64,
    step_s: float,
    *,
    abcorr: str = "LT+S",
    body_fixed_frame: str = "",
) -> Answer:
    """The track of sub-spacecraft points (on the line to the centre), one line every step.

    Each line has its start and stop time; angles and light are those of its start.

    Raises:
        KernelError: The kernels lack something that no epoch can do without.
        CoverageError: While reading, when they tell of none of the times.
    """
    steps = _steps(start, stop, step_s)
    files = expand(kernels)
    with furnished(files):
        scene = scene_of(target, observer, checked_abcorr(abcorr), body_fixed_frame)
    report = Report()
    warn_of_mean_moon(scene, report)
    schema = Schema(scene.body, "line", OWN_COLUMNS)
    source = f"SPICE: {', '.join(path.name for path in kernels)}"
    return Answer(
        schema=schema,
        chunks=_chunks(scene, files, steps, schema, source, report),
        total=len(steps),
        provenance={**scene.facts, "Kernels": provenance_of(files)},
        report=report,
    )


def _steps(start: np.datetime64, stop: np.datetime64, step_s: float) -> Times:
    """From each instant of the run to the next; the last one ends with the run."""
    instants = times_of_run(start, stop, step_s).start
    ends = np.append(instants[1:], np.datetime64(stop, "us"))
    begins, ends = instants[ends > instants], ends[ends > instants]
    if not len(begins):
        raise PlanetaryError(
            "A ground track needs a stop time after its start time.",
            hint="Check the start and stop times.",
        )
    return Times(begins, ends)


def _chunks(
    scene: Scene,
    files: Sequence[Path],
    steps: Times,
    schema: Schema,
    source: str,
    report: Report,
) -> Iterator[Products]:
    seen_any = False
    with furnished(files):
        for begin in range(0, len(steps), STEPS_A_CHUNK):
            rows = slice(begin, min(begin + STEPS_A_CHUNK, len(steps)))
            gaps = Gaps()
            products = _computed(scene, steps, rows, schema, source, gaps)
            seen_any |= len(products) > 0
            tell_gaps(gaps, report)
            if not seen_any and rows.stop == len(steps):
                raise nothing_covered(scene, files, steps.start, steps.stop, gaps)
            if len(products):
                yield products


def _computed(
    scene: Scene, steps: Times, rows: slice, schema: Schema, source: str, gaps: Gaps
) -> Products:
    start, stop = et_from_utc(steps.start[rows]), et_from_utc(steps.stop[rows])
    places = places_of(scene, start, gaps)
    lit = conditions_below(scene, places, gaps)
    shapes = lines_from_tracks(*_vertices(scene, start, stop, gaps))
    count = len(start)
    names = np.datetime_as_string(steps.start[rows], unit="ms")
    columns = {
        "product_id": [f"{scene.observer_name}_{name}" for name in names],
        "target": np.full(count, scene.body.name, dtype=object),
        "instrument_host": np.full(count, scene.observer_name, dtype=object),
        "start_time": steps.start[rows],
        "stop_time": steps.stop[rows],
        "center_lon_e": wrap_180(lit.lon_e),
        "center_lat": lit.lat,
        "incidence_angle": lit.incidence_angle,
        "emission_angle": lit.emission_angle,
        "phase_angle": lit.phase_angle,
        "solar_longitude": lit.solar_longitude,
        "local_time": lit.local_time,
        "subsolar_azimuth": lit.subsolar_azimuth,
        "geometry_source": np.full(count, "SPICE", dtype=object),
        "source": np.full(count, source, dtype=object),
        "altitude_km": lit.range_km,
        "subsolar_lon_e": wrap_180(lit.subsolar_lon_e),
        "subsolar_lat": lit.subsolar_lat,
    }
    known = np.array([shape is not None for shape in shapes], dtype=bool)
    table = table_of(schema, columns, count)
    return Products(table[known].reset_index(drop=True), shapes[known])


def _vertices(
    scene: Scene, start: FloatArray, stop: FloatArray, gaps: Gaps
) -> tuple[FloatArray, FloatArray]:
    """(n, k) longitudes and latitudes along each step, as many as its arc needs."""
    first = places_of(scene, start, Gaps()).origins
    last = places_of(scene, stop, Gaps()).origins
    arcs = ellipsoid.angle_between(first, last)
    widest = np.nanmax(arcs) if np.isfinite(arcs).any() else 0.0
    count = int(np.clip(np.ceil(widest / ARC_BETWEEN_VERTICES_DEG), 1, _MOST_VERTICES_A_STEP)) + 1
    shares = np.linspace(0.0, 1.0, count)
    epochs = start[:, None] + shares * (stop - start)[:, None]
    below, _ = sub_spacecraft_points(places_of(scene, epochs.ravel(), gaps))
    lon, lat = ellipsoid.lon_lat(below)
    return lon.reshape(-1, count), lat.reshape(-1, count)
