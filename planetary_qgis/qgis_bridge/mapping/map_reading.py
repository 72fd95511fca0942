"""Layers of a map as arrays, unsaved edits included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_LAYERS
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
        shapes.append(bytes(feature.geometry().asWkb()) if feature.hasGeometry() else None)
        rows.append([None if value == NULL else value for value in feature.attributes()])
    return LayerContent(
        name,
        np.array(ids, dtype=np.int64),
        np.asarray(shapely.from_wkb(np.array(shapes, dtype=object)), dtype=object),
        pd.DataFrame(rows, columns=fields, dtype=object),
    )


def ground_of(crs: QgsCoordinateReferenceSystem, extent: QgsRectangle) -> Ground:
    """What measures in a CRS; a plane where the coordinates cannot be those of the CRS."""
    if not crs.isValid() or (crs.isGeographic() and _is_beyond_the_body(extent)):
        return Ground()
    try:
        sphere = sphere_of(crs)
    except PlanetaryError:
        return Ground()
    return Ground(sphere.radius_m, sphere.lon_lat)


class MapSnapshot:
    """A map as it is now, to be read in another thread. Made on the main thread.

    Args:
        layers: By their names in the template.
        crs: The map's; of the layer that is drawn on.
    """

    def __init__(
        self,
        layers: Mapping[str, QgsVectorLayer],
        crs: QgsCoordinateReferenceSystem,
        scale: float,
        closing_distance_m: float,
    ) -> None:
        self._layers = [LayerSnapshot(name, layer) for name, layer in layers.items()]
        extent = QgsRectangle()
        for layer in layers.values():
            if layer.isSpatial():
                extent.combineExtentWith(layer.extent())
        self._ground = ground_of(crs, extent)
        self._scale, self._closing_distance_m = scale, closing_distance_m

    def read(self) -> MapContent:
        contents = [layer.read() for layer in self._layers]
        return MapContent(
            {each.name: each for each in contents},
            self._ground,
            self._scale,
            self._closing_distance_m,
        )


def snapshot_of(session: MapSession) -> MapSnapshot:
    """The map of a project, unsaved edits included."""
    layers = {spec.name: session.find_layer(spec.name) for spec in MAP_LAYERS}
    there = {name: layer for name, layer in layers.items() if layer is not None}
    settings = session.settings
    crs = session.layer(CONTACTS).crs()
    return MapSnapshot(there, crs, settings.scale, settings.closing_distance_m)


def layers_of(path: Path) -> dict[str, QgsVectorLayer]:
    """Layers on those tables of a GeoPackage that have names of the template."""
    with geopackage.reader(path) as cursor:
        names = [spec.name for spec in MAP_LAYERS if geopackage.has_table(cursor, spec.name)]
    return {name: open_table(path, name) for name in names}


def _is_beyond_the_body(extent: QgsRectangle) -> bool:
    if extent.isNull():
        return False
    return (
        max(abs(extent.xMinimum()), abs(extent.xMaximum())) > _FARTHEST_LON
        or max(abs(extent.yMinimum()), abs(extent.yMaximum())) > _FARTHEST_LAT
    )
