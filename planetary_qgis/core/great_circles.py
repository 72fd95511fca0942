"""Edges of rings as great circles: where they need vertices in between, and those vertices.

Longitudes are east-positive, latitudes planetocentric, both in degrees.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

CHORD_TOLERANCE_DEG = 1e-3
"""How far a straight lon/lat edge may run from the great circle that it stands for."""
_MOST_PARTS_OF_AN_EDGE = 64
_AT_POLE_DEG = 1e-9
_SHORT_CHORD = 0.2


class Rings(NamedTuple):
    """Open rings of any lengths, one after the other.

    Attributes:
        lon, lat: (m,) all vertices.
        begins: (r,) where each ring begins.
        following: (m,) where the next vertex of the same ring is.
    """

    lon: FloatArray
    lat: FloatArray
    begins: IntArray
    following: IntArray

    @staticmethod
    def of(lon: FloatArray, lat: FloatArray, lengths: IntArray) -> Rings:
        """Rings of so many vertices each, none of them empty."""
        ends = np.cumsum(lengths)
        begins = ends - lengths
        following = np.arange(1, len(lon) + 1)
        following[ends - 1] = begins
        return Rings(lon, lat, begins, following)

    @property
    def lengths(self) -> IntArray:
        return np.diff(np.append(self.begins, len(self.lon)))

    @property
    def owner(self) -> IntArray:
        """(m,) the number of each vertex's ring."""
        return np.repeat(np.arange(len(self.begins)), self.lengths)

    def where(self, kept: NDArray[np.bool_]) -> Rings:
        """The rings that are kept."""
        if kept.all():
            return self
        vertices = np.repeat(kept, self.lengths)
        return Rings.of(self.lon[vertices], self.lat[vertices], self.lengths[kept])

    def turned(self, backwards: NDArray[np.bool_]) -> Rings:
        """The same rings, some of them run through backwards."""
        lengths = self.lengths
        place = np.arange(len(self.lon)) - np.repeat(self.begins, lengths)
        last = np.repeat(self.begins + lengths - 1, lengths)
        order = np.where(np.repeat(backwards, lengths), last - place, np.arange(len(self.lon)))
        return Rings(self.lon[order], self.lat[order], self.begins, self.following)

    def all_of(self, flags: NDArray[Any]) -> NDArray[np.bool_]:
        """(r,) where a flag holds at each vertex of a ring."""
        return np.asarray(np.logical_and.reduceat(flags, self.begins))

    def sums(self, values: FloatArray) -> FloatArray:
        """(r,) sums over each ring's vertices."""
        return np.asarray(np.add.reduceat(values, self.begins))


def unit_vectors(lon_e: FloatArray, lat: FloatArray) -> FloatArray:
    """(…, 3) directions of points on a sphere."""
    lon, lat = np.radians(lon_e), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def with_great_circle_edges(rings: Rings) -> Rings:
    """The same rings with vertices added where edges leave their great circle."""
    at_pole = 90.0 - np.abs(rings.lat) < _AT_POLE_DEG
    bound, holds = _bound_of_deviation(rings)
    parts = _parts(np.where(holds, bound, 0.0))
    unsure = np.flatnonzero(~holds)
    if len(unsure):
        after = rings.following[unsure]
        exact = _largest_deviation(_vertices(rings, unsure), _vertices(rings, after))
        parts[unsure] = np.where(at_pole[unsure] | at_pole[after], 1, _parts(exact))
    if (parts == 1).all():
        return rings
    cut = _cut_into(rings, parts)
    return _with_pole_edges(cut) if at_pole.any() else cut


def _parts(deviation_deg: FloatArray) -> IntArray:
    """Into how many parts edges must be cut that are so far off half way."""
    needed = np.ceil(np.sqrt(deviation_deg / CHORD_TOLERANCE_DEG)).astype(np.intp)
    return np.asarray(np.clip(needed, 1, _MOST_PARTS_OF_AN_EDGE))


class _Vertices(NamedTuple):
    """Points on the sphere, in degrees and as (…, 3) unit vectors."""

    lon: FloatArray
    lat: FloatArray
    points: FloatArray


