"""The window that finds kernels in archives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QCompleter, QDialog, QFormLayout, QVBoxLayout, QWidget

from planetary_qgis.core.download_parts import size_text
from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.remote_kernels import RemoteKernels

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel
    from planetary_qgis.core.spice.kernel_archives.sets import KernelSet

_SIZE = (520, 560)


class KernelSearchDialog(QDialog):
    """Which archive and when; what was found, to be checked; and its download."""

    find_requested = pyqtSignal()
    metakernel_chosen = pyqtSignal(int)
    """Its place among the metakernels offered; -1 for what was found by time."""
    download_requested = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("spiceKernelSearch")
        self.setWindowTitle(self.tr("Find Kernels"))
        self.resize(*_SIZE)
        self._set = self._set_box()
        self._start = self._time_line("spiceFindStart")
        self._stop = self._time_line("spiceFindStop")
        self._find = forms.button("spiceFindButton", self.tr("Find"), self)
        self._metakernel = forms.combo("spiceFindMetakernel", self)
        self.kernels = RemoteKernels(self)
        self._sum = forms.sentence("spiceFindSum", self)
        self._download = forms.button("spiceDownloadButton", self.tr("Download and Add"), self)
        self.job_bar = JobBar("spiceFind", self)
        self._lay_out()
        self._find.clicked.connect(self.find_requested)
        self._download.clicked.connect(self.download_requested)
        self._metakernel.activated.connect(lambda row: self.metakernel_chosen.emit(row - 1))
        self.kernels.changed.connect(self._tell_sum)
        self.offer_metakernels(())
        self._tell_sum()

    def offer_sets(self, sets: Sequence[KernelSet]) -> None:
        self._set.clear()
        for each in sets:
            self._set.addItem(each.title, each)
            self._set.setItemData(self._set.count() - 1, each.url, Qt.ItemDataRole.ToolTipRole)

    def kernel_set(self) -> KernelSet | None:
        """The archive that is chosen, None where what is typed is none of them."""
        row = self._set.findText(self._set.currentText().strip())
        return self._set.itemData(row) if row >= 0 else None

    def choose_set(self, naif_id: int) -> None:
        """Turn to the first set of a spacecraft, if there is one."""
        for row in range(self._set.count()):
            if self._set.itemData(row).naif_id == naif_id:
                self._set.setCurrentIndex(row)
                return

    def start(self) -> str:
        return self._start.text().strip()

    def stop(self) -> str:
        return self._stop.text().strip()

    def set_times(self, start: str, stop: str) -> None:
        for line, text in ((self._start, start), (self._stop, stop)):
            line.setText(text)
            line.setCursorPosition(0)

    def offer_metakernels(self, metakernels: Sequence[RemoteKernel]) -> None:
        """Offer the archive's own choices, the newest first."""
        self._metakernel.clear()
        self._metakernel.addItem(self.tr("All that cover the time"))
        self._metakernel.addItems([each.name for each in metakernels])
        self._metakernel.setEnabled(bool(metakernels))

    def allow(self, *, finding: str, downloading: str) -> None:
        """Enable the buttons, or say in tool tips why not."""
        forms.allow(self._find, finding)
        forms.allow(self._download, downloading)

    def _tell_sum(self) -> None:
        chosen = self.kernels.chosen()
        absent = [each for each in chosen if each.url not in self.kernels.here]
        known = sum(each.size_bytes or 0 for each in absent)
        unknown = sum(each.size_bytes is None for each in absent)
        if not chosen:
            text = self.tr("No kernel is checked.")
        else:
            text = self.tr("{count} kernels; to be downloaded: {absent}, {size}").format(
                count=len(chosen), absent=len(absent), size=size_text(known)
            )
        if unknown:
            text += self.tr("; of {count} the size is unknown").format(count=unknown)
        forms.tell(self._sum, text)

    def _set_box(self) -> QComboBox:
        box = forms.combo("spiceFindSet", self, editable=True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = box.completer()
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        box.setToolTip(self.tr("Type a part of a mission's name"))
        return box

    def _time_line(self, name: str) -> QgsFilterLineEdit:
        line = QgsFilterLineEdit(self)
        line.setObjectName(name)
        line.setPlaceholderText("2007-01-02T22:55:54")
        line.setToolTip(self.tr("UTC; without times, kernels of all times are listed"))
        return line

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Archive"), self._set)
        form.addRow(self.tr("Start"), self._start)
        form.addRow(self.tr("Stop"), self._stop)
        form.addRow(self._find)
        form.addRow(self.tr("Take"), self._metakernel)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.kernels, 1)
        for part in (self._sum, self._download, self.job_bar):
            layout.addWidget(part)
