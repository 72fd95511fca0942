"""What building units could not decide, and what it did without being asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.map_layers import CONTACTS, UNIT, UNIT_POINTS, UNITS
from planetary_qgis.core.mapping.units.lines import Indices
from planetary_qgis.core.mapping.units.network import LooseEnd
from planetary_qgis.core.mapping.units.unit_points import LocatedPoints, UnitPoints
from planetary_qgis.core.mapping.wording import area_text, length_text, list_text

_NO_LENGTH_M = 1e-3
"""Gaps below that are roundings of coordinates, and no news for a mapper."""


def disagreements(
    located: LocatedPoints, apart: Iterable[int], places: Shapes
) -> Iterator[Finding]:
    """Polygons whose points name different units."""
    points = located.points
    for each in apart:
        inside = np.flatnonzero((located.face == each) & (points.units != ""))
        inside = inside[np.argsort(points.ids[inside], kind="stable")]
        said = [f"point {points.ids[row]} says “{points.units[row]}”" for row in inside]
        yield Finding(
            "points-disagree",
            Severity.ERROR,
            UNIT_POINTS,
            tuple(int(each) for each in points.ids[inside]),
            places[each],
            f"The unit points in this polygon disagree: {list_text(said)}.",
            "Draw or close the contact between them, or correct the point that is wrong.",
        )


def polygons_without_points(
    which: Indices, places: Shapes, areas_m2: FloatArray, previous: Indices
) -> Iterator[Finding]:
    """Polygons that no point names; areas are those of `which`."""
    for each, area in zip(which, areas_m2):
        yield Finding(
            "polygon-without-point",
            Severity.WARNING,
            UNITS,
            _known(previous[each]),
            places[each],
            f"No unit point lies in this polygon of {area_text(area)}.",
            "Set a unit point in it, or remove the contact that parts it from its neighbour.",
            size=float(area),
        )


def narrow_polygons(
    which: Indices, widths_m: FloatArray, places: Shapes, previous: Indices
) -> Iterator[Finding]:
    """Slivers, with their widths."""
    for each, width in zip(which, widths_m):
        yield Finding(
            "skinny-polygon",
            Severity.WARNING,
            UNITS,
            _known(previous[each]),
            places[each],
            f"This polygon is {length_text(width)} wide on average, which the map's scale cannot"
            " show.",
            "Make one line of the two that enclose it, if it is none that you meant to draw.",
            size=float(width),
        )


def misplaced_points(located: LocatedPoints) -> Iterator[Finding]:
    """Points in no polygon, or on a contact."""
    points = located.points
    for row in np.flatnonzero(located.face < 0):
        if located.is_on_border[row]:
            where = "lies exactly on a contact or on the map's boundary"
        else:
            where = "lies in no polygon"
        yield Finding(
            "point-in-no-unit",
            Severity.WARNING,
            UNIT_POINTS,
            (int(points.ids[row]),),
            points.shapes[row],
            f"Unit point {points.ids[row]}{_saying(points.units[row])} {where}.",
            "Move it into the polygon that it names, or close the contacts around it.",
        )


def silent_points(points: UnitPoints) -> Iterator[Finding]:
    """Points that name no unit."""
    for row in np.flatnonzero(points.units == ""):
        yield Finding(
            "empty-attribute",
            Severity.WARNING,
            UNIT_POINTS,
            (int(points.ids[row]),),
            points.shapes[row],
            f"Unit point {points.ids[row]} names no unit.",
            "Choose its unit, or delete it.",
            subject=UNIT,
        )


def closed_gaps(ends: Iterable[LooseEnd]) -> Iterator[Finding]:
    """Ends that were joined to a line."""
    for end in ends:
        if end.gap_m < _NO_LENGTH_M:
            continue
        yield Finding(
            "undershoot",
            Severity.NOTE,
            end.layer,
            (end.line,),
            end.place,
            f"{_named(end)} ends {length_text(end.gap_m)} before another line: the gap was"
            " closed for the polygons, the line itself was not changed.",
            "Snap its end to the other line, so that both meet on the map too.",
            size=end.gap_m,
        )


def dangling_ends(ends: Iterable[LooseEnd]) -> Iterator[Finding]:
    """Ends that bound nothing."""
    for end in ends:
        near = np.isfinite(end.gap_m)
        distance = (
            f"the nearest line is {length_text(end.gap_m)} away" if near else "no line is near"
        )
        yield Finding(
            "dangle",
            Severity.WARNING,
            end.layer,
            (end.line,),
            end.place,
            f"{_named(end)} meets no line there: {distance}.",
            "Draw it on to the line that it should meet, or remove the part that leads nowhere.",
            size=end.gap_m if near else None,
        )


def places_inside(shapes: Shapes) -> Shapes:
    """(n,) a Point inside each polygon."""
    return np.asarray(shapely.point_on_surface(shapes))


def _named(end: LooseEnd) -> str:
    return f"{'Contact' if end.layer == CONTACTS else 'Map boundary'} {end.line}"


def _saying(unit: str) -> str:
    return f" (“{unit}”)" if unit else ""


def _known(previous: int) -> tuple[int, ...]:
    return (int(previous),) if previous >= 0 else ()
