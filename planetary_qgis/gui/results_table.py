"""The table of results: rows that are selected, pointed at, sorted, and columns to choose from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from qgis.PyQt.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from planetary_qgis.gui.results_columns import Column
from planetary_qgis.gui.results_model import ResultsModel
from planetary_qgis.qgis_bridge.found_rows import Ids

Run = tuple[int, int]
"""First and last row of rows that follow each other."""

_NO_ROW = -1
_SAMPLES = {"datetime": "2009-04-04 07:13:43", "real": "-123.456", "integer": "12345678"}
_WIDEST = "P02_001916_2221_XI_42N027W"
_ROWS_LOOKED_AT = 30
_BREATHING_ROOM = 10
_ROW_MARGIN = 6


class ResultsTable(QTableView):
    """Shows a ResultsModel and stays quick with millions of rows."""

    row_hovered = pyqtSignal(int)
    """The row under the mouse; -1 once it has left."""
    row_current = pyqtSignal(int)
    """The row that the keyboard is at; -1 for none."""
    row_zoomed = pyqtSignal(int)
    selection_changed = pyqtSignal()
    sort_requested = pyqtSignal(str, bool)
    """Column and whether descending."""
    column_toggled = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("resultsTable")
        self.rows = ResultsModel(self)
        self.setModel(self.rows)
        self._hovered = _NO_ROW
        self._all_columns: tuple[Column, ...] = ()
        self._sorted_by, self._descending = "", False
        self._set_up_view()
        self._set_up_headers()
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(_NO_ROW))
        self.doubleClicked.connect(lambda index: self.row_zoomed.emit(index.row()))
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.row_current.emit(now.row())
        )
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())

    def offer_columns(self, columns: Iterable[Column]) -> None:
        """What the header's menu lists."""
        self._all_columns = tuple(columns)

    def fit_columns(self) -> None:
        """Give every column the width that its kind of value takes."""
        width = self.fontMetrics().horizontalAdvance
        looked_at = range(min(_ROWS_LOOKED_AT, self.rows.rowCount()))
        for section, column in enumerate(self.rows.columns):
            texts = [self.rows.index(row, section).data() for row in looked_at]
            usual = [width(text) for text in (*texts, _SAMPLES.get(column.kind, ""))]
            title = width(column.title) + self.fontMetrics().height()  # and the sign of sorting
            widest = max(min(max(usual), width(_WIDEST)), title)
            self.setColumnWidth(section, widest + _BREATHING_ROOM)

    def mark_sorted(self, column: str, *, descending: bool = False) -> None:
        """Show by which column the rows are sorted; "" for the order of the file."""
        self._sorted_by, self._descending = column, descending
        names = [each.name for each in self.rows.columns]
        section = names.index(column) if column in names else -1
        direction = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(section, direction)

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """Column, or "", and whether descending."""
        return self._sorted_by, self._descending

    def selected_runs(self) -> list[Run]:
        """The selected rows from top to bottom."""
        return sorted({(r.top(), r.bottom()) for r in self.selectionModel().selection()})

    def selected_ids(self) -> Ids:
        runs = self.selected_runs()
        pieces = [self.rows.order[top : bottom + 1] for top, bottom in runs]
        return np.concatenate([self.rows.order[:0], *pieces])

    def select_runs(self, runs: Iterable[Run]) -> None:
        """Select these rows and no others; the first becomes the current one."""
        selection, last_column = QItemSelection(), len(self.rows.columns) - 1
        for top, bottom in runs:
            selection.select(self.rows.index(top, 0), self.rows.index(bottom, last_column))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        if not selection.isEmpty():
            self.go_to(selection.first().top())

    def go_to(self, row: int) -> None:
        """Make a row the current one, and show it, without selecting it."""
        index = self.rows.index(row, max(self.currentIndex().column(), 0))
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.row_zoomed.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(_NO_ROW)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.row_hovered.emit(row)

    def _set_up_view(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setMinimumHeight(6 * self.fontMetrics().height())

    def _set_up_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        # A header asks of each section whether all of it is selected, which takes a minute for
        # millions of rows; one with a selection of its own, always empty, answers at once.
        aside = QItemSelectionModel(self.rows, self)
        for header in (across, down):
            header.setSelectionModel(aside)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(self.fontMetrics().height() + _ROW_MARGIN)
        down.hide()
        across.setSectionsClickable(True)
        across.setSortIndicatorShown(True)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        across.customContextMenuRequested.connect(self._show_column_menu)
        across.sectionClicked.connect(self._ask_to_sort)

    def _ask_to_sort(self, section: int) -> None:
        name = self.rows.columns[section].name
        # The header has turned its indicator already; it turns back unless the rows follow.
        self.mark_sorted(self._sorted_by, descending=self._descending)
        again = name == self._sorted_by
        self.sort_requested.emit(name, again and not self._descending)

    def _show_column_menu(self, place: QPoint) -> None:
        self.column_menu().popup(self.horizontalHeader().mapToGlobal(place))

    def column_menu(self) -> QMenu:
        """A menu in which every column can be switched on and off."""
        menu = QMenu(self)
        menu.setObjectName("resultsColumns")
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        shown = {column.name for column in self.rows.columns}
        for column in self._all_columns:
            action = menu.addAction(column.title.replace("&", "&&"))
            action.setToolTip(column.tip)
            action.setCheckable(True)
            action.setChecked(column.name in shown)
            action.setEnabled(column.name not in shown or len(shown) > 1)
            action.toggled.connect(lambda on, name=column.name: self.column_toggled.emit(name, on))
        return menu
