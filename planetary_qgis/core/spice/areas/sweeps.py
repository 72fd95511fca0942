"""The areas that lines and outlines sweep over a sphere.

Where the cells between neighbouring lines all turn the same way and the rim around them does not
meet itself, that rim bounds the area. Elsewhere (turns, spins, motion along the line) the area is
the union of the cells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import (
    Shapes,
    polygons_from_joined_rings,
    polygons_from_rings,
    united,
)
from planetary_qgis.core.spice.areas.tangent_planes import on_the_sphere, planes_of
from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

_STRAIGHT = 1e-4
"""What a line may depart from the chord of its ends, in its lengths, to be taken for straight."""


def strips(points: FloatArray, runs: IntArray) -> Shapes:
    """What a line sweeps from row to row; None where that has no area.

    Args:
        points: (m, k, 3) points along the line, of any length; finite.
        runs: (m,) 0, 0, …, 1, 1, …: the rows of each sweep.
    """
    shapes = np.full(_count(runs), None, dtype=object)
    if not len(runs):
        return shapes
    unit = points / np.linalg.norm(points, axis=-1, keepdims=True)
    planes = planes_of(unit, runs)
    flat = planes.flat(unit, runs)
    _fill_plain(shapes, unit, flat, runs, planes.near & ~_folds(flat, runs))
    for run in np.flatnonzero(shapely.is_missing(shapes)):
        rows = _rows_of(runs, run)
        if planes.near[run]:
            shapes[run] = on_the_sphere(_cells_united(flat[rows]), planes.bases[run])
        else:
            shapes[run] = _in_halves(unit[rows], _strip, across=True)
    return shapes


def swept_outlines(points: FloatArray, runs: IntArray, *, convex: bool) -> Shapes:
    """What an outline covers as it moves from row to row.

    Args:
        points: (m, k, 3) points around the outline, of any length; finite.
        runs: (m,) 0, 0, …, 1, 1, …: the rows of each sweep.
        convex: Whether the outline has no notch.
    """
    shapes = np.full(_count(runs), None, dtype=object)
    if not len(runs):
        return shapes
    unit = points / np.linalg.norm(points, axis=-1, keepdims=True)
    planes = planes_of(unit, runs)
    flat = planes.flat(unit, runs)
    in_plane = _hulls_united if convex else _outlines_and_sides_united
    for run in range(len(shapes)):
        rows = _rows_of(runs, run)
        if planes.near[run]:
            shapes[run] = on_the_sphere(in_plane(flat[rows]), planes.bases[run])
        elif rows.stop - rows.start > 1:
            shapes[run] = _in_halves(
                unit[rows], lambda part: swept_outlines(part, _one_run(part), convex=convex)[0]
            )
        else:
            shapes[run] = polygons_from_rings(*ellipsoid.lon_lat(unit[rows]))[0]
    return shapes


def _strip(points: FloatArray) -> shapely.Geometry | None:
    return strips(points, _one_run(points))[0]


def _one_run(points: FloatArray) -> IntArray:
    return np.zeros(len(points), dtype=np.intp)


def _count(runs: IntArray) -> int:
    return int(runs[-1]) + 1 if len(runs) else 0


def _rows_of(runs: IntArray, run: int) -> slice:
    begin, end = np.searchsorted(runs, [run, run + 1])
    return slice(int(begin), int(end))


def _folds(flat: FloatArray, runs: IntArray) -> BoolArray:
    """(n,) where some cell between two rows turns another way than the others, or not at all."""
    a, b = flat[:-1, :-1], flat[:-1, 1:]
    d, c = flat[1:, :-1], flat[1:, 1:]
    turns = np.stack([_cross(p, q, r) for p, q, r in ((a, b, c), (a, c, d), (a, b, d), (b, c, d))])
    lowest, highest = turns.min(axis=(0, 2)), turns.max(axis=(0, 2))
    same_run = runs[1:] == runs[:-1]
    owner = runs[1:][same_run]
    left, right = np.zeros(_count(runs), dtype=bool), np.zeros(_count(runs), dtype=bool)
    left[owner[lowest[same_run] <= 0.0]] = True
    right[owner[highest[same_run] >= 0.0]] = True
    single = np.bincount(owner, minlength=len(left)) == 0
    return np.asarray((left & right) | single)


def _cross(p: FloatArray, q: FloatArray, r: FloatArray) -> FloatArray:
    """Twice the signed areas of plane triangles."""
    one, two = q - p, r - p
    return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])


def _fill_plain(
    shapes: Shapes, unit: FloatArray, flat: FloatArray, runs: IntArray, plain: BoolArray
) -> None:
    """Put the areas inside rims that do not meet themselves into `shapes`."""
    chosen = np.flatnonzero(plain)
    if not len(chosen):
        return
    rims = [_rim(_rows_of(runs, run), flat.shape[1]) for run in chosen]
    numbers = np.repeat(np.arange(len(rims)), [len(rim) for rim in rims])
    rings = shapely.linearrings(flat.reshape(-1, 2)[np.concatenate(rims)], indices=numbers)
    backwards = ~shapely.is_ccw(rings)
    simple = np.flatnonzero(shapely.is_valid(shapely.polygons(rings)))
    around = [rims[index][::-1] if backwards[index] else rims[index] for index in simple]
    if around:
        lon, lat = ellipsoid.lon_lat(unit.reshape(-1, 3)[np.concatenate(around)])
        lengths = np.array([len(rim) for rim in around])
        shapes[chosen[simple]] = polygons_from_joined_rings(
            lon, lat, lengths, interior_on_left=True
        )


def _rim(rows: slice, width: int) -> IntArray:
    """Indexes, in a flattened grid, of the points around these rows."""
    index = np.arange(rows.start * width, rows.stop * width).reshape(-1, width)
    return np.concatenate([index[0], index[1:-1, -1], index[-1, ::-1], index[-2:0:-1, 0]])


def _cells_united(flat: FloatArray) -> shapely.Geometry:
    """The union of the cells between neighbouring rows, as a plane shape."""
    if _is_straight(flat):
        flat = flat[:, [0, -1]]
    return _quads_united(flat[:-1, :-1], flat[:-1, 1:], flat[1:, 1:], flat[1:, :-1])


def _quads_united(*corners: FloatArray) -> shapely.Geometry:
    rings = np.stack([*corners, corners[0]], axis=-2).reshape(-1, 5, 2)
    return shapely.union_all(shapely.make_valid(shapely.polygons(rings)))


def _is_straight(flat: FloatArray) -> bool:
    first, last = flat[:, :1], flat[:, -1:]
    length_squared = ((last - first) ** 2).sum(axis=-1)
    off = np.abs(_cross(first, last, flat))
    return bool((off <= _STRAIGHT * length_squared).all())


def _hulls_united(flat: FloatArray) -> shapely.Geometry:
    """What a convex outline covers on its way: from row to row it moves within their hull."""
    pairs = np.concatenate([flat[:-1], flat[1:]], axis=1) if len(flat) > 1 else flat
    numbers = np.repeat(np.arange(len(pairs)), pairs.shape[1])
    points = shapely.points(pairs.reshape(-1, 2))
    return shapely.union_all(shapely.convex_hull(shapely.multipoints(points, indices=numbers)))


def _outlines_and_sides_united(flat: FloatArray) -> shapely.Geometry:
    """What any outline covers: itself in each row, and what its sides sweep between them."""
    outlines = shapely.union_all(shapely.make_valid(shapely.polygons(flat)))
    following = np.roll(flat, -1, axis=1)
    sides = _quads_united(flat[:-1], following[:-1], following[1:], flat[1:])
    return shapely.union(outlines, sides)


def _in_halves(
    unit: FloatArray, area: Callable[[FloatArray], shapely.Geometry | None], *, across: bool = False
) -> shapely.Geometry | None:
    """The union of the areas of two halves, which overlap by a cell lest a gap remains."""
    rows, columns = unit.shape[:2]
    middle_row, middle_column = unit[:, columns // 2], unit[rows // 2]
    if rows > 2 and (not across or columns < 3 or _length(middle_row) >= _length(middle_column)):
        return united([area(unit[: rows // 2 + 1]), area(unit[max(rows // 2 - 1, 0) :])])
    if across and columns > 2:
        half = columns // 2
        return united([area(unit[:, : half + 1]), area(unit[:, max(half - 1, 0) :])])
    return None


def _length(points: FloatArray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
