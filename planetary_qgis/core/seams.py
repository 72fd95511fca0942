"""Rings and lines whose longitudes run on past ±180°, cut there and closed over the poles.

Many at once, by shapely's vectorised set operations. (The antimeridian library takes milliseconds a
ring, a hundred times what a footprint takes to compute; the tests hold this module to its answers.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Shapes = NDArray[np.object_]

_WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)


def polygons_of_oriented_rings(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Valid shapes of rings that run counter-clockwise around their interiors, seen from above.

    Args:
        lon, lat: All rings' vertices, one ring after the other, open, in degrees.
        owner: The number of each vertex's ring: 0, 0, …, 1, 1, …
    """
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    ends = np.append(begins[1:], len(owner)) - 1
    turn = _turns(lon, begins, ends, owner)
    around = np.flatnonzero(turn)
    if len(around):
        order = _begun_nearest_to_pole(lat, begins, ends, owner, turn)
        lon, lat = lon[order], lat[order]
    unwrapped = _unwrapped(lon, begins, owner)
    # East with the interior on the left is around the north pole: the ring goes on over that pole.
    over = np.stack(
        [
            np.stack([unwrapped[begins] + 360.0 * turn, lat[begins]], axis=1),
            np.stack([unwrapped[begins] + 360.0 * turn, 90.0 * turn], axis=1),
            np.stack([unwrapped[begins], 90.0 * turn], axis=1),
        ],
        axis=1,
    )[around]
    vertices = np.insert(
        np.stack([unwrapped, lat], axis=1),
        np.repeat(ends[around] + 1, 3),
        over.reshape(-1, 2),
        axis=0,
    )
    owners = np.insert(owner, np.repeat(ends[around] + 1, 3), np.repeat(around, 3))
    polygons = mended(shapely.polygons(shapely.linearrings(vertices, indices=owners)))
    outside = _reach_outside(polygons)
    polygons[outside] = _cut(polygons[outside], shapely.GeometryType.POLYGON)
    inside_out = (turn == 0) & ~_runs_counter_clockwise(vertices, owners, len(begins))
    polygons[inside_out] = shapely.difference(_WORLD, polygons[inside_out])
    changed = outside | inside_out
    polygons[changed] = mended(polygons[changed])
    return polygons


def lines_of_tracks(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Lines through vertices, in parts where they pass the antimeridian; arguments as above."""
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    vertices = np.stack([_unwrapped(lon, begins, owner), lat], axis=1)
    lines = np.asarray(shapely.linestrings(vertices, indices=owner), dtype=object)
    outside = _reach_outside(lines)
    lines[outside] = _cut(lines[outside], shapely.GeometryType.LINESTRING)
    return lines


def mended(polygons: Shapes) -> Shapes:
    """The same shapes, with rings that cross themselves made into valid polygons; None if empty."""
    broken = ~shapely.is_valid(polygons) & ~shapely.is_missing(polygons)
    if not broken.any():
        return polygons
    whole = polygons.copy()
    whole[broken] = _parts_of_kind(
        shapely.make_valid(polygons[broken]), shapely.GeometryType.POLYGON
    )
    return whole


def _turns(lon: FloatArray, begins: IntArray, ends: IntArray, owner: IntArray) -> FloatArray:
    """How often each ring goes around eastwards: 1, 0 or -1."""
    unwrapped = _unwrapped(lon, begins, owner)
    closing = _half_turn(lon[begins] - lon[ends])
    return np.asarray(np.round((unwrapped[ends] + closing - unwrapped[begins]) / 360.0))


def _begun_nearest_to_pole(
    lat: FloatArray, begins: IntArray, ends: IntArray, owner: IntArray, turn: FloatArray
) -> IntArray:
    """The vertices' order in which rings around a pole begin at their vertex nearest to it.

    Rings are closed along the meridian of their first vertex; parts of a ring that fold back
    between another one and the pole would cross that.
    """
    nearness = lat * turn[owner]
    by_ring = np.lexsort((np.arange(len(owner)), -nearness, owner))
    shift = (by_ring[begins] - begins)[owner]
    length = (ends - begins + 1)[owner]
    place = np.arange(len(owner)) - begins[owner]
    return np.asarray(begins[owner] + (place + shift) % length)


def _unwrapped(lon: FloatArray, begins: IntArray, owner: IntArray) -> FloatArray:
    """Longitudes that run on past ±180°, from the first vertex of each ring."""
    steps = _half_turn(np.diff(lon, prepend=lon[:1]))
    steps[begins] = 0.0
    travelled = np.cumsum(steps)
    since_begin = travelled - travelled[begins][owner]
    # From the vertex's own longitude, so that no digit is lost to the sum.
    turns = np.round((lon[begins][owner] + since_begin - lon) / 360.0)
    return np.asarray(lon + 360.0 * turns)


def _half_turn(difference: FloatArray) -> FloatArray:
    return np.asarray((difference + 180.0) % 360.0 - 180.0)


def _runs_counter_clockwise(vertices: FloatArray, owners: IntArray, count: int) -> NDArray[Any]:
    x, y = vertices[:, 0], vertices[:, 1]
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    following = np.arange(1, len(owners) + 1)
    following[np.append(begins[1:], len(owners)) - 1] = begins
    cross = x * y[following] - x[following] * y
    return np.bincount(owners, weights=cross, minlength=count) >= 0.0


def _reach_outside(shapes: Shapes) -> NDArray[np.bool_]:
    """Where shapes go beyond ±180°; not where there is none."""
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, 0] < -180.0) | (bounds[:, 2] > 180.0))


def _cut(shapes: Shapes, kind: shapely.GeometryType) -> Shapes:
    """Shapes of unwrapped longitudes, brought into [-180, 180] part by part."""
    if not len(shapes):
        return shapes
    pieces = []
    for turn in _turns_back(shapes):
        window = shapely.box(-180.0 - turn, -90.0, 180.0 - turn, 90.0)
        pieces.append(_moved(shapely.intersection(shapes, window), turn))
    return _parts_of_kind(shapely.geometrycollections(np.stack(pieces, axis=1)), kind)


def _turns_back(shapes: Shapes) -> list[float]:
    """Degrees by which parts of the shapes have to move; a ring around a pole may fold far out."""
    bounds = shapely.bounds(shapes)
    first = np.floor((np.nanmin(bounds[:, 0]) + 180.0) / 360.0)
    last = np.ceil((np.nanmax(bounds[:, 2]) - 180.0) / 360.0)
    return [-360.0 * turn for turn in range(int(first), int(last) + 1)]


def _moved(shapes: Shapes, degrees: float) -> Shapes:
    if degrees == 0.0:
        return shapes
    shift = np.array([degrees, 0.0])
    return np.asarray(shapely.transform(shapes, lambda vertices: vertices + shift), dtype=object)


def _parts_of_kind(shapes: Shapes, kind: shapely.GeometryType) -> Shapes:
    """Of each shape its parts of one kind, None where it has none, a multi-shape of several."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owners = owners[inner]
    right = (shapely.get_type_id(parts) == kind) & ~shapely.is_empty(parts)
    parts, owners = parts[right], owners[right]
    gathered = np.full(len(shapes), None, dtype=object)
    together = (
        shapely.multipolygons if kind == shapely.GeometryType.POLYGON else shapely.multilinestrings
    )
    if len(parts):
        together(parts, indices=owners, out=gathered)
    single = np.bincount(owners, minlength=len(shapes)) == 1
    gathered[single] = shapely.get_geometry(gathered[single], 0)
    return gathered
