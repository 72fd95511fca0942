"""The window that shows the symbols of geologic maps."""

from __future__ import annotations

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QModelIndex, QSortFilterProxyModel, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.symbols.model import (
    CODE,
    GROUP,
    PICTURE,
    PICTURE_SIZE,
    TITLE,
    SymbolsModel,
    about,
)

_SIZE = (840, 580)
_MARGIN = 6


class SymbolsWindow(QDialog):
    """A table of symbols with a filter, what is known of the current one, and what to do."""

    install_requested = pyqtSignal()
    save_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryMapSymbols")
        self.setWindowTitle(self.tr("Map Symbols"))
        self.resize(*_SIZE)
        self._filter = QgsFilterLineEdit(self)
        self._table = QTableView(self)
        self._model = SymbolsModel(self)
        self._shown = _Words(self)
        self._shown.setSourceModel(self._model)
        self._about = forms.sentence("mapSymbolsAbout", self)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        action = QDialogButtonBox.ButtonRole.ActionRole
        self._install = self._buttons.addButton(self.tr("Install into Style Library"), action)
        self._save = self._buttons.addButton(self.tr("Save as…"), action)
        self._dress()
        self._lay_out()
        self._filter.textChanged.connect(self._narrow)
        self._table.selectionModel().currentRowChanged.connect(self._tell)
        self._install.clicked.connect(lambda: self.install_requested.emit())
        self._save.clicked.connect(lambda: self.save_requested.emit())
        self._buttons.rejected.connect(self.reject)
        self._tell(QModelIndex())

    def _dress(self) -> None:
        self._filter.setObjectName("mapSymbolsFilter")
        self._filter.setShowSearchIcon(True)
        self._filter.setPlaceholderText(self.tr("Feature, code, group…"))
        self._install.setObjectName("mapSymbolsInstall")
        self._install.setToolTip(
            self.tr("QGIS then offers them for every layer, under the tag Planetary QGIS")
        )
        # Else Enter in the filter would install them.
        for button in self._buttons.buttons():
            button.setAutoDefault(False)
        self._save.setObjectName("mapSymbolsSave")
        self._save.setToolTip(self.tr("As a style file for other computers"))
        table = self._table
        table.setObjectName("mapSymbolsTable")
        table.setModel(self._shown)
        table.setIconSize(PICTURE_SIZE)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(PICTURE_SIZE.height() + _MARGIN)
        header = table.horizontalHeader()
        header.setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(PICTURE, PICTURE_SIZE.width() + 2 * _MARGIN)
        letter = self.fontMetrics().averageCharWidth()
        table.setColumnWidth(CODE, letter * 12)
        table.setColumnWidth(GROUP, letter * 24)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        for part in (self._filter, self._table, self._about, self._buttons):
            layout.addWidget(part, 1 if part is self._table else 0)

    def _narrow(self, text: str) -> None:
        self._shown.narrow(text)
        self._tell(self._table.currentIndex())

    def _tell(self, current: QModelIndex, _before: QModelIndex | None = None) -> None:
        if current.isValid():
            sentence = about(self._model.spec(self._shown.mapToSource(current).row()))
        else:
            sentence = self.tr("{count} symbols after FGDC-STD-013-2006; PQ… are the plugin's own.")
            sentence = sentence.format(count=self._shown.rowCount())
        forms.tell(self._about, sentence)


class _Words(QSortFilterProxyModel):
    """The rows that hold all words in any order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def narrow(self, text: str) -> None:
        self._words = text.lower().split()
        self.invalidateFilter()

    def filterAcceptsRow(self, row: int, _parent: QModelIndex) -> bool:
        spec = self.sourceModel().spec(row)
        text = f"{spec.code} {spec.title} {spec.group}".lower()
        return all(word in text for word in self._words)
