"""What the actions on products do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QGuiApplication

from planetary_qgis.core import product_lists
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.product_lists import ProductList
from planetary_qgis.gui import forms
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.labels import open_labels
from planetary_qgis.gui.list_dialog import ListKind, ask_for_list, write_list
from planetary_qgis.gui.product_copies import ProductCopies
from planetary_qgis.gui.results_tab import ResultsTab
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.found_rows import FoundRows, Ids, Row

Made = TypeVar("Made")

_READ_AT_ONCE = 1000
"""So many rows are read without a task; it takes milliseconds."""
_LOOKED_AT = 200
_MOST_IN_MEMORY = 200_000
_EXAMPLES = 20


class ProductController(QObject):
    """Does what the user wants done with the selected products, or with all."""

    download_requested = pyqtSignal(list)
    """(product_id, address) of each product."""
    raster_requested = pyqtSignal(list)
    """(address, label's address or nothing) of each product."""

    def __init__(self, toolbox: Toolbox, view: ResultsTab, jobs: Jobs) -> None:
        super().__init__(view)
        self._tools, self._view, self._jobs = toolbox, view, jobs
        self._actions = view.product_actions
        self._copies = ProductCopies(toolbox, view, jobs)
        self._found: FoundRows | None = None
        self._ids: Ids = np.empty(0, dtype=np.int64)

    def load(self) -> None:
        self._copies.load()
        for signal, slot in self._connections():
            signal.connect(slot)
        self.allow()

    def unload(self) -> None:
        self._copies.unload()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def serve(self, found: FoundRows | None, layer: QgsVectorLayer | None) -> None:
        """What was found, and the layer that shows it while there is one."""
        self._found = found
        self._copies.serve(found, layer)

    def take(self, ids: Ids, words: str) -> None:
        """The products that the actions are for, and what to call them."""
        self._ids = self._copies.ids = ids
        self._actions.word(words)
        self.allow()

    def allow(self) -> None:
        """Enable what can be done with these products, and say why the rest cannot."""
        against = self._against_all()
        self._actions.allow_all(against)
        if against or self._found is None:
            return
        for action, column, reason in self._needs():
            forms.allow(action, "" if self._some_have(column) else reason)
        if len(self._ids) > _MOST_IN_MEMORY:
            text = self.tr("Select at most {count} products to copy them.")
            for action in (self._actions.add_layer, self._actions.add_to):
                forms.allow(action, text.format(count=f"{_MOST_IN_MEMORY:,}"))

    def _connections(self) -> tuple[tuple, ...]:
        actions = self._actions
        return (
            (actions.open_label.triggered, self._open_labels),
            (actions.download.triggered, self._download),
            (actions.load_raster.triggered, self._load_rasters),
            (actions.copy_ids.triggered, self._copy_ids),
            (actions.write_list.triggered, self._write_list),
            (self._jobs.busy_changed, self.allow),
        )

    def _against_all(self) -> str:
        if not len(self._ids):
            return self.tr("Search first.")
        return self.tr("Wait until the running job is over.") if self._jobs.busy else ""

    def _needs(self) -> tuple[tuple, ...]:
        no_label = self.tr("The archive's table names no label of these products.")
        no_file = self.tr("The archive's table names no file of these products.")
        return (
            (self._actions.open_label, "label_url", no_label),
            (self._actions.download, "product_url", no_file),
            (self._actions.load_raster, "product_url", no_file),
        )

    def _some_have(self, column: str) -> bool:
        """Whether the first of the products have a value there; of many more, some may."""
        if self._found is None or column not in self._columns():
            return False
        if len(self._ids) > _LOOKED_AT:
            return True
        try:
            return any(value for (value,) in self._found.rows(self._ids, [column]))
        except PlanetaryError:
            return False  # the table itself says so

    def _columns(self) -> Sequence[str]:
        try:
            return tuple(self._found.columns) if self._found is not None else ()
        except PlanetaryError:
            return ()

    def _with_rows(
        self,
        columns: Sequence[str],
        make: Callable[[list[Row]], Made],
        use: Callable[[Made], None],
    ) -> None:
        """Make something of columns of the products, in a task where they are many; use it here."""
        found, ids = self._found, self._ids
        if found is None:
            return
        if len(ids) > _READ_AT_ONCE:
            text = self.tr("Reading {count} products").format(count=f"{len(ids):,}")
            self._jobs.start(text, lambda _feedback: make(found.rows(ids, columns)), use)
            return
        try:
            use(make(found.rows(ids, columns)))
        except PlanetaryError as error:
            self._tools.reporter.failed(error)

    def _open_labels(self) -> None:
        self._with_rows(["label_url"], lambda rows: [url for (url,) in rows if url], self._open)

    def _open(self, addresses: list[str]) -> None:
        sentence = open_labels(self._view, addresses)
        if sentence:
            self._tools.reporter.warn(sentence)

    def _download(self) -> None:
        self._with_rows(
            ["product_id", "product_url"],
            lambda rows: [(name, url) for name, url in rows if url],
            lambda wanted: self._hand_on(wanted, self.download_requested),
        )

    def _load_rasters(self) -> None:
        has_labels = "label_url" in self._columns()
        self._with_rows(
            ["product_url", "label_url"] if has_labels else ["product_url"],
            lambda rows: [(row[0], (row[1:] or ("",))[0] or "") for row in rows if row[0]],
            lambda wanted: self._hand_on(wanted, self.raster_requested),
        )

    def _hand_on(self, wanted: list, signal: pyqtSignal) -> None:
        if wanted:
            signal.emit(wanted)
        else:
            self._tools.reporter.note(self.tr("None of these products names a file."))

    def _copy_ids(self) -> None:
        self._with_rows(
            ["product_id"],
            lambda rows: product_lists.plain_ids(name for (name,) in rows),
            self._put_on_clipboard,
        )

    def _put_on_clipboard(self, made: ProductList) -> None:
        QGuiApplication.clipboard().setText(made.text)
        self._tools.reporter.note(self.tr("{n} ids copied.").format(n=f"{made.count:,}"))

    def _write_list(self) -> None:
        chosen = ask_for_list(self._view)
        if chosen is not None:
            path, kind = chosen
            self._with_rows(
                kind.columns,
                lambda rows: kind.make(next(filter(None, row), None) for row in rows),
                lambda made: self._write(made, path, kind),
            )

    def _write(self, made: ProductList, path: Path, kind: ListKind) -> None:
        if not made.count:
            text = self.tr("None of these products has what belongs into “{kind}”.")
            self._tools.reporter.note(text.format(kind=kind.title))
            return
        write_list(path, made)
        text = self.tr("{n} lines written to {path}.")
        sentence = text.format(n=f"{made.count:,}", path=path)
        advice = kind.advice.format(file=path.name)
        problems = [
            self.tr("Left out, as the list cannot hold it: {entry}").format(entry=repr(entry))
            for entry in made.left_out[:_EXAMPLES]
        ]
        self._tools.reporter.succeeded(" ".join((sentence, advice)).strip(), problems)
