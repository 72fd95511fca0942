"""A small map with a project, for tests of packages."""

from __future__ import annotations

from pathlib import Path

from qgis.core import NULL, QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsProject

from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata, keep_metadata
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import new_map_project

MARS = "IAU_2015:49900"
HOSTILE = "quotes \" ' ; -- <b>&amp;\nnew line\ttab 🪐 ünï \\ %s {x}"
LONG = "Grün 🪐 " * 900_000 + "."
"""More than ten megabytes of UTF-8."""

SAID = MapMetadata(
    title="Map of <Fields> & more",
    authors="A. Mapper; B. Mapper",
    abstract=HOSTILE,
    purpose="To test",
    keywords=("lava", "Mars"),
    licence="CC-BY 4.0",
    contact="A. Mapper",
    organization="Survey",
    email="a@example.org",
    doi="10.5066/X",
    data_sources=("THEMIS day infrared", HOSTILE.replace("\n", " ").replace("\t", " ")),
)
_BOX = "POLYGON((10 0, 14 0, 14 4, 10 4, 10 0))"
_WEST, _EAST = (
    "MULTIPOLYGON(((10 0,12 0,12 4,10 4,10 0)))",
    "MULTIPOLYGON(((12 0,14 0,14 4,12 4,12 0)))",
)


def made_map(folder: Path, name: str = "Kärte") -> MapSession:
    """A finished map of two units, in a project of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    crs = QgsCoordinateReferenceSystem(MARS)
    settings = MapSettings("A map", "MARS", 1e6, "A. Mapper")
    made = new_map_project(folder, name, settings, crs, QgsGeometry.fromWkt(_BOX))
    project = QgsProject()
    project.read(str(made.project_file))
    session = session_of(project)
    fill(session)
    keep_metadata(made.geopackage, SAID)
    assert project.write()
    return session_of(project)


def fill(session: MapSession) -> None:
    """Draw and describe two units."""
    add(
        session,
        "geologic_contacts",
        "LINESTRING(12 0, 12 4)",
        Contact_ty="01.01.01",
        TYPE="certain",
    )
    add(session, "geologic_units", _WEST, Unit="a", UnitName="Old plains", Notes=HOSTILE)
    add(session, "geologic_units", _EAST, Unit="b", UnitName="Lava", Notes=NULL)
    for x, unit in ((11, "a"), (13, "b")):
        add(session, "unit_points", f"POINT({x} 2)", Unit=unit)
    add(
        session,
        "linear_features",
        "LINESTRING(13 1, 13.5 2)",
        TYPE="02.01.01",
        Certainty="inferred, queried",
    )
    add(session, "surface_features", _EAST.replace("12 ", "13 "), TYPE="25.118", Name="Dark ejecta")
    add(
        session, "location_features", "POINT(13 3)", TYPE="25.079", Certainty="certain", Name="Mesa"
    )
    add(
        *(session, "description_of_map_units", None),
        Unit="a",
        UnitName="Old plains",
        UnitGroup="Plains",
        StratOrder=2,
        AgeOldest="Early Hesperian",
        AgeYoungest="Late Hesperian",
        RGB="255,0,9",
        Description="Rough.",
    )
    add(session, "description_of_map_units", None, Unit="b", UnitName="Lava", UnitGroup="Plains",
        StratOrder=1, RGB="10,20,30", Description=HOSTILE)  # fmt: skip


def add(session: MapSession, table: str, wkt: str | None, **values: object) -> None:
    """Add a feature and save it."""
    layer = session.layer(table)
    feature = QgsFeature(layer.fields())
    for name, value in values.items():
        feature[name] = value
    if wkt:
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
    assert layer.startEditing()
    assert layer.addFeature(feature)
    assert layer.commitChanges(), layer.commitErrors()
