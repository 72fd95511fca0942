"""What stands behind the tab of results."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QImage

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import results_columns
from planetary_qgis.gui.footprint_highlight import FootprintHighlight
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.product_controller import ProductController
from planetary_qgis.gui.results_columns import Column, facts_of
from planetary_qgis.gui.results_model import positions_by_id
from planetary_qgis.gui.results_tab import ResultsTab
from planetary_qgis.gui.selection_link import SelectionLink
from planetary_qgis.gui.thumbnails import Thumbnails
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.found_rows import FoundRows, Ids
from planetary_qgis.qgis_bridge.map_tips import BROWSE_FIELD, NAME_FIELD


class ResultsController(QObject):
    """Shows what was found, in step with the map."""

    download_requested = pyqtSignal(list)
    """(product_id, address) of each product that is to be downloaded."""
    raster_requested = pyqtSignal(list)
    """(address, label's address or nothing) of each product that is to be loaded as a raster."""

    def __init__(self, toolbox: Toolbox, view: ResultsTab) -> None:
        super().__init__(view)
        self._tools, self._view, self._table = toolbox, view, view.table
        self._jobs = Jobs(view.job_bar, toolbox.reporter)
        self._products = ProductController(toolbox, view, self._jobs)
        self._link = SelectionLink(view.table)
        self._thumbnails = Thumbnails(self)
        self._highlight = FootprintHighlight(toolbox.canvas, toolbox.project)
        self._found: FoundRows | None = None
        self._layer: QgsVectorLayer | None = None
        self._crs = QgsCoordinateReferenceSystem()
        self._columns: tuple[Column, ...] = ()

    def load(self) -> None:
        """Listen to the widgets."""
        self._products.load()
        for signal, slot in self._connections():
            signal.connect(slot)
        self._table.rows.failed.connect(
            self._tools.reporter.failed, Qt.ConnectionType.QueuedConnection
        )
        self.clear()

    def unload(self) -> None:
        """Stop what runs, let go of the map and its layer, and listen no more."""
        self._jobs.close()
        self._thumbnails.forget()
        self._leave_layer()
        self._link.close()
        self._products.unload()
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._table.rows.failed.disconnect(self._tools.reporter.failed)
        self._highlight.close()

    def show(self, found: FoundRows, layer: QgsVectorLayer) -> None:
        """Show what a search found; the layer is the one that shows it on the map.

        Raises:
            PlanetaryError: The table is not there.
        """
        columns = results_columns.columns_of(found.columns)
        self._leave_layer()
        self._found, self._layer, self._crs = found, layer, layer.crs()
        self._columns = columns
        layer.willBeDeleted.connect(self._lose_layer)
        self._products.serve(found, layer)
        self._table.offer_columns(columns)
        self._table.rows.show(found, self._columns_shown())
        self._table.fit_columns()
        self._table.mark_sorted("")
        self._table.scrollToTop()
        self._highlight.hide()
        self._show_product(-1)
        self._link.follow(layer)
        self._tell_count()

    def clear(self) -> None:
        """Show nothing."""
        self._leave_layer()
        self._found = None
        self._products.serve(None, None)
        self._table.offer_columns(())
        self._table.rows.show(None)
        self._highlight.hide()
        self._show_product(-1)
        self._tell_count()

    def _connections(self) -> tuple[tuple, ...]:
        table, products = self._table, self._products
        return (
            (table.row_hovered, self._highlight_row),
            (table.row_current, self._show_product),
            (table.row_zoomed, self._zoom_to),
            (table.sort_requested, self._sort),
            (table.column_toggled, self._toggle_column),
            (self._link.changed, self._tell_count),
            (self._thumbnails.loaded, self._show_image),
            (self._thumbnails.failed, self._view.product.thumbnail.tell),
            (products.download_requested, self.download_requested),
            (products.raster_requested, self.raster_requested),
        )

    def _leave_layer(self) -> None:
        """Let go of the layer, if there is one."""
        if self._layer is not None:
            self._link.follow(None)
            self._layer.willBeDeleted.disconnect(self._lose_layer)
            self._lose_layer()

    def _lose_layer(self) -> None:
        """Go on without the layer, which the user has removed: Python's half of it is dead."""
        self._layer = None
        self._link.forget_layer()
        self._highlight.hide()
        self._products.serve(self._found, None)

    def _columns_shown(self) -> list[Column]:
        names = results_columns.names_shown()
        shown = [column for column in self._columns if column.name in names]
        return shown or list(self._columns[:1])

    def _toggle_column(self, name: str, on: bool) -> None:
        names = results_columns.names_shown()
        results_columns.remember_shown(names | {name} if on else names - {name})
        selected, current = self._table.selected_ids(), self._table.currentIndex().row()
        self._table.rows.show_columns(self._columns_shown())
        self._table.fit_columns()
        by, descending = self._table.sorted_by
        self._table.mark_sorted(by, descending=descending)
        self._link.select(selected)
        if current >= 0:
            self._table.go_to(current)

    def _sort(self, column: str, descending: bool) -> None:
        found = self._found
        if found is None:
            return

        def sort(feedback) -> tuple[Ids, Ids]:
            ids = found.sorted_ids(column, descending=descending, feedback=feedback)
            return ids, positions_by_id(ids)

        def show(sorted_rows: tuple[Ids, Ids]) -> None:
            if found is self._found:
                self._table.mark_sorted(column, descending=descending)
                self._link.rearrange(*sorted_rows)

        self._jobs.start(self.tr("Sorting by {column}").format(column=column), sort, show)

    def _tell_count(self) -> None:
        """Say how many there are and how many are selected, and let actions take those."""
        everything, selected = self._table.rows.order, self._table.selected_ids()
        if self._found is None:
            self._view.tell_count(self.tr("What a search finds is listed here."))
        elif len(selected):
            text = self.tr("{all} products · {selected} selected")
            counts = {"all": f"{len(everything):,}", "selected": f"{len(selected):,}"}
            self._view.tell_count(text.format(**counts))
        else:
            text = self.tr("{all} products").format(all=f"{len(everything):,}")
            self._view.tell_count(text)
        self._products.take(selected if len(selected) else everything, self._words(len(selected)))

    def _words(self, selected: int) -> str:
        if selected == 1:
            return self.tr("the selected product")
        if selected:
            return self.tr("{n} selected products").format(n=f"{selected:,}")
        return self.tr("all products")

    def _highlight_row(self, row: int) -> None:
        self._highlight.show(self._geometry(row), self._crs)

    def _zoom_to(self, row: int) -> None:
        if not self._highlight.zoom_to(self._geometry(row), self._crs):
            self._tools.reporter.note(
                self.tr("This product has no footprint where the map is: on {body}.").format(
                    body=self._tools.project.crs().celestialBodyName() or self.tr("no known body")
                )
            )

    def _geometry(self, row: int) -> QgsGeometry:
        """A row's footprint; an empty one where there is none."""
        if self._found is None or not 0 <= row < len(self._table.rows.order):
            return QgsGeometry()
        try:
            return self._found.geometry(int(self._table.rows.order[row]))
        except PlanetaryError:
            return QgsGeometry()  # the table itself says what is wrong

    def _show_product(self, row: int) -> None:
        """Show facts and browse image of a row."""
        self._thumbnails.forget()
        if self._found is None or not 0 <= row < len(self._table.rows.order):
            self._view.product.clear()
            return
        told = [column for column in self._columns if column.fact]
        names = [*dict.fromkeys((NAME_FIELD, BROWSE_FIELD, *(column.name for column in told)))]
        names = [name for name in names if name in self._found.columns]
        try:
            (values,) = self._found.rows(self._table.rows.order[row : row + 1], names)
        except PlanetaryError:
            self._view.product.clear()
            return
        product = dict(zip(names, values))
        self._view.product.show_facts(str(product.get(NAME_FIELD) or ""), facts_of(told, product))
        self._show_browse(product.get(BROWSE_FIELD))

    def _show_browse(self, address: str | None) -> None:
        if not address:
            self._view.product.thumbnail.tell(self.tr("No browse image"))
            return
        self._view.product.thumbnail.tell(self.tr("Loading…"))
        self._thumbnails.ask(address)

    def _show_image(self, image: QImage) -> None:
        self._view.product.thumbnail.show_image(image)
