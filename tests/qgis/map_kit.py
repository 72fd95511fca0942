"""Small geologic maps for tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNIT, UNIT_POINTS, UNITS
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers, make_map_file

MARS = "IAU_2015:49900"
SETTINGS = MapSettings(title="Test map", body="MARS", scale=1_000_000.0, authors="A. Mapper")


def map_session(
    project: QgsProject, folder: Path, *, crs: str = MARS, settings: MapSettings = SETTINGS
) -> MapSession:
    """An empty map, its layers in the project."""
    path = folder / "map.gpkg"
    shutil.copy(_empty_map(crs, settings), path)
    project.setCrs(QgsCoordinateReferenceSystem(crs))
    add_map_layers(project, path)
    return session_of(project)


@cache
def _empty_map(crs: str, settings: MapSettings) -> Path:
    """A file without features, made once for all tests."""
    path = Path(tempfile.mkdtemp(prefix="planetary_qgis_tests_")) / "map.gpkg"
    make_map_file(path, settings, QgsCoordinateReferenceSystem(crs), None)
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    return path


def two_units(session: MapSession) -> MapSession:
    """Units a, in the west, and b, in the east, of a square of ten degrees; saved."""
    add(session.layer(MAP_BOUNDARY), "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))")
    add(session.layer(CONTACTS), "LINESTRING(5 0, 5 3, 5 10)")
    add(session.layer(UNIT_POINTS), "POINT(2 5)", {UNIT: "a"})
    add(session.layer(UNIT_POINTS), "POINT(8 5)", {UNIT: "b"})
    add(session.layer(UNITS), "POLYGON((0 0, 5 0, 5 3, 5 10, 0 10, 0 0))", {UNIT: "a"})
    add(session.layer(UNITS), "POLYGON((5 0, 10 0, 10 10, 5 10, 5 3, 5 0))", {UNIT: "b"})
    for name in (MAP_BOUNDARY, CONTACTS, UNIT_POINTS, UNITS):
        save(session.layer(name))
    return session


def add(layer: QgsVectorLayer, wkt: str, values: dict[str, object] | None = None) -> QgsFeature:
    """A feature with the layer's defaults and these values, in the layer's edit session."""
    geometry = QgsGeometry.fromWkt(wkt)
    names = {layer.fields().lookupField(name): value for name, value in (values or {}).items()}
    context = layer.createExpressionContext()
    made = QgsVectorLayerUtils.createFeature(layer, geometry, names, context)
    layer.startEditing()
    if not layer.addFeature(made):
        raise RuntimeError(f"{layer.name()} took no feature")
    return made


def save(layer: QgsVectorLayer) -> None:
    if not layer.commitChanges():
        raise RuntimeError("; ".join(layer.commitErrors()))


def wkts(layer: QgsVectorLayer, decimals: int = 3) -> list[str]:
    """The layer's geometries as text, those that are not saved yet too."""
    return sorted(each.geometry().asWkt(decimals) for each in layer.getFeatures())
