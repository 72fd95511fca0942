"""planetary:importmap: maps made elsewhere in the layers of a map."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from map_kit import MARS, add, map_session, wkts
from osgeo import ogr, osr
from qgis.core import QgsProcessingException, QgsProject, QgsVectorLayer

from planetary_qgis.core.geopackages import working_copies
from planetary_qgis.core.mapping.importing.kept_mappings import kept_in
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACT_TYPE,
    CONTACTS,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.qgis_bridge.layers import open_table

HOSTILE = 'Robert\'); DROP TABLE "units";--\n\u00e4 🪐 ' + "x" * 100_000


@pytest.fixture
def session(qgis_new_project, tmp_path):
    return map_session(QgsProject.instance(), tmp_path)


def reference(text):
    made = osr.SpatialReference()
    made.SetFromUserInput(text)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


def write(path, name, wkts_and_values, crs=MARS, driver="GPKG"):
    """A layer of texts in a file, made by GDAL alone."""
    source = ogr.Open(str(path), 1) if path.exists() else None
    source = source or ogr.GetDriverByName(driver).CreateDataSource(str(path))
    first = ogr.CreateGeometryFromWkt(wkts_and_values[0][0])
    layer = source.CreateLayer(name, reference(crs), first.GetGeometryType())
    for column in wkts_and_values[0][1]:
        layer.CreateField(ogr.FieldDefn(column, ogr.OFTString))
    for wkt, values in wkts_and_values:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
        for column, value in values.items():
            if value is not None:
                feature.SetField(column, value)
        layer.CreateFeature(feature)
    source = None
    return path


@pytest.fixture
def usgs(tmp_path):
    path = tmp_path / "usgs.gpkg"
    write(
        path,
        "GeoContacts",
        [
            ("LINESTRING(5 0, 5 10)", {"TYPE": "Certain", "Author": HOSTILE}),
            ("LINESTRING(0 5, 5 5)", {"TYPE": "Approximate", "Author": None}),
        ],
    )
    return write(
        path,
        "GeoUnits",
        [
            ("POLYGON((0 0, 5 0, 5 10, 0 10, 0 0))", {"UnitSymbol": "a", "UnitName": "West"}),
            ("POLYGON((5 0, 9 0, 9 10, 5 10, 5 0))", {"UnitSymbol": "b", "UnitName": "East"}),
        ],
    )


def run(processing, notes, **parameters):
    return processing.run("planetary:importmap", parameters, feedback=notes)


def test_a_usgs_map_comes_into_the_projects_map(session, processing, notes, usgs):
    found = run(processing, notes, INPUT=str(usgs))
    contacts, units = session.layer(CONTACTS), session.layer(UNITS)
    assert found["FEATURES"] == 6
    assert sorted(each[CONTACT_CERTAINTY] for each in contacts.getFeatures()) == [
        "approximate",
        "certain",
    ]
    assert {each[CONTACT_TYPE] for each in contacts.getFeatures()} == {"01.01.01"}
    assert {each[UNIT]: each["UnitName"] for each in units.getFeatures()} == {
        "a": "West",
        "b": "East",
    }


def test_units_without_points_get_one_each_inside(session, processing, notes, usgs):
    run(processing, notes, INPUT=str(usgs))
    points, units = session.layer(UNIT_POINTS), session.layer(UNITS)
    by_unit = {each[UNIT]: each.geometry() for each in points.getFeatures()}
    assert all(each.geometry().contains(by_unit[each[UNIT]]) for each in units.getFeatures())


def test_columns_that_the_template_does_not_have_are_kept_unharmed(
    session, processing, notes, usgs
):
    run(processing, notes, INPUT=str(usgs))
    contacts = session.layer(CONTACTS)
    assert contacts.commitChanges()
    fresh = open_table(session.geopackage, CONTACTS)
    assert sorted(str(each["Author"]) for each in fresh.getFeatures()) == ["NULL", HOSTILE]


def test_it_is_one_undo_step_a_layer(session, processing, notes, usgs):
    add(session.layer(CONTACTS), "LINESTRING(1 1, 2 2)")
    run(processing, notes, INPUT=str(usgs))
    stack = session.layer(CONTACTS).undoStack()
    assert stack.count() == 2
    stack.undo()
    assert wkts(session.layer(CONTACTS)) == ["LineString (1 1, 2 2)"]


def test_other_systems_of_the_body_are_transformed_and_parts_become_features(
    session, processing, notes, tmp_path
):
    side = 3_396_190.0 * 3.141592653589793 / 180.0
    path = write(
        tmp_path / "contacts.gpkg",
        "contacts",
        [(f"MULTILINESTRING((0 0, {side} 0), (0 {side}, {side} {side}))", {"TYPE": "certain"})],
        crs="IAU_2015:49910",
    )
    run(processing, notes, INPUT=str(path))
    assert wkts(session.layer(CONTACTS), 6) == ["LineString (0 0, 1 0)", "LineString (0 1, 1 1)"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "IAU_2015:30100"])
def test_other_bodies_are_refused_unless_coordinates_are_taken_as_they_are(
    session, processing, notes, tmp_path, crs
):
    path = write(
        tmp_path / "c.gpkg", "contacts", [("LINESTRING(0 0, 1 1)", {"TYPE": "certain"})], crs=crs
    )
    with pytest.raises(QgsProcessingException, match="does not lie on Mars"):
        run(processing, notes, INPUT=str(path))
    assert not session.layer(CONTACTS).isModified()
    run(processing, notes, INPUT=str(path), AS_IS=True)
    assert wkts(session.layer(CONTACTS)) == ["LineString (0 0, 1 1)"]


def test_a_mapping_is_written_read_again_and_kept(session, processing, notes, usgs, tmp_path):
    used = tmp_path / "mapping.json"
    run(processing, notes, INPUT=str(usgs), USED_MAPPING=str(used))
    said = json.loads(used.read_text(encoding="utf-8"))
    assert said["layers"]["GeoContacts"]["values"]["TYPE"]["Certain"] == "certain"
    assert kept_in(session.geopackage)["GeoContacts"].columns == {"TYPE": "TYPE"}
    said["layers"]["GeoContacts"]["target"] = "linear_features"
    said["layers"]["GeoContacts"]["columns"] = {"Name": "TYPE"}
    said["layers"]["GeoUnits"]["target"] = ""
    used.write_text(json.dumps(said), encoding="utf-8")
    found = run(processing, notes, INPUT=str(usgs), MAPPING=str(used))
    assert found["FEATURES"] == 2
    lines = session.layer("linear_features")
    assert sorted(each["Name"] for each in lines.getFeatures()) == ["Approximate", "Certain"]


def test_a_map_in_a_file_is_filled_and_saved(session, processing, notes, usgs):
    path = session.geopackage
    QgsProject.instance().clear()
    run(processing, notes, INPUT=str(usgs), MAP=str(path))
    assert open_table(path, CONTACTS).featureCount() == 2
    assert open_table(path, UNIT_POINTS).featureCount() == 2


def test_features_without_geometry_are_counted_and_left_out(session, processing, notes, tmp_path):
    path = write(
        tmp_path / "c.gpkg",
        "contacts",
        [("LINESTRING(0 0, 1 1)", {"TYPE": "certain"}), ("LINESTRING EMPTY", {"TYPE": "x"})],
    )
    assert run(processing, notes, INPUT=str(path))["FEATURES"] == 1
    assert any("without a geometry" in sentence for sentence in notes.warnings)


@pytest.mark.parametrize("name", ["no.gpkg", "text.gpkg"])
def test_what_cannot_be_read_is_said(session, processing, notes, tmp_path, name):
    (tmp_path / "text.gpkg").write_text("not a GeoPackage")
    with pytest.raises(QgsProcessingException, match=name.split(".", maxsplit=1)[0]):
        run(processing, notes, INPUT=str(tmp_path / name))


@pytest.mark.real_data
def test_the_demo_map_of_mappy_comes_in_as_it_is(session, processing, notes, real_data):
    folder = real_data / "vectors" / "planmap_mappy"
    with pytest.raises(QgsProcessingException, match="does not lie on Mars"):
        run(processing, notes, FOLDER=str(folder / "contacts"))
    run(processing, notes, FOLDER=str(folder / "contacts"), AS_IS=True)
    run(processing, notes, FOLDER=str(folder / "unit_id"), AS_IS=True)
    assert session.layer(CONTACTS).featureCount() == 27  # 5 of the 32 have no geometry
    units = [each[UNIT] for each in session.layer(UNIT_POINTS).getFeatures()]
    assert len(units) == 28
    assert {"a", "c", "d", "e", "x", "y"} <= set(units)


def test_a_map_in_a_file_is_filled_wholly_or_not_at_all(
    session, processing, notes, usgs, monkeypatch
):
    path = session.geopackage
    QgsProject.instance().clear()
    commit, saved = QgsVectorLayer.commitChanges, []

    def second_fails(layer, *args):
        saved.append(layer.name())
        return commit(layer, *args) if len(saved) == 1 else False

    monkeypatch.setattr(QgsVectorLayer, "commitChanges", second_fails)
    with pytest.raises(QgsProcessingException, match="cannot be saved"):
        run(processing, notes, INPUT=str(usgs), MAP=str(path))
    assert len(saved) == 2
    assert open_table(path, CONTACTS).featureCount() == 0
    assert open_table(path, UNITS).featureCount() == 0
    assert kept_in(path) == {}


def test_a_locked_map_is_refused_before_anything_is_done(
    session, processing, notes, usgs, monkeypatch
):
    path = session.geopackage
    QgsProject.instance().clear()
    monkeypatch.setattr(working_copies, "_BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(QgsProcessingException, match="cannot be read or written"):
            run(processing, notes, INPUT=str(usgs), MAP=str(path))
    assert open_table(path, CONTACTS).featureCount() == 0
