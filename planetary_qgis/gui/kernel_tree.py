"""The kernels in load order, as a tree: what was given, and the files that come with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QIcon
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from planetary_qgis.core.download_parts import size_text
from planetary_qgis.gui.kernel_reading import Entry, ReadFile

_PATH = Qt.ItemDataRole.UserRole
_NAME, _KIND, _SIZE, _COVERS = range(4)
_INDENT = 12
_NAME_WIDTH = 140
_NAME_SHARE, _NAME_SHARE_ALONE = 0.4, 0.55
_ROOM_FOR_ALL = 380
_LINES_SHOWN = 6
_FEWEST_LINES = 3


class KernelTree(QTreeWidget):
    """Entries can be dragged to another place in the order; files and folders dropped onto it."""

    changed = pyqtSignal()
    dropped = pyqtSignal(list)
    """Paths that came from outside."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spiceKernels")
        self.setColumnCount(4)
        self.setHeaderLabels([self.tr("File"), self.tr("Kind"), self.tr("Size"), self.tr("Covers")])
        self.setIndentation(_INDENT)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setAccessibleName(self.tr("Kernels in load order"))
        self.setToolTip(self.tr("What is loaded later wins. Drop files or a folder here."))
        self.setItemDelegateForColumn(_COVERS, _BeginningFirst(self))
        self._kernels: tuple[Path, ...] = ()
        self._size_columns()

    def kernels(self) -> tuple[Path, ...]:
        return self._kernels

    def set_kernels(self, paths: Iterable[Path]) -> None:
        self.clear()
        self._kernels = ()
        self.add_kernels(paths)

    def add_kernels(self, paths: Iterable[Path]) -> None:
        """Append what is not yet in the tree."""
        listed = set(self.kernels())
        for path in paths:
            if path not in listed:
                self.addTopLevelItem(_item(path))
                listed.add(path)
        self._tell_changed()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Tell of each entry that is still here what was read of it."""
        read = {entry.path: entry for entry in entries}
        for item in self._entries():
            if _path(item) in read:
                self._show(item, read[_path(item)])

    def remove_chosen(self) -> None:
        for item in self.chosen():
            self.takeTopLevelItem(self.indexOfTopLevelItem(item))
        self._tell_changed()

    def move_chosen(self, by: int) -> None:
        """Shift what is chosen one place up (-1) or down (1)."""
        chosen = self.chosen()
        goals = {self.indexOfTopLevelItem(item) + by for item in chosen}
        if not goals <= set(range(self.topLevelItemCount())):
            return
        for item in chosen if by < 0 else reversed(chosen):
            place, is_open = self.indexOfTopLevelItem(item), item.isExpanded()
            self.insertTopLevelItem(place + by, self.takeTopLevelItem(place))
            item.setExpanded(is_open)
        for item in chosen:
            item.setSelected(True)
        self._tell_changed()

    def chosen(self) -> list[QTreeWidgetItem]:
        """The entries that are selected, or hold a file that is, in load order."""
        selected = self.selectedItems()
        return [
            item
            for item in self._entries()
            if item in selected or any(each.parent() is item for each in selected)
        ]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if event.mimeData().hasUrls():
            paths = [
                Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()
            ]
            event.acceptProposedAction()
            self.dropped.emit(paths)
        elif event.source() is self:
            for item in self.selectedItems():  # Qt would move files out of their metakernel
                item.setSelected(item.parent() is None)
            super().dropEvent(event)
            self._tell_changed()

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        is_narrow = room < _ROOM_FOR_ALL
        self.setColumnHidden(_COVERS, is_narrow)
        share = _NAME_SHARE_ALONE if is_narrow else _NAME_SHARE
        self.header().resizeSection(_NAME, max(round(share * room), _NAME_WIDTH))

    def _tell_changed(self) -> None:
        self._kernels = tuple(_path(item) for item in self._entries())
        self.changed.emit()

    def _entries(self) -> list[QTreeWidgetItem]:
        return [self.topLevelItem(row) for row in range(self.topLevelItemCount())]

    def _show(self, item: QTreeWidgetItem, entry: Entry) -> None:
        item.takeChildren()
        warning = QgsApplication.getThemeIcon("/mIconWarning.svg")
        item.setIcon(_NAME, warning if entry.problem else QIcon())
        single = entry.files[0] if len(entry.files) == 1 else None
        if single is not None and single.path == entry.path.resolve():
            _fill(item, single)
        else:
            item.setText(_KIND, entry.kind)
            whole = sum(file.size_bytes for file in entry.files)
            item.setText(_SIZE, size_text(whole) if whole else "")
            item.addChildren([_child(file) for file in entry.files])
        if entry.problem:
            item.setText(_COVERS, entry.problem)
            told = "\n".join(part for part in (entry.problem, entry.details) if part)
            for column in range(self.columnCount()):
                item.setToolTip(column, told)

    def _size_columns(self) -> None:
        header = self.header()
        header.setStretchLastSection(True)
        for column in (_KIND, _SIZE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        line = self.fontMetrics().height() + 4
        self.setMinimumHeight((_FEWEST_LINES + 1) * line + 2 * self.frameWidth())


class _BeginningFirst(QStyledItemDelegate):
    """Cuts off the end of what is too long, not the middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


def _item(path: Path) -> QTreeWidgetItem:
    item = QTreeWidgetItem([path.name])
    item.setData(_NAME, _PATH, str(path))
    item.setToolTip(_NAME, str(path))
    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
    return item


def _child(file: ReadFile) -> QTreeWidgetItem:
    item = _item(file.path)
    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
    _fill(item, file)
    return item


def _fill(item: QTreeWidgetItem, file: ReadFile) -> None:
    item.setText(_KIND, file.kind)
    item.setText(_SIZE, size_text(file.size_bytes))
    span = " – ".join(file.span) if file.span else ""
    item.setText(_COVERS, _short_span(file))
    told = "\n".join(part for part in (str(file.path), span) if part)
    for column in range(item.columnCount()):
        item.setToolTip(column, told)


def _short_span(file: ReadFile) -> str:
    """Dates, or minutes of one day."""
    if file.span is None:
        return ""
    start, stop = file.span
    if start[:10] == stop[:10]:
        return f"{start[:10]} {start[11:16]}–{stop[11:16]}"
    return f"{start[:10]} – {stop[:10]}"


def _path(item: QTreeWidgetItem) -> Path:
    return Path(item.data(_NAME, _PATH))
