"""A field of view cut into cells in the camera's tangent plane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

CELLS_ACROSS = 56
"""Cells along the longer side of what is looked at."""
PARTS_OF_SIDE = 4
"""Vertices for each cell along the edges of a field of view."""
_CAP_POINTS = 90
_STEEPEST = np.cos(np.radians(85.0))


@dataclass(frozen=True)
class Cells:
    """Cells that share their vertices and edges.

    Attributes:
        lines: (v, 3) body-fixed lines of sight, the vertices.
        corners: (c,) vertex numbers, cell after cell.
        owner: (c,) the number of each corner's cell.
        following: (c,) the vertex after each corner around its cell.
        edges: (e, 2) vertex numbers.
        edge: (c,) the number of the edge from each corner to the next.
        forward: (c,) whether that edge runs from the corner, not toward it.
    """

    lines: FloatArray
    corners: IntArray
    owner: IntArray
    following: IntArray
    edges: IntArray
    edge: IntArray
    forward: NDArray[np.bool_]

    @cached_property
    def sizes(self) -> IntArray:
        """(n,) how many corners each cell has."""
        return np.bincount(self.owner)

    @cached_property
    def begins(self) -> IntArray:
        """(n,) where each cell's corners begin."""
        return np.cumsum(self.sizes) - self.sizes

    def any_of_cell(self, of_corners: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n,) where something holds for a corner of the cell."""
        return np.asarray(np.bincount(self.owner, weights=of_corners) > 0.0)


def cells_of(outline: FloatArray, origin: FloatArray, radius: float) -> Cells | None:
    """The cells of what of a field of view may hold the target; None where that is nothing.

    Args:
        outline: (k, 3) body-fixed lines of sight around the field of view.
        origin: (3,) km, the camera.
        radius: km, of a sphere around the target's centre that holds it.
    """
    basis = _basis(outline)
    region = shapely.make_valid(_field(outline, basis))
    cap = _cap(origin, radius, basis)
    if cap is not None:
        region = shapely.intersection(region, cap)
    if shapely.area(region) == 0.0:
        return None
    return _numbered(_cut(region), basis)


def _basis(outline: FloatArray) -> FloatArray:
    """(3, 3) rows right, up and forward of the plane at distance 1 before the camera."""
    forward = (outline / np.linalg.norm(outline, axis=1)[:, None]).mean(axis=0)
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, np.eye(3)[np.argmin(np.abs(forward))])
    right /= np.linalg.norm(right)
    return np.array([right, np.cross(right, forward), forward])


def _field(outline: FloatArray, basis: FloatArray) -> shapely.Polygon:
    local = outline @ basis.T
    return shapely.Polygon(local[:, :2] / local[:, 2:])


def _cap(origin: FloatArray, radius: float, basis: FloatArray) -> shapely.Polygon | None:
    """The disc of a sphere that holds the target; None where the plane cannot hold it."""
    distance = np.linalg.norm(origin)
    if distance <= radius:
        return None
    sine = radius / distance
    axes = _basis(-origin[None] / distance)
    turns = np.arange(_CAP_POINTS) * (2.0 * np.pi / _CAP_POINTS)
    # A polygon around the circle, and a little more.
    wide = 1.001 * sine / np.sqrt(1.0 - sine**2) / np.cos(np.pi / _CAP_POINTS)
    rim = np.column_stack([wide * np.cos(turns), wide * np.sin(turns), np.ones(_CAP_POINTS)]) @ axes
    local = rim @ basis.T
    if (local[:, 2] < _STEEPEST * np.linalg.norm(local, axis=1)).any():
        return None if (local[:, 2] > 0.0).any() else shapely.Polygon()
    return shapely.Polygon(local[:, :2] / local[:, 2:])


def _cut(region: shapely.Geometry) -> NDArray[np.object_]:
    """Squares within the region, and what of squares on its edge lies in it."""
    left, bottom, right, top = shapely.bounds(region)
    size = max(right - left, top - bottom) / CELLS_ACROSS
    region = shapely.segmentize(region, size / PARTS_OF_SIDE)
    columns, rows = np.ceil((right - left) / size), np.ceil((top - bottom) / size)
    x = left + size * np.arange(max(columns, 1.0) + 1.0)
    y = bottom + size * np.arange(max(rows, 1.0) + 1.0)
    west, south = (part.ravel() for part in np.meshgrid(x[:-1], y[:-1]))
    east, north = (part.ravel() for part in np.meshgrid(x[1:], y[1:]))
    squares = shapely.box(west, south, east, north)
    shapely.prepare(region)
    whole = shapely.contains_properly(region, squares)
    partial = shapely.intersects(region, squares) & ~whole
    pieces = shapely.get_parts(shapely.get_parts(shapely.intersection(region, squares[partial])))
    areas = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON]
    return np.concatenate([squares[whole], areas])


def _numbered(polygons: NDArray[np.object_], basis: FloatArray) -> Cells:
    rings = shapely.get_exterior_ring(polygons)
    places, owner = shapely.get_coordinates(rings, return_index=True)
    last = np.append(np.flatnonzero(np.diff(owner)), len(owner) - 1)
    open_ring = np.ones(len(owner), dtype=bool)
    open_ring[last] = False  # rings end where they begin
    grain = 1e-9 * np.ptp(places)
    kept = np.rint(places[open_ring] / grain) * grain
    vertices, corners = np.unique(kept, axis=0, return_inverse=True)
    corners, owner = corners.reshape(-1), owner[open_ring]
    following = np.roll(corners, -1)
    ends = np.append(np.flatnonzero(np.diff(owner)), len(owner) - 1)
    following[ends] = corners[np.concatenate([[0], ends[:-1] + 1])]
    pairs = np.sort(np.column_stack([corners, following]), axis=1)
    edges, edge = np.unique(pairs, axis=0, return_inverse=True)
    edge = edge.reshape(-1)
    lines = np.column_stack([vertices, np.ones(len(vertices))]) @ basis
    return Cells(lines, corners, owner, following, edges, edge, edges[edge, 0] == corners)
