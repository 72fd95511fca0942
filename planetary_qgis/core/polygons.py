"""Rings and boxes on a sphere as valid lon/lat shapes.

Longitudes are east-positive, latitudes planetocentric, both in degrees. What crosses the
antimeridian is split there, what holds a pole reaches it (seams.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.seams import lines_of_tracks, mended, polygons_of_oriented_rings

Shapes = NDArray[np.object_]
FloatArray = NDArray[np.float64]

CHORD_TOLERANCE_DEG = 1e-3
"""How far a straight lon/lat edge may run from the great circle that it stands for."""
_MOST_PARTS_OF_AN_EDGE = 64
_AT_POLE_DEG = 1e-9


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


def unit_vectors(lon_e: FloatArray, lat: FloatArray) -> FloatArray:
    """(…, 3) directions of points on a sphere."""
    lon, lat = np.radians(lon_e), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _fill(
    shapes: Shapes, rows: NDArray[np.intp], lon: FloatArray, lat: FloatArray, oriented: bool
) -> None:
    """Put the polygons of equally long rings without NaN into their rows of `shapes`."""
    if lon.shape[1] < 3:
        return
    if (lon[:, 0] == lon[:, -1]).all() and (lat[:, 0] == lat[:, -1]).all():
        _fill(shapes, rows, lon[:, :-1], lat[:, :-1], oriented)
        return
    if not oriented:
        lon, lat = _smaller_side_on_left(lon, lat)
    parts = _parts_of_edges(lon, lat)
    plain = (parts == 1).all(axis=1) & ~_meets_seam_or_pole(lon) & _counter_clockwise(lon, lat)
    if plain.any():
        rings = np.stack([lon[plain], lat[plain]], axis=-1)
        polygons = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
        shapes[rows[plain]] = mended(polygons)
    if not plain.all():
        ring = _with_great_circle_edges(lon[~plain], lat[~plain], parts[~plain])
        shapes[rows[~plain]] = polygons_of_oriented_rings(*ring)


def _smaller_side_on_left(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rings turned so that they run counter-clockwise around their smaller side."""
    points = unit_vectors(lon, lat)
    area_vectors = np.cross(points, np.roll(points, -1, axis=1)).sum(axis=1)
    clockwise = np.einsum("ij,ij->i", area_vectors, points.sum(axis=1)) < 0.0
    turned_lon = np.where(clockwise[:, None], lon[:, ::-1], lon)
    turned_lat = np.where(clockwise[:, None], lat[:, ::-1], lat)
    return turned_lon, turned_lat


def _meets_seam_or_pole(lon: FloatArray) -> NDArray[np.bool_]:
    """Where an edge steps over the antimeridian, as every ring around a pole does."""
    return np.asarray((np.abs(np.roll(lon, -1, axis=1) - lon) >= 180.0).any(axis=1))


def _counter_clockwise(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    """Where a ring runs counter-clockwise in lon/lat; the others hold what lies outside."""
    cross = lon * np.roll(lat, -1, axis=1) - np.roll(lon, -1, axis=1) * lat
    return np.asarray(cross.sum(axis=1) >= 0.0)


def _parts_of_edges(lon: FloatArray, lat: FloatArray) -> NDArray[np.intp]:
    """Into how many parts each edge must be cut to stay near its great circle."""
    start, end = unit_vectors(lon, lat), unit_vectors(np.roll(lon, -1, -1), np.roll(lat, -1, -1))
    middle = start + end
    true_lat = np.degrees(np.arctan2(middle[..., 2], np.hypot(middle[..., 0], middle[..., 1])))
    straight_lat = (lat + np.roll(lat, -1, -1)) / 2.0
    true_lon = np.degrees(np.arctan2(middle[..., 1], middle[..., 0]))
    half_way = np.abs(wrap_180(true_lon - lon))
    straight_half = np.abs(wrap_180(np.roll(lon, -1, -1) - lon)) / 2.0
    off_lon = (half_way - straight_half) * np.cos(np.radians(true_lat))
    deviation = np.hypot(true_lat - straight_lat, off_lon)
    parts = np.ceil(np.sqrt(deviation / CHORD_TOLERANCE_DEG)).astype(int)
    return np.asarray(np.clip(parts, 1, _MOST_PARTS_OF_AN_EDGE), dtype=np.intp)


def _with_great_circle_edges(
    lon: FloatArray, lat: FloatArray, parts: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Longitudes, latitudes and ring numbers of all vertices, with those added along long edges."""
    at_pole = 90.0 - np.abs(lat) < _AT_POLE_DEG
    parts = np.where(at_pole | np.roll(at_pole, -1, axis=1), 1, parts)
    edges = parts.ravel()
    edge = np.repeat(np.arange(edges.size), edges)
    step = np.arange(edge.size) - np.repeat(np.cumsum(edges) - edges, edges)
    start, end = unit_vectors(lon, lat), unit_vectors(np.roll(lon, -1, 1), np.roll(lat, -1, 1))
    share = (step / edges[edge])[:, None]
    between = _along_great_circle(start.reshape(-1, 3)[edge], end.reshape(-1, 3)[edge], share)
    given = step == 0
    found_lon = np.degrees(np.arctan2(between[:, 1], between[:, 0]))
    found_lat = np.degrees(np.arctan2(between[:, 2], np.hypot(between[:, 0], between[:, 1])))
    ring_lon = np.where(given, lon.ravel()[edge], found_lon)
    ring_lat = np.where(given, lat.ravel()[edge], found_lat)
    owner = edge // lon.shape[1]
    return (
        _with_pole_edges(ring_lon, ring_lat, owner)
        if at_pole.any()
        else (ring_lon, ring_lat, owner)
    )


def _with_pole_edges(
    lon: FloatArray, lat: FloatArray, owner: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """The same rings, a vertex on a pole drawn out to an edge from neighbour to neighbour."""
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    ends = np.append(begins[1:], len(owner)) - 1
    before, after = np.arange(len(lon)) - 1, np.arange(len(lon)) + 1
    before[begins], after[ends] = ends, begins
    poles = np.flatnonzero(90.0 - np.abs(lat) < _AT_POLE_DEG)
    arriving = lon.copy()
    arriving[poles] = lon[before[poles]]
    return (
        np.insert(arriving, poles + 1, lon[after[poles]]),
        np.insert(lat, poles + 1, lat[poles]),
        np.insert(owner, poles + 1, owner[poles]),
    )


def _along_great_circle(start: FloatArray, end: FloatArray, share: FloatArray) -> FloatArray:
    """Directions at shares of the way, by spherical linear interpolation."""
    chord = np.linalg.norm(end - start, axis=-1, keepdims=True)
    angle = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
    scale = np.maximum(np.sin(angle), 1e-300)
    between = np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end
    return np.where(angle > 1e-12, between / scale, start)
