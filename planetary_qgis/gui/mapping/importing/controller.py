"""What stands behind the window that imports maps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qgis.core import QgsFeedback, QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.importing.guessing import mapping_to
from planetary_qgis.core.mapping.importing.mappings import (
    LayerMapping,
    read_mappings,
    without_missing,
    write_mappings,
)
from planetary_qgis.core.mapping.importing.sources import SourceLayer
from planetary_qgis.core.mapping.map_layers import map_layer
from planetary_qgis.core.mapping.vocabularies import Term, vocabularies_for
from planetary_qgis.gui.mapping.importing.window import ImportWindow
from planetary_qgis.gui.mapping.map_watcher import MapWatcher
from planetary_qgis.qgis_bridge.mapping import importing

_JSON = "JSON (*.json)"


class ImportController(QObject):
    """Shows what is guessed, takes what the mapper changes, imports."""

    def __init__(self, window: ImportWindow, watcher: MapWatcher) -> None:
        super().__init__(window)
        self._window, self._watcher = window, watcher
        self._layers: list[QgsVectorLayer] = []
        self._sources: dict[str, SourceLayer] = {}
        self._mappings: dict[str, LayerMapping] = {}
        self._shown = ""
        self._column = ""
        for signal, slot in (
            (window.file_wanted, self._choose_file),
            (window.folder_wanted, self._choose_folder),
            (window.layer_chosen, self._show_layer),
            (window.target_chosen, self._take_target),
            (window.column_chosen, self._take_column),
            (window.words_wanted, self._show_words),
            (window.word_chosen, self._take_word),
            (window.load_wanted, self._load),
            (window.save_wanted, self._save),
            (window.import_wanted, self._import),
        ):
            signal.connect(slot)

    def read(self, path: Path) -> None:
        """Show what a file or folder holds, and what would become of it."""
        session = self._watcher.session
        if session is None:
            return
        try:
            self._layers = importing.layers_in(path)
            self._mappings = importing.proposed_mappings(self._layers, session.geopackage, {})
            described = [importing.described(layer) for layer in self._layers]
        except PlanetaryError as error:
            self._window.tell(str(error))
            return
        self._sources = {source.name: source for source in described}
        self._window.show_path(str(path))
        self._window.tell("")
        self._show_all()

    def _show_all(self) -> None:
        targets = {name: mapping.target for name, mapping in self._mappings.items()}
        self._window.show_layers(list(self._sources.values()), targets)
        self._window.allow_import(any(targets.values()))
        self._show_layer(next(iter(self._sources), ""))

    def _show_layer(self, name: str) -> None:
        """The columns of a layer, or none where it goes nowhere."""
        self._shown = name
        mapping = self._mappings.get(name, LayerMapping())
        fields = map_layer(mapping.target).fields if mapping.target else ()
        columns = list(self._sources[name].columns) if name else []
        self._window.show_columns(
            [(field.name, field.title) for field in fields], columns, mapping.columns
        )
        self._show_words(fields[0].name if fields else "")

    def _show_words(self, column: str) -> None:
        """The values of a column that takes words."""
        self._column = column
        terms = self._terms(column)
        mapping = self._mappings.get(self._shown, LayerMapping())
        source = mapping.columns.get(column, "")
        values = self._sources[self._shown].columns.get(source, ()) if source else ()
        if not terms or not values:
            hint = self.tr("Choose a column with words, such as the certainty, to see them.")
            self._window.show_words("" if terms else hint if column else "", (), (), {})
            return
        codes = {term.code for term in terms}
        chosen = {value: value for value in values if value in codes}
        self._window.show_words(
            self.tr("{column}: {count} different values").format(
                column=source, count=f"{len(values):,}"
            ),
            values,
            [(term.code, term.label) for term in terms],
            {**chosen, **mapping.values.get(column, {})},
        )

    def _take_target(self, name: str, target: str) -> None:
        self._mappings[name] = mapping_to(target, self._sources[name], self._vocabularies())
        self._window.allow_import(any(each.target for each in self._mappings.values()))
        self._show_layer(name)

    def _take_column(self, column: str, source: str) -> None:
        mapping = self._mappings[self._shown]
        others = {to: of for to, of in mapping.columns.items() if to != column}
        columns = {**others, column: source} if source else others
        values = {to: known for to, known in mapping.values.items() if to != column}
        self._mappings[self._shown] = replace(mapping, columns=columns, values=values)
        self._show_words(column)

    def _take_word(self, value: str, code: str) -> None:
        mapping = self._mappings[self._shown]
        known = {v: c for v, c in mapping.values.get(self._column, {}).items() if v != value}
        if code and code != value:
            known[value] = code
        self._mappings[self._shown] = replace(
            mapping, values={**mapping.values, self._column: known}
        )

    def _load(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Load Mapping"), "", _JSON)
        if not path:
            return
        try:
            found = read_mappings(Path(path))
        except PlanetaryError as error:
            self._window.tell(str(error))
            return
        known = {name: found[name] for name in self._sources if name in found}
        for name, mapping in known.items():
            self._mappings[name] = without_missing(mapping, self._sources[name].columns)
        self._window.tell(
            self.tr("{count} layers of this file are in the mapping.").format(count=len(known))
        )
        self._show_all()

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save Mapping"), "mapping.json", _JSON
        )
        if not path:
            return
        try:
            write_mappings(Path(path), self._mappings)
        except PlanetaryError as error:
            self._window.tell(str(error))

    def _import(self) -> None:
        session = self._watcher.session
        if session is None:
            self._window.tell(self.tr("The project holds no map any more."))
            return
        options = importing.ImportOptions(
            as_is=self._window.takes_as_is(),
            keep_columns=self._window.keeps_columns(),
            points_in_units=self._window.sets_points(),
        )
        sources = [(layer, self._mappings[layer.name()]) for layer in self._layers]
        target = importing.map_to_import_into(session.geopackage, session.project)
        try:
            imported = importing.import_into(target, sources, options, QgsFeedback())
        except PlanetaryError as error:
            self._window.tell(str(error))
            return
        counts = ", ".join(
            f"{map_layer(name).title}: {count:,}" for name, count in imported.counts.items()
        )
        self._watcher.toolbox.reporter.succeeded(
            self.tr("Imported, to be saved with the layers. {counts}").format(counts=counts),
            imported.report.sentences(),
        )
        self._watcher.toolbox.canvas.refresh()
        self._window.accept()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Map to Import"),
            "",
            self.tr("Maps (*.gpkg *.shp *.geojson *.fgb);;All files (*)"),
        )
        if path:
            self.read(Path(path))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of Shapefiles"))
        if path:
            self.read(Path(path))

    def _terms(self, column: str) -> tuple[Term, ...]:
        mapping = self._mappings.get(self._shown, LayerMapping())
        field = map_layer(mapping.target).field(column) if mapping.target and column else None
        return self._vocabularies().get(field.vocabulary, ()) if field is not None else ()

    def _vocabularies(self) -> dict[str, tuple[Term, ...]]:
        session = self._watcher.session
        return vocabularies_for(session.settings.body if session is not None else "")


def open_import(watcher: MapWatcher) -> ImportController:
    """Show the window; gives what stands behind it."""
    window = ImportWindow(watcher.toolbox.canvas.window())
    controller = ImportController(window, watcher)
    watcher.toolbox.show_window(window)
    return controller
