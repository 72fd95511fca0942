"""Limb and terminator as lines, and what they bound as polygons, at moments or along a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import CoverageError, PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.chunks import chunks, portions_of
from planetary_qgis.core.spice.curves import curves
from planetary_qgis.core.spice.curves.horizons import (
    limb_points,
    lines_around,
    polygons_around,
    sun_seen,
    terminator_points,
)
from planetary_qgis.core.spice.gaps import nothing_covered, tell_shipped, warn_of_mean_moon
from planetary_qgis.core.spice.kernels.kernel_sets import completed, provenance_of
from planetary_qgis.core.spice.observations import Times, checked_abcorr
from planetary_qgis.core.spice.running import Computed
from planetary_qgis.core.spice.scene import Scene, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc, solar_longitudes
from planetary_qgis.core.spice.views import Views, places_of, sub_spacecraft_points

FloatArray = NDArray[np.float64]

Curve = Literal["limb", "terminator", "umbral terminator", "penumbral terminator"]
Area = Literal["visible side", "day side", "night side"]
CURVES: tuple[Curve, ...] = get_args(Curve)
AREAS: tuple[Area, ...] = get_args(Area)

OWN_COLUMNS: dict[str, ColumnKind] = {
    "kind": "text",
    "range_km": "real",
    "sub_spacecraft_lon_e": "real",
    "sub_spacecraft_lat": "real",
    "subsolar_lon_e": "real",
    "subsolar_lat": "real",
}
MOMENTS_A_CHUNK = 500
_TERMINATORS: dict[Curve, curves.Terminator] = {
    "terminator": "central",
    "umbral terminator": "umbral",
    "penumbral terminator": "penumbral",
}


@dataclass(frozen=True)
class Watch:
    """Who watches which target.

    Attributes:
        kernels: In load order; metakernels may be among them.
        target, observer: Names or NAIF ids.
        abcorr, body_fixed_frame: As in an Observation.
    """

    kernels: tuple[Path, ...]
    target: str
    observer: str
    abcorr: str = "LT+S"
    body_fixed_frame: str = ""


def compute_curves(
    watch: Watch, times: Times, wanted: Sequence[Curve] = ("limb", "terminator")
) -> Answer:
    """Limb and terminator as lines: a row for each moment and each curve.

    The limb is where lines of sight graze the target's ellipsoid, each at its own light time, as
    SINCPT hits or misses it. The terminator is where the Sun's centre stands on the horizon; the
    penumbral one bounds where all of the Sun is up, the umbral one where nothing of it is.

    Raises:
        KernelError: The kernels lack something that no moment can do without.
        CoverageError: While reading, when they tell of none of the moments.
    """
    return _answer(watch, times, "line", _checked(wanted, CURVES), _lines)


def compute_areas(
    watch: Watch, times: Times, wanted: Sequence[Area] = ("visible side", "night side")
) -> Answer:
    """What limb and terminator bound, as polygons: a row for each moment and each side.

    Raises:
        KernelError: The kernels lack something that no moment can do without.
        CoverageError: While reading, when they tell of none of the moments.
    """
    return _answer(watch, times, "polygon", _checked(wanted, AREAS), _polygons)


@dataclass(frozen=True)
class _Moments:
    """Some moments of a watch: where observer and Sun stood."""

    scene: Scene
    views: Views
    sun: FloatArray


_Shapes = Callable[[_Moments, Any], NDArray[np.object_]]


def _lines(moments: _Moments, wanted: Curve) -> NDArray[np.object_]:
    if wanted == "limb":
        return lines_around(limb_points(moments.views))
    kind = _TERMINATORS[wanted]
    return lines_around(terminator_points(moments.views, moments.sun, kind))


def _polygons(moments: _Moments, wanted: Area) -> NDArray[np.object_]:
    if wanted == "visible side":
        return polygons_around(limb_points(moments.views))
    points = terminator_points(moments.views, moments.sun)
    return polygons_around(points if wanted == "day side" else points[:, ::-1])


def _answer(
    watch: Watch,
    times: Times,
    geometry: Literal["line", "polygon"],
    wanted: Sequence[str],
    shapes: _Shapes,
) -> Answer:
    files = completed(watch.kernels).files
    with furnished(files):
        scene = scene_of(
            watch.target, watch.observer, checked_abcorr(watch.abcorr), watch.body_fixed_frame
        )
    report = Report()
    warn_of_mean_moon(scene, report)
    tell_shipped(files, report)
    schema = Schema(scene.body, geometry, OWN_COLUMNS)
    source = f"SPICE: {', '.join(path.name for path in watch.kernels)}"

    def nothing_known(gaps: Gaps) -> CoverageError:
        return nothing_covered(scene, files, times.start, times.stop, gaps)

    computed = partial(_computed, scene, times, schema, source, wanted, shapes, report)
    return Answer(
        schema=schema,
        chunks=chunks(
            files, portions_of(len(times), MOMENTS_A_CHUNK), computed, report, nothing_known
        ),
        total=len(times) * len(wanted),
        provenance={**scene.facts, "Kernels": provenance_of(files)},
        report=report,
    )


def _computed(
    scene: Scene,
    times: Times,
    schema: Schema,
    source: str,
    wanted: Sequence[str],
    shapes: _Shapes,
    report: Report,
    rows: slice,
    gaps: Gaps,
) -> Computed:
    views = places_of(scene, et_from_utc(times.start[rows]), gaps)
    moments = _Moments(scene, views, sun_seen(scene, views, gaps))
    _tell_inside(views, times.start[rows], report)
    per_kind = [shapes(moments, kind) for kind in wanted]
    # All kinds of a moment stand together.
    geometry = np.stack(per_kind, axis=1).ravel()
    columns = _columns(moments, times, rows, source, wanted, gaps)
    table = table_of(schema, columns, len(geometry))
    products = Products(table, geometry).where(~shapely.is_missing(geometry))
    return Computed(products, bool(np.isfinite(views.origins).any()))


def _columns(
    moments: _Moments,
    times: Times,
    rows: slice,
    source: str,
    wanted: Sequence[str],
    gaps: Gaps,
) -> dict[str, Any]:
    scene, views = moments.scene, moments.views
    starts = times.start[rows]
    below, origins = sub_spacecraft_points(views)
    below_lon_e, below_lat = ellipsoid.lon_lat(below)
    sun_lon_e, sun_lat = ellipsoid.lon_lat(moments.sun)
    season = solar_longitudes(scene.target_id, views.et, scene.abcorr, gaps)
    of_moments = {
        "start_time": starts,
        "stop_time": times.stop[rows],
        "solar_longitude": season,
        "range_km": np.linalg.norm(below - origins, axis=1),
        "sub_spacecraft_lon_e": wrap_180(below_lon_e),
        "sub_spacecraft_lat": below_lat,
        "subsolar_lon_e": wrap_180(sun_lon_e),
        "subsolar_lat": sun_lat,
    }
    count = len(starts) * len(wanted)
    stamps = np.datetime_as_string(starts, unit="ms")
    return {
        **{name: np.repeat(values, len(wanted)) for name, values in of_moments.items()},
        "product_id": [f"{scene.body.name} {kind} {stamp}" for stamp in stamps for kind in wanted],
        "target": np.full(count, scene.body.name, dtype=object),
        "instrument_host": np.full(count, scene.observer_name, dtype=object),
        "geometry_source": np.full(count, scene.geometry_source, dtype=object),
        "source": np.full(count, source, dtype=object),
        "kind": list(wanted) * len(starts),
    }


def _tell_inside(views: Views, starts: NDArray[np.datetime64], report: Report) -> None:
    inside = np.linalg.norm(views.origins / views.radii, axis=1) <= 1.0
    for moment in np.datetime_as_string(starts[inside], unit="ms"):
        report.add("The observer is not outside the target's ellipsoid and sees no limb", moment)


def _checked(wanted: Sequence[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for each in wanted:
        if each not in known:
            raise PlanetaryError(
                f"“{each}” is none of the lines and sides that can be drawn.",
                hint=f"Choose among {', '.join(known)}.",
            )
    if not wanted:
        raise PlanetaryError("Nothing is to be drawn.", hint=f"Choose among {', '.join(known)}.")
    return tuple(dict.fromkeys(wanted))
