"""What QGIS leaves on the map of lines that were drawn.

QGIS 3.22 forgets the outline of a drawn feature on the map where no form is asked for: contacts
would stay red, whatever their symbols are. Newer versions take it away themselves.
"""

from __future__ import annotations

from functools import partial

from qgis.core import QgsCsException, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer

from planetary_qgis.core.mapping.map_layers import MAP_LAYERS
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

_NEAR_PIXELS = 2.0


class LeftoverBands(QObject):
    """Hides outlines of features once they are in their layers."""

    def __init__(self, canvas: QgsMapCanvas, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._listeners: list[tuple[QgsVectorLayer, object]] = []

    def follow(self, session: MapSession | None) -> None:
        """Look after the layers of this map, and of no other."""
        for layer, slot in self._listeners:
            if not sip.isdeleted(layer):  # as it is once its project is closed
                layer.featureAdded.disconnect(slot)
        self._listeners = []
        found = [session.find_layer(spec.name) for spec in MAP_LAYERS] if session else []
        for layer in (each for each in found if each is not None and each.isSpatial()):
            slot = partial(self._hide_soon, layer)
            layer.featureAdded.connect(slot)
            self._listeners.append((layer, slot))

    def _hide_soon(self, layer: QgsVectorLayer, fid: int) -> None:
        """Once the tool that drew is done with it."""
        if layer.isEditable() and fid < 0:
            geometry = layer.editBuffer().addedFeatures()[fid].geometry()
            where = self._on_map(layer, geometry.boundingBox())
            QTimer.singleShot(0, lambda: self._hide(where))

    def _hide(self, where: QgsRectangle | None) -> None:
        if where is None:
            return
        near = _NEAR_PIXELS * self._canvas.mapUnitsPerPixel()
        for item in self._canvas.scene().items():
            if not isinstance(item, QgsRubberBand) or not item.numberOfVertices():
                continue
            box = item.asGeometry().boundingBox()
            sides = zip(
                (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()),
                (where.xMinimum(), where.yMinimum(), where.xMaximum(), where.yMaximum()),
            )
            if all(abs(one - other) <= near for one, other in sides):
                item.reset(item.asGeometry().type())

    def _on_map(self, layer: QgsVectorLayer, box: QgsRectangle) -> QgsRectangle | None:
        try:
            return self._canvas.mapSettings().layerExtentToOutputExtent(layer, box)
        except QgsCsException:
            return None
