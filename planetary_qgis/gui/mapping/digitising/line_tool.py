"""Map tools: draw a line with all that QGIS offers for drawing, or click a line."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsFeature, QgsGeometry, QgsMapLayer, QgsVectorLayer
from qgis.gui import (
    QgsAdvancedDigitizingDockWidget,
    QgsMapCanvas,
    QgsMapMouseEvent,
    QgsMapToolCapture,
    QgsMapToolDigitizeFeature,
    QgsMapToolIdentify,
)
from qgis.PyQt.QtCore import pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.mapping.edit_steps import start_editing


class LineTool(QgsMapToolDigitizeFeature):
    """Draws a line, snapped, traced or streamed as QGIS is set, in the CRS of a layer.

    Attributes:
        active_layer: The one that was active before; while this tool is on, its own layer is.
    """

    drawn = pyqtSignal(QgsGeometry)
    failed = pyqtSignal(PlanetaryError)

    def __init__(
        self,
        canvas: QgsMapCanvas,
        cad: QgsAdvancedDigitizingDockWidget,
        layer: Callable[[], QgsVectorLayer | None],
    ) -> None:
        super().__init__(canvas, cad, QgsMapToolCapture.CaptureMode.CaptureLine)
        self.setCheckGeometryType(False)
        self._canvas, self._layer = canvas, layer
        self.active_layer: QgsMapLayer | None = None
        self.digitizingCompleted.connect(self._tell)

    def activate(self) -> None:
        """Begin to edit the layer: QGIS draws nothing for layers that take no features."""
        self.active_layer = self._canvas.currentLayer()
        layer = self._layer()
        if layer is not None:
            try:
                start_editing(layer)
            except PlanetaryError as error:
                self.failed.emit(error)
            self.setLayer(layer)
        super().activate()

    def _tell(self, feature: QgsFeature) -> None:
        self.drawn.emit(feature.geometry())


class PickLineTool(QgsMapToolIdentify):
    """Takes the line of these layers that is clicked."""

    picked = pyqtSignal(QgsVectorLayer, "qint64")

    def __init__(self, canvas: QgsMapCanvas, layers: Callable[[], list[QgsVectorLayer]]) -> None:
        super().__init__(canvas)
        self._layers = layers

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        found = self.identify(
            event.x(), event.y(), self._layers(), QgsMapToolIdentify.IdentifyMode.TopDownStopAtFirst
        )
        if found:
            self.picked.emit(found[0].mLayer, found[0].mFeature.id())
