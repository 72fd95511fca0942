"""The list of rasters that a profile may show."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsRasterLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QWidget

_ROWS_AT_LEAST = 2
_ROWS_AT_MOST = 6


class RasterList(QListWidget):
    """Raster layers with a tick each."""

    ticks_changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("profileRasters")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Rasters of the profile"))
        self.itemChanged.connect(lambda _item: self.ticks_changed.emit())
        self._fit()

    def show_layers(self, layers: Sequence[QgsRasterLayer]) -> None:
        """Show these layers; those that were ticked stay so."""
        ticked = set(self.ticked())
        self.blockSignals(True)
        self.clear()
        for layer in layers:
            item = QListWidgetItem(layer.name(), self)
            item.setToolTip(layer.name())
            item.setData(Qt.ItemDataRole.UserRole, layer.id())
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_state(layer.id() in ticked))
        self.blockSignals(False)
        self._fit()
        if set(self.ticked()) != ticked:
            self.ticks_changed.emit()

    def ticked(self) -> list[str]:
        """Ids of the ticked layers, from top to bottom."""
        items = (self.item(row) for row in range(self.count()))
        return [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        ]

    def tick(self, layer_id: str) -> None:
        for row in range(self.count()):
            if self.item(row).data(Qt.ItemDataRole.UserRole) == layer_id:
                self.item(row).setCheckState(Qt.CheckState.Checked)

    def _fit(self) -> None:
        """Be as high as the rows need, within reason."""
        rows = min(max(self.count(), _ROWS_AT_LEAST), _ROWS_AT_MOST)
        line = self.sizeHintForRow(0) if self.count() else self.fontMetrics().height() + 4
        self.setFixedHeight(rows * line + 2 * self.frameWidth() + 2)


def _state(ticked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
