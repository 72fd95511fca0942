"""Small geologic maps with mistakes in them, for tests of checks and fixes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osgeo import ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from planetary_qgis.core.mapping.map_layers import DESCRIPTION, MAP_BOUNDARY
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import make_map_file

MARS = "IAU_2015:49900"
CONTACTS, UNITS, POINTS = "geologic_contacts", "geologic_units", "unit_points"
HOSTILE = "<b>bold</b> & 'quoted' \"twice\"\n🙂 <script>alert(1)</script>; DROP TABLE x; --"
SQUARE = "Polygon((0 0,4 0,4 4,0 4,0 0))"
ACROSS = "LineString(0 2,4 2)"
DANGLE = "LineString(2 2,2 3)"
CROSSES = ("LineString(1 0,1 4)", "LineString(3 0,3 4)")

_LAYERS = (CONTACTS, UNITS, POINTS, MAP_BOUNDARY, DESCRIPTION)
_made: dict[tuple[object, ...], bytes] = {}
"""Files of maps: making one takes a while."""


def map_with(
    path: Path,
    project: QgsProject,
    lines: Sequence[str] = (ACROSS, DANGLE),
    *,
    crs: str = MARS,
    area: str = SQUARE,
    scale: float = 1_000_000.0,
) -> MapSession:
    """A map with these contacts, saved, in a project."""
    key = (path.name, crs, area, scale, tuple(lines))
    if key not in _made:
        settings = MapSettings("Tëst <map>", "MARS", scale)
        around = QgsGeometry.fromWkt(area)
        make_map_file(path, settings, QgsCoordinateReferenceSystem(crs), around)
        _put(path, lines)
        _made[key] = path.read_bytes()
    path.write_bytes(_made[key])
    project.addMapLayers([open_table(path, name) for name in _LAYERS])
    return session_of(project)


def _put(path: Path, lines: Sequence[str]) -> None:
    data = ogr.Open(str(path), update=1)
    layer = data.GetLayerByName(CONTACTS)
    for wkt in lines:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        feature.SetField("Contact_ty", "01.01.01")
        feature.SetField("TYPE", "certain")
        layer.CreateFeature(feature)
    del feature, layer, data


def draw(layer: QgsVectorLayer, wkt: str, **values: object) -> int:
    """A new feature in the edit buffer; its id."""
    at = {layer.fields().lookupField(name): value for name, value in values.items()}
    feature = QgsVectorLayerUtils.createFeature(layer, QgsGeometry.fromWkt(wkt), at)
    if not layer.addFeature(feature):
        raise AssertionError(wkt)
    return feature.id()


def held(layer: QgsVectorLayer) -> dict[int, tuple[str, list[object]]]:
    """All that a layer holds, by feature id."""
    return {each.id(): (_wkt(each), each.attributes()) for each in layer.getFeatures()}


def _wkt(feature: QgsFeature) -> str:
    return feature.geometry().asWkt(9) if feature.hasGeometry() else ""
