"""The part of the Archive Search dock that brings an index into the store."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from planetary_qgis.gui import forms


class IndexGroup(QWidget):
    """Label file, data set, and a button that imports them."""

    import_requested = pyqtSignal()
    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        group, form = forms.group_form(self.tr("Import an index"), self)
        self._label = self._label_widget(group)
        self._data_set = forms.combo("pdsDataSet", group)
        self._body = forms.combo("pdsBody", group)
        self._import = forms.button("pdsImportButton", self.tr("Import"), group)
        form.addRow(self.tr("Label"), self._label)
        form.addRow(self.tr("Data set"), self._data_set)
        form.addRow(self.tr("Body"), self._body)
        form.addRow(self._import)
        self._imported = forms.sentence("pdsImported", group)
        form.addRow(self._imported)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(group)
        self._import.clicked.connect(self.import_requested)
        self._label.fileChanged.connect(self.changed)

    def label_path(self) -> str:
        return self._label.filePath().strip()

    def set_label_path(self, path: str) -> None:
        self._label.setFilePath(path)

    def data_set(self) -> str | None:
        """Catalogue key of the chosen data set; None where the label shall say it."""
        return self._data_set.currentData()

    def set_data_set(self, key: str) -> None:
        self._data_set.setCurrentIndex(max(self._data_set.findData(key), 0))

    def show_data_sets(self, keys_and_titles: Iterable[tuple[str, str]]) -> None:
        self._data_set.clear()
        self._data_set.addItem(self.tr("As the label says"), None)
        for key, title in keys_and_titles:
            self._data_set.addItem(f"{title} ({key})", key)

    def body(self) -> str | None:
        """NAIF name of the body that shapes shall lie on; None where the index shall say it."""
        return self._body.currentData()

    def show_bodies(self, names_and_titles: Iterable[tuple[str, str]]) -> None:
        self._body.clear()
        self._body.addItem(self.tr("As the index says"), None)
        for name, title in names_and_titles:
            self._body.addItem(title, name)

    def tell_imported(self, sentence: str) -> None:
        forms.tell(self._imported, sentence)

    def allow_import(self, reason_against: str) -> None:
        forms.allow(self._import, reason_against)

    def _label_widget(self, parent: QWidget) -> QgsFileWidget:
        widget = QgsFileWidget(parent)
        widget.setObjectName("pdsLabelFile")
        widget.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        widget.setDialogTitle(self.tr("Choose the label of an index"))
        widget.setFilter(
            self.tr("PDS labels") + " (*.lbl *.LBL *.tab *.TAB *.xml *.lblx);;" + "* (*)"
        )
        widget.lineEdit().setPlaceholderText(self.tr("cumindex.lbl"))
        return widget
