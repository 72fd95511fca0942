"""Tables that go leave the disk's room behind, whoever reads meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely

from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import Answer, Products, Schema, table_of
from planetary_qgis.qgis_bridge import store

ROWS = 4000


def answer(rows: int = ROWS) -> Answer:
    schema = Schema(body("MARS"), "polygon", {"NOTE": "text"})
    west = np.arange(rows) % 350 - 180.0
    shapes = shapely.box(west, 0, west + 1, 1)
    notes = [f"{row:06d} {'text ' * 20}" for row in range(rows)]
    values = {"product_id": [f"P{row}" for row in range(rows)], "NOTE": notes}
    return Answer(schema, iter([Products(table_of(schema, values, rows), shapes)]))


def pragma(path: Path, name: str) -> str | int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def size(path: Path) -> int:
    """With the journals beside it."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def assert_whole(path: Path, table: str, rows: int = ROWS) -> None:
    assert pragma(path, "integrity_check") == "ok"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"SELECT rtreecheck('rtree_{table}_geom')").fetchone() == ("ok",)
        names = " ".join(("SELECT product_id FROM", f'"{table}"', "ORDER BY fid"))
        ids = connection.execute(names).fetchall()
    assert ids == [(f"P{row}",) for row in range(rows)]
    layer = store.open_table(path, table)
    assert layer.featureCount() == rows
    assert layer.renderer().symbol().color().alpha() < 255  # its own style, not a fresh one


@pytest.mark.parametrize("removed", ["first", "second", "third"])
def test_removing_a_table_makes_the_file_smaller(removed, geopackage) -> None:
    for table in ("first", "second", "third"):
        store.write_table(geopackage, table, answer())
    before = size(geopackage)
    store.remove_table(geopackage, removed)
    assert size(geopackage) < 0.72 * before
    assert pragma(geopackage, "freelist_count") == 0
    for table in {"first", "second", "third"} - {removed}:
        assert_whole(geopackage, table)


def test_removing_beside_an_open_layer(geopackage) -> None:
    for table in ("open", "gone"):
        store.write_table(geopackage, table, answer())
    before = geopackage.stat().st_size
    layer = store.open_table(geopackage, "open")
    features = layer.getFeatures()
    first = next(features)
    store.remove_table(geopackage, "gone")
    assert len([first, *features]) == ROWS
    del first, features, layer
    assert_whole(geopackage, "open")
    store.remove_table(geopackage, "open")
    assert size(geopackage) < 0.2 * before


def test_removing_while_somebody_reads_a_snapshot(geopackage) -> None:
    for table in ("read", "gone"):
        store.write_table(geopackage, table, answer())
    with closing(sqlite3.connect(geopackage)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("BEGIN")
        cursor = reader.execute("SELECT product_id FROM gone")
        assert cursor.fetchone() == ("P0",)
        store.remove_table(geopackage, "gone")
        assert len(cursor.fetchall()) == ROWS - 1
    assert_whole(geopackage, "read")


def test_a_smaller_index_in_place_of_a_larger_one(geopackage) -> None:
    store.write_table(geopackage, "index", answer())
    before = size(geopackage)
    store.write_table(geopackage, "index", answer(ROWS // 10))
    assert size(geopackage) < 0.4 * before
    assert_whole(geopackage, "index", ROWS // 10)


def without_single_pages(path: Path) -> None:
    """Make the file one like those that GDAL makes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
    assert pragma(path, "auto_vacuum") == 0


def test_files_that_others_have_made_are_written_anew(geopackage) -> None:
    for table in ("first", "second"):
        store.write_table(geopackage, table, answer())
    without_single_pages(geopackage)
    before = size(geopackage)
    store.remove_table(geopackage, "first")
    assert size(geopackage) < 0.6 * before
    assert_whole(geopackage, "second")


def test_files_that_others_read_are_left_as_they_are(geopackage) -> None:
    for table in ("first", "second"):
        store.write_table(geopackage, table, answer())
    without_single_pages(geopackage)
    with closing(sqlite3.connect(geopackage)) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("BEGIN")
        cursor = reader.execute("SELECT product_id FROM second")
        assert cursor.fetchone() == ("P0",)
        store.remove_table(geopackage, "first")
        assert len(cursor.fetchall()) == ROWS - 1
    assert store.table_names(geopackage) == ["second"]
    assert_whole(geopackage, "second")


def test_a_large_remainder_is_not_rewritten(geopackage) -> None:
    store.write_table(geopackage, "large", answer())
    store.write_table(geopackage, "small", answer(50))
    without_single_pages(geopackage)
    store.remove_table(geopackage, "small")
    assert pragma(geopackage, "freelist_count") > 0
    assert_whole(geopackage, "large")
