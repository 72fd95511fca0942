"""How a result reaches the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer

from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.project_body import set_project_crs

_MARGIN = 1.1


class Shown(NamedTuple):
    """What to tell of a layer that was added; `in_place` is False where it lies elsewhere."""

    sentence: str
    in_place: bool


class MapResults(QObject):
    """Adds layers to the project, which follows the first one to its body.

    Args:
        activate: Makes a layer the one that QGIS's own tools work on.
    """

    def __init__(
        self,
        project: QgsProject,
        canvas: QgsMapCanvas,
        activate: Callable[[QgsMapLayer], object],
    ) -> None:
        super().__init__(canvas)
        self._project = project
        self._canvas = canvas
        self._activate = activate

    def show(self, layer: QgsMapLayer, group: str = "", *, on_top: bool = True) -> Shown:
        """Add a layer, in a group if named, and say what that did to the project."""
        first = not self._project.mapLayers()
        self._project.addMapLayer(layer, False)
        self._group(group).insertLayer(0 if on_top else -1, layer)
        if on_top:
            self._activate(layer)
        if not layer.crs().isValid():
            return self._lies_nowhere(layer, first)
        if first:
            return self._move_to_body_of(layer)
        if not same_body(layer.crs(), self._project.crs()):
            return self._lies_elsewhere(layer)
        return Shown("", in_place=True)

    def _group(self, name: str) -> QgsLayerTreeGroup:
        root = self._project.layerTreeRoot()
        if not name:
            return root
        return root.findGroup(name) or root.insertGroup(0, name)

    def _move_to_body_of(self, layer: QgsMapLayer) -> Shown:
        crs = layer.crs()
        set_project_crs(self._project, crs)
        # For the first layer of a project QGIS sets the CRS by itself once the event loop runs,
        # with an ellipsoid that measures NaN before 4.2; so have the last word after it.
        QTimer.singleShot(0, lambda: set_project_crs(self._project, crs))
        self.zoom_to(layer)
        text = self.tr("The project is on {body} now.")
        return Shown(text.format(body=crs.celestialBodyName()), in_place=True)

    def zoom_to(self, layer: QgsMapLayer) -> None:
        """Show the whole layer."""
        target = self._project.crs()
        transform = QgsCoordinateTransform(layer.crs(), target, self._project)
        try:
            extent = transform.transformBoundingBox(QgsRectangle(layer.extent()))
        except QgsCsException:
            return
        if not extent.isNull():
            extent.scale(_MARGIN)
            self._canvas.setExtent(extent)
            self._canvas.refresh()

    def _lies_nowhere(self, layer: QgsMapLayer, first: bool) -> Shown:
        """An image in lines and samples: alone it can be looked at, on a map it has no place."""
        if first:
            self._canvas.setExtent(layer.extent())
            self._canvas.refresh()
            return Shown("", in_place=True)
        text = self.tr("{layer} has no place on the map; zoom to the layer to look at it.")
        return Shown(text.format(layer=layer.name()), in_place=False)

    def _lies_elsewhere(self, layer: QgsMapLayer) -> Shown:
        text = self.tr(
            "The layer lies on {body}, the project on {other}: open a new project to see it in "
            "its place."
        )
        sentence = text.format(
            body=layer.crs().celestialBodyName(),
            other=self._project.crs().celestialBodyName() or self.tr("no known body"),
        )
        return Shown(sentence, in_place=False)
