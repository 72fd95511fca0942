"""GeoPackage tables made without GDAL, against what GDAL makes and how GDAL changes them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from planetary_qgis.core.batch.spheres import sphere_of
from planetary_qgis.core.bodies import Body, body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.empty_tables import (
    SpatialReference,
    column_names,
    drop_triggers,
    make_empty_table,
    restore_triggers,
)
from planetary_qgis.core.products import Schema

ogr = pytest.importorskip("osgeo.ogr")
gdal = pytest.importorskip("osgeo.gdal")
osr = pytest.importorskip("osgeo.osr")

MARS = Schema(body("MARS"), "polygon", {"note": "text", "orbit": "integer"})
COMET = Schema(Body(1999999, 'C/2031 "A"', (2.0, 1.5, 1.5)), "point")
SQUARE = "MULTIPOLYGON (((0 0,1 0,1 1,0 1,0 0)))"


def make(path, schema, table="footprints"):
    sphere = sphere_of(schema.body)
    reference = SpatialReference(sphere.name, sphere.authority, sphere.code, sphere.wkt1)
    with geopackage.transaction(path, keep_readers=False) as cursor:
        srs_id = make_empty_table(cursor, table, schema, reference)
        restore_triggers(cursor, table)
    return srs_id


def make_by_gdal(path):
    reference = osr.SpatialReference()
    reference.SetFromUserInput("IAU_2015:49900")
    options = ["VERSION=1.3", "ADD_GPKG_OGR_CONTENTS=YES"]
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path), options=options)
    names = ["GEOMETRY_NAME=geom", "FID=fid"]
    layer = source.CreateLayer("footprints", reference, ogr.wkbMultiPolygon, options=names)
    kinds = {
        "text": ogr.OFTString,
        "datetime": ogr.OFTDateTime,
        "real": ogr.OFTReal,
        "integer": ogr.OFTInteger64,
    }
    for name, kind in MARS.columns.items():
        layer.CreateField(ogr.FieldDefn(name, kinds[kind]))
    del layer, source


def asked(path, sql, *values):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def reference_of(path):
    """A copy: GDAL's own goes with the file."""
    source = ogr.Open(str(path))
    return source.GetLayer(0).GetSpatialRef().Clone()


def sql_of(path):
    """The statements of all tables and triggers that both files have, spelled alike."""
    found = asked(path, "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL")
    spelled = {name: re.sub(r"[\s()\"']+", " ", sql).lower() for name, sql in found}
    return {name: re.sub(r"\s*,\s*", ",", sql).strip() for name, sql in spelled.items()}


@pytest.fixture
def both(tmp_path):
    ours, theirs = tmp_path / "ours.gpkg", tmp_path / "theirs.gpkg"
    make(ours, MARS)
    make_by_gdal(theirs)
    return ours, theirs


def test_tables_are_those_that_gdal_makes(both):
    ours, theirs = map(sql_of, both)
    triggers = {name for name in ours if name.startswith(("rtree_footprints_geom_", "trigger_"))}
    assert triggers == {
        name for name in theirs if name.startswith(("rtree_footprints_geom_", "trigger_"))
    }
    tables = [name for name in ours if name.startswith(("gpkg_", "footprints", "rtree_"))]
    for name in set(tables) - triggers:
        assert ours[name] == theirs[name]


@pytest.mark.parametrize(
    "table", ["gpkg_geometry_columns", "gpkg_extensions", "gpkg_spatial_ref_sys"]
)
def test_rows_about_the_table_are_those_that_gdal_writes(both, table):
    columns = "srs_id, organization" if table == "gpkg_spatial_ref_sys" else "*"
    statement = f"SELECT {columns} FROM {table} ORDER BY 1, 2"  # noqa: S608
    ours, theirs = (asked(path, statement) for path in both)
    assert ours == theirs


@pytest.mark.parametrize("pragma", ["application_id", "user_version"])
def test_the_file_says_that_it_is_a_geopackage(both, pragma):
    ours, theirs = (asked(path, f"PRAGMA {pragma}") for path in both)
    assert ours == theirs


def test_the_reference_system_is_known_to_proj_and_gdal(both):
    found, wanted = map(reference_of, both)
    assert found.IsSame(wanted)
    assert found.GetSemiMajor() == 3396190.0


def test_a_body_without_a_code_brings_its_own_reference_system(tmp_path):
    path = tmp_path / "comet.gpkg"
    assert make(path, COMET) >= 100000
    found = reference_of(path)
    assert found.GetSemiMajor() == pytest.approx(5000.0 / 3.0)
    assert found.GetName() == "C/2031 'A' - Sphere / Ocentric"


def test_two_tables_share_what_they_have_in_common(tmp_path):
    path = tmp_path / "several.gpkg"
    ids = [make(path, MARS), make(path, COMET, "comet"), make(path, COMET, "comet again")]
    assert ids[0] == 49900
    assert ids[1] == ids[2]
    source = ogr.Open(str(path))
    assert source.GetLayerCount() == 3


def test_a_table_joins_a_file_that_gdal_made(both):
    _, theirs = both
    assert make(theirs, COMET, "comet") >= 100000
    assert make(theirs, MARS, "more") == 49900
    assert_valid(theirs)


def test_gdal_s_own_check_has_nothing_to_say(both):
    assert_valid(both[0])


def assert_valid(path):
    validate_gpkg = pytest.importorskip("osgeo_utils.samples.validate_gpkg")
    problems = validate_gpkg.check(str(path), abort_at_first_error=False, extra_checks=True)
    assert problems == []


def test_what_gdal_changes_is_found_by_its_place(both):
    """The triggers: insert, move, empty, renumber and delete, seen through count and R-tree."""
    path = both[0]
    source = ogr.Open(str(path), update=1)
    layer = source.GetLayer(0)
    for _ in range(4):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(SQUARE))
        layer.CreateFeature(feature)
    moved = layer.GetFeature(2)
    moved.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOLYGON (((50 50,51 50,51 51,50 50)))"))
    layer.SetFeature(moved)
    emptied = layer.GetFeature(3)
    emptied.SetGeometry(None)
    layer.SetFeature(emptied)
    layer.DeleteFeature(4)
    source.ExecuteSQL("UPDATE footprints SET fid = 40 WHERE fid = 1")
    del moved, emptied, layer, source
    boxes = asked(path, "SELECT id, minx, maxy FROM rtree_footprints_geom ORDER BY id")
    assert boxes == [(2, 50.0, 51.0), (40, 0.0, 1.0)]
    assert asked(path, "SELECT feature_count FROM gpkg_ogr_contents") == [(3,)]
    assert asked(path, "SELECT rtreecheck('rtree_footprints_geom')") == [("ok",)]


def test_names_that_differ_by_case_alone_get_a_number():
    schema = Schema(body("MARS"), "polygon", {"Note": "text", "NOTE": "text", "geom": "text"})
    assert column_names(schema)[-3:] == ["Note", "NOTE_2", "geom_2"]


def test_a_full_disk_is_told_and_changes_nothing(tmp_path):
    path = tmp_path / "full.gpkg"
    make(path, MARS)
    before = path.read_bytes()
    with pytest.raises(PlanetaryError, match=r"cannot be read or written.*not full") as raised:
        fill_beyond_room(path)
    assert raised.value.details == "database or disk is full"
    assert path.read_bytes() == before


def fill_beyond_room(path):
    with geopackage.transaction(path, keep_readers=False) as cursor:
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 1}")
        drop_triggers(cursor, "footprints")
        rows = [("x" * 1000,) for _ in range(100)]
        cursor.executemany("INSERT INTO footprints (note) VALUES (?)", rows)
