"""Found products copied into a layer of their own, or into one that is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from qgis.core import QgsFeature, QgsVectorLayer
from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.results_tab import ResultsTab
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import layer_copies, store
from planetary_qgis.qgis_bridge.found_rows import FoundRows, Ids


class ProductCopies(QObject):
    """Does the two actions that copy products."""

    def __init__(self, toolbox: Toolbox, view: ResultsTab, jobs: Jobs) -> None:
        super().__init__(view)
        self._tools, self._jobs, self._actions = toolbox, jobs, view.product_actions
        self._found: FoundRows | None = None
        self._layer: QgsVectorLayer | None = None
        self.ids: Ids = np.empty(0, dtype=np.int64)

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def serve(self, found: FoundRows | None, layer: QgsVectorLayer | None) -> None:
        """What was found, and the layer that shows it while there is one."""
        self._found, self._layer = found, layer

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self._actions.add_layer.triggered, self._add_layer),
            (self._actions.targets_wanted, self._list_targets),
            (self._actions.target_chosen, self._add_to),
        )

    def _add_layer(self) -> None:
        self._with_features(self._show_copy, for_memory=True)

    def _show_copy(self, features: list[QgsFeature], template: QgsVectorLayer) -> None:
        text = self.tr("{count} of {layer}")
        title = text.format(count=f"{len(features):,}", layer=template.name())
        copy = layer_copies.memory_copy(features, template, title)
        shown = self._tools.results.show(copy)
        sentence = self.tr("{count} products copied into a temporary layer.")
        self._tools.tell_shown(sentence.format(count=f"{len(features):,}"), shown)

    def _list_targets(self) -> None:
        if self._found is None:
            return
        try:
            template = self._template_of(self._found)
        except PlanetaryError as error:
            self._actions.show_targets((), error.message)
            return
        project_layers = self._tools.project.mapLayers().values()
        fitting = layer_copies.layers_that_take(project_layers, template)
        text = self.tr("No layer of the same kind on {body} that can be written to")
        reason = text.format(body=template.crs().celestialBodyName())
        self._actions.show_targets(((layer.id(), layer.name()) for layer in fitting), reason)

    def _add_to(self, layer_id: str) -> None:
        target = self._tools.project.mapLayer(layer_id)
        self._with_features(
            lambda features, template: self._add_features(features, template, layer_id),
            for_memory=target is not None and target.dataProvider().name() == "memory",
        )

    def _add_features(
        self, features: list[QgsFeature], template: QgsVectorLayer, layer_id: str
    ) -> None:
        target = self._tools.project.mapLayer(layer_id)
        if target is None:
            raise PlanetaryError(
                self.tr("The layer is no longer there."), hint=self.tr("Choose another one.")
            )
        added = layer_copies.add_to_layer(features, template, target)
        text = self.tr("{count} products added to “{layer}”.")
        sentences = [text.format(count=f"{added.added:,}", layer=target.name())]
        if added.there:
            sentences.append(self.tr("{n} were there already.").format(n=added.there))
        if added.unfit:
            text = self.tr("{n} have a shape that the layer cannot hold, or none.")
            sentences.append(text.format(n=added.unfit))
        target.triggerRepaint()
        self._tools.reporter.succeeded(" ".join(sentences))

    def _with_features(
        self,
        use: Callable[[list[QgsFeature], QgsVectorLayer], None],
        *,
        for_memory: bool = False,
    ) -> None:
        """Read the products in a task; use them here, with a layer that looks as they do."""
        found, ids = self._found, self.ids
        if found is not None:
            self._jobs.start(
                self.tr("Copying {count} products").format(count=f"{len(ids):,}"),
                lambda feedback: layer_copies.read_features(
                    found, ids, feedback, for_memory=for_memory
                ),
                lambda features: use(features, self._template_of(found)),
            )

    def _template_of(self, found: FoundRows) -> QgsVectorLayer:
        """The layer on the map, or one from the file if it is gone or shows a newer search."""
        if found is self._found and self._layer is not None:
            return self._layer
        return store.open_table(found.path, found.table)
