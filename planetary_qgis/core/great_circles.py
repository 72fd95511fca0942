"""Edges of rings as great circles: where they need vertices in between, and those vertices.

Longitudes are east-positive, latitudes planetocentric, both in degrees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180

FloatArray = NDArray[np.float64]

CHORD_TOLERANCE_DEG = 1e-3
"""How far a straight lon/lat edge may run from the great circle that it stands for."""
_MOST_PARTS_OF_AN_EDGE = 64
_AT_POLE_DEG = 1e-9


def unit_vectors(lon_e: FloatArray, lat: FloatArray) -> FloatArray:
    """(…, 3) directions of points on a sphere."""
    lon, lat = np.radians(lon_e), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def parts_of_edges(lon: FloatArray, lat: FloatArray, points: FloatArray) -> NDArray[np.intp]:
    """Into how many parts each edge must be cut to stay near its great circle.

    Args:
        lon, lat: (n, k) open rings.
        points: (n, k, 3) their unit vectors.
    """
    start = _Vertices(lon, lat, points)
    end = _Vertices(*(np.roll(part, -1, axis=1) for part in (lon, lat, points)))
    parts = np.ones(lon.shape, dtype=np.intp)
    bent = ~_surely_straight(start, end)
    start, end = start.some(bent), end.some(bent)
    middle = _half_way(start, end)
    # Over the equator an edge swings to both sides: its middle is straight, its halves are not.
    halves = [(start, middle), (middle, end)]
    of_halves = [_deviation(a, b, _half_way(a, b)) for a, b in halves]
    deviation = np.maximum(_deviation(start, end, middle), 4.0 * np.maximum(*of_halves))
    needed = np.ceil(np.sqrt(deviation / CHORD_TOLERANCE_DEG)).astype(np.intp)
    parts[bent] = np.clip(needed, 1, _MOST_PARTS_OF_AN_EDGE)
    return parts


def with_great_circle_edges(
    lon: FloatArray, lat: FloatArray, points: FloatArray, parts: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Longitudes, latitudes and ring numbers of all vertices, with those added along long edges.

    Args:
        lon, lat, points: As above.
        parts: Into how many each edge is cut; the one from the last vertex back is the last.
    """
    at_pole = 90.0 - np.abs(lat) < _AT_POLE_DEG
    parts = np.where(at_pole | np.roll(at_pole, -1, axis=1), 1, parts)
    edges = parts.ravel()
    edge = np.repeat(np.arange(edges.size), edges)
    step = np.arange(edge.size) - np.repeat(np.cumsum(edges) - edges, edges)
    added = np.flatnonzero(step)
    start, end = points.reshape(-1, 3), np.roll(points, -1, axis=1).reshape(-1, 3)
    share = (step[added] / edges[edge[added]])[:, None]
    between = _along_great_circle(start[edge[added]], end[edge[added]], share)
    ring_lon, ring_lat = lon.ravel()[edge], lat.ravel()[edge]
    ring_lon[added] = np.degrees(np.arctan2(between[:, 1], between[:, 0]))
    ring_lat[added] = np.degrees(np.arctan2(between[:, 2], np.hypot(between[:, 0], between[:, 1])))
    owner = edge // lon.shape[1]
    return (
        _with_pole_edges(ring_lon, ring_lat, owner)
        if at_pole.any()
        else (ring_lon, ring_lat, owner)
    )


class _Vertices(NamedTuple):
    """Points on the sphere, in degrees and as (…, 3) unit vectors."""

    lon: FloatArray
    lat: FloatArray
    points: FloatArray

    def some(self, rows: NDArray[np.bool_]) -> _Vertices:
        return _Vertices(self.lon[rows], self.lat[rows], self.points[rows])


def _surely_straight(start: _Vertices, end: _Vertices) -> NDArray[np.bool_]:
    """Where an edge stays near its great circle by an upper bound that needs no trigonometry.

    With half steps d, e and the latitude p, the great circle is half way off by less than
    sin(p) (1/cos d - 1) in latitude and sin(p) tan(d) tan(e) in longitude, wherever
    tan(p) tan(e) < 1. The factors are what these functions need up to 0.1 radians, and what the
    half nearer to the pole needs where it is more bent than the whole.
    """
    half_lon = np.radians(np.abs(wrap_180(end.lon - start.lon))) / 2.0
    half_lat = np.radians(np.abs(end.lat - start.lat)) / 2.0
    height = np.maximum(np.abs(start.points[..., 2]), np.abs(end.points[..., 2]))
    bound = 1.5 * height * half_lon * (0.51 * half_lon + 1.01 * half_lat)
    small = (half_lon < 0.1) & (half_lat < 0.1) & (height < 0.99)
    return np.asarray(small & (bound < np.radians(CHORD_TOLERANCE_DEG)))


def _half_way(start: _Vertices, end: _Vertices) -> _Vertices:
    """The middles of great-circle edges."""
    middle = start.points + end.points
    x, y, z = np.moveaxis(middle, -1, 0)
    lengths = np.maximum(np.linalg.norm(middle, axis=-1, keepdims=True), 1e-300)
    return _Vertices(
        np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y))), middle / lengths
    )


def _deviation(start: _Vertices, end: _Vertices, middle: _Vertices) -> FloatArray:
    """How many degrees straight lon/lat edges are off half way."""
    half_way = np.abs(wrap_180(middle.lon - start.lon))
    straight_half = np.abs(wrap_180(end.lon - start.lon)) / 2.0
    off_lon = (half_way - straight_half) * np.cos(np.radians(middle.lat))
    return np.asarray(np.hypot(middle.lat - (start.lat + end.lat) / 2.0, off_lon))


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
