"""Where to search: the whole body, what the map shows, or a box given in degrees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qgis.gui import QgsDoubleSpinBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QGridLayout, QLabel, QWidget

from planetary_qgis.gui import forms


class AreaKind(Enum):
    """The ways in which a mapper says where."""

    WHOLE_BODY = "whole body"
    MAP_VIEW = "map view"
    BOX = "box"


@dataclass(frozen=True)
class Box:
    """Degrees, east-positive −180..180, planetocentric; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


class AreaGroup(QWidget):
    """A choice of area, and the box's four sides where a box is chosen."""

    kind_changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind = forms.combo("pdsArea", self)
        self._kind.addItem(self.tr("Whole body"), AreaKind.WHOLE_BODY)
        self._kind.addItem(self.tr("Map view"), AreaKind.MAP_VIEW)
        self._kind.addItem(self.tr("Box"), AreaKind.BOX)
        self._sides = QWidget(self)
        self._west = self._side("pdsWest", -180.0, 180.0)
        self._east = self._side("pdsEast", 180.0, 180.0)
        self._south = self._side("pdsSouth", -90.0, 90.0)
        self._north = self._side("pdsNorth", 90.0, 90.0)
        self._lay_out()
        self._kind.currentIndexChanged.connect(self._show_sides)
        self._show_sides()

    def kind(self) -> AreaKind:
        return self._kind.currentData()

    def set_kind(self, kind: AreaKind) -> None:
        self._kind.setCurrentIndex(self._kind.findData(kind))

    def box(self) -> Box:
        return Box(
            west=self._west.value(),
            south=self._south.value(),
            east=self._east.value(),
            north=self._north.value(),
        )

    def set_box(self, box: Box) -> None:
        self._west.setValue(box.west)
        self._south.setValue(box.south)
        self._east.setValue(box.east)
        self._north.setValue(box.north)

    def _side(self, name: str, value: float, limit: float) -> QgsDoubleSpinBox:
        side = QgsDoubleSpinBox(self._sides)
        side.setObjectName(name)
        side.setRange(-limit, limit)
        side.setDecimals(4)
        side.setSuffix("°")
        side.setShowClearButton(False)
        side.setMinimumWidth(side.fontMetrics().horizontalAdvance("-180.0000°  "))
        side.setValue(value)
        return side

    def _lay_out(self) -> None:
        grid = QGridLayout(self._sides)
        grid.setContentsMargins(0, 0, 0, 0)
        sides = (
            (self.tr("West"), self._west, 0, 0),
            (self.tr("East"), self._east, 0, 1),
            (self.tr("South"), self._south, 2, 0),
            (self.tr("North"), self._north, 2, 1),
        )
        for text, side, row, column in sides:
            label = QLabel(text, self._sides)
            label.setBuddy(side)
            grid.addWidget(label, row, column)
            grid.addWidget(side, row + 1, column)
        self._sides.setToolTip(
            self.tr("Longitudes are east-positive; west may exceed east over the antimeridian")
        )
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self._kind)
        form.addRow(self._sides)

    def _show_sides(self) -> None:
        self._sides.setVisible(self.kind() is AreaKind.BOX)
        self.kind_changed.emit()
