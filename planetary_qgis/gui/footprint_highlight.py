"""One footprint, shown on the map for as long as a row is pointed at."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtGui import QColor

from planetary_qgis.qgis_bridge.crs import same_body

_LINE = QColor(220, 20, 60)
_HALO = QColor(255, 255, 255, 180)
_FILL = QColor(220, 20, 60, 40)
_WIDTH = 2
_MARGIN = 1.3
_SPREAD = 2.0
"""Parts of a footprint whose common box is so many times wider than they are lie far apart."""


class FootprintHighlight:
    """A rubber band on the map; where there is no place for the footprint, none is shown."""

    def __init__(self, canvas: QgsMapCanvas, project: QgsProject) -> None:
        self._canvas = canvas
        self._project = project
        self._band = QgsRubberBand(canvas)
        self._band.setColor(_LINE)
        self._band.setFillColor(_FILL)
        self._band.setSecondaryStrokeColor(_HALO)
        self._band.setWidth(_WIDTH)

    def show(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> None:
        on_map = self._on_map(geometry, crs)
        if on_map is None:
            self.hide()
        else:
            self._band.setToGeometry(on_map, None)

    def hide(self) -> None:
        self._band.reset()

    def zoom_to(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> bool:
        """Whether the map shows the footprint now."""
        on_map = self._on_map(geometry, crs)
        if on_map is None:
            return False
        box = compact_box(on_map)
        if box.width() or box.height():
            box.scale(_MARGIN)
            self._canvas.setExtent(box)
        else:
            self._canvas.setCenter(box.center())
        self._canvas.refresh()
        return True

    def close(self) -> None:
        self.hide()
        self._canvas.scene().removeItem(self._band)

    def _on_map(
        self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem
    ) -> QgsGeometry | None:
        """The geometry in the map's CRS; None where it has no place there."""
        target = self._canvas.mapSettings().destinationCrs()
        if geometry.isEmpty() or not same_body(crs, target):
            return None
        moved = QgsGeometry(geometry)
        try:
            moved.transform(QgsCoordinateTransform(crs, target, self._project))
        except QgsCsException:
            return None
        return moved if moved.boundingBox().isFinite() else None


def compact_box(geometry: QgsGeometry) -> QgsRectangle:
    """The bounds of a geometry, or of its largest part where the parts lie far apart.

    So do those of a footprint over the antimeridian, whose common bounds are the whole world.
    """
    whole = geometry.boundingBox()
    parts = [part.boundingBox() for part in geometry.constParts()]
    if len(parts) < 2 or whole.width() <= _SPREAD * sum(part.width() for part in parts):
        return whole
    return max(parts, key=lambda part: part.width() * part.height())
