"""Rings and boxes on a sphere as valid lon/lat shapes.

Longitudes are east-positive, latitudes planetocentric, both in degrees. What crosses the
antimeridian is split there, what holds a pole reaches it (seams.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.great_circles import (
    CHORD_TOLERANCE_DEG,
    Rings,
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
    "polygons_from_joined_rings",
    "polygons_from_rings",
    "unit_vectors",
    "united",
]

Shapes = NDArray[np.object_]
FloatArray = NDArray[np.float64]

_LEAST_TURN_DEG2 = 1e-11


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
    known = np.isfinite(lons) & np.isfinite(lats)
    return polygons_from_joined_rings(
        lons[known], lats[known], known.sum(axis=1), interior_on_left=interior_on_left
    )


def polygons_from_joined_rings(
    lon_e: FloatArray, lat: FloatArray, lengths: NDArray[np.intp], *, interior_on_left: bool
) -> Shapes:
    """The same for rings of any lengths, one after the other.

    Args:
        lon_e, lat: (m,) all vertices, none unknown.
        lengths: (n,) how many of them each ring has.
    """
    lengths = np.asarray(lengths, dtype=np.intp)
    ends = np.cumsum(lengths)
    closed = np.zeros(len(lengths), dtype=bool)
    filled = np.flatnonzero(lengths > 1)
    first, last = (ends - lengths)[filled], ends[filled] - 1
    closed[filled] = (lon_e[first] == lon_e[last]) & (lat[first] == lat[last])
    some = lengths - closed >= 3
    used = np.repeat(some, lengths)
    used[ends[closed] - 1] = False
    shapes = np.full(len(lengths), None, dtype=object)
    if some.any():
        rings = Rings.of(wrap_180(lon_e[used]), lat[used], (lengths - closed)[some])
        shapes[some] = _polygons(rings, interior_on_left)
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


def _polygons(rings: Rings, oriented: bool) -> Shapes:
    """The shapes of these rings."""
    if not oriented:
        rings = rings.turned(_run_around_the_larger_side(rings))
    rings = with_great_circle_edges(rings)
    winding = _Winding.of(rings)
    plain = ~_meets_seam_or_pole(rings) & (winding.area >= 0.0)
    shapes = np.full(len(rings.begins), None, dtype=object)
    if plain.any():
        shapes[plain] = _planar_polygons(rings.where(plain), winding.surely_simple[plain])
    if not plain.all():
        others = rings.where(~plain)
        shapes[~plain] = polygons_of_oriented_rings(others.lon, others.lat, others.owner)
    return shapes


def _run_around_the_larger_side(rings: Rings) -> NDArray[np.bool_]:
    """Where rings must be turned to run counter-clockwise around their smaller side."""
    points = unit_vectors(rings.lon, rings.lat)
    areas = np.cross(points, points[rings.following])
    towards = np.add.reduceat(areas, rings.begins) * np.add.reduceat(points, rings.begins)
    return np.asarray(towards.sum(axis=1) < 0.0)


class _Winding(NamedTuple):
    """How rings run around the middle of their vertices in lon/lat.

    Attributes:
        area: (r,) square degrees, twice; negative for clockwise rings.
        surely_simple: (r,) where each edge turns left around the middle, by more than rounding can
            hide, and all together once: no edge crosses another. Asking GEOS takes far longer.
    """

    area: FloatArray
    surely_simple: NDArray[np.bool_]

    @staticmethod
    def of(rings: Rings) -> _Winding:
        lengths = rings.lengths
        x = rings.lon - np.repeat(rings.sums(rings.lon) / lengths, lengths)
        y = rings.lat - np.repeat(rings.sums(rings.lat) / lengths, lengths)
        next_y = y[rings.following]
        cross = x * next_y - x[rings.following] * y
        rounds = np.add.reduceat(((y < 0.0) & (next_y >= 0.0)).astype(np.intp), rings.begins)
        return _Winding(rings.sums(cross), rings.all_of(cross > _LEAST_TURN_DEG2) & (rounds == 1))


def _planar_polygons(rings: Rings, surely_simple: NDArray[np.bool_]) -> Shapes:
    """Valid polygons of rings whose lon/lat edges are straight."""
    vertices = np.column_stack([rings.lon, rings.lat])
    polygons = np.asarray(
        shapely.polygons(shapely.linearrings(vertices, indices=rings.owner)), dtype=object
    )
    polygons[~surely_simple] = mended(polygons[~surely_simple])
    return polygons


def _meets_seam_or_pole(rings: Rings) -> NDArray[np.bool_]:
    """Where an edge steps over the antimeridian, as every ring around a pole does."""
    return ~rings.all_of(np.abs(rings.lon[rings.following] - rings.lon) < 180.0)
