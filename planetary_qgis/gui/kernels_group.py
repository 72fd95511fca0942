"""The part of the SPICE Footprints dock that holds the kernels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms

_LINES_SHOWN = 4


class KernelsGroup(QWidget):
    """The kernels in load order, and a button that reads what they hold."""

    read_requested = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Kernels"), self)
        self._list = self._list_widget(group)
        self._add = forms.button("spiceAddKernels", self.tr("Add…"), group)
        self._remove = forms.button("spiceRemoveKernels", self.tr("Remove"), group)
        self._read = forms.button("spiceReadButton", self.tr("Read Kernels"), group)
        self._coverage = forms.sentence("spiceCoverage", group)
        form.addRow(self._list)
        form.addRow(self._row_of_buttons(group))
        form.addRow(self._read)
        form.addRow(self._coverage)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self._add.clicked.connect(self._choose)
        self._remove.clicked.connect(self._remove_chosen)
        self._read.clicked.connect(self.read_requested)
        self._list.itemSelectionChanged.connect(self._allow_removal)
        self._allow_removal()

    def kernels(self) -> tuple[Path, ...]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return tuple(Path(item.data(Qt.ItemDataRole.UserRole)) for item in items)

    def set_kernels(self, paths: Iterable[Path]) -> None:
        self._list.clear()
        self.add_kernels(paths)

    def add_kernels(self, paths: Iterable[Path]) -> None:
        """Append what is not yet in the list; the order is the order of loading."""
        listed = set(self.kernels())
        for path in paths:
            if path not in listed:
                item = QListWidgetItem(path.name, self._list)
                item.setData(Qt.ItemDataRole.UserRole, str(path))
                item.setToolTip(str(path))
                listed.add(path)
        self.changed.emit()

    def tell_coverage(self, sentence: str) -> None:
        forms.tell(self._coverage, sentence)

    def allow_reading(self, reason_against: str) -> None:
        forms.allow(self._read, reason_against)

    def _list_widget(self, parent: QWidget) -> QListWidget:
        made = QListWidget(parent)
        made.setObjectName("spiceKernels")
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        made.setToolTip(self.tr("A metakernel, or kernels in the order in which to load them"))
        frame = 2 * made.frameWidth()
        made.setFixedHeight(_LINES_SHOWN * (made.fontMetrics().height() + 2) + frame)
        return made

    def _row_of_buttons(self, parent: QWidget) -> QWidget:
        row = QWidget(parent)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._add)
        layout.addWidget(self._remove)
        return row

    def _choose(self) -> None:
        listed = self.kernels()
        folder = str(listed[-1].parent) if listed else ""
        kinds = self.tr("SPICE kernels") + (
            " (*.tm *.mk *.bsp *.bc *.tls *.tpc *.bpc *.tf *.ti *.tsc *.bds"
            " *.TM *.MK *.BSP *.BC *.TLS *.TPC *.BPC *.TF *.TI *.TSC *.BDS)"
        )
        title = self.tr("Add kernels")
        paths, _kind = QFileDialog.getOpenFileNames(self, title, folder, f"{kinds};;* (*)")
        self.add_kernels(Path(path) for path in paths)

    def _remove_chosen(self) -> None:
        for item in self._list.selectedItems():
            self._list.takeItem(self._list.row(item))
        self.changed.emit()

    def _allow_removal(self) -> None:
        reason = "" if self._list.selectedItems() else self.tr("Choose kernels in the list first")
        forms.allow(self._remove, reason)
