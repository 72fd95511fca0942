"""Geometries between QGIS and shapely."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsGeometry, QgsVectorLayer, QgsWkbTypes

from planetary_qgis.core.geos import shapely


def shape_of(geometry: QgsGeometry) -> Any:
    """A geometry as shapely has it: curves as lines, without heights."""
    plain = QgsGeometry(geometry.constGet().segmentize())
    return shapely.force_2d(shapely.from_wkb(bytes(plain.asWkb())))


def geometry_of(shape: Any, layer: QgsVectorLayer | None = None) -> QgsGeometry:
    """A shape as QGIS has it; of several parts where the layer's geometries are."""
    geometry = QgsGeometry()
    geometry.fromWkb(shapely.to_wkb(shape))
    if layer is not None and QgsWkbTypes.isMultiType(layer.wkbType()):
        geometry.convertToMultiType()
    return geometry
