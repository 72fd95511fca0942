"""Parts of the window that projects an image: kernels, what labels may not say, and the map."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayerProxyModel, QgsRasterLayer
from qgis.gui import (
    QgsCollapsibleGroupBox,
    QgsDoubleSpinBox,
    QgsFilterLineEdit,
    QgsMapLayerComboBox,
    QgsProjectionSelectionWidget,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QResizeEvent
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms
from planetary_qgis.gui.kernel_tree import KernelTree

_COARSEST_M = 1e6
_LONGEST_S = 1e4
_HIGHEST_DETECTOR_PIXEL = 1e6
NUMBERS = (
    "exposure_s",
    "line_s",
    "first_sample",
    "first_line",
    "sample_summing",
    "line_summing",
    "interframe_s",
)
NAMES = ("target", "observer", "instrument", "start")


class _KernelNames(KernelTree):
    """Kernels without what reading them would tell."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for column in range(1, self.columnCount()):
            self.setColumnHidden(column, True)


class KernelChoice(QWidget):
    """Kernels in load order: files are added, dropped and removed."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tree = _KernelNames(self)
        self._tree.setObjectName("imageKernels")
        add = forms.button("imageAddKernels", self.tr("Add…"), self)
        remove = forms.button("imageRemoveKernels", self.tr("Remove"), self)
        buttons = QHBoxLayout()
        buttons.addWidget(add)
        buttons.addWidget(remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tree)
        layout.addLayout(buttons)
        add.clicked.connect(self._choose)
        remove.clicked.connect(self._tree.remove_chosen)
        self._tree.dropped.connect(self._take)
        self._tree.changed.connect(self.changed)

    def kernels(self) -> tuple[Path, ...]:
        return self._tree.kernels()

    def set_kernels(self, paths: Iterable[Path]) -> None:
        self._tree.set_kernels(paths)

    def _take(self, paths: list[Path]) -> None:
        self._tree.add_kernels(path for path in paths if path.is_file())

    def _choose(self) -> None:
        listed = self.kernels()
        folder = str(listed[-1].parent) if listed else ""
        title = self.tr("Add kernels")
        paths, _kind = QFileDialog.getOpenFileNames(self, title, folder)
        self._take([Path(path) for path in paths])


class LabelFields(QgsCollapsibleGroupBox):
    """What stands before the label; each field shows, greyed, what the label says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Instead of the Label"))
        self.setObjectName("imageFields")
        self.setSaveCollapsedState(False)
        self.setCollapsed(True)
        titles = {
            "target": self.tr("Target"),
            "observer": self.tr("Observer"),
            "instrument": self.tr("Instrument"),
            "start": self.tr("Start"),
            "exposure_s": self.tr("Exposure"),
            "line_s": self.tr("Line to line"),
            "first_sample": self.tr("First sample"),
            "first_line": self.tr("First line"),
            "sample_summing": self.tr("Sample summing"),
            "line_summing": self.tr("Line summing"),
            "interframe_s": self.tr("Interframe"),
        }
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._lines = {name: self._line(name) for name in NAMES}
        self._boxes = {name: self._box(name) for name in NUMBERS}
        for name, field in {**self._lines, **self._boxes}.items():
            form.addRow(titles[name], field)
        for name in ("target", "observer", "instrument"):
            self._lines[name].setToolTip(self.tr("A name or a NAIF id"))
        self._lines["start"].setToolTip(
            self.tr("Of the exposure: UTC, or a time as ET 221050619.184 or SCLK 1/0852157621.139")
        )

    def names(self) -> dict[str, str]:
        """What was typed, by name."""
        return {name: line.text().strip() for name, line in self._lines.items()}

    def numbers(self) -> dict[str, float | None]:
        """What was set, by name; None for what the label says."""
        return {name: box.value() or None for name, box in self._boxes.items()}

    def show_label(self, said: dict[str, str]) -> None:
        """Grey, in the empty fields, what the label says; "" where it does not."""
        for name, line in self._lines.items():
            line.setPlaceholderText(said.get(name, ""))
        for name, box in self._boxes.items():
            box.setSpecialValueText(said.get(name) or self.tr("Not said"))

    def unfold(self) -> None:
        self.setCollapsed(False)

    def _line(self, name: str) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(self)
        line.setObjectName(f"image_{name}")
        return line

    def _box(self, name: str) -> QgsDoubleSpinBox:
        in_seconds = name.endswith("_s")
        box = QgsDoubleSpinBox(self)
        box.setObjectName(f"image_{name}")
        box.setRange(0.0, _LONGEST_S if in_seconds else _HIGHEST_DETECTOR_PIXEL)
        box.setDecimals(7 if in_seconds else 2)
        box.setSuffix(" s" if in_seconds else "")
        box.setSpecialValueText(self.tr("Not said"))
        box.setClearValueMode(QgsDoubleSpinBox.ClearValueMode.MinimumValue)
        return box


