"""Where to search: all, the map's view, a box in degrees, a drawn polygon, or selected features."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsMapLayerProxyModel,
    QgsVectorLayer,
)
from qgis.gui import QgsDoubleSpinBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from planetary_qgis.gui import forms

SIDE_DECIMALS = 4


class AreaKind(Enum):
    """The ways in which a mapper says where."""

    WHOLE_BODY = "whole body"
    MAP_VIEW = "map view"
    BOX = "box"
    DRAWN = "drawn polygon"
    SELECTED = "selected features"


@dataclass(frozen=True)
class Box:
    """Degrees, east-positive −180..180, planetocentric; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Outline:
    """Shapes that were drawn or selected, as they lie on their map.

    Attributes:
        layer: Name of the layer that they were selected in; "" of what was drawn.
    """

    geometries: tuple[QgsGeometry, ...]
    crs: QgsCoordinateReferenceSystem
    layer: str = ""


class AreaGroup(QWidget):
    """A choice of area, and below it what the choice needs."""

    kind_changed = pyqtSignal()
    outline_changed = pyqtSignal()
    draw_requested = pyqtSignal()
    selection_requested = pyqtSignal()

    def __init__(self, parent: QWidget, prefix: str = "pds") -> None:
        super().__init__(parent)
        self._prefix = prefix
        self._outlines: dict[AreaKind, Outline] = {}
        self._kind = forms.combo(f"{self._prefix}Area", self)
        self._kind.addItem(self.tr("Whole body"), AreaKind.WHOLE_BODY)
        self._kind.addItem(self.tr("Map view"), AreaKind.MAP_VIEW)
        self._kind.addItem(self.tr("Box"), AreaKind.BOX)
        self._kind.addItem(self.tr("Drawn polygon"), AreaKind.DRAWN)
        self._kind.addItem(self.tr("Selected features"), AreaKind.SELECTED)
        self._parts = {
            AreaKind.BOX: self._box_part(),
            AreaKind.DRAWN: self._drawn_part(),
            AreaKind.SELECTED: self._selected_part(),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._kind)
        for part in self._parts.values():
            column.addWidget(part)
        self._kind.currentIndexChanged.connect(self._show_part)
        self._show_part()

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

    def layer(self) -> QgsVectorLayer | None:
        """The layer whose selected features are wanted; None is the active one."""
        return self._layer.currentLayer()

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        self._layer.setLayer(layer)

    def outline(self) -> Outline | None:
        """What was drawn or selected, where one of these is chosen."""
        return self._outlines.get(self.kind())

    def set_outline(self, kind: AreaKind, outline: Outline | None) -> None:
        """Hold what was drawn or selected, and say what it is."""
        if outline is None:
            self._outlines.pop(kind, None)
        else:
            self._outlines[kind] = outline
        self._tell_outlines()
        self.outline_changed.emit()

    def show_drawing(self, drawing: bool) -> None:
        """Say how to draw while the map waits for vertices."""
        self._draw.setChecked(drawing)
        if drawing:
            forms.tell(self._drawn, self.tr("Click corners on the map; a right click ends."))
        else:
            self._tell_outlines()

    def _box_part(self) -> QWidget:
        part = QWidget(self)
        self._west = self._side(f"{self._prefix}West", -180.0, 180.0, part)
        self._east = self._side(f"{self._prefix}East", 180.0, 180.0, part)
        self._south = self._side(f"{self._prefix}South", -90.0, 90.0, part)
        self._north = self._side(f"{self._prefix}North", 90.0, 90.0, part)
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        sides = (
            (self.tr("West"), self._west, 0, 0),
            (self.tr("East"), self._east, 0, 1),
            (self.tr("South"), self._south, 2, 0),
            (self.tr("North"), self._north, 2, 1),
        )
        for text, side, row, column in sides:
            label = QLabel(text, part)
            label.setBuddy(side)
            grid.addWidget(label, row, column)
            grid.addWidget(side, row + 1, column)
        part.setToolTip(
            self.tr("Longitudes are east-positive; west may exceed east over the antimeridian")
        )
        return part

    def _side(self, name: str, value: float, limit: float, parent: QWidget) -> QgsDoubleSpinBox:
        side = QgsDoubleSpinBox(parent)
        side.setObjectName(name)
        side.setRange(-limit, limit)
        side.setDecimals(SIDE_DECIMALS)
        side.setSuffix("°")
        side.setShowClearButton(False)
        side.setMinimumWidth(side.fontMetrics().horizontalAdvance("-180.0000°  "))
        side.setValue(value)
        return side

    def _drawn_part(self) -> QWidget:
        part, column = self._part()
        self._draw = forms.button(f"{self._prefix}Draw", self.tr("Draw on the Map"), part)
        self._draw.setCheckable(True)
        self._draw.setToolTip(
            self.tr("Click corners; right click or Enter ends, Backspace takes back, Esc cancels")
        )
        self._drawn = forms.sentence(f"{self._prefix}Drawn", part)
        column.addWidget(self._draw)
        column.addWidget(self._drawn)
        self._draw.clicked.connect(self.draw_requested)
        return part

    def _selected_part(self) -> QWidget:
        part, column = self._part()
        self._layer = QgsMapLayerComboBox(part)
        self._layer.setObjectName(f"{self._prefix}SelectedLayer")
        self._layer.setFilters(QgsMapLayerProxyModel.Filter.HasGeometry)
        self._layer.setAllowEmptyLayer(True, self.tr("Active layer"))
        self._layer.setLayer(None)
        forms.fit(self._layer)
        take = forms.button(f"{self._prefix}TakeSelection", self.tr("Use Selected Features"), part)
        take.setToolTip(self.tr("Take the features that are selected now"))
        self._selected = forms.sentence(f"{self._prefix}Selected", part)
        column.addWidget(self._layer)
        column.addWidget(take)
        column.addWidget(self._selected)
        take.clicked.connect(self.selection_requested)
        return part

    def _part(self) -> tuple[QWidget, QVBoxLayout]:
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        return part, column

    def _tell_outlines(self) -> None:
        drawn = self._outlines.get(AreaKind.DRAWN)
        selected = self._outlines.get(AreaKind.SELECTED)
        nothing_drawn = self.tr("Nothing is drawn yet.")
        nothing_taken = self.tr("No features are taken yet.")
        forms.tell(self._drawn, self._vertices(drawn) if drawn else nothing_drawn)
        forms.tell(self._selected, self._features(selected) if selected else nothing_taken)

    def _vertices(self, outline: Outline) -> str:
        count = sum(_corners(geometry) for geometry in outline.geometries)
        return self.tr("Polygon with {count} vertices").format(count=count)

    def _features(self, outline: Outline) -> str:
        names = {"count": len(outline.geometries), "layer": outline.layer}
        if len(outline.geometries) == 1:
            return self.tr("1 selected feature of {layer}").format(**names)
        return self.tr("{count} selected features of {layer}").format(**names)

    def _show_part(self) -> None:
        for kind, part in self._parts.items():
            part.setVisible(kind is self.kind())
        self._tell_outlines()
        self.kind_changed.emit()


def _corners(geometry: QgsGeometry) -> int:
    """How many vertices one would count: a ring's first is its last."""
    shape = geometry.constGet()
    rings = sum(
        shape.ringCount(part) for part in range(shape.partCount()) if shape.dimension() == 2
    )
    return shape.nCoordinates() - rings
