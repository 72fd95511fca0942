"""Kernels of an archive as a list with check boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from planetary_qgis.core.download_parts import size_text

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel

_NAME, _KIND, _SIZE, _COVERS = range(4)
_NAME_WIDTH = 190
_KERNEL = Qt.ItemDataRole.UserRole


class RemoteKernels(QTreeWidget):
    """Name, kind, size and span of each; `changed` when others are checked.

    Attributes:
        here: Addresses of those that are on this computer already.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.here: frozenset[str] = frozenset()
        self.setObjectName("spiceRemoteKernels")
        self.setHeaderLabels([self.tr("File"), self.tr("Kind"), self.tr("Size"), self.tr("Covers")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(self.tr("Kernels that were found"))
        for column in (_KIND, _SIZE):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.header().resizeSection(_NAME, _NAME_WIDTH)
        self.itemChanged.connect(lambda _item, _column: self.changed.emit())

    def show_kernels(self, kernels: Sequence[RemoteKernel], here: frozenset[str]) -> None:
        """List these, in load order, all of them checked.

        Args:
            here: Addresses of those that need no download.
        """
        self.here = here
        blocked = self.blockSignals(True)
        self.clear()
        self.addTopLevelItems([self._item(kernel) for kernel in kernels])
        self.blockSignals(blocked)
        self.changed.emit()

    def note_here(self, urls: frozenset[str]) -> None:
        """Tell of these that they are on this computer now."""
        self.here |= urls
        for item in self._items():
            if item.data(_NAME, _KERNEL).url in self.here:
                item.setText(_SIZE, self.tr("is here"))
        self.changed.emit()

    def chosen(self) -> list[RemoteKernel]:
        """Those that are checked, in load order."""
        on = Qt.CheckState.Checked
        return [item.data(_NAME, _KERNEL) for item in self._items() if item.checkState(_NAME) == on]

    def _item(self, kernel: RemoteKernel) -> QTreeWidgetItem:
        size = "" if kernel.size_bytes is None else size_text(kernel.size_bytes)
        if kernel.url in self.here:
            size = self.tr("is here")
        item = QTreeWidgetItem([kernel.name, kernel.kind, size, _span_text(kernel)])
        item.setData(_NAME, _KERNEL, kernel)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(_NAME, Qt.CheckState.Checked)
        for column in range(item.columnCount()):
            item.setToolTip(column, kernel.url)
        return item

    def _items(self) -> Iterable[QTreeWidgetItem]:
        return (self.topLevelItem(row) for row in range(self.topLevelItemCount()))


def _span_text(kernel: RemoteKernel) -> str:
    if kernel.start is None and kernel.stop is None:
        return ""
    return f"{_minute_text(kernel.start)} – {_minute_text(kernel.stop)}"


def _minute_text(time: np.datetime64 | None) -> str:
    return "…" if time is None else str(time.astype("datetime64[m]")).replace("T", " ")
