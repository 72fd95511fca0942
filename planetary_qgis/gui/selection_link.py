"""Selected rows and selected features are the same ones."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from planetary_qgis.gui.results_table import ResultsTable
from planetary_qgis.qgis_bridge.found_rows import Ids

_RUNS_AT_MOST = 2000
"""Qt takes its time over each run of selected rows whenever it paints."""
_SETTLING_MS = 30
"""While the mouse is dragged over rows the selection changes with every move."""


class SelectionLink(QObject):
    """Carries the selection from a table to a layer and back.

    What is selected on the map in very many places of the table comes to its top.
    """

    changed = pyqtSignal()

    def __init__(self, table: ResultsTable) -> None:
        super().__init__(table)
        self._table = table
        self._layer: QgsVectorLayer | None = None
        self._from_rows = self._from_layer = False
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLING_MS)
        self._settled.timeout.connect(self._tell_layer)
        table.selection_changed.connect(self._await_rest)

    def follow(self, layer: QgsVectorLayer | None) -> None:
        """Keep in step with this layer from now on; with none, the table stands alone."""
        if self._layer is not None:
            self._layer.selectionChanged.disconnect(self._tell_table)
        self.forget_layer()
        self._layer = layer
        if layer is not None:
            layer.selectionChanged.connect(self._tell_table)
            self._tell_table()

    def forget_layer(self) -> None:
        """Go on without the layer, which must not be touched any more."""
        self._settled.stop()
        self._layer = None

    def close(self) -> None:
        self.follow(None)
        self._table.selection_changed.disconnect(self._await_rest)

    def select(self, ids: Ids) -> None:
        """Select the rows of these ids, without a word to the layer."""
        self._from_layer = True
        rows = self._table.rows.positions(ids)
        starts = np.flatnonzero(np.diff(rows, prepend=-2) > 1)
        if len(starts) > _RUNS_AT_MOST:
            self._bring_to_top(rows)
            self._table.select_runs([(0, len(rows) - 1)])
        else:
            ends = np.append(starts[1:], len(rows))[: len(starts)] - 1
            self._table.select_runs(zip(rows[starts].tolist(), rows[ends].tolist()))
        self._from_layer = False
        self.changed.emit()

    def rearrange(self, order: Ids, by_id: Ids) -> None:
        """Put the rows into another order and select the same ones again."""
        selected = self._table.selected_ids()
        self._table.rows.arrange(order, by_id)
        self.select(selected)

    def _bring_to_top(self, rows: Ids) -> None:
        others = np.ones(self._table.rows.rowCount(), dtype=bool)
        others[rows] = False
        self._table.rows.permute(np.concatenate([rows, np.flatnonzero(others)]))
        self._table.mark_sorted("")

    def _await_rest(self) -> None:
        if not self._from_layer:
            self._settled.start()

    def _tell_layer(self) -> None:
        if self._layer is not None:
            self._from_rows = True
            self._layer.selectByIds(self._table.selected_ids().tolist())
            self._from_rows = False
        self.changed.emit()

    @pyqtSlot()
    def _tell_table(self) -> None:
        if self._from_rows or self._layer is None:
            return
        self._settled.stop()
        ids = self._layer.selectedFeatureIds()
        self.select(np.fromiter(ids, dtype=np.int64, count=len(ids)))
