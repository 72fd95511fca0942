"""Which layer, column and value of a map made elsewhere becomes which: to be seen and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from planetary_qgis.core.mapping.importing.sources import SourceLayer
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS, VOCABULARIES
from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.importing.choice_table import ChoiceTable

_LAYERS_HEIGHT = 130
_SIZE = (760, 620)


class ImportWindow(QDialog):
    """A passive view."""

    file_wanted = pyqtSignal()
    folder_wanted = pyqtSignal()
    layer_chosen = pyqtSignal(str)
    target_chosen = pyqtSignal(str, str)
    column_chosen = pyqtSignal(str, str)
    words_wanted = pyqtSignal(str)
    word_chosen = pyqtSignal(str, str)
    load_wanted = pyqtSignal()
    save_wanted = pyqtSignal()
    import_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planetaryImportWindow")
        self.setWindowTitle(self.tr("Import Geologic Map"))
        self.resize(*_SIZE)
        self._path = QLabel(self.tr("Choose a GeoPackage, a shapefile or a folder of them."), self)
        self._path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layers = ChoiceTable(
            "importLayers", [self.tr("Layer"), self.tr("Features"), self.tr("Goes to")], self
        )
        self._layers.setMaximumHeight(_LAYERS_HEIGHT)
        self._columns = ChoiceTable(
            "importColumns", [self.tr("Column of the map"), self.tr("Comes from")], self
        )
        self._words = ChoiceTable("importWords", [self.tr("Value"), self.tr("Becomes")], self)
        self._words_title = forms.sentence("importWordsTitle", self)
        self._note = forms.sentence("importNote", self)
        self._as_is = self._option(
            "importAsIs",
            self.tr("Take coordinates as they are where a layer is on another body, or nowhere"),
        )
        self._keep = self._option(
            "importKeepColumns", self.tr("Keep columns that the template does not have"), on=True
        )
        self._points = self._option(
            "importPoints", self.tr("Set a unit point in each unit where none come along"), on=True
        )
        self._layers.row_chosen.connect(self.layer_chosen)
        self._layers.choice_made.connect(self.target_chosen)
        self._columns.row_chosen.connect(self.words_wanted)
        self._columns.choice_made.connect(self.column_chosen)
        self._words.choice_made.connect(self.word_chosen)
        self._lay_out()
        self.allow_import(False)

    def show_path(self, path: str) -> None:
        self._path.setText(path)

    def show_layers(self, sources: Sequence[SourceLayer], targets: Mapping[str, str]) -> None:
        """The source layers, and which layer of the map each goes to; "" for none."""
        nowhere = [("", self.tr("– not imported –"))]
        self._layers.show_rows(
            (
                source.name,
                [source.name, f"{source.count:,}"],
                nowhere + _targets_of(source),
                targets.get(source.name, ""),
            )
            for source in sources
        )

    def show_columns(
        self, columns: Sequence[tuple[str, str]], sources: Sequence[str], chosen: Mapping[str, str]
    ) -> None:
        """Columns of the map with their titles, and the source's column that each comes from."""
        offered = [("", self.tr("–")), *((name, name) for name in sources)]
        self._columns.show_rows(
            (name, [title], offered, chosen.get(name, "")) for name, title in columns
        )

    def show_words(
        self,
        title: str,
        values: Sequence[str],
        terms: Sequence[tuple[str, str]],
        chosen: Mapping[str, str],
    ) -> None:
        """The values of a column, and the word that each becomes; "" leaves it as it is."""
        forms.tell(self._words_title, title)
        offered = [("", self.tr("– stays –")), *terms]
        self._words.show_rows((value, [value], offered, chosen.get(value, "")) for value in values)
        self._words.setVisible(bool(values))

    def tell(self, sentence: str) -> None:
        forms.tell(self._note, sentence)

    def allow_import(self, allowed: bool) -> None:
        self._import.setEnabled(allowed)

    def takes_as_is(self) -> bool:
        return self._as_is.isChecked()

    def keeps_columns(self) -> bool:
        return self._keep.isChecked()

    def sets_points(self) -> bool:
        return self._points.isChecked()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addLayout(self._row_of_files())
        column.addWidget(self._layers)
        halves = QHBoxLayout()
        halves.addWidget(self._group(self.tr("Columns"), self._columns), 1)
        halves.addWidget(self._group(self.tr("Values"), self._words_title, self._words), 1)
        column.addLayout(halves, 1)
        for box in (self._keep, self._points, self._as_is):
            column.addWidget(box)
        column.addWidget(self._note)
        column.addWidget(self._buttons())

    def _row_of_files(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self._path, 1)
        for name, text, signal in (
            ("importFile", self.tr("File…"), self.file_wanted),
            ("importFolder", self.tr("Folder…"), self.folder_wanted),
        ):
            made = forms.button(name, text, self)
            made.setAutoDefault(False)
            made.clicked.connect(signal)
            row.addWidget(made)
        return row

    def _buttons(self) -> QDialogButtonBox:
        roles = QDialogButtonBox.ButtonRole
        box = QDialogButtonBox(self)
        self._import = self._button(box, "importImport", self.tr("Import"), roles.AcceptRole)
        self._import.clicked.connect(self.import_wanted)
        load = self._button(box, "importLoad", self.tr("Load Mapping…"), roles.ResetRole)
        load.clicked.connect(self.load_wanted)
        save = self._button(box, "importSave", self.tr("Save Mapping…"), roles.ResetRole)
        save.clicked.connect(self.save_wanted)
        box.addButton(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(self.reject)
        return box

    def _button(
        self, box: QDialogButtonBox, name: str, text: str, role: QDialogButtonBox.ButtonRole
    ) -> QPushButton:
        made = box.addButton(text, role)
        made.setObjectName(name)
        return made

    def _option(self, name: str, text: str, *, on: bool = False) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        box.setChecked(on)
        return box

    def _group(self, title: str, *content: QWidget) -> QGroupBox:
        group = QGroupBox(title, self)
        column = QVBoxLayout(group)
        for each in content:
            column.addWidget(each)
        column.setStretch(len(content) - 1, 1)
        return group


def _targets_of(source: SourceLayer) -> list[tuple[str, str]]:
    """Layers of the template that the source's geometries fit."""
    return [
        (spec.name, spec.title)
        for spec in MAP_LAYERS
        if spec.geometry == source.geometry and spec.name != VOCABULARIES
    ]
