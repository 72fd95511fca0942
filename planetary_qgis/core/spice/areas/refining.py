"""Outlines carried to the ground, with as many vertices as they bend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.areas.limb_chains import Outlines
from planetary_qgis.core.spice.areas.limb_cuts import Discs, RimSides, half_turn
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.views import Looks, Views, look_along

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Flags = NDArray[np.bool_]

OUTLINE_TOLERANCE = 2e-4
"""How far an outline may leave its true course, as a share of its extent."""
_MOST_HALVINGS = 12


def owner_of(outlines: Outlines) -> IntArray:
    """(m,) the view of each vertex."""
    return np.repeat(outlines.views, outlines.lengths)


def carried(
    views: Views, discs: Discs, local: FloatArray, on_limb: Flags, owner: IntArray
) -> FloatArray:
    """(m, 3) km: lines of sight carried to the surface; what misses it, to the limb beside it."""
    looks = look_along(views.without_attitude(owner), discs.body_fixed(local, owner)[:, None, :])
    points = looks.points[:, 0]
    beside = np.flatnonzero(on_limb | ~looks.hit[:, 0])
    points[beside] = _limb_beside(looks, beside, views.radii)
    return points


def _limb_beside(looks: Looks, which: IntArray, radii: FloatArray) -> FloatArray:
    return ellipsoid.limb_point_beside(looks.origins[which, 0], looks.directions[which, 0], radii)


def refined(views: Views, discs: Discs, outlines: Outlines, sides: RimSides | None) -> Outlines:
    """The same outlines, sides halved until great circles between their vertices follow them."""
    points = carried(views, discs, outlines.local, outlines.on_limb, owner_of(outlines))
    sphere = points / np.linalg.norm(points, axis=1, keepdims=True)
    extents = _extents(sphere, outlines.lengths)
    untested = ~outlines.along_limb
    for _ in range(_MOST_HALVINGS):
        starts = np.flatnonzero(untested)
        if not len(starts):
            break
        ring = np.repeat(np.arange(len(outlines.lengths)), outlines.lengths)
        ends = following_of(outlines.lengths)[starts]
        owner = outlines.views[ring[starts]]
        begin, end = outlines.angles[starts], outlines.angles[ends]
        angles = begin + half_turn(end - begin) / 2.0
        if sides is None:
            local = _half_way(outlines.local[starts], outlines.local[ends])
        else:
            local = sides.local(owner, angles)
        middles = carried(views, discs, local, np.zeros(len(local), dtype=bool), owner)
        middles /= np.linalg.norm(middles, axis=1, keepdims=True)
        off = _off_great_circle(sphere[starts], middles, sphere[ends])
        bent = off > OUTLINE_TOLERANCE * extents[ring[starts]]
        untested[starts[~bent]] = False
        place = starts[bent] + 1
        sphere = np.insert(sphere, place, middles[bent], axis=0)
        untested = np.insert(untested, place, True)
        outlines = _with_vertices(outlines, place, local[bent], angles[bent], ring[starts[bent]])
    return outlines


def _with_vertices(
    outlines: Outlines, place: IntArray, local: FloatArray, angles: FloatArray, ring: IntArray
) -> Outlines:
    return Outlines(
        np.insert(outlines.local, place, local, axis=0),
        np.insert(outlines.on_limb, place, False),
        np.insert(outlines.along_limb, place, False),
        np.insert(outlines.angles, place, angles),
        outlines.lengths + np.bincount(ring, minlength=len(outlines.lengths)),
        outlines.views,
    )


def following_of(lengths: IntArray) -> IntArray:
    """(m,) where the next vertex of the same outline is."""
    ends = np.cumsum(lengths)
    following = np.arange(1, int(lengths.sum()) + 1)
    following[ends - 1] = ends - lengths
    return following


def _extents(sphere: FloatArray, lengths: IntArray) -> FloatArray:
    """(r,) diagonals of the boxes around outlines."""
    begins = np.cumsum(lengths) - lengths
    spans = np.maximum.reduceat(sphere, begins) - np.minimum.reduceat(sphere, begins)
    return np.asarray(np.linalg.norm(spans, axis=1))


def _half_way(one: FloatArray, other: FloatArray) -> FloatArray:
    """Directions between two on the side of a field of view: about the middle on the ground.

    From far away a side is carried to a half circle over the chord that it cuts from the disc, and
    equal angles of that are equal ways on the ground.
    """
    first, second = one[:, :2] / one[:, 2:], other[:, :2] / other[:, 2:]
    along = second - first
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-300)
    along = along / length
    begin = (first * along).sum(axis=1, keepdims=True)
    foot = first - begin * along
    half_chord = np.sqrt(np.maximum(1.0 - (foot * foot).sum(axis=1, keepdims=True), 1e-300))
    angles = [np.arcsin(np.clip(way / half_chord, -1.0, 1.0)) for way in (begin, begin + length)]
    between = foot + half_chord * np.sin((angles[0] + angles[1]) / 2.0) * along
    return np.column_stack([between, np.ones(len(between))])


def _off_great_circle(start: FloatArray, middle: FloatArray, end: FloatArray) -> FloatArray:
    """(m,) radians between unit vectors and the great circles through two others."""
    normal = np.cross(start, end)
    length = np.linalg.norm(normal, axis=1)
    off = np.abs((normal * middle).sum(axis=1))
    return np.where(length > 1e-12, off / np.maximum(length, 1e-300), 0.0)
