"""The findings of a list as signs over the map; they are in no layer and in no project."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.gui.mapping.check.icons import finding_picture
from planetary_qgis.gui.mapping.check.model import Found

_RING = 15.0
_RING_COLOURS = (("#ffffff", 5.0), ("#000000", 2.5))
_ABOVE_THE_MAP = 150.0
_ALL_ROUND = 1.0
"""Signs are drawn as far beyond the canvas as it is wide: it moves while it is dragged."""


class FindingMarks(QgsMapCanvasItem):
    """Many thousands of signs, of which those in view are drawn, and a ring around one."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._places: dict[Severity | None, np.ndarray] = {}
        self._ring: QgsPointXY | None = None
        self.setZValue(_ABOVE_THE_MAP)
        self.hide()

    def show_found(self, found: Sequence[Found], crs: QgsCoordinateReferenceSystem) -> None:
        """Show the places of findings, which are in this CRS."""
        from planetary_qgis.gui.mapping.check.places import on_map, spots_of

        spots = on_map(spots_of(found), crs, self._canvas)
        severities = np.array([_RANKS.index(each.severity) for each in found], dtype=int)
        self._places = {
            severity: spots[(severities == rank) & np.isfinite(spots).all(axis=1)]
            for rank, severity in enumerate(_RANKS)
        }
        self.setVisible(any(len(places) for places in self._places.values()))
        self.update()

    def ring(self, spot: QgsPointXY | None) -> None:
        """Draw a ring around a place in the map's CRS, or around none."""
        self._ring = spot
        self.update()

    def clear(self) -> None:
        self._places, self._ring = {}, None
        self.hide()

    def close(self) -> None:
        """Leave the map."""
        self._canvas.scene().removeItem(self)

    def boundingRect(self) -> QRectF:
        width, height = self._canvas.width(), self._canvas.height()
        return QRectF(0.0, 0.0, width, height).adjusted(
            -_ALL_ROUND * width, -_ALL_ROUND * height, _ALL_ROUND * width, _ALL_ROUND * height
        )

    def updatePosition(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem | None = None,
        _widget: QWidget | None = None,
    ) -> None:
        for severity in reversed(_RANKS):
            self._paint_signs(painter, severity)
        if self._ring is not None:
            self._paint_ring(painter, self.toCanvasCoordinates(self._ring))

    def _paint_signs(self, painter: QPainter, severity: Severity | None) -> None:
        picture = finding_picture(severity)
        whole = QRectF(picture.rect())
        fragments = [
            QPainter.PixmapFragment.create(QPointF(x, y), whole)
            for x, y in self._in_view(self._places.get(severity, np.zeros((0, 2))))
        ]
        if fragments:
            painter.drawPixmapFragments(fragments, picture)

    def _in_view(self, places: np.ndarray) -> np.ndarray:
        """(k, 2) pixels of those that can be seen, each pixel once."""
        to_pixels = self._canvas.getCoordinateTransform()
        origin = to_pixels.transform(QgsPointXY(0.0, 0.0))
        x_axis = to_pixels.transform(QgsPointXY(1.0, 0.0)) - origin
        y_axis = to_pixels.transform(QgsPointXY(0.0, 1.0)) - origin
        pixels = np.empty_like(places)
        pixels[:, 0] = origin.x() + places[:, 0] * x_axis.x() + places[:, 1] * y_axis.x()
        pixels[:, 1] = origin.y() + places[:, 0] * x_axis.y() + places[:, 1] * y_axis.y()
        view = self.boundingRect()
        seen = (
            (pixels[:, 0] >= view.left())
            & (pixels[:, 0] <= view.right())
            & (pixels[:, 1] >= view.top())
            & (pixels[:, 1] <= view.bottom())
        )
        return np.unique(np.round(pixels[seen]), axis=0)

    def _paint_ring(self, painter: QPainter, middle: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in _RING_COLOURS:
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(middle, _RING, _RING)


_RANKS: tuple[Severity | None, ...] = (*Severity, None)
