"""GeoParquet output, read by others: pyarrow, DuckDB, shapely, pyproj."""

from __future__ import annotations

import json
from contextlib import closing

import numpy as np
import pytest
import shapely
from batch_kit import RUN, TABLE, command, rows_of

from planetary_qgis.core.geopackages.blobs import shapes_of_blobs

pq = pytest.importorskip("pyarrow.parquet")
pyproj = pytest.importorskip("pyproj")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same products as GeoParquet and as GeoPackage."""
    folder = tmp_path_factory.mktemp("parquet")
    command(*TABLE, "--chunk", "30", "--out", folder / "frames.parquet")
    command(*TABLE, "--chunk", "30", "--out", folder / "frames.gpkg")
    return folder / "frames.parquet", folder / "frames.gpkg"


@pytest.fixture(scope="module")
def geo(both):
    return json.loads(pq.read_schema(both[0]).metadata[b"geo"])


def test_rows_are_those_of_the_geopackage(both):
    table, rows = pq.read_table(both[0]), rows_of(both[1])
    assert table["product_id"].to_pylist() == [row[2] for row in rows]
    assert table["center_lat"].to_pylist() == [row[9] for row in rows]
    stamps = [f"{time:%Y-%m-%dT%H:%M:%S}" for time in table["start_time"].to_pylist()]
    assert stamps == [row[6][:19] for row in rows]
    shapes = shapely.from_wkb(table["geometry"].to_pylist())
    stored = shapes_of_blobs([row[1] for row in rows])
    assert shapely.equals(shapes, stored).all()


def test_nothing_else_is_left_beside_it(both):
    assert sorted(path.name for path in both[0].parent.iterdir()) == [
        "frames.gpkg",
        "frames.parquet",
    ]


def test_geo_says_what_the_standard_asks(geo):
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["MultiPolygon"]
    assert column["edges"] == "planar"


def test_the_reference_system_is_that_of_the_body(geo):
    crs = pyproj.CRS.from_json_dict(geo["columns"]["geometry"]["crs"])
    assert crs == pyproj.CRS.from_user_input("IAU_2015:49900")


def test_rings_run_and_boxes_lie_as_it_says(both, geo):
    column = geo["columns"]["geometry"]
    table = pq.read_table(both[0])
    shapes = shapely.from_wkb(table["geometry"].to_pylist())
    there = ~shapely.is_missing(shapes)
    parts = shapely.get_parts(shapes[there])
    assert column["orientation"] == "counterclockwise"
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
    assert column["bbox"] == shapely.total_bounds(shapes[there]).tolist()
    sides = [column["covering"]["bbox"][side] for side in ("xmin", "ymin", "xmax", "ymax")]
    boxes = np.array([table[name].combine_chunks().field(side) for name, side in sides]).T
    np.testing.assert_array_equal(boxes[there], shapely.bounds(shapes[there]))


def test_provenance_lies_in_the_file(both):
    metadata = pq.read_schema(both[0]).metadata
    assert b"SYNTH_FRAME_CAM" in metadata[b"planetary_qgis:Instrument"]
    assert b"SHA-256" in metadata[b"planetary_qgis:Kernels"]


def test_duckdb_finds_rows_by_their_boxes(both):
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect()) as connection:
        (found,) = connection.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE bbox.xmax >= 0 AND bbox.xmin <= 60",
            [str(both[0])],
        ).fetchone()
    bounds = shapely.bounds(shapes_of_blobs([row[1] for row in rows_of(both[1])]))
    assert found == ((bounds[:, 2] >= 0) & (bounds[:, 0] <= 60)).sum() > 0


def test_a_finished_file_is_finished_and_another_run_refused(both):
    before = both[0].read_bytes()
    assert "140 footprints" in command(*TABLE, "--chunk", "30", "--out", both[0])
    assert "holds another run" in command(*RUN, "--out", both[0], status=2)
    assert both[0].read_bytes() == before


def test_a_file_of_others_is_left_alone(tmp_path):
    path = tmp_path / "other.parquet"
    path.write_text("not parquet")
    told = command(*RUN, "--out", path, status=2)
    assert "cannot be read or written" in told
    assert path.read_text() == "not parquet"
    assert [each.name for each in tmp_path.iterdir()] == ["other.parquet"]
