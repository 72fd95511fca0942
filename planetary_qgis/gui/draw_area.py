"""A map tool that draws one polygon."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent

_LEAST_CORNERS = 3
_SEE_THROUGH = 60


def area_band(canvas: QgsMapCanvas) -> QgsRubberBand:
    """An empty outline on the map in the colour of what is selected, seen through."""
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    colour = canvas.palette().highlight().color()
    band.setStrokeColor(colour)
    colour.setAlpha(_SEE_THROUGH)
    band.setFillColor(colour)
    band.setWidth(2)
    return band


class DrawArea(QgsMapTool):
    """Clicks are vertices; right click or Enter ends, Backspace takes back, Esc cancels.

    Once it ends, the tool that was there before is there again.
    """

    drawn = pyqtSignal(QgsGeometry)
    ended = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._corners: list[QgsPointXY] = []
        self._before: QgsMapTool | None = None
        self._band = area_band(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def start(self) -> None:
        """Take the map, with nothing drawn yet."""
        if self._canvas.mapTool() is not self:
            self._before = self._canvas.mapTool()
            self._canvas.setMapTool(self)
        self._canvas.setFocus()

    def stop(self) -> None:
        """Give the map back; what is not finished is lost."""
        if self._canvas.mapTool() is not self:
            return
        # Another plugin may have taken its tool away in the meantime.
        if self._before is not None and not sip.isdeleted(self._before):
            self._canvas.setMapTool(self._before)
        else:
            self._canvas.unsetMapTool(self)

    def close(self) -> None:
        """Give the map back for good."""
        self.stop()
        self._canvas.scene().removeItem(self._band)

    def deactivate(self) -> None:
        super().deactivate()
        self._corners = []
        self._show(None)
        self.ended.emit()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self._finish()
            return
        corner = event.mapPoint()
        # The second half of a double click is no corner of its own.
        if not self._corners or self._corners[-1] != corner:
            self._corners.append(corner)
        self._show(corner)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        self._show(event.mapPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._corners = self._corners[:-1]
            self._show(None)
        else:
            return
        # Else the canvas acts on the key as well, and Delete removes selected features.
        event.ignore()

    def _finish(self) -> None:
        corners = list(self._corners)
        self.stop()
        if len(corners) >= _LEAST_CORNERS:
            self.drawn.emit(QgsGeometry.fromPolygonXY([[*corners, corners[0]]]))

    def _show(self, pointer: QgsPointXY | None) -> None:
        """Show what is drawn so far, and where the next vertex would be."""
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        following = [] if pointer is None or not self._corners else [pointer]
        for corner in (*self._corners, *following):
            self._band.addPoint(corner)
