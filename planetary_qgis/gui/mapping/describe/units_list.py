"""The list of units, the youngest first, that is ordered by dragging."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QDropEvent, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from planetary_qgis.core.mapping.description import MapUnit
from planetary_qgis.core.mapping.sheet.drawing import ink_on

_FID = Qt.ItemDataRole.UserRole
_SWATCH = QSize(44, 20)
_HEIGHT = 170


class UnitList(QListWidget):
    """Rows by the ids of the description's features."""

    chosen = pyqtSignal()
    reordered = pyqtSignal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("describeUnits")
        self.setAccessibleName(self.tr("Units in stratigraphic order"))
        self.setIconSize(_SWATCH)
        self.setUniformItemSizes(True)
        self.setFixedHeight(_HEIGHT)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setToolTip(self.tr("The youngest stands on top. Drag units to put them in order."))
        self.itemSelectionChanged.connect(self.chosen)

    @property
    def fid(self) -> int | None:
        """Of the chosen unit; None where none is."""
        items = self.selectedItems()
        return items[0].data(_FID) if items else None

    def show_units(self, units: Sequence[MapUnit], chosen: int | None) -> None:
        """Show these, the chosen one selected, without telling of it."""
        self.blockSignals(True)
        place = self.verticalScrollBar().value()
        self.clear()
        for unit in units:
            item = QListWidgetItem(_swatch(unit, self), _one_line(unit), self)
            item.setData(_FID, unit.fid)
            item.setToolTip(_one_line(unit))
            if unit.fid == chosen:
                item.setSelected(True)
                self.setCurrentItem(item)
        self.verticalScrollBar().setValue(place)
        self.blockSignals(False)

    def choose(self, fid: int) -> None:
        """Select a unit and bring it into view."""
        for row in range(self.count()):
            if self.item(row).data(_FID) == fid:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(row))

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self.reordered.emit([self.item(row).data(_FID) for row in range(self.count())])


def _one_line(unit: MapUnit) -> str:
    return " ".join((unit.name or unit.unit).split())[:200]


def _swatch(unit: MapUnit, widget: QWidget) -> QIcon:
    """The unit's box as the legend has it: its label on its colour."""
    ratio = widget.devicePixelRatioF()
    pixels = QPixmap(_SWATCH * ratio)
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(QColor(*unit.rgb) if unit.rgb is not None else QColor(Qt.GlobalColor.white))
    painter = QPainter(pixels)
    painter.setPen(QColor(*ink_on(unit.rgb)))
    painter.setFont(widget.font())
    label = painter.fontMetrics().elidedText(
        unit.sign[:40], Qt.TextElideMode.ElideRight, _SWATCH.width() - 4
    )
    painter.drawText(0, 0, _SWATCH.width(), _SWATCH.height(), Qt.AlignmentFlag.AlignCenter, label)
    painter.setPen(QColor(Qt.GlobalColor.darkGray))
    painter.drawRect(0, 0, _SWATCH.width() - 1, _SWATCH.height() - 1)
    painter.end()
    return QIcon(pixels)
