"""Whether units cover the map, and each place once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.map_layers import MAP_BOUNDARY, UNITS
from planetary_qgis.core.mapping.wording import area_text

_BUILD = "Build the units again, or correct the polygons there."


def gaps(context: CheckContext) -> Iterator[Finding]:
    """Areas within the map, or between units, that are of no unit."""
    if not len(context.units.shapes):
        yield from _no_units(context)
        return
    covered = context.units.together
    if context.boundary is None:
        rings = shapely.get_rings(shapely.get_parts(shapely.normalize(covered)))
        filled = shapely.union_all(shapely.polygons(rings))
    else:
        filled = context.boundary
    for gap, area in _real_areas(context, shapely.difference(filled, covered)):
        touched = context.units.tree.query(gap, predicate="intersects")
        ids = np.sort(context.units.ids[touched])
        beside = f" beside {named(UNITS, ids)}" if len(ids) else ""
        yield finding(
            "gap",
            UNITS,
            ids,
            shapely.point_on_surface(gap),
            f"{area_text(area)}{beside} are of no unit.",
            _BUILD,
            size=area,
        )


def overlaps(context: CheckContext) -> Iterator[Finding]:
    """Areas that are of two units."""
    units = context.units
    asked = np.flatnonzero(units.may_overlap)
    found, other = units.tree.query(units.sound[asked], predicate="intersects")
    pairs = np.sort(np.stack([asked[found], other], axis=1), axis=1)
    one, other = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).T
    shared = shapely.intersection(units.sound[one], units.sound[other])
    twofold = np.flatnonzero(shapely.area(shared) > 0.0)
    for pair in twofold:
        ids = units.ids[[one[pair], other[pair]]]
        for part, area in _real_areas(context, shared[pair]):
            yield finding(
                "overlap",
                UNITS,
                ids,
                shapely.point_on_surface(part),
                f"{named(UNITS, ids)} overlap by {area_text(area)}.",
                _BUILD,
                size=area,
            )


def _no_units(context: CheckContext) -> Iterator[Finding]:
    if context.boundary is not None and len(context.contacts.parts):
        yield finding(
            "gap",
            MAP_BOUNDARY,
            context.polygons(MAP_BOUNDARY).ids,
            shapely.point_on_surface(context.boundary),
            "The map has contacts, but no units yet.",
            "Build the units.",
        )


def _real_areas(
    context: CheckContext, shape: shapely.Geometry
) -> Iterator[tuple[shapely.Geometry, float]]:
    """Polygons of a shape that are wider than roundings, and their square metres."""
    parts: Shapes = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_dimensions(parts) == 2]
    areas, around = context.ground.areas(parts), context.ground.lengths(parts)
    for part, area, perimeter in zip(parts, areas, around):
        if 2.0 * area > context.limits.nothing_m * perimeter:
            yield part, float(area)
