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
    turn = _turns(lon, begins, np.append(begins[1:], len(owner)) - 1, owner)
    polygons = np.full(len(begins), None, dtype=object)
    around = turn != 0.0
    if around.any():
        vertices = around[owner]
        polygons[around] = _around_poles(lon[vertices], lat[vertices], owner[vertices], turn)
    if not around.all():
        vertices = ~around[owner]
        polygons[~around] = _beside_poles(lon[vertices], lat[vertices], owner[vertices])
    return polygons


def _beside_poles(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Shapes of rings with no pole inside, or with both."""
    begins, _, ring, following = _bounds(owner)
    polygons = np.full(len(begins), None, dtype=object)
    crosses = np.isfinite(_seam_latitudes(lon, lat, following, _senses(lon, following)))
    twice = np.add.reduceat(crosses.astype(np.intp), begins) == 2
    if twice.any():
        vertices = twice[ring]
        polygons[twice] = _halves(lon[vertices], lat[vertices], ring[vertices])
    left = shapely.is_missing(polygons)
    if left.any():
        vertices = left[ring]
        polygons[left] = _cut_by_windows(lon[vertices], lat[vertices], ring[vertices])
    return polygons


def _bounds(owner: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Rings' first vertices and lengths; each vertex's ring by its place, and the next vertex."""
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    lengths = np.diff(np.append(begins, len(owner)))
    following = np.arange(1, len(owner) + 1)
    following[begins + lengths - 1] = begins
    return begins, lengths, np.repeat(np.arange(len(begins)), lengths), following


def _halves(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Shapes of rings that cross the antimeridian twice; None where the halves are not simple."""
    begins, lengths, ring, following = _bounds(owner)
    senses = _senses(lon, following)
    latitudes = _seam_latitudes(lon, lat, following, senses)
    first, second = np.flatnonzero(np.isfinite(latitudes)).reshape(-1, 2).T
    shift = (first + 1 - begins)[ring]
    order = begins[ring] + (np.arange(len(lon)) - begins[ring] + shift) % lengths[ring]
    # Each half begins where the ring has just crossed, and ends where it crosses back.
    middles = begins + second - first
    at = np.stack([begins, middles, middles, begins + lengths], axis=1).ravel()
    seam = 180.0 * senses[first]
    seams = np.stack([-seam, -seam, seam, seam], axis=1).ravel()
    at_first, at_second = latitudes[first], latitudes[second]
    heights = np.stack([at_first, at_second, at_second, at_first], axis=1).ravel()
    vertices = np.stack(
        [np.insert(lon[order], at, seams), np.insert(lat[order], at, heights)], axis=1
    )
    halves = np.stack([second - first, lengths - (second - first)], axis=1).ravel() + 2
    owners = np.repeat(np.arange(len(halves)), halves)
    polygons = shapely.polygons(shapely.linearrings(vertices, indices=owners))
    simple = shapely.is_valid(polygons) & _runs_counter_clockwise(vertices, owners, len(halves))
    whole = simple.reshape(-1, 2).all(axis=1)
    joined = np.full(len(begins), None, dtype=object)
    joined[whole] = shapely.multipolygons(polygons.reshape(-1, 2)[whole])
    return joined


def _cut_by_windows(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Shapes of rings that cross the antimeridian anyhow."""
    begins, _, ring, _ = _bounds(owner)
    vertices = np.stack([_unwrapped(lon, begins, ring), lat], axis=1)
    polygons = mended(shapely.polygons(shapely.linearrings(vertices, indices=ring)))
    outside = _reach_outside(polygons)
    polygons[outside] = _cut(polygons[outside], shapely.GeometryType.POLYGON)
    inside_out = ~_runs_counter_clockwise(vertices, ring, len(begins))
    polygons[inside_out] = shapely.difference(_WORLD, polygons[inside_out])
    changed = outside | inside_out
    polygons[changed] = mended(polygons[changed])
    return polygons


def _around_poles(lon: FloatArray, lat: FloatArray, owner: IntArray, turn: FloatArray) -> Shapes:
    """Shapes of rings around a pole; east with the interior on the left is around the north pole.

    Each is begun and closed where it crosses the antimeridian, nearest to its pole: parts of a ring
    that fold back between another one and the pole would cross any other line to it.
    """
    begins, lengths, ring, following = _bounds(owner)
    turn = turn[owner[begins]]
    crossing = _seam_latitudes(lon, lat, following, turn[ring])
    nearness = np.where(np.isfinite(crossing), crossing * turn[ring], -np.inf)
    last = np.lexsort((nearness, ring))[begins + lengths - 1]
    order = (
        begins[ring] + (last[ring] + 1 + np.arange(len(owner)) - 2 * begins[ring]) % lengths[ring]
    )
    unwrapped = _unwrapped(lon[order], begins, ring)
    # Ring by ring: the seam, the vertices, the seam again, and along the pole back to the start.
    at = np.stack([begins, *[begins + lengths] * 3], axis=1).ravel()
    seam, pole = 180.0 * turn, 90.0 * turn
    seams = np.stack([-seam, seam, seam, -seam], axis=1).ravel()
    heights = np.stack([crossing[last], crossing[last], pole, pole], axis=1).ravel()
    vertices = np.stack(
        [np.insert(unwrapped, at, seams), np.insert(lat[order], at, heights)], axis=1
    )
    owners = np.repeat(np.arange(len(begins)), lengths + 4)
    polygons = mended(shapely.polygons(shapely.linearrings(vertices, indices=owners)))
    outside = _reach_outside(polygons)
    polygons[outside] = mended(_cut(polygons[outside], shapely.GeometryType.POLYGON))
    return polygons


def _senses(lon: FloatArray, following: IntArray) -> FloatArray:
    """(m,) 1 where an edge runs east, -1 where it runs west."""
    return np.where(_half_turn(lon[following] - lon) >= 0.0, 1.0, -1.0)


def _seam_latitudes(
    lon: FloatArray, lat: FloatArray, following: IntArray, senses: FloatArray
) -> FloatArray:
    """(m,) where edges that run in these senses cross the antimeridian; NaN where they do not."""
    step = _half_turn(lon[following] - lon)
    crosses = (np.abs(lon + step - lon[following]) > 180.0) & (step * senses > 0.0)
    share = (180.0 * senses - lon) / np.where(crosses, step, np.nan)
    return np.asarray(lat + share * (lat[following] - lat))


def lines_of_tracks(lon: FloatArray, lat: FloatArray, owner: IntArray) -> Shapes:
    """Lines through vertices, in parts where they pass the antimeridian; arguments as above."""
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    vertices = np.stack([_unwrapped(lon, begins, owner), lat], axis=1)
    lines = np.asarray(shapely.linestrings(vertices, indices=owner), dtype=object)
    outside = _reach_outside(lines)
    lines[outside] = _cut(lines[outside], shapely.GeometryType.LINESTRING)
    return lines


def within_180(polygons: Shapes) -> Shapes:
    """Polygons whose longitudes run on past ±180°, cut there and moved into [-180, 180]."""
    whole = mended(polygons)
    outside = _reach_outside(whole)
    whole[outside] = _cut(whole[outside], shapely.GeometryType.POLYGON)
    return mended(whole)


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
    pieces: list[Shapes] = []
    for turn in _turns_back(shapes):
        window = shapely.box(-180.0 - turn, -90.0, 180.0 - turn, 90.0)
        inside = shapely.intersection(shapes, window)
        if pieces and kind == shapely.GeometryType.LINESTRING:
            # What runs along the antimeridian is in the window before as well.
            west = shapely.linestrings([[-180.0 - turn, -90.0], [-180.0 - turn, 90.0]])
            inside = shapely.difference(inside, west)
        pieces.append(_moved(inside, turn))
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
