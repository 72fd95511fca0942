"""Edits of the layers of the project's map, as they happen."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.qgis_bridge.mapping.layer_edits import Edited, LayerEdits
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession


class MapEdits(QObject):
    """Follows layers by their names in the template, while the map has them."""

    touched = pyqtSignal(str)

    def __init__(self, names: Iterable[str], parent: QObject) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self._edits: dict[str, LayerEdits] = {}

    def follow(self, session: MapSession | None) -> None:
        """Follow the layers of this map, and of no other."""
        found = {} if session is None else {name: session.find_layer(name) for name in self._names}
        layers = {name: layer for name, layer in found.items() if layer is not None}
        for name, edits in list(self._edits.items()):
            if edits.layer is None or edits.layer is not layers.get(name):
                edits.stop()
                edits.deleteLater()
                del self._edits[name]
        for name, layer in layers.items():
            if name not in self._edits:
                self._edits[name] = LayerEdits(layer, self)
                self._edits[name].touched.connect(lambda name=name: self.touched.emit(name))

    def layer(self, name: str) -> QgsVectorLayer | None:
        """A layer that is followed; None once it is gone."""
        edits = self._edits.get(name)
        return None if edits is None else edits.layer

    def take(self) -> dict[str, Edited]:
        """By layer, what was edited since this was asked last."""
        return {name: edits.take() for name, edits in self._edits.items()}
