"""Unit points and the polygons that they name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.attributes import quoted
from planetary_qgis.core.mapping.checks.context import CheckContext, texts
from planetary_qgis.core.mapping.checks.drawn import DrawnPoints, Indices
from planetary_qgis.core.mapping.checks.same_rows import say_the_same
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_layers import (
    FEATURE_TYPE,
    LOCATION_FEATURES,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.wording import list_text


def polygons_without_point(context: CheckContext) -> Iterator[Finding]:
    """Polygons in which no unit point lies, on maps that have some."""
    if not len(context.unit_points.shapes):
        return
    lacking = np.ones(len(context.units.shapes), dtype=bool)
    lacking[context.points_in_polygons[0]] = False
    found = np.flatnonzero(lacking)
    for each, place in zip(found, context.units.places(found)):
        yield finding(
            "polygon-without-point",
            UNITS,
            [context.units.ids[each]],
            place,
            f"{named(UNITS, [context.units.ids[each]])} has no unit point.",
            "Add a point that names its unit.",
        )


def disagreeing_points(context: CheckContext) -> Iterator[Finding]:
    """Polygons with points that name several units."""
    for polygon, points in _points_by_polygon(context):
        by_unit = _by_unit(context, points)
        if len(by_unit) < 2:
            continue
        said = [
            f"{quoted(unit)} ({named(UNIT_POINTS, context.unit_points.ids[which])})"
            for unit, which in by_unit.items()
        ]
        fewest = min(by_unit.values(), key=len)
        yield finding(
            "points-disagree",
            UNIT_POINTS,
            context.unit_points.ids[points],
            context.unit_points.shapes[fewest[0]],
            f"The points in {named(UNITS, [context.units.ids[polygon]])} disagree:"
            f" {list_text(said)}.",
            "Close the contact between them, or remove the point that is wrong.",
        )


def units_not_of_point(context: CheckContext) -> Iterator[Finding]:
    """Polygons that say another unit than all of the points in them."""
    for polygon, points in _points_by_polygon(context):
        by_unit = _by_unit(context, points)
        says = context.unit_of_polygon[polygon]
        if len(by_unit) != 1 or says in by_unit:
            continue
        (unit, which), one = next(iter(by_unit.items())), context.units.ids[polygon]
        yield finding(
            "unit-not-of-point",
            UNITS,
            [one],
            context.unit_points.shapes[which[0]],
            f"{named(UNITS, [one])} says {quoted(says) if says else 'no unit'}, but"
            f" {named(UNIT_POINTS, context.unit_points.ids[which])} in it says {quoted(unit)}.",
            "Correct the point or build the units again.",
        )


def points_in_no_unit(context: CheckContext) -> Iterator[Finding]:
    """Unit points that lie in no polygon, on maps that have polygons."""
    points = context.unit_points
    if not len(context.units.shapes):
        return
    homeless = np.ones(len(points.shapes), dtype=bool)
    homeless[context.points_in_polygons[1]] = False
    on_border = np.zeros(len(points.shapes), dtype=bool)
    on_border[context.units.tree.query(points.shapes, predicate="intersects")[0]] = True
    for each in np.flatnonzero(homeless):
        where = "on the border of a unit" if on_border[each] else "in no unit"
        yield finding(
            "point-in-no-unit",
            UNIT_POINTS,
            [points.ids[each]],
            points.shapes[each],
            f"{named(UNIT_POINTS, [points.ids[each]])} lies {where}.",
            "Move it into the polygon that it names, or delete it.",
        )


def duplicate_points(context: CheckContext) -> Iterator[Finding]:
    """Points of a layer at the same place that say the same."""
    for layer, column in ((UNIT_POINTS, UNIT), (LOCATION_FEATURES, FEATURE_TYPE)):
        content = context.layer(layer)
        points = DrawnPoints.of(content)
        says = texts(content.column(column))[points.row]
        for first, second in same_places(context, points.shapes):
            if says[first] != says[second] or points.ids[first] == points.ids[second]:
                continue
            yield finding(
                "duplicate-point",
                layer,
                points.ids[[first, second]],
                points.shapes[first],
                f"{named(layer, points.ids[[first, second]])} lie at the same place and say the"
                " same.",
                "Delete one of them.",
                fix="merge-points" if say_the_same(content, *points.row[[first, second]]) else "",
            )


def same_places(context: CheckContext, points: NDArray[np.object_]) -> Iterator[tuple[int, int]]:
    """Each point that lies where an earlier one does: the first there, and it."""
    if not len(points):
        return
    x, y = shapely.get_x(points), shapely.get_y(points)
    reach = context.limits.nothing_m * context.ground.units_per_metre(x, y)
    later, earlier = shapely.STRtree(points).query(points, predicate="dwithin", distance=reach)
    after = later > earlier
    later, earlier = later[after], earlier[after]
    near = context.ground.distances(x[later], y[later], x[earlier], y[earlier])
    close = near < context.limits.nothing_m
    first: dict[int, int] = {}
    for one, other in zip(later[close], earlier[close]):
        first[int(one)] = min(first.get(int(one), int(other)), int(other))
    yield from ((earliest, one) for one, earliest in first.items())


def _points_by_polygon(context: CheckContext) -> Iterator[tuple[int, Indices]]:
    polygons, points = context.points_in_polygons
    order = np.argsort(polygons, kind="stable")
    each, start = np.unique(polygons[order], return_index=True)
    yield from zip(each.tolist(), np.split(points[order], start[1:]))


def _by_unit(context: CheckContext, points: Indices) -> dict[str, Indices]:
    """Points by the unit that they name; those that name none are left out."""
    units = context.unit_of_point[points]
    return {unit: points[units == unit] for unit in dict.fromkeys(units) if unit}
