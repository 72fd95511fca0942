"""Rings and boxes on a sphere as valid lon/lat shapes.

Longitudes are east-positive, latitudes planetocentric, both in degrees. What crosses the
antimeridian is split there, what holds a pole reaches it (seams.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.great_circles import (
    CHORD_TOLERANCE_DEG,
    parts_of_edges,
    unit_vectors,
    with_great_circle_edges,
)
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.seams import lines_of_tracks, mended, polygons_of_oriented_rings

__all__ = [
    "CHORD_TOLERANCE_DEG",
    "lines_from_tracks",
    "points_from",
    "polygons_from_boxes",
    "polygons_from_rings",
    "unit_vectors",
    "united",
]

Shapes = NDArray[np.object_]
FloatArray = NDArray[np.float64]

_LEAST_TURN_DEG2 = 1e-9


def polygons_from_rings(
    lon_e: ArrayLike, lat: ArrayLike, *, interior_on_left: bool = False
) -> Shapes:
    """Polygons or multipolygons of rings, None where a ring has less than three known points.

    Edges are great circles: long ones get vertices in between, the given vertices all stay.

    Args:
        lon_e: (n, k) rings, open or closed; NaN pads the shorter ones.
        lat: (n, k).
        interior_on_left: True where each ring runs counter-clockwise around its interior as seen
            from above; False where the order is unknown, and the smaller side is the interior.
    """
    lons, lats = np.atleast_2d(wrap_180(lon_e)), np.atleast_2d(np.asarray(lat, dtype=float))
    shapes = np.full(len(lons), None, dtype=object)
    known = np.isfinite(lons) & np.isfinite(lats)
    complete = known.all(axis=1)
    if complete.any():
        _fill(shapes, np.flatnonzero(complete), lons[complete], lats[complete], interior_on_left)
    for row in np.flatnonzero(~complete):
        ring_lon, ring_lat = lons[row, known[row]][None], lats[row, known[row]][None]
        _fill(shapes, np.array([row]), ring_lon, ring_lat, interior_on_left)
    return shapes


def polygons_from_boxes(
    west_e: ArrayLike, east_e: ArrayLike, south: ArrayLike, north: ArrayLike
) -> Shapes:
    """Boxes from west eastward to east, split at the antimeridian; None where a bound is unknown.

    Edges follow parallels and meridians. A box whose bounds lie 360° apart goes all around.
    """
    west, east = np.asarray(west_e, dtype=float), np.asarray(east_e, dtype=float)
    first, second = np.asarray(south, dtype=float), np.asarray(north, dtype=float)
    low, high = np.minimum(first, second), np.maximum(first, second)
    width = np.where(np.abs(east - west) >= 360.0, 360.0, (east - west) % 360.0)
    west = np.where(width == 360.0, -180.0, wrap_180(west))
    east = west + width
    shapes = np.full(len(west), None, dtype=object)
    known = np.isfinite(west) & np.isfinite(east) & np.isfinite(low) & np.isfinite(high)
    whole = known & (east <= 180.0)
    shapes[whole] = shapely.box(west[whole], low[whole], east[whole], high[whole])
    for row in np.flatnonzero(known & ~whole):
        shapes[row] = shapely.MultiPolygon(
            [
                shapely.box(west[row], low[row], 180.0, high[row]),
                shapely.box(-180.0, low[row], east[row] - 360.0, high[row]),
            ]
        )
    return shapes


def lines_from_tracks(lon_e: ArrayLike, lat: ArrayLike) -> Shapes:
    """Lines or multilines of tracks, split where they cross the antimeridian.

    Args:
        lon_e: (n, k) vertices along each track; NaN pads the shorter ones.
        lat: (n, k).
    """
    lons, lats = np.atleast_2d(wrap_180(lon_e)), np.atleast_2d(np.asarray(lat, dtype=float))
    known = np.isfinite(lons) & np.isfinite(lats)
    rows = np.flatnonzero(known.sum(axis=1) >= 2)
    known = known[rows]
    owner = np.repeat(np.arange(len(rows)), known.sum(axis=1))
    shapes = np.full(len(lons), None, dtype=object)
    if len(rows):
        shapes[rows] = lines_of_tracks(lons[rows][known], lats[rows][known], owner)
    return shapes


def points_from(lon_e: ArrayLike, lat: ArrayLike) -> Shapes:
    """Points, None where a coordinate is unknown."""
    lons, lats = wrap_180(lon_e), np.asarray(lat, dtype=float)
    known = np.isfinite(lons) & np.isfinite(lats)
    shapes = np.full(len(lons), None, dtype=object)
    shapes[known] = shapely.points(lons[known], lats[known])
    return shapes


def united(shapes: Sequence[shapely.Geometry | None]) -> shapely.Geometry | None:
    """One shape of several, None where there are none."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < 2:
        return known[0] if known else None
    return shapely.union_all(known)


