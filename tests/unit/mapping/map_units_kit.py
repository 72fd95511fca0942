"""Contacts, boundaries and points for tests of units, and what is the same of two results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNIT, UNIT_POINTS
from planetary_qgis.core.mapping.units import BuiltUnits, build_units

MARS_RADIUS_M = 3396190.0
IN_DEGREES = Ground(MARS_RADIUS_M, lambda lon, lat: (lon, lat), is_in_degrees=True)


def layer(name: str, shapes: Sequence[Any], **columns: Sequence[Any]) -> LayerContent:
    """A layer of shapes or WKT texts, with ids from 1."""
    made = [shapely.from_wkt(each) if isinstance(each, str) else each for each in shapes]
    array = np.empty(len(made), dtype=object)
    array[:] = made
    ids = np.arange(1, len(made) + 1, dtype=np.int64)
    return LayerContent(name, ids, array, pd.DataFrame(columns, index=range(len(made))))


def contacts_of(*shapes: Any, **columns: Sequence[Any]) -> LayerContent:
    return layer(CONTACTS, shapes, **columns)


def boundary_of(*shapes: Any) -> LayerContent:
    return layer(MAP_BOUNDARY, shapes)


def points_of(*places_and_units: tuple[float, float, Any]) -> LayerContent:
    """Unit points at x and y that say a unit."""
    return layer(
        UNIT_POINTS,
        [shapely.Point(x, y) for x, y, _ in places_and_units],
        **{UNIT: [unit for _, _, unit in places_and_units]},
    )


def built(
    contacts: LayerContent,
    boundary: LayerContent | None = None,
    points: LayerContent | None = None,
    ground: Ground | None = None,
    **options: Any,
) -> BuiltUnits:
    """Units on a plane of metres, at a scale that shows everything, with nothing closed."""
    options = {"scale": 0.001, "closing_distance_m": 0.0, **options}
    return build_units(
        contacts, boundary or boundary_of(), points or points_of(), ground or Ground(), **options
    )


def found(result: BuiltUnits, check: str) -> list[Finding]:
    return [each for each in result.findings if each.check == check]


def outlines(shapes: np.ndarray) -> list[str]:
    """Polygons as texts that are the same wherever their rings begin, in one order."""
    return sorted(shapely.to_wkt(shapely.normalize(shapes), rounding_precision=-1))


def vertices(shapes: Any) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shapes).tolist()))
