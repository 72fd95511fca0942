"""Where on its body a map lies: a globe seen from above the map."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.mapping.sheet.drawing import GREY, Drawing
from planetary_qgis.core.mapping.unit_colours import Rgb

FloatArray = NDArray[np.float64]
_STEP_DEG = 30
_OUTLINE: Rgb = (200, 30, 30)
_DISC: Rgb = (244, 240, 232)


def globe_view(
    lon_e: FloatArray, lat: FloatArray, center: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """x to the right and y down of places on a globe of radius 1; NaN on the far side.

    Source: Snyder, Map Projections: A Working Manual (USGS PP 1395), eq. 20-3 to 20-5.
    """
    lon_0, lat_0 = np.radians(center[0]), np.radians(center[1])
    toward = unit_vectors(np.asarray(lon_e, float), np.asarray(lat, float))
    east = np.array([-np.sin(lon_0), np.cos(lon_0), 0.0])
    up = unit_vectors(np.array([center[0]]), np.array([center[1]]))[0]
    north = np.array(
        [-np.sin(lat_0) * np.cos(lon_0), -np.sin(lat_0) * np.sin(lon_0), np.cos(lat_0)]
    )
    hidden = toward @ up < -1e-9
    x, y = toward @ east, -(toward @ north)
    return np.where(hidden, np.nan, x), np.where(hidden, np.nan, y)


def draw_globe(
    drawing: Drawing,
    x: float,
    y: float,
    radius: float,
    *,
    center: tuple[float, float],
    outlines: Iterable[tuple[FloatArray, FloatArray]],
) -> None:
    """The globe around x, y with a graticule and the map's outlines."""
    drawing.circle(x, y, radius, fill=_DISC, line=0.2)
    for lon, lat in _graticule():
        _draw(drawing, lon, lat, center, x, y, radius, GREY, 0.06)
    for lon, lat in outlines:
        _draw(drawing, lon, lat, center, x, y, radius, _OUTLINE, 0.45)


def _graticule() -> list[tuple[FloatArray, FloatArray]]:
    around, across = np.linspace(-180.0, 180.0, 181), np.linspace(-90.0, 90.0, 91)
    parallels = [
        (around, np.full_like(around, lat)) for lat in range(-90 + _STEP_DEG, 90, _STEP_DEG)
    ]
    meridians = [(np.full_like(across, lon), across) for lon in range(-180, 180, _STEP_DEG)]
    return [*parallels, *meridians]


def _draw(
    drawing: Drawing,
    lon: FloatArray,
    lat: FloatArray,
    center: tuple[float, float],
    x: float,
    y: float,
    radius: float,
    colour: Rgb,
    line: float,
) -> None:
    right, down = globe_view(lon, lat, center)
    seen = np.isfinite(right)
    points = np.column_stack([x + radius * right, y + radius * down])
    for part in np.split(np.arange(len(points)), np.flatnonzero(np.diff(seen)) + 1):
        if len(part) > 1 and seen[part[0]]:
            drawing.lines([(px, py) for px, py in points[part]], stroke=colour, line=line)
