"""Shapes drawn in a map's plane as shapes on the body, right over the antimeridian and the poles.

An edge is straight in the plane that it was drawn in. It gets vertices wherever it would run
visibly elsewhere when drawn straight in degrees; then seams.py cuts and closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.polygons import points_from, unit_vectors
from planetary_qgis.core.seams import lines_of_tracks, polygons_of_oriented_rings

FloatArray = NDArray[np.float64]
Placer = Callable[[FloatArray], FloatArray]
"""(n, 2) places in the plane -> (n, 2) east longitudes and planetocentric latitudes, degrees."""

TOLERANCE_DEG = 1e-4
"""How far on the body an edge may run from where it was drawn."""
_LONGEST_ARC_DEG = 5.0
_WIDEST_STEP_DEG = 5.0
_MOST_HALVINGS = 40
_BEYOND_POLE_DEG = 1e-6
_WORLD = shapely.box(-180.0, -90.0, 180.0, 90.0)


def shape_on_body(drawn: Sequence[shapely.Geometry], place: Placer) -> shapely.Geometry | None:
    """All of what was drawn, as one valid shape in the house's degrees; None of nothing.

    Raises:
        PlanetaryError: Some of it lies beside the body.
    """
    placed = [
        shape
        for part in shapely.get_parts(shapely.get_parts(np.array(drawn, dtype=object)))
        for shape in _placed(part, place)
    ]
    return shapely.union_all(placed) if placed else None


def is_whole_body(shape: shapely.Geometry) -> bool:
    """Whether nothing of the body lies outside the shape."""
    return bool(shapely.area(shape) >= shapely.area(_WORLD) * (1.0 - 1e-12))


def _placed(part: shapely.Geometry, place: Placer) -> list[shapely.Geometry]:
    """A single point, line or polygon on the body, in none or several pieces."""
    if shapely.is_empty(part):
        return []
    kind = shapely.get_type_id(part)
    if kind == shapely.GeometryType.POINT:
        ((lon, lat),) = _on_body(shapely.get_coordinates(part), place)
        return list(points_from([lon], [lat]))
    if kind in (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING):
        return _known(_line(shapely.get_coordinates(part), place))
    if shapely.is_valid(part):
        return _polygon(part, place)
    mended = shapely.get_parts(shapely.get_parts(shapely.make_valid(part)))
    return [shape for piece in mended for shape in _placed(piece, place)]


def _line(vertices: FloatArray, place: Placer) -> NDArray[np.object_]:
    track = _followed(vertices, place)
    return lines_of_tracks(track[:, 0], track[:, 1], np.zeros(len(track), dtype=np.intp))


def _polygon(polygon: shapely.Geometry, place: Placer) -> list[shapely.Geometry]:
    """The polygon less its holes; each ring on its own, as each may hold a pole."""
    rings = shapely.get_rings(polygon)
    mirrored = _mirrors(polygon, place)
    sides = [_inside_of(shapely.get_coordinates(ring), mirrored, place) for ring in rings]
    if not sides[0]:
        return []
    holes = [shape for side in sides[1:] for shape in side]
    if not holes:
        return sides[0]
    return _known([shapely.difference(sides[0][0], shapely.union_all(holes))])


def _inside_of(ring: FloatArray, mirrored: bool, place: Placer) -> list[shapely.Geometry]:
    x, y = ring[:-1, 0] - ring[0, 0], ring[:-1, 1] - ring[0, 1]
    counter_clockwise = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0.0
    if counter_clockwise == mirrored:
        ring = ring[::-1]
    placed = _followed(ring, place)[:-1]
    owner = np.zeros(len(placed), dtype=np.intp)
    return _known(polygons_of_oriented_rings(placed[:, 0], placed[:, 1], owner))


def _mirrors(polygon: shapely.Geometry, place: Placer) -> bool:
    """Whether the plane shows the body as in a mirror, as maps with west-positive axes do."""
    west, south, east, north = shapely.bounds(polygon)
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
    steps = np.array([[0.0, 0.0], [0.01 * (east - west), 0.0], [0.0, 0.01 * (north - south)]])
    a, b, c = _directions(_on_body(inside + steps, place))
    return bool(np.cross(b - a, c - a) @ a < 0.0)


def _followed(vertices: FloatArray, place: Placer) -> FloatArray:
    """Degrees of the vertices, and of all that are needed in between."""
    plane = _finely(vertices, _on_body(vertices, place))
    placed = _on_body(plane, place)
    for _ in range(_MOST_HALVINGS):
        middle = (plane[:-1] + plane[1:]) / 2.0
        placed_middle = _on_body(middle, place)
        bent = np.flatnonzero(_bends(placed, placed_middle)) + 1
        if not len(bent):
            break
        plane = np.insert(plane, bent, middle[bent - 1], axis=0)
        placed = np.insert(placed, bent, placed_middle[bent - 1], axis=0)
    return placed


def _finely(vertices: FloatArray, placed: FloatArray) -> FloatArray:
    """Vertices with others between those that lie far apart on the body."""
    chords = np.linalg.norm(np.diff(_directions(placed), axis=0), axis=1)
    arcs = np.degrees(2.0 * np.arcsin(np.minimum(chords / 2.0, 1.0)))
    parts = np.maximum(np.ceil(arcs / _LONGEST_ARC_DEG), 1.0).astype(int)
    edge = np.repeat(np.arange(len(parts)), parts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (step / parts[edge])[:, None]
    between = vertices[edge] + share * (vertices[edge + 1] - vertices[edge])
    return np.concatenate([between, vertices[-1:]])


def _bends(placed: FloatArray, middle: FloatArray) -> NDArray[np.bool_]:
    """Which edges need a vertex in the middle to run through it when straight in degrees."""
    step = wrap_180(np.diff(placed[:, 0]))
    straight = np.stack([placed[:-1, 0] + step / 2.0, (placed[:-1, 1] + placed[1:, 1]) / 2], axis=1)
    off = np.linalg.norm(_directions(straight) - _directions(middle), axis=1)
    # Near a pole a wrong turn of longitude is no distance, and yet puts the pole on the other side.
    turned = np.abs(wrap_180(straight[:, 0] - middle[:, 0])) > _WIDEST_STEP_DEG
    return np.asarray((off > np.radians(TOLERANCE_DEG)) | turned)


def _directions(placed: FloatArray) -> FloatArray:
    return unit_vectors(placed[:, 0], placed[:, 1])


def _on_body(plane: FloatArray, place: Placer) -> FloatArray:
    """Degrees of places in the plane, latitudes within ±90."""
    placed = place(plane)
    beside = ~np.isfinite(placed).all(axis=1) | (np.abs(placed[:, 1]) > 90.0 + _BEYOND_POLE_DEG)
    if beside.any():
        x, y = plane[beside][0]
        raise PlanetaryError(
            f"The area reaches beyond the body, at {x:.10g}, {y:.10g} on the map.",
            hint="Keep the area within what the map shows of the body.",
        )
    return np.stack([wrap_180(placed[:, 0]), np.clip(placed[:, 1], -90.0, 90.0)], axis=1)


def _known(shapes: Iterable[shapely.Geometry | None]) -> list[shapely.Geometry]:
    return [shape for shape in shapes if shape is not None and not shapely.is_empty(shape)]