def _vertices(rings: Rings, which: IntArray) -> _Vertices:
    lon, lat = rings.lon[which], rings.lat[which]
    return _Vertices(lon, lat, unit_vectors(lon, lat))


def _bound_of_deviation(rings: Rings) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Degrees that no edge is off its great circle, without trigonometry; and where that holds.

    With half steps d, e and the latitude p, the great circle is half way off by less than
    sin(p) (1/cos d - 1) in latitude and sin(p) tan(d) tan(e) in longitude, wherever
    tan(p) tan(e) < 1. The factors are what these functions need up to 0.1 radians, and what the
    half nearer to the pole needs where it is more bent than the whole.
    """
    across = np.abs(rings.lon[rings.following] - rings.lon)
    half_lon = np.radians(np.minimum(across, np.abs(360.0 - across))) / 2.0
    half_lat = np.radians(np.abs(rings.lat[rings.following] - rings.lat)) / 2.0
    height = np.abs(np.sin(np.radians(rings.lat)))
    height = np.maximum(height, height[rings.following])
    bound = 1.5 * height * half_lon * np.sqrt((0.51 * half_lon) ** 2 + (1.01 * half_lat) ** 2)
    return np.degrees(bound), (half_lon < 0.1) & (half_lat < 0.1) & (height < 0.99)


def _largest_deviation(start: _Vertices, end: _Vertices) -> FloatArray:
    """How many degrees edges, or their halves as part of them, are off half way."""
    middle = _half_way(start, end)
    # Over the equator an edge swings to both sides: its middle is straight, its halves are not.
    halves = [(start, middle), (middle, end)]
    of_halves = [_deviation(a, b, _half_way(a, b)) for a, b in halves]
    return np.maximum(_deviation(start, end, middle), 4.0 * np.maximum(*of_halves))


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


def _cut_into(rings: Rings, parts: IntArray) -> Rings:
    """The same rings, each edge cut into so many parts along its great circle."""
    edge = np.repeat(np.arange(len(parts)), parts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    added = np.flatnonzero(step)
    before = edge[added]
    after = rings.following[before]
    needed = np.zeros(len(parts), dtype=bool)
    needed[before] = needed[after] = True
    points = np.empty((len(parts), 3))
    points[needed] = unit_vectors(rings.lon[needed], rings.lat[needed])
    share = (step[added] / parts[before])[:, None]
    between = _along_great_circle(points[before], points[after], share)
    lon, lat = rings.lon[edge], rings.lat[edge]
    lon[added] = np.degrees(np.arctan2(between[:, 1], between[:, 0]))
    lat[added] = np.degrees(np.arctan2(between[:, 2], np.hypot(between[:, 0], between[:, 1])))
    return Rings.of(lon, lat, np.add.reduceat(parts, rings.begins))


def _with_pole_edges(rings: Rings) -> Rings:
    """The same rings, a vertex on a pole drawn out to an edge from neighbour to neighbour."""
    before = np.empty_like(rings.following)
    before[rings.following] = np.arange(len(before))
    poles = np.flatnonzero(90.0 - np.abs(rings.lat) < _AT_POLE_DEG)
    arriving = rings.lon.copy()
    arriving[poles] = rings.lon[before[poles]]
    added = np.bincount(rings.owner[poles], minlength=len(rings.begins))
    return Rings.of(
        np.insert(arriving, poles + 1, rings.lon[rings.following[poles]]),
        np.insert(rings.lat, poles + 1, rings.lat[poles]),
        rings.lengths + added,
    )


def _along_great_circle(start: FloatArray, end: FloatArray, share: FloatArray) -> FloatArray:
    """Directions at shares of the way, of any length.

    Short ways go along the chord, which is nearly as even; long ones by spherical linear
    interpolation.
    """
    between = start + share * (end - start)
    chord_squared = np.einsum("ni,ni->n", end - start, end - start)
    long = np.flatnonzero(chord_squared > _SHORT_CHORD**2)
    if len(long):
        angle = 2.0 * np.arcsin(np.minimum(np.sqrt(chord_squared[long]) / 2.0, 1.0))[:, None]
        between[long] = (
            np.sin((1.0 - share[long]) * angle) * start[long]
            + np.sin(share[long] * angle) * end[long]
        )
    return between