class MapFields(QWidget):
    """Surface, CRS, resolution and resampling of the map."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Map"), self)
        self._surface = forms.combo("imageSurface", group)
        self._dem = self._dem_box(group)
        self._which_crs = forms.combo("imageWhichCrs", group)
        self._crs = QgsProjectionSelectionWidget(group)
        self._crs.setObjectName("imageCrs")
        self._resolution = self._resolution_box(group)
        self._resampling = forms.combo("imageResampling", group)
        for title, field in (
            (self.tr("Surface"), self._surface),
            (self.tr("DEM"), self._dem),
            (self.tr("CRS"), self._which_crs),
            ("", self._crs),
            (self.tr("Resolution"), self._resolution),
            (self.tr("Resampling"), self._resampling),
        ):
            form.addRow(title, field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self._which_crs.addItems(
            [self.tr("What suits the image"), self.tr("The project's"), self.tr("Another")]
        )
        self._which_crs.currentIndexChanged.connect(lambda row: self._crs.setVisible(row == 2))
        self._crs.setVisible(False)
        self._surface.setToolTip(
            self.tr("auto: the kernels' shape (DSK) of the target, else its ellipsoid")
        )

    def offer(self, surfaces: Iterable[str], resamplings: Iterable[str], usual: str) -> None:
        """What can be chosen; the first surface is the usual one."""
        self._surface.addItems(list(surfaces))
        self._resampling.addItems(list(resamplings))
        self._resampling.setCurrentText(usual)

    def surface(self) -> str:
        return self._surface.currentText()

    def dem(self) -> QgsRasterLayer | None:
        layer = self._dem.currentLayer()
        return layer if isinstance(layer, QgsRasterLayer) else None

    def crs(self, of_project: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem | None:
        """The CRS that is chosen; None for what suits the image."""
        return (None, of_project, self._crs.crs())[self._which_crs.currentIndex()]

    def resolution_m(self) -> float | None:
        return self._resolution.value() or None

    def resampling(self) -> str:
        return self._resampling.currentText()

    def _resolution_box(self, parent: QWidget) -> QgsDoubleSpinBox:
        box = QgsDoubleSpinBox(parent)
        box.setObjectName("imageResolution")
        box.setRange(0.0, _COARSEST_M)
        box.setDecimals(3)
        box.setSuffix(self.tr(" m a pixel"))
        box.setSpecialValueText(self.tr("The image's own"))
        box.setClearValueMode(QgsDoubleSpinBox.ClearValueMode.MinimumValue)
        return box

    def _dem_box(self, parent: QWidget) -> QComboBox:
        box = QgsMapLayerComboBox(parent)
        box.setObjectName("imageDem")
        forms.fit(box)
        box.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        box.setAllowEmptyLayer(True, self.tr("None"))
        box.setCurrentIndex(0)
        box.setToolTip(self.tr("A raster of heights in metres, as the surface instead"))
        return box
