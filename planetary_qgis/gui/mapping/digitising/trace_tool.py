"""A map tool that draws along the edges of a raster from click to click."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsGeometry, QgsPointXY, QgsRasterLayer, QgsVectorLayer, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.mapping.drawing.edge_paths import edge_between

_ENDING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TAKING_BACK_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class TraceTool(QgsMapTool):
    """Clicks lie on the edge; right click or Enter ends, Backspace takes back, Esc cancels.

    Ends of the line snap as QGIS is set to.
    """

    drawn = pyqtSignal(QgsGeometry)
    failed = pyqtSignal(PlanetaryError)

    def __init__(self, canvas: QgsMapCanvas, layer: Callable[[], QgsVectorLayer | None]) -> None:
        super().__init__(canvas)
        self._canvas, self._layer = canvas, layer
        self._places: list[QgsPointXY] = []
        self._legs: list[QgsGeometry] = []
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.LineGeometry)
        self._band.setColor(canvas.palette().highlight().color())
        self._band.setWidth(2)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def deactivate(self) -> None:
        self._forget()
        super().deactivate()

    def close(self) -> None:
        """Take what is drawn off the map for good."""
        self._canvas.scene().removeItem(self._band)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self._end()
            return
        layer = self._layer()
        if layer is None or event.button() != Qt.MouseButton.LeftButton:
            return
        place = self.toLayerCoordinates(layer, event.snapPoint())
        try:
            self._go_to(layer, place)
        except PlanetaryError as error:
            self.failed.emit(error)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENDING_KEYS:
            self._end()
        elif event.key() in _TAKING_BACK_KEYS:
            self._take_back()
        elif event.key() == Qt.Key.Key_Escape:
            self._forget()
        else:
            return
        event.accept()

    def _go_to(self, layer: QgsVectorLayer, place: QgsPointXY) -> None:
        if self._places:
            raster = self._raster_below(layer, place)
            pixel = self._pixel_size(raster, self.toMapCoordinates(layer, place))
            start = self._places[-1]
            self._legs.append(edge_between(raster, start, place, layer.crs(), pixel))
        self._places.append(place)

    def _raster_below(self, layer: QgsVectorLayer, place: QgsPointXY) -> QgsRasterLayer:
        """The topmost raster on the map that reaches there."""
        on_map = self.toMapCoordinates(layer, place)
        for each in self._canvas.layers():
            if isinstance(each, QgsRasterLayer) and each.extent().contains(
                self.toLayerCoordinates(each, on_map)
            ):
                return each
        raise PlanetaryError(
            self.tr("There is no raster to trace."),
            hint=self.tr("Show the raster whose edge is to be followed, then click on it."),
        )

    def _pixel_size(self, raster: QgsRasterLayer, on_map: QgsPointXY) -> float:
        """A pixel of the screen there, in units of the raster's plane."""
        beside = QgsPointXY(on_map.x() + self._canvas.mapUnitsPerPixel(), on_map.y())
        here = self.toLayerCoordinates(raster, on_map)
        return here.distance(self.toLayerCoordinates(raster, beside))

    def _end(self) -> None:
        if self._legs:
            points = self._legs[0].asPolyline()
            for leg in self._legs[1:]:
                points += leg.asPolyline()[1:]
            self._forget()
            self.drawn.emit(QgsGeometry.fromPolylineXY(points))
        else:
            self._forget()

    def _take_back(self) -> None:
        if self._places:
            self._places.pop()
        if self._legs:
            self._legs.pop()
        self._show()

    def _forget(self) -> None:
        self._places, self._legs = [], []
        self._band.reset(QgsWkbTypes.GeometryType.LineGeometry)

    def _show(self) -> None:
        layer = self._layer()
        self._band.reset(QgsWkbTypes.GeometryType.LineGeometry)
        if layer is None:
            return
        for leg in self._legs:
            self._band.addGeometry(leg, layer)
        if self._places and not self._legs:
            self._band.addPoint(self.toMapCoordinates(layer, self._places[0]))
