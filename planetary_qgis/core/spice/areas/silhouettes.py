"""Footprints on surfaces with relief: what a camera sees of ridges, and not of what they hide.

Where neighbouring lines of sight meet points far from each other, or one of them nothing, the limb
or a ridge runs between them. Fields of view without that are told by their outline. In the others,
what may hold the target is cut into cells in the camera's tangent plane; limbs and ridges are found
on the cells' edges by bisection, from both sides, and what all cells see together is the footprint.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes, polygons_from_rings
from planetary_qgis.core.spice.areas.sight_cells import Cells, cells_of
from planetary_qgis.core.spice.areas.sight_pieces import shape_seen
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import LIGHT_SPEED_KM_S
from planetary_qgis.core.spice.views import Views, look_along

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

TORN = 4.0
"""Neighbours so many times farther apart than on a surface seen from above are torn apart."""
BISECTIONS = 14
PROBED = (0.35, 0.7)
"""Where, from the middle (0) to the outline (1), fields of view are searched for sky and ridges."""
_PROBED_DIRECTIONS = 4
"""Every how manieth vertex of the outline has probes inward of it."""
_COARSE_STEP = 0.02
"""In radii of the body: outlines with longer steps get more vertices,"""
_DENSER = 4
"""so many times as many."""


def relief_footprints(views: Views, directions: FloatArray) -> tuple[Shapes, BoolArray, FloatArray]:
    """Shapes, None where the target is not in view; where some lines miss it; a point in each, km.

    Args:
        directions: (n, k, 3) body-fixed lines of sight around the field of view, counter-clockwise
            on the ground.
    """
    shapes = np.full(len(views), None, dtype=object)
    over_limb = np.zeros(len(views), dtype=bool)
    middles = np.full((len(views), 3), np.nan)
    outside = views.known & ~views.inside
    calm, rims = _calm(views, directions, np.flatnonzero(outside), middles)
    for row in np.flatnonzero(outside & ~calm):
        shapes[row], over_limb[row], middles[row] = _seen(views[row : row + 1], directions[row])
    for rows, rings in _rings(views, directions, np.flatnonzero(calm), rims[calm]):
        lon, lat = ellipsoid.lon_lat(rings)
        shapes[rows] = polygons_from_rings(lon, lat, interior_on_left=True)
    return shapes, over_limb & ~shapely.is_missing(shapes), middles


def _calm(
    views: Views, directions: FloatArray, rows: NDArray[np.intp], middles: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """(n,) where no sky and no ridge is in view, as far as probes tell; (n, k, 3) km the outlines.

    Fills in the middles of those.
    """
    calm, rims = np.zeros(len(views), dtype=bool), np.full(directions.shape, np.nan)
    lines = _units(directions)
    rims[rows] = look_along(views[rows], lines[rows]).points
    beside = np.roll(lines, -1, axis=1), np.roll(rims, -1, axis=1)
    torn = _torn(views.origins[:, None], lines, rims, *beside).any(axis=1)
    rows = rows[~torn[rows]]
    if len(rows):
        inner, middles[rows] = _probed(views[rows], lines[rows], rims[rows])
        calm[rows] = inner
    return calm, rims


def _probed(views: Views, rim: FloatArray, met: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Where nothing is torn from the middle outward to the outline; what lies in the middle, km."""
    axis = _units(rim.mean(axis=1))[:, None]
    spokes = rim[:, ::_PROBED_DIRECTIONS]
    between = [axis + share * (spokes - axis) for share in PROBED]
    points = look_along(views, np.concatenate([axis, *between], axis=1)).points
    shape = len(rim), len(PROBED), spokes.shape[1], 3
    center = np.broadcast_to(points[:, :1], spokes.shape)
    found = np.concatenate(
        [center[:, None], points[:, 1:].reshape(shape), met[:, None, ::_PROBED_DIRECTIONS]], axis=1
    )
    lines = np.stack([np.broadcast_to(axis, spokes.shape), *between, spokes], axis=1)
    inward, outward = slice(None, -1), slice(1, None)
    torn = _torn(
        views.origins[:, None, None],
        lines[:, inward],
        found[:, inward],
        lines[:, outward],
        found[:, outward],
    )
    return ~torn.any(axis=(1, 2)), points[:, 0]


def _torn(
    origins: FloatArray,
    first_line: FloatArray,
    first: FloatArray,
    second_line: FloatArray,
    second: FloatArray,
) -> BoolArray:
    """Where two lines of sight do not meet the same stretch of surface; all (…, 3)."""
    angle = np.linalg.norm(_units(first_line) - _units(second_line), axis=-1)
    near = np.fmin(
        np.linalg.norm(first - origins, axis=-1), np.linalg.norm(second - origins, axis=-1)
    )
    apart = np.linalg.norm(first - second, axis=-1)
    return np.asarray(~(apart <= TORN * angle * near))  # what meets nothing is torn from all


