"""Whether a map is still what it was when it was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.core.mapping.map_layers import MAP_LAYERS
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession


class MapChanges(QObject):
    """Counts the changes of a map's layers, those that are not saved too."""

    changed = pyqtSignal()

    def __init__(self, project: QgsProject, parent: QObject) -> None:
        super().__init__(parent)
        self._project = project
        self._session: MapSession | None = None
        self._layers: list[QgsVectorLayer] = []
        self._ids: set[str] = set()
        self._is_muted = False
        self.count = 0

    def follow(self, session: MapSession | None) -> None:
        """Listen to this map's layers from now on, and to no others."""
        self._let_go()
        if self._session is not None:
            self._project.layersRemoved.disconnect(self._on_removed)
        self._session = session
        if session is not None:
            self._project.layersRemoved.connect(self._on_removed)
            self._listen(session)

    @contextmanager
    def unsaid(self) -> Iterator[None]:
        """Within it, changes are counted but not told: the list knows of them."""
        self._is_muted = True
        try:
            yield
        finally:
            self._is_muted = False

    def _listen(self, session: MapSession) -> None:
        found = (session.find_layer(spec.name) for spec in MAP_LAYERS)
        self._layers = [layer for layer in found if layer is not None]
        self._ids = {layer.id() for layer in self._layers}
        for layer in self._layers:
            for signal in _signals(layer):
                signal.connect(self._note)

    def _let_go(self) -> None:
        for layer in self._layers:
            if not sip.isdeleted(layer):
                for signal in _signals(layer):
                    signal.disconnect(self._note)
        self._layers = []

    def _on_removed(self, ids: list[str]) -> None:
        if self._session is not None and not self._ids.isdisjoint(ids):
            self._let_go()
            self._listen(self._session)
            self._note()

    def _note(self, *_: object) -> None:
        self.count += 1
        if not self._is_muted:
            self.changed.emit()


def _signals(layer: QgsVectorLayer) -> tuple:
    """Undo and redo modify as well; features that are saved get other ids."""
    return (
        layer.layerModified,
        layer.afterRollBack,
        layer.committedFeaturesAdded,
        layer.subsetStringChanged,
    )
