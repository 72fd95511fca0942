"""The part of an observation that is right as it stands for most."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsMapLayerProxyModel, QgsRasterLayer
from qgis.gui import (
    QgsCollapsibleGroupBox,
    QgsDoubleSpinBox,
    QgsFilterLineEdit,
    QgsMapLayerComboBox,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QWidget

from planetary_qgis.gui import forms

_LONGEST_INTERFRAME_S = 3600.0


class AdvancedGroup(QgsCollapsibleGroupBox):
    """Aberration correction, frame, framelets' timing and surface, folded away."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Advanced"))
        self.setObjectName("spiceAdvanced")
        self.setSaveCollapsedState(False)
        self.setCollapsed(True)
        self._abcorr = forms.combo("spiceAbcorr", self)
        self._frame = self._frame_line()
        self._interframe = self._interframe_box()
        self._surface = forms.combo("spiceSurface", self)
        self._dem = self._dem_box()
        self._lay_out()
        self._surface.setToolTip(
            self.tr("auto: the kernels' shape (DSK) of the target, else its ellipsoid")
        )
        for box in (self._abcorr, self._surface):
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def abcorr(self) -> str:
        return self._abcorr.currentText()

    def body_fixed_frame(self) -> str:
        """The frame of the answer's longitudes; "" for the one that SPICE associates."""
        return self._frame.text().strip()

    def interframe_s(self) -> float | None:
        """Seconds from framelet to framelet; None for what is usual."""
        return self._interframe.value() or None

    def surface(self) -> str:
        return self._surface.currentText()

    def dem(self) -> QgsRasterLayer | None:
        """The raster of heights to take as the surface."""
        layer = self._dem.currentLayer()
        return layer if isinstance(layer, QgsRasterLayer) else None

    def offer(self, abcorr: Sequence[str], usual_abcorr: str, surfaces: Sequence[str]) -> None:
        """What can be chosen; the first surface is the usual one."""
        self._abcorr.clear()
        self._abcorr.addItems(list(abcorr))
        self._abcorr.setCurrentText(usual_abcorr)
        self._surface.clear()
        self._surface.addItems(list(surfaces))

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Aberration correction"), self._abcorr)
        form.addRow(self.tr("Body-fixed frame"), self._frame)
        form.addRow(self.tr("Interframe"), self._interframe)
        form.addRow(self.tr("Surface"), self._surface)
        form.addRow(self.tr("DEM"), self._dem)

    def _frame_line(self) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(self)
        line.setObjectName("spiceFrame")
        line.setPlaceholderText(self.tr("The target's own"))
        line.setToolTip(self.tr("A frame fixed to the target, such as MOON_ME or IAU_MARS"))
        line.textChanged.connect(lambda _text: self.changed.emit())
        return line

    def _interframe_box(self) -> QgsDoubleSpinBox:
        box = QgsDoubleSpinBox(self)
        box.setObjectName("spiceInterframe")
        box.setRange(0.0, _LONGEST_INTERFRAME_S)
        box.setDecimals(4)
        box.setSuffix(" s")
        box.setSpecialValueText(self.tr("As usual"))
        box.setClearValueMode(QgsDoubleSpinBox.ClearValueMode.MinimumValue)
        box.setToolTip(
            self.tr("From framelet to framelet of push frames; labels call it INTERFRAME_DELAY")
        )
        box.valueChanged.connect(lambda _value: self.changed.emit())
        return box

    def _dem_box(self) -> QgsMapLayerComboBox:
        box = QgsMapLayerComboBox(self)
        box.setObjectName("spiceDem")
        forms.fit(box)
        box.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        box.setAllowEmptyLayer(True, self.tr("None"))
        box.setLayer(None)
        box.setToolTip(self.tr("A raster of heights in metres, as the surface instead"))
        box.layerChanged.connect(lambda _layer: self.changed.emit())
        return box
