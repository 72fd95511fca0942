"""Areas on the sphere of rings whose edges are straight in the plane of a map.

A vertex on a straight edge changes no area, so that units add up to what they divide. Rings in
degrees have a closed formula. Of others, areas are those of great circles from vertex to vertex
and of the triangles between those and what is drawn: halved on until the rest is negligible.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.sphere_measures import below_great_circle, below_straight

FloatArray = NDArray[np.float64]
Indices = NDArray[np.intp]
ToSphere = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

_SAME_LATITUDE_DEG = 1e-9
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)  # type: ignore[no-untyped-call]
_LONGEST = 0.25
"""Radii of the body: longer edges are cut, so that no piece goes half around it."""
_MOST_PIECES = 1000
_TOLERANCE = 1e-11
"""Of a ring's area, for each piece of an edge."""
_SLIM = 1e-6
"""Of the square of its length: rings of less area are measured as if they had that."""
_BLIND = 0.01
"""Of the fifth power of a piece: it may bend both ways, so that its middle shows nothing."""
_MOST_HALVINGS = 16
_SMALL = 1.0
"""Radii of the body around: rings that are less are in one hemisphere."""
_HALF_THE_BODY = 2.0 * np.pi
_SHARE_OF_A_STEP = 1e-6


def areas_in_degrees(points: FloatArray, ring: Indices, to_sphere: ToSphere) -> FloatArray:
    """Steradians in each of closed rings that are drawn in longitudes and latitudes.

    Args:
        points: (n, 2) vertices of all rings.
        ring: (n,) which ring each belongs to, in order.
    """
    lat = to_sphere(points[:, 0], points[:, 1])[1]
    start, end = _edges(ring)
    across = points[end, 0] - points[start, 0]
    if np.abs(lat - points[:, 1]).max(initial=0.0) <= _SAME_LATITUDE_DEG:
        below = below_straight(across, lat[start], lat[end])
    else:  # planetographic latitudes
        share = (1.0 + _NODES)[:, None, None] / 2.0
        nodes = (points[start] + share * (points[end] - points[start])).reshape(-1, 2)
        sines = np.sin(np.radians(to_sphere(nodes[:, 0], nodes[:, 1])[1]))
        below = np.radians(across) * (_WEIGHTS / 2.0 @ sines.reshape(len(_NODES), -1))
    return np.abs(_sums(ring[start], below, _count(ring)))


def areas_in_plane(
    points: FloatArray, ring: Indices, to_sphere: ToSphere, longest: float
) -> FloatArray:
    """Steradians in each of closed rings that are drawn in a projection.

    Args:
        points: (n, 2) vertices of all rings.
        ring: (n,) which ring each belongs to, in order.
        longest: The body's radius, in units of the plane.
    """
    points, ring = _cut(points, ring, _LONGEST * longest)
    count = _count(ring)
    start, end = _edges(ring)
    of = ring[start]
    lon, lat = to_sphere(points[:, 0], points[:, 1])
    directions = unit_vectors(lon, lat)
    length = _sums(of, np.linalg.norm(directions[end] - directions[start], axis=1), count)
    across = wrap_180(lon[end] - lon[start])
    left = -_sums(of, below_great_circle(across, lat[start], lat[end]), count)
    goes_round = np.abs(_sums(of, across, count)) > 180.0  # a pole
    left[goes_round] += 2.0 * np.pi
    small = length < _SMALL
    left[small] = _fans(directions, ring, (start, end), count)[small]
    goes_round &= ~small
    known = np.maximum(np.abs(left), _SLIM * length**2)
    left += _bends(points[start], points[end], directions, (start, end), of, known, to_sphere)
    plane = _plane_areas(points, start, end, of, count)
    may_be_most = goes_round | (np.abs(plane) > _HALF_THE_BODY * longest**2)
    areas = np.abs(left)
    for each in np.flatnonzero(may_be_most):
        first = points[np.searchsorted(ring, each)]
        signed = left[each] * np.sign(plane[each]) * _handedness(first, to_sphere, longest)
        areas[each] = signed if signed >= 0.0 else 4.0 * np.pi + signed
    return areas


def _edges(ring: Indices) -> tuple[Indices, Indices]:
    """Where edges start and end among the vertices of rings."""
    start = np.flatnonzero(ring[1:] == ring[:-1])
    return start, start + 1


