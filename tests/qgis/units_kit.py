"""Small geologic maps for tests of units: a square of fields, a point in each."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import make_map_file

MARS = "IAU_2015:49900"
SETTINGS = MapSettings("Fields", "MARS", 1_000_000.0)
HOSTILE = "Ω 'quoted' \"twice\"\n🙂 NULL; DROP TABLE geologic_units; --"


def add(layer: QgsVectorLayer, wkt: str, **values: object) -> int:
    """A new feature in the edit buffer; its id."""
    at = {layer.fields().lookupField(name): value for name, value in values.items()}
    feature = QgsVectorLayerUtils.createFeature(layer, QgsGeometry.fromWkt(wkt), at)
    if not layer.addFeature(feature):
        raise AssertionError(wkt)
    return feature.id()


def fields_map(
    path: Path, project: QgsProject, side: int = 2, size: float = 2.0, crs: str = MARS
) -> MapSession:
    """A map of side × side fields with a unit point in each (units u00, u01, …), saved."""
    path.write_bytes(_fields_file(side, size, crs))
    for name in (CONTACTS, MAP_BOUNDARY, UNIT_POINTS, UNITS, DESCRIPTION):
        project.addMapLayer(open_table(path, name))
    return session_of(project)


@lru_cache(maxsize=8)
def _fields_file(side: int, size: float, crs: str) -> bytes:
    whole = side * size
    area = QgsGeometry.fromWkt(f"Polygon((0 0,{whole} 0,{whole} {whole},0 {whole},0 0))")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.gpkg"
        make_map_file(path, SETTINGS, QgsCoordinateReferenceSystem(crs), area)
        _draw(path, side, size)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def _draw(path: Path, side: int, size: float) -> None:
    contacts, points = open_table(path, CONTACTS), open_table(path, UNIT_POINTS)
    contacts.startEditing()
    points.startEditing()
    for i in range(1, side):
        add(contacts, f"LineString({i * size} 0,{i * size} {side * size})")
        add(contacts, f"LineString(0 {i * size},{side * size} {i * size})")
    for i in range(side):
        for j in range(side):
            at = f"Point({(i + 0.5) * size} {(j + 0.5) * size})"
            add(points, at, Unit=f"u{i}{j}")
    if not (contacts.commitChanges() and points.commitChanges()):
        raise AssertionError(contacts.commitErrors() + points.commitErrors())


def describe(session: MapSession, unit: str, **values: object) -> None:
    """A row of the description, saved."""
    layer = session.layer("description_of_map_units")
    layer.startEditing()
    at = {layer.fields().lookupField(name): value for name, value in values.items()}
    at[layer.fields().lookupField("Unit")] = unit
    layer.addFeature(QgsVectorLayerUtils.createFeature(layer, QgsGeometry(), at))
    if not layer.commitChanges():
        raise AssertionError(layer.commitErrors())


def state(layer: QgsVectorLayer) -> dict[int, tuple[str, tuple[object, ...]]]:
    """Everything that a layer holds, by feature id."""
    return {feature.id(): (_wkt(feature), _values(feature)) for feature in layer.getFeatures()}


def unit_at(layer: QgsVectorLayer, x: float, y: float) -> QgsFeature:
    """The one polygon that covers a place."""
    place = QgsGeometry.fromPointXY(QgsPointXY(x, y))
    (found,) = [each for each in layer.getFeatures() if each.geometry().contains(place)]
    return found


def _wkt(feature: QgsFeature) -> str:
    return feature.geometry().asWkt(17)


def _values(feature: QgsFeature) -> tuple[object, ...]:
    return tuple(None if value == NULL else value for value in feature.attributes())
