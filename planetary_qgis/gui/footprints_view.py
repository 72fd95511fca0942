"""The SPICE Footprints dock's widgets."""

from __future__ import annotations

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.kernels_group import KernelsGroup
from planetary_qgis.gui.observation_group import ObservationGroup
from planetary_qgis.gui.times_group import TimesGroup


class FootprintsView(QWidget):
    """Kernels, observation, times and output from top to bottom.

    What to compute and the running job stay in sight at the foot, however low the dock.
    """

    footprints_requested = pyqtSignal()
    track_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QWidget(self)
        self.kernels = KernelsGroup(form)
        self.observation = ObservationGroup(form)
        self.times = TimesGroup(form)
        self.job_bar = JobBar("spice", self)
        column = QVBoxLayout(form)
        for part in (self.kernels, self.observation, self.times, self._output_group(form)):
            column.addWidget(part)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(forms.in_scroll_area(form, self), 1)
        layout.addWidget(self._foot())
        layout.addWidget(self.job_bar)
        self._footprints.clicked.connect(self.footprints_requested)
        self._track.clicked.connect(self.track_requested)

    def output_path(self) -> str:
        """Path of the GeoPackage to write, or "" for a temporary layer."""
        return self._output.filePath().strip()

    def tell_done(self, sentence: str) -> None:
        forms.tell(self._done, sentence)

    def allow_footprints(self, reason_against: str) -> None:
        forms.allow(self._footprints, reason_against)

    def allow_track(self, reason_against: str) -> None:
        forms.allow(self._track, reason_against)

    def _foot(self) -> QWidget:
        foot = QWidget(self)
        self._footprints = forms.button("spiceComputeButton", self.tr("Compute Footprints"), foot)
        self._track = forms.button("spiceTrackButton", self.tr("Compute Ground Track"), foot)
        self._done = forms.sentence("spiceDone", foot)
        column = QVBoxLayout(foot)
        for part in (self._footprints, self._track, self._done):
            column.addWidget(part)
        return foot

    def _output_group(self, parent: QWidget) -> QGroupBox:
        group, form = forms.group_form(self.tr("Output"), parent)
        self._output = QgsFileWidget(group)
        self._output.setObjectName("spiceOutput")
        self._output.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self._output.setConfirmOverwrite(False)
        self._output.setDialogTitle(self.tr("Write into a GeoPackage"))
        self._output.setFilter(self.tr("GeoPackage") + " (*.gpkg)")
        self._output.lineEdit().setPlaceholderText(self.tr("Temporary layer"))
        self._output.setToolTip(
            self.tr("A GeoPackage to write to; left empty, the layer goes when QGIS closes")
        )
        form.addRow(self._output)
        return group
