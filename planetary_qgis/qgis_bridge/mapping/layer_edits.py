"""Which features of a layer its user edits, as it happens: draws, undoes, saves, gives up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal


@dataclass
class Edited:
    """What may have changed.

    Attributes:
        everything: Whether more may have changed than the ids tell.
    """

    ids: set[int] = field(default_factory=set)
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.ids) or self.everything


class LayerEdits(QObject):
    """Collects edits of a layer until they are taken."""

    touched = pyqtSignal()
    gone = pyqtSignal()

    def __init__(self, layer: QgsVectorLayer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer: QgsVectorLayer | None = layer
        self._edited = Edited()
        self._connections = self._connect(layer)

    def take(self) -> Edited:
        """What was collected; from now on anew."""
        edited, self._edited = self._edited, Edited()
        return edited

    def stop(self) -> None:
        """Listen no more; the layer may be gone already."""
        if self.layer is not None:
            for signal, slot in self._connections:
                signal.disconnect(slot)
        self._forget()

    def _connect(self, layer: QgsVectorLayer) -> list[tuple[Any, Any]]:
        pairs = [
            (layer.featureAdded, self._on_feature),
            (layer.featureDeleted, self._on_feature),
            (layer.geometryChanged, self._on_feature),
            (layer.attributeValueChanged, self._on_feature),
            (layer.afterCommitChanges, self._on_anything),
            (layer.afterRollBack, self._on_anything),
            (layer.subsetStringChanged, self._on_anything),
            # Undoing in a transaction group tells of no feature.
            (layer.undoStack().indexChanged, self._on_step),
            (layer.willBeDeleted, self._on_deleted),
        ]
        for signal, slot in pairs:
            signal.connect(slot)
        return pairs

    def _on_feature(self, fid: int, *_: object) -> None:
        self._edited.ids.add(fid)
        self.touched.emit()

    def _on_anything(self) -> None:
        self._edited.everything = True
        self.touched.emit()

    def _on_step(self, _index: int) -> None:
        if not self._edited:
            self._on_anything()

    def _on_deleted(self) -> None:
        self._forget()
        self.gone.emit()

    def _forget(self) -> None:
        self.layer = None
        self._connections = []
