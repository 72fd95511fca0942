"""A table whose last column is a choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from planetary_qgis.gui import forms

Row = tuple[str, Sequence[str], Sequence[tuple[str, str]], str]
"""Its key, its texts, what can be chosen (each with its title), and what is."""


class ChoiceTable(QTableWidget):
    """Rows of texts, each with a combo box at its end."""

    row_chosen = pyqtSignal(str)
    choice_made = pyqtSignal(str, str)

    def __init__(self, name: str, headers: Sequence[str], parent: QWidget) -> None:
        super().__init__(0, len(headers), parent)
        self.setObjectName(name)
        self.setHorizontalHeaderLabels(list(headers))
        self.verticalHeader().hide()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for column in range(len(headers)):
            stretched = column in (0, len(headers) - 1)
            modes = QHeaderView.ResizeMode
            mode = modes.Stretch if stretched else modes.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(column, mode)
        self.currentCellChanged.connect(self._tell_row)

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows, the first one current."""
        self.blockSignals(True)
        self.setRowCount(0)
        for key, texts, choices, chosen in rows:
            self._add(key, texts, choices, chosen)
        self.setCurrentCell(0 if self.rowCount() else -1, 0)
        self.blockSignals(False)

    def _add(
        self, key: str, texts: Sequence[str], choices: Sequence[tuple[str, str]], chosen: str
    ) -> None:
        row = self.rowCount()
        self.insertRow(row)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self.setItem(row, column, item)
        box = forms.combo(f"{self.objectName()}Choice{row}", self)
        for value, title in choices:
            box.addItem(title, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.activated.connect(lambda _index, key=key, box=box: self._tell_choice(key, box))
        self.setCellWidget(row, len(texts), box)

    def _tell_choice(self, key: str, box: QComboBox) -> None:
        self.choice_made.emit(key, box.currentData())

    def _tell_row(self, row: int, *_: int) -> None:
        item = self.item(row, 0)
        if item is not None:
            self.row_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
