"""What stands behind the choice of an area: the map tool, the outline on the map, the answer."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsVectorLayer
from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.area_group import SIDE_DECIMALS, AreaGroup, AreaKind, Box, Outline
from planetary_qgis.gui.draw_area import DrawArea, area_band
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.areas import (
    area_of_extent,
    area_of_geometries,
    area_of_view,
    box_of_area,
)
from planetary_qgis.qgis_bridge.crs import same_body


class AreaTools(QObject):
    """Draws polygons, takes selections, and says which area of a body is meant."""

    def __init__(self, group: AreaGroup, toolbox: Toolbox) -> None:
        super().__init__(group)
        self._group = group
        self._tools = toolbox
        self._tool = DrawArea(toolbox.canvas)
        self._band = area_band(toolbox.canvas)

    def load(self) -> None:
        """Listen to the group and to the map."""
        for signal, slot in self._connections():
            signal.connect(slot)

    def unload(self) -> None:
        """Give the map back as it was."""
        self._tool.close()
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._tools.canvas.scene().removeItem(self._band)

    def area(self, degrees: QgsCoordinateReferenceSystem) -> str:
        """WKT of the chosen area, as `Query.area` holds it; "" is the whole body.

        Args:
            degrees: The CRS of the body's sphere.

        Raises:
            PlanetaryError: The area lies on another body, or nothing is drawn or selected.
        """
        kind = self._group.kind()
        if kind is AreaKind.WHOLE_BODY:
            return ""
        if kind is AreaKind.BOX:
            box = self._group.box()
            return area_of_extent((box.west, box.south, box.east, box.north))
        if kind is AreaKind.MAP_VIEW:
            canvas = self._tools.canvas
            return area_of_view(canvas.extent(), self._tools.project.crs(), degrees)
        outline = self._group.outline()
        if outline is None:
            raise _nothing_there(kind)
        return area_of_geometries(outline.geometries, outline.crs, degrees)

    def set_area(self, wkt: str, degrees: QgsCoordinateReferenceSystem) -> None:
        """Show an area that was asked for before: all, a box, or a polygon in degrees."""
        if not wkt:
            self._group.set_kind(AreaKind.WHOLE_BODY)
            return
        box = box_of_area(wkt)
        # What is finer than the sides show is kept as it was.
        if box is not None and all(side == round(side, SIDE_DECIMALS) for side in box):
            self._group.set_box(Box(*box))
            self._group.set_kind(AreaKind.BOX)
            return
        outline = Outline((QgsGeometry.fromWkt(wkt),), degrees)
        self._group.set_outline(AreaKind.DRAWN, outline)
        self._group.set_kind(AreaKind.DRAWN)

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self._group.draw_requested, self._draw),
            (self._group.selection_requested, self._take_selection),
            (self._group.kind_changed, self._on_kind),
            (self._group.outline_changed, self._show_outline),
            (self._tool.drawn, self._keep_drawn),
            (self._tool.ended, self._on_drawing_ended),
            (self._tools.canvas.destinationCrsChanged, self._show_outline),
        )

    def _draw(self) -> None:
        if self._tool.isActive():
            self._tool.stop()
            return
        self._group.set_outline(AreaKind.DRAWN, None)
        self._tool.start()
        self._group.show_drawing(True)

    def _on_drawing_ended(self) -> None:
        self._group.show_drawing(False)

    def _keep_drawn(self, polygon: QgsGeometry) -> None:
        crs = self._tools.canvas.mapSettings().destinationCrs()
        self._group.set_outline(AreaKind.DRAWN, Outline((QgsGeometry(polygon),), crs))

    def _take_selection(self) -> None:
        try:
            taken = selection_of(self._group.layer() or self._tools.canvas.currentLayer())
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._group.set_outline(AreaKind.SELECTED, taken)

    def _on_kind(self) -> None:
        if self._group.kind() is not AreaKind.DRAWN:
            self._tool.stop()
        self._show_outline()

    def _show_outline(self) -> None:
        """Show on the map what was drawn or selected, where it can be shown there."""
        outline = self._group.outline()
        crs = self._tools.canvas.mapSettings().destinationCrs()
        shown = outline is not None and same_body(outline.crs, crs)
        first = outline.geometries[0] if shown else QgsGeometry()
        self._band.reset(first.type())
        for geometry in outline.geometries if shown else ():
            self._band.addGeometry(geometry, outline.crs)


def selection_of(layer: object) -> Outline:
    """The selected features of a layer.

    Raises:
        PlanetaryError: There are none, or the layer has no shapes.
    """
    if not isinstance(layer, QgsVectorLayer) or not layer.isSpatial():
        raise PlanetaryError(
            "There is no layer to take selected features from.",
            hint="Choose a vector layer, or make one active in the layer tree.",
        )
    features = layer.selectedFeatures()
    shapes = tuple(feature.geometry() for feature in features if feature.hasGeometry())
    if not shapes:
        raise PlanetaryError(
            f"No feature with a shape is selected in “{layer.name()}”.",
            hint="Select some on the map or in the attribute table, and take them again.",
        )
    return Outline(shapes, layer.crs(), layer.name())


def _nothing_there(kind: AreaKind) -> PlanetaryError:
    if kind is AreaKind.DRAWN:
        return PlanetaryError(
            "No polygon is drawn yet, so there is no area to search.",
            hint="Click “Draw on the Map”, or choose another kind of area.",
        )
    return PlanetaryError(
        "No features are taken yet, so there is no area to search.",
        hint="Select features and click “Use Selected Features”, or choose another kind of area.",
    )
