"""What stands behind the PDS Search dock."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QMessageBox

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import sample, work
from planetary_qgis.gui.area_group import AreaKind
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.search_view import SearchView
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings, store
from planetary_qgis.qgis_bridge.areas import Extent, extent_of_view


class SearchController(QObject):
    """Imports indexes into the store, searches them, and puts what is found on the map."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = SearchView()
        super().__init__(self.view)
        self._tools = toolbox
        self._jobs = Jobs(self.view.job_bar, toolbox.reporter)

    def load(self) -> None:
        """Fill the widgets and listen to them."""
        from planetary_qgis.core.archives import catalog

        known = catalog.datasets()
        self.view.indexes.show_data_sets((entry.key, entry.title) for entry in known)
        for signal, slot in self._connections():
            signal.connect(slot)
        label = settings.load().label
        self.view.indexes.set_label_path(str(label) if label else "")
        self._list_indexes()
        self._allow()

    def unload(self) -> None:
        """Stop what runs and listen no more."""
        self._jobs.close()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def use_sample(self) -> None:
        """Fill in the label of the sample's index."""
        self.view.indexes.set_label_path(str(sample.LABEL))

    def _connections(self) -> tuple[tuple, ...]:
        view = self.view
        return (
            (view.indexes.changed, self._allow),
            (view.search.index_changed, self._allow),
            (self._jobs.busy_changed, self._allow),
            (view.indexes.import_requested, self._import),
            (view.search.search_requested, self._search),
            (view.search.remove_requested, self._remove),
            (view.search.filter.builder_requested, self._build_filter),
        )

    def _import(self) -> None:
        label, dataset = Path(self.view.indexes.label_path()), self.view.indexes.data_set()
        path = self._store()
        self._jobs.start(
            self.tr("Importing {label}").format(label=label.name),
            lambda feedback: work.import_index(label, dataset, path, feedback),
            self._show_imported,
        )

    def _show_imported(self, written: work.Written) -> None:
        settings.remember(label=Path(self.view.indexes.label_path()))
        self._list_indexes(chosen=written.table)
        text = self.tr("{rows} products imported as “{index}”; search them below.")
        sentence = text.format(rows=written.rows, index=written.table)
        self.view.indexes.tell_imported(sentence)
        self._tools.reporter.succeeded(sentence, written.problems)

    def _search(self) -> None:
        terms, path = self.view.search.terms(), self._store()
        try:
            extent = self._extent(store.open_table(path, terms.index))
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._jobs.start(
            self.tr("Searching {index}").format(index=terms.index),
            lambda _feedback: work.search(
                path,
                terms.index,
                extent=extent,
                start=terms.start,
                stop=terms.stop,
                expression=terms.expression,
            ),
            self._show_found,
        )

    def _extent(self, index: QgsVectorLayer) -> Extent | None:
        """The chosen area in the index's degrees; None for the whole body."""
        area = self.view.search.area
        if area.kind() is AreaKind.BOX:
            box = area.box()
            return box.west, box.south, box.east, box.north
        if area.kind() is AreaKind.MAP_VIEW:
            view = self._tools.canvas.extent()
            return extent_of_view(view, self._tools.project.crs(), index.crs())
        return None

    def _show_found(self, found: work.Found) -> None:
        text = self.tr("{count} products found in “{index}”.")
        sentence = text.format(count=found.rows, index=found.table)
        self.view.search.tell_found(sentence)
        if not found.rows:
            self._tools.reporter.note(sentence)
            return
        layer = store.open_table(self._store(), found.table)
        layer.setSubsetString(found.subset)
        layer.setName(self.tr("{index}: {count} found").format(index=found.table, count=found.rows))
        shown = self._tools.results.show(layer, self.tr("PDS search"))
        self._tools.tell_shown(sentence, shown)

    def _remove(self) -> None:
        table, path = self.view.search.index(), self._store()
        text = self.tr("Remove “{index}” and its products from the store?").format(index=table)
        question = QMessageBox.question(self.view, self.tr("Remove an index"), text)
        if question != QMessageBox.StandardButton.Yes:
            return
        self._jobs.start(
            self.tr("Removing {index}").format(index=table),
            lambda _feedback: store.remove_table(path, table),
            lambda _nothing: self._list_indexes(),
        )

    def _list_indexes(self, chosen: str = "") -> None:
        try:
            names = store.table_names(self._store())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            names = []
        self.view.search.show_indexes(names, chosen)

    def _build_filter(self) -> None:
        # Opened for as long as the dialog is: an idle layer would keep the store's file busy.
        try:
            index = store.open_table(self._store(), self.view.search.index())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self.view.search.filter.build_for(index)

    def _allow(self) -> None:
        """Enable what can be done now; say in tool tips why the rest cannot."""
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        label = "" if self.view.indexes.label_path() else self.tr("Choose a label first")
        index = "" if self.view.search.index() else self.tr("Import an index first")
        self.view.indexes.allow_import(busy or label)
        self.view.search.allow_search(busy or index)

    def _store(self) -> Path:
        return settings.load().store_path
