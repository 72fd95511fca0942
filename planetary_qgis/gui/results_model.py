"""Results as a Qt model that reads the rows which are looked at, and no others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.results_columns import Column, text_of
from planetary_qgis.qgis_bridge.found_rows import FoundRows, Ids, Row

PAGE_ROWS = 200
_PAGES_KEPT = 30
_NOTHING = np.empty(0, dtype=np.int64)
_NO_PARENT = QModelIndex()
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_TO_THE_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_TO_THE_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE


class ResultsModel(QAbstractTableModel):
    """Found rows in an order, some of their columns; pages of rows are read as they are needed."""

    failed = pyqtSignal(object)
    """A PlanetaryError: rows cannot be read. Told once for the same rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: FoundRows | None = None
        self._order: Ids = _NOTHING
        self._by_id: Ids = _NOTHING
        self._columns: tuple[Column, ...] = ()
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._broken = False

    @property
    def order(self) -> Ids:
        """Ids of the rows, from top to bottom."""
        return self._order

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    def show(self, found: FoundRows | None, columns: Sequence[Column] = ()) -> None:
        """Show other rows, in the order of their file."""
        self.beginResetModel()
        self._found, self._columns = found, tuple(columns)
        self._order = found.ids if found is not None else _NOTHING
        self._by_id = positions_by_id(self._order)
        self._forget_pages()
        self.endResetModel()

    def show_columns(self, columns: Sequence[Column]) -> None:
        self.beginResetModel()
        self._columns = tuple(columns)
        self._forget_pages()
        self.endResetModel()

    def arrange(self, order: Ids, by_id: Ids) -> None:
        """Show the same rows in another order; `by_id` are its positions_by_id."""
        self.beginResetModel()
        self._order, self._by_id = order, by_id
        self._forget_pages()
        self.endResetModel()

    def permute(self, rows: Ids) -> None:
        """Put the rows that are now at these positions first, second and so on."""
        position = np.empty_like(rows)
        position[rows] = np.arange(len(rows))
        self.arrange(self._order[rows], position[self._by_id])

    def positions(self, ids: Ids) -> Ids:
        """Rows that show these ids, from top to bottom; ids that are not shown are left out."""
        if not len(self._order):
            return _NOTHING
        sorted_ids = self._order[self._by_id]
        places = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
        return np.sort(self._by_id[places[sorted_ids[places] == ids]])

    def rowCount(self, parent: QModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: QModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(column, self._row(index.row())[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TO_THE_RIGHT if column.is_number else _TO_THE_LEFT
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        return None

    def _row(self, row: int) -> Row:
        number, place = divmod(row, PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read(number)
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place]

    def _read(self, number: int) -> list[Row]:
        """A page of rows; of empty ones where the file cannot be read."""
        ids = self._order[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]
        if self._found is not None and not self._broken:
            try:
                return self._found.rows(ids, [column.name for column in self._columns])
            except PlanetaryError as error:
                self._broken = True
                self.failed.emit(error)
        return [(None,) * len(self._columns)] * len(ids)

    def _forget_pages(self) -> None:
        self._pages.clear()
        self._broken = False


def positions_by_id(order: Ids) -> Ids:
    """Positions in the order, by ascending id."""
    return np.argsort(order, kind="stable")
