"""The SPICE Footprints dock's widgets."""

from __future__ import annotations

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGroupBox, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.kernel_missing import MissingLine
from planetary_qgis.gui.kernels_group import KernelsGroup
from planetary_qgis.gui.observation_group import ObservationGroup
from planetary_qgis.gui.times_group import TimesGroup


class FootprintsView(QWidget):
    """Tabs of questions to the kernels; the running job and what came of it below them.

    What to compute stays in sight at the foot of its tab, however low the dock.
    """

    footprints_requested = pyqtSignal()
    track_requested = pyqtSignal()
    boresight_requested = pyqtSignal()
    limb_requested = pyqtSignal()
    details_wanted = pyqtSignal()
    """Of what the kernels lack."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("spiceTabs")
        self._tabs.setDocumentMode(True)
        self.job_bar = JobBar("spice", self)
        self._done = forms.sentence("spiceDone", self)
        self._result = QVBoxLayout()
        self._result.setContentsMargins(6, 0, 6, 0)
        self._result.addWidget(self._done)
        self.kernels = KernelsGroup(self._tabs)
        self._tabs.addTab(self.kernels, self.tr("Kernels"))
        self._tabs.addTab(self._observe_page(), self.tr("Observe"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tabs, 1)
        layout.addLayout(self._result)
        layout.addWidget(self.job_bar)
        self._footprints.clicked.connect(self.footprints_requested)
        self._track.clicked.connect(self.track_requested)
        self._boresight.clicked.connect(self.boresight_requested)
        self._limb.clicked.connect(self.limb_requested)

    def add_tab(self, widget: QWidget, title: str) -> None:
        """Append a tab; the view owns its widget from now on."""
        self._tabs.addTab(widget, title)

    def add_below_result(self, widget: QWidget) -> None:
        """Put a widget below the sentence that tells what came of a job."""
        self._result.addWidget(widget)

    def show_kernels(self) -> None:
        self._tabs.setCurrentIndex(0)

    def show_observation(self) -> None:
        self._tabs.setCurrentIndex(1)

    def output_path(self) -> str:
        """Path of the GeoPackage to write, or "" for a temporary layer."""
        return self._output.filePath().strip()

    def tell_done(self, sentence: str) -> None:
        forms.tell(self._done, sentence)

    def allow_footprints(self, reason_against: str) -> None:
        forms.allow(self._footprints, reason_against)

    def allow_track(self, reason_against: str) -> None:
        forms.allow(self._track, reason_against)

    def allow_boresight(self, reason_against: str) -> None:
        forms.allow(self._boresight, reason_against)

    def allow_limb(self, reason_against: str) -> None:
        forms.allow(self._limb, reason_against)

    def _observe_page(self) -> QWidget:
        page = QWidget(self._tabs)
        form = QWidget(page)
        self.observation = ObservationGroup(form)
        self.times = TimesGroup(form)
        column = QVBoxLayout(form)
        for part in (self.observation, self.times, self._output_group(form)):
            column.addWidget(part)
        column.addStretch(1)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(forms.in_scroll_area(form, page), 1)
        layout.addWidget(self._foot(page))
        return page

    def _foot(self, parent: QWidget) -> QWidget:
        foot = QWidget(parent)
        self._footprints = forms.button("spiceComputeButton", self.tr("Compute Footprints"), foot)
        self._track = forms.button("spiceTrackButton", self.tr("Ground Track"), foot)
        self._boresight = forms.button("spiceBoresightButton", self.tr("Boresight Track"), foot)
        self._limb = forms.button("spiceLimbButton", self.tr("Limb and Terminator"), foot)
        self.missing_line = MissingLine(foot)
        self.missing_line.details_wanted.connect(self.details_wanted)
        tracks = QHBoxLayout()
        tracks.addWidget(self._track)
        tracks.addWidget(self._boresight)
        column = QVBoxLayout(foot)
        column.addWidget(self.missing_line)
        column.addWidget(self._footprints)
        column.addLayout(tracks)
        column.addWidget(self._limb)
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
