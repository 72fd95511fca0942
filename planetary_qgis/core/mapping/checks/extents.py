"""Features outside of the map's boundary."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.drawn import drawable
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    SURFACE_FEATURES,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.wording import length_text

_LAYERS = (
    UNITS,
    CONTACTS,
    UNIT_POINTS,
    LINEAR_FEATURES,
    SURFACE_FEATURES,
    LOCATION_FEATURES,
)


def outside_boundary(context: CheckContext) -> Iterator[Finding]:
    """Features that are nowhere within the boundary."""
    for layer, one, outside, farthest_m, is_within in context.once(
        "beyond", lambda: [*_beyond(context)]
    ):
        if not is_within:
            yield finding(
                "outside-boundary",
                layer,
                [one],
                shapely.point_on_surface(outside),
                f"{named(layer, [one])} lies outside of the map's boundary.",
                "Delete it, or widen the boundary.",
                size=farthest_m,
            )


def crossing_boundary(context: CheckContext) -> Iterator[Finding]:
    """Features that go over the boundary farther than the scale hides."""
    for layer, one, outside, farthest_m, is_within in context.once(
        "beyond", lambda: [*_beyond(context)]
    ):
        if is_within:
            yield finding(
                "crosses-boundary",
                layer,
                [one],
                shapely.point_on_surface(outside),
                f"{named(layer, [one])} goes {length_text(farthest_m)} beyond the map's boundary.",
                "Cut it off at the boundary, or widen the boundary.",
                size=farthest_m,
            )


def _beyond(context: CheckContext) -> Iterator[tuple[str, int, shapely.Geometry, float, bool]]:
    """Layer, feature, its part outside, how far that goes, and whether some of it is within."""
    boundary = context.boundary
    if boundary is None:
        return
    shapely.prepare(boundary)
    for layer in _LAYERS:
        content = context.layer(layer)
        rows = np.flatnonzero(drawable(content))
        rows = rows[~shapely.covers(boundary, content.shapes[rows])]
        shapes = _sound(content.shapes[rows])
        outside = np.asarray(shapely.difference(shapes, boundary), dtype=object)
        farthest_m = _farthest_m(context, outside, boundary)
        within = shapely.intersects(boundary, shapes)
        for each in np.flatnonzero(farthest_m > context.limits.closing_m):
            one = int(content.ids[rows[each]])
            yield layer, one, outside[each], float(farthest_m[each]), bool(within[each])


def _sound(shapes: Shapes) -> Shapes:
    flat = np.asarray(shapely.force_2d(shapes), dtype=object)
    broken = ~shapely.is_valid(flat)
    flat[broken] = shapely.make_valid(flat[broken])
    return flat


def _farthest_m(
    context: CheckContext, outside: Shapes, boundary: shapely.Geometry
) -> NDArray[np.float64]:
    """(n,) metres from the boundary to the farthest vertex of each shape."""
    points, owner = shapely.get_coordinates(outside, return_index=True)
    links = shapely.shortest_line(shapely.points(points), boundary)
    ends: FloatArray = shapely.get_coordinates(links).reshape(-1, 4)
    farthest = np.zeros(len(outside))
    np.fmax.at(farthest, owner, context.ground.distances(*ends.T))
    return farthest
