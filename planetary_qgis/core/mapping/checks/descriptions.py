"""Units on the map against units in the description."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.checks.attributes import quoted
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.description import MapUnit, Rgb, units_in
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_layers import DESCRIPTION, UNIT_POINTS, UNITS
from planetary_qgis.core.mapping.wording import list_text

_HARDLY_APART = 5.0
"""Of CIE 1976 colour difference; 2.3 is just noticeable side by side."""
_D65_WHITE = np.array([0.95047, 1.0, 1.08883])
_XYZ_OF_LINEAR_SRGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def units_not_described(context: CheckContext) -> Iterator[Finding]:
    """Units of polygons and points without a row in the description, one finding a unit."""
    described = {each.unit for each in _rows(context)}
    on_polygons = _by_unit(context.unit_of_polygon)
    on_points = _by_unit(context.unit_of_point)
    for unit in [each for each in {**on_polygons, **on_points} if each not in described]:
        if unit in on_polygons:
            rows = on_polygons[unit]
            largest = rows[np.argmax(context.units.areas_m2[rows])]
            layer, ids = UNITS, context.units.ids[rows]
            place = context.units.places(np.array([largest]))[0]
        else:
            rows = on_points[unit]
            layer, ids = UNIT_POINTS, context.unit_points.ids[rows]
            place = context.unit_points.shapes[rows[0]]
        yield finding(
            "unit-not-described",
            layer,
            ids,
            place,
            f"The unit {quoted(unit)} of {named(layer, ids)} is not in the description.",
            _nearly(unit, described) or "Describe it, or correct the unit.",
            subject=unit,
        )


def unused_units(context: CheckContext) -> Iterator[Finding]:
    """Described units that neither a polygon nor a point has, on maps that have some."""
    used = {*context.unit_of_polygon} or {*context.unit_of_point}
    if not used:
        return
    for each in _rows(context):
        if each.unit and each.unit not in used:
            yield finding(
                "unit-unused",
                DESCRIPTION,
                [each.fid],
                None,
                f"The unit {quoted(each.unit)} is described, but not on the map.",
                "Delete its row, or map it.",
                subject=each.unit,
            )


def units_described_twice(context: CheckContext) -> Iterator[Finding]:
    """Units with several rows in the description."""
    rows: dict[str, list[int]] = {}
    for each in _rows(context):
        rows.setdefault(each.unit, []).append(each.fid)
    for unit, ids in rows.items():
        if unit and len(ids) > 1:
            yield finding(
                "unit-described-twice",
                DESCRIPTION,
                ids,
                None,
                f"The unit {quoted(unit)} is described {len(ids)} times, in"
                f" {named(DESCRIPTION, ids)}.",
                "Keep one of the rows.",
                subject=unit,
            )


def incomplete_descriptions(context: CheckContext) -> Iterator[Finding]:
    """Described units without a name, an age or a colour."""
    for each in _rows(context):
        lacking = _lacking(each)
        if each.unit and lacking:
            yield finding(
                "incomplete-description",
                DESCRIPTION,
                [each.fid],
                None,
                f"The unit {quoted(each.unit)} has {list_text(lacking)}.",
                "Complete its row in the description.",
                subject=f"{each.unit}: {list_text(lacking)}",
            )


def similar_colours(context: CheckContext) -> Iterator[Finding]:
    """Pairs of described units whose colours look alike."""
    rows = [each for each in _rows(context) if each.unit and each.rgb is not None]
    if not rows:
        return
    lab = _lab([each.rgb for each in rows if each.rgb is not None])
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    for i, j in np.argwhere(np.triu(apart < _HARDLY_APART, 1)):
        one, other = rows[i], rows[j]
        if one.unit == other.unit:
            continue
        alike = "have the same colour" if one.rgb == other.rgb else "have nearly the same colour"
        yield finding(
            "similar-colours",
            DESCRIPTION,
            [one.fid, other.fid],
            None,
            f"The units {quoted(one.unit)} and {quoted(other.unit)} {alike}.",
            "Change one of them, unless they never lie near each other.",
            subject=f"{one.unit}, {other.unit}",
        )


def _rows(context: CheckContext) -> tuple[MapUnit, ...]:
    return units_in(context.layer(DESCRIPTION))


def _by_unit(units: NDArray[np.object_]) -> dict[str, NDArray[np.intp]]:
    return {unit: np.flatnonzero(units == unit) for unit in dict.fromkeys(units) if unit}


def _nearly(unit: str, described: set[str]) -> str:
    meant = next((each for each in described if each.casefold() == unit.casefold()), None)
    return f"The description has {quoted(meant)}: write both the same." if meant else ""


def _lacking(unit: MapUnit) -> list[str]:
    there = {
        "no name": unit.name,
        "no age": unit.oldest or unit.youngest,
        "no colour": unit.rgb is not None,
    }
    return [word for word, found in there.items() if not found]


def _lab(colours: list[Rgb]) -> FloatArray:
    """(n, 3) CIE L*a*b* under D65. Source: IEC 61966-2-1 and CIE 15."""
    part = np.array(colours, dtype=float) / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    ratio = (linear @ _XYZ_OF_LINEAR_SRGB.T) / _D65_WHITE
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = bent.T
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=1)
