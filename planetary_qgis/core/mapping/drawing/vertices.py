"""Vertices put where lines meet, so that they meet exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]

_SAME_PLACE = 1e-9
"""Of the coordinates' own size: nearer than this, places are one. A centimetre on Mars."""


def same_place(*shapes: Any) -> float:
    """The distance below which places in these shapes' coordinates are one."""
    sizes = np.abs(shapely.total_bounds(np.array(shapes, dtype=object)))
    return float(np.nanmax(sizes, initial=0.0)) * _SAME_PLACE


def with_vertex(points: FloatArray, place: FloatArray, same: float) -> tuple[FloatArray, int]:
    """(n, 2) vertices of a line with one at that place, put in where there is none; its number."""
    away = np.hypot(*(points - place).T)
    nearest = int(np.argmin(away))
    if away[nearest] <= same:
        return points, nearest
    starts, steps = points[:-1], np.diff(points, axis=0)
    squared = np.maximum((steps**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip(((place - starts) * steps).sum(axis=1) / squared, 0.0, 1.0)
    off = np.hypot(*(starts + share[:, None] * steps - place).T)
    after = int(np.argmin(off)) + 1
    return np.insert(points, after, place, axis=0), after


def shape_with_vertices(shape: Any, places: FloatArray) -> Any:
    """A line or polygon with vertices at those of the places that lie on it.

    A vertex that is already near enough stays where it is. All others keep their coordinates.
    """
    same = same_place(shape)
    outline = shape if shapely.get_dimensions(shape) == 1 else shapely.boundary(shape)
    on_it = places[shapely.distance(outline, shapely.points(places)) <= same]
    if not len(on_it):
        return shape
    if shapely.get_type_id(shape) in _MULTI:
        return type(shape)([shape_with_vertices(part, on_it) for part in shapely.get_parts(shape)])
    if shapely.get_dimensions(shape) == 1:
        return shapely.LineString(_with_all(shape, on_it, same))
    outer, *holes = [_with_all(ring, on_it, same) for ring in shapely.get_rings(shape)]
    return shapely.Polygon(outer, holes)


_MULTI = (5, 6)
"""shapely's numbers of MultiLineString and MultiPolygon."""


def _with_all(line: Any, places: FloatArray, same: float) -> FloatArray:
    points: FloatArray = shapely.get_coordinates(line)
    for place in places[shapely.distance(line, shapely.points(places)) <= same]:
        points, _ = with_vertex(points, place, same)
    return points