def _rings(
    views: Views, directions: FloatArray, rows: NDArray[np.intp], rims: FloatArray
) -> Iterator[tuple[NDArray[np.intp], FloatArray]]:
    """Rows and their (m, k, 3) rings on the surface, denser where vertices lie far apart."""
    scaled = rims / views.radii
    steps = np.linalg.norm(np.roll(scaled, -1, axis=1) - scaled, axis=-1)
    coarse = (steps > _COARSE_STEP).any(axis=1)
    if (~coarse).any():
        yield rows[~coarse], rims[~coarse]
    if coarse.any():
        rows = rows[coarse]
        yield rows, look_along(views[rows], _denser(directions[rows])).points


def _denser(directions: FloatArray) -> FloatArray:
    """(n, d k, 3) lines of sight, with more of them along each side."""
    shares = np.arange(_DENSER)[:, None] / _DENSER
    begin, end = directions[:, :, None], np.roll(directions, -1, axis=1)[:, :, None]
    return (begin + shares * (end - begin)).reshape(len(directions), -1, 3)


def _seen(view: Views, outline: FloatArray) -> tuple[shapely.Geometry | None, bool, FloatArray]:
    """The shape that one view sees, whether some of its lines meet nothing, and a point in it."""
    nothing = None, False, np.full(3, np.nan)
    cells = cells_of(outline, view.origins[0], view.surface.bounding_radius)
    if cells is None:
        return nothing
    looks = look_along(view, cells.lines[None])
    points = looks.points[0]
    hit = np.isfinite(points[:, 0])
    if not hit.any():
        return nothing
    torn, sides = _cuts(view, cells, points)
    broken = cells.any_of_cell(torn[cells.edge] | ~hit[cells.corners])
    shape = shape_seen(cells, points, broken, torn, sides)
    return shape, not hit.all(), _nearest_to_mean(cells.lines, points)


def _cuts(view: Views, cells: Cells, points: FloatArray) -> tuple[BoolArray, FloatArray]:
    """(e,) edges that a limb or a ridge cuts; (e, 2, 3) km how far the surface goes on each side.

    NaN on a side that meets nothing.
    """
    first, second = cells.edges.T
    lines, hit = cells.lines, np.isfinite(points[:, 0])
    torn = _torn(view.origins, lines[first], points[first], lines[second], points[second])
    torn &= hit[first] | hit[second]
    sides = np.full((len(cells.edges), 2, 3), np.nan)
    rows = np.flatnonzero(torn & hit[first])
    sides[rows, 0], sides[rows, 1], whole = _last_seen(
        view, cells, points, first[rows], second[rows]
    )
    torn[rows[whole]] = False
    # What is behind sky, or has none before it, is to be found from its own end.
    rows = np.flatnonzero(torn & hit[second] & np.isnan(sides[:, 1, 0]))
    sides[rows, 1], _, _ = _last_seen(view, cells, points, second[rows], first[rows])
    return torn, sides


def _last_seen(
    view: Views,
    cells: Cells,
    points: FloatArray,
    here: NDArray[np.intp],
    there: NDArray[np.intp],
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """How far the surface goes from one vertex toward another, by bisection.

    All at the light times of the vertices here, from which they differ by less than matters.

    Returns:
        (m, 3) km the last point of it, (m, 3) km the first one behind it, NaN where that is sky,
        and (m,) where it goes all the way after all, only steeply.
    """
    near, far = points[here].copy(), points[there].copy()
    near_line, far_line = cells.lines[here].copy(), cells.lines[there].copy()
    origins, later = _moved(view, near)
    whole = np.zeros(len(here), dtype=bool)
    for _ in range(BISECTIONS):
        rows = np.flatnonzero(~whole)
        if not len(rows):
            break
        line = (near_line[rows] + far_line[rows]) / 2.0
        turned: FloatArray = line + later[rows, None] * np.cross(view.spin, line)
        found = view.surface.intercept(origins[None, rows], turned[None], view.emitted)[0]
        from_here = np.linalg.norm(found - near[rows], axis=1)
        from_there = np.linalg.norm(found - far[rows], axis=1)
        ours = np.isfinite(from_here) & ~(from_here > from_there)
        kept, left = rows[ours], rows[~ours]
        near[kept], near_line[kept] = found[ours], line[ours]
        far[left], far_line[left] = found[~ours], line[~ours]
        whole[rows] = ~_torn(view.origins, near_line[rows], near[rows], far_line[rows], far[rows])
    return near, far, whole


def _moved(view: Views, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(m, 3) km and (m,) s: where the observer is at each point's own light time, and how far off
    that is from the view's."""
    if not view.corrects_light_time:
        return np.broadcast_to(view.origins, points.shape), np.zeros(len(points))
    later = np.linalg.norm(points - view.origins, axis=1) / LIGHT_SPEED_KM_S - view.light_time
    return view.origins + later[:, None] * view.origin_rate, later


def _nearest_to_mean(lines: FloatArray, points: FloatArray) -> FloatArray:
    """The point met by the line of sight nearest to the mean of all that meet something."""
    hit = np.flatnonzero(np.isfinite(points[:, 0]))
    away = np.linalg.norm(lines[hit] - lines[hit].mean(axis=0), axis=1)
    return np.asarray(points[hit[np.argmin(away)]])


def _units(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
