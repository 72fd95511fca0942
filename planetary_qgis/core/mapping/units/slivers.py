"""Polygons that are narrower than a map shows."""

from __future__ import annotations

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.lines import Indices

_NARROW_AT_SCALE_M = 0.0005
_MARGIN = 2.0


def slivers(
    shapes: Shapes, places: FloatArray, ground: Ground, scale: float
) -> tuple[Indices, FloatArray]:
    """Which polygons are narrower on average than half a millimetre on the map, and their metres.

    The average width of a strip is twice its area divided by its perimeter.

    Args:
        places: (n, 2) inside of them.
    """
    limit = scale * _NARROW_AT_SCALE_M
    units = ground.units_per_metre(places[:, 0], places[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        in_plane = 2.0 * shapely.area(shapes) / shapely.length(shapes)
        # No direction has more map units a metre: on the ground it is at least that wide, or
        # somewhat less where scale changes along it.
        maybe = np.flatnonzero(in_plane / units < _MARGIN * limit)
    if len(maybe) == 0:
        return maybe, np.zeros(0)
    width = 2.0 * ground.areas(shapes[maybe]) / np.maximum(ground.lengths(shapes[maybe]), 1e-9)
    return maybe[width < limit], width[width < limit]
