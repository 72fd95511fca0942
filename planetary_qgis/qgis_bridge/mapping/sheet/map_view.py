"""What the map frame of a sheet shows: which area, in which projection, how large on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
)

from planetary_qgis.core.best_projections import best_projection
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import ographic_from_ocentric
from planetary_qgis.core.map_areas import MapArea, area_of_box, area_of_places
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNITS
from planetary_qgis.core.mapping.sheet.scale import TruePlace, true_place
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.projections import area_of_extent, projected_crs
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of

FloatArray = NDArray[np.float64]
Outline = tuple[FloatArray, FloatArray]

_MARGIN = 0.02
_STEP_DEG = 1.0
_STEPS_ACROSS = 60.0
_AT_POLE = 89.99
_THIN = 0.1


@dataclass(frozen=True)
class MapView:
    """An extent in a projection.

    Attributes:
        area: What it shows of the body; None on a plane that is on no body.
        place: Where its scale is stated.
        outlines: Longitudes and latitudes around the map.
        title: What the projection is called, where it was chosen for the sheet; else "".
    """

    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    ground: Ground
    sphere: Sphere | None
    area: MapArea | None
    place: TruePlace
    outlines: tuple[Outline, ...]
    title: str = ""

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height on the ground, as where the scale is true."""
        units = self.place.units_per_metre
        return self.extent.width() / units, self.extent.height() / units

    def to_page(
        self, lon_e: FloatArray, lat: FloatArray, width: float, height: float
    ) -> tuple[FloatArray, FloatArray]:
        """Places as millimetres in a frame of that size; NaN where the map has no place."""
        x, y = self._to_map(lon_e, lat)
        return (
            (x - self.extent.xMinimum()) / self.extent.width() * width,
            (self.extent.yMaximum() - y) / self.extent.height() * height,
        )

    def _to_map(self, lon_e: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        if self.sphere is None:
            return np.full_like(lon_e, np.nan), np.full_like(lat, np.nan)
        return _on_map(lon_e, lat, self.sphere)


def map_view(session: MapSession) -> MapView:
    """The view of a map: of its boundary, or of what is drawn where it has none.

    A map in degrees is shown in the projection that suits its area: degrees have no scale.

    Raises:
        PlanetaryError: Nothing is drawn yet.
    """
    layer, shape = _outline_of(session)
    crs = layer.crs()
    ground = ground_of(crs, layer.extent())
    if ground.is_plane:
        return _on_plane(crs, shape)
    sphere = sphere_of(crs)
    outlines = _outlines(shape, sphere)
    lon, lat = (np.concatenate([each[n] for each in outlines]) for n in (0, 1))
    title = ""
    if sphere.is_in_degrees:
        area = area_of_places(
            lon,
            lat,
            holds_north=bool(lat.max() >= _AT_POLE),
            holds_south=bool(lat.min() <= -_AT_POLE),
        )
        projection = best_projection(area)
        crs, title = projected_crs(projection, sphere), projection.title
        sphere = sphere_of(crs)
    bounds = _bounds_of(lon, lat, sphere)
    area = _whole_body(lat, area_of_extent(bounds, crs))
    extent = bounds if _is_whole(area) else _with_margin(bounds)
    area = area if _is_whole(area) else area_of_extent(extent, crs)
    ground = Ground(sphere.radius_m, sphere.lon_lat, sphere.is_in_degrees)
    place = true_place(ground, extent.center().x(), extent.yMinimum(), extent.yMaximum())
    return MapView(crs, extent, ground, sphere, area, place, tuple(outlines), title)


def _outline_of(session: MapSession) -> tuple[QgsVectorLayer, QgsGeometry]:
    """The layer that says where the map is, and its features as one geometry."""
    for name in (MAP_BOUNDARY, UNITS, CONTACTS):
        layer = session.find_layer(name)
        if layer is None:
            continue
        shapes = [
            feature.geometry()
            for feature in layer.getFeatures()
            if feature.hasGeometry() and not feature.geometry().isEmpty()
        ]
        if shapes:
            return layer, QgsGeometry.collectGeometry(shapes)
    raise PlanetaryError(
        "There is nothing to print yet: the map has no boundary, no units and no contacts.",
        details=str(session.geopackage),
        hint="Draw the map's boundary, or build its units, first.",
    )


def _on_plane(crs: QgsCoordinateReferenceSystem, shape: QgsGeometry) -> MapView:
    extent = _with_margin(shape.boundingBox())
    place = true_place(Ground(), extent.center().x(), extent.yMinimum(), extent.yMaximum())
    return MapView(crs, extent, Ground(), None, None, place, ())


def _outlines(shape: QgsGeometry, sphere: Sphere) -> list[Outline]:
    """Lines around shapes, close enough in their vertices to be bent."""
    box = shape.boundingBox()
    step = max(box.width(), box.height()) / _STEPS_ACROSS
    if sphere.is_in_degrees:
        step = min(step, _STEP_DEG)
    dense = shape.densifyByDistance(step) if step > 0.0 else shape
    return [sphere.lon_lat(x, y) for x, y in _rings(dense)]


def _rings(shape: QgsGeometry) -> list[tuple[FloatArray, FloatArray]]:
    """Coordinates of all outer rings and lines."""
    lines = []
    for part in shape.asGeometryCollection():
        for piece in part.asGeometryCollection() if part.isMultipart() else [part]:
            flat = piece.constGet()
            line = flat.exteriorRing() if hasattr(flat, "exteriorRing") else flat
            points = list(line.vertices())
            lines.append((np.array([p.x() for p in points]), np.array([p.y() for p in points])))
    return lines


def _on_map(lon_e: FloatArray, lat: FloatArray, sphere: Sphere) -> tuple[FloatArray, FloatArray]:
    """Places in the CRS that a sphere was made for; NaN where it has none."""
    if sphere.flattening_axes_m is not None:
        equatorial, polar = sphere.flattening_axes_m
        lat = ographic_from_ocentric(lat, equatorial=equatorial, polar=polar)
    backwards = Qgis.TransformDirection.Reverse
    points = [QgsPointXY(*each) for each in zip(np.asarray(lon_e), np.asarray(lat))]
    moved = [_moved(point, sphere.to_sphere, backwards) for point in points]
    return np.array([each[0] for each in moved]), np.array([each[1] for each in moved])


def _moved(point: QgsPointXY, way: QgsCoordinateTransform, backwards: Any) -> tuple[float, float]:
    try:
        found = way.transform(point, backwards)
    except QgsCsException:
        return np.nan, np.nan
    return found.x(), found.y()


def _whole_body(lat: FloatArray, area: MapArea) -> MapArea:
    """The area of a map all around its body, from samples that end before the map's edges do."""
    polar = (area.north >= 90.0) != (area.south <= -90.0)
    if not area.goes_all_around or polar:
        return area
    return area_of_box(-180.0, 180.0, float(lat.min()), float(lat.max()))


def _is_whole(area: MapArea) -> bool:
    """Whether beyond the map's bounds there is nothing more of the body to show."""
    return area.goes_all_around and (area.north >= 90.0) == (area.south <= -90.0)


def _bounds_of(lon: FloatArray, lat: FloatArray, sphere: Sphere) -> QgsRectangle:
    """Around places, in the CRS that the sphere was made for."""
    x, y = _on_map(lon, lat, sphere)
    known = np.isfinite(x) & np.isfinite(y)
    return QgsRectangle(x[known].min(), y[known].min(), x[known].max(), y[known].max())


def _with_margin(extent: QgsRectangle) -> QgsRectangle:
    """A little wider; as wide as high where it has no width, as a single line."""
    size = max(extent.width(), extent.height())
    wide = QgsRectangle(extent)
    if min(extent.width(), extent.height()) < size * _THIN:
        wide = QgsRectangle.fromCenterAndSize(
            extent.center(), max(extent.width(), size * _THIN), max(extent.height(), size * _THIN)
        )
    wide.grow(_MARGIN * max(wide.width(), wide.height()))
    return wide
