"""Layers of a map as arrays, unsaved edits included."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, LayerSystem, MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_LAYERS
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.spheres import sphere_of

_FARTHEST_LON, _FARTHEST_LAT = 360.0, 90.0


class LayerSnapshot:
    """What a layer holds now, to be read in another thread. Made on the layer's own."""

    def __init__(self, name: str, layer: QgsVectorLayer) -> None:
        self._name = name
        self._fields = [field.name() for field in layer.fields()]
        self._source = QgsVectorLayerFeatureSource(layer)

    def read(self) -> LayerContent:
        """Its features, those that are not saved yet too."""
        return content_of(self._name, self._fields, self._source.getFeatures())


def content_of(name: str, fields: list[str], features: Iterable[QgsFeature]) -> LayerContent:
    """Features as arrays, under the name of a layer of the template."""
    ids, shapes, rows = [], [], []
    for feature in features:
        ids.append(feature.id())
        shapes.append(_wkb_of(feature.geometry()) if feature.hasGeometry() else None)
        rows.append([None if value == NULL else value for value in feature.attributes()])
    return LayerContent(
        name,
        np.array(ids, dtype=np.int64),
        # What no library takes for a shape, as a ring that is not closed, is left out as none.
        np.asarray(
            shapely.from_wkb(np.array(shapes, dtype=object), on_invalid="ignore"), dtype=object
        ),
        pd.DataFrame(rows, columns=fields, dtype=object),
    )


def ground_of(crs: QgsCoordinateReferenceSystem, extent: QgsRectangle) -> Ground:
    """What measures in a CRS; a plane where the coordinates cannot be those of the CRS."""
    if not crs.isValid() or (_is_in_degrees(crs) and _is_beyond_the_body(extent)):
        return Ground()
    try:
        sphere = sphere_of(crs)
    except PlanetaryError:
        return Ground()
    return Ground(sphere.radius_m, sphere.lon_lat, _is_in_degrees(crs))


class MapSnapshot:
    """A map as it is now, to be read in another thread. Made on the main thread.

    Args:
        layers: By their names in the template.
        crs: The map's; of the layer that is drawn on.
        body: NAIF name of the body that is mapped; "" where nobody says.
        notes: Sentences about layers that are not read as they should be.
    """

    def __init__(
        self,
        layers: Mapping[str, QgsVectorLayer],
        crs: QgsCoordinateReferenceSystem,
        scale: float,
        closing_distance_m: float,
        *,
        body: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self._body, self._notes = body, notes
        self._systems = {
            name: system_of(layer.crs()) for name, layer in layers.items() if layer.isSpatial()
        }
        self._layers = [LayerSnapshot(name, layer) for name, layer in layers.items()]
        extent = QgsRectangle()
        for layer in layers.values():
            if layer.isSpatial():
                extent.combineExtentWith(layer.extent())
        self.extent = extent
        self._ground = ground_of(crs, extent)
        self._scale, self._closing_distance_m = scale, closing_distance_m

    def read(self) -> MapContent:
        contents = [layer.read() for layer in self._layers]
        return MapContent(
            {each.name: each for each in contents},
            self._ground,
            self._scale,
            self._closing_distance_m,
            self._notes,
            self._body,
            self._systems,
        )


def snapshot_of(session: MapSession) -> MapSnapshot:
    """The map of a project, unsaved edits included."""
    layers = {spec.name: session.find_layer(spec.name) for spec in MAP_LAYERS}
    there = {name: layer for name, layer in layers.items() if layer is not None}
    settings = session.settings
    crs = session.layer(CONTACTS).crs()
    return MapSnapshot(
        there,
        crs,
        settings.scale,
        settings.closing_distance_m,
        body=settings.body,
        notes=tuple(_filtered(layer) for layer in there.values() if layer.subsetString()),
    )


def layers_of(path: Path) -> dict[str, QgsVectorLayer]:
    """Layers on those tables of a GeoPackage that have names of the template, in any case."""
    with geopackage.reader(path) as cursor:
        tables = [row[0] for row in cursor.execute("SELECT table_name FROM gpkg_contents")]
    spelled = {table.lower(): table for table in tables}
    there = [spec.name for spec in MAP_LAYERS if spec.name in spelled]
    return {name: open_table(path, spelled[name]) for name in there}


def _wkb_of(geometry: QgsGeometry) -> bytes:
    """The geometry's vertices; curves become the lines that QGIS draws them as."""
    shape = geometry.constGet()
    return bytes((shape.segmentize() if shape.hasCurvedSegments() else shape).asWkb())


def system_of(crs: QgsCoordinateReferenceSystem) -> LayerSystem:
    """What the checks need to know of a layer's CRS."""
    if not crs.isValid():
        return LayerSystem("")
    body = body_of(crs)
    text = " – ".join(part for part in (crs.authid(), crs.description()) if part)
    if not crs.authid():
        wkt = crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
        text = f"{text or 'custom'} ({zlib.crc32(wkt.encode()):08x})"
    return LayerSystem(text, body.name if body else "", _is_in_degrees(crs))


def _is_in_degrees(crs: QgsCoordinateReferenceSystem) -> bool:
    # isGeographic() is False of CRSs without a code before QGIS 3.28.
    return bool(crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceDegrees)


def _filtered(layer: QgsVectorLayer) -> str:
    text = QCoreApplication.translate(
        "MapReading", "The layer “{name}” has a filter: features that it hides are left out."
    )
    return text.format(name=layer.name())


def _is_beyond_the_body(extent: QgsRectangle) -> bool:
    if extent.isNull():
        return False
    return (
        max(abs(extent.xMinimum()), abs(extent.xMaximum())) > _FARTHEST_LON
        or max(abs(extent.yMinimum()), abs(extent.yMaximum())) > _FARTHEST_LAT
    )
