"""Polygons that are odd in themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import POLYGON_LAYERS, CheckContext
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_layers import UNITS
from planetary_qgis.core.mapping.wording import area_text, length_text, paper_text

_TOUCHES = "Ring Self-intersection"
_REASONS = {
    "Self-intersection": "has an outline that crosses itself",
    "Hole lies outside shell": "has a hole that lies outside of it",
    "Holes are nested": "has a hole within a hole",
    "Interior is disconnected": "has holes that cut it in two",
    "Nested shells": "has a part within another part",
    "Duplicate Rings": "has the same outline twice",
    "Too few points in geometry component": "has an outline of fewer than three places",
}


def invalid_polygons(context: CheckContext) -> Iterator[Finding]:
    """Polygons without a clear inside, except those that only touch themselves."""
    for layer, one, reason, place in context.once("not valid", lambda: [*_not_valid(context)]):
        if reason == _TOUCHES:
            continue
        yield finding(
            "invalid-polygon",
            layer,
            [one],
            place,
            f"{named(layer, [one])} {_REASONS.get(reason, f'is not valid ({reason})')}.",
            _hint(layer, "Redraw the outline there."),
        )


def self_touching(context: CheckContext) -> Iterator[Finding]:
    """Polygons whose outline touches itself."""
    for layer, one, reason, place in context.once("not valid", lambda: [*_not_valid(context)]):
        if reason == _TOUCHES:
            yield finding(
                "self-touching",
                layer,
                [one],
                place,
                f"{named(layer, [one])} has an outline that touches itself.",
                _hint(layer, "Make two polygons of it, or a polygon with a hole."),
            )


def zero_area(context: CheckContext) -> Iterator[Finding]:
    """Polygons that are folded to a line or a point."""
    for polygons in map(context.polygons, POLYGON_LAYERS):
        for each in np.flatnonzero(polygons.is_flat):
            yield finding(
                "zero-area",
                polygons.layer,
                [polygons.ids[each]],
                shapely.Point(shapely.get_coordinates(polygons.shapes[each])[0]),
                f"{named(polygons.layer, [polygons.ids[each]])} has no area.",
                "Delete it.",
                fix="remove-polygon",
                size=0.0,
            )


def multipart_polygons(context: CheckContext) -> Iterator[Finding]:
    """Unit polygons of several parts."""
    units = context.units
    parts = shapely.get_num_geometries(units.shapes)
    for each in np.flatnonzero(parts > 1):
        yield finding(
            "multipart-polygon",
            UNITS,
            [units.ids[each]],
            units.places(np.array([each]))[0],
            f"{named(UNITS, [units.ids[each]])} has {parts[each]} parts.",
            "Split it into one polygon a part.",
            fix="split-parts",
        )


def small_polygons(context: CheckContext) -> Iterator[Finding]:
    """Unit polygons smaller than the map has room for."""
    units, limits = context.units, context.limits
    found = np.flatnonzero((units.areas_m2 < limits.small_area_m2) & ~units.is_flat)
    for each, place in zip(found, units.places(found)):
        area = units.areas_m2[each]
        paper = 1e6 * area / limits.scale**2
        yield finding(
            "small-polygon",
            UNITS,
            [units.ids[each]],
            place,
            f"{named(UNITS, [units.ids[each]])} is {area_text(area)} large,"
            f" {paper_text(paper, 'mm²')} on the map.",
            "Merge it with a neighbour, or draw it as a surface feature.",
            size=area,
        )


def skinny_polygons(context: CheckContext) -> Iterator[Finding]:
    """Unit polygons that are narrower on average than the map shows."""
    units, limits = context.units, context.limits
    # A long strip has twice its length around it.
    widths = 2.0 * units.areas_m2 / np.maximum(units.perimeters_m, limits.nothing_m)
    found = np.flatnonzero((widths < limits.narrow_m) & ~units.is_flat)
    for each, place in zip(found, units.places(found)):
        yield finding(
            "skinny-polygon",
            UNITS,
            [units.ids[each]],
            place,
            f"{named(UNITS, [units.ids[each]])} is {length_text(widths[each])} wide on average,"
            f" {paper_text(1000.0 * widths[each] / limits.scale)} on the map.",
            "Draw the two contacts beside it as one, then build the units again.",
            size=widths[each],
        )


def _not_valid(context: CheckContext) -> Iterator[tuple[str, int, str, shapely.Point]]:
    """Layer, feature, GEOS's word for what is wrong, and where."""
    for polygons in map(context.polygons, POLYGON_LAYERS):
        broken = np.flatnonzero(~polygons.is_valid & ~polygons.is_flat)
        for each, text in zip(broken, shapely.is_valid_reason(polygons.shapes[broken])):
            reason, _, where = text.partition("[")
            spot = [float(number) for number in where.rstrip("]").split()[:2]]
            place = shapely.Point(spot) if len(spot) == 2 else polygons.places(np.array([each]))[0]
            yield polygons.layer, int(polygons.ids[each]), reason, place


def _hint(layer: str, hint: str) -> str:
    return "Mend the contacts there, then build the units again." if layer == UNITS else hint
