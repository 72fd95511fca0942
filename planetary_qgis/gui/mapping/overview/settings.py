"""The window for what was decided once for a map: title, authors, scale, tolerance."""

from __future__ import annotations

from dataclasses import replace

from qgis.gui import QgsDoubleSpinBox, QgsScaleComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.map_settings import USUAL_SCALES, MapSettings
from planetary_qgis.gui import forms

_LARGEST_TOLERANCE_M = 1e6


class MapSettingsDialog(QDialog):
    """A passive view that stays open until what it says could be saved."""

    save_wanted = pyqtSignal()

    def __init__(self, settings: MapSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setObjectName("mapSettings")
        self.setWindowTitle(self.tr("Map Settings"))
        self._title = QLineEdit(settings.title, self)
        self._title.setObjectName("mapSettingsTitle")
        self._authors = QLineEdit(settings.authors, self)
        self._authors.setObjectName("mapSettingsAuthors")
        self._scale = scale_box("mapSettingsScale", self)
        self._scale.setScale(settings.scale)
        self._tolerance = QgsDoubleSpinBox(self)
        self._tolerance.setObjectName("mapSettingsTolerance")
        self._tolerance.setRange(0.0, _LARGEST_TOLERANCE_M)
        self._tolerance.setDecimals(2)
        self._tolerance.setSuffix(" m")
        self._tolerance.setSpecialValueText(self.tr("As the scale says"))
        self._tolerance.setClearValue(0.0)
        self._tolerance.setValue(settings.tolerance_m)
        self._tolerance.setToolTip(
            self.tr("Up to this distance on the ground, ends of lines are taken to meet a line")
        )
        self._problem = forms.sentence("mapSettingsProblem", self)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._buttons.accepted.connect(self.save_wanted)
        self._buttons.rejected.connect(self.reject)
        self._lay_out()

    def settings(self) -> MapSettings:
        """What is asked for; the body stays."""
        return replace(
            self._settings,
            title=self._title.text().strip(),
            authors=self._authors.text().strip(),
            scale=self._scale.scale(),
            tolerance_m=self._tolerance.value(),
        )

    def show_problem(self, sentence: str) -> None:
        forms.tell(self._problem, sentence)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Title"), self._title)
        form.addRow(self.tr("Authors"), self._authors)
        form.addRow(self.tr("Scale"), self._scale)
        form.addRow(self.tr("Tolerance"), self._tolerance)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addStretch(1)
        column.addWidget(self._buttons)
        self.resize(420, self.sizeHint().height())


def scale_box(name: str, parent: QWidget) -> QgsScaleComboBox:
    """A box for scales, with those of planetary maps in its list."""
    box = QgsScaleComboBox(parent)
    box.setObjectName(name)
    box.updateScales([f"1:{scale:.0f}" for scale in USUAL_SCALES])
    return box
