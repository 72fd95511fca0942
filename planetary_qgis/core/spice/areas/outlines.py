"""From fields of view to outlines on the ground, at the limb too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes, polygons_from_joined_rings, united
from planetary_qgis.core.spice.areas.limb_chains import Outlines
from planetary_qgis.core.spice.areas.limb_cuts import Discs, RimSides, cut_at_limb, cut_rim_at_limb
from planetary_qgis.core.spice.areas.refining import (
    OUTLINE_TOLERANCE,
    carried,
    following_of,
    owner_of,
    refined,
)
from planetary_qgis.core.spice.areas.rims import Rim
from planetary_qgis.core.spice.areas.silhouettes import relief_footprints
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.surfaces.surface import Ellipsoid
from planetary_qgis.core.spice.views import Views, look_along

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Flags = NDArray[np.bool_]

_THINNEST = 1e-12
"""In radii, as seen: what grazes the limb by less reaches metres over the ground of a planet."""
_SHORT_ROUND = 0.5
"""In radii: outlines this short lie on one side of the target."""
_VIEWS_AT_ONCE = 256
"""So many views' rays stay in a processor's cache from one step to the next."""


@dataclass(frozen=True)
class Footprints:
    """What fields of view cover.

    Attributes:
        shapes: (n,) polygons, None where the target is not in view.
        over_limb: (n,) where the outline follows the limb at least in part.
        middles: (n, 3) km, a point in each shape: where the field of view misses at its centre,
            this still lies in what it sees. NaN where the target is not in view.
    """

    shapes: Shapes
    over_limb: Flags
    middles: FloatArray

    @staticmethod
    def none(count: int) -> Footprints:
        return Footprints(
            np.full(count, None, dtype=object),
            np.zeros(count, dtype=bool),
            np.full((count, 3), np.nan),
        )


def frame_footprints(views: Views, outline: FloatArray) -> Footprints:
    """Footprints of a field of view that sees all its area at once.

    Args:
        outline: (k, 3) unit vectors in the instrument's frame, counter-clockwise on the ground.
    """
    found = Footprints.none(len(views))
    rim = Rim.of(outline)
    for begin in range(0, len(views), _VIEWS_AT_ONCE):
        rows = slice(begin, begin + _VIEWS_AT_ONCE)
        part = _some_footprints(views[rows], outline, rim)
        found.shapes[rows], found.over_limb[rows] = part.shapes, part.over_limb
        found.middles[rows] = part.middles
    return found


def _some_footprints(views: Views, outline: FloatArray, rim: Rim | None) -> Footprints:
    found = Footprints.none(len(views))
    directions = views.directions(outline if rim is None else rim.outline())
    if not isinstance(views.surface, Ellipsoid):
        return Footprints(*relief_footprints(views, directions))
    points = look_along(views, directions).points
    fine = _are_fine(views, points)
    if fine.any():
        found.shapes[fine] = _polygons_of_equal_rings(points[fine])
        found.middles[fine] = _on_surface(points[fine].mean(axis=1), views.radii)
    others = np.flatnonzero(~fine & views.known & ~views.inside)
    if len(others):
        part = _cut_footprints(views[others], directions[others], rim)
        found.shapes[others], found.over_limb[others] = part.shapes, part.over_limb
        found.middles[others] = part.middles
    return found


def _are_fine(views: Views, points: FloatArray) -> Flags:
    """(n,) where all rays meet the target and great circles between them follow the outline.

    On the unit sphere of scaled space a side of a field of view is a circle. One that holds a point
    which is seen at the angle e from above has a geodesic curvature of at most tan e there, and a
    chord of length s stays within s² tan(e) / 8 of it.
    """
    x, y, z = (points[..., axis] / views.radii[axis] for axis in range(3))
    steps = sum((np.roll(part, -1, axis=1) - part) ** 2 for part in (x, y, z))
    up = views.origins / views.radii
    to_x, to_y, to_z = (up[:, None, axis] - part for axis, part in enumerate((x, y, z)))
    range_squared = to_x * to_x + to_y * to_y + to_z * to_z
    cosine_squared = (x * to_x + y * to_y + z * to_z) ** 2 / range_squared
    lowest = cosine_squared.min(axis=1)
    curvature = np.sqrt((1.0 - np.minimum(lowest, 1.0)) / lowest)
    # A field of view is at least a quarter as long as its outline.
    extent = np.sqrt(steps).sum(axis=1) / 4.0
    return np.asarray(steps.max(axis=1) * curvature / 8.0 < OUTLINE_TOLERANCE * extent)


def _cut_footprints(views: Views, directions: FloatArray, rim: Rim | None) -> Footprints:
    """Footprints that are cut at the limb, or whose outlines bend between their rays."""
    found = Footprints.none(len(views))
    sides: RimSides | None = None
    if rim is None:
        discs, outlines = cut_at_limb(views, directions)
    else:
        sides, outlines = cut_rim_at_limb(views, rim)
        discs = sides.discs
    if not len(outlines.views):
        return found
    outlines = refined(views, discs, outlines, sides)
    points = carried(views, discs, outlines.local, outlines.on_limb, owner_of(outlines))
    rings = _polygons(points, outlines.lengths)
    rings[_are_slivers(views, points, outlines)] = None
    begins = np.cumsum(outlines.lengths) - outlines.lengths
    for view, of_view in _grouped(outlines.views):
        found.shapes[view] = united(list(rings[of_view]))
    found.over_limb[outlines.views] = np.logical_or.reduceat(outlines.on_limb, begins)
    found.middles[:] = _middles(views, discs, outlines)
    found.middles[shapely.is_missing(found.shapes)] = np.nan
    return found


def _are_slivers(views: Views, points: FloatArray, outlines: Outlines) -> Flags:
    """Where an outline at the limb is so thin that rounding may turn it inside out."""
    begins = np.cumsum(outlines.lengths) - outlines.lengths
    scaled = points / views.radii
    unit = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    following = unit[following_of(outlines.lengths)]
    areas = 0.5 * np.add.reduceat(np.cross(unit, following), begins)
    rounds = np.add.reduceat(np.linalg.norm(following - unit, axis=1), begins)
    up = (views.origins / views.radii)[outlines.views]
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    as_seen = np.einsum("ij,ij->i", areas, up)
    on_ground = np.einsum("ij,ij->i", areas, np.add.reduceat(unit, begins))
    inverted = (on_ground <= 0.0) & (rounds < _SHORT_ROUND)
    return np.asarray((as_seen <= _THINNEST * rounds) | inverted)


def _grouped(views: IntArray) -> list[tuple[int, IntArray]]:
    """Each view with the numbers of its outlines."""
    order = np.argsort(views, kind="stable")
    distinct, begins = np.unique(views[order], return_index=True)
    return list(zip(distinct.tolist(), np.split(order, begins[1:])))


def _middles(views: Views, discs: Discs, outlines: Outlines) -> FloatArray:
    """(n, 3) km where lines of sight through the middles of what is held of discs meet them."""
    plane = outlines.local[:, :2] / outlines.local[:, 2:]
    begins = np.cumsum(outlines.lengths) - outlines.lengths
    ends = plane[following_of(outlines.lengths)]
    cross = plane[:, 0] * ends[:, 1] - ends[:, 0] * plane[:, 1]
    areas = np.add.reduceat(cross, begins)
    weighted = np.add.reduceat((plane + ends) * cross[:, None], begins)
    mean = np.add.reduceat(plane, begins) / outlines.lengths[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        centres = weighted / (3.0 * areas[:, None])
    centres = np.where(np.abs(areas[:, None]) > 1e-9, centres, mean)
    middles = np.full((len(views), 3), np.nan)
    by_area = np.argsort(areas, kind="stable")  # the largest outline of a view comes last
    owner = outlines.views[by_area]
    local = np.column_stack([centres, np.ones(len(centres))])[by_area]
    middles[owner] = carried(views, discs, local, np.zeros(len(local), dtype=bool), owner)
    return middles


def _polygons_of_equal_rings(points: FloatArray) -> Shapes:
    count, length = points.shape[:2]
    x, y, z = (np.ascontiguousarray(points[..., axis]).ravel() for axis in range(3))
    flat = np.moveaxis(np.stack([x, y, z]), 0, -1)
    return _polygons(flat, np.full(count, length))


def _polygons(points: FloatArray, lengths: IntArray) -> Shapes:
    lon, lat = ellipsoid.lon_lat(points)
    return polygons_from_joined_rings(lon, lat, lengths, interior_on_left=True)


def _on_surface(points: FloatArray, radii: FloatArray) -> FloatArray:
    """Points below the surface, moved out to it along their own radius."""
    scaled = points / radii
    return np.asarray(scaled / np.linalg.norm(scaled, axis=-1, keepdims=True) * radii)
