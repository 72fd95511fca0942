"""The polygons that edges close."""

from __future__ import annotations

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.units.lines import Mask, Source
from planetary_qgis.core.mapping.units.network import Network

_POLYGON = 2
_NOTHING = 8.0
"""Times the epsilon: what is narrower lies between roundings of one line."""


def faces_of(edges: Shapes, epsilon: float) -> Shapes:
    """(n,) Polygons between edges, with holes where others lie inside; nothing overlaps."""
    found = np.asarray(shapely.get_parts(shapely.polygonize(edges)), dtype=object)
    is_wide = 2.0 * shapely.area(found) > _NOTHING * epsilon * shapely.length(found)
    return np.asarray(found[is_wide])


def map_area(boundary: LayerContent, network: Network) -> Shapes:
    """(b,) Polygons that the map consists of; none where no boundary says where it ends.

    A boundary drawn as lines says so where they close, be it across small gaps.
    """
    drawn = np.asarray(shapely.force_2d(boundary.shapes[~shapely.is_missing(boundary.shapes)]))
    areas = drawn[shapely.get_dimensions(drawn) == _POLYGON]
    is_bad = ~shapely.is_valid(areas)
    areas[is_bad] = shapely.make_valid(areas[is_bad])
    is_drawn_as_line = shapely.get_dimensions(drawn) == 1
    if not is_drawn_as_line.any():
        return np.asarray(areas)
    of_boundary = network.lines.source[network.edges.line] != Source.CONTACT
    closed = shapely.get_parts(shapely.polygonize(network.edges.shapes(of_boundary)))
    return np.concatenate([areas, np.asarray(closed, dtype=object)])


def is_inside(areas: Shapes, points: Shapes) -> Mask:
    """(n,) which points lie in one of the areas; all where there are none."""
    inside = np.full(len(points), len(areas) == 0)
    x, y = shapely.get_x(points), shapely.get_y(points)
    for area in areas:
        shapely.prepare(area)
        inside |= shapely.contains_xy(area, x, y)
    return inside
