"""The profile on the map: drawing its line, showing it, and the place under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsPointXY, QgsProject, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsRubberBand, QgsVertexMarker
from qgis.PyQt.QtGui import QColor

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import Profile
from planetary_qgis.gui.draw_area import DrawArea
from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.rasters.values.great_circles import great_circles_on_map, on_map
from planetary_qgis.qgis_bridge.spheres import Sphere

_LEAST_VERTICES = 2
_LINE = QColor(220, 20, 60)
_HALO = QColor(255, 255, 255, 200)
_WIDTH = 2
_MOST_VERTICES = 2000
_MARK_SIZE = 12


def line_band(canvas: QgsMapCanvas) -> QgsRubberBand:
    """An empty line on the map that is seen on dark and on light rasters."""
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.LineGeometry)
    band.setColor(_LINE)
    band.setSecondaryStrokeColor(_HALO)
    band.setWidth(_WIDTH)
    return band


class DrawLine(DrawArea):
    """Draws one line, shown as the great circles that it will be, or as it is drawn.

    `drawn` tells the clicked vertices in the map's CRS.
    """

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas.scene().removeItem(self._band)
        self._band = line_band(canvas)
        self.great_circles = True

    def _finish(self) -> None:
        vertices = list(self._corners)
        self.stop()
        if len(vertices) >= _LEAST_VERTICES:
            self.drawn.emit(QgsGeometry.fromPolylineXY(vertices))

    def _show(self, pointer: QgsPointXY | None) -> None:
        following = [] if pointer is None or not self._corners else [pointer]
        vertices = [*self._corners, *following]
        self._band.reset(QgsWkbTypes.GeometryType.LineGeometry)
        if len(vertices) < _LEAST_VERTICES:
            return
        self._band.setToGeometry(self._shape(vertices), None)

    def _shape(self, vertices: Sequence[QgsPointXY]) -> QgsGeometry:
        straight = QgsGeometry.fromPolylineXY(list(vertices))
        if not self.great_circles:
            return straight
        places = np.array([(vertex.x(), vertex.y()) for vertex in vertices])
        try:
            crs = self._canvas.mapSettings().destinationCrs()
            curved = great_circles_on_map(places, crs)
        except PlanetaryError:
            # Said once the line is finished.
            return straight
        return straight if curved.isEmpty() else curved


class ProfileMarks:
    """The line of a profile and a place on it, shown on the map of the same body."""

    def __init__(self, canvas: QgsMapCanvas, project: QgsProject) -> None:
        self._canvas = canvas
        self._project = project
        self._band = line_band(canvas)
        self._mark = QgsVertexMarker(canvas)
        self._mark.setIconType(QgsVertexMarker.IconType.ICON_CIRCLE)
        self._mark.setColor(_LINE)
        self._mark.setFillColor(QColor(255, 255, 255, 160))
        self._mark.setIconSize(_MARK_SIZE)
        self._mark.setPenWidth(_WIDTH)
        self._mark.hide()
        self._profile: Profile | None = None
        self._sphere: Sphere | None = None

    def show(self, profile: Profile | None, sphere: Sphere | None) -> None:
        """Show this profile's line, or none."""
        self._profile, self._sphere = profile, sphere
        self.redraw()

    def redraw(self) -> None:
        """Show the line where it is on the map as it is now."""
        self._mark.hide()
        self._band.reset(QgsWkbTypes.GeometryType.LineGeometry)
        if not self._can_be_shown():
            return
        track = self._profile.track
        shown = np.unique(
            np.linspace(0, len(track.lat) - 1, min(len(track.lat), _MOST_VERTICES)).round()
        ).astype(int)
        degrees = np.stack([track.lon_e, track.lat], axis=1)[shown]
        shape = on_map(degrees, track.part[shown], self._sphere, self._map_crs())
        if not shape.isEmpty():
            self._band.setToGeometry(shape, None)

    def point_at(self, place: int) -> None:
        """Mark a place of the line; -1 for none."""
        self._mark.hide()
        if place < 0 or not self._can_be_shown():
            return
        track = self._profile.track
        degrees = np.array([[track.lon_e[place], track.lat[place]]] * 2)
        shape = on_map(degrees, np.zeros(2), self._sphere, self._map_crs())
        vertex = None if shape.isEmpty() else shape.vertexAt(0)
        if vertex is not None:
            self._mark.setCenter(QgsPointXY(vertex.x(), vertex.y()))
            self._mark.show()

    def close(self) -> None:
        for item in (self._band, self._mark):
            self._canvas.scene().removeItem(item)

    def _can_be_shown(self) -> bool:
        return self._profile is not None and same_body(self._sphere.crs, self._map_crs())

    def _map_crs(self) -> QgsCoordinateReferenceSystem:
        return self._canvas.mapSettings().destinationCrs()
