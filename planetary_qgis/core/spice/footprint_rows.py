"""Footprints as rows: names, light, angles and distances beside each shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.products import table_of
from planetary_qgis.core.spice import carried
from planetary_qgis.core.spice.illumination import conditions_at_boresight
from planetary_qgis.core.spice.jobs import OWN_COLUMNS, Job
from planetary_qgis.core.spice.observations import Times
from planetary_qgis.core.spice.pixels import misses, pixel_sizes
from planetary_qgis.core.spice.seen import Seen
from planetary_qgis.core.spice.vectorised import Gaps

Rows = NDArray[np.intp]


def names_of(job: Job, times: Times, rows: Rows) -> NDArray[np.object_]:
    """(n,) the products' own names, or instrument and epoch."""
    if times.product_ids is not None:
        return np.array([times.product_ids[row] for row in rows], dtype=object)
    stamps = np.datetime_as_string(times.start[rows], unit="ms")
    return np.array([f"{job.instrument.name}_{stamp}" for stamp in stamps], dtype=object)


def rows_of(
    job: Job, times: Times, rows: Rows, names: NDArray[np.object_], seen: Seen, gaps: Gaps
) -> pd.DataFrame:
    """The table of these observations."""
    return table_of(job.schema, _columns(job, times, rows, names, seen, gaps), len(names))


def _columns(
    job: Job,
    times: Times,
    rows: Rows,
    names: NDArray[np.object_],
    seen: Seen,
    gaps: Gaps,
) -> dict[str, Any]:
    """The values of the schema's columns that SPICE, or the table of times, knows."""
    lit = conditions_at_boresight(
        job.scene, seen.views, job.instrument.boresight, seen.middles, gaps
    )
    pixels = pixel_sizes(seen.views, job.instrument)
    missed = misses(seen.views, job.instrument.boresight)
    count = len(names)
    geometry_source = np.full(count, None, dtype=object)
    geometry_source[~shapely.is_missing(seen.shapes)] = job.scene.geometry_source
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
        "geometry_source": geometry_source,
        "source": np.full(count, job.source, dtype=object),
        "range_km": lit.range_km,
        "resolution_along": pixels.along,
        "resolution_across": pixels.across,
        "limb_distance_km": missed.distance_km,
        "tangent_lon_e": wrap_180(missed.lon_e),
        "tangent_lat": missed.lat,
        "sub_spacecraft_lon_e": wrap_180(lit.sub_spacecraft_lon_e),
        "sub_spacecraft_lat": lit.sub_spacecraft_lat,
        "subsolar_lon_e": wrap_180(lit.subsolar_lon_e),
        "subsolar_lat": lit.subsolar_lat,
        "imaging": np.full(count, job.imaging, dtype=object),
        "view": seen.view,
        **carried.values(times, rows, OWN_COLUMNS),
    }
