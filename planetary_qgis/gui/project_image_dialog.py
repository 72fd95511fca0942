"""The window that projects an image."""

from __future__ import annotations

from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.gui import forms
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.project_image_parts import KernelChoice, LabelFields, MapFields

_SIZE = (480, 720)


class ProjectImageDialog(QDialog):
    """An image, what its label says, kernels, the map's properties; a job bar and Project."""

    image_chosen = pyqtSignal()
    project_requested = pyqtSignal()
    isis_wanted = pyqtSignal()
    """Or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryProjectImage")
        self.setWindowTitle(self.tr("Project Image"))
        self.resize(*_SIZE)
        form = QWidget(self)
        self._image = self._file("imageFile", self.tr("The file of the image, or its label"), form)
        self._said = forms.sentence("imageSaid", form)
        self._lacking = forms.sentence("imageLacking", form)
        self.kernels = KernelChoice(form)
        self.fields = LabelFields(form)
        self.map = MapFields(form)
        self._output = self._output_file(form)
        self._outline = QCheckBox(self.tr("Also the outline of what it shows"), form)
        self._outline.setObjectName("imageOutline")
        self._with_isis = QCheckBox(self.tr("By ISIS: spiceinit and cam2map"), form)
        self._with_isis.setObjectName("imageWithIsis")
        self._with_isis.hide()
        self._done = forms.sentence("imageDone", self)
        self.job_bar = JobBar("image", self)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._project = self._buttons.addButton(
            self.tr("Project"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self._project.setObjectName("imageProject")
        self._lay_out(form)
        self._image.fileChanged.connect(lambda _path: self.image_chosen.emit())
        self._with_isis.toggled.connect(lambda _on: self.isis_wanted.emit())
        self._project.clicked.connect(self.project_requested)
        self._buttons.rejected.connect(self.reject)

    def image(self) -> Path | None:
        named = self._image.filePath().strip()
        return Path(named) if named else None

    def choose_image(self, path: Path) -> None:
        self._image.setFilePath(str(path))

    def output(self) -> Path | None:
        """The file to write; None for a temporary one."""
        named = self._output.filePath().strip()
        return Path(named) if named else None

    def wants_outline(self) -> bool:
        return self._outline.isChecked()

    def wants_isis(self) -> bool:
        return self._with_isis.isChecked()

    def offer_isis(self) -> None:
        self._with_isis.show()

    def show_label(self, sentence: str, lacking: str) -> None:
        """What the label says, and what it does not."""
        forms.tell(self._said, sentence)
        forms.tell(self._lacking, lacking)

    def tell_done(self, sentence: str) -> None:
        forms.tell(self._done, sentence)

    def allow(self, reason_against: str) -> None:
        forms.allow(self._project, reason_against)

    def _lay_out(self, form: QWidget) -> None:
        column = QVBoxLayout(form)
        column.addWidget(self._group(self.tr("Image"), self._image, self._said, self._lacking))
        column.addWidget(self._group(self.tr("Kernels"), self.kernels))
        column.addWidget(self.fields)
        column.addWidget(self.map)
        column.addWidget(
            self._group(self.tr("Output"), self._output, self._outline, self._with_isis)
        )
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(forms.in_scroll_area(form, self), 1)
        for part in (self._done, self.job_bar, self._buttons):
            layout.addWidget(part)

    def _group(self, title: str, *parts: QWidget) -> QGroupBox:
        group, form = forms.group_form(title, self)
        for part in parts:
            form.setWidget(form.rowCount(), QFormLayout.ItemRole.SpanningRole, part)
        return group

    def _file(self, name: str, title: str, parent: QWidget) -> QgsFileWidget:
        file = QgsFileWidget(parent)
        file.setObjectName(name)
        file.setDialogTitle(title)
        file.setToolTip(title)
        return file

    def _output_file(self, parent: QWidget) -> QgsFileWidget:
        file = self._file("imageOutput", self.tr("Where the map goes"), parent)
        file.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        file.setFilter("GeoTIFF (*.tif)")
        file.lineEdit().setPlaceholderText(self.tr("Temporary file"))
        return file
