"""Footprints drawn in polar stereographic metres, as valid lon/lat shapes.

The projection is the spherical one that is true to scale at its pole, with longitude 0 straight
down in the north and straight up in the south (Snyder, USGS PP 1395, eq. 20-14 to 20-18, 21-5 ff.).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.services.wkt_shapes import (
    NO_AREA,
    NO_POSITIONS,
    UNREADABLE,
    read_wkt,
)
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_rings, united
from planetary_qgis.core.seams import mended

Pole = Literal["north", "south"]
FloatArray = NDArray[np.float64]

_FARTHEST_RADII = 20.0
"""At that distance from its pole the plane shows places 168° away."""
_LONGEST_EDGE_DEG = 0.5


def shape_of_polar_wkt(text: str | None, pole: Pole, radius_m: float) -> tuple[Any | None, str]:
    """A valid shape, or None with a reason, as `shape_of_wkt` gives them."""
    if text is None or not text.strip():
        return None, ""
    drawn = read_wkt(text)
    if drawn is None:
        return None, UNREADABLE
    if drawn.is_empty:
        return None, ""
    # Written so that NaN, too, is no position.
    if not (np.abs(shapely.get_coordinates(drawn)) <= _FARTHEST_RADII * radius_m).all():
        return None, NO_POSITIONS
    drawn = shapely.segmentize(drawn, radius_m * np.radians(_LONGEST_EDGE_DEG))
    whole = shapely.get_parts(drawn)
    polygons = whole[shapely.get_type_id(whole) == shapely.GeometryType.POLYGON]
    simple = shapely.get_parts(mended(polygons)) if len(polygons) else polygons
    shape = united([_on_sphere(each, pole, radius_m) for each in simple if each is not None])
    return (shape, "") if shape is not None else (None, NO_AREA)


def agreement(first: Any, second: Any, pole: Pole) -> float:
    """What two lon/lat shapes share of what they cover together, seen from above a pole: 0 to 1."""
    one, other = _seen_from_above(first, pole), _seen_from_above(second, pole)
    together = float(shapely.union(one, other).area)
    return float(shapely.intersection(one, other).area) / together if together else 0.0


def _on_sphere(polygon: Any, pole: Pole, radius_m: float) -> Any | None:
    outer = _ring_on_sphere(polygon.exterior, pole, radius_m)
    holes = [_ring_on_sphere(ring, pole, radius_m) for ring in polygon.interiors]
    hole = united(holes)
    if outer is None or hole is None:
        return outer
    return mended(np.array([shapely.difference(outer, hole)], dtype=object))[0]


def _ring_on_sphere(ring: Any, pole: Pole, radius_m: float) -> Any | None:
    vertices = shapely.get_coordinates(ring if ring.is_ccw else ring.reverse())
    lon, lat = _lon_lat(vertices[:, 0], vertices[:, 1], pole, radius_m)
    return polygons_from_rings(lon, lat, interior_on_left=True)[0]


def _lon_lat(
    x: FloatArray, y: FloatArray, pole: Pole, radius_m: float
) -> tuple[FloatArray, FloatArray]:
    colatitude = np.degrees(2.0 * np.arctan2(np.hypot(x, y), 2.0 * radius_m))
    if pole == "north":
        return np.degrees(np.arctan2(x, -y)), 90.0 - colatitude
    return np.degrees(np.arctan2(x, y)), colatitude - 90.0


def _seen_from_above(shape: Any, pole: Pole) -> Any:
    """The shape in a plane around the pole, in degrees from it (azimuthal equidistant)."""

    def seen(vertices: FloatArray) -> FloatArray:
        lon, sign = np.radians(vertices[:, 0]), 1.0 if pole == "north" else -1.0
        distance = 90.0 - sign * vertices[:, 1]
        return np.column_stack([distance * np.sin(lon), -sign * distance * np.cos(lon)])

    dense = shapely.segmentize(shape, _LONGEST_EDGE_DEG)
    return shapely.make_valid(shapely.transform(dense, seen))
