"""The shape of what cells of a field of view see, from the surface points of their corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes, polygons_from_rings
from planetary_qgis.core.spice.areas.sight_cells import Cells
from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_DECIMALS = 9
_SNAP_DEG = 10.0**-_DECIMALS
_WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)
_HALF_THE_WORLD = 32400.0


def shape_seen(
    cells: Cells, points: FloatArray, broken: BoolArray, torn: BoolArray, sides: FloatArray
) -> shapely.Geometry | None:
    """One valid lon/lat shape of what all cells see, None where they see nothing.

    Args:
        points: (v, 3) km that the vertices meet; NaN where they meet nothing.
        broken: (n,) the cells that a limb or a ridge runs through, or that see nothing.
        torn: (e,) the edges that one cuts.
        sides: (e, 2, 3) km how far the surface goes from the ends of those; NaN for nothing.
    """
    return _together(
        _unbroken_cells(cells, points, broken),
        _pieces_of_cells(cells, points, broken, torn, sides),
    )


def _unbroken_cells(cells: Cells, points: FloatArray, broken: BoolArray) -> list[FloatArray]:
    """(m, k, 3) km: rings of k vertices around what whole cells see."""
    sizes, begins = cells.sizes, cells.begins
    rings = []
    for size in np.unique(sizes[~broken]):
        of_size = begins[~broken & (sizes == size)]
        rings.append(points[cells.corners[of_size[:, None] + np.arange(size)]])
    return rings


def _pieces_of_cells(
    cells: Cells, points: FloatArray, broken: BoolArray, torn: BoolArray, sides: FloatArray
) -> list[FloatArray]:
    """(m, k, 3) km: rings of k vertices around what limbs and ridges leave of the other cells."""
    rings: dict[int, list[FloatArray]] = {}
    for cell in np.flatnonzero(broken):
        around = slice(cells.begins[cell], cells.begins[cell] + cells.sizes[cell])
        for ring in _unbroken(cells, points, torn, sides, around):
            rings.setdefault(len(ring), []).append(ring)
    return [np.stack(alike) for size, alike in rings.items() if size > 2]


def _unbroken(
    cells: Cells, points: FloatArray, torn: BoolArray, sides: FloatArray, around: slice
) -> list[FloatArray]:
    """(k, 3) rings of the pieces into which limbs and ridges part one cell."""
    corners, edge, forward = cells.corners[around], cells.edge[around], cells.forward[around]
    cuts = np.flatnonzero(torn[edge])
    if not len(cuts):
        return []
    found = []
    for this, following in zip(cuts, np.roll(cuts, -1)):
        # From behind one cut to before the next, around the cell.
        steps = (following - this - 1) % len(corners) + 1
        between = (this + 1 + np.arange(steps)) % len(corners)
        behind = sides[edge[this], int(forward[this])]
        before = sides[edge[following], 1 - int(forward[following])]
        ring = np.vstack([behind, points[corners[between]], before])
        if np.isfinite(ring).all():
            found.append(ring)
    return found


def _together(whole: list[FloatArray], parts: list[FloatArray]) -> shapely.Geometry | None:
    """One valid lon/lat shape of many small ones, which may lie over each other.

    Args:
        whole: Rings that share their edges, unless the surface folds over itself.
        parts: Other rings.
    """
    every = np.concatenate([_joined(_polygons(whole)), _polygons(parts)])
    return shapely.union_all(every, grid_size=_SNAP_DEG) if len(every) else None


def _polygons(rings: list[FloatArray]) -> Shapes:
    shapes = [polygons_from_rings(*ellipsoid.lon_lat(alike)) for alike in rings]
    every = np.concatenate([np.empty(0, dtype=object), *shapes])
    # Slivers and twisted pieces have no clear inside; a piece is never most of the world.
    inverted = shapely.area(every) > _HALF_THE_WORLD
    every[inverted] = shapely.difference(_WORLD, every[inverted])
    # Vertices that neighbours share may differ by a rounding.
    rounded = shapely.transform(every, lambda places: np.round(places, _DECIMALS))
    return np.asarray(rounded[~shapely.is_missing(every)])


def _joined(shapes: Shapes) -> Shapes:
    """One shape of all, where they lie side by side: fifty times faster than a union of any."""
    if not len(shapes):
        return shapes
    try:
        together = shapely.coverage_union_all(shapes)
    except shapely.GEOSException:  # the surface folds over itself
        return shapes
    area = shapely.area(shapes).sum()
    if not shapely.is_valid(together) or abs(shapely.area(together) - area) > 1e-9 * area:
        return shapes
    return np.array([together], dtype=object)
