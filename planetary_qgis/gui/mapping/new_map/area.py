"""Which part of the body a new map shows."""

from __future__ import annotations

from qgis.core import QgsMapLayer
from qgis.gui import QgsDoubleSpinBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QGroupBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.qgis_bridge.compat import layer_filters
from planetary_qgis.qgis_bridge.views import Extent

_DECIMALS = 4


class MapAreaGroup(QGroupBox):
    """Four sides in degrees, filled in by hand, from the view or from a layer; or none."""

    changed = pyqtSignal()
    view_wanted = pyqtSignal()
    layer_wanted = pyqtSignal(QgsMapLayer)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Area, which becomes the map's boundary"))
        self.setObjectName("newMapArea")
        self.setCheckable(True)
        self._west, self._east = self._side("newMapWest", 360.0), self._side("newMapEast", 360.0)
        self._south, self._north = self._side("newMapSouth", 90.0), self._side("newMapNorth", 90.0)
        self._view = forms.button("newMapFromView", self.tr("As in the View"), self)
        self._layer = QgsMapLayerComboBox(self)
        self._layer.setObjectName("newMapLayer")
        self._layer.setFilters(layer_filters("HasGeometry", "RasterLayer"))
        forms.fit(self._layer)
        self._from_layer = forms.button("newMapFromLayer", self.tr("As the Layer"), self)
        self._lay_out()
        self._view.clicked.connect(self.view_wanted)
        self._from_layer.clicked.connect(self._tell_layer)
        self.toggled.connect(lambda _on: self.changed.emit())
        for side in self._sides():
            side.valueChanged.connect(lambda _value: self.changed.emit())

    def box(self) -> Extent | None:
        """West, south, east, north; None where no area is wanted yet."""
        if not self.isChecked():
            return None
        return (
            self._west.value(),
            self._south.value(),
            self._east.value(),
            self._north.value(),
        )

    def set_box(self, box: Extent) -> None:
        west, south, east, north = box
        for side, value in zip(self._sides(), (west, east, south, north)):
            side.blockSignals(True)
            side.setValue(value)
            side.blockSignals(False)
        self.changed.emit()

    def offer(self, *, view: bool) -> None:
        """Offer to take the view's area, and layers' where there are any."""
        self._view.setVisible(view)
        has_layers = self._layer.count() > 0
        self._layer.setVisible(has_layers)
        self._from_layer.setVisible(has_layers)

    def _sides(self) -> tuple[QgsDoubleSpinBox, ...]:
        return self._west, self._east, self._south, self._north

    def _tell_layer(self) -> None:
        if self._layer.currentLayer() is not None:
            self.layer_wanted.emit(self._layer.currentLayer())

    def _side(self, name: str, limit: float) -> QgsDoubleSpinBox:
        side = QgsDoubleSpinBox(self)
        side.setObjectName(name)
        side.setRange(-limit, limit)
        side.setDecimals(_DECIMALS)
        side.setSuffix("°")
        side.setShowClearButton(False)
        side.setKeyboardTracking(False)
        side.setMinimumWidth(side.fontMetrics().horizontalAdvance("-180.0000°  "))
        return side

    def _lay_out(self) -> None:
        grid = QGridLayout()
        named = (
            (self.tr("West"), self._west),
            (self.tr("East"), self._east),
            (self.tr("South"), self._south),
            (self.tr("North"), self._north),
        )
        for number, (text, side) in enumerate(named):
            label = QLabel(text, self)
            label.setBuddy(side)
            row, column = divmod(number, 2)
            grid.addWidget(label, row, 2 * column)
            grid.addWidget(side, row, 2 * column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self._view)
        buttons.addWidget(self._layer, 1)
        buttons.addWidget(self._from_layer)
        column = QVBoxLayout(self)
        column.addLayout(grid)
        column.addLayout(buttons)
        self.setToolTip(
            self.tr(
                "Longitudes are east-positive, latitudes planetocentric; "
                "west may exceed east over 180°"
            )
        )
