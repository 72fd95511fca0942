"""Shapes as GeoPackage geometries: what GDAL reads of them is what went in."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from osgeo import ogr

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.blobs import geometry_blobs, shapes_of_blobs
from planetary_qgis.core.products import Answer, Products, Schema, table_of
from planetary_qgis.qgis_bridge import store

SQUARE = shapely.box(0, 0, 10, 10)
RING = SQUARE.difference(shapely.box(2, 2, 3, 3))
SHAPES = [
    SQUARE,
    RING,
    None,
    shapely.MultiPolygon([SQUARE, shapely.box(20, 0, 30, 10)]),
    shapely.Polygon(),
    shapely.Point(5, 5).buffer(1, quad_segs=30),
    shapely.Polygon([(0, 0), (1, 0), (1, 1)]),
    shapely.MultiPolygon([SQUARE]),
]


def blobs_of(shapes, kind="polygon"):
    geometry = np.array([*shapes, None], dtype=object)[:-1]
    return geometry_blobs(geometry, shapely.bounds(geometry).reshape(-1, 4), kind, 4711)


def as_multi(shape):
    return shape if shape.geom_type.startswith("Multi") else shapely.MultiPolygon([shape])


def test_polygons_of_all_kinds_in_their_rows():
    blobs = blobs_of(SHAPES)
    for shape, blob in zip(SHAPES, blobs):
        if shape is None or shape.is_empty:
            assert blob is None
            continue
        assert shapes_of_blobs([blob])[0].wkb == as_multi(shape).wkb
        assert blob[:4] == b"GP\0\3"
        assert int.from_bytes(blob[4:8], "little") == 4711
        west, south, east, north = shape.bounds
        assert np.frombuffer(blob[8:40]).tolist() == [west, east, south, north]


@given(
    st.lists(
        st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=9),
        max_size=30,
    )
)
def test_rings_of_any_length_keep_every_digit(rings):
    shapes = [shapely.Polygon(ring) for ring in rings]
    for shape, blob in zip(shapes, blobs_of(shapes)):
        assert shapes_of_blobs([blob])[0].wkb == as_multi(shape).wkb


def test_gdal_reads_them(geopackage):
    schema = Schema(body("MARS"), "polygon")
    geometry = np.array([*SHAPES, None], dtype=object)[:-1]
    chunk = Products(table_of(schema, {}, len(geometry)), geometry)
    store.write_table(geopackage, "shapes", Answer(schema, iter([chunk])))
    source = ogr.Open(str(geopackage))
    for shape, feature in zip(SHAPES, source.GetLayerByName("shapes")):
        found = feature.GetGeometryRef()
        if shape is None or shape.is_empty:
            assert found is None
        else:
            assert found.ExportToIsoWkb(ogr.wkbNDR) == as_multi(shape).wkb


def test_a_line_among_polygons_is_told():
    with pytest.raises(PlanetaryError, match="LineString came where polygons"):
        blobs_of([SQUARE, shapely.LineString([(0, 0), (1, 1)])])


def test_unknown_values_are_null(geopackage):
    """Whatever stands for unknown in a table; and a column that is empty in one chunk only."""
    own = {"REAL": "real", "TEXT": "text", "WHOLE": "integer", "LATE": "text"}
    schema = Schema(body("MARS"), "point", own)
    values = {
        "REAL": [1.5, np.nan, np.inf, -np.inf],
        "TEXT": ["a", None, "", "NULL"],
        "WHOLE": [1, None, -3, 2**62],
        "LATE": [None] * 4,
    }
    first = Products(table_of(schema, values, 4), np.full(4, None, dtype=object))
    second = Products(table_of(schema, {"LATE": ["x"]}, 1), np.full(1, None, dtype=object))
    store.write_table(geopackage, "table", Answer(schema, iter([first, second])))
    connection = sqlite3.connect(geopackage)
    rows = connection.execute("SELECT fid, REAL, TEXT, WHOLE, LATE FROM 'table'").fetchall()
    connection.close()
    assert rows == [
        (1, 1.5, "a", 1, None),
        (2, None, None, None, None),
        (3, None, "", -3, None),
        (4, None, "NULL", 2**62, None),
        (5, None, None, None, "x"),
    ]
