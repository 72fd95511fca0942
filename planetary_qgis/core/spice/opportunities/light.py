"""Limits of light and distance: how far they are from holding, as time.

Each value changes only so fast: by the observer's motion, the target's turning and the Sun's. What
is off by so much takes at least so long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.query import Range
from planetary_qgis.core.spice.views import Views

FloatArray = NDArray[np.float64]

_SUN_MOVES = 1.5e-6
"""Radians a second by which the Sun moves among the stars at most, as seen from Mercury."""
_SEASON_MOVES = 1e-4
"""Degrees a second of solar longitude, at most."""
_PERIODS = {"solar_longitude": 360.0, "local_time": 24.0}


def seconds_off(
    limits: Mapping[str, Range],
    values: dict[str, FloatArray],
    views: Views,
    speeds: FloatArray,
    pixel_angle: float | None,
    *,
    moving: bool,
) -> FloatArray:
    """(n, k) seconds until all limits can hold at the earliest; negative where they do.

    Args:
        values: (n, k) by column, as `area_sight.light_at` gives them.
        speeds: (n,) km/s, at most, of the observer in the body-fixed frame.
        moving: Whether the points move along with a field of view.
    """
    ranges, speed = values["range_km"], speeds[:, None]
    along = speed / views.radii.min() if moving else 0.0
    sun = np.linalg.norm(views.spin) + _SUN_MOVES + along
    observer = speed / ranges + along
    closing = speed * (2.0 if moving else 1.0)
    rates: dict[str, Any] = {
        "incidence_angle": np.degrees(sun),
        "emission_angle": np.degrees(observer),
        "phase_angle": np.degrees(sun + observer),
        "range_km": closing,
        "resolution": closing * (pixel_angle or 0.0) * 1000.0,
        "solar_longitude": _SEASON_MOVES,
        "local_time": np.degrees(sun) / 15.0 * 2.0,
    }
    off = np.full(ranges.shape, -np.inf)
    for name, asked in limits.items():
        outside = outside_of(values[name], asked, _PERIODS.get(name))
        off = np.maximum(off, np.where(np.isnan(outside), np.inf, outside / rates[name]))
    return off


def outside_of(values: FloatArray, asked: Range, period: float | None = None) -> FloatArray:
    """How far values lie outside a range; negative inside, by how far from the nearer end."""
    if period is not None:
        low, high = asked.low or 0.0, period if asked.high is None else asked.high
        if high - low >= period:
            return np.where(np.isnan(values), np.nan, -period)
        width, past = (high - low) % period, (values - low) % period
        return np.where(
            past <= width, -np.minimum(past, width - past), np.minimum(past - width, period - past)
        )
    low = -np.inf if asked.low is None else asked.low
    high = np.inf if asked.high is None else asked.high
    return np.asarray(np.maximum(low - values, values - high))
