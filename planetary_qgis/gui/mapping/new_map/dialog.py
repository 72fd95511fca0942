"""The window in which a new geologic map begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsFileWidget, QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.new_map.area import MapAreaGroup
from planetary_qgis.gui.mapping.overview.settings import scale_box

OWN_CRS = "own"
"""The key of the projection that is chosen in QGIS's own window."""
_SIZE = (580, 580)


class NewMapDialog(QDialog):
    """A passive view that stays open until the map could be made."""

    body_chosen = pyqtSignal()
    projection_chosen = pyqtSignal()
    scale_chosen = pyqtSignal()
    title_changed = pyqtSignal(str)
    make_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New Geologic Map"))
        self.setObjectName("planetaryNewMap")
        self.resize(*_SIZE)
        self._title = QLineEdit(self)
        self._title.setObjectName("newMapTitle")
        self._authors = QLineEdit(self)
        self._authors.setObjectName("newMapAuthors")
        self._body = forms.combo("newMapBody", self)
        self.area = MapAreaGroup(self)
        self._projection = forms.combo("newMapProjection", self)
        self._crs = QgsProjectionSelectionWidget(self)
        self._crs.setObjectName("newMapCrs")
        self._distortion = forms.sentence("newMapDistortion", self)
        self._scale = scale_box("newMapScale", self)
        self._guide = forms.sentence("newMapGuide", self)
        self._folder = QgsFileWidget(self)
        self._folder.setObjectName("newMapFolder")
        self._folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self._name = QLineEdit(self)
        self._name.setObjectName("newMapName")
        self._problem = forms.sentence("newMapProblem", self)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._make = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._make.setText(self.tr("Make Map"))
        self._lay_out()
        self._connect()

    def show_bodies(self, titles: Iterable[str], chosen: str) -> None:
        self._body.addItems(list(titles))
        self._body.setCurrentText(chosen)

    @property
    def body(self) -> str:
        return self._body.currentText()

    def show_projections(self, groups: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Offer keys and titles, a line between groups; keeps what was chosen if it is there."""
        before = self.projection
        self._projection.blockSignals(True)
        self._projection.clear()
        for group in groups:
            if self._projection.count():
                self._projection.insertSeparator(self._projection.count())
            for key, title in group:
                self._projection.addItem(title, key)
        self._projection.setCurrentIndex(max(self._projection.findData(before), 0))
        self._projection.blockSignals(False)

    @property
    def projection(self) -> str:
        return self._projection.currentData() or ""

    def show_crs(self, crs: QgsCoordinateReferenceSystem, sentence: str) -> None:
        """Show what was chosen, and a sentence on how it distorts."""
        self._crs.blockSignals(True)
        self._crs.setCrs(crs)
        self._crs.blockSignals(False)
        forms.tell(self._distortion, sentence)

    @property
    def own_crs(self) -> QgsCoordinateReferenceSystem:
        """What is chosen in QGIS's own window."""
        return self._crs.crs()

    def show_scale(self, scale: float) -> None:
        self._scale.blockSignals(True)
        self._scale.setScale(scale)
        self._scale.blockSignals(False)

    def show_guide(self, sentence: str) -> None:
        forms.tell(self._guide, sentence)

    def settings(self, naif_name: str) -> MapSettings:
        """What is asked for, on a body."""
        return MapSettings(
            title=self._title.text().strip(),
            body=naif_name,
            scale=self._scale.scale(),
            authors=self._authors.text().strip(),
        )

    def choose_folder(self, folder: str) -> None:
        self._folder.setFilePath(folder)

    @property
    def folder(self) -> Path | None:
        text = self._folder.filePath().strip()
        return Path(text) if text else None

    def show_name(self, name: str) -> None:
        """Propose a name for the files; one that was typed stays."""
        if not self._name.isModified():
            self._name.setText(name)

    @property
    def name(self) -> str:
        return self._name.text().strip()

    def show_problem(self, sentence: str) -> None:
        """Say why no map was made, or could not be now; "" takes it back."""
        forms.tell(self._problem, sentence)

    def _connect(self) -> None:
        self._body.currentIndexChanged.connect(lambda _index: self.body_chosen.emit())
        self._projection.currentIndexChanged.connect(lambda _index: self.projection_chosen.emit())
        self._crs.crsChanged.connect(self._take_crs)
        self._scale.scaleChanged.connect(lambda _scale: self.scale_chosen.emit())
        self._title.textChanged.connect(self.title_changed)
        self._buttons.accepted.connect(self.make_wanted)
        self._buttons.rejected.connect(self.reject)

    def _take_crs(self) -> None:
        """What is chosen by hand is none of those that are offered."""
        self._projection.setCurrentIndex(self._projection.findData(OWN_CRS))
        self.projection_chosen.emit()

    def _lay_out(self) -> None:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(
            _form(
                (self.tr("Title"), self._title),
                (self.tr("Authors"), self._authors),
                (self.tr("Body"), self._body),
            )
        )
        column.addWidget(self.area)
        column.addLayout(
            _form(
                (self.tr("Projection"), self._projection),
                ("", self._crs),
                (self.tr("Scale"), self._scale),
                (self.tr("Folder"), self._folder),
                (self.tr("File name"), self._name),
            )
        )
        column.addWidget(self._distortion)
        column.addWidget(self._guide)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addWidget(forms.in_scroll_area(content, self), 1)
        whole.addWidget(self._problem)
        whole.addWidget(self._buttons)


def _form(*rows: tuple[str, QWidget]) -> QFormLayout:
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for title, widget in rows:
        form.addRow(title, widget)
    return form
