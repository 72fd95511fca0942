"""The small windows that ask which rasters to open."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms

_ENDINGS = (
    "*.lbl *.xml *.img *.cub *.qub *.dat *.imq *.ibg *.vic *.vicar *.fit *.fits *.fts *.raw "
    "*.tif *.tiff *.jp2 *.vrt *.zip *.tar *.tgz *.gz"
)
_WIDTH = 520


class OpenRasterDialog(QDialog):
    """Asks for files or an address on the web."""

    open_requested = pyqtSignal(list)
    """Paths, or one address."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryOpenRaster")
        self.setWindowTitle(self.tr("Open Planetary Raster"))
        self._files = self._file_widget()
        self._told = QLabel(
            self.tr(
                "PDS3 and PDS4 products, ISIS cubes, VICAR, FITS, JPEG 2000, GeoTIFF: the label or "
                "the image, on this computer or on the web."
            ),
            self,
        )
        self._told.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, self
        )
        form = QFormLayout()
        form.addRow(self.tr("File or address"), self._files)
        layout = QVBoxLayout(self)
        layout.addWidget(self._told)
        layout.addLayout(form)
        layout.addWidget(self._buttons)
        self.resize(_WIDTH, self.sizeHint().height())
        self._files.fileChanged.connect(self._allow)
        self._buttons.accepted.connect(self._open)
        self._buttons.rejected.connect(self.reject)
        self._allow()

    def addresses(self) -> list[str]:
        """What was chosen or typed."""
        text = self._files.filePath().strip()
        if '"' in text:
            return [path for path in QgsFileWidget.splitFilePaths(text) if path.strip()]
        return [text] if text else []

    def _file_widget(self) -> QgsFileWidget:
        widget = QgsFileWidget(self)
        widget.setObjectName("planetaryOpenRasterFile")
        widget.setStorageMode(QgsFileWidget.StorageMode.GetMultipleFiles)
        widget.setDialogTitle(self.tr("Choose Rasters"))
        every = self.tr("All files")
        widget.setFilter(
            f"{self.tr('Planetary rasters')} ({_ENDINGS} {_ENDINGS.upper()});;{every} (*)"
        )
        widget.lineEdit().setPlaceholderText(self.tr("/data/image.lbl or https://…/image.img"))
        return widget

    def _allow(self) -> None:
        button = self._buttons.button(QDialogButtonBox.StandardButton.Open)
        forms.allow(button, "" if self.addresses() else self.tr("Choose a file first."))

    def _open(self) -> None:
        self.open_requested.emit(self.addresses())
        self.accept()


class ImagesDialog(QDialog):
    """Asks which of several images in a file are wanted."""

    def __init__(self, title: str, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryImages")
        self.setWindowTitle(self.tr("Images in {file}").format(file=title))
        self._list = QListWidget(self)
        self._list.setObjectName("planetaryImagesList")
        for name in names:
            item = QListWidgetItem(name, self._list)
            item.setToolTip(name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        self._list.item(0).setCheckState(Qt.CheckState.Checked)
        self._list.itemChanged.connect(self._allow)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        text = self.tr("The file holds {count} images. Check those to open.")
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(text.format(count=len(names)), self))
        layout.addWidget(self._list)
        layout.addWidget(self._buttons)
        self.resize(_WIDTH, self.sizeHint().height())

    def chosen(self) -> list[int]:
        """Numbers of the checked ones, from 0."""
        rows = range(self._list.count())
        return [n for n in rows if self._list.item(n).checkState() == Qt.CheckState.Checked]

    def _allow(self) -> None:
        button = self._buttons.button(QDialogButtonBox.StandardButton.Open)
        forms.allow(button, "" if self.chosen() else self.tr("Check an image first."))
