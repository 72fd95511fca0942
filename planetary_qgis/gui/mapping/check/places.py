"""Where findings are on the canvas, and how to get there.

Imports shapely: import it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsPointXY,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas

from planetary_qgis.core.geos import shapely
from planetary_qgis.gui.footprint_highlight import compact_box
from planetary_qgis.gui.mapping.check.model import Found
from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of

_METRES_PER_INCH = 0.0254
_ROOM = 1.4
_CLOSER, _FARTHER = 0.1, 1.5
"""So many times the wanted width still counts as close to it."""
_CALM = 0.35
"""A place so near to the middle of the canvas, in its widths, moves nothing."""


def spots_of(found: Sequence[Found]) -> np.ndarray:
    """(n, 2) a point on each place in the map's CRS; NaN where there is none."""
    spots = np.full((len(found), 2), np.nan)
    places = np.array([each.finding.place for each in found] or [None], dtype=object)[: len(found)]
    there = ~(shapely.is_missing(places) | shapely.is_empty(places))
    points = shapely.point_on_surface(places[there])
    spots[there] = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return spots


def on_map(
    spots: np.ndarray, crs: QgsCoordinateReferenceSystem, canvas: QgsMapCanvas
) -> np.ndarray:
    """(n, 2) the same points in the canvas's CRS; NaN where they have no place there."""
    transform = _transform(crs, canvas)
    moved = np.full_like(spots, np.nan)
    if transform is None:
        return moved
    if transform.isShortCircuited():
        return spots
    for row in np.flatnonzero(np.isfinite(spots).all(axis=1)):
        try:
            point = transform.transform(QgsPointXY(*spots[row]))
        except QgsCsException:
            continue
        moved[row] = point.x(), point.y()
    return moved


def show_place(
    place: Any, crs: QgsCoordinateReferenceSystem, canvas: QgsMapCanvas, scale: float
) -> QgsPointXY | None:
    """Go to a place and flash it; gives its middle on the canvas, None where it is nowhere there.

    The canvas stays as it is where the place can be seen well at about the wanted scale.

    Args:
        scale: Denominator, on the ground, to look at things at.
    """
    transform = _transform(crs, canvas)
    if place is None or place.is_empty or transform is None:
        return None
    geometry = geometry_of(place)
    try:
        geometry.transform(transform)
    except QgsCsException:
        return None
    box = compact_box(geometry)
    if not box.isFinite():
        return None
    _go(box, canvas, scale)
    canvas.flashGeometries([geometry])
    return box.center()


def _go(box: QgsRectangle, canvas: QgsMapCanvas, scale: float) -> None:
    """Show a box at the wanted scale, or wider where it would not fit."""
    view, middle = canvas.extent(), box.center()
    aspect = view.height() / view.width() if view.width() else 1.0
    wanted = max(
        _width_at(scale, middle, canvas), _ROOM * box.width(), _ROOM * box.height() / aspect
    )
    if not np.isfinite(wanted) or wanted <= 0.0:
        canvas.setCenter(middle)
        canvas.refresh()
        return
    is_close = _CLOSER * wanted <= view.width() <= _FARTHER * wanted
    fits = _ROOM * max(box.width(), box.height() / aspect) <= view.width()
    if is_close and fits:
        if _is_off_centre(box, view):
            canvas.setCenter(middle)
            canvas.refresh()
        return
    half_width, half_height = wanted / 2.0, wanted * aspect / 2.0
    canvas.setExtent(
        QgsRectangle(
            middle.x() - half_width,
            middle.y() - half_height,
            middle.x() + half_width,
            middle.y() + half_height,
        )
    )
    canvas.refresh()


def _width_at(scale: float, middle: QgsPointXY, canvas: QgsMapCanvas) -> float:
    """Map units across the canvas at a scale on the ground; QGIS's own knows Earth's only."""
    settings = canvas.mapSettings()
    metres = settings.outputSize().width() / settings.outputDpi() * _METRES_PER_INCH * scale
    ground = ground_of(settings.destinationCrs(), QgsRectangle(middle, middle))
    per_metre = ground.units_per_metre(np.array([middle.x()]), np.array([middle.y()]))
    return float(metres * per_metre[0])


def _is_off_centre(box: QgsRectangle, view: QgsRectangle) -> bool:
    middle, now = box.center(), view.center()
    return (
        abs(middle.x() - now.x()) + box.width() / 2.0 > _CALM * view.width()
        or abs(middle.y() - now.y()) + box.height() / 2.0 > _CALM * view.height()
    )


def _transform(
    crs: QgsCoordinateReferenceSystem, canvas: QgsMapCanvas
) -> QgsCoordinateTransform | None:
    """From the map's CRS to the canvas's; None between bodies."""
    target = canvas.mapSettings().destinationCrs()
    if crs == target:
        return QgsCoordinateTransform()
    if not (crs.isValid() and target.isValid() and same_body(crs, target)):
        return None
    return QgsCoordinateTransform(crs, target, QgsCoordinateTransformContext())
