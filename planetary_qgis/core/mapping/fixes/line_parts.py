"""Lines with a vertex more, a piece less, or in pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.fixes.looking_up import like
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes

Indices = NDArray[np.intp]
_ROUNDING = 1e-9


def nearest_vertex(shape: Any, place: FloatArray) -> FloatArray:
    """(2,) the vertex of a shape that is nearest to a place."""
    points: FloatArray = shapely.get_coordinates(shape)
    return np.asarray(points[np.argmin(np.hypot(*(points - place).T))])


def with_vertex(shape: Any, place: FloatArray) -> Any:
    """A line or polygon with a vertex at that place, put in where it is nearest; as it was else."""
    points, ring = shapely.get_coordinates(shape), _ring_of_vertex(shape)
    if (points == place).all(axis=1).any():
        return shape
    steps = np.flatnonzero(ring[1:] == ring[:-1])
    after = int(steps[np.argmin(_away(points, steps, place))]) + 1
    count = np.bincount(ring)
    count[ring[after]] += 1
    return _rebuilt(shape, np.insert(points, after, place, axis=0), np.cumsum(count)[:-1])


def drawn_on(shape: Any, end: FloatArray, place: FloatArray) -> Any:
    """A line that goes on from one of its ends to a place."""
    parts = list(shapely.get_parts(shape))
    for number, part in enumerate(parts):
        points = shapely.get_coordinates(part)
        if (points[-1] == end).all():
            parts[number] = shapely.LineString(np.vstack([points, place]))
            break
        if (points[0] == end).all():
            parts[number] = shapely.LineString(np.vstack([place, points]))
            break
    return like(shape, parts)


def cut_back(shape: Any, end: FloatArray, node: FloatArray, length: float) -> Any:
    """A line that ends at a node instead, which is so many map units before its end.

    None where nothing of it is left.
    """
    parts = list(shapely.get_parts(shape))
    for number, part in enumerate(parts):
        points = shapely.get_coordinates(part)
        at_end, at_start = (points[-1] == end).all(), (points[0] == end).all()
        if not at_end and not at_start:
            continue
        kept = _cut_back(points[::-1] if at_end else points, node, length)
        if len(kept) < 2:
            del parts[number]
        else:
            parts[number] = shapely.LineString(kept[::-1] if at_end else kept)
        break
    return like(shape, parts) if parts else None


def pieces(line: Any, place: FloatArray, near: float) -> list[Any]:
    """A LineString cut wherever it passes that near to a place; each piece ends there."""
    points: FloatArray = shapely.get_coordinates(line)
    steps = np.arange(len(points) - 1)
    close = _away(points, steps, place) <= near
    cuts: list[tuple[int, bool]] = []
    for step in np.flatnonzero(close):
        for vertex in (step, step + 1):
            if np.hypot(*(points[vertex] - place)) <= near:
                cuts.append((int(vertex), True))
                break
        else:
            cuts.append((int(step), False))
    return _cut(points, sorted(set(cuts)), place)


def _cut(points: FloatArray, cuts: list[tuple[int, bool]], place: FloatArray) -> list[Any]:
    """Pieces between cuts: at a vertex, or between it and the next."""
    found, running = [], [points[0]]
    start = 1
    for vertex, is_there in cuts:
        if is_there and vertex in (0, len(points) - 1):
            continue
        stop = vertex if is_there else vertex + 1
        found.append(np.array([*running, *points[start:stop], place]))
        running, start = [place], vertex + 1
    found.append(np.array([*running, *points[start:]]))
    return [shapely.LineString(each) for each in found]


def _cut_back(points: FloatArray, node: FloatArray, length: float) -> FloatArray:
    """Vertices from the node on, of those that begin at the end that is cut off."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    beyond = along > length * (1.0 + _ROUNDING)
    beyond &= (points != node).any(axis=1)
    return np.vstack([node, points[beyond]])


def _away(points: FloatArray, steps: Indices, place: FloatArray) -> FloatArray:
    """(k,) how far steps between vertices are from a place."""
    start, along = points[steps], points[steps + 1] - points[steps]
    squared = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip(((place - start) * along).sum(axis=1) / squared, 0.0, 1.0)
    return np.asarray(np.hypot(*(start + share[:, None] * along - place).T))


def _ring_of_vertex(shape: Any) -> Indices:
    """(n,) a number for each line or ring that vertices belong to, in their order."""
    lines = _lines_and_rings(shape)
    return np.repeat(np.arange(len(lines)), shapely.get_num_coordinates(lines))


def _lines_and_rings(shape: Any) -> Shapes:
    parts = shapely.get_parts(shape)
    if shapely.get_dimensions(shape) == 1:
        return np.asarray(parts)
    return np.asarray(shapely.get_rings(parts))


def _rebuilt(shape: Any, points: FloatArray, cuts: Indices) -> Any:
    """The shape with other vertices; `cuts` is where each line or ring begins."""
    lines = np.split(points, cuts)
    if shapely.get_dimensions(shape) == 1:
        return like(shape, [shapely.LineString(each) for each in lines])
    polygons = []
    for part in shapely.get_parts(shape):
        rings = [lines.pop(0) for _ in range(1 + shapely.get_num_interior_rings(part))]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return polygons[0] if shapely.get_type_id(shape) == 3 else shapely.MultiPolygon(polygons)
