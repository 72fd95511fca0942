"""The empty tables of a new map, as GDAL makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from osgeo import gdal, ogr, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsWkbTypes

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.map_layers import MAP_BOUNDARY, MAP_LAYERS, NAME, MapLayerSpec
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.gdal_words import gdal_told

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_GEOMETRIES = {
    "point": ogr.wkbPoint,
    "line": ogr.wkbLineString,
    "polygon": ogr.wkbMultiPolygon,
    "none": ogr.wkbNone,
}
_FIELDS = {"text": ogr.OFTString, "integer": ogr.OFTInteger, "real": ogr.OFTReal}


def make_tables(
    path: Path, title: str, crs: QgsCoordinateReferenceSystem, area: QgsGeometry | None
) -> None:
    """Make a GeoPackage with all tables of the template; the area becomes the map's boundary.

    Args:
        area: Polygons in the map's CRS.

    Raises:
        PlanetaryError: GDAL cannot write it.
    """
    with gdal_told(
        f"GDAL cannot make the GeoPackage {path}.",
        "Check that the disk is not full, and that GDAL can write GeoPackages.",
    ):
        _make_all(path, title, _reference(crs), area)
    repair_geopackage(path)


def _make_all(
    path: Path, title: str, reference: osr.SpatialReference, area: QgsGeometry | None
) -> None:
    data = _made(ogr.GetDriverByName("GPKG").CreateDataSource(str(path)))
    for spec in MAP_LAYERS:
        _make_table(data, spec, reference)
    if area is not None:
        _add_boundary(data.GetLayerByName(MAP_BOUNDARY), title, area)
    data.FlushCache()


def _reference(crs: QgsCoordinateReferenceSystem) -> osr.SpatialReference:
    reference = osr.SpatialReference()
    is_own = not crs.authid() or crs.authid().startswith("USER:")
    reference.SetFromUserInput(crs.toWkt(_WKT2) if is_own else crs.authid())
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def _make_table(data: ogr.DataSource, spec: MapLayerSpec, reference: osr.SpatialReference) -> None:
    has_places = spec.geometry != "none"
    layer = _made(
        data.CreateLayer(
            spec.name,
            reference if has_places else None,
            _GEOMETRIES[spec.geometry],
            [
                f"GEOMETRY_NAME={geopackage.GEOMETRY_COLUMN}",
                f"FID={geopackage.ID_COLUMN}",
                f"DESCRIPTION={spec.title}",
            ],
        )
    )
    for field in spec.fields:
        layer.CreateField(ogr.FieldDefn(field.name, _FIELDS[field.kind]))


def _add_boundary(layer: ogr.Layer, title: str, area: QgsGeometry) -> None:
    whole = QgsGeometry(area)
    whole.convertToMultiType()
    flat = QgsGeometry(whole.constGet().segmentize())
    flat.get().dropZValue()
    flat.get().dropMValue()
    if flat.type() != QgsWkbTypes.GeometryType.PolygonGeometry or flat.isEmpty():
        raise PlanetaryError(
            "The map's area is no polygon.", hint="Choose an extent or polygons as its area."
        )
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetField(NAME, title)
    feature.SetGeometry(ogr.CreateGeometryFromWkb(bytes(flat.asWkb())))
    layer.CreateFeature(feature)


def _made(what: Any) -> Any:
    if what is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return what
