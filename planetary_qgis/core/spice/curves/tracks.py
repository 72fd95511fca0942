"""Tracks, a line for every step of time: where an observer passed over, where a boresight met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import CoverageError, PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.chunks import chunks, portions_of
from planetary_qgis.core.spice.curves.traces import PointsAt, traced
from planetary_qgis.core.spice.gaps import nothing_covered, tell_shipped, warn_of_mean_moon
from planetary_qgis.core.spice.illumination import (
    Conditions,
    conditions_at_boresight,
    conditions_below,
)
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.jobs import job_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed, provenance_of
from planetary_qgis.core.spice.observations import (
    Observation,
    Times,
    checked_abcorr,
    times_of_run,
)
from planetary_qgis.core.spice.running import Computed
from planetary_qgis.core.spice.scene import Scene, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import look, places_of, sub_spacecraft_points, views_of

FloatArray = NDArray[np.float64]

GROUND_COLUMNS: dict[str, ColumnKind] = {
    "altitude_km": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
}
BORESIGHT_COLUMNS: dict[str, ColumnKind] = {
    "range_km": "real",
    "sub_spacecraft_lon_e": "real",
    "sub_spacecraft_lat": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
}
STEPS_A_CHUNK = 2_000

_Lines = Callable[[slice, Gaps], Computed]


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
    steps = steps_of_run(start, stop, step_s)
    files = completed(kernels).files
    with furnished(files):
        scene = scene_of(target, observer, checked_abcorr(abcorr), body_fixed_frame)
    track = _Track(
        scene=scene,
        steps=steps,
        schema=Schema(scene.body, "line", GROUND_COLUMNS),
        source=f"SPICE: {', '.join(path.name for path in kernels)}",
    )
    provenance = {**scene.facts, "Kernels": provenance_of(files)}
    report = Report()
    return _answer(track, files, provenance, report, partial(_ground_lines, track))


def compute_boresight_track(
    observation: Observation, start: np.datetime64, stop: np.datetime64, step_s: float
) -> Answer:
    """The track along which an instrument's boresight met the target, one line every step.

    Lines end where the boresight leaves the target, and where the kernels have a gap; steps without
    any point have no row. Each line has its start and stop time; angles and light are those of its
    start, unknown where the boresight was off the target then.

    Raises:
        KernelError: The kernels lack something that no epoch can do without.
        CoverageError: While reading, when they tell of none of the times.
    """
    steps = steps_of_run(start, stop, step_s)
    files = completed(observation.kernels).files
    with furnished(files):
        job = job_of(observation, steps, files)
    track = _Track(
        scene=job.scene,
        steps=steps,
        schema=Schema(job.scene.body, "line", BORESIGHT_COLUMNS),
        source=job.source,
    )
    report = Report()
    lines = partial(_boresight_lines, track, job.instrument, report)
    return _answer(track, files, job.provenance, report, lines)


def steps_of_run(start: np.datetime64, stop: np.datetime64, step_s: float) -> Times:
    """From each instant of the run to the next; the last one ends with the run."""
    instants = times_of_run(start, stop, step_s).start
    ends = np.append(instants[1:], np.datetime64(stop, "us"))
    begins, ends = instants[ends > instants], ends[ends > instants]
    if not len(begins):
        raise PlanetaryError(
            "A track needs a stop time after its start time.",
            hint="Check the start and stop times.",
        )
    return Times(begins, ends)


@dataclass(frozen=True)
class _Track:
    """A track resolved."""

    scene: Scene
    steps: Times
    schema: Schema
    source: str

    def epochs(self, rows: slice) -> tuple[FloatArray, FloatArray]:
        """When some steps start and stop, TDB."""
        return et_from_utc(self.steps.start[rows]), et_from_utc(self.steps.stop[rows])


def _answer(
    track: _Track,
    files: Sequence[Path],
    provenance: dict[str, str],
    report: Report,
    lines: _Lines,
) -> Answer:
    warn_of_mean_moon(track.scene, report)
    tell_shipped(files, report)
    steps = track.steps

    def nothing_known(gaps: Gaps) -> CoverageError:
        return nothing_covered(track.scene, files, steps.start, steps.stop, gaps)

    return Answer(
        schema=track.schema,
        chunks=chunks(files, portions_of(len(steps), STEPS_A_CHUNK), lines, report, nothing_known),
        total=len(steps),
        provenance=provenance,
        report=report,
    )


def _ground_lines(track: _Track, rows: slice, gaps: Gaps) -> Computed:
    start, stop = track.epochs(rows)
    places = places_of(track.scene, start, Gaps())
    lit = conditions_below(track.scene, places, Gaps())

    def points_at(et: FloatArray, gaps: Gaps) -> FloatArray:
        return sub_spacecraft_points(places_of(track.scene, et, gaps))[0]

    shapes = traced(_telling_once(points_at, gaps), start, stop)
    columns = {**_columns(track, rows, lit), "altitude_km": lit.range_km}
    return _computed(track, columns, shapes, np.isfinite(places.origins[:, 0]))


def _boresight_lines(
    track: _Track, instrument: Instrument, report: Report, rows: slice, gaps: Gaps
) -> Computed:
    start, stop = track.epochs(rows)
    views = views_of(track.scene, start, Gaps())
    nowhere = np.full((len(start), 3), np.nan)
    lit = conditions_at_boresight(track.scene, views, instrument.boresight, nowhere, Gaps())

    def points_at(et: FloatArray, gaps: Gaps) -> FloatArray:
        seen = look(views_of(track.scene, et, gaps), instrument.boresight[None])
        return np.asarray(seen.points[:, 0])

    shapes = traced(_telling_once(points_at, gaps), start, stop)
    columns = {
        **_columns(track, rows, lit),
        "instrument_id": np.full(len(start), instrument.name, dtype=object),
        "resolution": lit.range_km * 1000.0 * (instrument.pixel_angle or np.nan),
        "subspacecraft_azimuth": lit.subspacecraft_azimuth,
        "range_km": lit.range_km,
        "sub_spacecraft_lon_e": wrap_180(lit.sub_spacecraft_lon_e),
        "sub_spacecraft_lat": lit.sub_spacecraft_lat,
    }
    off_target = views.known & shapely.is_missing(shapes)
    for moment in track.steps.start[rows][off_target]:
        report.add("The boresight misses the target", np.datetime_as_string(moment, unit="ms"))
    return _computed(track, columns, shapes, views.known)


def _telling_once(points_at: Callable[[FloatArray, Gaps], FloatArray], gaps: Gaps) -> PointsAt:
    """Points whose gaps are noted the first time, when samples are spread evenly over all steps."""
    pending = [gaps]
    return lambda et: points_at(et, pending.pop() if pending else Gaps())


def _columns(track: _Track, rows: slice, lit: Conditions) -> dict[str, Any]:
    """The values that all tracks have."""
    starts = track.steps.start[rows]
    count = len(starts)
    return {
        "product_id": np.char.add(
            f"{track.scene.observer_name}_", np.datetime_as_string(starts, unit="ms")
        ).astype(object),
        "target": np.full(count, track.scene.body.name, dtype=object),
        "instrument_host": np.full(count, track.scene.observer_name, dtype=object),
        "start_time": starts,
        "stop_time": track.steps.stop[rows],
        "center_lon_e": wrap_180(lit.lon_e),
        "center_lat": lit.lat,
        "incidence_angle": lit.incidence_angle,
        "emission_angle": lit.emission_angle,
        "phase_angle": lit.phase_angle,
        "solar_longitude": lit.solar_longitude,
        "local_time": lit.local_time,
        "subsolar_azimuth": lit.subsolar_azimuth,
        "geometry_source": np.full(count, track.scene.geometry_source, dtype=object),
        "source": np.full(count, track.source, dtype=object),
        "subsolar_lon_e": wrap_180(lit.subsolar_lon_e),
        "subsolar_lat": lit.subsolar_lat,
    }


def _computed(
    track: _Track,
    columns: dict[str, Any],
    shapes: NDArray[np.object_],
    known: NDArray[np.bool_],
) -> Computed:
    """The steps that have a line; `known` says of which the kernels know the start."""
    lines = ~shapely.is_missing(shapes)
    products = Products(table_of(track.schema, columns, len(shapes)), shapes)
    return Computed(products.where(lines), bool((lines | known).any()))