def _fill(
    shapes: Shapes, rows: NDArray[np.intp], lon: FloatArray, lat: FloatArray, oriented: bool
) -> None:
    """Put the polygons of equally long rings without NaN into their rows of `shapes`."""
    if lon.shape[1] < 3:
        return
    if (lon[:, 0] == lon[:, -1]).all() and (lat[:, 0] == lat[:, -1]).all():
        _fill(shapes, rows, lon[:, :-1], lat[:, :-1], oriented)
        return
    points = unit_vectors(lon, lat)
    if not oriented:
        turned = _run_around_the_larger_side(points)
        lon[turned], lat[turned] = lon[turned, ::-1], lat[turned, ::-1]
        points[turned] = points[turned, ::-1]
    parts = parts_of_edges(lon, lat, points)
    plain = (parts == 1).all(axis=1) & ~_meets_seam_or_pole(lon) & _counter_clockwise(lon, lat)
    if plain.any():
        shapes[rows[plain]] = _planar_polygons(lon[plain], lat[plain])
    if not plain.all():
        ring = with_great_circle_edges(lon[~plain], lat[~plain], points[~plain], parts[~plain])
        shapes[rows[~plain]] = polygons_of_oriented_rings(*ring)


def _run_around_the_larger_side(points: FloatArray) -> NDArray[np.bool_]:
    """Where rings must be turned to run counter-clockwise around their smaller side."""
    x, y, z = np.moveaxis(points, 2, 0)
    next_x, next_y, next_z = (np.roll(part, -1, axis=1) for part in (x, y, z))
    area_x = (y * next_z - z * next_y).sum(axis=1)
    area_y = (z * next_x - x * next_z).sum(axis=1)
    area_z = (x * next_y - y * next_x).sum(axis=1)
    towards = area_x * x.sum(axis=1) + area_y * y.sum(axis=1) + area_z * z.sum(axis=1)
    return np.asarray(towards < 0.0)


def _planar_polygons(lon: FloatArray, lat: FloatArray) -> Shapes:
    """Valid polygons of rings whose lon/lat edges are straight."""
    rings = np.stack([lon, lat], axis=-1)
    polygons = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
    doubtful = ~_surely_convex(lon, lat)
    polygons[doubtful] = mended(polygons[doubtful])
    return np.asarray(polygons, dtype=object)


def _surely_convex(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    """Where a ring of three or four vertices turns left at each by more than rounding can hide.

    Four such turns make one round, as they sum to less than two. Asking GEOS takes longer.
    """
    if lon.shape[1] > 4:
        return np.zeros(len(lon), dtype=bool)
    step_lon, step_lat = np.roll(lon, -1, axis=1) - lon, np.roll(lat, -1, axis=1) - lat
    turn = step_lon * np.roll(step_lat, -1, axis=1) - step_lat * np.roll(step_lon, -1, axis=1)
    return np.asarray(turn.min(axis=1) > _LEAST_TURN_DEG2)


def _meets_seam_or_pole(lon: FloatArray) -> NDArray[np.bool_]:
    """Where an edge steps over the antimeridian, as every ring around a pole does."""
    return np.asarray((np.abs(np.roll(lon, -1, axis=1) - lon) >= 180.0).any(axis=1))


def _counter_clockwise(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    """Where a ring runs counter-clockwise in lon/lat; the others hold what lies outside."""
    cross = lon * np.roll(lat, -1, axis=1) - np.roll(lon, -1, axis=1) * lat
    return np.asarray(cross.sum(axis=1) >= 0.0)
