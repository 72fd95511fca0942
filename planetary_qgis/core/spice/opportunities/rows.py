"""Opportunities as rows: the best moment of each window, its light, and what is seen then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.products import ColumnKind, Products, Schema, table_of
from planetary_qgis.core.query import RANGED_COLUMNS
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.opportunities.search import Search, Spots
from planetary_qgis.core.spice.opportunities.time_search import Windows
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.seen import seen_by
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps, utc_from_et

FloatArray = NDArray[np.float64]

LIMITED_COLUMNS = (*RANGED_COLUMNS, "range_km")
OWN_COLUMNS: dict[str, ColumnKind] = {
    "best_time": "datetime",
    "duration_s": "real",
    "range_km": "real",
    "sight": "text",
}
_MOMENTS_A_WINDOW = 33


@dataclass(frozen=True)
class Wanted:
    """What is asked, resolved.

    Attributes:
        job: What footprints are computed from; None where only the horizon matters.
        start, stop: TDB.
    """

    search: Search
    job: Job | None
    scene: Scene
    files: tuple[Path, ...]
    schema: Schema
    source: str
    start: float
    stop: float


def products_of(wanted: Wanted, windows: Windows, report: Report) -> Products:
    """The rows of these windows."""
    best = _best_moments(wanted.search, windows)
    spots = wanted.search.spots(best, Gaps())
    names = _names(wanted, windows)
    shapes = _shapes(wanted, windows, best, names, report)
    table = table_of(wanted.schema, _columns(wanted, windows, best, spots, names), len(windows))
    return Products(table, shapes)


def _best_moments(search: Search, windows: Windows) -> FloatArray:
    """(m,) the moment of least emission in each window, to a thousandth of its length."""
    first, last = windows[:, :1], windows[:, 1:]
    shares = np.linspace(0.0, 1.0, _MOMENTS_A_WINDOW)
    best = np.empty(0)
    for _ in range(2):
        moments = first + shares * (last - first)
        emission = search.spots(moments.ravel(), Gaps()).values["emission_angle"]
        emission = np.where(np.isnan(emission), np.inf, emission).reshape(moments.shape)
        at = emission.argmin(axis=1)[:, None] if len(windows) else np.empty((0, 1), dtype=int)
        best = np.take_along_axis(moments, at, axis=1)[:, 0]
        step = (last - first) / (_MOMENTS_A_WINDOW - 1)
        first = np.maximum(best[:, None] - step, windows[:, :1])
        last = np.minimum(best[:, None] + step, windows[:, 1:])
    return best


def _names(wanted: Wanted, windows: Windows) -> NDArray[np.object_]:
    who = wanted.job.instrument.name if wanted.job else wanted.scene.observer_name
    stamps = np.datetime_as_string(utc_from_et(windows[:, 0]), unit="ms")
    return np.array([f"{who}_{stamp}" for stamp in stamps], dtype=object)


def _shapes(
    wanted: Wanted,
    windows: Windows,
    best: FloatArray,
    names: NDArray[np.object_],
    report: Report,
) -> NDArray[np.object_]:
    """Footprints at the best moments, swaths of the windows, or the area itself."""
    if wanted.job is None:
        return np.full(len(windows), wanted.search.area.shape, dtype=object)
    if not len(windows):
        return np.empty(0, dtype=object)
    is_frame = wanted.job.imaging == "frame"
    first, last = (best, best) if is_frame else (windows[:, 0], windows[:, 1])
    return seen_by(wanted.job, first, last, names, Gaps(), report).shapes


def _columns(
    wanted: Wanted,
    windows: Windows,
    best: FloatArray,
    spots: Spots,
    names: NDArray[np.object_],
) -> dict[str, Any]:
    count = len(windows)
    lon_e, lat = ellipsoid.lon_lat(spots.points)
    who = wanted.job.instrument.name if wanted.job else None
    sight = "field of view" if wanted.job else "horizon"
    geometry_source = wanted.scene.geometry_source if wanted.job else "area"
    return {
        "product_id": names,
        "target": np.full(count, wanted.scene.body.name, dtype=object),
        "instrument_host": np.full(count, wanted.scene.observer_name, dtype=object),
        "instrument_id": np.full(count, who, dtype=object),
        "start_time": utc_from_et(windows[:, 0]),
        "stop_time": utc_from_et(windows[:, 1]),
        "center_lon_e": wrap_180(lon_e),
        "center_lat": lat,
        **{name: spots.values[name] for name in LIMITED_COLUMNS},
        "geometry_source": np.full(count, geometry_source, dtype=object),
        "source": np.full(count, wanted.source, dtype=object),
        "best_time": utc_from_et(best),
        "duration_s": windows[:, 1] - windows[:, 0],
        "sight": np.full(count, sight, dtype=object),
    }
