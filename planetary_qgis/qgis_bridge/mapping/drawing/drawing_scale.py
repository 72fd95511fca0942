"""How large things on the screen are on the ground, whatever CRS the view is in."""

from __future__ import annotations

import math

from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.spheres import sphere_of

_M_PER_INCH = 0.0254


def metres_per_pixel(
    crs: QgsCoordinateReferenceSystem, middle: QgsPointXY, units_per_pixel: float
) -> float | None:
    """Metres on the ground that a pixel takes in the middle of a view; None beside the body."""
    try:
        sphere = sphere_of(crs)
        across, up = (
            sphere.distance(
                QgsPointXY(middle.x() - dx, middle.y() - dy),
                QgsPointXY(middle.x() + dx, middle.y() + dy),
            )
            for dx, dy in ((units_per_pixel / 2.0, 0.0), (0.0, units_per_pixel / 2.0))
        )
    except PlanetaryError:
        return None
    metres = math.sqrt(across * up)
    return metres if math.isfinite(metres) and metres > 0.0 else None


def zoom_to_scale(metres_a_pixel: float, scale: float, dots_per_inch: float) -> float:
    """By what a view is to be made larger so that it is drawn at 1:scale on the ground."""
    return scale * _M_PER_INCH / dots_per_inch / metres_a_pixel
