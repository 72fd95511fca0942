"""Answers written into GeoPackages and read back by QGIS, SQLite and GDAL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from osgeo import ogr
from qgis.core import NULL, QgsFeature, QgsFeedback, QgsVectorLayer, QgsWkbTypes
from qgis.PyQt.QtCore import QDateTime, Qt
from query_kit import asked

from planetary_qgis.core.bodies import Body, body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import SHARED_COLUMNS, Answer, Products, Schema, table_of
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.compat import as_utc


def query(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def by_id(layer: QgsVectorLayer) -> dict[str, QgsFeature]:
    return {feature["product_id"]: feature for feature in layer.getFeatures()}


def test_a_table_comes_back_as_it_was(footprints, geopackage) -> None:
    assert store.write_table(geopackage, "index", footprints.answer()) == 6
    layer = QgsVectorLayer(f"{geopackage}|layername=index", "", "ogr")
    assert layer.crs().authid() == "IAU_2015:49900"
    assert layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    names = layer.fields().names()
    assert names == ["fid", *SHARED_COLUMNS, "Bahnhöhe", "ORBIT", "NOTE", "TARGET_2"]
    found = by_id(layer)
    for row, name in enumerate(footprints.ids):
        feature = found[name]
        expected = footprints.shapes[row]
        if expected is None:
            assert feature.geometry().isNull()
        else:
            assert shapely.from_wkt(feature.geometry().asWkt()).equals(expected)
        assert feature["ORBIT"] == (footprints.orbits[row] or NULL)
        assert feature["NOTE"] == (NULL if footprints.notes[row] is None else footprints.notes[row])
        assert feature["TARGET_2"] == "Mars"
    assert found["south pole"]["incidence_angle"] == NULL
    assert found["antimeridian"]["incidence_angle"] == 20.0


def test_times_are_utc_rounded_to_milliseconds(footprints, geopackage, monkeypatch) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    stored = query(geopackage, "SELECT start_time FROM \"index\" WHERE product_id = 'instant'")
    assert stored == [("2010-01-05T00:00:00.123Z",)]
    found = by_id(store.open_table(geopackage, "index"))
    expected = QDateTime.fromString("2010-01-05T00:00:00.123Z", Qt.DateFormat.ISODateWithMs)
    assert as_utc(found["instant"]["start_time"]) == expected
    assert found["instant"]["stop_time"] == NULL
    assert found["no time"]["start_time"] == NULL


def test_the_file_is_sound_for_sqlite_and_gdal(footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    store.write_table(geopackage, "moon", footprints.answer(body_name="MOON"))
    assert query(geopackage, "PRAGMA integrity_check") == [("ok",)]
    assert query(geopackage, "SELECT rtreecheck('rtree_index_geom')") == [("ok",)]
    source = ogr.Open(str(geopackage), 1)
    layer = source.GetLayerByName("index")
    assert layer.GetFeatureCount() == 6
    assert layer.GetExtent() == (-180.0, 180.0, -90.0, 10.0)
    # The triggers are there again: what GDAL adds, the R-tree knows.
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOLYGON(((60 60,61 60,61 61,60 60)))"))
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    layer.SetSpatialFilterRect(59, 59, 62, 62)
    assert layer.GetFeatureCount() == 1
    del feature, layer, source


@pytest.mark.parametrize("rows", [1, 50, 51, 52, 2601, 2602, 20_000])
def test_the_r_tree_holds_what_it_should(rows: int, geopackage) -> None:
    generator = np.random.default_rng(rows)
    west, south = generator.uniform(-180, 170, rows), generator.uniform(-90, 80, rows)
    size = generator.uniform(0, 10, rows)
    shapes = shapely.box(west, south, west + size, south + size)
    shapes = np.where(generator.random(rows) < 0.1, None, shapes)
    schema = Schema(body("MARS"), "polygon")
    chunk = Products(table_of(schema, {}, rows), shapes)
    store.write_table(geopackage, "boxes", Answer(schema, iter([chunk])))
    assert query(geopackage, "SELECT rtreecheck('rtree_boxes_geom')") == [("ok",)]
    # The size of a node and the fan-out are SQLite's own.
    known = ~shapely.is_missing(shapes)
    assert query(geopackage, "SELECT count(*) FROM rtree_boxes_geom") == [(int(known.sum()),)]
    extent = (10.0, 10.0, 60.0, 40.0)
    layer = store.search_layer(geopackage, "boxes", asked(extent=extent))
    truth = np.flatnonzero(shapely.intersects(shapes, shapely.box(*extent))) + 1
    assert sorted(feature.id() for feature in layer.getFeatures()) == truth.tolist()


@pytest.mark.parametrize(
    ("kind", "shape", "wkb_type"),
    [
        ("line", shapely.LineString([(0, 0), (1, 1)]), QgsWkbTypes.Type.MultiLineString),
        ("point", shapely.Point(1, 2), QgsWkbTypes.Type.Point),
    ],
)
def test_lines_and_points(kind, shape, wkb_type, geopackage) -> None:
    schema = Schema(body("MARS"), kind)
    chunk = Products(table_of(schema, {}, 1), np.array([shape], dtype=object))
    store.write_table(geopackage, "table", Answer(schema, iter([chunk])))
    layer = store.open_table(geopackage, "table")
    assert layer.wkbType() == wkb_type
    feature = next(layer.getFeatures())
    assert shapely.from_wkt(feature.geometry().asWkt()).equals(shape)


def test_a_body_without_code_keeps_its_sphere(geopackage) -> None:
    schema = Schema(Body(2999999, "STRANGER", (1.5, 1.5, 1.5)), "point")
    store.write_table(geopackage, "table", Answer(schema, iter(())))
    crs = store.open_table(geopackage, "table").crs()
    assert crs.isValid()
    assert "+R=1500" in crs.toProj()


def test_an_empty_answer_makes_an_empty_table(footprints, geopackage) -> None:
    answer = footprints.answer()
    assert store.write_table(geopackage, "empty", Answer(answer.schema, iter(()))) == 0
    assert store.open_table(geopackage, "empty").featureCount() == 0


def breaking(answer: Answer, error: BaseException) -> Iterator[Products]:
    yield next(answer.chunks)
    raise error


def test_a_failure_leaves_no_new_file(footprints, geopackage) -> None:
    answer = footprints.answer()
    answer.chunks = breaking(footprints.answer(), PlanetaryError("the table ends"))
    with pytest.raises(PlanetaryError, match="the table ends"):
        store.write_table(geopackage, "index", answer)
    assert list(geopackage.parent.iterdir()) == []


@pytest.mark.parametrize("error", [PlanetaryError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_table(error, footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    before = query(geopackage, 'SELECT * FROM "index"')
    answer = footprints.answer(body_name="MOON")
    answer.chunks = breaking(footprints.answer(), error("the table ends"))
    with pytest.raises(error):
        store.write_table(geopackage, "index", answer)
    assert query(geopackage, 'SELECT * FROM "index"') == before
    layer = store.open_table(geopackage, "index")
    assert layer.crs().authid() == "IAU_2015:49900"
    assert layer.temporalProperties().isActive()
    assert query(geopackage, "SELECT rtreecheck('rtree_index_geom')") == [("ok",)]


def test_cancelling_writes_nothing(footprints, geopackage) -> None:
    feedback = QgsFeedback()
    closed = []

    def chunks() -> Iterator[Products]:
        try:
            yield from footprints.answer().chunks
        finally:
            closed.append(True)

    answer = footprints.answer()
    answer.chunks = chunks()
    feedback.progressChanged.connect(feedback.cancel)
    with pytest.raises(store.RunCancelledError):
        store.write_table(geopackage, "index", answer, feedback=feedback)
    assert not geopackage.exists()
    assert closed == [True]


def test_importing_again_replaces_the_table(footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer(), title="old")
    store.write_table(geopackage, "other", footprints.answer())
    again = footprints.answer(chunk_rows=6)
    again.chunks = (footprints.chunk(slice(0, 2), again.schema) for _ in range(1))
    assert store.write_table(geopackage, "index", again, title="new") == 2
    assert store.table_names(geopackage) == ["index", "other"]
    layer = store.open_table(geopackage, "index")
    assert layer.featureCount() == 2
    assert layer.name() == "new"
    styles = query(geopackage, "SELECT count(*) FROM layer_styles WHERE f_table_name = 'index'")
    assert styles == [(1,)]


def test_writing_beside_an_open_layer(footprints, geopackage) -> None:
    store.write_table(geopackage, "open", footprints.answer())
    layer = store.open_table(geopackage, "open")
    features = layer.getFeatures()
    first = next(features)
    store.write_table(geopackage, "new", footprints.answer())
    assert len([first, *features]) == 6
    assert layer.featureCount() == 6
    assert store.table_names(geopackage) == ["new", "open"]


def test_removing_a_table_leaves_no_trace(footprints, geopackage) -> None:
    store.write_table(geopackage, "index", footprints.answer())
    store.write_table(geopackage, "other", footprints.answer())
    store.remove_table(geopackage, "index")
    assert store.table_names(geopackage) == ["other"]
    left = query(geopackage, "SELECT name FROM sqlite_master WHERE name LIKE '%index_geom%'")
    assert left == []
    assert query(geopackage, "PRAGMA integrity_check") == [("ok",)]
    with pytest.raises(PlanetaryError, match="no table “index”"):
        store.remove_table(geopackage, "index")


def test_a_file_that_is_no_geopackage_is_left_alone(footprints, geopackage) -> None:
    geopackage.write_text("something else altogether, long enough to look like a file" * 50)
    before = geopackage.read_bytes()
    with pytest.raises(PlanetaryError, match="cannot be read or written"):
        store.write_table(geopackage, "index", footprints.answer())
    assert geopackage.read_bytes() == before


@pytest.mark.parametrize("name", ["", "  ", 'a"b', "a|b", "gpkg_contents", "rtree_x"])
def test_names_that_no_table_can_have(name: str, footprints, geopackage) -> None:
    with pytest.raises(PlanetaryError, match="name of a table"):
        store.write_table(geopackage, name, footprints.answer())
    assert not geopackage.exists()


def test_names_that_tables_can_have(footprints, geopackage) -> None:
    for name in ("MRO CTX — Bögen", "it's", "select", "a-b.c (1)"):
        store.write_table(geopackage, name, footprints.answer())
        layer = store.search_layer(
            geopackage, name, asked(extent=(0, 0, 5, 5), expression="$id > 0")
        )
        assert [feature["product_id"] for feature in layer.getFeatures()] == ["equator"]
