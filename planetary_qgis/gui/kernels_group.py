"""The Kernels tab of the SPICE Footprints dock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QLabel, QSplitter, QVBoxLayout, QWidget

from planetary_qgis.gui import kernel_recent
from planetary_qgis.gui.coverage_chart import CoverageChart
from planetary_qgis.gui.kernel_buttons import KernelButtons
from planetary_qgis.gui.kernel_missing import MissingList
from planetary_qgis.gui.kernel_reading import Reading
from planetary_qgis.gui.kernel_tree import KernelTree

_LINES_OF_WORDS = 3


class KernelsGroup(QWidget):
    """The kernels in load order, what they cover as a chart, and what is missing."""

    read_requested = pyqtSignal()
    folders_given = pyqtSignal(list)
    """Folders whose kernels are wanted."""
    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tree = KernelTree(self)
        self.buttons = KernelButtons(self)
        self.chart = CoverageChart(self)
        self.chart.setObjectName("spiceCoverageChart")
        self._coverage = ""
        self._words = self._words_label()
        self.missing = MissingList(self)
        self._lay_out()
        self._connect()
        self._allow()

    def kernels(self) -> tuple[Path, ...]:
        return self._tree.kernels()

    def set_kernels(self, paths: Iterable[Path]) -> None:
        self._tree.set_kernels(paths)

    def add_kernels(self, paths: Iterable[Path]) -> None:
        """Append what is not yet in the list; the order is the order of loading."""
        self._tree.add_kernels(paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Add files, ask for the kernels of folders, and read anew, as after a user's choice."""
        folders = [path for path in paths if path.is_dir()]
        files = [path for path in paths if path not in folders]
        if files:
            self.add_kernels(files)
            self.read_requested.emit()
        if folders:
            self.folders_given.emit(folders)

    def show_reading(self, reading: Reading) -> None:
        """Mark what was read, and what cannot be used."""
        self._tree.show_entries(reading.entries)
        remarks = reading.summary.remarks if reading.summary is not None else ()
        self.missing.show_kernels(reading.problems, remarks)

    def tell_coverage(self, sentence: str) -> None:
        self._coverage = sentence
        self._words.setText(sentence)

    def allow_reading(self, reason_against: str) -> None:
        self.buttons.allow_reading(reason_against)

    def _connect(self) -> None:
        buttons = self.buttons
        self._tree.changed.connect(self.changed)
        self._tree.changed.connect(self._allow)
        self._tree.itemSelectionChanged.connect(self._allow)
        self._tree.dropped.connect(self.take)
        self.chart.pointed.connect(self._tell_pointed)
        buttons.files_wanted.connect(self._choose_files)
        buttons.folder_wanted.connect(self._choose_folder)
        buttons.recent_chosen.connect(self._use_recent)
        buttons.removal_wanted.connect(self._tree.remove_chosen)
        buttons.move_wanted.connect(self._tree.move_chosen)
        buttons.read_wanted.connect(self.read_requested)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setObjectName("spiceKernelsSplit")
        split.setChildrenCollapsible(False)
        split.addWidget(_column(split, (self._tree, self.buttons)))
        split.addWidget(_column(split, (self.chart, self._words)))
        split.addWidget(self.missing)
        for part, stretch in enumerate((3, 4, 2)):
            split.setStretchFactor(part, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(split)

    def _tell_pointed(self, sentence: str) -> None:
        self._words.setText(sentence or self._coverage)

    def _words_label(self) -> QLabel:
        """A label whose room does not change with what it says."""
        label = QLabel(self)
        label.setObjectName("spiceCoverage")
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setFixedHeight(_LINES_OF_WORDS * label.fontMetrics().lineSpacing())
        return label

    def _choose_files(self) -> None:
        kinds = self.tr("SPICE kernels") + (
            " (*.tm *.mk *.bsp *.bc *.tls *.tpc *.bpc *.tf *.ti *.tsc *.bds"
            " *.TM *.MK *.BSP *.BC *.TLS *.TPC *.BPC *.TF *.TI *.TSC *.BDS)"
        )
        title = self.tr("Add kernels")
        paths, _kind = QFileDialog.getOpenFileNames(self, title, self._folder(), f"{kinds};;* (*)")
        self.take([Path(path) for path in paths])

    def _choose_folder(self) -> None:
        title = self.tr("Add the kernels of a folder")
        folder = QFileDialog.getExistingDirectory(self, title, self._folder())
        if folder:
            self.take([Path(folder)])

    def _use_recent(self, paths: Sequence[Path]) -> None:
        self.set_kernels(paths)
        self.read_requested.emit()

    def _folder(self) -> str:
        listed = self.kernels()
        return str(listed[-1].parent) if listed else ""

    def _allow(self) -> None:
        chosen = bool(self._tree.chosen())
        self.buttons.allow_changes("" if chosen else self.tr("Choose kernels in the list first"))
        self.buttons.offer_recent(kernel_recent.sets())


def _column(parent: QWidget, parts: Iterable[QWidget]) -> QWidget:
    column = QWidget(parent)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for part in parts:
        layout.addWidget(part)
    return column
