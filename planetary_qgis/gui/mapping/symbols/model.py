"""All symbols of geologic maps as rows with pictures."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsSymbolLayerUtils
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, QObject, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPixmap

from planetary_qgis.core.mapping.symbols import SymbolSpec, feature_type
from planetary_qgis.qgis_bridge.mapping.map_symbols import style_specs, symbol_of

PICTURE, TITLE, CODE, GROUP = range(4)
_WIDTHS = {"line": 118, "point": 34, "area": 72}
_HEIGHT = 34
PICTURE_SIZE = QSize(max(_WIDTHS.values()) + 6, _HEIGHT)
_PAPER = QColor(255, 255, 255)


class SymbolsModel(QAbstractTableModel):
    """A row for each symbol that the style holds; pictures are drawn when they are first seen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._specs = style_specs()
        self._pictures: dict[str, QPixmap] = {}

    def spec(self, row: int) -> SymbolSpec:
        return self._specs[row]

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 as Qt has it
        return 0 if parent.isValid() else len(self._specs)

    def columnCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 as Qt has it
        return 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        titles = (self.tr("Symbol"), self.tr("Stands for"), self.tr("Code"), self.tr("Group"))
        return titles[section]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        spec = self._specs[index.row()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == PICTURE:
            return self._picture(spec)
        if role == Qt.ItemDataRole.DisplayRole:
            return ("", spec.title, spec.code.split(" ")[0], spec.group)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return about(spec)
        return None

    def _picture(self, spec: SymbolSpec) -> QPixmap:
        if spec.code not in self._pictures:
            self._pictures[spec.code] = _drawn(spec)
        return self._pictures[spec.code]


def about(spec: SymbolSpec) -> str:
    """What the feature is, how to draw it, and how well the symbol agrees with the standard."""
    found = feature_type(spec.code)
    parts = (found.definition if found else "", spec.note)
    return " ".join(part for part in parts if part)


def _drawn(spec: SymbolSpec) -> QPixmap:
    """The symbol on paper, whatever the theme: black lines are drawn on it."""
    size = QSize(_WIDTHS[spec.kind], _HEIGHT)
    paper = QPixmap(PICTURE_SIZE)
    paper.fill(_PAPER)
    picture = QgsSymbolLayerUtils.symbolPreviewPixmap(symbol_of(spec.code), size)
    painter = QPainter(paper)
    painter.drawPixmap((paper.width() - size.width()) // 2, 0, picture)
    painter.end()
    return paper