def _cut(points: FloatArray, ring: Indices, longest: float) -> tuple[FloatArray, Indices]:
    """Vertices with more of them on long edges."""
    step = np.zeros_like(points)
    start, end = _edges(ring)
    step[start] = points[end] - points[start]
    needed = np.ceil(np.hypot(step[:, 0], step[:, 1]) / longest)
    pieces = np.clip(np.nan_to_num(needed, nan=1.0), 1, _MOST_PIECES).astype(np.intp)
    if not (pieces > 1).any():
        return points, ring
    vertex = np.repeat(np.arange(len(points)), pieces)
    number = np.arange(len(vertex)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number / pieces[vertex])[:, None]
    return points[vertex] + share * step[vertex], ring[vertex]


def _bends(
    start: FloatArray,
    end: FloatArray,
    directions: FloatArray,
    vertices: tuple[Indices, Indices],
    of: Indices,
    known: FloatArray,
    to_sphere: ToSphere,
) -> FloatArray:
    """What lies between the great circles of edges and the edges as drawn, by ring.

    The triangles of the next halves are a quarter of those before, but for what bends and lengths
    add to it: so all smaller triangles together are a third of the last ones.
    """
    from_direction, to_direction = directions[vertices[0]], directions[vertices[1]]
    bends = np.zeros(len(known))
    for _ in range(_MOST_HALVINGS):
        middle = (start + end) / 2.0
        over = unit_vectors(*to_sphere(middle[:, 0], middle[:, 1]))
        triangle = _triangles(from_direction, over, to_direction)
        way = np.linalg.norm(over - from_direction, axis=1)
        way += np.linalg.norm(over - to_direction, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = np.where(way > 0.0, 12.0 * triangle / way**2, 0.0)
        rest = np.abs(triangle) * (way**2 + turn**2) + _BLIND * way**5
        on = rest > _TOLERANCE * known[of]
        bends += _sums(of, np.where(on, triangle, triangle * 4.0 / 3.0), len(known))
        if not on.any():
            break
        start, end = (
            np.concatenate([start[on], middle[on]]),
            np.concatenate([middle[on], end[on]]),
        )
        from_direction, to_direction = (
            np.concatenate([from_direction[on], over[on]]),
            np.concatenate([over[on], to_direction[on]]),
        )
        of = np.concatenate([of[on], of[on]])
    return bends


def _fans(
    directions: FloatArray, ring: Indices, edges: tuple[Indices, Indices], count: int
) -> FloatArray:
    """Signed areas of rings of great circles, of triangles towards their middles.

    They keep the digits that lengths of meridians lose of small rings, and know no poles.
    """
    middle = np.column_stack([_sums(ring, each, count) for each in directions.T])
    with np.errstate(divide="ignore", invalid="ignore"):
        middle /= np.linalg.norm(middle, axis=1)[:, None]
    start, end = edges
    of = ring[start]
    return _sums(of, _triangles(middle[of], directions[start], directions[end]), count)


def _triangles(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Signed steradians of triangles on the sphere, positive counter-clockwise from outside.

    Source: Van Oosterom and Strackee 1983.
    """
    (ux, uy, uz), (vx, vy, vz) = (b - a).T, (c - a).T
    volume = a[:, 0] * (uy * vz - uz * vy)
    volume += a[:, 1] * (uz * vx - ux * vz)
    volume += a[:, 2] * (ux * vy - uy * vx)
    cosines = np.einsum("ij,ij->i", a, b + c) + np.einsum("ij,ij->i", b, c)
    return np.asarray(2.0 * np.arctan2(volume, 1.0 + cosines))


def _plane_areas(
    points: FloatArray, start: Indices, end: Indices, of: Indices, count: int
) -> FloatArray:
    """Signed areas in the plane, positive counter-clockwise."""
    middle = points.mean(axis=0) if len(points) else np.zeros(2)
    a, b = points[start] - middle, points[end] - middle
    return _sums(of, (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2.0, count)


def _handedness(place: FloatArray, to_sphere: ToSphere, longest: float) -> float:
    """1 where the plane is the sphere seen from outside, -1 where it is mirrored."""
    step = _SHARE_OF_A_STEP * longest
    x, y = place[0] + np.array([0.0, step, 0.0]), place[1] + np.array([0.0, 0.0, step])
    here, east, north = unit_vectors(*to_sphere(x, y))
    return -1.0 if here @ np.cross(east - here, north - here) < 0.0 else 1.0


def _count(ring: Indices) -> int:
    return int(ring[-1]) + 1 if len(ring) else 0


def _sums(of: Indices, values: FloatArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(of, weights=values, minlength=count), dtype=float)
