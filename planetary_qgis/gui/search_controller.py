"""What stands behind the Archive Search dock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from planetary_qgis.core.archive_search import ArchiveSearch
from planetary_qgis.core.archives.sources import Source
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import RANGED_COLUMNS, Query
from planetary_qgis.gui import sample, work
from planetary_qgis.gui.area_tools import AreaTools
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.raster_opener import show_rasters
from planetary_qgis.gui.results_controller import ResultsController
from planetary_qgis.gui.search_group import SearchTerms
from planetary_qgis.gui.search_view import SearchView
from planetary_qgis.gui.sources_controller import SourcesController
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings, store
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.found_rows import FoundRows
from planetary_qgis.qgis_bridge.layers import add_facts, recorded_search
from planetary_qgis.qgis_bridge.places import body_of_sources, places_in_use
from planetary_qgis.qgis_bridge.search import time_text


class SearchController(QObject):
    """Asks the chosen sources, and puts what is found on the map and into the table."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = SearchView()
        super().__init__(self.view)
        self._tools = toolbox
        self._jobs = Jobs(self.view.job_bar, toolbox.reporter)
        self._sources = SourcesController(toolbox, self.view.sources, self.view.indexes, self._jobs)
        self._area = AreaTools(self.view.search.area, toolbox)
        self._results = ResultsController(toolbox, self.view.results)

    def load(self) -> None:
        """Fill the widgets and listen to them."""
        for signal, slot in self._connections():
            signal.connect(slot)
        self._area.load()
        self._results.load()
        self._sources.load()
        self._allow()

    def unload(self) -> None:
        """Stop what runs and listen no more."""
        self._jobs.close()
        self._sources.unload()
        self._results.unload()
        self._area.unload()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def use_sample(self) -> None:
        """Fill in the label of the sample's index."""
        self.view.indexes.set_label_path(str(sample.LABEL))
        self.view.indexes.show()
        self.view.show_question()

    def repeat(self) -> None:
        """Fill in the search that found the active layer."""
        kept = self._recorded()
        if kept is None:
            self._tools.reporter.note(self.tr("The active layer does not come from a search."))
            return
        lacking = self._sources.choose(kept.sources)
        query = kept.query
        self.view.search.set_terms(_terms_of(query, self.view.search.terms().limit))
        self._area.set_area(query.area, crs_of(known_body(query.body)))
        self.view.show_question()
        if lacking:
            text = self.tr(
                "These sources cannot be searched here yet: {keys}. Download them first."
            )
            self._tools.reporter.warn(text.format(keys=", ".join(lacking)))

    def _connections(self) -> tuple[tuple, ...]:
        view = self.view
        return (
            (self._sources.changed, self._allow),
            (self._jobs.busy_changed, self._allow),
            (self._tools.canvas.currentLayerChanged, self._allow_repeat),
            (view.search.search_requested, self._search),
            (view.search.filter.builder_requested, self._build_filter),
            (view.repeat_requested, self.repeat),
            (self._results.download_requested, self._download_products),
            (self._results.raster_requested, self._load_rasters),
        )

    def _search(self) -> None:
        # Of a product that several have, the first one's row is kept: tables know the most.
        sources = sorted(self._sources.chosen(), key=lambda source: not source.table)
        places = places_in_use()
        try:
            query = self._query(sources)
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        asked = ArchiveSearch(query, tuple(source.key for source in sources))
        names = ", ".join(source.title for source in sources)
        self._jobs.start(
            self.tr("Searching {sources}").format(sources=names),
            lambda feedback: work.search(asked, sources, places, feedback),
            self._show_found,
        )

    def _query(self, sources: list[Source]) -> Query:
        """What the widgets ask of these sources."""
        terms, about = self.view.search.terms(), body_of_sources(sources)
        asks_services = any(source.kind == "service" for source in sources)
        return Query(
            body=about,
            area=self._area.area(crs_of(known_body(about))),
            start=time_text(terms.start) if terms.start else "",
            stop=time_text(terms.stop) if terms.stop else "",
            ranges=dict(terms.ranges),
            product_id=terms.product_id,
            expression=terms.expression,
            limit=terms.limit if asks_services else None,
        )

    def _show_found(self, finding: work.Finding) -> None:
        found = finding.found
        text = self.tr("{count} products found in {sources}.")
        sentence = text.format(count=f"{len(found):,}", sources=self._words(finding))
        self.view.search.tell_found(sentence)
        if not len(found):
            self._results.clear()
            self._tools.reporter.succeeded(sentence, finding.problems)
            return
        layer = self._layer_of(finding)
        shown = self._tools.results.show(layer, self.tr("Archive search"))
        self._results.show(FoundRows(found.path, found.table, found.ids), layer)
        self.view.show_results(len(found))
        self._tools.tell_shown(sentence, shown, finding.problems)

    def _words(self, finding: work.Finding) -> str:
        if finding.sources == 1:
            return f"“{finding.title}”"
        return self.tr("{n} sources").format(n=finding.sources)

    def _layer_of(self, finding: work.Finding) -> QgsVectorLayer:
        found = finding.found
        layer = store.open_table(found.path, found.table)
        layer.setSubsetString(found.subset)
        add_facts(layer, finding.facts)
        text = self.tr("{index}: {count} found")
        layer.setName(text.format(index=finding.title, count=len(found)))
        return layer

    def _download_products(self, products: list[tuple[str, str]]) -> None:
        title = self.tr("Choose a folder for {count} products").format(count=len(products))
        start = str(settings.load().download_folder or "")
        folder = QFileDialog.getExistingDirectory(self.view, title, start)
        if not folder:
            return
        settings.remember(download_folder=Path(folder))
        self._jobs.start(
            self.tr("Downloading {count} products").format(count=len(products)),
            lambda feedback: work.download_products(products, Path(folder), feedback),
            self._tell_downloaded,
        )

    def _tell_downloaded(self, downloaded: work.Downloaded) -> None:
        text = self.tr("Downloaded into {folder}: {count} of {all} products.")
        sentence = text.format(
            folder=downloaded.folder, count=downloaded.count, all=downloaded.wanted
        )
        self._tools.reporter.succeeded(sentence, downloaded.problems)

    def _load_rasters(self, products: list[tuple[str, str]]) -> None:
        wanted = [work.WantedRaster(url, label) for url, label in products]
        self._jobs.start(
            self.tr("Opening {count} rasters").format(count=len(wanted)),
            lambda feedback: work.open_rasters(wanted, feedback),
            lambda opened: show_rasters(self._tools, opened),
        )

    def _build_filter(self) -> None:
        # Opened for as long as the dialog is: an idle layer would keep the store's file busy.
        source = next((each for each in self._sources.chosen() if each.table), None)
        if source is None:
            self._tools.reporter.note(
                self.tr("Choose an imported index: its columns are what the filter is built from.")
            )
            return
        try:
            index = store.open_table(places_in_use().store, source.table)
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self.view.search.filter.build_for(index)

    def _allow(self) -> None:
        """Enable what can be done now; say in tool tips why the rest cannot."""
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        chosen = self._sources.chosen()
        nothing = "" if chosen else self.tr("Check a data set in the tree first")
        self.view.search.ranges.offer(
            [name for name in RANGED_COLUMNS if any(name in each.ranges for each in chosen)]
        )
        self._sources.allow(busy)
        self.view.search.allow_search(busy or nothing)
        self.view.search.filter.allow_building(busy or nothing)
        self._allow_repeat()

    def _allow_repeat(self) -> None:
        reason = "" if self._recorded() else self.tr("The active layer does not come from a search")
        self.view.allow_repeat(reason)

    def _recorded(self) -> ArchiveSearch | None:
        """The search that found the active layer, if one did."""
        layer = self._tools.canvas.currentLayer()
        return recorded_search(layer) if isinstance(layer, QgsVectorLayer) else None


def _terms_of(query: Query, limit: int) -> SearchTerms:
    return SearchTerms(
        start=_time(query.start),
        stop=_time(query.stop),
        ranges=query.ranges,
        product_id=query.product_id,
        expression=query.expression,
        limit=query.limit or limit,
    )


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
