"""What stands behind the tree of sources: indexes come, are brought up to date, and go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QInputDialog, QMessageBox

from planetary_qgis.core.archives import catalog, own_catalog
from planetary_qgis.core.archives.sources import Source
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.bodies import known_bodies
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import source_actions, work
from planetary_qgis.gui.index_group import IndexGroup
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.own_index_dialog import OwnIndexDialog
from planetary_qgis.gui.sources_tree import SourcesTree
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.places import all_sources, places_in_use, use_own_catalog


class SourcesController(QObject):
    """Lists what can be searched, and does what is asked with single sources."""

    changed = pyqtSignal()

    def __init__(
        self, toolbox: Toolbox, tree: SourcesTree, indexes: IndexGroup, jobs: Jobs
    ) -> None:
        super().__init__(tree)
        self._tools, self._tree, self._indexes, self._jobs = toolbox, tree, indexes, jobs
        self._sources: dict[str, Source] = {}
        self._does = {
            source_actions.DOWNLOAD: self._download,
            source_actions.REMOVE: self._remove,
            source_actions.IMPORT_LABEL: lambda _key: self._indexes.setVisible(
                not self._indexes.isVisible()
            ),
            source_actions.ADD_OWN: lambda _key: self._add_own(),
        }

    def load(self) -> None:
        """Read the catalogue, list the sources, and listen."""
        self._use_own_catalog()
        self._indexes.show_data_sets((each.key, each.title) for each in catalog.datasets())
        self._indexes.show_bodies((each.name, each.title) for each in known_bodies())
        label = settings.load().label
        self._indexes.set_label_path(str(label) if label else "")
        for signal, slot in self._connections():
            signal.connect(slot)
        self.refresh()

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def refresh(self, checked: str = "") -> None:
        """List what there is now; a table that has just come is checked."""
        try:
            sources = all_sources(places_in_use())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._sources = {source.key: source for source in sources}
        self._tree.show_sources(sources)
        new = next((source.key for source in sources if checked and source.table == checked), None)
        if new is not None:
            self._tree.set_checked([*self._tree.checked(), new])
            self._tree.set_current(new)
        self.changed.emit()

    def chosen(self) -> list[Source]:
        """The sources that are to be searched."""
        return [self._sources[key] for key in self._tree.checked() if key in self._sources]

    def choose(self, keys: tuple[str, ...]) -> list[str]:
        """Check these sources; gives the keys of those that cannot be searched here."""
        self._tree.set_checked(keys)
        return [key for key in keys if key not in self._tree.checked()]

    def allow(self, busy: str) -> None:
        label = "" if self._indexes.label_path() else self.tr("Choose a label first")
        self._indexes.allow_import(busy or label)
        self._tree.allow_actions(busy)

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self._tree.action_requested, self._do),
            (self._tree.checked_changed, self.changed),
            (self._indexes.import_requested, self._import),
            (self._indexes.changed, self.changed),
        )

    def _do(self, action: str, key: str) -> None:
        self._does[action](key)

    def _use_own_catalog(self) -> None:
        try:
            use_own_catalog()
        except PlanetaryError as error:
            self._tools.reporter.failed(error)

    def _import(self) -> None:
        label, dataset = Path(self._indexes.label_path()), self._indexes.data_set()
        path, about = places_in_use().store, self._indexes.body()
        self._jobs.start(
            self.tr("Importing {label}").format(label=label.name),
            lambda feedback: work.import_index(label, dataset, about, path, feedback),
            self._show_imported,
        )

    def _show_imported(self, written: work.Written) -> None:
        settings.remember(label=Path(self._indexes.label_path()))
        self.refresh(checked=written.table)
        text = self.tr("{rows} products imported as “{index}”; search them below.")
        sentence = text.format(rows=written.rows, index=written.table)
        self._indexes.tell_imported(sentence)
        self._indexes.hide()
        self._tools.reporter.succeeded(sentence, written.problems)

    def _download(self, key: str) -> None:
        source = self._sources[key]
        about = self._asked_body(source)
        if about is None:
            return
        places, dataset = places_in_use(), source.key.partition("#")[0]
        self._jobs.start(
            self.tr("Downloading {index}").format(index=source.title),
            lambda feedback: work.bring_in(dataset, places, feedback, body=about or None),
            lambda written: self._show_brought_in(source, written),
        )

    def _asked_body(self, source: Source) -> str | None:
        """The body that shapes shall lie on, for indexes about several; None is cancelled."""
        if source.body or source.table:
            return source.body
        names = [each.title for each in known_bodies()]
        usual = catalog.find(source.key).usual_body
        first = names.index(known_body(usual).title) if usual else 0
        text = self.tr("This index is about several bodies. Whose footprints do you want?")
        title, is_chosen = QInputDialog.getItem(
            self._tree, source.title, text, names, first, editable=False
        )
        return title.upper() if is_chosen else None

    def _show_brought_in(self, source: Source, written: work.Written | None) -> None:
        if written is None:
            text = self.tr("“{index}” has not changed since it was downloaded.")
            self._tools.reporter.note(text.format(index=source.title))
            self.refresh()
            return
        self.refresh(checked=written.table)
        text = self.tr("{rows} products of “{index}” can be searched now.")
        sentence = text.format(rows=f"{written.rows:,}", index=source.title)
        self._tools.reporter.succeeded(sentence, written.problems)

    def _remove(self, key: str) -> None:
        source = self._sources[key]
        text = self.tr("Remove “{index}” and its products from this computer?")
        question = QMessageBox.question(
            self._tree, self.tr("Remove an index"), text.format(index=source.title)
        )
        if question != QMessageBox.StandardButton.Yes:
            return
        places = places_in_use()
        self._jobs.start(
            self.tr("Removing {index}").format(index=source.title),
            lambda _feedback: work.remove_source(source, places),
            lambda _nothing: self.refresh(),
        )

    def _add_own(self) -> None:
        dialog = OwnIndexDialog(self._save_own, self._tree)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return
        self._indexes.show_data_sets((each.key, each.title) for each in catalog.datasets())
        self.refresh()
        label = dialog.label_path()
        if label is not None:
            self._indexes.set_label_path(str(label))
            self._indexes.set_data_set(dialog.key())
            self._indexes.show()
        self._tree.set_current(dialog.key())

    def _save_own(self, key: str, entry: Mapping[str, str]) -> None:
        path = settings.own_catalog_path()
        own_catalog.add_dataset(path, key, entry)
        use_own_catalog()
